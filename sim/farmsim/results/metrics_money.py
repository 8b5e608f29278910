"""Metrics of money: prices, netbacks, growers' receipts, households, poverty, public cost."""

import numpy as np

from farmsim.domain import households
from farmsim.results.metrics_produce import sold_kg
from farmsim.results.scope import COUNTY, GROWN, NAN, OFFERS, Floats, Scope, division, metric, ratio


@metric("CNY", by=OFFERS)
def sales_revenue(run: Scope) -> Floats:
    """What buyers paid, refunds taken off."""
    return run.spending()


@metric("CNY/kg", by=OFFERS)
def netback_per_kg(run: Scope) -> Floats:
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
    return ratio(run.flow("receipt", "freight_subsidy") - costs, sold_kg(run))


@metric("CNY", by=OFFERS)
def grower_receipts(run: Scope) -> Floats:
    """What growers received: price at the door, share of surplus, guarantees and subsidies."""
    return run.growers()


@metric("CNY/kg", by=OFFERS)
def grower_price_per_kg(run: Scope) -> Floats:
    """What growers received per kg sold."""
    return ratio(run.growers(), sold_kg(run))


@metric("share", by=OFFERS)
def grower_share(run: Scope) -> Floats:
    """Growers' part of each yuan that consumers paid at the till, later refunds included."""
    return ratio(run.consumer_growers(), run.paid_by_consumers())


@metric("share")
def grower_share_online(run: Scope) -> Floats:
    """Growers' part of each yuan that consumers paid for parcels, later refunds included."""
    return ratio(run.consumer_growers(for_parcels=True), run.paid_by_consumers(for_parcels=True))


@metric("share")
def county_sales_gini(run: Scope) -> float:
    """Gini coefficient of sales revenue across counties, each counted once; unknown for a single county."""
    shape = run.tally.shape
    if len(shape.counties) < 2:
        return NAN
    revenue = Scope(run.tally, division(shape, "county")).spending()
    return households.gini(np.maximum(revenue, 0.0), np.ones_like(revenue))


@metric("CNY/mu", by=GROWN)
def gross_per_mu(run: Scope) -> Floats:
    """What growers received for produce per mu, before any cash cost."""
    return ratio(run.of_groups(run.tally.homes.produce), run.of_groups(run.tally.shape.land_mu))


@metric("CNY/household", by=GROWN)
def gross_per_household(run: Scope) -> Floats:
    """What growers received for produce per household, before any cash cost."""
    return ratio(run.of_groups(run.tally.homes.produce), run.of_groups(run.tally.shape.households))


@metric("CNY/mu", by=GROWN)
def income_per_mu(run: Scope) -> Floats:
    """What growers received for produce per mu, after cash cost."""
    homes = run.tally.homes
    return ratio(run.of_groups(homes.produce - homes.cash_cost), run.of_groups(run.tally.shape.land_mu))


@metric("CNY/household", by=GROWN)
def household_net_income(run: Scope) -> Floats:
    """Mean household income of the year: produce and wages less cash cost, plus other income."""
    homes = run.tally.homes
    return ratio(run.of_groups(homes.income), run.of_groups(homes.households))


@metric("share", by=GROWN)
def households_above_line_share(run: Scope) -> Floats:
    """Share of households whose income per head reaches the poverty line of the year."""
    homes = run.tally.homes
    return ratio(run.of_groups(homes.above_line), run.of_groups(homes.households))


@metric("CNY", by=GROWN)
def grower_net_income(run: Scope) -> Floats:
    """What all growers' households have of their produce and of packing wages, after cash cost."""
    return run.of_groups(run.tally.homes.earned)


@metric("share", by=GROWN)
def headcount_ratio(run: Scope) -> Floats:
    """P0 of Foster, Greer and Thorbecke: share of people below the line."""
    return _poverty(run, 0)


@metric("share", by=GROWN)
def poverty_gap(run: Scope) -> Floats:
    """P1 of Foster, Greer and Thorbecke: mean shortfall over the line, the others counting as zero."""
    return _poverty(run, 1)


@metric("share", by=GROWN)
def poverty_severity(run: Scope) -> Floats:
    """P2 of Foster, Greer and Thorbecke: mean squared shortfall over the line."""
    return _poverty(run, 2)


@metric("share")
def gini(run: Scope) -> float:
    """Gini coefficient of income per head, persons as weights."""
    homes = run.tally.homes
    return households.gini(np.maximum(homes.per_head, 0.0), homes.heads)


@metric("days", by=OFFERS)
def days_until_paid(run: Scope) -> Floats:
    """Mean days from the produce's leaving to growers' money, weighted by money."""
    return ratio(run.paid("paid_days"), run.paid("paid"))


@metric("CNY")
def public_cost(run: Scope) -> float:
    """What the fund and the county government paid for programmes."""
    return run.tally.books.public_cost


@metric("CNY", by=COUNTY)
def peak_borrowing(run: Scope) -> Floats:
    """Deepest overdraft of the cooperatives while channels owe them money."""
    return -run.of_counties(_cooperatives(run, run.tally.books.lowest))


@metric("CNY", by=COUNTY)
def cooperative_surplus(run: Scope) -> Floats:
    """What the cooperatives keep when every debt is paid."""
    return run.of_counties(_cooperatives(run, run.tally.books.balance))


@metric("CNY")
def operator_surplus(run: Scope) -> float:
    """What contract buyers keep of their own resale; NaN without one."""
    operators = run.tally.books.operator
    return sum(own["surplus"] for own in operators.values()) if operators else NAN


def _cooperatives(run: Scope, amounts: Floats) -> Floats:
    """Amounts of the cooperatives' accounts, [county]."""
    place = {name: index for index, name in enumerate(run.tally.books.accounts)}
    return amounts[[place[f"cooperative:{county}"] for county in run.tally.shape.counties]]


def _poverty(run: Scope, power: int) -> Floats:
    """Mean over people of the shortfall to that power, each measured against the line of its county."""
    homes = run.tally.homes
    return ratio(run.of_groups(homes.shortfalls[power]), run.of_groups(homes.people))
