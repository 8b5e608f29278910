"""`farmsim run`: play a scenario and print what came of it."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from farmsim.cli.precision import PrecisionMetric, PrecisionShare, asked_precision, known_metric
from farmsim.cli.shared import Screen, choice, optional_number, presented, write_file
from farmsim.errors import FileError, UsageError
from farmsim.report.messages import mark
from farmsim.report.messages import translate as _

if TYPE_CHECKING:
    from farmsim.experiment.precision import Precision
    from farmsim.experiment.run import RunResult
    from farmsim.results.files import TableFiles
    from farmsim.scenario.load import Loaded
    from farmsim.scenario.schema import Scenario

MOST_REPLICATIONS = 100_000
MOST_WORKERS = 256
MOST_SEED = 2**63 - 1


def scenario_names(incomplete: str) -> list[str]:
    """Bundled scenarios, for the completion of the shell."""
    from farmsim.scenario.catalogue import bundled_scenarios

    return [name for name in bundled_scenarios() if name.startswith(incomplete)]


ScenarioArgument = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        autocompletion=scenario_names,
        help=mark("A file, or the name of a bundled scenario (farmsim list)."),
    ),
]
Replications = Annotated[
    str | None,
    typer.Option(
        "--replications", "-n", metavar="N", help=mark("How many seasons to play; more narrow the intervals.")
    ),
]
RandomSeed = Annotated[
    str | None,
    typer.Option(
        "--random-seed", metavar="N", help=mark("Random seed; the same one gives the same numbers.")
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help=mark("Change one value of the scenario; may be repeated.")
    ),
]
Workers = Annotated[
    str | None,
    typer.Option("--workers", metavar="N", help=mark("Processes that share the work; results are the same.")),
]
Out = Annotated[
    str | None,
    typer.Option(
        "--out", metavar="DIR", help=mark("Folder for result.json, replications.csv and daily tables.")
    ),
]
Tables = Annotated[
    str | None,
    typer.Option(
        "--tables",
        metavar="npz|parquet|none",
        help=mark("With --out: form of the daily tables by county and channel; npz."),
    ),
]
Rows = Annotated[
    str | None,
    typer.Option(
        "--rows", metavar="orders", help=mark("With --out: every order as a row, about 18 bytes each.")
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help=mark("Print one JSON document, the same in every language."))
]
Csv = Annotated[
    str | None,
    typer.Option(
        "--csv", metavar="FILE", help=mark("Write every replication's metrics as a table; - prints it.")
    ),
]
Quiet = Annotated[
    int, typer.Option("--quiet", "-q", count=True, help=mark("One line; given twice, nothing at all."))
]
Full = Annotated[
    bool,
    typer.Option("--full", help=mark("All metrics, every channel, the consumer's yuan, the households.")),
]


@presented
def run(  # noqa: PLR0913 (the options of a command)
    screen: Screen,
    *,
    scenario: ScenarioArgument,
    replications: Replications = None,
    precision: PrecisionShare = None,
    precision_metric: PrecisionMetric = None,
    random_seed: RandomSeed = None,
    overrides: Overrides = None,
    workers: Workers = None,
    out: Out = None,
    tables: Tables = None,
    rows: Rows = None,
    as_json: Json = False,
    csv: Csv = None,
    quiet: Quiet = 0,
    full: Full = False,
) -> int:
    """Play a scenario; the exit code is 1 if one of its expectations failed."""
    wanted = Wanted(scenario, checked_overrides(overrides), out, csv, as_json=as_json, quiet=quiet, full=full)
    if as_json and csv == "-":
        raise UsageError("one-document")
    asked = asked_precision(precision, precision_metric, replications, MOST_REPLICATIONS, known=str)
    files = _table_files(out, tables, rows)
    times = Times(
        optional_number("--replications", replications, 1, MOST_REPLICATIONS),
        optional_number("--random-seed", random_seed, 0, MOST_SEED),
        optional_number("--workers", workers, 1, MOST_WORKERS),
        asked,
    )
    from farmsim.scenario.kinds import load_either, network_of, season_of

    loaded = load_either(scenario, wanted.changes)
    network = network_of(loaded)
    if network is not None:
        from farmsim.cli.networks import run_network_file

        refuse_daily_tables(tables, rows)
        return run_network_file(screen, network, wanted, times, chosen_metric=precision_metric)
    if asked is not None:
        known_metric(asked.metric)
    prepare(out, csv)
    result = _play(screen, season_of(loaded, scenario), times, files)
    return _tell(screen, result, wanted, files)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run was given, and what is to be printed and saved of it."""

    source: str
    changes: tuple[str, ...]
    out: str | None
    csv: str | None
    as_json: bool
    quiet: int
    full: bool


class Times(NamedTuple):
    """How often a scenario is played, and by how many; what is None is left to the scenario."""

    replications: int | None
    random_seed: int | None
    workers: int | None
    precision: "Precision | None" = None


