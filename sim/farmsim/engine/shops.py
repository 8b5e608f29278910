"""Stocked channels: shops review their stock and order, receive trucks, serve customers, mark down, send back."""

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import StockedChannel
from farmsim.domain.counts import served
from farmsim.domain.policies import base_stock_order
from farmsim.domain.records import Traded
from farmsim.engine.books import Books
from farmsim.engine.consumers import Consumers
from farmsim.engine.stores import Stores
from farmsim.engine.transport import Route, Shipment, unload
from farmsim.engine.world import World

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]

LEARNING = 0.2
"""Weight of a day's shelf in customers' picture of freshness (assumption, 0.1 to 0.3)."""


class Chain:
    """One stocked channel: its shelf rows, its offers and its routes from the counties."""

    def __init__(self, world: World, consumers: Consumers, channel: int, routes: list[Route]) -> None:
        layout = world.layout
        block = layout.blocks[channel]
        assert isinstance(block, StockedChannel), "a chain is a stocked channel"
        self.block = block
        self.channel = channel
        self.routes = routes
        self.lines = layout.lines.of_channel[channel]
        self.rows = layout.rows.of_line[self.lines]
        self.offers = np.unique(layout.lines.offer[self.lines])
        place = {int(o): i for i, o in enumerate(consumers.market.offer)}
        self.at = np.array([place[int(o)] for o in self.offers], dtype=np.intp)
        """Positions among the consumer offers."""
        self.row_offer = np.searchsorted(self.offers, layout.lines.offer[self.lines])
        """[row of the chain] -> offer of the chain"""
        self.pack_kg = layout.offers.pack_kg[self.offers]
        self.price = layout.offers.price[self.offers]
        self.on_order_kg = np.zeros(len(self.offers))
        """In transit to the shop, by offer."""
        self.ordered_kg = np.zeros(len(self.offers))
        """Open replenishment order, by offer."""
        self.lead_days = max(route.km / route.lane.km_per_day for route in routes) + 1.0

    def on_shelf(self, world: World) -> Floats:
        """Kilograms on hand, by offer of the chain."""
        held = world.stock.on_hand()[self.rows]
        return np.bincount(self.row_offer, held, minlength=len(self.offers))


