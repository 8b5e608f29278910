"""Where the values of a scenario come from: the `sources:` mapping of files and of catalogue entries.

A source covers everything below its path. It stays with the values it was given for: a file that overrides a
value of the catalogue does not inherit the catalogue's source for it.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from farmsim.errors import Problem
from farmsim.scenario.hints import did_you_mean
from farmsim.scenario.nodes import Citation, Entry, ListNode, MapNode, Node, Scalar, number_of
from farmsim.scenario.text import Document, Mark, remedy, shortened

_KEYLIKE = re.compile(r"[A-Za-z0-9_.,;-]+")
_KEYS = ("source", "assumed", "range")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the value at a dotted path comes from; exactly one of `source` and `assumed` is given."""

    path: str
    source: str | None
    assumed: str | None
    low: float | None
    high: float | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class SourceRule:
    """One line of a `sources` mapping: a path pattern, relative to its file or entry, and what it cites."""

    pattern: tuple[str, ...]
    citation: Citation
    mark: Mark
    cited: Mark
    """Where the text of the source or assumption stands."""


def split_sources(node: MapNode, problems: list[Problem]) -> tuple[MapNode, list[SourceRule]]:
    """The mapping without its `sources`, and these as rules, the most specific first."""
    entry = node.entries.get("sources")
    if entry is None:
        return node, []
    rest = replace(node, entries={key: item for key, item in node.entries.items() if key != "sources"})
    if not isinstance(entry.node, MapNode):
        problems.append(entry.key.problem("E039", remedy("sources-form"), what="sources is not a mapping"))
        return rest, []
    rules = [rule for key, item in entry.node.entries.items() if (rule := _rule(key, item, problems))]
    rules.sort(key=lambda rule: (-len(rule.pattern), rule.pattern.count("*")))
    return rest, rules


def stamp(
    node: Node, rules: Sequence[SourceRule], *, spare: Iterable[Document] = ()
) -> tuple[Node, list[SourceRule]]:
    """The tree with the rules' citations on the values they cover, and the rules that cover nothing.

    Values that come from the documents `spare` keep what they have.
    """
    spared = {id(document) for document in spare}
    matched: set[int] = set()
    active = [(rule.pattern, rule) for rule in rules]
    stamped = _stamp(node, active, spared, matched) if rules else node
    return stamped, [rule for rule in rules if id(rule) not in matched]


def provenance_of(tree: Node) -> tuple[tuple[Provenance, ...], tuple[str, ...]]:
    """Where each value comes from, in file order, and the paths of the numbers that have no source."""
    sourced: list[Provenance] = []
    unsourced: list[str] = []
    _collect(tree, "", sourced, unsourced)
    return tuple(sourced), tuple(unsourced)


def unmatched_problem(rule: SourceRule, tree: MapNode) -> Problem:
    """The problem of a source for a path that names nothing in the scenario."""
    node: Node | None = tree
    done: list[str] = []
    for segment in rule.pattern:
        below = node.child(segment) if isinstance(node, MapNode) else None
        if below is None:
            break
        node = below
        done.append(segment)
    keys = list(node.entries) if isinstance(node, MapNode) else []
    wanted = rule.pattern[len(done)] if len(done) < len(rule.pattern) else ""
    guesses = [
        ".".join((*done, guess, *rule.pattern[len(done) + 1 :])) for guess in did_you_mean(wanted, keys)
    ]
    remedies = [remedy("did-you-mean", guess=guess) for guess in guesses[:1]]
    return rule.mark.problem("E043", *remedies, path=shortened(".".join(rule.pattern), 60))


