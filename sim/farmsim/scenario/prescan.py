"""Characters that a Chinese keyboard or a word processor leaves in a file and that YAML takes for text.

`price：12` is one piece of text to YAML, and `a: １２` is no number; both would give errors that nobody
understands. They are found here, before parsing, with the right character as remedy. Chinese text inside
values, quotes and comments is left alone.
"""

import re
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter

from farmsim.errors import Problem
from farmsim.scenario.text import MAX_PROBLEMS, Document, remedy

_NAMES = {
    "\N{FULLWIDTH COLON}": "colon",
    "\N{FULLWIDTH COMMA}": "comma",
    "\N{IDEOGRAPHIC COMMA}": "comma",
    "\N{FULLWIDTH LEFT PARENTHESIS}": "parenthesis",
    "\N{FULLWIDTH RIGHT PARENTHESIS}": "parenthesis",
    "\N{FULLWIDTH LEFT CURLY BRACKET}": "brace",
    "\N{FULLWIDTH RIGHT CURLY BRACKET}": "brace",
    "\N{FULLWIDTH LEFT SQUARE BRACKET}": "bracket",
    "\N{FULLWIDTH RIGHT SQUARE BRACKET}": "bracket",
    "\N{LEFT BLACK LENTICULAR BRACKET}": "bracket",
    "\N{RIGHT BLACK LENTICULAR BRACKET}": "bracket",
    "\N{MINUS SIGN}": "minus sign",
}
_QUOTES = "\u201c\u201d\u2018\u2019\u300c\u300d\u300e\u300f"
_SPACES = "\u00a0\u2000-\u200b\u202f\u205f\u3000"
_OTHERS = {
    "\N{IDEOGRAPHIC COMMA}": ",",
    "\N{IDEOGRAPHIC FULL STOP}": ".",
    "\N{LEFT BLACK LENTICULAR BRACKET}": "[",
    "\N{RIGHT BLACK LENTICULAR BRACKET}": "]",
    "\N{MINUS SIGN}": "-",
    "\N{FULLWIDTH YEN SIGN}": "\N{YEN SIGN}",
}
_FOREIGN = re.compile(
    f"[\uff10-\uff19\uff0e]+|[\uff21-\uff3a\uff41-\uff5a]+|[\uff01-\uff5e{''.join(_OTHERS)}]"
)
_SPACE = re.compile(f"[{_SPACES}]")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SUSPECT = re.compile(
    rf"[\uff01-\uff5e{''.join(_OTHERS)}{_QUOTES}{_SPACES}]|^[ ]*\t|\d,\d{{3}}", re.MULTILINE
)

