"""Ranking: adjusted p values, verdicts that hold together, ties that keep the best, the luck of the best."""

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from farmsim.results.paired import difference
from farmsim.results.ranking import differences_from, holm, ties_with_best


def points(means, replications, random_seed, common=5.0, sd=1.0):
    """Values of points that share the luck of each replication."""
    chance = np.random.default_rng(random_seed)
    own = chance.normal(0.0, sd, (len(means), replications))
    return np.asarray(means, dtype=float)[:, None] + own + chance.normal(0.0, common, replications)


def binomial_slack(share, trials):
    return 3.0 * math.sqrt(share * (1.0 - share) / trials)


def test_holm_s_example():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12), st.sampled_from([0.01, 0.05, 0.5]))
def test_adjusted_p_values_reject_what_holm_s_steps_reject(p_values, level):
    m = len(p_values)
    rejected = set()
    for i, point in enumerate(sorted(range(m), key=p_values.__getitem__)):
        if p_values[point] * (m - i) > level:
            break
        rejected.add(point)
    assert set(np.flatnonzero(holm(p_values) <= level)) == rejected


def test_a_comparison_that_does_not_exist_counts_for_none():
    assert holm([0.01, math.nan, 0.04]) == pytest.approx([0.02, math.nan, 0.04], nan_ok=True)
    assert np.isnan(holm([math.nan])).all()


def test_differences_are_those_of_paired_comparisons():
    values = points(np.linspace(-1.0, 1.0, 7), 12, 4)
    values[2, 3] = values[3, 5] = values[5, 0] = math.nan
    found = differences_from(values, 3)
    for point in {*range(7)} - {3}:
        one = difference(values[point], values[3], comparisons=6)
        assert (found.mean[point], found.low[point], found.high[point]) == pytest.approx(one.estimate[:3])
        assert found.pairs[point] == one.estimate.n
        test = stats.ttest_rel(values[point], values[3], nan_policy="omit")
        assert found.p_value[point] == pytest.approx(test.pvalue, rel=1e-9)
    others = np.delete(np.arange(7), 3)
    assert found.adjusted[others] == pytest.approx(holm(found.p_value[others]))
    assert (found.mean[3], found.low[3], found.high[3], found.verdicts[3]) == (0.0, 0.0, 0.0, "equal")
    assert np.isnan([found.p_value[3], found.adjusted[3]]).all()


def test_verdicts_have_the_words_of_a_comparison():
    base = np.arange(8.0)
    spread = np.array([1.0, -1.0] * 4)
    values = np.array(
        [
            base,
            base + 9.0 + spread,
            base - 9.0 + spread,
            base + 0.1 + spread,
            base + 1e-4 + spread,
            base,
            base + 2.0,
            base - 2.0,
            np.where(base == 0.0, base, math.nan),
        ]
    )
    assert differences_from(values, 0).verdicts == (
        "equal",
        "higher",
        "lower",
        "not_decided",
        "no_clear_difference",
        "equal",
        "higher",
        "lower",
        "unknown",
    )
    for point in range(1, 9):
        assert differences_from(values[[0, point]], 0).verdicts[1] == difference(values[point], base).verdict


@given(st.integers(0, 10_000), st.integers(2, 6), st.integers(2, 8))
def test_a_point_whose_interval_leaves_out_zero_is_decided(random_seed, count, replications):
    found = differences_from(points(np.arange(count) * 0.7, replications, random_seed), 0)
    for point, verdict in enumerate(found.verdicts):
        if found.low[point] > 0.0:
            assert verdict == "higher"
        if found.high[point] < 0.0:
            assert verdict == "lower"


def test_holm_decides_more_than_intervals_show():
    t = stats.t(9).ppf
    spread = np.array([1.0, -1.0] * 5)
    spread /= spread.std(ddof=1)
    gap = (t(1 - 0.05 / 4) + t(1 - 0.05 / 2)) / 2 / math.sqrt(10)
    found = differences_from(np.array([np.zeros(10), 50.0 + spread, gap + spread]), 0)
    assert found.low[2] < 0.0
    assert found.verdicts == ("equal", "higher", "higher")


def test_false_verdicts_are_rare_for_all_points_together():
    trials = 1500
    wrong = sum(
        any(verdict in {"higher", "lower"} for verdict in differences_from(values, 0).verdicts)
        for values in (points(np.zeros(10), 8, seed) for seed in range(trials))
    )
    alone = sum(
        (differences_from(points(np.zeros(10), 8, seed), 0).p_value[1:] <= 0.05).any() for seed in range(300)
    )
    assert wrong / trials <= 0.05 + binomial_slack(0.05, trials)
    assert alone / 300 > 0.15


