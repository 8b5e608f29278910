"""What `farmsim validate` says of a file of a supply network: its places and how they hang together."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from farmsim.domain.supply import UNLIMITED, Customers, Site, Source, Station
from farmsim.report.messages import language, plural
from farmsim.report.messages import translate as _
from farmsim.report.network_screen import times

if TYPE_CHECKING:
    from farmsim.scenario.load import Loaded
    from farmsim.scenario.network_schema import NetworkProduct, NetworkScenario


def network_facts(loaded: "Loaded[NetworkScenario]") -> list[tuple[str, str]]:
    """What is worth knowing of a network before it is played, each with its name."""
    scenario = loaded.scenario
    network, tongue = scenario.network, language()
    facts = [
        (_("Name"), scenario.label.text(tongue) if scenario.label else scenario.name),
        (_("Kind"), _("supply network")),
        (_("Time"), ", ".join(times(scenario))),
        (_("Products"), _listed(_product(name, one) for name, one in scenario.products.items())),
        (_("Sources of it"), _listed(_source(name, one) for name, one in network.sources.items())),
        (_("Stations"), _listed(_station(name, one) for name, one in network.stations.items())),
        (_("Lanes"), _listed(f"{name} > {one.to}" for name, one in network.lanes.items())),
        (_("Sites"), _listed(_site(name, one) for name, one in network.sites.items())),
        (_("Customers"), _listed(_customers(name, one) for name, one in network.customers.items())),
    ]
    return [(name, fact) for name, fact in facts if fact]


def _listed(facts: Iterable[str]) -> str:
    return ", ".join(facts)


def _product(name: str, product: "NetworkProduct") -> str:
    label = product.label.text(language()) if product.label else name
    return label if product.life_days is not None else _("{name} (keeps)").format(name=label)


def _source(name: str, source: Source) -> str:
    return f"{name} > {source.to}"


def _station(name: str, station: Station) -> str:
    servers = plural("{name} ({count} server)", "{name} ({count} servers)", station.servers)
    text = (servers if station.servers else _("{name} (a room)")).format(name=name, count=station.servers)
    return text if station.to is None else f"{text} > {station.to}"


def _site(name: str, site: Site) -> str:
    rule = site.replenishment
    if rule is None:
        return name
    supplier = _("unlimited") if rule.supplier == UNLIMITED else rule.supplier
    return f"{name} < {supplier} ({rule.policy.policy})"


def _customers(name: str, customers: Customers) -> str:
    return _("{name} at {site}").format(name=name, site=customers.at)
