"""The two ledgers. Kilograms: harvested = own use + sold + lost by place and cause + returned + processed + in
transit + on hand. Yuan: every payment is posted on two accounts, so that all accounts add up to zero at all
times; what is owed is settled on its date.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

Item = Literal[
    "sale",
    "refund",
    "receipt",
    "commission",
    "ads",
    "operation",
    "back_margin",
    "fee",
    "deposit",
    "freight",
    "packaging",
    "packing",
    "packing_wage",
    "packhouse",
    "packhouse_wage",
    "cold_store",
    "door",
    "surplus",
    "clawback",
    "guarantee",
    "subsidy",
    "freight_subsidy",
    "programme",
    "inputs",
    "processing",
    "resale",
]
ITEMS: tuple[Item, ...] = Item.__args__  # type: ignore[attr-defined]


class Payment(NamedTuple):
    """Money from accounts to accounts for one item, by offer."""

    item: Item
    payer: Indices
    payee: Indices
    amount: Floats


class MoneyLedger:
    """Accounts in yuan. `post` moves money now, `owe` on a later day, `settle` pays what is due."""

    __slots__ = ("_due", "accounts", "balance", "flows", "lowest", "singles")

    def __init__(self, accounts: Sequence[str], offers: int) -> None:
        self.accounts = tuple(accounts)
        self.balance = np.zeros(len(accounts))
        self.lowest = np.zeros(len(accounts))
        self.flows: dict[Item, Floats] = {item: np.zeros(offers) for item in ITEMS}
        self.singles: defaultdict[Item, Floats] = defaultdict(lambda: np.zeros(len(self.accounts)))
        """Sums that belong to no offer: what each account received (or paid, negative), by item."""
        self._due: defaultdict[int, list[Payment]] = defaultdict(list)

    def post(self, item: Item, payer: Indices, payee: Indices, amount: Floats) -> None:
        """Move `amount` (by offer) from payers to payees now."""
        size = len(self.balance)
        self.balance += np.bincount(payee, amount, minlength=size) - np.bincount(
            payer, amount, minlength=size
        )
        self.flows[item] += amount

    def post_one(self, item: Item, payer: int, payee: int, amount: float) -> None:
        """Move one sum that belongs to no offer."""
        self.balance[payer] -= amount
        self.balance[payee] += amount
        self.singles[item][payer] -= amount
        self.singles[item][payee] += amount

    def owe(self, day: int, payment: Payment) -> None:
        """Record a debt to be paid at the settlement of `day`."""
        self._due[day].append(payment)

    def settle(self, day: int) -> list[Payment]:
        """Pay what is due today; returns the payments made."""
        paid = self._due.pop(day, [])
        for payment in paid:
            self.post(*payment)
        np.minimum(self.lowest, self.balance, out=self.lowest)
        return paid

    @property
    def last_due(self) -> int:
        """The last day on which something is owed, or -1."""
        return max(self._due, default=-1)

    def difference(self) -> float:
        """Sum of all accounts over the money that moved: zero but for rounding."""
        moved = sum(float(np.abs(f).sum()) for f in (*self.flows.values(), *self.singles.values()))
        return float(self.balance.sum()) / max(moved, 1.0)


class KgLedger:
    """Where every kilogram went, by product: one array per destination."""

    __slots__ = ("_products", "out", "harvested")

    def __init__(self, products: int) -> None:
        self._products = products
        self.harvested = np.zeros(products)
        self.out: defaultdict[str, Floats] = defaultdict(lambda: np.zeros(products))

    def add(self, destination: str, product: Indices, kg: Floats) -> None:
        """Count kilograms that end (or rest) at `destination`; `product` and `kg` are equally long."""
        self.out[destination] += np.bincount(product, kg, minlength=self._products)

    def total_out(self) -> Floats:
        """Everything counted, by product."""
        return np.sum(list(self.out.values()), axis=0) if self.out else np.zeros(self._products)

    def difference(self) -> float:
        """Largest relative difference between harvest and all destinations over the products."""
        scale = np.maximum(self.harvested, 1.0)
        return float(np.max(np.abs(self.harvested - self.total_out()) / scale, initial=0.0))
