"""What consumers of each province ordered and got, counted where they live; nothing by month or product.

A parcel counts where it was sent, a shop's sale where its customer lives; refunds are left out.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.results.scope import Metric, ratio
from farmsim.results.tables import Tally

Floats = NDArray[np.float64]


class Buyers(NamedTuple):
    """Sums over consumer offers, [province]."""

    wanted: Floats
    """Packs ordered."""
    served: Floats
    """Packs served, at the first choice or at another offer."""
    served_kg: Floats
    served_value: Floats


Rule = Callable[[Buyers], Floats]
RULES: dict[str, Rule] = {}
PROVINCE_METRICS: dict[str, Metric] = {}


def metric(unit: str) -> Callable[[Rule], Rule]:
    """Enter a function into the catalogue of provinces under its own name."""

    def enter(rule: Rule) -> Rule:
        assert rule.__doc__, f"{rule.__name__} has no definition"
        RULES[rule.__name__] = rule
        PROVINCE_METRICS[rule.__name__] = Metric(rule.__name__, unit, rule.__doc__.strip(), ())
        return rule

    return enter


@metric("orders")
def orders(buyers: Buyers) -> Floats:
    """Orders of packs by consumers of the province, served or not."""
    return buyers.wanted


@metric("orders")
def served_orders(buyers: Buyers) -> Floats:
    """Orders of the province that were served, at once or later, at the first choice or another offer."""
    return buyers.served


@metric("kg")
def served_kg(buyers: Buyers) -> Floats:
    """Kilograms packed or sold for consumers of the province; parcels lost or refused later are included."""
    return buyers.served_kg


@metric("CNY")
def sales_value(buyers: Buyers) -> Floats:
    """Kilograms served times their list prices: before markdowns and refunds."""
    return buyers.served_value


@metric("share")
def served_share(buyers: Buyers) -> Floats:
    """Share of the province's orders that were served, at once or later."""
    return ratio(buyers.served, buyers.wanted)


def measure_provinces(tally: Tally) -> dict[str, dict[str, float]]:
    """Every figure of each province; nothing where no channel sells to consumers."""
    shape = tally.shape
    if not len(shape.pairs):
        return {}
    count = len(shape.provinces)
    at, province = np.divmod(shape.pairs, count)
    offer = shape.consumer_offer[at]
    kg = tally.served_there * shape.pack_kg[offer]

    def there(values: Floats) -> Floats:
        return np.bincount(province, values, minlength=count).astype(np.float64, copy=False)

    buyers = Buyers(
        wanted=there(tally.wanted_there.astype(np.float64)),
        served=there(tally.served_there.astype(np.float64)),
        served_kg=there(kg),
        served_value=there(kg * shape.price[offer]),
    )
    columns = {name: rule(buyers).tolist() for name, rule in RULES.items()}
    return {
        name: {figure: values[place] for figure, values in columns.items()}
        for place, name in enumerate(shape.provinces)
    }
