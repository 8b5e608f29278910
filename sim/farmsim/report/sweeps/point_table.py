"""The table of a sweep's points, the best first: what each sets, its mean, its difference from the base.

Parameters have a column each where that fits, headed by their short names or by letters that are explained
above; else they stand in lines below their point.
"""

from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from farmsim.report.cells import cell_width, fit, pad, wrap
from farmsim.report.messages import plural
from farmsim.report.messages import translate as _
from farmsim.report.numbers import UNKNOWN, signed
from farmsim.report.sweeps.heatmap import BEST, TIED
from farmsim.report.sweeps.standing import DECIDED, Standing
from farmsim.report.sweeps.words import label_text, mean_text, short_names, value_text
from farmsim.report.terminal import Look

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.result import SweepResult

NEXT = 5
"""Points that are shown beyond those that tie."""
MOST = 30
"""Points that are shown at most, unless all are asked for."""
LONGEST_VALUE, LONGEST_LABEL = 16, 30
LETTERS = "abcdefghijklmnopqrstuvwxyz"
GAP = 2


class _Layout(NamedTuple):
    """How parameters are shown: headings and widths of their columns, or none and lines below."""

    keys: tuple[str, ...]
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    below: bool
    label: int
    """Cells of the column of labels; 0 without one."""


def point_table(standing: Standing, look: Look, *, full: bool) -> list[Text]:
    """The lines of the table with its legend, and how many points are left out."""
    shown = shown_points(standing, full=full)
    means, gaps, counts = _figures(standing, shown, look)
    number = max(cell_width(str(standing.count)), cell_width(_("point"))) + 1
    right = cell_width(means[0]) + 2 + (GAP + cell_width(gaps[0]) if standing.differences else 0)
    right += GAP + cell_width(counts[0]) if counts else 0
    layout = _layout(standing, shown, look.width - number - right - GAP, look, full=full)
    lines = [
        Text(line, style="bold") for line in wrap(_heading(standing, look.glyphs.plus_minus), look.width)
    ]
    lines += _letters(layout, look)

    def line(first: str, cells: list[str], place: int, mark: str) -> str:
        text = pad(first, number - 1, right=True) + " "
        for cell, width in zip(cells, _all_widths(layout), strict=True):
            text += " " * (GAP - 1) + pad(fit(cell, width, look.glyphs.more), width) + " "
        text = pad(text, look.width - right) + means[place] + pad(" " + mark, 2)
        text += " " * GAP + gaps[place] if standing.differences else ""
        return text + (" " * GAP + counts[place] if counts else "")

    headings = ([_("label")] if layout.label else []) + list(layout.headings)
    lines += [Text(line(_("point"), headings, 0, "").rstrip(), style="bold"), Text(look.rule)]
    for place, point in enumerate(shown, 1):
        mark = standing.mark(point)
        cells = _cells(standing.result, point, layout)
        style = {"*": BEST, "o": TIED}.get(mark, "")
        lines.append(Text(line(str(point + 1), cells, place, mark).rstrip(), style=style))
        if layout.below:
            lines += _below(standing.result, point, number + 1, look)
    lines.append(Text(look.rule))
    left = standing.count - len(shown)
    if left:
        text = plural(
            "{count} further point is left out; --full shows all.",
            "{count} further points are left out; --full shows all.",
            left,
        )
        lines += [Text(row) for row in wrap(text.format(count=f"{left:,}"), look.width)]
    return lines


def shown_points(standing: Standing, *, full: bool) -> list[int]:
    """All points, or those that tie with the best, the next few and the base; the best first."""
    order = standing.order
    if full:
        return order
    tied = sum(1 for point in order if standing.mark(point))
    last = max((place for place, point in enumerate(order) if standing.mark(point)), default=-1)
    shown = order[: min(max(last + 1, tied) + NEXT, MOST)]
    base = standing.result.aim.base
    return shown if base is None or base in shown else [*shown, base]


def _heading(standing: Standing, plus_minus: str) -> str:
    """What the figures are."""
    interval = _("mean {plus_minus} half its 95% interval").format(plus_minus=plus_minus)
    parts = [standing.subject.titled, interval, _("* best, o ties with best")]
    if standing.differences is not None:
        parts.append(_("differences paired, 95% for all together, ? not decided (Holm)"))
    return _("{metric}  ({notes})").format(metric=parts[0], notes=_("; ").join(parts[1:]))


