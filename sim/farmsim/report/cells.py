"""Widths in terminal cells and the wrapping and padding that follow from them, for both languages.

A Chinese character takes two cells. Symbols of ambiguous width count as one, as current terminals draw them;
consoles that draw two get ASCII instead (see `console`). Without libraries, because `--help` needs it too.
"""

import re
from functools import lru_cache
from unicodedata import combining, east_asian_width

_PIECES = re.compile(r"\S+\s*|\s+")
_NOT_FIRST = "，。；：、！？）》”’％%"
"""Characters that may not begin a line."""


@lru_cache(maxsize=4096)
def cell_width(text: str) -> int:
    """Cells that the text takes in a terminal.

    >>> cell_width("随机种子 42")
    11
    """
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def fit(text: str, width: int, more: str = "…") -> str:
    """The text cut to `width` cells, ending in `more` if something was cut."""
    if cell_width(text) <= width:
        return text
    left, kept = width - cell_width(more), ""
    for character in text:
        left -= cell_width(character)
        if left < 0:
            break
        kept += character
    return kept.rstrip() + more


def pad(text: str, width: int, *, right: bool = False) -> str:
    """The text filled with blanks to `width` cells, its own side left or right."""
    blanks = " " * max(0, width - cell_width(text))
    return blanks + text if right else text + blanks


def spread(left: str, right: str, width: int) -> str:
    """Two texts at the two ends of a line of `width` cells, at least two blanks apart."""
    return left + " " * max(2, width - cell_width(left) - cell_width(right)) + right


def wrap(text: str, width: int, *, indent: str = "", first: str | None = None) -> list[str]:
    """Lines of at most `width` cells; Chinese breaks between characters, never before closing punctuation.

    `indent` begins every line, `first` (if given) the first one.

    >>> wrap("one two three", 9, indent="  ", first="- ")
    ['- one two', '  three']
    """
    lines, line = [], indent if first is None else first
    empty = True
    for piece in _breakable(text):
        if not empty and cell_width(line) + cell_width(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line, empty = indent, True
        if empty:
            piece = piece.lstrip()  # noqa: PLW2901
        line += piece
        empty = False
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _breakable(text: str) -> list[str]:
    """Pieces of the text between which a line may end."""
    pieces: list[str] = []
    for word in _PIECES.findall(text):
        start = 0
        for place in range(1, len(word)):
            wide = cell_width(word[place]) == 2 or cell_width(word[place - 1]) == 2
            if (
                wide
                and word[place] not in _NOT_FIRST
                and not word[place].isspace()
                and word[place - 1] not in "（《“"
            ):
                pieces.append(word[start:place])
                start = place
        pieces.append(word[start:])
    return pieces
