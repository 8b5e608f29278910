"""Channels as data: five kinds, each with its price rule, take, payment delay, refund rule and customers."""

from typing import Annotated, Literal

from pydantic import Field

from farmsim.domain.terms import (
    Attention,
    Attraction,
    Grade,
    Growers,
    Issue,
    Markdown,
    Rating,
    Refund,
    Resale,
    Sessions,
    Site,
    Take,
    Waiting,
)
from farmsim.params import Id, Label, NonNegative, Params, Positive, Share


class ParcelSale(Params):
    """One product in a parcel shop."""

    grade: Grade = Field(default="any", description="Lowest grade sold, or any.")
    price_per_kg: Positive = Field(description="What the consumer pays, delivery free, per kg.")
    pack_kg: Positive | None = Field(
        default=None, description="Mass of one parcel, kg; without it, the product's."
    )
    packaging_cost: NonNegative = Field(default=0.0, description="Box, net and tape of one parcel.")
    base_kg_per_day: NonNegative | None = Field(
        default=None, description="Base rate of independent demand, kg a day."
    )
    base_price_per_kg: Positive | None = Field(
        default=None, description="Price at which the base rate holds."
    )
    taste: float | None = Field(default=None, description="Overrides the channel's taste for this product.")
    place: Positive | None = Field(
        default=None,
        description="Place on the channel's list, 1 is the top; without it, the order in which it is listed.",
    )
    conversion_share: Share | None = Field(
        default=None, description="Overrides the share of visitors who order a pack at the base price."
    )
    growers: Growers | None = Field(
        default=None, description="Overrides the channel's terms for this product."
    )
    sessions: Sessions | None = Field(default=None, description="Bursts of orders (livestream, flash sale).")


class ParcelChannel(Params):
    """Sells from the county, one parcel an order, with a courier cut-off."""

    kind: Literal["parcel"]
    label: Label = Field(description="Display name.")
    sells: dict[Id, ParcelSale] = Field(default={}, description="What it sells, by product.")
    counties: list[Id] | None = Field(default=None, description="Counties that sell here; without it, all.")
    lane: Id = Field(description="The county's parcel lane that it uses.")
    attraction: Attraction = Field(default=Attraction(), description="Its customers.")
    attention: Attention | None = Field(
        default=None,
        description="Visitors shared by all its offers; without it, each offer has its own base rate.",
    )
    take: Take = Field(default=Take(), description="Its fees.")
    growers: Growers = Field(default=Growers(), description="What growers get.")
    payment_days: NonNegative = Field(default=0.0, description="Days from arrival to payment.")
    refund: Refund = Field(default=Refund(), description="Rule for bad parcels.")
    rating: Rating = Field(default=Rating(), description="Store rating.")
    waiting: Waiting | None = Field(
        default=None, description="Takes orders when short; without it, lost sales."
    )
    issue: Issue = Field(default="freshest", description="Which lots go into the parcels.")
    age_limit_days: NonNegative | None = Field(
        default=None, description="Oldest harvest packed, calendar days."
    )
    min_freshness: Share = Field(default=0.0, description="Least freshness packed.")
    parcels_per_day: Positive | None = Field(
        default=None, description="Packing capacity of the shop, parcels a day."
    )
    packing_cost: NonNegative = Field(default=0.0, description="Labour of packing one parcel.")
    packing_wage_share: Share = Field(default=0.0, description="Share of it paid to the growers' households.")
    expected_delivery_days: Positive | None = Field(
        default=None, description="Delivery time shown to buyers; without it, the lane's mean."
    )


