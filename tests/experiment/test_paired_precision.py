"""Replications until differences are precise enough: the rule, and comparisons that continue each other."""

import math

import numpy as np
import pytest

from farmsim.experiment.compare import compare_scenarios
from farmsim.experiment.paired_precision import next_pairs, stop_of
from farmsim.experiment.precision import ENOUGH, FIRST, Precision
from farmsim.results.paired import difference
from farmsim.scenario.load import load_scenario

INCOME = "household_net_income"


def seasons(count, *, gaps=(10.0,), mean=100.0, shared=50.0, own=5.0, seed=1):
    """A baseline and others that lie so much above it, with what they share and noise of their own."""
    generator = np.random.default_rng(seed)
    base = mean + generator.normal(0.0, shared, count)
    return [base] + [base + gap + generator.normal(0.0, own, count) for gap in gaps]


def played(values, asked):
    """Why the rule stops, given as many of these seasons as it takes."""
    count, stages = min(FIRST, asked.most), []
    while True:
        part = [one[:count] for one in values]
        stages.append(count)
        stop = stop_of(part, asked, stages)
        if stop is not None:
            assert next_pairs(part, asked) == count
            return stop
        assert next_pairs(part, asked) > count
        count = next_pairs(part, asked)


def test_it_stops_where_every_interval_is_a_small_share_of_the_baseline_s_mean():
    values = seasons(2000, gaps=(10.0, 0.0, -40.0))
    stop = played(values, Precision(0.01))
    count = stop.stages[-1]
    halves = [difference(one[:count], values[0][:count], 3).estimate.half_width for one in values[1:]]
    assert stop.reason == "reached"
    assert max(halves) == stop.difference.half_width <= 0.01 * values[0][:count].mean()
    assert stop.place == 1 + int(np.argmax(halves))
    theory = (2.394 * 5.0 / 1.0) ** 2
    assert theory * 0.6 < count < theory * 2.0


def test_what_scenarios_share_costs_nothing_and_more_scenarios_cost_more():
    few = played(seasons(4000, shared=10.0), Precision(0.01)).stages[-1]
    assert played(seasons(4000, shared=20.0), Precision(0.01)).stages[-1] < 1.5 * few
    many = played(seasons(4000, gaps=(10.0,) * 9, shared=10.0), Precision(0.01)).stages[-1]
    assert many > 1.2 * few


def test_the_most_is_not_exceeded_and_what_is_lacking_is_told():
    stop = played(seasons(50), Precision(0.005, most=30))
    assert (stop.reason, stop.stages[-1]) == ("most", 30)
    assert 200 < stop.needed < 1200
    assert played(seasons(50, own=500.0, mean=1000.0), Precision(0.0001, most=30)).needed is None


def test_a_share_of_nothing_is_refused():
    stop = played(seasons(200, mean=0.0), Precision(0.01))
    assert (stop.reason, stop.needed) == ("zero", None)
    assert ENOUGH <= stop.stages[-1] <= 2 * ENOUGH


def test_a_metric_that_is_not_known_is_told():
    values = seasons(200)
    values[1] = np.full(200, math.nan)
    stop = played(values, Precision(0.01))
    assert stop.reason == "unknown"
    assert math.isnan(stop.share)


def test_equal_scenarios_are_known_at_once():
    base = seasons(100)[0]
    assert played([base, base], Precision(0.0001)).reason == "reached"
    assert played([np.zeros(100), np.zeros(100)], Precision(0.0001)).reason == "reached"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_comparison_that_was_continued_is_one_of_so_many_replications(workers):
    files = {name: load_scenario(name, ("horizon_days=40",)) for name in ("bachu-trader", "bachu-matrix")}
    seen = []
    found = compare_scenarios(
        files,
        precision=Precision(0.05, INCOME, most=60),
        workers=workers,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert len(found.stop.stages) > 1
    assert found.stop.stages[-1] == found.replications <= 60
    plain = compare_scenarios(files, replications=found.replications, workers=1)
    for one, other in zip(found.runs, plain.runs, strict=True):
        assert [repr(o) for o in one.outcomes] == [repr(o) for o in other.outcomes]
    assert seen[-1] == (2 * found.replications, 2 * found.replications)
    assert all(done <= total for done, total in seen)
