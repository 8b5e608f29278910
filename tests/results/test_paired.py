"""Paired differences: intervals for all comparisons together, verdicts, and how many replications decide."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from farmsim.results.estimates import estimate
from farmsim.results.paired import MOST_REPLICATIONS, difference, replications_for


def noise(n, sd=1.0, seed=1):
    return np.random.default_rng(seed).normal(0.0, sd, n)


def test_one_comparison_is_the_paired_t_interval():
    base, other = noise(30), noise(30, seed=2) + 1.0
    found = difference(other, base)
    assert found.estimate == estimate(other - base)
    low, high = stats.ttest_rel(other, base).confidence_interval(0.95)
    assert (found.estimate.low, found.estimate.high) == pytest.approx((low, high), rel=1e-9)


def test_several_comparisons_widen_every_interval():
    base = noise(20)
    values = base + noise(20, 0.5, 2) + 1.0
    half = stats.t(19).ppf(1 - 0.05 / 6) * (values - base).std(ddof=1) / math.sqrt(20)
    assert difference(values, base, 3).estimate.half_width == pytest.approx(half, rel=1e-9)


def test_pairs_take_out_what_replications_share():
    shared, own = noise(20, 30.0) + 100.0, noise(20, seed=2)
    paired = difference(shared + 5.0 + own, shared).estimate
    assert paired.low < 5.0 < paired.high
    assert paired.half_width < estimate(shared).half_width / 10.0
    assert paired == pytest.approx(estimate(5.0 + own), rel=1e-9)


def test_wins_and_losses_are_counted_and_ties_are_neither():
    found = difference(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.0, 2.0, 4.0, 1.0]))
    assert (found.wins, found.losses, found.estimate.n) == (2, 1, 4)


def test_pairs_that_cannot_be_known_are_left_out():
    values, base = np.array([1.0, np.nan, 4.0, 7.0]), np.array([0.0, 1.0, np.nan, 2.0])
    assert difference(values, base, level=0.9).estimate == estimate(np.array([1.0, 5.0]), level=0.9)
    with pytest.raises(AssertionError, match="equally many"):
        difference(values, base[:1])


@pytest.mark.parametrize(
    ("gap", "sd", "verdict"),
    [(5.0, 1.0, "higher"), (-5.0, 1.0, "lower"), (1e-4, 1.0, "no_clear_difference"), (0.0, 0.0, "equal")],
)
def test_what_is_decided_is_said(gap, sd, verdict):
    base, spread = noise(10), noise(10, 1.0, 3)
    spread = (spread - spread.mean()) * sd
    assert difference(base + gap + spread, base).verdict == verdict


def test_a_difference_without_spread_is_decided():
    base = np.arange(5.0)
    assert difference(base + 2.0, base).verdict == "higher"
    assert difference(base, base + 2.0).verdict == "lower"


def test_one_replication_decides_nothing():
    assert difference(np.array([2.0]), np.array([1.0])).verdict == "unknown"


def test_the_replications_that_are_lacking_are_told():
    base, spread = noise(10), noise(10, 1.0, 3)
    spread = (spread - spread.mean()) / spread.std(ddof=1)
    found = difference(base + 0.4 + spread, base)
    assert found.verdict == "not_decided"
    needed = 10 + found.more_replications
    for n, decided in ((needed, True), (needed - 1, False)):
        assert bool(stats.t(n - 1).ppf(0.975) / math.sqrt(n) <= 0.4) is decided


@given(st.floats(0.01, 100.0), st.floats(0.01, 100.0))
def test_so_many_replications_are_enough_and_one_fewer_is_not(sd, half_width):
    n = replications_for(sd, half_width)
    if n is None:
        assert stats.t(MOST_REPLICATIONS - 1).ppf(0.975) * sd / math.sqrt(MOST_REPLICATIONS) > half_width
        return
    assert stats.t(n - 1).ppf(0.975) * sd / math.sqrt(n) <= half_width * (1 + 1e-9)
    if n > 2:
        assert stats.t(n - 2).ppf(0.975) * sd / math.sqrt(n - 1) > half_width * (1 - 1e-9)
