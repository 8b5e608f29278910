"""How many orders a season may bring: what decides whether each can be played as an event of its own."""

import math
from collections.abc import Iterator

import numpy as np

from farmsim.domain.channels import ParcelChannel, ParcelSale, StockedChannel
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
    return sum(_orders_of(scenario, product, block) for product, block in scenario.products.items())


def _orders_of(scenario: Scenario, product: str, block: Product) -> float:
    """The same for one product."""
    law = block.demand
    if law is None:
        return 0.0
    shops = [
        (channel, _counties(scenario, channel, product))
        for channel in scenario.channels.values()
        if isinstance(channel, ParcelChannel | StockedChannel) and product in channel.sells
    ]
    days = calendar_factor(
        scenario.start, scenario.horizon_days, monthly=law.monthly, weekday=law.weekday, events=law.events
    )
    if isinstance(law, Logit):
        a_day = _chosen(law, product, shops)
    else:
        a_day = sum(len(counties) * _asked(law, shop, product, block.pack_kg) for shop, counties in shops)
    bursts = sum(len(counties) * _in_sessions(scenario, shop, product) for shop, counties in shops)
    return float(days.sum() * a_day + bursts)


def _counties(scenario: Scenario, channel: Shop, product: str) -> list[County]:
    """The counties out of which a channel sells a product."""
    return [
        county
        for name, county in scenario.counties.items()
        if (not channel.counties or name in channel.counties)
        and any(group.product == product for group in county.growers.values())
    ]


def _chosen(law: Logit, product: str, shops: list[tuple[Shop, list[County]]]) -> float:
    """Orders of a plain day of those who choose among all offers of a product."""
    places = provinces()
    online = np.array([place.online_share for place in places])
    offline = np.array([place.offline_share for place in places])
    odds = np.zeros(len(places))
    for shop, counties in shops:
        look, sale = shop.attraction, shop.sells[product]
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


def _asked(law: Independent, shop: Shop, product: str, pack_kg: float) -> float:
    """Orders of a plain day of one offer that is asked for by itself."""
    sale = shop.sells[product]
    base = (sale.base_kg_per_day or 0.0) / (sale.pack_kg or pack_kg)
    if isinstance(shop, ParcelChannel) and shop.attention is not None:
        own = sale.conversion_share if isinstance(sale, ParcelSale) else None
        base = shop.attention.conversion_share if own is None else own
        base *= shop.attention.visitors_per_day / len(shop.sells)
    reference = sale.base_price_per_kg or sale.price_per_kg
    return base * float((sale.price_per_kg / reference) ** law.price_elasticity)


def _in_sessions(scenario: Scenario, shop: Shop, product: str) -> float:
    """Orders of a run's sales sessions of one offer."""
    sessions = getattr(shop.sells[product], "sessions", None)
    if sessions is None:
        return 0.0
    inside = [0 <= (day - scenario.start).days < scenario.horizon_days for day in sessions.days]
    return float(sum(inside) * mean_of(sessions.orders))
