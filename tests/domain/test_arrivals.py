"""When things come and how much: laws of each kind of arrival."""

from itertools import islice

import numpy as np
import pytest
from pydantic import ValidationError

from farmsim.domain.arrivals import Stream
from farmsim.streams import Streams

STREAMS = Streams(7, 0)


def stream(arrivals, **more):
    return Stream.model_validate({"arrivals": arrivals, **more})


def units(count, arrivals, **more):
    made = stream(arrivals, **more).units(STREAMS.generator("when"), STREAMS.generator("how much"))
    return list(islice(made, count))


def moments(count, arrivals, **more):
    return np.array([moment for moment, _ in units(count, arrivals, **more)])


def counts_by_day(when, days):
    return np.bincount(when[when < days].astype(int), minlength=days)


def test_poisson_counts_have_equal_mean_and_variance_and_are_independent():
    days = 4000
    by_day = counts_by_day(moments(45_000, {"kind": "poisson", "per_day": 10.0}), days)
    assert by_day.mean() == pytest.approx(10.0, abs=4 * np.sqrt(10.0 / days))
    assert by_day.var() / by_day.mean() == pytest.approx(1.0, abs=4 * np.sqrt(2.0 / days))
    assert abs(np.corrcoef(by_day[1:], by_day[:-1])[0, 1]) < 4 / np.sqrt(days)


def test_a_wave_moves_arrivals_within_the_day_and_keeps_their_mean():
    """Expected share between the hours a and b: the integral of 1 + w cos(2 pi (t - peak))."""
    days, wave, peak = 3000, 0.8, 17.0
    when = moments(70_000, {"kind": "poisson", "per_day": 20.0, "wave_share": wave, "peak_hour": peak})
    by_day = counts_by_day(when, days)
    assert by_day.mean() == pytest.approx(20.0, abs=4 * np.sqrt(20.0 / days))
    assert by_day.var() / by_day.mean() == pytest.approx(1.0, abs=4 * np.sqrt(2.0 / days))
    inside = when[when < days]
    shares = np.histogram(inside % 1.0, bins=8, range=(0.0, 1.0))[0] / len(inside)
    edges = np.arange(9) / 8
    upto = edges + wave / (2 * np.pi) * np.sin(2 * np.pi * (edges - peak / 24))
    assert shares == pytest.approx(np.diff(upto), abs=4 * np.sqrt(0.2 / len(inside)))


def test_even_arrivals_do_not_drift():
    when = moments(1_000_001, {"kind": "even", "every_days": 0.1, "first_day": 0.25})
    assert when[0] == 0.25
    assert when[-1] == 0.25 + 1_000_000 * 0.1
    assert np.array_equal(when, 0.25 + np.arange(1_000_001) * 0.1)


def test_a_renewal_process_adds_gaps_up():
    gaps = {"distribution": "uniform", "low": 1.0, "high": 3.0}
    when = moments(20_000, {"kind": "renewal", "days_between": gaps})
    between = np.diff(when, prepend=0.0)
    assert between.min() >= 1.0 - 1e-9
    assert between.max() <= 3.0 + 1e-9
    assert between.mean() == pytest.approx(2.0, abs=4 * np.sqrt(1 / 3 / 20_000))
    assert list(moments(4, {"kind": "renewal", "days_between": 0.5})) == [0.5, 1.0, 1.5, 2.0]


def test_gaps_that_a_distribution_makes_negative_are_none():
    gaps = {"distribution": "normal", "mean": 0.1, "sd": 1.0}
    assert (np.diff(moments(5000, {"kind": "renewal", "days_between": gaps})) >= 0.0).all()


def test_a_trace_brings_its_own_masses_and_ends():
    trace = {"kind": "trace", "kg_by_day": [3.0, 0.0, 5.0], "every_days": 7.0}
    assert units(10, trace, kg=99.0) == [(0.0, 3.0), (7.0, 0.0), (14.0, 5.0)]


def test_several_come_at_once_and_no_more_than_the_most():
    even = {"kind": "even", "every_days": 2.0}
    assert units(10, even, kg=4.0, at_once=3, most=5) == [(0.0, 4.0)] * 3 + [(2.0, 4.0)] * 2
    trace = {"kind": "trace", "kg_by_day": [3.0, 5.0]}
    assert units(10, trace, at_once=2) == [(0.0, 3.0), (0.0, 3.0), (1.0, 5.0), (1.0, 5.0)]


def test_whole_kilograms():
    drawn = {"distribution": "gamma", "mean": 4.0, "cv": 0.5}
    whole = [kg for _, kg in units(2000, {"kind": "even"}, kg=drawn, whole_kg=True)]
    exact = [kg for _, kg in units(2000, {"kind": "even"}, kg=drawn)]
    assert whole == [round(kg) for kg in exact]
    assert units(1, {"kind": "even"}, kg=2.6, whole_kg=True) == [(0.0, 3.0)]


def test_masses_are_never_negative():
    drawn = {"distribution": "normal", "mean": 1.0, "sd": 2.0}
    assert min(kg for _, kg in units(500, {"kind": "even"}, kg=drawn)) == 0.0
    assert units(1, {"kind": "even"}, kg=-2.0) == [(0.0, 0.0)]


def test_masses_do_not_move_the_moments():
    poisson = {"kind": "poisson", "per_day": 3.0}
    drawn = {"distribution": "lognormal", "mean": 4.0, "cv": 0.5}
    assert np.array_equal(moments(3000, poisson), moments(3000, poisson, kg=drawn))


def test_an_empty_trace_is_refused():
    with pytest.raises(ValidationError):
        stream({"kind": "trace", "kg_by_day": []})


HARVEST = {"kind": "harvest", "loads": 600.0, "centre_day": 20.0, "sd_days": 7.0, "last_day": 43.0}


def harvests(count, **changes):
    """Moments of some seasons."""
    block = stream({**HARVEST, **changes}).arrivals
    return [np.array(list(block.moments(np.random.default_rng(seed)))) for seed in range(count)]


def test_a_harvest_is_a_bell_brought_in_the_picking_hours():
    seasons = harvests(200, opens_hour=6.0, picking_hours=4.0)
    counts = np.array([len(season) for season in seasons])
    assert counts.mean() == pytest.approx(600.0, abs=4 * 600.0**0.5 / 200**0.5)
    assert counts.var(ddof=1) == pytest.approx(600.0, rel=0.45)
    every = np.concatenate(seasons)
    days = np.arange(44)
    weight = np.exp(-0.5 * ((days - 20.0) / 7.0) ** 2)
    expected = len(every) * weight / weight.sum()
    seen = np.bincount(every.astype(int), minlength=44)
    many = expected > 20
    assert np.abs(seen[many] - expected[many]).max() < 4.5 * expected.max() ** 0.5
    hours = every % 1.0 * 24.0
    assert hours.min() >= 6.0
    assert hours.max() <= 10.0
    assert all((np.diff(season) >= 0.0).all() for season in seasons)


def test_good_years_bring_more_in_step():
    plain = np.array([len(season) for season in harvests(300)])
    varied = np.array([len(season) for season in harvests(300, season_cv=0.3)])
    assert varied.std(ddof=1) / varied.mean() == pytest.approx(0.3, rel=0.2)
    assert plain.std(ddof=1) / plain.mean() < 0.06
