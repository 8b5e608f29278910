"""Where the runs of a sweep are played: in this process, or on spawned worker processes.

The driver knows only the protocol; a cluster is a third implementation of it (`experiment/cluster.py`).
"""

import os
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from itertools import count as count_from
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, TypeVar

from farmsim.experiment.executors import make_executor, stop_now

T = TypeVar("T")
MOST_IN_PIPE = 32_000
"""Bytes of a task that goes through the pipe to a worker; pipes hold 64 kB."""
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Engine(Protocol):
    """Where runs are played: an executor of the standard library, and how many it plays at once."""

    @property
    def slots(self) -> int:
        """Runs that are played at once; may change."""

    def submit(self, task: Callable[..., T], /, *arguments: object) -> Future[T]:
        """Have a function of a module called with plain values.

        When a worker dies, futures fail with a BrokenExecutor: all that are under way, or the one concerned.
        """

    def rebuild(self) -> None:
        """Go on after a worker died and took the executor with it."""

    def stop(self) -> None:
        """Give up what is queued and running; returns at once."""


class Here:
    """The process itself plays each task when it is handed over: for one worker, and for debuggers."""

    slots = 1

    def submit(self, task: Callable[..., T], /, *arguments: object) -> Future[T]:
        """A future that is done already; interrupts are not caught."""
        future: Future[T] = Future()
        try:
            future.set_result(task(*arguments))
        except Exception as error:  # noqa: BLE001 (handed on, as an executor does)
            future.set_exception(error)
        return future

    def rebuild(self) -> None:
        """Nothing can have broken."""

    def stop(self) -> None:
        """Nothing is queued."""


class Processes:
    """Spawned worker processes on this machine; they die with this process and leave interrupts to it.

    A task that is larger than the pipe to a worker would hold up this process for ever if the worker died
    before it read it: large ones are handed over as files.
    """

    def __init__(self, count: int) -> None:
        self.slots = count
        self._executor: Executor | None = None
        self._folder: TemporaryDirectory[str] | None = None
        self._numbers = count_from(0)

    def submit(self, task: Callable[..., T], /, *arguments: object) -> Future[T]:
        """Queue a task; the workers are started with the first one."""
        if self._executor is None:
            self._executor = make_executor(self.slots)
        data = pickle.dumps((task, arguments), protocol=pickle.HIGHEST_PROTOCOL)
        if len(data) <= MOST_IN_PIPE:
            return self._executor.submit(task, *arguments)
        path = self._written(data)
        future: Future[T] = self._executor.submit(_from_file, path)
        future.add_done_callback(lambda _: path.unlink(missing_ok=True))
        return future

    def rebuild(self) -> None:
        """New workers with the next task."""
        self.stop()

    def stop(self) -> None:
        """Terminate the workers."""
        if self._executor is not None:
            stop_now(self._executor)
            self._executor = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _written(self, data: bytes) -> Path:
        """A file with these bytes."""
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="farmsim-", ignore_cleanup_errors=True)
        path = Path(self._folder.name) / f"{next(self._numbers)}.pickle"
        path.write_bytes(data)
        return path


def _from_file(path: Path) -> Any:
    """Do the task that is written in a file."""
    task, arguments = pickle.loads(path.read_bytes())  # noqa: S301 (our own, of this sweep)
    return task(*arguments)


@contextmanager
def processes(count: int) -> Iterator[Engine]:
    """So many processes: one is this one. When the context is left, none remains."""
    if count == 1:
        yield Here()
        return
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    engine = Processes(count)
    try:
        yield engine
    finally:
        engine.stop()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
