"""Text to tree: what a YAML text says, each key and value with its place. Knows nothing of scenarios.

PyYAML's event stream is read, not its loaders: events are produced one by one, so that limits hold before a
hostile text costs anything. Anchors, aliases, tags, merge keys and repeated keys are refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from farmsim.errors import Problem
from farmsim.scenario.nodes import Entry, ListNode, MapNode, Node, Scalar
from farmsim.scenario.scalars import Refusal, is_constant, plain_value
from farmsim.scenario.text import MAX_PROBLEMS, Document, Mark, Remedy, holds_control, remedy, shortened

MAX_DEPTH = 40
MAX_NODES = 200_000

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def parse_tree(
    document: Document, problems: list[Problem], *, line: int = 0, column: int = 0, text: str | None = None
) -> Node | None:
    """The tree of a document, or of a `text` that stands in it at `line` and `column` (from 0).

    Problems are added; where one cannot be passed over, and for an empty text, the result is None.
    """
    return _Builder(document, problems, line, column).build(document.text if text is None else text)


class _StopReadingError(Exception):
    """Reading this text any further makes no sense; the reason is among the problems."""


@dataclass(slots=True)
class _Frame:
    """A mapping or list in the making; `key` is the key of the next value (a None name: to be dropped)."""

    mark: Mark
    is_mapping: bool
    entries: dict[str, Entry]
    items: list[Node]
    key: tuple[str | None, Mark] | None = None


class _Builder:
    """Builds nodes from events, with a stack of its own instead of recursion."""

    def __init__(self, document: Document, problems: list[Problem], line: int, column: int) -> None:
        self._document = document
        self._problems = problems
        self._start = (line, column)
        self._stack: list[_Frame] = []
        self._nodes = 0
        self._root: Node | None = None

    def build(self, text: str) -> Node | None:
        """The root node."""
        known = len(self._problems)
        try:
            for event in self._events(text):
                self._take(event)
                if len(self._problems) - known >= MAX_PROBLEMS:
                    return None
        except _StopReadingError:
            return None
        return self._root

    def _events(self, text: str) -> Iterator[Event]:
        """The events of the text; a syntax error becomes a problem."""
        try:
            yield from yaml.parse(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            self._problems.append(self._syntax_problem(error))
            raise _StopReadingError from None
        except (yaml.YAMLError, ValueError) as error:
            mark = self._document.mark(*self._start)
            self._problems.append(mark.problem("E010", what="unreadable", detail=shortened(str(error))))
            raise _StopReadingError from None

    def _take(self, event: Event) -> None:
        """Let one event change the tree."""
        match event:
            case ScalarEvent():
                self._refuse_decoration(event)
                self._add_scalar(event)
            case AliasEvent():
                mark = self._mark(event)
                if self._stack and self._stack[-1].key is None and self._stack[-1].is_mapping:
                    self._report(mark, "E012", remedy("write-out"), name=f"*{event.anchor}")
                    self._stack[-1].key = (None, mark)
                else:
                    if not self._is_dropped():
                        self._report(mark, "E012", remedy("write-out"), name=f"*{event.anchor}")
                    self._add(Scalar(mark, None, f"*{event.anchor}", suspect=True))
            case MappingStartEvent() | SequenceStartEvent():
                self._refuse_decoration(event)
                self._open(event)
            case MappingEndEvent() | SequenceEndEvent():
                self._close()
            case DocumentStartEvent() if self._root is not None:
                self._report(self._mark(event), "E016", remedy("one-document"))
                raise _StopReadingError

    def _mark(self, event: Event) -> Mark:
        """The place of an event; of several lines, the first counts."""
        line, column, last_line, last_column = _span(event)
        width = last_column - column if line == last_line else 1
        if line != last_line and isinstance(event, ScalarEvent) and event.style not in {"|", ">"}:
            width = len(self._document.lines[line + self._start[0]].rstrip()) - column
        return self._place(line, column, width)

    def _place(self, line: int, column: int, width: int = 1) -> Mark:
        """The place at a line and column of the parsed text."""
        first_line, first_column = self._start
        return self._document.mark(
            first_line + line, column + (first_column if line == 0 else 0), max(1, width)
        )

    def _report(self, mark: Mark, code: str, /, *remedies: Remedy, **arguments: str) -> None:
        self._problems.append(mark.problem(code, *remedies, **arguments))

    def _refuse_decoration(self, event: NodeEvent) -> None:
        """Report an anchor or a tag; the value behind it is read all the same."""
        if event.anchor is not None:
            place = self._place(*_span(event)[:2], len(event.anchor) + 1)
            self._report(place, "E012", remedy("write-out"), name=f"&{event.anchor}")
        tag = getattr(event, "tag", None)
        if tag is not None:
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            place = self._place(*_span(event)[:2], len(shown))
            self._report(place, "E013", remedy("delete-tag"), name=shortened(shown))

    def _is_dropped(self) -> bool:
        """Whether the value that comes next belongs to a key that was refused."""
        return any(frame.key is not None and frame.key[0] is None for frame in self._stack)

    def _add_scalar(self, event: ScalarEvent) -> None:
        mark = self._mark(event)
        frame = self._stack[-1] if self._stack else None
        is_plain = not event.style
        if not is_plain and holds_control(event.value):
            self._report(mark, "E007", remedy("delete-character"), codepoint=ascii(event.value)[1:21])
            self._add(Scalar(mark, "", "", suspect=True))
        elif frame is not None and frame.is_mapping and frame.key is None:
            self._set_key(frame, event.value, mark, is_plain=is_plain)
        elif not is_plain:
            self._add(Scalar(mark, event.value, event.value))
        else:
            value = plain_value(event.value)
            if isinstance(value, Refusal):
                if not self._is_dropped():
                    self._report(mark, value.code, *value.remedies, text=shortened(event.value))
                self._add(Scalar(mark, event.value, event.value, suspect=True))
            else:
                self._add(Scalar(mark, value, event.value))

    def _set_key(self, frame: _Frame, name: str, mark: Mark, *, is_plain: bool) -> None:
        """Remember the key of the value that comes next, or report why it cannot be a key."""
        frame.key = (None, mark)
        if is_plain and name == "<<":
            self._report(mark, "E015", remedy("use-extends"))
        elif is_plain and is_constant(name):
            self._report(mark, "E020", remedy("quote-text", text=name or "~"), key=name or "~")
        elif not name:
            self._report(mark, "E020", remedy("name-key"), key='""')
        elif name in frame.entries:
            first = frame.entries[name].key
            self._report(
                mark,
                "E011",
                remedy("keep-one"),
                key=shortened(name),
                line=str(first.line),
                column=str(first.column),
            )
        else:
            frame.key = (name, mark)

    def _open(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        """Begin a mapping or list."""
        mark = self._place(*_span(event)[:2])
        if len(self._stack) >= MAX_DEPTH:
            self._report(mark, "E019", remedy("flatten"), limit=str(MAX_DEPTH), what="depth")
            raise _StopReadingError
        if self._stack and self._stack[-1].is_mapping and self._stack[-1].key is None:
            if not self._is_dropped():
                self._report(mark, "E020", remedy("name-key"), key="[...]")
            self._stack[-1].key = (None, mark)
            self._stack.append(_Frame(mark, isinstance(event, MappingStartEvent), {}, [], key=None))
            self._stack[-1].items.append(_KEY)
            return
        self._stack.append(_Frame(mark, isinstance(event, MappingStartEvent), {}, []))

    def _close(self) -> None:
        """End the innermost mapping or list."""
        frame = self._stack.pop()
        if frame.items and frame.items[0] is _KEY:
            return
        self._add(
            MapNode(frame.mark, frame.entries)
            if frame.is_mapping
            else ListNode(frame.mark, tuple(frame.items))
        )

    def _add(self, node: Node) -> None:
        """Put a finished node where it belongs."""
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._report(
                node.mark, "E019", remedy("split-file"), limit=str(MAX_NODES), what="number of values"
            )
            raise _StopReadingError
        if not self._stack:
            self._root = node
            return
        frame = self._stack[-1]
        if not frame.is_mapping:
            frame.items.append(node)
        elif frame.key is None:
            frame.key = (None, node.mark)
        else:
            name, mark = frame.key
            frame.key = None
            if name is not None:
                frame.entries[name] = Entry(mark, node)

    def _syntax_problem(self, error: yaml.MarkedYAMLError) -> Problem:
        """A syntax error in words that a beginner can act on."""
        text = error.problem or ""
        at = error.problem_mark or error.context_mark
        causes = ((what, at_context) for part, what, at_context in _SYNTAX if part in text)
        what, at_context = next(causes, ("unreadable", False))
        at = error.context_mark if at_context and error.context_mark else at
        if "flow" in (error.context or "") and "expected" in text:
            what, at = "bracket not closed", error.context_mark or at
        elif "end of stream" in text:
            what, at = "quote not closed", error.context_mark or at
        mark = self._place(at.line, at.column) if at is not None else self._document.mark(*self._start)
        return mark.problem("E010", (_SYNTAX_REMEDIES[what], ()), what=what, detail=shortened(text))


def _span(event: Event) -> tuple[int, int, int, int]:
    """First line and column of an event, and its last, from 0."""
    start, end = event.start_mark, event.end_mark
    assert start is not None, "events of a text have a start"
    assert end is not None, "events of a text have an end"
    return start.line, start.column, end.line, end.column


_KEY = Scalar(Mark(Document("", "", ()), 1, 1, 1), None, "")
"""Marks a frame that stands where a key should be."""

_SYNTAX = (
    ("mapping values are not allowed", "second colon or wrong indentation", False),
    ("could not find expected ':'", "key without a colon", True),
    ("tab character", "tab in the indentation", False),
    ("cannot start any token", "character that begins no value", False),
    ("sequence entries are not allowed", "list item in the wrong place", False),
    ("did not find expected", "wrong indentation", False),
    ("expected <block end>", "wrong indentation", False),
    ("escape", "unknown escape in quotes", False),
)

_SYNTAX_REMEDIES = {
    "second colon or wrong indentation": "fix-colon",
    "key without a colon": "add-colon",
    "tab in the indentation": "spaces-for-tab",
    "character that begins no value": "quote-value",
    "list item in the wrong place": "own-line",
    "wrong indentation": "align",
    "unknown escape in quotes": "single-quotes",
    "bracket not closed": "close-bracket",
    "quote not closed": "close-quote",
    "unreadable": "see-yaml",
}
