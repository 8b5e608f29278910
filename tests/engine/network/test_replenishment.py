"""Orders and shipments of sites, by hand."""

import pytest

from engine.network.network_runs import at, bring, ordering, play

ORDER_FIRST = ["order", "receive", "demand", "expire"]


def series(outcome, name):
    return outcome.series[name]


def test_an_order_takes_its_own_days_and_the_shipment_others():
    """Reviewed on day 0 after 4 are sold: known on day 2, there on day 5."""
    rule = ordering(order_days=2, lead_days=3, review_days=100)
    outcome = play({"sites": {"shop": {"opening_kg": 10, "replenishment": rule}},
                    "customers": {"all": at("shop", [4.0])}})  # fmt: skip
    assert series(outcome, "shop.stock_kg")[:7] == [6, 6, 6, 6, 6, 10, 10]
    assert series(outcome, "shop.in_transit_kg")[:7] == [0, 0, 4, 4, 4, 0, 0]
    assert outcome.entered == {"opening": 10.0, "unlimited": 4.0}


def test_a_later_shipment_may_overtake_an_earlier_one():
    lead = {"distribution": "choice", "values": [5.0, 1.0], "weights": [1.0, 1.0]}
    plan = {"policy": "planned", "kg_by_review": [1.0, 2.0, 4.0, 8.0]}
    rule = {"supplier": "unlimited", "lead_days": lead, "review_days": 1, "policy": plan}
    crossed = 0
    for seed in range(12):
        outcome = play({"sites": {"shop": {"replenishment": rule}}}, random_seed=seed)
        steps = [
            b - a
            for a, b in zip(
                series(outcome, "shop.stock_kg"), [*series(outcome, "shop.stock_kg")[1:], 15.0], strict=True
            )
        ]
        came = [step for step in steps if step]
        assert sum(came) == 15.0
        crossed += came != sorted(came)
    assert crossed


def test_reviews_of_different_length_in_a_chain():
    """The shop orders daily what it sold, the centre every third day; all leads are a day."""
    network = {
        "sites": {
            "centre": {"opening_kg": 20, "replenishment": ordering(level_kg=20, lead_days=1, review_days=3)},
            "shop": {
                "opening_kg": 5,
                "replenishment": ordering("centre", level_kg=5, lead_days=1, review_days=1),
            },
        },
        "customers": {"all": at("shop", [2.0] * 10)},
    }
    outcome = play(network)
    assert series(outcome, "shop.stock_kg") == [3.0] * 10
    # centre: ships 2 a day from day 0; orders 2 on day 0, 6 on days 3, 6 and 9, there a day later
    assert series(outcome, "centre.stock_kg") == [18, 18, 16, 14, 18, 16, 14, 18, 16, 14]
    assert series(outcome, "centre.ordered_kg") == [2, 2, 2, 8, 8, 8, 14, 14, 14, 20]


def test_a_timetable_of_tenths_of_days_meets_whole_days():
    """Demand first, then the review of the same instant: each order equals one demand."""
    rule = {"supplier": "unlimited", "review_days": 0.1, "policy": {"policy": "base-stock", "level_kg": 5}}
    customers = {"at": "shop", "arrivals": {"kind": "even", "every_days": 0.1}, "kg": 1}
    network = {
        "sites": {"shop": {"opening_kg": 5, "replenishment": rule}},
        "customers": {"all": customers},
    }
    outcome = play(network, 99.95, sample_days=0.1)
    shop = outcome.sites["shop"]
    assert (shop["orders"], shop["ordered_kg"], shop["fill_rate"]) == (1000.0, 1000.0, 1.0)
    assert set(series(outcome, "shop.ordered_kg")) == {float(turn) for turn in range(1, 1001)}


@pytest.mark.parametrize("order_of_events", [None, ORDER_FIRST])
def test_continuous_review_asks_once_for_all_that_happens_at_one_instant_before_orders(order_of_events):
    network = {
        "sites": {"shop": {"opening_kg": 9, "replenishment": ordering(level_kg=9)}},
        "customers": {"all": at("shop", [1.0, 0.0, 1.0], at_once=3)},
    }
    if order_of_events:
        network["order_of_events"] = order_of_events
    shop = play(network).sites["shop"]
    assert shop["ordered_kg"] == 6.0
    assert shop["orders"] == (6.0 if order_of_events else 2.0)


