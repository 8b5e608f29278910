"""Customers one by one: every order is an event, and everybody's luck is their own (grain each).

Orders of a product come as a Poisson process from the hour at which they are counted until the cut-off, which
is how long shops are open; the hours of its profile are laid over that time. Each picks its offer, province
and transit slot, and stands in the line of its offer. Who comes first is served first: at shelves, at the
packing table, on the waiting list. Those who find nothing look again in random order, each alone. What is not
chance of single customers is not here.
"""

from bisect import bisect, bisect_left
from collections.abc import Generator, Sequence

import numpy as np
import simpy
from numpy.typing import NDArray

from farmsim.engine.catchment import Market
from farmsim.engine.customers import Posted
from farmsim.engine.ration import Ration
from farmsim.engine.world import World
from farmsim.streams import Streams

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]

BEFORE_CLOSING = 1.0 - 1e-9
"""Part of the opening hours within which orders come: the last one never meets the cut-off itself."""
AT_ONCE = 256
"""Numbers that are drawn at a time."""


class Singles:
    """The customers of grain each."""

    def __init__(self, world: World, market: Market, products: list[str]) -> None:
        """`products` are the names of the markets."""
        self._world, self._market, self._products = world, market, products
        clock = world.clock
        self._open_days = (clock.cutoff - clock.orders) / 24.0
        self._offer = market.cells.offer.tolist()
        self._clocks = [_clock(market.hourly[first]) for first in market.first_offer]
        """[market]: share of the day's orders that have come by each hour, 0 to 24."""
        self.lines: list[list[int]] = [[] for _ in market.offer]
        """[consumer offer]: the cells of those who stand there, in the order in which they are served."""
        self._hours = np.zeros(market.hourly.shape, dtype=np.int64)
        self._cells = [
            dict(zip(table.places.tolist(), range(table.own.start, table.own.stop), strict=True))
            for table in market.tables
        ]
        """[market]: place in its table -> cell."""

    def come(self, day: int, mean: Floats) -> None:
        """Orders begin to come, those of every market from a stream of its own."""
        for line in self.lines:
            line.clear()
        self._hours = np.zeros_like(self._hours)
        for number, table in enumerate(self._market.tables):
            upto = np.add.accumulate(mean[table.own]).tolist()
            if upto and upto[-1] > 0.0:
                self._world.env.process(self._visits(day, number, upto))

    def _visits(
        self, day: int, market: int, upto: Sequence[float]
    ) -> Generator[simpy.events.Event, None, None]:
        """One day's orders in a market: `upto` are the cumulated means of its cells."""
        env, clock = self._world.env, self._clocks[market]
        generator = self._world.streams.generator("single-orders", self._products[market], day)
        opened, first, total = env.now, self._market.tables[market].own.start, upto[-1]
        last, come = bisect_left(upto, total), 0.0
        while True:
            gaps = (generator.standard_exponential(AT_ONCE) / total).tolist()
            choices = (generator.random(AT_ONCE) * total).tolist()
            for gap, choice in zip(gaps, choices, strict=True):
                come += gap
                if come >= 1.0:
                    return
                hour = _hour(clock, come)
                moment = opened + self._open_days * BEFORE_CLOSING * hour / 24.0
                yield env.timeout(max(moment - env.now, 0.0))
                self._queue_up(first + min(bisect(upto, choice), last), int(hour))

    def _queue_up(self, cell: int, hour: int) -> None:
        """One customer takes the last place in the line of an offer."""
        offer = self._offer[cell]
        self.lines[offer].append(cell)
        self._hours[offer, hour] += 1

    def come_today(self) -> Integers:
        """Orders of the day, [cell], packs."""
        cells = [cell for line in self.lines for cell in line]
        return np.bincount(np.array(cells, dtype=np.intp), minlength=len(self._offer))

    def hours(self, day: int, orders: Integers) -> Integers | None:  # noqa: ARG002 (as all customers)
        """The hours at which the orders came, [consumer offer, hour]."""
        return self._hours

    def ration(self, name: str) -> Ration:
        """Those who stand first are served."""
        return Lines(self._market, self._world.streams, name, self.lines)

    def look_again(self, day: int, market: int, seekers: Integers, chance: Floats) -> Integers:
        """All who found nothing decide alone, in random order, and stand in the next line or give up."""
        generator = self._world.streams.generator("single-switch", self._products[market], day)
        table = self._market.tables[market]
        cell_of = self._cells[market]
        upto = np.add.accumulate(chance, axis=1).tolist()
        counts = np.zeros(chance.shape, dtype=np.int64)
        for offer in (self._market.group == market).nonzero()[0].tolist():
            self.lines[offer].clear()
        people = generator.permutation(np.repeat(np.arange(len(seekers)), seekers)).tolist()
        luck = generator.random(len(people)).tolist()
        for province, chosen in zip(people, luck, strict=True):
            place = min(bisect(upto[province], chosen), table.width)
            counts[province, place] += 1
            cell = cell_of.get(province * (table.width + 1) + place)
            if cell is not None:
                self.lines[self._offer[cell]].append(cell)
        return counts

    def fates(self, day: int, parcels: Posted) -> tuple[Integers, Integers, Integers]:
        """Each parcel is lost or not, comes bad or not, is taken or not."""
        generator = self._world.streams.generator("single-parcels", day)
        group = np.repeat(np.arange(len(parcels.sent)), parcels.sent.astype(np.intp))
        luck = generator.random((3, len(group)))
        is_lost = luck[0] < parcels.loss[group]
        is_bad = ~is_lost & (luck[1] < parcels.bad[group])
        is_refused = is_bad & (luck[2] < parcels.refused[group])
        lost, bad, refused = (
            np.bincount(group[which], minlength=len(parcels.sent)) for which in (is_lost, is_bad, is_refused)
        )
        return lost, bad, refused


class Lines(Ration):
    """Lines of customers before the offers: who stands first is served."""

    def __init__(self, market: Market, streams: Streams, name: str, lines: list[list[int]]) -> None:
        super().__init__(market, streams, name)
        self._lines = lines

    def draw(self, cells: Indices, wanted: Integers, available: Integers, turn: int) -> Integers:  # noqa: ARG002
        """Served units of some cells, those of an offer together."""
        served = np.zeros(len(self._offer), dtype=np.int64)
        for offer in dict.fromkeys(self._offer[cells].tolist()):
            first = np.array(self._lines[offer][: int(available[offer])], dtype=np.intp)
            served += np.bincount(first, minlength=len(served))
        assert (served[cells] <= wanted).all(), "only who stands in line is served"
        return served[cells]

    def today(self, offer: int) -> list[int]:
        """The cells of those who stand before an offer today, the first one first."""
        return self._lines[offer]


def _clock(hourly: Floats) -> list[float]:
    """Share of the day's orders that have come by each hour, 0 to 24; evenly where no hour has any."""
    weight = hourly if hourly.sum() > 0.0 else np.ones_like(hourly)
    upto = np.append(0.0, np.add.accumulate(weight))
    return [float(share) for share in upto / upto[-1]]


def _hour(clock: Sequence[float], come: float) -> float:
    """The hour, 0 up to 24, by which a share of the day's orders has come."""
    hour = min(bisect(clock, come) - 1, len(clock) - 2)
    return hour + (come - clock[hour]) / (clock[hour + 1] - clock[hour])
