"""Stocked channels: shops review stock and order, take in trucks, serve customers, mark down, send back.

All chains are handled at once: arrays are by shop offer unless said otherwise. The shelf of an offer may hold
several grades, each a row of the stock.
"""

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.policies import base_stock_order
from farmsim.domain.produce import freshness
from farmsim.domain.records import Traded
from farmsim.domain.sums import sum_by
from farmsim.engine.books import Books
from farmsim.engine.consumers import Consumers
from farmsim.engine.shelves import Shelves
from farmsim.engine.transport import Fleet
from farmsim.engine.world import World

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]

LEARNING = 0.2
"""Weight of a day's shelf in customers' picture of freshness (assumption, 0.1 to 0.3)."""


class Shops:
    """What happens at all stocked channels of a scenario."""

    def __init__(self, world: World, consumers: Consumers, books: Books, fleet: Fleet) -> None:
        self._world, self._consumers, self._books, self._fleet = world, consumers, books, fleet
        self.shelves = shelves = Shelves(world, consumers, fleet)
        self.ordered_kg = np.zeros(len(shelves.offers))
        """Open replenishment orders."""
        self._cut = np.zeros(len(shelves.offers))
        self._packs = np.zeros(len(shelves.offers), dtype=np.int64)
        self._sold = np.zeros(len(shelves.offers), dtype=np.int64)
        self._shop_cell = ~consumers.market.parcel[consumers.market.cells.offer]
        self._ration = consumers.customers.ration("queue")
        self._sold_as = [f"sold:{world.layout.channels[c]}" for c in shelves.channels]
        products = world.layout.offers.product[shelves.offers]
        self._sold_key = shelves.chain * len(world.layout.products) + products
        self._terms = [(float(d), shelves.payment_days == d) for d in dict.fromkeys(shelves.payment_days)]
        self._shrinks = bool(np.count_nonzero(shelves.shrink))
        self._marks_down = bool(np.count_nonzero(shelves.markdown_cut))
        self._consigns = bool(np.count_nonzero(shelves.consignment))
        self._sends_back = not np.isnan(shelves.return_at).all()
        route = fleet.routes.of_line
        self._way_back_days, self._way_back_cost = np.zeros((2, len(route)))
        """To the county, [line]; cost per kg."""
        if self.are_there:
            self._way_back_days[route >= 0] = fleet.routes.usual_days[route[route >= 0]]
            self._way_back_cost[route >= 0] = fleet.routes.freight_per_kg()[route[route >= 0]]
        if self.are_there:
            world.daily(world.clock.review, self.review)
            world.daily(world.clock.receipt, self.receive)

    @property
    def are_there(self) -> bool:
        """Whether the scenario has stocked channels."""
        return len(self.shelves.offers) > 0

    def on_shelf(self) -> Floats:
        """Kilograms on hand."""
        lots, held = self.shelves.lots()
        return sum_by(lots.pool, held, minlength=len(self.shelves.offers))

    def review(self, day: int) -> None:
        """Order up to the base stock S; the inventory position is what is on the shelf and on the road."""
        shelves = self.shelves
        due = day % shelves.review_days == 0
        expected = self._consumers.open_day(day)[shelves.at] * shelves.pack_kg
        level = np.where(np.isnan(shelves.fixed_level), expected * shelves.cover_days, shelves.fixed_level)
        position = self.on_shelf() + self._fleet.on_order_kg[shelves.offers]
        order = base_stock_order(level, position)
        held = sum_by(shelves.chain, position, minlength=len(shelves.channels))
        asked = sum_by(shelves.chain, order, minlength=len(shelves.channels))
        room = np.maximum(shelves.capacity - held, 0.0)
        order *= np.divide(room, asked, out=np.ones_like(asked), where=asked > room)[shelves.chain]
        self.ordered_kg = np.where(due, order, self.ordered_kg)

    def shipped(self, left: Floats) -> None:
        """Trucks have left with so much, by offer of the scenario: open orders shrink."""
        self.ordered_kg = np.maximum(self.ordered_kg - left[self.shelves.offers], 0.0)

    def receive(self, day: int) -> None:
        """Unload what has come: refuse what is too old, put the rest on the shelf, owe for it."""
        shelves, world, layout = self.shelves, self._world, self._world.layout
        come = self._fleet.unload(day, shelves.channels)
        if come is None:
            return
        offer = layout.lines.offer[come.line]
        shelf = np.searchsorted(shelves.offers, offer)
        fresh = 1.0 - come.age / layout.offers.median[offer]
        fine = fresh >= shelves.min_freshness[shelf]
        world.lose(day, "shop", "refused", world.line_product[come.line], np.where(fine, 0.0, come.kg))
        kept = (fine & (come.kg > 0.0)).nonzero()[0]
        if not len(kept):
            return
        rows = layout.rows.of_line[come.line[kept]]
        world.stock.receive_merged(rows, come.column[kept], come.kg[kept], come.age[kept], world.env.now)
        size = len(layout.offers.ids)
        accepted = sum_by(offer[kept], come.kg[kept], minlength=size)
        left = sum_by(offer[kept], come.kg[kept] * come.left_day[kept], minlength=size)
        left_day = np.divide(left, accepted, out=np.zeros(size), where=accepted > 0.0)
        self._owe(day, left_day, np.where(shelves.consignment, 0.0, accepted[shelves.offers]))

    def open_day(self, day: int) -> None:
        """Look over and mark down the shelves; the packs on them are what there is today."""
        self._age_shelves(day)
        self._mark_down()
        self._packs = np.floor(self.on_shelf() / self.shelves.pack_kg + 1e-9).astype(np.int64)
        self._sold = np.zeros_like(self._packs)

    def serve(self, day: int, orders: Integers, *, again: bool = False) -> tuple[Integers, Integers]:
        """Customers find their packs or not; returns packs sold and unserved, by cell (of shop offers only).

        What is sold leaves the shelf when the shops close; `again` is the round of those who switched.
        """
        shelves = self.shelves
        wanted = orders * self._shop_cell
        sold = wanted.copy()
        free = self._packs - self._sold
        asked = self._by_shelf(wanted)
        cells = self._ration.cells_of(shelves.at[asked > free])
        if len(cells):
            available = np.zeros(len(self._consumers.market.offer), dtype=np.int64)
            available[shelves.at] = free
            sold[cells] = self._ration.draw(cells, wanted[cells], available, 2 * day + again)
        self._sold = self._sold + np.minimum(asked, free)
        return sold, wanted - sold

    def _by_shelf(self, wanted: Integers) -> Integers:
        """Sums of cells by shop offer."""
        market = self._consumers.market
        by_offer = np.zeros(len(market.offer), dtype=np.int64)
        by_offer[market.cells.owners] = np.add.reduceat(wanted, market.cells.first)
        return by_offer[self.shelves.at]

    def has_more(self, offers: int) -> NDArray[np.bool_]:
        """Whether another pack is on the shelf, by consumer offer."""
        more = np.zeros(offers, dtype=np.bool_)
        if self.are_there:
            more[self.shelves.at] = self._packs > self._sold
        return more

    def close_day(self, day: int) -> None:
        """What customers bought leaves the shelves and is booked."""
        self._sell(day, self._sold * self.shelves.pack_kg)

    def _age_shelves(self, day: int) -> None:
        """Daily handling loss, and consigned stock that is sent back before it is too old."""
        world, shelves = self._world, self.shelves
        if self._shrinks:
            gone = world.stock.remove_share(shelves.shrink)[shelves.rows]
            world.lose(day, "shop", "shrink", world.row_product[shelves.rows], gone)
        if self._sends_back:
            self._send_back()

    def _owe(self, day: int, left_day: Floats, kg: Floats) -> None:
        """Retailers owe the shelf price less their margin for so much, by shop offer."""
        shelves = self.shelves
        size = len(self._world.layout.offers.ids)
        for days, due in self._terms:
            value = np.zeros(size)
            value[shelves.offers] = np.where(due, kg * shelves.supply_price, 0.0)
            if np.count_nonzero(value):
                self._books.owe_receipt(day + days, left_day, value)

    def _mark_down(self) -> None:
        """Prices that customers see: cut for the part of the shelf below the markdown freshness."""
        shelves, stock = self.shelves, self._world.stock
        if not self._marks_down:
            return
        lots, kg = shelves.lots()
        fresh = np.maximum(stock.freshness_of(lots, self._world.env.now), 0.0)
        count = len(shelves.offers)
        old_kg = sum_by(lots.pool, kg * (fresh < shelves.markdown_below[lots.pool]), minlength=count)
        held = sum_by(lots.pool, kg, minlength=count)
        self._cut = shelves.markdown_cut * np.divide(old_kg, held, out=np.zeros(count), where=held > 0.0)
        self._consumers.price[shelves.at] = shelves.price * (1.0 - self._cut)

    def _sell(self, day: int, kg: Floats) -> None:
        """Take what was sold off the shelves and book it."""
        if not np.count_nonzero(kg):
            return
        world, layout, shelves = self._world, self._world.layout, self.shelves
        count, size = len(shelves.offers), len(layout.offers.ids)
        mass, fresh = np.zeros(count), np.zeros(count)
        for rule, theirs in shelves.rules:
            lots, held = shelves.lots()
            taken = world.stock.issue(lots, held * theirs[lots.pool], kg, world.env.now, rule)
            shelf = taken.line
            mass += sum_by(shelf, taken.kg, minlength=count)
            life = np.maximum(taken.age, 0.0) / layout.offers.median[shelves.offers[shelf]]
            seen = freshness(life, shelves.ripe_start[shelf], shelves.ripe_life[shelf])
            fresh += sum_by(shelf, taken.kg * seen, minlength=count)
        sold = mass.nonzero()[0]
        self._consumers.learn(shelves.at[sold], fresh[sold] / mass[sold], LEARNING)
        value, all_kg, all_fresh = np.zeros(size), np.zeros(size), np.zeros(size)
        value[shelves.offers] = mass * shelves.price * (1.0 - self._cut)
        all_kg[shelves.offers], all_fresh[shelves.offers] = mass, fresh
        world.money.post("sale", world.accounts.consumers, world.accounts.channel, value)
        by_chain = sum_by(self._sold_key, mass, len(self._sold_as) * len(layout.products))
        for name, sold_kg in zip(self._sold_as, by_chain.reshape(len(self._sold_as), -1), strict=True):
            if np.count_nonzero(sold_kg):
                world.kg.add_by_product(name, sold_kg)
        if self._consigns:
            self._owe(day, np.full(size, float(day)), np.where(shelves.consignment, mass, 0.0))
        world.record(Traded(day, all_kg, value, all_fresh, np.zeros(size)))

    def _send_back(self) -> None:
        """Consigned stock at or below the return freshness goes back to the county's gate, with its age."""
        world, layout, shelves = self._world, self._world.layout, self.shelves
        now = world.env.now
        lots, held = shelves.lots()
        fresh = world.stock.freshness_of(lots, now)
        which = ((fresh <= shelves.return_below[lots.pool]) & (held > 0.0)).nonzero()[0]
        if not len(which):
            return
        row = lots.row[which]
        line = shelves.line_of_row[row]
        column, mass, age = world.stock.take_lots(lots, which, now)
        gate = layout.rows.sellable[layout.rows.good[row], 1]
        older = world.row_rates(int(now))[gate] * self._way_back_days[line]
        world.stock.receive_merged(gate, column, mass, age + older, now)
        self._books.came_back(layout.lines.offer[line], layout.rows.good[row], mass)
        cost = mass * self._way_back_cost[line]
        offers = layout.lines.offer[line]
        self._books.freight_by_offer(sum_by(offers, cost, minlength=len(layout.offers.ids)))
