"""Several supply networks on the same replications: paired, for every stream has the same address in all."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from farmsim.experiment.gather import Progress
from farmsim.experiment.network import NetworkResult, run_network
from farmsim.results.paired import Difference, difference

if TYPE_CHECKING:
    from farmsim.scenario.load import Loaded
    from farmsim.scenario.network_schema import NetworkScenario


@dataclass(frozen=True, slots=True)
class NetworkComparison:
    """Runs of several networks with one random seed, equally often replicated; the first is the baseline."""

    names: tuple[str, ...]
    runs: tuple[NetworkResult, ...]
    random_seed: int
    seconds: float

    @property
    def replications(self) -> int:
        """Pairs of each comparison."""
        return len(self.runs[0].outcomes)

    @property
    def comparisons(self) -> int:
        """Networks that are compared with the baseline: so many intervals hold together."""
        return len(self.runs) - 1

    def difference(self, name: str, place: int) -> Difference:
        """A metric of the whole network, or `PLACE.metric`, less that of the baseline; all must have it."""
        values, baseline = (self.runs[i].values_named(name) for i in (place, 0))
        assert values is not None, f"every network has {name}"
        assert baseline is not None, f"every network has {name}"
        return difference(values, baseline, self.comparisons)


def compare_networks(
    networks: "dict[str, Loaded[NetworkScenario]]",
    *,
    replications: int | None = None,
    random_seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> NetworkComparison:
    """Play all networks on the replications and with the random seed of the first, unless told otherwise."""
    began = time.perf_counter()
    first = next(iter(networks.values())).scenario
    count = first.replications if replications is None else replications
    seed = first.random_seed if random_seed is None else random_seed
    runs: list[NetworkResult] = []

    def told(done: float, _: int) -> None:
        if progress is not None:
            progress(len(runs) * count + done, len(networks) * count)

    for loaded in networks.values():
        run = run_network(loaded, replications=count, random_seed=seed, workers=workers, progress=told)
        runs += [run]
    return NetworkComparison(tuple(networks), tuple(runs), seed, time.perf_counter() - began)
