"""Problems of input files as text for a terminal: message, place, source line with caret, remedies.

Plain text without colour; whoever prints may colour it. Carets stand right below wide Chinese characters.
"""

import re
import unicodedata
from collections.abc import Iterable

from farmsim.errors import Problem
from farmsim.scenario.problems import N_, Translate, remedies, visible, word

_ELLIPSIS = "..."

ERROR, WARNING = N_("error"), N_("warning")
_ONE_ERROR, _ERRORS = N_("1 error"), N_("{count} errors")
_ONE_WARNING, _WARNINGS = N_("1 warning"), N_("{count} warnings")


def render_problem(
    problem: Problem, translate: Translate = lambda text: text, *, width: int = 80
) -> list[str]:
    """The lines that show a problem, its source line cut to `width` cells around the caret."""
    kind = translate(WARNING if problem.is_warning else ERROR)
    number = str(problem.line)
    blank = " " * len(number)
    lines = wrapped(f"{kind}[{problem.code}]: {word(problem, translate)}", width, indent=2)
    lines.append(f"{blank} --> {visible(problem.file)}:{problem.line}:{problem.column}")
    if problem.source_line.strip():
        source, caret = _source_and_caret(problem, width - len(number) - 4)
        lines += [f" {number} | {source}", f" {blank} | {caret}"]
    for sentence in remedies(problem, translate):
        lines += wrapped(f"{blank} = {sentence}", width, indent=len(number) + 4)
    return lines


def render_summary(problems: Iterable[Problem], translate: Translate = lambda text: text) -> str:
    """How many errors and warnings there are, as in `3 errors, 1 warning.`."""
    found = list(problems)
    warnings = sum(problem.is_warning for problem in found)
    parts = []
    for count, one, many in (
        (len(found) - warnings, _ONE_ERROR, _ERRORS),
        (warnings, _ONE_WARNING, _WARNINGS),
    ):
        if count:
            parts.append(translate(one) if count == 1 else translate(many).format(count=count))
    return ", ".join(parts or [translate(_ERRORS).format(count=0)]) + "."


def wrapped(text: str, width: int, indent: int = 0) -> list[str]:
    """The text in lines of at most `width` cells, all but the first indented; it breaks at spaces or Han."""
    lines: list[str] = []
    line = ""
    for piece in re.findall(r"\s*(?:[\u2e80-\uffff]|[^\s\u2e80-\uffff]+)", text):
        if line.strip() and cell_width(line + piece) > width:
            lines.append(line)
            line = " " * indent + piece.strip()
        else:
            line += piece
    return [*lines, line]


def cell_width(text: str) -> int:
    """The number of terminal cells that a text takes."""
    return sum(_cells(letter) for letter in text)


def _cells(letter: str) -> int:
    """The cells of one character: two for wide ones, none for marks that combine with the one before."""
    if unicodedata.combining(letter) or letter in "\u200b\u200c\u200d\ufe0e\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _source_and_caret(problem: Problem, room: int) -> tuple[str, str]:
    """The source line, cut to `room` cells where it is longer, and the carets below it."""
    start = problem.column - 1
    line = problem.source_line
    first = _first_shown(line, start, room)
    head = _ELLIPSIS if first else ""
    shown, used, last = [], len(head), first
    while last < len(line) and used + _cells(line[last]) <= room - (
        len(_ELLIPSIS) if last + 1 < len(line) else 0
    ):
        used += _cells(line[last])
        shown.append(line[last])
        last += 1
    tail = _ELLIPSIS if last < len(line) else ""
    before = cell_width(_printable(line[first:start]))
    under = cell_width(_printable(line[start : min(start + problem.width, max(last, start + 1))])) or 1
    source = head + _printable("".join(shown)) + tail
    return source.rstrip(), " " * (len(head) + before) + "^" * min(under, room)


def _first_shown(line: str, start: int, room: int) -> int:
    """The first column to show, so that the caret is in sight."""
    if start * 2 <= room or cell_width(line[: start + 20]) <= room - len(_ELLIPSIS):
        return 0
    first, used = min(start, len(line)), 0
    while first > 0 and used + _cells(line[first - 1]) <= room // 2:
        first -= 1
        used += _cells(line[first])
    return first


def _printable(text: str) -> str:
    """The text with a tab as one space and nothing that could steer the terminal."""
    return visible(text.replace("\t", " "))