def _figures(standing: Standing, shown: list[int], look: Look) -> tuple[list[str], list[str], list[str]]:
    """Means, differences from the base and numbers of replications as columns, each with its heading."""
    plus_minus = look.glyphs.plus_minus
    estimates = [standing.estimate(point) for point in shown]
    means = [_("mean"), *(mean_text(one.mean, one.half_width, plus_minus) for one in estimates)]
    gaps = []
    if standing.differences is not None:
        gaps = [_("from base") + "  ", *(difference_text(standing, point, plus_minus) for point in shown)]
    least, most = standing.replications()
    counts = [] if least == most else ["n", *(str(one.n) for one in estimates)]
    return _aligned(means), _aligned(gaps), _aligned(counts)


def difference_text(standing: Standing, point: int, plus_minus: str) -> str:
    """A difference from the base with half its interval, and a question mark if it is not decided."""
    if point == standing.result.aim.base:
        return _("base") + "  "
    verdict = standing.verdict(point)
    if verdict == "equal":
        return _("equal") + "  "
    if verdict == "unknown" and standing.difference(point)[0] != standing.difference(point)[0]:
        return UNKNOWN + "  "
    return signed(*standing.difference(point), plus_minus) + ("  " if verdict in DECIDED else " ?")


def _aligned(column: list[str]) -> list[str]:
    width = max(map(cell_width, column), default=0)
    return [pad(text, width, right=True) for text in column]


def _layout(standing: Standing, shown: list[int], room: int, look: Look, *, full: bool) -> _Layout:
    """Columns by name, by letter, or lines below the points."""
    result = standing.result
    rows = [result.points[point] for point in shown]
    longest = max((cell_width(label_text(row)) for row in rows if row.label), default=0)
    label = min(max(longest, cell_width(_("label"))), LONGEST_LABEL) if longest else 0
    keys = tuple(dict.fromkeys(key for row in rows for key in row.parameters))
    if result.structure.method == "cases" and longest:
        return _Layout((), (), (), full, min(max(longest, cell_width(_("label"))), room - GAP))
    names = short_names(keys, look.glyphs.more)
    values = [
        max(cell_width(value_text(row.parameters.get(key), brief=True)) for row in rows) for key in keys
    ]
    values = [min(width, LONGEST_VALUE) for width in values]
    left = room - (label + GAP if label else 0)
    by_name = tuple(max(width, cell_width(names[key])) for width, key in zip(values, keys, strict=True))
    if sum(by_name) + GAP * len(keys) <= left:
        return _Layout(keys, tuple(names[key] for key in keys), by_name, False, label)  # noqa: FBT003
    if sum(values) + GAP * len(keys) <= left and len(keys) <= len(LETTERS):
        return _Layout(keys, tuple(LETTERS[: len(keys)]), tuple(values), False, label)  # noqa: FBT003
    return _Layout((), (), (), True, label)  # noqa: FBT003


def _letters(layout: _Layout, look: Look) -> list[Text]:
    """What the letters at the heads of the columns stand for."""
    if not layout.keys or layout.headings[0] != LETTERS[0] or len(layout.keys[0]) == 1:
        return []
    names = short_names(layout.keys, look.glyphs.more)
    pairs = zip(layout.headings, layout.keys, strict=True)
    text = ", ".join(f"{letter} = {names[key]}" for letter, key in pairs)
    return [Text(line) for line in wrap(text, look.width)]


def _all_widths(layout: _Layout) -> list[int]:
    return ([layout.label] if layout.label else []) + list(layout.widths)


def _cells(result: "SweepResult", point: int, layout: _Layout) -> list[str]:
    """What a point sets, by column."""
    row = result.points[point]
    label = [label_text(row)] if layout.label else []
    return label + [value_text(row.parameters.get(key), brief=True) for key in layout.keys]


def _below(result: "SweepResult", point: int, indent: int, look: Look) -> list[Text]:
    """What a point sets, in lines of their own."""
    parameters = result.points[point].parameters
    names = short_names(list(parameters), look.glyphs.more)
    text = "  ".join(f"{names[key]}={value_text(value)}" for key, value in parameters.items())
    return [Text(line) for line in wrap(text, look.width, indent=" " * indent)] if text else []
