"""The slogan "three mu lift a family out of poverty" put to a run: what it needs and what growers had.

Net income per mu is what growers received for produce less cash cost. Packing wages are told apart and count
as other income, since they come with the packhouse and not with the family's own land.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from farmsim.errors import UsageError
from farmsim.experiment.run import RunResult
from farmsim.results.estimates import Estimate, estimate
from farmsim.results.families import MU, SIZES
from farmsim.results.three_mu import FamilyTest, family_test
from farmsim.scenario.catalogue import poverty_line

if TYPE_CHECKING:
    from farmsim.scenario.schema import Scenario

Floats = NDArray[np.float64]
ROUNDED = 6
"""Decimals of a yuan that are kept of a difference between two sums."""


@dataclass(frozen=True, slots=True)
class PovertyLine:
    """What a person needs, CNY a year: the mean over households where counties have lines of their own."""

    mean: float
    least: float
    most: float
    year: int


@dataclass(frozen=True, slots=True)
class ThreeMu:
    """The slogan held against a run; [replication]; money in CNY, of the year."""

    source: str
    result: RunResult
    line: PovertyLine
    net_per_mu: Floats
    gross_per_mu: Floats
    wages: Floats
    """Of a household, for packing."""
    other: Floats
    """What a household has from everything else."""

    @property
    def brought(self) -> Floats:
        """Net income of the slogan's land."""
        return MU * self.net_per_mu

    @property
    def beside(self) -> Floats:
        """Wages and other income of a household."""
        return self.wages + self.other

    def tests(self, *, beside: bool = False) -> tuple[FamilyTest, ...]:
        """The claim for families of three, four and five: of produce alone, or `beside` other income."""
        other = self.beside if beside else np.zeros_like(self.net_per_mu)
        return tuple(family_test(size, self.line.mean, MU, self.net_per_mu, other) for size in SIZES)

    def households(self, name: str) -> Estimate:
        """The mean over replications of one of the figures of `results.families`."""
        return estimate(self._of_families(name))

    def lifted(self) -> Estimate:
        """Share of households that are above the line and would not be without produce and wages."""
        above = self.result.values("households_above_line_share")
        return estimate(above - self._of_families("above_without_produce"))

    def _of_families(self, name: str) -> Floats:
        return np.array([outcome.families[name] for outcome in self.result.outcomes])


def three_mu(result: RunResult, source: str) -> ThreeMu:
    """The slogan put to all growers of a run of the scenario `source`; UsageError if it has none."""
    groups = [
        group for county in result.loaded.scenario.counties.values() for group in county.growers.values()
    ]
    if not groups:
        raise UsageError("no-growers", (("scenario", source),))
    households = float(sum(group.households for group in groups))
    land = sum(group.households * group.land_mu for group in groups)
    net = result.values("income_per_mu")
    earned = result.values("grower_net_income") / households
    return ThreeMu(
        source=source,
        result=result,
        line=line_of(result.loaded.scenario),
        net_per_mu=net,
        gross_per_mu=result.values("gross_per_mu"),
        wages=np.round(earned - net * land / households, ROUNDED),
        other=result.values("household_net_income") - earned,
    )


def line_of(scenario: "Scenario") -> PovertyLine:
    """The line of a scenario's year, or those of its counties weighted by households."""
    year = scenario.start.year
    counties = [county for county in scenario.counties.values() if county.growers]
    lines = np.array([county.poverty_line or poverty_line(year) for county in counties])
    homes = [float(sum(group.households for group in county.growers.values())) for county in counties]
    least, most = float(lines.min()), float(lines.max())
    mean = least if least == most else float(np.average(lines, weights=homes))
    return PovertyLine(mean, least, most, year)
