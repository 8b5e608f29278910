"""County stores: sorted produce goes into the cold store as far as there is room, the rest waits at the gate.

The morning inspection ages every stock of the world, throws out what failed, and offers the rest of it to
processing and feed.
"""

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.stock import Issued
from farmsim.domain.sums import sum_by
from farmsim.engine.access import Ground, Way, ways_in
from farmsim.engine.packhouse import Sorted, Yard
from farmsim.engine.world import World
from farmsim.scenario.schema import County

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Stores:
    """Stocks at the gate and in the cold, of all counties."""

    def __init__(self, world: World, yard: Yard) -> None:
        self._world = world
        self._yard = yard
        counties = list(world.layout.scenario.counties.values())
        stores = [county.cold_store for county in counties]
        self._capacity = np.array([store.capacity_kg if store else 0.0 for store in stores])
        self._cost = np.array([store.cost_per_kg_day if store else 0.0 for store in stores])
        self._cooling = np.array([_cooling_hours(county) for county in counties]) / 24.0
        residual = [county.residual for county in counties]
        self._processing = np.array([r.processing_kg_per_day for r in residual])
        self._processing_price = np.array([r.processing_price_per_kg for r in residual])
        self._feed_share = np.array([r.feed_share for r in residual])
        self._cold_goods = world.layout.rows.has_cold.nonzero()[0]
        kinds = np.array(world.layout.rows.kind)[world.layout.rows.place]
        self._by_kind = {
            kind: np.flatnonzero(kinds == kind) for kind in dict.fromkeys(world.layout.rows.kind)
        }
        self._product_of_kind = {kind: world.row_product[rows] for kind, rows in self._by_kind.items()}
        layout = world.layout
        ways, self.way_of = ways_in(layout)
        ground = Ground(world.stock, len(layout.goods.ids))
        self._ways = [Way(access, ground) for access in ways]
        """Ways into the stores; `way_of` is the number of each channel's, [channel]."""
        self._lines_of_way = [
            (self.way_of[layout.lines.channel] == way).nonzero()[0] for way in range(len(ways))
        ]
        self._goods_of_way = [layout.lines.good[lines] for lines in self._lines_of_way]
        self.spoiled_at_buyer = np.zeros(len(world.layout.products))
        self._chilled = layout.keepings.chilled(world.row_product, layout.rows.celsius)
        self._chills = bool(np.count_nonzero(self._chilled))
        world.stock.set_rates(world.row_rates(0))
        world.daily(world.clock.inspection, self.inspect)

    def put_away(self) -> None:
        """What was sorted since the last time goes into store; what does not fit stays at the gate."""
        lots = self._yard.sorted_lots()
        if lots is None:
            return
        outside = lots.kg - self._into_cold(lots) if len(self._cold_goods) else lots.kg
        stays = (outside > 0.0).nonzero()[0]
        if len(stays):
            world = self._world
            gate = world.layout.rows.sellable[lots.good[stays], 1]
            world.stock.receive(gate, lots.column[stays], outside[stays], lots.age[stays], world.env.now)

    def by_good_kg(self, way: int) -> Floats:
        """Kilograms in the county's stores that one way in may take now, [good]; read only by convention."""
        return self._ways[way].open_lots(self._world.env.now).by_good

    def on_hand_kg(self) -> Floats:
        """Sorted stock of the counties, [good]."""
        rows = self._world.layout.rows
        held = self._world.stock.on_hand()[rows.sellable]
        return np.asarray(held[:, 1] + np.where(rows.has_cold, held[:, 0], 0.0))

    def sellable_kg(self) -> Floats:
        """Kilograms that the rules of its channel let each line take now, [line]."""
        kg = np.zeros(len(self._world.layout.lines.good))
        for way, lines in enumerate(self._lines_of_way):
            kg[lines] = self.by_good_kg(way)[self._goods_of_way[way]]
        return kg

    def available_kg(self, channel: int) -> Floats:
        """Kilograms that each line of one channel may take now."""
        lines = self._world.layout.lines
        return self.by_good_kg(int(self.way_of[channel]))[lines.good[lines.of_channel[channel]]]

    def fitted(self, way: int, lines: Indices, kg: Floats) -> Floats:
        """`kg` by line, cut in proportion where the fruit of a good is less than all its lines want."""
        good = self._world.layout.lines.good[lines]
        have = self.by_good_kg(way)
        want = sum_by(good, kg, minlength=len(have))
        short = want > have
        if not np.count_nonzero(short):
            return kg
        part = np.divide(have, want, out=np.ones_like(have), where=short)
        return kg * part[good]

    def take(self, way: int, lines: Indices, kg: Floats) -> Issued:
        """Take up to `kg` for each line out of the county's stores, cold store first.

        Lines of one good share what is issued for it: each gets the same mix of lots, in proportion.
        """
        now = self._world.env.now
        good = self._world.layout.lines.good[lines]
        lots, have, by_good = self._ways[way].open_lots(now)
        total = sum_by(good, kg, minlength=len(by_good))
        issued = self._world.stock.issue(lots, have, total, now, self._ways[way].access.rule)
        return _shared(issued, good, kg, total)

    def inspect(self, day: int) -> None:
        """Age all stock, throw out what failed or is too old, restow, set the new day's temperatures."""
        self.put_away()
        world = self._world
        spoiled, discarded = world.stock.inspect(world.env.now)
        discarded += world.stock.clear_column(world.column(day))
        if self._chills:
            spoiled += world.stock.remove_share(self._chilled)
        for kind, rows in self._by_kind.items():
            product = self._product_of_kind[kind]
            if kind == "buyer":
                self.spoiled_at_buyer += sum_by(
                    product, spoiled[rows] + discarded[rows], minlength=len(self.spoiled_at_buyer)
                )
                continue
            world.lose(day, kind, "spoiled", product, spoiled[rows])
            if kind != "gate":
                world.lose(day, kind, "unsold", product, discarded[rows])
        self._use_residue(day, discarded)
        self._restow()
        world.stock.set_rates(world.row_rates(day))
        self._pay_storage()

    def cold_kg(self) -> Floats:
        """Kilograms in the cold stores, [county]."""
        world = self._world
        held = world.stock.on_hand()[world.layout.rows.sellable[self._cold_goods, 0]]
        return sum_by(world.layout.goods.county[self._cold_goods], held, minlength=len(self._capacity))

    def _into_cold(self, lots: Sorted) -> Floats:
        """Lots go into the cold stores as far as there is room; kg that found room, by lot."""
        world, rows = self._world, self._world.layout.rows
        county = world.layout.goods.county[lots.good]
        room = self._room()
        cold = rows.has_cold[lots.good]
        wants = sum_by(county, lots.kg * cold, minlength=len(room))
        part = np.divide(room, wants, out=np.ones(len(room)), where=wants > room)[county] * cold
        inside: Floats = lots.kg * part
        fits = (inside > 0.0).nonzero()[0]
        if len(fits):
            good, now = lots.good[fits], world.env.now
            age = lots.age[fits] + self._cooling_age(good, int(now))
            world.stock.receive(rows.sellable[good, 0], lots.column[fits], inside[fits], age, now)
        return inside

    def _room(self) -> Floats:
        return np.maximum(self._capacity - self.cold_kg(), 0.0)

    def _cooling_age(self, good: Indices, day: int) -> Floats:
        """Thermal days that fruit ages while it cools from the air to the store, beyond its age there."""
        world, goods = self._world, self._world.layout.goods
        county = goods.county[good]
        warm = world.air_rates(day)[good]
        cold = world.row_rates(day)[world.layout.rows.sellable[good, 0]]
        return np.asarray(self._cooling[county] * np.maximum(warm - cold, 0.0) / 2.0)

    def _restow(self) -> None:
        """Fruit that waited at the gate moves into free room, every lot in proportion."""
        at = self._cold_goods
        if not len(at):
            return
        world, rows = self._world, self._world.layout.rows
        county = world.layout.goods.county[at]
        waiting = world.stock.on_hand()[rows.sellable[at, 1]]
        total = sum_by(county, waiting, minlength=len(self._capacity))
        part = np.divide(self._room(), total, out=np.zeros_like(total), where=total > 0.0)
        if np.count_nonzero(part):
            share = np.minimum(part, 1.0)[county]
            world.stock.move(rows.sellable[at, 1], rows.sellable[at, 0], share, world.env.now)

    def _use_residue(self, day: int, discarded: Floats) -> None:
        """What nobody bought at the gate goes to processing, then feed, and the rest rots."""
        world, goods = self._world, self._world.layout.goods
        gate = self._by_kind["gate"]
        left = discarded[gate]
        if not np.count_nonzero(left):
            return
        county, product = goods.county[world.layout.rows.good[gate]], self._product_of_kind["gate"]
        counties = len(self._capacity)
        total = sum_by(county, left, minlength=counties)
        share = np.divide(self._processing, total, out=np.ones(counties), where=total > self._processing)
        processed = left * share[county]
        fed = (left - processed) * self._feed_share[county]
        if np.count_nonzero(processed):
            accounts = world.accounts
            value = sum_by(county, processed, minlength=counties) * self._processing_price
            payers = np.full(counties, accounts.processors, dtype=np.intp)
            world.kg.add("processed", product, processed)
            world.money.post_many("processing", payers, accounts.growers_of, value)
        if np.count_nonzero(fed):
            world.kg.add("feed", product, fed)
        world.lose(day, "gate", "unsold", product, left - processed - fed)

    def _pay_storage(self) -> None:
        """The cooperatives pay for cold storage of the past day."""
        if not np.count_nonzero(self._cost):
            return
        accounts, amount = self._world.accounts, self.cold_kg() * self._cost
        account = int(accounts.suppliers[0]) if len(accounts.suppliers) else accounts.inputs
        payees = np.full(len(amount), account, dtype=np.intp)
        self._world.money.post_many("cold_store", accounts.cooperative_of, payees, amount)


