"""Worker processes: spawned, driven by a standard executor, shared by as many runs as need them.

Workers leave an interrupt to their parent and die with it, so that nothing is left behind.
"""

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self


class Workers:
    """Worker processes for one run or several, and a folder in which they find what is handed to them.

    They wake up in the background when the context is entered. One worker is this process: it needs no other.
    """

    def __init__(self, count: int, wake: Callable[[], None]) -> None:
        """Calling `wake`, a worker imports the module that it stands in and so all that it will need."""
        self.count = count
        self.executor: Executor | None = None
        self._wake = wake
        self._folder: TemporaryDirectory[str] | None = None
        self._handed = 0

    def __enter__(self) -> Self:
        if self.count > 1:
            self._folder = TemporaryDirectory(prefix="farmsim-", ignore_cleanup_errors=True)
            self.executor = make_executor(self.count)
            for _ in range(self.count):
                self.executor.submit(self._wake)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.executor is not None and error is None:
            self.executor.shutdown()
        elif self.executor is not None:
            stop_now(self.executor)
        if self._folder is not None:
            self._folder.cleanup()

    @contextmanager
    def handed(self, value: object) -> Iterator[Path | None]:
        """The file in which workers find a value, each value in one of its own; None in this process.

        A task that is larger than the pipe to a worker would hold up this process for ever if the worker
        died before it read it.
        """
        if self._folder is None:
            yield None
            return
        self._handed += 1
        path = Path(self._folder.name) / f"{self._handed}.pickle"
        path.write_bytes(pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL))
        yield path
        path.unlink(missing_ok=True)


def default_workers() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def make_executor(workers: int) -> Executor:
    """An executor with so many worker processes."""
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(max_workers=workers, mp_context=spawn, initializer=_start_worker)


def stop_now(executor: Executor) -> None:
    """Give up what is queued and running; returns at once."""
    workers = list((getattr(executor, "_processes", None) or {}).values())
    executor.shutdown(wait=False, cancel_futures=True)
    for worker in workers:
        worker.terminate()


def _start_worker() -> None:
    """A worker begins: interrupts are the parent's business, and without it the worker ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
