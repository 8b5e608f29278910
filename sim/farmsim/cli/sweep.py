"""`farmsim sweep`: many variants of a scenario, kept as they are played, taken up where they stopped."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

import shlex
import sys
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from farmsim.cli.cluster import (
    Cluster,
    ClusterOption,
    TlsCa,
    TlsCert,
    TlsKey,
    chosen_engine,
)
from farmsim.cli.precision import PrecisionMetric, asked_share
from farmsim.cli.run import (
    MOST_REPLICATIONS,
    MOST_SEED,
    MOST_WORKERS,
    Csv,
    Full,
    Json,
    Overrides,
    Quiet,
    RandomSeed,
    Workers,
    checked_overrides,
    scenario_names,
)
from farmsim.cli.shared import Screen, optional_number, presented
from farmsim.errors import UsageError
from farmsim.report.messages import mark
from farmsim.report.messages import translate as _

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.engines import Engine
    from farmsim.experiment.sweeps.plan import Plan, Wishes
    from farmsim.experiment.sweeps.result import SweepResult
    from farmsim.experiment.sweeps.sweep import Progress, Told
    from farmsim.report.console import ProgressCall
    from farmsim.scenario.sweeps.load import SweepSource
    from farmsim.scenario.sweeps.schema import Value

DESIGNS = (
    "grid",
    "zip",
    "one-at-a-time",
    "factorial",
    "latin-hypercube",
    "sobol",
    "saltelli",
    "morris",
)
MOST_POINTS = 100_000

Source = Annotated[
    str | None,
    typer.Argument(
        metavar="FILE|SCENARIO|FOLDER",
        autocompletion=scenario_names,
        help=mark("A sweep file, a scenario that --over varies, or the folder of a sweep."),
    ),
]
Over = Annotated[
    list[str] | None,
    typer.Option(
        "--over", metavar="KEY=VALUES", help=mark("Vary a key: KEY=a,b,c or KEY=lo:hi:step; may be repeated.")
    ),
]
DesignName = Annotated[
    str | None,
    typer.Option(
        "--design",
        metavar="NAME",
        help=mark(
            "With --over: grid (default), zip, one-at-a-time, factorial, latin-hypercube, sobol, saltelli or "
            "morris."
        ),
    ),
]
Points = Annotated[
    str | None,
    typer.Option(
        "--points",
        metavar="N",
        help=mark("With --design: points of latin-hypercube, sobol and saltelli, walks of morris."),
    ),
]
Times = Annotated[
    str | None,
    typer.Option("--replications", "-n", metavar="N", help=mark("How often each point is played.")),
]
Share = Annotated[
    str | None,
    typer.Option(
        "--precision",
        metavar="SHARE",
        help=mark(
            "Play each point until half its 95% interval is at most this share of the mean, e.g. 2%; "
            "--replications is then the most (1000)."
        ),
    ),
]
MetricName = Annotated[
    str | None,
    typer.Option("--metric", metavar="NAME", help=mark("The metric that tables are about.")),
]
Minimise = Annotated[bool, typer.Option("--minimise", help=mark("Less of the metric is better."))]
Base = Annotated[
    str | None,
    typer.Option(
        "--base",
        metavar="POINT",
        help=mark("Point that others are compared with: a label, a number from 1, or scenario."),
    ),
]
Folder = Annotated[
    str | None,
    typer.Option(
        "--out", metavar="DIR", help=mark("Folder of the sweep; without it, runs/NAME-DIGEST, found again.")
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help=mark("Go on with a sweep that was begun, the newest in runs/ if none is named; else refuse."),
    ),
]
Retry = Annotated[bool, typer.Option("--retry-failed", help=mark("Play runs that failed once more."))]
Mixed = Annotated[
    bool,
    typer.Option("--mixed", help=mark("Go on although the sweep was begun with other versions.")),
]
Durable = Annotated[
    bool, typer.Option("--durable", help=mark("Survive a loss of power too, at the price of slower writing."))
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help=mark("Check every point, time a few runs, say what it will take."))
]
Refine = Annotated[
    bool,
    typer.Option(
        "--refine",
        help=mark("Play the points that tie with the best once more, on fresh random seeds."),
    ),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command was given beyond the sweep itself."""

    out: str | None
    resume: bool
    retry: bool
    mixed: bool
    durable: bool
    engine: "AbstractContextManager[Engine]"
    workers: int
    as_json: bool
    csv: str | None
    quiet: int
    full: bool
    command: tuple[str, ...]


