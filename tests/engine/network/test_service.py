"""Who gets what: partial orders, those who wait, rationing, and what is counted."""

import pytest

from engine.network.network_runs import at, bring, ordering, play, scenario
from farmsim.engine.network.play import Run
from farmsim.streams import Streams


def shop(**more):
    return {"shop": more}


def test_an_order_that_takes_all_or_nothing_waits_whole_and_holds_up_those_behind_it():
    network = {
        "sources": {"farm": bring("shop", [3.0, 0.0, 4.0])},
        "sites": shop(),
        "customers": {
            "choosy": at("shop", [5.0], unmet="backorder", partial=False),
            "other": at("shop", [0.0, 1.0], unmet="backorder"),
            "hasty": at("shop", [0.0, 1.0]),
        },
    }
    outcome = play(network, 4.0)
    assert outcome.series["shop.stock_kg"] == [3, 3, 1, 1]
    assert outcome.series["shop.backorders_kg"] == [5, 6, 0, 0]
    assert outcome.series["shop.lost_kg"] == [0, 1, 1, 1]
    assert outcome.sites["shop"]["fill_rate"] == 0.0
    assert outcome.customers["choosy"]["deliveries"] == 1.0


def test_part_of_an_order_is_served_and_the_rest_is_lost_or_waits():
    for unmet, (stock, owed, lost) in {"lost": (4, 0, 2), "backorder": (2, 0, 0)}.items():
        network = {
            "sources": {"farm": bring("shop", [3.0, 0.0, 4.0])},
            "sites": shop(shortage_per_kg=10.0, shortage_per_kg_day=1.0),
            "customers": {"all": at("shop", [5.0], unmet=unmet, price_per_kg=2.0)},
        }
        outcome = play(network, 4.0)
        seen = outcome.sites["shop"]
        assert (seen["end_stock_kg"], outcome.series["shop.backorders_kg"][-1], seen["lost_kg"]) == (
            stock, owed, lost,
        )  # fmt: skip
        assert (seen["at_once_kg"], seen["fill_rate"], seen["full_orders_share"]) == (3.0, 0.6, 0.0)
        assert seen["shortage_cost"] == 20.0
        assert seen["backorder_cost"] == (4.0 if unmet == "backorder" else 0.0)
        assert seen["revenue"] == 2.0 * (5.0 - lost)


@pytest.mark.parametrize("delivery_days", [0.0, 1.0])
def test_an_order_served_in_three_parts_is_one_delivery(delivery_days):
    network = {
        "sources": {"farm": bring("shop", [2.0, 2.0, 2.0])},
        "sites": shop(),
        "customers": {"all": at("shop", [5.0], unmet="backorder", delivery_days=delivery_days)},
    }
    assert play(network, 2.0).customers["all"]["deliveries"] == 0.0
    seen = play(network, 5.0).customers["all"]
    assert (seen["deliveries"], seen["delivered_kg"], seen["sold_kg"]) == (1.0, 5.0, 5.0)
    part = {**network, "customers": {"all": at("shop", [5.0], delivery_days=delivery_days)}}
    seen = play(part, 5.0).customers["all"]
    assert (seen["deliveries"], seen["delivered_kg"]) == (1.0, 2.0)


def rationed(rationing, kg_by_day, wanted=(2.0, 6.0)):
    """Two shops order at the start, when the centre has nothing."""
    sites = {"centre": {"rationing": rationing}}
    for name, kg in zip(("a", "b"), wanted, strict=True):
        sites[name] = {"replenishment": ordering("centre", level_kg=kg, review_days=100)}
    return play({"sources": {"farm": bring("centre", [0.0, *kg_by_day])}, "sites": sites}, 5.0)


def test_first_come_serves_one_after_the_other():
    outcome = rationed("first-come", [4.0, 3.0, 3.0])
    assert outcome.series["a.stock_kg"] == [0, 2, 2, 2, 2]
    assert outcome.series["b.stock_kg"] == [0, 2, 5, 6, 6]
    assert outcome.series["centre.stock_kg"] == [0, 0, 0, 2, 2]


def test_proportional_gives_all_who_wait_the_same_share():
    """4 of 8 wanted: half of each. 3 of 4 left: three quarters of each. Then there is enough."""
    outcome = rationed("proportional", [4.0, 3.0, 3.0])
    assert outcome.series["a.stock_kg"] == [0, 1, 1.75, 2, 2]
    assert outcome.series["b.stock_kg"] == [0, 3, 5.25, 6, 6]
    assert outcome.series["centre.backorders_kg"] == [8, 4, 1, 0, 0]
    assert outcome.series["centre.stock_kg"] == [0, 0, 0, 2, 2]


