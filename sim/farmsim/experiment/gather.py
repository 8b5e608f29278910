"""Replications are played on workers, in chunks, and gathered in plan order, whatever is played."""

import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from farmsim.experiment.executors import Workers

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
MOST_IN_A_CHUNK = 8
"""Replications that a worker plays in one go: short enough to see progress and to stop soon."""
Progress = Callable[[float, int], None]
"""Is told how many replications are done, parts of the one in play included, and of how many."""
Tell = Callable[[float], None]


class Player(Protocol[T_co]):
    """Plays one replication of a compiled scenario; it goes to workers, so it is a function of a module."""

    def __call__(self, model: Any, replication: int, random_seed: int, *, tell: Tell | None = None) -> T_co:
        """One replication in numbers; `tell` is told now and then which share of it has been played."""


class Work(NamedTuple, Generic[T]):
    """What a worker must know: how to play, the compiled scenario or its file, and the random seed."""

    player: Player[T]
    model: Any
    seed: int


def gather(
    work: Work[T],
    count: int,
    workers: Workers,
    progress: Progress | None = None,
    more: Callable[[list[T]], int] | None = None,
    played: Sequence[T] = (),
) -> list[T]:
    """Play replications 0, 1, ...; `more` is asked after `count` of them how many there should be in all.

    What was `played` before is continued.
    """
    outcomes = list(played)
    with workers.handed(work.model) as handed:
        while len(outcomes) < count:
            chunks = _chunks(len(outcomes), count, workers.count)
            outcomes += _play_all(work, chunks, workers, handed, progress)
            count = more(outcomes) if more is not None else count
    return outcomes


def _chunks(begin: int, count: int, workers: int) -> list[list[int]]:
    """The replications from `begin` to `count` in chunks, each the task of a worker."""
    size = max(1, min(MOST_IN_A_CHUNK, (count - begin) // (8 * workers)))
    return [list(range(first, min(first + size, count))) for first in range(begin, count, size)]


def _play_all(
    work: Work[T],
    chunks: list[list[int]],
    workers: Workers,
    handed: Path | None,
    progress: Progress | None,
) -> list[T]:
    """Outcomes in the order of replications.

    Chunks that a dying worker took along are played again in this process.
    """
    before, count = chunks[0][0], chunks[-1][-1] + 1
    played: dict[int, list[T]] = {}

    def keep(index: int, outcomes: list[T]) -> None:
        played[index] = outcomes
        if progress is not None:
            progress(before + sum(len(chunk) for chunk in played.values()), count)

    if workers.executor is not None and handed is not None:
        try:
            told = work._replace(model=handed)
            tasks = {workers.executor.submit(_play_chunk, told, chunk): i for i, chunk in enumerate(chunks)}
            for task in as_completed(tasks):
                keep(tasks[task], task.result())
        except BrokenProcessPool:
            pass
    for index, chunk in enumerate(chunks):
        if index not in played:
            done = before + sum(map(len, played.values()))
            keep(index, _play_chunk(work, chunk, _parts(progress, done, count)))
    return [outcome for index in range(len(chunks)) for outcome in played[index]]


def _parts(progress: Progress | None, done: int, count: int) -> Tell | None:
    """Tells the progress within a chunk, in replications, when so many have been played before it."""
    return None if progress is None else lambda part: progress(done + part, count)


def _play_chunk(work: Work[T], replications: list[int], tell: Tell | None = None) -> list[T]:
    """Some replications, in whichever process; `tell` is told how many of them have been played."""
    outcomes: list[T] = []
    model = _fetched(work.model) if isinstance(work.model, Path) else work.model
    for replication in replications:
        done = len(outcomes)
        day = None if tell is None else lambda part, done=done: tell(done + part)
        outcomes.append(work.player(model, replication, work.seed, tell=day))
    return outcomes


@lru_cache(maxsize=1)
def _fetched(path: Path) -> Any:
    """The compiled scenario that this worker's parent has written down; the last one is kept."""
    return pickle.loads(path.read_bytes())  # noqa: S301 (our own, of this run)
