"""Comparisons: the first scenario rules the random seed, parts add up, pairs are adjusted for all pairs."""

import numpy as np
import pytest

from farmsim.experiment.compare import compare_scenarios
from farmsim.results.decomposition import PARTS
from farmsim.results.paired import pairing_gain
from farmsim.scenario.load import load_scenario

NAMES = ("bachu-trader", "bachu-online-first", "bachu-matrix")


@pytest.fixture(scope="module")
def comparison():
    return compare_scenarios({name: load_scenario(name) for name in NAMES}, replications=3, workers=1)


def test_the_baseline_s_random_seed_is_everybody_s(comparison):
    assert comparison.random_seed == load_scenario("bachu-trader").scenario.random_seed
    assert {run.random_seed for run in comparison.runs} == {comparison.random_seed}
    assert (comparison.replications, comparison.comparisons, comparison.pairs) == (3, 2, 3)


def test_a_pair_is_one_of_all_pairs(comparison):
    narrow = comparison.difference("household_net_income", 2, against=1).estimate
    wide = comparison.pair("household_net_income", 2, 1).estimate
    assert wide.mean == narrow.mean
    assert wide.half_width > narrow.half_width


def test_the_parts_of_growers_income_add_up(comparison):
    for place in (1, 2):
        parts = comparison.parts(place)
        total = sum(parts[part].estimate.mean for part in PARTS)
        assert total == pytest.approx(parts["total"].estimate.mean, rel=1e-9)
        households = 500
        income = comparison.difference("household_net_income", place).estimate.mean * households
        assert parts["total"].estimate.mean == pytest.approx(income, rel=1e-9)


def test_progress_runs_over_all_scenarios():
    told = []
    loaded = {name: load_scenario("bachu-trader") for name in "ab"}
    compare_scenarios(
        loaded, replications=2, workers=1, progress=lambda done, total: told.append((done, total))
    )
    assert told[-1] == (4, 4)
    assert [done for done, _total in told] == sorted(done for done, _total in told)


def test_pairing_gains_nothing_from_independent_seasons_and_much_from_like_ones():
    generator = np.random.default_rng(3)
    base, other, noise = (generator.normal(0.0, 1.0, 2000) for _ in range(3))
    assert pairing_gain(other, base) == pytest.approx(1.0, abs=0.1)
    assert pairing_gain(base + 0.1 * noise, base) == pytest.approx(200.0, rel=0.1)
    assert np.isnan(pairing_gain(base + 1.0, base + 0.5 + 0.5)) or pairing_gain(base + 1.0, base) > 1e20
    assert np.isnan(pairing_gain(base[:1], base[:1]))


def test_waiting_is_told_at_the_desk_s_rate(comparison):
    assert comparison.waiting(0) == 0.0
    assert comparison.waiting(2) > 0.0
