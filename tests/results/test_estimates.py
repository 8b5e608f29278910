"""Estimates: quantiles against scipy, intervals that cover, pairs and gaps."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from farmsim.results.estimates import (
    Estimate,
    estimate,
    normal_quantile,
    quantiles,
    student_t_quantile,
    student_t_tail,
)

DEGREES = [1, 2, 3, 4, 5, 7, 9, 10, 15, 19, 20, 29, 30, 49, 60, 99, 100, 199, 250, 500, 999, 1000]
PROBABILITIES = [0.9, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9995]


@pytest.mark.parametrize("degrees", DEGREES)
def test_student_t_quantiles_agree_with_scipy(degrees):
    for p in PROBABILITIES:
        assert student_t_quantile(p, degrees) == pytest.approx(stats.t.ppf(p, degrees), rel=1e-10)


@pytest.mark.parametrize("p", [1e-12, 1e-4, 0.025, 0.3, 0.5, 0.55, 0.6, 0.7, 1 - 1e-9])
@pytest.mark.parametrize("degrees", [0.5, 1, 2.5, 12, 1e5])
def test_student_t_quantiles_agree_with_scipy_elsewhere(p, degrees):
    assert student_t_quantile(p, degrees) == pytest.approx(stats.t.ppf(p, degrees), rel=1e-8)


def test_student_t_quantiles_agree_with_closed_forms():
    assert student_t_quantile(0.975, 1) == pytest.approx(math.tan(math.pi * 0.475), rel=1e-12)
    assert student_t_quantile(0.975, 2) == pytest.approx(0.95 * math.sqrt(2 / (1 - 0.95**2)), rel=1e-12)
    assert student_t_quantile(0.5, 3) == 0


@given(st.floats(0.001, 0.999), st.integers(1, 300))
def test_student_t_quantiles_are_antisymmetric(p, degrees):
    assert student_t_quantile(p, degrees) == pytest.approx(
        -student_t_quantile(1 - p, degrees), rel=1e-9, abs=1e-12
    )


@pytest.mark.parametrize("degrees", [1, 2.5, 9, 1000])
def test_student_t_tails_agree_with_scipy(degrees):
    for t in (-50.0, -1.5, -1e-3, 0.0, 0.3, 2.0, 40.0, 1e8):
        assert student_t_tail(t, degrees) == pytest.approx(stats.t.sf(t, degrees), rel=1e-10)


def test_student_t_tails_end_at_infinity():
    assert [student_t_tail(t, 3) for t in (-math.inf, math.inf, 1e200)] == [1.0, 0.0, 0.0]
    assert math.isnan(student_t_tail(math.nan, 3))
    with pytest.raises(AssertionError, match="degrees"):
        student_t_tail(1.0, 0)


def test_normal_quantiles_agree_with_scipy():
    for p in (1e-12, 0.025, 0.5, 0.84, 0.975, 0.9995):
        assert normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-14, abs=1e-16)


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, 1.1, math.nan])
def test_quantiles_of_impossible_probabilities_are_refused(p):
    with pytest.raises(AssertionError, match="probability"):
        student_t_quantile(p, 5)
    with pytest.raises(AssertionError, match="probability"):
        normal_quantile(p)


@pytest.mark.parametrize("degrees", [0, -1, math.nan])
def test_degrees_of_freedom_are_positive(degrees):
    with pytest.raises(AssertionError, match="degrees"):
        student_t_quantile(0.9, degrees)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_interval_is_the_one_of_scipy(values, level):
    found = estimate(np.array(values), level)
    assert found.n == len(values)
    assert found.mean == pytest.approx(np.mean(values))
    assert found.sd == pytest.approx(np.std(values, ddof=1))
    half_width = stats.t.ppf((1 + level) / 2, len(values) - 1) * stats.sem(values)
    assert found.half_width == pytest.approx(half_width, rel=1e-9, abs=1e-9)
    assert (found.low + found.high) / 2 == pytest.approx(found.mean, abs=1e-6)


def test_intervals_cover_the_mean_as_often_as_they_say():
    rows = np.random.default_rng(6).normal(10, 3, size=(4000, 6))
    covered = np.mean([e.low <= 10 <= e.high for e in map(estimate, rows)])
    assert covered == pytest.approx(0.95, abs=3.5 * math.sqrt(0.95 * 0.05 / 4000))


def test_unknown_values_are_left_out():
    assert estimate(np.array([1.0, math.nan, 3.0, 5.0])) == estimate(np.array([1.0, 3.0, 5.0]))


def test_fewer_than_two_values_have_no_interval():
    lone = estimate(np.array([math.nan, 4.0]))
    assert (lone.mean, lone.n) == (4, 1)
    assert np.isnan([lone.low, lone.high, lone.sd, lone.half_width]).all()
    none = estimate(np.array([math.nan]))
    assert none.n == 0
    assert np.isnan(none[:4]).all()


def test_equal_values_have_an_interval_of_no_width():
    assert estimate(np.full(5, 2.5)) == Estimate(2.5, 2.5, 2.5, 0.0, 5)


def test_quantiles_of_seasons():
    seasons = np.append(np.arange(11.0), math.nan)
    assert quantiles(seasons) == (1, 9)
    assert quantiles(seasons, (0.25, 0.5, 1)) == (2.5, 5, 10)
    assert quantiles(np.array([3.0])) == (3, 3)
    assert np.isnan(quantiles(np.array([math.nan]))).all()