class StockedSale(Params):
    """One product in a shop chain."""

    grade: Grade = Field(default="any", description="Lowest grade bought, or any.")
    price_per_kg: Positive = Field(description="Shelf price, per kg.")
    pack_kg: Positive | None = Field(
        default=None, description="Mass of one pack, kg; without it, the product's."
    )
    base_kg_per_day: NonNegative | None = Field(
        default=None, description="Base rate of independent demand, kg a day."
    )
    base_price_per_kg: Positive | None = Field(
        default=None, description="Price at which the base rate holds."
    )
    base_stock_kg: NonNegative | None = Field(
        default=None, description="Order-up-to level S, kg; overrides days."
    )
    taste: float | None = Field(default=None, description="Overrides the channel's taste for this product.")
    growers: Growers | None = Field(
        default=None, description="Overrides the channel's terms for this product."
    )


class StockedChannel(Params):
    """Sells from its own distribution centre or shops, replenished in bulk."""

    kind: Literal["stocked"]
    label: Label = Field(description="Display name.")
    sells: dict[Id, StockedSale] = Field(default={}, description="What it sells, by product.")
    counties: list[Id] | None = Field(default=None, description="Counties that supply it; without it, all.")
    lane: Id = Field(description="The county's bulk lane that supplies it.")
    site: Site = Field(description="Its store.")
    attraction: Attraction = Field(default=Attraction(), description="Its customers.")
    margin_share: Share = Field(description="Retail margin, share of the shelf price.")
    take: Take = Field(default=Take(), description="Further fees.")
    growers: Growers = Field(default=Growers(), description="What growers get.")
    payment_days: NonNegative = Field(
        default=0.0, description="Days from receipt (consignment: sale) to payment."
    )
    base_stock_days: Positive = Field(
        default=5.0, description="Order-up-to level S, days of expected demand over review and lead time."
    )
    review_days: Annotated[int, Field(ge=1, le=60)] = Field(default=1, description="Days between reviews.")
    min_freshness: Share = Field(
        default=0.0, description="Least freshness accepted on receipt; the rest is refused."
    )
    issue: Issue = Field(default="fefo", description="Which lots leave first.")
    markdown: Markdown | None = Field(default=None, description="Price cut by age.")
    shrink_share_per_day: Share = Field(
        default=0.0, description="Handling damage and theft, share of stock a day."
    )
    consignment: bool = Field(default=False, description="The supplier owns the stock until it is sold.")
    return_freshness: Share | None = Field(
        default=None, description="Consigned stock at or below this freshness is sent back."
    )
    delivery_days: NonNegative = Field(default=0.0, description="Delivery time to the consumer, days.")


class WholesaleSale(Params):
    """One product on the wholesale market."""

    grade: Grade = Field(default="any", description="Lowest grade sent, or any.")
    price_per_kg: Positive = Field(description="Mean price Pbar at the mean volume, per kg.")
    market_kg_per_day: Positive = Field(
        description="Mean daily volume Qbar of the market, kg, others included."
    )
    growers: Growers | None = Field(
        default=None, description="Overrides the channel's terms for this product."
    )


class WholesaleChannel(Params):
    """A daily session whose price follows the day's volume."""

    kind: Literal["wholesale"]
    label: Label = Field(description="Display name.")
    sells: dict[Id, WholesaleSale] = Field(default={}, description="What it takes, by product.")
    counties: list[Id] | None = Field(default=None, description="Counties that send here; without it, all.")
    lane: Id = Field(description="The county's bulk lane to it.")
    province: Id = Field(description="Where it is.")
    take: Take = Field(default=Take(), description="Agent's fee as commission.")
    growers: Growers = Field(default=Growers(), description="What growers get.")
    payment_days: NonNegative = Field(default=0.0, description="Days from the session to payment.")
    monthly: Annotated[list[Positive], Field(min_length=12, max_length=12)] = Field(
        default=[1.0] * 12, description="Seasonal factor on the price, January to December."
    )
    price_sd: Annotated[float, Field(ge=0, le=2)] = Field(default=0.0, description="Spread of the log price.")
    price_persistence: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.9, description="Its day to day memory."
    )
    elasticity: Positive = Field(default=2.0, description="Elasticity eps: price falls as volume^(-1/eps).")
    glut_elasticity: NonNegative = Field(
        default=0.0, description="Percent that the price level falls per percent of yield above normal."
    )
    max_kg_per_day: Positive | None = Field(
        default=None, description="Most that the county's stall can place a day."
    )
    reservation_price_per_kg: NonNegative = Field(
        default=0.0, description="Nothing is sent when the expected netback is below this."
    )
    min_freshness: Share = Field(default=0.0, description="Least freshness sent.")


