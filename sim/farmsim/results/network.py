"""What one run of a supply network comes to: one number a metric, by place and in total."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from farmsim.domain.network_records import (
    CustomersSeen,
    NetworkClosed,
    Sampled,
    SiteSeen,
    SourceSeen,
    StationSeen,
    TrucksSeen,
)
from farmsim.results.network_metrics import (
    CUSTOMER_RULES,
    LANE_RULES,
    SOURCE_RULES,
    STATION_RULES,
    Rule,
)
from farmsim.results.network_sites import SITE_RULES
from farmsim.results.scope import Metric

Parts = dict[str, dict[str, float]]


class NetworkOutcome(NamedTuple):
    """One replication in numbers. Masses in kg, money in the currency of the file."""

    metrics: dict[str, float]
    sources: Parts
    stations: Parts
    lanes: Parts
    sites: Parts
    customers: Parts
    states: dict[str, list[float]]
    """By station: share of the time with 0, 1, 2, ... loads; the last entry is for all beyond."""
    series: dict[str, list[float]]
    """What the looks saw: "day", and one list for each place and thing."""
    entered: dict[str, float]
    """Kilograms by where they came from, the warm-up included."""
    destinations: dict[str, float]
    """Kilograms by where they went."""
    kg_in: float
    kg_out: float
    money_difference: float
    """Sum of all accounts over the money that moved."""


class NetworkTally:
    """Gathers the rows of one run."""

    def __init__(self) -> None:
        self.sources: list[SourceSeen] = []
        self.stations: list[StationSeen] = []
        self.trucks: list[TrucksSeen] = []
        self.sites: list[SiteSeen] = []
        self.customers: list[CustomersSeen] = []
        self.series: dict[str, list[float]] = {}
        self.closed: NetworkClosed | None = None

    def __call__(self, row: Any) -> None:
        """Take in a row."""
        match row:
            case Sampled(day, values):
                self.series.setdefault("day", []).append(day)
                for name, value in values.items():
                    self.series.setdefault(name, []).append(value)
            case SourceSeen():
                self.sources.append(row)
            case StationSeen():
                self.stations.append(row)
            case TrucksSeen():
                self.trucks.append(row)
            case SiteSeen():
                self.sites.append(row)
            case CustomersSeen():
                self.customers.append(row)
            case NetworkClosed():
                self.closed = row


def summarise_network(tally: NetworkTally) -> NetworkOutcome:
    """One run in numbers."""
    closed = tally.closed
    assert closed is not None, "a run that is over has closed its books"
    days = closed.measured_days
    return NetworkOutcome(
        metrics={name: rule(tally, days) for name, rule in TOTALS.items()},
        sources=_parts(tally.sources, SOURCE_RULES, days),
        stations=_parts(tally.stations, STATION_RULES, days),
        lanes=_parts(tally.trucks, LANE_RULES, days),
        sites=_parts(tally.sites, SITE_RULES, days),
        customers=_parts(tally.customers, CUSTOMER_RULES, days),
        states={seen.name: [share / days for share in seen.states] for seen in tally.stations},
        series=tally.series,
        entered=closed.entered,
        destinations=closed.gone,
        kg_in=sum(closed.entered.values()),
        kg_out=sum(closed.gone.values()),
        money_difference=closed.money_difference,
    )


def _parts(rows: list[Any], rules: dict[str, Rule], days: float) -> Parts:
    return {row.name: {name: float(rule(row, days)) for name, rule in rules.items()} for row in rows}


TOTALS: dict[str, Callable[[NetworkTally, float], float]] = {}
TOTAL_METRICS: dict[str, Metric] = {}


def _total(unit: str) -> Callable[[Callable[[NetworkTally, float], float]], None]:
    def enter(rule: Callable[[NetworkTally, float], float]) -> None:
        TOTALS[rule.__name__] = rule
        TOTAL_METRICS[rule.__name__] = Metric(rule.__name__, unit, (rule.__doc__ or "").strip(), ())

    return enter


def _sum_of_sites(tally: NetworkTally, days: float, name: str) -> float:
    return sum(SITE_RULES[name](seen, days) for seen in tally.sites)


def _on_the_way(tally: NetworkTally) -> float:
    """Costs that no site has: freight of lanes and work at stations."""
    return sum(seen.freight for seen in tally.trucks) + sum(seen.working for seen in tally.stations)


@_total("kg")
def wanted_kg(tally: NetworkTally, days: float) -> float:  # noqa: ARG001
    """Kilograms that customers ordered."""
    return sum(seen.wanted_kg for seen in tally.customers)


@_total("kg")
def sold_kg(tally: NetworkTally, days: float) -> float:  # noqa: ARG001
    """Kilograms that customers got."""
    return sum(seen.sold_kg for seen in tally.customers)


@_total("share")
def fill_rate(tally: NetworkTally, days: float) -> float:  # noqa: ARG001
    """Share of the kilograms demanded by customers and sites that were there at once."""
    wanted = sum(seen.demand_kg for seen in tally.sites)
    return sum(seen.at_once_kg for seen in tally.sites) / wanted if wanted else math.nan


@_total("kg")
def outdated_kg(tally: NetworkTally, days: float) -> float:  # noqa: ARG001
    """Kilograms whose life ended at a site, or that waited too long at a station."""
    return sum(s.outdated_kg for s in tally.sites) + sum(s.discarded_kg for s in tally.stations)


@_total("kg")
def mean_stock_kg(tally: NetworkTally, days: float) -> float:
    """Mean stock on hand of all sites."""
    return _sum_of_sites(tally, days, "mean_stock_kg")


@_total("CNY")
def total_cost(tally: NetworkTally, days: float) -> float:
    """All costs of all sites, lanes and stations."""
    return _sum_of_sites(tally, days, "total_cost") + _on_the_way(tally)


@_total("CNY/day")
def cost_per_day(tally: NetworkTally, days: float) -> float:
    """All costs of all sites, lanes and stations, a day."""
    return (_sum_of_sites(tally, days, "total_cost") + _on_the_way(tally)) / days


@_total("CNY")
def revenue(tally: NetworkTally, days: float) -> float:
    """What customers paid."""
    return _sum_of_sites(tally, days, "revenue")


@_total("CNY")
def profit(tally: NetworkTally, days: float) -> float:
    """Revenue less all costs of all sites, lanes and stations."""
    return _sum_of_sites(tally, days, "profit") - _on_the_way(tally)
