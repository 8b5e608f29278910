"""What a worker of a cluster does: it compares versions, and plays what it is sent, one task at a time."""

import logging
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

from farmsim.errors import UsageError

_TURN = threading.Lock()


class Versions(NamedTuple):
    """What has to be equal on all machines, so that a run is the same wherever it is played."""

    farmsim: str
    numpy: str
    python: str
    """Major and minor version only."""

    def __str__(self) -> str:
        """One line for messages."""
        return f"farmsim {self.farmsim}, numpy {self.numpy}, Python {self.python}"


def own_versions() -> Versions:
    """Those of this process; `-` where a package is not installed."""
    return Versions(
        _version_of("farmsim"), _version_of("numpy"), f"{sys.version_info.major}.{sys.version_info.minor}"
    )


def told_versions(packages: Mapping[str, str | None]) -> Versions:
    """Those of a process from Dask's table of its packages."""
    python = ".".join((packages.get("python") or "-").split(".")[:2])
    return Versions(packages.get("farmsim") or "-", packages.get("numpy") or "-", python)


def other_versions(place: str, theirs: Versions, ours: Versions) -> UsageError:
    """The error that names a worker whose versions are not the driver's."""
    arguments = (("worker", place), ("theirs", str(theirs)), ("ours", str(ours)))
    return UsageError("worker-versions", arguments)


def play(expected: Versions | None, task: bytes) -> object:
    """Call a pickled function with its arguments and return what it returns.

    A worker whose versions are not the expected ones (None: any will do) raises UsageError instead. However
    many threads it has, it plays one task at a time: tasks are Python throughout, so that threads would only
    take turns, and a task need not know that there are others.
    """
    if expected is not None and (own := own_versions()) != expected:
        raise other_versions(import_module("distributed").get_worker().address, own, expected)
    with _TURN:
        function: Callable[..., object]
        function, arguments = pickle.loads(task)  # noqa: S301 (from the driver, as everything here)
        return function(*arguments)


def dask_setup(_worker: Any) -> None:
    """Dask calls this in each worker on this machine: interrupts and the log are the driver's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "-"
