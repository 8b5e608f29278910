"""Lots and the shelves on which they lie. A lot ages wherever it is, faster where it is warm."""

import math
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from typing import Any, Literal, Protocol

from farmsim.engine.network.levels import TINY

NEVER = math.inf


class Lot:
    """Some kilograms of one origin. Its life is thermal: a day at the reference temperature is a day."""

    __slots__ = (
        "age",
        "born",
        "came",
        "expires",
        "kg",
        "life",
        "owner",
        "place",
        "priority",
        "product",
        "since",
        "source",
    )

    def __init__(self, kg: float, born: float, life: float = NEVER) -> None:
        self.kg = kg
        self.born = born
        self.life = life
        """Thermal days that it lasts."""
        self.age = 0.0
        """Thermal age at `since`."""
        self.since = born
        self.expires = NEVER
        """When its life ends if it stays where it is."""
        self.priority = 0
        self.came = 0.0
        """When it came to the station where it is."""
        self.product: str | None = None
        """What it is, where that is not known by the place; None for the only product."""
        self.source: Any = None
        """The source that brought it, if any."""
        self.owner: Any = None
        """The site that ordered it, if any."""
        self.place: Any = None
        """The site on whose shelf it lies, or the station in whose line it waits."""

    def enter(self, now: float, rate: float) -> None:
        """It lies from now on where it ages at this rate."""
        self.since = now
        self.expires = now + (self.life - self.age) / rate if self.life < NEVER else NEVER

    def leave(self, now: float, rate: float) -> None:
        """It has lain since it entered where it aged at this rate."""
        self.age += (now - self.since) * rate
        self.since = now

    def split(self, kg: float) -> "Lot":
        """Part of it, as another lot."""
        part = Lot(kg, self.born, self.life)
        part.age, part.since, part.expires = self.age, self.since, self.expires
        self.kg -= kg
        return part


class Shelf(Protocol):
    """Stock of one product at one site."""

    kg: float

    def put(self, lot: Lot) -> None:
        """Lay a lot on it."""

    def take(self, kg: float) -> list[Lot]:
        """Lots of so many kilograms in the order of issue; there must be as many, up to rounding."""

    def drop(self, lot: Lot) -> None:
        """Throw a lot away; its kilograms become 0."""

    def lots(self) -> Iterator[Lot]:
        """What lies on it."""


class Bin:
    """Produce that does not spoil: kilograms without lots."""

    __slots__ = ("kg",)

    def __init__(self) -> None:
        self.kg = 0.0

    def put(self, lot: Lot) -> None:
        """Lay a lot on it."""
        self.kg += lot.kg

    def take(self, kg: float) -> list[Lot]:
        """One lot of so many kilograms."""
        self.kg -= kg
        return [Lot(kg, 0.0)]

    def drop(self, lot: Lot) -> None:
        """Nothing spoils here."""
        raise AssertionError(lot)

    def lots(self) -> Iterator[Lot]:
        """There are none to tell apart."""
        return iter(())


class Row:
    """Lots in the order in which they came; the oldest (fifo) or newest (lifo) goes first."""

    __slots__ = ("_dead", "_lots", "_newest", "kg")

    def __init__(self, issue: Literal["fifo", "lifo"]) -> None:
        self._lots: deque[Lot] = deque()
        self._newest = issue == "lifo"
        self._dead = 0
        self.kg = 0.0

    def put(self, lot: Lot) -> None:
        """Lay a lot on it."""
        self._lots.append(lot)
        self.kg += lot.kg

    def take(self, kg: float) -> list[Lot]:
        """Lots of so many kilograms in the order of issue.

        The sum of what lies here is kept apart from the lots; after many large amounts the two differ by
        rounding, and the last of the lots may be a little less than what is asked for.
        """
        end = -1 if self._newest else 0
        pop = self._lots.pop if self._newest else self._lots.popleft
        taken: list[Lot] = []
        self.kg -= kg
        while kg > TINY and self._lots:
            lot = self._lots[end]
            if lot.kg <= kg + TINY:
                pop()
                if lot.kg > 0.0:
                    kg -= lot.kg
                    taken.append(lot)
                else:
                    self._dead -= 1
            else:
                taken.append(lot.split(kg))
                kg = 0.0
        return taken

    def drop(self, lot: Lot) -> None:
        """Throw a lot away; it leaves the row when it is met, or when half of the row is thrown away."""
        self.kg -= lot.kg
        lot.kg = 0.0
        self._dead += 1
        if self._dead > 16 and 2 * self._dead > len(self._lots):
            self._lots = deque(other for other in self._lots if other.kg > 0.0)
            self._dead = 0

    def lots(self) -> Iterator[Lot]:
        """What lies on it, oldest first."""
        return (lot for lot in self._lots if lot.kg > 0.0)


class Ladder:
    """Lots in the order in which they expire; the first to expire goes first (fefo)."""

    __slots__ = ("_lots", "kg")

    def __init__(self) -> None:
        self._lots: list[Lot] = []
        """Latest expiry first, so that what goes first stands at the end."""
        self.kg = 0.0

    def put(self, lot: Lot) -> None:
        """Lay a lot on it; among lots that expire together, what came first goes first."""
        self._lots.insert(bisect_left(self._lots, -lot.expires, key=_latest_first), lot)
        self.kg += lot.kg

    def take(self, kg: float) -> list[Lot]:
        """Lots of so many kilograms, first to expire first; as of any row, up to rounding."""
        taken: list[Lot] = []
        self.kg -= kg
        while kg > TINY and self._lots:
            lot = self._lots[-1]
            if lot.kg <= kg + TINY:
                self._lots.pop()
                kg -= lot.kg
                taken.append(lot)
            else:
                taken.append(lot.split(kg))
                kg = 0.0
        return taken

    def drop(self, lot: Lot) -> None:
        """Throw a lot away: mostly the one that goes first, since it is thrown away when it expires."""
        if self._lots[-1] is lot:
            self._lots.pop()
        else:
            self._lots.remove(lot)
        self.kg -= lot.kg
        lot.kg = 0.0

    def lots(self) -> Iterator[Lot]:
        """What lies on it, first to expire first."""
        return reversed(self._lots)


def _latest_first(lot: Lot) -> float:
    return -lot.expires


def make_shelf(issue: str, *, spoils: bool) -> Shelf:
    """A shelf for produce that spoils or not, with its order of issue."""
    if not spoils:
        return Bin()
    if issue == "fefo":
        return Ladder()
    return Row("lifo" if issue == "lifo" else "fifo")
