"""The households of a run: sums by grower group, and the incomes of all people."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.households import shortfalls
from farmsim.domain.records import Welfare

Floats = NDArray[np.float64]


class Homes(NamedTuple):
    """Sums over the households of each grower group, [grower group]; money is of the year."""

    households: Floats
    above_line: Floats
    """Households whose income per head reaches the poverty line."""
    produce: Floats
    """Received for produce."""
    cash_cost: Floats
    earned: Floats
    """Received for produce and as wages, less cash cost."""
    income: Floats
    """What was earned, plus other income."""
    people: Floats
    shortfalls: tuple[Floats, Floats, Floats]
    """Sums over people of the shortfall to the power of 0, 1 and 2 (Foster, Greer and Thorbecke)."""
    per_head: Floats
    """Income per head, [household]."""
    heads: Floats
    """Persons that a household stands for, [household]."""
    weight: Floats
    """Households that one stands for, [household]."""
    net_per_mu: Floats
    """Received for produce less cash cost, per mu, [household]."""
    beside: Floats
    """Wages and other income, [household]."""
    line: Floats
    """Poverty line of its county, [household]."""
    above_without_produce: Floats
    """Households whose other income alone reaches the line, [household]: 1 or 0."""


def homes_of(rows: Sequence[Welfare], groups: int) -> Homes:
    """What comes of the households of so many grower groups."""
    weight, persons, land, produce, cost, wages, other = (
        np.concatenate([np.zeros(0), *(getattr(row, field) for row in rows)])
        for field in ("weight", "persons", "land_mu", "produce_income", "cash_cost", "wages", "other_income")
    )
    sizes = np.array([len(row.weight) for row in rows], dtype=np.intp)
    group = np.array([row.group for row in rows], dtype=np.intp)
    line = np.repeat(np.array([row.poverty_line for row in rows]), sizes)
    first = np.cumsum(sizes) - sizes

    def by_group(values: Floats) -> Floats:
        sums = np.zeros(groups)
        if len(first):
            sums[group] = np.add.reduceat(values, first)
        return sums

    earned = produce + wages - cost
    income = earned + other
    per_head, heads = income / persons, persons * weight
    below, missing, squared = shortfalls(per_head, heads, line)
    return Homes(
        households=by_group(weight),
        above_line=by_group(weight * (per_head >= line)),
        produce=by_group(produce * weight),
        cash_cost=by_group(cost * weight),
        earned=by_group(earned * weight),
        income=by_group(income * weight),
        people=by_group(heads),
        shortfalls=(by_group(below), by_group(missing), by_group(squared)),
        per_head=per_head,
        heads=heads,
        weight=weight,
        net_per_mu=(produce - cost) / land,
        beside=wages + other,
        line=line,
        above_without_produce=(other / persons >= line).astype(np.float64),
    )
