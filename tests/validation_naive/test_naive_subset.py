"""A short look at the equality of the batched engine and the plain model; `tests/bench` has the long one."""

import pytest

from bench.comparison import CALM, CALM_MATRIX, disagreements, scaled

BOUND = 6.0
"""With ten replications a difference of six standard errors is as rare as four with sixty."""
FORTNIGHT = ("start=2018-07-08", "horizon_days=15")


@pytest.mark.parametrize(("name", "calm"), [("bachu-online-first", CALM), ("bachu-matrix", CALM_MATRIX)])
def test_a_fortnight_has_equal_means_in_both_models(name, calm):
    found = disagreements(scaled(name, 15_000, *FORTNIGHT, *calm), 10, bound=BOUND)
    assert not found, "\n".join(found)
