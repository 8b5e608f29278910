"""The nodes of an input tree: values, lists and mappings, each with its place in the text it came from.

Nodes never change: merging and overriding make new ones, so that those of the catalogue can be shared.
"""

from dataclasses import dataclass

from farmsim.scenario.scalars import Value
from farmsim.scenario.text import Mark

Plain = Value | list["Plain"] | dict[str, "Plain"]
"""Plain data: what JSON can hold."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a value of the world comes from: a source, or an assumption with its reason and range."""

    source: str | None
    assumed: str | None
    low: float | None
    high: float | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value.

    `raw` is what was written; a `suspect` value was reported already; `removes` marks a null that removed an
    inherited key.
    """

    mark: Mark
    value: Value
    raw: str
    suspect: bool = False
    removes: bool = False
    origin: Citation | None = None


@dataclass(frozen=True, slots=True)
class ListNode:
    """Several values in order."""

    mark: Mark
    items: tuple["Node", ...]
    origin: Citation | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping, with the place of the key, and its value."""

    key: Mark
    node: "Node"


@dataclass(frozen=True, slots=True)
class MapNode:
    """Values by key, in file order.

    An `incomplete` one lacks what a catalogue entry should have brought; one that is `made` was not there
    until an override set something inside it.
    """

    mark: Mark
    entries: dict[str, Entry]
    incomplete: bool = False
    made: bool = False

    def child(self, key: str) -> "Node | None":
        """The value under `key`, if there is one."""
        entry = self.entries.get(key)
        return None if entry is None else entry.node


Node = Scalar | ListNode | MapNode


def number_of(node: Node | None) -> int | float | None:
    """The number that a node is, None if it is anything else; true and false are no numbers."""
    if not isinstance(node, Scalar) or isinstance(node.value, bool):
        return None
    return node.value if isinstance(node.value, int | float) else None


def plain(node: Node) -> Plain:
    """The tree as plain data."""
    match node:
        case MapNode():
            return {key: plain(entry.node) for key, entry in node.entries.items()}
        case ListNode():
            return [plain(item) for item in node.items]
        case Scalar():
            return node.value
