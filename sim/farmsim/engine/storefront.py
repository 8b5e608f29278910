"""The consumers' day: orders come in, shops sell, those who find nothing choose once more, parcels leave."""

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.demand import first_come
from farmsim.domain.records import Decided, Hourly, Ordered
from farmsim.domain.sums import sum_by
from farmsim.engine.consumers import Consumers
from farmsim.engine.parcels import ParcelShops
from farmsim.engine.shops import Shops
from farmsim.engine.world import World

Integers = NDArray[np.int64]


class Storefront:
    """Everything that consumers do in one replication."""

    def __init__(
        self,
        world: World,
        consumers: Consumers,
        parcels: ParcelShops,
        shops: Shops,
        granted: NDArray[np.float64],
    ) -> None:
        self._world = world
        self._consumers = consumers
        self._parcels = parcels
        self._shops = shops
        self._granted = granted
        cells = consumers.market.cells
        self._nobody: Integers = np.zeros(len(cells.offer), dtype=np.int64)
        regions = consumers.market.weight.shape[1]
        self._first_pair = np.searchsorted(cells.pairs // regions, cells.owners)
        clock = world.clock
        world.daily(clock.orders, self.take_orders)
        world.daily(clock.shop, self.open_shops)
        world.daily(clock.cutoff, self.close_day)

    def take_orders(self, day: int) -> None:
        """The orders of the day begin to come."""
        self._consumers.open_day(day)
        self._consumers.customers.come(day, self._consumers.pack_mean_by_cell())

    def open_shops(self, day: int) -> None:
        """Shops put on the shelf what customers find today."""
        if self._shops.are_there:
            self._shops.open_day(day)

    def close_day(self, day: int) -> None:
        """Courier cut-off: pack parcels, let the disappointed choose again, write the day down.

        What customers took from the shelves since the shops opened is counted too.
        """
        orders = self._consumers.customers.come_today()
        packed = self._parcels.pack(day, orders, self._granted)
        sold, at_once, missed = packed.served, packed.at_once, packed.lost
        if self._shops.are_there:
            bought, unserved = self._shops.serve(day, orders)
            sold, at_once, missed = bought + sold, bought + at_once, unserved + missed
        again, served = self._nobody, sold
        if self._consumers.switch and np.count_nonzero(missed):
            again = self._choose_again(day, missed)
            served = sold + again
        self._parcels.leave(day)
        if self._shops.are_there:
            self._shops.close_day(day)
        cancelled = self._parcels.end_day(day)
        if cancelled is None:
            cancelled = self._nobody
        world = self._world
        if world.wants is None or Ordered in world.wants:
            world.record(self._ordered(day, [orders, at_once, missed, cancelled, served, again]))
        if world.wants is None or Hourly in world.wants:
            self._record_hours(day, orders, at_once)
        if world.wants is None or Decided in world.wants:
            world.record(Decided(day, sold, again, missed, cancelled, self._parcels.waited))

    def _ordered(self, day: int, counts: list[Integers]) -> Ordered:
        """The day's orders in all and by province; `counts` are by cell, as in the row."""
        there = [self._by_pair(count) for count in counts]
        sums = [self._by_offer(pairs) for pairs in there]
        wanted_there, served_there = there[0], there[4]
        return Ordered._make([day, *sums, wanted_there, served_there])

    def _by_pair(self, count: Integers) -> Integers:
        """Sums of cells by pair of consumer offer and province."""
        cells = self._consumers.market.cells
        if count is self._nobody:
            return np.zeros(len(cells.pairs), dtype=np.int64)
        return np.asarray(np.add.reduceat(count, cells.first_of_pair))

    def _by_offer(self, pairs: Integers) -> Integers:
        """Sums of pairs by consumer offer."""
        by_offer = np.zeros(len(self._consumers.market.offer), dtype=np.int64)
        by_offer[self._consumers.market.cells.owners] = np.add.reduceat(pairs, self._first_pair)
        return by_offer

    def _record_hours(self, day: int, orders: Integers, at_once: Integers) -> None:
        """The day hour by hour, where customers tell their hours: who comes first is served first."""
        wanted, kept = (self._by_offer(self._by_pair(count)) for count in (orders, at_once))
        by_hour = self._consumers.customers.hours(day, wanted)
        if by_hour is not None:
            self._world.record(Hourly(day, by_hour, first_come(by_hour, kept)))

    def _choose_again(self, day: int, missed: Integers) -> Integers:
        """Served packs of those who chose once more, by cell."""
        market = self._consumers.market
        cells = market.cells
        regions = market.weight.shape[1]
        unserved = sum_by(cells.pair, missed.astype(np.float64), market.weight.size).astype(np.int64)
        self._parcels.share_rest(self._granted)
        is_open = self._parcels.has_more(self._granted) | self._shops.has_more(len(market.offer))
        orders = self._consumers.switching(day, unserved.reshape(-1, regions), is_open)
        if not np.count_nonzero(orders):
            return orders
        packed = self._parcels.pack(day, orders, self._granted, again=True)
        if not self._shops.are_there:
            return packed.served
        return packed.served + self._shops.serve(day, orders, again=True)[0]
