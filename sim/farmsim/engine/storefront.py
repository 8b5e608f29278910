"""The consumers' day: orders come in, shops sell, those who find nothing choose once more, parcels leave."""

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.records import Ordered
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
        self._orders: Integers = np.zeros(len(cells.offer), dtype=np.int64)
        self._missed: Integers = self._orders
        self._sold: Integers = self._orders
        clock = world.clock
        world.daily(clock.orders, self.take_orders)
        world.daily(clock.shop, self.serve_shops)
        world.daily(clock.cutoff, self.close_day)

    def take_orders(self, day: int) -> None:
        """Count the orders of the day in every cell."""
        self._consumers.open_day(day)
        self._orders = self._consumers.orders(day)
        self._missed = np.zeros_like(self._orders)
        self._sold = np.zeros_like(self._orders)

    def serve_shops(self, day: int) -> None:
        """Shops serve their customers from the shelf."""
        if self._shops.are_there:
            self._shops.age_shelves(day)
            self._sold, self._missed = self._shops.serve(day, self._orders)

    def close_day(self, day: int) -> None:
        """Courier cut-off: pack parcels, let the disappointed choose again, write the day down."""
        packed = self._parcels.pack(day, self._orders, self._granted)
        sold, missed = self._sold + packed.served, self._missed + packed.lost
        again = self._choose_again(day, missed) if np.count_nonzero(missed) else np.zeros_like(missed)
        self._parcels.leave(day)
        if self._shops.are_there:
            self._shops.close_day(day)
        cancelled = self._parcels.end_day(day)
        world = self._world
        if world.wants is None or Ordered in world.wants:
            world.record(
                Ordered(
                    day,
                    wanted=self._by_offer(self._orders),
                    at_once=self._by_offer(self._sold + packed.at_once),
                    lost=self._by_offer(missed),
                    cancelled=cancelled,
                    served=self._by_offer(sold + again),
                    switched_in=self._by_offer(again),
                )
            )

    def _choose_again(self, day: int, missed: Integers) -> Integers:
        """Served packs of those who chose once more, by cell."""
        market = self._consumers.market
        cells = market.cells
        regions = market.weight.shape[1]
        unserved = np.bincount(cells.pair, missed, minlength=market.weight.size).astype(np.int64)
        is_open = self._parcels.has_more(self._granted) | self._shops.has_more(len(market.offer))
        orders = self._consumers.switching(day, unserved.reshape(-1, regions), is_open)
        if not np.count_nonzero(orders):
            return orders
        packed = self._parcels.pack(day, orders, self._granted, again=True)
        at_shops = self._shops.serve(day, orders, again=True)[0] if self._shops.are_there else 0
        return packed.served + at_shops

    def _by_offer(self, cells: Integers) -> Integers:
        """Sum of cells by consumer offer."""
        layout = self._consumers.market.cells
        out = np.zeros(len(self._consumers.market.offer), dtype=np.int64)
        out[layout.owners] = np.add.reduceat(cells, layout.first)
        return out
