"""Counts by inversion: the right laws, monotone, and in step between scenarios."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from farmsim.domain.counts import EXACT_BELOW, binomial, poisson
from farmsim.streams import Streams, uniform_block

EVEN = (np.arange(200_000) + 0.5) / 200_000
CHANCES = st.integers(0, 2**52 - 1).map(lambda m: (m + 0.5) / 2**52)


@pytest.fixture(scope="module")
def u():
    streams = Streams(11, 0)
    keys = streams.keys("demand", [f"cell-{i}" for i in range(701)])
    return uniform_block(keys, np.arange(31, dtype=np.uint64))


def assert_law(counts, law, least=5.0):
    """Chi-square over the values expected `least` times or more, the rest pooled at the ends."""
    size = counts.size
    values = np.arange(int(law.ppf(1e-12)), int(law.isf(1e-12)) + 2)
    expected = law.pmf(values) * size
    frequent = np.flatnonzero(expected >= least)
    first, last = values[frequent[0]], values[frequent[-1]]
    if first == last:
        assert (counts == first).all()
        return
    observed = np.bincount(np.clip(counts.ravel(), first, last) - first, minlength=last - first + 1)
    expected = law.pmf(np.arange(first, last + 1)) * size
    expected[0], expected[-1] = law.cdf(first) * size, law.sf(last - 1) * size
    assert stats.chisquare(observed, expected * (size / expected.sum())).pvalue > 1e-3


@pytest.mark.parametrize("mean", [0.01, 0.1, 1, 2, 5.3, 10, 15.9])
def test_small_poisson_counts_are_exact(mean):
    np.testing.assert_array_equal(poisson(EVEN, mean), stats.poisson.ppf(EVEN, mean))


@pytest.mark.parametrize(("mean", "missed"), [(16, 3e-4), (30, 1e-4), (127, 1.2e-5), (1e4, 1e-5)])
def test_large_poisson_counts_miss_few_and_by_one(mean, missed):
    difference = poisson(EVEN, mean) - stats.poisson.ppf(EVEN, mean)
    assert np.mean(difference != 0) <= missed
    assert np.abs(difference).max(initial=0) <= 1
    assert abs(difference.mean()) <= 2e-5


@pytest.mark.parametrize("mean", [0.1, 0.9, 5.3, 14, 16, 40, 127, 5000])
def test_poisson_counts_follow_their_law(u, mean):
    assert_law(poisson(u, mean), stats.poisson(mean))


@pytest.mark.parametrize(
    ("trials", "p"),
    [
        (1, 0.3),
        (1, 0.5),
        (2, 0.5),
        (5, 0.7),
        (20, 0.2),
        (31, 0.5),
        (15, 0.999),
        (1000, 0.01),
        (10**6, 1e-5),
        (10**9, 2e-9),
    ],
)
def test_binomial_counts_of_small_expectation_are_exact(trials, p):
    assert trials * min(p, 1 - p) < EXACT_BELOW
    np.testing.assert_array_equal(binomial(EVEN, trials, p), stats.binom.ppf(EVEN, trials, p))


@pytest.mark.parametrize(
    ("trials", "p", "missed"),
    [
        (32, 0.5, 3e-4),
        (40, 0.4, 3e-4),
        (160, 0.9, 3e-4),
        (100, 0.5, 1e-4),
        (1000, 0.8, 1e-5),
        (20_000, 0.3, 1e-5),
    ],
)
def test_binomial_counts_of_large_expectation_miss_few_and_by_one(trials, p, missed):
    difference = binomial(EVEN, trials, p) - stats.binom.ppf(EVEN, trials, p)
    assert np.mean(difference != 0) <= missed
    assert np.abs(difference).max(initial=0) <= 1


@pytest.mark.parametrize(
    ("trials", "p"), [(3, 0.4), (12, 0.75), (50, 0.1), (64, 0.5), (400, 0.9), (20_000, 0.03)]
)
def test_binomial_counts_follow_their_law(u, trials, p):
    assert_law(binomial(u, trials, p), stats.binom(trials, p))


def test_certain_cases_are_certain(u):
    assert (poisson(u, 0) == 0).all()
    assert (binomial(u, 0, 0.3) == 0).all()
    assert (binomial(u, 7, 0) == 0).all()
    assert (binomial(u, 7, 1) == 7).all()
    assert (binomial(u, 10**6, 1) == 10**6).all()
    assert (binomial(u, 10**6, 0.0) == 0).all()
    edges = np.array([2.0**-53, 1 - 2.0**-53])
    assert poisson(edges, 2.0).tolist() == [0, int(stats.poisson.isf(2.0**-46, 2.0))]
    assert binomial(edges, 20, 0.5).tolist() == [0, 20]
    assert binomial(edges, 20, 0.95).tolist()[1] == 20


def test_shapes_are_broadcast():
    u = EVEN[:12].reshape(3, 4)
    assert poisson(u, 1.0).shape == (3, 4)
    assert poisson(u, np.ones(4)).shape == poisson(u.T, np.ones((4, 1))).T.shape == (3, 4)
    assert poisson(u[:, :0], 3).shape == (3, 0)
    assert binomial(u[:0], 3, 0.5).shape == (0, 4)
    assert binomial(0.4, np.arange(5), 0.5).shape == (5,)
    assert binomial(u[:, None], np.arange(5)[:, None], 0.5).shape == (3, 5, 4)
    assert poisson(0.5, 20).shape == ()
    for counts in (poisson(u, 1), poisson(u, 99), binomial(u, 3, 0.9), binomial(u, 300, 0.4)):
        assert counts.dtype == np.int64


@pytest.mark.parametrize("size", [700, 2_000, 40_000])
def test_a_cell_does_not_depend_on_the_other_cells(size):
    generator = np.random.default_rng(4)
    u, mean = generator.random(size), generator.gamma(0.5, 12, size)
    trials, p = generator.integers(0, 60, size), generator.random(size)
    counts, successes = poisson(u, mean), binomial(u, trials, p)
    assert np.mean(counts != stats.poisson.ppf(u, mean)) < 2e-4
    assert np.mean(successes != stats.binom.ppf(u, trials, p)) < 2e-4
    order = generator.permutation(size)
    np.testing.assert_array_equal(poisson(u[order], mean[order]), counts[order])
    np.testing.assert_array_equal(binomial(u[order], trials[order], p[order]), successes[order])
    for cell in range(0, size, size // 50):
        assert poisson(u[cell], mean[cell]) == counts[cell]
        assert binomial(u[cell], trials[cell], p[cell]) == successes[cell]


@pytest.mark.parametrize("size", [249, 250, 3_999, 4_000, 100_000])
def test_the_quick_ways_of_large_arrays_count_as_the_search_does(size):
    # Half of the numbers lie on the edges of the guide table's fields, or next to them; many means are 0.
    generator = np.random.default_rng(6)
    u, mean = generator.random(size), generator.uniform(0, 17, size) * generator.integers(0, 2, size)
    edges = (np.round(u * 512) / 512 + generator.integers(-2, 3, size) * 2.0**-53).clip(
        2.0**-53, 1 - 2.0**-53
    )
    at_edge, near_one = generator.random(size) < 0.5, generator.random(size) < 0.2
    u, mean = np.where(at_edge, edges, u), np.where(at_edge, np.round(mean * 32) / 32, mean)
    u = np.where(near_one, 1 - 2.0 ** -generator.uniform(1, 53, size), u)
    mean = np.where(near_one, 2.0 ** -generator.uniform(-3, 60, size), mean)
    trials, p = generator.integers(0, 40, size), np.minimum(mean / 20, 1.0)
    counts, successes = poisson(u, mean), binomial(u, trials, p)
    for start in range(0, size, 150):
        some = slice(start, start + 150)
        np.testing.assert_array_equal(poisson(u[some], mean[some]), counts[some])
        np.testing.assert_array_equal(binomial(u[some], trials[some], p[some]), successes[some])


def test_inputs_are_left_as_they_were():
    u, mean = EVEN[::100].copy(), np.full(2000, 3.0)
    poisson(u, mean)
    binomial(u, mean, mean / 4)
    np.testing.assert_array_equal(u, EVEN[::100])
    assert (mean == 3).all()


@pytest.mark.parametrize("bad", [-1.0, np.nan])
def test_impossible_parameters_are_refused(bad):
    with pytest.raises(AssertionError, match="mean"):
        poisson(EVEN[:3], bad)
    with pytest.raises(AssertionError, match="trials"):
        binomial(EVEN[:3], bad, 0.5)
    with pytest.raises(AssertionError, match="probability"):
        binomial(EVEN[:3], 4, bad)
    with pytest.raises(AssertionError, match="at most 1"):
        binomial(EVEN[:3], 4, 1.01)


@given(st.lists(CHANCES, min_size=2, max_size=50), st.floats(0, 300), st.integers(0, 500), st.floats(0, 1))
def test_counts_grow_with_the_uniform_number(chances, mean, trials, p):
    u = np.sort(np.array(chances))
    assert (np.diff(poisson(u, mean)) >= 0).all()
    counts = binomial(u, trials, p)
    assert (np.diff(counts) >= 0).all()
    assert counts.min() >= 0
    assert counts.max() <= trials


@pytest.mark.parametrize("growth", [1.001, 1.05, 1.5])
def test_counts_grow_with_the_mean_the_trials_and_the_probability(u, growth):
    for mean in (0.05, 0.7, 5.3, 10, 17, 127):
        assert (poisson(u, mean * growth) >= poisson(u, mean)).all()
    for p in (0.02, 0.2, 0.49, 0.6):
        assert (binomial(u, 40, p * growth) >= binomial(u, 40, p)).all()
    for trials in (3, 31, 200):
        assert (binomial(u, int(np.ceil(trials * growth)), 0.3) >= binomial(u, trials, 0.3)).all()


@pytest.mark.parametrize(("mean", "least"), [(5.3, 0.95), (127, 0.99)])
def test_scenarios_that_differ_by_five_per_cent_stay_in_step(u, mean, least):
    before, after = poisson(u, mean), poisson(u, mean * 1.05)
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > least


@pytest.mark.parametrize(("mean", "share"), [(5.3, 1 / 7), (20, 1 / 8), (127, 1 / 20)])
def test_common_numbers_shrink_the_sd_of_a_difference_of_totals(mean, share):
    # Compared with independent draws. A whole number with the mean 0.265 has a variance of 0.265 * 0.735 or
    # more; hence 0.134 is the least share that any method reaches for independent cells of mean 5.3.
    differences = []
    for replication in range(200):
        keys = Streams(5, replication).keys("demand", [f"cell-{i}" for i in range(300)])
        u = uniform_block(keys, np.arange(10, dtype=np.uint64))
        differences.append(int((poisson(u, mean * 1.05) - poisson(u, mean)).sum()))
    independent = np.sqrt(3000 * mean * 2.05)
    assert np.std(differences, ddof=1) < independent * share
