"""Ranking the points of a sweep: differences from a base, ties with the best, how far that is flattered.

Values are [point, replication]; all points play the same replications, so that differences are taken
replication by replication and a pair with an unknown value (NaN) is left out. Of many comparisons a few look
decided by chance: p values are adjusted by Holm's method, so that with the probability `level` no verdict at
all is wrong. Everything is worked out for all points at once; memory is a few times that of the values.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farmsim.results.estimates import student_t_quantile, student_t_tail
from farmsim.results.paired import LEVEL, MOST_REPLICATIONS, Verdict
from farmsim.streams import Streams

Floats = NDArray[np.float64]

_SPLITS: Final = 50
"""Ways of halving the replications over which the flattery of the best is averaged."""


class Differences(NamedTuple):
    """Each point less the base, [point]; that of the base itself is 0 and has no p value."""

    mean: Floats
    low: Floats
    """Intervals hold for all points together (Bonferroni). They are a little wider than Holm's decisions: one
    that just holds 0 may belong to a point that is decided, never the other way round."""
    high: Floats
    p_value: Floats
    """Of the paired t test, two-sided, for this point alone."""
    adjusted: Floats
    """By Holm's method, for all points together."""
    pairs: NDArray[np.int64]
    verdicts: tuple[Verdict, ...]
    """By the adjusted p values, with the words of `paired.Difference`."""


class Ties(NamedTuple):
    """The point with the best mean, and those that may be as good."""

    best: int
    tied: NDArray[np.bool_]
    """Points that cannot be told from the best, itself included; also those with fewer than two pairs, but
    not those without any value."""
    adjusted: Floats
    """Adjusted p values of the differences from the best; NaN for itself."""
    flattery: float
    """About how far the best mean is better than that point would be on fresh replications, in the unit of
    the values and never negative: the best of many noisy means is lucky. NaN with fewer than two."""


def holm(p_values: ArrayLike) -> Floats:
    """Adjusted p values: a hypothesis may be rejected at a level when its own is not above it (Holm 1979).

    The i-th smallest of m is multiplied by m - i + 1 and is no less than those before it. NaN is no
    comparison and stays.

    >>> holm([0.01, 0.04, 0.02])
    array([0.03, 0.04, 0.04])
    """
    given = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(given.shape, math.nan)
    known = np.flatnonzero(~np.isnan(given))
    order = known[np.argsort(given[known], kind="stable")]
    left = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(given[order] * left), 1.0)
    return adjusted


def differences_from(values: ArrayLike, base: int, level: float = LEVEL) -> Differences:
    """Paired differences of all points from one, with intervals and verdicts that hold together."""
    played = np.asarray(values, dtype=np.float64)
    mean, sd, pairs = _paired(played, base)
    p_value = _two_sided(mean, sd, pairs)
    p_value[base] = math.nan
    adjusted = holm(p_value)
    joint = 1.0 - (1.0 - level) / max(len(played) - 1, 1)
    half_width = _t_quantiles(joint, pairs) * _standard_errors(sd, pairs)
    verdicts = _verdicts(mean, sd, pairs, adjusted <= 1.0 - level, joint)
    return Differences(mean, mean - half_width, mean + half_width, p_value, adjusted, pairs, verdicts)


def ties_with_best(values: ArrayLike, *, maximise: bool, level: float = LEVEL) -> Ties:
    """The best mean and all points that are not worse for certain.

    Each is compared with the best by a paired t test, two-sided, and Holm's method over all of them. The
    truly best point is among the ties with at least the probability `level`, although its opponent is chosen
    for its mean: that one of all others beats it has at the first step of Holm's method half the probability
    1 - level (Bonferroni's inequality, one side of the tests), and simulations show that the other half is
    enough for the later steps. At least one value must be known.
    """
    played = np.asarray(values, dtype=np.float64) * (1.0 if maximise else -1.0)
    means, known = _means(played, np.ones(played.shape[1]))
    assert known.any(), "without values there is no best"
    best = int(np.nanargmax(means))
    p_value = _two_sided(*_paired(played, best))
    p_value[best] = math.nan
    adjusted = holm(p_value)
    tied = ~(adjusted <= 1.0 - level) & (known > 0.0)
    return Ties(best, tied, adjusted, _flattery(played))


