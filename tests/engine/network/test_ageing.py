"""Lots age wherever they are: the moment at which each expires, by hand."""

import pytest

from engine.network.network_runs import at, bring, ordering, play, scenario
from farmsim.engine.network.play import Run
from farmsim.streams import Streams

KEEPING = {
    "reference_celsius": 20.0,
    "life_table": {"celsius": [0.0, 10.0, 20.0, 30.0], "life_days": [40.0, 20.0, 10.0, 5.0]},
}
"""A quarter of the speed at 0 degrees, half at 10, twice at 30."""
MELON = {"products": {"melon": {"life_days": 10.0, "keeping": KEEPING}}}


def expiries(network, days=40.0, **more):
    """The moments at which kilograms were outdated, and how many by then."""
    found = []
    run = Run(scenario(network, days, **more), Streams(1, 0), lambda _: None)
    for site in run.sites.values():
        seen = site._outdate

        def noted(kg, seen=seen, name=site.name):
            found.append((name, run.agenda.now, kg))
            seen(kg)

        site._outdate = noted
    run.play()
    return found


def test_a_lot_ages_at_station_lane_and_site_at_their_speeds():
    """6 h at 30 (0.5 of 10 days spent), 2 days at 10 (1.0), then 8.5 thermal days at 0: 34 days."""
    network = {
        "sources": {"farm": bring("wash", [7.0])},
        "stations": {"wash": {"hours": 6.0, "celsius": 30.0, "to": "road"}},
        "lanes": {"road": {"days": 2.0, "celsius": 10.0, "to": "store"}},
        "sites": {"store": {"celsius": 0.0}},
    }
    assert expiries(network, **MELON) == [("store", pytest.approx(0.25 + 2.0 + 34.0, abs=1e-9), 7.0)]


def test_a_lot_waits_in_the_heat_for_the_server_and_for_the_truck():
    """Second of two loads of 12 h: a day at 30; the truck leaves with it; the first has stood 12 h on it."""
    network = {
        "sources": {"farm": bring("wash", [1.0], at_once=2)},
        "stations": {"wash": {"hours": 12.0, "celsius": 30.0, "to": "road"}},
        "lanes": {"road": {"days": 1.0, "leaves_with": 2, "to": "store"}},
        "sites": {"store": {}},
    }
    first = 2.0 + (10.0 - 0.5 * 2 - 0.5 - 1.0)
    second = 2.0 + (10.0 - 1.0 * 2 - 1.0)
    assert expiries(network, **MELON) == [
        ("store", pytest.approx(second, abs=1e-9), 1.0),
        ("store", pytest.approx(first, abs=1e-9), 1.0),
    ]


def test_a_shipment_keeps_the_age_of_its_lots():
    """Four days at 10 (2 spent), a day on the way at 30 (2), then 6 at the reference."""
    network = {
        "sites": {
            "dc": {"celsius": 10.0, "opening_kg": 5.0},
            "shop": {
                "replenishment": ordering(
                    "dc", level_kg=5, lead_days=1, celsius=30.0, review_days=100, first_review_day=4
                )
            },
        }
    }
    assert expiries(network, **MELON) == [("shop", pytest.approx(4 + 1 + 6, abs=1e-9), 5.0)]


def test_a_lot_that_expires_on_the_way_is_thrown_away_when_it_comes():
    network = {
        "sites": {
            "shop": {
                "outdated_per_kg": 2.0,
                "replenishment": ordering(
                    level_kg=5, lead_days=6, celsius=30.0, cost_per_kg=3.0, review_days=100
                ),
            }
        },
        "customers": {"all": at("shop", [4.0] * 10, unmet="backorder")},
    }
    assert expiries(network, **MELON) == [("shop", 6.0, 9.0)]
    shop = play(network, **MELON).sites["shop"]
    assert (shop["received_kg"], shop["outdated_kg"], shop["end_stock_kg"]) == (9.0, 9.0, 0.0)
    assert (shop["purchase_cost"], shop["outdating_cost"], shop["shipped_kg"]) == (27.0, 18.0, 0.0)


def test_a_lot_that_expires_on_the_way_needs_no_room():
    network = {
        "sources": {"farm": bring("road", [5.0])},
        "lanes": {"road": {"to": "store", "days": 20.0}},
        "sites": {"store": {"capacity_kg": 1.0}},
    }
    outcome = play(network, 30.0, **MELON)
    assert outcome.destinations["outdated"] == 5.0
    assert outcome.sites["store"]["turned_away_kg"] == 0.0


