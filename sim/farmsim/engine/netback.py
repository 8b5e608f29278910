"""Expected netback of every line: price less fees, freight, packing, expected loss and refunds, interest.

The part that does not change is worked out once; wholesale and trader prices are those of the morning.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import OrderChannel, ParcelChannel, StockedChannel, WholesaleChannel
from farmsim.domain.produce import Keeping, lost_between
from farmsim.engine.catchment import Market
from farmsim.engine.layout import parcel_lane
from farmsim.engine.markets import Trader, Wholesale
from farmsim.engine.transport import Fleet, Route
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
        fleet: Fleet,
        markets: list[Wholesale],
        traders: list[Trader],
    ) -> None:
        self._world, self._markets, self._traders = world, markets, traders
        layout = world.layout
        self._fixed = np.zeros(len(layout.lines.offer))
        self._kept = np.ones(len(layout.lines.offer))
        """Share of the sales value that is left after commission, loss and waiting, for moving prices."""
        rates = world.row_rates(0)[layout.rows.sellable[layout.lines.good, 0]]
        age = rates * STORE_DAYS
        for channel, block in enumerate(layout.blocks):
            for line in layout.lines.of_channel[channel].tolist():
                match block:
                    case ParcelChannel():
                        assert market is not None
                        self._fixed[line] = self._parcel(line, block, market, float(age[line]))
                    case StockedChannel() | WholesaleChannel():
                        route = next(r for r in fleet.of_channel(channel) if line in r.lines)
                        self._fixed[line], self._kept[line] = self._bulk(line, block, route, float(age[line]))
                    case OrderChannel():
                        self._fixed[line] = layout.offers.price[layout.lines.offer[line]]
                    case _:
                        pass

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
            price = np.zeros((self._world.days, len(layout.offers.ids)))
            price[:, hall.offers] = hall.level.T
            worth = self._kept[lines] * price[:, layout.lines.offer[lines]] + self._fixed[lines]
            yield lines, np.where(worth >= hall.block.reservation_price_per_kg, worth, -np.inf)
        for trader in self._traders:
            yield trader.lines, trader.usual_prices()

    def _parcel(self, line: int, block: ParcelChannel, market: Market, age: float) -> float:
        """Price less refunds expected at the mean transit time, freight, box, packing, traffic, interest."""
        layout = self._world.layout
        offer = int(layout.lines.offer[line])
        at = int(np.flatnonzero(market.offer == offer)[0])
        _, county, product = layout.offers.ids[offer]
        lane = parcel_lane(layout.scenario, county, block)
        keeping = layout.scenario.products[product].keeping
        weights = market.province_share[at]
        days = float((weights * market.transit_days[at]).sum())
        sound = _sound(keeping, age, float(keeping.rate(lane.celsius)) * days)
        bad = 1.0 - sound * (1.0 - lane.damage_share)
        refused = block.refund.refused_share
        paid_back = lane.loss_share + bad * (refused + (1.0 - refused) * block.refund.partial_share)
        price = float(layout.offers.price[offer])
        pack = float(layout.offers.pack_kg[offer])
        freight = float((weights * market.freight[at]).sum())
        sale = block.sells[product]
        value = (
            price
            * (1.0 - paid_back)
            * (1.0 - block.take.commission_share)
            * self._waited(block.payment_days + days)
        )
        return (
            value
            - price * (block.take.ads_share + block.take.operation_share)
            - (freight + sale.packaging_cost + block.packing_cost) / pack
        )

    def _bulk(
        self, line: int, block: StockedChannel | WholesaleChannel, route: Route, age: float
    ) -> tuple[float, float]:
        """(Fixed part, share kept of a moving price); shops have their price in the first."""
        layout = self._world.layout
        offer = int(layout.lines.offer[line])
        keeping = layout.scenario.products[layout.offers.ids[offer][2]].keeping
        days = route.km / route.lane.km_per_day + 0.5
        if route.lane.celsius is None:
            rate = float(self._world.ambient_rates(0)[route.county, layout.offers.product[offer]])
        else:
            rate = float(keeping.rate(route.lane.celsius))
        sound = _sound(keeping, age, rate * days) * (1.0 - route.lane.damage_share)
        kept = sound * (1.0 - block.take.commission_share) * self._waited(block.payment_days + days)
        freight = route.freight_per_kg()
        if isinstance(block, WholesaleChannel):
            return -freight, kept
        if 1.0 - (age + rate * days) / keeping.median_days < block.min_freshness:
            return -np.inf, 0.0
        supply_price = float(layout.offers.price[offer]) * (1.0 - block.margin_share)
        return kept * supply_price * (1.0 - block.take.back_margin_share) - freight, kept

    def _waited(self, days: float) -> float:
        """Value today of one yuan paid after `days`."""
        return 1.0 / (1.0 + self._world.layout.scenario.desk.interest_per_year * days / 365.0)


def _sound(keeping: Keeping, age: float, older: float) -> float:
    """Share of what is sound at thermal age `age` that is still sound `older` thermal days later."""
    lost = lost_between(np.array(age), np.array(age + older), keeping.median_days, keeping.shape)
    return 1.0 - float(lost)