def test_false_verdicts_stay_rare_beside_true_ones():
    trials, means = 1000, [0.0] * 6 + [9.0] * 6
    found = [differences_from(points(means, 8, seed), 0).verdicts for seed in range(trials)]
    assert sum(set(verdicts[6:]) == {"higher"} for verdicts in found) > 0.99 * trials
    wrong = sum(bool({"higher", "lower"} & {*verdicts[1:6]}) for verdicts in found)
    assert wrong / trials <= 0.05 + binomial_slack(0.05, trials)


def test_intervals_hold_together():
    trials, means = 1000, np.linspace(0.0, 3.0, 8)
    held = 0
    for seed in range(trials):
        found = differences_from(points(means, 6, seed), 0)
        held += bool(((found.low <= means) & (means <= found.high)).all())
    assert held / trials >= 0.95 - binomial_slack(0.95, trials)


@pytest.mark.parametrize(
    "means",
    [np.zeros(15), [0.0] * 3 + [-50.0] * 12, -0.3 * np.arange(15), [0.0] + [-0.5] * 14, [0.0, -1e-9]],
    ids=["equal", "three and others far off", "steps", "one ahead", "two"],
)
@pytest.mark.parametrize("replications", [3, 10])
def test_the_true_best_is_among_the_ties(means, replications):
    trials = 400
    kept = sum(
        bool(ties_with_best(points(means, replications, seed), maximise=True).tied[0])
        for seed in range(trials)
    )
    assert kept / trials >= 0.95 - binomial_slack(0.95, trials)


def test_points_that_are_clearly_worse_are_no_ties():
    found = ties_with_best(points([0.0, 5.0, 5.05, -3.0], 20, 1), maximise=True)
    assert found.best in {1, 2}
    assert found.tied.tolist() == [False, True, True, False]
    assert math.isnan(found.adjusted[found.best])


def test_the_least_is_best_where_less_is_better():
    values = points([0.0, 2.0, 4.0, 4.1], 10, 3)
    least, most = ties_with_best(values, maximise=False), ties_with_best(-values, maximise=True)
    assert least.best == most.best == 0
    assert least.tied.tolist() == most.tied.tolist() == [True, False, False, False]
    assert least.flattery == most.flattery


def test_points_that_play_alike_are_ties_and_those_that_never_do_are_not():
    base = np.arange(5.0)
    found = ties_with_best([base, base + 1.0, base + 1.0, base - 1.0], maximise=True)
    assert found.best == 1
    assert found.tied.tolist() == [False, True, True, False]
    assert found.adjusted == pytest.approx([0.0, math.nan, 1.0, 0.0], nan_ok=True)
    assert found.flattery == 0.0


def test_what_is_not_known_cannot_be_told_from_the_best_but_must_exist():
    values = np.array(
        [
            [1.0, 2.0, 3.0, 4.0],
            [math.nan, 0.0, math.nan, math.nan],
            [math.nan] * 4,
            [0.5, math.nan, 2.5, 3.5],
        ]
    )
    found = ties_with_best(values, maximise=True)
    assert found.best == 0
    assert found.tied.tolist() == [True, True, False, False]
    lone = ties_with_best(values[:, :1], maximise=True)
    assert lone.tied.tolist() == [True, False, False, True]
    assert math.isnan(lone.flattery)
    with pytest.raises(AssertionError, match="no best"):
        ties_with_best(values[2:3], maximise=True)


@pytest.mark.parametrize("replications", [2, 7, 30])
def test_the_luck_of_the_best_of_equals_is_told(replications):
    count, trials = 40, 150
    found = [
        ties_with_best(points(np.zeros(count), replications, seed), maximise=True).flattery
        for seed in range(trials)
    ]
    x = np.linspace(-8.0, 8.0, 20_001)
    largest = (x * count * stats.norm.pdf(x) * stats.norm.cdf(x) ** (count - 1)).sum() * (x[1] - x[0])
    luck = largest / math.sqrt(replications)
    assert np.mean(found) == pytest.approx(luck, abs=3.0 * np.std(found) / math.sqrt(trials))


def test_a_clear_winner_is_not_flattered_and_a_near_one_not_too_little():
    assert ties_with_best(points([0.0, 1.0, 50.0], 8, 1), maximise=True).flattery == 0.0
    told, true = [], []
    means = -0.1 * np.arange(20)
    for seed in range(300):
        values = points(means, 10, seed, common=0.0)
        found = ties_with_best(values, maximise=True)
        told.append(found.flattery)
        true.append(values[found.best].mean() - means[found.best])
    assert np.mean(true) - 0.03 < np.mean(told) < 1.3 * np.mean(true)


def test_thousands_of_points_are_ranked_at_once():
    values = points(np.linspace(0.0, 3.0, 5000), 30, 1)
    values[np.random.default_rng(2).random(values.shape) < 0.01] = math.nan
    start = time.process_time()
    found, ties = differences_from(values, 0), ties_with_best(values, maximise=True)
    assert time.process_time() - start < 2.0
    assert "higher" in found.verdicts
    assert 0 < ties.tied.sum() < 5000