def _tell(screen: Screen, result: "RunResult", wanted: Wanted, files: "TableFiles | None") -> int:
    """Save and print a result as it was wanted; the exit code."""
    saved = _save(result, wanted.out, wanted.csv, wanted.changes)
    saved += tuple(map(str, files.paths)) if files else ()

    from farmsim.report.run_screen import Invocation, checks, quiet_line, run_screen

    if wanted.as_json:
        from farmsim.report.json_form import run_json

        screen.write(run_json(result, wanted.changes))
    elif wanted.csv == "-":
        from farmsim.report.csv_form import printed_csv

        screen.write(printed_csv(result))
    elif wanted.quiet == 1:
        screen.write(quiet_line(result))
    elif wanted.quiet == 0:
        invocation = Invocation(wanted.source, wanted.changes, saved, wanted.full)
        screen.show(run_screen(result, screen.look, invocation))
        if wanted.full:
            from farmsim.report.full_screen import full_sections

            screen.show(full_sections(result, screen.look))
    return 0 if all(check.holds for check in checks(result)) else 1


def play(  # noqa: PLR0913 (what the command was given)
    screen: Screen,
    scenario: str,
    overrides: tuple[str, ...],
    *,
    replications: int | None,
    random_seed: int | None,
    workers: int | None,
    precision: "Precision | None" = None,
) -> "RunResult":
    """Load and run a season, so many replications or to a precision."""
    from farmsim.scenario.kinds import load_season

    loaded = load_season(scenario, overrides)
    return _play(screen, loaded, Times(replications, random_seed, workers, precision))


def _play(
    screen: Screen, loaded: "Loaded[Scenario]", times: Times, files: "TableFiles | None" = None
) -> "RunResult":
    """Run what was loaded, with warnings and a progress bar on stderr."""
    import sys

    from farmsim.experiment.precision import run_to_precision
    from farmsim.experiment.run import run_scenario
    from farmsim.report.console import progress_bar

    screen.warn_of(loaded)
    seed, workers = times.random_seed, times.workers
    with progress_bar(sys.stderr, screen.look, _("replications")) as progress:
        if times.precision is not None:
            return run_to_precision(
                loaded, times.precision, random_seed=seed, workers=workers, files=files, progress=progress
            )
        return run_scenario(
            loaded,
            replications=times.replications,
            random_seed=seed,
            workers=workers,
            files=files,
            progress=progress,
        )


def refuse_daily_tables(tables: str | None, rows: str | None) -> None:
    """A network has no counties and channels, so no daily tables by them and no rows of shoppers' orders."""
    if tables in ("npz", "parquet"):
        raise UsageError("no-daily-tables", (("name", f"--tables {tables}"),))
    if rows is not None:
        raise UsageError("no-daily-tables", (("name", f"--rows {rows}"),))


def checked_overrides(given: list[str] | None) -> tuple[str, ...]:
    """The values of `--set`, each of the form KEY=VALUE."""
    for text in given or ():
        if not text.partition("=")[1] or not text.partition("=")[0].strip():
            raise UsageError("no-equals-sign", (("value", text),))
    return tuple(given or ())


def _table_files(out: str | None, tables: str | None, rows: str | None) -> "TableFiles | None":
    """Where tables go and in which form; nothing without a folder."""
    from farmsim.results.columns import has_parquet
    from farmsim.results.files import TableFiles

    for option, text, choices in (
        ("--tables", tables, ("npz", "parquet", "none")),
        ("--rows", rows, ("orders",)),
    ):
        if text is not None:
            choice(option, text, choices)
            if out is None:
                raise UsageError("only-with", (("name", option), ("option", "--out")))
    if tables == "none" and rows is not None:
        raise UsageError("not-with", (("name", "--rows"), ("option", "--tables none")))
    if tables == "parquet" and not has_parquet():
        raise UsageError("no-parquet")
    if out is None or tables == "none":
        return None
    return TableFiles(out, "parquet" if tables == "parquet" else "npz", orders=rows is not None)


def prepare(out: str | None, csv: str | None) -> None:
    """Make the folder of results and see that the table can be written, before any work is done."""
    if out is not None:
        try:
            Path(out).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(out, error.strerror or str(error)) from error
    if csv not in (None, "-") and not Path(csv).parent.is_dir():
        raise FileError(csv, mark("its folder does not exist"))


def _save(
    result: "RunResult", out: str | None, csv: str | None, settings: tuple[str, ...]
) -> tuple[str, ...]:
    """Write what was asked for; the paths written."""
    from farmsim.report.csv_form import run_csv
    from farmsim.report.json_form import run_json

    saved = []
    if out is not None:
        write_file(Path(out) / "result.json", run_json(result, settings) + "\n")
        write_file(Path(out) / "replications.csv", run_csv(result))
        saved.append(str(Path(out) / "result.json"))
        saved.append(str(Path(out) / "replications.csv"))
    if csv not in (None, "-"):
        write_file(Path(csv), run_csv(result))
        saved.append(csv)
    return tuple(saved)
