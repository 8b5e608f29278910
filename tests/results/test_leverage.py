"""Leverage: ratios of means with the interval of the linearised ratio, and four definitions that nest."""

import math

import numpy as np
import pytest

from farmsim.results.estimates import estimate
from farmsim.results.leverage import DEFINITIONS, effects_of, ratio_estimate


def test_with_a_fixed_cost_the_ratio_is_the_mean_over_it():
    effect = np.array([4.0, 8.0, 6.0, 7.0])
    plain, ratio = estimate(effect / 2.0), ratio_estimate(effect, np.full(4, 2.0))
    assert ratio == pytest.approx(plain)


def test_the_ratio_of_means_is_not_the_mean_of_ratios():
    found = ratio_estimate(np.array([10.0, 10.0]), np.array([1.0, 3.0]))
    assert found.mean == pytest.approx(5.0)


def test_an_effect_in_proportion_to_cost_has_no_spread():
    cost = np.array([1.0, 2.0, 5.0])
    found = ratio_estimate(3.0 * cost, cost)
    assert (found.low, found.mean, found.high) == pytest.approx((3.0, 3.0, 3.0))


def test_the_interval_covers_the_true_ratio():
    """Means 12 and 4, correlated: the ratio is 3; 95 % within four standard errors of 2 000 experiments."""
    generator = np.random.default_rng(20261123)
    inside = 0
    for _ in range(2000):
        cost = 4.0 + 0.5 * generator.standard_normal(25)
        effect = 12.0 + 2.0 * (cost - 4.0) + generator.standard_normal(25)
        found = ratio_estimate(effect, cost)
        inside += found.low <= 3.0 <= found.high
    assert abs(inside / 2000 - 0.95) < 4.0 * math.sqrt(0.95 * 0.05 / 2000)


def test_where_nothing_was_spent_nothing_can_be_said():
    assert math.isnan(ratio_estimate(np.ones(3), np.zeros(3)).mean)


def test_one_season_has_no_interval():
    found = ratio_estimate(np.array([6.0]), np.array([2.0]))
    assert found.mean == 3.0
    assert math.isnan(found.low)


def test_a_gain_elsewhere_does_not_make_up_for_a_loss_elsewhere():
    ones = np.ones(2)
    with_it = np.array([[5.0, 1.0], [5.0, 5.0]])
    without = np.array([[5.0, 3.0], [1.0, 5.0]])
    effects = effects_of(ones, 9 * ones, (8 * ones, 2 * ones), (with_it, without))
    assert effects.net_gain.tolist() == [6.0, 6.0]
    assert effects.net_gain_less_losses.tolist() == [4.0, 6.0]
    assert list(effects.multiples()) == list(DEFINITIONS)
    assert effects.multiples()["gross_sales"].mean == 9.0
