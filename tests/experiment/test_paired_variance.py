"""What common random numbers are worth: after a small change, paired seasons hardly differ by chance."""

import numpy as np
import pytest

from engine.small_county import Instead, small
from engine.test_common_random_numbers import UNCERTAIN
from farmsim.engine.simulate import make_model
from farmsim.experiment.run import play

REPLICATIONS = 15
NETBACK = {"desk": Instead({"policy": "netback"})}
SHARES = {"desk": Instead({"policy": "shares", "shares": {"shop": 0.5, "market": 0.3, "trader": 0.2}})}
PRICED = {"channels": {"shop": {"sells": {"melon": {"price_per_kg": 15, "base_price_per_kg": 15}}}}}
CHANGES = {
    "price": {"channels": {"shop": {"sells": {"melon": {"price_per_kg": 15.75}}}}},
    "base rate": {"channels": {"shop": {"sells": {"melon": {"base_kg_per_day": 2100}}}}},
    "freight rate": {"counties": {"bachu": {"lanes": {"express": {"price_per_parcel": 21}}}}},
}
"""One price or rate 5 % higher."""


def seasons(scenario):
    """Metrics of some replications."""
    model = make_model(scenario)
    return [play(model, replication, 11).metrics for replication in range(REPLICATIONS)]


def spread(before, after, metric):
    """Standard deviation of the paired difference over that of the difference of independent runs."""
    one, other = (np.array([season[metric] for season in found]) for found in (before, after))
    return float((other - one).std(ddof=1) / np.sqrt(one.var(ddof=1) + other.var(ddof=1)))


@pytest.fixture(scope="module", params=[SHARES, NETBACK], ids=["shares", "netback"])
def desk(request):
    """A desk with the seasons under it before any change."""
    return request.param, seasons(small(UNCERTAIN, PRICED, request.param))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_small_change_of_one_price_or_rate_moves_paired_seasons_alike(desk, change):
    policy, before = desk
    after = seasons(small(UNCERTAIN, PRICED, change, policy))
    assert after != before
    if policy is SHARES:
        assert spread(before, after, "demand_kg") <= 1.0 / 8.0
        assert spread(before, after, "sold_kg") <= 1.0 / 8.0
    assert spread(before, after, "household_net_income") <= 1.0 / 3.0
