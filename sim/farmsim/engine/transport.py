"""Bulk transport: trucks leave the county for shops and markets, and are unloaded some days later.

A departure takes what the desk granted as far as vehicles are free; a vehicle is away for twice the transit
time. What will be found at the door is worked out at departure, for all trucks of the evening at once, and
put on the calendar of the day on which it is unloaded.
"""

from collections import defaultdict
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.distributions import draw, lognormal_factor
from farmsim.domain.network import MOMENT, BulkLane
from farmsim.domain.produce import failed_share, spent_hazard
from farmsim.domain.stock import Issued
from farmsim.domain.sums import sum_by
from farmsim.engine.books import Books
from farmsim.engine.layout import Layout
from farmsim.engine.routes import Routes
from farmsim.engine.stores import Stores
from farmsim.engine.world import World
from farmsim.streams import Streams, normals, uniform_block

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]


class Vehicles:
    """Vehicles of all lanes, [fleet]: how many are free, and when the others are back."""

    def __init__(self, routes: Routes) -> None:
        self._routes = routes
        self._free = np.array([lane.vehicles for lane in routes.lanes], dtype=np.int64)
        self._away: defaultdict[int, Integers] = defaultdict(lambda: np.zeros_like(self._free))
        self._order = np.argsort(routes.fleet, kind="stable")
        """Routes fleet by fleet, each in the order of the table."""
        self._first = np.searchsorted(routes.fleet[self._order], np.arange(len(self._free)))

    def book(self, day: int, wanted: Integers) -> Integers:
        """Free vehicles for this evening, after those due are back, first route first, [route]."""
        for due in sorted(d for d in self._away if d <= day):
            self._free += self._away.pop(due)
        fleet = self._routes.fleet[self._order]
        asked = wanted[self._order]
        before = np.add.accumulate(asked) - asked
        before -= before[self._first][fleet]
        granted = np.empty_like(wanted)
        granted[self._order] = np.minimum(asked, np.maximum(self._free[fleet] - before, 0))
        return granted

    def send(self, count: Integers, back: Integers) -> None:
        """Some of each route leave and come back on days `back`."""
        sent = count.nonzero()[0]
        np.subtract.at(self._free, self._routes.fleet[sent], count[sent])
        for due in dict.fromkeys(back[sent].tolist()):
            here = sent[back[sent] == due]
            np.add.at(self._away[due], self._routes.fleet[here], count[here])


class Arrival(NamedTuple):
    """Lot parts that are unloaded together: what is sound, and what was lost on the way."""

    line: Indices
    column: Indices
    sent_kg: Floats
    kg: Floats
    age: Floats
    spoiled_kg: Floats
    damaged_kg: Floats
    left_day: Floats