@presented
def sweep(  # noqa: PLR0913 (the options of a command)
    screen: Screen,
    *,
    source: Source = None,
    over: Over = None,
    design: DesignName = None,
    points: Points = None,
    replications: Times = None,
    precision: Share = None,
    precision_metric: PrecisionMetric = None,
    metric: MetricName = None,
    minimise: Minimise = False,
    base: Base = None,
    random_seed: RandomSeed = None,
    overrides: Overrides = None,
    workers: Workers = None,
    cluster: Cluster = None,
    tls_ca: TlsCa = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    cluster_option: ClusterOption = None,
    out: Folder = None,
    resume: Resume = False,
    retry_failed: Retry = False,
    mixed: Mixed = False,
    durable: Durable = False,
    dry_run: DryRun = False,
    refine: Refine = False,
    as_json: Json = False,
    csv: Csv = None,
    quiet: Quiet = 0,
    full: Full = False,
) -> int:
    """Play every point of a design; what is finished is kept at once and never played twice."""
    from farmsim.experiment.sweeps.plan import Wishes

    if as_json and csv == "-":
        raise UsageError("one-document")
    most = optional_number("--replications", replications, 1, MOST_REPLICATIONS)
    wishes = Wishes(
        overrides=checked_overrides(overrides),
        replications=most,
        share=asked_share(precision, precision_metric),
        precision_metric=precision_metric,
        random_seed=optional_number("--random-seed", random_seed, 0, MOST_SEED),
        metric=metric,
        minimise=minimise,
        base=base,
    )
    count = optional_number("--workers", workers, 1, MOST_WORKERS)
    chosen = chosen_engine(count, cluster, (tls_ca, tls_cert, tls_key), cluster_option)
    found, wishes, folder = _found(source, over or [], _design(design, points), wishes, resume=resume)
    asked = Asked(
        out=out if folder is None else str(folder),
        resume=resume,
        retry=retry_failed,
        mixed=mixed,
        durable=durable,
        engine=chosen.engine,
        workers=chosen.slots,
        as_json=as_json,
        csv=csv,
        quiet=quiet,
        full=full,
        command=tuple(sys.argv[1:]),
    )
    plan = _planned(screen, found, wishes)
    if dry_run:
        return _forecast(screen, plan, asked)
    return _play_and_tell(screen, plan, asked, refine=refine)


def _design(name: str | None, points: str | None) -> "dict[str, Value] | None":
    """The design that was chosen on the command line."""
    if name is None:
        if points is not None:
            raise UsageError("only-with", (("name", "--points"), ("option", "--design")))
        return None
    from farmsim.scenario.sweeps.rules import full_name

    method = full_name(name)
    if method not in DESIGNS:
        told = (("option", "--design"), ("choices", ", ".join(DESIGNS)), ("value", name))
        raise UsageError("unknown-choice", told)
    design: dict[str, Value] = {"method": method}
    number = optional_number("--points", points, 2, MOST_POINTS)
    if method in {"latin-hypercube", "sobol", "saltelli"}:
        design["points"] = 64 if number is None else number
    elif method == "morris" and number is not None:
        design["trajectories"] = number
    elif number is not None:
        raise UsageError("not-with", (("name", "--points"), ("option", f"--design {method}")))
    return design


