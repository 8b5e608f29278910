"""The picture of a sweep over one number: a mean with its interval for each value."""

import math

from rich.text import Text

from farmsim.report.cells import cell_width, pad, spread, wrap
from farmsim.report.charts import dot_interval
from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures
from farmsim.report.sweeps.heatmap import BEST, TIED
from farmsim.report.sweeps.standing import Standing, is_number
from farmsim.report.sweeps.words import short_names, value_text
from farmsim.report.terminal import Look

MOST_ROWS = 24
LEAST_WIDTH = 20


def axis_picture(standing: Standing, look: Look) -> list[Text]:
    """The lines of the picture; none of a sweep over more than one key, or over words."""
    rows = _rows(standing)
    if len(rows) < 2:
        return []
    result = standing.result
    estimates = {point: standing.estimate(point) for _value, point in rows}
    ends = [end for one in estimates.values() for end in (one.low, one.mean, one.high) if not math.isnan(end)]
    if not ends:
        return []
    axis = (min(ends), max(ends))
    key = result.structure.axes[0].key
    shown = _thinned(rows, -1 if standing.ties is None else standing.ties.best)
    label = max(cell_width(value_text(value)) for value, _point in shown)
    label = max(label, min(cell_width(short_names([key])[key]), 24)) + 2
    glyphs = look.glyphs
    width = max(look.width - label - 2, LEAST_WIDTH)
    heading = _("{metric} by {name}  ({point} mean, {bar} 95% CI)").format(
        metric=standing.subject.titled,
        name=short_names([key])[key],
        point=glyphs.point,
        bar=glyphs.left + glyphs.rule * 2 + glyphs.right,
    )
    lines = [*(Text(line, style="bold") for line in wrap(heading, look.width)), Text(look.rule)]
    for value, point in shown:
        found, mark = estimates[point], standing.mark(point)
        picture = dot_interval(found.low, found.mean, found.high, axis, width, glyphs)
        text = pad(value_text(value), label - 2, right=True) + "  " + pad(picture, width) + " " + mark
        lines.append(Text(text.rstrip(), style={"*": BEST, "o": TIED}.get(mark, "")))
    lines.append(Text(" " * label + spread(figures(axis[0]), figures(axis[1]), width)))
    return lines


def _rows(standing: Standing) -> list[tuple[float, int]]:
    """The values of a single numeric axis in rising order, with their points."""
    result = standing.result
    axes = result.structure.axes
    if len(axes) != 1:
        return []
    found: list[tuple[float, int]] = []
    for place, point in enumerate(result.points):
        value = point.parameters.get(axes[0].key)
        if not is_number(value):
            if point.label is None:
                return []
            continue
        found.append((value, place))
    return sorted(found)


def _thinned(rows: list[tuple[float, int]], best: int) -> list[tuple[float, int]]:
    """Every n-th row so that they fit, the best among them."""
    step = -(-len(rows) // MOST_ROWS)
    start = next((place for place, (_value, point) in enumerate(rows) if point == best), 0) % step
    return rows[start::step]
