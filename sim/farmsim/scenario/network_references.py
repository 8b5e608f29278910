"""What must hold across a supply network: every name refers to something, and nothing goes in circles."""

from collections.abc import Iterator, Mapping

from farmsim.domain.arrivals import HarvestArrivals
from farmsim.domain.distributions import Distribution, mean_of
from farmsim.domain.supply import UNLIMITED
from farmsim.scenario.faults import Fault
from farmsim.scenario.network_schema import NetworkScenario
from farmsim.scenario.references import unknown
from farmsim.scenario.text import remedy

Path = tuple[str, ...]


def network_references(scenario: NetworkScenario) -> Iterator[Fault]:
    """Every fault of a network whose blocks are valid one by one."""
    network = scenario.network
    yield from _names(scenario)
    places = [*network.stations, *network.lanes, *network.sites]
    ways = (
        *(("sources", name, source.to) for name, source in network.sources.items()),
        *(("stations", name, station.to) for name, station in network.stations.items()),
        *(("lanes", name, lane.to) for name, lane in network.lanes.items()),
    )
    for section, name, to in ways:
        if to is not None:
            yield from unknown(("network", section, name, "to"), "place", to, places)
    for name, customers in network.customers.items():
        yield from unknown(("network", "customers", name, "at"), "site", customers.at, network.sites)
    for name, site in network.sites.items():
        rule = site.replenishment
        if rule is not None:
            yield from _workshop(scenario, name, rule.supplier)
            spot: Path = ("network", "sites", name, "replenishment", "supplier")
            known = [*(s for s in (*network.sites, *network.stations) if s != name), UNLIMITED]
            yield from unknown(spot, "supplier", rule.supplier, known)
    yield from _harvests(scenario)
    yield from _circles(scenario)
    yield from _products(scenario)
    yield from _one_product(scenario)
    yield from _amounts(scenario)
    yield from _time(scenario)


def _workshop(scenario: NetworkScenario, site: str, supplier: str) -> Iterator[Fault]:
    """A station that works to order must finish what is ordered."""
    station = scenario.network.stations.get(supplier)
    if station is not None and (station.waiting_places, station.patience_hours) != (None, None):
        path = ("network", "sites", site, "replenishment", "supplier")
        yield Fault(path, "E060", {"name": supplier}, remedies=[remedy("no-limits")])


def _harvests(scenario: NetworkScenario) -> Iterator[Fault]:
    """The window of a harvest does not end before it begins."""
    network = scenario.network
    for section, streams in (("sources", network.sources), ("customers", network.customers)):
        for name, stream in streams.items():
            arrivals = stream.arrivals
            if isinstance(arrivals, HarvestArrivals) and arrivals.last_day < arrivals.first_day:
                path = ("network", section, name, "arrivals", "last_day")
                yield Fault(path, "E045", {"what": "last_day", "other": "first_day"})


def _names(scenario: NetworkScenario) -> Iterator[Fault]:
    """No two of all share a name (their draws would be the same), none that of the unlimited supplier."""
    network = scenario.network
    taken: dict[str, str] = {UNLIMITED: "unlimited"}
    for section in ("sources", "stations", "lanes", "sites", "customers"):
        for name in getattr(network, section):
            if name in taken:
                path = ("network", section, name)
                arguments = {"name": name, "other": taken[name]}
                yield Fault(path, "E055", arguments, on_key=True, remedies=[remedy("other-name")])
            taken[name] = section


def _circles(scenario: NetworkScenario) -> Iterator[Fault]:
    """Neither orders nor loads come back to where they began."""
    network = scenario.network
    suppliers = {
        name: site.replenishment.supplier for name, site in network.sites.items() if site.replenishment
    }
    onward: dict[str, str | None] = {name: station.to for name, station in network.stations.items()}
    onward |= {name: lane.to for name, lane in network.lanes.items()}
    for name in suppliers:
        if _returns(name, suppliers):
            path: Path = ("network", "sites", name, "replenishment", "supplier")
            yield Fault(path, "E056", {"name": name}, remedies=[remedy("break-chain")])
    for name in onward:
        if _returns(name, onward):
            section = "stations" if name in network.stations else "lanes"
            path = ("network", section, name, "to")
            yield Fault(path, "E056", {"name": name}, remedies=[remedy("break-chain")])