def _found(
    source: str | None,
    over: list[str],
    design: "dict[str, Value] | None",
    wishes: "Wishes",
    *,
    resume: bool,
) -> "tuple[SweepSource, Wishes, Path | None]":
    """The sweep that is meant, what was wished of it, and its folder if it was begun there."""
    from farmsim.scenario.sweeps.load import is_sweep_file, quick_sweep, read_sweep

    if source is None or (not over and Path(source).is_dir()):
        from farmsim.experiment.sweeps.begun import newest_sweep, taken_up

        if source is None and not resume:
            raise UsageError("missing-argument", (("name", "FILE|SCENARIO|FOLDER"),))
        folder = newest_sweep() if source is None else Path(source)
        return *taken_up(folder, wishes), folder
    if over:
        return quick_sweep(source, over, design), wishes, None
    if design is not None:
        raise UsageError("only-with", (("name", "--design"), ("option", "--over")))
    if is_sweep_file(source) or not _is_scenario(source):
        return read_sweep(source), wishes, None
    raise UsageError("nothing-varied", (("name", source),))


def _is_scenario(source: str) -> bool:
    """Whether a name is that of a bundled scenario, or of a file that describes one."""
    from farmsim.scenario.catalogue import bundled_scenario

    if bundled_scenario(source) is not None:
        return True
    path = Path(source)
    return path.is_file() and any(
        line.startswith(("channels:", "network:", "counties:", "extends:"))
        for line in path.read_text("utf-8", "replace").splitlines()
    )


def _planned(screen: Screen, source: "SweepSource", wishes: "Wishes") -> "Plan":
    """Every point checked, with a bar for those that take their time."""
    from farmsim.experiment.sweeps.plan import make_plan
    from farmsim.report.console import progress_bar

    with progress_bar(sys.stderr, screen.look, _("points checked")) as progress:
        plan = make_plan(source, wishes, progress)
    screen.warn_of(plan.variants.base)
    return plan


def _forecast(screen: Screen, plan: "Plan", asked: Asked) -> int:
    """Say what the sweep will take."""
    from farmsim.experiment.sweeps.forecast import timed
    from farmsim.report.sweeps.dry_run import Forecast, dry_run_screen

    seconds, size = timed(plan)
    forecast = Forecast(
        points=len(plan.points),
        replications_least=plan.stages.least,
        replications_most=plan.stages.most,
        runs_least=plan.runs_least,
        runs_most=plan.runs_most,
        seconds_per_run=seconds,
        workers=asked.workers,
        bytes_per_run=size,
        folder=_folder(plan, asked),
        axes=plan.axes,
    )
    screen.show(dry_run_screen(forecast, screen.look))
    return 0


def _folder(plan: "Plan", asked: Asked) -> Path:
    from farmsim.experiment.sweeps.sweep import usual_folder

    return Path(asked.out) if asked.out is not None else usual_folder(plan)


def _play_and_tell(screen: Screen, plan: "Plan", asked: Asked, *, refine: bool) -> int:
    """Play what is missing, refine if that was asked, and print."""
    folder = _folder(plan, asked)
    if asked.resume and not (folder / "results.db").exists():
        raise UsageError("nothing-begun", (("path", str(folder)),))
    result, runs, seconds = _played(screen, plan, folder, asked)
    if refine:
        return _refined(screen, plan, result, folder, asked)
    from farmsim.report.sweeps.screen import Shown, quiet_line, sweep_screen
    from farmsim.results.store.export import export
    from farmsim.results.store.reader import open_reader

    with open_reader(folder) as reader:
        saved = tuple(str(path) for path in export(reader, folder, "csv"))
    if asked.csv not in (None, "-"):
        _copy(folder / "points.csv", Path(asked.csv))
        saved += (asked.csv,)
    if asked.as_json:
        from farmsim.report.sweeps.form import sweep_json

        screen.write(sweep_json(result))
    elif asked.csv == "-":
        text = (folder / "points.csv").read_text("utf-8-sig")
        screen.write(text.replace("\r\n", "\n"))
    elif asked.quiet == 1:
        screen.write(quiet_line(result))
    elif asked.quiet == 0:
        again = shlex.join(["farmsim", *asked.command])
        shown = Shown(
            source=plan.source.file.scenario if plan.source.folder is None else plan.source.shown,
            saved=saved,
            full=asked.full,
            runs_now=runs,
            seconds=seconds,
            again=again,
            refine=f"{again} --refine",
        )
        screen.show(sweep_screen(result, screen.look, shown))
    _warn_of_failures(screen, result)
    return 0


