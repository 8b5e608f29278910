"""Sites: stock and backlog of one product at one place. How a site orders is `orders`."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from farmsim.domain.supply import Site
from farmsim.engine.network.agenda import Call
from farmsim.engine.network.kilograms import Books
from farmsim.engine.network.levels import TINY, Counted, Level
from farmsim.engine.network.lots import NEVER, Lot, Shelf, make_shelf

Rate = Callable[[float | None], float]
"""Ageing speed of the site's product at a temperature."""


class Buyer(Protocol):
    """Who gets what a site issues: customers, or a site that ordered it."""

    def get(self, lots: list[Lot], kg: float, *, last: bool) -> None:
        """Take lots that the supplier has just issued; `last` if no more of that order will come."""


class Want(NamedTuple):
    """An order that waits: what is still missing of it, and for whom."""

    kg: float
    buyer: Buyer
    partial: bool


class Stock:
    """One site, and all there is to a site that does not order but gets what is pushed in."""

    def __init__(self, name: str, block: Site, books: Books, rate: Rate, life: Callable[[], float]) -> None:
        """`life` draws the life of a fresh lot, thermal days."""
        self.name, self.block = name, block
        self._books, self._agenda = books, books.agenda
        self._rate, self._life = rate(block.celsius), life
        self._spoils = life() < NEVER
        self._shelf: Shelf = make_shelf(block.issue, spoils=self._spoils)
        kind = Counted if self._agenda.counts else Level
        self.stock, self.backlog, self.way = kind(books.warm_up), kind(books.warm_up), kind(books.warm_up)
        self.depth = 0
        """How many sites lie between it and the customers; reviews go upstream in that order."""
        self._wants: deque[Want] = deque()
        self.demand_kg = self.at_once_kg = self.lost_kg = self.outdated_kg = self.turned_away_kg = 0.0
        self.shipped_kg = self.ordered_kg = self.received_kg = self.age_days_kg = 0.0
        self.orders = self.demands = self.full_at_once = self.receipts = 0
        self.ever = {"ordered": 0.0, "received": 0.0, "shipped": 0.0, "outdated": 0.0, "lost": 0.0}
        """Kilograms since the start, the warm-up included."""

    @property
    def measured(self) -> bool:
        """Whether the warm-up is over."""
        return self._agenda.now >= self._books.warm_up

    @property
    def on_hand(self) -> float:
        """Kilograms on the shelf."""
        return self._shelf.kg

    def open(self) -> None:
        """The opening stock is there."""
        if self.block.opening_kg:
            self._books.kilograms.into("opening", self.block.opening_kg)
            self._put([Lot(self.block.opening_kg, 0.0, self._life())])

    def demand(self, kg: float, buyer: Buyer, *, waits: bool, partial: bool = True) -> None:
        """Somebody wants so much: what is there is issued, the rest waits or is lost.

        Who comes while others wait gets nothing at once, even if something lies here for a whole order.
        """
        ready = 0.0 if self._wants else min(kg, self._shelf.kg)
        if ready < kg - TINY and not partial:
            ready = 0.0
        missing = kg - ready if kg - ready > TINY else 0.0
        self._note_demand(kg)
        if self.measured:
            self.demands += 1
            self.demand_kg += kg
            self.at_once_kg += ready
            self.full_at_once += missing == 0.0
            if missing:
                self._charge("shortage", missing * self.block.shortage_per_kg)
        if ready > 0.0:
            self._issue(ready, buyer, last=not (missing and waits))
        if missing and waits:
            self._wants.append(Want(missing, buyer, partial))
            self.backlog.change(self._agenda.now, missing)
        elif missing:
            self.ever["lost"] += missing
            self.lost_kg += missing * self.measured
        self._touch()

    def order(self, kg: float, buyer: Buyer) -> None:
        """A downstream site orders: what is missing waits."""
        self.demand(kg, buyer, waits=True)

    def come(self, lot: Lot) -> None:
        """A load that was pushed here; what does not fit is turned away, unless its life is over anyhow."""
        if lot.source is not None:
            lot.source.done(lot)
        capacity = self.block.capacity_kg
        lot.enter(self._agenda.now, self._rate)
        room = NEVER if capacity is None or self._is_over(lot) else max(capacity - self._shelf.kg, 0.0)
        if lot.kg > room + TINY:
            room = room if room > TINY else 0.0
            over = lot.kg - room
            self._books.kilograms.out("turned_away", over)
            self.turned_away_kg += over * self.measured
            lot.kg = room
        if lot.kg > 0.0:
            self._arrive([lot], lot.kg)

    def close(self, now: float) -> tuple[float, float]:
        """The horizon is reached; kilograms on hand and on the way here."""
        for level in (self.stock, self.backlog, self.way):
            level.change(now, 0.0)
        return self._shelf.kg, self.way.value

    def count(self) -> None:
        """The count of a period."""
        for level in (self.stock, self.backlog, self.way):
            level.count()

    def _note_demand(self, kg: float) -> None:
        """Somebody has wanted so much; a site that orders remembers it."""

    def _touch(self) -> None:
        """Something has changed; a site that orders may answer."""

    def _charge(self, item: str, amount: float) -> None:
        if amount and self.measured:
            self._books.accounts.cost(self.name, item, amount)

    def _issue(self, kg: float, buyer: Buyer, *, last: bool) -> None:
        now, lots = self._agenda.now, self._shelf.take(kg)
        self.stock.change(now, -kg)
        self.ever["shipped"] += kg
        if self._spoils:
            for lot in lots:
                lot.leave(now, self._rate)
                lot.place = None
        if self.measured:
            self.shipped_kg += kg
            if self._spoils:
                self.age_days_kg += sum(lot.kg * (now - lot.born) for lot in lots)
        buyer.get(lots, kg, last=last)

    def _arrive(self, lots: list[Lot], kg: float) -> None:
        self.ever["received"] += kg
        self.received_kg += kg * self.measured
        self.receipts += self.measured
        self._put(lots)
        self._serve_wants()
        self._touch()

    def _put(self, lots: list[Lot]) -> None:
        now = self._agenda.now
        for lot in lots:
            lot.enter(now, self._rate)
            if self._is_over(lot):
                self._outdate(lot.kg)
                continue
            self._shelf.put(lot)
            self.stock.change(now, lot.kg)
            if lot.expires < NEVER:
                lot.place = self
                self._agenda.call_at(
                    lot.expires, self._agenda.rank["expire"], self._expire, (lot, lot.expires)
                )

    def _is_over(self, lot: Lot) -> bool:
        """Whether the life of a lot that comes has ended, or ends now and was to end before anything came."""
        now = self._agenda.now
        return lot.expires < now or (lot.expires == now and self._agenda.comes_before("expire", "receive"))

    def _expire(self, event: Call) -> None:
        """The life of a lot ends, if it still lies here."""
        lot, expires = event.item
        if lot.kg <= 0.0 or lot.expires != expires or lot.place is not self:
            return
        kg = lot.kg
        self._shelf.drop(lot)
        self.stock.change(self._agenda.now, -kg)
        self._outdate(kg)
        self._touch()

    def _outdate(self, kg: float) -> None:
        self._books.kilograms.out("outdated", kg)
        self.ever["outdated"] += kg
        self.outdated_kg += kg * self.measured
        self._charge("outdating", kg * self.block.outdated_per_kg)

    def _serve_wants(self) -> None:
        """Those who wait get what has come."""
        if not self._wants:
            return
        if self.block.rationing == "proportional" and len(self._wants) > 1:
            self._share_out()
        now = self._agenda.now
        while self._wants and self._shelf.kg > TINY:
            want = self._wants[0]
            kg = min(want.kg, self._shelf.kg)
            last = want.kg - kg <= TINY
            if not last and not want.partial:
                return
            if last:
                self._wants.popleft()
                self.backlog.change(now, -want.kg)
            else:
                self._wants[0] = want._replace(kg=want.kg - kg)
                self.backlog.change(now, -kg)
            self._issue(kg, want.buyer, last=last)

    def _share_out(self) -> None:
        """Less than all that wait want: each gets the same share of it."""
        share = self._shelf.kg / sum(want.kg for want in self._wants)
        if share >= 1.0 or not all(want.partial for want in self._wants):
            return
        for place, want in enumerate(self._wants):
            kg = want.kg * share
            self._wants[place] = want._replace(kg=want.kg - kg)
            self.backlog.change(self._agenda.now, -kg)
            self._issue(kg, want.buyer, last=False)
