"""Expected netback of every line: price less fees, freight, packing, expected loss and refunds, interest.

The part that does not change is worked out once; wholesale and trader prices are those of the morning.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import StockedChannel
from farmsim.domain.produce import lost_between
from farmsim.engine.catchment import Market
from farmsim.engine.delivery import ParcelRules
from farmsim.engine.markets import Trader, Wholesale
from farmsim.engine.routes import Routes
from farmsim.engine.transport import Fleet
from farmsim.engine.world import World

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

STORE_DAYS = 1.0
"""Days that a line's fruit is expected to have spent in store (assumption of the desk)."""


class Netbacks:
    """Netback per kg of every line, as the desk expects it."""

    def __init__(
        self,
        world: World,
        market: Market | None,
        rules: ParcelRules | None,
        fleet: Fleet,
        markets: list[Wholesale],
        traders: list[Trader],
    ) -> None:
        self._world, self._markets, self._traders = world, markets, traders
        layout = world.layout
        lines = layout.lines
        takes = [block.take for block in layout.blocks]
        self._commission = np.array([take.commission_share for take in takes])[lines.channel]
        self._back_margin = np.array([take.back_margin_share for take in takes])[lines.channel]
        self._payment_days = np.array([block.payment_days for block in layout.blocks])[lines.channel]
        self._price = layout.offers.price[lines.offer]
        self._age = world.row_rates(0)[layout.rows.sellable[lines.good, 0]] * STORE_DAYS
        """Age of the fruit when it leaves, as the desk expects it, [line]."""
        self._fixed = np.zeros(len(lines.offer))
        self._kept = np.ones(len(lines.offer))
        """Share of the sales value that is left after commission, loss and waiting, for moving prices."""
        kinds = np.array([block.kind for block in layout.blocks])[lines.channel]
        if market is not None and rules is not None:
            self._parcels((kinds == "parcel").nonzero()[0], market, rules)
        self._trucks(fleet.routes)
        under_contract = (kinds == "order").nonzero()[0]
        self._fixed[under_contract] = self._price[under_contract]
        self._moving = list(self._moving_worths())

    def today(self, day: int) -> Floats:
        """Expected netback per kg, [line]."""
        netback = self._fixed.copy()
        for lines, worth in self._moving:
            netback[lines] = worth[day]
        return netback

    def _moving_worths(self) -> Iterator[tuple[Indices, Floats]]:
        """Lines whose prices move by the day, and their worth if nothing is sent, [day, line]."""
        layout = self._world.layout
        for hall in self._markets:
            lines = layout.lines.of_channel[hall.channel]
            level = hall.level.T[:, np.searchsorted(hall.offers, layout.lines.offer[lines])]
            worth = self._kept[lines] * level + self._fixed[lines]
            yield lines, np.where(worth >= hall.block.reservation_price_per_kg, worth, -np.inf)
        for trader in self._traders:
            yield trader.lines, trader.usual_prices()

    def _parcels(self, lines: Indices, market: Market, rules: ParcelRules) -> None:
        """Price less refunds expected at the mean transit time, freight, box, packing, traffic, interest."""
        layout = self._world.layout
        at = np.searchsorted(market.offer, layout.lines.offer[lines], sorter=np.argsort(market.offer))
        at = np.argsort(market.offer)[at]
        days = rules.usual_days[at]
        sound = self._sound(lines, rules.rate[at] * days)
        bad = 1.0 - sound * (1.0 - rules.damage[at])
        refused = rules.refused[at]
        paid_back = rules.loss[at] + bad * (refused + (1.0 - refused) * rules.partial[at])
        price = self._price[lines]
        freight = (market.province_share * market.freight).sum(axis=1)[at]
        value = price * (1.0 - paid_back) * (1.0 - self._commission[lines])
        value *= self._waited(self._payment_days[lines] + days)
        per_parcel = freight + rules.packaging[at] + rules.packing[at]
        self._fixed[lines] = (
            value - price * (rules.ads + rules.operation)[at] - per_parcel / rules.pack_kg[at]
        )

    def _trucks(self, routes: Routes) -> None:
        """What shops pay and markets leave after the journey; shops' prices are fixed, markets' move."""
        layout = self._world.layout
        lines = (routes.of_line >= 0).nonzero()[0]
        if not len(lines):
            return
        route = routes.of_line[lines]
        days = routes.usual_days[route] + 0.5
        air = self._world.air_rates(0)[layout.lines.good[lines]]
        older = np.where(routes.at_ambient[route], air, routes.rate[lines]) * days
        kept = self._sound(lines, older) * (1.0 - routes.damage[route]) * (1.0 - self._commission[lines])
        kept *= self._waited(self._payment_days[lines] + days)
        freight = routes.freight_per_kg()[route]
        stocked = [block if isinstance(block, StockedChannel) else None for block in layout.blocks]
        channel = layout.lines.channel[lines]
        margin = np.array([block.margin_share if block else 1.0 for block in stocked])[channel]
        least = np.array([block.min_freshness if block else -np.inf for block in stocked])[channel]
        supply_price = self._price[lines] * (1.0 - margin) * (1.0 - self._back_margin[lines])
        too_old = 1.0 - (self._age[lines] + older) / self._median(lines) < least
        self._fixed[lines] = np.where(too_old, -np.inf, kept * supply_price - freight)
        self._kept[lines] = np.where(too_old, 0.0, kept)

    def _median(self, lines: Indices) -> Floats:
        layout = self._world.layout
        return layout.goods.median[layout.lines.good[lines]]

    def _sound(self, lines: Indices, older: Floats) -> Floats:
        """Share of the fruit that leaves sound and still is so `older` thermal days later."""
        shape = self._world.layout.goods.shape[self._world.layout.lines.good[lines]]
        age = self._age[lines]
        return 1.0 - lost_between(age, age + older, self._median(lines), shape)

    def _waited(self, days: Floats) -> Floats:
        """Value today of one yuan paid after `days`."""
        return np.asarray(1.0 / (1.0 + self._world.layout.scenario.desk.interest_per_year * days / 365.0))
