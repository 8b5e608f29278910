"""Bulk transport: trucks leave the county for shops and markets, and arrive some days later.

A departure takes what the desk allotted as far as vehicles are free; vehicles come back after the same time.
Arrivals are coalesced by day: everything that reaches one channel on a day is one shipment.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import StockedChannel, WholesaleChannel
from farmsim.domain.distributions import draw
from farmsim.domain.network import BulkLane, road_km
from farmsim.domain.stock import Issued
from farmsim.engine.access import Access
from farmsim.engine.layout import Layout, bulk_lane
from farmsim.engine.world import World
from farmsim.scenario.catalogue import provinces
from farmsim.streams import Streams, normals, uniform_block

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Shipment(NamedTuple):
    """Lot parts on the road together, by line of the channel."""

    left_day: int
    line: Indices
    column: Indices
    kg: Floats
    age: Floats
    hazard: Floats
    vehicles: int


class Route:
    """One channel's bulk lane from one county: vehicles, calendar of departures, trucks on the road."""

    def __init__(self, layout: Layout, streams: Streams, county: int, channel: int) -> None:
        scenario = layout.scenario
        block = layout.blocks[channel]
        assert isinstance(block, StockedChannel | WholesaleChannel), "only bulk channels have routes"
        county_id = layout.counties[county]
        self.county = county
        self.channel = channel
        self.lane: BulkLane = bulk_lane(scenario, county_id, block.lane)
        self.lines = np.array(
            [line for line in layout.lines.of_channel[channel] if layout.goods.county[layout.lines.good[line]] == county],
            dtype=np.intp,
        )
        self.access = Access.of(layout, self.lines, block)
        self.km = self.lane.km if self.lane.km is not None else _distance(layout, county_id, block)
        entity = f"{county_id}/{block.lane}/{layout.channels[channel]}"
        self.transit_days = _transit(self.lane, self.km, streams, entity, scenario.horizon_days)
        self.closed = _closures(self.lane, streams, layout, f"{county_id}/{block.lane}")
        self.free = self.lane.vehicles
        self._away: dict[int, int] = {}
        self.on_road: list[tuple[float, Shipment]] = []

    def departs(self, day: int) -> bool:
        """Whether a truck may leave on this day."""
        return day % self.lane.every_days == 0 and not self.closed[day]

    def room_kg(self, day: int) -> float:
        """What can leave today: free vehicles, after those due are back."""
        self.free += sum(self._away.pop(due) for due in [d for d in self._away if d <= day])
        return self.free * self.lane.vehicle_kg if self.departs(day) else 0.0

    def send(self, now: float, taken: Issued, lines: Indices) -> tuple[Shipment, float]:
        """Load what was issued and leave; returns the shipment and its arrival time."""
        day = int(now)
        kg = float(taken.kg.sum())
        vehicles = min(self.free, int(np.ceil(kg / self.lane.vehicle_kg - 1e-9)))
        self.free -= vehicles
        transit = float(self.transit_days[day])
        back = int(np.ceil(now + 2.0 * transit))
        self._away[back] = self._away.get(back, 0) + vehicles
        shipment = Shipment(day, lines[taken.line], taken.column, taken.kg, taken.age, taken.hazard, vehicles)
        self.on_road.append((now + transit, shipment))
        return shipment, now + transit

    def freight(self, kg: Floats, vehicles: int) -> Floats:
        """Freight of a shipment split by kg."""
        total = float(kg.sum())
        cost = total / 1000.0 * self.km * self.lane.cost_per_t_km + vehicles * self.lane.cost_per_trip
        return kg * (cost / total if total > 0.0 else 0.0)

    def freight_per_kg(self) -> float:
        """Expected freight per kg with full vehicles."""
        return self.km * self.lane.cost_per_t_km / 1000.0 + self.lane.cost_per_trip / self.lane.vehicle_kg

    def arrived(self, now: float) -> list[Shipment]:
        """Shipments that have come in since the last time."""
        come = [shipment for due, shipment in self.on_road if due <= now]
        if come:
            self.on_road = [(due, shipment) for due, shipment in self.on_road if due > now]
        return come


class Arrival(NamedTuple):
    """A shipment as it is unloaded: what is sound, and what was lost on the way."""

    line: Indices
    column: Indices
    kg: Floats
    age: Floats
    spoiled_kg: Floats
    damaged_kg: Floats


def unload(world: World, route: Route, shipment: Shipment, now: float) -> Arrival:
    """Age a shipment by its time on the road and take out what failed or was bruised."""
    layout = world.layout
    good = layout.lines.good[shipment.line]
    elapsed = now - (shipment.left_day + world.clock.departure / 24.0)
    keeping = [layout.scenario.products[p].keeping for p in layout.products]
    if route.lane.celsius is None:
        rates = world.ambient_rates(shipment.left_day)[route.county]
    else:
        rates = np.array([float(k.rate(route.lane.celsius)) for k in keeping])
    product = layout.goods.product[good]
    age = shipment.age + rates[product] * elapsed
    median, shape = layout.goods.median[good], layout.goods.shape[good]
    spent = np.power(np.maximum(age, 0.0) / median, shape)
    spoiled = shipment.kg * -np.expm1(np.log(2.0) * (shipment.hazard - spent))
    damaged = (shipment.kg - spoiled) * route.lane.damage_share
    return Arrival(shipment.line, shipment.column, shipment.kg - spoiled - damaged, age, spoiled, damaged)


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
    sigma2 = np.log1p(lane.transit_cv**2)
    key = np.array([streams.key("transit", entity)], dtype=np.uint64)
    z = normals(uniform_block(key, np.arange(days, dtype=np.uint64)))[0]
    return mean * np.exp(np.sqrt(sigma2) * z - sigma2 / 2.0)


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
