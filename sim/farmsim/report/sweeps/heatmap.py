"""The picture of a grid over two parameters: a mean in each cell, the best and its ties marked.

With room beside it, the same cells once more as heights. What does not fit is left out row by row or column
by column, always so that the best cell is among those shown, and it is said.
"""

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rich.text import Text

from farmsim.report.cells import cell_width, fit, pad, wrap
from farmsim.report.charts import Glyphs
from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures
from farmsim.report.sweeps.standing import Standing, is_number
from farmsim.report.sweeps.words import Scale, scale_of, short_names, value_text
from farmsim.report.terminal import Look

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.axes import Axis, Value
    from farmsim.experiment.sweeps.result import SweepResult

MOST_ROWS = 40
"""More values than this are thinned out."""
LONGEST_LABEL = 22
LEAST_COLUMNS = 3
"""With room for fewer columns there is no picture."""
GAP = 2
BEST, TIED = "bold color(36)", "color(36)"


class Lattice(NamedTuple):
    """A grid over two parameters: the point of each cell."""

    keys: tuple[str, str]
    rows: tuple["Value", ...]
    columns: tuple["Value", ...]
    cells: dict[tuple[int, int], int]
    """Place of the point by row and column; cells that were excluded are missing."""

    def turned(self) -> "Lattice":
        """Rows and columns exchanged."""
        cells = {(column, row): point for (row, column), point in self.cells.items()}
        return Lattice((self.keys[1], self.keys[0]), self.columns, self.rows, cells)


class _Cut(NamedTuple):
    """The rows and columns that are shown, and every how many-th they are."""

    rows: list[int]
    columns: list[int]
    row_step: int
    column_step: int


class _Widths(NamedTuple):
    label: int
    cell: int


def lattice_of(result: "SweepResult") -> Lattice | None:
    """The grid of a sweep over exactly two parameters; None of any other."""
    axes = result.structure.axes
    if result.structure.method != "grid" or len(axes) != 2:
        return None
    first, second = (_levels(axis) for axis in axes)
    keys = (axes[0].key, axes[1].key)
    size = len(first) * len(second)
    if len(result.rows) == size:
        cells = {divmod(place, len(second)): point for place, point in enumerate(result.rows)}
        return Lattice(keys, first, second, cells)
    at = {
        _same(point.parameters.get(key) for key in keys): place for place, point in enumerate(result.points)
    }
    cells = {}
    for row, one in enumerate(first):
        for column, other in enumerate(second):
            point = at.get(_same((one, other)))
            if point is not None:
                cells[row, column] = point
    return Lattice(keys, first, second, cells)


def heatmap(standing: Standing, lattice: Lattice, look: Look, *, full: bool = False) -> list[Text] | None:
    """The lines of the picture; None if too few columns would fit."""
    half_width = math.nan if standing.ties is None else standing.estimate(standing.ties.best).half_width
    means = [float(standing.means[point]) for point in lattice.cells.values()]
    scale = scale_of(standing.subject, means, half_width)
    chosen = _fitting(standing, lattice, scale, look, len(lattice.cells) if full else MOST_ROWS)
    if chosen is None:
        return None
    lattice, cut, widths = chosen
    names = short_names(lattice.keys, look.glyphs.more)
    shades = _Shades.of(standing, lattice, look.glyphs)
    left = widths.label + widths.cell * len(cut.columns)
    shade = _shade_width(look.width - left - GAP, cut, lattice, shades)
    heading = _("{metric}  (* best, o ties with best)").format(
        metric=f"{standing.subject.label}, {scale.unit}".rstrip(", ")
    )
    lines = [Text(line, style="bold") for line in wrap(heading, look.width)]
    row_name = fit(names[lattice.keys[0]], widths.label - 1, look.glyphs.more)
    column_name = pad("", widths.label) + fit(names[lattice.keys[1]], left - widths.label, look.glyphs.more)
    below = pad(row_name, widths.label) + "".join(
        pad(value_text(lattice.columns[column]) + " ", widths.cell, right=True) for column in cut.columns
    )
    if shade:
        said = _("shading: one step = {step}").format(step=figures(shades.step * scale.factor, 2))
        room = look.width - left - GAP
        column_name = pad(column_name, left + GAP) + fit(said, room, look.glyphs.more)
        below = pad(below, left + GAP) + "".join(
            pad(fit(value_text(lattice.columns[column]), shade, ""), shade + 1) for column in cut.columns
        )
    lines += [Text(), Text(column_name.rstrip()), Text(below.rstrip(), style="bold"), Text(look.rule)]
    for row in cut.rows:
        line = _line(standing, lattice, scale, cut, widths, row)
        if shade:
            line.append(" " * GAP)
            for column in cut.columns:
                line.append(shades.glyph(standing, lattice.cells.get((row, column))) * shade + " ")
        line.rstrip()
        lines.append(line)
    return [*lines, Text(look.rule), *_left_out(lattice, cut, names, look)]


