"""MSER-5: the rule against sums by hand, against known transients, and where it must not answer."""

import numpy as np
import pytest

from farmsim.results.warm_up import BATCH, FEWEST, advise, marginal_errors


def by_hand(values, left_out):
    """The marginal standard error, squared, after leaving out so many."""
    rest = np.array(values[left_out:], dtype=float)
    return ((rest - rest.mean()) ** 2).sum() / len(rest) ** 2


def test_marginal_errors_are_those_of_the_definition():
    values = [9.0, 4.0, 6.0, 5.5, 5.0, 6.5]
    found = marginal_errors(np.array(values))
    assert found == pytest.approx([by_hand(values, d) for d in range(6)], abs=1e-14)


def test_marginal_errors_stand_far_from_zero_too():
    values = 1e8 + np.array([9.0, 4.0, 6.0, 5.5, 5.0, 6.5])
    assert marginal_errors(values) == pytest.approx(marginal_errors(values - 1e8), rel=1e-6, abs=1e-12)


def test_a_series_that_never_changes_needs_no_warm_up():
    assert advise(np.full((3, 200), 7.0)).looks == 0


def test_noise_without_a_start_needs_little():
    rng = np.random.default_rng(20261123)
    advised = [advise(rng.normal(5.0, 1.0, (10, 1000))).looks for _ in range(20)]
    assert None not in advised
    assert np.median(advised) <= 100


def test_a_start_from_empty_is_left_out_until_it_has_died_away():
    rng = np.random.default_rng(20261123)
    looks = np.arange(2000)
    start = -8.0 * np.exp(-looks / 40.0)
    found = advise(10.0 + start + rng.normal(0.0, 1.0, (20, 2000)))
    assert found.looks is not None
    assert found.looks % BATCH == 0
    assert 60 <= found.looks <= 300, "8 e^(-x/40) falls below the noise of the mean somewhere in between"
    assert abs(found.mean_after - 10.0) < 0.03 < abs(found.mean_of_all - 10.0)


def test_a_run_that_still_climbs_is_too_short_to_tell():
    rng = np.random.default_rng(20261123)
    assert advise(np.arange(500) + rng.normal(0.0, 0.1, (5, 500))).looks is None


def test_few_looks_are_too_few():
    rng = np.random.default_rng(20261123)
    assert advise(rng.normal(0.0, 1.0, (5, FEWEST * BATCH - 1))).looks is None
    assert advise(rng.normal(0.0, 1.0, (5, FEWEST * BATCH))).looks is not None
