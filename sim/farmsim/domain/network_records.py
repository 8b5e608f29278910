"""What a network writes down: totals of each place at the end of a run, and regular looks at all of them."""

from typing import NamedTuple


class Sampled(NamedTuple):
    """A look at everything at one moment, after all else that happened then."""

    day: float
    values: dict[str, float]
    """By "PLACE.what"; kilograms ordered, received, shipped, outdated and lost are sums since the start."""


class SourceSeen(NamedTuple):
    """What a source brought after the warm-up, and how long its loads took to a site or out of it all."""

    name: str
    loads: int
    kg: float
    finished: int
    days: float


class StationSeen(NamedTuple):
    """What a station did after the warm-up. Loads count if they came after it."""

    name: str
    servers: int
    loads: int
    turned_away: int
    discarded: int
    found_idle: int
    begun: int
    waited: int
    wait_days: float
    longest_days: float
    last_wait_days: float
    times_days: list[float]
    content: tuple[float, float]
    """Integrals over time of the loads here, and of their square."""
    queue: float
    busy: float
    states: list[float]
    ended: int
    first_end: float
    last_end: float
    gap_variation: float
    worked_kg: float
    turned_away_kg: float
    discarded_kg: float
    working: float
    """Cost of the work."""


class TrucksSeen(NamedTuple):
    """What a lane carried after the warm-up."""

    name: str
    trips: int
    loads: int
    wait_days: float
    gaps: int
    gap_sum: float
    gap_square: float
    freight: float


class SiteSeen(NamedTuple):
    """What a site held, ordered and issued after the warm-up, kg; integrals are kg days or kg periods."""

    name: str
    stock: float
    stocked_days: float
    backlog: float
    way: float
    on_hand: float
    demand_kg: float
    at_once_kg: float
    demands: int
    full_at_once: int
    lost_kg: float
    outdated_kg: float
    turned_away_kg: float
    received_kg: float
    ordered_kg: float
    orders: int
    receipts: int
    shipped_kg: float
    age_days_kg: float
    costs: dict[str, float]
    """Revenue and each kind of cost."""


class CustomersSeen(NamedTuple):
    """What customers of one kind ordered and got after the warm-up."""

    name: str
    orders: int
    wanted_kg: float
    sold_kg: float
    deliveries: int
    """Orders of which the last kilogram that they will get has reached them."""
    delivered_kg: float


class NetworkClosed(NamedTuple):
    """The books of the whole run, the warm-up included."""

    measured_days: float
    entered: dict[str, float]
    gone: dict[str, float]
    money_difference: float
