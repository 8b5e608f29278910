"""Random counts by inversion: one uniform number makes one count, so that compared scenarios stay in step.

A count is the least k whose cumulative probability reaches u. It grows with u and, for a given u, with the
mean, the number of trials and the probability; hence a rate that differs by some per cent between two
scenarios changes few counts, and by little. (The samplers of numpy use up a number of draws that depends on
the rate.) A cell's count depends on the numbers of that cell alone, not on the array in which it is drawn.
Where the uniform numbers come from is the business of `farmsim.streams`.

Expectations below `EXACT_BELOW` are inverted exactly, by sequential search (Devroye 1986, section X.3), but
that the upper 1.4e-14 of a distribution counts as one point. Larger expectations take the Cornish-Fisher
expansion up to the terms of order 1/variance, with the correction for lattices (Hill and Davis 1968; Kolassa
and McCullagh 1990). It misses the exact count, by 1, in a share of cells of 3e-4 at most at an expectation
of 16, 1e-4 at 30 and 1.2e-5 at 127; misses up and down cancel, so that the mean count is right to 2e-5.
Growth with the parameters may fail by 1 where rounding shows, within about 1e-13 of u = 0 or 1, and where the
method changes.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farmsim.streams import normals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EXACT_BELOW: Final = 16.0
"""Expectation from which on the expansion replaces the search."""

_CHUNK: Final = 16_384
"""Cells worked on at a time: their working arrays stay in the second-level cache."""

_WORTH_COMPRESSING: Final = 250
"""Cells under search below which picking out the unfinished ones costs more than it saves."""

_FEW: Final = 160
"""Cells up to which a table of probabilities is quicker than climbing."""

_STEPS: Final = np.arange(1, 65, dtype=np.float64)[:, None]
"""Counts that the table may go through: beyond 64 lies less than 1e-16 of an expectation below 16."""

_LOG_ODDS: Final = np.linspace(-36.5, 36.5, 29_201)
_QUANTILES: Final = np.where(_LOG_ODDS < 0, 1, -1) * normals(1 / (1 + np.exp(np.abs(_LOG_ODDS))))
"""Normal quantiles at log-odds 1/400 apart: linear between them they are right to 1e-7."""

_HIGHEST: Final = 1 - 2.0**-46
"""Largest uniform number that the search tells from 1: sums of probabilities are rounded to about 2**-47."""


def poisson(u: ArrayLike, mean: ArrayLike) -> Ints:
    """Poisson counts for uniform numbers `u` in the open interval (0, 1), in the broadcast shape of both.

    A mean of 0 gives 0.
    """
    chances, means = np.broadcast_arrays(np.asarray(u, dtype=np.float64), np.asarray(mean, dtype=np.float64))
    assert means.size == 0 or means.min() >= 0, "the mean of a Poisson count is at least 0"
    return poisson_cells(chances, means)


def binomial(u: ArrayLike, trials: ArrayLike, p: ArrayLike) -> Ints:
    """Binomial counts for uniform numbers `u` in the open interval (0, 1), in the broadcast shape.

    The expectation that decides between search and expansion is `trials * min(p, 1 - p)`. No trials give 0,
    as does p = 0; p = 1 gives `trials`. Where p exceeds 1/2 the failures are counted, with 1 - u.
    """
    chances, n, shares = np.broadcast_arrays(
        np.asarray(u, dtype=np.float64), np.asarray(trials, dtype=np.float64), np.asarray(p, dtype=np.float64)
    )
    if chances.size:
        assert n.min() >= 0, "the number of trials is at least 0"
        assert shares.min() >= 0, "a probability is at least 0"
        assert shares.max() <= 1, "a probability is at most 1"
    return binomial_cells(chances, n, shares)


def poisson_cells(u: Floats, mean: Floats) -> Ints:
    """The same for arrays of one shape that are known to be sound."""
    return _in_chunks(_poisson_cells, u, mean)


def binomial_cells(u: Floats, trials: Floats | Ints, p: Floats) -> Ints:
    """The same for arrays of one shape that are known to be sound."""
    return _in_chunks(_binomial_cells, u, trials, p)


def served(generator: np.random.Generator, wanted: Ints, available: int) -> Ints:
    """How many of the `wanted` units of each cell are served when `available` units meet them all.

    Where there is enough, everyone: `wanted` itself, and nothing is drawn. Otherwise each wanted unit has the
    same chance, whichever cell it is in (multivariate hypergeometric). Numpy refuses 1e9 wanted units.
    """
    if wanted.sum() <= available:
        return wanted
    drawn = generator.multivariate_hypergeometric(wanted.reshape(-1), max(0, available), method="marginals")
    return drawn.reshape(wanted.shape)


def _in_chunks(count: Callable[..., Ints], *arrays: Floats | Ints) -> Ints:
    """Apply `count` to flat pieces of arrays of one shape, and put the counts into that shape."""
    size = arrays[0].size
    if size <= _CHUNK and arrays[0].ndim == 1:
        return count(*arrays)
    flat = [array.reshape(-1) for array in arrays]
    counts = np.empty(size, dtype=np.int64)
    for start in range(0, size, _CHUNK):
        counts[start : start + _CHUNK] = count(*(array[start : start + _CHUNK] for array in flat))
    return counts.reshape(arrays[0].shape)


def _poisson_cells(u: Floats, mean: Floats) -> Ints:
    large = mean >= EXACT_BELOW
    if not np.count_nonzero(large):
        return _searched(u, np.exp(-mean), mean).astype(np.int64)
    counts = np.empty(u.size, dtype=np.int64)
    expanded, searched = large.nonzero()[0], (~large).nonzero()[0]
    counts[expanded] = _expanded(u[expanded], mean[expanded], 0.0)
    small_means = mean[searched]
    counts[searched] = _searched(u[searched], np.exp(-small_means), small_means)
    return counts


def _binomial_cells(u: Floats, trials: Floats, p: Floats) -> Ints:
    flipped = p > 0.5
    if not np.count_nonzero(flipped):
        return _rarer_cells(u, trials, p)
    counts = _rarer_cells(np.where(flipped, 1 - u, u), trials, np.where(flipped, 1 - p, p))
    np.subtract(trials, counts, out=counts, where=flipped, casting="unsafe")
    return counts


def _rarer_cells(u: Floats, trials: Floats, p: Floats) -> Ints:
    """Binomial counts of cells with p at most 1/2."""
    mean = trials * p
    large = mean >= EXACT_BELOW
    if not np.count_nonzero(large):
        return _searched_binomial(u, trials, p)
    counts = np.empty(u.size, dtype=np.int64)
    expanded, searched = large.nonzero()[0], (~large).nonzero()[0]
    found = _expanded(u[expanded], mean[expanded], p[expanded])
    counts[expanded] = np.minimum(found, trials[expanded])
    counts[searched] = _searched_binomial(u[searched], trials[searched], p[searched])
    return counts


def _searched_binomial(u: Floats, trials: Floats, p: Floats) -> Ints:
    odds = p / (1 - p)
    none = np.exp(trials * np.log1p(-p))
    return np.minimum(_searched(u, none, (trials + 1) * odds, odds), trials).astype(np.int64)


def _searched(u: Floats, none: Floats, factor: Floats, less: Floats | None = None) -> NDArray[np.uint8]:
    """Least k of each cell whose cumulative probability reaches `u`, all cells climbing together.

    `none` is the probability of 0. Each step multiplies the probability by `factor / k - less`, the
    recurrence of the Poisson distribution and, with `less`, of the binomial. Once most cells of a large array
    have arrived, the others are put together and climb on alone.
    """
    chances = np.minimum(u, _HIGHEST)
    if u.size <= _FEW:
        return _searched_few(chances, none, factor, less)
    reached, probability = none.copy(), none.copy()
    climbing, ratio = np.empty(u.size, dtype=np.bool_), np.empty(u.size)
    step = climbing.view(np.uint8)
    counts = current = np.zeros(u.size, dtype=np.uint8)
    cells: NDArray[np.intp] | None = None
    k = 1
    while True:
        np.greater(chances, reached, out=climbing)
        left = np.count_nonzero(climbing)
        if left == 0:
            break
        np.add(current, step, out=current)
        if 2 * left < climbing.size > _WORTH_COMPRESSING:
            kept = climbing.nonzero()[0]
            if cells is not None:
                counts[cells] = current
            cells = kept if cells is None else cells[kept]
            chances, reached, probability, factor = (
                chances[kept],
                reached[kept],
                probability[kept],
                factor[kept],
            )
            less = None if less is None else less[kept]
            current, climbing, step, ratio = current[kept], climbing[:left], step[:left], ratio[:left]
        np.multiply(factor, 1 / k, out=ratio)
        if less is not None:
            np.subtract(ratio, less, out=ratio)
        np.multiply(probability, ratio, out=probability)
        np.add(reached, probability, out=reached)
        k += 1
    if cells is not None:
        counts[cells] = current
    return counts


def _searched_few(chances: Floats, none: Floats, factor: Floats, less: Floats | None) -> NDArray[np.uint8]:
    """The same for few cells, by tables of their probabilities; the first is mostly high enough."""
    counts = (chances > none).view(np.uint8)
    reached = probability = none
    most = float(np.maximum.reduce(factor, initial=0.0))
    done, height = 0, int(most + 3.0 * most**0.5) + 4
    while done < len(_STEPS):
        table = factor / _STEPS[done : done + height]
        if less is not None:
            table -= less
            np.maximum(table, 0.0, out=table)
        table[0] *= probability
        np.multiply.accumulate(table, axis=0, out=table)
        probability = table[-1].copy()
        table[0] += reached
        np.add.accumulate(table, axis=0, out=table)
        above = chances > table
        counts = counts + np.add.reduce(above, axis=0, dtype=np.uint8)
        if not np.count_nonzero(above[-1]):
            break
        reached, done = table[-1], done + height
    return counts


def _expanded(u: Floats, mean: Floats, p: Floats | float) -> Floats:
    """Whole numbers: binomial counts with this mean and p at most 1/2, or Poisson counts where p is 0.

    With w the normal quantile of u, v = mean (1 - p), s = p (1 - p) and k = 1 - 2p, the count is the floor of
        mean + 1/2 + w sqrt(v) + k (w^2 - 1) / 6 - w ((1 + 2s) w^2 + 2 - 14s) / (72 sqrt(v))
        + k (2 + s) (3 w^4 + 7 w^2 - 16) / (1620 v),
    and not below 0.
    """
    w: Floats = np.interp(np.log(u) - np.log1p(-u), _LOG_ODDS, _QUANTILES)
    squared = w * w
    variance = mean * (1 - p)
    deviation = np.sqrt(variance)
    spread, skew = p * (1 - p), 1 - 2 * p
    cubic = squared * ((1 + 2 * spread) / 72)
    cubic += (1 - 7 * spread) / 36
    cubic /= deviation
    deviation -= cubic
    w *= deviation
    quartic = squared * 3
    quartic += 7
    quartic *= squared
    quartic -= 16
    quartic *= skew * (2 + spread) / 1620
    quartic /= variance
    w += quartic
    squared -= 1
    squared *= skew / 6
    w += squared
    w += mean
    w += 0.5
    np.floor(w, out=w)
    return np.maximum(w, 0, out=w)
