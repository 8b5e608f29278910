"""Offline markets: the wholesale session, the trader at the gate, the contract buyer at the door."""

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import OrderChannel, TraderChannel, WholesaleChannel
from farmsim.domain.distributions import lognormal_factor
from farmsim.domain.prices import session_price, trader_price
from farmsim.domain.records import Traded
from farmsim.domain.seasons import autoregressive, calendar_factor
from farmsim.domain.sums import sum_by
from farmsim.engine.books import Books
from farmsim.engine.growers import Crop
from farmsim.engine.stores import Stores
from farmsim.engine.transport import Fleet
from farmsim.engine.world import World
from farmsim.streams import normals, uniform_block

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Sale:
    """Books of what one channel bought on a day: one place for kilograms, money and the record."""

    def __init__(self, world: World, books: Books) -> None:
        self._world = world
        self._books = books

    def __call__(
        self, day: int, channel: int, kg: Floats, price: Floats, age_kg: Floats, left_day: int
    ) -> None:
        """`kg`, `price` per kg and thermal age x kg by offer."""
        world, layout = self._world, self._world.layout
        block = layout.blocks[channel]
        value = kg * price
        world.kg.add(f"sold:{layout.channels[channel]}", layout.offers.product, kg)
        if not isinstance(block, OrderChannel):
            world.money.post("sale", world.accounts.markets, world.accounts.channel, value)
        self._books.owe_receipt(day + block.payment_days, float(left_day), value)
        fresh = np.maximum(kg - age_kg / layout.offers.median, 0.0)
        world.record(Traded(day, kg, value, fresh, age_kg))


class Wholesale:
    """One wholesale market: price level drawn ahead, trucks that arrive, a session a day."""

    def __init__(self, world: World, books: Books, crop: Crop, fleet: Fleet, channel: int) -> None:
        layout = world.layout
        block = layout.blocks[channel]
        assert isinstance(block, WholesaleChannel), "a wholesale market is a wholesale channel"
        self._world, self._fleet, self._sale = world, fleet, Sale(world, books)
        self.block, self.channel = block, channel
        self.offers = np.flatnonzero(layout.offers.channel == channel)
        self.market_kg = np.full(len(layout.offers.ids), 1.0)
        for offer in self.offers:
            self.market_kg[offer] = block.sells[layout.offers.ids[offer][2]].market_kg_per_day
        self.level = self._levels(crop)
        """Price at the mean volume, [offer of the channel, day]."""
        world.daily(world.clock.session, self.session)

    def expected_price(self, day: int, kg: Floats) -> Floats:
        """Price that the day's session would give if `kg` were sent, by offer of the channel."""
        level = self.level[:, min(day, self._world.days - 1)]
        product = self._world.layout.offers.product
        volume = sum_by(product, kg, minlength=len(self._world.layout.products))[product[self.offers]]
        return session_price(level, volume, self.market_kg[self.offers], self.block.elasticity)

    def session(self, day: int) -> None:
        """Everything that has come is sold at a price that follows the day's volume."""
        layout = self._world.layout
        size = len(layout.offers.ids)
        come = self._fleet.unload(day, [self.channel])
        if come is None:
            return
        offer = layout.lines.offer[come.line]
        kg = sum_by(offer, come.kg, minlength=size)
        age_kg = sum_by(offer, come.kg * come.age, minlength=size)
        left_kg = sum_by(offer, come.kg * come.left_day, minlength=size)
        if np.count_nonzero(kg):
            price = np.zeros(size)
            price[self.offers] = self.expected_price(day, kg)
            left_day = round(float(left_kg.sum() / kg.sum()))
            self._sale(day, self.channel, kg, price, age_kg, left_day)

    def _levels(self, crop: Crop) -> Floats:
        """Pbar x season x AR(1) x yield effect, [offer of the channel, day], drawn ahead."""
        world, layout = self._world, self._world.layout
        names = [f"{layout.channels[self.channel]}/{layout.offers.ids[o][2]}" for o in self.offers]
        keys = world.streams.keys("market-price", names)
        z = autoregressive(
            normals(uniform_block(keys, np.arange(world.days, dtype=np.uint64))), self.block.price_persistence
        )
        months = month_factors(world, self.block.monthly)
        glut = np.array([crop.glut(layout.offers.ids[o][1], layout.offers.ids[o][2]) for o in self.offers])
        level = layout.offers.price[self.offers] * glut ** (-self.block.glut_elasticity)
        return level[:, None] * months * np.exp(self.block.price_sd * z - self.block.price_sd**2 / 2.0)


