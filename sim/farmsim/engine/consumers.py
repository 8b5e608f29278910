"""Consumers of 31 provinces: the markets that a scenario opens, and each day's orders in them.

A *consumer offer* is an offer of a parcel or stocked channel; those of one product stand together and form
its market. A *cell* is (consumer offer, province, transit slot): orders are Poisson in every cell, which is
the same law as drawing buyers, letting each choose and giving each parcel its own transit time.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import Attraction, ParcelChannel, StockedChannel
from farmsim.domain.counts import poisson
from farmsim.domain.demand import Independent, Logit, logit_shares
from farmsim.domain.distributions import draw
from farmsim.domain.network import road_km, transit_probabilities
from farmsim.domain.seasons import calendar_factor
from farmsim.engine.layout import Layout, parcel_lane
from farmsim.engine.programmes import promotion_factors
from farmsim.engine.world import World
from farmsim.scenario.catalogue import provinces
from farmsim.scenario.schema import Scenario
from farmsim.streams import Streams, normals, uniform_block, uniforms_at

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]

FULL_MARKS = 5.0
"""Rating of shops where customers see what they buy; it never moves."""
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
    address: NDArray[np.uint64]
    """Counter of the cell within its offer's stream."""


class Market(NamedTuple):
    """The consumers' side of a scenario, compiled once. Arrays are by consumer offer unless said otherwise."""

    offer: Indices
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
    """[consumer offer, province]: packs a day of independent demand; 0 under logit."""
    elasticity: Floats
    rating_elasticity: Floats
    switch_share: Floats
    calendar: Floats
    """[market, day]"""
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


def _compile(
    layout: Layout, offer: Indices, group: Indices, first_offer: Indices, laws: list[Logit | Independent]
) -> Market:
    scenario = layout.scenario
    places = provinces()
    online = np.array([p.online_share for p in places])
    offline = np.array([p.offline_share for p in places])
    count, regions = len(offer), len(places)
    parcel = np.zeros(count, dtype=np.bool_)
    weight = np.zeros((count, regions))
    own_base = np.zeros((count, regions))
    days = np.zeros((count, regions))
    freight = np.zeros((count, regions))
    share = np.zeros((count, regions))
    slots: list[Floats] = []
    first_slot = 1.0 + (scenario.clock.delivery - scenario.clock.cutoff) / 24.0
    for at, index in enumerate(offer):
        channel_id, county, product = layout.offers.ids[index]
        channel = scenario.channels[channel_id]
        law = laws[group[at]]
        assert isinstance(channel, ParcelChannel | StockedChannel), f"{channel_id} has no consumers"
        reach = _reach(channel.attraction, [p.id for p in places])
        spread = online if channel.attraction.market == "online" else offline
        share[at] = spread * reach / max(float((spread * reach).sum()), 1e-300)
        if isinstance(channel, ParcelChannel):
            parcel[at] = True
            lane = parcel_lane(scenario, county, channel)
            place = scenario.counties[county].place
            km = road_km(
                place.latitude,
                place.longitude,
                np.array([p.latitude for p in places]),
                np.array([p.longitude for p in places]),
            )
            days[at] = np.maximum(
                lane.transit_days + (km - lane.reference_km) / 1000.0 * lane.days_per_1000_km, 0.5
            )
            extra = (layout.offers.pack_kg[index] - lane.reference_kg) * lane.price_per_extra_kg
            far = (km - lane.reference_km) * lane.price_per_extra_km
            freight[at] = np.maximum(lane.price_per_parcel + extra + far, 0.2 * lane.price_per_parcel)
            slots.append(transit_probabilities(days[at], lane.transit_cv, first_slot))
            waiting = days[at] if channel.expected_delivery_days is None else channel.expected_delivery_days
        else:
            slots.append(np.ones((regions, 1)))
            waiting = np.full(regions, channel.delivery_days)
        sale = channel.sells[product]
        if isinstance(law, Logit):
            taste = channel.attraction.taste if sale.taste is None else sale.taste
            utility = law.constant + taste + law.delivery_day_coef * waiting
            lift = reach * (online / offline if channel.attraction.market == "online" else 1.0)
            weight[at] = lift * np.exp(utility)
        else:
            assert sale.base_kg_per_day is not None, "independent demand needs a base rate"
            own_base[at] = sale.base_kg_per_day / layout.offers.pack_kg[index] * share[at]
    law_of = [laws[g] for g in group]
    sales = [scenario.channels[layout.offers.ids[i][0]].sells[layout.offers.ids[i][2]] for i in offer]
    base_price = np.array([getattr(s, "base_price_per_kg", None) or s.price_per_kg for s in sales])
    price = layout.offers.price[offer]
    elasticity = np.array([law.price_elasticity if isinstance(law, Independent) else 0.0 for law in law_of])
    own_base *= ((price / base_price) ** elasticity)[:, None]
    blocks = [scenario.channels[layout.offers.ids[i][0]] for i in offer]
    ratings = [block.rating.start if isinstance(block, ParcelChannel) else FULL_MARKS for block in blocks]
    promotion = promotion_factors(scenario, list(layout.channels))[layout.offers.channel[offer]]
    return Market(
        offer=offer,
        parcel=parcel,
        product=layout.offers.product[offer],
        group=group,
        first_offer=first_offer,
        law=tuple(laws),
        choosing=np.array([isinstance(law, Logit) for law in law_of]),
        weight=weight,
        price_coef=np.array([law.price_per_kg_coef if isinstance(law, Logit) else 0.0 for law in law_of]),
        freshness_coef=np.array([law.freshness_coef if isinstance(law, Logit) else 0.0 for law in law_of]),
        rating_coef=np.array([law.rating_coef if isinstance(law, Logit) else 0.0 for law in law_of]),
        base=np.array(
            [law.buyers_per_day * offline if isinstance(law, Logit) else np.ones(regions) for law in laws]
        ),
        own_base=own_base,
        elasticity=elasticity,
        rating_elasticity=np.array(
            [law.rating_elasticity if isinstance(law, Independent) else 0.0 for law in law_of]
        ),
        switch_share=np.array([law.switch_share for law in law_of]),
        calendar=np.array([_calendar(law, scenario) for law in laws]),
        promotion=promotion,
        transit_days=days,
        slot_days=first_slot + np.arange(max(s.shape[1] for s in slots)),
        freight=freight,
        expected_freshness=np.array(
            [law.expected_freshness if isinstance(law, Logit) else 0.0 for law in law_of]
        ),
        rating_start=np.array(ratings),
        province_share=share,
        cells=_cells(slots, (weight + own_base) > 0.0, regions),
    )


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
    return Cells(
        offer=offer,
        province=province,
        slot=slot_of,
        pair=offer * regions + province,
        share=np.concatenate(share),
        first=first,
        owners=owners,
        address=(province * 64 + slot_of).astype(np.uint64),
    )


