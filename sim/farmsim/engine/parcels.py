"""Parcel shops: orders wait for the courier cut-off and are packed from the county's stock.

Who is served when a shop is short is drawn without replacement, the longest waiting first. How the parcels
travel and end is `engine.delivery`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import ParcelChannel
from farmsim.domain.stock import Issued
from farmsim.domain.sums import sum_by
from farmsim.engine.books import Books
from farmsim.engine.consumers import Consumers
from farmsim.engine.delivery import Courier, Load, ParcelRules
from farmsim.engine.stores import Stores
from farmsim.engine.waiting_lines import make_waiting_list
from farmsim.engine.world import World

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]


class Packed(NamedTuple):
    """Parcels packed, those of them ordered today, and orders lost, by cell."""

    served: Integers
    at_once: Integers
    lost: Integers


class _Way(NamedTuple):
    """The parcel lines that take fruit from the stores by one way."""

    number: int
    lines: Indices
    at: Indices
    """Whose they are: positions among the consumer offers."""
    grades: list[tuple[Indices, Indices]]
    """Which of these lines come first, second, ... within their offer (worst grade first); whose they are."""


class ParcelShops:
    """All parcel channels of a scenario; arrays are by consumer offer (zero for stocked ones)."""

    def __init__(
        self, world: World, consumers: Consumers, stores: Stores, books: Books, rules: ParcelRules
    ) -> None:
        self._world = world
        self._consumers = consumers
        self._stores = stores
        self._books = books
        market, layout = consumers.market, world.layout
        self.rules = rules
        self.courier = Courier(world, consumers, books, self.rules)
        self.pack_kg = self.rules.pack_kg
        self._ration = consumers.customers.ration("ration")
        self._list = make_waiting_list(world.streams, market, rules, self._ration)
        self._packed_today = np.zeros(len(market.offer), dtype=np.int64)
        parcel_cell = market.parcel[market.cells.offer]
        self._parcel_cell = None if parcel_cell.all() else parcel_cell
        self._lines, line_at, self._ways = self._index_lines()
        self._line_pack = self.pack_kg[line_at]
        self._most = self._most_packed()
        kinds = np.array([block.kind for block in layout.blocks])
        self._is_promised = (kinds != "trader")[layout.lines.channel]
        """Whether a grant to a line is a promise, [line]."""
        self._loads: list[Load] = []
        self._left: list[tuple[Indices, Indices, Floats]] = []
        self._done = np.zeros(len(market.cells.offer), dtype=np.int64)
        self._waits = np.zeros((1, len(market.offer)), dtype=np.int64)
        """Parcels packed today by how long they had waited, [days, consumer offer]."""

    def owed_kg(self) -> Floats:
        """Orders that wait, kg by consumer offer."""
        return self._list.owed() * self.pack_kg

    def pack(self, day: int, orders: Integers, granted: Floats, *, again: bool = False) -> Packed:
        """Serve waiting and new orders as far as grants, [line], fruit and packers allow.

        What is taken is deducted from `granted`. Unserved customers of shops with a waiting list join it;
        with `again` (the round of those who switched) nobody waits and the waiting are not asked anew. Where
        fruit is shorter than the desk thought, shops get it in proportion to their grants.
        """
        new = orders if self._parcel_cell is None else orders * self._parcel_cell
        waiting, asked = self._list, new
        if not again:
            self._stores.put_away()
            self._packed_today[:] = 0
            self._waits = waiting.by_offer(waiting.orders)
            if waiting.anybody:
                asked = new.copy()
                asked[waiting.cells] += np.add.reduce(waiting.orders, axis=0)
        wanted = self._by_offer(asked)
        able = self._take(wanted, granted)
        short = wanted > able
        queues = short & self.rules.waits & (not again)
        done = asked.copy() if np.count_nonzero(short) or (waiting.anybody and not again) else asked
        cells = self._ration.cells_of((short & ~queues).nonzero()[0])
        if len(cells):
            done[cells] = self._ration.draw(cells, asked[cells], able, 2 * day + again)
        lost, at_once = new - done, done
        if not again and (waiting.anybody or np.count_nonzero(queues)):
            served = waiting.serve(day, new[waiting.cells], able)
            self._waits = waiting.by_offer(served)
            done[waiting.cells] = np.add.reduce(served, axis=0)
            at_once = done.copy()
            at_once[waiting.cells] = served[0]
            lost[waiting.cells] = 0
        self._done = self._done + done if again else done
        return Packed(done, at_once, lost)

    def share_rest(self, granted: Floats) -> None:
        """Fruit not granted, or granted to a trader, is open to the parcel lines in equal parts once more.

        The trader buys what is left, so what the desk meant for him is nobody's yet.
        """
        lines = self._world.layout.lines
        goods = len(self._world.layout.goods.ids)
        rest = self._stores.on_hand_kg() - sum_by(lines.good, granted * self._is_promised, minlength=goods)
        own = lines.good[self._lines]
        part = np.maximum(rest, 0.0) / np.maximum(np.bincount(own, minlength=goods), 1)
        granted[self._lines] += part[own]

    def has_more(self, granted: Floats) -> NDArray[np.bool_]:
        """Whether a shop without a waiting list could pack another parcel today, by consumer offer."""
        more = np.zeros(len(self.pack_kg), dtype=np.bool_)
        if np.count_nonzero(granted[self._lines] >= self._line_pack):
            for way in self._ways:
                more |= self._able(way, granted)[1] >= 1
        if self._list.anybody:
            more &= self._list.owed() == 0
        return more

    def leave(self, day: int) -> None:
        """The courier takes what was packed today."""
        if self._loads:
            line, column, kg = (np.concatenate(part) for part in zip(*self._left, strict=True))
            self._books.left(day, line, column, kg)
            self._left = []
            self.courier.take(day, self._done, self._waits, self._loads)
            self._loads = []

    def end_day(self, day: int) -> Integers | None:
        """Overdue customers may cancel; cancelled packs by cell, None if nobody waits."""
        if not self._list.anybody:
            return None
        cancelled = np.zeros(len(self._consumers.market.cells.offer), dtype=np.int64)
        cancelled[self._list.cells] = self._list.end_day(day)
        return cancelled

    @property
    def waited(self) -> Integers:
        """Parcels packed today by how long they had waited, [days, consumer offer]."""
        return self._waits

    def _by_offer(self, counts: Integers) -> Integers:
        """Sums of cells by consumer offer."""
        cells = self._consumers.market.cells
        sums = np.zeros(len(self.pack_kg), dtype=np.int64)
        sums[cells.owners] = np.add.reduceat(counts, cells.first)
        return sums

    def _able(self, way: _Way, granted: Floats) -> tuple[Floats, Integers]:
        """Kilograms that the lines of one way may take now, and the parcels that makes, by consumer offer."""
        kg = granted[way.lines]
        if not np.count_nonzero(kg):
            return kg, np.zeros(len(self.pack_kg), dtype=np.int64)
        kg = self._stores.fitted(way.number, way.lines, kg)
        packs = sum_by(way.at, kg, minlength=len(self.pack_kg))
        packs /= self.pack_kg
        packs += 1e-9
        np.floor(packs, out=packs)
        if self._most is not None:
            packs = np.minimum(packs, self._most - self._packed_today)
        return kg, packs.astype(np.int64)

    def _take(self, wanted: Integers, granted: Floats) -> Integers:
        """Issue the fruit of the day's parcels, worst accepted grade first; how many, by consumer offer."""
        made = np.zeros(len(wanted), dtype=np.int64)
        for way in self._ways:
            kg, able = self._able(way, granted)
            packs = np.minimum(wanted, able)
            if not np.count_nonzero(packs):
                continue
            made += packs
            self._packed_today += packs
            share, want = np.zeros(len(kg)), packs * self.pack_kg
            for here, whose in way.grades:
                share[here] = part = np.minimum(kg[here], want[whose])
                if here is not way.grades[-1][0]:
                    want -= sum_by(whose, part, minlength=len(want))
            taken: Issued = self._stores.take(way.number, way.lines, share)
            line = way.lines[taken.line]
            granted -= sum_by(line, taken.kg, minlength=len(granted))
            self._left.append((line, taken.column, taken.kg))
            self._loads.append(Load(way.at[taken.line], taken.kg, taken.age, taken.hazard))
        return made

    def _index_lines(self) -> tuple[Indices, Indices, list[_Way]]:
        """The parcel lines, whose they are, and by which ways they take fruit, in which order of grades."""
        layout, market = self._world.layout, self._consumers.market
        place = np.full(len(layout.offers.ids), -1, dtype=np.intp)
        place[market.offer] = np.arange(len(market.offer))
        at = place[layout.lines.offer]
        lines = (market.parcel[at] & (at >= 0)).nonzero()[0]
        at = at[lines]
        nth = np.zeros(len(lines), dtype=np.intp)
        for i in range(1, len(nth)):
            nth[i] = nth[i - 1] + 1 if at[i] == at[i - 1] else 0
        number = self._stores.way_of[layout.lines.channel[lines]]
        ways = []
        for way in np.unique(number):
            mine = (number == way).nonzero()[0]
            grades = [(nth[mine] == grade).nonzero()[0] for grade in range(int(nth[mine].max()) + 1)]
            ways.append(_Way(int(way), lines[mine], at[mine], [(here, at[mine][here]) for here in grades]))
        return lines, at, ways

    def _most_packed(self) -> Floats | None:
        """Most parcels that each shop can pack a day, by consumer offer; None if none has a limit."""
        layout, market = self._world.layout, self._consumers.market
        most = np.full(len(self.pack_kg), np.inf)
        for channel, block in enumerate(layout.blocks):
            if isinstance(block, ParcelChannel) and block.parcels_per_day is not None:
                mine = (layout.offers.channel[market.offer] == channel).nonzero()[0]
                most[mine] = np.floor(block.parcels_per_day / max(len(mine), 1))
        return most if np.isfinite(most).any() else None
