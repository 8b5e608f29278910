"""Laying one tree over another, and taking in catalogue entries where a mapping says `use: NAME`.

Mappings merge deeply, lists are replaced, a null removes what was inherited. A mapping that chooses another
kind (`kind`, `policy`, `distribution`) starts afresh, since the keys of the former kind mean nothing to it.
"""

from collections.abc import Mapping
from dataclasses import replace
from operator import is_
from typing import Protocol

from farmsim.errors import Problem
from farmsim.scenario.hints import choices, did_you_mean
from farmsim.scenario.nodes import Entry, ListNode, MapNode, Node, Scalar
from farmsim.scenario.provenance import split_sources, stamp
from farmsim.scenario.text import MAX_PROBLEMS, remedy, shortened

SECTIONS: Mapping[tuple[str, ...], str] = {
    ("products", "*"): "products",
    ("counties", "*"): "counties",
    ("counties", "*", "lanes", "*"): "lanes",
    ("counties", "*", "growers", "*"): "growers",
    ("channels", "*"): "channels",
    ("interventions", "*"): "interventions",
}
"""Where `use` may stand, and from which section of the catalogue it takes its entry."""

OF_THE_NAME = ("label", "note")
"""What is said of the scenario of one name."""

TAGS = ("kind", "policy", "distribution")
"""The keys by which a block says which kind it is."""

MAX_USES = 8

_PER_JIN, _PER_KG = "_per_jin", "_per_kg"


class Catalogue(Protocol):
    """Where named entries and bundled scenarios come from."""

    def lookup(self, section: str, name: str) -> Node | None:
        """The entry of that name, None if there is none."""

    def names(self, section: str) -> list[str]:
        """The names of a section; "scenarios" are the bundled scenarios."""


def section_of(path: tuple[str, ...]) -> str | None:
    """The catalogue section for the mapping at a path, None where `use` has no place."""
    for pattern, section in SECTIONS.items():
        if len(pattern) == len(path) and all(p in {"*", s} for p, s in zip(pattern, path, strict=True)):
            return section
    return None


def merge(over: Node, base: Node | None) -> Node:
    """`over` laid over `base`."""
    if not isinstance(over, MapNode) or not isinstance(base, MapNode) or _chooses_another_kind(over, base):
        return over
    entries = dict(base.entries)
    for key, entry in over.entries.items():
        rival = _rival(key)
        inherited = entries.pop(rival, None) if rival else None
        inherited = entries.get(key, inherited)
        if inherited is None:
            entries[key] = entry
        elif is_null(entry.node):
            entries[key] = Entry(entry.key, replace(_scalar(entry.node), removes=True))
        else:
            entries[key] = Entry(entry.key, merge(entry.node, inherited.node))
    return replace(over, entries=entries, incomplete=over.incomplete or base.incomplete)


def extend(over: MapNode, base: MapNode) -> MapNode:
    """A file laid over the one that it extends.

    `label` and `note` speak of the scenario that has the name: a file that gives a `name` of its own does not
    inherit them.
    """
    if "name" in over.entries:
        kept = {key: entry for key, entry in base.entries.items() if key not in OF_THE_NAME}
        base = replace(base, entries=kept)
    merged = merge(over, base)
    assert isinstance(merged, MapNode), "a mapping over a mapping is one"
    return merged


def prune(node: Node) -> Node:
    """The tree without the keys that a null removed; what loses nothing is the same node."""
    match node:
        case MapNode(entries=entries):
            kept: dict[str, Entry] = {}
            is_same = True
            for key, entry in entries.items():
                below = entry.node
                if isinstance(below, Scalar):
                    if below.removes:
                        is_same = False
                    else:
                        kept[key] = entry
                    continue
                pruned = prune(below)
                is_same &= pruned is below
                kept[key] = entry if pruned is below else Entry(entry.key, pruned)
            return node if is_same else replace(node, entries=kept)
        case ListNode(items=items):
            left = tuple(prune(item) for item in items)
            return node if all(map(is_, left, items)) else replace(node, items=left)
        case Scalar():
            return node


def is_null(node: Node) -> bool:
    """Whether a node is a null."""
    return isinstance(node, Scalar) and node.value is None and not node.suspect


