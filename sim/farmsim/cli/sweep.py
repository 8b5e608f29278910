"""`farmsim sweep`: many variants of a scenario, kept as they are played, taken up where they stopped."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

import shlex
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

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
    Json,
    Overrides,
    Quiet,
    RandomSeed,
    Workers,
    checked_overrides,
)
from farmsim.cli.shared import Screen, optional_number, presented
from farmsim.cli.sweep_options import (
    All,
    Base,
    DesignName,
    DryRun,
    Durable,
    Folder,
    MetricName,
    Minimise,
    Mixed,
    Over,
    Points,
    Refine,
    Resume,
    Retry,
    Share,
    Source,
    Table,
    Times,
)
from farmsim.cli.sweep_source import chosen_design, found_sweep
from farmsim.cli.sweep_telling import (
    Asked,
    Done,
    exported,
    say_what_is_kept,
    tell,
    warn_of_failures,
)
from farmsim.errors import UsageError
from farmsim.report.messages import translate as _

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.plan import Plan, Wishes
    from farmsim.experiment.sweeps.result import SweepResult
    from farmsim.experiment.sweeps.sweep import Progress, Told
    from farmsim.report.console import ProgressCall
    from farmsim.scenario.sweeps.load import SweepSource


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
    csv: Table = None,
    quiet: Quiet = 0,
    full: All = False,
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
    found, wishes, folder = found_sweep(
        source, over or [], chosen_design(design, points), wishes, resume=resume
    )
    asked = Asked(
        out=out if folder is None else str(folder),
        resume=resume,
        retry=retry_failed,
        mixed=mixed,
        durable=durable,
        start=chosen.start,
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
    return _play_andtell(screen, plan, asked, refine=refine)


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


def _play_andtell(screen: Screen, plan: "Plan", asked: Asked, *, refine: bool) -> int:
    """Play what is missing, refine if that was asked, and print."""
    folder = _folder(plan, asked)
    if asked.resume and not (folder / "results.db").exists():
        raise UsageError("nothing-begun", (("path", str(folder)),))
    result, runs, seconds = _played(screen, plan, folder, asked)
    if refine:
        return _refined(screen, plan, result, folder, asked)
    saved = exported(folder, asked.csv, anew=runs > 0)
    tell(screen, plan, result, asked, Done(saved, runs, seconds))
    warn_of_failures(screen, result)
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
                asked.start(),
                command=asked.command,
                told=None if progress is None else _bar(progress),
                durable=asked.durable,
                mixed=asked.mixed,
                again=asked.retry,
            )
    except KeyboardInterrupt:
        say_what_is_kept(screen, folder, asked)
        raise
    return read_result(folder, plan.aim), runs, time.perf_counter() - began


def _bar(progress: "ProgressCall") -> "Told":
    """Tells a bar how far a sweep is."""

    def told(now: "Progress") -> None:
        progress(now.done, now.total)

    return told


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
