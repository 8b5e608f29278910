"""The consumers' day: orders come in, shops sell, those who find nothing choose once more, parcels leave."""

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.demand import first_come, orders_by_hour
from farmsim.domain.records import Decided, Hourly, Ordered
from farmsim.domain.sums import sum_by
from farmsim.engine.consumers import Consumers
from farmsim.engine.parcels import ParcelShops
from farmsim.engine.shops import Shops
from farmsim.engine.world import World
from farmsim.streams import uniform_block

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
        self._orders = self._nobody
        regions = consumers.market.weight.shape[1]
        self._first_pair = np.searchsorted(cells.pairs // regions, cells.owners)
        self._missed = self._sold = self._orders
        """Of the shops, by cell."""
        by_the_hour = world.layout.scenario.grain == "hour"
        self._hour_keys = world.streams.keys("hours", consumers.market.names) if by_the_hour else None
        clock = world.clock
        world.daily(clock.orders, self.take_orders)
        world.daily(clock.shop, self.serve_shops)
        world.daily(clock.cutoff, self.close_day)

    def take_orders(self, day: int) -> None:
        """Count the orders of the day in every cell."""
        self._consumers.open_day(day)
        self._orders = self._consumers.orders(day)

    def serve_shops(self, day: int) -> None:
        """Shops serve their customers from the shelf."""
        if self._shops.are_there:
            self._shops.age_shelves(day)
            self._sold, self._missed = self._shops.serve(day, self._orders)

    def close_day(self, day: int) -> None:
        """Courier cut-off: pack parcels, let the disappointed choose again, write the day down."""
        packed = self._parcels.pack(day, self._orders, self._granted)
        sold, at_once, missed = packed.served, packed.at_once, packed.lost
        if self._shops.are_there:
            sold, at_once, missed = self._sold + sold, self._sold + at_once, self._missed + missed
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
            world.record(self._ordered(day, [at_once, missed, cancelled, served, again]))
        if self._hour_keys is not None and (world.wants is None or Hourly in world.wants):
            orders, kept = (self._by_offer(self._by_pair(count)) for count in (self._orders, at_once))
            world.record(self._hours(day, self._hour_keys, orders, kept))
        if world.wants is None or Decided in world.wants:
            world.record(Decided(day, sold, again, missed, cancelled, self._parcels.waited))

    def _ordered(self, day: int, counts: list[Integers]) -> Ordered:
        """The day's orders in all and by province; `counts` are by cell, as in the row after those wanted."""
        there = [self._by_pair(count) for count in (self._orders, *counts)]
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

    def _hours(self, day: int, keys: NDArray[np.uint64], orders: Integers, at_once: Integers) -> Hourly:
        """The day hour by hour: who comes first is served first.

        All customers of an offer come at the same hours, so that who is served, by cell, has the same law as
        when the day's orders are rationed together.
        """
        hourly = self._consumers.market.hourly
        hours = np.arange(hourly.shape[1], dtype=np.uint64) + np.uint64(day << 5)
        by_hour = orders_by_hour(uniform_block(keys, hours), orders, hourly)
        return Hourly(day, by_hour, first_come(by_hour, at_once))

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
