"""Replications of a supply network, with the same machinery as those of a season."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from farmsim.engine.network.play import simulate_network
from farmsim.experiment.executors import Workers, default_workers
from farmsim.experiment.gather import Progress, Tell, Work, gather
from farmsim.results.estimates import Estimate, estimate
from farmsim.results.network import NetworkOutcome, NetworkTally, summarise_network
from farmsim.scenario.network_schema import NetworkScenario

if TYPE_CHECKING:
    from farmsim.scenario.load import Loaded

Places = Literal["stations", "lanes", "sites", "customers"]
"""The tables of an outcome, by kind of place."""
PLACES: tuple[Places, ...] = ("stations", "lanes", "sites", "customers")
LONG_DAYS = 200.0
"""Days of all replications that are worth the start of worker processes, for a network of one place."""


@dataclass(frozen=True, slots=True)
class NetworkResult:
    """All replications of a supply network, in order."""

    loaded: "Loaded[NetworkScenario]"
    random_seed: int
    outcomes: tuple[NetworkOutcome, ...]
    seconds: float

    def values(self, metric: str) -> NDArray[np.float64]:
        """A metric of the whole network by replication."""
        return np.array([outcome.metrics[metric] for outcome in self.outcomes])

    def values_of(self, table: Places, place: str, metric: str) -> NDArray[np.float64]:
        """A metric of one place by replication."""
        return np.array([getattr(outcome, table)[place][metric] for outcome in self.outcomes])

    def series(self, name: str) -> NDArray[np.float64]:
        """What the looks saw, [replication, look]; `name` is "PLACE.what", or "day" for their moments."""
        return np.array([outcome.series[name] for outcome in self.outcomes])

    def estimate(self, metric: str) -> Estimate:
        """Its mean over replications with the 95 % t interval."""
        return estimate(self.values(metric))

    def estimate_of(self, table: Places, place: str, metric: str) -> Estimate:
        """The same of one place."""
        return estimate(self.values_of(table, place, metric))


def run_network(
    loaded: "Loaded[NetworkScenario]",
    *,
    replications: int | None = None,
    random_seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> NetworkResult:
    """Play replications 0, 1, ... of a network; the result does not depend on the number of workers."""
    began = time.perf_counter()
    scenario = loaded.scenario
    count = scenario.replications if replications is None else replications
    seed = scenario.random_seed if random_seed is None else random_seed
    if workers is None:
        workers = default_workers() if count * scenario.horizon_days > LONG_DAYS else 1
    with Workers(min(workers, count), _wake) as those:
        outcomes = gather(Work(play_network, scenario, seed), count, those, progress)
    return NetworkResult(loaded, seed, tuple(outcomes), time.perf_counter() - began)


def play_network(
    model: NetworkScenario, replication: int, random_seed: int, *, tell: Tell | None = None
) -> NetworkOutcome:
    """One replication in numbers; `tell` is told at its end."""
    tally = NetworkTally()
    simulate_network(model, replication, tally, random_seed=random_seed)
    if tell is not None:
        tell(1.0)
    return summarise_network(tally)


def _wake() -> None:
    """Having found this function, a worker has imported all that it needs."""
