"""A made-up result of the shape that `experiment.run` gives, so that screens can be tested without a simulation."""

import sys
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import NamedTuple

import numpy as np

from farmsim.results.estimates import estimate
from farmsim.scenario.load import load_scenario

try:
    from farmsim.results.metrics import METRICS
except ModuleNotFoundError:
    stub = ModuleType("farmsim.results.metrics")

    class Metric(NamedTuple):
        name: str
        unit: str
        definition: str
        per_channel: bool

    UNITS = {
        "harvested_kg": "kg", "sold_kg": "kg", "lost_kg": "kg", "lost_share": "share", "fill_rate": "share",
        "demand_kg": "kg", "lost_sales_kg": "kg", "orders": "orders", "refund_share": "share", "sales_revenue": "CNY",
        "netback_per_kg": "CNY/kg", "grower_price_per_kg": "CNY/kg", "grower_share": "share", "gross_per_mu": "CNY/mu",
        "gross_per_household": "CNY/household", "income_per_mu": "CNY/mu", "household_net_income": "CNY/household",
        "households_above_line_share": "share", "headcount_ratio": "share", "poverty_gap": "share",
        "poverty_severity": "share", "gini": "share", "days_until_paid": "days", "delivery_days": "days",
        "freshness_on_arrival": "share", "rating": "points", "packhouse_utilisation": "share",
        "packhouse_wait_hours": "hours", "public_cost": "CNY", "peak_borrowing": "CNY", "operator_surplus": "CNY",
        "spoiled_share": "share", "shrink_share": "share", "grower_receipts": "CNY",
    }
    METRICS = {name: Metric(name, unit, "Definition of " + name + ".", True) for name, unit in UNITS.items()}
    stub.Metric, stub.METRICS = Metric, METRICS
    sys.modules["farmsim.results.metrics"] = stub


class Outcome(NamedTuple):
    """As farmsim.results.outcome.Outcome."""

    metrics: dict
    channels: dict
    destinations: dict
    weekly: dict
    waterfall: dict
    kg_in: float
    kg_out: float
    money_difference: float


@dataclass(frozen=True)
class FakeResult:
    """As farmsim.experiment.run.RunResult."""

    loaded: object
    random_seed: int
    outcomes: tuple
    seconds: float

    def values(self, metric, channel=None):
        source = [o.metrics if channel is None else o.channels[channel] for o in self.outcomes]
        return np.array([values.get(metric, np.nan) for values in source])

    def estimate(self, metric, channel=None):
        return estimate(self.values(metric, channel))


def fake_result(replications=30, *, name="bachu-matrix", unknown=(), seconds=0.9, expect=None, warnings=()):
    """A result of a bundled scenario with plausible numbers; metrics in `unknown` are NaN."""
    loaded = load_scenario(name)
    scenario = loaded.scenario.model_copy(update={"expect": expect} if expect else {})
    loaded = SimpleNamespace(
        scenario=scenario, provenance=loaded.provenance, warnings=tuple(warnings), digest=loaded.digest
    )
    generator = np.random.default_rng(7)
    outcomes = tuple(_outcome(scenario, generator, unknown) for _ in range(replications))
    return FakeResult(loaded, 42, outcomes, seconds)


def _outcome(scenario, generator, unknown):
    """One replication."""
    channels, weekly, waterfall, sold = {}, {}, {}, 0.0
    for place, (name, channel) in enumerate(scenario.channels.items()):
        kg = float(generator.gamma(20, 400000 / 20 / (place + 1)))
        price = 7.16 / (place + 1)
        sold += kg
        channels[name] = {
            "sold_kg": kg,
            "demand_kg": kg * 1.1,
            "fill_rate": 0.9,
            "grower_receipts": kg * price,
            "grower_price_per_kg": price * float(generator.normal(1, 0.05)),
            "refund_share": 0.04 if channel.kind == "parcel" else float("nan"),
            "rating": 4.95 if channel.kind in ("parcel", "stocked") else float("nan"),
        }
        weekly[name] = [kg * share for share in (0.1, 0.2, 0.3, 0.2, 0.15, 0.05)]
        if channel.kind == "parcel":
            consumer = kg * 20.0
            parts = {"consumer": 1.0, "platform": 0.05, "freight": 0.3, "packing": 0.1, "growers": 0.5, "refund": 0.05}
            waterfall[name] = {part: consumer * share for part, share in parts.items()}
    lost = {"own_use": 0.0, "field_loss": 31000.0, "spoiled": 12000.0 * float(generator.gamma(9, 1 / 9)), "on_hand": 20.0}
    harvested = sold + sum(lost.values())
    weekly["harvested"] = [harvested * share for share in (0.1, 0.2, 0.3, 0.2, 0.15, 0.05)]
    metrics = {name: float(abs(generator.normal(0.5, 0.05))) for name in METRICS}
    metrics |= {
        "household_net_income": float(generator.normal(9388, 1500)),
        "gross_per_mu": float(generator.normal(3600, 300)),
        "harvested_kg": harvested,
        "sold_kg": sold,
        "rating": 4.95,
        "lost_share": 0.041,
        "households_above_line_share": float(generator.uniform(0.6, 0.9)),
        "sales_revenue": sold * 8.0,
        "days_until_paid": float(generator.normal(11, 1)),
        "grower_price_per_kg": 3.03,
        "peak_borrowing": 0.0,
    }
    metrics |= dict.fromkeys(unknown, float("nan"))
    return Outcome(metrics, channels, lost, weekly, waterfall, harvested, harvested - 1e-10, 0.0)
