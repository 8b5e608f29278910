"""The office: each morning the desk's view is put together, the plan is asked for and grants are given."""

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.desk_view import DeskLayout, DeskView
from farmsim.domain.distributions import lognormal_parameters
from farmsim.domain.produce import lost_between
from farmsim.engine.consumers import Consumers
from farmsim.engine.growers import Crop
from farmsim.engine.markets import Contract, Trader, Wholesale
from farmsim.engine.netback import Netbacks
from farmsim.engine.packhouse import Yard
from farmsim.engine.parcels import ParcelShops
from farmsim.engine.shops import Shops
from farmsim.engine.stores import Stores
from farmsim.engine.world import World
from farmsim.streams import normals, uniform_block

Floats = NDArray[np.float64]

MOST_KG = 1e12
"""What an offer without a limit can take."""


class Desk:
    """The sales desk of all counties."""

    def __init__(  # noqa: PLR0913 - the desk sees everything
        self,
        world: World,
        yard: Yard,
        stores: Stores,
        crop: Crop,
        *,
        consumers: Consumers | None,
        parcels: ParcelShops | None,
        shops: Shops | None,
        markets: list[Wholesale],
        traders: list[Trader],
        contracts: list[Contract],
        granted: Floats,
        netbacks: Netbacks,
    ) -> None:
        self._world, self._yard, self._stores, self._netbacks = world, yard, stores, netbacks
        self._consumers, self._parcels, self._shops = consumers, parcels, shops
        self._markets, self._traders, self._contracts = markets, traders, contracts
        self.granted = granted
        """What the desk granted today and is not used yet, kg, [line]."""
        layout, policy = world.layout, world.layout.scenario.desk
        self._ahead = getattr(policy, "horizon_days", 1)
        self.layout = DeskLayout(
            channels=layout.channels,
            line_good=layout.lines.good,
            line_offer=layout.lines.offer,
            line_channel=layout.lines.channel,
            line_rank=layout.goods.rank[layout.lines.good],
            goods=len(layout.goods.ids),
            offers=len(layout.offers.ids),
            horizon_days=self._ahead,
        )
        self._plan = policy.planner(self.layout)
        self._cv = policy.forecast_cv
        self._errors = self._forecast_errors()
        """Factor on the forecast, [consumer offer, day]; None without an error."""
        self._supply = self._expected_supply(crop)
        self._keep = self._keep_shares()
        self._packable = self._most_packed()
        self._standing = self._standing_wants()
        self._season_kg = self._season_limits()
        self._trends = self._known_trends()
        for trader in traders:
            trader.granted = granted
        for contract in contracts:
            contract.granted = granted
        world.daily(world.clock.desk, self.plan)

    def plan(self, day: int) -> None:
        """Ask the policy what goes where today and hand the grants out."""
        self._stores.put_away()
        self.granted[:] = self._plan(self.view(day))

    def view(self, day: int) -> DeskView:
        """What the desk knows this morning."""
        layout = self._world.layout
        intake = self._yard.intake_kg()
        good_kg = intake + self._stores.on_hand_kg()
        line_kg = self._stores.sellable_kg() + intake[layout.lines.good]
        committed, wanted = self._wants(day)
        remaining = self._season_kg
        for contract in self._contracts:
            remaining = remaining - contract.bought_kg
        supply = self._supply[:, day : day + self._ahead].copy()
        supply[:, 0] = 0.0
        return DeskView(
            good_kg=good_kg,
            line_kg=line_kg,
            committed_kg=committed,
            wanted_kg=wanted,
            remaining_kg=np.maximum(remaining, 0.0),
            netback=self._netbacks.today(day),
            supply_kg=supply,
            keep_share=self._keep,
        )

    def _forecast_errors(self) -> Floats | None:
        """Lognormal factors with mean 1, drawn ahead."""
        world = self._world
        if self._cv <= 0.0 or self._consumers is None:
            return None
        keys = world.streams.keys("forecast", self._consumers.market.names)
        days = np.arange(world.days, dtype=np.uint64)
        mu, sigma = lognormal_parameters(1.0, self._cv)
        return np.exp(mu + sigma * normals(uniform_block(keys, days)))

    def _wants(self, day: int) -> tuple[Floats, Floats]:
        """What is committed, [offer], and what each offer could take, [offer, day]."""
        committed = np.zeros(len(self._packable))
        wanted = self._standing.copy()
        if self._consumers is not None and self._parcels is not None:
            market = self._consumers.market
            rate = self._consumers.open_day(day) * self._parcels.pack_kg
            owed = self._parcels.owed_kg()
            if self._errors is not None:
                rate = rate * self._errors[:, day]
            ahead = rate[:, None] * self._trends[day][market.group]
            ahead[:, 0] += owed
            committed[market.offer] = owed
            wanted[market.offer] = np.minimum(ahead, self._packable[market.offer, None])
        if self._shops is not None and self._shops.are_there:
            offers = self._shops.shelves.offers
            committed[offers] = self._shops.ordered_kg
            wanted[offers, 0] = self._shops.ordered_kg
        return committed, wanted

    def _standing_wants(self) -> Floats:
        """What offers to others than consumers could take on any day, [offer, day]."""
        layout = self._world.layout
        wanted = np.zeros((len(layout.offers.ids), self._ahead))
        for market_hall in self._markets:
            wanted[market_hall.offers] = market_hall.block.max_kg_per_day or np.inf
        for trader in self._traders:
            wanted[layout.lines.offer[trader.lines]] = (
                np.ceil(trader.block.trucks_per_day) * trader.block.truck_kg
            )
        for contract in self._contracts:
            for offer in contract.offers:
                wanted[offer] = contract.block.sells[layout.offers.ids[offer][2]].kg_per_day
        return np.minimum(wanted, MOST_KG)

    def _season_limits(self) -> Floats:
        """Most that each offer can take in the season, [offer]; infinite if unlimited."""
        limits = np.full(len(self._packable), np.inf)
        for contract in self._contracts:
            limits[contract.offers] = contract.total_kg()[contract.offers]
        return limits

    def _most_packed(self) -> Floats:
        """Most kilograms that parcel shops can pack a day, [offer]; infinite for others."""
        layout = self._world.layout
        most = np.full(len(layout.offers.ids), np.inf)
        for channel, block in enumerate(layout.blocks):
            parcels = getattr(block, "parcels_per_day", None)
            if parcels is not None:
                offers = np.flatnonzero(layout.offers.channel == channel)
                most[offers] = parcels * layout.offers.pack_kg[offers] / max(len(offers), 1)
        return most

    def _known_trends(self) -> Floats:
        """Known calendar of the days ahead against the day itself, [day, market, day ahead]."""
        if self._consumers is None:
            return np.ones((self._world.days, 0, self._ahead))
        calendar = self._consumers.market.calendar
        day = np.arange(calendar.shape[1])[:, None]
        ahead = np.minimum(day + np.arange(self._ahead), len(day) - 1)
        trend = calendar[:, ahead] / np.maximum(calendar[:, :, None], 1e-12)
        trend[:, :, 0] = 1.0 if self._ahead == 1 else trend[:, :, 0]
        return trend.transpose(1, 0, 2)

    def _expected_supply(self, crop: Crop) -> Floats:
        """Announced harvest after field loss and own use, [good, day], and nothing after the last day."""
        goods, groups = self._world.layout.goods, self._world.layout.groups
        supply = np.zeros((len(goods.ids), self._world.days + self._ahead))
        for index, group in enumerate(groups.blocks):
            kept = (1.0 - group.field_loss_share) * (1.0 - group.own_use_share)
            mine = groups.goods[index][groups.goods[index] >= 0]
            part = kept * crop.shares[index, : len(mine), None]
            supply[mine, : self._world.days] += part * crop.kg[index]
        return supply

    def _keep_shares(self) -> Floats:
        """Share of a lot at half its life that stays sound for one more day in store, [good]."""
        layout = self._world.layout
        rates = self._world.row_rates(0)[layout.rows.sellable[:, 0]]
        half = layout.goods.median / 2.0
        return 1.0 - lost_between(half, half + rates, layout.goods.median, layout.goods.shape)
