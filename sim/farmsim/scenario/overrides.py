"""Values given on the command line as `--set KEY=VALUE`, where KEY is a dotted path.

They are read by the rules of the file and carry places of their own: line n of the pseudo file `--set` is the
nth override.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from farmsim.errors import Problem
from farmsim.scenario.merge import is_null, merge
from farmsim.scenario.nodes import Entry, ListNode, MapNode, Node, Scalar
from farmsim.scenario.prescan import prescan
from farmsim.scenario.text import Mark, remedy, shortened, text_document
from farmsim.scenario.tree import parse_tree

PSEUDO_FILE = "--set"


@dataclass(frozen=True, slots=True)
class Override:
    """One value and the path it goes to, each part of the path with its place."""

    path: tuple[tuple[str, Mark], ...]
    value: Node

    @property
    def concerns_use(self) -> bool:
        """Whether it decides which catalogue entries are taken, and so must be laid on before they are."""
        return self.path[-1][0] == "use" or _names_use(self.value)


def parse_overrides(texts: Sequence[str], problems: list[Problem]) -> list[Override]:
    """The overrides in order; problems are added for those that cannot be read."""
    overrides = []
    for number, text in enumerate(texts):
        override = _parse(number, text, problems)
        if override is not None:
            overrides.append(override)
    return overrides


def lay_on(tree: MapNode, override: Override, problems: list[Problem]) -> MapNode:
    """The tree with one value set; mappings that are missing on the way are made."""
    changed = _with_value(tree, override.path, override.value, problems)
    assert isinstance(changed, MapNode), "a mapping stays a mapping"
    return changed


def _parse(number: int, text: str, problems: list[Problem]) -> Override | None:
    """One override."""
    padding = ("",) * number
    document = text_document(PSEUDO_FILE, (*padding, text), problems)
    if document is None:
        return None
    key, equals, value = text.partition("=")
    parts = key.split(".")
    if "\n" in text or "\r" in text or not equals or not all(part.strip() for part in parts):
        problems.append(
            document.mark(number, 0, len(text)).problem("E031", remedy("key-value"), text=shortened(text))
        )
        return None
    path = []
    column = 0
    for part in parts:
        start = column + len(part) - len(part.lstrip())
        path.append((part.strip(), document.mark(number, start, len(part.strip()))))
        column += len(part) + 1
    scanned = prescan(document, problems, lines=(*padding, ": ".rjust(column, "k") + value))
    value = scanned.text[number + column :]
    known = len(problems)
    node = parse_tree(scanned, problems, line=number, column=column, text=value)
    if node is None and (len(problems) > known or value.strip()):
        return None
    return Override(tuple(path), node or Scalar(document.mark(number, len(text) - 1), None, ""))


def _with_value(node: Node, path: tuple[tuple[str, Mark], ...], value: Node, problems: list[Problem]) -> Node:
    """The node with the value laid on at what remains of the path."""
    (name, mark), rest = path[0], path[1:]
    match node:
        case MapNode():
            below = node.child(name)
            if rest:
                start = below if below is not None and not is_null(below) else MapNode(mark, {}, made=True)
                made = _with_value(start, rest, value, problems)
            elif below is not None and is_null(value):
                return replace(node, entries={key: item for key, item in node.entries.items() if key != name})
            else:
                made = value
            over = replace(node, entries={name: Entry(mark, made)})
            return merge(over, node) if not rest else replace(node, entries=_put(node, name, mark, made))
        case ListNode():
            if not name.isdecimal() or int(name[:9]) >= len(node.items):
                last = str(len(node.items) - 1)
                problems.append(mark.problem("E033", remedy("list-index", last=last), index=shortened(name)))
                return node
            index = int(name)
            item = node.items[index]
            changed = _with_value(item, rest, value, problems) if rest else value
            return replace(node, items=(*node.items[:index], changed, *node.items[index + 1 :]))
        case Scalar():
            problems.append(
                mark.problem("E032", remedy("set-above"), key=shortened(name), value=shortened(node.raw))
            )
            return node


def _put(node: MapNode, name: str, mark: Mark, value: Node) -> dict[str, Entry]:
    """The entries with one replaced or added; an entry that was there keeps its place."""
    known = node.entries.get(name)
    return {**node.entries, name: Entry(mark if known is None else known.key, value)}


def _names_use(node: Node) -> bool:
    """Whether a value holds a `use` key."""
    if isinstance(node, MapNode):
        return "use" in node.entries or any(_names_use(entry.node) for entry in node.entries.values())
    return False
