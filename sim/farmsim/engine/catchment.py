"""The consumers' side of a scenario as tables: markets, offers, provinces and cells, compiled once.

A *consumer offer* is an offer of a parcel or stocked channel; those of one product stand together and form
its market. A *cell* is (consumer offer, province, transit slot).
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import ParcelChannel, ParcelSale, StockedChannel, StockedSale
from farmsim.domain.demand import Independent, Logit
from farmsim.domain.network import ParcelLane, road_km, transit_probabilities
from farmsim.domain.seasons import calendar_factor
from farmsim.domain.terms import Attraction
from farmsim.engine.attention import Attended, make_attended
from farmsim.engine.layout import Layout, parcel_lane
from farmsim.engine.programmes import promotion_factors
from farmsim.scenario.catalogue import provinces
from farmsim.scenario.schema import Place, Scenario

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

FULL_MARKS = 5.0
"""Rating of shops where customers see what they buy; it never moves."""
MOST_UTILITY = 300.0
"""Odds beyond exp(300) are certainty; more would overflow."""
RARE = 1e-3
"""Transit slots less likely than this are left to their neighbours."""


class Cells(NamedTuple):
    """[cell] in the order offer, province, slot."""

    offer: Indices
    """Position among the consumer offers."""
    province: Indices
    slot: Indices
    pair: Indices
    """Index into the flattened [consumer offer, province]."""
    share: Floats
    """Chance of this transit slot."""
    first: Indices
    """First cell of every consumer offer that has cells."""
    owners: Indices
    """Those consumer offers."""
    pairs: Indices
    """The entries of the flattened [consumer offer, province] that have cells."""
    first_of_pair: Indices
    """First cell of each of these."""
    address: NDArray[np.uint64]
    """Counter of the cell within its offer's stream."""


class Table(NamedTuple):
    """The cells of one market as a table with a row for each province."""

    own: slice
    """Its cells."""
    places: Indices
    """Their places in the flattened table; its last column is left free."""
    width: int


class Market(NamedTuple):
    """The consumers' side of a scenario. Arrays are by consumer offer unless said otherwise."""

    offer: Indices
    names: tuple[str, ...]
    """By which its streams are addressed: channel/county/product."""
    parcel: NDArray[np.bool_]
    product: Indices
    group: Indices
    """Number of the market, 0, 1, ..."""
    first_offer: Indices
    """[market]"""
    law: tuple[Logit | Independent, ...]
    """[market]"""
    choosing: NDArray[np.bool_]
    weight: Floats
    """[consumer offer, province]: reach x exp(utility of what never changes)."""
    price_coef: Floats
    freshness_coef: Floats
    rating_coef: Floats
    base: Floats
    """[market, province]: potential buyers a day; 1 for independent demand."""
    own_base: Floats
    """[consumer offer, province]: packs a day of independent demand (of one visitor, where visitors are
    shared); 0 under logit."""
    elasticity: Floats
    rating_elasticity: Floats
    switch_share: Floats
    calendar: Floats
    """[market, day]"""
    hourly: Floats
    """[consumer offer, hour]"""
    promotion: Floats
    """[consumer offer, day]"""
    transit_days: Floats
    """[consumer offer, province]: mean days from dispatch to delivery."""
    slot_days: Floats
    """[slot]: days from cut-off to delivery."""
    freight: Floats
    """[consumer offer, province]: price of one parcel."""
    expected_freshness: Floats
    rating_start: Floats
    province_share: Floats
    """[consumer offer, province]: weights of the offer's kind of market."""
    cells: Cells
    tables: tuple[Table, ...]
    """[market]"""
    attended: Attended | None
    """None where no channel shares its visitors."""


def make_market(layout: Layout) -> Market | None:
    """The consumers of a scenario; None if no channel sells to them."""
    scenario = layout.scenario
    chosen = [
        (layout.products.index(p), index)
        for index, (c, _, p) in enumerate(layout.offers.ids)
        if isinstance(scenario.channels[c], ParcelChannel | StockedChannel)
    ]
    if not chosen:
        return None
    offer = np.array([index for _, index in sorted(chosen)], dtype=np.intp)
    product = layout.offers.product[offer]
    group = np.cumsum(np.diff(product, prepend=product[0]) != 0)
    first_offer = np.flatnonzero(np.diff(group, prepend=-1))
    laws: list[Logit | Independent] = []
    for at in first_offer:
        demand = scenario.products[layout.products[product[at]]].demand
        assert demand is not None, "a product that consumers buy has a demand"
        laws.append(demand)
    return _compile(layout, offer, group, first_offer, laws)


