"""Designs that draw: Latin hypercubes, Sobol sequences and the samples of the two sensitivity analyses.

Points are drawn in the unit cube and turned into values by the axes. What is drawn depends on the random seed
and the shape of the design alone. All but `morris` need scipy 1.15 or later, which is imported when the first
of them is called; without it they raise UsageError `no-scipy`.
"""

import importlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from farmsim.errors import UsageError
from farmsim.experiment.sweeps.axes import Axis
from farmsim.experiment.sweeps.designs import Design, Row
from farmsim.streams import Streams

Floats = NDArray[np.float64]

MOST_SPREAD_POINTS: Final = 1000
"""Points up to which a Latin hypercube is spread out; it takes a second or two for as many."""


def latin_hypercube(axes: Sequence[Axis], points: int, random_seed: int) -> Design:
    """Points of which each axis has one in each of as many equally likely intervals (McKay et al. 1979).

    Up to `MOST_SPREAD_POINTS` the columns are exchanged until the points are spread evenly (least centred
    discrepancy of random exchanges).
    """
    assert points >= 1, f"a design has at least one point, not {points}"
    spread = "random-cd" if 2 <= points <= MOST_SPREAD_POINTS else None
    chance = _chance("latin_hypercube", random_seed)
    sampler = _scipy_qmc().LatinHypercube(len(axes), optimization=spread, rng=chance)
    return _design("latin_hypercube", axes, sampler.random(points))


def sobol_sequence(axes: Sequence[Axis], points: int, random_seed: int) -> Design:
    """The first points of a Sobol sequence, scrambled: a power of 2, ValueError otherwise."""
    return _design("sobol_sequence", axes, _sobol(len(axes), points, "sobol_sequence", random_seed))


def saltelli(axes: Sequence[Axis], base_points: int, random_seed: int) -> Design:
    """The sample from which `sobol_indices` works out first-order and total indices.

    From a scrambled Sobol sequence of 2k dimensions (k axes) and n `base_points`, a power of 2 (ValueError
    otherwise): n rows A of its first k columns, n rows B of the others, then for each axis n rows of A with
    the column of that axis from B, n (k + 2) in all (Saltelli et al. 2010).
    """
    drawn = _sobol(2 * len(axes), base_points, "saltelli", random_seed)
    first, second = drawn[:, : len(axes)], drawn[:, len(axes) :]
    blocks = [first, second]
    for axis in range(len(axes)):
        crossed = first.copy()
        crossed[:, axis] = second[:, axis]
        blocks.append(crossed)
    return _design("saltelli", axes, np.concatenate(blocks))._replace(base_points=base_points)


def morris(axes: Sequence[Axis], trajectories: int, levels: int, random_seed: int) -> Design:
    """Trajectories along which each axis moves once, in random order, by more than half its range.

    Each starts at random on the grid 0, 1/(levels - 1), ..., 1 of the unit cube and moves up or down by
    levels / (2 (levels - 1)), with an even number of levels (Morris 1991). Where only some values are
    possible (lists, whole numbers, steps) the nearest is taken, and `Design.steps` tells how far the axis
    moved in truth, as a share of its range: the values of a list count as equally far apart, those of a
    logarithmic span by their logarithm. An elementary effect is therefore per whole range of an axis.
    """
    assert levels >= 2, f"trajectories need at least two levels, not {levels}"
    assert levels % 2 == 0, f"the number of levels is even, not {levels}"
    chance = _chance("morris", random_seed)
    rows: list[Row] = []
    orders, steps = [], []
    for _ in range(trajectories):
        order = tuple(int(axis) for axis in chance.permutation(len(axes)))
        path = _trajectory(order, levels, chance)
        placed = [[axis.placed(float(x)) for axis, x in zip(axes, at, strict=True)] for at in path]
        rows += [tuple(value for value, _ in row) for row in placed]
        orders.append(order)
        steps.append(
            tuple(
                later[axis][1] - earlier[axis][1]
                for axis, (earlier, later) in zip(order, pairwise(placed), strict=True)
            )
        )
    keys = tuple(axis.key for axis in axes)
    return Design("morris", keys, tuple(rows), orders=tuple(orders), steps=tuple(steps))


def next_power_of_two(points: int) -> int:
    """The least power of 2 that is not less than so many points.

    >>> next_power_of_two(100)
    128
    """
    return 1 << max(points - 1, 0).bit_length()


def _trajectory(order: Sequence[int], levels: int, chance: np.random.Generator) -> Floats:
    """The points of one trajectory in the unit cube, [axes + 1, axis]."""
    half = levels // 2
    lower = chance.integers(half, size=len(order))
    rises = chance.integers(2, size=len(order)) == 1
    places = np.tile(np.where(rises, lower, lower + half), (len(order) + 1, 1))
    for moved, axis in enumerate(order):
        places[moved + 1 :, axis] = lower[axis] + (half if rises[axis] else 0)
    return np.asarray(places / (levels - 1), dtype=np.float64)


def _sobol(dimensions: int, points: int, name: str, random_seed: int) -> Floats:
    if points != next_power_of_two(points):
        raise ValueError(f"{points} is no power of 2; the next one is {next_power_of_two(points)}")
    sampler = _scipy_qmc().Sobol(dimensions, scramble=True, rng=_chance(name, random_seed))
    return np.asarray(sampler.random(points), dtype=np.float64)


def _design(method: str, axes: Sequence[Axis], drawn: Floats) -> Design:
    """The values at points of the unit cube, [row, axis]."""
    rows = tuple(
        tuple(axis.at(share) for axis, share in zip(axes, row, strict=True)) for row in drawn.tolist()
    )
    return Design(method, tuple(axis.key for axis in axes), rows)


def _chance(name: str, random_seed: int) -> np.random.Generator:
    """A generator for one kind of design, with a seed sequence of numpy's own: scipy spawns from it."""
    entropy = Streams(random_seed, 0).key("design", name)
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(entropy)))


def _scipy_qmc() -> Any:
    try:
        return importlib.import_module("scipy.stats.qmc")
    except ImportError:
        raise UsageError("no-scipy") from None
