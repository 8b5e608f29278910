"""The search: candidates in batches, each played on the same replications, the optimiser told of them.

Batches have a fixed size and are told in the order in which they were asked for, so that the answer depends
on the random seed alone, not on how many play. Where all combinations are no more than are to be tried, all
are.
"""

from typing import Final, NamedTuple

from farmsim.experiment.optimising.candidates import BASE, Book
from farmsim.experiment.optimising.decisions import Told, every_row, spread_rows
from farmsim.experiment.optimising.estimators import ParzenEstimators
from farmsim.experiment.optimising.question import Question
from farmsim.streams import Streams

BATCH: Final = 8
"""Candidates that are asked for before any of them is told."""
_FIRST_LEAST, _FIRST_EACH = 8, 4
"""Candidates spread evenly before the optimiser learns: at least so many, and so many for each decision."""
_IN_VAIN: Final = 4
"""Batches in a row without a new candidate after which the search ends."""


class Searched(NamedTuple):
    """How the search went."""

    asked: int
    """Candidates that the optimiser proposed, those included that were known."""
    optimiser: str | None
    """Its name and version; None where all combinations were tried."""


def search(book: Book, trials: int, replications: int) -> Searched:
    """Try so many combinations of values, refused ones included, or all if there are no more."""
    question = book.question
    count = question.combinations
    if count is not None and count <= trials:
        rows = every_row(question.decisions)
        for start in range(0, len(rows), BATCH):
            _play(book, [book.place(row) for row in rows[start : start + BATCH]], replications)
        book.refuse_if_nothing_is_valid()
        return Searched(len(rows), None)
    optimiser = ParzenEstimators(
        question.decisions,
        book.random_seed,
        maximise=question.maximise,
        first=first_rows(question, book.random_seed, trials),
    )
    asked = in_vain = 0
    while len(book.rows) < trials and in_vain < _IN_VAIN:
        before = len(book.rows)
        most = min(BATCH, trials - before)
        batch: list[int | None] = []
        while len(book.rows) - before < most and len(batch) < 2 * BATCH:
            told = optimiser.ask()
            row = tuple(one.value(place) for one, place in zip(question.decisions, told, strict=True))
            batch.append(book.place(row))
        _play(book, batch, replications)
        optimiser.tell([None if place is None else _result(book, place) for place in batch])
        asked += len(batch)
        in_vain = in_vain + 1 if len(book.rows) == before else 0
    book.refuse_if_nothing_is_valid()
    return Searched(asked, optimiser.name)


def first_rows(question: Question, random_seed: int, trials: int) -> list[tuple[Told, ...]]:
    """What is tried before anything is learnt: the scenario as it is, if it can be, others spread evenly."""
    decisions = question.decisions
    count = min(max(_FIRST_LEAST, _FIRST_EACH * len(decisions)), max(trials // 2, 1))
    now = [one.told(value) for one, value in zip(decisions, question.now(), strict=True)]
    as_it_is = tuple(told for told in now if told is not None)
    chance = Streams(random_seed, 0).generator("optimise", "first")
    spread = spread_rows(decisions, count, chance)
    return [as_it_is, *spread[1:]] if len(as_it_is) == len(decisions) else spread


def _play(book: Book, batch: list[int | None], replications: int) -> None:
    book.play([BASE, *(place for place in batch if place is not None)], replications)


def _result(book: Book, place: int) -> tuple[float, float] | None:
    """What the optimiser is told of a candidate; None if its numbers are not known."""
    if not book.is_known(place):
        return None
    return float(book.means(place)[0]), book.violation(place)
