"""Several scenarios on the same replications: paired, for every stream has the same address in all."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from farmsim.experiment.run import RunResult, run_scenario
from farmsim.results.paired import Difference, difference

if TYPE_CHECKING:
    from farmsim.scenario.load import Loaded
    from farmsim.scenario.schema import Scenario

Progress = Callable[[float, int], None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs of several scenarios with one random seed, equally often replicated; the first is the baseline."""

    names: tuple[str, ...]
    runs: tuple[RunResult, ...]
    random_seed: int
    seconds: float

    @property
    def replications(self) -> int:
        """Pairs of each comparison."""
        return len(self.runs[0].outcomes)

    def difference(self, metric: str, scenario: int, against: int = 0) -> Difference:
        """A metric of one scenario less that of another, as one of the comparisons with the baseline."""
        return self.difference_of(lambda run: run.values(metric), scenario, against)

    def difference_of(
        self, values: Callable[[RunResult], NDArray[np.float64]], scenario: int, against: int = 0
    ) -> Difference:
        """The same for anything that a run gives by replication."""
        comparisons = len(self.runs) - 1
        return difference(values(self.runs[scenario]), values(self.runs[against]), comparisons)


def compare_scenarios(
    scenarios: "dict[str, Loaded[Scenario]]",
    *,
    replications: int | None = None,
    random_seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Play all scenarios on the replications and with the random seed of the first, unless told otherwise."""
    began = time.perf_counter()
    first = next(iter(scenarios.values())).scenario
    count = first.replications if replications is None else replications
    seed = first.random_seed if random_seed is None else random_seed
    runs: list[RunResult] = []
    for loaded in scenarios.values():
        before = len(runs) * count

        def told(done: float, _: int, before: int = before) -> None:
            if progress is not None:
                progress(before + done, len(scenarios) * count)

        runs.append(
            run_scenario(loaded, replications=count, random_seed=seed, workers=workers, progress=told)
        )
    return Comparison(tuple(scenarios), tuple(runs), seed, time.perf_counter() - began)
