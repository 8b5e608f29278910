"""Produce: how quality is kept or lost with time and temperature.

Thermal age is time weighted by temperature: a day at the reference temperature adds one day. Everything
that spoils is a function of it. Mechanical damage is not here: it is a share per handling and lane.
"""

from functools import cached_property
from itertools import pairwise
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from farmsim.params import Celsius, Params, Positive, Share

Floats = NDArray[np.float64]

HANDBOOK_66 = ((0.0, 100.0), (10.0, 33.0), (20.0, 13.0), (30.0, 7.0), (40.0, 4.0))
"""Relative shelf life of produce by temperature (Saltveit, in USDA Agriculture Handbook 66)."""

LN2 = np.log(2.0)

GAS_CONSTANT = 8.314e-3
"""Molar gas constant, kJ/(mol K)."""


class LifeTable(Params):
    """Known shelf lives of one product at several temperatures."""

    celsius: Annotated[list[Celsius], Field(min_length=2, max_length=20, description="Rising temperatures.")]
    life_days: Annotated[
        list[Positive], Field(min_length=2, max_length=20, description="Median life at each of them, days.")
    ]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.celsius) != len(self.life_days):
            raise ValueError("celsius and life_days must be equally long")
        if any(b <= a for a, b in pairwise(self.celsius)):
            raise ValueError("celsius must rise from entry to entry")
        return self


class Ripening(Params):
    """A rising branch of freshness: the fruit is picked hard and becomes good to eat."""

    start_share: Share = Field(description="Freshness at picking, as a share of the ripe fruit's.")
    ripe_days: Positive = Field(description="Thermal age at which the fruit is ripe, days at reference.")


class Keeping(Params):
    """How one product keeps: median life, spread of lives, temperature response, chilling."""

    life_days: Positive | None = Field(
        default=None, description="Median life at the reference temperature, days; or give a life_table."
    )
    life_table: LifeTable | None = Field(default=None, description="Own lives at several temperatures.")
    reference_celsius: Celsius = Field(
        default=20.0, description="Temperature at which thermal age is counted."
    )
    shape: Annotated[float, Field(ge=0.5, le=200)] = Field(
        default=4.0, description="Weibull shape k of the units' lives; large means one fixed shelf life."
    )
    chilling_floor_celsius: Celsius | None = Field(
        default=None, description="Below this temperature colder no longer slows ageing."
    )
    chilling_loss_per_day: Share = Field(
        default=0.0, description="Share of the kilograms injured per day spent below the chilling floor."
    )
    activation_energy_kj_per_mol: Positive | None = Field(
        default=None, description="Use one Arrhenius law instead of the Handbook 66 curve."
    )
    ripening: Ripening | None = Field(default=None, description="Rising branch of freshness, if any.")

    @model_validator(mode="after")
    def _one_life(self) -> Self:
        if (self.life_days is None) == (self.life_table is None):
            raise ValueError("give either life_days or life_table")
        return self

    @cached_property
    def median_days(self) -> float:
        """Median life m at the reference temperature, days."""
        if self.life_table is None:
            assert self.life_days is not None
            return self.life_days
        return float(
            np.exp(_log_life(self.life_table.celsius, self.life_table.life_days, self.reference_celsius))
        )

    def rate(self, celsius: Floats | float) -> Floats:
        """Ageing speed relative to the reference temperature (1 there), same shape as `celsius`.

        The log of the rate is interpolated between known lives: the product's own table, or the relative
        lives of Handbook 66, or an Arrhenius law. Tijskens and Polderdijk (1996) give the rate form.
        """
        warm = np.asarray(celsius, dtype=np.float64)
        if self.chilling_floor_celsius is not None:
            warm = np.maximum(warm, self.chilling_floor_celsius)
        if self.activation_energy_kj_per_mol is not None:
            inverse = 1.0 / (self.reference_celsius + 273.15) - 1.0 / (warm + 273.15)
            return np.exp(self.activation_energy_kj_per_mol / GAS_CONSTANT * inverse)
        if self.life_table is not None:
            temperatures, lives = self.life_table.celsius, self.life_table.life_days
        else:
            temperatures, lives = [t for t, _ in HANDBOOK_66], [life for _, life in HANDBOOK_66]
        at_reference = _log_life(temperatures, lives, self.reference_celsius)
        return np.exp(at_reference - _log_life(temperatures, lives, warm))

    def survival(self, age: Floats | float) -> Floats:
        """Share of the units still sound at thermal age `age`: S(a) = 2^-((a/m)^k)."""
        return survival(np.asarray(age, dtype=np.float64), self.median_days, self.shape)

    def freshness(self, age: Floats | float) -> Floats:
        """What a buyer sees: max(0, 1 - a/m), on a rising branch first where the product ripens."""
        life = np.maximum(np.asarray(age, dtype=np.float64), 0.0) / self.median_days
        return freshness(life, self.ripe_start, self.ripe_life)

    @property
    def ripe_start(self) -> float:
        """Freshness at picking as far as ripeness limits it; 1 for what does not ripen."""
        return 1.0 if self.ripening is None else self.ripening.start_share

    @property
    def ripe_life(self) -> float:
        """Share of the median life at which the fruit is ripe."""
        return 1.0 if self.ripening is None else self.ripening.ripe_days / self.median_days

    def chilled_share(self, celsius: Floats | float) -> Floats:
        """Share of the kilograms that a day at this temperature injures, same shape as `celsius`."""
        floor = -np.inf if self.chilling_floor_celsius is None else self.chilling_floor_celsius
        return np.where(np.asarray(celsius) < floor, self.chilling_loss_per_day, 0.0)


def freshness(life: Floats, ripe_start: Floats | float, ripe_life: Floats | float) -> Floats:
    """Freshness by elapsed share of the median life, elementwise: falling, on a rising branch while unripe.

    `ripe_start` is the freshness at picking (1 for what does not ripen), `ripe_life` the share of the median
    life at which it is ripe.
    """
    rising = ripe_start + (1.0 - ripe_start) * life / ripe_life
    return np.asarray(np.maximum(np.minimum(1.0 - life, rising), 0.0))


def spent_hazard(age: Floats, median: Floats | float, shape: Floats | float) -> Floats:
    """(a/m)^k: the hazard spent until thermal age a, 1 at the median life; ages below zero count as zero."""
    return np.asarray(np.power(np.maximum(age, 0.0) / median, shape))


def failed_share(before: Floats, after: Floats) -> Floats:
    """Share of the units sound when hazard `before` was spent that fail until `after` is, elementwise."""
    return np.asarray(-np.expm1(LN2 * (before - after)))


def survival(age: Floats, median: Floats | float, shape: Floats | float) -> Floats:
    """S(a) = 2^-((a/m)^k), elementwise; ages below zero count as zero."""
    return np.asarray(np.exp2(-spent_hazard(age, median, shape)))


def lost_between(before: Floats, after: Floats, median: Floats | float, shape: Floats | float) -> Floats:
    """Share of the units sound at thermal age `before` that fail until `after` (elementwise)."""
    return failed_share(spent_hazard(before, median, shape), spent_hazard(after, median, shape))


def _log_life(temperatures: list[float], lives: list[float], at: Floats | float) -> Floats:
    """Log of the life at `at`, linear between the known points, the end slopes continued outside."""
    x = np.asarray(temperatures, dtype=np.float64)
    y = np.log(np.asarray(lives, dtype=np.float64))
    where = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    slope = np.diff(y) / np.diff(x)
    return np.asarray(y[where] + slope[where] * (np.asarray(at) - x[where]))