def _flattery(values: Floats) -> float:
    """How far the largest mean overstates, by choosing on half of the replications and judging on the others.

    The mean of what the chosen point loses from one half to the other, over both halves and many ways of
    halving; luck that all points share falls out. With all R replications the luck of a mean is that of R / 2
    over sqrt(2), and so is the flattery where noise decides who is best; where it does not, this is rather
    too much. Points unknown in either half are not chosen.
    """
    replications = values.shape[1]
    half = replications // 2
    if half == 0:
        return math.nan
    chance = Streams(0, 0).generator("ranking", "flattery")
    lost = []
    for _ in range(_SPLITS):
        shuffled = chance.permutation(replications)
        halves = np.zeros((2, replications))
        halves[0, shuffled[:half]] = halves[1, shuffled[half : 2 * half]] = 1.0
        one, other = (_means(values, half)[0] for half in halves)
        both = ~np.isnan(one + other)
        if both.any():
            gap = (one - other)[both]
            lost.append((gap[np.argmax(one[both])] - gap[np.argmax(other[both])]) / 2)
    return float(np.mean(lost)) * math.sqrt(half / replications) if lost else math.nan


def _means(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Mean of each point over the replications of weight 1, and how many of them are known; NaN without."""
    known = ~np.isnan(values)
    counts = known @ weights
    sums = np.where(known, values, 0.0) @ weights
    return np.divide(sums, counts, out=np.full(len(values), math.nan), where=counts > 0.0), counts


def _paired(values: Floats, base: int) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Mean and standard deviation of the differences of each point from the base, and the number of pairs.

    Differences that are all equal have exactly their value for a mean and no deviation.
    """
    gaps = values - values[base]
    known = ~np.isnan(gaps)
    pairs = known.sum(axis=1)
    largest = gaps.max(axis=1, where=known, initial=-math.inf)
    equal = largest == gaps.min(axis=1, where=known, initial=math.inf)
    gaps[~known] = 0.0
    mean = np.divide(gaps.sum(axis=1), pairs, out=np.full(len(gaps), math.nan), where=pairs > 0)
    mean[equal] = largest[equal]
    gaps -= mean[:, None]
    gaps[~known] = 0.0
    squares = np.einsum("pr,pr->p", gaps, gaps)
    sd = np.full(len(gaps), math.nan)
    np.divide(squares, pairs - 1, out=sd, where=pairs > 1)
    return mean, np.where(equal & (pairs > 1), 0.0, np.sqrt(sd)), pairs


def _standard_errors(sd: Floats, pairs: NDArray[np.int64]) -> Floats:
    return np.asarray(sd / np.sqrt(np.maximum(pairs, 1)))


def _two_sided(mean: Floats, sd: Floats, pairs: NDArray[np.int64]) -> Floats:
    """Two-sided p values of the t tests; where nothing scatters, 1 for no difference and 0 for any."""
    errors = _standard_errors(sd, pairs)
    sizes = np.full(len(mean), math.inf)
    np.divide(np.abs(mean), errors, out=sizes, where=~(errors == 0.0))
    sizes[mean == 0.0] = 0.0
    return np.array(
        [
            2.0 * student_t_tail(t, n - 1) if n > 1 else math.nan
            for t, n in zip(sizes.tolist(), pairs.tolist(), strict=True)
        ]
    )


def _t_quantiles(level: float, pairs: NDArray[np.int64]) -> Floats:
    """Half-widths of two-sided intervals in standard errors, by the number of pairs."""
    counts, places = np.unique(pairs, return_inverse=True)
    found = [student_t_quantile((1.0 + level) / 2.0, n - 1) if n > 1 else math.nan for n in counts.tolist()]
    return np.asarray(found)[places]


def _verdicts(
    mean: Floats, sd: Floats, pairs: NDArray[np.int64], decided: NDArray[np.bool_], level: float
) -> tuple[Verdict, ...]:
    """What may be said of each difference; those of the most replications would be decided at `level`."""
    most = student_t_quantile((1.0 + level) / 2.0, MOST_REPLICATIONS - 1) / math.sqrt(MOST_REPLICATIONS)
    hopeless = most * sd > np.abs(mean)

    def verdict(point: int) -> Verdict:
        if pairs[point] < 2:
            return "unknown"
        if sd[point] == 0.0 and mean[point] == 0.0:
            return "equal"
        if decided[point]:
            return "higher" if mean[point] > 0.0 else "lower"
        return "no_clear_difference" if hopeless[point] else "not_decided"

    return tuple(verdict(point) for point in range(len(mean)))