def test_a_load_whose_life_ended_in_service_is_discarded_at_the_next_station():
    """It used to send the clock back: the next station waited for a moment that had passed."""
    network = {
        "sources": {"farm": bring("wash", [1.0, 1.0, 1.0])},
        "stations": {
            "wash": {"hours": 24.0 * 11, "servers": 0, "to": "pack"},
            "pack": {"hours": 24.0 * 30},
        },
    }
    outcome = play(network, 30.0, **MELON)
    assert outcome.destinations["discarded"] == 3.0
    assert outcome.stations["pack"]["discarded_share"] == 1.0
    assert outcome.series["day"] == sorted(outcome.series["day"])


def test_a_load_whose_life_ends_in_the_line_is_discarded():
    network = {
        "sources": {"farm": bring("pack", [1.0], at_once=2)},
        "stations": {"pack": {"hours": 24.0 * 12, "celsius": 20.0}},
    }
    outcome = play(network, 30.0, **MELON)
    assert outcome.destinations == {"discarded": 1.0, "left": 1.0, "at_stations": 0.0}


def test_every_product_ages_at_its_own_speed_at_stations_and_on_lanes():
    """The stone keeps longer in the heat, the melon does not: only their own keeping counts."""
    stone = {"life_days": 10.0, "keeping": {**KEEPING, "reference_celsius": 30.0, "life_table": {
        "celsius": [20.0, 30.0], "life_days": [20.0, 10.0]}}}  # fmt: skip
    ways = {
        "stations": {"wash": {"hours": 24.0, "servers": 0, "celsius": 30.0, "to": "road"}},
        "lanes": {"road": {"days": 2.0, "celsius": 20.0, "to": "melons"}, "track": {"to": "stones"}},
        "sites": {
            "melons": {"product": "melon", "celsius": 20.0},
            "stones": {"product": "stone", "celsius": 20.0},
        },
    }
    products = {"products": {"melon": MELON["products"]["melon"], "stone": stone}}
    melon = {"sources": {"farm": {**bring("wash", [3.0]), "product": "melon"}}, **ways}
    assert expiries(melon, **products) == [("melons", pytest.approx(3.0 + 10.0 - 2.0 - 2.0, abs=1e-9), 3.0)]
    ways["lanes"]["road"] = {"days": 2.0, "celsius": 20.0, "to": "stones"}
    quarry = {"sources": {"farm": {**bring("wash", [3.0]), "product": "stone"}}, **ways}
    assert expiries(quarry, **products) == [
        ("stones", pytest.approx(3.0 + (10.0 - 1.0 - 1.0) / 0.5, abs=1e-9), 3.0)
    ]


def test_what_is_made_to_order_lives_from_the_moment_it_is_made():
    """It used to keep for ever. 36 h of work, half a day on the way at 30 (1 spent), 9 days at the shop."""
    network = {
        "stations": {"kitchen": {"hours": 36.0, "celsius": 30.0}},
        "sites": {
            "shop": {
                "replenishment": ordering("kitchen", level_kg=1, lead_days=0.5, celsius=30.0, review_days=100)
            }
        },
    }
    assert expiries(network, **MELON) == [("shop", pytest.approx(1.5 + 0.5 + 9.0, abs=1e-9), 1.0)]


@pytest.mark.parametrize(
    ("order_of_events", "sold"),
    [
        (["receive", "expire", "demand", "order"], 1.0),
        (["receive", "demand", "expire", "order"], 2.0),
        (["demand", "receive", "expire", "order"], 1.0),
        (["expire", "demand", "receive", "order"], 0.0),
    ],
)
def test_a_life_of_whole_days_ends_by_the_order_of_events(order_of_events, sold):
    """Two kilograms harvested on day 0 with a life of a day; one is wanted on day 0 and one on day 1."""
    network = {
        "order_of_events": order_of_events,
        "sources": {"farm": bring("shop", [2.0])},
        "sites": {"shop": {}},
        "customers": {"all": at("shop", [1.0, 1.0])},
    }
    outcome = play(network, products={"fruit": {"life_days": 1.0}})
    assert outcome.metrics["sold_kg"] == sold
    assert outcome.metrics["outdated_kg"] == 2.0 - sold


@pytest.mark.parametrize(("first", "sold"), [("receive", 3.0), ("expire", 0.0)])
def test_what_comes_in_the_moment_its_life_ends_serves_those_who_wait_only_if_receiving_is_first(first, sold):
    rest = [event for event in ("receive", "expire", "demand", "order") if event != first]
    network = {
        "order_of_events": [first, *rest],
        "sites": {"shop": {"replenishment": ordering(level_kg=0, lead_days=2, review_days=100)}},
        "customers": {"all": at("shop", [3.0], unmet="backorder")},
    }
    network["sites"]["shop"]["replenishment"]["first_review_day"] = 1
    outcome = play(network, products={"fruit": {"life_days": 2.0}})
    assert outcome.metrics["sold_kg"] == sold
    assert outcome.metrics["outdated_kg"] == 3.0 - sold