class OrderSale(Params):
    """One product under contract."""

    grade: Grade = Field(default="any", description="Lowest grade accepted, or any.")
    price_per_kg: Positive = Field(description="Contract price at the door, per kg.")
    total_kg: Positive = Field(description="Contract volume for the season, kg.")
    kg_per_day: Positive = Field(description="Most that is taken a day, kg.")
    growers: Growers | None = Field(
        default=None, description="Overrides the channel's terms for this product."
    )


class OrderChannel(Params):
    """A forward contract: the buyer pays at the door, sells on, and its own account is shown."""

    kind: Literal["order"]
    label: Label = Field(description="Display name.")
    sells: dict[Id, OrderSale] = Field(default={}, description="What it buys, by product.")
    counties: list[Id] | None = Field(default=None, description="Counties under contract; without it, all.")
    take: Take = Field(default=Take(), description="Fees, if any.")
    growers: Growers = Field(default=Growers(), description="What growers get of the contract price.")
    payment_days: NonNegative = Field(default=0.0, description="Days until payment.")
    unsold_borne_by: Literal["buyer", "growers"] = Field(
        default="buyer",
        description="Who bears what the buyer cannot sell: the buyer, or growers through a claw-back.",
    )
    min_freshness: Share = Field(default=0.0, description="Least freshness accepted.")
    resale: Resale | None = Field(
        default=None, description="How it sells on; without it, its account ends here."
    )


class TraderSale(Params):
    """One product at the farm gate."""

    grade: Grade = Field(default="any", description="Lowest grade bought, or any.")
    price_per_kg: Positive = Field(description="Normal farm-gate price, per kg.")
    floor_price_per_kg: NonNegative = Field(default=0.0, description="Price in a glut at the lowest, per kg.")
    growers: Growers | None = Field(
        default=None, description="Overrides the channel's terms for this product."
    )


class TraderChannel(Params):
    """Buys for cash at the farm gate, up to a capacity; may not come in a glut."""

    kind: Literal["trader"]
    label: Label = Field(description="Display name.")
    sells: dict[Id, TraderSale] = Field(default={}, description="What he buys, by product.")
    counties: list[Id] | None = Field(default=None, description="Counties that he visits; without it, all.")
    take: Take = Field(default=Take(), description="Fees, if any.")
    growers: Growers = Field(default=Growers(), description="What growers get.")
    payment_days: NonNegative = Field(default=0.0, description="Days until payment (cash: 0).")
    truck_kg: Positive = Field(default=30000.0, description="Load of one truck, kg.")
    trucks_per_day: Positive = Field(default=1.0, description="Mean trucks a day and county.")
    comes_share: Share = Field(default=1.0, description="Chance that he comes on a normal day.")
    comes_in_glut_share: Share = Field(default=1.0, description="Chance that he comes in a glut.")
    glut_ratio: Positive = Field(
        default=2.0, description="A glut: what waits at the gate is more than so many days of his capacity."
    )
    price_elasticity: Positive = Field(
        default=2.0, description="Elasticity of his price to what waits at the gate, in a glut."
    )
    price_sd: Annotated[float, Field(ge=0, le=2)] = Field(default=0.0, description="Spread of the log price.")
    price_persistence: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.9, description="Its day to day memory."
    )
    min_freshness: Share = Field(default=0.1, description="Least freshness bought.")


Channel = Annotated[
    ParcelChannel | StockedChannel | WholesaleChannel | OrderChannel | TraderChannel,
    Field(discriminator="kind"),
]
