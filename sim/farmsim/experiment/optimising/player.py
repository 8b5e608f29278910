"""Plays variants of a scenario on an engine, by the driver of sweeps, and gathers numbers in memory."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from farmsim.experiment.sweeps.driver import Driver, Play
from farmsim.experiment.sweeps.engines import Engine
from farmsim.experiment.sweeps.playing import Job, Task, play_job
from farmsim.experiment.sweeps.schedule import Block, Schedule
from farmsim.experiment.sweeps.stages import Stages
from farmsim.results.store.rows import RunRow

Floats = NDArray[np.float64]
Told = Callable[[float, int], None]


class Player:
    """Plays what it is given; numbers depend on scenario, replication and random seed alone."""

    def __init__(
        self,
        kind: str,
        metrics: tuple[str, ...],
        engine: Engine,
        told: Told | None = None,
        play: Play = play_job,
    ) -> None:
        """`told` hears of finished runs and of how many there will be, as far as is known."""
        self._kind, self._metrics, self._engine = kind, metrics, engine
        self._told, self._play = told, play
        self.runs = 0
        """Runs that were played."""
        self.expected = 0
        """Runs that there will be in all."""
        self.failures: list[RunRow] = []
        """Runs without numbers, in no order."""

    def play(self, texts: Sequence[bytes], replications: range, random_seed: int) -> Floats:
        """Some replications of some variants, given as packed data: [variant, replication, metric].

        What failed, or has no such number, is NaN.
        """
        values = np.full((len(texts), len(replications), len(self._metrics)), np.nan)
        if not texts or not replications:
            return values
        sink = _Values(self, values, replications.start)
        before = np.zeros((len(texts), replications.stop), dtype=np.uint8)
        before[:, : replications.start] = 1
        schedule = Schedule(Stages(replications.stop, replications.stop), before)

        def job_of(blocks: list[Block]) -> Job:
            tasks = tuple(Task(block.point, texts[block.point], block.replications) for block in blocks)
            return Job(self._kind, random_seed, self._metrics, (), "none", tasks)

        Driver(schedule, self._engine, sink, job_of, play=self._play).run()
        return values

    def finished(self, rows: Sequence[RunRow]) -> None:
        """Some runs are over."""
        self.runs += len(rows)
        self.failures += [row for row in rows if row.status != "ok"]
        if self._told is not None:
            self._told(self.runs, max(self.expected, self.runs))


class _Values:
    """The sink that fills an array."""

    def __init__(self, player: Player, values: Floats, first: int) -> None:
        self._player, self._values, self._first = player, values, first

    def add(self, rows: Sequence[RunRow]) -> int:
        for row in rows:
            if row.metrics:
                self._values[row.point, row.replication - self._first] = row.metrics
        self._player.finished(rows)
        return len(rows)
