"""Plays what a schedule hands out on an engine and writes every row at once: one path for all engines.

A few jobs are under way at a time, never all of them. When a worker dies, what it may have killed is played
again run by run, alone; a run that kills its worker three times is recorded as crashed. An interrupt gives up
what is under way: what was finished has been written.
"""

import math
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from typing import Protocol

from farmsim.experiment.sweeps.engines import Engine
from farmsim.experiment.sweeps.playing import Job, failed_row, play_job, reason_of
from farmsim.experiment.sweeps.schedule import Block, Schedule
from farmsim.results.store.rows import RunRow

DEATHS = 3
"""So often a run may take its worker along before it is given up."""
REFUSALS = 10
"""So often in a row an executor may be found broken before it took a job; then it cannot be mended."""
PER_SLOT = 2
"""Jobs under way for each run that can be played at once: one plays, one waits."""
Play = Callable[[Job], list[RunRow]]


class Sink(Protocol):
    """Where rows go."""

    def add(self, rows: Sequence[RunRow]) -> int:
        """Write rows in one transaction; how many were new."""


class Driver:
    """Drives one sweep; `run` returns when every run has a row."""

    def __init__(  # noqa: PLR0913 - what a sweep is made of
        self,
        schedule: Schedule,
        engine: Engine,
        sink: Sink,
        make_job: Callable[[list[Block]], Job],
        *,
        metric: int | None = None,
        told: Callable[[Schedule, list[RunRow]], None] | None = None,
        play: Play = play_job,
    ) -> None:
        """`metric` is the place in a row of what the schedule decides by; `told` hears of finished rows."""
        self._schedule, self._engine, self._sink = schedule, engine, sink
        self._make_job, self._metric, self._told, self._play = make_job, metric, told, play
        self._flying: dict[Future[list[RunRow]], Job] = {}
        self._suspects: deque[Job] = deque()
        self._alone: Future[list[RunRow]] | None = None
        """Of the one suspect that is played while nothing else is."""
        self._deaths: Counter[tuple[int, int]] = Counter()
        self._refusals = 0

    def run(self) -> None:
        """Play everything; when it is interrupted, or the disk fails, what is under way is given up."""
        try:
            self._fill()
            while self._flying or self._suspects:
                done, _ = wait(self._flying, return_when=FIRST_COMPLETED) if self._flying else ((), ())
                for future in done:
                    self._take(future, self._flying.pop(future))
                self._fill()
        except BaseException:
            self._engine.stop()
            raise

    def _fill(self) -> None:
        """Send jobs until enough are under way; what may have killed a worker is sent alone."""
        if self._suspects:
            if not self._flying:
                self._alone = self._send(self._suspects.popleft())
            return
        while len(self._flying) < PER_SLOT * self._engine.slots and not self._suspects:
            blocks = self._schedule.next()
            if not blocks:
                return
            self._send(self._make_job(blocks))

    def _send(self, job: Job) -> Future[list[RunRow]] | None:
        try:
            future = self._engine.submit(self._play, job)
        except BrokenExecutor:
            self._refusals += 1
            if self._refusals > REFUSALS:
                raise
            self._suspect(job, was_alone=False)
            return None
        self._refusals = 0
        self._flying[future] = job
        return future

    def _take(self, future: Future[list[RunRow]], job: Job) -> None:
        """What came of a job."""
        try:
            self._keep(future.result())
        except (BrokenExecutor, CancelledError):
            self._suspect(job, was_alone=future is self._alone)
        except Exception as error:  # noqa: BLE001 (it could not be sent, or not come back)
            if len(job.runs) > 1:
                self._suspects.extend(job.only(*run) for run in job.runs)
            else:
                self._keep([failed_row(*job.runs[0], "failed", reason_of(error))])

    def _suspect(self, job: Job, *, was_alone: bool) -> None:
        """A job whose worker died: its runs are played again, each alone, and deaths of those are counted."""
        self._engine.rebuild()
        if was_alone:
            run = job.runs[0]
            self._deaths[run] += 1
            if self._deaths[run] >= DEATHS:
                self._keep([failed_row(*run, "crashed", f"the worker process died {DEATHS} times")])
                return
        self._suspects.extend(job.only(*run) for run in job.runs)

    def _keep(self, rows: list[RunRow]) -> None:
        """Write rows, then let the schedule know."""
        self._sink.add(rows)
        place = self._metric
        values = [] if place is None else [row.metrics[place] if row.metrics else math.nan for row in rows]
        self._schedule.tell(rows, values)
        if self._told is not None:
            self._told(self._schedule, rows)
