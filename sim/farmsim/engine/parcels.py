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


class Shop(NamedTuple):
    """One parcel channel: its lines and its consumer offers."""

    channel: int
    block: ParcelChannel
    lines: Indices
    at: tuple[int, ...]
    """Positions among the consumer offers."""
    line_at: Indices
    """[line of the shop] -> position in `at`."""


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
        self._shops = self._find_shops()
        self._loads: list[Load] = []

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
        `again` (the round of those who switched) nobody waits and the waiting are not asked anew.
        """
        new = orders * self._parcel_cell
        queue = np.zeros((1, len(new)), dtype=np.int64) if again else self.waiting
        done, waited = np.zeros(len(new), dtype=np.int64), np.zeros(len(new), dtype=np.int64)
        lost, at_once = np.zeros(len(new), dtype=np.int64), np.zeros(len(new), dtype=np.int64)
        for shop in self._shops:
            if again and not any(new[self._own[at]].any() for at in shop.at):
                continue
            kg, able = self._able(shop, granted)
            want = np.zeros(len(shop.at))
            for i, at in enumerate(shop.at):
                own = self._own[at]
                given, days, left = self._ration(day, at, new[own], queue[:, own], int(able[i]), again=again)
                done[own], waited[own] = given, days
                at_once[own] = new[own] + queue[0, own] - left[0]
                if again or not self.rules.waits[at]:
                    lost[own] = left[0]
                else:
                    self.waiting[:, own] = left
                want[i] = given.sum() * self.pack_kg[at]
            if np.count_nonzero(want):
                self._take(day, shop, kg, want, granted)
        self._done = self._done + done if again else done
        self._waited = self._waited + waited if again else waited
        return Packed(done, at_once, lost)

    def has_more(self, granted: Floats) -> NDArray[np.bool_]:
        """Whether a shop could still pack another parcel today, by consumer offer."""
        more = np.zeros(len(self.pack_kg), dtype=np.bool_)
        for shop in self._shops:
            if (granted[shop.lines] >= self.pack_kg[list(shop.at)][shop.line_at]).any():
                more[list(shop.at)] = self._able(shop, granted)[1] >= 1.0
        return more

    def leave(self, day: int) -> None:
        """The courier takes what was packed today."""
        if self._loads:
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
        if np.count_nonzero(overdue):
            u = uniforms_at(self._keys[cells.offer], cells.address + np.uint64(day << 20))
            gone = binomial(u, overdue, self.rules.leaves_share[cells.offer])
            cancelled[cells.owners] = np.add.reduceat(gone, cells.first)
            for bucket in range(len(queue) - 1, -1, -1):
                take = np.minimum(late[bucket], gone)
                queue[bucket] -= take
                gone = gone - take
        self.waiting = queue
        return cancelled

    def _able(self, shop: Shop, granted: Floats) -> tuple[Floats, Floats]:
        """Kilograms that each line may take, and the parcels that makes, by offer of the shop."""
        kg = granted[shop.lines]
        if np.count_nonzero(kg):
            kg = np.minimum(kg, self._stores.available_kg(shop.channel))
        able = np.floor(np.bincount(shop.line_at, kg, minlength=len(shop.at)) / self.pack_kg[list(shop.at)] + 1e-9)
        if shop.block.parcels_per_day is not None:
            able = np.minimum(able, np.floor(shop.block.parcels_per_day / len(shop.at)))
        return kg, able

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

    def _take(self, day: int, shop: Shop, kg: Floats, want: Floats, granted: Floats) -> None:
        """Issue the fruit of one shop's parcels, worst accepted grade first, and book that it has left."""
        share = kg.copy()
        for i, at in enumerate(shop.line_at.tolist()):
            share[i] = min(share[i], want[at])
            want[at] -= share[i]
        taken: Issued = self._stores.take(shop.channel, share, rule=shop.block.issue)
        granted[shop.lines] -= np.bincount(taken.line, taken.kg, minlength=len(shop.lines))
        self._books.left(day, shop.lines[taken.line], taken.column, taken.kg)
        at = np.array(shop.at, dtype=np.intp)[shop.line_at[taken.line]]
        self._loads.append(Load(at, taken.kg, taken.age, taken.hazard))

    def _find_shops(self) -> list[Shop]:
        layout, market = self._world.layout, self._consumers.market
        place = {int(offer): at for at, offer in enumerate(market.offer)}
        shops = []
        for channel, block in enumerate(layout.blocks):
            lines = layout.lines.of_channel[channel]
            if isinstance(block, ParcelChannel) and len(lines):
                at = [place[int(offer)] for offer in layout.lines.offer[lines]]
                unique = tuple(dict.fromkeys(at))
                line_at = np.array([unique.index(a) for a in at], dtype=np.intp)
                shops.append(Shop(channel, block, lines, unique, line_at))
        return shops
