"""`farmsim validate`, `schema` and `new`: everything about scenario files but running them."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

import sys
from pathlib import Path
from typing import Annotated

import typer

from farmsim.cli.run import MOST_SEED, Overrides, ScenarioArgument, checked_overrides
from farmsim.cli.shared import Screen, choice, presented, whole_number, write_file
from farmsim.errors import ScenarioError, UsageError
from farmsim.report.messages import mark
from farmsim.report.messages import translate as _

STARTS = ("trader", "online-first", "matrix", "empty")

Output = Annotated[
    str | None,
    typer.Option("--out", "-o", metavar="FILE", help=mark("File to write; - or nothing is the screen.")),
]


@presented
def validate(screen: Screen, *, scenario: ScenarioArgument, overrides: Overrides = None) -> int:
    """Print what the file says, or every problem in it (exit code 3)."""
    from farmsim.report.file_screens import problem_lines, validity_screen
    from farmsim.scenario.kinds import load_either
    from farmsim.scenario.sweeps.load import is_sweep_file

    changes = checked_overrides(overrides)
    if is_sweep_file(scenario):
        return _validate_sweep(screen, scenario, changes)
    try:
        loaded = load_either(scenario, changes)
    except ScenarioError as error:
        screen.write("\n".join(problem_lines(error.problems)))
        return 3
    screen.show(validity_screen(loaded, scenario, screen.look, changes))
    return 0


def _validate_sweep(screen: Screen, path: str, changes: tuple[str, ...]) -> int:
    """Check a sweep file and every point that it means."""
    from farmsim.experiment.sweeps.plan import Wishes, make_plan
    from farmsim.report.file_screens import problem_lines
    from farmsim.report.messages import plural
    from farmsim.scenario.sweeps.load import read_sweep

    try:
        plan = make_plan(read_sweep(path), Wishes(overrides=changes))
    except ScenarioError as error:
        screen.write("\n".join(problem_lines(error.problems)))
        return 3
    count = len(plan.points)
    text = plural("{path}: ok, {count} point, valid", "{path}: ok, {count} points, all of them valid", count)
    screen.write("\n".join([text.format(path=path, count=count), f"farmsim sweep {path} --dry-run"]))
    return 0


OfSweeps = Annotated[
    bool, typer.Option("--sweep", help=mark("The schema of sweep files instead of that of scenarios."))
]


@presented
def schema(screen: Screen, *, of_sweeps: OfSweeps = False, out: Output = None) -> int:
    """Print or write the JSON Schema."""
    import json

    from farmsim.scenario import catalogue
    from farmsim.scenario.json_schema import both_kinds, scenario_json_schema
    from farmsim.scenario.network_schema import NetworkScenario
    from farmsim.scenario.schema import Scenario

    if of_sweeps:
        from farmsim.scenario.json_schema import sweep_json_schema

        _deliver(screen, json.dumps(sweep_json_schema(), ensure_ascii=False, indent=1) + "\n", out)
        return 0
    season = scenario_json_schema(Scenario, catalogue.names)
    document = both_kinds(season, scenario_json_schema(NetworkScenario, with_use=False))
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    _deliver(screen, text, out)
    return 0


def county_names(incomplete: str) -> list[str]:
    """Counties of the catalogue, for the completion of the shell."""
    from farmsim.report.scaffold import COUNTIES

    return [name for name in COUNTIES if name.startswith(incomplete)]


CountyName = Annotated[
    str | None,
    typer.Argument(
        metavar="COUNTY",
        autocompletion=county_names,
        help=mark("County of the catalogue (farmsim list)."),
    ),
]
Start = Annotated[
    str | None,
    typer.Option(
        "--start",
        metavar="trader|online-first|matrix|empty",
        help=mark("What to begin with: the trader only, online first, all channels in step, or no values."),
    ),
]
National = Annotated[
    bool,
    typer.Option("--national", help=mark("A made-up nation for the Xingnong channel instead of a county.")),
]
NationSeed = Annotated[
    str | None,
    typer.Option(
        "--random-seed", metavar="N", help=mark("With --national: random seed of what is drawn; 2018.")
    ),
]
Counties = Annotated[
    str | None,
    typer.Option("--counties", metavar="N", help=mark("With --national: number of counties, 1 to 141.")),
]
NewFile = Annotated[
    str | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        help=mark("File to write; without it COUNTY-START.yaml or national-N.yaml."),
    ),
]
Force = Annotated[bool, typer.Option("--force", help=mark("Overwrite the file if it exists."))]


@presented
def new(  # noqa: PLR0913 - options
    screen: Screen,
    *,
    county: CountyName = None,
    start: Start = None,
    national: National = False,
    random_seed: NationSeed = None,
    counties: Counties = None,
    out: NewFile = None,
    force: Force = False,
) -> int:
    """Write the file of a scenario; questions are asked only at a terminal."""
    if national:
        for given in (county, start and "--start"):
            if given:
                raise UsageError("not-with", (("name", given), ("option", "--national")))
        return _write_national(screen, random_seed, counties, out, force=force)
    for option, value in (("--random-seed", random_seed), ("--counties", counties)):
        if value is not None:
            raise UsageError("only-with", (("name", option), ("option", "--national")))
    name, begin = _chosen(county, start)
    from farmsim.report.scaffold import scaffold

    hints = [_("Add a channel first: farmsim list channels")] if begin == "empty" else []
    return _write_new(screen, scaffold(name, begin), out, f"{name}-{begin}.yaml", hints, force=force)


def _chosen(county: str | None, start: str | None) -> tuple[str, str]:
    """The county and what to begin with, asked for where they are not given."""
    from farmsim.report.scaffold import COUNTIES

    known = list(COUNTIES)
    name = county or _ask(_("County"), tuple(known))
    if not name.isascii():
        raise UsageError("not-ascii", (("value", name),))
    if name not in known:
        raise UsageError(
            "unknown-choice", (("option", _("COUNTY")), ("choices", ", ".join(known)), ("value", name))
        )
    begin = choice("--start", start, STARTS) if start else "matrix" if county else _ask(_("Start"), STARTS)
    return name, begin


def _write_national(
    screen: Screen, random_seed: str | None, counties: str | None, out: str | None, *, force: bool
) -> int:
    """Write the file of a national scenario."""
    from farmsim.scenario.national import national_scenario
    from farmsim.scenario.national_land import COUNTIES

    seed = 2018 if random_seed is None else whole_number("--random-seed", random_seed, 0, MOST_SEED)
    number = COUNTIES if counties is None else whole_number("--counties", counties, 1, COUNTIES)
    return _write_new(
        screen, national_scenario(seed, number), out, f"national-{number}.yaml", [], force=force
    )


def _write_new(
    screen: Screen, text: str, out: str | None, usual: str, hints: list[str], *, force: bool
) -> int:
    """Write a new file, or print it, and say what comes next."""
    if out == "-":
        screen.write(text)
        return 0
    path = Path(out or usual)
    if path.exists() and not force:
        raise UsageError("file-exists", (("path", str(path)),))
    write_file(path, text)
    written = _("Wrote {path}").format(path=path)
    screen.write("\n".join([written, *hints, f"farmsim validate {path}", f"farmsim run {path}"]))
    return 0


def _ask(question: str, choices: tuple[str, ...]) -> str:
    """One of the choices, by number or name; asked again until it is one of them. Only at a terminal."""
    if not sys.stdin.isatty():
        raise UsageError("not-a-terminal", (("example", "bachu --start matrix"),))
    listed = "  ".join(f"{number} {name}" for number, name in enumerate(choices, 1))
    while True:
        sys.stderr.write(f"{question}   {listed}   > ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise KeyboardInterrupt
        answer = line.strip()
        if answer in choices:
            return answer
        if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(choices):
            return choices[int(answer) - 1]


def _deliver(screen: Screen, text: str, out: str | None) -> None:
    """Text to a file, or to the screen."""
    if out in (None, "-"):
        screen.write(text)
    else:
        write_file(Path(str(out)), text)
