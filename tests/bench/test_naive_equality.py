"""The batched engine against the plain model: equal means of all totals, over independent replications.

The models draw from different streams, so that two-sample tests apply. Yields, weather, taste and prices vary
so much from season to season that they would hide small differences: the calm scenarios keep them at their
means, which makes the tests sharp, and what is left to chance (orders, who is served, transit, decay,
refunds) is exactly what the batched engine draws in lumps. The scenarios as shipped are compared too, less
sharply.
"""

import pytest

from bench.comparison import CALM, CALM_MATRIX, disagreements, scaled

pytestmark = pytest.mark.long

SCARCE = tuple(f"counties.bachu.growers.{group}.yield_kg_per_mu=400" for group in ("tunnel", "open-field"))
"""A fifth of the crop: every shop runs short most of the time."""

CASES = {
    "online first, 10 000 orders": ("bachu-online-first", 10_000, CALM, 60),
    "online first, 100 000 orders": ("bachu-online-first", 100_000, CALM, 30),
    "online first, scarce": ("bachu-online-first", 10_000, (*CALM, *SCARCE), 60),
    "online first, as shipped": ("bachu-online-first", 10_000, (), 100),
    "all channels, 10 000 orders": ("bachu-matrix", 10_000, CALM_MATRIX, 60),
    "all channels, 100 000 orders": ("bachu-matrix", 100_000, CALM_MATRIX, 30),
    "all channels, scarce": ("bachu-matrix", 10_000, (*CALM_MATRIX, *SCARCE), 60),
    "all channels, as shipped": ("bachu-matrix", 10_000, (), 100),
}


@pytest.mark.parametrize("case", CASES)
def test_means_of_all_totals_are_equal(case):
    name, orders, overrides, replications = CASES[case]
    found = disagreements(scaled(name, orders, *overrides), replications)
    assert not found, "\n".join(found)
