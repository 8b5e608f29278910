"""Bulk transport: trucks leave the county for shops and markets, and are unloaded some days later.

A departure takes what the desk granted as far as vehicles are free; a vehicle is away for twice the transit
time. What will be found at the door is worked out at departure, for all trucks of the evening at once, and
put on the calendar of the day on which it is unloaded.
"""

from collections import defaultdict
from collections.abc import Callable
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import StockedChannel, WholesaleChannel
from farmsim.domain.distributions import draw, lognormal_factor
from farmsim.domain.network import BulkLane, road_km
from farmsim.domain.produce import Keeping, failed_share, spent_hazard
from farmsim.domain.stock import Issued
from farmsim.domain.sums import sum_by
from farmsim.engine.books import Books
from farmsim.engine.layout import Layout, bulk_lane
from farmsim.engine.stores import Stores
from farmsim.engine.world import World
from farmsim.scenario.catalogue import provinces
from farmsim.streams import Streams, normals, uniform_block

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Vehicles:
    """The vehicles of one lane of a county."""

    __slots__ = ("_away", "_booked", "free")

    def __init__(self, count: int) -> None:
        self.free = count
        self._booked = 0
        self._away: defaultdict[int, int] = defaultdict(int)

    def book(self, day: int, wanted: int) -> int:
        """Reserve free vehicles for this evening, after those due are back; how many there are."""
        for due in [d for d in self._away if d <= day]:
            self.free += self._away.pop(due)
        granted = min(wanted, self.free - self._booked)
        self._booked += granted
        return granted

    def send(self, count: int, back: int) -> None:
        """Some leave and come back on day `back`."""
        self.free -= count
        self._away[back] += count

    def release(self) -> None:
        """Bookings of the evening that were not needed end."""
        self._booked = 0


