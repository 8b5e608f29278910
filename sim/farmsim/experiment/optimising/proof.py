"""The proof: the best of the search once more, where nobody has chosen by their luck.

Those that cannot be told from the best are played on fresh random seeds, and the winner is chosen there; then
the winner and the scenario as it is are played on other random seeds still. A mean of the winner that had a
part in choosing it would flatter it, if less than that of the search.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.experiment.optimising.candidates import BASE, Book, violation
from farmsim.experiment.optimising.question import Constraint
from farmsim.experiment.optimising.selecting import Selecting
from farmsim.results.estimates import Estimate, estimate
from farmsim.results.paired import LEVEL, Difference, difference
from farmsim.results.ranking import Ties, ties_with_best

Floats = NDArray[np.float64]
FINALISTS: Final = 5
"""So many candidates are played on fresh random seeds, at most."""
Verdict = Literal["holds", "not_decided", "violated", "unknown"]


class Kept(NamedTuple):
    """A constraint on fresh random seeds; the intervals of all constraints hold together."""

    constraint: Constraint
    found: Estimate
    verdict: Verdict


class Choice(NamedTuple):
    """How the winner was chosen among the finalists."""

    finalists: tuple[int, ...]
    """Places of candidates, the best of the search first."""
    random_seed: int | None
    """None where there was nothing to choose."""
    means: tuple[float, ...]
    """Mean of the objective of each finalist on that random seed."""
    tied: tuple[bool, ...]
    """Which of them cannot be told from the best there."""
    winner: int
    """Place of a candidate."""


class Proof(NamedTuple):
    """The winner on random seeds that had no part in choosing it."""

    random_seed: int
    mean: Estimate
    base: Estimate
    """Of the scenario as it is, on the same replications."""
    gain: Difference
    """Winner less the scenario as it is, by pairs."""
    constraints: tuple[Kept, ...]


def fresh_seed(random_seed: int, purpose: str) -> int:
    """A random seed that is not that of the search, and always the same for it."""
    return int.from_bytes(blake2b(f"optimise {purpose} {random_seed}".encode(), digest_size=4).digest())


def eligible(book: Book) -> list[int]:
    """Candidates whose numbers are known and whose means keep the constraints."""
    return [place for place in book.offered if book.is_known(place) and not book.violation(place) > 0.0]


def ties_of_search(book: Book, places: Sequence[int]) -> tuple[list[int], Ties | None]:
    """Those that cannot be told from the best of them, the best first, and how they were compared."""
    if not places:
        return [], None
    found = ties_with_best(book.objective(places), maximise=book.question.maximise)
    sign = -1.0 if book.question.maximise else 1.0
    tied = [places[int(line)] for line in np.flatnonzero(found.tied)]
    return sorted(tied, key=lambda place: sign * book.means(place)[0]), found


def finalists_of_selection(book: Book, selecting: Selecting) -> list[int]:
    """What a selection left, its winner first; with constraints also those dropped last.

    A selection compares objectives alone: its winner may break a constraint that it was not sure to break.
    """
    if selecting.winner is None:
        return []
    sign = -1.0 if book.question.maximise else 1.0
    others = [place for place in selecting.left if place != selecting.winner]
    order = [selecting.winner, *sorted(others, key=lambda place: sign * float(book.means(place)[0]))]
    if book.question.constraints:
        order += [one.alternative for one in reversed(selecting.eliminations)]
    return order[:FINALISTS]


def choose(book: Book, finalists: Sequence[int], replications: int, *, in_order: bool = False) -> Choice:
    """The finalist of the best mean on fresh random seeds among those whose means keep the constraints there.

    With `in_order` the first that keeps them; if none does, the one that breaks them least.
    """
    if len(finalists) == 1:
        return Choice(tuple(finalists), None, (), (True,), finalists[0])
    question, seed = book.question, fresh_seed(book.random_seed, "choice")
    values = _played(book, finalists, replications, seed)
    means = values.mean(axis=1)
    sign = -1.0 if question.maximise else 1.0

    def rank(line: int) -> tuple[bool, float, float]:
        broken = violation(question, means[line])
        unknown = not bool(np.isfinite(values[line]).all())
        return unknown, broken, line if in_order else sign * float(means[line, 0])

    lines = range(len(finalists))
    known = [line for line in lines if not rank(line)[0]]
    ties = ties_with_best(values[:, :, 0], maximise=question.maximise) if known else None
    tied = (True,) * len(finalists) if ties is None else tuple(bool(one) for one in ties.tied)
    winner = finalists[min(lines, key=rank)]
    return Choice(tuple(finalists), seed, tuple(float(mean) for mean in means[:, 0]), tied, winner)


def prove(book: Book, winner: int, replications: int) -> Proof:
    """The winner and the scenario as it is on random seeds of their own."""
    question, seed = book.question, fresh_seed(book.random_seed, "proof")
    places = list(dict.fromkeys([winner, BASE]))
    played = _played(book, places, replications, seed)
    best, base = played[0], played[-1]
    level = 1.0 - (1.0 - LEVEL) / max(len(question.constraints), 1)
    return Proof(
        seed,
        estimate(best[:, 0]),
        estimate(base[:, 0]),
        difference(best[:, 0], base[:, 0]),
        tuple(_kept(one, best[:, question.metrics.index(one.metric)], level) for one in question.constraints),
    )


def runs_of_proof(finalists: int, replications: int) -> int:
    """Runs that choosing and proving takes."""
    return (0 if finalists == 1 else finalists * replications) + 2 * replications


def _kept(constraint: Constraint, values: Floats, level: float) -> Kept:
    """Whether a constraint holds, by the interval of the mean."""
    found = estimate(values, level)
    worst, best = sorted((constraint.excess(found.low), constraint.excess(found.high)), reverse=True)
    verdict: Verdict = "not_decided"
    if found.n < 2 or found.n < len(values):
        verdict = "unknown"
    elif worst <= 0.0:
        verdict = "holds"
    elif best > 0.0:
        verdict = "violated"
    return Kept(constraint, found, verdict)


def _played(book: Book, places: Sequence[int], replications: int, random_seed: int) -> Floats:
    """[candidate, replication, metric] on another random seed."""
    texts = [book.candidates[place].text for place in places]
    return book.player.play(texts, range(replications), random_seed)
