"""Stations: loads queue for parallel servers, are worked on and go on; a room holds them for a while."""

import math
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import repeat

import numpy as np

from farmsim.domain.arrivals import CHUNK
from farmsim.domain.distributions import Block, draw
from farmsim.domain.supply import Station
from farmsim.engine.network.agenda import FINISH, Call
from farmsim.engine.network.kilograms import Books
from farmsim.engine.network.levels import Level
from farmsim.engine.network.lots import NEVER, Lot

Onward = Callable[[Lot], None]
MOST_STATES = 64
"""Loads up to which a station tells for how long it held so many."""


class Queue:
    """One station with its line of waiting loads and what is known about it."""

    def __init__(
        self,
        name: str,
        block: Station,
        books: Books,
        generators: tuple[np.random.Generator, np.random.Generator],
        rates: Mapping[str | None, float],
    ) -> None:
        """`generators` draw service and patience, `rates` are the ageing speeds here, by product."""
        self.name, self.block = name, block
        self._agenda, self._kilograms, self._warm_up = books.agenda, books.kilograms, books.warm_up
        self._accounts, self._rates = books.accounts, rates
        warm_up = books.warm_up
        self.onward: Onward = self._leave
        """Where loads go next."""
        self._hours = stream(block.hours, generators[0])
        self._patience = None if block.patience_hours is None else stream(block.patience_hours, generators[1])
        self._servers = block.servers or math.inf
        self._places = math.inf if block.waiting_places is None else block.waiting_places
        self._lines: dict[int, deque[Lot]] = {}
        self._waiting, self._busy = 0, 0
        self.content, self.queue, self.busy = Level(warm_up), Level(warm_up), Level(warm_up)
        self.states = [0.0] * MOST_STATES
        """Days with so many loads, the last for all beyond."""
        self._state_since = warm_up
        self.arrived = self.turned_away = self.discarded = self.found_idle = self.waited = self.begun = 0
        self.turned_away_kg = self.discarded_kg = self.worked_kg = self.held_kg = 0.0
        self.wait_days = self.longest_days = self.last_wait = 0.0
        self.times = array("d")
        """Days from coming to leaving, by load."""
        self.first_end, self.last_end, self._gap_square = math.nan, math.nan, 0.0
        self.ended = 0

    def come(self, lot: Lot) -> None:
        """A load is at the door."""
        now = self._agenda.now
        measured = now >= self._warm_up
        self.arrived += measured
        self.found_idle += measured and self._busy == 0
        lot.came = now
        lot.enter(now, self._rates[lot.product])
        if lot.expires < now:
            self._discard(lot)
            return
        if self._busy >= self._servers and self._waiting >= self._places:
            self.turned_away += measured
            self.turned_away_kg += lot.kg * measured
            self._kilograms.out("turned_away", lot.kg)
            return
        self.held_kg += lot.kg
        self._count(now, 1)
        if self._busy < self._servers:
            self._begin(lot, now)
            return
        self._waiting += 1
        self.queue.change(now, 1)
        lot.place = self
        self._lines.setdefault(lot.priority, deque()).append(lot)
        deadline = lot.expires
        if self._patience is not None:
            deadline = min(deadline, now + next(self._patience) / 24.0)
        if deadline < NEVER:
            self._agenda.call(deadline - now, self._agenda.rank["expire"], self._give_up, lot)

    def close(self, now: float) -> float:
        """The horizon is reached; kilograms that are still here."""
        self._count(now, 0)
        for level in (self.queue, self.busy):
            level.change(now, 0)
        return self.held_kg

    def gap_variation(self) -> float:
        """Squared coefficient of variation of the times between two loads that leave."""
        if self.ended < 3:
            return math.nan
        gaps = self.ended - 1
        mean = (self.last_end - self.first_end) / gaps
        return (self._gap_square / gaps - mean * mean) / (mean * mean) if mean > 0 else math.nan

    def _begin(self, lot: Lot, now: float) -> None:
        self._busy += 1
        self.busy.change(now, 1)
        if lot.came >= self._warm_up:
            wait = now - lot.came
            self.begun += 1
            self.wait_days += wait
            self.waited += wait > 0.0
            self.longest_days = max(self.longest_days, wait)
            self.last_wait = wait
        self._agenda.call(next(self._hours) / 24.0, FINISH, self._finish, lot)

    def _finish(self, event: Call) -> None:
        lot, now = event.item, self._agenda.now
        self._busy -= 1
        self.busy.change(now, -1)
        self._count(now, -1)
        lot.leave(now, self._rates[lot.product])
        self.held_kg -= lot.kg
        if lot.came >= self._warm_up:
            self.times.append(now - lot.came)
        if now >= self._warm_up:
            self._note_end(lot, now)
        if self._waiting:
            self._call_next(now)
        self.onward(lot)

    def _note_end(self, lot: Lot, now: float) -> None:
        self.worked_kg += lot.kg
        if self.block.cost_per_kg:
            self._accounts.cost(self.name, "working", lot.kg * self.block.cost_per_kg)
        if self.ended:
            self._gap_square += (now - self.last_end) ** 2
        else:
            self.first_end = now
        self.last_end = now
        self.ended += 1

    def _call_next(self, now: float) -> None:
        """The first load of the most urgent line is next; who gave up has left a mark only."""
        for priority in sorted(self._lines):
            line = self._lines[priority]
            while line:
                lot = line.popleft()
                if lot.place is self:
                    lot.place = None
                    self._waiting -= 1
                    self.queue.change(now, -1)
                    self._begin(lot, now)
                    return

    def _give_up(self, event: Call) -> None:
        """A load has waited too long or its life ends, if it still waits here."""
        lot, now = event.item, self._agenda.now
        if lot.place is not self:
            return
        lot.place = None
        self._waiting -= 1
        self.queue.change(now, -1)
        self._count(now, -1)
        self.held_kg -= lot.kg
        self._discard(lot)

    def _discard(self, lot: Lot) -> None:
        self._kilograms.out("discarded", lot.kg)
        if lot.came >= self._warm_up:
            self.discarded += 1
            self.discarded_kg += lot.kg

    def _count(self, now: float, by: int) -> None:
        """So many loads more are here."""
        if now > self._state_since:
            self.states[min(int(self.content.value), MOST_STATES - 1)] += now - self._state_since
            self._state_since = now
        self.content.change(now, by)

    def _leave(self, lot: Lot) -> None:
        """Loads that go nowhere leave the network."""
        if lot.source is not None:
            lot.source.done(lot)
        self._kilograms.out("left", lot.kg)


def stream(distribution: float | Block, generator: np.random.Generator) -> Iterator[float]:
    """Values of a distribution one by one, never negative."""
    if isinstance(distribution, float | int):
        return repeat(max(float(distribution), 0.0))
    return _drawn(distribution, generator)


def _drawn(distribution: Block, generator: np.random.Generator) -> Iterator[float]:
    while True:
        yield from np.maximum(draw(distribution, generator, CHUNK), 0.0).tolist()
