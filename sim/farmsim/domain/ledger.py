"""The two ledgers, of kilograms and of yuan.

Kilograms: harvested = own use + sold + lost by place and cause + returned + processed + in transit + on hand.
Yuan: every payment is posted on two accounts, so that all accounts add up to zero at all times; what is owed
is settled on its date.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.sums import sum_by

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
    """Accounts in yuan. `post` moves money now, `owe` on a later day, `settle` pays what is due.

    Postings are entered into the accounts together, in their order, when a balance is asked for.
    """

    __slots__ = ("_balance", "_due", "_posted", "accounts", "flows", "lowest", "singles")

    def __init__(self, accounts: Sequence[str], offers: int) -> None:
        self.accounts = tuple(accounts)
        self._balance = np.zeros(len(accounts))
        self._posted: list[tuple[Indices, Indices, Floats]] = []
        """Payers, payees and amounts that are not in the balance yet."""
        self.lowest = np.zeros(len(accounts))
        self.flows: dict[Item, Floats] = {item: np.zeros(offers) for item in ITEMS}
        self.singles: defaultdict[Item, Floats] = defaultdict(lambda: np.zeros(len(self.accounts)))
        """Sums that belong to no offer: what each account received (or paid, negative), by item."""
        self._due: defaultdict[int, list[Payment]] = defaultdict(list)

    @property
    def balance(self) -> Floats:
        """What is on each account now; read only by convention."""
        if self._posted:
            self._enter()
        return self._balance

    def post(self, item: Item, payer: Indices, payee: Indices, amount: Floats) -> None:
        """Move `amount` (by offer; not to be changed afterwards) from payers to payees now."""
        self._posted.append((payer, payee, amount))
        self.flows[item] += amount

    def post_many(self, item: Item, payer: Indices, payee: Indices, amount: Floats) -> None:
        """Move sums that belong to no offer (not to be changed afterwards)."""
        self._posted.append((payer, payee, amount))
        count = len(self.accounts)
        self.singles[item] += sum_by(payee, amount, minlength=count) - sum_by(payer, amount, minlength=count)

    def post_one(self, item: Item, payer: int, payee: int, amount: float) -> None:
        """Move one sum that belongs to no offer."""
        self._posted.append((np.array([payer]), np.array([payee]), np.array([amount])))
        self.singles[item][payer] -= amount
        self.singles[item][payee] += amount

    def owe(self, day: int, payment: Payment) -> None:
        """Record a debt to be paid at the settlement of `day`."""
        self._due[day].append(payment)

    def settle(self, day: int) -> list[Payment]:
        """Pay what is due by today; returns the payments made."""
        paid = [payment for due in sorted(d for d in self._due if d <= day) for payment in self._due.pop(due)]
        for payment in paid:
            self.post(*payment)
        return paid

    def note_lowest(self) -> None:
        """Remember the lowest balance of every account."""
        np.minimum(self.lowest, self.balance, out=self.lowest)

    @property
    def last_due(self) -> int:
        """The last day on which something is owed, or -1."""
        return max(self._due, default=-1)

    def difference(self) -> float:
        """Sum of all accounts over the money that moved: zero but for rounding."""
        moved = sum(float(np.abs(f).sum()) for f in (*self.flows.values(), *self.singles.values()))
        return float(self.balance.sum()) / max(moved, 1.0)

    def _enter(self) -> None:
        """Bring the balance up to date, posting by posting."""
        payers, payees, amounts = zip(*self._posted, strict=True)
        size, count = len(self._balance), len(amounts)
        first = np.repeat(np.arange(0, count * size, size), [len(amount) for amount in amounts])
        amount = np.concatenate(amounts)
        moves = sum_by(first + np.concatenate(payees), amount, minlength=count * size)
        moves -= sum_by(first + np.concatenate(payers), amount, minlength=count * size)
        self._balance = np.add.reduce(np.concatenate((self._balance, moves)).reshape(-1, size), axis=0)
        self._posted.clear()


class KgLedger:
    """Where every kilogram went, by product: one array per destination."""

    __slots__ = ("_products", "harvested", "out")

    def __init__(self, products: int) -> None:
        self._products = products
        self.harvested = np.zeros(products)
        self.out: defaultdict[str, Floats] = defaultdict(lambda: np.zeros(products))

    def add(self, destination: str, product: Indices, kg: Floats) -> None:
        """Count kilograms that end (or rest) at `destination`; `product` and `kg` are equally long."""
        self.out[destination] += sum_by(product, kg, minlength=self._products)

    def add_by_product(self, destination: str, kg: Floats) -> None:
        """Count kilograms that are summed up already, [product]."""
        self.out[destination] += kg

    def total_out(self) -> Floats:
        """Everything counted, by product."""
        return np.sum(list(self.out.values()), axis=0) if self.out else np.zeros(self._products)

    def difference(self) -> float:
        """Largest relative difference between harvest and all destinations over the products."""
        scale = np.maximum(self.harvested, 1.0)
        return float(np.max(np.abs(self.harvested - self.total_out()) / scale, initial=0.0))
