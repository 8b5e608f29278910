"""Closed roads: what sets out in a spell waits until it is over, and ages meanwhile."""

import pytest

from engine.network.network_runs import at, bring, ordering, play
from farmsim.domain.supply import Spell, held_up


def test_waiting_by_hand():
    spells = [Spell(starts_day=5, days=2), Spell(starts_day=1, days=1), Spell(starts_day=7, days=3)]
    assert [held_up(now, spells) for now in (0, 1, 1.5, 2, 4.9, 5, 6.5, 7, 9, 10)] == [
        0, 1, 0.5, 0, 0, 5, 3.5, 3, 1, 0,
    ]  # fmt: skip
    assert held_up(3.0, []) == 0.0


def test_a_shipment_waits_for_the_road_and_one_under_way_does_not():
    """Orders of 1 every day with a lead of 2; the road is closed on days 3 and 4."""
    rule = ordering(level_kg=1, lead_days=2, review_days=1, closed=[{"starts_day": 3, "days": 2}])
    rule["policy"] = {"policy": "planned", "kg_by_review": [1.0] * 6}
    outcome = play({"sites": {"shop": {"replenishment": rule}}})
    received = outcome.series["shop.received_kg"]
    assert received[:9] == [0, 0, 1, 2, 3, 3, 3, 6, 6]


def test_trucks_wait_too():
    network = {
        "sources": {"farm": bring("truck", [1.0] * 4)},
        "lanes": {"truck": {"to": "shop", "days": 1, "closed": [{"starts_day": 1, "days": 2}]}},
        "sites": {"shop": {}},
    }
    assert play(network).series["shop.stock_kg"][:6] == pytest.approx([0, 1, 1, 1, 4, 4])


def test_an_open_road_changes_nothing():
    def stock(**more):
        rule = ordering(level_kg=10, lead_days=1, review_days=1, **more)
        network = {
            "sites": {"shop": {"opening_kg": 10, "replenishment": rule}},
            "customers": {"all": at("shop", [4.0] * 10)},
        }
        return play(network).series["shop.stock_kg"]

    assert stock() == stock(closed=[{"starts_day": 500, "days": 3}])
