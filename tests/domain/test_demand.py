"""Demand: logit shares against the formula written out, and reputation in closed form."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmsim.domain.demand import first_come, logit_shares, orders_by_hour, reputation
from farmsim.streams import Streams, uniform_block

SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=4)
SEEDS = st.integers(0, 2**32 - 1)


def market(sizes, seed, regions=3):
    rng = np.random.default_rng(seed)
    odds = np.exp(rng.normal(0.0, 2.0, (sum(sizes), regions)))
    odds[rng.random(odds.shape) < 0.2] = 0.0
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    group = np.repeat(np.arange(len(sizes)), sizes)
    return odds, first, group


@given(SIZES, SEEDS)
def test_shares_are_odds_over_all_odds_and_one_for_not_buying(sizes, seed):
    odds, first, group = market(sizes, seed)
    shares = logit_shares(odds, first, group)
    for offer in range(len(odds)):
        for region in range(odds.shape[1]):
            rivals = sum(float(odds[i, region]) for i in range(len(odds)) if group[i] == group[offer])
            assert shares[offer, region] == pytest.approx(odds[offer, region] / (1.0 + rivals))


@given(SIZES, SEEDS)
def test_the_outside_option_keeps_its_share(sizes, seed):
    odds, first, group = market(sizes, seed)
    shares = logit_shares(odds, first, group)
    bought = np.add.reduceat(shares, first, axis=0)
    assert (bought < 1.0).all()
    total = np.add.reduceat(odds, first, axis=0)
    assert 1.0 - bought == pytest.approx(1.0 / (1.0 + total))


@given(st.integers(2, 6), SEEDS, st.data())
def test_the_ratio_of_two_shares_does_not_depend_on_a_third_offer(count, seed, data):
    """Independence of irrelevant alternatives (McFadden 1974)."""
    odds, first, group = market([count], seed)
    odds += 0.01
    closed = data.draw(st.integers(2, count)) - 1 if count > 2 else None
    with_all = logit_shares(odds, first, group)
    without = odds.copy()
    if closed is not None:
        without[closed] = 0.0
    left = logit_shares(without, first, group)
    assert left[0] / left[1 if closed != 1 else -1] == pytest.approx(
        with_all[0] / with_all[1 if closed != 1 else -1]
    )


@given(SIZES, SEEDS, st.floats(1.01, 10.0))
def test_a_better_offer_gains_and_takes_from_each_rival_in_proportion(sizes, seed, factor):
    odds, first, group = market(sizes, seed)
    odds[0] += 0.01
    before = logit_shares(odds, first, group)
    odds[0] *= factor
    after = logit_shares(odds, first, group)
    assert (after[0] > before[0]).all()
    assert (after[1:][group[1:] == 0] <= before[1:][group[1:] == 0]).all()
    assert (after[group != 0] == before[group != 0]).all()


@given(st.floats(0.0, 5.0), st.floats(0.0, 5.0), st.integers(0, 3000), st.floats(0.0001, 0.5))
def test_a_rating_moves_to_the_reviews_as_smoothing_one_by_one_would(rating, score, reviews, smoothing):
    moved = reputation(
        np.array([rating]), np.array([score * reviews]), np.array([float(reviews)]), smoothing
    )[0]
    slow = rating
    for _ in range(reviews):
        slow += smoothing * (score - slow)
    assert moved == pytest.approx(slow, abs=1e-9)


@given(st.floats(0.0, 5.0), st.floats(0.0, 5.0), st.integers(1, 500), st.integers(1, 500))
def test_two_days_of_equal_reviews_rate_like_one_day_with_all(rating, score, one, other):
    def after(start, count):
        return reputation(np.array([start]), np.array([score * count]), np.array([float(count)]), 0.01)[0]

    assert after(after(rating, one), other) == pytest.approx(after(rating, one + other), abs=1e-9)


def test_without_reviews_a_rating_stays():
    ratings = np.array([4.7, 0.0])
    kept = reputation(ratings, np.zeros(2), np.zeros(2), 0.01)
    assert (kept == ratings).all()


def test_many_bad_reviews_bring_the_rating_down_to_their_mean():
    low = reputation(np.array([4.8]), np.array([1.5 * 1e6]), np.array([1e6]), 0.001)[0]
    assert math.isclose(low, 1.5, abs_tol=1e-9)


@pytest.mark.parametrize("total", [0, 1, 40, 3000])
def test_orders_of_a_day_come_by_the_hours_weights(total):
    hourly = np.tile(np.array([1.0, 0.0, 2.0, 5.0]), (4000, 1))
    u = uniform_block(Streams(1, 0).keys("hours", list(range(4000))), np.arange(4, dtype=np.uint64))
    by_hour = orders_by_hour(u, np.full(4000, total), hourly)
    assert (by_hour.sum(axis=1) == total).all()
    assert (by_hour[:, 1] == 0).all()
    share = np.array([1, 0, 2, 5]) / 8
    error = 5.0 * np.sqrt(total * share * (1 - share) / 4000)
    assert (abs(by_hour.mean(axis=0) - total * share) <= error + 1e-9).all()
    assert by_hour.var(axis=0) == pytest.approx(total * share * (1 - share), rel=0.15)


def test_who_comes_first_is_served_first():
    by_hour = np.array([[3, 0, 4, 2], [3, 0, 4, 2], [3, 0, 4, 2]])
    assert first_come(by_hour, np.array([9, 5, 0])).tolist() == [[3, 0, 4, 2], [3, 0, 2, 0], [0, 0, 0, 0]]
