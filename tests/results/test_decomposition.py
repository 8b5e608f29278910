"""The parts of a difference add up, do not depend on the order of scenarios, and mean what they say."""

from itertools import permutations

import pytest

from engine.small_county import MARKET, SHOP, STORE, bundled, small
from farmsim.engine.simulate import make_model
from farmsim.experiment.run import play
from farmsim.results.decomposition import (
    BEFORE_BUYERS,
    PARTS,
    account_of,
    average_price,
    bennet,
    decompose,
    waiting,
)
from farmsim.results.summary import DESTINATIONS

BACHU = ("bachu-trader", "bachu-online-first", "bachu-order-programme", "bachu-matrix")
RETAIL = {
    "channels": {"shop": SHOP, "store": STORE, "market": MARKET},
    "desk": {"order": ["shop", "store", "market", "trader"]},
}


def account(scenario, replication=0):
    outcome = play(make_model(scenario), replication, 2018)
    groups = [group for county in scenario.counties.values() for group in county.growers.values()]
    households = sum(group.households for group in groups)
    return account_of(outcome, households, sum(group.households * group.land_mu for group in groups))


@pytest.fixture(scope="module")
def accounts():
    return {name: account(bundled(name)) for name in BACHU}


def test_the_parts_add_up_to_the_difference_between_all_bachu_scenarios(accounts):
    for one, other in permutations(BACHU, 2):
        parts = decompose(accounts[one], accounts[other])
        assert tuple(parts) == PARTS
        gap = accounts[one].income - accounts[other].income
        assert sum(parts.values()) == pytest.approx(gap, rel=1e-9)


def test_the_parts_change_sign_when_the_scenarios_are_exchanged(accounts):
    for one, other in permutations(BACHU, 2):
        there, back = decompose(accounts[one], accounts[other]), decompose(accounts[other], accounts[one])
        scale = abs(accounts[one].income - accounts[other].income)
        assert {part: there[part] + back[part] for part in PARTS} == pytest.approx(
            dict.fromkeys(PARTS, 0.0), abs=1e-8 * scale
        )


def test_a_scenario_does_not_differ_from_itself(accounts):
    assert set(decompose(accounts["bachu-matrix"], accounts["bachu-matrix"]).values()) == {0.0}


def test_a_higher_price_of_the_only_buyer_is_all_price():
    dear = account(small({"channels": {"trader": {"sells": {"melon": {"price_per_kg": 1.5}}}}}))
    parts = decompose(dear, account(small()))
    gap = sum(parts.values())
    assert gap > 0.0
    assert parts["price"] == pytest.approx(gap, rel=1e-9)


def test_a_larger_harvest_is_volume_and_less_field_loss_is_loss():
    def with_growers(**changes):
        return account(small({"counties": {"bachu": {"growers": {"village": changes}}}}))

    larger = decompose(with_growers(yield_kg_per_mu=1200), account(small()))
    assert larger["volume"] > 0.9 * sum(larger.values()) > 0.0
    careful = decompose(account(small()), with_growers(field_loss_share=0.2))
    assert careful["volume"] == 0.0
    assert careful["loss"] == pytest.approx(sum(careful.values()), rel=0.1)


def test_cheaper_freight_and_lower_fees_are_told_apart():
    base = small(RETAIL)
    lane = {"counties": {"bachu": {"lanes": {"truck": {"cost_per_t_km": 0.2}}}}}
    cheaper = decompose(account(small(RETAIL, lane)), account(base))
    assert cheaper["freight"] > 0.0
    assert cheaper["price"] == pytest.approx(0.0, abs=1e-6)
    dearer = small(RETAIL, {"channels": {"shop": {"take": {"commission_share": 0.1}}}})
    assert decompose(account(dearer), account(base))["fees"] < 0.0


def test_a_channel_that_sold_nothing_before_is_all_quantity():
    assert bennet((0.0, 30.0), (0.0, 10.0)) == (0.0, 30.0)
    assert bennet((30.0, 0.0), (10.0, 0.0)) == (0.0, -30.0)
    assert sum(bennet((20.0, 45.0), (10.0, 9.0))) == pytest.approx(25.0)


def test_every_destination_before_a_buyer_is_one_of_the_summary():
    assert set(BEFORE_BUYERS) <= set(DESTINATIONS)


def test_what_went_to_buyers_is_the_harvest_less_what_never_left(accounts):
    outcome = play(make_model(bundled("bachu-matrix")), 0, 2018)
    gone = [kg for place, kg in outcome.destinations.items() if place not in ("returned", "lost_in_transit")]
    assert outcome.metrics["sent_kg"] == pytest.approx(outcome.kg_in - sum(gone), rel=1e-9)
    assert average_price(accounts["bachu-matrix"]) > average_price(accounts["bachu-trader"]) > 0.0


def test_waiting_costs_interest_on_what_growers_receive():
    outcome = play(make_model(bundled("bachu-matrix")), 0, 2018)
    figures = outcome.metrics
    expected = figures["grower_receipts"] * figures["days_until_paid"] / 365 * 0.05
    assert waiting(outcome, 0.05) == pytest.approx(expected)
    assert waiting(outcome, 0.0) == 0.0
