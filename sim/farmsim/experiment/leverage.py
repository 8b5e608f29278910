"""Which part of a paired comparison a programme stands for: what it cost, and whom and what it supports."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.interventions import ColdChain, PriceGuarantee, Promotion, Subsidy, Training
from farmsim.experiment.compare import Comparison
from farmsim.experiment.run import RunResult
from farmsim.results.leverage import Effects, effects_of

if TYPE_CHECKING:
    from farmsim.scenario.schema import Scenario

Floats = NDArray[np.float64]


def effects_of_programmes(comparison: Comparison, cost: float | None = None) -> Effects:
    """Effects of the second scenario's programmes against the first, the baseline.

    The cost is public money spent beyond the baseline's, unless it is given.
    """
    before, after = comparison.runs
    scenario = after.loaded.scenario
    spent = after.values("public_cost") - before.values("public_cost")
    if cost is not None:
        spent = np.full(len(spent), cost)
    gross = sum(
        (after.values("sales_revenue", channel) for channel in supported_channels(scenario)),
        np.zeros(len(spent)),
    )
    counties = list(scenario.counties)
    helped = supported_counties(scenario)
    others = [county for county in counties if county not in helped]
    with_it, without = _incomes(after, counties), _incomes(before, counties)
    mine = [counties.index(county) for county in helped]
    theirs = [counties.index(county) for county in others]
    return effects_of(
        spent,
        gross,
        (with_it[:, mine].sum(axis=1), without[:, mine].sum(axis=1)),
        (with_it[:, theirs], without[:, theirs]),
    )


def supported_channels(scenario: "Scenario") -> list[str]:
    """Channels that a programme names; all, where one trains growers or builds cold stores."""
    named: set[str] = set()
    for programme in scenario.interventions.values():
        match programme:
            case _ if not programme.enabled:
                continue
            case Training() | ColdChain():
                return list(scenario.channels)
            case Promotion() | PriceGuarantee() | Subsidy():
                named.update(programme.channels)
    return [channel for channel in scenario.channels if channel in named]


def supported_counties(scenario: "Scenario") -> list[str]:
    """Counties whose growers a programme reaches; all, where a programme names no place."""
    reached: set[str] = set()
    for programme in scenario.interventions.values():
        match programme:
            case _ if not programme.enabled:
                continue
            case Training(growers=growers):
                reached.update(
                    name
                    for name, county in scenario.counties.items()
                    if growers is None or set(growers) & set(county.growers)
                )
            case ColdChain(county=county_id):
                reached.add(county_id)
            case Promotion() | PriceGuarantee() | Subsidy():
                for channel in programme.channels:
                    reached.update(scenario.channels[channel].counties or scenario.counties)
    return [county for county in scenario.counties if county in reached]


def _incomes(run: RunResult, counties: list[str]) -> Floats:
    """Growers' net income of some counties, [replication, county]."""
    if len(run.loaded.scenario.counties) == 1:
        return run.values("grower_net_income")[:, None]
    return np.stack([run.values_of("counties", county, "grower_net_income") for county in counties], axis=1)
