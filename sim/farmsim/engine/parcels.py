"""Parcel shops: orders wait for the courier cut-off, are packed from the county's stock, travel and arrive.

All parcels of one (offer, transit slot) that leave on a day have the same law of arriving bad, so their
outcomes are drawn together; who is served when the shop is short is drawn without replacement.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import ParcelChannel, Waiting
from farmsim.domain.counts import binomial, served
from farmsim.domain.demand import reputation
from farmsim.domain.records import Delivered
from farmsim.domain.stock import Issued
from farmsim.engine.books import Books
from farmsim.engine.consumers import Consumers
from farmsim.engine.layout import parcel_lane
from farmsim.engine.stores import Stores
from farmsim.engine.world import World
from farmsim.streams import uniforms_at

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]

FIELDS = ("kept", "refused", "lost", "bad", "freshness", "days", "late", "spoiled_kg", "left_day")
LEARNING = 0.15
"""Weight of a day's arrivals in buyers' picture of freshness (assumption, 0.05 to 0.3)."""


class Packed(NamedTuple):
    """Parcels packed, those of them ordered today, and orders lost, by cell."""

    served: Integers
    at_once: Integers
    lost: Integers


class ParcelShops:
    """All parcel channels of a scenario; arrays are by consumer offer (zero for stocked ones)."""

    def __init__(self, world: World, consumers: Consumers, stores: Stores, books: Books) -> None:
        self._world = world
        self._consumers = consumers
        self._stores = stores
        self._books = books
        market, layout = consumers.market, world.layout
        self._blocks = [
            block if isinstance(block := layout.blocks[layout.offers.channel[o]], ParcelChannel) else None
            for o in market.offer
        ]
        lanes = [
            parcel_lane(layout.scenario, layout.offers.ids[o][1], block) if block else None
            for o, block in zip(market.offer, self._blocks, strict=True)
        ]
        self._damage = np.array([lane.damage_share if lane else 0.0 for lane in lanes])
        self._loss = np.array([lane.loss_share if lane else 0.0 for lane in lanes])
        keeping = [layout.scenario.products[layout.products[p]].keeping for p in market.product]
        self._rate = np.array([float(k.rate(lane.celsius)) if lane else 1.0 for k, lane in zip(keeping, lanes, strict=True)])
        self._median = np.array([k.median_days for k in keeping])
        self._shape = np.array([k.shape for k in keeping])
        self.pack_kg = layout.offers.pack_kg[market.offer]
        self._price = layout.offers.price[market.offer] * self.pack_kg
        self._waiting_rule: list[Waiting | None] = [b.waiting if b else None for b in self._blocks]
        buckets = 2 + max((w.promise_days for w in self._waiting_rule if w), default=0)
        self._queues = any(self._waiting_rule)
        self.waiting = np.zeros((buckets, len(market.cells.offer)), dtype=np.int64)
        """Orders that wait, [days waited (last: overdue), cell]."""
        self._ring = np.zeros((len(market.slot_days) + 2, len(FIELDS), len(market.offer)))
        self._keys = world.streams.keys("parcels", ["/".join(layout.offers.ids[o]) for o in market.offer])
        self._channels = self._parcel_channels()
        self._bounds = np.searchsorted(
            market.cells.offer, np.stack([np.arange(len(market.offer)), np.arange(1, len(market.offer) + 1)], axis=1)
        )
        """First and last cell of every consumer offer."""
        self._packing = np.array([b.packing_cost if b else 0.0 for b in self._blocks])
        self._packaging = self._packaging_costs()
        if market.parcel.any():
            world.daily(world.clock.delivery, self.deliver, beyond=True)

    def owed_kg(self) -> Floats:
        """Orders that wait, kg by consumer offer."""
        cells = self._consumers.market.cells
        packs = np.zeros(len(self.pack_kg))
        packs[cells.owners] = np.add.reduceat(self.waiting.sum(axis=0), cells.first)
        return packs * self.pack_kg

    def pack(self, day: int, orders: Integers, granted: Floats, *, again: bool = False) -> Packed:
        """Serve waiting and new orders as far as the desk's grant, [line], the fruit and the packers allow.

        What is taken is deducted from `granted`. Unserved customers of shops with a waiting list join it; with
        `again` (the round of those who switched) nobody waits and the waiting are not asked anew.
        """
        market, layout = self._consumers.market, self._world.layout
        cells = market.cells
        new = np.where(market.parcel[cells.offer], orders, 0)
        queue = np.zeros_like(self.waiting) if again else self.waiting
        done, waited, lost = np.zeros_like(new), np.zeros_like(new), np.zeros_like(new)
        at_once, rest = np.zeros_like(new), np.zeros_like(queue)
        parts: list[tuple[Indices, Issued]] = []
        for channel, at in self._channels:
            block = layout.blocks[channel]
            assert isinstance(block, ParcelChannel), "only parcel channels pack parcels"
            lines = layout.lines.of_channel[channel]
            kg = np.minimum(granted[lines], self._stores.available_kg(lines, block))
            by_offer = np.bincount(layout.lines.offer[lines], kg, minlength=len(layout.offers.ids))
            able = np.floor(by_offer[market.offer[at]] / self.pack_kg[at] + 1e-9)
            if block.parcels_per_day is not None:
                able = np.minimum(able, np.floor(block.parcels_per_day / len(at)))
            want = np.zeros(len(layout.offers.ids))
            for i, offer in enumerate(at.tolist()):
                own = slice(*self._bounds[offer])
                given, days, left = self._ration(day, offer, new[own], queue[:, own], int(able[i]), again=again)
                done[own], waited[own] = given, days
                at_once[own] = (queue[0, own] + new[own]) - left[0]
                if self._waiting_rule[offer] is None or again:
                    lost[own] = left[0]
                else:
                    rest[:, own] = left
                want[market.offer[offer]] = given.sum() * self.pack_kg[offer]
            if want.any():
                parts.append(self._take(day, lines, kg, want, block))
                granted[lines] -= np.bincount(parts[-1][1].line, parts[-1][1].kg, minlength=len(lines))
        if not again:
            self.waiting = rest
        if parts:
            self._leave(day, done, waited, parts)
        return Packed(done, at_once, lost)

    def end_day(self, day: int) -> Integers:
        """The queue grows a day older and overdue customers may cancel; cancelled packs by consumer offer."""
        if not self._queues or not self.waiting.any():
            return np.zeros(len(self.pack_kg), dtype=np.int64)
        return self._lose_patience(day)

    def deliver(self, day: int) -> None:
        """Today's arrivals: refunds, debts of the platforms, reviews."""
        slot = day % len(self._ring)
        kept, refused, lost, bad, fresh, days, late, spoiled, left = self._ring[slot]
        total = kept + refused + lost
        if not total.any():
            return
        world, market, layout = self._world, self._consumers.market, self._world.layout
        rating = self._consumers.rating
        self._settle_arrivals(day, kept, refused, lost, bad, left / np.maximum(total, 1.0))
        reviews = kept + refused
        scores = self._scores(kept + refused - bad, bad, late)
        for smoothing in {b.rating.smoothing for b in self._blocks if b}:
            at = np.array([bool(b) and b.rating.smoothing == smoothing for b in self._blocks])
            rating[at] = reputation(rating[at], scores[at], reviews[at], smoothing)
        some = np.flatnonzero(reviews > 0.0)
        self._consumers.learn(some, fresh[some] / reviews[some], np.full(len(some), LEARNING))
        product = layout.offers.product[market.offer]
        for channel in np.unique(layout.offers.channel[market.offer][total > 0]).tolist():
            here = layout.offers.channel[market.offer] == channel
            world.kg.add(f"sold:{layout.channels[channel]}", product[here], (kept * self.pack_kg)[here])
        world.kg.add("returned:consumer", product, refused * self.pack_kg)
        world.lose(min(day, world.days - 1), "parcel", "lost_in_transit", product, lost * self.pack_kg)
        world.record(
            Delivered(
                day, kept.copy(), refused.copy(), lost.copy(), bad.copy(), fresh.copy(), days.copy(),
                spoiled.copy(), rating.copy(),
            )
        )  # fmt: skip
        self._ring[slot] = 0.0

    def _ration(
        self, day: int, at: int, new: Integers, queue: Integers, able: int, *, again: bool
    ) -> tuple[Integers, Integers, Integers]:
        """Longest waiting first, within a day at random; (served, days waited in sum, left by bucket)."""
        rest = queue.copy()
        rest[0] += new
        if int(rest.sum()) <= able:
            waited = (rest * np.arange(len(rest))[:, None]).sum(axis=0)
            return rest.sum(axis=0), waited, np.zeros_like(rest)
        entity = "/".join(self._world.layout.offers.ids[self._consumers.market.offer[at]])
        done, waited = np.zeros_like(new), np.zeros_like(new)
        for bucket in range(len(rest) - 1, -1, -1):
            if not rest[bucket].any():
                continue
            generator = self._world.streams.generator("ration", entity, day, bucket, int(again))
            given = served(generator, rest[bucket], able)
            able -= int(given.sum())
            done += given
            waited += given * bucket
            rest[bucket] = rest[bucket] - given
        return done, waited, rest

    def _leave(self, day: int, done: Integers, waited: Integers, parts: list[tuple[Indices, Issued]]) -> None:
        """Parcels leave: money of the dispatch is booked, arrivals are drawn."""
        market = self._consumers.market
        cells = market.cells
        packs, waited_sum = np.zeros(len(self.pack_kg)), np.zeros(len(self.pack_kg))
        packs[cells.owners] = np.add.reduceat(done, cells.first)
        waited_sum[cells.owners] = np.add.reduceat(waited, cells.first)
        by_slot = np.bincount(
            cells.offer * len(market.slot_days) + cells.slot, done, minlength=len(packs) * len(market.slot_days)
        )
        self._book(done, packs)
        shape = (len(packs), len(market.slot_days))
        self._travel(day, by_slot.reshape(shape).astype(np.int64), waited_sum / np.maximum(packs, 1.0), parts)

    def _take(
        self, day: int, lines: Indices, kg: Floats, want: Floats, block: ParcelChannel
    ) -> tuple[Indices, Issued]:
        """Issue the fruit of one channel's parcels; worst accepted grade first."""
        offer = self._world.layout.lines.offer[lines]
        share = kg.copy()
        for i, line_offer in enumerate(offer.tolist()):
            share[i] = min(share[i], want[line_offer])
            want[line_offer] -= share[i]
        taken = self._stores.take(lines, share, rule=block.issue, block=block)
        self._books.left(day, lines[taken.line], taken.column, taken.kg)
        return lines[taken.line], taken

    def _book(self, done: Integers, packs: Floats) -> None:
        """Consumers pay, carriers, boxes, packers and traffic are paid; by offer."""
        world, market = self._world, self._consumers.market
        cells, size = market.cells, len(world.layout.offers.ids)

        def spread(values: Floats) -> Floats:
            out = np.zeros(size)
            out[market.offer] = values
            return out

        sale = packs * self._price
        freight = np.zeros(len(packs))
        freight[cells.owners] = np.add.reduceat(done * market.freight.ravel()[cells.pair], cells.first)
        world.money.post("sale", world.accounts.consumers, world.accounts.channel, spread(sale))
        self._books.freight_by_offer(spread(freight))
        self._books.cost("packaging", spread(packs * self._packaging))
        for share in {b.packing_wage_share for b in self._blocks if b}:
            here = np.array([bool(b) and b.packing_wage_share == share for b in self._blocks])
            self._books.cost("packing", spread(packs * self._packing * here), share)
        ads = np.array([b.take.ads_share if b else 0.0 for b in self._blocks])
        if ads.any():
            self._books.cost("ads", spread(sale * ads))

    def _travel(self, day: int, by_slot: Integers, waited: Floats, parts: list[tuple[Indices, Issued]]) -> None:
        """Draw how the day's parcels end, by offer and slot, and put them on the calendar of arrivals."""
        world, market, layout = self._world, self._consumers.market, self._world.layout
        line = np.concatenate([lines for lines, _ in parts])
        age = np.concatenate([taken.age for _, taken in parts])
        hazard = np.concatenate([taken.hazard for _, taken in parts])
        kg = np.concatenate([taken.kg for _, taken in parts])
        place = np.full(len(layout.offers.ids), -1, dtype=np.intp)
        place[market.offer] = np.arange(len(market.offer))
        at = place[layout.lines.offer[line]]
        older = np.maximum(age[:, None] + self._rate[at, None] * market.slot_days, 0.0) / self._median[at, None]
        sound = np.exp2(hazard[:, None] - older ** self._shape[at, None])
        share = kg / np.bincount(at, kg, minlength=len(market.offer))[at]
        mixed_sound = _by_offer(at, sound * share[:, None], len(market.offer))
        fresh = _by_offer(at, np.maximum(0.0, 1.0 - older) * share[:, None], len(market.offer))
        p_bad = np.clip(1.0 - mixed_sound * (1.0 - self._damage[:, None]), 0.0, 1.0)
        lost, bad, refused = self._outcomes(day, by_slot, p_bad)
        arrived = by_slot - lost
        promised = np.array([(b.waiting.promise_days if b and b.waiting else 0) for b in self._blocks])
        elapsed = market.slot_days[None, :] + waited[:, None]
        mean = (market.transit_days * market.province_share).sum(axis=1)
        late = np.maximum(elapsed - (mean + promised)[:, None] - 1.0, 0.0)
        table = np.stack([
            arrived - refused, refused, lost, bad, arrived * fresh, arrived * elapsed, arrived * late,
            (bad - refused) * self.pack_kg[:, None], by_slot * float(day),
        ])  # fmt: skip
        slots = (day + 1 + np.arange(len(market.slot_days))) % len(self._ring)
        self._ring[slots] += table.transpose(2, 0, 1)
        self._world.last_arrival = max(self._world.last_arrival, day + len(market.slot_days))

    def _outcomes(self, day: int, count: Integers, p_bad: Floats) -> tuple[Integers, Integers, Integers]:
        """Lost, bad and refused parcels by (offer, slot): binomial, each from numbers of its own address."""
        slots = count.shape[1]
        keys = np.repeat(self._keys, slots)
        where = np.tile(np.arange(slots, dtype=np.uint64), len(self._keys)) + np.uint64(day << 10)

        def chance(kind: int, among: Integers, p: Floats) -> Integers:
            u = uniforms_at(keys, where + np.uint64(kind << 40)).reshape(count.shape)
            return binomial(u, among, p)

        lost = chance(1, count, np.broadcast_to(self._loss[:, None], count.shape))
        bad = chance(2, count - lost, p_bad)
        share = np.array([b.refund.refused_share if b else 0.0 for b in self._blocks])
        refused = chance(3, bad, np.broadcast_to(share[:, None], count.shape))
        return lost, bad, refused

    def _settle_arrivals(
        self, day: int, kept: Floats, refused: Floats, lost: Floats, bad: Floats, left_day: Floats
    ) -> None:
        """Refunds go back to consumers at once; the platforms owe the rest after their delay."""
        world, market = self._world, self._consumers.market
        size = len(world.layout.offers.ids)
        partial = np.array([b.refund.partial_share if b else 0.0 for b in self._blocks])
        refund = (refused + lost + (bad - refused) * partial) * self._price
        value = kept * self._price - (bad - refused) * partial * self._price
        back = np.zeros(size)
        back[market.offer] = refund
        world.money.post("refund", world.accounts.channel, world.accounts.consumers, back)
        for channel in np.unique(world.layout.offers.channel[market.offer]).tolist():
            block = world.layout.blocks[channel]
            here = world.layout.offers.channel[market.offer] == channel
            if not isinstance(block, ParcelChannel) or not value[here].any():
                continue
            owed = np.zeros(size)
            owed[market.offer[here]] = value[here]
            mean_left = float(np.average(left_day[here], weights=np.maximum(value[here], 0.0)))
            self._books.owe_receipt(day + block.payment_days, round(mean_left), owed, block.take)

    def _scores(self, good: Floats, bad: Floats, late: Floats) -> Floats:
        """Sum of review scores, by offer."""
        rules = [b.rating if b else None for b in self._blocks]
        fine = np.array([r.score_good if r else 0.0 for r in rules])
        poor = np.array([r.score_bad if r else 0.0 for r in rules])
        penalty = np.array([r.late_penalty if r else 0.0 for r in rules])
        return np.maximum(good * fine + bad * poor - late * penalty, 0.0)

    def _lose_patience(self, day: int) -> Integers:
        """The queue grows a day older; overdue customers cancel with their patience."""
        cells = self._consumers.market.cells
        queue = np.zeros_like(self.waiting)
        queue[1:] = self.waiting[:-1]
        queue[-1] += self.waiting[-1]
        chance = np.zeros(len(cells.offer))
        overdue_from = np.full(len(cells.offer), len(queue), dtype=np.int64)
        for at, rule in enumerate(self._waiting_rule):
            if rule is not None:
                own = slice(*self._bounds[at])
                chance[own] = -np.expm1(-1.0 / rule.patience_days)
                overdue_from[own] = rule.promise_days + 1
        late = queue * (np.arange(len(queue))[:, None] >= overdue_from)
        overdue = late.sum(axis=0)
        cancelled = np.zeros(len(self.pack_kg), dtype=np.int64)
        if overdue.any():
            u = uniforms_at(self._keys[cells.offer], cells.address + np.uint64((1 << 50) + (day << 20)))
            gone = binomial(u, overdue, chance)
            cancelled[cells.owners] = np.add.reduceat(gone, cells.first)
            for bucket in range(len(queue) - 1, -1, -1):
                take = np.minimum(late[bucket], gone)
                queue[bucket] -= take
                gone = gone - take
        self.waiting = queue
        return cancelled

    def _parcel_channels(self) -> list[tuple[int, Indices]]:
        """Parcel channels with their consumer offers."""
        layout, market = self._world.layout, self._consumers.market
        channel = layout.offers.channel[market.offer]
        return [
            (int(c), np.flatnonzero(channel == c)) for c in dict.fromkeys(sorted(channel[market.parcel].tolist()))
        ]

    def _packaging_costs(self) -> Floats:
        layout, market = self._world.layout, self._consumers.market
        costs = []
        for offer, block in zip(market.offer, self._blocks, strict=True):
            costs.append(block.sells[layout.offers.ids[offer][2]].packaging_cost if block else 0.0)
        return np.array(costs)


def _by_offer(at: Indices, values: Floats, offers: int) -> Floats:
    """Sums of rows by offer, [offer, slot]."""
    out = np.zeros((offers, values.shape[1]))
    np.add.at(out, at, values)
    return out
