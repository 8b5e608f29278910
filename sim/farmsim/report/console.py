"""The console: tables and the progress bar, built so that every terminal can show them."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Literal, NamedTuple, TextIO

from rich.box import Box
from rich.console import Console
from rich.progress import Progress, ProgressColumn, Task
from rich.table import Table
from rich.text import Text

from farmsim.report.cells import cell_width, fit
from farmsim.report.charts import ASCII
from farmsim.report.messages import translate as _
from farmsim.report.terminal import Color, Look

ProgressCall = Callable[[float, int], None]

PROGRESS_AFTER_SECONDS = 0.8
"""What is done sooner shows no progress bar."""
PROGRESS_EVERY_SECONDS = 0.05
"""The bar moves no oftener than this."""


LEAST_TEXT = 6
"""A column of texts gives room to numbers down to so many cells."""


class Column(NamedTuple):
    """One column of a table: heading, cells of its text (a blank follows), side it keeps to, style."""

    heading: str
    width: int
    right: bool = False
    style: str = ""


def make_console(stream: IO[str], look: Look, color: Color) -> Console:
    """A console that prints our screens unchanged; NO_COLOR and FORCE_COLOR are obeyed under "auto"."""
    if color == "auto" and os.environ.get("NO_COLOR"):
        color = "never"
    if color == "auto" and os.environ.get("FORCE_COLOR"):
        color = "always"
    terminal = stream.isatty() if color == "auto" else color == "always"
    return Console(
        file=stream,
        width=look.width + 1,
        force_terminal=terminal,
        color_system=_color_system(color, terminal=terminal),
        no_color=color == "never",
        legacy_windows=False if color == "never" else None,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
    )


def make_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str | Text]],
    look: Look,
    *,
    total: Sequence[str | Text] | None = None,
) -> Table:
    """A table with a rule below its headings and above its total.

    What does not fit is cut, never wrapped; but a number never: its column takes the room from the texts.
    """
    columns = _roomy(columns, [*rows, total] if total else rows)
    blank, rule = "    \n", look.glyphs.rule * 4 + "\n"
    box = Box(blank * 2 + rule + blank * 2 + rule + blank * 2, ascii=look.glyphs is ASCII)
    table = Table(
        box=box,
        show_edge=False,
        pad_edge=False,
        padding=0,
        header_style="bold",
        show_footer=total is not None,
        footer_style="bold",
        width=look.width,
    )
    for place, column in enumerate(columns):
        table.add_column(
            fit(column.heading, column.width, look.glyphs.more),
            _fitted(total[place], column.width, look) if total else "",
            width=column.width,
            no_wrap=True,
            justify="right" if column.right else "left",
            style=column.style,
            overflow="crop",
        )
    for row in rows:
        table.add_row(*(_fitted(cell, c.width, look) for cell, c in zip(row, columns, strict=True)))
    return table


@contextmanager
def progress_bar(stream: TextIO, look: Look, description: str) -> Iterator[ProgressCall | None]:
    """A function to call with (done, total) that draws a bar; None where there is no terminal."""
    if not stream.isatty():
        yield None
        return
    console = make_console(stream, look, "auto")
    bar = Progress(_Description(), _AsciiBar(), _Count(), console=console, transient=True)
    task = bar.add_task(description, total=None)
    begun = time.monotonic()
    last = begun - PROGRESS_EVERY_SECONDS

    def show(done: float, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done < total and now - last < PROGRESS_EVERY_SECONDS:
            return
        last = now
        if not bar.live.is_started and now - begun > PROGRESS_AFTER_SECONDS:
            bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield show
    finally:
        bar.stop()


class _Description(ProgressColumn):
    """What is being done."""

    def render(self, task: Task) -> Text:
        return Text(task.description)


class _AsciiBar(ProgressColumn):
    """A bar that every console can draw."""

    WIDTH = 30

    def render(self, task: Task) -> Text:
        full = int(self.WIDTH * task.completed / task.total) if task.total else 0
        return Text("#" * full + "-" * (self.WIDTH - full))


class _Count(ProgressColumn):
    """How many are done, and the time that is left."""

    def render(self, task: Task) -> Text:
        left = task.time_remaining
        text = ""
        if task.total:
            text = f"{int(task.completed)}/{task.total:.0f}"
            text += f"  {int(100 * task.completed / task.total):2d} %"
        if left is not None:
            minutes, seconds = divmod(int(left), 60)
            text += "  " + _("{time} left").format(time=f"{minutes}:{seconds:02d}")
        return Text(text)


def _roomy(columns: Sequence[Column], rows: Sequence[Sequence[str | Text]]) -> list[Column]:
    """The columns with those of numbers as wide as their longest number, the widest others narrower."""
    wanted = [
        max([column.width, *(_cells(row[place]) for row in rows)]) if column.right else column.width
        for place, column in enumerate(columns)
    ]
    missing = sum(wanted) - sum(column.width for column in columns)
    for _time in range(missing):
        widest = max((p for p, c in enumerate(columns) if not c.right), key=lambda p: wanted[p], default=-1)
        if widest < 0 or wanted[widest] <= LEAST_TEXT:
            break
        wanted[widest] -= 1
    return [column._replace(width=width) for column, width in zip(columns, wanted, strict=True)]


def _cells(cell: str | Text) -> int:
    """Cells that a cell of a table takes."""
    return cell.cell_len if isinstance(cell, Text) else cell_width(cell)


def _fitted(cell: str | Text, width: int, look: Look) -> Text:
    """A cell cut to its column."""
    text = cell if isinstance(cell, Text) else Text(cell)
    if text.cell_len > width:
        return Text(fit(text.plain, width, look.glyphs.more), style=text.style)
    return text


def _color_system(color: Color, *, terminal: bool) -> Literal["auto", "256"] | None:
    """What colours a console is given: those it has, 256 where they are forced, none where it has none."""
    if color == "never" or not terminal:
        return None
    return "auto" if color == "auto" else "256"
