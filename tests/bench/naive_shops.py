"""Stocked shops of the reference model: review, trucks, shelf, customers; and the trucks of all channels."""

import math

import numpy as np

from bench.naive_county import lognormal
from bench.naive_fruit import Access, Part, choose, take
from bench.naive_parcels import SOLD_OUT, Shop
from farmsim.domain.distributions import draw
from farmsim.domain.network import road_km
from farmsim.scenario.catalogue import provinces

LEARNING = 0.2
"""Weight of a day's shelf in customers' picture of freshness."""


class Route:
    """One channel's trucks out of the county; what has come lies in `arrived` until it is unloaded."""

    def __init__(self, season, block, province):
        self.season = season
        self.lane = lane = season.county.lanes[block.lane]
        home, there = season.county.place, next(p for p in provinces() if p.id == province)
        direct = road_km(
            home.latitude, home.longitude, np.array([there.latitude]), np.array([there.longitude])
        )
        self.km = lane.km if lane.km is not None else float(direct[0])
        self.free = lane.vehicles
        self.road = []
        self.arrived = []
        self.closed = season.closed_days(block.lane, lane)

    def room_kg(self, day):
        """What can leave today."""
        runs = day % self.lane.every_days == 0 and not self.closed[day]
        return self.free * self.lane.vehicle_kg if runs else 0.0

    def wish(self, day, grants):
        """What was granted, by grade, as far as there is room."""
        total, room = sum(grants.values()), self.room_kg(day)
        part = min(1.0, room / total) if total > 0.0 else 0.0
        return {grade: kg * part for grade, kg in grants.items()}

    def leave(self, channel, day, parts):
        """Pay for what was loaded and go; kilograms."""
        kg = sum(p.kg for p in parts)
        if kg > 0.0:
            vehicles = min(self.free, math.ceil(kg / self.lane.vehicle_kg - 1e-9))
            self.season.books.left(channel, kg)
            self.season.books.freight(channel, self.price(kg, vehicles))
            self.season.env.process(self.trip(day, parts, vehicles))
        return kg

    def price(self, kg, vehicles):
        """Freight of a departure."""
        return kg / 1000.0 * self.km * self.lane.cost_per_t_km + vehicles * self.lane.cost_per_trip

    @property
    def freight_per_kg(self):
        """Expected freight with full vehicles."""
        return self.km * self.lane.cost_per_t_km / 1000.0 + self.lane.cost_per_trip / self.lane.vehicle_kg

    def trip(self, day, parts, vehicles):
        """The trucks of one departure, there and back."""
        season, env = self.season, self.season.env
        self.free -= vehicles
        mean = self.km / self.lane.km_per_day
        days = mean * lognormal(season.rng.standard_normal(), self.lane.transit_cv)
        left = env.now
        yield env.timeout(days)
        self.arrived.append((day, left, parts))
        yield env.timeout(days)
        self.free += vehicles

    def unload(self):
        """What has come, aged by its time on the road, as (day it left, kg sent, sound parts)."""
        season, now = self.season, self.season.env.now
        come = []
        for day, left, parts in self.arrived:
            rate = self.rate(day)
            sound = []
            for part in parts:
                age = part.age + rate * (now - left)
                spoiled = part.kg * (1.0 - 2.0 ** (part.spent - season.life.spent(age)))
                damaged = (part.kg - spoiled) * self.lane.damage_share
                season.lose("spoiled:road", spoiled)
                season.lose("damaged:road", damaged)
                sound.append(part._replace(kg=part.kg - spoiled - damaged, age=age))
            come.append((day, sum(p.kg for p in parts), sound))
        self.arrived = []
        return come

    def rate(self, day):
        """Ageing speed on the road."""
        if self.lane.celsius is None:
            return self.season.home.warm_rate(day)
        return float(self.season.product.keeping.rate(self.lane.celsius))


def load_trucks(season, movers, day):
    """The evening's departures; where fruit is short, those of the same rules share it in proportion."""
    wishes = {
        mover: mover.route.wish(day, {grade: season.granted[mover.name, grade] for grade in mover.grades})
        for mover in movers
    }
    loads = {mover: [] for mover in movers}
    for access in dict.fromkeys(mover.access for mover in movers):
        for grade in range(len(season.product.grades)):
            want = {m: w.get(grade, 0.0) for m, w in wishes.items() if m.access == access}
            total = sum(want.values())
            parts = take(season.home.places, [grade], total, season.env.now, access)
            for mover, kg in want.items():
                if kg > 0.0:
                    loads[mover] += [part._replace(kg=part.kg * kg / total) for part in parts]
    for mover, parts in loads.items():
        mover.ship(day, parts)


def closed_days(season, lane):
    """Days on which a lane is closed."""
    days, rng = season.scenario.horizon_days, season.rng
    closed = [False] * days
    spells = [((c.starts - season.scenario.start).days, math.ceil(c.days) - 1) for c in lane.closures]
    if lane.random_closures is not None:
        for _ in range(rng.poisson(lane.random_closures.per_season)):
            start = rng.random() * days
            length = float(draw(lane.random_closures.days, rng, 1)[0])
            spells.append((int(start), int(start + length) - int(start)))
    for first, more in spells:
        for day in range(max(first, 0), min(first + more + 1, days)):
            closed[day] = True
    return closed


