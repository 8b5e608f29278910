"""Programmes with a cost, a payer and a start.

Each acts through the mechanisms of the model; none sets an outcome. Who pays is an account of the ledger; the
fund and the county together are the public account.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from farmsim.domain.network import ColdStore
from farmsim.params import Celsius, Count, Id, Label, NonNegative, Params, Positive, Share

Payer = Literal["fund", "county", "cooperative", "growers"]
Day = Annotated[date, Field(strict=False)]


class _Programme(Params):
    label: Label | None = Field(default=None, description="Display name.")
    enabled: bool = Field(
        default=True, description="Whether it takes place; false plays the season without it."
    )
    payer: Payer = Field(default="fund", description="Who pays its cost.")


class Training(_Programme):
    """Agronomy service: better growing raises the share of the best grade and the yield, at a cost."""

    kind: Literal["training"]
    growers: list[Id] | None = Field(default=None, description="Groups that take part; without it, all.")
    best_grade_gain: Share = Field(
        description="Added to the share of the best grade (taken from the others)."
    )
    yield_gain_share: NonNegative = Field(default=0.0, description="Yield gain, share.")
    grower_cost_per_mu: NonNegative = Field(
        default=0.0, description="Further cash cost that growers bear, per mu."
    )
    cost_per_household: NonNegative = Field(
        default=0.0, description="Cost of the service itself, a household."
    )


class ColdChain(_Programme):
    """Pre-cooling and a cold store in a county, with capital and running cost."""

    kind: Literal["cold-chain"]
    county: Id = Field(description="Where.")
    cold_store: ColdStore | None = Field(default=None, description="The store that it builds.")
    precool_celsius: Celsius | None = Field(
        default=None, description="Pre-cooling that it adds to the packhouse."
    )
    lines: Count | None = Field(default=None, description="Packhouse lines after it.")
    capital_cost: NonNegative = Field(default=0.0, description="Capital cost.")
    life_years: Positive = Field(default=10.0, description="Years over which the capital is written off.")
    running_cost: NonNegative = Field(default=0.0, description="Fixed running cost a season.")


class Promotion(_Programme):
    """Traffic and brand: more taste for some channels during a spell, for a fee."""

    kind: Literal["promotion"]
    channels: list[Id] = Field(description="Channels promoted.")
    starts: Day = Field(description="First day.")
    days: Annotated[int, Field(ge=1, le=400)] = Field(description="Length, days.")
    demand_factor: Positive = Field(default=1.0, description="Factor on the odds of choosing these channels.")
    fee: NonNegative = Field(default=0.0, description="Fee for the whole spell.")


class PriceGuarantee(_Programme):
    """Growers get at least a guaranteed price, season's mean, from the named channels; the payer tops up."""

    kind: Literal["price-guarantee"]
    channels: list[Id] = Field(description="Channels covered.")
    price_per_kg: Positive = Field(description="Guaranteed price at the door, per kg.")
    budget: Positive | None = Field(default=None, description="Most that is paid in the season.")


class Subsidy(_Programme):
    """Money by rule: a share of freight, or an amount per kilogram sold, through the named channels."""

    kind: Literal["subsidy"]
    channels: list[Id] = Field(description="Channels covered.")
    freight_share: Share = Field(default=0.0, description="Share of the freight paid.")
    per_kg: NonNegative = Field(
        default=0.0, description="Paid to growers per kg that leaves for the channel."
    )
    budget: Positive | None = Field(default=None, description="Most that is paid in the season.")


Intervention = Annotated[
    Training | ColdChain | Promotion | PriceGuarantee | Subsidy, Field(discriminator="kind")
]
