"""What a terminal can show: encoding, glyph tier, width. Without libraries, because `--help` needs it too.

A classic Windows console with an East Asian code page draws box and block characters two cells wide, and a
stream that is not Unicode cannot carry them: both get ASCII. Screens are designed for 79 cells, because a
full last column wraps in some consoles.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TextIO

from farmsim.report.charts import ASCII, BLOCKS, Glyphs

Color = Literal["auto", "always", "never"]

EAST_ASIAN_CODE_PAGES = (932, 936, 949, 950)
NARROW = 79
"""Cells that every screen fits into; on fewer, numbers would be cut, so no screen is laid out narrower."""
WIDE = 110
"""From so many cells on, tables show their further columns."""
LEAST_WIDTH, MOST_WIDTH = NARROW, 400


@dataclass(frozen=True, slots=True)
class Look:
    """How a screen is to look: usable cells and glyphs."""

    width: int = NARROW
    glyphs: Glyphs = BLOCKS

    @property
    def is_wide(self) -> bool:
        """Whether further columns fit."""
        return self.width >= WIDE

    @property
    def rule(self) -> str:
        """A line across the screen."""
        return self.glyphs.rule * self.width


def needs_ascii(
    encoding: str | None, environment: Mapping[str, str], *, windows: bool, code_page: int, terminal: bool
) -> bool:
    """Whether a stream gets tier 0: not Unicode, or a classic Windows console, East Asian code page."""
    if not (encoding or "").lower().replace("-", "").startswith("utf"):
        return True
    return windows and terminal and code_page in EAST_ASIAN_CODE_PAGES and not environment.get("WT_SESSION")


def prepare_stream(stream: TextIO) -> None:
    """Let a stream take any text, replacing what it lacks.

    A file or pipe becomes UTF-8, unless PYTHONIOENCODING names another encoding.
    """
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is None:
        return
    if stream.isatty() or os.environ.get("PYTHONIOENCODING", "").partition(":")[0]:
        reconfigure(errors="replace")
    else:
        reconfigure(encoding="utf-8", errors="replace")


def detect_look(stream: TextIO, *, ascii_only: bool, width: int | None) -> Look:
    """The look that suits a stream; `ascii_only` and `width` are what the user asked for."""
    plain = ascii_only or needs_ascii(
        getattr(stream, "encoding", None),
        os.environ,
        windows=sys.platform == "win32",
        code_page=_code_page(),
        terminal=stream.isatty(),
    )
    cells = width or terminal_width(stream)
    return Look(max(cells - 1, NARROW), ASCII if plain else BLOCKS)


def terminal_width(stream: TextIO) -> int:
    """Columns of the terminal (or of the COLUMNS variable); 80 where there is none."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _code_page() -> int:
    """Code page of the Windows console; 0 elsewhere."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 (exists only there)

        return int(ctypes.windll.kernel32.GetConsoleOutputCP())
    return 0
