"""Parcel shops of the reference model: a process for every order, from the buyer's click to the review."""

import math
from bisect import bisect
from itertools import accumulate

import numpy as np

from bench.naive_fruit import Access, Pile, available, take
from farmsim.domain.network import road_km, transit_probabilities

LEARNING = 0.15
"""Weight of a day's arrivals in buyers' picture of freshness."""
RARE = 1e-3
"""Transit times less likely than this are left out."""
SOLD_OUT, WAIT = object(), object()


class Customer:
    """An order that stands in a shop's queue; `answer` fires when the shop has decided about it."""

    __slots__ = ("answer", "gone", "province", "waited")

    def __init__(self, province, answer):
        self.province, self.answer = province, answer
        self.waited = 0
        self.gone = False


class Shop:
    """What parcel shops and stocked shops have in common."""

    rating = rating_start = 0.0

    def __init__(self, season, name, block):
        self.season, self.name, self.block = season, name, block
        self.sale = block.sells[season.product_id]
        self.pack_kg = self.sale.pack_kg or season.product.pack_kg
        self.grades = season.grades_of(name)
        self.seen_freshness = season.product.demand.expected_freshness
        self.price_seen = self.sale.price_per_kg
        self.today: list[Customer] = []

    def count(self, what, much=1.0):
        """Add to the season's totals of this shop."""
        self.season.count(self.name, what, much)

    def learn(self, freshness, weight):
        """Buyers' picture of freshness moves towards what they got."""
        self.seen_freshness += weight * (freshness - self.seen_freshness)


