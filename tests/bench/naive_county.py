"""The county of the reference model: weather, growers, packhouse, cold store and gate."""

import math

import simpy

from bench.naive_fruit import Part, Place
from farmsim.domain.distributions import draw
from farmsim.domain.network import worked_until
from farmsim.domain.seasons import ambient_celsius, harvest_bell


def lognormal(z, cv):
    """A factor with mean 1 from a standard normal."""
    variance = math.log1p(cv * cv)
    return math.exp(math.sqrt(variance) * z - variance / 2.0)


class County:
    """Where the fruit grows, is sorted and lies until somebody takes it."""

    def __init__(self, season):
        self.season = season
        scenario, rng = season.scenario, season.rng
        self.block = season.county
        self.days = scenario.horizon_days
        self.keeping = season.product.keeping
        self.celsius = ambient_celsius(self.block.climate, scenario.start, rng.standard_normal(self.days))
        self.gate = season.place()
        self.cold = season.place() if self.block.cold_store else None
        self.cold_rate = float(self.keeping.rate(self.block.cold_store.celsius)) if self.cold else None
        self.places = [self.cold, self.gate] if self.cold else [self.gate]
        self.others: list[tuple[str, Place]] = []
        """Shelves and buyers' stores, which are inspected at the same hour."""
        self.lines = simpy.Resource(season.env, self.block.packhouse.lines) if self.block.packhouse else None
        self.sorted = []
        self.grow()
        season.daily(season.clock.inspection, self.inspect)
        season.daily(season.clock.harvest, self.harvest)
        self.set_rates(0)

    def warm_rate(self, day):
        """Ageing speed in the open."""
        return float(self.keeping.rate(self.celsius[min(day, self.days - 1)]))

    def set_rates(self, day):
        """The day's speed at the gate; the store keeps its own."""
        self.gate.rate = self.warm_rate(day)
        if self.cold:
            self.cold.rate = self.cold_rate

    def grow(self):
        """Draw the season's crop: what each group picks a day, and its grades."""
        rng, start = self.season.rng, self.season.scenario.start
        yield_z, grade_z = rng.standard_normal(2)
        self.groups = list(self.block.growers.values())
        self.picks, self.shares, self.factors = [], [], []
        self.waiting = [0.0] * len(self.groups)
        for group in self.groups:
            factor = lognormal(yield_z, group.season_yield_cv)
            bell = harvest_bell(group.harvest, start, self.days, rng.standard_normal())
            for shock in group.shocks.values():
                assert shock.chance == 0.0, "the reference model knows no hail"
            self.factors.append(factor)
            self.picks.append(group.households * group.land_mu * group.yield_kg_per_mu * factor * bell)
            self.shares.append(self.grades(group, grade_z))

    def grades(self, group, z):
        """Shares of the grades, best first; the best one moves on the logit scale."""
        share = [group.grade_shares.get(grade, 0.0) for grade in self.season.product.grades]
        best = share[0]
        if group.grade_sd > 0.0 and 0.0 < best < 1.0:
            moved = 1.0 / (1.0 + math.exp(-(math.log(best / (1.0 - best)) + group.grade_sd * z)))
            share = [moved] + [s * (1.0 - moved) / (1.0 - best) for s in share[1:]]
        return [s / sum(share) for s in share]

    def marketable(self, index, day):
        """Kilograms of a group that go to the packhouse on a day."""
        group = self.groups[index]
        return self.picks[index][day] * (1.0 - group.field_loss_share) * (1.0 - group.own_use_share)

    def harvest(self, day):
        """Pick; field loss stays behind, the rest goes to the packhouse in loads."""
        season = self.season
        for index, group in enumerate(self.groups):
            kg = float(self.picks[index][day])
            if kg <= 0.0:
                continue
            season.total["harvested_kg"] += kg
            season.lose("culled:field", kg * group.field_loss_share)
            kg = float(self.marketable(index, day))
            if self.lines is None:
                self.finish(index, day, kg, 0.0)
            else:
                self.send_loads(index, day, kg)

    def send_loads(self, index, day, kg):
        """The day's loads of one group, each a process."""
        season, house = self.season, self.block.packhouse
        rng = season.rng
        if house.arrivals == "poisson":
            count = max(1, int(rng.poisson(kg / house.load_kg)))
            when = sorted(rng.random(count))
            size = house.load_kg
        else:
            count = max(1, round(kg / house.load_kg))
            when = [(i + rng.random()) / count * season.clock.picking_hours / 24.0 for i in range(count)]
            size = kg / count
        hours = size / house.kg_per_hour * draw(house.service, rng, count)
        self.waiting[index] += kg
        for after, work in zip(when, hours, strict=True):
            season.env.process(self.load(index, day, kg / count, after, float(work)))

    def load(self, index, day, kg, after, hours):
        """One load: comes, waits for a line, is sorted while the shift works."""
        env, house = self.season.env, self.block.packhouse
        yield env.timeout(after)
        came = env.now
        with self.lines.request() as turn:
            yield turn
            yield env.timeout(worked_until(env.now, hours, house.opens_hour, house.shift_hours) - env.now)
        self.waiting[index] -= kg
        self.finish(index, day, kg, env.now - came)

    def finish(self, index, day, kg, waited):
        """What failed in the open and what is damaged is thrown out; the rest has aged while it waited."""
        season = self.season
        now = season.env.now
        age = waited * self.warm_rate(int(now))
        failed = kg * (1.0 - season.life.sound(age))
        damaged = (kg - failed) * season.product.packhouse_damage_share
        if now >= self.days:
            return
        season.lose("spoiled:packhouse", failed)
        season.lose("damaged:packhouse", damaged)
        self.sorted.append((index, day, kg - failed - damaged, age, now))
        if season.reading.put_away_at_once:
            self.put_away()

    def intake(self):
        """What the desk expects to be sorted by evening, by grade."""
        expected = [0.0] * len(self.season.product.grades)
        if self.lines is None:
            return expected
        house, total = self.block.packhouse, sum(self.waiting)
        able = house.lines * house.kg_per_hour * house.shift_hours
        for index, kg in enumerate(self.waiting):
            for grade, share in enumerate(self.shares[index]):
                expected[grade] += min(1.0, able / max(total, 1e-300)) * kg * share
        return expected

    def before_sale(self):
        """Put away what has been sorted, where that is done before each sale."""
        if self.season.reading.put_away_at_each_sale:
            self.put_away()

    def put_away(self):
        """Sorted fruit goes into the cold store as far as there is room, the rest stays at the gate."""
        now = self.season.env.now
        total = sum(kg for _, _, kg, _, _ in self.sorted)
        inside = 0.0
        if self.cold and total > 0.0:
            inside = min(1.0, max(self.block.cold_store.capacity_kg - self.cold.kg(), 0.0) / total)
        warming = self.cooling_age(int(now)) if self.cold else 0.0
        warm = self.warm_rate(int(now))
        for index, day, kg, sorted_age, at in self.sorted:
            age = sorted_age + (now - at) * warm
            for grade, share in enumerate(self.shares[index]):
                if share > 0.0 and inside > 0.0:
                    self.cold.put(Part(day, grade, kg * share * inside, age + warming, 0.0), now)
                if share > 0.0 and inside < 1.0:
                    self.gate.put(Part(day, grade, kg * share * (1.0 - inside), age, 0.0), now)
        self.sorted = []

    def cooling_age(self, day):
        """Thermal days beyond those of the store that pass while fruit cools down."""
        house = self.block.packhouse
        cooled = house is not None and house.precool_celsius is not None
        hours = house.precool_hours if cooled else self.block.cold_store.cooling_hours
        return hours / 24.0 * max(self.warm_rate(day) - self.cold_rate, 0.0) / 2.0

    def inspect(self, day):
        """Morning: all stock ages and is sorted over; what waited moves into free room."""
        season = self.season
        now = season.env.now
        self.put_away()
        for name, place in [("gate", self.gate), ("cold", self.cold), *self.others]:
            if place is None:
                continue
            spoiled, discarded = place.inspect(now)
            if name != "buyer":
                season.lose(f"spoiled:{name}", spoiled)
                season.lose(f"unsold:{name}", discarded)
        if self.cold:
            self.restow(now)
        self.set_rates(day)

    def restow(self, now):
        """Every lot at the gate moves into the store in proportion to the room."""
        waiting = self.gate.kg()
        room = max(self.block.cold_store.capacity_kg - self.cold.kg(), 0.0)
        part = min(1.0, room / waiting) if waiting > 0.0 else 0.0
        for lot in self.gate.lots:
            if part > 0.0:
                self.cold.put(Part(lot.day, lot.grade, lot.kg * part, lot.age, 0.0), now)
                lot.kg *= 1.0 - part
        self.gate.sweep()