class Route:
    """One channel's bulk lane from one county: distance, calendar of departures, free vehicles."""

    def __init__(
        self,
        layout: Layout,
        streams: Streams,
        county: int,
        channel: int,
        fleets: dict[tuple[str, str], Vehicles],
    ) -> None:
        scenario = layout.scenario
        block = layout.blocks[channel]
        assert isinstance(block, StockedChannel | WholesaleChannel), "only bulk channels have routes"
        county_id = layout.counties[county]
        self.county = county
        self.channel = channel
        self.lane: BulkLane = bulk_lane(scenario, county_id, block.lane)
        mine = layout.lines.of_channel[channel]
        self.lines: Indices = mine[layout.goods.county[layout.lines.good[mine]] == county]
        self.km = self.lane.km if self.lane.km is not None else _distance(layout, county_id, block)
        entity = f"{county_id}/{block.lane}/{layout.channels[channel]}"
        self.transit_days = _transit(self.lane, self.km, streams, entity, scenario.horizon_days)
        self.closed = _closures(self.lane, streams, layout, f"{county_id}/{block.lane}")
        self.opens_at = (
            scenario.clock.receipt if isinstance(block, StockedChannel) else scenario.clock.session
        )
        """Hour at which its trucks are unloaded."""
        self.fleet = fleets.setdefault((county_id, block.lane), Vehicles(self.lane.vehicles))
        """Vehicles of the lane, shared by all channels of the county that use it."""

    @property
    def usual_days(self) -> float:
        """Mean transit time, days."""
        return self.km / self.lane.km_per_day

    def departs(self, day: int) -> bool:
        """Whether a truck may leave on this day."""
        return day % self.lane.every_days == 0 and not self.closed[day]

    def book(self, day: int, kg: float) -> float:
        """Book vehicles for so many kilograms today; what they can carry of it."""
        if not self.departs(day):
            return 0.0
        wanted = ceil(kg / self.lane.vehicle_kg - 1e-9)
        return min(kg, self.fleet.book(day, wanted) * self.lane.vehicle_kg)

    def send(self, day: int, kg: float) -> int:
        """Booked vehicles leave with so many kilograms; how many."""
        vehicles = ceil(kg / self.lane.vehicle_kg - 1e-9)
        self.fleet.send(vehicles, ceil(day + 2.0 * self.transit_days[day]))
        return vehicles

    def freight(self, kg: float, vehicles: int) -> float:
        """Freight of a departure."""
        return kg / 1000.0 * self.km * self.lane.cost_per_t_km + vehicles * self.lane.cost_per_trip

    def freight_per_kg(self) -> float:
        """Expected freight per kg with full vehicles."""
        return self.km * self.lane.cost_per_t_km / 1000.0 + self.lane.cost_per_trip / self.lane.vehicle_kg


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

    def __init__(self, world: World, stores: Stores, books: Books) -> None:
        self._world, self._stores, self._books = world, stores, books
        layout = world.layout
        self.routes: list[Route] = []
        fleets: dict[tuple[str, str], Vehicles] = {}
        for channel, block in enumerate(layout.blocks):
            if isinstance(block, StockedChannel | WholesaleChannel):
                lines = layout.lines.of_channel[channel]
                counties = dict.fromkeys(layout.goods.county[layout.lines.good[lines]].tolist())
                self.routes += [Route(layout, world.streams, county, channel, fleets) for county in counties]
        self._route_of = np.zeros(len(layout.lines.offer), dtype=np.intp)
        for number, route in enumerate(self.routes):
            self._route_of[route.lines] = number
        lines = (
            np.concatenate([route.lines for route in self.routes])
            if self.routes
            else np.zeros(0, dtype=np.intp)
        )
        way = stores.way_of[layout.lines.channel[lines]]
        self._lines = lines
        self._ways = [(int(w), lines[way == w]) for w in np.unique(way)]
        self._rates = self._by_lane(1.0, Keeping.rate)
        self._ambient = np.array([route.lane.celsius is None for route in self.routes])
        self._damage = np.array([route.lane.damage_share for route in self.routes])
        self._chilled = self._by_lane(0.0, Keeping.chilled_share)
        self.trips = 0
        self.sent_kg = 0.0
        self.co2_kg = 0.0 if any(route.lane.co2_g_per_t_km for route in self.routes) else float("nan")
        """Vehicles sent and what they emitted; NaN where no lane says."""
        self._calendar: dict[int, defaultdict[int, list[Arrival]]] = {
            channel: defaultdict(list) for channel in {route.channel for route in self.routes}
        }
        self.on_order_kg = np.zeros(len(layout.offers.ids))
        """On the road, by offer."""

    def route_of(self, line: int) -> Route:
        """The route of one line."""
        return self.routes[int(self._route_of[line])]

    def of_channel(self, channel: int) -> list[Route]:
        """Routes of one channel."""
        return [route for route in self.routes if route.channel == channel]

    def depart(self, day: int, granted: Floats) -> Floats:
        """Trucks leave with what the desk granted, [line]; returns kg that left, by offer."""
        layout = self._world.layout
        size = len(layout.offers.ids)
        wanted = np.zeros(len(granted))
        total = sum_by(self._route_of[self._lines], granted[self._lines], minlength=len(self.routes))
        for route, kg in zip(self.routes, total.tolist(), strict=True):
            if kg > 0.0:
                wanted[route.lines] = granted[route.lines] * (route.book(day, kg) / kg)
        parts = []
        for way, lines in self._ways:
            if np.count_nonzero(wanted[lines]):
                taken = self._stores.take(way, lines, wanted[lines])
                parts.append((lines[taken.line], taken.column, taken.kg, taken.age, taken.hazard))
        for route in self.routes:
            route.fleet.release()
        if not parts:
            return np.zeros(size)
        line, column, kg_sent, age, hazard = (np.concatenate(part) for part in zip(*parts, strict=True))
        if not len(line):
            return np.zeros(size)
        number = self._route_of[line]
        loaded = sum_by(number, kg_sent, minlength=len(self.routes))
        freight_per_kg = np.zeros(len(self.routes))
        for n in loaded.nonzero()[0].tolist():
            route = self.routes[n]
            vehicles = route.send(day, loaded[n])
            freight_per_kg[n] = route.freight(loaded[n], vehicles) / loaded[n]
            self.trips += vehicles
            self.sent_kg += float(loaded[n])
            self.co2_kg += loaded[n] * 1e-6 * route.km * (route.lane.co2_g_per_t_km or 0.0)
        freight = sum_by(layout.lines.offer[line], kg_sent * freight_per_kg[number], minlength=size)
        left = self._books.left(day, line, column, kg_sent)
        self._books.freight_by_offer(freight)
        self.on_order_kg += left
        self._schedule(day, number, Issued(line, column, kg_sent, age, hazard))
        return left

    def unload(self, day: int, channels: list[int]) -> Arrival | None:
        """What is unloaded today at some channels; losses of the road are counted."""
        parts = [part for channel in channels for part in self._calendar[channel].pop(day, [])]
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
        parts = [part for days in self._calendar.values() for arrivals in days.values() for part in arrivals]
        if not parts:
            return np.zeros(0, dtype=np.intp), np.zeros(0)
        line = np.concatenate([part.line for part in parts])
        return self._world.line_product[line], np.concatenate([part.sent_kg for part in parts])

    def _schedule(self, day: int, number: Indices, sent: Issued) -> None:
        """Work out how each lot part, sent on route `number`, will be when it is unloaded; note it."""
        world, layout = self._world, self._world.layout
        line, column, kg, age, hazard = sent
        product, good = world.line_product[line], layout.lines.good[line]
        leaves = world.env.now
        arrive = {n: leaves + float(self.routes[n].transit_days[day]) for n in dict.fromkeys(number.tolist())}
        opened = {n: _next_opening(at, self.routes[n].opens_at) for n, at in arrive.items()}
        elapsed = np.array([opened[n] + self.routes[n].opens_at / 24.0 - leaves for n in number.tolist()])
        ambient = world.ambient_rates(day)[layout.goods.county[good], product]
        rate = np.where(self._ambient[number], ambient, self._rates[number, product])
        grown = age + rate * elapsed
        median, shape = layout.goods.median[good], layout.goods.shape[good]
        spoiled = kg * failed_share(hazard, spent_hazard(grown, median, shape))
        unhurt = (1.0 - self._damage[number]) * (1.0 - self._chilled[number, product]) ** elapsed
        damaged = (kg - spoiled) * (1.0 - unhurt)
        whole = Arrival(
            line, column, kg, kg - spoiled - damaged, grown, spoiled, damaged, np.full(len(kg), float(day))
        )
        for n, when in opened.items():
            mine = number == n
            self._calendar[self.routes[n].channel][when].append(Arrival(*(part[mine] for part in whole)))

    def _by_lane(self, ambient: float, at: Callable[[Keeping, float], Floats | float]) -> Floats:
        """A figure of each product at the temperature of each route's lane, [route, product].

        `ambient` stands where the load travels at the temperature of the place.
        """
        scenario = self._world.layout.scenario
        products = [scenario.products[p].keeping for p in self._world.layout.products]
        figures = np.full((len(self.routes), len(products)), ambient)
        for number, route in enumerate(self.routes):
            celsius = route.lane.celsius
            if celsius is not None:
                figures[number] = [float(at(keeping, celsius)) for keeping in products]
        return figures


def _next_opening(at: float, hour: float) -> int:
    """First day whose opening hour is not before the arrival."""
    return ceil(at - hour / 24.0 - 1e-9)


def _distance(layout: Layout, county: str, block: StockedChannel | WholesaleChannel) -> float:
    """Road kilometres from a county to the province of a channel's site or market."""
    target = block.site.province if isinstance(block, StockedChannel) else block.province
    place = layout.scenario.counties[county].place
    there = next(p for p in provinces() if p.id == target)
    return float(
        road_km(place.latitude, place.longitude, np.array([there.latitude]), np.array([there.longitude]))[0]
    )


def _transit(lane: BulkLane, km: float, streams: Streams, entity: str, days: int) -> Floats:
    """Transit time of the truck that would leave on each day, [day], drawn ahead."""
    mean = km / lane.km_per_day
    key = np.array([streams.key("transit", entity)], dtype=np.uint64)
    z = normals(uniform_block(key, np.arange(days, dtype=np.uint64)))[0]
    return np.asarray(mean * lognormal_factor(z, lane.transit_cv))


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
