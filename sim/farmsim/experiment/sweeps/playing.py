"""What a worker does for a sweep: plays some replications of some points and sends numbers back.

A run that fails is a row with its reason. Only plain values go to workers and come back, so that another
process or machine needs nothing but the same farmsim.
"""

import struct
import time
import traceback
import zlib
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Literal, NamedTuple

import numpy as np

from farmsim.engine.simulate import Model, make_model
from farmsim.experiment.network import play_network, values_named
from farmsim.experiment.run import play, shape_of
from farmsim.results.daily import Daily
from farmsim.results.network import NetworkOutcome
from farmsim.results.outcome import Outcome
from farmsim.results.store.rows import RunRow
from farmsim.scenario.network_schema import NetworkScenario
from farmsim.scenario.schema import Scenario

DAILY = ("sold_kg", "sales", "grower_receipts", "orders", "lost_orders")
"""What is kept by day and channel."""
MODELS = 32
"""Compiled scenarios that a worker keeps, so that a point is not compiled for each of its replications."""
_FRAME = "farmsim"


class Task(NamedTuple):
    """Some replications of a point: its place, its data as compressed JSON."""

    point: int
    text: bytes
    replications: tuple[int, ...]


class Job(NamedTuple):
    """What a worker is sent."""

    kind: str
    random_seed: int
    metrics: tuple[str, ...]
    part_metrics: tuple[str, ...]
    daily: Literal["first", "none", "all"]
    tasks: tuple[Task, ...]

    @property
    def runs(self) -> list[tuple[int, int]]:
        """Point and replication of each run."""
        return [(task.point, replication) for task in self.tasks for replication in task.replications]

    def only(self, point: int, replication: int) -> "Job":
        """The job with one of its runs."""
        task = next(task for task in self.tasks if task.point == point and replication in task.replications)
        return self._replace(tasks=(task._replace(replications=(replication,)),))


def play_job(job: Job) -> list[RunRow]:
    """Every run of a job as a row, failed ones too."""
    return [_row(job, task, replication) for task in job.tasks for replication in task.replications]


def packed(text: bytes) -> bytes:
    """A scenario's JSON text as it is sent."""
    return zlib.compress(text, 6)


def failed_row(point: int, replication: int, status: str, error: str, seconds: float = 0.0) -> RunRow:
    """A run without numbers, and why."""
    return RunRow(point, replication, status, error, seconds, "", (), (), ())


def reason_of(error: BaseException) -> str:
    """What happened and where in farmsim, in one line."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if _FRAME in frame.filename]
    where = inside[-1] if inside else frames[-1] if frames else None
    place = "" if where is None else f" ({where.name}, line {where.lineno})"
    said = " ".join(str(error).split())[:500]
    return f"{type(error).__name__}: {said}{place}" if said else f"{type(error).__name__}{place}"


def _row(job: Job, task: Task, replication: int) -> RunRow:
    """One run; an exception becomes its reason."""
    began = time.perf_counter()
    wants_days = job.daily == "all" or (job.daily == "first" and replication == 0)
    try:
        model = _model(job.kind, task.text)
        if isinstance(model, NetworkScenario):
            row = _network_row(job, model, replication, wants_days=wants_days)
        else:
            row = _season_row(job, model, replication, wants_days=wants_days)
    except Exception as error:  # noqa: BLE001 (a failed run is a row, not the end of the sweep)
        return failed_row(task.point, replication, "failed", reason_of(error), time.perf_counter() - began)
    return row._replace(point=task.point, seconds=time.perf_counter() - began)


def _season_row(job: Job, model: Model, replication: int, *, wants_days: bool) -> RunRow:
    """A season in numbers."""
    daily = Daily(shape_of(model)) if wants_days else None
    outcome = play(model, replication, job.random_seed, also=() if daily is None else (daily,))
    series = () if daily is None else _by_channel(daily, model.layout.channels)
    return _filled(job, replication, outcome, series)


def _filled(job: Job, replication: int, outcome: Outcome, series: tuple[tuple[str, bytes], ...]) -> RunRow:
    metrics = tuple(float(outcome.metrics[name]) for name in job.metrics)
    parts = tuple(
        (channel, tuple(float(figures.get(name, np.nan)) for name in job.part_metrics))
        for channel, figures in sorted(outcome.channels.items())
        if job.part_metrics
    )
    return RunRow(0, replication, "ok", "", 0.0, _digest(metrics, parts, series), metrics, parts, series)


def _network_row(job: Job, model: NetworkScenario, replication: int, *, wants_days: bool) -> RunRow:
    """A network in numbers."""
    outcome = play_network(model, replication, job.random_seed)
    metrics = tuple(_named(outcome, name) for name in job.metrics)
    kept = sorted(outcome.series.items()) if wants_days else []
    series = tuple((name, _bytes(values)) for name, values in kept)
    return RunRow(0, replication, "ok", "", 0.0, _digest(metrics, (), series), metrics, (), series)


def _named(outcome: NetworkOutcome, name: str) -> float:
    values = values_named([outcome], name)
    return float("nan") if values is None else float(values[0])


def _by_channel(daily: Daily, channels: Sequence[str]) -> tuple[tuple[str, bytes], ...]:
    """The daily series of each channel, counties together."""
    table = daily.table()
    days = int(table["day"].max()) + 1 if table["day"].size else 0
    place = table["day"] * len(channels) + table["channel"]  # type: ignore[operator]
    series = []
    for name in DAILY:
        sums = np.bincount(place, table[name].astype(np.float64), minlength=days * len(channels))
        by_day = sums.reshape(days, len(channels))
        series += [(f"{channel}.{name}", _bytes(by_day[:, c])) for c, channel in enumerate(channels)]
    return tuple(sorted(series))


def _bytes(values: Sequence[float] | np.ndarray) -> bytes:
    return np.ascontiguousarray(values, dtype="<f8").tobytes()


def _digest(
    metrics: tuple[float, ...],
    parts: tuple[tuple[str, tuple[float, ...]], ...],
    series: tuple[tuple[str, bytes], ...],
) -> str:
    """The fingerprint of a run's numbers."""
    digest = blake2b(struct.pack(f"<{len(metrics)}d", *metrics), digest_size=8)
    for name, values in parts:
        digest.update(name.encode())
        digest.update(struct.pack(f"<{len(values)}d", *values))
    for name, data in series:
        digest.update(name.encode())
        digest.update(data)
    return digest.hexdigest()


@lru_cache(maxsize=MODELS)
def _model(kind: str, text: bytes) -> Model | NetworkScenario:
    """The compiled scenario of a point."""
    data = zlib.decompress(text)
    if kind == "network":
        return NetworkScenario.model_validate_json(data)
    return make_model(Scenario.model_validate_json(data))
