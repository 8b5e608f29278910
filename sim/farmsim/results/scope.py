"""What a metric sees of a run, and how it enters the catalogue.

NaN means that a figure cannot be known (no parcels, so no delivery days), never zero.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.results.tables import Tally

Floats = NDArray[np.float64]
NAN = float("nan")


class Metric(NamedTuple):
    """One metric: its unit, its definition (an English sentence, translated on the screen), its scope."""

    name: str
    unit: str
    definition: str
    per_channel: bool


class Scope:
    """One run's tally, seen through all offers (`channel` None) or those of one channel."""

    def __init__(self, tally: Tally, channel: int | None = None) -> None:
        self.tally = tally
        self.channel = channel
        shape = tally.shape
        everything = np.ones(len(shape.offer_channel), dtype=np.bool_)
        self.offers = everything if channel is None else shape.offer_channel == channel
        self._consumers = self.offers[shape.consumer_offer]
        self._pack = shape.pack_kg[shape.consumer_offer]
        kinds = np.array(shape.kinds)[shape.offer_channel] if len(shape.offer_channel) else np.array([])
        self._parcel = kinds == "parcel"
        self._to_consumers = self._parcel | (kinds == "stocked")
        self._flows: dict[str, float] = {}

    def orders(self, field: str, *, mass: bool = True) -> float:
        """Sum of a count of orders, in kg or in packs."""
        packs = self.tally.orders[field] * self._consumers
        return float((packs * (self._pack if mass else 1.0)).sum())

    def arrivals(self, field: str, *, mass: bool = False) -> float:
        """Sum over parcels that arrived."""
        values = self.tally.arrivals[field] * self._consumers
        return float((values * (self._pack if mass else 1.0)).sum())

    def traded(self, field: str) -> float:
        """Sum over sales at shops, markets, contracts and the gate."""
        return float((self.tally.traded[field] * self.offers).sum())

    def flow(self, *items: str) -> float:
        """Money that moved for some items of the ledger."""
        return float(sum(self._flow(item) for item in items))

    def _flow(self, item: str) -> float:
        if item not in self._flows:
            self._flows[item] = float((self.tally.books.flows[item] * self.offers).sum())
        return self._flows[item]

    def growers(self) -> float:
        """What growers received for their produce."""
        return self.flow("door", "surplus", "guarantee", "subsidy") - self.flow("clawback")

    def spending(self) -> float:
        """What buyers paid, refunds off."""
        refunds = float((self.tally.books.flows["refund"] * self.offers).sum())
        parcels = float((self.tally.books.flows["sale"] * (self.offers & self._parcel)).sum())
        return parcels - refunds + float((self.tally.traded["value"] * self.offers).sum())

    def paid_by_consumers(self) -> float:
        """What consumers paid at the till of parcel shops and stores, before refunds."""
        return float((self.tally.books.flows["sale"] * (self.offers & self._to_consumers)).sum())

    def consumer_growers(self) -> float:
        """What growers received from channels where consumers buy."""
        flows = self.tally.books.flows
        paid = flows["door"] + flows["surplus"] + flows["guarantee"] + flows["subsidy"] - flows["clawback"]
        return float((paid * (self.offers & self._to_consumers)).sum())

    def mean_rating(self) -> float:
        """Final rating over parcel offers, weighted by parcels kept."""
        books, shape = self.tally.books, self.tally.shape
        if not len(books.final_rating):
            return NAN
        parcels = self._consumers & self._parcel[shape.consumer_offer]
        weight = (self.tally.arrivals["kept"] + self.tally.arrivals["refused"]) * parcels
        return ratio(float((books.final_rating * weight).sum()), float(weight.sum()))

    def share_of_income(self, what: Callable[[Floats, Floats], float]) -> float:
        """A figure of all households' incomes per head, persons as weights."""
        heads = np.concatenate([w.persons * w.weight for w in self.tally.welfare])
        return what(self.per_head(), heads)

    def incomes(self) -> Floats:
        """Net income of every household, other income included."""
        return np.concatenate(
            [w.produce_income + w.wages - w.cash_cost + w.other_income for w in self.tally.welfare]
        )

    def per_head(self) -> Floats:
        """Net income per head of every household."""
        return np.asarray(self.incomes() / np.concatenate([w.persons for w in self.tally.welfare]))

    def home_weights(self) -> Floats:
        """How many households each entry stands for."""
        return np.concatenate([w.weight for w in self.tally.welfare])

    def line(self) -> Floats:
        """Poverty line of every household."""
        return np.concatenate([np.full(len(w.weight), w.poverty_line) for w in self.tally.welfare])


Rule = Callable[[Scope], float]
RULES: dict[str, Rule] = {}
METRICS: dict[str, Metric] = {}


def metric(unit: str, *, per_channel: bool = False) -> Callable[[Rule], Rule]:
    """Enter a function into the catalogue under its own name."""

    def enter(rule: Rule) -> Rule:
        assert rule.__doc__, f"{rule.__name__} has no definition"
        RULES[rule.__name__] = rule
        METRICS[rule.__name__] = Metric(rule.__name__, unit, rule.__doc__.strip(), per_channel)
        return rule

    return enter


def ratio(part: float, whole: float) -> float:
    """`part / whole`, NaN where there is no whole."""
    return part / whole if whole > 0.0 else NAN