_INDENTATION = re.compile(f"[ \t{_SPACES}]*")
_BLOCK_TOKEN = re.compile(r"(?:(?!:(?:\s|$))(?!(?<=[ \t])#).)+")
_FLOW_TOKEN = re.compile(r"(?:(?!:(?:[\s,\[\]{}]|$))(?!(?<=[ \t])#)[^,\[\]{}])+")
_END_IN_BLOCK = re.compile(r"\s*(?:$|(?<=[ \t])#)")
_END_IN_BRACES = re.compile(r"\s*(?:[,}]|$)")
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]{0,2}\s*(?:#.*)?$")
_CLOSING_QUOTE = {'"': re.compile(r'(?:\\.|[^"\\])*"'), "'": re.compile(r"(?:''|[^'])*'(?!')")}


@dataclass(frozen=True, slots=True)
class Finding:
    """A stretch of a line (from 0) that should be written as `right`, or is text after all (`in_text`)."""

    line: int
    start: int
    end: int
    right: str
    code: str
    name: str = ""
    in_text: bool = False


def prescan(document: Document, problems: list[Problem], *, lines: tuple[str, ...] | None = None) -> Document:
    """The document with right characters in place of the wrong ones, each of which becomes a problem.

    `lines` may stand in for those of the document where only a part of them is YAML.
    """
    lines = document.lines if lines is None else lines
    findings = _find(lines) if _SUSPECT.search(document.text) else []
    problems.extend(_problem(document, finding) for finding in findings[:MAX_PROBLEMS])
    return _repaired(document, lines, findings)


def repaired_text(document: Document) -> str:
    """The text with every wrong character that the pre-scan finds put right."""
    return _repaired(document, document.lines, _find(document.lines)).text


def _find(lines: tuple[str, ...]) -> list[Finding]:
    """All wrong characters, in order."""
    scan = _Scan()
    for number, line in enumerate(lines):
        scan.read_line(number, line)
        if len(scan.findings) > 10 * MAX_PROBLEMS:
            break
    return sorted(scan.findings, key=lambda finding: (finding.line, finding.start))


def _problem(document: Document, finding: Finding) -> Problem:
    """The problem of a finding."""
    mark = document.mark(finding.line, finding.start, finding.end - finding.start)
    wrong = document.lines[finding.line][finding.start : finding.end]
    point = f"U+{ord(wrong[0]):04X}"
    match finding.code:
        case "E003":
            way = "colon-and-space" if finding.right.startswith(":") else "write-character"
            remedies = [remedy(way, right=finding.right.strip())]
            if finding.in_text:
                remedies.append(remedy("quote-value"))
            return mark.problem("E003", *remedies, what=finding.name, character=wrong, codepoint=point)
        case "E005":
            return mark.problem("E005", remedy("ordinary-space"), codepoint=point)
        case "E006":
            return mark.problem("E006", remedy("spaces-for-tab"))
        case _:
            return mark.problem("E009", remedy("write", text=finding.right), text=wrong)


def _repaired(document: Document, scanned: tuple[str, ...], findings: list[Finding]) -> Document:
    """The document with the findings put right and a way back to the written columns."""
    lines = list(scanned)
    shifts: dict[int, tuple[tuple[int, int, int], ...]] = {}
    for number, group in groupby(findings, key=attrgetter("line")):
        line, pieces, length, done = lines[number], list[str](), 0, 0
        steps: list[tuple[int, int, int]] = []
        for finding in group:
            if finding.in_text:
                continue
            pieces += line[done : finding.start], finding.right
            length += finding.start - done
            steps.append((length, finding.start - length, finding.end - 1))
            length += len(finding.right)
            done = finding.end
            steps.append((length, done - length, len(line)))
        lines[number] = "".join(pieces) + line[done:]
        if any(add for _, add, _ in steps):
            shifts[number] = tuple(steps)
    return replace(document, text="\n".join(lines), shifts=shifts)


class _Scan:
    """Walks through lines, aware of quotes, comments, block text and flow braces."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._line = ""
        self._number = 0
        self._braces: list[str] = []
        self._quote = ""
        self._block_indent: int | None = None
        self._text_indent: int | None = None
        self._indent = 0

    def read_line(self, number: int, line: str) -> None:
        """Take in the next line."""
        self._number, self._line = number, line
        indentation = _INDENTATION.match(line)
        start = indentation.end() if indentation else 0
        if self._quote:
            start = self._end_of_quote(0)
        elif self._block_indent is not None and (start > self._block_indent or start == len(line)):
            return
        elif line.strip(" \t"):
            self._block_indent = None
            if line[start : start + 1] != "#":
                self._scan_spaces(0, start, indentation=True)
        self._indent = start
        self._read_tokens(start)

    def _read_tokens(self, at: int) -> None:
        """The tokens of the rest of a line."""
        line = self._line
        continues = not self._braces and self._text_indent is not None and at > self._text_indent
        role = "value" if self._braces or continues else "bare"
        if not continues:
            self._text_indent = None
        while at < len(line) and not (line[at] == "#" and (at == 0 or line[at - 1] in " \t")):
            at, role = self._read_token(at, role)

    def _read_token(self, at: int, role: str) -> tuple[int, str]:
        """Take in one token; gives where the next begins and what it is."""
        line, letter = self._line, self._line[at]
        if letter in "\"'":
            self._quote = letter
            return self._end_of_quote(at + 1), role
        if letter in "{[":
            self._braces.append(letter)
            return at + 1, role
        if self._braces and letter in "}],":
            if letter != ",":
                self._braces.pop()
            return at + 1, "value"
        if letter in ": \t":
            return at + 1, "mapped" if letter == ":" else role
        if not self._braces and role == "bare" and letter == "-" and line[at + 1 : at + 2] in {" ", ""}:
            self._indent = at
            return at + 1, role
        return self._read_plain(at, role), role

    def _end_of_quote(self, at: int) -> int:
        """Where the open quote ends; at the end of the line it stays open."""
        end = _CLOSING_QUOTE[self._quote].match(self._line, at)
        if end is None:
            return len(self._line)
        self._quote = ""
        return end.end()

    def _read_plain(self, at: int, role: str) -> int:
        """Judge an unquoted piece of text; gives where it ends."""
        in_flow = bool(self._braces)
        token = (_FLOW_TOKEN if in_flow else _BLOCK_TOKEN).match(self._line, at)
        if token is None:
            return at + 1
        if not in_flow and _BLOCK_HEADER.match(self._line, at):
            self._block_indent = self._indent
            return len(self._line)
        end = token.end()
        number = _THOUSANDS.match(self._line, at)
        if number and role == "mapped" and self._is_whole_value(number.end()):
            self._find(at, number.end(), number.group().replace(",", ""), "E009")
            return number.end()
        is_key = self._line[end : end + 1] == ":"
        if is_key and not in_flow:
            self._indent = at
        if is_key or (role == "bare" and "\N{FULLWIDTH COLON}" in token.group()):
            colon = self._line.find("\N{FULLWIDTH COLON}", at, end)
            if is_key or colon < 0:
                self._judge(at, end, strict=True, in_flow=in_flow)
            else:
                self._judge(at, colon + 1, strict=True, in_flow=in_flow)
                if colon + 1 < end:
                    self._read_value(colon + 1, end, in_flow=in_flow)
        else:
            self._read_value(at, end, in_flow=in_flow)
            if not in_flow:
                self._text_indent = self._indent if self._text_indent is None else self._text_indent
        return end

    def _is_whole_value(self, end: int) -> bool:
        """Whether a value ends here rather than going on as text."""
        if not self._braces:
            return bool(_END_IN_BLOCK.match(self._line, end))
        return self._braces[-1] == "{" and bool(_END_IN_BRACES.match(self._line, end))

    def _read_value(self, start: int, end: int, *, in_flow: bool) -> None:
        """Judge text that stands as a value."""
        text = self._line[start:end]
        stripped = text.strip()
        chinese = bool(_HAN.search(text))
        if stripped and stripped[0] in _QUOTES:
            first = start + text.index(stripped[0])
            last = start + len(text.rstrip()) - 1
            closes = last > first and self._line[last] in _QUOTES
            if closes and not any(quote in stripped[1:-1] for quote in _QUOTES):
                self._find(first, first + 1, '"', "E003", "quotation mark")
                self._scan_spaces(first + 1, last)
                self._find(last, last + 1, '"', "E003", "quotation mark")
                return
            if not chinese:
                self._find(first, first + 1, '"', "E003", "quotation mark")
        self._judge(start, end, strict=not chinese, in_flow=in_flow)

    def _judge(self, start: int, end: int, *, strict: bool, in_flow: bool) -> None:
        """Find wrong characters; in Chinese text (not `strict`) only those that look like structure."""
        self._scan_spaces(start, end)
        for hit in _FOREIGN.finditer(self._line, start, end):
            wrong = hit.group()
            right = _OTHERS.get(wrong) or "".join(chr(ord(letter) - 0xFEE0) for letter in wrong)
            if strict or (in_flow and right in ",:{}[]" and wrong != "\N{IDEOGRAPHIC COMMA}"):
                colon = self._line.find("\N{FULLWIDTH COLON}", start, end)
                in_text = right == "," and not strict and colon < 0
                gap = " " if right in ":," and self._line[hit.end() : hit.end() + 1].strip() else ""
                name = _NAMES.get(wrong, _kind(right))
                stretch = (self._number, hit.start(), hit.end())
                self.findings.append(Finding(*stretch, right + gap, "E003", name, in_text=in_text))

    def _scan_spaces(self, start: int, end: int, *, indentation: bool = False) -> None:
        """Find spaces that only look like spaces, and tabs in an indentation."""
        for hit in _SPACE.finditer(self._line, start, end):
            self._find(hit.start(), hit.end(), "  " if hit.group() == "\u3000" else " ", "E005")
        tab = self._line.find("\t", start, end) if indentation else -1
        if tab >= 0:
            last = max(i for i in range(tab, end) if self._line[i] == "\t")
            self._find(tab, last + 1, "  " * (last + 1 - tab), "E006")

    def _find(self, start: int, end: int, right: str, code: str, name: str = "") -> None:
        self.findings.append(Finding(self._number, start, end, right, code, name))


def _kind(right: str) -> str:
    """What sort of characters these are, as a word for messages."""
    if right.isdigit():
        return "digit"
    return "letter" if right.isalpha() else "character"
