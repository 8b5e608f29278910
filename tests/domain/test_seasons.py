"""The year: climate, harvest bells, named events, calendars."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmsim.domain.seasons import (
    Climate,
    Harvest,
    ambient_celsius,
    autoregressive,
    calendar_factor,
    event_windows,
    harvest_bell,
)

START = date(2018, 6, 1)
FLAT = [1.0] * 12
EVERY_DAY = [1.0] * 7


def bell(*, centre=40, sd=8.0, first=20, last=60, jitter_days=0.0, start=START, days=100, z=0.0):
    harvest = Harvest(
        centre=START + timedelta(days=centre),
        sd_days=sd,
        first=START + timedelta(days=first),
        last=START + timedelta(days=last),
        jitter_days=jitter_days,
    )
    return harvest_bell(harvest, start, days, z)


@given(st.integers(0, 80), st.integers(0, 60), st.floats(1.0, 1e6), st.floats(-3.0, 3.0), st.floats(0.0, 5.0))
def test_a_whole_window_picks_the_whole_crop_inside_it(first, length, sd, z, jitter):
    season = bell(
        centre=first + length // 2, first=first, last=first + length, sd=sd, z=z, jitter_days=jitter, days=150
    )
    assert season.sum() == pytest.approx(1.0)
    assert (season >= 0.0).all()
    assert season[:first].sum() == season[first + length + 1 :].sum() == 0.0


@given(st.integers(-60, 60), st.integers(1, 100))
def test_picks_outside_the_run_are_cut_off_and_not_moved(shift, days):
    whole = bell(days=200)
    seen = bell(start=START + timedelta(days=shift), days=days)
    padded = np.concatenate([np.zeros(100), whole, np.zeros(100)])
    assert seen == pytest.approx(padded[100 + shift : 100 + shift + days])
    assert seen.sum() <= 1.0 + 1e-12


def test_most_is_picked_at_the_centre_and_a_wide_bell_is_flat():
    assert int(bell(centre=33).argmax()) == 33
    assert np.ptp(bell(sd=1e6)[20:61]) < 1e-9


def test_jitter_moves_the_centre_by_its_days():
    assert int(bell(jitter_days=5.0, z=1.0).argmax()) == 45
    assert int(bell(jitter_days=5.0, z=-2.0).argmax()) == 30


@pytest.mark.parametrize("where", [{"centre": 100, "sd": 1.0}, {"sd": 0.01, "jitter_days": 1.0, "z": 0.5}])
def test_a_narrow_bell_or_one_beyond_its_window_still_picks_the_crop(where):
    assert bell(**where).sum() == pytest.approx(1.0)


@given(st.floats(0.0, 0.99), st.integers(0, 5))
def test_the_anomaly_of_the_weather_is_stationary_with_the_given_memory(persistence, seed):
    z = np.random.default_rng(seed).standard_normal((200, 400))
    series = autoregressive(z, persistence)
    assert series.shape == z.shape
    assert (series[:, 0] == z[:, 0]).all()
    assert series[:, [0, 50, 399]].std(axis=0) == pytest.approx(1.0, abs=0.2)
    lagged = (series[:, 1:] * series[:, :-1]).mean()
    assert lagged == pytest.approx(persistence, abs=0.08 + 0.2 * persistence)


def test_without_anomaly_the_air_has_the_monthly_means_in_mid_month():
    climate = Climate(celsius=[float(m) for m in range(12)], anomaly_sd_celsius=0.0)
    days = ambient_celsius(climate, date(2019, 1, 1), np.zeros(365))
    assert days[14] == pytest.approx(0.0)
    assert days[74] == pytest.approx(2.0)
    assert days[349] == pytest.approx(11.0)
    assert (np.abs(np.diff(days)) < 11.0 / 25.0).all()


def test_the_anomaly_scales_with_its_spread():
    z = np.random.default_rng(0).standard_normal(100)
    cold, wild = (
        ambient_celsius(Climate(celsius=[10.0] * 12, anomaly_sd_celsius=sd), START, z) - 10.0
        for sd in (1.0, 3.0)
    )
    assert wild == pytest.approx(3.0 * cold)


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("618", date(2018, 6, 18), date(2018, 6, 19)),
        ("harvest-festival", date(2018, 9, 23), date(2018, 9, 22)),
        ("double-11", date(2017, 11, 11), date(2017, 11, 12)),
        ("nianhuo", date(2018, 1, 25), date(2018, 2, 15)),
    ],
)
def test_named_events_are_on_their_days(name, inside, outside):
    assert calendar_factor(inside, 1, monthly=FLAT, weekday=EVERY_DAY, events={name: 3.0})[0] == 3.0
    assert calendar_factor(outside, 1, monthly=FLAT, weekday=EVERY_DAY, events={name: 3.0})[0] == 1.0


@pytest.mark.parametrize("year", [2016, 2017])
def test_there_is_no_harvest_festival_before_2018(year):
    run = calendar_factor(
        date(year, 1, 1), 365, monthly=FLAT, weekday=EVERY_DAY, events={"harvest-festival": 2.0}
    )
    assert (run == 1.0).all()


@pytest.mark.parametrize("year", range(2016, 2029))
def test_the_new_year_trade_lasts_its_three_weeks_even_over_the_turn_of_the_year(year):
    first, last = event_windows("nianhuo", year)
    run = calendar_factor(
        first - timedelta(days=40), 120, monthly=FLAT, weekday=EVERY_DAY, events={"nianhuo": 2.0}
    )
    assert int((run == 2.0).sum()) == (last - first).days + 1


def test_an_unknown_event_is_an_error():
    with pytest.raises(ValueError, match="mid-autumn"):
        event_windows("mid-autumn", 2018)


@given(st.integers(0, 700), st.integers(1, 60))
def test_the_calendar_of_a_later_start_is_the_same_calendar(offset, days):
    monthly = [0.5 + 0.1 * m for m in range(12)]
    weekday = [1.0 + 0.05 * d for d in range(7)]
    events = {"618": 3.0, "double-11": 6.0}
    year = calendar_factor(date(2017, 1, 1), 800, monthly=monthly, weekday=weekday, events=events)
    part = calendar_factor(
        date(2017, 1, 1) + timedelta(days=offset), days, monthly=monthly, weekday=weekday, events=events
    )
    assert (part == year[offset : offset + days]).all()
