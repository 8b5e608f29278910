"""Pictures in one line of text: bars, sparklines, an interval on an axis. Each has an ASCII form."""

import math
from collections.abc import Sequence
from typing import NamedTuple


class Glyphs(NamedTuple):
    """The characters of one console tier."""

    rule: str
    dot: str
    """Separates the parts of a line."""
    more: str
    """Ends what was cut."""
    plus_minus: str
    bar: tuple[str, ...]
    """Parts of one cell, rising; the last is the full cell."""
    spark: tuple[str, ...]
    """Heights of a sparkline, rising from the lowest."""
    left: str
    right: str
    point: str


ASCII = Glyphs("-", ",", "...", "+/-", (".", "#"), tuple("_.-=+*%#"), "|", "|", "*")
"""Tier 0: consoles that draw symbols two cells wide or do not know them."""

BLOCKS = Glyphs("─", " ·", "…", "±", tuple("▏▎▍▌▋▊▉█"), tuple("▁▂▃▄▅▆▇█"), "├", "┤", "●")
"""Tier 1: every character is in GBK too."""


def bar(value: float, most: float, width: int, glyphs: Glyphs) -> str:
    """A bar of at most `width` cells whose length is `value` of `most`, to a part of a cell.

    >>> bar(2.5, 10.0, 8, BLOCKS), bar(2.5, 10.0, 8, ASCII)
    ('██', '##')
    """
    if width <= 0 or most <= 0.0 or not value > 0.0:
        return ""
    parts = len(glyphs.bar)
    steps = min(max(round(value / most * width * parts), 1), width * parts)
    full, rest = divmod(steps, parts)
    return glyphs.bar[-1] * full + (glyphs.bar[rest - 1] if rest else "")


def sparkline(values: Sequence[float], glyphs: Glyphs, width: int = 16) -> str:
    """A row of heights scaled to the largest value; more values than `width` are summed in equal groups.

    Zero and less is the lowest glyph, an unknown value a blank.

    >>> sparkline([0, 1, 2, 4], BLOCKS)
    '▁▃▅█'
    """
    heights = _grouped(values, width)
    most = max((v for v in heights if not math.isnan(v)), default=0.0)
    steps = len(glyphs.spark) - 1
    row = ""
    for value in heights:
        if math.isnan(value):
            row += " "
        elif most <= 0.0:
            row += glyphs.spark[0]
        else:
            row += glyphs.spark[math.ceil(max(value, 0.0) / most * steps - 0.5 + 1e-12)]
    return row


def dot_interval(
    low: float, mean: float, high: float, axis: tuple[float, float], width: int, glyphs: Glyphs
) -> str:
    """An interval with its mean on an axis of `width` cells.

    >>> dot_interval(2.0, 5.0, 8.0, (0.0, 10.0), 11, ASCII)
    '  |--*--|'
    """

    def cell(value: float) -> int:
        start, end = axis
        share = (value - start) / (end - start) if end > start else 0.0
        return min(max(round(share * (width - 1)), 0), width - 1)

    if math.isnan(mean) or width <= 0:
        return ""
    row = [" "] * width
    if not (math.isnan(low) or math.isnan(high)):
        for place in range(cell(low), cell(high) + 1):
            row[place] = glyphs.rule
        row[cell(low)], row[cell(high)] = glyphs.left, glyphs.right
    row[cell(mean)] = glyphs.point
    return "".join(row).rstrip()


def difference_interval(
    low: float, mean: float, high: float, axis: tuple[float, float], width: int, glyphs: Glyphs
) -> str:
    """An interval with its mean on an axis that holds zero, which is marked by an upright stroke.

    >>> difference_interval(2.0, 5.0, 8.0, (-2.0, 10.0), 13, BLOCKS)
    '  | ├──●──┤'
    """
    row = list(dot_interval(low, mean, high, axis, width, glyphs).ljust(width))
    start, end = axis
    zero = min(max(round(-start / (end - start) * (width - 1)), 0), width - 1) if end > start else 0
    if row[zero] in (" ", glyphs.rule):
        row[zero] = "|"
    return "".join(row).rstrip()


def _grouped(values: Sequence[float], width: int) -> list[float]:
    """Sums of neighbouring values, at most `width` of them."""
    if len(values) <= width:
        return [float(v) for v in values]
    size = math.ceil(len(values) / width)
    return [float(sum(values[start : start + size])) for start in range(0, len(values), size)]
