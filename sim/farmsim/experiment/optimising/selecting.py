"""Selecting among a handful of alternatives with a promise (KN), after those that surely break a constraint.

All are played on the same replications, which are played ahead in blocks so that several workers are busy;
the answer does not depend on it. The promise is about the alternatives that were not dropped before it began.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from farmsim.experiment.optimising.candidates import BASE, Book
from farmsim.experiment.optimising.decisions import every_row
from farmsim.experiment.selection import Elimination, Reason, Selected, Selection
from farmsim.results.estimates import estimate
from farmsim.results.paired import LEVEL

AHEAD: Final = 10
"""Replications that are played in one go after the first stage."""
MOST: Final = 2_000
"""Replications of an alternative after which the selection gives up its promise."""
SHARE: Final = 0.01
"""Of the mean of the scenario as it is: the indifference, if none is given."""


class Selecting(NamedTuple):
    """How a selection went; alternatives are places of candidates."""

    indifference: float
    """In the unit of the objective."""
    is_given: bool
    """Whether the user named it."""
    first_stage: int
    considered: tuple[int, ...]
    """Alternatives that the promise is about."""
    violating: tuple[int, ...]
    """Dropped after the first stage: they break a constraint with the confidence of the level."""
    unknown: tuple[int, ...]
    """Dropped because a run of them failed or has no such number."""
    winner: int | None
    reason: Reason | None
    """None where fewer than two alternatives were left to select among."""
    left: tuple[int, ...]
    eliminations: tuple[Elimination, ...]
    """With places of candidates, in the order in which they were dropped."""

    @property
    def is_promised(self) -> bool:
        """Whether the procedure promises that the winner is the best, or within the indifference of it."""
        return self.reason in {"one_left", "equal"}


def select(book: Book, first_stage: int, indifference: float | None) -> Selecting:
    """Play the alternatives until one is left, the others dropped with the confidence of the level."""
    question = book.question
    for row in every_row(question.decisions):
        book.place(row)
    book.refuse_if_nothing_is_valid()
    options = book.offered
    book.play([BASE, *options], first_stage)
    width = usual_indifference(book) if indifference is None else indifference
    unknown = [place for place in options if not book.is_known(place)]
    violating = violating_for_certain(book, [place for place in options if place not in unknown])
    while True:
        considered = [place for place in options if place not in {*unknown, *violating}]
        ended = _run(book, considered, first_stage, width) if len(considered) > 1 else None
        lost = [place for place in considered if not book.is_known(place)]
        if not lost:
            break
        unknown += lost
    told = (width, indifference is not None, first_stage, tuple(considered), tuple(violating), tuple(unknown))
    if ended is None:
        winner = considered[0] if considered else None
        return Selecting(*told, winner, None, tuple(considered), ())
    return Selecting(
        *told,
        considered[ended.winner],
        ended.reason,
        tuple(considered[one] for one in ended.left),
        tuple(
            Elimination(considered[one.alternative], one.replications, considered[one.beaten_by])
            for one in ended.eliminations
        ),
    )


def usual_indifference(book: Book) -> float:
    """One percent of the mean of the scenario as it is, to two figures; else a tenth of what scatters."""
    values = book.values[BASE][:, 0]
    known = values[np.isfinite(values)]
    mean, sd = (float(known.mean()), float(known.std())) if known.size else (0.0, 0.0)
    width = SHARE * abs(mean) or sd / 10.0 or 1.0
    return float(f"{width:.2g}")


def violating_for_certain(book: Book, places: Sequence[int]) -> list[int]:
    """Those of which an interval lies wholly beyond a limit; all intervals hold together (Bonferroni)."""
    question = book.question
    names = question.metrics
    tests = len(places) * len(question.constraints)
    level = 1.0 - (1.0 - LEVEL) / max(tests, 1)
    found = []
    for place in places:
        for constraint in question.constraints:
            one = estimate(book.values[place][:, names.index(constraint.metric)], level)
            if min(constraint.excess(one.low), constraint.excess(one.high)) > 0.0:
                found.append(place)
                break
    return found


def _run(book: Book, places: Sequence[int], first_stage: int, indifference: float) -> Selected | None:
    """The selection among some candidates; None if one of them turned out to be unknown."""
    selection = Selection(
        len(places),
        indifference,
        confidence=LEVEL,
        first_stage=first_stage,
        maximise=book.question.maximise,
        most_replications=max(MOST, first_stage),
    )
    while (wanted := selection.wanted) is not None:
        there = [places[one] for one in wanted.alternatives]
        _play_ahead(book, there, wanted.replications.stop)
        if any(not book.is_known(place) for place in there):
            return None
        for replication in wanted.replications:
            selection.tell({one: float(book.values[places[one]][replication, 0]) for one in selection.left})
    return selection.selected


def _play_ahead(book: Book, places: Sequence[int], replications: int) -> None:
    """See that there are so many replications of these candidates, and then some more."""
    if min(len(book.values[place]) for place in places) < replications:
        first = min(len(book.values[place]) for place in places)
        book.play(places, first + math.ceil((replications - first) / AHEAD) * AHEAD)