@cache
def figure_keys() -> tuple[str, ...]:
    """The keys of the table of sourced figures, in file order."""
    with (Path(__file__).parent / "catalogue" / "domain.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(row["key"] for row in csv.DictReader(stream))


def strange_source(rule: SourceRule, known: Sequence[str]) -> Problem | None:
    """The warning for a source that looks like keys of the table of sourced figures, but is none of them.

    A citation in words (with a blank, or with other signs than those of keys) is taken as it stands.
    """
    text = rule.citation.source or ""
    if not _KEYLIKE.fullmatch(text):
        return None
    for key in (part for part in re.split("[;,]", text) if part):
        if key not in known:
            guesses = [remedy("did-you-mean", guess=guess) for guess in did_you_mean(key, known)[:1]]
            return rule.cited.problem("W032", *guesses, remedy("cite-in-words"), name=shortened(key))
    return None


def _rule(key: str, entry: Entry, problems: list[Problem]) -> SourceRule | None:
    """One entry of `sources` as a rule, or None with problems added."""

    def wrong(mark: Mark, what: str) -> None:
        problems.append(mark.problem("E039", remedy("sources-form"), what=what))

    pattern = tuple(key.split("."))
    if not all(pattern):
        wrong(entry.key, "empty part in the path of a source")
        return None
    node = entry.node
    if not isinstance(node, MapNode):
        wrong(entry.key, "a source is not a mapping")
        return None
    for name, item in node.entries.items():
        if name not in _KEYS:
            guesses = [remedy("did-you-mean", guess=guess) for guess in did_you_mean(name, _KEYS)[:1]]
            problems.append(item.key.problem("E022", *guesses, key=shortened(name)))
    texts = {name: _text(node.child(name)) for name in ("source", "assumed") if name in node.entries}
    if len(texts) != 1 or None in texts.values():
        wrong(entry.key, "neither source nor assumed, or both")
        return None
    low = high = None
    if "range" in node.entries:
        bounds = _numbers(node.child("range"))
        if len(bounds) != 2 or bounds[0] > bounds[1]:
            wrong(node.entries["range"].key, "range is not [low, high]")
            return None
        low, high = bounds
    mark = entry.key
    citation = Citation(texts.get("source"), texts.get("assumed"), low, high, mark.file, mark.line)
    told = node.child("source") or node.child("assumed")
    return SourceRule(pattern, citation, mark, told.mark if isinstance(told, Scalar) else mark)


def _text(node: Node | None) -> str | None:
    """The text of a scalar, if it is one and not empty."""
    return node.value or None if isinstance(node, Scalar) and isinstance(node.value, str) else None


def _numbers(node: Node | None) -> list[float]:
    """The numbers of a list of numbers; empty if it is anything else."""
    if not isinstance(node, ListNode):
        return []
    numbers = [float(number) for item in node.items if (number := number_of(item)) is not None]
    return numbers if len(numbers) == len(node.items) else []


_Active = list[tuple[tuple[str, ...], SourceRule]]


def _stamp(node: Node, active: _Active, spared: set[int], matched: set[int]) -> Node:
    """The node with the first of the `active` rules on each value; a rule comes with the rest of its path."""
    first = next((rule for rest, rule in active if not rest), None)
    matched.update(id(rule) for rest, rule in active if not rest)
    match node:
        case MapNode():
            entries = {}
            for key, entry in node.entries.items():
                below = [
                    (rest[1:], rule) if rest else (rest, rule)
                    for rest, rule in active
                    if not rest or rest[0] in {key, "*"}
                ]
                entries[key] = (
                    Entry(entry.key, _stamp(entry.node, below, spared, matched)) if below else entry
                )
            return replace(node, entries=entries)
        case ListNode():
            items = []
            for index, item in enumerate(node.items):
                below = [
                    (rest[1:], rule) if rest else (rest, rule)
                    for rest, rule in active
                    if not rest or rest[0] in {str(index), "*"}
                ]
                items.append(_stamp(item, below, spared, matched) if below else item)
            return replace(node, items=tuple(items))
        case Scalar() if first is not None and id(node.mark.document) not in spared:
            return replace(node, origin=first.citation)
        case Scalar():
            return node


def _collect(node: Node, path: str, sourced: list[Provenance], unsourced: list[str]) -> None:
    """Gather the citations below a node."""
    below = f"{path}." if path else ""
    match node:
        case MapNode():
            for key, entry in node.entries.items():
                _collect(entry.node, below + key, sourced, unsourced)
        case ListNode():
            for index, item in enumerate(node.items):
                _collect(item, f"{below}{index}", sourced, unsourced)
        case Scalar(origin=None):
            if number_of(node) is not None:
                unsourced.append(path)
        case Scalar(origin=Citation() as cited):
            sourced.append(
                Provenance(path, cited.source, cited.assumed, cited.low, cited.high, cited.file, cited.line)
            )
