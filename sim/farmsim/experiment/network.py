"""Replications of a supply network, with the same machinery as those of a season."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from farmsim.engine.network.play import simulate_network
from farmsim.experiment.executors import Workers, default_workers
from farmsim.experiment.gather import Progress, Tell, Work, gather
from farmsim.experiment.precision import FIRST, Precision, Stop, next_count, stop_of
from farmsim.results.estimates import Estimate, estimate
from farmsim.results.network import NetworkOutcome, NetworkTally, summarise_network
from farmsim.results.network_catalogue import CATALOGUES, Places
from farmsim.scenario.network_schema import NetworkScenario

if TYPE_CHECKING:
    from farmsim.scenario.load import Loaded

MANY_ARRIVALS = 200_000.0
"""Loads and orders of all replications that are worth the start of worker processes (about two seconds)."""


@dataclass(frozen=True, slots=True)
class NetworkResult:
    """All replications of a supply network, in order."""

    loaded: "Loaded[NetworkScenario]"
    random_seed: int
    outcomes: tuple[NetworkOutcome, ...]
    seconds: float
    stop: Stop | None = None
    """Why it was not continued, if replications were played until a mean was precise enough."""

    def values(self, metric: str) -> NDArray[np.float64]:
        """A metric of the whole network by replication."""
        return np.array([outcome.metrics[metric] for outcome in self.outcomes])

    def values_of(self, table: Places, place: str, metric: str) -> NDArray[np.float64]:
        """A metric of one place by replication."""
        return np.array([getattr(outcome, table)[place][metric] for outcome in self.outcomes])

    def values_named(self, name: str) -> NDArray[np.float64] | None:
        """The values of a metric of the whole network, or of `PLACE.metric`; None if there is none such."""
        return values_named(self.outcomes, name)

    def estimate_named(self, name: str) -> Estimate:
        """The same of a metric of the whole network or of `PLACE.metric`, which there must be."""
        return estimate(_asked(self.outcomes, name))

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
    precision: Precision | None = None,
) -> NetworkResult:
    """Play replications 0, 1, ... of a network; the result does not depend on the number of workers.

    With `precision`, replications are added until a mean is known so well; `stop` says why there are no more.
    """
    began = time.perf_counter()
    scenario = loaded.scenario
    count = scenario.replications if replications is None else replications
    seed = scenario.random_seed if random_seed is None else random_seed
    if precision is not None:
        count = min(FIRST, precision.most)
    if workers is None:
        workers = default_workers() if count * _arrivals(scenario) > MANY_ARRIVALS else 1
    stages: list[int] = []

    def more(played: list[NetworkOutcome]) -> int:
        stages.append(len(played))
        return len(played) if precision is None else next_count(_asked(played, precision.metric), precision)

    with Workers(min(workers, count), _wake) as those:
        outcomes = gather(Work(play_network, scenario, seed), count, those, progress, more)
    stop = None
    if precision is not None:
        stop = stop_of(_asked(outcomes, precision.metric), precision, stages)
    return NetworkResult(loaded, seed, tuple(outcomes), time.perf_counter() - began, stop)


def values_named(outcomes: Sequence[NetworkOutcome], name: str) -> NDArray[np.float64] | None:
    """The values of a metric of the whole network, or of `PLACE.metric`; None if there is none such."""
    if name in outcomes[0].metrics:
        return np.array([outcome.metrics[name] for outcome in outcomes])
    place, _, metric = name.partition(".")
    for table in CATALOGUES:
        if metric in getattr(outcomes[0], table).get(place, {}):
            return np.array([getattr(outcome, table)[place][metric] for outcome in outcomes])
    return None


def _asked(outcomes: Sequence[NetworkOutcome], name: str) -> NDArray[np.float64]:
    values = values_named(outcomes, name)
    assert values is not None, f"the command has seen that there is a metric {name}"
    return values


def play_network(
    model: NetworkScenario, replication: int, random_seed: int, *, tell: Tell | None = None
) -> NetworkOutcome:
    """One replication in numbers; `tell` is told at its end."""
    tally = NetworkTally()
    simulate_network(model, replication, tally, random_seed=random_seed)
    if tell is not None:
        tell(1.0)
    return summarise_network(tally)


def _arrivals(scenario: NetworkScenario) -> float:
    """Loads and orders to be expected in a replication."""
    streams = (*scenario.network.sources.values(), *scenario.network.customers.values())
    return sum(stream.arrivals.mean_per_day * stream.at_once for stream in streams) * scenario.horizon_days


def _wake() -> None:
    """Having found this function, a worker has imported all that it needs."""
