"""Made-up sweeps in the types that a store gives, so that screens can be tested without a simulation."""

from itertools import product
from pathlib import Path

import numpy as np

from farmsim.experiment.sweeps.axes import Listed, Span
from farmsim.experiment.sweeps.plan import Aim
from farmsim.experiment.sweeps.result import Structure, SweepResult
from farmsim.experiment.sweeps.sampling import morris, saltelli
from farmsim.results.store.rows import About, PointRow, RunRow

PRICE = "channels.taobao.sells.melon.price_per_kg"
SHARE = "channels.taobao.share"
METRIC, UNIT = "household_net_income", "CNY/household"


def made_sweep(
    method,
    axes,
    parameters,
    means,
    *,
    replications=20,
    noise=300.0,
    base=None,
    maximise=True,
    labels=None,
    metric=(METRIC, UNIT),
    rows=None,
    kind="season",
    base_points=None,
    orders=(),
    steps=(),
    failures=(),
    counts=None,
):
    """A sweep whose points have these means; replications share the luck of their season."""
    generator = np.random.default_rng(11)
    size = (len(parameters), replications)
    values = np.asarray(means, dtype=float)[:, None] + generator.normal(0.0, 2.0 * noise, replications)
    values = values + generator.normal(0.0, noise, size)
    status = np.ones(size, dtype=np.uint8)
    for place, count in (counts or {}).items():
        status[place, count:] = 0
    runs = []
    for point, replication, why in failures:
        status[point, replication] = 2
        runs.append(RunRow(point, replication, "failed", why, 0.1, "", (), (), ()))
    values[status != 1] = np.nan
    points = tuple(
        PointRow(f"key{place}", (labels or {}).get(place), given) for place, given in enumerate(parameters)
    )
    about = About(
        kind=kind,
        name="bachu-melon-mixed",
        sweep={"settings": ["horizon_days=60"]},
        scenario={"currency": "CNY"},
        scenario_digest="7c1fe09a",
        sources={"grid.yaml": "farmsim_sweep: 1\n"},
        random_seed=42,
        metrics=(metric,),
        part_metrics=(),
        versions={"farmsim": "0.1.0", "numpy": "2.0"},
        command=("sweep", "grid.yaml"),
        begun="2026-01-05T10:00:00+00:00",
    )
    return SweepResult(
        folder=Path("runs/melon-3f2a"),
        about=about,
        points=points,
        rows=tuple(range(len(points))) if rows is None else tuple(rows),
        structure=Structure(method, tuple(axes), base_points, orders, steps),
        aim=Aim(*metric, maximise, base),
        status=status,
        failures=tuple(runs),
        seconds=12.0,
        _values={metric[0]: values},
    )


def ridge_sweep(**changes):
    """A grid of price and share with a ridge: a dearer melon sells as well in a smaller share."""
    axes = (Span(PRICE, 8.0, 15.0, step=1.0), Span(SHARE, 0.0, 70.0, step=10.0))
    pairs = list(product(axes[0].levels, axes[1].levels))
    means = [
        9000.0 - 0.9 * (100.0 * (price - 10.0) - 20.0 * (70.0 - share)) ** 2 / 100.0 for price, share in pairs
    ]
    return grid_sweep(axes, means, **({"noise": 100.0} | changes))


def grid_sweep(axes, means, **changes):
    """A grid over some axes."""
    keys = [axis.key for axis in axes]
    parameters = [dict(zip(keys, row, strict=True)) for row in product(*(axis.levels for axis in axes))]
    return made_sweep("grid", axes, parameters, means, **changes)


def tornado_sweep(**changes):
    """Five inputs moved one at a time from a base of 9388."""
    moves = {
        "channels.taobao.share": (0.5, 0.3, 0.7, -3249.0, -693.0),
        "channels.taobao.sells.melon.price_per_kg": (12, 10, 14, -2287.0, 33.0),
        "interventions.livestream.slots": (0, 0, 6, 0.0, -2040.0),
        "counties.bachu.cold_store.capacity_kg": (40000.0, 0.0, 80000.0, -1305.0, 1294.0),
        "channels.carrier": ("sf", "zto", "sf", -474.0, 0.0),
    }
    base = {key: move[0] for key, move in moves.items()}
    parameters, means = [base], [9388.0]
    for key, (centre, low, high, at_low, at_high) in moves.items():
        for value, change in ((low, at_low), (high, at_high)):
            if value != centre:
                parameters.append(base | {key: value})
                means.append(9388.0 + change)
    axes = [Listed(key, tuple(dict.fromkeys((move[1], move[0], move[2])))) for key, move in moves.items()]
    return made_sweep("one-at-a-time", axes, parameters, means, **({"base": 0} | changes))


SPANS = (Span("a.price", 0.0, 1.0), Span("b.share", 0.0, 1.0), Span("c.idle", 0.0, 1.0))


def response(row):
    """The first parameter matters and interacts with the second; the third does nothing."""
    return 1000.0 * row[0] + 800.0 * row[0] * row[1]


def morris_sweep(**changes):
    """Walks through three parameters."""
    design = morris(SPANS, 10, 4, 3)
    return sampled_sweep("morris", design, orders=design.orders, steps=design.steps, **changes)


def saltelli_sweep(**changes):
    """A design for indices of three parameters."""
    design = saltelli(SPANS, 64, 3)
    return sampled_sweep("saltelli", design, base_points=design.base_points, **changes)


def sampled_sweep(method, design, **changes):
    """A design whose rows may repeat points."""
    rows = list(dict.fromkeys(design.rows))
    parameters = [dict(zip(design.axes, row, strict=True)) for row in rows]
    places = [rows.index(row) for row in design.rows]
    settings = {"noise": 20.0, "replications": 8, "rows": places} | changes
    return made_sweep(method, SPANS, parameters, [response(row) for row in rows], **settings)


def cases_sweep(count=4, **changes):
    """Named decisions."""
    names = ("today", "bigger cold store", "own van", "everything at once and a very long name indeed")
    parameters = [{"counties.bachu.cold_store.capacity_kg": 1000.0 * place} for place in range(count)]
    labels = {place: names[place % 4] + ("" if place < 4 else f" {place}") for place in range(count)}
    means = [9000.0 + 200.0 * place for place in range(count)]
    return made_sweep("cases", (), parameters, means, **({"base": 0, "labels": labels} | changes))


def sampled_points(count=64, axes=6, **changes):
    """A Latin hypercube over so many parameters."""
    generator = np.random.default_rng(5)
    keys = [f"channels.shop{place}.sells.melon.price_per_kg" for place in range(axes)]
    rows = generator.random((count, axes))
    parameters = [dict(zip(keys, map(float, row), strict=True)) for row in rows]
    spans = tuple(Span(key, 0.0, 1.0) for key in keys)
    return made_sweep("latin-hypercube", spans, parameters, 9000.0 + 2000.0 * rows[:, 0], **changes)
