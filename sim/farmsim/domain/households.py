"""Households that grow: what a group of them is, how it varies, and what its members' incomes mean.

Poverty is measured by Foster, Greer and Thorbecke (1984): P0 headcount ratio, P1 poverty gap, P2 severity.
"""

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from farmsim.domain.distributions import Distribution, draw, lognormal_factor
from farmsim.domain.seasons import Harvest, Shock
from farmsim.params import Id, Label, NonNegative, Params, Positive, Share

Floats = NDArray[np.float64]

MOST_HOUSEHOLDS = 1000
"""Households held as arrays for one group; a larger group is represented by weights."""


class GrowerGroup(Params):
    """A group of households that grow one product in a county."""

    label: Label | None = Field(default=None, description="Display name.")
    product: Id = Field(description="What it grows.")
    households: Annotated[int, Field(ge=1, le=10_000_000)] = Field(description="Number of households.")
    land_mu: Positive = Field(description="Land under this product, mu a household (1 mu = 667 m2).")
    land_cv: Annotated[float, Field(ge=0, le=2)] = Field(
        default=0.0, description="Its variation between households."
    )
    persons: Positive = Field(default=4.0, description="Persons a household.")
    yield_kg_per_mu: Positive = Field(description="Marketable yield in a normal season, kg per mu.")
    season_yield_cv: Annotated[float, Field(ge=0, le=2)] = Field(
        default=0.0, description="Variation of the season's yield, shared by the county."
    )
    household_yield_cv: Annotated[float, Field(ge=0, le=2)] = Field(
        default=0.0, description="Variation of yield between households."
    )
    harvest: Harvest = Field(description="When it picks.")
    grade_shares: dict[Id, Share] = Field(
        description="Shares of the grades after field loss; they add up to 1."
    )
    grade_sd: NonNegative = Field(
        default=0.0, description="Spread of the best grade's share from season to season, on the logit scale."
    )
    field_loss_share: Share = Field(default=0.0, description="Share culled in the field.")
    own_use_share: Share = Field(default=0.0, description="Share eaten or kept by the household.")
    cash_cost_per_mu: NonNegative = Field(default=0.0, description="Seed, film, fertiliser, water; per mu.")
    other_income: Distribution = Field(
        default=0.0, description="Income a household from everything else, a year."
    )
    shocks: dict[Id, Shock] = Field(default={}, description="Hail, frost, drought.")


class Households(NamedTuple):
    """Households of one group as arrays, [household]; `weight` says how many each stands for."""

    weight: Floats
    land_mu: Floats
    yield_factor: Floats
    persons: Floats
    other_income: Floats


def draw_households(group: GrowerGroup, generator: np.random.Generator) -> Households:
    """The members of one group. Land is lognormal with the group's mean; yields vary around 1."""
    count = min(group.households, MOST_HOUSEHOLDS)
    z = generator.standard_normal((2, count))
    land = group.land_mu * lognormal_factor(z[0], group.land_cv)
    land *= group.land_mu / land.mean()
    factor = lognormal_factor(z[1], group.household_yield_cv)
    factor /= np.average(factor, weights=land)
    return Households(
        weight=np.full(count, group.households / count),
        land_mu=land,
        yield_factor=factor,
        persons=np.full(count, group.persons),
        other_income=draw(group.other_income, generator, count),
    )


def shortfalls(
    income_per_head: Floats, persons: Floats, line: Floats | float
) -> tuple[Floats, Floats, Floats]:
    """Persons below the line, each counted with the shortfall to the power of 0, 1 and 2, by household.

    Their sums over all persons are P0, P1 and P2. The shortfall is the share of the line that is missing, of
    a negative income 1; who reaches the line is not poor.
    """
    poor = persons * (income_per_head < line)
    short = np.minimum(1.0 - income_per_head / line, 1.0)
    return poor, poor * short, poor * short * short


def gini(values: Floats, weights: Floats) -> float:
    """Gini coefficient of weighted values: 1 - twice the area under the Lorenz curve; NaN if all are 0."""
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    value = np.cumsum(values[order] * weights[order])
    if value[-1] <= 0.0:
        return float("nan")
    lorenz = value / value[-1]
    area = float(np.sum(np.diff(share, prepend=0.0) * (lorenz + np.concatenate(([0.0], lorenz[:-1]))) / 2.0))
    return 1.0 - 2.0 * area