class Fleet:
    """All bulk routes of a scenario and what is on the road."""

    def __init__(self, world: World, stores: Stores, books: Books, routes: Routes) -> None:
        self._world, self._stores, self._books = world, stores, books
        self.routes = routes
        layout, streams = world.layout, world.streams
        self._vehicles = Vehicles(routes)
        self._transit_days = _transit(routes, streams, world.days)
        self._back = np.ceil(np.arange(world.days) + 2.0 * self._transit_days).astype(np.int64)
        closed = [
            _closures(lane, streams, layout, entity)
            for lane, entity in zip(routes.lanes, routes.lane_entity, strict=True)
        ]
        shut = np.array(closed, dtype=np.bool_).reshape(len(closed), world.days)[routes.fleet]
        self._departs = ~shut & (np.arange(world.days) % routes.every_days[:, None] == 0)
        """Whether a truck may leave, [route, day]."""
        lines = (routes.of_line >= 0).nonzero()[0]
        way = stores.way_of[layout.lines.channel[lines]]
        self._lines, self._route = lines, routes.of_line[lines]
        self._ways = [(int(w), lines[way == w]) for w in np.unique(way)]
        self.trips = 0
        self.sent_kg = 0.0
        self.co2_kg = 0.0 if not np.isnan(routes.co2_g_per_t_km).all() else float("nan")
        """Vehicles sent and what they emitted; NaN where no lane says."""
        self._emits_kg_per_kg = np.nan_to_num(routes.co2_g_per_t_km) * 1e-6 * routes.km
        self._calendar: defaultdict[tuple[int, int], list[Arrival]] = defaultdict(list)
        """What will be unloaded, by (channel, day)."""
        self.on_order_kg = np.zeros(len(layout.offers.ids))
        """On the road, by offer."""

    def depart(self, day: int, granted: Floats) -> Floats:
        """Trucks leave with what the desk granted, [line]; returns kg that left, by offer."""
        layout, routes = self._world.layout, self.routes
        size, count = len(layout.offers.ids), len(routes.km)
        total = sum_by(self._route, granted[self._lines], minlength=count) * self._departs[:, day]
        able = self._vehicles.book(day, self._vehicle_count(total)) * routes.vehicle_kg
        part = np.divide(np.minimum(total, able), total, out=np.zeros(count), where=total > 0.0)
        wanted = np.zeros(len(granted))
        wanted[self._lines] = granted[self._lines] * part[self._route]
        parts = []
        for way, lines in self._ways:
            if np.count_nonzero(wanted[lines]):
                taken = self._stores.take(way, lines, wanted[lines])
                parts.append((lines[taken.line], taken.column, taken.kg, taken.age, taken.hazard))
        if not parts:
            return np.zeros(size)
        sent = Issued(*(np.concatenate(part) for part in zip(*parts, strict=True)))
        if not len(sent.line):
            return np.zeros(size)
        number = routes.of_line[sent.line]
        freight_per_kg = self._send(day, sum_by(number, sent.kg, minlength=count))
        freight = sum_by(layout.lines.offer[sent.line], sent.kg * freight_per_kg[number], minlength=size)
        left = self._books.left(day, sent.line, sent.column, sent.kg)
        self._books.freight_by_offer(freight)
        self.on_order_kg += left
        self._schedule(day, number, sent)
        return left

    def unload(self, day: int, channels: list[int]) -> Arrival | None:
        """What is unloaded today at some channels; losses of the road are counted."""
        parts = [part for channel in channels for part in self._calendar.pop((channel, day), [])]
        if not parts:
            return None
        come = Arrival(*(np.concatenate(part) for part in zip(*parts, strict=True)))
        world = self._world
        product = world.line_product[come.line]
        world.lose(day, "road", "spoiled", product, come.spoiled_kg)
        world.lose(day, "road", "damaged", product, come.damaged_kg)
        offer = world.layout.lines.offer[come.line]
        self.on_order_kg -= sum_by(offer, come.sent_kg, minlength=len(self.on_order_kg))
        np.maximum(self.on_order_kg, 0.0, out=self.on_order_kg)
        return come

    def in_transit(self) -> tuple[Indices, Floats]:
        """Kilograms on the road, as (product, kg) parts."""
        parts = [part for arrivals in self._calendar.values() for part in arrivals]
        if not parts:
            return np.zeros(0, dtype=np.intp), np.zeros(0)
        line = np.concatenate([part.line for part in parts])
        return self._world.line_product[line], np.concatenate([part.sent_kg for part in parts])

    def _vehicle_count(self, kg: Floats) -> Integers:
        """Vehicles that carry so many kilograms, [route]."""
        return np.maximum(np.ceil(kg / self.routes.vehicle_kg - MOMENT), 0.0).astype(np.int64)

    def _send(self, day: int, loaded: Floats) -> Floats:
        """Booked vehicles leave with so much, [route]; freight per kg."""
        routes = self.routes
        vehicles = self._vehicle_count(loaded)
        self._vehicles.send(vehicles, self._back[:, day])
        self.trips += int(vehicles.sum())
        self.sent_kg += float(loaded.sum())
        self.co2_kg += float((loaded * self._emits_kg_per_kg).sum())
        freight = loaded / 1000.0 * routes.km * routes.per_t_km + vehicles * routes.per_trip
        return np.divide(freight, loaded, out=np.zeros_like(loaded), where=loaded > 0.0)

    def _schedule(self, day: int, number: Indices, sent: Issued) -> None:
        """Work out how each lot part, sent on route `number`, will be when it is unloaded; note it."""
        world, layout, routes = self._world, self._world.layout, self.routes
        line, column, kg, age, hazard = sent
        good = layout.lines.good[line]
        leaves, opens = world.env.now, routes.opens_at / 24.0
        opened = np.ceil(leaves + self._transit_days[:, day] - opens - MOMENT)
        elapsed = (opened + opens - leaves)[number]
        rate = np.where(routes.at_ambient[number], world.air_rates(day)[good], routes.rate[line])
        grown = age + rate * elapsed
        median, shape = layout.goods.median[good], layout.goods.shape[good]
        spoiled = kg * failed_share(hazard, spent_hazard(grown, median, shape))
        unhurt = (1.0 - routes.damage[number]) * (1.0 - routes.chilled[line]) ** elapsed
        damaged = (kg - spoiled) * (1.0 - unhurt)
        whole = Arrival(
            line, column, kg, kg - spoiled - damaged, grown, spoiled, damaged, np.full(len(kg), float(day))
        )
        channel, when = routes.channel[number], opened[number].astype(np.int64)
        order = np.lexsort((when, channel))
        channel, when = channel[order], when[order]
        first = ((np.diff(channel, prepend=-1) != 0) | (np.diff(when, prepend=-1) != 0)).nonzero()[0]
        whole = Arrival._make(part[order] for part in whole)
        for a, b in pairwise([*first.tolist(), len(order)]):
            parts = Arrival._make(part[a:b] for part in whole)
            self._calendar[int(channel[a]), int(when[a])].append(parts)


def _transit(routes: Routes, streams: Streams, days: int) -> Floats:
    """Transit time of the truck that would leave on each day, [route, day], drawn ahead."""
    z = normals(uniform_block(streams.keys("transit", routes.entity), np.arange(days, dtype=np.uint64)))
    return np.asarray(routes.usual_days[:, None] * lognormal_factor(z, routes.transit_cv[:, None]))


def _closures(lane: BulkLane, streams: Streams, layout: Layout, entity: str) -> NDArray[np.bool_]:
    """Days on which the lane is closed, [day]."""
    days = layout.scenario.horizon_days
    closed = np.zeros(days, dtype=np.bool_)
    for closure in lane.closures:
        first = (closure.starts - layout.scenario.start).days
        closed[max(first, 0) : max(first + int(np.ceil(closure.days)), 0)] = True
    if lane.random_closures is not None:
        generator = streams.generator("closures", entity)
        spells = int(generator.poisson(lane.random_closures.per_season))
        starts = generator.random(spells) * days
        for start, length in zip(starts, draw(lane.random_closures.days, generator, spells), strict=True):
            closed[int(start) : int(start + length) + 1] = True
    return closed
