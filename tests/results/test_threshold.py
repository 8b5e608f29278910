"""Where a paired difference is zero: roots, and intervals by inversion against Fieller's formula."""

import math

import numpy as np
import pytest

from farmsim.results.estimates import student_t_quantile
from farmsim.results.threshold import find_threshold

KG = np.random.default_rng(8).normal(1000.0, 100.0, 400)


def linear(kg, fee=500.0):
    """Receipts at a price less a fee."""
    return lambda price: kg * price - fee


@pytest.mark.parametrize("n", [5, 20, 400])
def test_a_linear_difference_gives_the_ratio_of_means_and_fieller_s_interval(n):
    kg = KG[:n]
    found = find_threshold(linear(kg), [0.1, 3.0])
    slack = student_t_quantile(0.975, n - 1) * kg.std(ddof=1) / math.sqrt(n)
    width = 500.0 / (kg.mean() - slack) - 500.0 / (kg.mean() + slack)
    assert found.verdict == "found"
    assert found.value == pytest.approx(500.0 / kg.mean(), abs=width / 50)
    assert found.low == pytest.approx(500.0 / (kg.mean() + slack), abs=width / 50)
    assert found.high == pytest.approx(500.0 / (kg.mean() - slack), abs=width / 50)
    assert len(found.points) < 16


def test_the_interval_covers_as_often_as_it_says():
    generator = np.random.default_rng(9)
    covered = 0
    for _trial in range(400):
        found = find_threshold(linear(generator.normal(1000.0, 200.0, 10)), [0.1, 3.0])
        covered += found.low <= 0.5 <= found.high
    assert 0.92 <= covered / 400 <= 0.98


def test_more_replications_narrow_the_interval():
    widths = [(f := find_threshold(linear(KG[:n]), [0.1, 3.0])).high - f.low for n in (10, 40, 160)]
    assert widths[0] > 1.5 * widths[1] > 2.0 * widths[2]


def test_without_noise_the_interval_is_the_root():
    found = find_threshold(linear(np.full(5, 1000.0)), [0.1, 3.0])
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.5, 0.5), rel=1e-9)


@pytest.mark.parametrize("ends", [[0.5, 2.0], [0.0, 0.5]])
def test_a_root_at_an_end_is_found(ends):
    found = find_threshold(linear(np.full(5, 1000.0)), ends)
    assert found.verdict == "found"
    assert found.value == 0.5


def test_an_interval_that_reaches_beyond_the_bracket_is_open():
    kg = KG[:5]
    root = 500.0 / kg.mean()
    found = find_threshold(linear(kg), [root - 0.001, 3.0])
    assert found.verdict == "found"
    assert math.isnan(found.low)
    assert found.high > root


def test_falling_curved_and_stepped_differences_are_solved():
    noise = np.random.default_rng(1).normal(0.0, 0.01, 30)
    for curve, root in (
        (lambda x: 4.0 - x * x, 2.0),
        (lambda x: math.exp(x) - 1000.0, math.log(1000.0)),
        (lambda x: 1.0 if x > 3.21 else -1.0, 3.21),
        (lambda x: (x - 5.0) ** 9, 5.0),
    ):
        found = find_threshold(lambda x, curve=curve: curve(x) + noise - noise.mean(), [0.0, 10.0])
        assert found.verdict == "found"
        assert found.low <= found.value <= found.high or math.isnan(found.low)
        assert found.low - 0.002 <= root <= found.high + 0.002
        assert len(found.points) < 90


def test_no_change_of_sign_is_told_with_both_ends():
    found = find_threshold(linear(KG[:9]), [1.0, 2.0, 3.0])
    assert found.verdict == "never_crosses"
    assert math.isnan(found.value)
    assert [point.value for point in found.points] == [1.0, 2.0, 3.0]


def test_nothing_changes_and_nothing_known():
    assert find_threshold(lambda _x: np.zeros(5), [0.0, 1.0]).verdict == "equal"
    assert find_threshold(lambda _x: np.full(5, math.nan), [0.0, 1.0]).verdict == "unknown"


def test_of_several_roots_the_nearest_is_told():
    def curve(x):
        return np.full(3, (x - 1.0) * (x - 4.0))

    assert find_threshold(curve, [0.0, 2.0, 5.0], near=3.9).crossings == 2
    assert find_threshold(curve, [0.0, 2.0, 5.0], near=3.9).value == pytest.approx(4.0, abs=1e-3)
    assert find_threshold(curve, [0.0, 2.0, 5.0], near=0.2).value == pytest.approx(1.0, abs=1e-3)


def test_one_replication_has_a_root_and_no_interval():
    found = find_threshold(linear(KG[:1]), [0.1, 3.0])
    assert found.value == pytest.approx(500.0 / KG[0], abs=1e-3)
    assert math.isnan(found.low)
