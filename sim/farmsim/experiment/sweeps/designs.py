"""Designs that need no chance: the points of a sweep from the levels of its axes.

A design is plain data, ready for JSON. Its rows stand in the order in which an analysis expects them and may
repeat; that a point is played once is the business of who plays. Designs that draw are in `sampling.py`.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

from farmsim.experiment.sweeps.axes import Axis, Value

Row = tuple[Value, ...]


class Design(NamedTuple):
    """The points of a sweep, each with one value of every axis."""

    method: str
    """Name of the function that made it."""
    axes: tuple[str, ...]
    """Keys of the axes, in the order of the values of a row."""
    rows: tuple[Row, ...]
    base_points: int | None = None
    """Of `saltelli`: the n of its n x (axes + 2) rows."""
    orders: tuple[tuple[int, ...], ...] = ()
    """Of `morris`, for each trajectory: the axis that moves from each row to the next."""
    steps: tuple[tuple[float, ...], ...] = ()
    """Of `morris`, for each trajectory: how far that axis moves, as a share of its range, with its sign."""


def grid(axes: Sequence[Axis]) -> Design:
    """All combinations of the levels; the last axis changes fastest. Every axis must have levels."""
    return _design("grid", axes, product(*map(_levels, axes)))


def zipped(axes: Sequence[Axis]) -> Design:
    """The first levels of all axes, then the second ones, and so on; all have equally many."""
    return _design("zipped", axes, zip(*map(_levels, axes), strict=True))


def one_at_a_time(axes: Sequence[Axis], base: Row) -> Design:
    """The base, then each axis at each of its levels, others as in the base.

    An axis without levels is put to its two ends. A level that equals the base is not played again.
    """
    assert len(base) == len(axes), f"the base has {len(base)} values for {len(axes)} axes"
    rows = [base]
    for place, axis in enumerate(axes):
        levels = axis.ends if axis.levels is None else axis.levels
        rows += [
            (*base[:place], level, *base[place + 1 :]) for level in levels if not _same(level, base[place])
        ]
    return _design("one_at_a_time", axes, rows)


def factorial(axes: Sequence[Axis]) -> Design:
    """All combinations of the two ends of the axes, 2^axes rows; the last axis changes fastest."""
    return _design("factorial", axes, product(*(axis.ends for axis in axes)))


def _design(method: str, axes: Sequence[Axis], rows: Iterable[Row]) -> Design:
    return Design(method, tuple(axis.key for axis in axes), tuple(rows))


def _levels(axis: Axis) -> Row:
    assert axis.levels is not None, f"{axis.key} has no levels: a step or a count is needed"
    return axis.levels


def _same(one: Value, other: Value) -> bool:
    """Whether two values mean the same to a scenario: 80 and 80.0 do, 1 and true do not."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)
