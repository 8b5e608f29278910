"""Selecting the best of a few alternatives with a promise: the procedure KN of Kim and Nelson (2001).

Fully sequential, with an indifference zone: alternatives are played replication by replication and dropped as
soon as another is surely better. If the best is better than all others by the indifference or more, it
is selected with the given probability, for normal observations with means and variances of any size; common
random numbers are allowed and save replications, since only variances of differences matter (the constants
are those of Bonferroni's inequality, with c = 1). Nothing is played here: who plays asks what is wanted and
tells what came out.
"""

import math
from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Reason = Literal["one_left", "equal", "cap"]


class Wanted(NamedTuple):
    """What must be played before a decision can be taken: these alternatives in all these replications."""

    alternatives: tuple[int, ...]
    replications: range
    """Counted from 0."""


class Elimination(NamedTuple):
    """An alternative that was dropped."""

    alternative: int
    replications: int
    """Replications after which it was dropped."""
    beaten_by: int
    """The alternative to which it had lost most beyond what chance allows."""


class Selected(NamedTuple):
    """The end of a selection."""

    winner: int
    reason: Reason
    """`one_left`: all others were dropped. `equal`: those left have exactly the same mean after as many
    replications as could be needed. `cap`: the replications allowed ran out with several left; the winner has
    the best mean, and nothing is promised. Of equal means the first wins."""
    left: tuple[int, ...]
    """Alternatives that were never dropped, the winner among them."""
    replications: tuple[int, ...]
    """Replications that were told of each alternative."""
    means: tuple[float, ...]
    """Mean of each alternative over its replications."""
    eliminations: tuple[Elimination, ...]
    """In the order in which they were dropped."""


class Selection:
    """A selection in progress: `wanted` says what to play, `tell` takes a replication, `selected` ends it."""

    def __init__(
        self,
        alternatives: int,
        indifference: float,
        *,
        confidence: float = 0.95,
        first_stage: int = 10,
        maximise: bool = True,
        most_replications: int = 10_000,
    ) -> None:
        """`indifference` is the smallest difference that matters, in the unit of the values.

        The first stage is played by all alternatives and gives the variances of their differences.
        `confidence` must be higher than that of guessing, 1 / alternatives.
        """
        assert alternatives >= 2, f"a selection is among two or more, not {alternatives}"
        assert indifference > 0.0, f"an indifference is positive, not {indifference}"
        assert 1.0 / alternatives < confidence < 1.0, f"no selection has the confidence {confidence}"
        assert 2 <= first_stage <= most_replications, f"the first stage cannot have {first_stage}"
        self._indifference = indifference
        self._spread_factor = _squared_h(alternatives, confidence, first_stage)
        self._first_stage = first_stage
        self._most_replications = most_replications
        self._sign = 1.0 if maximise else -1.0
        self._left = np.arange(alternatives)
        self._first: list[Floats] = []
        self._limits: Floats = np.empty((0, 0))
        self._sums: Floats = np.zeros(alternatives)
        self._told = np.zeros(alternatives, dtype=np.int64)
        self._eliminations: list[Elimination] = []
        self._reason: Reason | None = None

    @property
    def left(self) -> tuple[int, ...]:
        """Alternatives that may still be selected."""
        return tuple(self._left.tolist())

    @property
    def wanted(self) -> Wanted | None:
        """What is to be played next: the rest of the first stage or one replication; None at the end."""
        if self._reason is not None:
            return None
        replication = self._replications
        return Wanted(self.left, range(replication, max(replication + 1, self._first_stage)))

    @property
    def selected(self) -> Selected | None:
        """The winner and how it came about; None as long as something is wanted."""
        if self._reason is None:
            return None
        means = self._sums / self._told
        winner = int(self._left[np.argmax(means[self._left])])
        return Selected(
            winner,
            self._reason,
            self.left,
            tuple(self._told.tolist()),
            tuple((self._sign * means).tolist()),
            tuple(self._eliminations),
        )

    def tell(self, values: Mapping[int, float]) -> None:
        """What the next replication gave: a value for each alternative that is left.

        Replications are told in their order. Values of alternatives that were dropped meanwhile are ignored,
        so that replications may be played ahead. ValueError for a value that is missing or not finite.
        """
        assert self._reason is None, "the selection has ended"
        for alternative in self.left:
            if not math.isfinite(values.get(alternative, math.nan)):
                raise ValueError(
                    f"no value for alternative {alternative} in replication {self._replications}"
                )
        told = self._sign * np.array([values[alternative] for alternative in self.left])
        self._sums[self._left] += told
        self._told[self._left] += 1
        if self._replications <= self._first_stage:
            self._first.append(told)
        if self._replications == self._first_stage:
            variances = _variances_of_differences(np.array(self._first))
            self._limits = self._spread_factor * variances / self._indifference**2
        if self._replications >= self._first_stage:
            self._screen()

    @property
    def _replications(self) -> int:
        """Replications told so far."""
        return int(self._told[self._left[0]])

    def _screen(self) -> None:
        """Drop every alternative whose mean is below another one by more than chance allows."""
        replications = self._replications
        means = self._sums[self._left] / replications
        limits = self._limits[np.ix_(self._left, self._left)]
        allowed = np.maximum(self._indifference / (2 * replications) * (limits - replications), 0.0)
        lost = means[None, :] - means[:, None] - allowed
        np.fill_diagonal(lost, -math.inf)
        dropped = lost.max(axis=1) > 0.0
        self._eliminations += [
            Elimination(int(self._left[place]), replications, int(self._left[np.argmax(lost[place])]))
            for place in np.flatnonzero(dropped)
        ]
        self._left = self._left[~dropped]
        self._reason = self._end(exhausted=bool((limits[~dropped][:, ~dropped] < replications).all()))

    def _end(self, *, exhausted: bool) -> Reason | None:
        """Why nothing more is to be played; `exhausted` if chance allows for no difference any more."""
        if len(self._left) == 1:
            return "one_left"
        if exhausted:
            return "equal"
        return "cap" if self._replications >= self._most_replications else None


def _squared_h(alternatives: int, confidence: float, first_stage: int) -> float:
    """The constant h^2 = 2 eta (n0 - 1) of KN with c = 1, eta from (1 + 2 eta)^(-(n0 - 1) / 2) / 2 = error.

    The error allowed to each of the k - 1 comparisons with the best is (1 - confidence) / (k - 1).
    """
    error = (1.0 - confidence) / (alternatives - 1)
    return (math.pow(2.0 * error, -2.0 / (first_stage - 1)) - 1.0) * (first_stage - 1)


def _variances_of_differences(values: Floats) -> Floats:
    """Variance of the difference of each pair over replications, from [replication, alternative].

    Pair by pair from the differences themselves: equal alternatives have exactly none.
    """
    return np.array([(values - column[:, None]).var(axis=0, ddof=1) for column in values.T])
