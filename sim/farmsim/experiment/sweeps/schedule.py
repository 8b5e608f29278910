"""In which order the runs of a sweep are played: all points have their turn before any gets more.

So a sweep that is stopped half-way is balanced. What is played next depends on what is finished alone, not on
how it was cut into jobs: a sweep that is taken up again goes on where it stopped.
"""

import heapq
from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from farmsim.experiment.sweeps.stages import Stages

T = TypeVar("T", bound=np.generic)
JOB_SECONDS = 0.5
"""About as long a job lasts: short enough to stop soon, long enough that sending it costs nothing."""
MOST_IN_A_JOB = 500
BLOCK = 10
"""Replications of a point that are played in one go, at most, before the others have their turn."""


class Played(Protocol):
    """What the schedule asks of a finished run."""

    @property
    def point(self) -> int:
        """Place of its point."""

    @property
    def replication(self) -> int:
        """Number of its replication."""

    @property
    def status(self) -> str:
        """Whether there are numbers ("ok"), or why not."""

    @property
    def seconds(self) -> float:
        """How long it took."""


class Block(NamedTuple):
    """Replications of one point that are played next."""

    point: int
    replications: tuple[int, ...]


class Schedule:
    """Hands out runs, and adds replications to points whose mean is not known well enough."""

    def __init__(
        self, stages: Stages, finished: NDArray[np.uint8], known: NDArray[np.float64] | None = None
    ) -> None:
        """`finished`: [point, replication], not 0 where there is a row; `known`: the metric of the stages."""
        points = finished.shape[0]
        self._stages = stages
        self._finished = _widened(finished != 0, stages.least, filler=False)
        """[point, replication]: whether there is a row."""
        self._values: NDArray[np.float64] | None = None
        if stages.metric is not None:
            start = np.full((points, 0), np.nan) if known is None else known
            self._values = _widened(start, self._finished.shape[1], filler=np.nan)
        self._targets = np.full(points, stages.least)
        self._issued = np.zeros(points, dtype=np.intp)
        self._heap = [(0, point) for point in range(points)]
        """Points that have replications to hand out, each once, with how many were handed out."""
        self._spent, self._runs = 0.0, 0
        self.done = int(np.count_nonzero(self._finished[:, : stages.least]))
        """Runs with a row among those that there will be."""
        for point in range(points):
            self._extend(point)

    @property
    def total(self) -> int:
        """Runs that there will be, as it looks now."""
        return int(self._targets.sum())

    @property
    def seconds_per_run(self) -> float | None:
        """How long a run takes on the mean; None as long as none was played."""
        return self._spent / self._runs if self._runs else None

    def next(self) -> list[Block]:
        """What to play next in one job; nothing if all there is has been handed out."""
        per_run = self.seconds_per_run
        room = 1 if per_run is None else int(min(max(JOB_SECONDS / max(per_run, 1e-6), 1), MOST_IN_A_JOB))
        blocks: list[Block] = []
        while room > 0 and self._heap:
            begin, point = heapq.heappop(self._heap)
            end = min(begin + min(BLOCK, room), int(self._targets[point]))
            self._issued[point] = end
            if end < self._targets[point]:
                heapq.heappush(self._heap, (end, point))
            missing = tuple(np.flatnonzero(~self._finished[point, begin:end]) + begin)
            if missing:
                blocks.append(Block(point, tuple(int(replication) for replication in missing)))
                room -= len(missing)
        return blocks

    def tell(self, rows: Sequence[Played], values: Sequence[float] = ()) -> None:
        """Some runs are over; `values` are of the metric of the stages, NaN where there is none."""
        for place, row in enumerate(rows):
            self.done += not self._finished[row.point, row.replication]
            self._finished[row.point, row.replication] = True
            if self._values is not None:
                self._values[row.point, row.replication] = values[place]
            if row.seconds > 0.0:
                self._spent += row.seconds
                self._runs += 1
        for point in dict.fromkeys(row.point for row in rows):
            self._extend(point)

    def _extend(self, point: int) -> None:
        """Once a stage of a point is complete, see whether there is another."""
        while self._values is not None:
            target = int(self._targets[point])
            if not self._finished[point, :target].all():
                return
            wanted = self._stages.wanted(self._values[point, :target])
            if wanted <= target:
                return
            self._finished = _widened(self._finished, wanted, filler=False)
            self._values = _widened(self._values, wanted, filler=np.nan)
            if self._issued[point] >= target:
                heapq.heappush(self._heap, (target, point))
            self._issued[point] = min(self._issued[point], target)
            self._targets[point] = wanted
            self.done += int(np.count_nonzero(self._finished[point, target:wanted]))


def _widened(table: NDArray[T], columns: int, *, filler: float) -> NDArray[T]:
    """The table with at least so many columns."""
    missing = columns - table.shape[1]
    if missing <= 0:
        return table
    return np.concatenate([table, np.full((table.shape[0], missing), filler, dtype=table.dtype)], axis=1)