class ParcelShop(Shop):
    """Sells from the county's stores, a parcel an order, with a courier cut-off."""

    def __init__(self, season, name, block):
        super().__init__(season, name, block)
        self.rating = self.rating_start = block.rating.start
        self.access = Access(block.issue, block.age_limit_days, block.min_freshness)
        (self.grade,) = self.grades
        clock = season.clock
        self.lane = season.county.lanes[block.lane]
        self.rate = float(season.product.keeping.rate(self.lane.celsius))
        self.price = self.sale.price_per_kg * self.pack_kg
        self.first_slot = 1.0 + (clock.delivery - clock.cutoff) / 24.0
        self.hours_open = (clock.cutoff - clock.orders) / 24.0
        self.waiting: list[Customer] = []
        self.packed_today = 0
        self.reviews = []
        self.fresh = []
        self.promise = block.waiting.promise_days if block.waiting else 0
        self.leaves = 1.0 - math.exp(-1.0 / block.waiting.patience_days) if block.waiting else 1.0

    def delivery_days(self, places):
        """Days that buyers expect to wait, by province; sets up distances, freight and transit times."""
        lane, home = self.lane, self.season.county.place
        where = np.array([[p.latitude, p.longitude] for p in places])
        km = road_km(home.latitude, home.longitude, where[:, 0], where[:, 1])
        far = (km - lane.reference_km) / 1000.0
        self.mean_days = np.maximum(lane.transit_days + far * lane.days_per_1000_km, 0.5)
        extra = (self.pack_kg - lane.reference_kg) * lane.price_per_extra_kg
        freight = lane.price_per_parcel + extra + 1000.0 * far * lane.price_per_extra_km
        self.freight = np.maximum(freight, 0.2 * lane.price_per_parcel)
        self.usual_days = float((self.province_share * self.mean_days).sum())
        chance = transit_probabilities(self.mean_days, lane.transit_cv, self.first_slot)
        likely = np.where(chance > RARE, chance, 0.0).tolist()
        self.transit = [list(accumulate(row)) for row in likely]
        if self.block.expected_delivery_days is not None:
            return np.full(len(places), self.block.expected_delivery_days)
        return self.mean_days

    def able(self, kg, *, again=False):
        """Parcels that so much fruit and the packers allow now."""
        parcels = math.floor(kg / self.pack_kg + 1e-9)
        if self.block.parcels_per_day is None:
            return parcels
        used = 0 if again and not self.season.reading.capacity_is_daily else self.packed_today
        return max(min(parcels, math.floor(self.block.parcels_per_day) - used), 0)

    def is_open(self, kg):
        """Whether a buyer who comes from elsewhere could still be served today from so much fruit."""
        if self.waiting and self.season.reading.capacity_is_daily:
            return False
        return self.granted >= self.pack_kg and self.able(kg, again=True) >= 1

    def select(self, kg, *, again=False):
        """Who gets a parcel: the longest waiting first, those of a day in random order; the rest is told."""
        if not again:
            self.packed_today = 0
        self.season.random.shuffle(self.today)
        new, self.today = self.today, []
        queue = new if again else [c for c in self.waiting if not c.gone] + new
        able = self.able(kg, again=again)
        chosen, rest = queue[:able], queue[able:]
        self.packed_today += len(chosen)
        waits = self.block.waiting is not None and not again
        for customer in rest:
            customer.answer.succeed(WAIT if waits else SOLD_OUT)
        if not again:
            self.waiting = rest if waits else []
        return chosen

    @property
    def granted(self):
        """What the desk has granted and is not used yet, kg."""
        return self.season.granted[self.name, self.grade]

    def send(self, province):
        """The courier takes a parcel: everybody is paid, the buyer too pays now."""
        flow, block = self.season.books.flow, self.block
        flow[self.name, "sale"] += self.price
        flow[self.name, "packaging"] += self.sale.packaging_cost
        flow[self.name, "packing"] += block.packing_cost
        flow[self.name, "ads"] += self.price * block.take.ads_share
        flow[self.name, "operation"] += self.price * block.take.operation_share
        self.season.books.freight(self.name, self.freight[province])

    def travel(self, customer, pack):
        """The parcel's own way: transit, loss, damage, decay, refund and review."""
        season, env = self.season, self.season.env
        self.send(customer.province)
        upto = self.transit[customer.province]
        days = self.first_slot + min(bisect(upto, season.chance() * upto[-1]), len(upto) - 1)
        season.on_road += 1
        yield env.timeout(days)
        season.on_road -= 1
        if season.chance() < self.lane.loss_share:
            self.count("lost_parcels")
            season.lose("lost_in_transit:parcel", self.pack_kg)
            self.season.books.flow[self.name, "refund"] += self.price
            return
        self.arrive(days, customer.waited, pack)

    def arrive(self, days, waited, pack):
        """What is in the box, what the buyer does about it, and what is said of it."""
        life, block, rating = self.season.life, self.block, self.block.rating
        if not self.season.reading.waits_are_counted:
            waited = min(waited, self.promise + 1)
        sound = fresh = 0.0
        for share, age, spent in pack:
            older = age + self.rate * days
            sound += share * 2.0 ** (spent - life.spent(older))
            fresh += share * life.freshness(older)
        chance = self.season.chance
        is_bad = chance() >= sound * (1.0 - self.lane.damage_share)
        is_refused = is_bad and chance() < block.refund.refused_share
        money_back = block.refund.partial_share * self.price if is_bad else 0.0
        if is_refused:
            self.count("refused_parcels")
            self.season.lose("returned:consumer", self.pack_kg)
            money_back = self.price
        else:
            self.count("kept_parcels")
            self.count("sold_kg", self.pack_kg)
            due = math.floor(self.season.env.now) + block.payment_days
            self.season.books.owe(self.name, due, self.price - money_back)
        self.count("bad_parcels", is_bad)
        self.count("freshness", fresh)
        self.count("days", days + waited)
        self.season.books.flow[self.name, "refund"] += money_back
        late = max(days + waited - (self.usual_days + self.promise) - 1.0, 0.0)
        self.reviews.append((rating.score_bad if is_bad else rating.score_good) - late * rating.late_penalty)
        self.fresh.append(fresh)

    def read_reviews(self):
        """The day's reviews move the rating one by one, in no particular order."""
        self.season.random.shuffle(self.reviews)
        for score in self.reviews:
            self.rating += self.block.rating.smoothing * (score - self.rating)
        if self.fresh:
            self.learn(sum(self.fresh) / len(self.fresh), LEARNING)
        self.reviews, self.fresh = [], []


