"""When things come: loads at a door, customers at a site. Blocks of a scenario and the moments they mean.

Times are days from the start of the run. A stream gives its moments in ascending order, from its own numbers.
"""

import math
from collections.abc import Iterator
from itertools import count, repeat
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from farmsim.domain.distributions import Distribution, draw, lognormal_factor, mean_of
from farmsim.params import Count, Hour, NonNegative, Params, Positive, Share

CHUNK = 1024
"""Moments drawn at a time."""


class PoissonArrivals(Params):
    """Independent arrivals, evenly through the day or with a daily wave (a Poisson process)."""

    kind: Literal["poisson"]
    per_day: Positive = Field(description="Mean number a day.")
    wave_share: Share = Field(
        default=0.0, description="Height of a daily sine wave of the rate, as a share of its mean."
    )
    peak_hour: Hour = Field(default=12.0, description="Hour at which the wave is highest.")

    @property
    def mean_per_day(self) -> float:
        """Arrivals a day in the mean."""
        return self.per_day

    def moments(self, generator: np.random.Generator) -> Iterator[float]:
        """Exponential gaps; with a wave, candidates at the highest rate are kept in proportion to the rate.

        Thinning: Lewis and Shedler (1979).
        """
        top, now = self.per_day * (1.0 + self.wave_share), 0.0
        while True:
            when = now + np.cumsum(generator.standard_exponential(CHUNK)) / top
            now = float(when[-1])
            if self.wave_share:
                wave = np.cos(2.0 * math.pi * (when - self.peak_hour / 24.0))
                rate = self.per_day * (1.0 + self.wave_share * wave)
                when = when[generator.random(CHUNK) * top < rate]
            yield from when.tolist()


class EvenArrivals(Params):
    """One arrival after another at equal distances: a daily demand, a timetable."""

    kind: Literal["even"]
    every_days: Positive = Field(default=1.0, description="Distance between two of them, days.")
    first_day: NonNegative = Field(default=0.0, description="Moment of the first, days from the start.")

    @property
    def mean_per_day(self) -> float:
        """Arrivals a day in the mean."""
        return 1.0 / self.every_days

    def moments(self, generator: np.random.Generator) -> Iterator[float]:  # noqa: ARG002 (as all kinds)
        """Multiples of the distance; nothing is drawn."""
        return (self.first_day + turn * self.every_days for turn in count())


class RenewalArrivals(Params):
    """Independent gaps of any distribution (a renewal process); the first arrival comes after one gap."""

    kind: Literal["renewal"]
    days_between: Distribution = Field(description="Time between two arrivals, days.")

    @property
    def mean_per_day(self) -> float:
        """Arrivals a day in the mean."""
        return 1.0 / max(mean_of(self.days_between), 1e-9)

    def moments(self, generator: np.random.Generator) -> Iterator[float]:
        """Sums of gaps; none is negative."""
        now = 0.0
        while True:
            when = now + np.cumsum(np.maximum(draw(self.days_between, generator, CHUNK), 0.0))
            now = float(when[-1])
            yield from when.tolist()


class HarvestArrivals(Params):
    """A county's harvest: a bell over the season, brought in the picking hours, more of it in good years."""

    kind: Literal["harvest"]
    loads: Positive = Field(description="Loads of a normal season.")
    centre_day: NonNegative = Field(description="Day on which most is picked, from the start.")
    sd_days: Positive = Field(description="Spread of the bell, days (large means an even pick).")
    first_day: NonNegative = Field(default=0.0, description="First day of the window.")
    last_day: NonNegative = Field(description="Last day of the window.")
    season_cv: NonNegative = Field(default=0.0, description="Variation of the crop from season to season.")
    opens_hour: Hour = Field(default=5.0, description="Hour at which picking begins.")
    picking_hours: Annotated[float, Field(gt=0, le=18)] = Field(
        default=8.0, description="How long it goes on."
    )

    @property
    def mean_per_day(self) -> float:
        """Arrivals a day in the mean over the window."""
        return self.loads / max(self.last_day - self.first_day + 1.0, 1.0)

    def moments(self, generator: np.random.Generator) -> Iterator[float]:
        """Poisson numbers by day, each load at a moment of its own within the picking hours.

        The bell is that of a county's growers (`seasons.harvest_bell`); the season's factor is lognormal.
        """
        days = np.arange(math.floor(self.first_day), math.floor(self.last_day) + 1.0)
        distance = 0.5 * ((days - self.centre_day) / self.sd_days) ** 2
        weight = np.exp(distance.min() - distance)
        crop = self.loads * float(lognormal_factor(generator.standard_normal(), self.season_cv))
        for day, expected in zip(days.tolist(), (crop * weight / weight.sum()).tolist(), strict=True):
            hours = np.sort(generator.random(generator.poisson(expected))) * self.picking_hours
            yield from (day + (self.opens_hour + hours) / 24.0).tolist()


class TraceArrivals(Params):
    """What was counted day by day: a list, or a column of a CSV file with a heading."""

    kind: Literal["trace"]
    kg_by_day: Annotated[list[NonNegative], Field(min_length=1, max_length=100_000)] = Field(
        description="Kilograms of day 0, 1, ...; after the last day nothing comes."
    )
    every_days: Positive = Field(default=1.0, description="Length of what is called a day here, days.")

    @property
    def mean_per_day(self) -> float:
        """Arrivals a day in the mean."""
        return 1.0 / self.every_days

    def moments(self, generator: np.random.Generator) -> Iterator[float]:  # noqa: ARG002 (as all kinds)
        """The days that are listed."""
        return (day * self.every_days for day in range(len(self.kg_by_day)))


Arrivals = Annotated[
    PoissonArrivals | EvenArrivals | RenewalArrivals | HarvestArrivals | TraceArrivals,
    Field(discriminator="kind"),
]


class Stream(Params):
    """Arrivals and how much each of them is."""

    arrivals: Arrivals = Field(description="When they come.")
    kg: Distribution = Field(default=1.0, description="Mass of each, kg; a trace brings its own.")
    whole_kg: bool = Field(default=False, description="Whether masses are rounded to whole kilograms.")
    at_once: Count = Field(default=1, description="How many come together each time.")
    most: Count | None = Field(default=None, description="No more than so many come in all.")

    def units(
        self, generator: np.random.Generator, sizes: np.random.Generator
    ) -> Iterator[tuple[float, float]]:
        """(moment in days, kg) of every unit, in order; moments and sizes have generators of their own."""
        return self._limited(
            (moment, size)
            for moment, size in zip(
                (moment for moment in self.arrivals.moments(generator) for _ in range(self.at_once)),
                self._sizes(sizes),
                strict=False,
            )
        )

    def _sizes(self, generator: np.random.Generator) -> Iterator[float]:
        if isinstance(self.arrivals, TraceArrivals):
            return (kg for kg in self.arrivals.kg_by_day for _ in range(self.at_once))
        if isinstance(self.kg, float | int):
            kg = max(float(self.kg), 0.0)
            return repeat(float(round(kg)) if self.whole_kg else kg)
        return self._drawn(generator)

    def _drawn(self, generator: np.random.Generator) -> Iterator[float]:
        while True:
            kg = np.maximum(draw(self.kg, generator, CHUNK), 0.0)
            yield from (np.rint(kg) if self.whole_kg else kg).tolist()

    def _limited(self, units: Iterator[tuple[float, float]]) -> Iterator[tuple[float, float]]:
        return (
            units if self.most is None else (unit for unit, _ in zip(units, range(self.most), strict=False))
        )