class _Side(NamedTuple):
    """One offer as the provinces see it."""

    share: Floats
    transit_days: Floats
    freight: Floats
    slots: Floats
    """Chance of each transit slot, [province, slot]."""
    weight: Floats
    own_base: Floats


def _compile(
    layout: Layout, offer: Indices, group: Indices, first_offer: Indices, laws: list[Logit | Independent]
) -> Market:
    scenario = layout.scenario
    offline = np.array([p.offline_share for p in provinces()])
    first_slot = 1.0 + (scenario.clock.delivery - scenario.clock.cutoff) / 24.0
    law_of = [laws[g] for g in group]
    sides = [_side(layout, index, law, first_slot) for index, law in zip(offer.tolist(), law_of, strict=True)]
    logit = [law if isinstance(law, Logit) else None for law in law_of]
    independent = [law if isinstance(law, Independent) else None for law in law_of]
    blocks = [scenario.channels[layout.offers.ids[i][0]] for i in offer]
    weight = np.array([side.weight for side in sides])
    elasticity = np.array([law.price_elasticity if law else 0.0 for law in independent])
    own_base = np.array([side.own_base for side in sides])
    own_base *= ((layout.offers.price[offer] / _base_prices(layout, offer)) ** elasticity)[:, None]
    slots = [side.slots for side in sides]
    spread = np.array([side.share for side in sides])
    in_sessions = np.array([_has_sessions(layout, index) for index in offer.tolist()])
    open_to = (weight + own_base > 0.0) | (in_sessions[:, None] & (spread > 0.0))
    cells = _cells(slots, open_to, len(offline))
    return Market(
        offer=offer,
        names=tuple("/".join(layout.offers.ids[index]) for index in offer),
        parcel=np.array([isinstance(block, ParcelChannel) for block in blocks]),
        product=layout.offers.product[offer],
        group=group,
        first_offer=first_offer,
        law=tuple(laws),
        choosing=np.array([isinstance(law, Logit) for law in law_of]),
        weight=weight,
        price_coef=np.array([law.price_per_kg_coef if law else 0.0 for law in logit]),
        freshness_coef=np.array([law.freshness_coef if law else 0.0 for law in logit]),
        rating_coef=np.array([law.rating_coef if law else 0.0 for law in logit]),
        base=np.array([_buyers(law, offline) for law in laws]),
        own_base=own_base,
        elasticity=elasticity,
        rating_elasticity=np.array([law.rating_elasticity if law else 0.0 for law in independent]),
        switch_share=np.array([law.switch_share for law in law_of]),
        calendar=np.array([_calendar(law, scenario) for law in laws]),
        hourly=np.array([law.hourly for law in law_of]),
        promotion=promotion_factors(scenario, list(layout.channels))[layout.offers.channel[offer]],
        transit_days=np.array([side.transit_days for side in sides]),
        slot_days=first_slot + np.arange(max(s.shape[1] for s in slots)),
        freight=np.array([side.freight for side in sides]),
        expected_freshness=np.array([law.expected_freshness if law else 0.0 for law in logit]),
        rating_start=np.array(
            [block.rating.start if isinstance(block, ParcelChannel) else FULL_MARKS for block in blocks]
        ),
        province_share=spread,
        cells=cells,
        tables=_tables(cells, group, len(offline)),
        attended=make_attended(layout, offer),
    )


def _side(layout: Layout, index: int, law: Logit | Independent, first_slot: float) -> _Side:
    scenario, places = layout.scenario, provinces()
    online = np.array([p.online_share for p in places])
    offline = np.array([p.offline_share for p in places])
    nothing = np.zeros(len(places))
    channel_id, county, product = layout.offers.ids[index]
    channel = scenario.channels[channel_id]
    assert isinstance(channel, ParcelChannel | StockedChannel), f"{channel_id} has no consumers"
    reach = _reach(channel.attraction, [p.id for p in places])
    is_online = channel.attraction.market == "online"
    spread = online if is_online else offline
    share = spread * reach / max(float((spread * reach).sum()), 1e-300)
    if isinstance(channel, ParcelChannel):
        lane = parcel_lane(scenario, county, channel)
        days, freight = _express(scenario.counties[county].place, lane, float(layout.offers.pack_kg[index]))
        slots = transit_probabilities(days, lane.transit_cv, first_slot)
        waiting = days if channel.expected_delivery_days is None else channel.expected_delivery_days
    else:
        days, freight, slots = nothing, nothing, np.ones((len(places), 1))
        waiting = np.full(len(places), channel.delivery_days)
    sale = channel.sells[product]
    if isinstance(law, Logit):
        taste = channel.attraction.taste if sale.taste is None else sale.taste
        utility = law.constant + taste + law.delivery_day_coef * waiting
        weight = reach * (online / offline if is_online else 1.0) * np.exp(np.minimum(utility, MOST_UTILITY))
        return _Side(share, days, freight, slots, weight, nothing)
    packs = _packs_per_day(channel, sale, float(layout.offers.pack_kg[index]))
    return _Side(share, days, freight, slots, nothing, packs * share)


