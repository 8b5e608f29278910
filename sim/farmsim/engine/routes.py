"""Bulk routes as tables: which channel sends trucks from which county by which lane; compiled once.

A route is one channel's bulk lane from one county. Channels of a county that use the same lane share its
vehicles.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import StockedChannel, WholesaleChannel
from farmsim.domain.network import BulkLane, road_km
from farmsim.engine.layout import Layout, bulk_lane
from farmsim.scenario.catalogue import provinces

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]


class Routes(NamedTuple):
    """[route], those of one channel together, in the order of channels and counties."""

    channel: Indices
    county: Indices
    entity: tuple[str, ...]
    """Name of the stream of its transit times."""
    fleet: Indices
    """Number of the lane whose vehicles it uses; routes of one fleet follow their order in the table."""
    km: Floats
    usual_days: Floats
    """Mean transit time."""
    transit_cv: Floats
    vehicle_kg: Floats
    every_days: Integers
    opens_at: Floats
    """Hour at which its trucks are unloaded."""
    at_ambient: NDArray[np.bool_]
    damage: Floats
    per_t_km: Floats
    per_trip: Floats
    co2_g_per_t_km: Floats
    """NaN where the lane does not say."""
    rate: Floats
    """Ageing speed in the load, [line]; without meaning where it travels at ambient temperature."""
    chilled: Floats
    """Share injured by a day in the load, [line]."""
    lanes: tuple[BulkLane, ...]
    """[fleet]"""
    lane_entity: tuple[str, ...]
    """[fleet]: name of the stream of its closures."""
    of_line: Indices
    """[line]: route of the line, -1 where it goes by no truck."""

    def freight_per_kg(self) -> Floats:
        """Expected freight per kg with full vehicles, [route]."""
        return self.km * self.per_t_km / 1000.0 + self.per_trip / self.vehicle_kg


class _Route(NamedTuple):
    channel: int
    county: int
    block: StockedChannel | WholesaleChannel
    lane: BulkLane
    fleet: int


def make_routes(layout: Layout) -> Routes:
    """The routes of a scenario."""
    fleets: dict[tuple[int, str], int] = {}
    lanes: list[BulkLane] = []
    found: list[_Route] = []
    of_line = np.full(len(layout.lines.offer), -1, dtype=np.intp)
    county_of = layout.goods.county[layout.lines.good]
    for channel, block in enumerate(layout.blocks):
        if not isinstance(block, StockedChannel | WholesaleChannel):
            continue
        number_of = np.full(len(layout.counties), -1, dtype=np.intp)
        mine = layout.lines.of_channel[channel]
        for county in dict.fromkeys(county_of[mine].tolist()):
            lane = bulk_lane(layout.scenario, layout.counties[county], block.lane)
            fleet = fleets.setdefault((county, block.lane), len(fleets))
            if fleet == len(lanes):
                lanes.append(lane)
            number_of[county] = len(found)
            found.append(_Route(channel, county, block, lane, fleet))
        of_line[mine] = number_of[county_of[mine]]
    names = tuple(f"{layout.counties[county]}/{lane}" for county, lane in fleets)
    return _tabulated(layout, found, tuple(lanes), names, of_line)


def _tabulated(
    layout: Layout, found: list[_Route], lanes: tuple[BulkLane, ...], names: tuple[str, ...], of_line: Indices
) -> Routes:
    """The columns of the table."""
    clock = layout.scenario.clock
    km = _distances(layout, found)
    speed = np.array([r.lane.km_per_day for r in found])
    warmth = [np.nan if r.lane.celsius is None else r.lane.celsius for r in found]
    celsius = np.array([*warmth, np.nan])[of_line]
    product = layout.goods.product[layout.lines.good]
    emitted = [r.lane.co2_g_per_t_km for r in found]
    return Routes(
        channel=np.array([r.channel for r in found], dtype=np.intp),
        county=np.array([r.county for r in found], dtype=np.intp),
        entity=tuple(f"{names[r.fleet]}/{layout.channels[r.channel]}" for r in found),
        fleet=np.array([r.fleet for r in found], dtype=np.intp),
        km=km,
        usual_days=km / speed,
        transit_cv=np.array([r.lane.transit_cv for r in found]),
        vehicle_kg=np.array([r.lane.vehicle_kg for r in found]),
        every_days=np.array([r.lane.every_days for r in found], dtype=np.int64),
        opens_at=np.array(
            [clock.receipt if isinstance(r.block, StockedChannel) else clock.session for r in found]
        ),
        at_ambient=np.array([r.lane.celsius is None for r in found], dtype=np.bool_),
        damage=np.array([r.lane.damage_share for r in found]),
        per_t_km=np.array([r.lane.cost_per_t_km for r in found]),
        per_trip=np.array([r.lane.cost_per_trip for r in found]),
        co2_g_per_t_km=np.array([np.nan if grams is None else grams for grams in emitted]),
        rate=layout.keepings.rates(product, celsius),
        chilled=layout.keepings.chilled(product, celsius),
        lanes=lanes,
        lane_entity=names,
        of_line=of_line,
    )


def _distances(layout: Layout, found: list[_Route]) -> Floats:
    """Road kilometres of each route: the lane's own, or from the county to the province of site or market."""
    places = {p.id: p for p in provinces()}
    km = np.zeros(len(found))
    for number, route in enumerate(found):
        if route.lane.km is not None:
            km[number] = route.lane.km
            continue
        block = route.block
        there = places[block.site.province if isinstance(block, StockedChannel) else block.province]
        here = layout.scenario.counties[layout.counties[route.county]].place
        km[number] = road_km(
            here.latitude, here.longitude, np.array([there.latitude]), np.array([there.longitude])
        )[0]
    return km
