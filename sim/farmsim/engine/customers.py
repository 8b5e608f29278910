"""Where chance meets customers: what is drawn for them, whether by the cell or for each one alone.

`Cohorts` (grain day and hour) and `Singles` (grain each) do this by the same law. Everything else, what the
counts mean for stock, money and records, does not know which of them is at work.
"""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from farmsim.engine.ration import Ration

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]


class Posted(NamedTuple):
    """Parcels that leave together: those of one consumer offer and transit slot, and what may befall them."""

    place: Indices
    """Number in the flattened [consumer offer, slot]."""
    sent: Floats
    """How many there are."""
    loss: Floats
    """Chance to be lost on the way."""
    bad: Floats
    """Chance to arrive bad, if it arrives."""
    refused: Floats
    """Chance that the customer does not take a bad one."""


class Customers(Protocol):
    """What customers do by chance, as counts; cells are those of the market."""

    def come(self, day: int, mean: Floats) -> None:
        """The day's orders begin to come; `mean` is the expectation by cell."""

    def come_today(self) -> Integers:
        """Orders of the day, [cell], packs; known at the cut-off."""

    def hours(self, day: int, orders: Integers) -> Integers | None:
        """The day's orders by hour, [consumer offer, hour], where anybody asks about hours.

        `orders` is by consumer offer.
        """

    def ration(self, name: str) -> Ration:
        """Who is served where too little is there."""

    def look_again(self, day: int, market: int, seekers: Integers, chance: Floats) -> Integers:
        """Second choices in one market by those who found nothing, [province, place in the market's table].

        `seekers` is by province, `chance` [province, place]; the last place is to give up.
        """

    def fates(self, day: int, parcels: Posted) -> tuple[Integers, Integers, Integers]:
        """How many of the parcels are lost, arrive bad, are refused."""
