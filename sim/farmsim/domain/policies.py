"""Replenishment rules: a block of a scenario with one pure method, how much to order now.

Snyder and Shen, Fundamentals of Supply Chain Theory (2nd edition, 2019), chapters 3 to 6, has all but the
rule by cover. The inventory position is on hand + on order - backorders, kg.
"""

import math
from typing import Annotated, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from farmsim.domain.distributions import Finite, Normal, PoissonCount, Uniform
from farmsim.params import Count, NonNegative, Params, Positive

Floats = NDArray[np.float64]
ROUNDING = 1e-9
"""Kilograms by which a position may miss a reorder point and still be at it: 0.1 + 0.2 is not 0.3."""


class Position(NamedTuple):
    """What a rule may know when it decides, kg."""

    on_hand: float
    on_order: float
    backorders: float
    expiring: float
    """On hand, in the last period of its life."""
    day: int
    """Number of the review, from 0."""
    demand: list[float]
    """Demand of the periods before, newest last."""

    @property
    def inventory(self) -> float:
        """The inventory position."""
        return self.on_hand + self.on_order - self.backorders


class BaseStock(Params):
    """Order up to S at every review (base stock); with a limit on what may expire, a little more."""

    policy: Literal["base-stock"]
    level_kg: Finite = Field(description="The base stock S, kg.")
    expiring_above_kg: NonNegative | None = Field(
        default=None,
        description="Below S, order also what will expire beyond this demand of a period (Haijema 2008).",
    )

    def quantity(self, now: Position) -> float:
        """What restores the position to S."""
        short = self.level_kg - now.inventory
        if short > 0.0 and self.expiring_above_kg is not None:
            short += max(now.expiring - self.expiring_above_kg, 0.0)
        return max(short, 0.0)


class OrderUpTo(Params):
    """(s, S): when the position is at or below s, order up to S."""

    policy: Literal["order-up-to"]
    reorder_kg: Finite = Field(description="The reorder point s, kg.")
    level_kg: Finite = Field(description="The order-up-to level S, kg.")
    only_below: bool = Field(default=False, description="Order when below s, not when at s.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.level_kg < self.reorder_kg:
            told = {"level": f"{self.level_kg:g}", "reorder": f"{self.reorder_kg:g}"}
            write = f"level_kg: {self.reorder_kg:g}"
            raise PydanticCustomError("E065", "S is below s", {**told, "write": write})
        return self

    def quantity(self, now: Position) -> float:
        """S less the position, or nothing."""
        most = self.reorder_kg - ROUNDING if self.only_below else self.reorder_kg + ROUNDING
        return max(self.level_kg - now.inventory, 0.0) if now.inventory <= most else 0.0


class FixedQuantity(Params):
    """(r, Q): when the position is at or below r, order so many Q that it is above."""

    policy: Literal["fixed-quantity"]
    reorder_kg: Finite = Field(description="The reorder point r, kg.")
    quantity_kg: Positive = Field(description="The lot size Q, kg.")

    def quantity(self, now: Position) -> float:
        """A multiple of Q, or nothing."""
        short = self.reorder_kg - now.inventory + ROUNDING
        return 0.0 if short < 0.0 else self.quantity_kg * (math.floor(short / self.quantity_kg) + 1.0)


class Newsvendor(Params):
    """Order up to the newsvendor quantity: the demand that is exceeded with the chance c_o / (c_o + c_u)."""

    policy: Literal["newsvendor"]
    demand_kg: Normal | PoissonCount | Uniform = Field(
        discriminator="distribution", description="Demand over the time to be covered, kg."
    )
    shortage_per_kg: Positive = Field(description="Cost c_u of a kilogram too few.")
    leftover_per_kg: Positive = Field(description="Cost c_o of a kilogram too many.")

    @property
    def level_kg(self) -> float:
        """The newsvendor quantity, kg."""
        return self.demand_kg.quantile(self.shortage_per_kg / (self.shortage_per_kg + self.leftover_per_kg))

    def quantity(self, now: Position) -> float:
        """What restores the position to it."""
        return max(self.level_kg - now.inventory, 0.0)


class PlannedOrders(Params):
    """A plan that is made ahead: what to order at each review."""

    policy: Literal["planned"]
    kg_by_review: Annotated[list[NonNegative], Field(min_length=1, max_length=100_000)] = Field(
        description="Kilograms at review 0, 1, ...; after the last nothing is ordered."
    )

    def quantity(self, now: Position) -> float:
        """What the plan says."""
        return self.kg_by_review[now.day] if now.day < len(self.kg_by_review) else 0.0


class Cover(Params):
    """Order up to so many periods of the demand seen of late (moving average)."""

    policy: Literal["cover"]
    periods: Positive = Field(description="Periods of mean demand that stock and orders must cover.")
    average_of: Count = Field(default=7, description="Periods of demand that are averaged.")
    first_guess_kg: NonNegative = Field(default=0.0, description="Demand of a period before there is any.")

    def quantity(self, now: Position) -> float:
        """The moving average times the periods, less the position."""
        seen = now.demand[-self.average_of :]
        seen = [self.first_guess_kg] * (self.average_of - len(seen)) + seen
        return max(self.periods * sum(seen) / self.average_of - now.inventory, 0.0)


Policy = Annotated[
    BaseStock | OrderUpTo | FixedQuantity | Newsvendor | PlannedOrders | Cover, Field(discriminator="policy")
]


def base_stock_order(level: Floats, inventory_position: Floats) -> Floats:
    """What restores the inventory position to S: max(0, S - (on hand + on order)), kg (Snyder and Shen)."""
    return np.maximum(level - inventory_position, 0.0)
