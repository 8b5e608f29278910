"""Grower groups as a table: where they grow what, which goods they bring, which offers sell their fruit."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.households import GrowerGroup
from farmsim.scenario.schema import Scenario

Indices = NDArray[np.intp]
Pairs = list[tuple[int, int]]
"""(county, product) of each entry of a table."""


class Groups(NamedTuple):
    """[group] of growers in the order of counties."""

    ids: tuple[str, ...]
    blocks: tuple[GrowerGroup, ...]
    county: Indices
    product: Indices
    goods: Indices
    """[group, grade]: the goods that it brings, best grade first; -1 beyond the product's last grade."""
    of_good: Indices
    """[good, place]: the groups that bring a good; -1 beyond the last."""
    place: Indices
    """Place of a group among those that bring the same goods."""
    of_offer: Indices
    """[offer, place]: the groups whose fruit an offer sells, in the same order; -1 beyond the last."""


def make_groups(scenario: Scenario, products: tuple[str, ...], goods: Pairs, offers: Pairs) -> Groups:
    """The table of a scenario; goods of one county and product stand best grade first."""
    ids: list[str] = []
    blocks: list[GrowerGroup] = []
    county: list[int] = []
    for index, (county_id, block) in enumerate(scenario.counties.items()):
        ids += [f"{county_id}/{name}" for name in block.growers]
        blocks += block.growers.values()
        county += [index] * len(block.growers)
    number = {product: index for index, product in enumerate(products)}
    product = [number[group.product] for group in blocks]
    pairs = list(zip(county, product, strict=True))
    bring, brought = _gathered(pairs), _gathered(goods)
    return Groups(
        ids=tuple(ids),
        blocks=tuple(blocks),
        county=np.array(county, dtype=np.intp),
        product=np.array(product, dtype=np.intp),
        goods=_padded([brought[pair] for pair in pairs]),
        of_good=_padded([bring[pair] for pair in goods]),
        place=np.array([bring[pair].index(group) for group, pair in enumerate(pairs)], dtype=np.intp),
        of_offer=_padded([bring[pair] for pair in offers]),
    )


def _gathered(pairs: Pairs) -> dict[tuple[int, int], list[int]]:
    """Which entries have each pair."""
    found: dict[tuple[int, int], list[int]] = {}
    for index, pair in enumerate(pairs):
        found.setdefault(pair, []).append(index)
    return found


def _padded(rows: list[list[int]]) -> Indices:
    """Rows of different lengths as one table, filled up with -1."""
    table = np.full((len(rows), max(map(len, rows), default=1)), -1, dtype=np.intp)
    for index, row in enumerate(rows):
        table[index, : len(row)] = row
    return table
