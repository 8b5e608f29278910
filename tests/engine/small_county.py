"""A small county for tests of the engine: one product, one group, a trader; ways to change and play it."""

import copy
import json
from typing import Any

from farmsim.engine.simulate import make_model, simulate
from farmsim.experiment.run import play
from farmsim.scenario.load import load_scenario
from farmsim.scenario.references import references
from farmsim.scenario.schema import Scenario

REMOVED = object()
"""As a value in a change: the key is taken out."""


class Instead(dict):
    """As a value in a change: a mapping that takes the place of the old one instead of being laid over it."""


LABEL = {"en": "Test", "zh": "试"}
BASE: dict[str, Any] = {
    "name": "small county",
    "start": "2018-07-01",
    "horizon_days": 30,
    "random_seed": 7,
    "products": {
        "melon": {
            "label": LABEL,
            "grades": ["a", "b"],
            "keeping": {"life_days": 10, "shape": 4},
            "pack_kg": 5,
            "demand": {"kind": "independent", "price_elasticity": -1.5},
        }
    },
    "counties": {
        "bachu": {
            "label": LABEL,
            "province": "xinjiang",
            "place": {"latitude": 39.8, "longitude": 78.6},
            "climate": {"celsius": [20] * 12, "anomaly_sd_celsius": 0},
            "growers": {
                "village": {
                    "product": "melon",
                    "households": 100,
                    "land_mu": 1,
                    "yield_kg_per_mu": 1000,
                    "harvest": {
                        "centre": "2018-07-10",
                        "sd_days": 1000000,
                        "first": "2018-07-01",
                        "last": "2018-07-20",
                    },
                    "grade_shares": {"a": 0.5, "b": 0.5},
                }
            },
            "lanes": {
                "express": {"kind": "parcel", "price_per_parcel": 20, "transit_days": 3, "celsius": 20},
                "truck": {"kind": "truck", "km": 1000, "cost_per_t_km": 0.4},
            },
        }
    },
    "channels": {
        "trader": {
            "kind": "trader",
            "label": LABEL,
            "sells": {"melon": {"price_per_kg": 1}},
        }
    },
    "desk": {"policy": "priority", "order": ["trader"]},
}

SHOP: dict[str, Any] = {
    "kind": "parcel",
    "label": LABEL,
    "lane": "express",
    "sells": {"melon": {"price_per_kg": 15, "base_kg_per_day": 2000}},
}
STORE: dict[str, Any] = {
    "kind": "stocked",
    "label": LABEL,
    "lane": "truck",
    "site": {"province": "zhejiang", "celsius": 10},
    "margin_share": 0.2,
    "sells": {"melon": {"price_per_kg": 15, "base_kg_per_day": 2000}},
}
MARKET: dict[str, Any] = {
    "kind": "wholesale",
    "label": LABEL,
    "lane": "truck",
    "province": "beijing",
    "sells": {"melon": {"price_per_kg": 3, "market_kg_per_day": 100000}},
}
CONTRACT: dict[str, Any] = {
    "kind": "order",
    "label": LABEL,
    "sells": {"melon": {"price_per_kg": 2, "total_kg": 50000, "kg_per_day": 4000}},
}


def merged(base: Any, changes: Any) -> Any:
    """`base` with `changes` laid over it, mapping by mapping; neither is altered."""
    if isinstance(changes, Instead) or not (isinstance(base, dict) and isinstance(changes, dict)):
        return copy.deepcopy(changes)
    result = copy.deepcopy(base)
    for key, value in changes.items():
        if value is REMOVED:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def scenario_of(data: dict[str, Any]) -> Scenario:
    """The valid scenario that some plain data say."""
    scenario = Scenario.model_validate_json(json.dumps(data))
    faults = list(references(scenario))
    assert not faults, faults
    return scenario


def small(*changes: dict[str, Any]) -> Scenario:
    """The small county with changes."""
    data = BASE
    for change in changes:
        data = merged(data, change)
    return scenario_of(data)


def bundled(name: str, *changes: dict[str, Any]) -> Scenario:
    """A bundled scenario with changes."""
    data: dict[str, Any] = load_scenario(name).data
    for change in changes:
        data = merged(data, change)
    return scenario_of(data)


class Rows(list):
    """A recorder that keeps rows, of some kinds or of all."""

    def __init__(self, *kinds: type) -> None:
        super().__init__()
        self.wants = frozenset(kinds) if kinds else None

    def __call__(self, row: Any) -> None:
        if self.wants is None or type(row) in self.wants:
            self.append(row)

    def of(self, kind: type) -> list[Any]:
        """Rows of one kind, in time order."""
        return [row for row in self if type(row) is kind]


def rows_of(scenario: Scenario, *kinds: type, replication: int = 0) -> Rows:
    """What happened in one replication."""
    rows = Rows(*kinds)
    simulate(make_model(scenario), replication, rows)
    return rows


def outcome_of(scenario: Scenario, replication: int = 0):
    """One replication in numbers."""
    return play(make_model(scenario), replication, scenario.random_seed)


def mean_of(metric: str, scenario: Scenario, replications: int = 5, channel: str | None = None) -> float:
    """Mean of a metric over replications 0, 1, ..."""
    model = make_model(scenario)
    outcomes = [play(model, k, scenario.random_seed) for k in range(replications)]
    figures = [o.metrics if channel is None else o.channels[channel] for o in outcomes]
    return sum(f[metric] for f in figures) / replications
