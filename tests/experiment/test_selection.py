"""Selection of the best: the promise holds, common random numbers help, every way to end is told."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmsim.experiment.selection import Elimination, Selection, Wanted, _squared_h


def play(selection, row):
    """Play to the end; `row(replication)` gives the values of all alternatives."""
    while selection.wanted is not None:
        for replication in selection.wanted.replications:
            values = row(replication)
            selection.tell({alternative: values[alternative] for alternative in selection.left})
    return selection.selected


def normal_rows(means, sd, correlation, random_seed):
    """Rows of normal values that share part of their luck."""
    chance = np.random.default_rng(random_seed)
    own, shared = sd * math.sqrt(1.0 - correlation), sd * math.sqrt(correlation)

    def row(_):
        return means + shared * chance.normal() + own * chance.normal(size=len(means))

    return row


def slippage(trials, correlation, **options):
    """Selections among five of which the first is better than equals by just the indifference."""
    means = np.array([1.0, 0.0, 0.0, 0.0, 0.0])
    return [
        play(Selection(5, 1.0, **options), normal_rows(means, 2.0, correlation, seed))
        for seed in range(trials)
    ]


def right(found):
    return sum(end.winner == 0 for end in found) / len(found)


def slack(share, trials):
    return 3.0 * math.sqrt(share * (1.0 - share) / trials)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("confidence", [0.75, 0.95])
def test_the_best_by_the_indifference_is_selected_as_often_as_promised(correlation, confidence):
    found = slippage(500, correlation, confidence=confidence)
    assert right(found) >= confidence - slack(confidence, 500)
    assert {end.reason for end in found} == {"one_left"}


def test_the_promise_holds_after_a_short_first_stage_and_with_unequal_variances():
    assert right(slippage(250, 0.3, first_stage=4, confidence=0.9)) >= 0.9 - slack(0.9, 250)
    means, sds = np.array([1.0, 0.0, 0.0]), np.array([4.0, 1.0, 2.0])
    found = []
    for seed in range(250):
        chance = np.random.default_rng(seed)
        found.append(
            play(Selection(3, 1.0, confidence=0.9), lambda _, c=chance: means + sds * c.normal(size=3))
        )
    assert right(found) >= 0.9 - slack(0.9, 250)


def test_common_random_numbers_save_replications():
    alone, together = slippage(60, 0.0), slippage(60, 0.9)
    runs = [sum(sum(end.replications) for end in found) for found in (alone, together)]
    assert runs[1] < 0.4 * runs[0]


def test_clear_differences_are_seen_after_the_first_stage():
    found = play(Selection(4, 1.0), normal_rows(np.array([0.0, 100.0, 50.0, 0.0]), 1.0, 0.0, 1))
    assert (found.winner, found.reason, found.left) == (1, "one_left", (1,))
    assert found.replications == (10, 10, 10, 10)
    assert found.eliminations == tuple(Elimination(alternative, 10, 1) for alternative in (0, 2, 3))
    assert found.means == pytest.approx((0.0, 100.0, 50.0, 0.0), abs=2.0)


def test_the_least_is_selected_where_less_is_better():
    row = normal_rows(np.array([1.0, 0.0, 3.0]), 2.0, 0.0, 4)
    values = [row(i) for i in range(2000)]
    least = play(Selection(3, 0.5, maximise=False), lambda replication: values[replication])
    most = play(Selection(3, 0.5), lambda replication: -values[replication])
    assert least.winner == most.winner == 1
    assert least.replications == most.replications
    assert least.means == pytest.approx([-mean for mean in most.means])
    assert least.means[1] == pytest.approx(np.mean([v[1] for v in values[: least.replications[1]]]))


def test_the_steps_are_those_of_the_published_procedure():
    """Kim and Nelson (2001), c = 1, written out plainly for three alternatives."""
    k, n0, indifference, confidence = 3, 6, 0.8, 0.9
    row = normal_rows(np.array([0.0, 0.6, 1.2]), 2.0, 0.2, 8)
    values = np.array([row(i) for i in range(3000)])
    eta = 0.5 * ((2 * (1 - confidence) / (k - 1)) ** (-2 / (n0 - 1)) - 1)
    h2 = 2 * eta * (n0 - 1)
    left, r, history = {0, 1, 2}, n0, []
    while len(left) > 1:
        means = values[:r].mean(axis=0)
        beaten = set()
        for i in left:
            for j in left - {i}:
                s2 = np.var(values[:n0, i] - values[:n0, j], ddof=1)
                width = max(0.0, indifference / (2 * r) * (h2 * s2 / indifference**2 - r))
                if means[i] < means[j] - width:
                    beaten.add(i)
        history += [(i, r) for i in sorted(beaten)]
        left -= beaten
        r += 1
    found = play(Selection(3, indifference, confidence=confidence, first_stage=n0), values.__getitem__)
    assert [(e.alternative, e.replications) for e in found.eliminations] == history
    assert {found.winner} == left
    assert history[-1][1] > n0


@given(st.integers(2, 40), st.floats(0.6, 0.999), st.integers(2, 60))
def test_the_constant_solves_its_equation(alternatives, confidence, first_stage):
    eta = _squared_h(alternatives, confidence, first_stage) / (2 * (first_stage - 1))
    reached = 0.5 * (1 + 2 * eta) ** (-(first_stage - 1) / 2)
    assert reached == pytest.approx((1 - confidence) / (alternatives - 1))


def test_what_is_wanted_is_the_first_stage_and_then_one_replication_of_those_left():
    selection = Selection(3, 0.1, first_stage=4)
    row = normal_rows(np.array([0.0, 0.0, -50.0]), 1.0, 0.0, 2)
    assert selection.wanted == Wanted((0, 1, 2), range(4))
    selection.tell(dict(enumerate(row(0))))
    assert selection.wanted == Wanted((0, 1, 2), range(1, 4))
    for replication in range(1, 4):
        assert selection.selected is None
        selection.tell(dict(enumerate(row(replication))))
    assert selection.wanted == Wanted((0, 1), range(4, 5))


def test_what_was_played_ahead_for_dropped_alternatives_is_ignored():
    row = normal_rows(np.array([0.0, 0.5, -9.0]), 1.0, 0.0, 3)
    values = np.array([row(i) for i in range(2000)])
    ahead, exact = Selection(3, 0.3), Selection(3, 0.3)
    for told in values:
        if ahead.wanted is None:
            break
        ahead.tell(dict(enumerate(told)))
    assert ahead.selected == play(exact, values.__getitem__)
    assert ahead.selected.replications[2] == 10


def test_alternatives_that_play_alike_end_as_equals():
    found = play(Selection(3, 1.0), lambda replication: [replication % 3, replication % 3, -5.0])
    assert (found.winner, found.reason, found.left) == (0, "equal", (0, 1))
    assert found.replications == (10, 10, 10)


def test_the_cap_ends_a_selection_without_a_promise():
    row = normal_rows(np.array([0.0, 0.01, -300.0]), 1.0, 0.0, 5)
    found = play(Selection(3, 0.05, most_replications=25), row)
    assert (found.reason, found.left) == ("cap", (0, 1))
    assert found.replications == (25, 25, 10)
    assert found.winner == int(np.argmax(found.means))


def test_nothing_is_wanted_or_taken_after_the_end():
    selection = Selection(2, 1.0, first_stage=2)
    found = play(selection, lambda _: [0.0, 5.0])
    assert (found.winner, selection.wanted) == (1, None)
    with pytest.raises(AssertionError, match="ended"):
        selection.tell({1: 0.0})


@pytest.mark.parametrize("values", [{0: 1.0}, {0: 1.0, 1: math.nan}, {0: 1.0, 1: math.inf}])
def test_a_missing_value_is_refused_and_nothing_is_changed(values):
    selection = Selection(2, 1.0)
    with pytest.raises(ValueError, match="no value for alternative 1 in replication 0"):
        selection.tell(values)
    assert selection.wanted == Wanted((0, 1), range(10))


@pytest.mark.parametrize(
    "wrong",
    [
        {"alternatives": 1},
        {"indifference": 0.0},
        {"confidence": 0.5},
        {"confidence": 1.0},
        {"first_stage": 1},
        {"first_stage": 20, "most_replications": 10},
    ],
)
def test_a_selection_that_cannot_work_is_refused(wrong):
    with pytest.raises(AssertionError):
        Selection(**{"alternatives": 2, "indifference": 1.0, **wrong})
