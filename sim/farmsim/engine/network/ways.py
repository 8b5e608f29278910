"""What moves between places: sources bring loads, trucks carry them, customers come and buy."""

from collections.abc import Callable, Iterator, Mapping

from farmsim.domain.supply import Customers, Source, SupplyLane, held_up
from farmsim.engine.network.agenda import Call
from farmsim.engine.network.kilograms import Books
from farmsim.engine.network.levels import TINY
from farmsim.engine.network.lots import Lot
from farmsim.engine.network.orders import Replenished
from farmsim.engine.network.sites import Stock
from farmsim.engine.network.stations import Onward, Queue

Units = Iterator[tuple[float, float]]
"""(moment in days, kg) of one load or order after another."""


class Harvest:
    """A source: its loads come one after the other and go on to where they are brought."""

    def __init__(
        self, name: str, block: Source, books: Books, units: Units, life: Callable[[], float], onward: Onward
    ) -> None:
        self.name, self.block = name, block
        self._books, self._units, self._life, self._onward = books, units, life, onward
        self.loads, self.kg, self.finished, self.days = 0, 0.0, 0, 0.0

    def open(self) -> None:
        """The first load sets out."""
        self._next()

    def done(self, lot: Lot) -> None:
        """A load of this source has reached a site or left the network."""
        if lot.born >= self._books.warm_up:
            self.finished += 1
            self.days += self._books.agenda.now - lot.born

    def _next(self) -> None:
        unit = next(self._units, None)
        if unit is not None:
            agenda = self._books.agenda
            agenda.call_at(unit[0], agenda.rank["receive"], self._bring, unit[1])

    def _bring(self, event: Call) -> None:
        kg, now = event.item, self._books.agenda.now
        self._next()
        if kg <= 0.0:
            return
        lot = Lot(kg, now, self._life())
        lot.priority, lot.product, lot.source = self.block.priority, self.block.product, self
        self._books.kilograms.into("harvested", kg)
        if now >= self._books.warm_up:
            self.loads += 1
            self.kg += kg
        self._onward(lot)


class Trucks:
    """A lane on which loads are pushed: a truck leaves when it is full."""

    def __init__(
        self,
        name: str,
        block: SupplyLane,
        books: Books,
        days: Iterator[float],
        rates: Mapping[str | None, float],
    ) -> None:
        """`rates` are the ageing speeds on the truck, by product."""
        self.name, self.block = name, block
        self._books, self._days, self._rates = books, days, rates
        self.onward: Onward = self._lose
        """Where loads go at its end; linked before the start."""
        self._loading: list[Lot] = []
        self.kg = 0.0
        """Kilograms on the truck and on the way."""
        self.trips = self.loads = 0
        self.wait_days = 0.0
        self._last_trip, self.gaps, self.gap_sum, self.gap_square = -1.0, 0, 0.0, 0.0

    def come(self, lot: Lot) -> None:
        """A load is put on the truck; if that is full, it leaves."""
        now = self._books.agenda.now
        lot.came = now
        lot.enter(now, self._rates[lot.product])
        self.kg += lot.kg
        self._loading.append(lot)
        if len(self._loading) < self.block.leaves_with:
            return
        load, self._loading = self._loading, []
        if now >= self._books.warm_up:
            self._note(load, now)
        agenda = self._books.agenda
        waits = held_up(now, self.block.closed) if self.block.closed else 0.0
        agenda.call(waits + next(self._days), agenda.rank["receive"], self._arrive, load)

    def _note(self, load: list[Lot], now: float) -> None:
        self.trips += 1
        self.loads += len(load)
        self.wait_days += sum(now - lot.came for lot in load)
        self._books.accounts.cost(self.name, "freight", self.block.cost_per_trip)
        if self._last_trip >= 0.0:
            self.gaps += 1
            self.gap_sum += now - self._last_trip
            self.gap_square += (now - self._last_trip) ** 2
        self._last_trip = now

    def _arrive(self, event: Call) -> None:
        now = self._books.agenda.now
        for lot in event.item:
            self.kg -= lot.kg
            lot.leave(now, self._rates[lot.product])
            self.onward(lot)

    def _lose(self, lot: Lot) -> None:
        raise AssertionError(f"lane {self.name} leads nowhere: {lot}")


class Shoppers:
    """Customers of one kind: they order one after the other at their site."""

    def __init__(self, name: str, block: Customers, books: Books, units: Units, site: Stock) -> None:
        self.name, self.block = name, block
        self._books, self._units, self._site = books, units, site
        self.orders = self.deliveries = 0
        self.wanted_kg = self.sold_kg = self.delivered_kg = 0.0

    def open(self) -> None:
        """The first of them will come."""
        self._next()

    def get(self, lots: list[Lot], kg: float, *, last: bool) -> None:  # noqa: ARG002 (as any buyer)
        """They are given what they ordered, or part of it, and pay for it."""
        self._books.kilograms.out("sold", kg)
        if self._books.agenda.now < self._books.warm_up:
            return
        self.sold_kg += kg
        if self.block.price_per_kg:
            self._books.accounts.sale(self._site.name, kg * self.block.price_per_kg)
        if self.block.delivery_days:
            agenda = self._books.agenda
            agenda.call(self.block.delivery_days, agenda.rank["receive"], self._deliver, (kg, last))
        else:
            self.deliveries += last
            self.delivered_kg += kg

    def _deliver(self, event: Call) -> None:
        kg, last = event.item
        self.deliveries += last
        self.delivered_kg += kg

    def _next(self) -> None:
        unit = next(self._units, None)
        if unit is not None:
            agenda = self._books.agenda
            agenda.call_at(unit[0], agenda.rank["demand"], self._come, unit[1])

    def _come(self, event: Call) -> None:
        kg, block, books = event.item, self.block, self._books
        self._next()
        if kg <= 0.0:
            return
        if books.agenda.now >= books.warm_up:
            self.orders += 1
            self.wanted_kg += kg
            if block.cost_per_order:
                books.accounts.cost(self._site.name, "delivery", block.cost_per_order)
        self._site.demand(kg, self, waits=block.unmet == "backorder", partial=block.partial)


class Workshop:
    """A station that works to order: as many loads of a kilogram as are ordered queue at it.

    What it works on keeps; the life of a load begins when it is made.
    """

    def __init__(self, queue: Queue, books: Books) -> None:
        self._queue, self._books = queue, books

    def order(self, kg: float, buyer: Replenished) -> None:
        """Loads of one kilogram, the last of what is left, queue; each goes to the buyer when it is done."""
        now = self._books.agenda.now
        while kg > 0.0:
            size = kg if kg <= 1.0 + TINY else 1.0
            kg -= size
            lot = Lot(size, now)
            lot.owner, lot.product = buyer, buyer.block.product
            self._books.kilograms.into("unlimited", size)
            self._queue.come(lot)
