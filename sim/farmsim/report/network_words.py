"""What the screens of a supply network call its metrics, the columns of its tables and where kilograms go."""

from typing import NamedTuple

from farmsim.report.messages import mark
from farmsim.report.messages import translate as _
from farmsim.report.words import is_share, unit_label
from farmsim.results.network_catalogue import Places

PLACES: dict[Places, str] = {
    "sources": mark("sources"),
    "stations": mark("stations"),
    "lanes": mark("lanes"),
    "sites": mark("sites"),
    "customers": mark("customers"),
}
"""What the kinds of places are called in a sentence."""

HEADINGS: dict[Places, str] = {
    "sources": mark("SOURCES"),
    "stations": mark("STATIONS"),
    "lanes": mark("LANES"),
    "sites": mark("SITES"),
    "customers": mark("CUSTOMERS"),
}

TOTALS = {
    "profit": mark("Profit"),
    "revenue": mark("Revenue"),
    "total_cost": mark("All costs"),
    "cost_per_day": mark("Cost a day"),
    "fill_rate": mark("Fill rate at all sites"),
    "wanted_kg": mark("Customers ordered"),
    "sold_kg": mark("Customers got"),
    "outdated_kg": mark("Outdated or discarded"),
    "mean_stock_kg": mark("Mean stock, all sites"),
}
"""The whole network's metrics in the order of the screen."""


class Shown(NamedTuple):
    """A metric that has a column in the table of its kind of place."""

    metric: str
    heading: str


COLUMNS: dict[Places, tuple[Shown, ...]] = {
    "sources": (
        Shown("loads", mark("loads")),
        Shown("brought_kg", mark("brought")),
        Shown("mean_time_hours", mark("on the way")),
    ),
    "stations": (
        Shown("loads", mark("loads")),
        Shown("utilisation", mark("in use")),
        Shown("mean_wait_hours", mark("wait")),
        Shown("mean_time_hours", mark("time")),
        Shown("mean_queue", mark("queue")),
        Shown("turned_away_share", mark("away")),
        Shown("discarded_share", mark("discarded")),
    ),
    "lanes": (
        Shown("trips", mark("trips")),
        Shown("loads", mark("loads")),
        Shown("mean_wait_hours", mark("wait")),
        Shown("mean_gap_hours", mark("gap")),
        Shown("freight_cost", mark("freight")),
    ),
    "sites": (
        Shown("mean_stock_kg", mark("stock")),
        Shown("mean_backorders_kg", mark("owed")),
        Shown("fill_rate", mark("filled")),
        Shown("lost_kg", mark("unmet")),
        Shown("outdated_kg", mark("outdated")),
        Shown("cost_per_day", mark("cost")),
    ),
    "customers": (
        Shown("orders", mark("orders")),
        Shown("wanted_kg", mark("wanted")),
        Shown("sold_kg", mark("got")),
        Shown("delivered_kg", mark("delivered")),
    ),
}

ORIGINS = {
    "harvested": mark("In: brought by sources"),
    "opening": mark("In: there at the start"),
    "unlimited": mark("In: unlimited supplier"),
}

DESTINATIONS = {
    "sold": mark("Out: to customers"),
    "left": mark("Out: through the last station"),
    "turned_away": mark("Out: turned away"),
    "discarded": mark("Out: discarded in queues"),
    "outdated": mark("Out: outdated at sites"),
    "on_hand": mark("Still at sites"),
    "in_transit": mark("Still on the way"),
    "at_stations": mark("Still at stations"),
}


def total_label(name: str) -> str:
    """What the screens call a metric of the whole network."""
    return _(TOTALS.get(name, name))


def origin_label(name: str) -> str:
    """Where kilograms came from."""
    return _(ORIGINS.get(name, name))


def destination_label(name: str) -> str:
    """Where kilograms went."""
    return _(DESTINATIONS.get(name, name))


def network_unit(unit: str, currency: str) -> str:
    """A unit as shown, with the currency of the file."""
    if currency == "CNY" or "CNY" not in unit:
        return unit_label(unit)
    return unit_label(unit).replace(unit_label("CNY"), currency)


def plain_unit(unit: str, currency: str) -> str:
    """A unit as other programs read it."""
    return unit.replace("CNY", currency)


def factor(unit: str) -> float:
    """100 for shares, which are shown in percent."""
    return 100.0 if is_share(unit) else 1.0
