"""A scenario with two counties and two kinds of produce, plain or with orders that wait or go elsewhere."""

import copy

from engine.small_county import scenario_of
from farmsim.scenario.load import load_scenario


def two_counties(**changes):
    """The mixed melon scenario with a twin county of half the yield that grows a vegetable too."""
    data = copy.deepcopy(load_scenario("bachu-matrix").data)
    for key in ("expect", "note", "label"):
        data.pop(key, None)
    (first,) = data["counties"]
    (product,) = data["products"]
    data["products"][product]["kind"] = "fruit"
    data["products"]["leek"] = {**copy.deepcopy(data["products"][product]), "kind": "vegetable"}
    twin = copy.deepcopy(data["counties"][first])
    twin["place"]["latitude"] += 3.0
    for group in twin["growers"].values():
        group["yield_kg_per_mu"] *= 0.5
        group["households"] = 300
    twin["growers"]["leeks"] = {**copy.deepcopy(group), "product": "leek"}
    data["counties"]["twin"] = twin
    for block in data["channels"].values():
        block["sells"]["leek"] = copy.deepcopy(block["sells"][product])
    return scenario_of({**data, "horizon_days": 40, **changes})


def short_of_fruit(**changes):
    """The same with little fruit: people wait, give up, choose another offer, find nothing."""
    data = two_counties(**changes).model_dump(mode="json", exclude_unset=True)
    for county in data["counties"].values():
        for group in county["growers"].values():
            group["yield_kg_per_mu"] *= 0.15
    for product in data["products"].values():
        product["demand"]["switch_share"] = 0.6
    waits = [block for block in data["channels"].values() if block["kind"] == "parcel"][:1]
    for block in waits:
        block["waiting"] = {"promise_days": 1, "patience_days": 2}
    return scenario_of(data)