class Courier:
    """The consumers' day: orders come in, the cut-off decides, the disappointed choose once more."""

    def __init__(self, season, market):
        self.season, self.market = season, market
        self.parcel_shops = [s for s in market.shops if isinstance(s, ParcelShop)]
        self.stocked_shops = [s for s in market.shops if not isinstance(s, ParcelShop)]
        self.again = season.env.event()
        season.daily(season.clock.orders, self.morning)
        season.env.process(self.cut_offs())
        season.env.process(self.evenings())

    def morning(self, day):
        """Every order of the day is a process of its own."""
        for province, orders in enumerate(self.market.numbers(day)):
            for _ in range(orders):
                self.season.env.process(self.order(province))

    def order(self, province):
        """One buyer: comes, waits for an answer, waits on, gives up, goes elsewhere, gets a parcel."""
        env, chance = self.season.env, self.season.chance
        shop = self.market.choose(province)
        shop.count("orders")
        yield env.timeout(chance() * shop.hours_open)
        customer = Customer(province, env.event())
        shop.today.append(customer)
        answer = yield customer.answer
        if answer is not WAIT and answer is not SOLD_OUT:
            shop.count("at_once")
        while answer is WAIT:
            customer.waited += 1
            if customer.waited > shop.promise and chance() < shop.leaves:
                customer.gone = True
                shop.count("cancelled")
                return
            customer.answer = env.event()
            answer = yield customer.answer
        if answer is SOLD_OUT:
            shop.count("lost")
            open_shops = yield self.again
            shop = self.market.choose_again(province, open_shops)
            if shop is None:
                return
            customer = Customer(province, env.event())
            shop.today.append(customer)
            answer = yield customer.answer
            if answer is SOLD_OUT:
                return
            shop.count("switched_in")
        if isinstance(shop, ParcelShop):
            yield from shop.travel(customer, answer)

    def cut_offs(self):
        """Two rounds at each day's cut-off; the second is for those whose first choice was sold out."""
        env = self.season.env
        yield env.timeout(self.season.clock.cutoff / 24.0)
        for _ in range(self.season.scenario.horizon_days):
            self.season.home.before_sale()
            self.pack()
            self.share_rest()
            fruit = self.fruit()
            now_open = [s for s in self.market.shops if s.is_open(fruit.get(s, 0.0))]
            self.again.succeed(now_open)
            yield env.timeout(0.0)
            self.again = env.event()
            self.pack(again=True)
            for shop in self.stocked_shops:
                shop.serve()
                shop.close()
            yield env.timeout(1.0)

    def share_rest(self):
        """Fruit granted to nobody, or to a trader, is open to the parcel shops in equal parts once more."""
        granted, places = self.season.granted, self.season.home.places
        blocks = self.season.scenario.channels
        for grade in dict.fromkeys(shop.grade for shop in self.parcel_shops):
            shops = [shop for shop in self.parcel_shops if shop.grade == grade]
            have = sum(lot.kg for place in places for lot in place.lots if lot.grade == grade)
            promised = sum(
                kg for (c, of), kg in granted.items() if of == grade and blocks[c].kind != "trader"
            )
            for shop in shops:
                granted[shop.name, grade] += max(have - promised, 0.0) / len(shops)

    def ways(self):
        """Shops that take the same grade by the same rules, together."""
        ways = {}
        for shop in self.parcel_shops:
            ways.setdefault((shop.access, shop.grade), []).append(shop)
        return ways.items()

    def fruit(self):
        """What each parcel shop may take now: its grant, less in proportion where the fruit is short."""
        home, now, found = self.season.home, self.season.env.now, {}
        for (access, grade), shops in self.ways():
            wanted = sum(shop.granted for shop in shops)
            have = available(home.places, grade, now, access) if wanted > 0.0 else 0.0
            for shop in shops:
                found[shop] = shop.granted * (min(1.0, have / wanted) if wanted > 0.0 else 0.0)
        return found

    def pack(self, *, again=False):
        """Pack from one table per way, where everybody's parcels come in random order."""
        season = self.season
        for (access, grade), shops in self.ways():
            fruit = self.fruit()
            table = []
            for shop in shops:
                chosen = shop.select(fruit[shop], again=again)
                kg = len(chosen) * shop.pack_kg
                season.granted[shop.name, grade] -= kg
                season.books.left(shop.name, kg)
                table += [(customer, shop.pack_kg) for customer in chosen]
            if not table:
                continue
            season.random.shuffle(table)
            total = sum(kg for _, kg in table)
            pile = Pile(take(season.home.places, [grade], total, season.env.now, access))
            for customer, kg in table:
                customer.answer.succeed(pile.pack(kg))

    def evenings(self):
        """After the couriers have come: ratings and reputation of the day."""
        env = self.season.env
        yield env.timeout((self.season.clock.delivery + 0.05) / 24.0)
        while env.now < self.season.scenario.horizon_days or self.season.on_road:
            for shop in self.parcel_shops:
                shop.read_reviews()
            yield env.timeout(1.0)
