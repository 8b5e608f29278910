"""Daily tables of a run, for which its replications are played again.

A run depends on (scenario, replication) alone, so nothing has to be recorded in advance. Nothing is kept
either: the table goes to whoever asked for it.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from farmsim.api.frames import About, Coded, Table, Values
from farmsim.api.guard import watched
from farmsim.engine.simulate import Model, make_model, simulate
from farmsim.experiment.gather import Tell, Work, gather
from farmsim.experiment.run import shape_of, workers_for
from farmsim.results.daily import Daily, daily_columns

if TYPE_CHECKING:
    from farmsim.experiment.run import RunResult

Columns = dict[str, NDArray[np.generic]]


def daily_table(run: "RunResult", replications: Sequence[int], workers: int | None) -> Table:
    """One row a replication, day, county and channel of these replications of a run."""
    scenario = run.loaded.scenario
    work = Work(partial(play_daily, replications=tuple(replications)), make_model(scenario), run.random_seed)
    with watched(workers) as progress, workers_for(scenario, len(replications), workers) as running:
        played = gather(work, len(replications), running, progress)
    rows = [len(columns["day"]) for columns in played]
    table: dict[str, Values] = {"replication": np.repeat(np.array(replications, dtype=np.int32), rows)}
    for column in daily_columns(tuple(scenario.counties), tuple(scenario.channels)):
        values = np.concatenate([columns.pop(column.name) for columns in played])
        table[column.name] = values if column.names is None else Coded(_codes(values), column.names)
    about = {column.name: About(_unit(column.name), column.meaning) for column in daily_columns()}
    return Table("daily", table, about)


def play_daily(
    model: Model,
    place: int,
    random_seed: int,
    *,
    replications: tuple[int, ...],
    tell: Tell | None = None,
) -> Columns:
    """The daily columns of the replication at this place among those that are asked for."""
    shape = shape_of(model)
    daily = Daily(shape)
    simulate(model, replications[place], daily, random_seed=random_seed)
    if tell is not None:
        tell(1.0)
    table = daily.table()
    return {column.name: table[column.name].astype(column.dtype) for column in daily_columns()}


def _codes(values: NDArray[np.generic]) -> NDArray[np.int16]:
    return values.astype(np.int16, copy=False)


def _unit(name: str) -> str:
    """The unit of a column, by its name."""
    if name.endswith("_kg"):
        return "kg"
    if name.endswith("orders"):
        return "orders"
    if name.endswith("parcels"):
        return "parcels"
    return "CNY" if name in {"sales", "refunds", "grower_receipts"} else ""
