"""Orders that wait for fruit, customer by customer: each shop's line goes on from day to day (grain each)."""

import numpy as np
from numpy.typing import NDArray

from farmsim.engine.catchment import Market
from farmsim.engine.delivery import ParcelRules
from farmsim.engine.ration import Ration
from farmsim.engine.singles import Lines
from farmsim.engine.waiting import WaitingList
from farmsim.streams import Streams

Integers = NDArray[np.int64]


class WaitingLines(WaitingList):
    """The waiting list of single customers: first come, first served, and all lose patience alone."""

    def __init__(self, streams: Streams, market: Market, rules: ParcelRules, lines: Lines) -> None:
        super().__init__(streams, market, rules, lines)
        self._streams, self._names, self._lines = streams, market.names, lines
        self._place = {cell: place for place, cell in enumerate(self.cells.tolist())}
        self._waiting: dict[int, list[tuple[int, int]]] = {offer: [] for offer in self._owners.tolist()}
        """By consumer offer: those who wait, as (place, day of the order), the first to be served first."""

    def serve(self, day: int, new: Integers, able: Integers) -> Integers:
        """Serve the line of each shop as far as it goes; who is served, [days waited, place]."""
        served = np.zeros((len(self.orders), len(self.cells)), dtype=np.int64)
        for offer, waiting in self._waiting.items():
            line = waiting + [(self._place[cell], day) for cell in self._lines.today(offer)]
            for place, since in line[: int(able[offer])]:
                served[min(day - since, self._buckets - 1), place] += 1
            self._waiting[offer] = line[int(able[offer]) :]
        queue = self.orders.copy()
        queue[0] += new
        self.keep(queue - served)
        return served

    def end_day(self, day: int) -> Integers:
        """Everybody waits a day longer, and each who is overdue may cancel; cancelled, by place."""
        cancelled = np.zeros(len(self.cells), dtype=np.int64)
        queue = np.zeros((self._buckets, len(self.cells)), dtype=np.int64)
        for offer, waiting in self._waiting.items():
            generator = self._streams.generator("single-patience", self._names[offer], day)
            luck = generator.random(len(waiting)).tolist()
            left = []
            for (place, since), chance in zip(waiting, luck, strict=True):
                waited = min(day + 1 - since, self._buckets - 1)
                if waited > self._rules.promise_days[offer] and chance < self._rules.leaves_share[offer]:
                    cancelled[place] += 1
                else:
                    left.append((place, since))
                    queue[waited, place] += 1
            self._waiting[offer] = left
        self.keep(queue)
        return cancelled


def make_waiting_list(streams: Streams, market: Market, rules: ParcelRules, ration: Ration) -> WaitingList:
    """The waiting lists of all shops: of single customers where these stand in lines."""
    if isinstance(ration, Lines):
        return WaitingLines(streams, market, rules, ration)
    return WaitingList(streams, market, rules, ration)
