"""A sweep from its plan to its store: begun, taken up again where it stopped, or found complete."""

import json
import platform
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from farmsim.errors import UsageError
from farmsim.experiment.sweeps.axes import Axis, Listed
from farmsim.experiment.sweeps.driver import Driver, Play
from farmsim.experiment.sweeps.engines import Engine
from farmsim.experiment.sweeps.plan import Plan
from farmsim.experiment.sweeps.playing import Job, Task, packed, play_job
from farmsim.experiment.sweeps.schedule import Block, Schedule
from farmsim.results.store.rows import About, PointRow, RunRow
from farmsim.results.store.schema import NAME
from farmsim.results.store.writer import StoreWriter, create_store, open_writer
from farmsim.scenario.nodes import Plain

RUNS = "runs"
"""The folder in which sweeps are kept if none is named."""
LIBRARIES = ("farmsim", "numpy", "simpy", "highspy", "pydantic")
DECIDING = ("farmsim", "numpy", "simpy", "highspy")
"""Libraries whose version may decide a number."""
KEPT_TEXTS = 50_000_000
"""Bytes of points' data that are kept, so that they need not be made again for each replication."""


class Progress(NamedTuple):
    """How far a sweep is."""

    done: int
    total: int
    point: int | None
    """Of the run that ended last."""


Told = Callable[[Progress], None]


def identity(plan: Plan) -> str:
    """The fingerprint of what decides the numbers of a sweep, without how often each point is played."""
    parts = {
        "points": [point.key for point in plan.points],
        "rows": list(plan.places),
        "random_seed": plan.random_seed,
        "metrics": [name for name, _unit in plan.kept.metrics],
        "part_metrics": [name for name, _unit in plan.kept.part_metrics],
        "daily": plan.daily,
    }
    return blake2b(json.dumps(parts).encode(), digest_size=8).hexdigest()


def usual_folder(plan: Plan) -> Path:
    """Where a sweep is kept if nobody says: the same for the same sweep, so that it is found again."""
    source = plan.source
    stem = Path(source.shown if source.folder is not None else source.file.scenario).stem
    name = re.sub(r"[^\w-]+", "-", stem).strip("-") or "sweep"
    return Path(RUNS) / f"{name}-{identity(plan)[:6]}"


def run_sweep(  # noqa: PLR0913 (what a sweep may be told)
    plan: Plan,
    folder: Path,
    engine: AbstractContextManager[Engine],
    *,
    command: tuple[str, ...] = (),
    told: Told | None = None,
    durable: bool = False,
    mixed: bool = False,
    again: bool = False,
    play: Play = play_job,
) -> int:
    """Play what is missing in the folder's store; the number of runs that were played now.

    Raises UsageError if the folder holds another sweep, or the same one of other versions and `mixed` does
    not allow it; FileError if it cannot be read or written. With `again`, runs that failed are played anew.
    """
    with _opened(plan, folder, command, durable=durable, mixed=mixed) as store:
        store.remember("aim", _aim_form(plan))
        store.remember("stages", dict(plan.stages._asdict()))
        store.remember("wishes", _wishes_form(plan))
        if again:
            store.forget_failed()
        place = _metric_place(plan)
        known = None if plan.stages.metric is None else store.values(plan.stages.metric)
        schedule = Schedule(plan.stages, store.finished(), known)
        played = schedule.done
        if schedule.done < schedule.total:

            def hear(now: Schedule, rows: list[RunRow]) -> None:
                if told is not None:
                    told(Progress(now.done, now.total, rows[-1].point if rows else None))

            with engine as started:
                jobs = JobMaker(plan)
                Driver(schedule, started, store, jobs, metric=place, told=hear, play=play).run()
        return schedule.done - played


def definition(plan: Plan) -> dict[str, Plain]:
    """What reading the results needs to know of the sweep, as plain values."""
    design = plan.design
    return {
        "identity": identity(plan),
        "file": plan.source.shown,
        "scenario": plan.source.file.scenario,
        "name": plan.source.file.name,
        "method": plan.method,
        "axes": [_axis_form(axis) for axis in plan.axes],
        "base_points": design.base_points,
        "orders": [list(order) for order in design.orders],
        "steps": [list(steps) for steps in design.steps],
        "aim": _aim_form(plan),
        "settings": list(plan.wishes.overrides),
        "daily": plan.daily,
        "given": plan.source.data,
    }


