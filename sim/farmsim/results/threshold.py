"""Where a paired difference is zero as one number changes, and within which values that is sure.

The root is found by regula falsi with the Illinois weights (Dowell and Jarratt 1971, BIT 11:168-174), kept in
its bracket and helped by bisection whenever three steps have not halved it. The interval inverts
the test at every value: it holds those values at which zero lies within the 95 % interval of the mean
difference. Where the difference is linear in the number, that is Fieller's interval for a ratio of means
(Fieller 1954, Journal of the Royal Statistical Society B 16:175-185).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.results.estimates import Estimate, estimate

Differences = Callable[[float], NDArray[np.float64]]
"""The paired differences by replication at a value of the number."""

TOLERANCE = 1e-4
"""Of the bracket: values closer than this are one."""
NOISE = 1 / 200
"""Of half the interval: a difference smaller than this is zero."""
ROUNDING = 1e-9
MOST_STEPS = 60

Verdict = Literal["found", "never_crosses", "equal", "unknown"]


class Point(NamedTuple):
    """The mean difference, with its interval, at one value of the number."""

    value: float
    difference: Estimate


@dataclass(frozen=True, slots=True)
class Threshold:
    """Where a difference is zero; NaN where it is not, or where an end of the interval lies outside."""

    verdict: Verdict
    value: float
    low: float
    high: float
    crossings: int
    """Changes of sign between the values that were tried first: with more than one, the nearest is told."""
    points: tuple[Point, ...]
    """Everything that was tried, by value."""


class _Curve:
    """Estimates of the difference by value, each worked out once."""

    def __init__(self, differences: Differences) -> None:
        self._differences = differences
        self._known: dict[float, Estimate] = {}

    def __call__(self, value: float) -> Estimate:
        if value not in self._known:
            self._known[value] = estimate(self._differences(value))
        return self._known[value]

    @property
    def points(self) -> tuple[Point, ...]:
        return tuple(Point(value, self._known[value]) for value in sorted(self._known))


def find_threshold(differences: Differences, tried: Sequence[float], near: float | None = None) -> Threshold:
    """The value between the first and last of those `tried` at which the mean difference is zero.

    If the sign changes more than once between them, the change nearest to `near` is followed.
    """
    assert len(tried) >= 2, "a bracket has two ends"
    curve = _Curve(differences)
    means = [curve(value).mean for value in tried]
    if any(math.isnan(mean) for mean in means):
        return Threshold("unknown", math.nan, math.nan, math.nan, 0, curve.points)
    if not any(means):
        return Threshold("equal", math.nan, math.nan, math.nan, 0, curve.points)
    pairs = [
        (tried[i], tried[i + 1])
        for i in range(len(tried) - 1)
        if means[i] * means[i + 1] < 0.0 or means[i] == 0.0 or (means[i + 1] == 0.0 and i == len(tried) - 2)
    ]
    if not pairs:
        return Threshold("never_crosses", math.nan, math.nan, math.nan, 0, curve.points)
    wanted = tried[0] if near is None else near
    bracket = min(pairs, key=lambda pair: max(pair[0] - wanted, wanted - pair[1], 0.0))
    step = TOLERANCE * (tried[-1] - tried[0])
    root = _root(lambda x: curve(x).mean, bracket, step, lambda x: curve(x).half_width)
    low = _end(curve, root, tried[0], step)
    high = _end(curve, root, tried[-1], step)
    return Threshold("found", root, low, high, len(pairs), curve.points)


def _end(curve: _Curve, root: float, limit: float, step: float) -> float:
    """The end of the interval between the root and a limit; NaN if zero is still possible at the limit."""
    if not curve(root).half_width > 0.0:
        return root if curve(root).half_width == 0.0 else math.nan
    side = [p for p in curve.points if root < p.value <= limit or limit <= p.value < root]
    outside = [p for p in side if abs(p.difference.mean) > p.difference.half_width]
    if not outside:
        return math.nan
    first = min(outside, key=lambda point: abs(point.value - root))
    sign = math.copysign(1.0, first.difference.mean)
    inside = max(
        (p.value for p in (*side, Point(root, curve(root))) if abs(p.value - root) < abs(first.value - root)),
        key=lambda value: abs(value - root),
    )

    def excess(value: float) -> float:
        found = curve(value)
        return sign * found.mean - found.half_width

    if excess(inside) >= 0.0:
        return inside
    bracket = (min(inside, first.value), max(inside, first.value))
    return _root(excess, bracket, step, lambda x: curve(x).half_width)


def _root(
    f: Callable[[float], float],
    bracket: tuple[float, float],
    step: float,
    noise: Callable[[float], float],
) -> float:
    """A root of `f`, whose signs differ at the ends: to within a step, or where it drowns in the noise."""
    (a, b), (at_a, at_b) = bracket, (f(bracket[0]), f(bracket[1]))
    fa, fb, scale = at_a, at_b, max(abs(at_a), abs(at_b))
    widths, moved = [b - a], ""
    while min(abs(at_a), abs(at_b)) > ROUNDING * scale and b - a > step and len(widths) < MOST_STEPS:
        slow = len(widths) % 3 == 0 and b - a > widths[-3] / 2.0
        x = (a + b) / 2.0 if slow else (a * fb - b * fa) / (fb - fa)
        x = min(max(x, a + step / 2.0), b - step / 2.0)
        fx = f(x)
        if abs(fx) <= NOISE * noise(x):
            return x
        if math.isnan(fx):
            break
        if (fx > 0.0) == (at_a > 0.0):
            fb = fb / 2.0 if moved == "a" else fb
            a, fa, at_a, moved = x, fx, fx, "a"
        else:
            fa = fa / 2.0 if moved == "b" else fa
            b, fb, at_b, moved = x, fx, fx, "b"
        widths.append(b - a)
    return a if abs(at_a) <= abs(at_b) else b
