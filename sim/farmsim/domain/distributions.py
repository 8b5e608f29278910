"""Distributions as a scenario writes them: `1800`, or `{distribution: lognormal, mean: 1800, cv: 0.2}`.

A plain number is a constant and stays a number. Every block says how many units it is by the key it stands
under (`transit_time_days: {distribution: gamma, ...}`); cv is the coefficient of variation, sd / mean.
The draws behind all kinds but gamma do not depend on the parameters, so that compared scenarios stay in step
when one changes; the gamma sampler (Marsaglia and Tsang 2000) rejects draws, at places that the cv moves.
"""

import math
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Discriminator, Field, Tag, model_validator

from farmsim.domain.counts import poisson
from farmsim.params import NonNegative, Params, Positive
from farmsim.streams import normals

Size = int | tuple[int, ...]
Finite = Annotated[float, Field(ge=-1e12, le=1e12)]


class Constant(Params):
    """Always the same value."""

    distribution: Literal["constant"]
    value: Annotated[Finite, Field(description="the value")]

    @property
    def mean(self) -> float:
        """The value."""
        return self.value

    def draw(self, generator: np.random.Generator, size: Size) -> NDArray[np.float64]:  # noqa: ARG002 - as all kinds
        """Repeat the value; nothing is drawn."""
        return np.full(size, self.value)


class Lognormal(Params):
    """Positive and skewed to the right: yields, prices, prepared quantities."""

    distribution: Literal["lognormal"]
    mean: Annotated[Positive, Field(description="the mean of the values, not of their logarithms")]
    cv: Annotated[NonNegative, Field(description="coefficient of variation, sd / mean")]

    def draw(self, generator: np.random.Generator, size: Size) -> NDArray[np.float64]:
        """Draw values from one standard normal number each."""
        location, scale = lognormal_parameters(self.mean, self.cv)
        return np.exp(location + scale * generator.standard_normal(size))


class Gamma(Params):
    """Positive; exponential where cv is 1, nearly normal where it is small: service and transit times."""

    distribution: Literal["gamma"]
    mean: Annotated[Positive, Field(description="the mean")]
    cv: Annotated[NonNegative, Field(description="coefficient of variation; the shape is 1 / cv^2")]

    def draw(self, generator: np.random.Generator, size: Size) -> NDArray[np.float64]:
        """Draw values; their shape parameter is 1 / cv^2, and a cv of 0 gives the mean."""
        if self.cv == 0:
            return np.full(size, self.mean)
        return generator.standard_gamma(self.cv**-2, size) * (self.mean * self.cv**2)


class Exponential(Params):
    """Positive and without memory: times between independent events."""

    distribution: Literal["exponential"]
    mean: Annotated[Positive, Field(description="the mean")]

    def draw(self, generator: np.random.Generator, size: Size) -> NDArray[np.float64]:
        """Draw values."""
        return generator.standard_exponential(size) * self.mean


class Normal(Params):
    """Symmetric; values beyond `low` and `high` are moved to them (clipped, not drawn again)."""

    distribution: Literal["normal"]
    mean: Annotated[Finite, Field(description="the mean before clipping")]
    sd: Annotated[NonNegative, Field(description="the standard deviation before clipping")]
    low: Annotated[Finite | None, Field(description="least value; lower ones become this one")] = None
    high: Annotated[Finite | None, Field(description="greatest value; higher ones become this one")] = None

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if self.low is not None and self.high is not None and self.low >= self.high:
            message = f"low ({self.low:g}) must be below high ({self.high:g})"
            raise ValueError(message)
        return self

    @property
    def clipped_mean(self) -> float:
        """The mean of what is drawn: with z the standardised bounds, of max(low, min(high, X))."""
        low, high = self._bounds()
        if self.sd == 0:
            return min(max(self.mean, low), high)
        z_low, z_high = (low - self.mean) / self.sd, (high - self.mean) / self.sd
        above_low = self.sd * _excess(z_low)
        above_high = self.sd * _excess(z_high)
        if low == -math.inf:
            return self.mean - above_high
        return low + above_low - above_high

    def draw(self, generator: np.random.Generator, size: Size) -> NDArray[np.float64]:
        """Draw values from one standard normal number each, then clip them."""
        low, high = self._bounds()
        return np.clip(self.mean + self.sd * generator.standard_normal(size), low, high)

    def quantile(self, share: float) -> float:
        """The value that is not exceeded with this chance."""
        low, high = self._bounds()
        return float(np.clip(self.mean + self.sd * normals(np.array([share]))[0], low, high))

    def _bounds(self) -> tuple[float, float]:
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return low, high


class Uniform(Params):
    """Every value from `low` to `high` alike."""

    distribution: Literal["uniform"]
    low: Annotated[Finite, Field(description="least value")]
    high: Annotated[Finite, Field(description="greatest value")]

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if self.low >= self.high:
            message = f"low ({self.low:g}) must be below high ({self.high:g})"
            raise ValueError(message)
        return self

    @property
    def mean(self) -> float:
        """The middle."""
        return (self.low + self.high) / 2

    def draw(self, generator: np.random.Generator, size: Size) -> NDArray[np.float64]:
        """Draw values."""
        return self.low + (self.high - self.low) * generator.random(size)

    def quantile(self, share: float) -> float:
        """The value that is not exceeded with this chance."""
        return self.low + share * (self.high - self.low)


