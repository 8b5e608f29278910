"""What must hold across a whole scenario: every name refers to something, sums add up, dates follow.

A fault says where it is and what may stand there; the loader gives it a line and a caret.
"""

from collections.abc import Collection, Iterator
from itertools import combinations

from farmsim.domain.channels import (
    Channel,
    ParcelChannel,
    ParcelSale,
    StockedChannel,
    StockedSale,
    WholesaleChannel,
)
from farmsim.domain.demand import Independent
from farmsim.domain.desk import Matrix, Netback, Priority, Shares
from farmsim.domain.distributions import least_of
from farmsim.domain.interventions import ColdChain, PriceGuarantee, Promotion, Subsidy, Training
from farmsim.domain.network import BulkLane, ParcelLane
from farmsim.scenario.catalogue import names
from farmsim.scenario.faults import Fault
from farmsim.scenario.schema import County, Scenario
from farmsim.scenario.single_orders import single_orders

Path = tuple[str, ...]
TOLERANCE = 1e-6
ORDER_OF_THE_DAY = (
    ("harvest", "desk"),
    ("review", "desk"),
    ("desk", "contract"),
    ("desk", "cutoff"),
    ("desk", "departure"),
    ("desk", "trader"),
    ("orders", "shop"),
    ("orders", "cutoff"),
    ("shop", "cutoff"),
)
"""Activities of which the first must come before the second."""


def references(scenario: Scenario) -> Iterator[Fault]:
    """Every fault of a scenario whose blocks are valid one by one."""
    yield from _counties(scenario)
    for name, channel in scenario.channels.items():
        yield from _channel(scenario, name, channel)
    yield from _desk(scenario)
    yield from _interventions(scenario)
    yield from _clock(scenario)
    yield from _poverty_line(scenario)
    yield from single_orders(scenario)


def unknown(
    path: Path, what: str, name: str, known: Collection[str], *, on_key: bool = False
) -> Iterator[Fault]:
    """A fault if there is nothing of this name."""
    if name not in known:
        yield Fault(path, "E021", {"what": what, "name": name}, list(known), on_key=on_key)


def _counties(scenario: Scenario) -> Iterator[Fault]:
    for name, county in scenario.counties.items():
        here: Path = ("counties", name)
        yield from unknown((*here, "province"), "province", county.province, names("provinces"))
        if county.packhouse is not None and least_of(county.packhouse.service) < 0.0:
            yield Fault((*here, "packhouse", "service"), "E052", {"what": "service"})
        for group_name, group in county.growers.items():
            spot = (*here, "growers", group_name)
            yield from unknown((*spot, "product"), "product", group.product, scenario.products)
            if group.product not in scenario.products:
                continue
            for grade in group.grade_shares:
                grades = scenario.products[group.product].grades
                yield from unknown((*spot, "grade_shares", grade), "grade", grade, grades, on_key=True)
            yield from _sum_to_one((*spot, "grade_shares"), group.grade_shares)
            if group.harvest.last < group.harvest.first:
                yield Fault(
                    (*spot, "harvest", "last"), "E045", {"what": "harvest.last", "other": "harvest.first"}
                )


def _sum_to_one(path: Path, shares: dict[str, float]) -> Iterator[Fault]:
    total = sum(shares.values())
    if abs(total - 1.0) > TOLERANCE:
        yield Fault(path, "E040", {"path": path[-1], "total": f"{total:g}", "expected_total": "1"})


def _channel(scenario: Scenario, name: str, channel: Channel) -> Iterator[Fault]:
    here: Path = ("channels", name)
    for county in channel.counties or ():
        yield from unknown((*here, "counties"), "county", county, scenario.counties)
    suppliers = [c for c in channel.counties or scenario.counties if c in scenario.counties]
    grown = {g.product for c in suppliers for g in scenario.counties[c].growers.values()}
    if not channel.sells:
        spot = (*here, "sells") if "sells" in channel.model_fields_set else here
        yield Fault(spot, "E046", {"name": name}, on_key=True)
    for product in channel.sells:
        spot = (*here, "sells", product)
        yield from unknown(spot, "product", product, scenario.products, on_key=True)
        if product in scenario.products:
            if product not in grown:
                yield Fault(spot, "E047", {"name": product}, sorted(grown), on_key=True)
            yield from _sale(scenario, spot, channel, product)
    yield from _places(here, channel)
    if hasattr(channel, "lane"):
        for county in suppliers:
            if {g.product for g in scenario.counties[county].growers.values()} & set(channel.sells):
                yield from _lane(here, channel, scenario.counties[county])


