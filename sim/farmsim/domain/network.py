"""The physical network: packhouse, cold store and lanes as parameters.

With them stands the arithmetic of shifts, distances and transit days. What happens there over time is the
engine's.
"""

from datetime import date
from math import erf
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from farmsim.domain.distributions import Distribution
from farmsim.params import Celsius, Count, Hour, NonNegative, Params, Positive, Share

Floats = NDArray[np.float64]

MOMENT = 1e-9
"""Times closer together than this are the same, days: clocks that add up fractions round."""
ROAD_FACTOR = 1.3
"""Road kilometres per great-circle kilometre (assumption, range 1.2 to 1.4)."""


class Packhouse(Params):
    """Parallel lines that sort, pack and pre-cool; produce that waits outside ages at ambient temperature."""

    lines: Annotated[int, Field(ge=1, le=10_000)] = Field(description="Parallel lines.")
    kg_per_hour: Positive = Field(description="Speed of one line, kg per working hour.")
    service: Distribution = Field(
        default=1.0, description="Factor on a load's service time, mean 1 (exponential for the M/M/c case)."
    )
    load_kg: Positive = Field(default=1000.0, description="Size of one load (a cart or small truck), kg.")
    arrivals: Literal["even", "poisson"] = Field(
        default="even",
        description="Loads spread over the picking hours with jitter, or a Poisson stream through the day.",
    )
    opens_hour: Hour = Field(default=7.0, description="Start of the shift, hour of the day.")
    shift_hours: Annotated[float, Field(gt=0, le=24)] = Field(
        default=12.0, description="Length of the shift, hours."
    )
    cost_per_kg: NonNegative = Field(default=0.0, description="Running cost of sorting and packing, per kg.")
    wage_share: Share = Field(
        default=0.0, description="Share of that cost paid as wages to the growers' households."
    )
    precool_celsius: Celsius | None = Field(
        default=None, description="Pulp temperature after pre-cooling, if any."
    )
    precool_hours: NonNegative = Field(default=4.0, description="Time that pre-cooling takes, hours.")


class ColdStore(Params):
    """The county's cold store."""

    capacity_kg: Positive = Field(description="What fits in, kg; the rest waits at ambient temperature.")
    celsius: Celsius = Field(description="Temperature.")
    cost_per_kg_day: NonNegative = Field(default=0.0, description="Running cost per kg and day.")
    cooling_hours: NonNegative = Field(
        default=24.0, description="Hours that fruit needs to reach store temperature without pre-cooling."
    )


class Closure(Params):
    """A dated spell in which a lane is closed."""

    starts: Annotated[date, Field(strict=False)] = Field(description="First day.")
    days: Annotated[float, Field(gt=0, le=400)] = Field(description="Length, days.")


class RandomClosures(Params):
    """Spells of closure at random (road, sandstorm, snow)."""

    per_season: NonNegative = Field(description="Mean number of spells over the horizon (Poisson).")
    days: Distribution = Field(description="Length of a spell, days.")


class ParcelLane(Params):
    """Express: transit days and price by destination province, one parcel at a time."""

    kind: Literal["parcel"]
    price_per_parcel: NonNegative = Field(
        description="Price to the reference distance for a pack of reference_kg."
    )
    reference_kg: Positive = Field(default=5.0, description="Parcel weight at which the price holds, kg.")
    price_per_extra_kg: NonNegative = Field(
        default=0.0, description="Price per kg above or below reference_kg."
    )
    reference_km: Positive = Field(
        default=2000.0, description="Road distance at which price and days hold, km."
    )
    price_per_extra_km: NonNegative = Field(
        default=0.0, description="Price per further km (nearer is cheaper)."
    )
    transit_days: Positive = Field(description="Mean transit time at the reference distance, days.")
    days_per_1000_km: NonNegative = Field(default=0.6, description="Further days per 1 000 km.")
    transit_cv: Annotated[float, Field(gt=0, le=2)] = Field(
        default=0.25, description="Variation of transit time."
    )
    celsius: Celsius = Field(description="Temperature inside the parcel.")
    damage_share: Share = Field(default=0.0, description="Share of parcels bruised or broken on the way.")
    loss_share: Share = Field(default=0.0, description="Share of parcels that never arrive.")