class Trader:
    """One trader channel: comes or not, buys up to his trucks, pays less when much waits."""

    def __init__(self, world: World, stores: Stores, books: Books, channel: int) -> None:
        layout = world.layout
        block = layout.blocks[channel]
        assert isinstance(block, TraderChannel), "a trader is a trader channel"
        self._world, self._stores, self._books, self._sale = world, stores, books, Sale(world, books)
        self.block, self.channel = block, channel
        self.lines = layout.lines.of_channel[channel]
        self._way = int(stores.way_of[channel])
        self.county = layout.goods.county[layout.lines.good[self.lines]]
        name = layout.channels[channel]
        keys = world.streams.keys("trader", [f"{name}/{c}" for c in layout.counties])
        self._luck = uniform_block(keys, np.arange(2 * world.days, dtype=np.uint64))
        """[county, 2 x day]: whether he comes, and whether the last truck is a full one."""
        key = world.streams.keys("trader-price", [name])
        z = normals(uniform_block(key, np.arange(world.days, dtype=np.uint64)))
        sd = block.price_sd
        self.level = np.exp(sd * autoregressive(z, block.price_persistence)[0] - sd * sd / 2.0)
        """Factor on his normal price, [day]."""
        self.capacity_kg = block.truck_kg * block.trucks_per_day
        self._room_kg = self._rooms(block.comes_share)
        self._glut_room_kg = self._rooms(block.comes_in_glut_share)
        sales = [block.sells[layout.offers.ids[o][2]] for o in layout.lines.offer[self.lines]]
        self._normal = np.array([sale.price_per_kg for sale in sales])
        self._floor = np.array([sale.floor_price_per_kg for sale in sales])
        world.daily(world.clock.trader, self.visit)
        self.granted = np.zeros(len(layout.lines.offer))

    def _rooms(self, chance: float) -> Floats:
        """What his trucks carry if he comes with this chance, [day, county]."""
        luck, last = self._luck[:, ::2].T, self._luck[:, 1::2].T
        return np.asarray((luck < chance) * np.floor(self.block.trucks_per_day + last) * self.block.truck_kg)

    def price(self, day: int, waiting: Floats) -> Floats:
        """What he pays per kg, [line of his], given what waits in each county, [county]."""
        ratio = waiting / (self.capacity_kg * self.block.glut_ratio)
        return trader_price(
            self._normal * self.level[day], self._floor, ratio[self.county], self.block.price_elasticity
        )

    def usual_prices(self) -> Floats:
        """What he pays per kg without a glut, [day, line of his]."""
        normal = self._normal * self.level[:, None]
        return trader_price(normal, self._floor, np.zeros(1), self.block.price_elasticity)

    def waiting_kg(self) -> Floats:
        """What the desk has granted him and is really there, [county]."""
        have = np.minimum(self.granted[self.lines], self._stores.available_kg(self.channel))
        return sum_by(self.county, have, minlength=len(self._world.layout.counties))

    def visit(self, day: int) -> None:
        """He comes with a chance that is lower in a glut, and loads what he can pay and carry."""
        layout = self._world.layout
        self._stores.put_away()
        have = self._stores.available_kg(self.channel)
        offered = np.minimum(self.granted[self.lines], have)
        waiting = sum_by(self.county, have, minlength=len(layout.counties))
        glut = waiting > self.capacity_kg * self.block.glut_ratio
        room = np.where(glut, self._glut_room_kg[day], self._room_kg[day])
        total = sum_by(self.county, offered, minlength=len(room))
        part = np.divide(np.minimum(room, total), total, out=np.zeros_like(total), where=total > 0.0)
        if not np.count_nonzero(part):
            return
        taken = self._stores.take(self._way, self.lines, offered * part[self.county])
        if not len(taken.kg):
            return
        size = len(layout.offers.ids)
        line = self.lines[taken.line]
        kg = self._books.left(day, line, taken.column, taken.kg)
        offer = layout.lines.offer[line]
        paid = sum_by(offer, taken.kg * self.price(day, waiting)[taken.line], minlength=size)
        age_kg = sum_by(offer, taken.kg * taken.age, minlength=size)
        price = np.divide(paid, kg, out=np.zeros(size), where=kg > 0.0)
        self._sale(day, self.channel, kg, price, age_kg, day)


