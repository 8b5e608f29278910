"""Sites that order: reviews, orders, and shipments on the way."""

from collections import deque
from collections.abc import Callable
from itertools import repeat
from typing import Protocol

from farmsim.domain.policies import Cover, Position
from farmsim.domain.supply import UNLIMITED, Replenishment, Site, held_up
from farmsim.engine.network.agenda import Call
from farmsim.engine.network.kilograms import Books
from farmsim.engine.network.levels import TINY
from farmsim.engine.network.lots import Lot
from farmsim.engine.network.sites import Rate, Stock


class Supplier(Protocol):
    """From whom a site may order."""

    def order(self, kg: float, buyer: "Replenished") -> None:
        """Send so much as soon as possible."""


class Replenished(Stock):
    """A site that orders what it needs. What was ordered is let in even beyond what fits."""

    def __init__(self, name: str, block: Site, books: Books, rate: Rate, life: Callable[[], float]) -> None:
        super().__init__(name, block, books, rate, life)
        rule = block.replenishment
        assert rule is not None, f"{name} does not order"
        self._rule: Replenishment = rule
        self._way_rate = rate(rule.celsius)
        self.supplier: Supplier = Unlimited(books)
        """From whom it orders; linked before the start."""
        self.lead = repeat(0.0).__next__
        """Draws a shipping time."""
        self.on_order = 0.0
        self._pending, self.reviews = True, 0
        self._memory = Memory(rule)

    def begin(self) -> None:
        """The start: shipments and orders under way, the first review. All sites have their opening stock."""
        rule, agenda = self._rule, self._agenda
        for day, kg in enumerate(rule.under_way_kg):
            self.on_order += kg
            self._books.kilograms.into("opening", kg)
            self._send([self.fresh(kg)], kg, float(day))
        for day, kg in enumerate(rule.ordered_kg):
            self.on_order += kg
            agenda.call(float(day), agenda.rank["demand"], self._known, kg)
        agenda.call(rule.first_review_day, self._review_rank, self._review)

    def fresh(self, kg: float) -> Lot:
        """A lot whose life begins now."""
        return Lot(kg, self._agenda.now, self._life())

    def get(self, lots: list[Lot], kg: float, *, last: bool) -> None:  # noqa: ARG002 (as any buyer)
        """What it ordered leaves the supplier and is on its way."""
        waits = held_up(self._agenda.now, self._rule.closed) if self._rule.closed else 0.0
        self._send(lots, kg, waits + self.lead())

    @property
    def _review_rank(self) -> float:
        return self._agenda.rank["order"] + 0.01 * self.depth

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
        now = self._agenda.now
        self.way.change(now, -kg)
        self.on_order -= kg
        if self._spoils:
            for lot in lots:
                lot.leave(now, self._way_rate)
        self._charge("purchase", kg * self._rule.cost_per_kg)
        self._arrive(lots, kg)

    def _note_demand(self, kg: float) -> None:
        self._memory.note(self._agenda.now, kg)

    def _touch(self) -> None:
        """Under continuous review the rule is asked when the turn of orders comes at this instant."""
        if self._rule.review_days is None and not self._pending:
            self._pending = True
            self._agenda.call(0.0, self._review_rank, self._review)

    def _review(self, event: Call) -> None:  # noqa: ARG002 (as any action)
        """Ask the rule and order."""
        rule, agenda = self._rule, self._agenda
        self._pending = False
        kg = self._wanted()
        self.reviews += 1
        if rule.review_days is not None:
            moment = rule.first_review_day + self.reviews * rule.review_days
            agenda.call_at(moment, self._review_rank, self._review)
        if kg <= TINY:
            return
        self.on_order += kg
        self.ever["ordered"] += kg
        self._charge("ordering", rule.cost_per_order)
        if self.measured:
            self.orders += 1
            self.ordered_kg += kg
        if rule.order_days:
            agenda.call(rule.order_days, agenda.rank["demand"], self._known, kg)
        else:
            self.supplier.order(kg, self)

    def _known(self, event: Call) -> None:
        """The supplier knows of an order."""
        self.supplier.order(event.item, self)

    def _wanted(self) -> float:
        """What to order now."""
        rule, capacity = self._rule, self.block.capacity_kg
        seen = self._memory.periods(
            self._agenda.now, self.reviews, demand_first=self._agenda.comes_before("demand", "order")
        )
        backorders = self.backlog.value if self._wants else 0.0
        position = Position(self._shelf.kg, self.on_order, backorders, self._expiring(), self.reviews, seen)
        if self.reviews < rule.standing_reviews and rule.standing_kg is not None:
            kg = rule.standing_kg
        else:
            kg = rule.policy.quantity(position)
        if capacity is not None:
            kg = min(kg, max(capacity - position.inventory, 0.0))
        return kg

    def _expiring(self) -> float:
        """On hand, and gone before the next review."""
        if not self._spoils:
            return 0.0
        until = self._agenda.now + (self._rule.review_days or 0.0)
        first = self._agenda.comes_before("expire", "order")
        lots = self._shelf.lots()
        return sum(lot.kg for lot in lots if lot.expires < until or (first and lot.expires == until))


class Unlimited:
    """A supplier that never runs out and ships at once what is fresh."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def order(self, kg: float, buyer: Replenished) -> None:
        """It sets out."""
        self._books.kilograms.into(UNLIMITED, kg)
        buyer.get([buyer.fresh(kg)], kg, last=True)


class Memory:
    """Demand of the last periods, as far as the rule looks back.

    A period lies between two reviews; under continuous review it is a day.
    """

    def __init__(self, rule: Replenishment) -> None:
        self._rule = rule
        self._periods: deque[float] = deque(
            maxlen=rule.policy.average_of if isinstance(rule.policy, Cover) else 0
        )
        self._since, self._day = 0.0, 0

    def note(self, now: float, kg: float) -> None:
        """Somebody has wanted so much."""
        self._end_days(now)
        self._since += kg

    def periods(self, now: float, reviews: int, *, demand_first: bool) -> list[float]:
        """Demand of the periods that are over, newest last, at the review after so many others."""
        length = self._rule.review_days
        if length is None:
            self._end_days(now)
        else:
            if reviews:
                self._periods.append(self._since)
            elif now >= length:
                self._periods.append(self._since * length / now)
            elif now == 0.0 and demand_first and self._since > 0.0:
                self._periods.append(self._since)
            self._since = 0.0
        return list(self._periods)

    def _end_days(self, now: float) -> None:
        if self._rule.review_days is not None:
            return
        for _ in range(int(now) - self._day):
            self._periods.append(self._since)
            self._since = 0.0
        self._day = int(now)
