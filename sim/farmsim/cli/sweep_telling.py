"""What `farmsim sweep` was asked beyond the sweep itself, and how it tells what came of it."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

import shlex
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from farmsim.cli.shared import Screen, write_file
from farmsim.report.messages import translate as _

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.engines import Engine
    from farmsim.experiment.sweeps.plan import Plan
    from farmsim.experiment.sweeps.result import SweepResult

LONGEST_COMMAND = 70
"""Cells of a command that is repeated as it was given."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command was given beyond the sweep itself."""

    out: str | None
    resume: bool
    retry: bool
    mixed: bool
    durable: bool
    start: "Callable[[], AbstractContextManager[Engine]]"
    workers: int
    as_json: bool
    csv: str | None
    quiet: int
    full: bool
    command: tuple[str, ...]


class Done(NamedTuple):
    """What a call has done."""

    saved: tuple[str, ...]
    runs: int
    seconds: float


def exported(folder: Path, csv: str | None, *, anew: bool) -> tuple[str, ...]:
    """The tables of the sweep beside its store, written if there is something new; and that of --csv."""
    from farmsim.results.store.export import export
    from farmsim.results.store.reader import open_reader

    tables = tuple(folder / f"{name}.csv" for name in ("points", "summary"))
    if anew or not all(path.exists() for path in tables):
        with open_reader(folder) as reader:
            export(reader, folder, "csv")
    if csv in (None, "-"):
        return tuple(map(str, tables))
    write_file(Path(str(csv)), tables[0].read_bytes().decode("utf-8"))
    return (*map(str, tables), str(csv))


def tell(screen: Screen, plan: "Plan", result: "SweepResult", asked: Asked, done: Done) -> None:
    """Print a result as it was wanted."""
    if asked.as_json:
        from farmsim.report.sweeps.form import sweep_json

        screen.write(sweep_json(result))
    elif asked.csv == "-":
        screen.write((result.folder / "points.csv").read_text("utf-8-sig"))
    elif asked.quiet == 1:
        from farmsim.report.sweeps.screen import quiet_line

        screen.write(quiet_line(result))
    elif asked.quiet == 0:
        from farmsim.report.sweeps.screen import Shown, sweep_screen

        again = _again(asked.command, result.folder)
        shown = Shown(
            source=plan.source.file.scenario if plan.source.folder is None else plan.source.shown,
            saved=done.saved,
            full=asked.full,
            runs_now=done.runs,
            seconds=done.seconds,
            again=again,
            refine=f"{again} --refine",
        )
        screen.show(sweep_screen(result, screen.look, shown))


def _again(command: tuple[str, ...], folder: Path) -> str:
    """The command that gives the same again: as it was, or by the folder where that is much shorter."""
    given = shlex.join(["farmsim", *command])
    by_folder = shlex.join(["farmsim", "sweep", str(folder), "--resume"])
    return given if len(given) <= LONGEST_COMMAND else by_folder


def say_what_is_kept(screen: Screen, folder: Path, asked: Asked) -> None:
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


def warn_of_failures(screen: Screen, result: "SweepResult") -> None:
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
