"""A made-up result in the types that a run gives, so that screens can be tested without a simulation."""

from dataclasses import replace

import numpy as np

from farmsim.experiment.run import RunResult
from farmsim.results.metrics import METRICS
from farmsim.results.outcome import Outcome
from farmsim.scenario.catalogue import provinces
from farmsim.scenario.load import load_scenario

WEEKS = (0.1, 0.2, 0.3, 0.2, 0.15, 0.05)
PARTS = {"consumer": 1.0, "public": 0.0, "platform": 0.05, "freight": 0.3, "packing": 0.1, "growers": 0.55}


def fake_result(replications=30, *, name="bachu-online-first", unknown=(), warnings=(), changes=None):
    """A result of a bundled scenario with plausible numbers; the metrics in `unknown` cannot be known."""
    loaded = load_scenario(name)
    loaded = replace(
        loaded, scenario=loaded.scenario.model_copy(update=changes or {}), warnings=tuple(warnings)
    )
    generator = np.random.default_rng(7)
    outcomes = tuple(fake_outcome(loaded.scenario, generator, unknown) for _ in range(replications))
    return RunResult(loaded, 42, outcomes, 0.9)


def fake_outcome(scenario, generator, unknown=()):
    """One replication: every channel sells half of what the one before sells, at half its price."""
    channels, weekly, waterfall, sold = {}, {}, {}, 0.0
    for place, (name, channel) in enumerate(scenario.channels.items(), 1):
        kg = float(generator.gamma(20, 20000 / place))
        sold += kg
        channels[name] = {metric: 0.9 for metric, entry in METRICS.items() if entry.per_channel}
        channels[name] |= {
            "sold_kg": kg,
            "grower_receipts": kg * 7.16 / place,
            "grower_price_per_kg": 7.16 / place,
        }
        channels[name] |= (
            {} if channel.kind == "parcel" else {"refund_share": float("nan"), "rating": float("nan")}
        )
        weekly[name] = [kg * share for share in WEEKS]
        waterfall[name] = {part: kg * 20.0 * share for part, share in PARTS.items()}
    spoiled = 12000.0 * float(generator.gamma(9, 1 / 9))
    destinations = {"own_use": 0.0, "field_loss": 31000.0, "spoiled": spoiled, "on_hand": 20.0}
    harvested = sold + sum(destinations.values())
    weekly["harvested"] = [harvested * share for share in WEEKS]
    metrics = {metric: float(abs(generator.normal(0.5, 0.05))) for metric in METRICS}
    metrics |= {
        "household_net_income": float(generator.normal(9388, 1500)),
        "gross_per_mu": float(generator.normal(3600, 300)),
        "households_above_line_share": float(generator.uniform(0.6, 0.9)),
        "lost_share": 0.041,
        "rating": 4.95,
        "harvested_kg": harvested,
        "sold_kg": sold,
    }
    metrics |= dict.fromkeys(unknown, float("nan"))
    return Outcome(
        metrics=metrics,
        channels=channels,
        counties=fake_parts(scenario.counties, "county", generator) if len(scenario.counties) > 1 else {},
        provinces=fake_provinces(generator),
        kinds=fake_parts(
            dict.fromkeys(p.kind for p in scenario.products.values() if p.kind), "kind", generator
        ),
        destinations=destinations,
        weekly=weekly,
        waterfall=waterfall,
        operators={},
        families={},
        kg_in=harvested,
        kg_out=harvested - 1e-10,
        money_difference=1e-17,
    )


def fake_parts(names, by, generator):
    """Figures of counties or kinds of produce, each of its own size."""
    parts = {}
    for name in names:
        size = float(generator.gamma(2.0, 1e6))
        parts[name] = {metric: 0.9 for metric, entry in METRICS.items() if by in entry.by}
        parts[name] |= {"orders": size / 2.0, "sold_kg": size, "sales_revenue": size * 8.0}
        parts[name] |= {"grower_receipts": size * 3.0} if "grower_receipts" in parts[name] else {}
    return parts


def fake_provinces(generator):
    """Figures of the buyers' provinces."""
    found = {}
    for province in provinces():
        orders = float(generator.gamma(3.0, 1e5))
        kg = orders * 1.6
        found[province.id] = {
            "orders": orders,
            "served_orders": orders * 0.8,
            "served_kg": kg,
            "sales_value": kg * 9.0,
            "served_share": 0.8,
        }
    return found