def _shared(issued: Issued, good: Indices, kg: Floats, total: Floats) -> Issued:
    """What was issued by good, split among the lines that asked for `kg` of it; `total` is by good."""
    asking = (kg > 0.0).nonzero()[0]
    request = good[asking]
    if len(asking) == np.count_nonzero(total):
        line = np.empty(len(total), dtype=np.intp)
        line[request] = asking
        return issued._replace(line=line[issued.line])
    asking = asking[np.argsort(request, kind="stable")]
    count = np.bincount(request, minlength=len(total))
    first, shares = np.add.accumulate(count) - count, count[issued.line]
    entry = np.repeat(np.arange(len(shares)), shares)
    turn = np.arange(len(entry)) - np.repeat(np.add.accumulate(shares) - shares, shares)
    line = asking[first[issued.line[entry]] + turn]
    part = kg[line] / total[good[line]]
    return Issued(
        line, issued.column[entry], issued.kg[entry] * part, issued.age[entry], issued.hazard[entry]
    )


def _cooling_hours(county: County) -> float:
    """Hours until fruit has store temperature: of pre-cooling where there is some, else of the store."""
    if county.packhouse is not None and county.packhouse.precool_celsius is not None:
        return county.packhouse.precool_hours
    return county.cold_store.cooling_hours if county.cold_store is not None else 0.0
