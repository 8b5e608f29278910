"""Replications of one scenario: planned, played on an executor, gathered in plan order."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from farmsim.engine.simulate import Model, make_model, simulate
from farmsim.experiment.executors import Workers, default_workers
from farmsim.experiment.gather import Progress, Work, gather
from farmsim.results.estimates import Estimate, estimate
from farmsim.results.files import TableFiles
from farmsim.results.outcome import Outcome
from farmsim.results.recorders import Days, Recorder, Together
from farmsim.results.summary import summarise
from farmsim.results.tables import Shape, Tally
from farmsim.scenario.catalogue import provinces
from farmsim.scenario.schema import Scenario
from farmsim.streams import Streams

if TYPE_CHECKING:
    from farmsim.experiment.precision import Stop
    from farmsim.scenario.load import Loaded

FEW = 8
"""So few replications of a county are not worth the start of a worker process."""
LONG = 10_000
"""Days times counties of a replication that is worth one by itself."""
More = Callable[[list[Outcome]], int]
"""Is asked, given those that were played, how many replications there should be in all."""
Table = Literal["channels", "counties", "provinces", "kinds"]
"""The tables of an outcome with figures by part of the run."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """All replications of a scenario, in order."""

    loaded: "Loaded[Scenario]"
    random_seed: int
    outcomes: tuple[Outcome, ...]
    seconds: float
    stop: "Stop | None" = None
    """Why it was not continued, if replications were played until a mean was precise enough."""

    def values(self, metric: str, channel: str | None = None) -> NDArray[np.float64]:
        """A metric by replication, in total or of one channel."""
        if channel is None:
            return np.array([outcome.metrics[metric] for outcome in self.outcomes])
        return np.array([outcome.channels[channel][metric] for outcome in self.outcomes])

    def values_of(self, table: Table, part: str, metric: str) -> NDArray[np.float64]:
        """A metric of one channel, county, kind of produce or buyers' province by replication."""
        return np.array([getattr(outcome, table)[part][metric] for outcome in self.outcomes])

    def estimate(self, metric: str, channel: str | None = None) -> Estimate:
        """Its mean over replications with the 95 % t interval."""
        return estimate(self.values(metric, channel))

    def estimate_of(self, table: Table, part: str, metric: str) -> Estimate:
        """The same of one channel, county, kind of produce or buyers' province."""
        return estimate(self.values_of(table, part, metric))


def run_scenario(  # noqa: PLR0913 (what a run may be told)
    loaded: "Loaded[Scenario]",
    *,
    replications: int | None = None,
    random_seed: int | None = None,
    workers: int | Workers | None = None,
    files: TableFiles | None = None,
    progress: Progress | None = None,
    more: More | None = None,
    played: tuple[Outcome, ...] = (),
) -> RunResult:
    """Play replications 0, 1, ... of a scenario; the result does not depend on the number of workers.

    Runs that follow each other may share `workers`. With `files`, each replication's tables are written by
    whoever plays it. `more` is asked after so many `replications` whether the run goes on: the next ones are
    then played, and it is asked again. What was `played` before is continued.
    """
    began = time.perf_counter()
    scenario = loaded.scenario
    count = scenario.replications if replications is None else replications
    seed = scenario.random_seed if random_seed is None else random_seed
    if files is not None:
        files.prepare()
    with ExitStack() as stack:
        if not isinstance(workers, Workers):
            workers = stack.enter_context(workers_for(scenario, count, workers))
        work = Work(partial(play, files=files), make_model(scenario), seed)
        outcomes = gather(work, count, workers, progress, more, played)
    return RunResult(loaded, seed, tuple(outcomes), time.perf_counter() - began)


def workers_for(
    scenario: Scenario, replications: int, wished: int | None = None, *, runs: int = 1
) -> Workers:
    """Workers for some runs of so many replications: as many as wished, or as are worth their start."""
    if wished is None:
        is_long = scenario.horizon_days * len(scenario.counties) >= LONG
        wished = default_workers() if runs * replications > FEW or is_long else 1
    return Workers(min(wished, replications), _wake)


def play(
    model: Model,
    replication: int,
    random_seed: int,
    *,
    files: TableFiles | None = None,
    tell: Callable[[float], None] | None = None,
    also: Sequence[Recorder] = (),
) -> Outcome:
    """One replication in numbers; `tell` is told day by day which share of it has been played.

    Others may record `also`.
    """
    shape = shape_of(model)
    tally = Tally(shape)
    recorders: list[Recorder] = [tally, *also]
    if tell is not None:
        recorders.append(Days(shape.days, tell))
    with ExitStack() as stack:
        if files is not None:
            recorders += stack.enter_context(files.recorders(shape, Streams(random_seed, replication)))
        simulate(model, replication, Together(recorders), random_seed=random_seed)
    return summarise(tally)


def shape_of(model: Model) -> Shape:
    """What recorders must know of a model."""
    layout, market = model.layout, model.market
    scenario, offers, groups = layout.scenario, layout.offers, layout.groups
    produce = tuple(dict.fromkeys(p.kind for p in scenario.products.values() if p.kind is not None))
    kinds = [scenario.products[product].kind for product in layout.products]
    nobody = np.zeros(0, dtype=np.intp)
    cells = None if market is None else market.cells
    return Shape(
        channels=layout.channels,
        kinds=tuple(block.kind for block in layout.blocks),
        products=layout.products,
        counties=layout.counties,
        produce=produce,
        provinces=tuple(province.id for province in provinces()),
        product_kind=np.array([-1 if k is None else produce.index(k) for k in kinds], dtype=np.intp),
        offer_channel=offers.channel,
        offer_county=offers.county,
        offer_product=offers.product,
        consumer_offer=nobody if market is None else market.offer,
        pack_kg=offers.pack_kg,
        price=offers.price,
        partial_refund=np.zeros(0) if model.rules is None else model.rules.partial,
        group_county=groups.county,
        group_product=groups.product,
        households=np.array([float(g.households) for g in groups.blocks]),
        land_mu=np.array([g.households * g.land_mu for g in groups.blocks]),
        hourly=np.zeros((0, 24)) if market is None else market.hourly,
        pairs=nobody if cells is None else cells.pairs,
        cell_offer=nobody if cells is None else cells.offer,
        cell_province=nobody if cells is None else cells.province,
        cell_slot=nobody if cells is None else cells.slot,
        slots=0 if market is None else len(market.slot_days),
        days=scenario.horizon_days,
    )


def _wake() -> None:
    """Having found this function, a worker has imported all that it needs."""