class Contract:
    """One order channel: takes delivery at the door, then sells on for its own account."""

    def __init__(self, world: World, stores: Stores, books: Books, channel: int) -> None:
        layout = world.layout
        block = layout.blocks[channel]
        assert isinstance(block, OrderChannel), "a contract is an order channel"
        self._world, self._stores, self._books, self._sale = world, stores, books, Sale(world, books)
        self.block, self.channel = block, channel
        self.lines = layout.lines.of_channel[channel]
        self._way = int(stores.way_of[channel])
        self.offers = np.flatnonzero(layout.offers.channel == channel)
        self.bought_kg = np.zeros(len(layout.offers.ids))
        self.resold_kg = 0.0
        self.resale_value = 0.0
        self.granted = np.zeros(len(layout.lines.offer))
        key = world.streams.keys("resale", [layout.channels[channel]])
        self._z = normals(uniform_block(key, np.arange(world.days, dtype=np.uint64)))[0]
        world.daily(world.clock.contract, self.accept)
        if block.resale is not None and len(self.lines):
            own = layout.rows.pool[layout.rows.of_line[self.lines]]
            self._pools = (int(own[0]), int(own[-1]) + 1)
            """First and last but one of the pools in its store, one a line."""
            world.daily(world.clock.resale, self.sell_on)

    def total_kg(self) -> Floats:
        """Contract volume by offer (0 for other channels)."""
        layout = self._world.layout
        total = np.zeros(len(layout.offers.ids))
        for offer in self.offers:
            total[offer] = self.block.sells[layout.offers.ids[offer][2]].total_kg
        return total

    def accept(self, day: int) -> None:
        """Take what the desk granted and is there, up to the day's and the season's volume."""
        world, layout = self._world, self._world.layout
        self._stores.put_away()
        want = np.minimum(self.granted[self.lines], self._stores.available_kg(self.channel))
        if not np.count_nonzero(want):
            return
        taken = self._stores.take(self._way, self.lines, want)
        if not len(taken.kg):
            return
        size = len(layout.offers.ids)
        line = self.lines[taken.line]
        kg = self._books.left(day, line, taken.column, taken.kg)
        self.bought_kg += kg
        age_kg = sum_by(layout.lines.offer[line], taken.kg * taken.age, minlength=size)
        self._sale(day, self.channel, kg, layout.offers.price, age_kg, day)
        if self.block.resale is not None:
            rows = layout.rows.of_line[line]
            world.stock.receive(rows, taken.column, taken.kg, taken.age, world.env.now)

    def sell_on(self, day: int) -> None:
        """Premium sales of the day, then bulk; both from the buyer's own store."""
        resale = self.block.resale
        assert resale is not None, "only a buyer that sells on gets here"
        premium = resale.kg_per_day * float(lognormal_factor(self._z[day], resale.cv))
        for most, price in (
            (premium, resale.price_per_kg),
            (resale.rest_kg_per_day, resale.rest_price_per_kg),
        ):
            if most > 0.0:
                self._resell(most, price)

    def _resell(self, most: float, price: float) -> None:
        world, layout = self._world, self._world.layout
        lots = world.stock.lots(*self._pools)
        have = world.stock.held(lots.cell)
        held = sum_by(lots.pool, have, minlength=self._pools[1] - self._pools[0])
        total = float(held.sum())
        if total <= 0.0:
            return
        taken = world.stock.issue(lots, have, held * min(1.0, most / total), world.env.now, "fifo")
        size = len(layout.offers.ids)
        kg = sum_by(layout.lines.offer[self.lines[0] + taken.line], taken.kg, minlength=size)
        self.resold_kg += float(kg.sum())
        self.resale_value += float(kg.sum()) * price
        world.money.post("resale", world.accounts.markets, world.accounts.channel, kg * price)

    def close(self) -> dict[str, float]:
        """The buyer's own account: kilograms and yuan of the season; growers bear the unsold if so agreed."""
        world, layout = self._world, self._world.layout
        rows = (
            layout.rows.of_line[self.lines] if self.block.resale is not None else np.zeros(0, dtype=np.intp)
        )
        on_hand = float(world.stock.on_hand()[rows].sum()) if len(rows) else 0.0
        bought = float(self.bought_kg.sum())
        paid = float((self.bought_kg * layout.offers.price).sum())
        spoiled = bought - self.resold_kg - on_hand if self.block.resale is not None else 0.0
        clawed = 0.0
        if self.block.unsold_borne_by == "growers" and spoiled > 0.0 and bought > 0.0:
            amount = self.bought_kg * layout.offers.price * (spoiled / bought)
            clawed = float(amount.sum())
            self._books.claw_back(amount)
        return {
            "bought_kg": bought,
            "resold_kg": self.resold_kg,
            "spoiled_kg": spoiled,
            "on_hand_kg": on_hand,
            "paid": paid,
            "resale_value": self.resale_value,
            "clawed_back": clawed,
            "surplus": self.resale_value - paid + clawed,
        }


def month_factors(world: World, monthly: list[float]) -> Floats:
    """Factor by day of the run from a table by month, [day]."""
    return calendar_factor(
        world.layout.scenario.start, world.days, monthly=monthly, weekday=[1.0] * 7, events={}
    )
