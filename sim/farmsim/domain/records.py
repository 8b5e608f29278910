"""What the engine writes down: one named tuple per kind of activity and instant, fields equally long arrays.

A recorder is any callable that takes one of these. It may say which kinds it wants by an attribute `wants`
(a frozenset of row types); kinds that nobody wants are not built.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Harvested(NamedTuple):
    """A day's pick by grower group, kg: all that was picked, what was culled, what the household kept."""

    day: int
    kg: Floats
    field_loss_kg: Floats
    own_use_kg: Floats


class Packed(NamedTuple):
    """Loads that one county's packhouse finished in the season."""

    county: int
    loads: int
    wait_days_sum: float
    queue_days_sum: float
    busy_line_days: float
    open_line_days: float
    kg: float


class Ordered(NamedTuple):
    """Consumers' orders of a day by consumer offer, packs.

    Wanted, served the same day, lost at once, cancelled while waiting, served in all (the waiting too), and
    among these those who came from a sold-out offer. Wanted and served in all also by pair of consumer offer
    and province, for those pairs that can be.
    """

    day: int
    wanted: Integers
    at_once: Integers
    lost: Integers
    cancelled: Integers
    served: Integers
    switched_in: Integers
    wanted_there: Integers
    served_there: Integers


class Decided(NamedTuple):
    """Orders that found their end on a day, by cell (consumer offer, province, transit slot), packs.

    Each order is served, lost or cancelled on exactly one day; some of those that are lost at a sold-out
    offer are served at another one, where they are `switched_in`. `waited` says how many of the parcels of
    parcel shops had waited how long, [days, consumer offer].
    """

    day: int
    served: Integers
    switched_in: Integers
    lost: Integers
    cancelled: Integers
    waited: Integers


class Hourly(NamedTuple):
    """Orders of a day by the hour in which they came, and those that were served at once, packs.

    Both are [consumer offer, hour]; only with grain: hour or each.
    """

    day: int
    wanted: Integers
    at_once: Integers


class Fates(NamedTuple):
    """How the parcels that left on a day will end, [consumer offer, transit slot].

    `bad` ones arrive spoiled or bruised, `refused` are those of them that the customer does not take.
    """

    day: int
    sent: Floats
    lost: Floats
    bad: Floats
    refused: Floats


class Dispatched(NamedTuple):
    """Produce that left the county by offer: kg, mean thermal age x kg."""

    day: int
    kg: Floats


class Delivered(NamedTuple):
    """Parcels that ended on a day by consumer offer: kept, refused, lost, bad ones, sums over arrivals."""

    day: int
    kept: Floats
    refused: Floats
    lost: Floats
    bad: Floats
    freshness_sum: Floats
    days_sum: Floats
    spoiled_kg: Floats
    rating: Floats


class Traded(NamedTuple):
    """Sales in kg and money by offer: shops, market, contract, trader."""

    day: int
    kg: Floats
    value: Floats
    freshness_kg: Floats
    age_days_kg: Floats


class Lost(NamedTuple):
    """Kilograms lost at one kind of place for one cause."""

    day: int
    place: str
    cause: str
    kg: float


class Stocked(NamedTuple):
    """Stock at the end of a day, kg by place."""

    day: int
    kg: Floats


class Paid(NamedTuple):
    """What growers received on a day by offer, and the money-weighted days since the produce left."""

    day: int
    growers: Floats
    days_sum: Floats


class Welfare(NamedTuple):
    """One grower group at the end: households as arrays."""

    group: int
    weight: Floats
    persons: Floats
    land_mu: Floats
    produce_income: Floats
    wages: Floats
    cash_cost: Floats
    other_income: Floats
    poverty_line: float


class Closed(NamedTuple):
    """The books at the end of a run."""

    kg_destinations: dict[str, Floats]
    kg_harvested: Floats
    kg_difference: float
    money_difference: float
    flows: dict[str, Floats]
    accounts: tuple[str, ...]
    balance: Floats
    lowest: Floats
    public_cost: float
    operator: dict[str, dict[str, float]]
    final_rating: Floats
    lane_trips: int
    co2_kg: float
    bulk_kg: float


Row = (
    Harvested
    | Packed
    | Ordered
    | Decided
    | Hourly
    | Fates
    | Dispatched
    | Delivered
    | Traded
    | Lost
    | Stocked
    | Paid
    | Welfare
    | Closed
)
