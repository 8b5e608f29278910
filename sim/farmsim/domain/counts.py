"""Random counts by inversion: one uniform number makes one count, so that compared scenarios stay in step.

A count is the least k whose cumulative probability reaches u. It grows with u and, for a given u, with the
mean, the number of trials and the probability; hence a rate that differs by some per cent between two
scenarios changes few counts, and by little. (The samplers of numpy use up a number of draws that depends on
the rate.) A cell's count depends on the numbers of that cell alone, not on the array in which it is drawn.
Where the uniform numbers come from is the business of `farmsim.streams`.

Expectations below `EXACT_BELOW` are inverted exactly, by sequential search (Devroye 1986, section X.3), but
that the upper 1.4e-14 of a distribution counts as one point. In large arrays a guide table gives most Poisson
counts at once (after Chen and Asau 1974, here in u and the mean), and the search the others: the same counts.
Larger expectations take the expansion of `farmsim.domain.expansion`. It misses the exact count, by 1, in a
share of cells of 3e-4 at most at an expectation of 16, 1e-4 at 30 and 1.2e-5 at 127; misses up and down
cancel, so that the mean count is right to 2e-5. Growth with the parameters may fail by 1 where rounding
shows, within about 1e-13 of u = 0 or 1, and where the method changes.
"""

from collections.abc import Callable
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farmsim.domain.expansion import expanded_binomial, expanded_poisson

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Marks = NDArray[np.uint8]

EXACT_BELOW: Final = 16.0
"""Expectation from which on the expansion replaces the search."""

_CHUNK: Final = 16_384
"""Cells worked on at a time: their working arrays stay in the second-level cache."""

_GUIDED: Final = 250
"""Poisson cells from which on the guide table pays, if some means are `_WORTH_GUIDING`."""

_WORTH_GUIDING: Final = 3.0
"""Mean that takes a search of several steps."""

_SIFTED: Final = 4_000
"""Cells from which on it pays at any mean to set aside those whose count is found without a search."""

_WORTH_COMPRESSING: Final = 250
"""Cells under search below which picking out the unfinished ones costs more than it saves."""

_FEW: Final = 160
"""Cells up to which a table of probabilities is quicker than climbing."""

_STEPS: Final = np.arange(1, 65, dtype=np.float64)[:, None]
"""Counts that the table may go through: beyond 64 lies less than 1e-16 of an expectation below 16."""

_ROWS: Final = 32
"""Rows of the guide table for each unit of the mean."""

_COLUMNS: Final = 512
"""Columns of the guide table; they divide the range of u."""

_UNDECIDED: Final = 255
"""Mark of the cells that have yet to be counted."""

_ROUNDING: Final = 1e-12
"""Distance from which on rounding cannot change how a uniform number and a probability compare."""

_SURE: Final = 1 - _ROUNDING
"""Sum of u and an expectation up to which the count is none: its probability is at least 1 - mean."""

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
    few = u.size < _GUIDED or (u.size < _SIFTED and np.maximum.reduce(mean, axis=None) < _WORTH_GUIDING)
    if few and u.ndim == 1:
        return _poisson_counts(u, mean)
    if few:
        return _poisson_counts(u.reshape(-1), mean.reshape(-1)).reshape(u.shape)
    return _in_two_passes(_looked_up, _poisson_counts, u, mean)


def binomial_cells(u: Floats, trials: Floats | Ints, p: Floats) -> Ints:
    """The same for arrays of one shape that are known to be sound."""
    if u.size < _SIFTED and u.ndim == 1:
        return _binomial_counts(u, trials, p)
    if u.size < _SIFTED:
        return _binomial_counts(u.reshape(-1), trials.reshape(-1), p.reshape(-1)).reshape(u.shape)
    return _in_two_passes(_none_for_sure, _binomial_counts, u, trials, p)


def _in_two_passes(mark: Callable[..., Marks], count: Callable[..., Ints], *arrays: Floats | Ints) -> Ints:
    """Counts of the cells of arrays of one shape: those that `mark` can tell, and the others by `count`.

    Both work on flat pieces, but the cells that the first leaves undecided are put together for the second.
    """
    flat, size = [array.reshape(-1) for array in arrays], arrays[0].size
    marks = np.empty(size, dtype=np.uint8)
    for start in range(0, size, _CHUNK):
        piece = slice(start, start + _CHUNK)
        marks[piece] = mark(*(array[piece] for array in flat))
    counts = marks.astype(np.int64)
    undecided = (marks == _UNDECIDED).nonzero()[0]
    for start in range(0, len(undecided), _CHUNK):
        piece = slice(start, start + _CHUNK)
        cells = piece if len(undecided) == size else undecided[piece]
        counts[cells] = count(*(array[cells] for array in flat))
    return counts.reshape(arrays[0].shape)


