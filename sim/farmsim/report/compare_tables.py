"""Tables of a comparison: metrics in rows and scenarios in columns, or a block a metric for many of them."""

import math

from rich.console import RenderableType
from rich.text import Text

from farmsim.report.cells import cell_width, wrap
from farmsim.report.compare_rows import Row, gap_text, letter, verdict_text, wins_text
from farmsim.report.console import Column, make_table
from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures
from farmsim.report.terminal import Look

MOST_IN_COLUMNS = 4
"""More scenarios than this get a block per metric."""
LEAST_CELL, LEAST_LABEL, BASELINE = 15, 14, 8
"""Cells that a difference and a label need, and those of the baseline's mean."""
WIDE_CELL = 34
"""From so many cells on a figure has its wins beside it."""


def tables(heading: str, rows: list[Row], names: list[str], look: Look) -> RenderableType:
    """The rows in the form that suits the number of scenarios and the width."""
    others = len(names) - 1
    longest = max(cell_width(gap_text(row, p, look.glyphs.plus_minus)) for row in rows for p in range(others))
    wished = min(max(cell_width(_titled(row)) for row in rows), 38 if look.is_wide else 28)
    cell = max(longest, LEAST_CELL, (look.width - wished - BASELINE - 1) // others - 1)
    label = look.width - BASELINE - 1 - (cell + 1) * others
    if len(names) > MOST_IN_COLUMNS or label < LEAST_LABEL:
        return blocks(heading, rows, names, look)
    return columns_table(heading, rows, others, (label, cell), look)


def columns_table(
    heading: str, rows: list[Row], others: int, widths: tuple[int, int], look: Look
) -> RenderableType:
    """Some lines per metric; `widths` are those of labels and of differences."""
    label, cell = widths
    columns = [
        Column(heading, label),
        Column(letter(0), BASELINE, right=True),
        *(Column(f"{letter(place + 1)} - {letter(0)}", cell, right=True) for place in range(others)),
    ]
    lines = [line for row in rows for line in _lines(row, widths, look)]
    return make_table(columns, lines, look)


def blocks(heading: str, rows: list[Row], names: list[str], look: Look) -> RenderableType:
    """A line per metric, then one for the baseline and each other scenario."""
    said = 26
    name = look.width - 8 - 16 - said - 3
    columns = (
        Column(heading, name),
        Column(_("mean"), 8, right=True),
        Column(_("less {baseline}").format(baseline=letter(0)), 16, right=True),
        Column("", said),
    )
    lines: list[list[str | Text]] = []
    for row in rows:
        lines.append([Text(row.label, style="bold"), "", "", ""])
        lines.append([f"  {letter(0)} {names[0]}", figures(row.means[0]), "", row.unit])
        for place in range(len(row.gaps)):
            gap = "" if math.isnan(row.gaps[place]) else gap_text(row, place, look.glyphs.plus_minus)
            words = _words(row, place, said)
            shown = f"  {letter(place + 1)} {names[place + 1]}"
            lines.append([shown, figures(row.means[place + 1]), gap, words[0]])
            lines += [["", "", "", more] for more in words[1:]]
    return make_table(columns, lines, look)


def _words(row: Row, place: int, width: int) -> list[str]:
    """Wins and verdict of one difference, in one line if they fit."""
    if not row.differences:
        return [""]
    parts = [wins_text(row.differences[place]), verdict_text(row, place, brief=True)]
    together = "; ".join(part for part in parts if part)
    return [together] if cell_width(together) <= width else parts


def _titled(row: Row) -> str:
    """A metric with its unit."""
    return f"{row.label}, {row.unit}" if row.unit else row.label


def _lines(row: Row, widths: tuple[int, int], look: Look) -> list[list[str | Text]]:
    """The lines of one metric: label and unit, baseline, and each difference with what is decided."""
    label, cell = widths
    names = wrap(_titled(row), label, indent="  ", first="")
    cells = [_difference_lines(row, place, cell, look) for place in range(len(row.gaps))]
    height = max(len(names), *(len(lines) for lines in cells))
    parts = [names, [figures(row.means[0])], *cells]
    filled = [part + [""] * (height - len(part)) for part in parts]
    return [list(line) for line in zip(*filled, strict=True)]


def _difference_lines(row: Row, place: int, width: int, look: Look) -> list[str]:
    """One difference: the figure, in how many pairs, the verdict if the figure does not say it."""
    figure = gap_text(row, place, look.glyphs.plus_minus)
    if not row.differences:
        return [figure]
    found = row.differences[place]
    wins, verdict = wins_text(found), verdict_text(row, place)
    if cell_width(wins) > width:
        wins = wins_text(found, brief=True)
    beside = f"{figure}  {wins}"
    if wins and width >= WIDE_CELL and cell_width(beside) <= width:
        lines = [beside]
    else:
        lines = [figure, wins] if wins else [figure]
    return lines + (wrap(verdict, width) if verdict else [])
