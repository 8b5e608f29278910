"""Metrics of money: prices, netbacks, growers' receipts, households, poverty, public cost."""

import numpy as np

from farmsim.domain.households import welfare
from farmsim.results.metrics_produce import sold_kg
from farmsim.results.scope import Scope, metric, ratio


@metric("CNY", per_channel=True)
def sales_revenue(run: Scope) -> float:
    """What buyers paid, refunds taken off."""
    return run.spending()


@metric("CNY/kg", per_channel=True)
def netback_per_kg(run: Scope) -> float:
    """Receipts from the channel less its fees, freight, boxes and packing, per kg sold."""
    costs = run.flow(
        "commission",
        "back_margin",
        "ads",
        "operation",
        "fee",
        "freight",
        "packaging",
        "packing",
        "packing_wage",
    )
    return (
        ratio(run.flow("receipt", "freight_subsidy") - costs, sold_kg(run))
        if sold_kg(run) > 0
        else float("nan")
    )


@metric("CNY", per_channel=True)
def grower_receipts(run: Scope) -> float:
    """What growers received: price at the door, share of surplus, guarantees and subsidies."""
    return run.growers()


@metric("CNY/kg", per_channel=True)
def grower_price_per_kg(run: Scope) -> float:
    """What growers received per kg sold."""
    return ratio(run.growers(), sold_kg(run))


@metric("share", per_channel=True)
def grower_share(run: Scope) -> float:
    """Growers' part of each yuan that consumers paid at the till, later refunds included."""
    return ratio(run.consumer_growers(), run.paid_by_consumers())


@metric("share")
def grower_share_online(run: Scope) -> float:
    """Growers' part of each yuan that consumers paid for parcels, later refunds included."""
    parcels = [Scope(run.tally, c) for c, kind in enumerate(run.tally.shape.kinds) if kind == "parcel"]
    return ratio(sum(p.consumer_growers() for p in parcels), sum(p.paid_by_consumers() for p in parcels))


@metric("CNY/mu")
def gross_per_mu(run: Scope) -> float:
    """What growers received for produce per mu, before any cash cost."""
    return ratio(_produce_income(run), run.tally.shape.land_mu)


@metric("CNY/household")
def gross_per_household(run: Scope) -> float:
    """What growers received for produce per household, before any cash cost."""
    return ratio(_produce_income(run), run.tally.shape.households)


@metric("CNY/mu")
def income_per_mu(run: Scope) -> float:
    """What growers received for produce per mu, after cash cost."""
    return ratio(_produce_income(run) - _cash_cost(run), run.tally.shape.land_mu)


@metric("CNY/household")
def household_net_income(run: Scope) -> float:
    """Mean household income of the year: produce and wages less cash cost, plus other income."""
    return float(np.average(run.incomes(), weights=run.home_weights()))


@metric("share")
def households_above_line_share(run: Scope) -> float:
    """Share of households whose income per head reaches the poverty line of the year."""
    return float(np.average(run.per_head() >= run.line(), weights=run.home_weights()))


@metric("share")
def headcount_ratio(run: Scope) -> float:
    """P0 of Foster, Greer and Thorbecke: share of people below the line."""
    return _poverty(run)[0]


@metric("share")
def poverty_gap(run: Scope) -> float:
    """P1 of Foster, Greer and Thorbecke: mean shortfall over the line, the others counting as zero."""
    return _poverty(run)[1]


@metric("share")
def poverty_severity(run: Scope) -> float:
    """P2 of Foster, Greer and Thorbecke: mean squared shortfall over the line."""
    return _poverty(run)[2]


@metric("share")
def gini(run: Scope) -> float:
    """Gini coefficient of income per head, persons as weights."""
    heads = np.concatenate([w.persons * w.weight for w in run.tally.welfare])
    return welfare(run.per_head(), heads, 1.0).gini


@metric("days", per_channel=True)
def days_until_paid(run: Scope) -> float:
    """Mean days from the produce's leaving to growers' money, weighted by money."""
    paid = float((run.tally.paid * run.offers).sum())
    return ratio(float((run.tally.paid_days * run.offers).sum()), paid)


@metric("CNY")
def public_cost(run: Scope) -> float:
    """What the fund and the county government paid for programmes."""
    return run.tally.books.public_cost


@metric("CNY")
def peak_borrowing(run: Scope) -> float:
    """Deepest overdraft of the cooperatives while channels owe them money."""
    books = run.tally.books
    own = [i for i, name in enumerate(books.accounts) if name.startswith("cooperative:")]
    return float(-books.lowest[own].sum())


@metric("CNY")
def cooperative_surplus(run: Scope) -> float:
    """What the cooperatives keep when every debt is paid."""
    books = run.tally.books
    return float(
        sum(books.balance[i] for i, name in enumerate(books.accounts) if name.startswith("cooperative:"))
    )


@metric("CNY")
def operator_surplus(run: Scope) -> float:
    """What contract buyers keep of their own resale; NaN without one."""
    operators = run.tally.books.operator
    return sum(own["surplus"] for own in operators.values()) if operators else float("nan")


def _produce_income(run: Scope) -> float:
    return float(sum((w.produce_income * w.weight).sum() for w in run.tally.welfare))


def _cash_cost(run: Scope) -> float:
    return float(sum((w.cash_cost * w.weight).sum() for w in run.tally.welfare))


def _poverty(run: Scope) -> tuple[float, float, float]:
    """P0, P1, P2 over all people, each measured against the line of its county."""
    heads = run.home_weights() * np.concatenate([w.persons for w in run.tally.welfare])
    figures = welfare(run.per_head() / run.line(), heads, 1.0)
    return figures.headcount_ratio, figures.poverty_gap, figures.severity
