"""The metrics of a supply network: one function a metric, its docstring the definition, by kind of place.

Those of sites are `network_sites`.
"""

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from farmsim.domain.network_records import CustomersSeen, SourceSeen, StationSeen, TrucksSeen
from farmsim.results.scope import Metric

Rule = Callable[[Any, float], float]
"""From what was seen and the measured days to one number."""
R = TypeVar("R", bound=Rule)

HOURS = 24.0
SOURCE_RULES: dict[str, Rule] = {}
STATION_RULES: dict[str, Rule] = {}
LANE_RULES: dict[str, Rule] = {}
CUSTOMER_RULES: dict[str, Rule] = {}
UNITS: dict[str, str] = {}
"""Units of all of them; one name means the same everywhere."""


def metric(table: dict[str, Rule], unit: str) -> Callable[[R], R]:
    """Enter a function into the catalogue of a kind of place, under its name without the first word."""

    def enter(rule: R) -> R:
        assert rule.__doc__, f"{rule.__name__} has no definition"
        name = rule.__name__.split("_", 1)[1]
        assert UNITS.setdefault(name, unit) == unit, f"{name} has two units"
        table[name] = rule
        return rule

    return enter


def ratio(part: float, whole: float) -> float:
    """NaN of nothing."""
    return part / whole if whole else math.nan


@metric(SOURCE_RULES, "loads")
def source_loads(seen: SourceSeen, days: float) -> float:  # noqa: ARG001
    """Loads that it brought."""
    return seen.loads


@metric(SOURCE_RULES, "kg")
def source_brought_kg(seen: SourceSeen, days: float) -> float:  # noqa: ARG001
    """Kilograms that it brought."""
    return seen.kg


@metric(SOURCE_RULES, "h")
def source_mean_time_hours(seen: SourceSeen, days: float) -> float:  # noqa: ARG001
    """Mean time of its loads until they reach a site or leave the network."""
    return ratio(seen.days, seen.finished) * HOURS


@metric(STATION_RULES, "loads")
def station_loads(seen: StationSeen, days: float) -> float:  # noqa: ARG001
    """Loads that came, those turned away included."""
    return seen.loads


@metric(STATION_RULES, "share")
def station_turned_away_share(seen: StationSeen, days: float) -> float:  # noqa: ARG001
    """Share of the loads that found no place to wait and were turned away."""
    return ratio(seen.turned_away, seen.loads)


@metric(STATION_RULES, "share")
def station_discarded_share(seen: StationSeen, days: float) -> float:  # noqa: ARG001
    """Share of the loads that were discarded because they waited too long or their life ended."""
    return ratio(seen.discarded, seen.loads)


@metric(STATION_RULES, "h")
def station_mean_wait_hours(seen: StationSeen, days: float) -> float:  # noqa: ARG001
    """Mean time from coming to the start of service, of the loads whose service began."""
    return ratio(seen.wait_days, seen.begun) * HOURS


@metric(STATION_RULES, "h")
def station_mean_time_hours(seen: StationSeen, days: float) -> float:  # noqa: ARG001
    """Mean time from coming to leaving, of the loads that were finished."""
    return float(np.mean(seen.times_days)) * HOURS if seen.times_days else math.nan


@metric(STATION_RULES, "h")
def station_time_p90_hours(seen: StationSeen, days: float) -> float:  # noqa: ARG001
    """Time from coming to leaving within which nine in ten loads are finished."""
    return float(np.quantile(seen.times_days, 0.9)) * HOURS if seen.times_days else math.nan


@metric(STATION_RULES, "h")
def station_longest_wait_hours(seen: StationSeen, days: float) -> float:  # noqa: ARG001
    """Longest time from coming to the start of service."""
    return seen.longest_days * HOURS


@metric(STATION_RULES, "h")
def station_last_wait_hours(seen: StationSeen, days: float) -> float:  # noqa: ARG001
    """Wait of the last load whose service began."""
    return seen.last_wait_days * HOURS


@metric(STATION_RULES, "share")
def station_waiting_share(seen: StationSeen, days: float) -> float:  # noqa: ARG001
    """Share of the loads whose service began that had to wait for it."""
    return ratio(seen.waited, seen.begun)


@metric(STATION_RULES, "share")
def station_found_idle_share(seen: StationSeen, days: float) -> float:  # noqa: ARG001
    """Share of the loads that found the station without work when they came."""
    return ratio(seen.found_idle, seen.loads)


@metric(STATION_RULES, "loads")
def station_mean_loads(seen: StationSeen, days: float) -> float:
    """Mean number of loads at the station over time, waiting or in service."""
    return seen.content[0] / days


@metric(STATION_RULES, "loads^2")
def station_variance_loads(seen: StationSeen, days: float) -> float:
    """Variance over time of the number of loads at the station."""
    return seen.content[1] / days - (seen.content[0] / days) ** 2


@metric(STATION_RULES, "loads")
def station_mean_queue(seen: StationSeen, days: float) -> float:
    """Mean number of waiting loads over time."""
    return seen.queue / days


