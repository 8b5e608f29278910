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
from farmsim.scenario.sweeps.load import QUICK

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.result import SweepResult

FAILURES = 10
"""Failed runs that are listed."""
LEAST_FOLDER, LEAST_NAME = 16, 16
GAP = 2
RIGHT = ("points", "runs", "failed", "size")
"""Columns of numbers."""


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


URGENCY = ("folder", "points", "runs", "failed", "design", "begun", "day", "size", "scenario")
"""Columns from the most wanted to the least; what there is no room for is left out."""
SHRINKING = {"folder": LEAST_FOLDER, "scenario": LEAST_NAME}
"""Columns that may be cut, with the fewest cells in which they are of use."""


def results_list_screen(rows: list[Stored], look: Look) -> Group:
    """Everything that `farmsim results list` prints: a line for each, in columns that there is room for."""
    if not rows:
        return Group(Text(_("No sweep is kept here.")))
    table = _columns(rows)
    widths = _widths(table, look.width)
    lines = []
    for place in range(len(rows) + 1):
        cells = (
            pad(_cell(name, table[name][place], width, look.glyphs.more), width, right=name in RIGHT)
            for name, width in widths.items()
        )
        lines.append("  ".join(cells).rstrip())
    return Group(Text(lines[0], style="bold"), Text(look.rule), *map(Text, lines[1:]))


def _columns(rows: list[Stored]) -> dict[str, list[str]]:
    """All columns in their order, each with its heading; that of failed runs only where some failed."""
    begun = _("begun (UTC)")
    table = {
        "folder": [_("folder"), *(str(row.folder) for row in rows)],
        "scenario": [_("scenario"), *(row.name for row in rows)],
        "design": [_("design"), *(row.method for row in rows)],
        "points": [_("design points"), *(f"{row.points:,}" for row in rows)],
        "runs": [_("runs"), *(_runs(row) for row in rows)],
        "failed": [_("failed"), *(f"{row.failed:,}" if row.failed else "" for row in rows)],
        "begun": [begun, *(row.begun[:16].replace("T", " ") for row in rows)],
        "day": [begun, *(row.begun[:10] for row in rows)],
        "size": [_("size"), *(size_text(row.size) for row in rows)],
    }
    if not any(row.failed for row in rows):
        del table["failed"]
    return table


def _widths(table: dict[str, list[str]], room: int) -> dict[str, int]:
    """Cells of the columns that are shown; the folder gives way to counts, of which there must be some."""
    wanted = {name: max(map(cell_width, cells)) for name, cells in table.items()}
    counts = sum(wanted[name] + GAP for name in ("points", "runs", "failed") if name in wanted)
    wanted["folder"] = min(wanted["folder"], max(room - counts, LEAST_FOLDER))
    found: dict[str, int] = {}
    left = room + GAP
    for name in URGENCY:
        if name not in wanted or (name == "day" and "begun" in found):
            continue
        width = wanted[name] if name not in SHRINKING else min(wanted[name], max(left - GAP, SHRINKING[name]))
        if width + GAP <= left:
            found[name] = width
            left -= width + GAP
    return {name: found[name] for name in table if name in found}


def _cell(name: str, text: str, width: int, more: str) -> str:
    """The text of a cell; of a folder the end is kept, by which folders of one scenario differ."""
    if name != "folder" or cell_width(text) <= width:
        return fit(text, width, more)
    return more + fit(text[::-1], width - cell_width(more), "")[::-1]


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
        (_("files kept"), ", ".join(name for name in about.sources if name != QUICK)),
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