def _returns(name: str, ways: Mapping[str, str | None]) -> bool:
    """Whether the way from a place leads back to it."""
    seen, place = {name}, ways[name]
    while place is not None and place in ways and place not in seen:
        seen.add(place)
        place = ways[place]
    return place == name


def _products(scenario: NetworkScenario) -> Iterator[Fault]:
    network, products = scenario.network, scenario.products
    for section in ("sources", "sites"):
        for name, block in getattr(network, section).items():
            path: Path = ("network", section, name)
            if block.product is not None:
                yield from unknown((*path, "product"), "product", block.product, products)
            elif len(products) > 1:
                yield Fault(path, "E057", {"name": name}, list(products), on_key=True)


def _one_product(scenario: NetworkScenario) -> Iterator[Fault]:
    """What is brought or sent to a site is what it holds."""
    network = scenario.network
    onward: dict[str, str | None] = {name: station.to for name, station in network.stations.items()}
    onward |= {name: lane.to for name, lane in network.lanes.items()}
    for name, source in network.sources.items():
        end = _end(source.to, onward)
        if end in network.sites and _differ(scenario, network.sites[end].product, source.product):
            yield _mixed(("network", "sources", name), end, name)
    for name, site in network.sites.items():
        supplier = site.replenishment.supplier if site.replenishment else None
        if supplier in network.sites and _differ(scenario, network.sites[supplier].product, site.product):
            yield _mixed(("network", "sites", name, "replenishment", "supplier"), name, supplier)


def _differ(scenario: NetworkScenario, one: str | None, other: str | None) -> bool:
    """Whether these are two products; where there is only one, it may be left out."""
    if one is None or other is None:
        return False
    return one != other and len(scenario.products) > 1


def _end(place: str | None, onward: Mapping[str, str | None]) -> str | None:
    """Where the way from a place ends."""
    for _ in onward:
        if place is None or place not in onward:
            break
        place = onward[place]
    return place


def _mixed(path: Path, site: str, other: str) -> Fault:
    on_key = path[-1] == other and path[1] == "sources"
    arguments = {"name": site, "other": other}
    return Fault(path, "E069", arguments, on_key=on_key, remedies=[remedy("one-product")])


def _amounts(scenario: NetworkScenario) -> Iterator[Fault]:
    """Masses and times are not negative in the mean, lives and gaps between arrivals more than nothing."""
    network = scenario.network
    spots: list[tuple[Path, Distribution | None]] = []
    for section in ("sources", "customers"):
        for name, units in getattr(network, section).items():
            spots.append((("network", section, name, "kg"), units.kg))
            gaps = getattr(units.arrivals, "days_between", None)
            spots.append((("network", section, name, "arrivals", "days_between"), gaps))
    for name, station in network.stations.items():
        spots.append((("network", "stations", name, "hours"), station.hours))
        spots.append((("network", "stations", name, "patience_hours"), station.patience_hours))
    spots += [(("network", "lanes", name, "days"), lane.days) for name, lane in network.lanes.items()]
    for name, site in network.sites.items():
        rule = site.replenishment
        lead = None if rule is None else rule.lead_days
        spots.append((("network", "sites", name, "replenishment", "lead_days"), lead))
    spots += [(("products", name, "life_days"), block.life_days) for name, block in scenario.products.items()]
    for path, amount in spots:
        if amount is None:
            continue
        mean, some = mean_of(amount), path[-1] in ("days_between", "life_days")
        if mean < 0.0 or (some and mean == 0.0):
            what = "more than" if some else "at least"
            arguments = {"path": path[-1], "what": what, "limit": "0", "value": f"{mean:g}"}
            yield Fault(path, "E025", arguments)


def _time(scenario: NetworkScenario) -> Iterator[Fault]:
    """The warm-up ends before the horizon, and belongs to questions about the long run."""
    if scenario.warm_up_days >= scenario.horizon_days:
        longer = remedy("write", text=f"horizon_days: {10 * scenario.warm_up_days:g}")
        arguments = {"horizon": f"{scenario.horizon_days:g}"}
        yield Fault(("warm_up_days",), "E058", arguments, remedies=[longer])
    if scenario.warm_up_days and not scenario.steady_state:
        ways = [remedy("write", text="steady_state: true"), remedy("write", text="warm_up_days: 0")]
        yield Fault(("warm_up_days",), "E059", {}, remedies=ways)