def _packs_per_day(
    channel: ParcelChannel | StockedChannel, sale: ParcelSale | StockedSale, pack_kg: float
) -> float:
    """Base rate of independent demand; of one visitor, where visitors are shared."""
    if isinstance(channel, ParcelChannel) and channel.attention is not None:
        own = sale.conversion_share if isinstance(sale, ParcelSale) else None
        return channel.attention.conversion_share if own is None else own
    assert sale.base_kg_per_day is not None, "independent demand needs a base rate"
    return sale.base_kg_per_day / pack_kg


def _has_sessions(layout: Layout, offer: int) -> bool:
    channel, _, product = layout.offers.ids[offer]
    return getattr(layout.scenario.channels[channel].sells[product], "sessions", None) is not None


def _express(place: Place, lane: ParcelLane, pack_kg: float) -> tuple[Floats, Floats]:
    """Mean days and freight of a parcel from a county, [province]."""
    latitude = np.array([p.latitude for p in provinces()])
    longitude = np.array([p.longitude for p in provinces()])
    km = road_km(place.latitude, place.longitude, latitude, longitude)
    days = np.maximum(lane.transit_days + (km - lane.reference_km) / 1000.0 * lane.days_per_1000_km, 0.5)
    extra = (pack_kg - lane.reference_kg) * lane.price_per_extra_kg
    far = (km - lane.reference_km) * lane.price_per_extra_km
    return days, np.maximum(lane.price_per_parcel + extra + far, 0.2 * lane.price_per_parcel)


def _buyers(law: Logit | Independent, offline: Floats) -> Floats:
    """Potential buyers a day, [province]; 1 for independent demand."""
    return law.buyers_per_day * offline if isinstance(law, Logit) else np.ones(len(offline))


def _base_prices(layout: Layout, offer: Indices) -> Floats:
    """Prices at which the base rates of independent demand hold, by consumer offer."""
    channels = layout.scenario.channels
    sales = [channels[layout.offers.ids[i][0]].sells[layout.offers.ids[i][2]] for i in offer]
    return np.array([getattr(sale, "base_price_per_kg", None) or sale.price_per_kg for sale in sales])


def _cells(slots: list[Floats], open_to: NDArray[np.bool_], regions: int) -> Cells:
    offers: list[Indices] = []
    where: list[Indices] = []
    slot: list[Indices] = []
    share: list[Floats] = []
    for at, chance in enumerate(slots):
        likely = np.where((chance > RARE) & open_to[at][:, None], chance, 0.0)
        likely /= np.maximum(likely.sum(axis=1, keepdims=True), 1e-300)
        province, day = np.nonzero(likely)
        offers.append(np.full(len(province), at, dtype=np.intp))
        where.append(province)
        slot.append(day)
        share.append(likely[province, day])
    offer, province = np.concatenate(offers), np.concatenate(where)
    slot_of = np.concatenate(slot)
    owners, first = np.unique(offer, return_index=True)
    pairs, first_of_pair = np.unique(offer * regions + province, return_index=True)
    return Cells(
        offer=offer,
        province=province,
        slot=slot_of,
        pair=offer * regions + province,
        share=np.concatenate(share),
        first=first,
        owners=owners,
        pairs=pairs,
        first_of_pair=first_of_pair,
        address=(province * 64 + slot_of).astype(np.uint64),
    )


def _tables(cells: Cells, group: Indices, regions: int) -> tuple[Table, ...]:
    """The tables of all markets; cells of one market stand together."""
    edges = np.searchsorted(group[cells.offer], np.arange(int(group.max()) + 2))
    tables = []
    for first, last in pairwise(edges.tolist()):
        province = cells.province[first:last]
        order = np.argsort(province, kind="stable")
        count = np.bincount(province, minlength=regions)
        nth = np.empty(last - first, dtype=np.intp)
        nth[order] = np.arange(last - first) - (np.cumsum(count) - count)[province[order]]
        width = int(count.max())
        tables.append(Table(slice(first, last), province * (width + 1) + nth, width))
    return tuple(tables)


def _reach(attraction: Attraction, ids: list[str]) -> Floats:
    served = attraction.provinces
    return np.array([attraction.reach_share if served is None or p in served else 0.0 for p in ids])


def _calendar(law: Logit | Independent, scenario: Scenario) -> Floats:
    return calendar_factor(
        scenario.start, scenario.horizon_days, monthly=law.monthly, weekday=law.weekday, events=law.events
    )
