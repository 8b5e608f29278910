"""Orders that wait for fruit: how many have waited how long, at shops that take them, and who gives up."""

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.counts import binomial_cells
from farmsim.engine.catchment import Market
from farmsim.engine.delivery import ParcelRules
from farmsim.engine.ration import Ration
from farmsim.streams import Streams, uniforms_at

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]

PATIENCES = 6
"""Mean patiences after which nobody is told apart from those who waited longer: one in 400 gets there."""


class WaitingList:
    """The queue of each shop that has one; a *place* is a cell of such a shop."""

    def __init__(self, streams: Streams, market: Market, rules: ParcelRules, ration: Ration) -> None:
        self._rules, self._ration = rules, ration
        cells = market.cells
        self.cells: Indices = rules.waits[cells.offer].nonzero()[0]
        """[place]: number of the cell."""
        self.offer: Indices = cells.offer[self.cells]
        """[place]: consumer offer."""
        self._size = len(market.offer)
        self._owners, self._first = np.unique(self.offer, return_index=True)
        self._keys = streams.keys("patience", market.names)
        self._address = cells.address[self.cells]
        longest = rules.promise_days + PATIENCES * rules.patience_days
        self._buckets = 1 + int(np.ceil(longest.max(where=rules.waits, initial=0.0)))
        self._nobody = np.zeros((1, len(self.cells)), dtype=np.int64)
        self.orders = self._nobody
        """[days waited (the last: that or longer), place], as many days as needed."""
        self.anybody = False

    def by_offer(self, orders: Integers) -> Integers:
        """Sums over the cells of each shop, [..., consumer offer]."""
        sums = np.zeros((*orders.shape[:-1], self._size), dtype=np.int64)
        if len(self._owners):
            sums[..., self._owners] = np.add.reduceat(orders, self._first, axis=-1)
        return sums

    def owed(self) -> Integers:
        """Parcels that are waited for, by consumer offer."""
        return self.by_offer(np.add.reduce(self.orders, axis=0))

    def serve(self, day: int, new: Integers, able: Integers) -> Integers:
        """Serve the queue and new orders, [place], longest waiting first and within a day at random.

        `able` is by consumer offer. Returns who is served, [days waited, place]; the others wait on.
        """
        queue = self.orders.copy()
        queue[0] += new
        asking = self.by_offer(queue)
        longer = np.add.accumulate(asking[::-1], axis=0)[::-1] - asking
        given = np.minimum(np.maximum(able - longer, 0), asking)
        served = queue * (given == asking)[:, self.offer]
        bucket = np.argmax((given > 0) & (given < asking), axis=0)
        part = given[bucket, np.arange(self._size)]
        torn = (part > 0) & (part < asking[bucket, np.arange(self._size)])
        if np.count_nonzero(torn):
            place = torn[self.offer].nonzero()[0]
            row = bucket[self.offer[place]]
            served[row, place] = self._ration.draw(self.cells[place], queue[row, place], part, 2 * day)
        self.keep(queue - served)
        return np.asarray(served)

    def keep(self, orders: Integers) -> None:
        """The queue from now on."""
        days = np.logical_or.reduce(orders, axis=1).nonzero()[0]
        self.anybody = len(days) > 0
        self.orders = orders[: days[-1] + 1] if self.anybody else self._nobody

    def end_day(self, day: int) -> Integers:
        """Everybody waits a day longer and overdue customers may cancel; cancelled, by place."""
        queue = np.zeros((min(len(self.orders) + 1, self._buckets), len(self.cells)), dtype=np.int64)
        queue[1:] = self.orders[: len(queue) - 1]
        if len(queue) == len(self.orders):
            queue[-1] += self.orders[-1]
        waited, place = queue.nonzero()
        overdue = waited > self._rules.promise_days[self.offer[place]]
        waited, place = waited[overdue], place[overdue]
        cancelled = np.zeros_like(queue)
        if len(place):
            offer = self.offer[place]
            turn = (waited.astype(np.uint64) << np.uint64(44)) + np.uint64(day << 20)
            u = uniforms_at(self._keys[offer], self._address[place] + turn)
            cancelled[waited, place] = binomial_cells(
                u, queue[waited, place], self._rules.leaves_share[offer]
            )
        self.keep(queue - cancelled)
        return np.asarray(np.add.reduce(cancelled, axis=0))