def _reach(attraction: Attraction, ids: list[str]) -> Floats:
    served = attraction.provinces
    return np.array([attraction.reach_share if served is None or p in served else 0.0 for p in ids])


def _calendar(law: Logit | Independent, scenario: Scenario) -> Floats:
    return calendar_factor(
        scenario.start, scenario.horizon_days, monthly=law.monthly, weekday=law.weekday, events=law.events
    )


class Consumers:
    """The market of one replication: what is exogenous drawn ahead, and each day's orders."""

    def __init__(self, world: World, market: Market) -> None:
        self._world = world
        self.market = market
        layout, streams = world.layout, world.streams
        self._shock = _shocks(market, layout, streams)
        self._keys = streams.keys("orders", ["/".join(layout.offers.ids[i]) for i in market.offer])[
            market.cells.offer
        ]
        self.rating = market.rating_start.copy()
        self.seen_freshness = market.expected_freshness.copy()
        self.price = layout.offers.price[market.offer].copy()
        """Price that buyers see, after markdowns, per kg."""
        self._sessions = _sessions(world, market)
        self.pack_mean = np.zeros_like(market.weight)
        """[consumer offer, province]: mean orders of today, packs."""
        self._day = -1

    def open_day(self, day: int) -> Floats:
        """Mean orders of the day by consumer offer, packs, from prices, ratings and freshness of this morning."""
        if day == self._day:
            return self.pack_mean.sum(axis=1)
        self._day = day
        market = self.market
        buyers = market.base * (market.calendar[:, day, None] * self._shock[:, :, day])
        appeal = np.exp(
            market.price_coef * self.price
            + market.freshness_coef * self.seen_freshness
            + market.rating_coef * (self.rating - market.rating_start)
        )
        self._odds = market.weight * (appeal * market.promotion[:, day])[:, None]
        self.pack_mean = buyers[market.group] * logit_shares(self._odds, market.first_offer, market.group)
        if not market.choosing.all():
            trust = (self.rating / np.maximum(market.rating_start, 1e-9)) ** market.rating_elasticity
            own = market.own_base * (trust * market.promotion[:, day])[:, None] * buyers[market.group]
            self.pack_mean = np.where(market.choosing[:, None], self.pack_mean, own)
        for at, size in self._sessions.get(day, ()):
            self.pack_mean[at] += size * market.province_share[at]
        return self.pack_mean.sum(axis=1)

    def orders(self, day: int) -> Integers:
        """Orders of the day, [cell], packs."""
        cells = self.market.cells
        mean = self.pack_mean.ravel()[cells.pair] * cells.share
        return poisson(uniforms_at(self._keys, cells.address + np.uint64(day << 20)), mean)

    def switching(self, day: int, unserved: Integers, is_open: NDArray[np.bool_]) -> Integers:
        """Orders of buyers who found their first choice sold out and choose once more, [cell], packs.

        `unserved` is [consumer offer, province]; `is_open` says which offers still have something. Each such
        buyer looks again with the market's switch share and then chooses among what is left, or gives up: a
        multinomial draw by market and province, from a stream of its own.
        """
        market, cells = self.market, self.market.cells
        found = np.zeros(len(cells.offer), dtype=np.int64)
        if not np.count_nonzero(is_open):
            return found
        by_market = np.add.reduceat(unserved, market.first_offer, axis=0)
        shares = logit_shares(self._odds * is_open[:, None], market.first_offer, market.group)
        chance = (shares * (market.switch_share * market.choosing)[:, None]).ravel()[cells.pair] * cells.share
        for group in np.flatnonzero(by_market.any(axis=1)):
            own = np.flatnonzero((market.group == group)[cells.offer] & (chance > 0.0))
            if not len(own):
                continue
            where = by_market[group].nonzero()[0]
            row = np.full(by_market.shape[1], -1, dtype=np.intp)
            row[where] = np.arange(len(where))
            own = own[row[cells.province[own]] >= 0]
            table = np.zeros((len(where), len(own) + 1))
            at = (row[cells.province[own]], np.arange(len(own)))
            table[at] = chance[own]
            table[:, -1] = 1.0 - table[:, :-1].sum(axis=1)
            product = self._world.layout.products[market.product[market.first_offer[group]]]
            counts = self._world.streams.generator("switch", product, day).multinomial(
                by_market[group, where], table
            )
            found[own] = counts[at]
        return found

    def learn(self, at: Indices, freshness: Floats, weight: float) -> None:
        """Buyers' picture of freshness moves towards what arrived, by offer."""
        self.seen_freshness[at] += weight * (freshness - self.seen_freshness[at])


