"""Several scenarios on the same replications: paired, for every stream has the same address in all."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from farmsim.experiment.executors import Workers
from farmsim.experiment.paired_precision import PairedStop, next_pairs, stop_of
from farmsim.experiment.precision import FIRST, Precision
from farmsim.experiment.run import RunResult, run_scenario, workers_for
from farmsim.results.decomposition import PARTS, Account, account_of, decompose, waiting
from farmsim.results.paired import Difference, difference, pairing_gain

if TYPE_CHECKING:
    from farmsim.scenario.load import Loaded
    from farmsim.scenario.schema import Scenario

Progress = Callable[[float, int], None]
DUST = 1e-6
"""Less than this of a yuan in the parts of an income is rounding."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs of several scenarios with one random seed, equally often replicated; the first is the baseline."""

    names: tuple[str, ...]
    runs: tuple[RunResult, ...]
    random_seed: int
    seconds: float
    stop: PairedStop | None = None
    """Why it was not continued, if replications were played until differences were precise enough."""

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
        return difference(values(self.runs[scenario]), values(self.runs[against]), self.comparisons)

    @property
    def comparisons(self) -> int:
        """Scenarios that are compared with the baseline: so many intervals hold together."""
        return len(self.runs) - 1

    @property
    def pairs(self) -> int:
        """Pairs of scenarios."""
        return len(self.runs) * (len(self.runs) - 1) // 2

    def pair(self, metric: str, scenario: int, against: int) -> Difference:
        """A metric of one scenario less that of another, as one of the comparisons of all pairs."""
        return difference(self.runs[scenario].values(metric), self.runs[against].values(metric), self.pairs)

    def pairing_gain(self, metric: str, scenario: int) -> float:
        """How many times the replications the difference from the baseline would need without pairing."""
        return pairing_gain(self.runs[scenario].values(metric), self.runs[0].values(metric))

    def parts(self, scenario: int) -> dict[str, Difference]:
        """The difference of all growers' income from the baseline, CNY, by its parts and in "total"."""
        seasons = zip(self._accounts(scenario), self._accounts(0), strict=True)
        splits = [decompose(one, base) | {"total": one.income - base.income} for one, base in seasons]
        nothing = np.zeros(len(splits))

        def by_season(part: str) -> NDArray[np.float64]:
            sums = np.array([split[part] for split in splits])
            return np.where(np.abs(sums) < DUST, 0.0, sums)

        return {part: difference(by_season(part), nothing, self.comparisons) for part in (*PARTS, "total")}

    def waiting(self, scenario: int) -> float:
        """Mean interest that growers forgo while they wait for their money, at the scenario's rate, CNY."""
        run = self.runs[scenario]
        rate = run.loaded.scenario.desk.interest_per_year
        return float(np.mean([waiting(outcome, rate) for outcome in run.outcomes]))

    def _accounts(self, scenario: int) -> list[Account]:
        """Accounts of the seasons of one scenario."""
        run = self.runs[scenario]
        counties = run.loaded.scenario.counties.values()
        groups = [group for county in counties for group in county.growers.values()]
        households = sum(group.households for group in groups)
        land = sum(group.households * group.land_mu for group in groups)
        return [account_of(outcome, households, land) for outcome in run.outcomes]


def compare_scenarios(
    scenarios: "dict[str, Loaded[Scenario]]",
    *,
    replications: int | None = None,
    random_seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    precision: Precision | None = None,
) -> Comparison:
    """Play all scenarios on the replications and with the random seed of the first, unless told otherwise.

    With `precision`, replications are added until it is reached; `stop` says why there are no more.
    """
    began = time.perf_counter()
    first = next(iter(scenarios.values())).scenario
    count = first.replications if replications is None else replications
    seed = first.random_seed if random_seed is None else random_seed
    most, stop = count, None
    if precision is not None:
        count, most = min(FIRST, precision.most), precision.most
    with workers_for(first, most, workers, runs=len(scenarios)) as running:
        runs = _play(scenarios, [], count, seed, running, progress)
        stages = [count]
        while precision is not None and stop is None:
            values = [run.values(precision.metric) for run in runs]
            stop = stop_of(values, precision, stages)
            if stop is None:
                count = next_pairs(values, precision)
                runs = _play(scenarios, runs, count, seed, running, progress)
                stages.append(count)
    return Comparison(tuple(scenarios), tuple(runs), seed, time.perf_counter() - began, stop)


def _play(
    scenarios: "dict[str, Loaded[Scenario]]",
    before: list[RunResult],
    count: int,
    seed: int,
    workers: Workers,
    progress: Progress | None,
) -> list[RunResult]:
    """So many replications of every scenario, those that were played `before` included."""
    had = len(before[0].outcomes) if before else 0
    runs: list[RunResult] = []

    def told(done: float, _: int) -> None:
        if progress is not None:
            waiting = len(scenarios) - len(runs) - 1
            progress(len(runs) * count + done + waiting * had, len(scenarios) * count)

    for place, loaded in enumerate(scenarios.values()):
        run = run_scenario(
            loaded,
            replications=count,
            random_seed=seed,
            workers=workers,
            progress=told,
            played=before[place].outcomes if before else (),
        )
        runs += [run]
    return runs
