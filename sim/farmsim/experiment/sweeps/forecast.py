"""How long a run takes and how much of the disk it fills, from a few runs that are timed and thrown away."""

import time
import zlib

from farmsim.experiment.sweeps.plan import Plan
from farmsim.experiment.sweeps.playing import play_job
from farmsim.experiment.sweeps.schedule import Block
from farmsim.experiment.sweeps.sweep import JobMaker
from farmsim.results.store.rows import RunRow

RUNS = 3
"""Runs that are timed, at the first, the middle and the last point."""
SECONDS = 5.0
"""No further run is begun after so long."""
_ROW = 90
"""Bytes of a row beside its numbers: keys, times, digest, the tree of the table."""
_PART = 14
"""Bytes of a row of a channel beside its numbers."""


def timed(plan: Plan) -> tuple[float, float]:
    """Seconds and bytes of a run."""
    make = JobMaker(plan)
    points = sorted({0, len(plan.points) // 2, len(plan.points) - 1})[:RUNS]
    seconds, rows = [], []
    began = time.perf_counter()
    for point in points:
        for replication in (1, 2) if len(points) == 1 else (1,):
            job = make([Block(point, (replication,))])
            at = time.perf_counter()
            rows += play_job(job)
            seconds.append(time.perf_counter() - at)
            if time.perf_counter() - began > SECONDS:
                break
    fastest = sorted(seconds)[: max(1, len(seconds) - 1)]
    daily = 0.0 if plan.daily == "none" else _daily_bytes(make)
    every = daily if plan.daily == "all" else daily / max(plan.stages.least, 1)
    return sum(fastest) / len(fastest), sum(map(_bytes, rows)) / len(rows) + every


def _daily_bytes(make: JobMaker) -> float:
    """Bytes of the daily series of a replication that keeps them."""
    (row,) = play_job(make([Block(0, (0,))]))
    return float(sum(len(name) + len(zlib.compress(data)) for name, data in row.series))


def _bytes(row: RunRow) -> float:
    return _ROW + 8.0 * len(row.metrics) + sum(_PART + 8.0 * len(values) for _name, values in row.parts)
