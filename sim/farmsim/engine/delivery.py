"""Parcels on their way: how they travel, in which state they arrive, what is refunded, what customers say.

All parcels of one (offer, transit slot) that leave on a day have the same law of arriving bad, so their
outcomes may be drawn together. A parcel ends as exactly one of kept, refused or lost.
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import ParcelChannel
from farmsim.domain.demand import reputation
from farmsim.domain.network import ParcelLane
from farmsim.domain.produce import freshness
from farmsim.domain.records import Delivered, Fates
from farmsim.domain.sums import sum_by
from farmsim.engine.books import Books, Cost
from farmsim.engine.catchment import Market
from farmsim.engine.consumers import Consumers
from farmsim.engine.customers import Posted
from farmsim.engine.layout import Layout, parcel_lane
from farmsim.engine.world import World

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]

LEARNING = 0.15
"""Weight of a day's arrivals in buyers' picture of freshness (assumption, 0.05 to 0.3)."""
COSTS: tuple[Cost, ...] = ("packaging", "packing", "packing_wage", "ads", "operation")
"""Costs of a shop in the order in which they are paid."""
KEPT, REFUSED, LOST, BAD, FRESH, DAYS, LATE, SPOILED, LEFT = range(9)
"""What the calendar of arrivals adds up: parcels by outcome, and sums over parcels that arrive."""


class Load(NamedTuple):
    """Lot parts packed for the courier: whose (position among consumer offers), mass, thermal age, hazard."""

    at: Indices
    kg: Floats
    age: Floats
    hazard: Floats


class ParcelRules(NamedTuple):
    """Rules of the parcel channels as arrays by consumer offer; stocked offers have zeros."""

    pack_kg: Floats
    price: Floats
    """Price of one parcel."""
    damage: Floats
    loss: Floats
    rate: Floats
    """Ageing speed inside the parcel."""
    chilled: Floats
    """Share injured by a day in a parcel colder than the product bears."""
    ripe_start: Floats
    ripe_life: Floats
    median: Floats
    shape: Floats
    refused: Floats
    partial: Floats
    score_good: Floats
    score_bad: Floats
    late_penalty: Floats
    smoothing: Floats
    promise_days: Integers
    waits: NDArray[np.bool_]
    patience_days: Floats
    leaves_share: Floats
    """Chance that an overdue customer cancels on a day."""
    packaging: Floats
    packing: Floats
    packing_wages: Floats
    ads: Floats
    operation: Floats
    payment_days: Floats
    usual_days: Floats
    """Mean transit time over the provinces served."""

    @classmethod
    def of(cls, layout: Layout, market: Market) -> Self:
        """The rules of a scenario."""
        blocks = [layout.blocks[layout.offers.channel[o]] for o in market.offer]
        parcels = [
            (o, b if isinstance(b, ParcelChannel) else None)
            for o, b in zip(market.offer, blocks, strict=True)
        ]
        lanes: list[ParcelLane | None] = [
            parcel_lane(layout.scenario, layout.offers.ids[o][1], b) if b else None for o, b in parcels
        ]
        keeping = [layout.scenario.products[layout.products[p]].keeping for p in market.product]
        pack_kg = layout.offers.pack_kg[market.offer]
        celsius = np.array([lane.celsius if lane else np.nan for lane in lanes])
        waiting = [b.waiting if b else None for _, b in parcels]
        return cls(
            pack_kg=pack_kg,
            price=layout.offers.price[market.offer] * pack_kg,
            damage=np.array([lane.damage_share if lane else 0.0 for lane in lanes]),
            loss=np.array([lane.loss_share if lane else 0.0 for lane in lanes]),
            rate=np.where(np.isnan(celsius), 1.0, layout.keepings.rates(market.product, celsius)),
            chilled=layout.keepings.chilled(market.product, celsius),
            ripe_start=np.array([k.ripe_start for k in keeping]),
            ripe_life=np.array([k.ripe_life for k in keeping]),
            median=np.array([k.median_days for k in keeping]),
            shape=np.array([k.shape for k in keeping]),
            refused=np.array([b.refund.refused_share if b else 0.0 for _, b in parcels]),
            partial=np.array([b.refund.partial_share if b else 0.0 for _, b in parcels]),
            score_good=np.array([b.rating.score_good if b else 0.0 for _, b in parcels]),
            score_bad=np.array([b.rating.score_bad if b else 0.0 for _, b in parcels]),
            late_penalty=np.array([b.rating.late_penalty if b else 0.0 for _, b in parcels]),
            smoothing=np.array([b.rating.smoothing if b else 0.5 for _, b in parcels]),
            promise_days=np.array([w.promise_days if w else 0 for w in waiting], dtype=np.int64),
            waits=np.array([w is not None for w in waiting]),
            patience_days=np.array([w.patience_days if w else 0.0 for w in waiting]),
            leaves_share=np.array([-np.expm1(-1.0 / w.patience_days) if w else 0.0 for w in waiting]),
            packaging=np.array(
                [b.sells[layout.offers.ids[o][2]].packaging_cost if b else 0.0 for o, b in parcels]
            ),
            packing=np.array([b.packing_cost if b else 0.0 for _, b in parcels]),
            packing_wages=np.array([b.packing_wage_share if b else 0.0 for _, b in parcels]),
            ads=np.array([b.take.ads_share if b else 0.0 for _, b in parcels]),
            operation=np.array([b.take.operation_share if b else 0.0 for _, b in parcels]),
            payment_days=np.array([b.payment_days if b else 0.0 for _, b in parcels]),
            usual_days=(market.transit_days * market.province_share).sum(axis=1),
        )

    def unit_costs(self) -> Floats:
        """What a parcel costs: its price, then `COSTS`; as an amount and a share of it, [2, item, offer]."""
        one = np.ones_like(self.price)
        amounts = [self.price, self.packaging, self.packing, self.packing, self.price, self.price]
        shares = [one, one, 1.0 - self.packing_wages, self.packing_wages, self.ads, self.operation]
        return np.array([amounts, shares])


class Courier:
    """Parcels between cut-off and door."""

    def __init__(self, world: World, consumers: Consumers, books: Books, rules: ParcelRules) -> None:
        self._world = world
        self._consumers = consumers
        self._books = books
        self._rules = rules
        market, layout = consumers.market, world.layout
        offers, slots = len(market.offer), len(market.slot_days)
        self._ring = np.zeros((slots + 2, LEFT + 1, offers))
        """What arrives, [day modulo its length, kind, consumer offer]."""
        self._places = np.arange(offers * slots).reshape(offers, slots)
        self._slot_age = rules.rate[:, None] * market.slot_days
        self._unhurt = (1.0 - rules.damage[:, None]) * (1.0 - rules.chilled[:, None]) ** market.slot_days
        self._promised = (rules.usual_days + rules.promise_days)[:, None]
        self._product = layout.offers.product[market.offer]
        channel = layout.offers.channel[market.offer]
        self._sold_as = [f"sold:{name}" for name in layout.channels]
        self._sold_key = channel * len(layout.products) + self._product
        self._terms = [
            (float(d), rules.payment_days == d) for d in np.unique(rules.payment_days[market.parcel])
        ]
        self._freight = market.freight.ravel()[market.cells.pair]
        self._slot_cell = market.cells.offer * slots + market.cells.slot
        self._unit_costs = rules.unit_costs()
        if np.count_nonzero(market.parcel):
            world.daily(world.clock.delivery, self.deliver, beyond=True)

    def take(self, day: int, done: Integers, waits: Integers, loads: list[Load]) -> None:
        """Parcels of the day, by cell, leave: the dispatch is booked and their arrivals are drawn.

        `waits` says how many of them had waited for how long, [days waited, consumer offer].
        """
        market = self._consumers.market
        cells, shape = market.cells, self._places.shape
        packs, freight = np.zeros((2, shape[0]))
        packs[cells.owners] = np.add.reduceat(done, cells.first)
        freight[cells.owners] = np.add.reduceat(done * self._freight, cells.first)
        by_slot = sum_by(self._slot_cell, done.astype(np.float64), minlength=self._places.size)
        self._book(packs, freight)
        some = np.add.reduce(waits, axis=1).nonzero()[0].tolist()
        shares = {wait: waits[wait] / np.maximum(packs, 1.0) for wait in some if wait > 0}
        self._travel(day, by_slot.reshape(shape), shares, loads)

    def deliver(self, day: int) -> None:
        """Today's arrivals: refunds, debts of the platforms, reviews."""
        place = day % len(self._ring)
        ended = self._ring[place]
        kept, refused, lost = ended[KEPT], ended[REFUSED], ended[LOST]
        total = kept + refused + lost
        if not np.count_nonzero(total):
            return
        world, rules = self._world, self._rules
        self._settle(day, ended, ended[LEFT] / np.maximum(total, 1.0))
        self._review(ended)
        sold = sum_by(self._sold_key, kept * rules.pack_kg, len(self._sold_as) * len(world.layout.products))
        for name, kg in zip(self._sold_as, sold.reshape(len(self._sold_as), -1), strict=True):
            if np.count_nonzero(kg):
                world.kg.add_by_product(name, kg)
        if np.count_nonzero(refused):
            world.kg.add("returned:consumer", self._product, refused * rules.pack_kg)
        if np.count_nonzero(lost):
            lost_kg = lost * rules.pack_kg
            world.lose(min(day, world.days - 1), "parcel", "lost_in_transit", self._product, lost_kg)
        if world.wants is None or Delivered in world.wants:
            copy = ended.copy()
            world.record(
                Delivered(
                    day, copy[KEPT], copy[REFUSED], copy[LOST], copy[BAD], copy[FRESH],
                    copy[DAYS], copy[SPOILED], self._consumers.rating.copy(),
                )
            )  # fmt: skip
        self._ring[place] = 0.0

    def _review(self, ended: Floats) -> None:
        """Customers rate what came and remember how fresh it was."""
        rules, consumers = self._rules, self._consumers
        reviews, bad = ended[KEPT] + ended[REFUSED], ended[BAD]
        score = (reviews - bad) * rules.score_good + bad * rules.score_bad
        score = np.maximum(score - ended[LATE] * rules.late_penalty, 0.0)
        consumers.rating = reputation(consumers.rating, score, reviews, rules.smoothing)
        some = reviews.nonzero()[0]
        consumers.learn(some, ended[FRESH][some] / reviews[some], LEARNING)

    def _book(self, packs: Floats, freight: Floats) -> None:
        """Consumers pay, carriers, boxes, packers and traffic are paid; by offer."""
        world = self._world
        amounts = packs * self._unit_costs[0]
        amounts *= self._unit_costs[1]
        by_offer = self._by_offer(np.concatenate((amounts, freight[None])))
        world.money.post("sale", world.accounts.consumers, world.accounts.channel, by_offer[0])
        self._books.freight_by_offer(by_offer[-1])
        for item, amount in zip(COSTS, by_offer[1:-1], strict=True):
            self._books.cost(item, amount)

    def _travel(self, day: int, count: Floats, waited: dict[int, Floats], loads: list[Load]) -> None:
        """Draw how the day's parcels, [consumer offer, slot], end, and put it on the calendar.

        `waited` is the share of them that had waited so many days; the others left on the day of the order.
        """
        market, rules = self._consumers.market, self._rules
        at, kg, age, hazard = loads[0] if len(loads) == 1 else map(np.concatenate, zip(*loads, strict=True))
        older = np.maximum(age[:, None] + self._slot_age[at], 0.0) / rules.median[at, None]
        share = (kg / sum_by(at, kg)[at])[:, None]
        sound = self._mixed(at, np.exp2(hazard[:, None] - older ** rules.shape[at, None]) * share)
        fresh = self._mixed(
            at, freshness(older, rules.ripe_start[at, None], rules.ripe_life[at, None]) * share
        )
        p_bad = np.minimum(np.maximum(1.0 - sound * self._unhurt, 0.0), 1.0)
        ended = np.zeros((LEFT + 1, *count.shape))
        self._draw_outcomes(day, count, p_bad, ended.reshape(LEFT + 1, -1))
        if self._world.wants is None or Fates in self._world.wants:
            self._world.record(Fates(day, count, *ended[[LOST, BAD, REFUSED]]))
        arrived = count - ended[LOST]
        late_days = market.slot_days - self._promised - 1.0
        elapsed, late = market.slot_days + np.zeros((len(count), 1)), np.maximum(late_days, 0.0)
        for days, part in waited.items():
            elapsed += days * part[:, None]
            late = late + part[:, None] * (np.maximum(late_days + days, 0.0) - np.maximum(late_days, 0.0))
        np.subtract(arrived, ended[REFUSED], out=ended[KEPT])
        np.multiply(arrived, fresh, out=ended[FRESH])
        np.multiply(arrived, elapsed, out=ended[DAYS])
        np.multiply(arrived, late, out=ended[LATE])
        np.multiply(ended[BAD] - ended[REFUSED], rules.pack_kg[:, None], out=ended[SPOILED])
        np.multiply(count, float(day), out=ended[LEFT])
        self._put_on_calendar(day + 1, ended.transpose(2, 0, 1))

    def _mixed(self, at: Indices, values: Floats) -> Floats:
        """Sums of lot parts, [lot part, slot], by consumer offer and slot."""
        sums = sum_by(self._places[at].reshape(-1), values.reshape(-1), minlength=self._places.size)
        return sums.reshape(self._places.shape)

    def _put_on_calendar(self, first: int, ended: Floats) -> None:
        """Add what ends on consecutive days from `first` on, [day, kind, consumer offer]."""
        days, place = len(ended), first % len(self._ring)
        fit = min(days, len(self._ring) - place)
        self._ring[place : place + fit] += ended[:fit]
        if fit < days:
            self._ring[: days - fit] += ended[fit:]
        self._world.last_arrival = max(self._world.last_arrival, first + days - 1)

    def _draw_outcomes(self, day: int, count: Floats, p_bad: Floats, ended: Floats) -> None:
        """Lost, bad and refused parcels by (offer, slot)."""
        rules = self._rules
        some = count.reshape(-1).nonzero()[0]
        offer = some // count.shape[1]
        bad = p_bad.reshape(-1)[some]
        posted = Posted(some, count.reshape(-1)[some], rules.loss[offer], bad, rules.refused[offer])
        fates = self._consumers.customers.fates(day, posted)
        ended[LOST, some], ended[BAD, some], ended[REFUSED, some] = fates

    def _settle(self, day: int, ended: Floats, left_day: Floats) -> None:
        """Refunds go back to consumers at once; the platforms owe the rest after their delay."""
        world, rules = self._world, self._rules
        softened = (ended[BAD] - ended[REFUSED]) * rules.partial
        refund = (ended[REFUSED] + ended[LOST] + softened) * rules.price
        world.money.post("refund", world.accounts.channel, world.accounts.consumers, self._by_offer(refund))
        value = (ended[KEPT] - softened) * rules.price
        for days, which in self._terms:
            owed = np.where(which, value, 0.0)
            if np.count_nonzero(owed):
                self._books.owe_receipt(day + days, self._by_offer(left_day), self._by_offer(owed))

    def _by_offer(self, values: Floats) -> Floats:
        """From consumer offers to all offers, along the last axis."""
        out = np.zeros((*values.shape[:-1], len(self._world.layout.offers.ids)))
        out[..., self._consumers.market.offer] = values
        return out
