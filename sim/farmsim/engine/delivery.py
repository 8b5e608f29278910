"""Parcels on their way: how they travel, in which state they arrive, what is refunded, what customers say.

All parcels of one (offer, transit slot) that leave on a day have the same law of arriving bad, so their
outcomes are drawn together. A parcel ends as exactly one of kept, refused or lost.
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import ParcelChannel
from farmsim.domain.counts import binomial
from farmsim.domain.demand import reputation
from farmsim.domain.network import ParcelLane
from farmsim.domain.produce import freshness
from farmsim.domain.records import Delivered
from farmsim.engine.books import Books
from farmsim.engine.consumers import Consumers, Market
from farmsim.engine.layout import Layout, parcel_lane
from farmsim.engine.world import World
from farmsim.streams import uniforms_at

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]

LEARNING = 0.15
"""Weight of a day's arrivals in buyers' picture of freshness (assumption, 0.05 to 0.3)."""
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
        waiting = [b.waiting if b else None for _, b in parcels]
        return cls(
            pack_kg=pack_kg,
            price=layout.offers.price[market.offer] * pack_kg,
            damage=np.array([lane.damage_share if lane else 0.0 for lane in lanes]),
            loss=np.array([lane.loss_share if lane else 0.0 for lane in lanes]),
            rate=np.array(
                [float(k.rate(lane.celsius)) if lane else 1.0 for k, lane in zip(keeping, lanes, strict=True)]
            ),
            chilled=np.array(
                [k.chilled_share(lane.celsius) if lane else 0.0 for k, lane in zip(keeping, lanes, strict=True)]
            ),
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


class Courier:
    """Parcels between cut-off and door."""

    def __init__(self, world: World, consumers: Consumers, books: Books, rules: ParcelRules) -> None:
        self._world = world
        self._consumers = consumers
        self._books = books
        self._rules = rules
        market, layout = consumers.market, world.layout
        slots = len(market.slot_days)
        self._ring = np.zeros((slots + 2, LEFT + 1, len(market.offer)))
        keys = world.streams.keys("parcels", ["/".join(layout.offers.ids[o]) for o in market.offer])
        self._parcels = market.parcel.nonzero()[0]
        self._keys = np.repeat(keys[self._parcels], slots)
        self._address = np.tile(np.arange(slots, dtype=np.uint64), len(self._parcels))
        self._product = layout.offers.product[market.offer]
        channel = layout.offers.channel[market.offer]
        self._sold_as = [
            (f"sold:{layout.channels[c]}", np.flatnonzero(channel == c))
            for c in dict.fromkeys(channel.tolist())
        ]
        self._terms = [
            (float(d), rules.payment_days == d) for d in np.unique(rules.payment_days[self._parcels])
        ]
        self._freight = market.freight.ravel()[market.cells.pair]
        self._slot_cell = market.cells.offer * slots + market.cells.slot
        if np.count_nonzero(market.parcel):
            world.daily(world.clock.delivery, self.deliver, beyond=True)

    def take(self, day: int, done: Integers, waited: Integers, loads: list[Load]) -> None:
        """Parcels of the day, by cell, leave: the dispatch is booked and their arrivals are drawn."""
        market = self._consumers.market
        cells, rules = market.cells, self._rules
        packs, waited_sum, freight = (np.zeros(len(rules.pack_kg)) for _ in range(3))
        packs[cells.owners] = np.add.reduceat(done, cells.first)
        if np.count_nonzero(waited):
            waited_sum[cells.owners] = np.add.reduceat(waited, cells.first)
        freight[cells.owners] = np.add.reduceat(done * self._freight, cells.first)
        shape = (len(packs), len(market.slot_days))
        by_slot = (
            np.bincount(self._slot_cell, done, minlength=shape[0] * shape[1]).reshape(shape).astype(np.int64)
        )
        self._book(packs, freight)
        self._travel(day, by_slot, waited_sum / np.maximum(packs, 1.0), loads)

    def deliver(self, day: int) -> None:
        """Today's arrivals: refunds, debts of the platforms, reviews."""
        place = day % len(self._ring)
        ended = self._ring[place]
        total = ended[KEPT] + ended[REFUSED] + ended[LOST]
        if not np.count_nonzero(total):
            return
        world, rules = self._world, self._rules
        self._settle(day, ended, ended[LEFT] / np.maximum(total, 1.0))
        self._review(ended)
        kept_kg = ended[KEPT] * rules.pack_kg
        for name, at in self._sold_as:
            if np.count_nonzero(kept_kg[at]):
                world.kg.add(name, self._product[at], kept_kg[at])
        if np.count_nonzero(ended[REFUSED]):
            world.kg.add("returned:consumer", self._product, ended[REFUSED] * rules.pack_kg)
        world.lose(
            min(day, world.days - 1), "parcel", "lost_in_transit", self._product, ended[LOST] * rules.pack_kg
        )
        if world.wants is None or Delivered in world.wants:
            copy = ended.copy()
            world.record(
                Delivered(
                    day, copy[KEPT], copy[REFUSED], copy[LOST], copy[BAD], copy[FRESH], copy[DAYS], copy[SPOILED],
                    self._consumers.rating.copy(),
                )
            )  # fmt: skip
        self._ring[place] = 0.0

    def _review(self, ended: Floats) -> None:
        """Customers rate what came and remember how fresh it was."""
        rules, consumers = self._rules, self._consumers
        reviews = ended[KEPT] + ended[REFUSED]
        score = (reviews - ended[BAD]) * rules.score_good + ended[BAD] * rules.score_bad
        score = np.maximum(score - ended[LATE] * rules.late_penalty, 0.0)
        consumers.rating = reputation(consumers.rating, score, reviews, rules.smoothing)
        some = np.flatnonzero(reviews > 0.0)
        consumers.learn(some, ended[FRESH][some] / reviews[some], LEARNING)

    def _book(self, packs: Floats, freight: Floats) -> None:
        """Consumers pay, carriers, boxes, packers and traffic are paid; by offer."""
        world, rules = self._world, self._rules
        sale = packs * rules.price
        world.money.post("sale", world.accounts.consumers, world.accounts.channel, self._by_offer(sale))
        self._books.freight_by_offer(self._by_offer(freight))
        self._books.cost("packaging", self._by_offer(packs * rules.packaging))
        packing = packs * rules.packing
        self._books.cost("packing", self._by_offer(packing * (1.0 - rules.packing_wages)))
        self._books.cost("packing_wage", self._by_offer(packing * rules.packing_wages))
        self._books.cost("ads", self._by_offer(sale * rules.ads))
        self._books.cost("operation", self._by_offer(sale * rules.operation))

    def _travel(self, day: int, by_slot: Integers, waited: Floats, loads: list[Load]) -> None:
        """Draw how the day's parcels end, by offer and slot, and put them on the calendar of arrivals."""
        market, rules = self._consumers.market, self._rules
        own = self._parcels
        at, kg, age, hazard = (np.concatenate(part) for part in zip(*loads, strict=True))
        median = rules.median[at, None]
        older = np.maximum(age[:, None] + rules.rate[at, None] * market.slot_days, 0.0) / median
        share = (kg / np.bincount(at, kg, minlength=len(rules.median))[at])[:, None]
        mix = np.zeros((2, len(rules.median), len(market.slot_days)))
        np.add.at(mix[0], at, np.exp2(hazard[:, None] - older ** rules.shape[at, None]) * share)
        seen = freshness(older, rules.ripe_start[at, None], rules.ripe_life[at, None])
        np.add.at(mix[1], at, seen * share)
        count, fresh = by_slot[own], mix[1, own]
        unhurt = (1.0 - rules.damage[own, None]) * (1.0 - rules.chilled[own, None]) ** market.slot_days
        p_bad = np.clip(1.0 - mix[0, own] * unhurt, 0.0, 1.0)
        lost, bad, refused = self._outcomes(day, count, p_bad)
        arrived = count - lost
        elapsed = market.slot_days + waited[own, None]
        late = np.maximum(elapsed - (rules.usual_days + rules.promise_days)[own, None] - 1.0, 0.0)
        table = np.stack([
            arrived - refused, refused, lost, bad, arrived * fresh, arrived * elapsed, arrived * late,
            (bad - refused) * rules.pack_kg[own, None], count * float(day),
        ])  # fmt: skip
        slots = (day + 1 + np.arange(len(market.slot_days))) % len(self._ring)
        self._ring[slots[:, None, None], np.arange(LEFT + 1)[:, None], own] += table.transpose(2, 0, 1)
        self._world.last_arrival = max(self._world.last_arrival, day + len(market.slot_days))

    def _outcomes(self, day: int, count: Integers, p_bad: Floats) -> tuple[Integers, Integers, Integers]:
        """Lost, bad and refused parcels by (offer, slot): binomial, each from numbers of its own address."""
        rules = self._rules
        some = count.reshape(-1).nonzero()[0]
        offer = self._parcels[some // count.shape[1]]
        keys, address = self._keys[some], self._address[some] + np.uint64(day << 10)
        kinds = (np.arange(3, dtype=np.uint64) << np.uint64(40))[:, None]
        u = uniforms_at(np.tile(keys, 3), (address + kinds).reshape(-1)).reshape(3, -1)
        sent = count.reshape(-1)[some]
        lost = binomial(u[0], sent, rules.loss[offer])
        bad = binomial(u[1], sent - lost, p_bad.reshape(-1)[some])
        refused = binomial(u[2], bad, rules.refused[offer])
        out = np.zeros((3, count.size), dtype=np.int64)
        out[:, some] = lost, bad, refused
        shaped = out.reshape(3, *count.shape)
        return shaped[0], shaped[1], shaped[2]

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
        """From consumer offers to all offers."""
        out = np.zeros(len(self._world.layout.offers.ids))
        out[self._consumers.market.offer] = values
        return out
