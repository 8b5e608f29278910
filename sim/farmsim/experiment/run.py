"""Replications of one scenario: planned, played on an executor, gathered in plan order."""

import time
from collections.abc import Callable
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from farmsim.engine.simulate import Model, make_model, simulate
from farmsim.experiment.executors import default_workers, make_executor, stop_now
from farmsim.results.estimates import Estimate, estimate
from farmsim.results.outcome import Outcome
from farmsim.results.summary import summarise
from farmsim.results.tables import Shape, Tally
from farmsim.scenario.schema import Scenario

if TYPE_CHECKING:
    from farmsim.scenario.load import Loaded

FEW = 8
"""So few replications are not worth the start of a worker process."""
MOST_IN_A_CHUNK = 8
"""Replications that a worker plays in one go: short enough to see progress and to stop soon."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RunResult:
    """All replications of a scenario, in order."""

    loaded: "Loaded[Scenario]"
    random_seed: int
    outcomes: tuple[Outcome, ...]
    seconds: float

    def values(self, metric: str, channel: str | None = None) -> NDArray[np.float64]:
        """A metric by replication, in total or of one channel."""
        if channel is None:
            return np.array([outcome.metrics[metric] for outcome in self.outcomes])
        return np.array([outcome.channels[channel][metric] for outcome in self.outcomes])

    def estimate(self, metric: str, channel: str | None = None) -> Estimate:
        """Its mean over replications with the 95 % t interval."""
        return estimate(self.values(metric, channel))


def run_scenario(
    loaded: "Loaded[Scenario]",
    *,
    replications: int | None = None,
    random_seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Play replications 0, 1, ... of a scenario; the result does not depend on the number of workers."""
    began = time.perf_counter()
    scenario = loaded.scenario
    count = scenario.replications if replications is None else replications
    seed = scenario.random_seed if random_seed is None else random_seed
    workers = default_workers() if workers is None else workers
    outcomes = _play_all(scenario, seed, count, min(workers, count) if count > FEW else 1, progress)
    return RunResult(loaded, seed, tuple(outcomes), time.perf_counter() - began)


def play(model: Model, replication: int, random_seed: int) -> Outcome:
    """One replication in numbers."""
    tally = Tally(shape_of(model))
    simulate(model, replication, tally, random_seed=random_seed)
    return summarise(tally)


def shape_of(model: Model) -> Shape:
    """What a tally must know of a model."""
    layout = model.layout
    groups = [g for county in layout.scenario.counties.values() for g in county.growers.values()]
    return Shape(
        channels=layout.channels,
        kinds=tuple(block.kind for block in layout.blocks),
        products=layout.products,
        offer_channel=layout.offers.channel,
        offer_product=layout.offers.product,
        consumer_offer=np.zeros(0, dtype=np.intp) if model.market is None else model.market.offer,
        pack_kg=layout.offers.pack_kg,
        price=layout.offers.price,
        days=layout.scenario.horizon_days,
        households=float(sum(g.households for g in groups)),
        land_mu=float(sum(g.households * g.land_mu for g in groups)),
    )


def _play_all(
    scenario: Scenario, seed: int, count: int, workers: int, progress: Progress | None
) -> list[Outcome]:
    """Outcomes in the order of replications; each chunk of them is one task of a worker.

    Chunks that a dying worker took along are played again in this process.
    """
    size = max(1, min(MOST_IN_A_CHUNK, count // (8 * max(workers, 1))))
    chunks = [list(range(first, min(first + size, count))) for first in range(0, count, size)]
    text = scenario.model_dump_json(exclude_unset=True)
    played: dict[int, list[Outcome]] = {}

    def keep(index: int, outcomes: list[Outcome]) -> None:
        played[index] = outcomes
        if progress is not None:
            progress(sum(len(chunk) for chunk in played.values()), count)

    if workers > 1:
        executor = make_executor(workers)
        try:
            tasks = {executor.submit(_play_chunk, text, seed, chunk): i for i, chunk in enumerate(chunks)}
            for task in as_completed(tasks):
                keep(tasks[task], task.result())
        except BrokenProcessPool:
            pass
        except BaseException:
            stop_now(executor)
            raise
        executor.shutdown()
    for index, chunk in enumerate(chunks):
        if index not in played:
            keep(index, _play_chunk(text, seed, chunk))
    return [outcome for index in range(len(chunks)) for outcome in played[index]]


def _play_chunk(text: str, seed: int, replications: list[int]) -> list[Outcome]:
    """Some replications, in whichever process."""
    model = _model(text)
    return [play(model, replication, seed) for replication in replications]


@lru_cache(maxsize=4)
def _model(text: str) -> Model:
    """The compiled scenario; a worker builds it once."""
    return make_model(Scenario.model_validate_json(text))
