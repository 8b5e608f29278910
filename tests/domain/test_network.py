"""Shifts, distances and transit days."""

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from farmsim.domain.network import ROAD_FACTOR, normal_cdf, road_km, transit_probabilities, worked_until

MINUTES = 1440
OPENS = st.integers(0, 23).map(float)
SHIFTS = st.integers(1, 23).map(float)
WHOLE_MINUTES = st.integers(0, 3 * MINUTES)


def worked_minute_by_minute(start, minutes, opens_hour, shift_hours):
    """The slow way: count working minutes one by one; start in minutes."""
    at = start
    while True:
        is_open = (at - 60 * opens_hour) % MINUTES < 60 * shift_hours
        if minutes == 0 and is_open:
            return at
        minutes -= is_open
        at += 1
        if minutes == 0:
            return at


@given(WHOLE_MINUTES, st.integers(1, 3000), OPENS, SHIFTS)
def test_work_ends_when_counting_minutes_says_so(start, minutes, opens, shift):
    quick = worked_until(start / MINUTES, minutes / 60.0, opens, shift) * MINUTES
    assert quick == pytest.approx(worked_minute_by_minute(start, minutes, opens, shift), abs=1e-5)


@pytest.mark.parametrize(
    ("start", "hours", "opens", "shift", "end"),
    [
        (0.5, 2.0, 7.0, 12.0, 0.5 + 2.0 / 24.0),  # inside the shift
        (0.75, 2.0, 7.0, 12.0, 1.0 + 8.0 / 24.0),  # 18:00, one hour today, one tomorrow from 7:00
        (0.9, 1.0, 7.0, 12.0, 1.0 + 8.0 / 24.0),  # begun after closing
        (0.1, 1.0, 7.0, 12.0, 8.0 / 24.0),  # begun before opening
        (0.0, 3.0, 22.0, 8.0, 3.0 / 24.0),  # a night shift over midnight
        (0.25, 2.0, 22.0, 8.0, 1.0),  # begun at 6:00 when the night shift ends
        (0.3, 50.0, 0.0, 24.0, 0.3 + 50.0 / 24.0),  # day and night
        (7.0 / 24.0, 24.0, 7.0, 12.0, 1.0 + 19.0 / 24.0),  # two whole shifts
    ],
)
def test_known_shifts(start, hours, opens, shift, end):
    assert worked_until(start, hours, opens, shift) == pytest.approx(end, abs=1e-12)


@given(
    st.floats(0.0, 30.0),
    st.floats(0.01, 200.0),
    st.floats(0.0, 23.9),
    st.floats(0.5, 24.0),
    st.floats(0.1, 0.9),
)
def test_work_in_two_parts_ends_when_it_ends_in_one(start, hours, opens, shift, part):
    whole = worked_until(start, hours, opens, shift)
    paused = worked_until(start, hours * part, opens, shift)
    edges = (opens / 24.0, (opens + shift) / 24.0)
    assume(all(1e-6 < (t - edge) % 1.0 < 1.0 - 1e-6 for t in (start, paused, whole) for edge in edges))
    assert worked_until(paused, hours * (1.0 - part), opens, shift) == pytest.approx(whole, abs=1e-6)


def test_loads_that_fill_a_shift_are_done_when_it_closes():
    for day, opens, hours in product(range(30), (5.0, 6.0, 7.0, 8.0), (0.25, 0.5, 1.0, 2.0)):
        at = day + opens / 24.0
        for _ in range(int(12.0 / hours)):
            at = worked_until(at, hours, opens, 12.0)
        assert at == pytest.approx(day + (opens + 12.0) / 24.0, abs=1e-6)


@given(st.floats(0.0, 30.0), st.floats(0.01, 200.0), st.floats(0.0, 23.9), st.floats(0.5, 24.0))
def test_work_ends_inside_the_shift_and_no_sooner_than_its_length(start, hours, opens, shift):
    end = worked_until(start, hours, opens, shift)
    assert end >= start + hours / 24.0 - 1e-9
    into = (end - opens / 24.0 + 1e-9) % 1.0
    assert into <= shift / 24.0 + 2e-9


def test_the_road_from_beijing_to_shanghai():
    km = road_km(39.9042, 116.4074, np.array([31.2304]), np.array([121.4737]))[0]
    assert km / ROAD_FACTOR == pytest.approx(1067.0, rel=0.003)
    assert ROAD_FACTOR == 1.3


POINTS = st.tuples(st.floats(-80.0, 80.0), st.floats(-179.0, 179.0))


@given(POINTS, POINTS)
def test_roads_are_as_long_there_as_back(here, there):
    out = road_km(*here, np.array([there[0]]), np.array([there[1]]))[0]
    back = road_km(*there, np.array([here[0]]), np.array([here[1]]))[0]
    assert out == pytest.approx(back, rel=1e-9)
    assert 30.0 <= out <= np.pi * 6371.0 * ROAD_FACTOR + 1e-6


def test_the_next_village_is_30_km_away():
    assert road_km(40.0, 80.0, np.array([40.0]), np.array([80.0]))[0] == 30.0


def test_a_quarter_of_a_meridian():
    assert road_km(0.0, 0.0, np.array([90.0]), np.array([0.0]))[0] == pytest.approx(
        10_007.5 * ROAD_FACTOR, rel=1e-5
    )


MEANS = st.lists(st.floats(1.5, 15.0), min_size=1, max_size=6).map(np.array)


@given(MEANS, st.floats(0.05, 0.6), st.floats(0.3, 1.2))
def test_transit_days_have_chances_that_add_up(means, cv, first):
    chances = transit_probabilities(means, cv, first)
    assert (chances >= 0.0).all()
    assert chances.sum(axis=1) == pytest.approx(np.ones(len(means)), abs=1e-12)


@given(MEANS, st.floats(0.05, 0.6), st.floats(0.3, 1.2))
def test_less_than_a_thousandth_of_parcels_take_longer_than_the_last_day(means, cv, first):
    chances = transit_probabilities(means, cv, first)
    sigma = np.sqrt(np.log1p(cv * cv))
    last = first + chances.shape[1] - 1
    beyond = 1.0 - normal_cdf((np.log(last + 0.5) - np.log(means) + sigma**2 / 2.0) / sigma)
    assert (beyond < 1e-3).all()


@example(np.array([1.5]), 0.05, 0.75)
@given(MEANS, st.floats(0.05, 0.6), st.floats(0.3, 1.2))
def test_transit_days_have_the_right_mean(means, cv, first):
    """Rounding to the nearest delivery moves a time by half a day at most, and hardly the mean of many.

    What would come before the first delivery is late; what lies in the last thousandth is early.
    """
    chances = transit_probabilities(means, cv, first)
    found = chances @ (first + np.arange(chances.shape[1]))
    spread = cv * means
    rounding = np.where(spread > 0.35, 0.03, 0.5)
    before_first = np.maximum(first - means + 3.0 * spread, 0.0)
    assert (np.abs(found - means) <= rounding + 0.02 * spread + before_first).all()


def test_longer_roads_take_longer_in_the_stochastic_order():
    chances = transit_probabilities(np.array([3.0, 4.0, 6.0]), 0.25, 0.8)
    assert (np.diff(np.cumsum(chances, axis=1), axis=0) <= 1e-12).all()


def test_the_normal_distribution_function():
    z = np.array([-1.959963985, 0.0, 1.644853627])
    assert normal_cdf(z) == pytest.approx([0.025, 0.5, 0.95], abs=1e-9)