def _sale(scenario: Scenario, spot: Path, channel: Channel, product: str) -> Iterator[Fault]:
    """The grade exists, and where consumers buy there is a demand for the product."""
    sale = channel.sells[product]
    if sale.grade != "any":
        grades = [*scenario.products[product].grades, "any"]
        yield from unknown((*spot, "grade"), "grade", sale.grade, grades)
    if not isinstance(sale, ParcelSale | StockedSale):
        return
    sessions = sale.sessions if isinstance(sale, ParcelSale) else None
    if sessions is not None and least_of(sessions.orders) < 0.0:
        yield Fault((*spot, "sessions", "orders"), "E052", {"what": "orders"})
    demand = scenario.products[product].demand
    if demand is None:
        yield Fault(("products", product), "E048", {"name": product}, on_key=True)
    elif isinstance(channel, ParcelChannel) and channel.attention is not None:
        if not isinstance(demand, Independent):
            yield Fault(spot, "E054", {"name": product}, on_key=True)
    elif isinstance(demand, Independent) and sale.base_kg_per_day is None:
        yield Fault(spot, "E023", {"path": "base_kg_per_day"}, on_key=True)


def _places(here: Path, channel: Channel) -> Iterator[Fault]:
    """Provinces that a channel names exist."""
    known = names("provinces")
    match channel:
        case ParcelChannel(attraction=attraction) | StockedChannel(attraction=attraction):
            for province in attraction.provinces or ():
                yield from unknown((*here, "attraction", "provinces"), "province", province, known)
        case WholesaleChannel(province=province):
            yield from unknown((*here, "province"), "province", province, known)
        case _:
            pass
    if isinstance(channel, StockedChannel):
        yield from unknown((*here, "site", "province"), "province", channel.site.province, known)


def _lane(here: Path, channel: Channel, county: County) -> Iterator[Fault]:
    """The lane exists in the county and is of the kind that the channel needs."""
    lane_id = str(getattr(channel, "lane", ""))
    kind: type = ParcelLane if isinstance(channel, ParcelChannel) else BulkLane
    fitting = [name for name, lane in county.lanes.items() if isinstance(lane, kind)]
    yield from unknown((*here, "lane"), "lane", lane_id, fitting)


def _desk(scenario: Scenario) -> Iterator[Fault]:
    match scenario.desk:
        case Shares(shares=shares, rest=rest):
            for channel in shares:
                yield from unknown(
                    ("desk", "shares", channel), "channel", channel, scenario.channels, on_key=True
                )
            if sum(shares.values()) > 1.0 + TOLERANCE:
                total = f"{sum(shares.values()):g}"
                yield Fault(
                    ("desk", "shares"),
                    "E040",
                    {"path": "shares", "total": total, "expected_total": "at most 1"},
                )
            if rest is not None:
                yield from unknown(("desk", "rest"), "channel", rest, scenario.channels)
        case Priority(order=order):
            for position, channel in enumerate(order):
                yield from unknown(("desk", "order", str(position)), "channel", channel, scenario.channels)
        case Netback() | Matrix():
            pass


def _interventions(scenario: Scenario) -> Iterator[Fault]:
    groups = [group for county in scenario.counties.values() for group in county.growers]
    for name, programme in scenario.interventions.items():
        here: Path = ("interventions", name)
        match programme:
            case Training(growers=growers):
                for position, group in enumerate(growers or ()):
                    yield from unknown((*here, "growers", str(position)), "grower group", group, groups)
            case ColdChain(county=county):
                yield from unknown((*here, "county"), "county", county, scenario.counties)
            case (
                Promotion(channels=channels) | PriceGuarantee(channels=channels) | Subsidy(channels=channels)
            ):
                for position, channel in enumerate(channels):
                    spot = (*here, "channels", str(position))
                    yield from unknown(spot, "channel", channel, scenario.channels)


def _clock(scenario: Scenario) -> Iterator[Fault]:
    """No two activities may share an hour: their order would be chance."""
    hours = {name: hour for name, hour in scenario.clock.model_dump().items() if name != "picking_hours"}
    for first, second in combinations(hours, 2):
        if hours[first] == hours[second]:
            yield Fault(
                ("clock", second), "E049", {"name": second, "other": first, "hour": f"{hours[second]:g}"}
            )
    for first, second in ORDER_OF_THE_DAY:
        if hours[first] > hours[second]:
            yield Fault(("clock", second), "E051", {"name": second, "other": first})


def _poverty_line(scenario: Scenario) -> Iterator[Fault]:
    """A county without a line of its own needs one that is known for the year."""
    known = names("poverty_lines")
    year = str(scenario.start.year)
    if year in known:
        return
    for name, county in scenario.counties.items():
        if county.poverty_line is None:
            yield Fault(("counties", name), "E050", {"year": year, "known": ", ".join(known)}, on_key=True)
