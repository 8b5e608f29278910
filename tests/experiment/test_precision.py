"""Replications until a mean is precise enough: the rule, and runs that continue each other."""

import math

import numpy as np
import pytest

from farmsim.experiment.precision import (
    ENOUGH,
    FIRST,
    Precision,
    needed,
    next_count,
    reason_to_stop,
    run_to_precision,
)
from farmsim.experiment.run import run_scenario
from farmsim.results.estimates import estimate
from farmsim.scenario.load import load_scenario

INCOME = "household_net_income"
SHORT = ("horizon_days=50",)


def played(values, asked):
    """How many of a long row of values the rule takes, and why it stops."""
    count = min(FIRST, asked.most)
    while (more := next_count(values[:count], asked)) > count:
        count = more
    return count, reason_to_stop(values[:count], asked)


def test_the_rule_stops_where_the_interval_is_narrow_enough():
    values = np.random.default_rng(1).normal(100.0, 20.0, 2000)
    count, reason = played(values, Precision(0.02))
    assert reason == "reached"
    assert estimate(values[:count]).half_width <= 2.0
    theory = (1.96 * 20.0 / 2.0) ** 2
    assert theory * 0.8 < count < theory * 1.3


def test_a_finer_precision_takes_at_least_as_many():
    values = np.random.default_rng(2).normal(50.0, 10.0, 2000)
    counts = [played(values, Precision(share))[0] for share in (0.2, 0.1, 0.05, 0.02)]
    assert counts == sorted(counts)
    assert counts[0] == FIRST


def test_intervals_cover_nearly_as_often_as_they_say():
    generator = np.random.default_rng(3)
    covered = 0
    for _trial in range(400):
        values = generator.normal(100.0, 20.0, 400)
        found = estimate(values[: played(values, Precision(0.05, most=400))[0]])
        covered += found.low <= 100.0 <= found.high
    assert 0.91 <= covered / 400 <= 0.98


def test_the_most_is_not_exceeded_and_what_is_lacking_is_told():
    values = np.random.default_rng(4).normal(100.0, 20.0, 100)
    asked = Precision(0.01, most=60)
    assert played(values, asked) == (60, "most")
    assert 1000 < needed(values[:60], asked) < 2500
    assert needed(values[:60], Precision(0.0001)) is None
    assert next_count(values[:10], Precision(0.0001, most=80)) == 80


def test_a_share_of_a_mean_that_may_be_zero_is_refused():
    values = np.tile([1.0, -1.0, 2.0, -2.0, 0.5], 200)
    assert played(values, Precision(0.02)) == (ENOUGH, "zero")
    assert played(values, Precision(0.02, most=5)) == (5, "zero")


def test_constants_are_known_at_once_and_the_unknown_never():
    assert played(np.zeros(100), Precision(0.02)) == (FIRST, "reached")
    assert played(np.full(100, math.nan), Precision(0.02)) == (ENOUGH, "unknown")


def test_values_that_are_often_unknown_take_more_replications():
    values = np.random.default_rng(6).normal(100.0, 20.0, 40)
    halved = np.where(np.arange(40) % 2, values, math.nan)
    asked = Precision(0.02)
    known = needed(halved[1::2], asked)
    assert needed(halved, asked) == 2 * known


@pytest.fixture(scope="module")
def loaded():
    return load_scenario("bachu-trader", SHORT)


def test_a_run_to_a_precision_is_the_run_of_so_many_replications(loaded):
    share = run_scenario(loaded, replications=FIRST, workers=1).estimate(INCOME)
    asked = Precision(0.8 * share.half_width / share.mean)
    told = []
    result = run_to_precision(
        loaded, asked, workers=1, progress=lambda done, total: told.append((done, total))
    )
    stop = result.stop
    assert (stop.reason, stop.stages[0], stop.stages[-1]) == ("reached", FIRST, len(result.outcomes))
    assert len(stop.stages) > 1
    assert stop.share <= asked.share
    plain = run_scenario(loaded, replications=len(result.outcomes), workers=1)
    assert repr(plain.outcomes) == repr(result.outcomes)
    assert told[-1] == (len(result.outcomes), len(result.outcomes))
    assert [done for done, _total in told] == sorted(done for done, _total in told)
    two = run_to_precision(loaded, asked, workers=2)
    assert repr(two.outcomes) == repr(result.outcomes)
    assert two.stop == stop


def test_fewer_than_the_first_stage_may_be_the_most(loaded):
    stop = run_to_precision(loaded, Precision(0.0001, most=2), workers=1).stop
    assert (stop.reason, stop.stages) == ("most", (2,))
