"""Help for tests of supply networks: a network from a mapping, played once."""

from typing import Any

from farmsim.engine.network.play import simulate_network
from farmsim.results.network import NetworkOutcome, NetworkTally, summarise_network
from farmsim.scenario.network_schema import NetworkScenario


def scenario(network: dict[str, Any], days: float = 10.0, **more: Any) -> NetworkScenario:
    if "warm_up_days" in more:
        more["steady_state"] = True
    return NetworkScenario.model_validate({"name": "test", "horizon_days": days, "network": network, **more})


def play(network: dict[str, Any], days: float = 10.0, **more: Any) -> NetworkOutcome:
    """The outcome of replication 0; looks are taken every day unless said otherwise."""
    more.setdefault("sample_days", 1.0)
    return outcome_of(scenario(network, days, **more))


def outcome_of(described: NetworkScenario, replication: int = 0) -> NetworkOutcome:
    tally = NetworkTally()
    simulate_network(described, replication, tally)
    return summarise_network(tally)


def at(site: str, kg_by_day: list[float], **more: Any) -> dict[str, Any]:
    """Customers who want so much on day 0, 1, ..."""
    return {"at": site, "arrivals": {"kind": "trace", "kg_by_day": kg_by_day}, **more}


def bring(to: str, kg_by_day: list[float], **more: Any) -> dict[str, Any]:
    """A source that brings so much on day 0, 1, ..."""
    return {"to": to, "arrivals": {"kind": "trace", "kg_by_day": kg_by_day}, **more}


def ordering(supplier: str = "unlimited", **more: Any) -> dict[str, Any]:
    """A base stock, unless another policy is given."""
    level = more.pop("level_kg", 10)
    return {"supplier": supplier, "policy": {"policy": "base-stock", "level_kg": level}, **more}