def test_the_first_review_is_the_first_even_if_something_happens_before():
    network = {
        "sites": {"shop": {"opening_kg": 9, "replenishment": ordering(level_kg=9, first_review_day=3)}},
        "customers": {"all": at("shop", [1.0] * 6)},
    }
    assert series(play(network), "shop.ordered_kg") == [0, 0, 0, 4, 5, 6, 6, 6, 6, 6]


def test_standing_orders_come_first_and_are_cut_to_the_room():
    rule = ordering(level_kg=7, review_days=1, standing_kg=3, standing_reviews=3)
    assert series(play({"sites": {"shop": {"replenishment": rule}}}, 5.0), "shop.ordered_kg") == [
        3,
        6,
        9,
        9,
        9,
    ]
    small = {"capacity_kg": 5, "replenishment": rule}
    assert series(play({"sites": {"shop": small}}, 5.0), "shop.ordered_kg") == [3, 5, 5, 5, 5]


def test_orders_are_cut_to_what_fits_counting_what_is_under_way_and_owed():
    plan = {"policy": "planned", "kg_by_review": [0, 8, 8, 8]}
    rule = {"supplier": "unlimited", "lead_days": 1.5, "review_days": 1, "policy": plan}
    network = {
        "sites": {"shop": {"opening_kg": 4, "capacity_kg": 10, "replenishment": rule}},
        "customers": {"all": at("shop", [0, 0, 6.0], unmet="backorder")},
    }
    # day 1: 10 less 4 here; day 2: 6 are wanted, 2 are owed, 6 under way; day 3: 4 here, 6 under way
    outcome = play(network)
    assert series(outcome, "shop.ordered_kg")[:5] == [0, 6, 12, 12, 12]
    assert max(series(outcome, "shop.stock_kg")) == 10.0


def test_what_is_pushed_in_beyond_the_room_is_turned_away():
    network = {
        "sources": {"farm": bring("store", [4.0, 4.0, 4.0])},
        "sites": {"store": {"capacity_kg": 10}},
    }
    outcome = play(network, 5.0)
    assert series(outcome, "store.stock_kg") == [4, 8, 10, 10, 10]
    store = outcome.sites["store"]
    assert (store["turned_away_kg"], store["received_kg"], store["receipts"]) == (2.0, 10.0, 3.0)


def test_a_full_store_receives_nothing_of_a_load():
    network = {
        "sources": {"farm": bring("store", [10.0, 4.0])},
        "sites": {"store": {"capacity_kg": 10}},
    }
    store = play(network, 5.0).sites["store"]
    assert (store["turned_away_kg"], store["receipts"]) == (4.0, 1.0)


def test_an_order_at_a_station_is_worked_on_kilogram_by_kilogram_and_shipped():
    """2.5 kg, a server, 12 h a load, half a day on the way: 1 on day 1, another on 1.5, the rest on day 2."""
    network = {
        "stations": {"pack": {"hours": 12.0, "cost_per_kg": 2.0}},
        "sites": {
            "shop": {
                "replenishment": ordering(
                    "pack", level_kg=2.5, lead_days=0.5, cost_per_kg=3.0, review_days=100
                )
            }
        },
    }
    outcome = play(network, 4.0, sample_days=0.5)
    assert series(outcome, "shop.stock_kg") == [0, 0, 1, 2, 2.5, 2.5, 2.5, 2.5]
    assert series(outcome, "shop.in_transit_kg") == [0, 1, 1, 0.5, 0, 0, 0, 0]
    assert outcome.sites["shop"]["purchase_cost"] == 7.5
    assert outcome.stations["pack"]["working_cost"] == 5.0
    assert outcome.metrics["total_cost"] == 12.5
    assert outcome.metrics["profit"] == -12.5
    assert outcome.money_difference == 0.0


