"""The books of a network: kilograms that came in and went out, and who paid whom."""

from collections import defaultdict
from typing import NamedTuple

from farmsim.engine.network.agenda import Agenda


class Kilograms:
    """Every kilogram that came in must be sold, lost with a cause, or still somewhere."""

    __slots__ = ("entered", "gone")

    def __init__(self) -> None:
        self.entered: defaultdict[str, float] = defaultdict(float)
        """By where it came from."""
        self.gone: defaultdict[str, float] = defaultdict(float)
        """By where it went."""

    def into(self, origin: str, kg: float) -> None:
        """So much came in."""
        self.entered[origin] += kg

    def out(self, destination: str, kg: float) -> None:
        """So much went out."""
        self.gone[destination] += kg


class Accounts:
    """Payments and charged costs between the sites, their customers and the world, from the warm-up on."""

    __slots__ = ("balance", "items")

    def __init__(self) -> None:
        self.balance: defaultdict[str, float] = defaultdict(float)
        self.items: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
        """By site: each kind of cost, and `revenue`."""

    def cost(self, site: str, item: str, amount: float) -> None:
        """A site pays the world, or is charged."""
        self.items[site][item] += amount
        self.balance[site] -= amount
        self.balance["world"] += amount

    def sale(self, site: str, amount: float) -> None:
        """Customers pay a site."""
        self.items[site]["revenue"] += amount
        self.balance[site] += amount
        self.balance["customers"] -= amount


class Books(NamedTuple):
    """What all places share: the clock, the books, and the end of the warm-up in days."""

    agenda: Agenda
    kilograms: Kilograms
    accounts: Accounts
    warm_up: float
