"""A supply network as a scenario describes it: sources, stations, lanes, sites of any depth, customers.

Produce comes from sources, queues at stations, travels on lanes, lies at sites that order from each other,
and is bought by customers. What happens there over time is the engine's. Stock, backlog and cost are counted
at the event `count` of each period or, without one, weighted by time.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from farmsim.domain.arrivals import Stream
from farmsim.domain.distributions import Distribution
from farmsim.domain.policies import Policy
from farmsim.params import Celsius, Count, Id, NonNegative, Params, Positive

Kg = Annotated[float, Field(ge=0, le=1e12)]
Event = Literal["receive", "demand", "order", "expire", "count"]
EVENTS: tuple[Event, ...] = ("receive", "expire", "demand", "order")
"""The order of events at one instant where a file gives none; most textbooks order first, some peers last."""
UNLIMITED = "unlimited"
"""A supplier that never runs out."""


class Source(Stream):
    """Where produce comes from: a harvest that is brought load by load."""

    to: Id = Field(description="The station, lane or site to which the loads go.")
    product: Id | None = Field(
        default=None, description="What comes; may be left out if there is one product."
    )
    priority: Annotated[int, Field(ge=0, le=99)] = Field(
        default=0, description="At stations, loads of a lower number go first; none is interrupted."
    )


class Station(Params):
    """Parallel servers with one queue: washing, sorting, packing, a dock; or a room in which loads stay."""

    hours: Distribution = Field(description="Time that a load takes, hours.")
    servers: Annotated[int, Field(ge=0, le=100_000)] = Field(
        default=1, description="Servers; 0 means as many as there are loads (a cold room)."
    )
    waiting_places: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        default=None, description="Loads that may wait; others are turned away. Without it, any number."
    )
    patience_hours: Distribution | None = Field(
        default=None, description="Loads that wait longer than this are discarded."
    )
    celsius: Celsius | None = Field(
        default=None, description="Temperature while loads wait and are worked on."
    )
    cost_per_kg: NonNegative = Field(default=0.0, description="Cost of working on a kilogram.")
    to: Id | None = Field(
        default=None,
        description="Where loads go next; without it they leave the network, or go to who ordered them.",
    )


class Spell(Params):
    """A spell in which a road is closed (sandstorm, snow, road works)."""

    starts_day: NonNegative = Field(description="When it begins, days from the start.")
    days: Positive = Field(description="Length, days.")


def held_up(now: float, closed: list[Spell]) -> float:
    """Days that what sets out now has to wait for the road; spells may follow each other."""
    leaves = now
    for spell in sorted(closed, key=lambda spell: spell.starts_day):
        if spell.starts_day <= leaves < spell.starts_day + spell.days:
            leaves = spell.starts_day + spell.days
    return leaves - now


class SupplyLane(Params):
    """A way on which loads are pushed: a truck that leaves when so many are on it, and its transit time."""

    to: Id = Field(description="The station or site at its end.")
    days: Distribution = Field(default=0.0, description="Transit time, days.")
    leaves_with: Count = Field(default=1, description="The truck leaves when so many loads are on it.")
    celsius: Celsius | None = Field(default=None, description="Temperature on the way.")
    cost_per_trip: NonNegative = Field(default=0.0, description="Cost of a trip.")
    closed: list[Spell] = Field(default=[], description="Spells in which nothing sets out.")


class Replenishment(Params):
    """From whom a site orders, how long orders and shipments take and what they cost."""

    supplier: Id = Field(description='Another site, a station that works to order, or "unlimited".')
    order_days: NonNegative = Field(default=0.0, description="Days until the supplier knows of an order.")
    lead_days: Distribution = Field(default=0.0, description="Shipping time, days; shipments may overtake.")
    celsius: Celsius | None = Field(default=None, description="Temperature on the way.")
    cost_per_order: NonNegative = Field(default=0.0, description="Fixed cost of an order.")
    cost_per_kg: NonNegative = Field(default=0.0, description="Price and freight, per kg received.")
    transit_per_kg_day: NonNegative = Field(
        default=0.0, description="Holding cost on the way, per kg and day."
    )
    review_days: Positive | None = Field(
        default=None, description="Days between reviews; without it, stock is reviewed after every change."
    )
    first_review_day: NonNegative = Field(default=0.0, description="Day of the first review.")
    policy: Policy = Field(description="The replenishment rule.")
    standing_kg: Kg | None = Field(default=None, description="Ordered at each of the first reviews instead.")
    standing_reviews: Annotated[int, Field(ge=0, le=100_000)] = Field(
        default=0, description="How many reviews that is."
    )
    under_way_kg: list[Kg] = Field(default=[], description="Shipments at the start, due on day 0, 1, ...")
    closed: list[Spell] = Field(default=[], description="Spells in which nothing sets out.")
    ordered_kg: list[Kg] = Field(
        default=[], description="Orders at the start that the supplier will know on day 0, 1, ..."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.standing_kg is None) != (self.standing_reviews == 0):
            raise PydanticCustomError("E066", "one without the other", {})
        return self


class Site(Params):
    """A place that holds stock of one product: cold store, distribution centre, shop."""

    product: Id | None = Field(
        default=None, description="What it holds; may be left out if there is one product."
    )
    opening_kg: Kg = Field(default=0.0, description="Stock at the start, fresh.")
    capacity_kg: Positive | None = Field(
        default=None,
        description="What fits: orders are cut to it, what is pushed in beyond it is turned away.",
    )
    celsius: Celsius | None = Field(default=None, description="Temperature; without it, the reference one.")
    issue: Literal["fefo", "fifo", "lifo"] = Field(
        default="fefo", description="What is sold first: what expires first, what came first, what came last."
    )
    rationing: Literal["first-come", "proportional"] = Field(
        default="first-come", description="Who gets what comes in while several wait."
    )
    replenishment: Replenishment | None = Field(default=None, description="Without it, produce is pushed in.")
    holding_per_kg_day: NonNegative = Field(default=0.0, description="Holding cost, per kg and day.")
    shortage_per_kg_day: NonNegative = Field(default=0.0, description="Cost of backorders, per kg and day.")
    shortage_per_kg: NonNegative = Field(
        default=0.0, description="Cost of a kg that is not there when wanted."
    )
    outdated_per_kg: NonNegative = Field(default=0.0, description="Cost of a kg whose life ends here.")


class Customers(Stream):
    """Who buys at a site: a stream of orders of so many kilograms."""

    at: Id = Field(description="The site at which they buy.")
    unmet: Literal["lost", "backorder"] = Field(
        default="lost", description="What becomes of demand without stock."
    )
    partial: bool = Field(
        default=True, description="Whether an order takes what is there if that is not all."
    )
    price_per_kg: NonNegative = Field(default=0.0, description="Price that they pay.")
    delivery_days: NonNegative = Field(default=0.0, description="Days until it is delivered.")
    cost_per_order: NonNegative = Field(
        default=0.0, description="Cost of serving an order, paid by the site."
    )


class SupplyNetwork(Params):
    """All of it. All names in it are different from each other."""

    order_of_events: Annotated[list[Event], Field(min_length=4, max_length=5)] = Field(
        default=list(EVENTS),
        description="What comes first at one instant; with `count`, stock and backlog are counted then.",
    )
    sources: dict[Id, Source] = Field(default={}, description="Where produce comes from.")
    stations: dict[Id, Station] = Field(default={}, description="Queues.")
    lanes: dict[Id, SupplyLane] = Field(default={}, description="Ways on which loads are pushed.")
    sites: dict[Id, Site] = Field(default={}, description="Places that hold stock.")
    customers: dict[Id, Customers] = Field(default={}, description="Who buys.")

    @model_validator(mode="after")
    def _each_event_once(self) -> Self:
        missing = [event for event in EVENTS if event not in self.order_of_events]
        if missing or len(set(self.order_of_events)) < len(self.order_of_events):
            write = f"order_of_events: [{', '.join(EVENTS)}]"
            raise PydanticCustomError("E067", "each event once", {"write": write})
        return self
