"""Fruit of the reference model: lots as small objects that lie in lists, at places that age them.

A lot is one grade of one harvest day at one place; parts of it that meet merge to the mean by mass.
"""

from collections.abc import Iterable
from typing import NamedTuple

CRUMB_KG = 1e-9


class Life(NamedTuple):
    """How long the fruit keeps: S(a) = 2^-((a/m)^k) of the units are sound at thermal age a."""

    median: float
    shape: float

    def spent(self, age):
        """(a/m)^k: what the exponent of the survival has used up."""
        return (max(age, 0.0) / self.median) ** self.shape

    def sound(self, age):
        """Share that is sound."""
        return 2.0 ** -self.spent(age)

    def freshness(self, age):
        """What a buyer sees: 1 when picked, 0 at the median life."""
        return max(0.0, 1.0 - age / self.median)


class Lot:
    """One grade of one harvest day at one place; `spent` is the hazard up to the last inspection."""

    __slots__ = ("age", "day", "grade", "kg", "spent")

    def __init__(self, day, grade, kg, age, spent):
        self.day, self.grade, self.kg, self.age, self.spent = day, grade, kg, age, spent


class Part(NamedTuple):
    """What was taken from a lot, with its thermal age at that moment."""

    day: int
    grade: int
    kg: float
    age: float
    spent: float


class Place:
    """A gate, a cold store or a shelf: lots that age at one speed."""

    def __init__(self, life, discard_freshness):
        self.life = life
        self.discard_age = life.median * (1.0 - discard_freshness)
        self.rate = 1.0
        self.since = 0.0
        self.lots = []

    def age(self, lot, now):
        """Thermal age of a lot now."""
        return lot.age + self.rate * (now - self.since)

    def kg(self, grade=None):
        """Kilograms here, of one grade or of all."""
        return sum(lot.kg for lot in self.lots if grade is None or lot.grade == grade)

    def put(self, part, now):
        """Add a part; it merges with the lot of its grade and harvest day, and nothing comes back to life."""
        spent = self.life.spent(part.age)
        stored = part.age - self.rate * (now - self.since)
        for lot in self.lots:
            if lot.day == part.day and lot.grade == part.grade:
                share = part.kg / (lot.kg + part.kg)
                lot.age += share * (stored - lot.age)
                lot.spent += share * (spent - lot.spent)
                lot.spent = min(lot.spent, self.life.spent(self.age(lot, now)))
                lot.kg += part.kg
                return
        self.lots.append(Lot(part.day, part.grade, part.kg, stored, spent))

    def inspect(self, now):
        """Age the lots, throw out what failed and what is too old; (spoiled kg, discarded kg)."""
        spoiled = discarded = 0.0
        for lot in self.lots:
            lot.age = self.age(lot, now)
            spent = self.life.spent(lot.age)
            failed = lot.kg * (1.0 - 2.0 ** (lot.spent - spent))
            lot.kg -= failed
            lot.spent = spent
            spoiled += failed
            if lot.age >= self.discard_age:
                discarded += lot.kg
                lot.kg = 0.0
        self.since = now
        self.sweep()
        return spoiled, discarded

    def sweep(self):
        """Forget lots of which nothing is left."""
        self.lots = [lot for lot in self.lots if lot.kg > CRUMB_KG]


class Access(NamedTuple):
    """The rule by which a buyer may take fruit."""

    issue: str
    age_limit: float | None = None
    min_freshness: float = 0.0


def choose(places: Iterable[Place], grades, now, access):
    """Lots that may be taken as (place, lot), in the order of the issue rule; ties by grade, then place."""
    oldest = -1 if access.age_limit is None else int(now) - int(access.age_limit)
    found = [
        (place, lot)
        for grade in grades
        for place in places
        for lot in place.lots
        if lot.grade == grade
        and lot.day >= oldest
        and place.life.freshness(place.age(lot, now)) >= access.min_freshness
    ]
    match access.issue:
        case "fefo":
            found.sort(key=lambda pair: (-pair[0].age(pair[1], now), pair[1].day))
        case "fifo":
            found.sort(key=lambda pair: pair[1].day)
        case _:
            found.sort(key=lambda pair: -pair[1].day)
    return found


def available(places, grade, now, access):
    """Kilograms of a grade that may be taken."""
    return sum(lot.kg for _, lot in choose(places, [grade], now, access))


def take(places, grades, kg, now, access):
    """Up to `kg` of some grades, lot by lot; grades and places in the order in which equals are used."""
    parts = []
    for place, lot in choose(places, grades, now, access):
        if kg <= CRUMB_KG:
            break
        used = min(kg, lot.kg)
        kg -= used
        if lot.kg - used < CRUMB_KG:
            used = lot.kg
        parts.append(Part(lot.day, lot.grade, used, place.age(lot, now), lot.spent))
        lot.kg -= used
    for place in places:
        place.sweep()
    return parts


class Pile:
    """Fruit on the packing table, handed out pack by pack."""

    def __init__(self, parts):
        self.parts = list(reversed(parts))
        self.left = self.parts[-1].kg if self.parts else 0.0

    def pack(self, kg):
        """One pack as (share, thermal age, spent hazard) of each lot in it."""
        made = []
        need = kg
        while need > CRUMB_KG and self.parts:
            part = self.parts[-1]
            used = min(need, self.left)
            made.append((used / kg, part.age, part.spent))
            need -= used
            self.left -= used
            if self.left <= CRUMB_KG:
                self.parts.pop()
                self.left = self.parts[-1].kg if self.parts else 0.0
        return made