def versions() -> dict[str, str]:
    """Versions of what has a part in the numbers, and the platform."""
    found = {name: version(name) for name in LIBRARIES}
    return found | {"python": platform.python_version(), "platform": platform.platform()}


def _opened(plan: Plan, folder: Path, command: tuple[str, ...], *, durable: bool, mixed: bool) -> StoreWriter:
    """The store of the folder, made if there is none."""
    if not (folder / NAME).exists():
        points = [PointRow(point.key, point.label, point.parameters) for point in plan.points]
        return create_store(folder, _about(plan, command), points, plan.places, durable=durable)
    store = open_writer(folder, durable=durable)
    try:
        _refuse_another(plan, store, folder, mixed=mixed)
    except BaseException:
        store.close()
        raise
    return store


def _refuse_another(plan: Plan, store: StoreWriter, folder: Path, *, mixed: bool) -> None:
    """Refuse to go on with what is not this sweep."""
    about = store.about
    if about.sweep.get("identity") != identity(plan):
        raise UsageError("other-sweep", (("path", str(folder)), ("name", about.name)))
    now = versions()
    for name in DECIDING:
        if about.versions.get(name) != now[name] and not mixed:
            told = (("path", str(folder)), ("name", name), ("old", str(about.versions.get(name))))
            raise UsageError("other-versions", (*told, ("new", now[name])))


def _about(plan: Plan, command: tuple[str, ...]) -> About:
    """What the store tells about the sweep."""
    loaded = plan.variants.base
    return About(
        kind=plan.kind,
        name=loaded.scenario.name,
        sweep=definition(plan),
        scenario=loaded.data,
        scenario_digest=loaded.digest,
        sources={plan.source.shown: plan.source.text},
        random_seed=plan.random_seed,
        metrics=plan.kept.metrics,
        part_metrics=plan.kept.part_metrics,
        versions=versions(),
        command=command,
        begun=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _aim_form(plan: Plan) -> dict[str, Plain]:
    aim = plan.aim
    return {"metric": aim.metric, "unit": aim.unit, "maximise": aim.maximise, "base": aim.base}


def _wishes_form(plan: Plan) -> dict[str, Plain]:
    """What the command line said beyond the file, so that a sweep can be taken up without it."""
    wishes = plan.wishes
    return {
        "overrides": list(wishes.overrides),
        "random_seed": plan.random_seed,
        "metric": wishes.metric,
        "minimise": wishes.minimise,
        "base": wishes.base,
    }


def _axis_form(axis: Axis) -> dict[str, Plain]:
    """An axis as plain values."""
    if isinstance(axis, Listed):
        return {"key": axis.key, "values": list(axis.values)}
    return {
        "key": axis.key,
        "low": axis.low,
        "high": axis.high,
        "step": axis.step,
        "count": axis.count,
        "log": axis.log,
        "integer": axis.integer,
    }


def _metric_place(plan: Plan) -> int | None:
    names = [name for name, _unit in plan.kept.metrics]
    return None if plan.stages.metric is None else names.index(plan.stages.metric)


class JobMaker:
    """Makes jobs of what the schedule hands out; the data of points is made when it is first sent."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._texts: dict[int, bytes] = {}
        self._size = 0

    def __call__(self, blocks: list[Block]) -> Job:
        """The job of some blocks."""
        plan = self._plan
        return Job(
            plan.kind,
            plan.random_seed,
            tuple(name for name, _unit in plan.kept.metrics),
            tuple(name for name, _unit in plan.kept.part_metrics),
            plan.daily,
            tuple(Task(block.point, self._text(block.point), block.replications) for block in blocks),
        )

    def _text(self, point: int) -> bytes:
        """The data of a point as it is sent."""
        text = self._texts.get(point)
        if text is None:
            variant = self._plan.variants.variant(self._plan.points[point].changes, [])
            assert variant is not None, "every point was seen to be valid"
            text = packed(variant.text)
            if self._size + len(text) <= KEPT_TEXTS:
                self._texts[point] = text
                self._size += len(text)
        return text