class StockedShop(Shop):
    """Sells from its own shelf, replenished by truck."""

    def __init__(self, season, name, block):
        super().__init__(season, name, block)
        clock = season.clock
        self.access = Access("fifo", None, block.min_freshness)
        self.shelf = season.place()
        self.shelf.rate = float(season.product.keeping.rate(block.site.celsius))
        season.home.others.append(("shop", self.shelf))
        self.route = Route(season, block, block.site.province)
        self.hours_open = max(clock.shop - clock.orders, 0.0) / 24.0
        self.on_order = self.ordered = self.cut = 0.0
        season.daily(clock.review, self.review)
        season.daily(clock.receipt, self.receive)
        season.daily(clock.shop, self.open)

    def delivery_days(self, places):
        """Days that buyers wait, everywhere the same."""
        return np.full(len(places), self.block.delivery_days)

    def review(self, day):
        """Order up to the base stock."""
        self.season.market.open_day(day)
        if day % self.block.review_days:
            return
        level = self.sale.base_stock_kg
        if level is None:
            lead = self.route.km / self.route.lane.km_per_day + 1.0
            level = float(self.mean.sum()) * self.pack_kg * (self.block.base_stock_days + lead)
        level = min(level, self.block.site.capacity_kg)
        self.ordered = max(level - self.shelf.kg() - self.on_order, 0.0)

    def ship(self, day, parts):
        """The evening's departure."""
        sent = self.route.leave(self.name, day, parts)
        self.on_order += sent
        self.ordered = max(self.ordered - sent, 0.0)

    def receive(self, day):
        """Unload; what is too old is refused, the rest is owed for and goes onto the shelf."""
        season, life = self.season, self.season.life
        for left_day, sent, parts in self.route.unload():
            assert left_day < day, "a truck arrives after it has left"
            self.on_order = max(self.on_order - sent, 0.0)
            for part in parts:
                if 1.0 - part.age / life.median < self.block.min_freshness:
                    season.lose("refused:shop", part.kg)
                    continue
                self.shelf.put(part, season.env.now)
                if not self.block.consignment:
                    self.owe(day, part.kg)

    def owe(self, day, kg):
        """The retailer owes the shelf price less its margin."""
        value = kg * self.sale.price_per_kg * (1.0 - self.block.margin_share)
        self.season.books.owe(self.name, day + self.block.payment_days, value)

    def open(self, day):
        """The shelf is looked over, prices are marked down, customers of the day choose their packs."""
        shrink = self.block.shrink_share_per_day
        self.season.lose("shrink:shop", self.shelf.kg() * shrink)
        for lot in self.shelf.lots:
            lot.kg *= 1.0 - shrink
        if self.block.consignment and self.block.return_freshness is not None:
            self.send_back()
        self.mark_down()
        self.packs = math.floor(self.shelf.kg() / self.pack_kg + 1e-9)
        self.sold = 0
        self.serve()

    def serve(self):
        """Those who stand in the shop get a pack each while there are any, in random order."""
        self.season.random.shuffle(self.today)
        queue, self.today = self.today, []
        free = self.packs - self.sold
        self.sold += min(len(queue), free)
        for place, customer in enumerate(queue):
            customer.answer.succeed(None if place < free else SOLD_OUT)

    def close(self):
        """What was sold leaves the shelf and is booked."""
        if not self.sold:
            return
        season, now, kg = self.season, self.season.env.now, self.sold * self.pack_kg
        parts = take([self.shelf], self.grades, kg, now, Access(self.block.issue))
        fresh = sum(part.kg * season.life.freshness(part.age) for part in parts)
        self.count("sold_kg", kg)
        season.books.flow[self.name, "sale"] += kg * self.sale.price_per_kg * (1.0 - self.cut)
        self.learn(fresh / kg, LEARNING)
        if self.block.consignment:
            self.owe(int(now), kg)

    def mark_down(self):
        """The price is cut by the part of the shelf that is no longer fresh."""
        rule, held = self.block.markdown, self.shelf.kg()
        if rule is None:
            return
        life, now = self.season.life, self.season.env.now
        old = sum(
            lot.kg
            for lot in self.shelf.lots
            if life.freshness(self.shelf.age(lot, now)) < rule.below_freshness
        )
        self.cut = rule.cut_share * (old / held if held > 0.0 else 0.0)
        self.price_seen = self.sale.price_per_kg * (1.0 - self.cut)

    def is_open(self, _kg):
        """Whether there is another pack on the shelf."""
        return self.packs > self.sold

    def send_back(self):
        """Consigned fruit that is too old goes back to the county's gate, ageing on its way."""
        season, now, life = self.season, self.season.env.now, self.season.life
        gate = season.home.gate
        back = self.route.km / self.route.lane.km_per_day
        for grade in self.grades:
            for _, lot in choose([self.shelf], [grade], now, Access("fifo")):
                age = self.shelf.age(lot, now)
                if life.freshness(age) <= self.block.return_freshness:
                    gate.put(Part(lot.day, grade, lot.kg, age + gate.rate * back, 0.0), now)
                    season.books.freight(self.name, lot.kg * self.route.freight_per_kg)
                    lot.kg = 0.0
        self.shelf.sweep()
