"""`farmsim optimise`: search decisions for the best mean of a metric, then prove the winner."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from farmsim.cli.cluster import Cluster, ClusterOption, TlsCa, TlsCert, TlsKey, chosen_engine
from farmsim.cli.run import (
    MOST_REPLICATIONS,
    MOST_SEED,
    MOST_WORKERS,
    Json,
    Overrides,
    Quiet,
    RandomSeed,
    ScenarioArgument,
    Workers,
    checked_overrides,
    prepare,
)
from farmsim.cli.shared import Screen, choice, optional_number, presented, write_file
from farmsim.errors import UsageError
from farmsim.report.messages import mark
from farmsim.report.messages import translate as _

if TYPE_CHECKING:
    from farmsim.experiment.optimise import Optimum
    from farmsim.experiment.optimising.question import Method

MOST_TRIALS = 100_000
PSEUDO_FILE = "--decide"

Decide = Annotated[
    list[str] | None,
    typer.Option(
        "--decide",
        metavar="KEY=VALUES",
        help=mark("What may be decided: KEY=lo:hi, KEY=lo:hi:step, KEY=lo:hi:log or KEY=a,b,c; repeatable."),
    ),
]
Objective = Annotated[
    str | None,
    typer.Option("--objective", metavar="METRIC", help=mark("What is to be best; household_net_income.")),
]
Less = Annotated[bool, typer.Option("--minimise", help=mark("Less of the objective is better."))]
Constraints = Annotated[
    list[str] | None,
    typer.Option(
        "--constraint",
        metavar="METRIC<=X",
        help=mark("What must hold of the means, e.g. 'lost_share<=10%'; may be repeated."),
    ),
]
Trials = Annotated[
    str | None,
    typer.Option("--trials", metavar="N", help=mark("Candidates that the search tries; 60.")),
]
Times = Annotated[
    str | None,
    typer.Option(
        "--replications", "-n", metavar="N", help=mark("Seasons of each candidate in the search; 10.")
    ),
]
Proof = Annotated[
    str | None,
    typer.Option(
        "--proof", metavar="N", help=mark("Seasons on fresh random seeds that prove the winner; 30.")
    ),
]
Way = Annotated[
    str | None,
    typer.Option(
        "--method",
        metavar="selection|search",
        help=mark("Selection with a promise (up to 20 combinations) or search; chosen by their number."),
    ),
]
Indifference = Annotated[
    str | None,
    typer.Option(
        "--indifference",
        metavar="X",
        help=mark("With selection: a difference that does not matter; 1% of the scenario's mean."),
    ),
]
Folder = Annotated[
    str | None, typer.Option("--out", metavar="DIR", help=mark("Folder for trials.csv and result.json."))
]


@presented
def optimise(  # noqa: PLR0913 (the options of a command)
    screen: Screen,
    *,
    scenario: ScenarioArgument,
    decide: Decide = None,
    objective: Objective = None,
    minimise: Less = False,
    constraint: Constraints = None,
    trials: Trials = None,
    replications: Times = None,
    proof: Proof = None,
    method: Way = None,
    indifference: Indifference = None,
    random_seed: RandomSeed = None,
    overrides: Overrides = None,
    workers: Workers = None,
    cluster: Cluster = None,
    tls_ca: TlsCa = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    cluster_option: ClusterOption = None,
    out: Folder = None,
    as_json: Json = False,
    quiet: Quiet = 0,
) -> int:
    """Search, choose among the best on fresh random seeds, prove the winner on others still."""
    from farmsim.experiment.optimise import PROOF, REPLICATIONS, TRIALS
    from farmsim.experiment.optimise import optimise as find
    from farmsim.experiment.optimising.question import make_question
    from farmsim.report.console import progress_bar
    from farmsim.scenario.sweeps.load import quick_sweep

    if not decide:
        raise UsageError("missing-argument", (("name", "--decide KEY=lo:hi"),))
    if method is not None:
        choice("--method", method, ("selection", "search"))
    seasons = optional_number("--replications", replications, 2, MOST_REPLICATIONS) or REPLICATIONS
    proving = optional_number("--proof", proof, 2, MOST_REPLICATIONS) or PROOF
    most = optional_number("--trials", trials, 1, MOST_TRIALS) or TRIALS
    seed = optional_number("--random-seed", random_seed, 0, MOST_SEED)
    count = optional_number("--workers", workers, 1, MOST_WORKERS)
    width = _positive("--indifference", indifference)
    chosen = chosen_engine(count, cluster, (tls_ca, tls_cert, tls_key), cluster_option)
    question = make_question(
        quick_sweep(scenario, decide, {"method": "factorial"}, PSEUDO_FILE),
        objective=objective,
        maximise=not minimise,
        constraints=constraint or (),
        overrides=checked_overrides(overrides),
    )
    if width is not None and (method or question.usual_method) != "selection":
        raise UsageError("only-with", (("name", "--indifference"), ("option", "--method selection")))
    if method == "selection" and question.combinations is None:
        raise UsageError("not-countable")
    prepare(out, None)
    screen.warn_of(question.variants.base)
    with progress_bar(sys.stderr, screen.look, _("runs")) as progress:
        optimum = find(
            question,
            chosen.engine,
            random_seed=question.variants.base.scenario.random_seed if seed is None else seed,
            method=cast("Method | None", method),
            indifference=width,
            told=progress,
            replications=seasons,
            proof=proving,
            trials=most,
        )
    saved = _saved(optimum, out)
    _tell(screen, optimum, scenario, saved, as_json=as_json, quiet=quiet)
    if optimum.interrupted:
        raise KeyboardInterrupt
    return 0


def _tell(
    screen: Screen,
    optimum: "Optimum",
    source: str,
    saved: tuple[str, ...],
    *,
    as_json: bool,
    quiet: int,
) -> None:
    """Print what was found; of an interrupted search only the best so far, on stderr."""
    from farmsim.report.optimise_form import optimise_json, quiet_line
    from farmsim.report.optimise_screen import best_so_far, optimise_screen

    if optimum.interrupted:
        screen.warn(best_so_far(optimum))
    elif as_json:
        screen.write(optimise_json(optimum))
    elif quiet == 1:
        screen.write(quiet_line(optimum))
    elif quiet == 0:
        screen.show(optimise_screen(optimum, screen.look, source, saved, tuple(sys.argv[1:])))


def _saved(optimum: "Optimum", out: str | None) -> tuple[str, ...]:
    """Write the trials and the result into a folder; the paths written."""
    if out is None:
        return ()
    from farmsim.report.optimise_form import optimise_json, trials_csv

    paths = (Path(out) / "trials.csv", Path(out) / "result.json")
    write_file(paths[0], trials_csv(optimum))
    write_file(paths[1], optimise_json(optimum) + "\n")
    return tuple(map(str, paths))


def _positive(option: str, text: str | None) -> float | None:
    """The positive number that an option was given, if it was."""
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0.0):
        raise UsageError("not-a-real", (("option", option), ("value", text)))
    return value
