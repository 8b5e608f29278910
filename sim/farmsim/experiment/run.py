"""Replications of one scenario: planned, played on an executor, gathered in plan order."""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from farmsim.engine.simulate import Model, make_model, simulate
from farmsim.experiment.executors import default_workers, make_executor
from farmsim.results.estimates import Estimate, estimate
from farmsim.results.outcome import Outcome
from farmsim.results.summary import summarise
from farmsim.results.tables import Shape, Tally
from farmsim.scenario.schema import Scenario

if TYPE_CHECKING:
    from farmsim.scenario.load import Loaded

FEW = 8
"""So few replications are not worth the start of a worker process."""
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
    """Outcomes in the order of replications; each chunk of them is one task of a worker."""
    chunks = np.array_split(np.arange(count), min(count, max(1, 4 * workers)))
    text = scenario.model_dump_json(exclude_unset=True)
    with make_executor(workers) as executor:
        tasks = {}
        for index, chunk in enumerate(chunks):
            task = executor.submit(_play_chunk, text, seed, chunk.tolist())
            tasks[task] = index
            if progress is not None and task.done():
                progress(int(chunk[-1]) + 1, count)
        waiting, done = set(tasks), 0
        while waiting:
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            done += sum(len(task.result()) for task in ready)
            if progress is not None:
                progress(done, count)
    parts = sorted(tasks.items(), key=lambda item: item[1])
    return [outcome for task, _ in parts for outcome in task.result()]


def _play_chunk(text: str, seed: int, replications: list[int]) -> list[Outcome]:
    """Some replications, in a worker process."""
    model = _model(text)
    return [play(model, replication, seed) for replication in replications]


@lru_cache(maxsize=4)
def _model(text: str) -> Model:
    """The compiled scenario; a worker builds it once."""
    return make_model(Scenario.model_validate_json(text))
