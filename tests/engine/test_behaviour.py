"""Behaviour: what a county sales manager would expect of one change, other things and luck equal."""

import numpy as np
import pytest

from engine.small_county import (
    BASE,
    CONTRACT,
    MARKET,
    SHOP,
    STORE,
    Instead,
    bundled,
    mean_of,
    merged,
    outcome_of,
    rows_of,
    small,
)
from farmsim.domain.records import (
    Closed,
    Delivered,
    Dispatched,
    Harvested,
    Ordered,
    Paid,
    Stocked,
    Traded,
    Welfare,
)
from farmsim.engine.simulate import make_model

TWIN = BASE["counties"]["bachu"]
PLENTY = {"counties": {"bachu": {"growers": {"village": {"yield_kg_per_mu": 3000}}}}}


def channels(*order, **blocks):
    """Channels beside the trader, and the order in which the desk serves all."""
    return {"channels": blocks, "desk": {"order": list(order)}}


def sale(channel, **terms):
    return {"channels": {channel: {"sells": {"melon": terms}}}}


WITH_SHOP = channels("shop", "trader", shop=SHOP)
WITH_MARKET = channels("market", "trader", market=MARKET)
WITH_STORE = channels("store", "trader", store=STORE)


@pytest.mark.parametrize("name", ["bachu-trader", "jinzhai-kiwifruit"])
def test_more_trucks_leave_less_unsold(name):
    shares = [
        mean_of("lost_share", bundled(name, {"channels": {"trader": {"trucks_per_day": n}}}))
        for n in (0.5, 1.5, 5.0)
    ]
    assert shares[0] > shares[1] > shares[2]


def express(**lane):
    return {"counties": {"bachu": {"lanes": {"express": lane}}}}


def test_a_colder_lane_brings_fewer_refunds_and_better_ratings():
    cold, warm = (outcome_of(small(WITH_SHOP, express(celsius=t))).metrics for t in (5, 28))
    assert cold["refund_share"] < 0.2 * warm["refund_share"]
    assert cold["freshness_on_arrival"] > warm["freshness_on_arrival"]
    assert cold["rating"] > warm["rating"]


@pytest.mark.parametrize("harm", [{"damage_share": 0.2}, {"loss_share": 0.2}, {"transit_days": 6}])
def test_damage_loss_and_delay_lead_to_refunds(harm):
    before, after = (outcome_of(small(WITH_SHOP, express(**lane))).metrics for lane in ({}, harm))
    assert after["refund_share"] > before["refund_share"] + 0.1


@pytest.mark.parametrize("name", ["bachu-online-first", "bachu-matrix"])
def test_a_higher_price_lowers_demand_and_helps_the_other_shop(name):
    cheap, dear = (bundled(name, sale("taobao", price_per_kg=p)) for p in (18, 24))
    assert mean_of("demand_kg", dear, channel="taobao") < 0.8 * mean_of("demand_kg", cheap, channel="taobao")
    assert mean_of("demand_kg", dear, channel="xingnong") > mean_of("demand_kg", cheap, channel="xingnong")


def test_independent_demand_has_its_price_elasticity():
    wanted = [
        mean_of("demand_kg", small(WITH_SHOP, sale("shop", price_per_kg=p, base_price_per_kg=15)), 8)
        for p in (15, 16.5)
    ]
    assert np.log(wanted[1] / wanted[0]) / np.log(1.1) == pytest.approx(-1.5, abs=0.15)


def test_bad_melons_lower_the_rating_and_next_week_s_orders():
    trusting = {
        "products": {"melon": {"demand": {"rating_elasticity": 3}}},
        "channels": {"shop": {"rating": {"smoothing": 0.001}}},
        "horizon_days": 20,
    }
    good, bad = (rows_of(small(WITH_SHOP, trusting, express(celsius=t)), Ordered, Delivered) for t in (5, 30))
    ratings = [[float(row.rating[0]) for row in rows.of(Delivered)] for rows in (good, bad)]
    assert ratings[1][-1] < ratings[0][-1] - 0.5
    orders = [np.array([int(row.wanted[0]) for row in rows.of(Ordered)]) for rows in (good, bad)]
    assert (orders[0][:3] == orders[1][:3]).all(), "no parcel has arrived yet"
    assert orders[1][13:].sum() < 0.9 * orders[0][13:].sum()


def logit(**changes):
    law = {"kind": "logit", "buyers_per_day": 6000, "price_per_kg_coef": -0.1, "constant": 2, **changes}
    return {"products": {"melon": {"demand": Instead(law)}}}


