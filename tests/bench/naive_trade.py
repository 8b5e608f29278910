"""Markets of the reference model: wholesale session, farm-gate trader, contract buyer with resale."""

import math

from bench.naive_county import lognormal
from bench.naive_fruit import Access, available, take
from bench.naive_shops import Route
from farmsim.domain.seasons import autoregressive, calendar_factor


class Wholesale:
    """A market with a session a day; the price falls with what comes."""

    def __init__(self, season, name, block):
        self.season, self.name, self.block = season, name, block
        self.sale = block.sells[season.product_id]
        self.grades = season.grades_of(name)
        self.route = Route(season, block, block.province)
        self.access = Access("fifo", None, block.min_freshness)
        scenario, home = season.scenario, season.home
        days = scenario.horizon_days
        z = autoregressive(season.rng.standard_normal(days), block.price_persistence)
        months = calendar_factor(scenario.start, days, monthly=block.monthly, weekday=[1.0] * 7, events={})
        glut = sum(home.factors) / len(home.factors)
        level = self.sale.price_per_kg * glut ** (-block.glut_elasticity)
        self.level = [
            level * month * math.exp(block.price_sd * x - block.price_sd**2 / 2.0)
            for month, x in zip(months, z, strict=True)
        ]
        season.daily(season.clock.session, self.session)

    def price(self, day, kg):
        """Price of a session to which the county brings `kg`."""
        volume = 1.0 + kg / self.sale.market_kg_per_day
        return self.level[day] * volume ** (-1.0 / self.block.elasticity)

    def ship(self, day, parts):
        """The evening's departure."""
        self.route.leave(self.name, day, parts)

    def session(self, day):
        """What has come is sold."""
        kg = sum(part.kg for _, _, parts in self.route.unload() for part in parts)
        if kg > 0.0:
            self.season.books.trade(self.name, day, kg, self.price(day, kg))


class Trader:
    """Comes or not, buys up to his trucks, pays less when much waits."""

    def __init__(self, season, name, block):
        self.season, self.name, self.block = season, name, block
        self.sale = block.sells[season.product_id]
        self.grades = season.grades_of(name)
        self.access = Access("fifo", None, block.min_freshness)
        z = autoregressive(season.rng.standard_normal(season.scenario.horizon_days), block.price_persistence)
        self.level = [math.exp(block.price_sd * x - block.price_sd**2 / 2.0) for x in z]
        season.daily(season.clock.trader, self.visit)

    @property
    def glut_kg(self):
        """What he calls a glut."""
        return self.block.truck_kg * self.block.trucks_per_day * self.block.glut_ratio

    def price(self, day, waiting):
        """What he pays when so much waits at the gate."""
        normal, floor = self.sale.price_per_kg * self.level[day], self.sale.floor_price_per_kg
        ratio = max(waiting / self.glut_kg, 1.0)
        return max(normal * ratio ** (-1.0 / self.block.price_elasticity), min(floor, normal))

    def visit(self, day):
        """He loads what was granted as far as his trucks go."""
        season, block, now = self.season, self.block, self.season.env.now
        season.home.before_sale()
        have = {grade: available(season.home.places, grade, now, self.access) for grade in self.grades}
        offered = {grade: min(kg, season.granted[self.name, grade]) for grade, kg in have.items()}
        waiting, total = sum(have.values()), sum(offered.values())
        comes = block.comes_in_glut_share if waiting > self.glut_kg else block.comes_share
        is_here, trucks = season.chance() < comes, math.floor(block.trucks_per_day + season.chance())
        room = trucks * block.truck_kg if is_here else 0.0
        if total <= 0.0 or room <= 0.0:
            return
        part = min(1.0, room / total)
        taken = [
            lot
            for grade, kg in offered.items()
            for lot in take(season.home.places, [grade], kg * part, now, self.access)
        ]
        kg = sum(lot.kg for lot in taken)
        if kg > 0.0:
            season.books.left(self.name, kg)
            season.books.trade(self.name, day, kg, self.price(day, waiting))


class Contract:
    """Takes delivery at the door and sells on for its own account."""

    def __init__(self, season, name, block):
        self.season, self.name, self.block = season, name, block
        self.sale = block.sells[season.product_id]
        self.grades = season.grades_of(name)
        self.access = Access("fifo", None, block.min_freshness)
        self.bought_kg = 0.0
        season.daily(season.clock.contract, self.accept)
        if block.resale is not None:
            self.store = season.place()
            self.store.rate = float(season.product.keeping.rate(block.resale.celsius))
            season.home.others.append(("buyer", self.store))
            season.daily(season.clock.resale, self.sell_on)

    def accept(self, day):
        """What the desk granted and is there."""
        season, now = self.season, self.season.env.now
        season.home.before_sale()
        parts = [
            part
            for grade in self.grades
            for part in take(season.home.places, [grade], season.granted[self.name, grade], now, self.access)
        ]
        kg = sum(part.kg for part in parts)
        if kg <= 0.0:
            return
        self.bought_kg += kg
        season.books.left(self.name, kg)
        season.books.trade(self.name, day, kg, self.sale.price_per_kg)
        if self.block.resale is not None:
            for part in parts:
                self.store.put(part, now)

    def sell_on(self, day):
        """Premium sales of the day, then bulk."""
        season, resale = self.season, self.block.resale
        premium = resale.kg_per_day * lognormal(season.rng.standard_normal(), resale.cv)
        self.resell(premium, resale.price_per_kg)
        self.resell(resale.rest_kg_per_day, resale.rest_price_per_kg)

    def resell(self, most, price):
        """Sell up to `most` kilograms, every grade in proportion, the oldest harvest first."""
        held = self.store.kg()
        part = min(1.0, most / held) if held > 0.0 else 0.0
        for grade in self.grades if part > 0.0 else ():
            parts = take([self.store], [grade], self.store.kg(grade) * part, self.season.env.now, self.access)
            kg = sum(p.kg for p in parts)
            self.season.count(self.name, "resold_kg", kg)
            self.season.books.flow[self.name, "resale"] += kg * price
