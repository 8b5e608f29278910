"""Replications of a supply network."""

from farmsim.engine.network.play import simulate_network
from farmsim.results.network import NetworkOutcome, NetworkTally, summarise_network
from farmsim.scenario.network_schema import NetworkScenario


def play_network(scenario: NetworkScenario, replication: int, random_seed: int) -> NetworkOutcome:
    """One replication in numbers."""
    tally = NetworkTally()
    simulate_network(scenario, replication, tally, random_seed=random_seed)
    return summarise_network(tally)
