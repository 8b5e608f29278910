"""What a sweep will play: the points of its design, each checked before the first run, and how often.

A point that makes the scenario invalid is reported where the sweep file sets the value; what is wrong with it
elsewhere in the scenario is reported there too.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, NamedTuple

from farmsim.errors import FileError, Problem, ScenarioError
from farmsim.experiment.sweeps.asked import asked_axes, base_values
from farmsim.experiment.sweeps.axes import Axis, Value
from farmsim.experiment.sweeps.designs import Design
from farmsim.experiment.sweeps.drawing import draw, expected_rows
from farmsim.experiment.sweeps.kept import Kept, kept_metrics
from farmsim.experiment.sweeps.stages import Stages
from farmsim.scenario.overrides import Override
from farmsim.scenario.sweeps.load import SweepSource
from farmsim.scenario.sweeps.rules import method_of
from farmsim.scenario.sweeps.schema import Compare, UntilPrecise
from farmsim.scenario.text import MAX_PROBLEMS, remedy, shortened
from farmsim.scenario.variants import Variants

BASE = "scenario"
"""What `compare: base` calls the scenario as it is, with nothing varied."""


class Point(NamedTuple):
    """One variant of the scenario; `key` is the fingerprint of all its parameters."""

    key: str
    label: str | None
    parameters: dict[str, Value]
    changes: tuple[Override, ...]


class Aim(NamedTuple):
    """What is asked of the points."""

    metric: str
    unit: str
    maximise: bool
    base: int | None
    """The point that others are compared with."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line says beyond the file; None leaves it to the file."""

    overrides: tuple[str, ...] = ()
    replications: int | None = None
    share: float | None = None
    precision_metric: str | None = None
    random_seed: int | None = None
    metric: str | None = None
    minimise: bool = False
    base: str | None = None
    stages: Stages | None = None
    """Those of a sweep that was begun, if nothing else is wished."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A sweep whose every point is valid."""

    source: SweepSource
    variants: Variants = field(repr=False)
    method: str
    axes: tuple[Axis, ...]
    design: Design = field(repr=False)
    points: tuple[Point, ...] = field(repr=False)
    places: tuple[int, ...] = field(repr=False)
    """The point of each row of the design; rows may share one."""
    stages: Stages
    kept: Kept
    daily: Literal["first", "none", "all"]
    random_seed: int
    aim: Aim
    wishes: "Wishes"

    @property
    def kind(self) -> str:
        """Whether seasons or networks are played."""
        return self.kept.kind

    @property
    def runs_least(self) -> int:
        """Runs that are played at least."""
        return len(self.points) * self.stages.least

    @property
    def runs_most(self) -> int:
        """Runs that are played at most."""
        return len(self.points) * self.stages.most


Told = Callable[[int, int], None]


def make_plan(source: SweepSource, wishes: Wishes, told: Told | None = None) -> Plan:
    """Every point of a sweep, checked. Raises ScenarioError with all problems, FileError and UsageError.

    `told` hears how many points of how many have been checked.
    """
    variants = _base(source, wishes.overrides)
    scenario = variants.base.scenario
    stages = _stages(source, wishes, scenario.replications)
    kept, aim = kept_metrics(source, variants.base, wishes)
    stages = stages._replace(metric=stages.metric or aim[0]) if _is_adaptive(stages) else stages
    said = base_values(variants, source)
    axes = asked_axes(source, said)
    seed = _first(wishes.random_seed, source.file.random_seed, scenario.random_seed)
    _refuse_too_many(source, axes, stages)
    design = draw(source.file, axes, said, seed)
    points, places = _points(source, variants, design, told)
    goal: Compare = source.file.compare
    maximise = not (wishes.minimise or goal.goal.startswith("minimi"))
    base, points = _base_point(source, wishes.base or goal.base, points, places, variants, design.method)
    return Plan(
        source=source,
        variants=variants,
        method=method_of(source.file),
        axes=axes,
        design=design,
        points=points,
        places=places,
        stages=stages,
        kept=kept,
        daily=source.file.daily,
        random_seed=seed,
        aim=Aim(*aim, maximise, base),
        wishes=wishes,
    )


def _base(source: SweepSource, overrides: tuple[str, ...]) -> Variants:
    """The scenario that is varied: a file seen from the sweep file, or a bundled one."""
    name = source.file.scenario
    path: str | Path = name
    if source.folder is not None and (source.folder / name).is_file():
        path = str(source.folder / name)
    try:
        return Variants(path, overrides)
    except FileError as error:
        if source.folder is None:
            raise
        near = [remedy("did-you-mean", guess=guess) for guess in getattr(error, "candidates", ())[:1]]
        place = source.place("scenario")
        raise ScenarioError(
            (place.problem("E084", *near, name=shortened(name), what=error.reason),)
        ) from error


