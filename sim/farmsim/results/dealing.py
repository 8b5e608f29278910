"""Dealing outcomes to the members of groups at random: exact counts, every choice equally likely."""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def picked(generator: np.random.Generator, sizes: Integers, counts: Integers) -> Flags:
    """Which members of each group are picked, groups one after the other: `counts` of `sizes`, at random.

    Places are drawn until enough different ones are there; where more than half is picked, the others are
    drawn. By symmetry every subset is as likely as any other.
    """
    total = int(sizes.sum())
    flags = np.zeros(total, dtype=np.bool_)
    many = 2 * counts > sizes
    group = np.repeat(np.arange(len(sizes)), np.where(many, sizes - counts, counts))
    first = np.cumsum(sizes) - sizes
    last_drawn_by = np.empty(total, dtype=np.int32)
    while len(group):
        place = first[group] + (generator.random(len(group)) * sizes[group]).astype(np.int64)
        draw = np.arange(len(group), dtype=np.int32)
        last_drawn_by[place] = draw
        is_new = (last_drawn_by[place] == draw) & ~flags[place]
        flags[place] = True
        group = group[~is_new]
    if many.any():
        flags ^= np.repeat(many, sizes)
    return flags


def dealt(generator: np.random.Generator, sizes: Integers, counts: Integers) -> Integers:
    """Which of several outcomes each member of each group gets, groups one after the other.

    `counts` is [outcome, group] and adds up to `sizes`; outcomes are dealt one after the other to those who
    have none yet.
    """
    outcome = np.full(int(sizes.sum()), len(counts) - 1, dtype=np.int64)
    open_places, left = np.arange(len(outcome)), sizes
    for number, count in enumerate(counts[:-1]):
        if not np.count_nonzero(count):
            continue
        flags = picked(generator, left, count)
        outcome[open_places[flags]] = number
        open_places, left = open_places[~flags], left - count
    return outcome
