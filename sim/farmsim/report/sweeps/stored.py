"""Sweeps that are kept: a list of them, and where the numbers of one come from."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Group
from rich.text import Text

from farmsim.report.cells import cell_width, fit, pad, wrap
from farmsim.report.messages import plural
from farmsim.report.messages import translate as _
from farmsim.report.sweeps.dry_run import size_text, time_text
from farmsim.report.terminal import Look

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.result import SweepResult

FAILURES = 10
"""Failed runs that are listed."""
LEAST_FOLDER = 16


class Stored(NamedTuple):
    """One sweep in the list."""

    folder: Path
    name: str
    """Of the scenario that was varied."""
    method: str
    points: int
    runs_done: int
    runs_expected: int | None
    """None where it depends on what the runs give."""
    failed: int
    begun: str
    """UTC, ISO 8601."""
    size: int
    """Bytes on the disk."""


def results_list_screen(rows: list[Stored], look: Look) -> Group:
    """Everything that `farmsim results list` prints."""
    if not rows:
        return Group(Text(_("No sweep is kept here.")))
    heads = [
        _("folder"),
        _("scenario"),
        _("design"),
        _("points"),
        _("runs"),
        _("failed"),
        _("begun (UTC)"),
        _("size"),
    ]
    cells = [
        [
            str(row.folder),
            row.name,
            row.method,
            f"{row.points:,}",
            _runs(row),
            f"{row.failed:,}" if row.failed else "",
            row.begun[:16].replace("T", " "),
            size_text(row.size),
        ]
        for row in rows
    ]
    columns = list(zip(heads, *cells, strict=True))
    widths = [max(map(cell_width, column)) for column in columns]
    widths[1] = min(widths[1], 30 if look.is_wide else 14)
    widths[2] = min(widths[2], 16)
    rest = sum(widths[1:]) + len(widths) - 1
    if widths[0] + rest <= look.width:
        lines = [_line(row, widths, look) for row in (heads, *cells)]
        return Group(Text(lines[0], style="bold"), Text(look.rule), *map(Text, lines[1:]))
    blocks = []
    for row in cells:
        blocks.append(Text(row[0], style="bold"))
        said = "  ".join(f"{head} {cell}" for head, cell in zip(heads[1:], row[1:], strict=True) if cell)
        blocks += [Text(line) for line in wrap(said, look.width, indent="  ")]
    return Group(*blocks)


def result_about_lines(result: "SweepResult", look: Look) -> list[Text]:
    """Where the numbers come from: scenario, settings, random seed, versions, command, runs that failed."""
    about = result.about
    done = int((result.status == 1).sum())
    kept = plural("{count} run, {time} of work", "{count} runs, {time} of work", done)
    settings = about.sweep.get("settings")
    rows = [
        (_("folder"), str(result.folder)),
        (_("scenario"), f"{about.name} ({about.scenario_digest})"),
        (_("settings"), ", ".join(map(str, settings)) if isinstance(settings, list) else ""),
        (_("random seed"), str(about.random_seed)),
        (_("begun (UTC)"), about.begun),
        (_("runs"), kept.format(count=f"{done:,}", time=time_text(result.seconds))),
        (_("versions"), ", ".join(f"{name} {one}" for name, one in about.versions.items())),
        (_("command"), shlex.join(["farmsim", *about.command]) if about.command else ""),
        (_("files kept"), ", ".join(about.sources)),
    ]
    width = max(cell_width(name) for name, _said in rows) + 2
    lines = []
    for name, said in rows:
        if said:
            lines += wrap(said, look.width, indent=" " * width, first=pad(name, width))
    return [Text(line) for line in [*lines, *_failure_lines(result, look)]]


def _failure_lines(result: "SweepResult", look: Look) -> list[str]:
    """The first runs that failed, with their reasons."""
    if not result.failures:
        return []
    count = len(result.failures)
    lines = ["", plural("{count} run failed:", "{count} runs failed:", count).format(count=f"{count:,}")]
    for run in result.failures[:FAILURES]:
        text = _("point {point}, replication {replication}: {why}").format(
            point=run.point + 1, replication=run.replication, why=run.error or run.status
        )
        lines += wrap(" ".join(text.split()), look.width, indent="    ", first="  ")
    left = count - FAILURES
    if left > 0:
        lines.append("  " + _("and {count} more, in failures.csv").format(count=f"{left:,}"))
    return lines


def _runs(row: Stored) -> str:
    """Runs that are done, of how many."""
    if row.runs_expected is None:
        return f"{row.runs_done:,}"
    return f"{row.runs_done:,}/{row.runs_expected:,}"


def _line(row: list[str], widths: list[int], look: Look) -> str:
    cells = []
    for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
        cells.append(pad(fit(cell, width, look.glyphs.more), width, right=place in {3, 4, 5, 7}))
    return " ".join(cells).rstrip()