def resolve_uses(tree: MapNode, catalogue: Catalogue, problems: list[Problem]) -> MapNode:
    """The tree with catalogue entries laid under the mappings that use them."""
    resolved = _Uses(catalogue, problems).resolve(tree, ())
    assert isinstance(resolved, MapNode), "a mapping stays a mapping"
    return resolved


class _Uses:
    """Resolves `use` keys from the top down, so that a used county may itself use lanes."""

    def __init__(self, catalogue: Catalogue, problems: list[Problem]) -> None:
        self._catalogue = catalogue
        self._problems = problems
        self._entries: dict[tuple[str, str], Node | None] = {}

    def resolve(self, node: Node, path: tuple[str, ...]) -> Node:
        """The node with what it and those below it use."""
        if not isinstance(node, MapNode):
            return node
        section = section_of(path) if "use" in node.entries else None
        if section is not None:
            node = self._with_used(node, section, ())
        changed = {}
        for key, entry in node.entries.items():
            if isinstance(entry.node, MapNode):
                resolved = self.resolve(entry.node, (*path, key))
                if resolved is not entry.node:
                    changed[key] = Entry(entry.key, resolved)
        return replace(node, entries={**node.entries, **changed}) if changed else node

    def _with_used(self, node: MapNode, section: str, chain: tuple[str, ...]) -> MapNode:
        """The mapping over the entry that it uses; without `use`."""
        use = node.entries["use"]
        rest = replace(node, entries={key: entry for key, entry in node.entries.items() if key != "use"})
        if is_null(use.node):
            return rest
        if not isinstance(use.node, Scalar) or not isinstance(use.node.value, str) or use.node.suspect:
            if not (isinstance(use.node, Scalar) and use.node.suspect):
                self._problems.append(use.key.problem("E044", remedy("use-one-name")))
            return replace(rest, incomplete=True)
        name = use.node.value
        if name in chain or len(chain) >= MAX_USES:
            shown = " -> ".join((*chain, name))
            self._problems.append(use.node.mark.problem("E037", remedy("break-chain"), chain=shown))
            return replace(rest, incomplete=True)
        base = self._entry(section, name, chain)
        if base is None:
            if len(self._problems) > MAX_PROBLEMS:
                return replace(rest, incomplete=True)
            known = self._catalogue.names(section)
            guesses = [remedy("did-you-mean", guess=guess) for guess in did_you_mean(name, known)[:1]]
            self._problems.append(
                use.node.mark.problem("E036", *guesses, *choices(known), what=section, name=shortened(name))
            )
            return replace(rest, incomplete=True)
        merged = merge(rest, base)
        return merged if isinstance(merged, MapNode) else rest

    def _entry(self, section: str, name: str, chain: tuple[str, ...]) -> Node | None:
        """A catalogue entry with what it uses itself, its values stamped with their sources."""
        if (section, name) in self._entries:
            return self._entries[section, name]
        entry = self._catalogue.lookup(section, name)
        if isinstance(entry, MapNode):
            body, rules = split_sources(entry, self._problems)
            if "use" in body.entries:
                body = self._with_used(body, section, (*chain, name))
            entry, _ = stamp(body, rules)
        if not (isinstance(entry, MapNode) and entry.incomplete):
            self._entries[section, name] = entry
        return entry


def _chooses_another_kind(over: MapNode, base: MapNode) -> bool:
    """Whether `over` names a kind and `base` another."""
    for tag in TAGS:
        chosen, inherited = over.child(tag), base.child(tag)
        if isinstance(chosen, Scalar) and isinstance(inherited, Scalar) and chosen.value != inherited.value:
            return chosen.value is not None
    return False


def _rival(key: str) -> str | None:
    """The key that says the same in another unit of mass."""
    if key.endswith(_PER_JIN):
        return key.removesuffix(_PER_JIN) + _PER_KG
    return key.removesuffix(_PER_KG) + _PER_JIN if key.endswith(_PER_KG) else None


def _scalar(node: Node) -> Scalar:
    """The node, which is a scalar."""
    assert isinstance(node, Scalar), "only a scalar can be null"
    return node
