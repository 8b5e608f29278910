"""The text of an input file and places in it. Refuses what is no UTF-8 text; knows nothing of YAML.

A `Document` keeps the lines as the user sees them. A `Mark` is a place in it, from which problems are made,
so that every later stage can point at the line that a value came from.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from farmsim.errors import FileError, Problem

MAX_BYTES = 2_000_000
MAX_PROBLEMS = 100

Remedy = tuple[str, tuple[tuple[str, str], ...]]

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_CONTROL = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Document:
    """One input text: the name shown to the user, the text to parse, and its lines as they were written.

    `text` may differ from the lines where the pre-scan has put right characters; `shifts` then holds for a
    line (from 0) triples: a column of `text`, what to add from there on to get the written column, and the
    last column that this may give. It is shown by its name alone: each value of a tree points at one.
    """

    file: str
    text: str = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)
    shifts: dict[int, tuple[tuple[int, int, int], ...]] = field(default_factory=dict, repr=False)

    def mark(self, line: int, column: int, width: int = 1) -> "Mark":
        """The place at `line` and `column` of the parsed text, both counted from 0."""
        if line in self.shifts:
            width = max(1, self._written(line, column + width) - self._written(line, column))
            column = self._written(line, column)
        return Mark(self, line + 1, column + 1, max(1, width))

    def _written(self, line: int, column: int) -> int:
        """The written column of a column of the parsed text."""
        shifts = self.shifts[line]
        passed = bisect_right(shifts, column, key=itemgetter(0))
        _, add, last = shifts[passed - 1] if passed else (0, 0, column)
        return min(column + add, last)


class Mark(NamedTuple):
    """A place in a document; line and column count from 1, `width` is in characters."""

    document: Document
    line: int
    column: int
    width: int

    @property
    def file(self) -> str:
        """Name of the file as shown to the user."""
        return self.document.file

    def problem(self, code: str, /, *remedies: Remedy, **arguments: str) -> Problem:
        """A problem at this place."""
        lines = self.document.lines
        source_line = lines[self.line - 1] if 0 < self.line <= len(lines) else ""
        return Problem(
            code,
            self.file,
            self.line,
            self.column,
            self.width,
            tuple(arguments.items()),
            remedies,
            source_line,
        )


def remedy(key: str, /, **arguments: str) -> Remedy:
    """A remedy: the key of its sentence and what fills it."""
    return key, tuple(arguments.items())


def shortened(text: str, limit: int = 40) -> str:
    """`text` cut to `limit` characters, for messages that quote the input."""
    return text if len(text) <= limit else text[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"


def read_document(path: Path, problems: list[Problem], file: str | None = None) -> Document | None:
    """The text of the file at `path`, or None with problems added if it cannot be used at all."""
    shown = str(path) if file is None else file
    try:
        if path.is_dir():
            raise FileError(shown, "it is a folder, not a file")
        if path.exists() and not path.is_file():
            raise FileError(shown, "it is not an ordinary file")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise FileError(shown, "there is no such file") from None
    except PermissionError:
        raise FileError(shown, "there is no permission to read it") from None
    except (OSError, ValueError):
        raise FileError(shown, "it cannot be read") from None
    return decode(data, shown, problems)


def decode(data: bytes, file: str, problems: list[Problem]) -> Document | None:
    """The document of these bytes, or None with problems added if it cannot be parsed."""
    if len(data) > MAX_BYTES:
        problems.append(_whole(file).problem("E019", remedy("split-file"), limit="2 MB", what="size"))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = _decode_foreign(data, file, error, problems) or ""
        if not text:
            return None
    document = Document(file, text, tuple(_LINE_BREAK.split(text)))
    return document if _is_clean(document, problems) else None


def text_document(file: str, lines: tuple[str, ...], problems: list[Problem]) -> Document | None:
    """A document that is not a file, such as the values of `--set`; each element is one line."""
    document = Document(file, "\n".join(lines), lines)
    return document if _is_clean(document, problems) else None


def _whole(file: str) -> Mark:
    """The place for problems that concern a file as a whole."""
    return Mark(Document(file, "", ()), 1, 1, 1)


def _decode_foreign(data: bytes, file: str, error: UnicodeDecodeError, problems: list[Problem]) -> str | None:
    """Text in another common encoding, with that problem added, so that others are found as well."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        problems.append(_whole(file).problem("E002", remedy("save-as-utf-8"), encoding="UTF-16"))
        return None
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    foreign = re.findall("[^\0-\x7f]", text)
    mended = data.decode("utf-8", "replace")
    is_utf_8 = len(_HAN.findall(mended)) >= mended.count("\N{REPLACEMENT CHARACTER}")
    if foreign and not is_utf_8 and len(_HAN.findall(text)) >= len(foreign) / 2:
        line = data[: error.start].count(b"\n")
        document = Document(file, text, tuple(_LINE_BREAK.split(text)))
        column = next((i for i, c in enumerate(document.lines[line]) if ord(c) > 0x7F), 0)
        mark = document.mark(line, column)
        problems.append(mark.problem("E002", remedy("save-as-utf-8"), encoding="GBK"))
        return text
    document = Document(file, "", ())
    line_start = data.rfind(b"\n", 0, error.start) + 1
    mark = Mark(document, data[: error.start].count(b"\n") + 1, error.start - line_start + 1, 1)
    problems.append(mark.problem("E004", remedy("save-as-utf-8"), byte=f"0x{data[error.start]:02X}"))
    return None


def _is_clean(document: Document, problems: list[Problem]) -> bool:
    """Whether the text can be parsed; control characters and hidden direction marks become problems."""
    for code, pattern in (("E007", _CONTROL), ("E008", _BIDI)):
        if not pattern.search(document.text):
            continue
        found = ((n, hit) for n, line in enumerate(document.lines) for hit in pattern.finditer(line))
        for line, hit in islice(found, MAX_PROBLEMS):
            point = f"U+{ord(hit.group()):04X}"
            mark = document.mark(line, hit.start())
            problems.append(mark.problem(code, remedy("delete-character"), codepoint=point))
    return not _CONTROL.search(document.text)


def holds_control(text: str) -> bool:
    """Whether a value, perhaps by an escape, holds characters that no text should hold."""
    return bool(_CONTROL.search(text) or _BIDI.search(text))
