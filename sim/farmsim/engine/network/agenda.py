"""The clock of a network: what happens at one instant comes in the file's order of events."""

from collections.abc import Callable, Sequence
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


class Agenda:
    """Schedules calls; at one instant lower ranks come first, equal ones in the order of scheduling."""

    def __init__(self, order_of_events: Sequence[str]) -> None:
        self.env = simpy.Environment()
        self.rank = {event: 10 * (place + 1) for place, event in enumerate(order_of_events)}
        """Rank of each kind of event; a fraction or a small addition orders sites among themselves."""
        self.counts = "count" in self.rank

    @property
    def now(self) -> float:
        """Days from the start."""
        return self.env.now

    def call(self, delay: float, rank: float, action: Action, item: Any = None) -> Call:
        """Call `action(event)` after so many days; `event.item` is the item."""
        event = Call(self.env, action, item)
        self.env.schedule(event, rank, delay)  # type: ignore[arg-type]  # any number orders events
        return event

    def comes_before(self, one: str, other: str) -> bool:
        """Whether one kind of event comes before another at the same instant."""
        return self.rank[one] < self.rank[other]
