"""Strategies for whole scenarios: bundled ones with parts left out, copied and changed at random."""

import copy
from datetime import date, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from engine.small_county import scenario_of
from farmsim.scenario.load import load_scenario

NAMES = (
    "bachu-trader",
    "bachu-online-first",
    "bachu-order-programme",
    "bachu-matrix",
    "jinzhai-kiwifruit",
    "yuanyang-red-rice",
)
ONCE_EACH = st.booleans()


@cache
def written_out(name: str) -> dict[str, Any]:
    """A bundled scenario with everything that it extends and uses."""
    return load_scenario(name).data


@st.composite
def scenarios(draw, longest: int = 25):
    """A valid scenario: channels, policies, yields, prices, capacities, stores and horizon at random."""
    data = copy.deepcopy(written_out(draw(st.sampled_from(NAMES))))
    for key in ("expect", "note", "label"):
        data.pop(key, None)
    chosen = draw(st.sets(st.sampled_from(list(data["channels"])), min_size=1))
    data["channels"] = {name: block for name, block in data["channels"].items() if name in chosen}
    for county in data["counties"].values():
        change_county(draw, county)
    for block in data["channels"].values():
        change_channel(draw, block)
    for product in data["products"].values():
        product["packhouse_damage_share"] = draw(st.sampled_from([0.0, 0.05]))
        product["discard_freshness"] = draw(st.sampled_from([0.0, 0.2]))
        product["demand"]["buyers_per_day"] *= draw(st.sampled_from([0.1, 1.0, 5.0]))
    if draw(ONCE_EACH):
        copy_product(draw, data)
    if draw(ONCE_EACH):
        copy_county(draw, data)
    data["desk"] = draw(desks(list(data["channels"])))
    choose_programmes(draw, data)
    choose_days(draw, data, longest)
    return scenario_of(data)


def change_county(draw, county):
    for group in county["growers"].values():
        group["yield_kg_per_mu"] *= draw(st.sampled_from([0.1, 1.0, 3.0]))
        group["own_use_share"] = draw(st.sampled_from([0.0, 0.45]))
        group["field_loss_share"] = draw(st.sampled_from([0.0, 0.1]))
        group["cash_cost_per_mu"] = draw(st.sampled_from([0.0, 500.0]))
        if draw(ONCE_EACH):
            group["shocks"] = {"hail": {"chance": 0.5, "lost_share": 0.6}}
    change_packhouse(draw, county)
    store = draw(st.sampled_from([None, 2000, 300000]))
    if store is None:
        county.pop("cold_store", None)
    else:
        county["cold_store"] = {"capacity_kg": store, "celsius": 8, "cost_per_kg_day": 0.004}
    if draw(ONCE_EACH):
        county["residual"] = {
            "processing_kg_per_day": 3000,
            "processing_price_per_kg": 0.2,
            "feed_share": 0.3,
        }
    for lane in county["lanes"].values():
        if lane["kind"] != "parcel":
            lane["vehicles"] = draw(st.sampled_from([1, 4]))
            lane["vehicle_kg"] = draw(st.sampled_from([3000, 30000]))
            lane["every_days"] = draw(st.sampled_from([1, 3]))
            lane["random_closures"] = {"per_season": 2, "days": {"distribution": "exponential", "mean": 2}}
        else:
            lane["loss_share"] = draw(st.sampled_from([0.0, 0.05]))


def change_packhouse(draw, county):
    house = draw(st.sampled_from(["as it is", "none", "slow", "wide", "random"]))
    if house == "none":
        county.pop("packhouse", None)
    elif house != "as it is":
        county["packhouse"] = {
            "lines": {"slow": 1, "wide": 20, "random": 3}[house],
            "kg_per_hour": 1500,
            "load_kg": draw(st.sampled_from([2000, 10000])),
            "shift_hours": draw(st.sampled_from([8, 12, 24])),
            "opens_hour": draw(st.sampled_from([0, 7, 20])),
            "cost_per_kg": 0.1,
            "wage_share": 0.5,
        }
        if house == "random":
            county["packhouse"]["arrivals"] = "poisson"
            county["packhouse"]["service"] = {"distribution": "exponential", "mean": 1}
        if draw(ONCE_EACH):
            county["packhouse"]["precool_celsius"] = 8


