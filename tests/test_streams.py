"""Named streams: the published generator to the bit, uniformity, independence, addresses that stay put."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from farmsim.streams import Streams, Turns, normals, uniform_block, uniforms

WORD = 2**64
KNOWN_WORDS = ["8352d81514c3f20f", "4d645c710dea443c", "5f664b34b649cc78", "89d8c127f819498b"]
KNOWN_KEY, KNOWN_DRAW = "c52ab149a3f90e47", 0.7785911389613979
NAMES = [f"offer-{i}" for i in range(2000)]


def squares64(counter: int, key: int) -> int:
    """The generator as printed by Widynski (2020), one number at a time in unbounded integers."""

    def exchanged(word: int) -> int:
        return (word >> 32 | word << 32) % WORD

    y = x = counter * key % WORD
    z = (y + key) % WORD
    x = exchanged((x * x + y) % WORD)
    x = exchanged((x * x + z) % WORD)
    x = exchanged((x * x + y) % WORD)
    before = (x * x + z) % WORD
    x = exchanged(before)
    return before ^ ((x * x + y) % WORD) >> 32


def as_uniform(word: int) -> float:
    return ((word >> 12) + 0.5) / 2**52


@given(
    st.lists(st.integers(0, WORD - 1), min_size=1, max_size=20),
    st.integers(0, WORD - 1),
)
def test_uniforms_are_the_published_squares(keys, counter):
    expected = [as_uniform(squares64(counter, key)) for key in keys]
    assert uniforms(np.array(keys, dtype=np.uint64), counter).tolist() == expected


def test_a_known_answer_of_squares_stays_what_it_is():
    # The first key of the file of keys that accompanies the paper.
    key = 0xC58EFD154CE32F6D
    words = [f"{squares64(counter, key):016x}" for counter in (0, 1, 2, 2**64 - 1)]
    assert words == KNOWN_WORDS
    found = uniforms(np.array([key], dtype=np.uint64), 1)[0]
    assert found == as_uniform(int(KNOWN_WORDS[1], 16))


def test_a_stream_is_the_same_whatever_else_exists():
    alone = Streams(7, 0).generator("demand", "apple").random(5)
    streams = Streams(7, 0)
    streams.generator("weather").random(100)
    streams.key("demand", "pear")
    np.testing.assert_array_equal(streams.generator("demand", "apple").random(5), alone)


def test_keys_depend_on_the_entity_not_on_its_place():
    streams = Streams(7, 3)
    forward = streams.keys("demand", NAMES)
    backward = streams.keys("demand", NAMES[::-1])
    np.testing.assert_array_equal(forward, backward[::-1])
    assert [streams.key("demand", name) for name in NAMES[:20]] == forward[:20].tolist()
    assert streams.keys("demand", []).shape == (0,)


def test_every_part_of_an_address_counts():
    keys = {
        Streams(seed, replication).key(name, *entity)
        for seed in (0, 1, 11, -1)
        for replication in (0, 1, 11)
        for name in ("a", "ab", "")
        for entity in ((), ("b",), ("b", "c"), ("bc",), ("b", ""), (1,), ("1",), (1, 1), (11,), ("", "b"))
    }
    assert len(keys) == 4 * 3 * 3 * 10


def test_known_keys_stay_what_they_are():
    streams = Streams(42, 3)
    assert f"{streams.key('demand', 'apple'):016x}" == KNOWN_KEY
    assert streams.generator("demand", "apple").random() == KNOWN_DRAW


def test_keys_have_irregular_digits_and_are_odd():
    for key in Streams(1, 1).keys("demand", NAMES).tolist():
        digits = f"{key:016x}"
        assert len(set(digits[:8])) == len(set(digits[8:])) == 8
        assert key % 2 == 1


def test_the_digits_of_keys_are_equally_frequent():
    digits = np.array([list(f"{key:016x}") for key in Streams(2, 0).keys("a", NAMES).tolist()])
    for place in range(15):
        _, counts = np.unique(digits[:, place], return_counts=True)
        assert stats.chisquare(counts).pvalue > 1e-4
    assert set(digits[:, 15]) == set("13579bdf")


def test_streams_travel_between_processes():
    streams = pickle.loads(pickle.dumps(Streams(5, 2)))
    assert (streams.seed, streams.replication) == (5, 2)
    assert streams.key("a") == Streams(5, 2).key("a")
    assert repr(streams) == "Streams(seed=5, replication=2)"


def test_uniforms_keep_the_shape_and_the_keys():
    keys = Streams(1, 0).keys("a", NAMES)
    before = keys.copy()
    flat = uniforms(keys, 9)
    np.testing.assert_array_equal(keys, before)
    np.testing.assert_array_equal(uniforms(keys.reshape(40, 50), 9), flat.reshape(40, 50))
    np.testing.assert_array_equal(uniforms(keys.reshape(40, 50).T, 9), flat.reshape(40, 50).T)
    assert uniforms(keys[:0], 9).shape == (0,)


def test_large_arrays_are_worked_on_in_pieces_with_the_same_result():
    keys = np.tile(Streams(1, 0).keys("a", NAMES), 13)
    numbers = uniforms(keys, 3).reshape(13, -1)
    np.testing.assert_array_equal(numbers, np.tile(uniforms(keys[:2000], 3), (13, 1)))


@pytest.mark.parametrize("days", [1, 7, 365, 10_000])
def test_a_block_holds_the_uniforms_of_each_counter(days):
    keys = Streams(1, 0).keys("a", NAMES[:60]).reshape(12, 5)
    counters = np.arange(days, dtype=np.uint64)
    block = uniform_block(keys, counters)
    assert block.shape == (12, 5, days)
    for day in {0, days // 2, days - 1}:
        np.testing.assert_array_equal(block[..., day], uniforms(keys, day))


def test_a_block_may_be_empty_and_its_counters_have_one_axis():
    keys = Streams(1, 0).keys("a", NAMES[:3])
    assert uniform_block(keys, np.array([], dtype=np.uint64)).shape == (3, 0)
    with pytest.raises(AssertionError, match="one-dimensional"):
        uniform_block(keys, np.zeros((2, 2), dtype=np.uint64))


def test_the_interval_is_open_at_both_ends():
    lowest, highest = as_uniform(0), as_uniform(WORD - 1)
    assert 0 < lowest == 2.0**-53
    assert highest == 1 - 2.0**-53 < 1
    assert lowest == 1 - highest


@pytest.fixture(scope="module")
def block():
    return uniform_block(Streams(20, 0).keys("demand", NAMES), np.arange(365, dtype=np.uint64))


def test_numbers_are_uniform(block):
    counts = np.bincount((block * 1000).astype(int).ravel(), minlength=1000)
    assert stats.chisquare(counts).pvalue > 1e-3
    assert stats.kstest(block.ravel(), "uniform").pvalue > 1e-3
    low_bits = (block * 2**52).astype(np.int64) % 256
    assert stats.chisquare(np.bincount(low_bits.ravel(), minlength=256)).pvalue > 1e-3


def test_every_day_and_every_stream_is_uniform(block):
    by_day = [stats.kstest(block[:, day], "uniform").pvalue for day in range(0, 365, 5)]
    by_stream = [stats.kstest(row, "uniform").pvalue for row in block[::20]]
    for pvalues in (by_day, by_stream):
        assert min(pvalues) > 1e-4
        assert stats.kstest(pvalues, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("lag", [1, 2, 7])
def test_adjacent_days_and_adjacent_streams_are_independent(block, lag):
    for first, second in ((block[:, lag:], block[:, :-lag]), (block[lag:], block[:-lag])):
        size = first.size
        assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 4 / np.sqrt(size)
        cells = (first * 16).astype(int) * 16 + (second * 16).astype(int)
        # Overlapping pairs are as good as independent: neighbours share a number, not a pair.
        assert stats.chisquare(np.bincount(cells.ravel(), minlength=256)).pvalue > 1e-3


def test_replications_seeds_and_names_are_independent():
    counters = np.arange(50, dtype=np.uint64)
    rows = [
        uniform_block(streams.keys(name, NAMES), counters).ravel()
        for streams, name in (
            (Streams(1, 0), "a"),
            (Streams(1, 1), "a"),
            (Streams(2, 0), "a"),
            (Streams(1, 0), "b"),
        )
    ]
    correlations = np.corrcoef(rows) - np.eye(4)
    assert np.abs(correlations).max() < 4 / np.sqrt(rows[0].size)


def test_generators_of_entities_are_independent():
    streams = Streams(3, 0)
    rows = np.array([streams.generator("service", i).random(2000) for i in range(40)])
    correlations = np.corrcoef(rows) - np.eye(40)
    assert np.abs(correlations).max() < 4.5 / np.sqrt(2000)
    assert stats.kstest(rows.ravel(), "uniform").pvalue > 1e-3


def test_normals_agree_with_scipy(block):
    edges = [2.0**-53, 1 - 2.0**-53, 1e-300, 1e-11, 1.4e-11, 0.075, 0.925, 0.5]
    u = np.concatenate([block[::10].ravel(), edges])
    np.testing.assert_allclose(normals(u), special.ndtri(u), rtol=3e-15, atol=1e-16)


def test_normals_keep_the_shape_and_are_symmetric_and_increasing(block):
    u = block[:50, :40]
    z = normals(u)
    assert z.shape == (50, 40)
    np.testing.assert_array_equal(normals(1 - u), -z)
    np.testing.assert_array_equal(normals(u.T), z.T)
    assert (np.diff(normals(np.linspace(1e-6, 1 - 1e-6, 100_001))) > 0).all()
    assert normals(np.array(0.975)).shape == ()


def test_a_turn_gives_the_same_numbers_whatever_was_drawn_before():
    keys = Streams(1, 0).keys("turns", ["a", "b"])
    turns, alone = Turns(keys), Turns(keys[1:])
    turns.at(0, 3).random(5)
    turns.at(1, 2).integers(0, 1000, 7)
    assert turns.at(1, 5).random(4).tolist() == alone.at(0, 5).random(4).tolist()
    assert turns.at(1, 5).random(4).tolist() == alone.at(0, 5).random(4).tolist()


def test_turns_and_streams_are_unlike_each_other():
    turns = Turns(Streams(1, 0).keys("turns", NAMES[:40]))
    first = np.array([[turns.at(stream, turn).random() for turn in range(50)] for stream in range(40)])
    assert len(np.unique(first)) == first.size
    assert stats.kstest(first.ravel(), "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(first[:, :-1].ravel(), first[:, 1:].ravel())[0, 1]) < 4.0 / np.sqrt(first.size)
