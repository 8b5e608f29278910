"""The year: calendar and named events, climate, the bell of a harvest, shocks that strike a season."""

from datetime import date, timedelta
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from farmsim.params import Celsius, NonNegative, Params, Positive, Share

Floats = NDArray[np.float64]
Day = Annotated[date, Field(strict=False)]

EventName = Literal["618", "harvest-festival", "double-11", "nianhuo"]

SPRING_FESTIVAL = {
    2016: date(2016, 2, 8),
    2017: date(2017, 1, 28),
    2018: date(2018, 2, 16),
    2019: date(2019, 2, 5),
    2020: date(2020, 1, 25),
    2021: date(2021, 2, 12),
    2022: date(2022, 2, 1),
    2023: date(2023, 1, 22),
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
}
"""First day of the lunar year (public almanac)."""


class Climate(Params):
    """Ambient temperature of a county, and the shade in which produce waits."""

    celsius: Annotated[list[Celsius], Field(min_length=12, max_length=12)] = Field(
        description="Mean temperature where produce waits, January to December."
    )
    anomaly_sd_celsius: NonNegative = Field(default=2.5, description="Spread of the daily anomaly.")
    persistence: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.6, description="Correlation of the anomaly from day to day."
    )


class Harvest(Params):
    """When one group picks: a bell inside a window."""

    centre: Day = Field(description="Day on which most is picked.")
    sd_days: Positive = Field(description="Spread of the bell, days (large means an even pick).")
    first: Day = Field(description="First day of the window.")
    last: Day = Field(description="Last day of the window.")
    jitter_days: NonNegative = Field(
        default=0.0, description="Spread of the centre from season to season, days."
    )


class Shock(Params):
    """Hail, frost, drought: a share of what still stands in the field is lost on one day."""

    chance: Share = Field(description="Chance that it strikes in a season.")
    day: Day | None = Field(default=None, description="Dated; without it, any day of the window.")
    lost_share: Share = Field(description="Share of what still stands that is lost.")


def harvest_bell(harvest: Harvest, start: date, days: int, jitter: float) -> Floats:
    """Share of the season's crop picked on each day of the run, [days], sum at most 1.

    `jitter` is a standard normal; picks that fall before day 0 or after the run are not in it.
    """
    offset = (harvest.first - start).days
    length = (harvest.last - harvest.first).days + 1
    centre = (harvest.centre - harvest.first).days + jitter * harvest.jitter_days
    when = np.arange(length, dtype=np.float64)
    distance = 0.5 * ((when - centre) / harvest.sd_days) ** 2
    weight = np.exp(distance.min() - distance)
    weight /= weight.sum()
    season = np.zeros(days)
    lo, hi = max(0, offset), min(days, offset + length)
    if lo < hi:
        season[lo:hi] = weight[lo - offset : hi - offset]
    return season


def ambient_celsius(climate: Climate, start: date, normals: Floats) -> Floats:
    """Daily ambient temperature, [days]: monthly means (linear between mid-months) plus an AR(1) anomaly.

    `normals` are standard normals, one a day, drawn ahead.
    """
    days = len(normals)
    when = np.array([(start + timedelta(days=d)).timetuple().tm_yday for d in range(days)], dtype=np.float64)
    middles = np.array([15, 46, 75, 105, 136, 166, 197, 228, 258, 289, 319, 350], dtype=np.float64)
    means = np.interp(when, middles, np.asarray(climate.celsius), period=365.0)
    return np.asarray(means + climate.anomaly_sd_celsius * autoregressive(normals, climate.persistence))


def autoregressive(normals: Floats, persistence: float) -> Floats:
    """Stationary AR(1) with unit variance from standard normals, along the last axis."""
    fresh = np.sqrt(1.0 - persistence * persistence)
    out = np.empty_like(normals)
    out[..., 0] = normals[..., 0]
    for day in range(1, normals.shape[-1]):
        out[..., day] = persistence * out[..., day - 1] + fresh * normals[..., day]
    return out


def event_windows(name: str, year: int) -> tuple[date, date]:
    """First and last day of a named event in a year (Harvest Festival exists from 2018)."""
    match name:
        case "618":
            return date(year, 6, 16), date(year, 6, 18)
        case "harvest-festival":
            return (
                (date(year, 9, 23), date(year, 9, 23))
                if year >= 2018
                else (date(year, 9, 24), date(year, 9, 23))
            )
        case "double-11":
            return date(year, 11, 11), date(year, 11, 11)
        case "nianhuo":
            festival = SPRING_FESTIVAL.get(year, date(year, 2, 5))
            return festival - timedelta(days=28), festival - timedelta(days=7)
        case _:
            raise ValueError(name)


def calendar_factor(
    start: date, days: int, *, monthly: list[float], weekday: list[float], events: dict[EventName, float]
) -> Floats:
    """Factor on demand by day of the run, [days]: month x weekday x named events."""
    dates = [start + timedelta(days=day) for day in range(days)]
    factor = np.array(monthly)[[when.month - 1 for when in dates]]
    factor *= np.array(weekday)[[when.weekday() for when in dates]]
    for name, multiple in events.items():
        for year in range(start.year, dates[-1].year + 2):
            first, last = ((day - start).days for day in event_windows(name, year))
            factor[max(first, 0) : max(last + 1, 0)] *= multiple
    return factor
