"""`farmsim break-even`: the value of a number at which a metric is equal on both sides."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

import math
from typing import TYPE_CHECKING, Annotated

import typer

from farmsim.cli.precision import known_metric
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
    scenario_names,
)
from farmsim.cli.shared import Screen, optional_number, presented
from farmsim.errors import UsageError
from farmsim.report.messages import mark
from farmsim.report.messages import translate as _

if TYPE_CHECKING:
    from farmsim.experiment.break_even import BreakEven, Question

Key = Annotated[
    str,
    typer.Argument(
        metavar="KEY", help=mark("The number that is varied, e.g. channels.hema.margin_share (see --set).")
    ),
]
Against = Annotated[
    str,
    typer.Option(
        "--against",
        metavar="B",
        autocompletion=scenario_names,
        help=mark("The other side: a scenario, or channels.ID for a channel of the same scenario."),
    ),
]
Metric = Annotated[
    str,
    typer.Option("--metric", metavar="NAME", help=mark("What is equal on both sides; household_net_income.")),
]
Channel = Annotated[
    str | None,
    typer.Option(
        "--channel",
        metavar="ID",
        help=mark("With --against channels.ID: the channel held against it; the one in KEY."),
    ),
]
Low = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="LO", help=mark("Lowest value; without it, that of the range of KEY's source.")
    ),
]
High = Annotated[
    str | None,
    typer.Option(
        "--to", metavar="HI", help=mark("Highest value; without it, that of the range of KEY's source.")
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help=mark("Change one value on both sides; may be repeated.")),
]


@presented
def break_even(  # noqa: PLR0913 (the options of a command)
    screen: Screen,
    *,
    scenario: ScenarioArgument,
    key: Key,
    against: Against,
    metric: Metric = "household_net_income",
    channel: Channel = None,
    low: Low = None,
    high: High = None,
    replications: Replications = None,
    random_seed: RandomSeed = None,
    overrides: Overrides = None,
    workers: Workers = None,
    as_json: Json = False,
    quiet: Quiet = 0,
) -> int:
    """Find the value at which the mean paired difference is zero, and its interval."""
    from farmsim.experiment.break_even import Question

    question = Question(
        source=scenario,
        key=key,
        against=against,
        metric=known_metric(metric),
        channel=channel,
        low=_real("--from", low),
        high=_real("--to", high),
        overrides=checked_overrides(overrides),
    )
    answer = _play(
        screen,
        _with_channel(question),
        replications=optional_number("--replications", replications, 2, MOST_REPLICATIONS),
        random_seed=optional_number("--random-seed", random_seed, 0, MOST_SEED),
        workers=optional_number("--workers", workers, 1, MOST_WORKERS),
    )
    screen.warn_of(answer.loaded, *([answer.other_side] if answer.other_side else []))

    from farmsim.report.break_even_screen import break_even_json, break_even_screen, quiet_line

    if as_json:
        screen.write(break_even_json(answer))
    elif quiet == 1:
        screen.write(quiet_line(answer))
    elif quiet == 0:
        screen.show(break_even_screen(answer, screen.look))
    return 0


def _play(
    screen: Screen,
    question: "Question",
    *,
    replications: int | None,
    random_seed: int | None,
    workers: int | None,
) -> "BreakEven":
    """Search with a progress bar on stderr."""
    import sys

    from farmsim.experiment.break_even import break_even as find
    from farmsim.report.console import progress_bar

    with progress_bar(sys.stderr, screen.look, _("replications")) as progress:
        return find(
            question,
            replications=replications,
            random_seed=random_seed,
            workers=workers,
            progress=progress,
        )


def _with_channel(question: "Question") -> "Question":
    """The question with the channel in its key, where channels are compared; metrics must be theirs."""
    from dataclasses import replace

    from farmsim.results.metrics import METRICS

    if question.other_channel is None:
        if question.channel is not None:
            raise UsageError("only-with", (("name", "--channel"), ("option", "--against channels.ID")))
        return question
    if not METRICS[question.metric].per_channel:
        raise UsageError("not-by-channel", (("name", question.metric),))
    parts = question.key.split(".")
    channel = question.channel or (parts[1] if parts[0] == "channels" and len(parts) > 1 else None)
    if channel is None:
        raise UsageError("missing-argument", (("name", "--channel"),))
    return replace(question, channel=channel)


def _real(option: str, text: str | None) -> float | None:
    """The number that an option was given, if it was."""
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError("not-a-real", (("option", option), ("value", text)))
    return value
