"""From what a sweep file says to the rows of its design."""

import math
from collections.abc import Mapping, Sequence

from farmsim.experiment.sweeps import designs
from farmsim.experiment.sweeps.axes import Axis, Value
from farmsim.experiment.sweeps.axes import Span as SpanAxis
from farmsim.experiment.sweeps.designs import Design
from farmsim.scenario.sweeps.rules import method_of
from farmsim.scenario.sweeps.schema import LatinHypercube, Morris, Saltelli, Sobol, SweepFile


def expected_rows(sweep: SweepFile, axes: Sequence[Axis]) -> int:
    """Rows that the design will have, before anything is excluded; without making them."""
    counts = [_count(axis) for axis in axes]
    match sweep.design:
        case LatinHypercube(points=points) | Sobol(points=points):
            return points
        case Saltelli(points=points):
            return points * (len(axes) + 2)
        case Morris(trajectories=trajectories):
            return trajectories * (len(axes) + 1)
    rows = {
        "cases": len(sweep.cases),
        "zip": max(counts, default=0),
        "one-at-a-time": 1 + sum(counts),
        "factorial": int(2 ** len(axes)),
        "grid": math.prod(counts),
    }
    return rows[method_of(sweep)]


def draw(
    sweep: SweepFile, axes: Sequence[Axis], base: Mapping[str, Value | None], random_seed: int
) -> Design:
    """The design with its rows, less those that are excluded; of cases a row without values for each.

    A value of `base` is None where the scenario has no single value, and then that of a row which leaves it
    alone is None too.
    """
    if isinstance(sweep.design, LatinHypercube | Sobol | Saltelli | Morris):
        return _sampled(sweep.design, axes, random_seed)
    method = method_of(sweep)
    if method == "cases":
        return Design("cases", (), tuple(() for _ in sweep.cases))
    if method == "one-at-a-time":
        return designs.one_at_a_time(axes, tuple(base[axis.key] for axis in axes))  # type: ignore[misc]
    make = {"zip": designs.zipped, "factorial": designs.factorial}.get(method, designs.grid)
    made = make(axes)
    rows = (row for row in made.rows if not _is_excluded(sweep, dict(zip(made.axes, row, strict=True))))
    return made._replace(rows=tuple(rows))


def _sampled(
    design: LatinHypercube | Sobol | Saltelli | Morris, axes: Sequence[Axis], random_seed: int
) -> Design:
    """The design of a method that draws its points."""
    from farmsim.experiment.sweeps import sampling  # noqa: PLC0415 (scipy)

    match design:
        case LatinHypercube(points=points):
            return sampling.latin_hypercube(axes, points, random_seed)
        case Sobol(points=points):
            return sampling.sobol_sequence(axes, points, random_seed)
        case Saltelli(points=points):
            return sampling.saltelli(axes, points, random_seed)
        case Morris(trajectories=trajectories, levels=levels):
            return sampling.morris(axes, trajectories, levels, random_seed)


def _count(axis: Axis) -> int:
    """Values of an axis, without making them; of a range without steps its two ends."""
    if not isinstance(axis, SpanAxis):
        return len(axis.levels or ())
    if axis.step is not None:
        return math.floor((axis.high - axis.low) / axis.step) + 1
    return axis.count or 2


def _is_excluded(sweep: SweepFile, row: dict[str, Value]) -> bool:
    """Whether a row has all values of one of the entries."""
    return any(all(_same(row[key], value) for key, value in entry.items()) for entry in sweep.exclude)


def _same(one: Value, other: Value) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)