TWO_SHOPS = {
    "channels": {"shop": merged(SHOP, {"parcels_per_day": 100}), "other": SHOP},
    "desk": {"order": ["shop", "other", "trader"]},
}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(merged(STORE, {"sells": {"melon": {"base_stock_kg": 20_000}}}), id="from the shelf"),
        pytest.param(SHOP, id="by parcel"),
    ],
)
def test_customers_of_a_sold_out_shop_buy_at_the_other(other):
    """There is fruit for everyone; the first shop packs 100 parcels a day, a fifth of what it could sell."""
    loyal, flexible = (
        outcome_of(
            small(
                PLENTY,
                channels("shop", "other", "trader", shop=merged(SHOP, {"parcels_per_day": 100}), other=other),
                logit(switch_share=share, buyers_per_day=1500),
            )
        )
        for share in (0.0, 1.0)
    )
    assert flexible.channels["other"]["sold_kg"] > 1.1 * loyal.channels["other"]["sold_kg"]
    assert flexible.metrics["lost_sales_kg"] < loyal.metrics["lost_sales_kg"]
    assert flexible.channels["shop"]["demand_kg"] == pytest.approx(
        loyal.channels["shop"]["demand_kg"], rel=0.1
    )


def test_a_sold_out_shop_loses_sales_but_not_demand():
    scarce, plenty = (
        outcome_of(small(WITH_SHOP, {"channels": {"shop": {"parcels_per_day": n}}})).metrics
        for n in (50, 10_000)
    )
    assert scarce["demand_kg"] == pytest.approx(plenty["demand_kg"], rel=0.05)
    assert scarce["fill_rate"] < plenty["fill_rate"]
    assert scarce["lost_sales_kg"] > plenty["lost_sales_kg"]


WAITS = {"channels": {"shop": {"waiting": {"promise_days": 5, "patience_days": 5}}}}
BURST = {
    "channels": {
        "shop": {
            "parcels_per_day": 600,
            "sells": {"melon": {"sessions": {"days": ["2018-07-05"], "orders": 1500}}},
        }
    }
}


def test_a_waiting_list_serves_later_what_is_lost_without_it():
    without, with_list = (outcome_of(small(WITH_SHOP, BURST, *w)) for w in ((), (WAITS,)))
    assert with_list.channels["shop"]["sold_kg"] > without.channels["shop"]["sold_kg"] + 3000
    assert with_list.metrics["lost_sales_kg"] < without.metrics["lost_sales_kg"]
    assert with_list.metrics["delivery_days"] > without.metrics["delivery_days"]


def test_impatient_customers_cancel():
    calm, hasty = (
        rows_of(
            small(WITH_SHOP, BURST, {"channels": {"shop": {"waiting": w, "parcels_per_day": 420}}}), Ordered
        )
        for w in ({"promise_days": 5, "patience_days": 50}, {"promise_days": 0, "patience_days": 0.5})
    )
    assert sum(int(row.cancelled.sum()) for row in hasty) > sum(int(row.cancelled.sum()) for row in calm)


def test_a_shop_never_packs_more_than_its_parcels_a_day():
    """Many wait for one shop; those who find the other one sold out come on top."""
    crowded = {
        "channels": {
            "shop": {"parcels_per_day": 300, "waiting": {"promise_days": 20, "patience_days": 50}},
            "other": {"parcels_per_day": 5},
        },
    }
    rows = rows_of(small(PLENTY, TWO_SHOPS, crowded, logit(switch_share=1.0, buyers_per_day=20_000)), Ordered)
    served = np.array([row.served[0] for row in rows])
    assert served.max() <= 300


@pytest.mark.parametrize(
    "changes", [WITH_SHOP, WITH_STORE, WITH_MARKET], ids=["parcel", "stocked", "wholesale"]
)
def test_a_payment_delay_delays_growers_money_and_deepens_the_overdraft(changes):
    name = changes["desk"]["order"][0]
    prompt, late = (outcome_of(small(changes, {"channels": {name: {"payment_days": d}}})) for d in (0, 40))
    assert late.channels[name]["days_until_paid"] == pytest.approx(
        prompt.channels[name]["days_until_paid"] + 40, abs=2
    )
    assert late.metrics["grower_receipts"] == pytest.approx(prompt.metrics["grower_receipts"], rel=1e-6)
    assert late.metrics["peak_borrowing"] >= prompt.metrics["peak_borrowing"]


