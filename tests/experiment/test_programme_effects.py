"""Whom and what programmes support, and what they moved in a run."""

import numpy as np
import pytest

from engine.small_county import BASE, bundled, merged, small
from farmsim.domain.interventions import Subsidy
from farmsim.experiment.compare import compare_scenarios
from farmsim.experiment.leverage import effects_of_programmes, supported_channels, supported_counties
from farmsim.scenario.load import load_scenario

TWO_COUNTIES = {
    "counties": {"other": BASE["counties"]["bachu"]},
    "channels": {"second": merged(BASE["channels"]["trader"], {"counties": ["other"]})},
    "desk": {"order": ["trader", "second"]},
}


def test_named_channels_and_their_counties_are_supported():
    per_kg = {"kind": "subsidy", "channels": ["second"], "per_kg": 0.5}
    scenario = small(TWO_COUNTIES, {"interventions": {"top-up": per_kg}})
    assert supported_channels(scenario) == ["second"]
    assert supported_counties(scenario) == ["other"]
    off = small(TWO_COUNTIES, {"interventions": {"top-up": per_kg | {"enabled": False}}})
    assert supported_channels(off) == supported_counties(off) == []


def test_training_supports_all_channels_where_its_growers_are():
    training = {"kind": "training", "best_grade_gain": 0.1, "cost_per_household": 10}
    scenario = small(TWO_COUNTIES, {"interventions": {"course": training}})
    assert supported_channels(scenario) == ["trader", "second"]
    assert supported_counties(scenario) == ["bachu", "other"]


def test_bachus_programmes_reach_their_county():
    assert supported_counties(bundled("bachu-matrix")) == ["bachu"]


def test_a_subsidy_by_the_kilogram_moves_just_itself():
    """Growers get what the fund pays, and nothing else changes: one yuan moves one yuan net."""
    programme = "interventions.top-up={kind: subsidy, channels: [trader], per_kg: 0.3}"
    pair = {"without": load_scenario("bachu-trader"), "with": load_scenario("bachu-trader", [programme])}
    assert isinstance(pair["with"].scenario.interventions["top-up"], Subsidy)
    comparison = compare_scenarios(pair, replications=4, workers=1)
    effects = effects_of_programmes(comparison)
    assert effects.net_gain == pytest.approx(effects.cost, rel=1e-9)
    found = effects.multiples()
    assert found["net_gain"].mean == pytest.approx(1.0, rel=1e-9)
    assert found["net_gain"].half_width == pytest.approx(0.0, abs=1e-6)
    assert found["net_gain_less_losses"].mean == pytest.approx(1.0, rel=1e-9)
    gross = comparison.runs[1].values("sales_revenue", "trader")
    assert np.allclose(effects.gross_sales, gross)


def test_a_given_cost_takes_the_place_of_public_money():
    pair = {name: load_scenario(name) for name in ("bachu-trader", "bachu-online-first")}
    effects = effects_of_programmes(compare_scenarios(pair, replications=2, workers=1), 1000.0)
    assert effects.cost.tolist() == [1000.0, 1000.0]