def _played(screen: Screen, plan: "Plan", folder: Path, asked: Asked) -> "tuple[SweepResult, int, float]":
    """Play what is missing with a bar on stderr; the result, runs played now, seconds."""
    from farmsim.experiment.sweeps.result import read_result
    from farmsim.experiment.sweeps.sweep import run_sweep
    from farmsim.report.console import progress_bar

    began = time.perf_counter()
    try:
        with progress_bar(sys.stderr, screen.look, _("runs")) as progress:
            runs = run_sweep(
                plan,
                folder,
                asked.engine,
                command=asked.command,
                told=None if progress is None else _bar(progress),
                durable=asked.durable,
                mixed=asked.mixed,
                again=asked.retry,
            )
    except KeyboardInterrupt:
        _say_what_is_kept(screen, folder, asked)
        raise
    return read_result(folder, plan.aim), runs, time.perf_counter() - began


def _bar(progress: "ProgressCall") -> "Told":
    """Tells a bar how far a sweep is."""

    def told(now: "Progress") -> None:
        progress(now.done, now.total)

    return told


def _say_what_is_kept(screen: Screen, folder: Path, asked: Asked) -> None:
    """After an interrupt: how many runs are finished, and how to go on."""
    from farmsim.errors import FarmsimError
    from farmsim.experiment.sweeps.result import read_result

    try:
        result = read_result(folder)
    except FarmsimError:
        return
    kept = int((result.status > 0).sum())
    text = _("{count} finished runs are kept in {path}.").format(count=f"{kept:,}", path=folder)
    screen.warn([text, _("Go on: {command}").format(command=shlex.join(["farmsim", *asked.command]))])


def _warn_of_failures(screen: Screen, result: "SweepResult") -> None:
    """On stderr: that runs failed, with the first reason."""
    if result.failures:
        first = result.failures[0]
        text = _("Warning: {count} runs failed; the first, replication {replication} of point {point}: {why}")
        screen.warn(
            [
                text.format(
                    count=len(result.failures),
                    replication=first.replication,
                    point=first.point + 1,
                    why=first.error,
                )
            ]
        )


def _refined(screen: Screen, plan: "Plan", result: "SweepResult", folder: Path, asked: Asked) -> int:
    """The points that tie with the best once more, on fresh random seeds."""
    from farmsim.experiment.sweeps.refine import refined_plan
    from farmsim.report.sweeps.refined import refined_screen
    from farmsim.report.sweeps.screen import Shown, quiet_line

    finer = refined_plan(plan, result)
    place = folder / f"refined-{finer.random_seed}"
    again = replace(asked, resume=False)
    refined, runs, seconds = _played(screen, finer, place, again)
    if asked.as_json:
        from farmsim.report.sweeps.form import sweep_json

        screen.write(sweep_json(refined))
    elif asked.quiet == 1:
        screen.write(quiet_line(refined))
    elif asked.quiet == 0:
        command = shlex.join(["farmsim", *asked.command])
        shown = Shown(str(folder), (str(place),), asked.full, runs, seconds, command, None)
        screen.show(refined_screen(result, refined, screen.look, shown))
    return 0


def _copy(source: Path, target: Path) -> None:
    """A table under another name; a failure names the file."""
    from farmsim.cli.shared import write_file

    write_file(target, source.read_bytes().decode("utf-8"))
