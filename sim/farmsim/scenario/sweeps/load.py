"""From a sweep file, or the quick form on the command line, to a valid sweep with places, or to all problems.

The quick form `KEY=a,b,c` or `KEY=lo:hi:step` becomes the tree that a file would give, so that all that comes
after knows one form only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from farmsim.errors import Problem, ScenarioError
from farmsim.scenario.check import check
from farmsim.scenario.extends import read_root
from farmsim.scenario.nodes import Entry, ListNode, MapNode, Node, Plain, Scalar
from farmsim.scenario.overrides import Override
from farmsim.scenario.scalars import Refusal, plain_value
from farmsim.scenario.sweeps.rules import sweep_rules
from farmsim.scenario.sweeps.schema import SweepFile, Value
from farmsim.scenario.text import Document, Mark, read_document, remedy, shortened, text_document

MARKER = "farmsim_sweep"
"""The key by which a file says that it is a sweep."""
QUICK = "--over"
LOG = "log"
"""What stands in the place of a step where values are even in their logarithm."""


@dataclass(frozen=True, slots=True)
class SweepSource:
    """What a valid sweep says: as a model, with the place of everything, and as it was written."""

    file: SweepFile
    shown: str
    text: str = field(repr=False)
    folder: Path | None
    """Where its scenario is looked for first; None for the quick form."""
    tree: MapNode = field(repr=False)
    data: dict[str, Plain] = field(repr=False)

    def place(self, *path: str) -> Mark:
        """The place of a key, or of the nearest one above it."""
        mark, node = self.tree.mark, self.tree
        for part in path:
            entry = node.entries.get(part) if isinstance(node, MapNode) else None
            if entry is None:
                break
            mark, node = entry.key, entry.node  # type: ignore[assignment]
        return mark

    def change(self, key: str, value: Value) -> Override:
        """The value laid on a key under `vary`; its place is where that value, or its range, is written."""
        return _change(self._entry("vary", key), key, value)

    def case_changes(self, place: int) -> list[Override]:
        """What a case sets."""
        cases = self.tree.child("cases")
        assert isinstance(cases, ListNode), "there are cases"
        case = cases.items[place]
        assert isinstance(case, MapNode), "a case is a mapping"
        return [
            Override(_parts(name, entry.key), entry.node)
            for name, entry in case.entries.items()
            if name != "label"
        ]

    def _entry(self, section: str, key: str) -> Entry:
        below = self.tree.child(section)
        assert isinstance(below, MapNode), f"there is a mapping {section}"
        return below.entries[key]


def is_sweep_file(path: str | Path) -> bool:
    """Whether there is a file that says it is a sweep; one that cannot be read is none."""
    try:
        with Path(path).open("rb") as file:
            text = file.read(100_000).decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return False
    return any(line.startswith(MARKER) for line in text.splitlines())


def read_sweep(path: str | Path, shown: str | None = None) -> SweepSource:
    """The sweep of a file, `shown` to the user under its path if no other name is given.

    Raises ScenarioError with all problems, FileError if it cannot be read.
    """
    problems: list[Problem] = []
    document = read_document(Path(path), problems, str(path) if shown is None else shown)
    root = None if document is None else read_root(document, problems)
    if document is None or root is None or problems:
        raise ScenarioError(tuple(problems))
    return _checked(root, document, Path(path).parent, problems)


def sweep_of_text(text: str, shown: str, folder: Path) -> SweepSource:
    """The sweep of a text that was a file once. Raises ScenarioError with all problems."""
    problems: list[Problem] = []
    document = text_document(shown, tuple(text.split("\n")), problems)
    root = None if document is None else read_root(document, problems)
    if document is None or root is None or problems:
        raise ScenarioError(tuple(problems))
    return _checked(root, document, folder, problems)


def quick_sweep(
    scenario: str, over: Sequence[str], design: Mapping[str, Value] | None = None, shown: str = QUICK
) -> SweepSource:
    """The sweep of `--over KEY=a,b,c` or `KEY=lo:hi[:step|:log]`, with a design if one was chosen.

    `shown` is the option by which problems say where they are.
    """
    problems: list[Problem] = []
    document = text_document(shown, tuple(over), problems)
    if document is None:
        raise ScenarioError(tuple(problems))
    top = document.mark(0, 0)
    axes: dict[str, Entry] = {}
    for line, text in enumerate(over):
        found = _quick_axis(document, line, text, problems)
        if found is not None:
            name, entry = found
            if name in axes:
                first = axes[name].key
                where = {"line": str(first.line), "column": str(first.column)}
                problems.append(entry.key.problem("E011", remedy("keep-one"), key=shortened(name), **where))
            axes[name] = entry
    if problems:
        raise ScenarioError(tuple(problems))
    entries = {
        MARKER: Entry(top, Scalar(top, 1, "1")),
        "scenario": Entry(top, Scalar(top, scenario, scenario)),
        "vary": Entry(top, MapNode(top, axes)),
    }
    if design is not None:
        chosen = {name: Entry(top, Scalar(top, value, str(value))) for name, value in design.items()}
        entries["design"] = Entry(top, MapNode(top, chosen))
    return _checked(MapNode(top, entries), document, None, problems)


def _checked(tree: MapNode, document: Document, folder: Path | None, problems: list[Problem]) -> SweepSource:
    """The valid sweep of a tree."""
    checked = check(tree, SweepFile, sweep_rules, problems)
    if checked is None or problems:
        raise ScenarioError(tuple(problems))
    text = "\n".join(document.lines)
    return SweepSource(checked.model, document.file, text, folder, checked.tree, checked.data)


def _quick_axis(
    document: Document, line: int, text: str, problems: list[Problem]
) -> tuple[str, Entry] | None:
    """The key and values of one `--over`."""
    key, equals, values = text.partition("=")
    name = key.strip()
    if not equals or not name or not values.strip():
        mark = document.mark(line, 0, len(text))
        problems.append(mark.problem("E031", remedy("over-form"), text=shortened(text)))
        return None
    mark = document.mark(line, len(key) - len(key.lstrip()), len(name))
    start = len(key) + 1
    parts = values.split(":")
    numbers = parts[:-1] if len(parts) == 3 and parts[-1].strip() == LOG else parts
    if len(parts) in {2, 3} and all(_is_number(part) for part in numbers):
        return name, Entry(mark, _span(document, line, start, parts))
    items: list[Node] = []
    for part in values.split(","):
        node = _item(document, line, start, part, problems)
        if node is not None:
            items.append(node)
        start += len(part) + 1
    return name, Entry(mark, ListNode(document.mark(line, len(key) + 1, len(values)), tuple(items)))


def _span(document: Document, line: int, start: int, parts: list[str]) -> MapNode:
    """The range `lo:hi`, `lo:hi:step` or `lo:hi:log`."""
    mark = document.mark(line, start, sum(map(len, parts)) + len(parts) - 1)
    entries = {}
    for name, part in zip(("from", "to", "step"), parts, strict=False):
        place, written = document.mark(line, start, len(part)), part.strip()
        start += len(part) + 1
        if written == LOG:
            entries["scale"] = Entry(mark, Scalar(place, LOG, LOG))
            continue
        value = plain_value(written)
        assert isinstance(value, int | float), "it was seen to be a number"
        entries[name] = Entry(mark, Scalar(place, value, written))
    return MapNode(mark, entries)


def _item(document: Document, line: int, start: int, text: str, problems: list[Problem]) -> Scalar | None:
    """One value of a list; None with a problem added if it is none."""
    written = text.strip()
    mark = document.mark(line, start + len(text) - len(text.lstrip()), max(1, len(written)))
    if written[:1] in {'"', "'"} and written[-1:] == written[:1] and len(written) > 1:
        return Scalar(mark, written[1:-1], written)
    value = plain_value(written)
    if isinstance(value, Refusal):
        problems.append(mark.problem(value.code, *value.remedies, text=shortened(written)))
        return None
    if value is None:
        problems.append(mark.problem("E031", remedy("over-form"), text=shortened(document.lines[line])))
        return None
    return Scalar(mark, value, written)


def _is_number(text: str) -> bool:
    value = plain_value(text.strip())
    return isinstance(value, int | float) and not isinstance(value, bool)


def _change(entry: Entry, key: str, value: Value) -> Override:
    """The value laid on a key, with the place where it is written."""
    mark = entry.key
    if isinstance(entry.node, ListNode):
        for item in entry.node.items:
            if isinstance(item, Scalar) and item.value == value and type(item.value) is type(value):
                return Override(_parts(key, entry.key), item)
    return Override(_parts(key, entry.key), Scalar(mark, value, f"{value}"))


def _parts(key: str, mark: Mark) -> tuple[tuple[str, Mark], ...]:
    """The parts of a dotted key, each with its place in the line."""
    parts, column = [], mark.column
    for part in key.split("."):
        lead = len(part) - len(part.lstrip())
        name = part.strip()
        parts.append((name, mark._replace(column=column + lead, width=max(1, len(name)))))
        column += len(part) + 1
    return tuple(parts)
