"""Common random numbers: what has nothing to do with each other draws nothing from each other."""

import copy

from engine.network.network_runs import ordering, play

POISSON = {"kind": "poisson", "per_day": 6}
GAMMA = {"distribution": "gamma", "mean": 2.0, "cv": 0.5}
BASE = {
    "sources": {"farm": {"to": "wash", "arrivals": POISSON, "kg": GAMMA}},
    "stations": {
        "wash": {"hours": {"distribution": "exponential", "mean": 3}, "to": "road", "patience_hours": 8}
    },
    "lanes": {
        "road": {"to": "store", "leaves_with": 2, "days": {"distribution": "gamma", "mean": 1, "cv": 0.3}}
    },
    "sites": {
        "store": {"holding_per_kg_day": 0.1},
        "shop": {"replenishment": ordering("store", level_kg=30, review_days=1, lead_days=GAMMA)},
    },
    "customers": {"all": {"at": "shop", "arrivals": POISSON, "kg": GAMMA, "unmet": "backorder"}},
}
FRUIT = {"products": {"fruit": {"life_days": {"distribution": "lognormal", "mean": 6, "cv": 0.3}}}}


def played(network):
    return play(network, 60.0, **FRUIT)


def test_what_has_nothing_to_do_with_the_rest_changes_none_of_its_draws():
    more = copy.deepcopy(BASE)
    more["sources"] = {"orchard": {"to": "barn", "arrivals": POISSON, "kg": GAMMA}, **more["sources"]}
    more["sites"] = {
        "barn": {},
        "kiosk": {"replenishment": ordering("barn", lead_days=GAMMA)},
        **more["sites"],
    }
    more["customers"] = {"few": {"at": "kiosk", "arrivals": POISSON, "kg": GAMMA}, **more["customers"]}
    before, after = played(BASE).series, played(more).series
    assert set(before) < set(after)
    assert {name: after[name] for name in before} == before


def test_prices_and_costs_change_nothing_physical():
    dear = copy.deepcopy(BASE)
    dear["customers"]["all"] |= {"price_per_kg": 9, "cost_per_order": 2}
    dear["stations"]["wash"]["cost_per_kg"] = 1
    dear["lanes"]["road"]["cost_per_trip"] = 50
    dear["sites"]["shop"] |= {"holding_per_kg_day": 3, "shortage_per_kg": 2, "outdated_per_kg": 1}
    dear["sites"]["shop"]["replenishment"] |= {"cost_per_kg": 2, "cost_per_order": 4, "transit_per_kg_day": 1}
    before, after = played(BASE), played(dear)
    assert before.series == after.series
    assert before.destinations == after.destinations
    assert before.metrics["total_cost"] < after.metrics["total_cost"]
    assert after.metrics["revenue"] > 0.0


def test_a_policy_moves_neither_customers_nor_harvests_nor_lives():
    other = copy.deepcopy(BASE)
    other["sites"]["shop"]["replenishment"] = ordering("store", level_kg=5, review_days=2, lead_days=1)
    before, after = played(BASE), played(other)
    assert before.customers["all"]["wanted_kg"] == after.customers["all"]["wanted_kg"]
    assert before.sources == after.sources
    assert before.series["store.received_kg"] == after.series["store.received_kg"]
    assert before.series["shop.received_kg"] != after.series["shop.received_kg"]


def test_the_order_in_the_file_changes_no_draw():
    turned = {section: dict(reversed(block.items())) for section, block in reversed(BASE.items())}
    before, after = played(BASE).series, played(turned).series
    assert before == after