def _looked_up(u: Floats, mean: Floats) -> Marks:
    """Poisson counts that are none for sure or that the guide table knows."""
    if np.minimum.reduce(mean) >= EXACT_BELOW:
        return np.full(u.size, _UNDECIDED, dtype=np.uint8)
    is_open = u + mean > _SURE
    if 2 * np.count_nonzero(is_open) > u.size:
        return _guide().take(_field(u, mean))
    marks, some = np.zeros(u.size, dtype=np.uint8), is_open.nonzero()[0]
    marks[some] = _guide().take(_field(u[some], mean[some]))
    return marks


def _none_for_sure(u: Floats, trials: Floats | Ints, p: Floats) -> Marks:
    """Binomial counts that are none for sure."""
    expected = trials * p
    expected += u
    return (expected > _SURE).view(np.uint8) * np.uint8(_UNDECIDED)


def _field(u: Floats, mean: Floats) -> NDArray[np.intp]:
    """Places of the cells in the guide table."""
    scaled = np.minimum(mean, EXACT_BELOW)
    scaled *= _ROWS
    field = scaled.astype(np.intp)
    field *= _COLUMNS
    np.multiply(u, _COLUMNS, out=scaled)
    field += scaled.astype(np.intp)
    return field


@cache
def _guide() -> Marks:
    """Guide table: the Poisson count of fields of means and uniform numbers, where a field has but one.

    The last row stands for all the means that are not searched.
    """
    means = np.arange(int(EXACT_BELOW) * _ROWS + 1)[:, None] / _ROWS
    reached = np.hstack([np.exp(-means), means / _STEPS.T])
    np.multiply.accumulate(reached, axis=1, out=reached)
    np.add.accumulate(reached, axis=1, out=reached)
    least = _passed(reached[:-1] + _ROUNDING)
    most = _passed(reached[1:] - _ROUNDING - 1 / _COLUMNS)
    guide = np.full((len(means), _COLUMNS), _UNDECIDED, dtype=np.uint8)
    np.copyto(guide[:-1], least, where=least == most, casting="unsafe")
    return guide.reshape(-1)


def _passed(reached: Floats) -> Ints:
    """How many cumulative probabilities of each row lie below the left edge of each column."""
    width = _COLUMNS + 1
    places = np.clip(np.floor(reached * _COLUMNS) + 1, 0, _COLUMNS).astype(np.int64)
    places += np.arange(len(reached))[:, None] * width
    passed = np.bincount(places.reshape(-1), minlength=len(reached) * width).reshape(-1, width)
    counts: Ints = np.add.accumulate(passed[:, :-1], axis=1)
    return counts


def _poisson_counts(u: Floats, mean: Floats) -> Ints:
    large = mean >= EXACT_BELOW
    larges = np.count_nonzero(large)
    if larges == 0:
        return _searched(u, np.exp(-mean), mean).astype(np.int64)
    if larges == u.size:
        return expanded_poisson(u, mean)
    counts = np.empty(u.size, dtype=np.int64)
    expanded, searched = large.nonzero()[0], (~large).nonzero()[0]
    counts[expanded] = expanded_poisson(u[expanded], mean[expanded])
    small_means = mean[searched]
    counts[searched] = _searched(u[searched], np.exp(-small_means), small_means)
    return counts


def _binomial_counts(u: Floats, trials: Floats | Ints, p: Floats) -> Ints:
    flipped = p > 0.5
    n = trials.astype(np.float64, copy=False)
    if not np.count_nonzero(flipped):
        return _rarer_counts(u, n, p)
    counts = _rarer_counts(np.where(flipped, 1 - u, u), n, np.where(flipped, 1 - p, p))
    np.subtract(trials, counts, out=counts, where=flipped, casting="unsafe")
    return counts


def _rarer_counts(u: Floats, trials: Floats, p: Floats) -> Ints:
    """Binomial counts of cells with p at most 1/2."""
    mean = trials * p
    large = mean >= EXACT_BELOW
    larges = np.count_nonzero(large)
    if larges == 0:
        return _searched_binomial(u, trials, p)
    if larges == u.size:
        return expanded_binomial(u, trials, p)
    counts = np.empty(u.size, dtype=np.int64)
    expanded, searched = large.nonzero()[0], (~large).nonzero()[0]
    counts[expanded] = expanded_binomial(u[expanded], trials[expanded], p[expanded])
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
        if 4 * left < climbing.size > _WORTH_COMPRESSING:
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