def _shocks(market: Market, layout: Layout, streams: Streams) -> Floats:
    """Exogenous factor on each market, [market, province, day]: this year's taste x daily gamma shocks."""
    scenario = layout.scenario
    regions, days = market.weight.shape[1], scenario.horizon_days
    shock = np.ones((len(market.law), regions, days))
    for index, law in enumerate(market.law):
        product = layout.products[market.product[market.first_offer[index]]]
        if law.season_cv > 0.0:
            key = np.array([streams.key("taste", product)], dtype=np.uint64)
            z = float(normals(uniform_block(key, np.zeros(1, dtype=np.uint64)))[0, 0])
            sigma2 = np.log1p(law.season_cv**2)
            shock[index] *= np.exp(np.sqrt(sigma2) * z - sigma2 / 2.0)
        if law.dispersion is not None:
            gamma = streams.generator("market", product).standard_gamma(law.dispersion, size=(days, regions))
            shock[index] *= gamma.T / law.dispersion
    return shock


def _sessions(world: World, market: Market) -> dict[int, list[tuple[int, float]]]:
    """Sizes of the livestream sessions by day: (consumer offer, parcels)."""
    scenario = world.layout.scenario
    found: dict[int, list[tuple[int, float]]] = {}
    for at, index in enumerate(market.offer):
        channel, county, product = world.layout.offers.ids[index]
        sale = scenario.channels[channel].sells[product]
        sessions = getattr(sale, "sessions", None)
        if sessions is None:
            continue
        for when in sessions.days:
            day = (when - scenario.start).days
            if 0 <= day < scenario.horizon_days:
                generator = world.streams.generator("session", channel, county, product, when.isoformat())
                size = float(draw(sessions.orders, generator, 1)[0])
                found.setdefault(day, []).append((at, size))
    return found
