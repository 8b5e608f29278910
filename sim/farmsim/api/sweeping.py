"""Sweeps from Python: the same plan, driver and store as `farmsim sweep`, and what came of it as values."""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from farmsim.api.arguments import MOST_REPLICATIONS, MOST_SEED, MOST_WORKERS, whole_number
from farmsim.api.errors import UsageError, worded
from farmsim.api.guard import refuse_while_imported, watched, workers_here
from farmsim.api.scenarios import Scenario
from farmsim.api.sweeps import Sweep
from farmsim.experiment.executors import default_workers
from farmsim.experiment.sweeps.engines import Engine, processes
from farmsim.experiment.sweeps.plan import Plan, Wishes, make_plan
from farmsim.experiment.sweeps.result import read_result
from farmsim.experiment.sweeps.sweep import Progress, run_sweep, usual_folder
from farmsim.scenario.catalogue import bundled_sweep
from farmsim.scenario.sweeps.load import MARKER, read_sweep, sweep_of_text

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from farmsim.scenario.sweeps.load import SweepSource

T = TypeVar("T")
Axes = Mapping[str, "Sequence[int | float | str | bool] | Mapping[str, object]"]
"""For each key its values, or a range as in a sweep file: {"from": 1, "to": 5, "step": 0.5}."""


def sweep(  # noqa: PLR0913 (what a sweep may be told)
    source: str | Path | Scenario,
    *,
    over: Axes | None = None,
    cases: Mapping[str, Mapping[str, object]] | None = None,
    design: str | Mapping[str, object] | None = None,
    replications: int | None = None,
    precision: float | None = None,
    precision_metric: str | None = None,
    random_seed: int | None = None,
    metric: str | None = None,
    minimise: bool = False,
    base: str | None = None,
    workers: int | Executor | None = None,
    folder: str | Path | None = None,
) -> Sweep:
    """Play every point of a sweep: of a sweep file, a bundled sweep, or of a scenario that is varied here.

    `over` varies keys (a grid unless a `design` is named), `cases` names decisions: label to settings. Every
    run is kept as soon as it is finished, in `folder` or in runs/NAME-DIGEST under the current folder, and
    the same call again goes on where it was stopped. With `precision`, each point is played until half the
    95 % interval of the mean of `precision_metric` is at most this share of the mean.

    `workers` are processes, or an executor of the standard library's kind, which is used and left open.
    Raises ScenarioError with every problem before anything is played, UsageError and FileError.
    """
    refuse_while_imported()
    wishes = Wishes(
        overrides=source.settings if isinstance(source, Scenario) else (),
        replications=_number("replications", replications, 1, MOST_REPLICATIONS),
        share=precision,
        precision_metric=precision_metric,
        random_seed=_number("random_seed", random_seed, 0, MOST_SEED),
        metric=metric,
        minimise=minimise,
        base=base,
    )
    with worded():
        plan = make_plan(_source(source, over, cases, design), wishes)
        place = usual_folder(plan) if folder is None else Path(folder)
        _play(plan, place, workers)
        return Sweep(read_result(place, plan.aim))


def open_sweep(folder: str | Path) -> Sweep:
    """The sweep that is kept in a folder, as far as it was played; FileError if there is none."""
    with worded():
        return Sweep(read_result(Path(folder)))


def _number(name: str, value: int | None, low: int, high: int) -> int | None:
    return None if value is None else whole_number(name, value, low, high)


def _source(
    source: str | Path | Scenario,
    over: Axes | None,
    cases: Mapping[str, Mapping[str, object]] | None,
    design: str | Mapping[str, object] | None,
) -> "SweepSource":
    """The sweep that is meant; one that is described here becomes the text of a file."""
    if over is None and cases is None:
        name = source.source if isinstance(source, Scenario) else str(source)
        bundled = None if Path(name).exists() else bundled_sweep(name)
        return read_sweep(name) if bundled is None else read_sweep(bundled, bundled.name)
    name = source.source if isinstance(source, Scenario) else str(source)
    form: dict[str, Any] = {MARKER: 1, "scenario": name}
    if over is not None:
        form["vary"] = {
            key: dict(axis) if isinstance(axis, Mapping) else list(axis) for key, axis in over.items()
        }
    if cases is not None:
        form["cases"] = [{"label": label, **settings} for label, settings in cases.items()]
    if design is not None:
        form["design"] = {"method": design} if isinstance(design, str) else dict(design)
    try:
        text = json.dumps(form, ensure_ascii=False, indent=1, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UsageError("not-plain", (("why", str(error)),)) from None
    return sweep_of_text(text, Path(name).stem, Path())


def _play(plan: Plan, folder: Path, workers: int | Executor | None) -> None:
    """Play what is missing."""
    if isinstance(workers, Executor):
        run_sweep(plan, folder, _borrowed(workers), command=("python",))
        return
    wished = workers_here(_number("workers", workers, 1, MOST_WORKERS))
    count = default_workers() if wished is None else wished
    with watched(count) as progress:

        def told(now: Progress) -> None:
            if progress is not None:
                progress(now.done, now.total)

        engine: AbstractContextManager[Engine] = processes(count)
        run_sweep(plan, folder, engine, command=("python",), told=told)


class _Borrowed:
    """Somebody else's executor as an engine: it is not stopped, and cannot be mended."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self.slots = int(getattr(executor, "_max_workers", 2))

    def submit(self, task: Any, /, *arguments: object) -> "Future[Any]":
        """Hand over a task."""
        return self._executor.submit(task, *arguments)

    def rebuild(self) -> None:
        """A broken pool of somebody else stays broken."""

    def stop(self) -> None:
        """What is queued is left to its owner."""


@contextmanager
def _borrowed(executor: Executor) -> Iterator[Engine]:
    yield _Borrowed(executor)