@metric(STATION_RULES, "share")
def station_utilisation(seen: StationSeen, days: float) -> float:
    """Share of the servers' time in which they work; NaN for a room without servers."""
    return ratio(seen.busy / days, seen.servers)


@metric(STATION_RULES, "loads/day")
def station_accepted_per_day(seen: StationSeen, days: float) -> float:
    """Loads a day that were not turned away."""
    return (seen.loads - seen.turned_away) / days


@metric(STATION_RULES, "share")
def station_gap_variation(seen: StationSeen, days: float) -> float:  # noqa: ARG001
    """Squared coefficient of variation of the times between two loads that leave."""
    return seen.gap_variation


@metric(STATION_RULES, "h")
def station_finished_hours(seen: StationSeen, days: float) -> float:  # noqa: ARG001
    """Hours from the start of the run to the end of the last service."""
    return seen.last_end * HOURS


@metric(STATION_RULES, "kg")
def station_worked_kg(seen: StationSeen, days: float) -> float:  # noqa: ARG001
    """Kilograms whose service ended."""
    return seen.worked_kg


@metric(STATION_RULES, "kg")
def station_discarded_kg(seen: StationSeen, days: float) -> float:  # noqa: ARG001
    """Kilograms discarded while they waited."""
    return seen.discarded_kg


@metric(STATION_RULES, "kg")
def station_turned_away_kg(seen: StationSeen, days: float) -> float:  # noqa: ARG001
    """Kilograms that did not fit and were turned away."""
    return seen.turned_away_kg


@metric(STATION_RULES, "CNY")
def station_working_cost(seen: StationSeen, days: float) -> float:  # noqa: ARG001
    """Cost of the work on the kilograms whose service ended."""
    return seen.working


@metric(LANE_RULES, "trips")
def lane_trips(seen: TrucksSeen, days: float) -> float:  # noqa: ARG001
    """Trucks that left."""
    return seen.trips


@metric(LANE_RULES, "loads")
def lane_loads(seen: TrucksSeen, days: float) -> float:  # noqa: ARG001
    """Loads that left."""
    return seen.loads


@metric(LANE_RULES, "h")
def lane_mean_wait_hours(seen: TrucksSeen, days: float) -> float:  # noqa: ARG001
    """Mean time that a load stands on the truck before it leaves."""
    return ratio(seen.wait_days, seen.loads) * HOURS


@metric(LANE_RULES, "h")
def lane_mean_gap_hours(seen: TrucksSeen, days: float) -> float:  # noqa: ARG001
    """Mean time between two departures."""
    return ratio(seen.gap_sum, seen.gaps) * HOURS


@metric(LANE_RULES, "h")
def lane_sd_gap_hours(seen: TrucksSeen, days: float) -> float:  # noqa: ARG001
    """Standard deviation of the time between two departures."""
    if seen.gaps < 2:
        return math.nan
    mean = seen.gap_sum / seen.gaps
    return (
        math.sqrt(max(seen.gap_square / seen.gaps - mean * mean, 0.0) * seen.gaps / (seen.gaps - 1)) * HOURS
    )


@metric(LANE_RULES, "CNY")
def lane_freight_cost(seen: TrucksSeen, days: float) -> float:  # noqa: ARG001
    """Cost of its trips."""
    return seen.freight


@metric(CUSTOMER_RULES, "orders")
def customers_orders(seen: CustomersSeen, days: float) -> float:  # noqa: ARG001
    """Orders that they placed."""
    return seen.orders


@metric(CUSTOMER_RULES, "kg")
def customers_wanted_kg(seen: CustomersSeen, days: float) -> float:  # noqa: ARG001
    """Kilograms that they ordered."""
    return seen.wanted_kg


@metric(CUSTOMER_RULES, "kg")
def customers_sold_kg(seen: CustomersSeen, days: float) -> float:  # noqa: ARG001
    """Kilograms that they got."""
    return seen.sold_kg


@metric(CUSTOMER_RULES, "orders")
def customers_deliveries(seen: CustomersSeen, days: float) -> float:  # noqa: ARG001
    """Orders of which all that they will get had reached them before the horizon."""
    return seen.deliveries


@metric(CUSTOMER_RULES, "kg")
def customers_delivered_kg(seen: CustomersSeen, days: float) -> float:  # noqa: ARG001
    """Kilograms that reached them before the horizon."""
    return seen.delivered_kg


def catalogue(rules: dict[str, Rule]) -> dict[str, Metric]:
    """The metrics that some rules give."""
    return {name: Metric(name, UNITS[name], (rule.__doc__ or "").strip(), ()) for name, rule in rules.items()}


SOURCE_METRICS = catalogue(SOURCE_RULES)
STATION_METRICS = catalogue(STATION_RULES)
LANE_METRICS = catalogue(LANE_RULES)
CUSTOMER_METRICS = catalogue(CUSTOMER_RULES)