def test_money_paid_at_the_door_is_there_at_once():
    at_door = {
        "channels": {"shop": {"payment_days": 40, "growers": {"door_price_per_kg": 3, "surplus_share": 0}}}
    }
    outcome = outcome_of(small(WITH_SHOP, at_door))
    assert outcome.channels["shop"]["days_until_paid"] == 0.0
    assert outcome.metrics["peak_borrowing"] > 0.0


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_growers_get_their_share_of_the_surplus_and_the_cooperative_the_rest(share):
    terms = {"channels": {"shop": {"growers": {"door_price_per_kg": 1, "surplus_share": share}}}}
    (books,) = rows_of(small(WITH_SHOP, terms, {"desk": {"order": ["shop"]}}), Closed)
    door, surplus = (float(books.flows[item].sum()) for item in ("door", "surplus"))
    cooperative = float(books.balance[books.accounts.index("cooperative:bachu")])
    assert surplus == pytest.approx(share * (surplus + cooperative), rel=1e-6, abs=1e-6)
    assert door > 0.0


def truck(**lane):
    return {"counties": {"bachu": {"lanes": {"truck": lane}}}}


def dispatched(scenario, channel):
    model = make_model(scenario)
    place = [c for c, _, _ in model.layout.offers.ids].index(channel)
    kg = np.zeros(scenario.horizon_days)
    for row in rows_of(scenario, Dispatched):
        kg[row.day] += row.kg[place]
    return kg


def test_a_closed_lane_has_no_departures():
    closed = {"closures": [{"starts": "2018-07-05", "days": 4}]}
    before, after = (dispatched(small(WITH_MARKET, truck(**lane)), "market") for lane in ({}, closed))
    assert (before[4:8] > 0.0).all()
    assert (after[4:8] == 0.0).all()
    assert after[8] > 0.0


def test_trucks_leave_on_their_days_only():
    kg = dispatched(small(WITH_MARKET, truck(every_days=3)), "market")
    days = np.arange(len(kg))
    assert (kg[days % 3 != 0] == 0.0).all()
    assert (kg[(days % 3 == 0) & (days < 20)] > 0.0).all()


def test_no_more_leaves_than_free_vehicles_carry():
    kg = dispatched(small(WITH_MARKET, truck(vehicles=2, vehicle_kg=1500, km=2500)), "market")
    assert 0.0 < kg.max() <= 3000.0 + 1e-6
    for day in range(len(kg) - 4):
        assert kg[day : day + 4].sum() <= 3000.0 + 1e-6, "a round trip lasts five days"


def test_channels_that_use_one_lane_share_its_vehicles():
    two = channels("market", "other", "trader", market=MARKET, other=MARKET)
    scenario = small(
        two, {"channels": {"market": {"max_kg_per_day": 3000}}}, truck(vehicles=1, vehicle_kg=2000)
    )
    together = dispatched(scenario, "market") + dispatched(scenario, "other")
    assert together.max() <= 2000.0 + 1e-6


def test_a_slow_road_spoils_more():
    near, far = (
        outcome_of(
            small(WITH_MARKET, truck(km=km, vehicles=99), {"desk": {"order": ["market"]}})
        ).destinations
        for km in (500, 5000)
    )
    assert far["spoiled_on_road"] > 5.0 * max(near["spoiled_on_road"], 1.0)


def test_more_on_the_wholesale_market_lowers_its_price():
    prices = []
    for market_kg in (1e5, 1e3):
        rows = rows_of(small(WITH_MARKET, sale("market", market_kg_per_day=market_kg)), Traded)
        sold = sum(float(row.kg[1]) for row in rows)
        prices.append(sum(float(row.value[1]) for row in rows) / sold)
    assert prices[1] < 0.7 * prices[0]


def test_the_price_of_a_session_follows_what_all_counties_sent():
    """Two counties that send half each, over the same road, get the price of one that sends all."""
    half = {"growers": {"village": {"households": 50}}}
    scenario = small(WITH_MARKET, sale("market", market_kg_per_day=5000))
    data = {"counties": {"bachu": half, "twin": merged(TWIN, half)}}
    both = small(WITH_MARKET, sale("market", market_kg_per_day=5000), data)
    price = [o.metrics["sales_revenue"] / o.metrics["sold_kg"] for o in map(outcome_of, (scenario, both))]
    assert price[1] == pytest.approx(price[0], rel=0.02)


ON_CONSIGNMENT = {
    "channels": {"store": {"consignment": True, "return_freshness": 0.5, "base_stock_days": 20}}
}