class Shops:
    """All stocked channels of a scenario."""

    def __init__(
        self, world: World, consumers: Consumers, stores: Stores, books: Books, routes: dict[int, list[Route]]
    ) -> None:
        self._world = world
        self._consumers = consumers
        self._stores = stores
        self._books = books
        layout = world.layout
        self.chains = [
            Chain(world, consumers, channel, routes[channel])
            for channel, block in enumerate(layout.blocks)
            if isinstance(block, StockedChannel) and len(layout.lines.of_channel[channel])
        ]
        if self.chains:
            clock = world.clock
            world.daily(clock.review, self.review)
            world.daily(clock.receipt, self.receive)

    def review(self, day: int) -> None:
        """Order up to the base stock S; the inventory position counts what is on the shelf and on the road."""
        mean_packs = self._consumers.open_day(day)
        for chain in self.chains:
            if day % chain.block.review_days:
                continue
            expected = mean_packs[chain.at] * chain.pack_kg
            cover = expected * (chain.block.base_stock_days + chain.lead_days)
            level = np.array([
                cover[i] if fixed is None else fixed for i, fixed in enumerate(self._fixed_levels(chain))
            ])
            level = np.minimum(level, chain.block.site.capacity_kg)
            chain.ordered_kg = base_stock_order(level, chain.on_shelf(self._world) + chain.on_order_kg)

    def ship(self, day: int, granted: Floats) -> None:
        """Trucks leave for the shops with what the desk granted, [line]."""
        world = self._world
        for chain in self.chains:
            for route in chain.routes:
                want = granted[route.lines]
                room = route.room_kg(day)
                total = float(want.sum())
                if total <= 0.0 or room <= 0.0:
                    continue
                taken = self._stores.take_lines(route.access, want * min(1.0, room / total), rule="fefo")
                if not len(taken.kg):
                    continue
                shipment, _ = route.send(world.env.now, taken, route.lines)
                by_offer = self._books.left(day, shipment.line, shipment.column, shipment.kg)
                chain.on_order_kg += by_offer[chain.offers]
                chain.ordered_kg = np.maximum(chain.ordered_kg - by_offer[chain.offers], 0.0)
                self._books.freight(shipment.line, route.freight(shipment.kg, shipment.vehicles))

    def receive(self, day: int) -> None:
        """Unload what has come: loss on the road, refusal of what is too old, the rest onto the shelf."""
        for chain in self.chains:
            for route in chain.routes:
                for shipment in route.arrived(self._world.env.now):
                    self._unload(day, chain, route, shipment)

    def serve(self, day: int, orders: Integers) -> tuple[Integers, Integers]:
        """Customers of the day buy; returns packs sold and unserved by cell (only of stocked offers)."""
        sold = np.zeros_like(orders)
        cells = self._consumers.market.cells
        for chain in self.chains:
            self._mark_down(chain)
            stock_packs = np.floor(chain.on_shelf(self._world) / chain.pack_kg + 1e-9).astype(np.int64)
            for i, at in enumerate(chain.at.tolist()):
                own = slice(*np.searchsorted(cells.offer, [at, at + 1]))
                wanted = orders[own]
                if wanted.sum() > stock_packs[i]:
                    entity = "/".join(self._world.layout.offers.ids[chain.offers[i]])
                    generator = self._world.streams.generator("queue", entity, day)
                    wanted = served(generator, wanted, int(stock_packs[i]))
                sold[own] = wanted
            self._sell(day, chain, sold)
        return sold, orders - sold

    def serve_again(self, day: int, orders: Integers) -> Integers:
        """Customers who came from a sold-out offer; returns packs sold by cell."""
        sold, _ = self.serve(day, orders) if np.count_nonzero(orders) else (np.zeros_like(orders), orders)
        return sold

    def has_more(self, offers: int) -> NDArray[np.bool_]:
        """Whether another pack is on the shelf, by consumer offer."""
        more = np.zeros(offers, dtype=np.bool_)
        for chain in self.chains:
            more[chain.at] = chain.on_shelf(self._world) >= chain.pack_kg
        return more

    def age_shelves(self, day: int) -> None:
        """Daily handling loss, and consigned stock that is sent back before it is too old."""
        world = self._world
        for chain in self.chains:
            if chain.block.shrink_share_per_day > 0.0:
                gone = world.stock.remove_share(chain.rows, chain.block.shrink_share_per_day)
                world.lose(day, "shop", "shrink", world.row_product[chain.rows], gone)
            if chain.block.consignment and chain.block.return_freshness is not None:
                self._send_back(chain)

    def in_transit(self) -> tuple[Indices, Floats]:
        """Kilograms on the road to shops, as (product, kg) parts."""
        parts = [s for chain in self.chains for route in chain.routes for _, s in route.on_road]
        if not parts:
            return np.zeros(0, dtype=np.intp), np.zeros(0)
        line = np.concatenate([s.line for s in parts])
        return self._world.line_product[line], np.concatenate([s.kg for s in parts])

    def _fixed_levels(self, chain: Chain) -> list[float | None]:
        ids = self._world.layout.offers.ids
        return [chain.block.sells[ids[offer][2]].base_stock_kg for offer in chain.offers]

    def _unload(self, day: int, chain: Chain, route: Route, shipment: Shipment) -> None:
        world, layout = self._world, self._world.layout
        now = world.env.now
        come = unload(world, route, shipment, now)
        product = world.line_product[come.line]
        world.lose(day, "road", "spoiled", product, come.spoiled_kg)
        world.lose(day, "road", "damaged", product, come.damaged_kg)
        sent = np.bincount(layout.lines.offer[come.line], shipment.kg, minlength=len(layout.offers.ids))
        chain.on_order_kg = np.maximum(chain.on_order_kg - sent[chain.offers], 0.0)
        median = layout.goods.median[layout.lines.good[come.line]]
        fine = 1.0 - come.age / median >= chain.block.min_freshness
        refused = np.where(fine, 0.0, come.kg)
        world.lose(day, "shop", "refused", product, refused)
        kept = np.flatnonzero(fine & (come.kg > 0.0))
        if not len(kept):
            return
        rows = layout.rows.of_line[come.line[kept]]
        _receive_merged(world, rows, come.column[kept], come.kg[kept], come.age[kept], now)
        accepted = np.bincount(layout.lines.offer[come.line[kept]], come.kg[kept], minlength=len(layout.offers.ids))
        if not chain.block.consignment:
            self._owe(day, shipment.left_day, chain, accepted)

    def _owe(self, day: int, left_day: int, chain: Chain, kg: Floats) -> None:
        """The retailer owes the shelf price less its margin for what it took, back margins off."""
        layout = self._world.layout
        value = kg * layout.offers.price * (1.0 - chain.block.margin_share)
        self._books.owe_receipt(day + chain.block.payment_days, float(left_day), value)

    def _mark_down(self, chain: Chain) -> None:
        """Prices that customers see: cut for the part of the shelf below the markdown freshness."""
        world = self._world
        self._cut = np.zeros(len(chain.offers))
        rule = chain.block.markdown
        if rule is None:
            return
        fresh = world.stock.freshness(world.env.now)[:, chain.rows]
        kg = world.stock.kg[:, chain.rows]
        old = np.bincount(chain.row_offer, np.where(fresh < rule.below_freshness, kg, 0.0).sum(axis=0))
        held = np.bincount(chain.row_offer, kg.sum(axis=0))
        self._cut = rule.cut_share * np.divide(old, held, out=np.zeros_like(held), where=held > 0.0)
        self._consumers.price[chain.at] = chain.price * (1.0 - self._cut)

    def _sell(self, day: int, chain: Chain, sold: Integers) -> None:
        """Take what was sold off the shelf and book it."""
        world, layout = self._world, self._world.layout
        cells = self._consumers.market.cells
        packs = np.bincount(cells.offer, sold, minlength=len(self._consumers.market.offer))[chain.at]
        kg = packs * chain.pack_kg
        if not np.count_nonzero(kg):
            return
        left = kg.copy()
        size = len(layout.offers.ids)
        value, mass, fresh = np.zeros(size), np.zeros(size), np.zeros(size)
        issue = "fefo" if chain.block.issue == "freshest" else chain.block.issue
        shelf = {int(r): i for i, r in enumerate(chain.rows)}
        for grade in range(int(np.max(np.bincount(chain.row_offer)))):
            rows = self._rows_of_grade(chain, grade)
            want = left[chain.row_offer[[shelf[int(r)] for r in rows]]]
            taken = world.stock.issue(
                rows[:, None], want, world.env.now, today=world.column(day), rule=issue
            )
            owner = chain.row_offer[[shelf[int(r)] for r in rows]][taken.line]
            left -= np.bincount(owner, taken.kg, minlength=len(left))
            offer = chain.offers[owner]
            mass += np.bincount(offer, taken.kg, minlength=size)
            freshness = np.maximum(0.0, 1.0 - taken.age / layout.goods.median[layout.rows.good[rows[taken.line]]])
            fresh += np.bincount(offer, taken.kg * freshness, minlength=size)
        seen = np.divide(fresh, mass, out=np.zeros(size), where=mass > 0.0)[chain.offers]
        at = chain.at[mass[chain.offers] > 0.0]
        self._consumers.learn(at, seen[mass[chain.offers] > 0.0], LEARNING)
        value[chain.offers] = mass[chain.offers] * chain.price * (1.0 - self._cut)
        accounts = world.accounts
        world.money.post("sale", accounts.consumers, accounts.channel, value)
        product = layout.offers.product
        for index in mass.nonzero()[0].tolist():
            world.kg.add(f"sold:{layout.channels[chain.channel]}", product[index : index + 1], mass[index : index + 1])
        if chain.block.consignment:
            self._owe(day, day, chain, mass)
        world.record(Traded(day, mass, value, fresh, np.zeros(size)))

    def _rows_of_grade(self, chain: Chain, grade: int) -> Indices:
        """The n-th row of every offer that has one."""
        first = np.searchsorted(chain.row_offer, np.arange(len(chain.offers)))
        count = np.bincount(chain.row_offer, minlength=len(chain.offers))
        return chain.rows[(first + grade)[count > grade]]

    def _send_back(self, chain: Chain) -> None:
        """Consigned stock at or below the return freshness goes back to the county's gate, with its age."""
        world, layout = self._world, self._world.layout
        now = world.env.now
        assert chain.block.return_freshness is not None
        stale = (world.stock.freshness(now)[:, chain.rows] <= chain.block.return_freshness) & (
            world.stock.kg[:, chain.rows] > 0.0
        )
        if not np.count_nonzero(stale):
            return
        column, place = np.nonzero(stale)
        row = chain.rows[place]
        kg, age = world.stock.take_cells(column, row, now)
        route = chain.routes[0]
        back = route.km / route.lane.km_per_day
        rate = world.row_rates(int(now))[layout.rows.sellable[layout.rows.good[row], 1]]
        gate = layout.rows.sellable[layout.rows.good[row], 1]
        _receive_merged(world, gate, column, kg, age + rate * back, now)
        freight = np.bincount(
            layout.lines.offer[chain.lines[place]], kg * route.freight_per_kg(), minlength=len(layout.offers.ids)
        )
        accounts = world.accounts
        world.money.post("freight", accounts.cooperative, accounts.carriers, freight)


def _receive_merged(world: World, rows: Indices, columns: Indices, kg: Floats, age: Floats, now: float) -> None:
    """Receive lot parts of which several may belong into one cell: they merge to the mean first."""
    cell = columns * len(world.row_product) + rows
    unique, inverse = np.unique(cell, return_inverse=True)
    mass = np.bincount(inverse, kg)
    mean = np.bincount(inverse, kg * age) / np.maximum(mass, 1e-300)
    world.stock.receive(unique % len(world.row_product), unique // len(world.row_product), mass, mean, now)