def test_sharing_out_leaves_nothing_but_rounding():
    outcome = rationed("proportional", [0.7, 0.1, 1.3], wanted=(1 / 3, 2 / 3))
    assert outcome.series["a.stock_kg"][1] == pytest.approx(0.7 / 3, abs=1e-12)
    assert outcome.series["centre.backorders_kg"][2] == pytest.approx(0.2, abs=1e-12)
    assert outcome.series["centre.backorders_kg"][-1] == pytest.approx(0.0, abs=1e-12)
    assert min(min(outcome.series[f"{name}.stock_kg"]) for name in ("a", "b", "centre")) >= 0.0


def test_the_last_gram_is_sold_and_stock_is_never_negative():
    """Thirty times a tenth is not three: the last order finds a rounding less than it wants."""
    run = Run(scenario({
        "sources": {"farm": {"to": "shop", "arrivals": {"kind": "even", "every_days": 0.01},
                             "kg": 0.1, "most": 30}},
        "sites": shop(),
        "customers": {"all": at("shop", [0.0, 1.1, 1.9, 1e-10])},
    }), Streams(1, 0), lambda _: None)  # fmt: skip
    low = []
    site = run.sites["shop"]
    issue = site._issue

    def noted(*given, **more):
        issue(*given, **more)
        low.append(site.on_hand)

    site._issue = noted
    run.play()
    assert min(low) >= 0.0
    assert site.lost_kg == pytest.approx(0.0, abs=1e-9)
    assert site.full_at_once == 3
    assert site.backlog.value == 0.0


def test_what_is_sold_last_in_first_out_is_young():
    network = {
        "sources": {"farm": bring("shop", [2.0, 2.0, 2.0])},
        "customers": {"all": at("shop", [0.0, 0.0, 3.0])},
    }
    ages = {
        issue: play({**network, "sites": shop(issue=issue)}, products={"fruit": {"life_days": 9.0}})
        .sites["shop"]["sale_age_days"]
        for issue in ("fifo", "lifo", "fefo")
    }  # fmt: skip
    assert ages == {"fifo": 5 / 3, "lifo": 1 / 3, "fefo": 5 / 3}


def test_counts_stand_for_periods_even_if_the_horizon_is_no_whole_number():
    """Counted on days 0, 1 and 2: the mean is that of the three counts, never more than was there."""
    network = {
        "order_of_events": ["receive", "expire", "demand", "order", "count"],
        "sites": shop(opening_kg=6.0, holding_per_kg_day=1.0),
        "customers": {"all": at("shop", [1.0, 1.0, 1.0])},
    }
    seen = play(network, 2.5).sites["shop"]
    assert seen["mean_stock_kg"] == pytest.approx(4.0)
    assert seen["stocked_share"] == pytest.approx(1.0)
    assert seen["holding_cost"] == 12.0


WARM = {
    "sources": {"farm": {"to": "wash", "arrivals": {"kind": "poisson", "per_day": 5}}},
    "stations": {"wash": {"hours": {"distribution": "exponential", "mean": 3}, "to": "road"}},
    "lanes": {"road": {"to": "store", "leaves_with": 3, "days": 0.5, "cost_per_trip": 7}},
    "sites": {
        "store": {},
        "shop": {
            "holding_per_kg_day": 0.1,
            "replenishment": ordering(
                "store", level_kg=12, review_days=1, lead_days={"distribution": "gamma", "mean": 1, "cv": 0.5}
            ),
        },
    },
    "customers": {
        "all": {"at": "shop", "arrivals": {"kind": "poisson", "per_day": 4}, "unmet": "backorder",
                "price_per_kg": 3}
    },
}  # fmt: skip
FRUIT = {"products": {"fruit": {"life_days": 6.0}}}


def test_the_warm_up_is_a_filter():
    """The same story with and without it; what is measured before and after adds up."""
    whole, late = play(WARM, 60.0, **FRUIT), play(WARM, 60.0, warm_up_days=20.0, **FRUIT)
    early = play(WARM, 20.0, **FRUIT)
    assert whole.series == late.series
    assert (whole.entered, whole.destinations) == (late.entered, late.destinations)
    for kind, names in {
        "sites": ("demand_kg", "shipped_kg", "received_kg", "outdated_kg", "ordered_kg", "orders",
                  "holding_cost",
                  "revenue"),
        "customers": ("orders", "wanted_kg", "sold_kg"),
        "lanes": ("trips", "freight_cost"),
        "stations": ("loads", "worked_kg"),
    }.items():  # fmt: skip
        for place, found in getattr(whole, kind).items():
            for name in names:
                parts = getattr(early, kind)[place][name] + getattr(late, kind)[place][name]
                assert found[name] == pytest.approx(parts, abs=1e-9), (place, name)
    mean = (20 * early.sites["shop"]["mean_stock_kg"] + 40 * late.sites["shop"]["mean_stock_kg"]) / 60
    assert whole.sites["shop"]["mean_stock_kg"] == pytest.approx(mean)
