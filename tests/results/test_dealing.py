"""Outcomes dealt at random: exact counts, equal chances."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmsim.results.dealing import dealt, picked

GROUPS = st.lists(st.tuples(st.integers(0, 30), st.floats(0, 1)), max_size=12)


@given(GROUPS, st.integers(0, 99))
def test_as_many_are_picked_of_every_group_as_asked(groups, seed):
    sizes = np.array([size for size, _share in groups], dtype=np.int64)
    counts = np.array([round(size * share) for size, share in groups], dtype=np.int64)
    flags = picked(np.random.default_rng(seed), sizes, counts)
    ends = np.cumsum(sizes)
    found = [int(flags[end - size : end].sum()) for size, end in zip(sizes, ends, strict=True)]
    assert len(flags) == sizes.sum()
    assert found == counts.tolist()


@pytest.mark.parametrize("count", [1, 2, 4, 6, 7])
def test_every_subset_is_as_likely(count):
    size, times = 7, 40_000
    flags = picked(np.random.default_rng(3), np.full(times, size), np.full(times, count)).reshape(times, size)
    assert flags.mean(axis=0) == pytest.approx(np.full(size, count / size), abs=0.012)
    together = (flags[:, 0] & flags[:, 5]).mean()
    assert together == pytest.approx(count * (count - 1) / (size * (size - 1)), abs=0.012)


def test_outcomes_are_dealt_in_their_numbers():
    sizes = np.array([10, 0, 5])
    counts = np.array([[2, 0, 5], [3, 0, 0], [5, 0, 0]])
    outcome = dealt(np.random.default_rng(1), sizes, counts)
    assert np.bincount(outcome[:10]).tolist() == [2, 3, 5]
    assert outcome[10:].tolist() == [0] * 5


def test_every_member_gets_each_outcome_with_the_same_chance():
    times = 30_000
    counts = np.repeat(np.array([[1], [2], [3]]), times, axis=1)
    outcome = dealt(np.random.default_rng(2), np.full(times, 6), counts).reshape(times, 6)
    for number, count in enumerate((1, 2, 3)):
        assert (outcome == number).mean(axis=0) == pytest.approx(np.full(6, count / 6), abs=0.012)
