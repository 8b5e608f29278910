"""The sales desk of the reference model: fills the desk's view each morning and asks the scenario's policy.

The policy itself (`Desk.planner`) is the decision rule of the scenario and is called, not written anew.
"""

import math

import numpy as np

from bench.naive_fruit import available
from bench.naive_parcels import ParcelShop
from bench.naive_shops import StockedShop
from bench.naive_trade import Contract, Trader, Wholesale
from farmsim.domain.desk_view import DeskLayout, DeskView

STORE_DAYS = 1.0
"""Days that a line's fruit is expected to have spent in store."""


class Desk:
    """Divides what is sellable among the lines, a line being (channel, grade)."""

    def __init__(self, season):
        self.season = season
        scenario, policy = season.scenario, season.scenario.desk
        self.channels = list(scenario.channels)
        self.lines = [(name, grade) for name in self.channels for grade in season.grades_of(name)]
        self.of_line = [self.channels.index(name) for name, _ in self.lines]
        self.ahead = getattr(policy, "horizon_days", 1)
        offers, grades = np.array(self.of_line), np.array([grade for _, grade in self.lines])
        self.goods = len(season.product.grades)
        layout = DeskLayout(
            channels=tuple(self.channels),
            line_good=grades,
            line_offer=offers,
            line_channel=offers,
            line_rank=grades,
            goods=self.goods,
            offers=len(self.channels),
            horizon_days=self.ahead,
        )
        self.planner = policy.planner(layout)
        home, life = season.home, season.life
        self.rate = home.cold_rate if home.cold else home.warm_rate(0)
        half = life.median / 2.0
        self.keep = life.sound(half + self.rate) / life.sound(half)
        self.fixed = {name: self.netback(season.members[name]) for name in self.channels}
        season.daily(season.clock.desk, self.plan)

    def plan(self, day):
        """Ask the policy and write its grants down."""
        season = self.season
        season.home.put_away()
        if season.market:
            season.market.open_day(day)
        grants = self.planner(self.view(day))
        for line, kg in zip(self.lines, grants.tolist(), strict=True):
            season.granted[line] = kg

    def view(self, day):
        """What the desk knows."""
        season, home, now = self.season, self.season.home, self.season.env.now
        intake = np.array(home.intake())
        held = np.array([sum(place.kg(g) for place in home.places) for g in range(self.goods)])
        reach = [
            available(home.places, grade, now, season.members[name].access) + intake[grade]
            for name, grade in self.lines
        ]
        committed = [self.committed(season.members[name]) for name in self.channels]
        wanted = np.array([self.wanted(season.members[name], day) for name in self.channels])
        supply = np.zeros((self.goods, self.ahead))
        for ahead in range(1, min(self.ahead, season.scenario.horizon_days - day)):
            for index, shares in enumerate(home.shares):
                supply[:, ahead] += home.marketable(index, day + ahead) * np.array(shares)
        return DeskView(
            good_kg=intake + held,
            line_kg=np.array(reach),
            committed_kg=np.array(committed),
            wanted_kg=np.minimum(wanted, 1e12),
            remaining_kg=np.array([self.remaining(season.members[name]) for name in self.channels]),
            netback=np.array([self.today(season.members[name], day) for name, _ in self.lines]),
            supply_kg=supply,
            keep_share=np.full(self.goods, self.keep),
        )

    def committed(self, member):
        """What is promised: orders that wait, replenishment orders."""
        match member:
            case ParcelShop():
                return member.pack_kg * sum(not c.gone for c in member.waiting)
            case StockedShop():
                return member.ordered
            case _:
                return 0.0

    def remaining(self, member):
        """What the channel can take in the rest of the season."""
        if isinstance(member, Contract):
            return max(member.sale.total_kg - member.bought_kg, 0.0)
        return math.inf

    def wanted(self, member, day):
        """What the channel could take today and on the days ahead."""
        block = member.block
        match member:
            case ParcelShop() | StockedShop():
                return self.forecast(member, day)
            case Wholesale():
                most = block.max_kg_per_day or math.inf
            case Trader():
                most = math.ceil(block.trucks_per_day) * block.truck_kg
            case Contract():
                most = member.sale.kg_per_day
        return np.full(self.ahead, most)

    def forecast(self, shop, day):
        """Expected demand of a shop, with the desk's error."""
        season = self.season
        rate = float(shop.mean.sum()) * shop.pack_kg
        cv = season.scenario.desk.forecast_cv
        if cv > 0.0:
            variance = math.log1p(cv * cv)
            rate *= math.exp(math.sqrt(variance) * season.rng.standard_normal() - variance / 2.0)
        calendar = season.market.calendar
        days = np.minimum(day + np.arange(self.ahead), len(calendar) - 1)
        wanted = rate * calendar[days] / max(calendar[day], 1e-12)
        if isinstance(shop, StockedShop):
            wanted[0] = shop.ordered
            return wanted
        wanted[0] += self.committed(shop)
        if shop.block.parcels_per_day is not None:
            wanted = np.minimum(wanted, shop.block.parcels_per_day * shop.pack_kg)
        return wanted

    def today(self, member, day):
        """Expected netback per kg: prices of the morning where they move."""
        fixed, kept = self.fixed[member.name]
        match member:
            case Wholesale():
                worth = kept * member.price(day, 0.0) + fixed
                return worth if worth >= member.block.reservation_price_per_kg else -math.inf
            case Trader():
                return member.price(day, 0.0)
            case _:
                return fixed

    def netback(self, member):
        """(Fixed part, share kept of a price that moves)."""
        match member:
            case ParcelShop():
                return self.parcel_netback(member), 1.0
            case StockedShop() | Wholesale():
                return self.bulk_netback(member)
            case Contract():
                return member.sale.price_per_kg, 1.0
            case _:
                return 0.0, 1.0

    def parcel_netback(self, shop):
        """Price less refunds at the mean transit time, fees, freight, box, packing and waiting for money."""
        block, lane, life = shop.block, shop.lane, self.season.life
        days = shop.usual_days
        age = self.rate * STORE_DAYS
        sound = life.sound(age + shop.rate * days) / life.sound(age)
        bad = 1.0 - sound * (1.0 - lane.damage_share)
        refused = block.refund.refused_share
        back = lane.loss_share + bad * (refused + (1.0 - refused) * block.refund.partial_share)
        price = shop.sale.price_per_kg
        freight = float((shop.province_share * shop.freight).sum())
        value = price * (1.0 - back) * (1.0 - block.take.commission_share)
        costs = (freight + shop.sale.packaging_cost + block.packing_cost) / shop.pack_kg
        fees = price * (block.take.ads_share + block.take.operation_share)
        return value * self.waited(block.payment_days + days) - fees - costs

    def bulk_netback(self, member):
        """The same for what goes by truck."""
        block, route, life = member.block, member.route, self.season.life
        days = route.km / route.lane.km_per_day + 0.5
        age = self.rate * STORE_DAYS
        old = age + route.rate(0) * days
        sound = life.sound(old) / life.sound(age) * (1.0 - route.lane.damage_share)
        kept = sound * (1.0 - block.take.commission_share) * self.waited(block.payment_days + days)
        if isinstance(member, Wholesale):
            return -route.freight_per_kg, kept
        if 1.0 - old / life.median < block.min_freshness:
            return -math.inf, 0.0
        price = member.sale.price_per_kg * (1.0 - block.margin_share) * (1.0 - block.take.back_margin_share)
        return kept * price - route.freight_per_kg, kept

    def waited(self, days):
        """Value today of one yuan that is paid after so many days."""
        return 1.0 / (1.0 + self.season.scenario.desk.interest_per_year * days / 365.0)