class _Shades(NamedTuple):
    """Heights that stand for values."""

    glyphs: tuple[str, ...]
    low: float
    step: float

    @classmethod
    def of(cls, standing: Standing, lattice: Lattice, glyphs: Glyphs) -> "_Shades":
        """Equal steps from the lowest to the highest value; none looks like the mark of the best."""
        known = standing.means[list(lattice.cells.values())]
        known = known[~np.isnan(known)]
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
        heights = tuple("x" if glyph == "*" else glyph for glyph in glyphs.spark)
        return cls(heights, low, (high - low) / len(glyphs.spark))

    def glyph(self, standing: Standing, point: int | None) -> str:
        """The height of a cell; blank where nothing is known."""
        if point is None or np.isnan(standing.means[point]):
            return " "
        place = int((standing.means[point] - self.low) / self.step) if self.step > 0.0 else 0
        return self.glyphs[min(place, len(self.glyphs) - 1)]


def _levels(axis: "Axis") -> tuple["Value", ...]:
    assert axis.levels is not None, f"{axis.key} has no levels, but is an axis of a grid"
    return tuple(axis.levels)


def _same(values: "object") -> tuple[tuple[bool, object], ...]:
    """Values as the loader compares them: 1 and 1.0 are one, 1 and true are not."""
    return tuple((isinstance(value, bool), value) for value in values)  # type: ignore[attr-defined]


def _fitting(
    standing: Standing, lattice: Lattice, scale: Scale, look: Look, most_rows: int
) -> tuple[Lattice, _Cut, _Widths] | None:
    """The way round, and every how many-th column, in which the most fits."""
    found = []
    for way in (lattice, lattice.turned()):
        widths = _widths(standing, way, scale, look)
        room = (look.width - widths.label) // widths.cell
        if room >= min(LEAST_COLUMNS, len(way.columns)):
            columns, column_step = _thinned(way.columns, room, _best_at(standing, way, 1))
            rows, row_step = _thinned(way.rows, most_rows, _best_at(standing, way, 0))
            if all(map(is_number, way.rows)):
                rows = sorted(rows, key=lambda row: -float(way.rows[row]))
            if all(map(is_number, way.columns)):
                columns = sorted(columns, key=lambda column: float(way.columns[column]))
            found.append((way, _Cut(rows, columns, row_step, column_step), widths))
    return min(found, key=lambda one: one[1].row_step * one[1].column_step, default=None)


def _widths(standing: Standing, lattice: Lattice, scale: Scale, look: Look) -> _Widths:
    """Cells that labels of rows and values need."""
    labels = [short_names(lattice.keys, look.glyphs.more)[lattice.keys[0]], *map(value_text, lattice.rows)]
    cells = [scale.text(float(standing.means[point])) for point in lattice.cells.values()]
    cells += [value_text(value) for value in lattice.columns]
    return _Widths(
        min(max(map(cell_width, labels)), LONGEST_LABEL) + 1, max(map(cell_width, cells), default=1) + 1 + GAP
    )


def _best_at(standing: Standing, lattice: Lattice, side: int) -> int:
    """Row or column of the best cell."""
    best = -1 if standing.ties is None else standing.ties.best
    return next((cell[side] for cell, point in lattice.cells.items() if point == best), 0)


def _thinned(values: tuple["Value", ...], room: int, kept: int) -> tuple[list[int], int]:
    """Every n-th place so that they fit and `kept` is among them."""
    step = -(-len(values) // room)
    while len(range(kept % step, len(values), step)) > room:
        step += 1
    return list(range(kept % step, len(values), step)), step


def _line(standing: Standing, lattice: Lattice, scale: Scale, cut: _Cut, widths: _Widths, row: int) -> Text:
    """One row of cells."""
    label = fit(value_text(lattice.rows[row]), widths.label - 1, "")
    right = is_number(lattice.rows[row])
    line = Text(pad(label, widths.label - 1, right=right) + " ")
    for column in cut.columns:
        point = lattice.cells.get((row, column))
        if point is None:
            line.append(" " * widths.cell)
            continue
        mark = standing.mark(point)
        text = pad(scale.text(float(standing.means[point])), widths.cell - 1, right=True) + pad(mark, 1)
        line.append(text, style={"*": BEST, "o": TIED}.get(mark, ""))
    return line


def _shade_width(room: int, cut: _Cut, lattice: Lattice, shades: _Shades) -> int:
    """Cells of a shaded value: as many as its heading needs, if that fits; 0 for no shading."""
    if shades.step <= 0.0:
        return 0
    longest = max(cell_width(value_text(lattice.columns[column])) for column in cut.columns)
    for width in range(max(longest, 3), longest - 1, -1):
        if (width + 1) * len(cut.columns) <= room:
            return width
    return 0


def _left_out(lattice: Lattice, cut: _Cut, names: dict[str, str], look: Look) -> list[Text]:
    """That not every value is shown, where that is so."""
    lines = []
    for key, step in zip(lattice.keys, (cut.row_step, cut.column_step), strict=True):
        if step > 1:
            text = _("Of {name} one value in {step} is shown, so that the picture fits.")
            lines += wrap(text.format(name=names[key], step=step), look.width)
    return [Text(line) for line in lines]
