"""What a scenario file says.

`Scenario` is the whole file, the blocks above it its parts; blocks that carry a rule of the trade are defined
beside that rule in `farmsim.domain`.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from farmsim.domain.channels import Channel
from farmsim.domain.demand import Demand
from farmsim.domain.desk import Desk, Shares
from farmsim.domain.households import GrowerGroup
from farmsim.domain.interventions import Intervention
from farmsim.domain.network import ColdStore, Lane, Packhouse
from farmsim.domain.produce import Keeping
from farmsim.domain.seasons import Climate
from farmsim.params import Hour, Id, Label, NonNegative, Params, Positive, Share


class Clock(Params):
    """The order of the day: when each kind of activity takes place. No two may share an hour."""

    inspection: Hour = Field(default=4.0, description="Stock is aged and the spoiled thrown out.")
    harvest: Hour = Field(
        default=5.0, description="Picking; loads reach the packhouse door over the next hours."
    )
    picking_hours: Annotated[float, Field(gt=0, le=18)] = Field(
        default=8.0, description="How long picking goes on."
    )
    desk: Hour = Field(default=6.5, description="The sales desk divides what is sellable.")
    orders: Hour = Field(default=9.0, description="Consumers' orders of the day are counted.")
    contract: Hour = Field(default=15.0, description="The contract buyer takes delivery.")
    cutoff: Hour = Field(default=17.0, description="Courier cut-off: parcels leave.")
    departure: Hour = Field(default=18.0, description="Trucks leave for shops and markets.")
    trader: Hour = Field(default=19.0, description="The trader visits.")
    session: Hour = Field(default=7.5, description="Wholesale session.")
    receipt: Hour = Field(default=8.0, description="Trucks are unloaded at shops.")
    shop: Hour = Field(default=10.5, description="Shops serve their customers of the day.")
    review: Hour = Field(default=5.5, description="Shops review their stock and order.")
    delivery: Hour = Field(default=12.0, description="Couriers deliver.")
    settlement: Hour = Field(default=22.0, description="Due payments are made.")
    resale: Hour = Field(default=13.5, description="A contract buyer sells on.")
    recording: Hour = Field(default=23.0, description="Stocks of the day are recorded.")


class Residual(Params):
    """Where produce goes that nobody bought: processing and feed take some, the rest rots."""

    processing_kg_per_day: NonNegative = Field(default=0.0, description="What processing takes a day, kg.")
    processing_price_per_kg: NonNegative = Field(default=0.0, description="What it pays, per kg.")
    feed_share: Share = Field(default=0.0, description="Share of the rest that is fed to animals.")


class Place(Params):
    """A point on the map, degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)] = Field(description="North.")
    longitude: Annotated[float, Field(ge=-180, le=180)] = Field(description="East.")


Kind = Literal[
    "fruit", "vegetable", "grain", "bean", "nut", "mushroom", "tea", "honey", "meat", "spice", "herb", "oil"
]


class Product(Params):
    """One kind of produce and the consumers who look for it."""

    label: Label = Field(description="Display name in both languages.")
    kind: Kind | None = Field(default=None, description="Group of produce in which results are summed up.")
    grades: Annotated[list[Id], Field(min_length=1, max_length=6)] = Field(
        default=["a", "b"], description="Quality classes, best first."
    )
    keeping: Keeping = Field(description="How it keeps.")
    pack_kg: Positive = Field(description="Mass of one consumer pack, kg.")
    packhouse_damage_share: Share = Field(default=0.0, description="Share damaged in the packhouse.")
    discard_freshness: Share = Field(
        default=0.0, description="Freshness at or below which nobody buys and the rest is thrown away."
    )
    demand: Demand | None = Field(
        default=None, description="Consumers' demand; needed where consumers buy it."
    )


class County(Params):
    """A county: growers, packhouse, cold store, lanes."""

    label: Label = Field(description="Display name.")
    province: Id = Field(description="Province it lies in.")
    place: Place = Field(description="Where it lies.")
    climate: Climate = Field(description="Temperature where produce waits.")
    growers: dict[Id, GrowerGroup] = Field(description="Groups of households.")
    packhouse: Packhouse | None = Field(
        default=None, description="Without it, produce is sorted by hand at the gate."
    )
    cold_store: ColdStore | None = Field(
        default=None, description="Without it, all waits at ambient temperature."
    )
    lanes: dict[Id, Lane] = Field(default={}, description="Ways out of the county.")
    residual: Residual = Field(default=Residual(), description="Processing and feed.")
    poverty_line: Positive | None = Field(
        default=None,
        description="Line, CNY a person and year; without it, the national line of the start year.",
    )


class Expectation(Params):
    """A condition on the mean of a metric; if it fails, the exit code is 1."""

    at_least: float | None = Field(default=None, description="Lower bound.")
    at_most: float | None = Field(default=None, description="Upper bound.")


class Scenario(Params):
    """Everything that decides a run, except the replication."""

    farmsim: Annotated[int, Field(ge=1, le=1)] = Field(default=1, description="Version of the file format.")
    name: Annotated[str, Field(min_length=1, max_length=100)] = Field(description="What the screens call it.")
    label: Label | None = Field(default=None, description="The same in both languages.")
    note: dict[str, Annotated[str, Field(max_length=400)]] = Field(
        default={}, description="What a reader must know, by language (en, zh); printed with the results."
    )
    start: Annotated[date, Field(strict=False)] = Field(description="First day.")
    horizon_days: Annotated[int, Field(ge=1, le=3700)] = Field(description="Length of the run, days.")
    grain: Literal["day", "hour", "each"] = Field(
        default="day",
        description="Orders of a day are counted together, or by the hour, first come first served; or each "
        "is an event, and every customer and parcel has its own luck (up to about a million orders).",
    )
    random_seed: Annotated[int, Field(ge=0, lt=2**63)] = Field(default=1, description="Master random seed.")
    replications: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=30, description="Replications of a run."
    )
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$", description="The one currency of the file.")
    products: Annotated[dict[Id, Product], Field(min_length=1)] = Field(description="What is sold.")
    counties: Annotated[dict[Id, County], Field(min_length=1)] = Field(description="Where it grows.")
    channels: Annotated[dict[Id, Channel], Field(min_length=1)] = Field(
        description="Through whom it is sold."
    )
    desk: Desk = Field(default=Shares(policy="shares"), description="How the sales desk divides produce.")
    interventions: dict[Id, Intervention] = Field(default={}, description="Programmes and who pays them.")
    clock: Clock = Field(default=Clock(), description="The order of the day.")
    expect: dict[str, Expectation] = Field(default={}, description="Conditions on metrics.")
