"""`farmsim leverage`: what a yuan of programme cost moved, by four definitions."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

from pathlib import Path
from typing import Annotated

import typer

from farmsim.cli.compare import Overrides, play_all
from farmsim.cli.run import (
    MOST_REPLICATIONS,
    MOST_SEED,
    MOST_WORKERS,
    Json,
    Quiet,
    RandomSeed,
    Replications,
    ScenarioArgument,
    Workers,
    checked_overrides,
    prepare,
    scenario_names,
)
from farmsim.cli.shared import Screen, optional_number, presented, whole_number, write_file
from farmsim.errors import UsageError
from farmsim.report.messages import mark

Baseline = Annotated[
    str,
    typer.Option(
        "--baseline",
        metavar="B",
        autocompletion=scenario_names,
        help=mark("The scenario without the programmes, played under the same weather."),
    ),
]
Cost = Annotated[
    str | None,
    typer.Option(
        "--cost",
        metavar="CNY",
        help=mark("Cost of the programmes; without it, public money spent beyond the baseline's."),
    ),
]
Out = Annotated[str | None, typer.Option("--out", metavar="DIR", help=mark("Folder for result.json."))]


@presented
def leverage(  # noqa: PLR0913 (the options of a command)
    screen: Screen,
    *,
    scenario: ScenarioArgument,
    baseline: Baseline,
    cost: Cost = None,
    replications: Replications = None,
    random_seed: RandomSeed = None,
    overrides: Overrides = None,
    workers: Workers = None,
    out: Out = None,
    as_json: Json = False,
    quiet: Quiet = 0,
) -> int:
    """Set what programmes moved against what they cost."""
    from farmsim.experiment.leverage import effects_of_programmes
    from farmsim.report.leverage_screen import leverage_json, leverage_screen, quiet_line

    changes = checked_overrides(overrides)
    given = None if cost is None else float(whole_number("--cost", cost, 1, 10**15))
    prepare(out, None)
    comparison = play_all(
        screen,
        [baseline, scenario],
        changes,
        replications=optional_number("--replications", replications, 1, MOST_REPLICATIONS),
        random_seed=optional_number("--random-seed", random_seed, 0, MOST_SEED),
        workers=optional_number("--workers", workers, 1, MOST_WORKERS),
    )
    places = [list(run.loaded.scenario.counties) for run in comparison.runs]
    if places[0] != places[1]:
        raise UsageError("other-counties", (("scenario", scenario), ("baseline", baseline)))
    effects = effects_of_programmes(comparison, given)
    if effects.cost.mean() <= 0.0:
        raise UsageError("nothing-spent", (("scenario", scenario), ("baseline", baseline)))
    if out is not None:
        write_file(Path(out) / "result.json", leverage_json(comparison, effects, changes) + "\n")
    if as_json:
        screen.write(leverage_json(comparison, effects, changes))
    elif quiet == 1:
        screen.write(quiet_line(effects))
    elif quiet == 0:
        screen.show(leverage_screen(comparison, effects, screen.look))
    return 0