def test_consigned_stock_comes_back_before_it_is_old_and_is_paid_when_sold():
    owned, consigned = (rows_of(small(WITH_STORE, *c)) for c in ((), (ON_CONSIGNMENT,)))
    shelf = [max(float(row.kg[-1]) for row in rows.of(Stocked)) for rows in (owned, consigned)]
    assert shelf[1] > 0.0
    books = [rows.of(Closed)[0] for rows in (owned, consigned)]
    sold = [sum(float(row.kg[1]) for row in rows.of(Traded)) for rows in (owned, consigned)]
    receipts = [float(b.flows["receipt"][1]) for b in books]
    assert receipts[0] > sold[0] * 15 * 0.8 + 1.0, (
        "a retailer that owns its stock pays for what rots on the shelf"
    )
    assert receipts[1] == pytest.approx(sold[1] * 15 * 0.8), "consigned stock is paid when it is sold"
    left = sum(float(row.kg[1]) for row in consigned.of(Dispatched))
    road = sum(float(b.sum()) for name, b in books[1].kg_destinations.items() if name.endswith(":road"))
    shop = sum(float(b.sum()) for name, b in books[1].kg_destinations.items() if name.endswith(":shop"))
    assert left > sold[1] + road + shop + 100.0, "something was sent back"


def test_fruit_is_paid_at_the_door_once():
    door = {"channels": {"store": {"growers": {"door_price_per_kg": 1, "surplus_share": 0}}}}
    rows = rows_of(small(WITH_STORE, ON_CONSIGNMENT, door, {"desk": {"order": ["store"]}}))
    (books,) = rows.of(Closed)
    picked = sum(float(row.kg.sum()) for row in rows.of(Harvested))
    assert float(books.flows["door"].sum()) <= picked


def test_shops_order_no_more_than_their_room():
    rows = rows_of(small(WITH_STORE, {"channels": {"store": {"site": {"capacity_kg": 3000}}}}), Stocked)
    assert max(float(row.kg[-1]) for row in rows) <= 3000.0 + 1e-6


def test_all_products_and_counties_of_a_shop_share_its_room():
    data = {"counties": {"twin": TWIN}, "channels": {"store": {"site": {"capacity_kg": 3000}}}}
    rows = rows_of(small(WITH_STORE, data, sale("store", base_kg_per_day=300, base_stock_kg=1e5)), Stocked)
    assert max(float(row.kg[-1]) for row in rows) <= 3000.0 + 1e-6


def test_more_base_stock_never_lowers_the_fill_rate():
    rates = [
        outcome_of(small(PLENTY, WITH_STORE, sale("store", base_stock_kg=kg))).channels["store"]["fill_rate"]
        for kg in (1000, 4000, 12_000)
    ]
    assert rates[0] < rates[1] <= rates[2]


def test_shrink_and_warm_shelves_lose_fruit():
    shelf = {"desk": {"order": ["store"]}, "channels": {"store": {"base_stock_days": 15}}}
    plain, warm, stolen = (
        outcome_of(small(WITH_STORE, shelf, {"channels": {"store": change}})).metrics["shrink_share"]
        for change in ({}, {"site": {"celsius": 30}}, {"shrink_share_per_day": 0.1})
    )
    assert warm > plain
    assert stolen > plain


def test_a_markdown_sells_more_of_an_old_shelf():
    shelf = {
        "channels": {"store": {"base_stock_days": 15, "site": {"celsius": 22}}},
        "desk": {"order": ["store"]},
    }
    cut = {"channels": {"store": {"markdown": {"below_freshness": 0.6, "cut_share": 0.4}}}}
    few = logit(buyers_per_day=400)
    full = outcome_of(small(WITH_STORE, shelf, few)).channels["store"]
    less = outcome_of(small(WITH_STORE, shelf, few, cut)).channels["store"]
    assert less["sales_revenue"] / less["sold_kg"] < full["sales_revenue"] / full["sold_kg"]
    assert less["demand_kg"] > full["demand_kg"]


def test_the_contract_takes_its_volume_and_no_more():
    small_volume = channels(
        "contract", "trader", contract=merged(CONTRACT, sale_of(total_kg=10_000, kg_per_day=3000))
    )
    kg = dispatched(small(small_volume), "contract")
    assert kg.max() <= 3000.0 + 1e-6
    assert kg.sum() == pytest.approx(10_000.0)


def sale_of(**terms):
    return {"sells": {"melon": terms}}


RESALE = {"price_per_kg": 5, "kg_per_day": 500, "rest_price_per_kg": 1, "rest_kg_per_day": 200, "celsius": 25}


