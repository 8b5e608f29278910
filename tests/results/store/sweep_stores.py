"""Small sweeps for the tests of the result store: what they are about, points, and rows with odd numbers."""

import math
import struct

import numpy as np

from farmsim.results.store.rows import About, PointRow, RunRow
from farmsim.results.store.writer import create_store

METRICS = (
    ("waste.kg", "kg"),
    ("fill-rate", "1"),
    ('"odd" name', "CNY"),
    ("Waste.kg", "kg"),
    ("wide; x", "kg"),
)
PART_METRICS = (("sold_kg", "kg"), ("fill-rate", "1"))


def about(metrics=METRICS, part_metrics=PART_METRICS):
    return About(
        kind="season",
        name="巴楚 melon",
        sweep={"axes": [{"key": "a.b", "values": [1, 2.5, "x", True, None]}]},
        scenario={"counties": {str(i): {"kg": i / 7, "name": "县"} for i in range(200)}},
        scenario_digest="d" * 64,
        sources={"sweep.yaml": "axes:\n  a.b: [1, 2]\r\n# 注释\n"},
        random_seed=20240501,
        metrics=metrics,
        part_metrics=part_metrics,
        versions={"farmsim": "0.1.0", "python": "3.11"},
        command=("farmsim", "sweep", "s.yaml"),
        begun="2026-01-02T03:04:05Z",
    )


def points(count=4):
    return [
        PointRow(
            f"{place:064x}", None if place % 2 else f"点 {place}", {"a.b": place, "c": 0.1 * place, "d": "x"}
        )
        for place in range(count)
    ]


ODD = (-0.0, math.inf, -math.inf, 5e-324, 1.7976931348623157e308, math.nan, 2.0**53 + 2, -3.0, 0.1, 1e15)


def row(point, replication):
    """A row whose numbers depend on its place alone, odd ones among them."""
    draws = np.random.default_rng((point, replication)).random(len(METRICS))
    if replication % 7 == 5:
        return RunRow(point, replication, "failed", "ValueError: 没有货", 0.25, "", (), (), ())
    if replication % 7 == 6:
        return RunRow(point, replication, "crashed", "the process died", 1.5, "", (), (), ())
    values = tuple(float(v) for v in draws)
    odd = ODD[(point + replication) % len(ODD)]
    return RunRow(
        point,
        replication,
        "ok",
        "",
        float(draws[0]),
        f"{point}-{replication}",
        (odd, *values[1:]),
        (("pinduoduo", (odd, values[0])), ("wholesale", (values[1], math.nan))),
        (("stock", struct.pack("<3d", odd, *values[:2])), ("waste", b"")) if replication == 0 else (),
    )


def rows(count=4, replications=10):
    return [row(point, replication) for point in range(count) for replication in range(replications)]


def store(folder, count=4, **options):
    return create_store(folder, about(), points(count), [*range(count), 0, 0], **options)


def bits(run):
    """A row in a form that is equal only if every number is the same bit for bit (NaN equals NaN)."""
    numbers = [*run.metrics, run.seconds, *(value for _name, values in run.parts for value in values)]
    return (run._replace(metrics=(), parts=tuple(name for name, _ in run.parts), seconds=0.0)), struct.pack(
        f"<{len(numbers)}d", *(math.nan if math.isnan(number) else number for number in numbers)
    )
