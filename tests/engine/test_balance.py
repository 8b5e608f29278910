"""Kilograms and yuan balance in every replication of the bundled scenarios and of any made at random."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.laws import assert_lawful_season
from engine.small_county import bundled
from farmsim.engine.simulate import make_model
from farmsim.experiment.run import play
from strategies import NAMES, scenarios

MANY = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


@pytest.fixture(scope="module", params=NAMES)
def model(request):
    return make_model(bundled(request.param))


def test_kilograms_and_yuan_balance_in_every_replication(model):
    seed = model.layout.scenario.random_seed
    for replication in range(3):
        outcome = play(model, replication, seed)
        assert outcome.kg_out == pytest.approx(outcome.kg_in, rel=1e-9)
        assert abs(outcome.money_difference) < 1e-9


def test_a_bundled_season_keeps_all_laws(model):
    assert_lawful_season(model, 0, model.layout.scenario.random_seed)


@given(scenarios(), st.integers(0, 3))
@settings(max_examples=40, suppress_health_check=MANY)
def test_any_valid_scenario_keeps_all_laws(scenario, replication):
    assert_lawful_season(make_model(scenario), replication, scenario.random_seed)


@pytest.mark.long
@given(scenarios(longest=40), st.integers(0, 10))
@settings(max_examples=1000, suppress_health_check=MANY, derandomize=False)
def test_hundreds_of_valid_scenarios_keep_all_laws(scenario, replication):
    assert_lawful_season(make_model(scenario), replication, scenario.random_seed)
