"""The terms of channels: fees, what growers get, customers, reviews, refunds, waiting, shelves, resale."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from farmsim.domain.distributions import Distribution
from farmsim.params import Celsius, Id, NonNegative, Params, Positive, Share

Grade = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Day = Annotated[date, Field(strict=False)]
Issue = Literal["freshest", "fefo", "fifo", "lifo"]


class Take(Params):
    """What the channel keeps: every fee has one of these names."""

    commission_share: Share = Field(default=0.0, description="Commission, share of the sales value.")
    ads_share: Share = Field(default=0.0, description="Advertising and traffic, share of the sales value.")
    operation_share: Share = Field(
        default=0.0, description="Staff, photos, customer care of a parcel shop, share of the sales value."
    )
    back_margin_share: Share = Field(default=0.0, description="Rebates, share of what the retailer buys.")
    listing_fee: NonNegative = Field(default=0.0, description="Fixed fee for the season, each product.")
    deposit: NonNegative = Field(
        default=0.0, description="Deposit held through the season, paid back at its end."
    )


class Growers(Params):
    """What growers get of a channel's money: a price at the door, and a share of the surplus."""

    door_price_per_kg: NonNegative = Field(
        default=0.0,
        description="Paid to growers by the cooperative when produce leaves for this channel, per kg.",
    )
    surplus_share: Share = Field(
        default=1.0,
        description="Share of the channel's surplus (receipts less all costs) paid on to growers.",
    )


class Attraction(Params):
    """How consumers see one channel."""

    taste: float = Field(default=0.0, description="Utility of the channel itself (trust, brand, habit).")
    reach_share: Share = Field(
        default=1.0, description="Share of buyers who know and can use it where it sells."
    )
    provinces: list[Id] | None = Field(default=None, description="Provinces served; without it, all 31.")
    market: Literal["online", "offline"] = Field(
        default="online", description="Whose weights spread independent demand over the provinces."
    )


class Attention(Params):
    """One stream of visitors that all listed offers of a channel share: what one gains the others lose.

    The offer at place k of the list is worth k^-s to a visitor (Zipf), s the exponent; visitors are split in
    proportion among the offers that have something to sell.
    """

    visitors_per_day: NonNegative = Field(description="Visitors of the channel on a plain day.")
    zipf_exponent: Annotated[float, Field(ge=0, le=5)] = Field(
        default=1.0, description="Concentration of attention on the first places; 0 spreads it evenly."
    )
    conversion_share: Share = Field(
        description="Share of an offer's visitors who order a pack at its base price."
    )


class Rating(Params):
    """Store rating from reviews, 0 to 5."""

    start: Annotated[float, Field(ge=0, le=5)] = Field(default=4.7, description="Rating at the start.")
    smoothing: Annotated[float, Field(gt=0, lt=1)] = Field(default=0.001, description="Weight of one review.")
    score_good: Annotated[float, Field(ge=0, le=5)] = Field(
        default=4.9, description="Score of a good parcel."
    )
    score_bad: Annotated[float, Field(ge=0, le=5)] = Field(default=1.5, description="Score of a bad one.")
    late_penalty: NonNegative = Field(default=0.3, description="Points lost per day later than promised.")


class Refund(Params):
    """What happens to a bad parcel. Whether it is bad follows from decay, damage and delay."""

    refused_share: Share = Field(
        default=0.5, description="Share of bad parcels refused: all money back, fruit lost."
    )
    partial_share: Share = Field(default=0.5, description="Share of the price paid back for the others.")


class Sessions(Params):
    """Livestream sessions: bursts of orders on dated days."""

    days: list[Day] = Field(description="Days of the sessions.")
    orders: Distribution = Field(description="Orders won by one session, parcels.")
    fee: NonNegative = Field(default=0.0, description="Slot fee of each session.")


class Waiting(Params):
    """Orders that wait when the shop is short: pre-sale with a promised date, then patience."""

    promise_days: Annotated[int, Field(ge=0, le=30)] = Field(
        default=2, description="Days until promised dispatch."
    )
    patience_days: Positive = Field(
        default=3.0, description="Mean further patience (exponential), then cancelled."
    )


class Markdown(Params):
    """Price cut by age in a shop."""

    below_freshness: Share = Field(description="Freshness under which the cut applies.")
    cut_share: Share = Field(description="Price cut, share.")


class Site(Params):
    """Where a stocked channel keeps its stock."""

    province: Id = Field(description="Province of the site.")
    celsius: Celsius = Field(description="Temperature of storage and shelf.")
    capacity_kg: Positive = Field(default=1e9, description="Room, kg.")


class Resale(Params):
    """How the buyer of a contract sells on, on its own account."""

    price_per_kg: NonNegative = Field(description="Net price that it gets for premium sales, per kg.")
    kg_per_day: NonNegative = Field(description="Mean premium sales a day, kg.")
    cv: Annotated[float, Field(ge=0, le=3)] = Field(
        default=0.3, description="Variation of these from day to day."
    )
    rest_price_per_kg: NonNegative = Field(default=0.0, description="Net price for what it clears in bulk.")
    rest_kg_per_day: NonNegative = Field(default=0.0, description="Most that it clears in bulk a day, kg.")
    celsius: Celsius = Field(default=8.0, description="Temperature of its store.")