class Triangular(Params):
    """From `low` to `high`, most often near `mode`: an expert's least, likely and greatest value."""

    distribution: Literal["triangular"]
    low: Annotated[Finite, Field(description="least value")]
    mode: Annotated[Finite, Field(description="most likely value")]
    high: Annotated[Finite, Field(description="greatest value")]

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if not self.low <= self.mode <= self.high or self.low == self.high:
            message = (
                f"low ({self.low:g}), mode ({self.mode:g}), high ({self.high:g}) must be in ascending order"
            )
            raise ValueError(message)
        return self

    @property
    def mean(self) -> float:
        """A third of the sum of the three values."""
        return (self.low + self.mode + self.high) / 3

    def draw(self, generator: np.random.Generator, size: Size) -> NDArray[np.float64]:
        """Draw values by inversion of one uniform number each."""
        return np.asarray(generator.triangular(self.low, self.mode, self.high, size))


class PoissonCount(Params):
    """Whole numbers: how many of many come independently."""

    distribution: Literal["poisson"]
    mean: Annotated[Positive, Field(le=1e6, description="the mean, which is also the variance")]

    def draw(self, generator: np.random.Generator, size: Size) -> NDArray[np.float64]:
        """Draw values by inversion of one uniform number each."""
        return poisson(1.0 - generator.random(size), self.mean).astype(np.float64)

    def quantile(self, share: float) -> float:
        """The least count that is not exceeded with at least this chance."""
        return float(poisson(share, self.mean))


class Choice(Params):
    """One of a few values, each with its weight: order sizes."""

    distribution: Literal["choice"]
    values: Annotated[list[Finite], Field(min_length=1, max_length=1000, description="the values")]
    weights: Annotated[list[Positive], Field(min_length=1, max_length=1000, description="their weights")]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.values) != len(self.weights):
            raise ValueError("values and weights must be equally long")
        return self

    @property
    def mean(self) -> float:
        """The weighted mean."""
        return float(np.average(self.values, weights=self.weights))

    def draw(self, generator: np.random.Generator, size: Size) -> NDArray[np.float64]:
        """Draw values by inversion of one uniform number each."""
        upto = np.cumsum(self.weights) / math.fsum(self.weights)
        return np.asarray(self.values)[np.searchsorted(upto[:-1], generator.random(size), side="right")]


Block = Constant | Lognormal | Gamma | Exponential | Normal | Uniform | Triangular | PoissonCount | Choice


def _form(value: object) -> str:
    """Whether a value is read as a block or as a number, so that only that form complains."""
    return "block" if isinstance(value, dict | Params) else "number"


Distribution = Annotated[
    Annotated[Finite, Field(allow_inf_nan=False), Tag("number")]
    | Annotated[Block, Field(discriminator="distribution"), Tag("block")],
    Discriminator(_form),
]
"""A field's type: a plain number, which stays a float, or a block with the key `distribution`."""


def draw(distribution: float | Block, generator: np.random.Generator, size: Size) -> NDArray[np.float64]:
    """Values of a distribution in an array of that size; a plain number is repeated and nothing is drawn."""
    if isinstance(distribution, Params):
        return distribution.draw(generator, size)
    return np.full(size, float(distribution))


def mean_of(distribution: float | Block) -> float:
    """Mean of what `draw` gives: of the clipped values, where a normal distribution has bounds."""
    match distribution:
        case Normal():
            return distribution.clipped_mean
        case Params():
            return distribution.mean
        case _:
            return float(distribution)


def least_of(distribution: float | Block) -> float:
    """The least value that can be drawn."""
    match distribution:
        case float() | int():
            return float(distribution)
        case Constant():
            return distribution.value
        case Uniform() | Triangular():
            return distribution.low
        case Choice():
            return min(distribution.values)
        case Normal():
            spread = -math.inf if distribution.sd > 0 else distribution.mean
            return spread if distribution.low is None else distribution.low
        case _:
            return 0.0


def lognormal_parameters(mean: float, cv: float) -> tuple[float, float]:
    """Mean and standard deviation of the logarithms of values with this mean and coefficient of variation."""
    variance = math.log1p(cv * cv)
    return math.log(mean) - variance / 2, math.sqrt(variance)


def lognormal_factor(z: NDArray[np.float64] | float, cv: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Lognormal values with mean 1 and this coefficient of variation, for standard normals `z`."""
    variance = np.log1p(cv * cv)
    return np.asarray(np.exp(np.sqrt(variance) * z - variance / 2.0))


def _excess(z: float) -> float:
    """Mean of max(0, Z - z) for a standard normal Z: the unit loss, 0 for an infinite z."""
    if math.isinf(z):
        return 0.0
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return density - z * math.erfc(z / math.sqrt(2)) / 2
