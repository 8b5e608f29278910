"""The clock of a network: what happens at one instant comes in the file's order of events."""

from collections.abc import Callable, Sequence
from heapq import heappush
from typing import Any

import simpy

Action = Callable[["Call"], None]
FINISH = 1
"""Rank of what ends (service, transit): before everything that begins at the same instant."""
LAST = 1000
"""Rank of what only looks."""


class Call(simpy.Event):
    """An event that calls a function once. It costs half of a timeout with a process behind it."""

    __slots__ = ("item",)

    def __init__(self, env: simpy.Environment, action: Action, item: Any = None) -> None:
        self.env = env
        self.callbacks = [action]
        self._value = None
        self._ok = True
        self._defused = False
        self.item = item


class Clock(simpy.Environment):
    """An environment in which an event may be given its moment, to the last bit."""

    def at(self, moment: float, event: simpy.Event, rank: float) -> None:
        """Let it happen then. SimPy would add a delay to the time now, and round."""
        heappush(self._queue, (moment, rank, next(self._eid), event))  # type: ignore[misc]


class Agenda:
    """Schedules calls; at one instant lower ranks come first, equal ones in the order of scheduling."""

    def __init__(self, order_of_events: Sequence[str]) -> None:
        self.env = Clock()
        self.rank = {event: 10 * (place + 1) for place, event in enumerate(order_of_events)}
        """Rank of each kind of event; a fraction or a small addition orders sites among themselves."""
        self.counts = "count" in self.rank

    @property
    def now(self) -> float:
        """Days from the start."""
        return self.env.now

    def call(self, delay: float, rank: float, action: Action, item: Any = None) -> Call:
        """Call `action(event)` after so many days; `event.item` is the item."""
        assert delay >= 0.0, f"time does not run back by {-delay} days"
        event = Call(self.env, action, item)
        self.env.schedule(event, rank, delay)  # type: ignore[arg-type]  # any number orders events
        return event

    def call_at(self, moment: float, rank: float, action: Action, item: Any = None) -> Call:
        """Call it at that very moment, or now if it has passed: what recurs on a timetable meets in time.

        `now + (moment - now)` may differ from `moment` by a rounding, and then the order of events is lost.
        """
        event = Call(self.env, action, item)
        self.env.at(max(moment, self.env.now), event, rank)
        return event

    def comes_before(self, one: str, other: str) -> bool:
        """Whether one kind of event comes before another at the same instant."""
        return self.rank[one] < self.rank[other]
