"""How many orders a season may bring: what decides whether each can be played as an event of its own."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from farmsim.domain.channels import ParcelChannel, ParcelSale, StockedChannel, StockedSale
from farmsim.domain.demand import Independent, Logit
from farmsim.domain.distributions import mean_of
from farmsim.domain.network import ParcelLane
from farmsim.domain.seasons import calendar_factor
from farmsim.scenario.catalogue import provinces
from farmsim.scenario.faults import Fault
from farmsim.scenario.schema import County, Product, Scenario
from farmsim.scenario.text import remedy

MOST_UTILITY = 300.0
"""Odds beyond exp(300) are certainty; more would overflow."""
MOST = 1_000_000
"""Orders of a run that are played one by one: some seconds and a few hundred megabytes."""

Shop = ParcelChannel | StockedChannel


def single_orders(scenario: Scenario) -> Iterator[Fault]:
    """A fault if orders are to be played one by one and are too many for it."""
    if scenario.grain != "each":
        return
    orders = expected_orders(scenario)
    if orders > MOST:
        arguments = {"orders": f"{orders / 1e6:.1f}", "most": f"{MOST / 1e6:g}"}
        yield Fault(("grain",), "E068", arguments, remedies=[remedy("fewer-orders")])


def expected_orders(scenario: Scenario) -> float:
    """Consumers' orders of a run in the mean, roughly: as at its start, without programmes and distances."""
    sides = _sides(scenario)
    return sum(_orders_of(scenario, block, sides.get(name, [])) for name, block in scenario.products.items())


class _Side(NamedTuple):
    """One product in one channel."""

    shop: Shop
    sale: ParcelSale | StockedSale
    counties: list[County]
    """Out of which it is sold, each an offer."""
    visitors: float
    """Of each offer a day, where the channel's visitors are shared: evenly, roughly."""


def _sides(scenario: Scenario) -> dict[str, list[_Side]]:
    """Who sells a product to consumers, by product."""
    grown: dict[str, dict[str, County]] = {}
    for name, county in scenario.counties.items():
        for group in county.growers.values():
            grown.setdefault(group.product, {})[name] = county
    found: dict[str, list[_Side]] = {}
    for shop in scenario.channels.values():
        if not isinstance(shop, ParcelChannel | StockedChannel):
            continue
        suppliers = {
            product: [
                county
                for name, county in grown.get(product, {}).items()
                if not shop.counties or name in shop.counties
            ]
            for product in shop.sells
        }
        attention = shop.attention if isinstance(shop, ParcelChannel) else None
        offers = max(1, sum(map(len, suppliers.values())))
        visitors = attention.visitors_per_day / offers if attention else 0.0
        for product, sale in shop.sells.items():
            found.setdefault(product, []).append(_Side(shop, sale, suppliers[product], visitors))
    return found


def _orders_of(scenario: Scenario, block: Product, sides: list[_Side]) -> float:
    """The orders of one product."""
    law = block.demand
    if law is None:
        return 0.0
    days = calendar_factor(
        scenario.start, scenario.horizon_days, monthly=law.monthly, weekday=law.weekday, events=law.events
    )
    if isinstance(law, Logit):
        a_day = _chosen(law, sides)
    else:
        a_day = sum(len(side.counties) * _asked(law, side, block.pack_kg) for side in sides)
    bursts = sum(len(side.counties) * _in_sessions(scenario, side) for side in sides)
    return float(days.sum() * a_day + bursts)


def _chosen(law: Logit, sides: list[_Side]) -> float:
    """Orders of a plain day of those who choose among all offers of a product."""
    places = provinces()
    online = np.array([place.online_share for place in places])
    offline = np.array([place.offline_share for place in places])
    odds = np.zeros(len(places))
    for shop, sale, counties, _ in sides:
        look = shop.attraction
        utility = law.constant + (look.taste if sale.taste is None else sale.taste)
        utility += law.price_per_kg_coef * sale.price_per_kg + law.freshness_coef * law.expected_freshness
        reach = np.array([look.provinces is None or place.id in look.provinces for place in places])
        lift = online / offline if look.market == "online" else 1.0
        for county in counties:
            pull = math.exp(min(utility + law.delivery_day_coef * _delivery_days(shop, county), MOST_UTILITY))
            odds += look.reach_share * reach * lift * pull
    return float(law.buyers_per_day * (offline * odds / (1.0 + odds)).sum())


def _delivery_days(shop: Shop, county: County) -> float:
    """Days that buyers expect to wait; without a lane (a fault of its own) none."""
    if isinstance(shop, StockedChannel):
        return shop.delivery_days
    if shop.expected_delivery_days is not None:
        return shop.expected_delivery_days
    lane = county.lanes.get(shop.lane)
    return lane.transit_days if isinstance(lane, ParcelLane) else 0.0


def _asked(law: Independent, side: _Side, pack_kg: float) -> float:
    """Orders of a plain day of one offer that is asked for by itself."""
    shop, sale = side.shop, side.sale
    base = (sale.base_kg_per_day or 0.0) / (sale.pack_kg or pack_kg)
    if isinstance(shop, ParcelChannel) and shop.attention is not None:
        own = sale.conversion_share if isinstance(sale, ParcelSale) else None
        base = side.visitors * (shop.attention.conversion_share if own is None else own)
    reference = sale.base_price_per_kg or sale.price_per_kg
    return base * float((sale.price_per_kg / reference) ** law.price_elasticity)


def _in_sessions(scenario: Scenario, side: _Side) -> float:
    """Orders of a run's sales sessions of one offer."""
    sessions = getattr(side.sale, "sessions", None)
    if sessions is None:
        return 0.0
    inside = [0 <= (day - scenario.start).days < scenario.horizon_days for day in sessions.days]
    return float(sum(inside) * mean_of(sessions.orders))
