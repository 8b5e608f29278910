"""Searching decisions, then proving the winner: a search flatters what it finds, fresh seasons do not."""

import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import numpy as np

from farmsim.experiment.optimising.candidates import BASE, Book
from farmsim.experiment.optimising.player import Player
from farmsim.experiment.optimising.proof import (
    FINALISTS,
    Choice,
    Proof,
    choose,
    eligible,
    finalists_of_selection,
    prove,
    runs_of_proof,
    ties_of_search,
)
from farmsim.experiment.optimising.question import Method, Question
from farmsim.experiment.optimising.search import Searched, search
from farmsim.experiment.optimising.selecting import Selecting, select
from farmsim.experiment.sweeps.axes import Value
from farmsim.experiment.sweeps.driver import Play
from farmsim.experiment.sweeps.engines import Engine
from farmsim.experiment.sweeps.playing import play_job

REPLICATIONS = 10
"""Of each candidate in the search, and of each alternative before a selection drops any."""
TRIALS = 60
PROOF = 30


@dataclass(frozen=True, slots=True)
class Optimum:
    """What an optimisation has found; candidates are places in its book."""

    question: Question
    book: Book = field(repr=False)
    method: Method
    replications: int
    proof_replications: int
    searched: Searched | None
    selecting: Selecting | None
    ties: tuple[int, ...]
    """Candidates that the search cannot tell from its best, the best first."""
    choice: Choice | None
    proof: Proof | None
    """None where no candidate keeps the constraints, or the search was interrupted."""
    interrupted: bool
    seconds: float

    @property
    def winner(self) -> int | None:
        """The candidate that was chosen; None if there is none."""
        return None if self.choice is None else self.choice.winner

    @property
    def settings(self) -> dict[str, Value]:
        """What the winner decides, by key."""
        if self.winner is None:
            return {}
        row = self.book.candidates[self.winner].row
        return dict(zip((one.key for one in self.question.decisions), row, strict=True))

    @property
    def is_promised(self) -> bool:
        """Whether the promise of a selection is about the winner, which breaks no constraint for certain."""
        return (
            self.selecting is not None
            and self.selecting.is_promised
            and self.winner == self.selecting.winner
            and self.proof is not None
            and all(kept.verdict != "violated" for kept in self.proof.constraints)
        )

    @property
    def search_mean(self) -> float:
        """Mean of the winner's objective in the search, which had a part in choosing it."""
        assert self.winner is not None, "there is a winner"
        return float(self.book.means(self.winner)[0])

    @property
    def search_gain(self) -> float:
        """Winner less the scenario as it is in the search, on the seasons that both played."""
        assert self.winner is not None, "there is a winner"
        one, base = (self.book.values[place][:, 0] for place in (self.winner, BASE))
        both = min(len(one), len(base))
        return float(np.mean(one[:both] - base[:both])) if both else math.nan

    @property
    def optimism(self) -> float:
        """How much better against the scenario the search made the winner look than fresh seasons do.

        Differences are compared, not means: the luck that all share in a season is in neither.
        """
        assert self.proof is not None, "the winner was proved"
        gap = self.search_gain - self.proof.gain.estimate.mean
        return gap if self.question.maximise else -gap


def optimise(  # noqa: PLR0913 (what a search may be told)
    question: Question,
    engine: AbstractContextManager[Engine],
    *,
    random_seed: int,
    replications: int = REPLICATIONS,
    proof: int = PROOF,
    trials: int = TRIALS,
    method: Method | None = None,
    indifference: float | None = None,
    told: Callable[[float, int], None] | None = None,
    play: Play = play_job,
) -> Optimum:
    """Find the decisions with the best mean of the objective; raises ScenarioError if none is valid.

    The answer depends on the random seed and the numbers given, not on who plays. An interrupt ends the
    search with the best so far.
    """
    began = time.perf_counter()
    way = method or question.usual_method
    searched, selecting, choice, proved = None, None, None, None
    ties: list[int] = []
    interrupted = False
    with engine as started:
        player = Player(question.kind, question.metrics, started, told, play)
        count = min(trials, question.combinations or trials)
        player.expected = (count + 1) * replications + runs_of_proof(min(FINALISTS, count), proof)
        book = Book(question, player, random_seed)
        try:
            if way == "selection":
                selecting = select(book, replications, indifference)
                finalists = finalists_of_selection(book, selecting)
                ties = finalists[:1]
            else:
                searched = search(book, trials, replications)
                ties = ties_of_search(book, eligible(book))[0]
                finalists = ties[:FINALISTS]
            if finalists:
                player.expected = player.runs + runs_of_proof(len(finalists), proof)
                choice = choose(book, finalists, proof, in_order=bool(selecting and selecting.is_promised))
                proved = prove(book, choice.winner, proof)
        except KeyboardInterrupt:
            interrupted = True
            if choice is None:
                ties = ties_of_search(book, eligible(book))[0]
                choice = Choice(tuple(ties[:1]), None, (), (True,), ties[0]) if ties else None
    return Optimum(
        question=question,
        book=book,
        method=way,
        replications=replications,
        proof_replications=proof,
        searched=searched,
        selecting=selecting,
        ties=tuple(ties),
        choice=choice,
        proof=proved,
        interrupted=interrupted,
        seconds=time.perf_counter() - began,
    )
