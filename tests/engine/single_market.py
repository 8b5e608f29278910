"""A county with two parcel shops (one has a waiting list) and a chain, small enough for single orders."""

from typing import Any

from engine.small_county import BASE, SHOP, STORE, Instead, merged, scenario_of
from farmsim.scenario.schema import Scenario

LOGIT = {
    "kind": "logit",
    "buyers_per_day": 700,
    "constant": 1.0,
    "price_per_kg_coef": -0.1,
    "freshness_coef": 1.0,
    "rating_coef": 0.3,
    "delivery_day_coef": -0.05,
    "switch_share": 0.7,
}
CHANGES: dict[str, Any] = {
    "name": "single market",
    "horizon_days": 8,
    "products": {"melon": {"grades": ["a"], "keeping": {"life_days": 12, "shape": 3}}},
    "counties": {
        "bachu": {
            "growers": {"village": {"grade_shares": Instead(a=1.0)}},
            "lanes": {"express": {"damage_share": 0.1, "loss_share": 0.05}},
        }
    },
    "channels": {
        "shop": merged(SHOP, {"refund": {"refused_share": 0.6}}),
        "club": merged(SHOP, {"waiting": {"promise_days": 0, "patience_days": 1.5}}),
        "chain": STORE,
    },
    "desk": Instead(
        policy="shares", shares={"shop": 0.35, "club": 0.2, "chain": 0.25, "trader": 0.2}, rest="trader"
    ),
}
AMPLE: dict[str, Any] = {"counties": {"bachu": {"growers": {"village": {"yield_kg_per_mu": 1800}}}}}
TIGHT: dict[str, Any] = {}
"""About what is asked for: offers run short on some days."""
SCARCE: dict[str, Any] = {"counties": {"bachu": {"growers": {"village": {"yield_kg_per_mu": 260}}}}}


def single_market(grain: str, *changes: dict[str, Any]) -> Scenario:
    """The scenario, its orders counted together or played one by one."""
    data = merged(BASE, CHANGES)
    data["products"]["melon"]["demand"] = LOGIT
    for channel in ("shop", "club", "chain"):
        data["channels"][channel]["sells"] = {"melon": {"price_per_kg": 8}}
    for change in changes:
        data = merged(data, change)
    data["grain"] = grain
    return scenario_of(data)
