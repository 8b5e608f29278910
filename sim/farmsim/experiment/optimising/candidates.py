"""The candidates of an optimisation: each set of parameters once, with the numbers that were played of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from farmsim.errors import Problem, ScenarioError
from farmsim.experiment.optimising.player import Player
from farmsim.experiment.optimising.question import Question
from farmsim.experiment.sweeps.axes import Value
from farmsim.experiment.sweeps.playing import packed

Floats = NDArray[np.float64]
BASE = 0
"""Place of the scenario as it is, which is always played."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A valid variant of the scenario."""

    key: str
    """Fingerprint of all its parameters."""
    row: tuple[Value, ...]
    """A value for each decision; none of the scenario as it is, unless it was among the candidates."""
    text: bytes
    """Its data as it is sent to workers."""


class Book:
    """Candidates by their fingerprint, what was refused, and the values of all runs under one random seed."""

    def __init__(self, question: Question, player: Player, random_seed: int) -> None:
        """The scenario as it is enters as the first, but is no candidate before a row says so."""
        self.question, self.player, self.random_seed = question, player, random_seed
        base = question.variants.variant([], [])
        assert base is not None, "the base was seen to be valid"
        self.candidates = [Candidate(base.digest, (), packed(base.text))]
        self.values: list[Floats] = [np.empty((0, len(question.metrics)))]
        """[replication, metric] of each candidate."""
        self.rows: dict[tuple[tuple[type, Value], ...], int | None] = {}
        """Every row that was proposed, with its candidate; None where the scenario refuses it."""
        self.problems: tuple[Problem, ...] = ()
        """What was wrong with the first row that was refused."""
        self._places = {base.digest: BASE}

    @property
    def offered(self) -> list[int]:
        """Candidates that may be chosen, in the order in which they were proposed."""
        return list(dict.fromkeys(place for place in self.rows.values() if place is not None))

    @property
    def refused(self) -> int:
        """Rows with which the scenario is not valid."""
        return sum(place is None for place in self.rows.values())

    @property
    def same(self) -> int:
        """Rows that differ from another one only in what decides nothing."""
        return len(self.rows) - self.refused - len(self.offered)

    def knows(self, row: Sequence[Value]) -> bool:
        """Whether a row was proposed before."""
        return _typed(row) in self.rows

    def place(self, row: tuple[Value, ...]) -> int | None:
        """The candidate of a row, entered if it is new; None if the scenario is not valid there."""
        typed = _typed(row)
        if typed not in self.rows:
            found: list[Problem] = []
            variant = self.question.variant(row, found)
            self.rows[typed] = None if variant is None else self._entered(variant.digest, row, variant.text)
            if variant is None and not self.problems:
                self.problems = tuple(dict.fromkeys(found))
        return self.rows[typed]

    def refuse_if_nothing_is_valid(self) -> None:
        """Raise ScenarioError with the problems of the first row if the scenario refused every one."""
        if self.rows and not self.offered:
            raise ScenarioError(self.problems)

    def play(self, places: Sequence[int], replications: int) -> None:
        """Have so many replications of some candidates; what is known is not played again.

        All that lack any must lack the same ones.
        """
        lacking = [place for place in dict.fromkeys(places) if len(self.values[place]) < replications]
        if not lacking:
            return
        first = len(self.values[lacking[0]])
        assert all(len(self.values[place]) == first for place in lacking), "stages are played together"
        texts = [self.candidates[place].text for place in lacking]
        played = self.player.play(texts, range(first, replications), self.random_seed)
        for place, values in zip(lacking, played, strict=True):
            self.values[place] = np.concatenate([self.values[place], values])

    def objective(self, places: Sequence[int]) -> Floats:
        """The objective of some candidates, [candidate, replication]; NaN beyond what was played."""
        most = max((len(self.values[place]) for place in places), default=0)
        table = np.full((len(places), most), np.nan)
        for line, place in enumerate(places):
            table[line, : len(self.values[place])] = self.values[place][:, 0]
        return table

    def is_known(self, place: int) -> bool:
        """Whether every run gave a number for the objective and each constraint."""
        values = self.values[place]
        return len(values) > 0 and bool(np.isfinite(values).all())

    def means(self, place: int) -> Floats:
        """Mean of each metric, [metric]; NaN if it is not known in every replication."""
        values = self.values[place]
        return values.mean(axis=0) if len(values) else np.full(values.shape[1], np.nan)

    def violation(self, place: int) -> float:
        """By how much the means break the constraints together, in shares of the limits; 0 if they hold."""
        return violation(self.question, self.means(place))

    def _entered(self, key: str, row: tuple[Value, ...], text: bytes) -> int:
        """The place of a valid variant; one that is the scenario as it is takes its place."""
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = len(self.candidates)
            self.candidates.append(Candidate(key, row, packed(text)))
            self.values.append(np.empty((0, len(self.question.metrics))))
        elif place == BASE and not self.candidates[BASE].row:
            base = self.candidates[BASE]
            self.candidates[BASE] = Candidate(base.key, row, base.text)
        return place


def violation(question: Question, means: Floats) -> float:
    """By how much means, in the order of `question.metrics`, break the constraints in all; 0 if they hold."""
    names = question.metrics
    return sum(
        max(constraint.excess(float(means[names.index(constraint.metric)])), 0.0)
        for constraint in question.constraints
    )


def _typed(row: Sequence[Value]) -> tuple[tuple[type, Value], ...]:
    """A row such that 1, 1.0 and true are told apart."""
    return tuple((type(value), value) for value in row)
