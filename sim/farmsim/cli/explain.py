"""`farmsim explain`: what a word means; of `three-mu`, what a run makes of the slogan."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

from pathlib import Path
from typing import Annotated

import typer

from farmsim.cli.precision import PrecisionShare, asked_precision
from farmsim.cli.run import (
    MOST_REPLICATIONS,
    MOST_SEED,
    MOST_WORKERS,
    Json,
    Overrides,
    Quiet,
    RandomSeed,
    Replications,
    Workers,
    checked_overrides,
    play,
    prepare,
    scenario_names,
)
from farmsim.cli.shared import Screen, optional_number, presented, write_file
from farmsim.errors import UsageError
from farmsim.report.messages import mark

THREE_MU = "three-mu"
USUAL_SCENARIO = "bachu-matrix"
"""All channels and programmes at once: where the slogan has its best chance."""

Word = Annotated[
    str,
    typer.Argument(
        metavar="WORD",
        help=mark(
            "A metric, a parameter or its path, a channel, an error code, the key of a source; "
            "metrics, parameters, codes: all of them; or three-mu, which is played."
        ),
    ),
]
Scenario = Annotated[
    str | None,
    typer.Argument(
        metavar="SCENARIO",
        autocompletion=scenario_names,
        help=mark("With three-mu: the scenario that the slogan is put to; bachu-matrix."),
    ),
]
Out = Annotated[str | None, typer.Option("--out", metavar="DIR", help=mark("Folder for result.json."))]


@presented
def explain(  # noqa: PLR0913 (the options of a command)
    screen: Screen,
    *,
    word: Word,
    scenario: Scenario = None,
    replications: Replications = None,
    precision: PrecisionShare = None,
    random_seed: RandomSeed = None,
    overrides: Overrides = None,
    workers: Workers = None,
    out: Out = None,
    as_json: Json = False,
    quiet: Quiet = 0,
) -> int:
    """Print what a word means."""
    if word != THREE_MU:
        given = {
            "--replications": replications,
            "--precision": precision,
            "--random-seed": random_seed,
            "--set": overrides,
            "--workers": workers,
            "--out": out,
            "--json": as_json or None,
            "--quiet": quiet or None,
        }
        return _explain_word(
            screen, word, scenario, [name for name, value in given.items() if value is not None]
        )
    source = scenario or USUAL_SCENARIO
    changes = checked_overrides(overrides)
    metric = None if precision is None else "income_per_mu"
    asked = asked_precision(precision, metric, replications, MOST_REPLICATIONS)
    prepare(out, None)
    result = play(
        screen,
        source,
        changes,
        replications=optional_number("--replications", replications, 1, MOST_REPLICATIONS),
        random_seed=optional_number("--random-seed", random_seed, 0, MOST_SEED),
        workers=optional_number("--workers", workers, 1, MOST_WORKERS),
        precision=asked,
    )
    from farmsim.experiment.three_mu import three_mu
    from farmsim.report.three_mu_form import quiet_line, three_mu_json
    from farmsim.report.three_mu_screen import three_mu_screen

    found = three_mu(result, source)
    if out is not None:
        write_file(Path(out) / "result.json", three_mu_json(found, changes) + "\n")
    if as_json:
        screen.write(three_mu_json(found, changes))
    elif quiet == 1:
        screen.write(quiet_line(found))
    elif quiet == 0:
        screen.show(three_mu_screen(found, screen.look))
    return 0


def _explain_word(screen: Screen, word: str, scenario: str | None, given: list[str]) -> int:
    """Any other word, which is not played: a scenario or the options of a run do not go with it."""
    from farmsim.report.explain_screen import explain_screen

    if scenario is not None:
        raise UsageError("extra-argument", (("name", scenario),))
    if given:
        raise UsageError("only-with", (("name", given[0]), ("option", f"explain {THREE_MU}")))
    screen.show(explain_screen(word, screen.look))
    return 0
