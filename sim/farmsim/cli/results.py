"""`farmsim results`: sweeps that were kept, listed, shown, exported and replayed."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from farmsim.cli.help import Command, Commands
from farmsim.cli.run import Json, Quiet
from farmsim.cli.shared import Screen, choice, optional_number, presented
from farmsim.cli.sweep_options import All
from farmsim.errors import UsageError
from farmsim.report.messages import mark
from farmsim.report.messages import translate as _

if TYPE_CHECKING:
    from farmsim.report.sweeps.stored import Stored

MOST_SAMPLE = 100_000

results = typer.Typer(
    name="results",
    cls=Commands,
    help=mark("List, show, export and replay the sweeps that were kept."),
    rich_markup_mode=None,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Place = Annotated[
    str, typer.Argument(metavar="[DIR]", help=mark("Folder in which sweeps are looked for; runs."))
]
Folder = Annotated[
    str | None,
    typer.Argument(metavar="[FOLDER]", help=mark("Folder of a sweep; without it, the newest in runs.")),
]
Form = Annotated[
    str,
    typer.Option(
        "--format", metavar="csv|parquet", help=mark("Form of the tables; csv (with BOM, for Excel).")
    ),
]
Target = Annotated[
    str | None,
    typer.Option(
        "--out",
        metavar="DIR|FILE",
        help=mark("Folder for all tables, or one file for that of the runs; the sweep's own folder."),
    ),
]
RunName = Annotated[
    list[str] | None,
    typer.Option(
        "--run",
        metavar="POINT.REPLICATION",
        help=mark("Run to replay, e.g. 3.0 for replication 0 of point 3; may be repeated."),
    ),
]
Sample = Annotated[
    str | None,
    typer.Option("--sample", metavar="N", help=mark("Without --run: so many runs, spread over all; 5.")),
]


@presented
def list_results(screen: Screen, *, place: Place = "runs", as_json: Json = False) -> int:
    """Print a line for each sweep, the newest last."""
    from farmsim.experiment.sweeps.begun import sweep_folders
    from farmsim.report.sweeps.stored import results_list_screen

    rows = [_row(folder) for folder in sweep_folders(Path(place))]
    if as_json:
        import json

        forms = [row._asdict() | {"folder": str(row.folder)} for row in rows]
        screen.write(json.dumps({"schema_version": 1, "sweeps": forms}, ensure_ascii=False, indent=2))
    else:
        screen.show(results_list_screen(rows, screen.look))
    return 0


@presented
def show_result(
    screen: Screen, *, folder: Folder = None, as_json: Json = False, quiet: Quiet = 0, full: All = False
) -> int:
    """Print the screen of the sweep as it is now, and where its numbers come from."""
    from farmsim.experiment.sweeps.result import read_result

    path = _chosen(folder)
    result = read_result(path)
    if as_json:
        from farmsim.report.sweeps.form import sweep_json

        screen.write(sweep_json(result))
        return 0
    from farmsim.report.sweeps.screen import Shown, quiet_line, sweep_screen
    from farmsim.report.sweeps.stored import result_about_lines

    if quiet == 1:
        screen.write(quiet_line(result))
    elif quiet == 0:
        from rich.console import Group

        again = f"farmsim sweep {shlex.quote(str(path))} --resume"
        source = str(result.about.sweep["scenario"])
        shown = Shown(source, (str(path),), full, 0, result.seconds, again, f"{again} --refine")
        screen.show(
            Group(sweep_screen(result, screen.look, shown), "", *result_about_lines(result, screen.look))
        )
    return 0


@presented
def export_result(screen: Screen, *, folder: Folder = None, form: Form = "csv", out: Target = None) -> int:
    """Write the tables of a sweep: runs, points, channels, failures."""
    from farmsim.results.columns import has_parquet
    from farmsim.results.store.export import export
    from farmsim.results.store.reader import open_reader

    kind = choice("--format", form, ("csv", "parquet"))
    if kind == "parquet" and not has_parquet():
        raise UsageError("parquet-missing")
    path = _chosen(folder)
    with open_reader(path) as reader:
        written = export(reader, path if out is None else Path(out), cast("Any", kind))
    screen.write("\n".join(_("Wrote {path}").format(path=one) for one in written))
    return 0


@presented
def replay_result(
    screen: Screen,
    *,
    folder: Folder = None,
    runs: RunName = None,
    sample: Sample = None,
    as_json: Json = False,
    quiet: Quiet = 0,
) -> int:
    """Play runs once more and compare; the exit code is 1 if one comes out differently."""
    from farmsim.experiment.sweeps.replay import replay, some_runs
    from farmsim.report.sweeps.replayed import replayed_json, replayed_screen

    path = _chosen(folder)
    if runs and sample is not None:
        raise UsageError("not-with", (("name", "--sample"), ("option", "--run")))
    number = optional_number("--sample", sample, 1, MOST_SAMPLE)
    chosen = [_run_of(text) for text in runs] if runs else some_runs(path, 5 if number is None else number)
    found = replay(path, chosen)
    if as_json:
        screen.write(replayed_json(path, found))
    elif quiet == 0:
        screen.show(replayed_screen(path, found, screen.look))
    return 0 if all(one.is_same for one in found) else 1


def _chosen(folder: str | None) -> Path:
    """The folder that is meant."""
    from farmsim.experiment.sweeps.begun import newest_sweep

    return newest_sweep() if folder is None else Path(folder)


def _run_of(text: str) -> tuple[int, int]:
    """Point (from 0) and replication of POINT.REPLICATION."""
    point, dot, replication = text.partition(".")
    if not (dot and point.isdecimal() and replication.isdecimal() and int(point) > 0):
        raise UsageError("not-a-run", (("value", text),))
    return int(point) - 1, int(replication)


def _row(folder: Path) -> "Stored":
    """A sweep in the list."""
    from farmsim.report.sweeps.stored import Stored
    from farmsim.results.store.reader import open_reader
    from farmsim.results.store.schema import NAME

    with open_reader(folder) as reader:
        about, finished = reader.about, reader.finished()
        stages = cast("dict[str, Any]", reader.recall("stages") or {})
        points = len(reader.points)
    fixed = stages.get("least") if stages.get("metric") is None else None
    return Stored(
        folder=folder,
        name=about.name,
        method=str(about.sweep["method"]),
        points=points,
        runs_done=int((finished > 0).sum()),
        runs_expected=None if fixed is None else points * int(fixed),
        failed=int((finished > 1).sum()),
        begun=about.begun,
        size=(folder / NAME).stat().st_size,
    )


@results.callback(invoke_without_command=True)
def begin(context: typer.Context) -> int:
    """Without a command: the help."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
    return 0


for name, command, text in (
    ("list", list_results, mark("List the sweeps in a folder.")),
    ("show", show_result, mark("Show a sweep as it is now, and where its numbers come from.")),
    ("export", export_result, mark("Write the tables of a sweep as CSV or Parquet.")),
    ("replay", replay_result, mark("Play runs of a sweep once more: the numbers must be the same.")),
):
    results.command(name, cls=Command, help=text)(command)
