"""Consumers of 31 provinces: each day's orders in the markets that a scenario opens.

Orders are Poisson in every cell (consumer offer, province, transit slot), which is the same law as drawing
buyers, letting each choose and giving each parcel its own transit time. How they are drawn, by the cell or
one by one, is the business of `engine.customers`.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.demand import logit_shares, visitors_of
from farmsim.domain.distributions import draw, lognormal_factor
from farmsim.domain.sums import sum_by
from farmsim.engine.attention import Attended
from farmsim.engine.catchment import Market
from farmsim.engine.customers import Customers
from farmsim.engine.layout import Layout
from farmsim.engine.world import World
from farmsim.streams import Streams

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]


class Consumers:
    """The market of one replication: what is exogenous drawn ahead, and each day's orders."""

    def __init__(
        self, world: World, market: Market, customers: Customers, fruit: Callable[[], Floats]
    ) -> None:
        """`fruit` says how much of each good the counties have this morning, kg."""
        self._world = world
        self._fruit = fruit
        self.market = market
        self.customers = customers
        layout, streams = world.layout, world.streams
        self._buyers = _buyers(market, layout, streams)
        """Potential buyers, [day, market, province]."""
        self._all_choose = bool(market.choosing.all())
        self._some_choose = bool(np.count_nonzero(market.choosing))
        self._switch = (market.switch_share * market.choosing)[:, None]
        self.rating = market.rating_start.copy()
        self.seen_freshness = market.expected_freshness.copy()
        self.price = layout.offers.price[market.offer].copy()
        """Price that buyers see, after markdowns, per kg."""
        self._sessions = _sessions(world, market)
        self.pack_mean = np.zeros_like(market.weight)
        """[consumer offer, province]: mean orders of today, packs."""
        self._by_offer = np.zeros(len(market.offer))
        self._day = -1

    def open_day(self, day: int) -> Floats:
        """Mean orders of the day by consumer offer, packs, by prices, ratings and freshness."""
        if day == self._day:
            return self._by_offer
        self._day = day
        market = self.market
        buyers = self._buyers[day][market.group]
        if self._all_choose:
            self.pack_mean = self._chosen(day, buyers)
        elif self._some_choose:
            choosing = market.choosing[:, None]
            self.pack_mean = np.where(choosing, self._chosen(day, buyers), self._independent(day, buyers))
        else:
            self.pack_mean = self._independent(day, buyers)
        for at, size in self._sessions.get(day, ()):
            self.pack_mean[at] += size * market.province_share[at]
        self._by_offer = np.add.reduce(self.pack_mean, axis=1)
        return self._by_offer

    def _chosen(self, day: int, buyers: Floats) -> Floats:
        """Mean orders of those who choose among the offers of a product and not buying."""
        market = self.market
        appeal = np.exp(
            market.price_coef * self.price
            + market.freshness_coef * self.seen_freshness
            + market.rating_coef * (self.rating - market.rating_start)
        )
        self._odds = market.weight * (appeal * market.promotion[:, day])[:, None]
        return buyers * logit_shares(self._odds, market.first_offer, market.group)

    def _independent(self, day: int, buyers: Floats) -> Floats:
        """Mean orders of offers that are asked for by themselves."""
        market = self.market
        trust = (self.rating / np.maximum(market.rating_start, 1e-9)) ** market.rating_elasticity
        trust *= market.promotion[:, day]
        if market.attended is not None:
            trust[market.attended.at] *= self._visitors(market.attended)
        return market.own_base * trust[:, None] * buyers

    def _visitors(self, attended: Attended) -> Floats:
        """Today's visitors of the offers that share them: what the counties have nothing of is not listed."""
        lines = self._world.layout.lines
        kg = sum_by(lines.offer, self._fruit()[lines.good], minlength=len(self._world.layout.offers.ids))
        offer = self.market.offer[attended.at]
        is_listed = kg[offer] >= self._world.layout.offers.pack_kg[offer]
        return visitors_of(attended.visitors, attended.weight, attended.channel, is_listed)

    def pack_mean_by_cell(self) -> Floats:
        """Mean orders of today, [cell], packs."""
        cells = self.market.cells
        return np.asarray(self.pack_mean.ravel()[cells.pair] * cells.share)

    def switching(self, day: int, unserved: Integers, is_open: NDArray[np.bool_]) -> Integers:
        """Orders of buyers who found their first choice sold out and choose once more, [cell], packs.

        `unserved` is [consumer offer, province]; `is_open` says which offers still have something. Each such
        buyer looks again with the market's switch share and then chooses among what is left, or gives up.
        """
        market, cells = self.market, self.market.cells
        found = np.zeros(len(cells.offer), dtype=np.int64)
        by_market = np.add.reduceat(unserved, market.first_offer, axis=0)
        by_market *= self._switch[market.first_offer] > 0.0
        if not np.count_nonzero(is_open) or not np.count_nonzero(by_market):
            return found
        shares = logit_shares(self._odds * is_open[:, None], market.first_offer, market.group)
        chance = (shares * self._switch).ravel()[cells.pair] * cells.share
        for group in np.logical_or.reduce(by_market, axis=1).nonzero()[0].tolist():
            table = market.tables[group]
            odds = np.zeros((by_market.shape[1], table.width + 1))
            odds.put(table.places, chance[table.own])
            odds[:, -1] = 1.0 - np.add.reduce(odds, axis=1)
            counts = self.customers.look_again(day, group, by_market[group], odds)
            found[table.own] = counts.take(table.places)
        return found

    @property
    def switch(self) -> bool:
        """Whether anybody who finds an offer sold out ever looks for another one."""
        return bool(np.count_nonzero(self._switch))

    def learn(self, at: Indices, freshness: Floats, weight: float) -> None:
        """Buyers' picture of freshness moves towards what arrived, by offer."""
        self.seen_freshness[at] += weight * (freshness - self.seen_freshness[at])


def market_names(market: Market, layout: Layout) -> list[str]:
    """The product of each market, by which its streams are addressed."""
    return [layout.products[product] for product in market.product[market.first_offer]]


def _buyers(market: Market, layout: Layout, streams: Streams) -> Floats:
    """Potential buyers, [day, market, province]: calendar x this year's taste x daily gamma shocks."""
    scenario = layout.scenario
    names = market_names(market, layout)
    season_cv = np.array([law.season_cv for law in market.law])
    taste = np.where(season_cv > 0.0, lognormal_factor(streams.normals("taste", names), season_cv), 1.0)
    regions, days = market.weight.shape[1], scenario.horizon_days
    buyers = np.repeat((market.calendar.T * taste)[:, :, None], regions, axis=2)
    buyers *= market.base
    for index, law in enumerate(market.law):
        if law.dispersion is not None:
            generator = streams.generator("market", names[index])
            gamma = generator.standard_gamma(law.dispersion, size=(days, regions))
            gamma /= law.dispersion
            buyers[:, index] *= gamma
    return buyers


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
