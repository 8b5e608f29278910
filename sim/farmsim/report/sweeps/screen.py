"""The screen of a sweep: what was asked, the picture or table that suits the design, how sure that is."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Group
from rich.text import Text

from farmsim.report.cells import cell_width, fit, pad, spread, wrap
from farmsim.report.messages import plural
from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures, interval
from farmsim.report.sweeps.axis_picture import axis_picture
from farmsim.report.sweeps.heatmap import heatmap, lattice_of
from farmsim.report.sweeps.point_table import point_table
from farmsim.report.sweeps.remarks import RANKED, ranking_remarks, sweep_cautions
from farmsim.report.sweeps.sensitivity_tables import morris_of, morris_table, sobol_of, sobol_table
from farmsim.report.sweeps.standing import Standing, standing_of
from farmsim.report.sweeps.tornado import inputs_of, tornado
from farmsim.report.sweeps.words import (
    DESIGNS,
    Subject,
    axis_text,
    point_name,
    point_text,
    short_names,
    value_text,
)
from farmsim.report.terminal import Look

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.axes import Axis, Value
    from farmsim.experiment.sweeps.result import SweepResult

LONGEST_NAME = 28


class Shown(NamedTuple):
    """How a sweep is shown, and what this call did."""

    source: str
    saved: tuple[str, ...]
    full: bool
    runs_now: int
    seconds: float
    """Of this call."""
    again: str
    """The command that gives this again."""
    refine: str | None
    """The command that plays the ties on fresh random seeds."""


def sweep_screen(result: "SweepResult", look: Look, shown: Shown) -> Group:
    """Everything that `farmsim sweep` prints."""
    standing = standing_of(result)
    lines = [title("farmsim sweep", result, look, shown), *asked_lines(result, standing.subject, look)]
    lines += [*_played_lines(result, look, shown), Text()]
    lines += _body(standing, look, full=shown.full)
    return Group(*lines, *closing_lines(result, look, shown, len(standing.tied)))


def quiet_line(result: "SweepResult") -> str:
    """The best point in one line; the same in every language."""
    standing = standing_of(result)
    name, unit = standing.subject.name, standing.subject.plain_unit
    if standing.ties is None:
        return f"{name} unknown  points {standing.count}"
    best = standing.ties.best
    mean, low, high, _sd, n = result.estimate(name, best)
    parts = f"{name} {figures(mean)} {unit}  ci95 {interval(low, high)}  point {best + 1}"
    keys = {key: key for key in result.points[best].parameters}
    return f"{parts} {point_name(result, best, keys)}  ties {len(standing.tied)} of {standing.known}  n {n}"


def title(command: str, result: "SweepResult", look: Look, shown: Shown) -> Text:
    """Source, points and replications, random seed, how long it took; on two lines where one is too short."""
    counts = result.replications
    least, most = (int(counts.min()), int(counts.max())) if counts.size else (0, 0)
    right = (look.glyphs.dot + " ").join(
        (
            plural("{count} point x {times}", "{count} points x {times}", len(result.points)).format(
                count=f"{len(result.points):,}",
                times=f"{most:,}" if least == most else f"{least:,}-{most:,}",
            ),
            _("random seed {seed}").format(seed=result.about.random_seed),
            _("{seconds} s").format(seconds=f"{shown.seconds:.1f}"),
        )
    )
    left = f"{command}  {shown.source}"
    if cell_width(left) + cell_width(right) + 2 <= look.width:
        return Text(spread(left, right, look.width), style="bold")
    return Text(
        f"{fit(left, look.width, look.glyphs.more)}\n{pad(right, look.width, right=True)}", style="bold"
    )


def asked_lines(result: "SweepResult", subject: Subject, look: Look) -> list[Text]:
    """The metric and the goal, the design, the parameters with their values."""
    goal = _("{metric} ({name}): more is better.") if result.aim.maximise else (
        _("{metric} ({name}): less is better.")
    )  # fmt: skip
    parts = [goal.format(metric=subject.titled, name=subject.name)]
    base = result.aim.base
    if base is not None:
        parts.append(_("Compared with {point}.").format(point=point_text(result, base, look.glyphs.more)))
    method = result.structure.method
    parts.append(_("Design: {name}, {what}.").format(name=method, what=_(DESIGNS.get(method, method))))
    centre = {} if base is None or method != "one-at-a-time" else result.points[base].parameters
    lines = [line for part in parts for line in wrap(part, look.width, indent="  ", first="")]
    return [Text(line) for line in [*lines, *axes_lines(result.structure.axes, look, centre)]]


def axes_lines(axes: "tuple[Axis, ...]", look: Look, base: "Mapping[str, Value] | None" = None) -> list[str]:
    """A line for each parameter: its short name, its key, its values, that of the base if it is given."""
    names = short_names([axis.key for axis in axes], look.glyphs.more)
    width = min(max((cell_width(name) for name in names.values()), default=0), LONGEST_NAME)
    lines = []
    for axis in axes:
        first = "  " + pad(names[axis.key], width) + "  "
        key = "" if names[axis.key] == axis.key else f"{axis.key}: "
        text = key + axis_text(axis)
        if base and axis.key in base:
            text += "; " + _("base {value}").format(value=value_text(base[axis.key]))
        if key and cell_width(first + text) > look.width:
            lines += wrap(key.rstrip(), look.width, indent="      ", first=first)
            text, first = text.removeprefix(key), "      "
        lines += wrap(text, look.width, indent="      ", first=first)
    return lines


def closing_lines(result: "SweepResult", look: Look, shown: Shown, ties: int = 0) -> list[Text]:
    """What to worry about, where it is saved, how to get it again and what to ask next."""
    lines = [Text()]
    for caution in sweep_cautions(result):
        said = wrap(caution.text(_), look.width, indent="  ", first="! ")
        lines += [Text(line, style="bold") for line in said]
        if caution.code == "failed-runs":
            see = shlex.join(["farmsim", "results", "show", str(result.folder)])
            lines.append(Text("  " + _("All of them: {command}").format(command=see)))
    names = [_("Saved"), _("Again"), _("Next")]
    width = max(map(cell_width, names)) + 2
    for place, text in enumerate(_saved(shown.saved)):
        first = pad(names[0] if place == 0 else "", width)
        lines += [Text(line) for line in wrap(text, look.width, indent=" " * width, first=first)]
    lines.append(Text(pad(names[1], width) + shown.again))
    if shown.refine is not None and ties > 1 and result.structure.method in RANKED:
        lines.append(Text(pad(names[2], width) + shown.refine))
    return lines


def _body(standing: Standing, look: Look, *, full: bool) -> list[Text]:
    """The tables and pictures of the design, with what may be said of them."""
    result = standing.result
    morris, sobol = morris_of(result), sobol_of(result)
    if morris is not None:
        return morris_table(standing, morris, look) + (_all_points(standing, look) if full else [])
    if sobol is not None:
        return sobol_table(standing, sobol, look) + (_all_points(standing, look) if full else [])
    lattice, inputs = lattice_of(result), inputs_of(result)
    remarks = [
        Text(line) for text in ranking_remarks(standing, lattice, look) for line in wrap(text, look.width)
    ]
    if standing.ties is None:
        return remarks
    if inputs is not None:
        return [
            *tornado(standing, inputs, look),
            *(_all_points(standing, look) if full else []),
            Text(),
            *remarks,
        ]
    picture = None if lattice is None else heatmap(standing, lattice, look, full=full)
    if picture is not None:
        return [*picture, *(_all_points(standing, look) if full else []), Text(), *remarks]
    too_wide = [] if lattice is None else [
        Text(line) for line in wrap(_("The grid is too wide for a picture; here is a table."), look.width)
    ]  # fmt: skip
    drawn = axis_picture(standing, look)
    table = point_table(standing, look, full=full)
    return [*too_wide, *table, *([Text(), *drawn] if drawn else []), Text(), *remarks]


def _all_points(standing: Standing, look: Look) -> list[Text]:
    return [Text(), *point_table(standing, look, full=True)]


def _played_lines(result: "SweepResult", look: Look, shown: Shown) -> list[Text]:
    """That some or all runs were there already."""
    there = int((result.status > 0).sum()) - shown.runs_now
    if there <= 0:
        return []
    if shown.runs_now == 0:
        text = plural("{count} run, there already.", "All {count} runs were there already.", there)
    else:
        text = _("{now} runs were played now, {count} were there already.")
    said = text.format(count=f"{there:,}", now=f"{shown.runs_now:,}")
    return [Text(line) for line in wrap(said, look.width)]


def _saved(paths: tuple[str, ...]) -> list[str]:
    """Paths, those of one folder together."""
    folders: dict[str, list[str]] = {}
    for path in paths:
        folders.setdefault(str(Path(path).parent), []).append(Path(path).name)
    return [
        str(Path(folder) / names[0]) if len(names) == 1 else f"{folder}: {', '.join(names)}"
        for folder, names in folders.items()
    ]
