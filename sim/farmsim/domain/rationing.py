"""Who is served where there is less than is wanted: every wanted unit has the same chance.

All offers that are short are rationed together, each a *row* of entries (its cells). First every unit is
taken or not by itself, with the chance that would be right on average: a binomial count for each entry.
Then what a row has taken too many is given back, or what it lacks is taken, by picking single units at random
without replacement. Given how many were taken, every set of so many units is equally likely after the first
step and remains so after the second: the served units are multivariate hypergeometric, exactly (but for the
large binomial counts of `farmsim.domain.counts`).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.counts import binomial_cells

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Ints = NDArray[np.int64]
Picks = Callable[[Indices, Indices], Floats]
"""Uniform numbers of some (row, number) pairs, the numbers counted from 0 in each row."""


def rationed(wanted: Ints, row: Indices, available: Ints, u: Floats, picks: Picks) -> Ints:
    """Served units of each entry, where each row has so many `available`, [row], and they do not suffice.

    Entries of a row stand together, rows in their order; `u` has a uniform number for each entry.
    """
    first = np.searchsorted(row, np.arange(len(available)))
    total = np.add.reduceat(wanted, first)
    taken = binomial_cells(u, wanted, (available / total)[row])
    excess = np.add.reduceat(taken, first) - available
    sign = np.sign(excess)[row]
    pool = np.where(sign > 0, taken, (wanted - taken) * (sign < 0))
    return np.asarray(taken - sign * _picked(pool, row, np.abs(excess), picks))


def _picked(pool: Ints, row_of: Indices, count: Ints, picks: Picks) -> Ints:
    """`count` units of each row, picked without replacement from the units in `pool`, by entry.

    A unit is picked by a uniform number; one that was picked before is passed over. Where most are to be
    picked, those that are left out are picked instead.
    """
    upto, first = np.add.accumulate(pool), np.searchsorted(row_of, np.arange(len(count)))
    start = upto[first] - pool[first]
    size = np.append(start[1:], upto[-1]) - start
    inverted = 2 * count > size
    few = np.where(inverted, size - count, count)
    chosen = np.zeros(len(pool), dtype=np.int64)
    rows, tries = few.nonzero()[0], 1.25
    while len(rows):
        number = np.ceil(few[rows] * tries).astype(np.intp) + 3
        row = np.repeat(rows, number)
        turn = np.arange(len(row)) - np.repeat(np.add.accumulate(number) - number, number)
        unit = start[row] + (picks(row, turn) * size[row]).astype(np.int64)
        distinct, at = np.unique(unit, return_index=True)
        seen = np.zeros(len(unit), dtype=np.int64)
        seen[at] = 1
        rank = np.add.accumulate(seen)
        ends = np.add.accumulate(number) - 1
        before = np.append(0, rank[ends[:-1]])
        enough = rank[ends] - before >= few[rows]
        place = np.searchsorted(rows, row[at])
        kept = distinct[enough[place] & (rank[at] - before[place] <= few[row[at]])]
        chosen += np.bincount(np.searchsorted(upto, kept, side="right"), minlength=len(pool))
        rows, tries = rows[~enough], 2.0 * tries
    return np.where(inverted[row_of], pool - chosen, chosen)