def _stages(source: SweepSource, wishes: Wishes, usual: int) -> Stages:
    """Replications as the command line says, else the file, else the scenario."""
    said = source.file.replications
    if wishes.share is not None:
        most = wishes.replications or 1000
        return Stages(min(10, most), most, 10, wishes.precision_metric, wishes.share)
    if wishes.replications is not None:
        return Stages(wishes.replications, wishes.replications)
    if wishes.stages is not None:
        return wishes.stages
    if isinstance(said, UntilPrecise):
        return Stages(
            said.least, said.most, said.batch, said.metric, said.relative_half_width, said.half_width
        )
    number = usual if said is None else said
    return Stages(number, number)


def _is_adaptive(stages: Stages) -> bool:
    return stages.share is not None or stages.half_width is not None


def _refuse_too_many(source: SweepSource, axes: tuple[Axis, ...], stages: Stages) -> None:
    """Refuse more runs than are allowed, before points are made."""
    runs = expected_rows(source.file, axes) * stages.least
    most = source.file.max_runs
    if runs > most:
        mark = source.place("max_runs") if "max_runs" in source.data else source.place("vary")
        way = remedy("raise-max-runs", runs=str(runs))
        raise ScenarioError((mark.problem("E083", way, runs=f"{runs:,}", most=f"{most:,}"),))


def _points(
    source: SweepSource, variants: Variants, design: Design, told: Told | None
) -> tuple[tuple[Point, ...], tuple[int, ...]]:
    """The points of the design, each once, and which of them each row is."""
    problems: list[Problem] = []
    points: dict[str, Point] = {}
    known: dict[tuple[object, ...], str] = {}
    keys: list[str] = []
    for number, row in enumerate(design.rows):
        same = tuple((type(value), value) for value in row) or (number,)
        if same not in known:
            made = _point(source, variants, design, number, problems)
            if len(problems) > MAX_PROBLEMS:
                break
            if made is None:
                continue
            known[same] = made.key
            points.setdefault(made.key, made)
        keys.append(known[same])
        if told is not None:
            told(number + 1, len(design.rows))
    if problems:
        raise ScenarioError(tuple(dict.fromkeys(problems))[:MAX_PROBLEMS])
    if not points:
        raise ScenarioError((source.place("exclude").problem("E079"),))
    order = {key: place for place, key in enumerate(points)}
    return tuple(points.values()), tuple(order[key] for key in keys)


def _point(
    source: SweepSource, variants: Variants, design: Design, number: int, problems: list[Problem]
) -> Point | None:
    """The point of a row; None, with problems added, if the scenario is not valid there."""
    label: str | None = None
    if source.file.cases:
        case = source.file.cases[number]
        label = str(case["label"])
        changes = source.case_changes(number)
        parameters = {key: value for key, value in case.items() if key != "label"}
    else:
        row = dict(zip(design.axes, design.rows[number], strict=True))
        parameters = {key: value for key, value in row.items() if value is not None}
        changes = [source.change(key, value) for key, value in parameters.items()]
    found: list[Problem] = []
    variant = variants.variant(changes, found)
    if variant is not None:
        return Point(variant.digest, label, parameters, tuple(changes))
    name = label or ", ".join(f"{key}={value}" for key, value in parameters.items())
    for problem in found:
        if problem.file != source.shown and changes:
            mark = changes[0].value.mark
            path = dict(problem.arguments).get("path") or f"{problem.file}:{problem.line}"
            problems.append(mark.problem("E085", point=shortened(name, 200), path=path))
        problems.append(problem)
    return None


def _base_point(
    source: SweepSource,
    name: str | None,
    points: tuple[Point, ...],
    places: tuple[int, ...],
    variants: Variants,
    method: str,
) -> tuple[int | None, tuple[Point, ...]]:
    """The point that others are compared with, added if it is the scenario itself and no point is."""
    unchanged = variants.variant([], [])
    assert unchanged is not None, "the base was seen to be valid"
    keys = [point.key for point in points]
    if name is None:
        if unchanged.digest in keys:
            return keys.index(unchanged.digest), points
        return (0 if method in {"cases", "one_at_a_time"} else None), points
    labels = [point.label for point in points]
    if name in labels:
        return labels.index(name), points
    if name == BASE:
        if unchanged.digest in keys:
            return keys.index(unchanged.digest), points
        return len(points), (*points, Point(unchanged.digest, BASE, {}, ()))
    if name.isdecimal() and 1 <= int(name) <= len(places):
        return places[int(name) - 1], points
    known = ", ".join([BASE, *(label for label in labels if label), f"1 .. {len(places)}"][:12])
    place = source.place("compare", "base")
    raise ScenarioError((place.problem("E086", remedy("one-of", names=known), name=shortened(name)),))


def _first(*values: int | None) -> int:
    """The first that is given."""
    return next(value for value in values if value is not None)


def fresh(plan: Plan, places: list[int], random_seed: int, replications: int) -> Plan:
    """Some points of a plan once more, on other random seeds, so many replications each."""
    points = tuple(plan.points[place] for place in places)
    base = places.index(plan.aim.base) if plan.aim.base in places else None
    return replace(
        plan,
        points=points,
        places=tuple(range(len(points))),
        design=Design("cases", plan.design.axes, tuple(plan.design.rows[0][:0] for _ in points)),
        method="cases",
        random_seed=random_seed,
        stages=Stages(replications, replications),
        aim=plan.aim._replace(base=base),
    )
