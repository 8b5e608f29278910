"""Estimates from replications: means with Student t intervals, and quantiles of seasons.

Replications are independent and alike, their means nearly normal; a lone run has no interval. NaN means that
a value cannot be known and is left out. The quantile functions are here so that a run needs no scipy.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.streams import normals

_ROUNDING: Final = 1e-15


class Estimate(NamedTuple):
    """The mean of a metric over replications with its confidence interval, in the unit of the metric."""

    mean: float
    low: float
    high: float
    sd: float
    n: int

    @property
    def half_width(self) -> float:
        """Half the interval: the mean is known to plus or minus this."""
        return (self.high - self.low) / 2


def estimate(values: NDArray[np.float64], level: float = 0.95) -> Estimate:
    """Mean of `values` with its two-sided Student t interval, and their standard deviation.

    NaN is dropped; `n` counts what is left. With fewer than two, interval and deviation are NaN.
    """
    known = _known(values)
    n = known.size
    mean = float(known.mean()) if n else math.nan
    if n < 2:
        return Estimate(mean, math.nan, math.nan, math.nan, n)
    sd = float(known.std(ddof=1))
    half_width = student_t_quantile((1 + level) / 2, n - 1) * sd / math.sqrt(n)
    return Estimate(mean, mean - half_width, mean + half_width, sd, n)


def quantiles(values: NDArray[np.float64], shares: Sequence[float] = (0.1, 0.9)) -> tuple[float, ...]:
    """Values that these shares of seasons stay below, NaN left out; linear between order statistics.

    Hyndman and Fan (1996), type 7. Without a known value, all are NaN.
    """
    known = _known(values)
    if known.size == 0:
        return (math.nan,) * len(shares)
    return tuple(float(value) for value in np.quantile(known, shares))


def normal_quantile(p: float) -> float:
    """Quantile of the standard normal distribution at a probability in the open interval (0, 1)."""
    assert 0 < p < 1, f"a quantile needs a probability between 0 and 1, not {p}"
    return float(normals(np.array([p]))[0])


@lru_cache(maxsize=256)
def student_t_quantile(p: float, degrees: float) -> float:
    """Quantile of Student's t distribution with that many degrees of freedom, to about 1e-11 relative.

    Newton's method for the logarithm of the tail probability, kept within a bracket by bisection.
    """
    assert 0 < p < 1, f"a quantile needs a probability between 0 and 1, not {p}"
    assert degrees > 0, f"degrees of freedom are positive, not {degrees}"
    if p == 0.5:
        return 0.0
    if p < 0.5:
        return -_t_above(p, degrees)
    return _t_above(1 - p, degrees)


def student_t_tail(t: float, degrees: float) -> float:
    """Probability that Student's t exceeds `t`, infinite values included (two-sided p value: twice of |t|).

    Abramowitz and Stegun 26.5.27 and 26.7.1.
    """
    assert degrees > 0, f"degrees of freedom are positive, not {degrees}"
    if t < 0.0:
        return 1.0 - student_t_tail(-t, degrees)
    total = degrees + t * t
    if math.isinf(total):
        return 0.0
    return _incomplete_beta(degrees / total, t * t / total, degrees / 2, 0.5) / 2


def _t_above(tail: float, degrees: float) -> float:
    """Value of t that is exceeded with probability `tail`, less than a half."""
    low, high = 0.0, 1.0
    while student_t_tail(high, degrees) > tail:
        low, high = high, 2 * high
    t = (low + high) / 2
    for _ in range(100):
        reached = student_t_tail(t, degrees)
        if reached > tail:
            low = t
        else:
            high = t
        step = reached * math.log(reached / tail) / _t_density(t, degrees)
        new = t + step
        if not low <= new <= high:
            new = (low + high) / 2
        if abs(new - t) <= 4 * _ROUNDING * abs(new):
            return new
        t = new
    return t


def _t_density(t: float, degrees: float) -> float:
    logarithm = (
        math.lgamma((degrees + 1) / 2)
        - math.lgamma(degrees / 2)
        - math.log(degrees * math.pi) / 2
        - (degrees + 1) / 2 * math.log1p(t * t / degrees)
    )
    return math.exp(logarithm)


def _incomplete_beta(x: float, complement: float, a: float, b: float) -> float:
    """Regularised incomplete beta function I_x(a, b); `complement` is 1 - x, given so as not to cancel."""
    if x == 0 or complement == 0:
        return 0.0 if x == 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(complement, x, b, a)
    logarithm = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(complement)
    )
    return math.exp(logarithm) / (a * _beta_fraction(x, a, b))


def _beta_fraction(x: float, a: float, b: float) -> float:
    """Continued fraction of the incomplete beta function by Lentz's method (Abramowitz and Stegun 26.5.8)."""
    value = upper = 1.0
    lower = 0.0
    for i in range(1, 10_000):
        m = i // 2
        if i % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        lower = 1 / (1 + term * lower)
        upper = 1 + term / upper
        change = upper * lower
        value *= change
        if abs(change - 1) < _ROUNDING:
            break
    return value


def _known(values: NDArray[np.float64]) -> NDArray[np.float64]:
    flat = np.asarray(values, dtype=np.float64).reshape(-1)
    return flat[~np.isnan(flat)]
