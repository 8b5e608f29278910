"""Sites: stock, backlog and replenishment of one product at one place."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from farmsim.domain.policies import Position
from farmsim.domain.supply import UNLIMITED, Replenishment, Site
from farmsim.engine.network.agenda import Call
from farmsim.engine.network.kilograms import Books
from farmsim.engine.network.levels import TINY, Counted, Level
from farmsim.engine.network.lots import NEVER, Lot, Shelf, make_shelf

Rate = Callable[[float | None], float]
"""Ageing speed of the site's product at a temperature."""


class Buyer(Protocol):
    """Who gets what a site issues: customers, or a site that ordered it."""

    def get(self, lots: list[Lot], kg: float, *, waited: bool) -> None:
        """Take lots that the supplier has just issued."""


class Want(NamedTuple):
    """An order that waits: what is still missing of it, and for whom."""

    kg: float
    buyer: Buyer
    partial: bool


class Supplier(Protocol):
    """From whom a site may order."""

    def order(self, kg: float, buyer: "Stock") -> None:
        """Send so much as soon as possible."""


class Stock:
    """One site."""

    def __init__(self, name: str, block: Site, books: Books, rate: Rate, life: Callable[[], float]) -> None:
        """`life` draws the life of a fresh lot, thermal days."""
        self.name, self.block = name, block
        self._books, self._agenda = books, books.agenda
        self._rate, self._life = rate(block.celsius), life
        self._way_rate = rate(block.replenishment.celsius) if block.replenishment else 1.0
        self._spoils = life() < NEVER
        self._shelf: Shelf = make_shelf(block.issue, spoils=self._spoils)
        kind = Counted if self._agenda.counts else Level
        self.stock, self.backlog, self.way = kind(books.warm_up), kind(books.warm_up), kind(books.warm_up)
        self.depth = 0
        """How many sites lie between it and the customers; reviews go upstream in that order."""
        self.supplier: Supplier | None = None
        self.lead: Callable[[], float] = lambda: 0.0
        """Draws a shipping time."""
        self._wants: deque[Want] = deque()
        self.on_order = 0.0
        self._pending, self.reviews, self._demand_since = False, 0, 0.0
        self._seen: deque[float] = deque(maxlen=_memory(block.replenishment))
        self.demand_kg = self.at_once_kg = self.lost_kg = self.outdated_kg = self.turned_away_kg = 0.0
        self.shipped_kg = self.ordered_kg = self.received_kg = self.age_days_kg = 0.0
        self.orders = self.demands = self.full_at_once = self.receipts = 0
        self.ever = {"ordered": 0.0, "received": 0.0, "shipped": 0.0, "outdated": 0.0, "lost": 0.0}
        """Kilograms since the start, the warm-up included."""

    @property
    def measured(self) -> bool:
        """Whether the warm-up is over."""
        return self._agenda.now >= self._books.warm_up

    def open(self) -> None:
        """The start: opening stock, shipments and orders under way, the first review."""
        block, rule = self.block, self.block.replenishment
        if block.opening_kg:
            self._books.kilograms.into("opening", block.opening_kg)
            self._put([Lot(block.opening_kg, 0.0, self._life())])
        if rule is None:
            return
        for day, kg in enumerate(rule.under_way_kg):
            self.on_order += kg
            self._books.kilograms.into("opening", kg)
            self._send([Lot(kg, 0.0, self._life())], kg, float(day))
        for day, kg in enumerate(rule.ordered_kg):
            self.on_order += kg
            self._post(kg, float(day))
        self._agenda.call(rule.first_review_day, self._review_rank, self._review)

    def demand(self, kg: float, buyer: Buyer, *, waits: bool, partial: bool = True) -> None:
        """Somebody wants so much: what is there is issued, the rest waits or is lost."""
        ready = 0.0 if self._wants else min(kg, self._shelf.kg)
        if ready < kg - TINY and not partial:
            ready = 0.0
        if kg - ready < TINY:
            ready = kg
        missing = kg - ready
        self._demand_since += kg
        if self.measured:
            self.demands += 1
            self.demand_kg += kg
            self.at_once_kg += ready
            self.full_at_once += missing == 0.0
            if missing:
                self._charge("shortage", missing * self.block.shortage_per_kg)
        if ready > 0.0:
            self._issue(ready, buyer, waited=False)
        if missing and waits:
            self._wants.append(Want(missing, buyer, partial))
            self.backlog.change(self._agenda.now, missing)
        elif missing:
            self.ever["lost"] += missing
            self.lost_kg += missing * self.measured
        self._touch()

    def order(self, kg: float, buyer: "Stock") -> None:
        """A downstream site orders: what is missing waits."""
        self.demand(kg, buyer, waits=True)

    def come(self, lot: Lot) -> None:
        """A load that was pushed here; what does not fit is turned away."""
        if lot.source is not None:
            lot.source.done(lot)
        capacity = self.block.capacity_kg
        room = NEVER if capacity is None else max(capacity - self._shelf.kg, 0.0)
        if lot.kg > room + TINY:
            over = lot.kg - room
            self._books.kilograms.out("turned_away", over)
            self.turned_away_kg += over * self.measured
            lot.kg = room
        if lot.owner is self:
            self.on_order -= lot.kg
            lot.owner = None
        if lot.kg > 0.0:
            self._arrive([lot], lot.kg)

    def get(self, lots: list[Lot], kg: float, *, waited: bool) -> None:  # noqa: ARG002 (as any buyer)
        """What it ordered leaves the supplier and is on its way."""
        self._send(lots, kg, self.lead())

    def close(self, now: float) -> tuple[float, float]:
        """The horizon is reached; kilograms on hand and on the way here."""
        for level in (self.stock, self.backlog, self.way):
            level.change(now, 0.0)
        return self._shelf.kg, self.way.value

    def count(self) -> None:
        """The count of a period."""
        for level in (self.stock, self.backlog, self.way):
            level.count()

    @property
    def on_hand(self) -> float:
        """Kilograms on the shelf."""
        return self._shelf.kg

    @property
    def _review_rank(self) -> float:
        return self._agenda.rank["order"] + 0.01 * self.depth

    def _charge(self, item: str, amount: float) -> None:
        if amount and self.measured:
            self._books.accounts.cost(self.name, item, amount)

    def _issue(self, kg: float, buyer: Buyer, *, waited: bool) -> None:
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
        buyer.get(lots, kg, waited=waited)

    def _send(self, lots: list[Lot], kg: float, days: float) -> None:
        """A shipment sets out to this site."""
        now = self._agenda.now
        self.way.change(now, kg)
        for lot in lots:
            lot.enter(now, self._way_rate)
        rank = self._agenda.rank["receive"] - 0.01 * self.depth
        self._agenda.call(days, rank, self._unload, (lots, kg))

    def _unload(self, event: Call) -> None:
        lots, kg = event.item
        now, rule = self._agenda.now, self.block.replenishment
        assert rule is not None, "only who orders gets shipments"
        self.way.change(now, -kg)
        self.on_order -= kg
        if self._spoils:
            for lot in lots:
                lot.leave(now, self._way_rate)
        self._charge("purchase", kg * rule.cost_per_kg)
        self._arrive(lots, kg)

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
            if lot.expires < now:
                self._outdate(lot.kg)
                continue
            self._shelf.put(lot)
            self.stock.change(now, lot.kg)
            if lot.expires < NEVER:
                lot.place = self
                self._agenda.call(
                    lot.expires - now, self._agenda.rank["expire"], self._expire, (lot, lot.expires)
                )

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
        while self._wants and self._shelf.kg > TINY:
            want = self._wants[0]
            kg = min(want.kg, self._shelf.kg)
            if want.kg - kg > TINY:
                if not want.partial:
                    return
                self._wants[0] = want._replace(kg=want.kg - kg)
            else:
                self._wants.popleft()
            self.backlog.change(self._agenda.now, -kg)
            self._issue(kg, want.buyer, waited=True)

    def _share_out(self) -> None:
        """Less than all that wait want: each gets the same share of it."""
        share = self._shelf.kg / sum(want.kg for want in self._wants)
        if share >= 1.0 or not all(want.partial for want in self._wants):
            return
        for place, want in enumerate(self._wants):
            kg = want.kg * share
            self._wants[place] = want._replace(kg=want.kg - kg)
            self.backlog.change(self._agenda.now, -kg)
            self._issue(kg, want.buyer, waited=True)

    def _touch(self) -> None:
        """Something changed: under continuous review the rule is asked, after all else of this instant."""
        rule = self.block.replenishment
        if rule is not None and rule.review_days is None and not self._pending:
            self._pending = True
            self._agenda.call(0.0, self._review_rank, self._review)

    def _review(self, event: Call) -> None:  # noqa: ARG002 (as any action)
        """Ask the rule and order."""
        rule = self.block.replenishment
        assert rule is not None, "only who orders reviews"
        self._pending = False
        kg = self._wanted(rule)
        self.reviews += 1
        if rule.review_days is not None:
            self._agenda.call(rule.review_days, self._review_rank, self._review)
        if kg <= TINY:
            return
        self.on_order += kg
        self.ever["ordered"] += kg
        self._charge("ordering", rule.cost_per_order)
        if self.measured:
            self.orders += 1
            self.ordered_kg += kg
        self._post(kg, rule.order_days)

    def _wanted(self, rule: Replenishment) -> float:
        """What to order now."""
        if self.reviews or self._agenda.comes_before("demand", "order"):
            self._seen.append(self._demand_since)
        self._demand_since = 0.0
        if self.reviews < rule.standing_reviews and rule.standing_kg is not None:
            return rule.standing_kg
        backorders = sum(want.kg for want in self._wants)
        position = Position(
            self._shelf.kg, self.on_order, backorders, self._expiring(), self.reviews, list(self._seen)
        )
        kg = rule.policy.quantity(position)
        if self.block.capacity_kg is not None:
            kg = min(kg, max(self.block.capacity_kg - self._shelf.kg - self.on_order + backorders, 0.0))
        return kg

    def _expiring(self) -> float:
        """On hand, and gone before the next review."""
        rule = self.block.replenishment
        if not self._spoils or rule is None:
            return 0.0
        until, first = (
            self._agenda.now + (rule.review_days or 0.0),
            self._agenda.comes_before("expire", "order"),
        )
        lots = self._shelf.lots()
        return sum(lot.kg for lot in lots if lot.expires < until or (first and lot.expires == until))

    def _post(self, kg: float, days: float) -> None:
        """The order goes to the supplier, who knows of it after so many days."""
        rule = self.block.replenishment
        assert rule is not None, "only who orders has a supplier"
        if rule.supplier == UNLIMITED:
            self._agenda.call(days, self._agenda.rank["demand"], self._from_outside, kg) if days else (
                self._ship_from_outside(kg)
            )
        elif days:
            self._agenda.call(days, self._agenda.rank["demand"], self._known, kg)
        else:
            self._hand_on(kg)

    def _known(self, event: Call) -> None:
        self._hand_on(event.item)

    def _hand_on(self, kg: float) -> None:
        assert self.supplier is not None, "suppliers are linked before the start"
        self.supplier.order(kg, self)

    def _from_outside(self, event: Call) -> None:
        self._ship_from_outside(event.item)

    def _ship_from_outside(self, kg: float) -> None:
        """The unlimited supplier ships at once."""
        self._books.kilograms.into("unlimited", kg)
        self._send([Lot(kg, self._agenda.now, self._life())], kg, self.lead())


def _memory(rule: Replenishment | None) -> int:
    """Periods of demand that the rule looks back."""
    return 0 if rule is None else getattr(rule.policy, "average_of", 0)
