"""How products keep, looked up for many at once: products of one kind mostly keep alike."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.produce import Keeping
from farmsim.scenario.schema import Scenario

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Keepings(NamedTuple):
    """The different ways of keeping among the products of a scenario."""

    ways: tuple[Keeping, ...]
    of_product: Indices
    """[product]: which of the ways."""

    def rates(self, product: Indices, celsius: Floats) -> Floats:
        """Ageing speeds of products at temperatures, elementwise."""
        return self._looked_up(product, celsius, Keeping.rate)

    def chilled(self, product: Indices, celsius: Floats) -> Floats:
        """Shares injured by a day at temperatures, elementwise; 0 where the temperature is NaN."""
        return self._looked_up(product, celsius, Keeping.chilled_share)

    def _looked_up(
        self, product: Indices, celsius: Floats, figure: Callable[[Keeping, Floats], Floats]
    ) -> Floats:
        way, found = self.of_product[product], np.empty(product.shape)
        for number in np.unique(way).tolist():
            mine = way == number
            found[mine] = figure(self.ways[number], celsius[mine])
        return found


def make_keepings(scenario: Scenario) -> Keepings:
    """The ways of keeping of a scenario's products."""
    number: dict[str, int] = {}
    ways: list[Keeping] = []
    of_product: list[int] = []
    for product in scenario.products.values():
        text = product.keeping.model_dump_json()
        if text not in number:
            number[text] = len(ways)
            ways.append(product.keeping)
        of_product.append(number[text])
    return Keepings(tuple(ways), np.array(of_product, dtype=np.intp))
