"""Customers counted by the cell: what chance does to all of them at once, as counts from addressed numbers.

It is the law of single customers (`engine.singles`) summed up: Poisson orders in every cell, served units
multivariate hypergeometric, what becomes of parcels binomial, second choices multinomial.
"""

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.counts import binomial_cells, poisson_cells
from farmsim.domain.demand import orders_by_hour
from farmsim.engine.catchment import Market
from farmsim.engine.customers import Posted
from farmsim.engine.ration import Ration
from farmsim.streams import Streams, uniform_block, uniforms_at

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]

AT_ONCE = 8192
"""Uniform numbers that are drawn at a time for the days ahead."""


class Cohorts:
    """The customers of grain day and hour; with the latter they also tell their hours."""

    def __init__(self, market: Market, streams: Streams, products: list[str], *, by_the_hour: bool) -> None:
        """`products` are the names of the markets."""
        self._market, self._streams, self._products = market, streams, products
        cells, slots = market.cells, len(market.slot_days)
        self._keys = streams.keys("orders", market.names)[cells.offer]
        self._orders: Integers = np.zeros(len(cells.offer), dtype=np.int64)
        self._hour_keys = streams.keys("hours", market.names) if by_the_hour else None
        self._chances = np.zeros((0, len(self._keys)))
        self._chances_from = 0
        self._fate_keys = np.tile(np.repeat(streams.keys("parcels", market.names), slots), (3, 1))
        kinds = (np.arange(3, dtype=np.uint64) << np.uint64(40))[:, None]
        self._fate_address = kinds + np.tile(np.arange(slots, dtype=np.uint64), len(market.offer))
        """Keys and counters of the three outcomes of parcels, [outcome, offer x slot]."""

    def come(self, day: int, mean: Floats) -> None:
        """Count the day's orders in every cell."""
        self._orders = poisson_cells(self._uniforms(day), mean)

    def come_today(self) -> Integers:
        """Orders of the day, [cell], packs."""
        return self._orders

    def hours(self, day: int, orders: Integers) -> Integers | None:
        """The day's orders by hour, [consumer offer, hour], with grain hour.

        All customers of an offer come at the same hours, so that who is served, by cell, has the same law as
        when the day's orders are rationed together.
        """
        if self._hour_keys is None:
            return None
        hourly = self._market.hourly
        hours = np.arange(hourly.shape[1], dtype=np.uint64) + np.uint64(day << 5)
        return orders_by_hour(uniform_block(self._hour_keys, hours), orders, hourly)

    def ration(self, name: str) -> Ration:
        """Served units are picked at random, all offers together."""
        return Ration(self._market, self._streams, name)

    def look_again(self, day: int, market: int, seekers: Integers, chance: Floats) -> Integers:
        """Second choices: a multinomial draw by market and province, from a stream of its own."""
        generator = self._streams.generator("switch", self._products[market], day)
        where = seekers.nonzero()[0]
        counts = np.zeros(chance.shape, dtype=np.int64)
        counts[where] = generator.multinomial(seekers[where], chance[where])
        return counts

    def fates(self, day: int, parcels: Posted) -> tuple[Integers, Integers, Integers]:
        """Lost, bad and refused parcels by (offer, slot): binomial, each from numbers of its own address."""
        place = parcels.place
        address = self._fate_address[:, place] + np.uint64(day << 10)
        u = uniforms_at(self._fate_keys[:, place].reshape(-1), address.reshape(-1)).reshape(3, -1)
        lost = binomial_cells(u[0], parcels.sent, parcels.loss)
        bad = binomial_cells(u[1], parcels.sent - lost, parcels.bad)
        return lost, bad, binomial_cells(u[2], bad, parcels.refused)

    def _uniforms(self, day: int) -> Floats:
        """One number for every cell; those of several days are drawn together where cells are few."""
        cells = self._market.cells
        if not 0 <= day - self._chances_from < len(self._chances):
            days = np.arange(day, day + max(1, AT_ONCE // max(1, len(self._keys))), dtype=np.uint64)
            counters = cells.address + (days << np.uint64(20))[:, None]
            keys = self._keys if len(days) == 1 else np.tile(self._keys, len(days))
            chances = uniforms_at(keys, counters.reshape(-1))
            self._chances, self._chances_from = chances.reshape(counters.shape), day
        today: Floats = self._chances[day - self._chances_from]
        return today
