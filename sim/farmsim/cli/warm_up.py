"""`farmsim warm-up`: how long a network takes to forget that it started empty."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

from farmsim.cli.run import (
    MOST_REPLICATIONS,
    MOST_SEED,
    MOST_WORKERS,
    Json,
    Overrides,
    Quiet,
    RandomSeed,
    Replications,
    ScenarioArgument,
    Workers,
    checked_overrides,
)
from farmsim.cli.shared import Screen, optional_number, presented
from farmsim.errors import UsageError
from farmsim.report.messages import translate as _


@presented
def warm_up(  # noqa: PLR0913 (the options of a command)
    screen: Screen,
    *,
    scenario: ScenarioArgument,
    replications: Replications = None,
    random_seed: RandomSeed = None,
    overrides: Overrides = None,
    workers: Workers = None,
    as_json: Json = False,
    quiet: Quiet = 0,
) -> int:
    """Advise on the warm-up of a question about the long run; seasons that end have none (exit code 2)."""
    import sys

    from farmsim.experiment.warm_up import advise_warm_up
    from farmsim.report.console import progress_bar
    from farmsim.report.warm_up_screen import quiet_line, warm_up_json, warm_up_screen
    from farmsim.scenario.kinds import load_either, network_of

    changes = checked_overrides(overrides)
    loaded = network_of(load_either(scenario, changes))
    if loaded is None:
        raise UsageError("no-warm-up-of-seasons", (("name", scenario),))
    if not loaded.scenario.steady_state:
        raise UsageError("no-warm-up", (("name", scenario),))
    screen.warn_of(loaded)
    with progress_bar(sys.stderr, screen.look, _("replications")) as progress:
        advice = advise_warm_up(
            loaded,
            replications=optional_number("--replications", replications, 1, MOST_REPLICATIONS),
            random_seed=optional_number("--random-seed", random_seed, 0, MOST_SEED),
            workers=optional_number("--workers", workers, 1, MOST_WORKERS),
            progress=progress,
        )
    if as_json:
        screen.write(warm_up_json(advice, changes))
    elif quiet == 1:
        screen.write(quiet_line(advice))
    elif quiet == 0:
        screen.show(warm_up_screen(advice, scenario, screen.look))
    return 0