def test_growers_bear_the_unsold_only_if_so_agreed():
    def with_terms(bearer):
        block = merged(CONTRACT, {"resale": RESALE, "unsold_borne_by": bearer})
        return outcome_of(small(channels("contract", "trader", contract=block)))

    buyer, growers = with_terms("buyer"), with_terms("growers")
    spoiled = buyer.operators["contract"]["spoiled_kg"]
    assert spoiled > 0.0
    lost = buyer.metrics["grower_receipts"] - growers.metrics["grower_receipts"]
    assert lost == pytest.approx(2.0 * spoiled)
    assert growers.operators["contract"]["surplus"] == pytest.approx(
        buyer.operators["contract"]["surplus"] + lost
    )


def test_a_household_keeps_what_it_eats():
    terraces = bundled("yuanyang-red-rice")
    rows = rows_of(terraces, Harvested, Closed)
    (books,) = rows.of(Closed)
    field = sum(float((row.kg - row.field_loss_kg).sum()) for row in rows.of(Harvested))
    assert float(books.kg_destinations["own_use"].sum()) == pytest.approx(0.45 * field)
    eaten, sold = (
        outcome_of(small({"counties": {"bachu": {"growers": {"village": {"own_use_share": s}}}}})).metrics[
            "sold_kg"
        ]
        for s in (0.45, 0.0)
    )
    assert eaten == pytest.approx(0.55 * sold)


@pytest.mark.parametrize("season", ["hail", "none"])
def test_hail_takes_its_share_of_what_still_stands(season):
    chance = {"hail": 1.0, "none": 0.0}[season]
    shock = {"hail": {"chance": chance, "day": "2018-07-11", "lost_share": 0.5}}
    rows = rows_of(small({"counties": {"bachu": {"growers": {"village": {"shocks": shock}}}}}), Harvested)
    picked = np.array([float(row.kg.sum()) for row in rows])
    assert picked[:10] == pytest.approx(5000.0)
    assert picked[10:] == pytest.approx(2500.0 if season == "hail" else 5000.0)


def test_in_a_glut_the_trader_pays_less_and_may_stay_away():
    glut = {"channels": {"trader": {"truck_kg": 3000, "glut_ratio": 1}}}
    calm, crowded = (outcome_of(small(glut, *p)).metrics for p in ((), (PLENTY,)))
    assert crowded["grower_price_per_kg"] < calm["grower_price_per_kg"]
    shy = {"channels": {"trader": {"comes_in_glut_share": 0.3}}}
    assert outcome_of(small(glut, PLENTY, shy)).metrics["sold_kg"] < crowded["sold_kg"] * 1.0000001


def test_processing_and_feed_take_what_nobody_bought():
    nobody = {"channels": {"trader": {"comes_share": 0, "comes_in_glut_share": 0}}}
    residual = {"processing_kg_per_day": 500, "processing_price_per_kg": 0.2, "feed_share": 0.5}
    keeps = {"products": {"melon": {"keeping": {"shape": 60}, "discard_freshness": 0.2}}}
    outcome = outcome_of(small(nobody, keeps, {"counties": {"bachu": {"residual": residual}}}))
    assert 0.0 < outcome.destinations["processed"] <= 500.0 * 30
    assert outcome.destinations["feed"] == pytest.approx(outcome.destinations["unsold"], rel=1e-6)
    assert outcome.metrics["income_per_mu"] == pytest.approx(0.2 * outcome.destinations["processed"] / 100.0)


def test_households_are_paid_for_their_own_kilograms():
    differing = {"counties": {"bachu": {"growers": {"village": {"land_cv": 0.5, "household_yield_cv": 0.4}}}}}
    (home,) = rows_of(small(differing), Welfare)
    assert np.ptp(home.produce_income / home.land_mu) > 0.0
    even = {"counties": {"bachu": {"growers": {"village": {"land_cv": 0.5}}}}}
    (home,) = rows_of(small(even), Welfare)
    assert np.ptp(home.produce_income / home.land_mu) < 1e-6


def test_every_debt_is_paid_whatever_the_order_of_the_day():
    """Settlement in the morning: what is owed later that day is paid the next morning."""
    evening = small(WITH_SHOP)
    morning = small(WITH_SHOP, {"clock": {"settlement": 6.0}})
    late, early = (outcome_of(s).metrics for s in (evening, morning))
    assert early["grower_receipts"] == pytest.approx(late["grower_receipts"], rel=1e-6)


def test_growers_are_paid_on_the_day_of_a_cash_sale():
    rows = rows_of(small(), Paid, Traded)
    assert [row.day for row in rows.of(Paid)] == [row.day for row in rows.of(Traded)]
