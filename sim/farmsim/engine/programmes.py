"""Programmes put into effect: how each changes what growers, packhouses and channels do, and what it costs.

Training and cold chains change parameters before the run; promotions become factors on the odds of choosing a
channel by day; guarantees and subsidies are rules that the office applies to payments.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.households import GrowerGroup
from farmsim.domain.interventions import ColdChain, PriceGuarantee, Promotion, Subsidy, Training
from farmsim.scenario.schema import County, Scenario

Floats = NDArray[np.float64]


class Cost(NamedTuple):
    """A sum that a payer owes on a day for a programme; `county` is -1 where none is meant."""

    day: int
    payer: str
    county: int
    amount: float


def with_programmes(scenario: Scenario) -> Scenario:
    """The scenario with trained growers and built cold chains."""
    for programme in scenario.interventions.values():
        if not programme.enabled:
            continue
        if isinstance(programme, Training):
            scenario = _trained(scenario, programme)
        elif isinstance(programme, ColdChain):
            county = scenario.counties[programme.county]
            counties = {**scenario.counties, programme.county: _cooled(county, programme)}
            scenario = scenario.model_copy(update={"counties": counties})
    return scenario


def trained_group(group: GrowerGroup, grades: list[str], programme: Training) -> GrowerGroup:
    """A group after training: the best grade's share rises, the others shrink in proportion; yield rises."""
    best = grades[0]
    before = group.grade_shares.get(best, 0.0)
    after = min(1.0, before + programme.best_grade_gain)
    scale = (1.0 - after) / (1.0 - before) if before < 1.0 else 0.0
    shares = {grade: after if grade == best else share * scale for grade, share in group.grade_shares.items()}
    return group.model_copy(
        update={
            "grade_shares": {best: after, **shares},
            "yield_kg_per_mu": group.yield_kg_per_mu * (1.0 + programme.yield_gain_share),
            "cash_cost_per_mu": group.cash_cost_per_mu + programme.grower_cost_per_mu,
        }
    )


def programme_costs(scenario: Scenario) -> list[Cost]:
    """What programmes cost their payers over the season, apart from payments by rule."""
    names = list(scenario.counties)
    costs: list[Cost] = []
    for programme in scenario.interventions.values():
        if not programme.enabled:
            continue
        match programme:
            case Training():
                for place, county in enumerate(scenario.counties.values()):
                    households = sum(
                        group.households
                        for name, group in county.growers.items()
                        if programme.growers is None or name in programme.growers
                    )
                    costs.append(Cost(0, programme.payer, place, programme.cost_per_household * households))
            case ColdChain():
                yearly = programme.capital_cost / programme.life_years + programme.running_cost
                costs.append(Cost(0, programme.payer, names.index(programme.county), yearly))
            case Promotion():
                first = (programme.starts - scenario.start).days
                if first < scenario.horizon_days and first + programme.days > 0:
                    share = programme.fee / len(names)
                    day = max(first, 0)
                    costs.extend(Cost(day, programme.payer, place, share) for place in range(len(names)))
            case PriceGuarantee() | Subsidy():
                pass
    return [cost for cost in costs if cost.amount > 0.0]


def promotion_factors(scenario: Scenario, channels: list[str]) -> Floats:
    """Factor on the odds of choosing a channel, [channel, day]."""
    factor = np.ones((len(channels), scenario.horizon_days))
    for programme in scenario.interventions.values():
        if isinstance(programme, Promotion) and programme.enabled:
            first = max((programme.starts - scenario.start).days, 0)
            last = max((programme.starts - scenario.start).days + programme.days, 0)
            for channel in programme.channels:
                factor[channels.index(channel), first:last] *= programme.demand_factor
    return factor


def _trained(scenario: Scenario, programme: Training) -> Scenario:
    counties: dict[str, County] = {}
    for name, county in scenario.counties.items():
        growers = {
            group_name: trained_group(group, scenario.products[group.product].grades, programme)
            if programme.growers is None or group_name in programme.growers
            else group
            for group_name, group in county.growers.items()
        }
        counties[name] = county.model_copy(update={"growers": growers})
    return scenario.model_copy(update={"counties": counties})


def _cooled(county: County, programme: ColdChain) -> County:
    packhouse = county.packhouse
    if packhouse is not None:
        changes: dict[str, float | int] = {}
        if programme.precool_celsius is not None:
            changes["precool_celsius"] = programme.precool_celsius
        if programme.lines is not None:
            changes["lines"] = programme.lines
        packhouse = packhouse.model_copy(update=changes)
    return county.model_copy(
        update={"packhouse": packhouse, "cold_store": programme.cold_store or county.cold_store}
    )
