"""Counts of large expectation from uniform numbers, by the Cornish-Fisher expansion.

It goes up to the terms of order 1/variance and has the correction for lattices (Hill and Davis 1968; Kolassa
and McCullagh 1990). With w the normal quantile of u, v = mean (1 - p), s = p (1 - p) and k = 1 - 2p (p is 0
for Poisson counts), the count is the floor of
    mean + 1/2 + w sqrt(v) + k (w^2 - 1) / 6 - w ((1 + 2s) w^2 + 2 - 14s) / (72 sqrt(v))
    + k (2 + s) (3 w^4 + 7 w^2 - 16) / (1620 v),
and not below 0. How often that misses the exact count, and from which expectation on it is taken, is said in
`farmsim.domain.counts`.
"""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from farmsim.streams import normals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Terms = tuple[Floats, ...]

_OCTAVES: Final = 53
"""Halvings of 1 that lead to 2**-53, less than which no uniform number is."""

_FIRST_PIECE: Final = (1023 - _OCTAVES) << 7
"""Upper bits of 2**-_OCTAVES as a float, with its exponent and the number of its piece."""

_PIECE_BITS, _BEFORE_FIRST = np.array(45), np.array(_FIRST_PIECE)
"""Bits of a float below those that tell the 128 pieces of its octave apart; what to take off the latter."""

_ZERO, _HALF, _ONE, _THREE, _SEVEN, _SIXTEEN = (np.array(x) for x in (0.0, 0.5, 1.0, 3.0, 7.0, 16.0))
"""Numbers in the form that costs numpy least to read, which tells where cells are few."""


def expanded_poisson(u: Floats, mean: Floats) -> Ints:
    """Poisson counts, to which those of the binomial tend as p falls to 0."""
    return _expanded(u, mean, mean, _poisson_terms()).astype(np.int64)


def expanded_binomial(u: Floats, trials: Floats, p: Floats) -> Ints:
    """Binomial counts of cells with p at most 1/2."""
    mean = trials * p
    found = _expanded(u, mean, mean * (1 - p), _terms(p))
    return np.minimum(found, trials, out=found).astype(np.int64)


def quick_normals(u: Floats) -> Floats:
    """Normal quantiles of `u`, right to 4e-9 from 2**-53 to 1 - 2**-53, and continuous but for rounding."""
    tail = _ONE - u
    np.minimum(u, tail, out=tail)
    piece = tail.view(np.int64) >> _PIECE_BITS
    piece -= _BEFORE_FIRST
    constant, linear, square = _parabolas()
    w: Floats = square.take(piece, mode="clip")
    w *= tail
    w += linear.take(piece, mode="clip")
    w *= tail
    w += constant.take(piece, mode="clip")
    np.copysign(w, u - _HALF, out=w)
    return w


@cache
def _parabolas() -> Terms:
    """Constants, slopes and squares of parabolas through three points of each piece of the upper quantiles.

    The pieces are the 128 equal parts of each octave up to 1/2, so that the leading bits of a float number
    them; the points are the ends and the middle.
    """
    pieces = np.arange(128 * (_OCTAVES - 1) + 1) + _FIRST_PIECE
    edges = (pieces << _PIECE_BITS).view(np.float64)
    left, right = edges[:-1], edges[1:]
    at_left, at_middle, at_right = -normals(left), -normals((left + right) / 2), -normals(right)
    width = right - left
    square = 2 * ((at_right - at_middle) - (at_middle - at_left)) / (width * width)
    linear = (at_right - at_left) / width - square * (left + right)
    return at_left - left * (linear + left * square), linear, square


def _expanded(u: Floats, mean: Floats, variance: Floats, terms: Terms) -> Floats:
    """The counts as floats."""
    cubic_slope, cubic_start, quartic, slope, start = terms
    w = quick_normals(u)
    squared, deviation = w * w, np.sqrt(variance)
    cubic = squared * cubic_slope
    cubic += cubic_start
    cubic /= deviation
    deviation -= cubic
    w *= deviation
    w += mean
    w += start
    weight = np.divide(quartic, variance, out=cubic)
    even = np.multiply(squared, _THREE, out=deviation)
    even += _SEVEN
    even *= weight
    even += slope
    even *= squared
    w += even
    weight *= _SIXTEEN
    w -= weight
    np.floor(w, out=w)
    np.maximum(w, _ZERO, out=w)
    return w


def _terms(p: Floats) -> Terms:
    """What depends on p alone: slope and start of the cubic term, weight of the quartic, and the others."""
    spread, skew = p * (1 - p), 1 - 2 * p
    return (
        spread / 36 + 1 / 72,
        1 / 36 - spread * (7 / 36),
        skew * (2 + spread) / 1620,
        skew / 6,
        0.5 - skew / 6,
    )


@cache
def _poisson_terms() -> Terms:
    return tuple(term.reshape(()) for term in _terms(np.zeros(1)))
