"""Paired comparison of scenarios that share their random numbers: differences, intervals, what is decided.

All scenarios play the same replications, so that differences are taken season by season. Where several are
compared with one baseline each interval is widened (Bonferroni: level 1 - 0.05 / comparisons), so that with
95 % all of them hold together.
"""

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.results.estimates import Estimate, estimate, student_t_quantile

Floats = NDArray[np.float64]
LEVEL = 0.95
MOST_REPLICATIONS = 10_000
"""Replications beyond which nobody is sent to look for a difference."""

Verdict = Literal["higher", "lower", "not_decided", "no_clear_difference", "equal", "unknown"]


class Difference(NamedTuple):
    """A metric of one scenario less that of the baseline, replication by replication."""

    estimate: Estimate
    """With the interval that holds for all comparisons together."""
    wins: int
    """Replications in which it is higher than the baseline."""
    losses: int
    verdict: Verdict
    """`not_decided` if more replications would probably decide it, `no_clear_difference` if even very many
    would not; `unknown` where there are fewer than two pairs."""
    more_replications: int | None
    """About how many more would decide it if the difference is as large as it looks; None in other cases."""


def difference(values: Floats, baseline: Floats, comparisons: int = 1, level: float = LEVEL) -> Difference:
    """`values` less `baseline`, replication by replication, as one of so many comparisons.

    Pairs with a NaN are left out.
    """
    assert values.shape == baseline.shape, f"pairs need equally many: {values.shape}, {baseline.shape}"
    gaps = np.asarray(values - baseline, dtype=np.float64)
    gaps = gaps[~np.isnan(gaps)]
    joint = 1.0 - (1.0 - level) / comparisons
    found = estimate(gaps, joint)
    wins, losses = int(np.count_nonzero(gaps > 0.0)), int(np.count_nonzero(gaps < 0.0))
    verdict, more = _decided(found, joint)
    return Difference(found, wins, losses, verdict, more)


def pairing_gain(values: Floats, baseline: Floats) -> float:
    """Variance of the difference of independent runs, var(a) + var(b), over that of paired ones, var(a - b).

    So many times the replications would be needed without pairing. NaN where all differences are equal.

    >>> pairing_gain(np.array([1.0, 3.0, 5.0]), np.array([0.0, 2.0, 5.0]))
    31.0
    """
    both = ~np.isnan(values - baseline)
    if np.count_nonzero(both) < 2:
        return math.nan
    apart = float((values[both] - baseline[both]).var(ddof=1))
    return float(values[both].var(ddof=1) + baseline[both].var(ddof=1)) / apart if apart > 0.0 else math.nan


def replications_for(sd: float, half_width: float, level: float = LEVEL) -> int | None:
    """Least n whose interval, t(n - 1) x sd / sqrt(n), is no wider than this; None beyond the most allowed.

    `sd` is the standard deviation of one replication (or of one difference).
    """
    if not (math.isfinite(half_width) and half_width > 0.0 and math.isfinite(sd)):
        return None
    low, high = 2, MOST_REPLICATIONS

    def fits(n: int) -> bool:
        return student_t_quantile((1.0 + level) / 2.0, n - 1) * sd / math.sqrt(n) <= half_width

    if not fits(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle + 1, high)
    return low


def _decided(found: Estimate, level: float) -> tuple[Verdict, int | None]:
    """What may be said of a difference, and about how many more replications would decide it."""
    if found.n < 2:
        return "unknown", None
    if found.sd == 0.0:
        return ("equal" if found.mean == 0.0 else "higher" if found.mean > 0.0 else "lower"), None
    if found.low > 0.0 or found.high < 0.0:
        return ("higher" if found.mean > 0.0 else "lower"), None
    needed = replications_for(found.sd, abs(found.mean), level)
    return ("no_clear_difference", None) if needed is None else ("not_decided", max(needed - found.n, 1))
