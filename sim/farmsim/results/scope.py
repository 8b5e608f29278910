"""What a metric sees of a run, and how it enters the catalogue.

A scope sums over all offers, or over each group of a division (channels, counties, kinds of produce) at once:
the same rule gives one figure or one a group. NaN means that a figure cannot be known (no parcels, so no
delivery days), never zero.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.results.tables import Shape, Tally

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
NAN = float("nan")

By = Literal["channel", "county", "kind"]
OFFERS: tuple[By, ...] = ("channel", "county", "kind")
"""Of metrics that are sums over offers."""
GROWN: tuple[By, ...] = ("county", "kind")
"""Of metrics that are sums over grower groups and their produce."""
COUNTY: tuple[By, ...] = ("county",)


class Metric(NamedTuple):
    """One metric: its unit, its definition (an English sentence, translated on the screen), its divisions."""

    name: str
    unit: str
    definition: str
    by: tuple[By, ...]
    """Divisions of the run for whose parts it is given too."""

    @property
    def per_channel(self) -> bool:
        """Whether it is given for each channel."""
        return "channel" in self.by


class Division(NamedTuple):
    """A run divided into groups: to which each offer and each grower group belongs; -1 for none."""

    by: By
    names: tuple[str, ...]
    of_offer: Indices
    of_growers: Indices | None
    """None where growers belong to several groups."""


def division(shape: Shape, by: By) -> Division:
    """A run by channel, county or kind of produce."""
    match by:
        case "channel":
            return Division(by, shape.channels, shape.offer_channel, None)
        case "county":
            return Division(by, shape.counties, shape.offer_county, shape.group_county)
    kind = shape.product_kind
    return Division(by, shape.produce, kind[shape.offer_product], kind[shape.group_product])


class Scope:
    """One run's tally, summed over everything (figures without axis) or by the groups of a division."""

    def __init__(self, tally: Tally, groups: Division | None = None) -> None:
        self.tally = tally
        self.groups = groups
        shape = tally.shape
        self._pack = shape.pack_kg[shape.consumer_offer]
        self._parcel = shape.is_parcel[shape.offer_channel]
        self._to_consumers = self._parcel | shape.is_stocked[shape.offer_channel]
        self._flows: dict[str, Floats] = {}

    @property
    def is_whole(self) -> bool:
        """Whether this is the run as one."""
        return self.groups is None

    def orders(self, field: str, *, mass: bool = True) -> Floats:
        """Sum of a count of orders, in kg or in packs."""
        return self._of_consumers(self.tally.orders[field], mass=mass)

    def arrivals(self, field: str, *, mass: bool = False) -> Floats:
        """Sum over parcels that arrived."""
        return self._of_consumers(self.tally.arrivals[field], mass=mass)

    def sold_out(self, field: str) -> Floats:
        """Sum over days on which offers sold out, known with grain: hour or each."""
        return self._of_consumers(self.tally.sold_out[field], mass=False)

    def traded(self, field: str, *, in_shops: bool = False) -> Floats:
        """Sum over sales at shops, markets, contracts and the gate; or at shops only."""
        values = self.tally.traded[field]
        return self.sum(values * (self._to_consumers & ~self._parcel) if in_shops else values)

    def flow(self, *items: str) -> Floats:
        """Money that moved for some items of the ledger."""
        return np.asarray(sum(self._flow(item) for item in items))

    def growers(self) -> Floats:
        """What growers received for their produce."""
        return np.asarray(self.flow("door", "surplus", "guarantee", "subsidy") - self.flow("clawback"))

    def spending(self) -> Floats:
        """What buyers paid, refunds off."""
        parcels = self.sum(self.tally.books.flows["sale"] * self._parcel)
        return np.asarray(parcels - self.flow("refund") + self.traded("value"))

    def paid_by_consumers(self, *, for_parcels: bool = False) -> Floats:
        """What consumers paid at the till of parcel shops and stores (or for parcels), before refunds."""
        where = self._parcel if for_parcels else self._to_consumers
        return self.sum(self.tally.books.flows["sale"] * where)

    def consumer_growers(self, *, for_parcels: bool = False) -> Floats:
        """What growers received from channels where consumers buy, or from parcel shops."""
        flows = self.tally.books.flows
        paid = flows["door"] + flows["surplus"] + flows["guarantee"] + flows["subsidy"] - flows["clawback"]
        return self.sum(paid * (self._parcel if for_parcels else self._to_consumers))

    def paid(self, field: Literal["paid", "paid_days"]) -> Floats:
        """Growers' money as it was paid, or the days it took weighted by it."""
        return self.sum(self.tally.paid if field == "paid" else self.tally.paid_days)

    def mean_rating(self) -> Floats:
        """Final rating over parcel offers, weighted by parcels kept."""
        books, shape = self.tally.books, self.tally.shape
        parcels = self._parcel[shape.consumer_offer]
        weight = (self.tally.arrivals["kept"] + self.tally.arrivals["refused"]) * parcels
        rated = weight * books.final_rating if len(books.final_rating) else np.zeros_like(weight)
        return ratio(self._of_consumers(rated), self._of_consumers(weight))

    def harvest(self) -> Floats:
        """Everything that was picked, kg."""
        return self.of_groups(self.tally.harvest)

    def of_groups(self, values: Floats) -> Floats:
        """Sum over grower groups."""
        if self.groups is None:
            return np.asarray(values.sum())
        assert self.groups.of_growers is not None, f"growers belong to no one {self.groups.by}"
        return _sums(self.groups.of_growers, values, len(self.groups.names))

    def of_counties(self, values: Floats) -> Floats:
        """Sum over counties."""
        if self.groups is None:
            return np.asarray(values.sum())
        assert self.groups.by == "county", f"a county belongs to no one {self.groups.by}"
        return values

    def packhouses(self, field: str) -> Floats:
        """Sum over packhouses."""
        packed = self.tally.packed
        values = np.array([getattr(row, field) for row in packed], dtype=np.float64)
        county = np.array([row.county for row in packed], dtype=np.intp)
        return self.of_counties(_sums(county, values, len(self.tally.shape.counties)))

    def sum(self, values: Floats) -> Floats:
        """Sum over offers."""
        if self.groups is None:
            return np.asarray(values.sum())
        return _sums(self.groups.of_offer, values, len(self.groups.names))

    def _flow(self, item: str) -> Floats:
        if item not in self._flows:
            self._flows[item] = self.sum(self.tally.books.flows[item])
        return self._flows[item]

    def _of_consumers(self, values: Floats, *, mass: bool = False) -> Floats:
        """Sum over consumer offers, of kilograms for packs if asked."""
        amounts = values * self._pack if mass else values
        if self.groups is None:
            return np.asarray(amounts.sum())
        own = self.groups.of_offer[self.tally.shape.consumer_offer]
        return _sums(own, amounts, len(self.groups.names))


Rule = Callable[[Scope], Floats | float]
RULES: dict[str, Rule] = {}
METRICS: dict[str, Metric] = {}


def metric(unit: str, *, by: tuple[By, ...] = ()) -> Callable[[Rule], Rule]:
    """Enter a function into the catalogue under its own name."""

    def enter(rule: Rule) -> Rule:
        assert rule.__doc__, f"{rule.__name__} has no definition"
        RULES[rule.__name__] = rule
        METRICS[rule.__name__] = Metric(rule.__name__, unit, rule.__doc__.strip(), by)
        return rule

    return enter


def ratio(part: Floats | float, whole: Floats | float) -> Floats:
    """`part / whole`, NaN where there is no whole.

    >>> ratio(np.array([1.0, 2.0]), np.array([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    known = np.asarray(whole, dtype=np.float64) > 0.0
    return np.asarray(np.where(known, part, NAN) / np.where(known, whole, 1.0))


def _sums(group: Indices, values: Floats, size: int) -> Floats:
    """Sums by group; what belongs to none is left out."""
    inside = group >= 0
    if not inside.all():
        group, values = group[inside], values[inside]
    return np.bincount(group, values, minlength=size).astype(np.float64, copy=False)