def test_a_whole_order_larger_than_the_room_is_served_from_a_station_all_the_same():
    """It used to be turned away kilogram by kilogram and to stay on order for ever."""
    network = {
        "stations": {"pack": {"hours": 1.0}},
        "sites": {"shop": {"capacity_kg": 3, "replenishment": ordering("pack", level_kg=3)}},
        "customers": {"all": at("shop", [5.0, 0, 0, 2.0], unmet="backorder", partial=False)},
    }
    outcome = play(network)
    assert outcome.metrics["sold_kg"] == 7.0
    assert series(outcome, "shop.stock_kg")[-1] == 3.0
    assert outcome.destinations.get("turned_away", 0.0) == 0.0


def test_orders_at_the_start_find_the_opening_stock_of_the_supplier():
    """They used to be heard before it was there, and to wait for the next receipt."""
    network = {
        "sites": {
            "shop": {
                "replenishment": ordering("centre", level_kg=0, ordered_kg=[3, 2], lead_days=1, review_days=1)
            },
            "centre": {"opening_kg": 12},
        }
    }
    outcome = play(network, 4.0)
    assert series(outcome, "centre.stock_kg") == [9, 7, 7, 7]
    assert series(outcome, "shop.stock_kg") == [0, 3, 5, 5]
    assert outcome.sites["centre"]["fill_rate"] == 1.0


def test_shipments_at_the_start_come_day_by_day():
    rule = ordering(level_kg=0, under_way_kg=[4, 0, 5], review_days=1)
    outcome = play({"sites": {"shop": {"replenishment": rule}}}, 4.0)
    assert series(outcome, "shop.stock_kg") == [4, 4, 9, 9]
    assert outcome.entered == {"opening": 9.0}


def cover(**more):
    return {"policy": "cover", "periods": 1, "average_of": 2, "first_guess_kg": 10, **more}


def test_cover_counts_only_periods_that_have_been():
    """A review at the very start has seen no demand; later ones average what was wanted between reviews."""
    rule = {"supplier": "unlimited", "review_days": 2, "policy": cover()}
    customers = {"at": "shop", "arrivals": {"kind": "even", "first_day": 0.5}, "kg": 3}
    network = {"sites": {"shop": {"replenishment": rule}}, "customers": {"all": customers}}
    # day 0: guess 10. day 2: (10 + 6) / 2 less 10 - 6. day 4: 6 less 8 - 6. day 6: 6 less 6 - 6
    assert series(play(network, 7.0), "shop.ordered_kg") == [10, 10, 14, 14, 18, 18, 24]


def test_cover_under_continuous_review_averages_days_not_events():
    """It used to take every single order for a period of its own."""
    customers = {"at": "shop", "arrivals": {"kind": "even", "every_days": 0.25, "first_day": 0.125}, "kg": 1}
    network = {
        "sites": {"shop": {"replenishment": {"supplier": "unlimited", "policy": cover(periods=3)}}},
        "customers": {"all": customers},
    }
    outcome = play(network, 9.0)
    shop = outcome.sites["shop"]
    # the guess holds for a day: 30; then (10 + 4) / 2 times 3 and 4 times 3: nothing is ordered until 12
    assert outcome.series["shop.stock_kg"] == [30, 30, 26, 22, 18, 14, 12, 12, 12]
    assert shop["fill_rate"] == 1.0


@pytest.mark.parametrize(
    ("first_day", "ordered"), [(2.0, [0, 0, 10, 10]), (4.0, [0, 0, 0, 0, 10 + 8 / 2 - 6])]
)
def test_a_first_period_that_is_no_whole_period_is_not_counted(first_day, ordered):
    rule = {"supplier": "unlimited", "review_days": 3, "first_review_day": first_day, "policy": cover()}
    customers = {"at": "shop", "arrivals": {"kind": "even", "first_day": 0.5}, "kg": 2}
    network = {"sites": {"shop": {"replenishment": rule}}, "customers": {"all": customers}}
    # by day 4 there were 4 demands: 6 in a period of 3 days, and (10 + 6) / 2 is 8
    assert series(play(network, 5.0), "shop.ordered_kg")[: len(ordered)] == ordered