class BulkLane(Params):
    """Truck, reefer or rail: departures, vehicles, transit time, temperature, damage, cost."""

    kind: Literal["truck", "reefer", "rail"]
    vehicle_kg: Positive = Field(default=30000.0, description="Capacity of one vehicle, kg.")
    vehicles: Count = Field(default=4, description="Vehicles of this lane; those away are not available.")
    every_days: Annotated[int, Field(ge=1, le=60)] = Field(
        default=1, description="A departure every so many days."
    )
    km: Positive | None = Field(default=None, description="Road distance; without it, from the map, km.")
    km_per_day: Positive = Field(default=1000.0, description="Distance covered in a day, km.")
    transit_cv: Annotated[float, Field(gt=0, le=2)] = Field(
        default=0.15, description="Variation of transit time."
    )
    celsius: Celsius | None = Field(default=None, description="Load temperature; without it, ambient.")
    damage_share: Share = Field(default=0.0, description="Share of the kilograms bruised on the way.")
    cost_per_t_km: NonNegative = Field(default=0.0, description="Freight per tonne and km.")
    cost_per_trip: NonNegative = Field(default=0.0, description="Fixed cost of each vehicle's trip.")
    closures: list[Closure] = Field(default=[], description="Dated closures.")
    random_closures: RandomClosures | None = Field(default=None, description="Closures at random.")
    co2_g_per_t_km: NonNegative | None = Field(default=None, description="Emissions per tonne and km, grams.")


Lane = Annotated[ParcelLane | BulkLane, Field(discriminator="kind")]


def worked_until(start: float, hours: float, opens_hour: float, shift_hours: float) -> float:
    """When `hours` of work begun at `start` (days) end, if work goes on only inside the daily shift.

    A shift may cross midnight. Work that starts outside the shift begins when it next opens.
    """
    if shift_hours >= 24.0:
        return start + hours / 24.0
    opens, length = opens_hour / 24.0, shift_hours / 24.0
    into = (start - opens) % 1.0
    if into > 1.0 - MOMENT:
        into = 0.0
    if into >= length - MOMENT:
        start, into = start + 1.0 - into, 0.0
    left = length - into
    need = hours / 24.0
    if need <= left + MOMENT:
        return start + need
    whole, rest = divmod(need - left, length)
    if rest <= MOMENT:
        whole, rest = whole - 1, rest + length
    return start + left + (1.0 - length) + whole * 1.0 + rest


def road_km(latitude: float, longitude: float, latitudes: Floats, longitudes: Floats) -> Floats:
    """Road distance from one place to many, km: great circle (haversine, radius 6371 km) x road factor."""
    lat1, lat2 = np.radians(latitude), np.radians(latitudes)
    half = (
        np.sin((lat2 - lat1) / 2.0) ** 2
        + np.cos(lat1) * np.cos(lat2) * np.sin(np.radians(longitudes - longitude) / 2.0) ** 2
    )
    return np.asarray(np.maximum(2.0 * 6371.0 * np.arcsin(np.sqrt(half)) * ROAD_FACTOR, 30.0))


def transit_probabilities(mean_days: Floats, cv: float, first: float) -> Floats:
    """Chance of arriving on the k-th day after dispatch, [province, day]; day k is `first` + k days long.

    A lognormal transit time with the given mean and variation is rounded to the delivery moment nearest to
    it; the last column takes the rest of the tail (below one in a thousand).
    """
    sigma2 = np.log1p(cv * cv)
    sigma = np.sqrt(sigma2)
    mu = np.log(mean_days) - sigma2 / 2.0
    longest = float(np.exp(mu.max() + 3.1 * sigma))
    days = max(1, int(np.ceil(longest - first + 1.5)))
    edges = np.maximum(np.arange(days - 1) + first + 0.5, 1e-9)
    below = normal_cdf((np.log(edges)[None, :] - mu[:, None]) / sigma)
    return np.diff(below, axis=1, prepend=0.0, append=1.0)


def normal_cdf(z: Floats) -> Floats:
    """Standard normal distribution function, elementwise (setup only, not for hot loops)."""
    return np.asarray(0.5 * (1.0 + np.vectorize(erf, otypes=[np.float64])(z / np.sqrt(2.0))))
