"""Parcel shops: orders wait for the courier cut-off and are packed from the county's stock.

Who is served when a shop is short is drawn without replacement, the longest waiting first. How the parcels
travel and end is `engine.delivery`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import ParcelChannel
from farmsim.domain.counts import binomial, served
from farmsim.domain.stock import Issued
from farmsim.engine.books import Books
from farmsim.engine.consumers import Consumers
from farmsim.engine.delivery import Courier, Load, ParcelRules
from farmsim.engine.stores import Stores
from farmsim.engine.world import World
from farmsim.streams import uniforms_at

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]


class Packed(NamedTuple):
    """Parcels packed, those of them ordered today, and orders lost, by cell."""

    served: Integers
    at_once: Integers
    lost: Integers


class ParcelShops:
    """All parcel channels of a scenario; arrays are by consumer offer (zero for stocked ones)."""

    def __init__(self, world: World, consumers: Consumers, stores: Stores, books: Books) -> None:
        self._world = world
        self._consumers = consumers
        self._stores = stores
        self._books = books
        market, layout = consumers.market, world.layout
        self.rules = ParcelRules.of(layout, market)
        self.courier = Courier(world, consumers, books, self.rules)
        self.pack_kg = self.rules.pack_kg
        self._entities = ["/".join(layout.offers.ids[o]) for o in market.offer]
        self._keys = world.streams.keys("patience", self._entities)
        buckets = 1 + (int(self.rules.promise_days.max()) + 1 if np.count_nonzero(self.rules.waits) else 0)
        self.waiting = np.zeros((buckets, len(market.cells.offer)), dtype=np.int64)
        """Orders that wait, [days waited (last: overdue), cell]."""
        edges = np.searchsorted(market.cells.offer, np.arange(len(market.offer) + 1))
        self._own = [slice(int(a), int(b)) for a, b in zip(edges[:-1], edges[1:], strict=True)]
        self._parcel_cell = market.parcel[market.cells.offer]
        self._index_lines()
        self._loads: list[Load] = []
        self._left: list[tuple[Indices, Indices, Floats]] = []

    def owed_kg(self) -> Floats:
        """Orders that wait, kg by consumer offer."""
        packs = np.zeros(len(self.pack_kg))
        if np.count_nonzero(self.waiting):
            cells = self._consumers.market.cells
            packs[cells.owners] = np.add.reduceat(self.waiting.sum(axis=0), cells.first)
        return packs * self.pack_kg

    def pack(self, day: int, orders: Integers, granted: Floats, *, again: bool = False) -> Packed:
        """Serve waiting and new orders as far as the desk's grant, [line], the fruit and the packers allow.

        What is taken is deducted from `granted`. Unserved customers of shops with a waiting list join it; with
        `again` (the round of those who switched) nobody waits and the waiting are not asked anew. Where fruit
        is shorter than the desk thought, shops get it in proportion to their grants.
        """
        cells, rules = self._consumers.market.cells, self.rules
        new = orders * self._parcel_cell
        queue = np.zeros((1, len(new)), dtype=np.int64) if again else self.waiting
        asked = new if len(queue) == 1 and again else new + np.add.reduce(queue, axis=0)
        wanted = np.zeros(len(self.pack_kg), dtype=np.int64)
        wanted[cells.owners] = np.add.reduceat(asked, cells.first)
        able = self._take(wanted, granted)
        short = (wanted > able).nonzero()[0].tolist()
        done, at_once = asked.copy(), new + queue[0]
        waited = np.zeros(len(new), dtype=np.int64)
        if len(queue) > 1:
            waited = np.arange(len(queue)) @ queue
        rest = np.zeros_like(queue)
        for at in short:
            own = self._own[at]
            done[own], waited[own], rest[:, own] = self._ration(
                day, at, new[own], queue[:, own], int(able[at]), again=again
            )
            at_once[own] -= rest[0, own]
        lost = rest[0].copy() if again else rest[0] * ~rules.waits[cells.offer]
        if not again:
            rest[0] -= lost
            self.waiting = rest
        self._done = self._done + done if again else done
        self._waited = self._waited + waited if again else waited
        return Packed(done, at_once, lost)

    def has_more(self, granted: Floats) -> NDArray[np.bool_]:
        """Whether a shop could still pack another parcel today, by consumer offer."""
        more = np.zeros(len(self.pack_kg), dtype=np.bool_)
        if np.count_nonzero(granted[self._lines] >= self._line_pack):
            for way, mine in self._ways:
                more |= self._able(way, mine, granted)[1] >= 1
        return more

    def leave(self, day: int) -> None:
        """The courier takes what was packed today."""
        if self._loads:
            line, column, kg = (np.concatenate(part) for part in zip(*self._left, strict=True))
            self._books.left(day, line, column, kg)
            self._left = []
            self.courier.take(day, self._done, self._waited, self._loads)
            self._loads = []

    def end_day(self, day: int) -> Integers:
        """The queue grows a day older and overdue customers may cancel; cancelled packs by consumer offer."""
        cancelled = np.zeros(len(self.pack_kg), dtype=np.int64)
        if not np.count_nonzero(self.waiting):
            return cancelled
        cells = self._consumers.market.cells
        queue = np.zeros_like(self.waiting)
        queue[1:] = self.waiting[:-1]
        queue[-1] += self.waiting[-1]
        waited = np.arange(len(queue))[:, None]
        late = queue * (waited > self.rules.promise_days[cells.offer])
        overdue = late.sum(axis=0)
        some = overdue.nonzero()[0]
        if len(some):
            offer = cells.offer[some]
            u = uniforms_at(self._keys[offer], cells.address[some] + np.uint64(day << 20))
            gone = np.zeros(len(overdue), dtype=np.int64)
            gone[some] = binomial(u, overdue[some], self.rules.leaves_share[offer])
            cancelled[cells.owners] = np.add.reduceat(gone, cells.first)
            for bucket in range(len(queue) - 1, -1, -1):
                take = np.minimum(late[bucket], gone)
                queue[bucket] -= take
                gone = gone - take
        self.waiting = queue
        return cancelled

    def _ration(
        self, day: int, at: int, new: Integers, queue: Integers, able: int, *, again: bool
    ) -> tuple[Integers, Integers, Integers]:
        """Longest waiting first, within a day at random; (served, days waited in sum, left by bucket)."""
        rest = queue.copy()
        rest[0] += new
        total = int(rest.sum())
        if total <= able:
            waited = np.arange(len(rest)) @ rest
            return rest.sum(axis=0), waited, np.zeros_like(rest)
        done, waited = np.zeros(len(new), dtype=np.int64), np.zeros(len(new), dtype=np.int64)
        if able <= 0:
            return done, waited, rest
        for bucket in range(len(rest) - 1, -1, -1):
            if able <= 0 or not rest[bucket].any():
                continue
            generator = self._world.streams.generator("ration", self._entities[at], day, bucket, int(again))
            given = served(generator, rest[bucket], able)
            able -= int(given.sum())
            done += given
            waited += given * bucket
            rest[bucket] = rest[bucket] - given
        return done, waited, rest

    def _able(self, way: int, mine: Indices, granted: Floats) -> tuple[Floats, Integers]:
        """Kilograms that the lines of one way may take now, and the parcels that makes, by consumer offer."""
        kg = granted[self._lines[mine]]
        if np.count_nonzero(kg):
            kg = self._stores.fitted(way, self._lines[mine], kg)
        by_offer = np.bincount(self._line_at[mine], kg, minlength=len(self.pack_kg))
        return kg, np.minimum(np.floor(by_offer / self.pack_kg + 1e-9), self._most).astype(np.int64)

    def _take(self, wanted: Integers, granted: Floats) -> Integers:
        """Issue the fruit of the day's parcels, worst accepted grade first; parcels made, by consumer offer."""
        made = np.zeros(len(wanted), dtype=np.int64)
        for way, mine in self._ways:
            kg, able = self._able(way, mine, granted)
            packs = np.minimum(wanted, able)
            if not np.count_nonzero(packs):
                continue
            made += packs
            share, want = np.zeros(len(kg)), packs * self.pack_kg
            at, nth = self._line_at[mine], self._nth[mine]
            for place in range(int(nth.max()) + 1):
                here = nth == place
                share[here] = np.minimum(kg[here], want[at[here]])
                want -= np.bincount(at[here], share[here], minlength=len(want))
            taken: Issued = self._stores.take(way, self._lines[mine], share)
            line = self._lines[mine][taken.line]
            granted -= np.bincount(line, taken.kg, minlength=len(granted))
            self._left.append((line, taken.column, taken.kg))
            self._loads.append(Load(at[taken.line], taken.kg, taken.age, taken.hazard))
        return made

    def _index_lines(self) -> None:
        """Tables of the parcel lines: whose they are, which way they take fruit, in which order of grades."""
        layout, market = self._world.layout, self._consumers.market
        place = np.full(len(layout.offers.ids), -1, dtype=np.intp)
        place[market.offer] = np.arange(len(market.offer))
        at = place[layout.lines.offer]
        self._lines = (market.parcel[at] & (at >= 0)).nonzero()[0]
        self._line_at = at[self._lines]
        self._line_pack = self.pack_kg[self._line_at]
        way = self._stores.way_of[layout.lines.channel[self._lines]]
        self._ways = [(int(w), (way == w).nonzero()[0]) for w in np.unique(way)]
        self._nth = np.zeros(len(self._lines), dtype=np.intp)
        """Place of a line among those of its offer, the worst accepted grade first."""
        for i in range(1, len(self._nth)):
            same = self._line_at[i] == self._line_at[i - 1]
            self._nth[i] = self._nth[i - 1] + 1 if same else 0
        self._most = np.full(len(self.pack_kg), np.inf)
        for channel, block in enumerate(layout.blocks):
            if isinstance(block, ParcelChannel) and block.parcels_per_day is not None:
                mine = (layout.offers.channel[market.offer] == channel).nonzero()[0]
                self._most[mine] = np.floor(block.parcels_per_day / max(len(mine), 1))