def change_channel(draw, block):
    for sale in block["sells"].values():
        sale["price_per_kg"] = sale["price_per_kg"] * draw(st.sampled_from([0.2, 1.0, 2.0]))
    block["payment_days"] = draw(st.sampled_from([0.0, 1.5, 30.0]))
    block.setdefault("growers", {})["surplus_share"] = draw(st.sampled_from([0.0, 0.25, 1.0]))
    if draw(ONCE_EACH):
        block["growers"]["door_price_per_kg"] = 2.0
    block.setdefault("take", {})["commission_share"] = draw(st.sampled_from([0.0, 0.1]))
    block["min_freshness"] = draw(st.sampled_from([0.0, 0.5]))
    match block["kind"]:
        case "parcel":
            block["parcels_per_day"] = draw(st.sampled_from([7, 400, 100_000]))
            block["issue"] = draw(st.sampled_from(["freshest", "fefo", "fifo", "lifo"]))
            block["age_limit_days"] = draw(st.sampled_from([None, 0, 1, 10]))
            block["refund"] = {"refused_share": draw(st.sampled_from([0.0, 0.5, 1.0])), "partial_share": 0.5}
            block["waiting"] = draw(
                st.sampled_from(
                    [None, {"promise_days": 0, "patience_days": 1}, {"promise_days": 3, "patience_days": 10}]
                )
            )
        case "stocked":
            block["consignment"] = draw(ONCE_EACH)
            block["return_freshness"] = (
                draw(st.sampled_from([None, 0.3, 0.7])) if block["consignment"] else None
            )
            block["site"]["capacity_kg"] = draw(st.sampled_from([500, 100_000]))
            block["review_days"] = draw(st.sampled_from([1, 4]))
            block["shrink_share_per_day"] = draw(st.sampled_from([0.0, 0.05]))
            block["issue"] = draw(st.sampled_from(["fefo", "fifo", "lifo"]))
        case "wholesale":
            block["max_kg_per_day"] = draw(st.sampled_from([None, 5000]))
            block["reservation_price_per_kg"] = draw(st.sampled_from([0.0, 1.0]))
        case "order":
            block["unsold_borne_by"] = draw(st.sampled_from(["buyer", "growers"]))
            for sale in block["sells"].values():
                sale["total_kg"] = sale["total_kg"] * draw(st.sampled_from([0.02, 1.0]))
            if draw(ONCE_EACH):
                block.pop("resale", None)
        case "trader":
            block["comes_share"] = draw(st.sampled_from([0.0, 1.0]))


@st.composite
def desks(draw, channels):
    """Any policy of the desk with parameters that fit the channels."""
    common = {
        "forecast_cv": draw(st.sampled_from([0.0, 0.3])),
        "rationing": draw(st.sampled_from(["proportional", "none"])),
        "interest_per_year": 0.12,
    }
    match draw(st.sampled_from(["shares", "priority", "netback", "matrix"])):
        case "shares":
            some = draw(st.sets(st.sampled_from(channels)))
            part = round(1.0 / (len(some) + 1), 3)
            rest = draw(st.sampled_from([None, *(c for c in channels if c not in some)]))
            return {"policy": "shares", "shares": dict.fromkeys(sorted(some), part), "rest": rest, **common}
        case "priority":
            return {"policy": "priority", "order": draw(st.permutations(channels)), **common}
        case "netback":
            return {"policy": "netback", **common}
        case _:
            return {"policy": "matrix", "horizon_days": draw(st.sampled_from([1, 3, 5])), **common}


def copy_product(draw, data):
    """A second product that grows and sells like the first, under another name."""
    first = next(iter(data["products"]))
    data["products"]["second"] = copy.deepcopy(data["products"][first])
    for county in data["counties"].values():
        name, group = next((n, g) for n, g in county["growers"].items() if g["product"] == first)
        county["growers"][f"{name}-second"] = {**copy.deepcopy(group), "product": "second"}
    for block in data["channels"].values():
        if first in block["sells"] and draw(st.booleans()):
            block["sells"]["second"] = copy.deepcopy(block["sells"][first])


def copy_county(draw, data):
    """A second county like the first, before or behind it, that may sell through some channels only."""
    first = next(iter(data["counties"]))
    twin = copy.deepcopy(data["counties"][first])
    twin["place"]["latitude"] += 1.0
    before = draw(st.booleans())
    data["counties"] = {"twin": twin, **data["counties"]} if before else {**data["counties"], "twin": twin}
    for block in data["channels"].values():
        counties = draw(st.sampled_from([None, [first], [first, "twin"]]))
        if counties is not None:
            block["counties"] = counties


def choose_programmes(draw, data):
    chosen = {}
    for name, programme in data.get("interventions", {}).items():
        if "channels" in programme:
            programme["channels"] = [c for c in programme["channels"] if c in data["channels"]]
            if not programme["channels"]:
                continue
        if draw(st.booleans()):
            chosen[name] = {**programme, "payer": draw(st.sampled_from(["fund", "county", "cooperative"]))}
    if draw(st.booleans()):
        chosen["guarantee"] = {
            "kind": "price-guarantee",
            "channels": list(data["channels"]),
            "price_per_kg": 2.0,
            "budget": draw(st.sampled_from([None, 1000.0])),
        }
    data["interventions"] = chosen


def choose_days(draw, data, longest):
    """A horizon of some days in, before or over the edges of a harvest window."""
    groups = [g for county in data["counties"].values() for g in county["growers"].values()]
    harvest = draw(st.sampled_from(groups))["harvest"]
    first = date.fromisoformat(str(harvest["first"]))
    data["start"] = (first + timedelta(days=draw(st.integers(-4, 12)))).isoformat()
    data["horizon_days"] = draw(st.integers(5, longest))
    data["random_seed"] = draw(st.integers(0, 2**32))
