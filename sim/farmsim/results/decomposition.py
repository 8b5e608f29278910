"""Why growers earn more in one scenario than in another: the difference in parts that add up to it.

The income of all households together is a sum of yuan: what buyers and public money paid by channel, less
what others took of it (refunds, fees, freight, ...), less growers' cash costs, plus wages and other income.
Items of yuan are differences. What buyers paid is split further, with the symmetric indicators of price and
quantity of Bennet (1920, "The theory of measurement of changes in cost of living", Journal of the Royal
Statistical Society 83). With price P and kilograms Q of channel c, a bar for the mean of both scenarios and D
for the difference between them, D(PQ) = Qbar DP + Pbar DQ. This is also the Shapley value of two factors (Sun
1998, "Accounting for the dynamics of energy use", Energy Policy 26): neither scenario's prices or quantities
come first, and exchanging the scenarios changes all signs and nothing else.

With Q = sum of Q_c, P* = the mean of the two scenarios' average prices, H the harvest, L what was lost before
it left for a buyer, and Q = H - L - U (U: kept at home, processed, left over):

    price     sum over c of Qbar_c DP_c
    channels  sum over c of (Pbar_c - P*) DQ_c    kilograms that moved to channels where buyers pay more
    volume    P* DH
    loss      - P* DL - D(refunds)
    uses      - P* DU

A channel that sold nothing in one scenario has there the price of the other one: all of it is quantity.
Growers are charged no interest, so that waiting for money is no part; `waiting` says what it would cost.
"""

from collections.abc import Mapping
from typing import NamedTuple

from farmsim.results.outcome import Outcome

BEFORE_BUYERS = ("field_loss", "damaged", "spoiled", "unsold", "spoiled_on_road", "lost_in_shops")
"""Destinations of kilograms that were lost before they left for a buyer."""

TAKEN = {
    "fees": ("platform",),
    "retail": ("retail",),
    "freight": ("freight",),
    "packing": ("packaging", "packing"),
    "operation": ("operation",),
    "buyer": ("buyer",),
    "cooperative": ("cooperative",),
}
"""Parts that others take of what was paid, and the items of the waterfall that each gathers."""

PARTS = (
    "price",
    "channels",
    "volume",
    "loss",
    "uses",
    *TAKEN,
    "public",
    "processing",
    "cash_cost",
    "wages",
)
"""All parts in the order in which they are told."""


class Account(NamedTuple):
    """One season of all households together: money in CNY, mass in kg."""

    income: float
    paid: dict[str, float]
    """By channel: what buyers paid, refunds not taken off."""
    sent_kg: dict[str, float]
    """By channel: what left for buyers or was handed over."""
    harvest_kg: float
    lost_kg: float
    """Lost before it left for a buyer."""
    refunds: float
    items: dict[str, float]
    """Everything else that makes up the income, costs negative."""


def account_of(outcome: Outcome, households: float, land_mu: float) -> Account:
    """The season's account, when so many households grow on so much land."""
    figures, flows = outcome.metrics, outcome.waterfall
    produce = figures["gross_per_mu"] * land_mu
    cash_cost = produce - figures["income_per_mu"] * land_mu
    income = figures["household_net_income"] * households
    receipts = sum(flow["growers"] for flow in flows.values())
    items = {
        part: -sum(flow[item] for flow in flows.values() for item in names) for part, names in TAKEN.items()
    }
    items["public"] = sum(flow["public"] for flow in flows.values())
    items["processing"] = produce - receipts
    items["cash_cost"] = -cash_cost
    items["wages"] = income - (produce - cash_cost)
    return Account(
        income=income,
        paid={channel: flow["consumer"] for channel, flow in flows.items()},
        sent_kg={channel: figures["sent_kg"] for channel, figures in outcome.channels.items()},
        harvest_kg=outcome.kg_in,
        lost_kg=sum(outcome.destinations[place] for place in BEFORE_BUYERS),
        refunds=sum(flow["loss"] for flow in flows.values()),
        items=items,
    )


def decompose(account: Account, baseline: Account) -> dict[str, float]:
    """The income of one season less that of the baseline's, by part; the parts add up to the difference."""
    channels = sorted(account.paid.keys() | baseline.paid.keys())
    effects = [
        bennet(
            (baseline.paid.get(channel, 0.0), account.paid.get(channel, 0.0)),
            (baseline.sent_kg.get(channel, 0.0), account.sent_kg.get(channel, 0.0)),
        )
        for channel in channels
    ]
    level = (average_price(account) + average_price(baseline)) / 2.0
    sent = _change(baseline.sent_kg, account.sent_kg)
    harvest = account.harvest_kg - baseline.harvest_kg
    lost = account.lost_kg - baseline.lost_kg
    parts = {
        "price": sum(price for price, _quantity in effects),
        "channels": sum(quantity for _price, quantity in effects) - level * sent,
        "volume": level * harvest,
        "loss": -level * lost - (account.refunds - baseline.refunds),
        "uses": -level * (harvest - lost - sent),
        **{item: account.items[item] - baseline.items[item] for item in account.items},
    }
    return {part: parts[part] for part in PARTS}


def bennet(paid: tuple[float, float], kg: tuple[float, float]) -> tuple[float, float]:
    """Effects of price and of quantity on what was paid, from the first to the second (Bennet 1920).

    >>> bennet((10.0, 24.0), (10.0, 12.0))
    (11.0, 3.0)
    """
    if min(kg) <= 0.0:
        return 0.0, paid[1] - paid[0]
    before, after = paid[0] / kg[0], paid[1] / kg[1]
    return (kg[0] + kg[1]) / 2.0 * (after - before), (before + after) / 2.0 * (kg[1] - kg[0])


def average_price(account: Account) -> float:
    """What buyers paid per kg, over all channels; 0 if nothing went to them."""
    kg = sum(account.sent_kg.values())
    return sum(account.paid.values()) / kg if kg > 0.0 else 0.0


def waiting(outcome: Outcome, interest_per_year: float) -> float:
    """Interest that growers forgo while they wait for their money, CNY; 0 where they got none."""
    receipts, days = outcome.metrics["grower_receipts"], outcome.metrics["days_until_paid"]
    return receipts * days / 365.0 * interest_per_year if receipts > 0.0 else 0.0


def _change(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """Sum after less sum before."""
    return sum(after.values()) - sum(before.values())
