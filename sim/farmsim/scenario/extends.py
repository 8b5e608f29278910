"""The files of a scenario: the one that was asked for and those that it extends, nearest first."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from farmsim.errors import FileError, Problem
from farmsim.scenario.hints import choices, did_you_mean
from farmsim.scenario.merge import is_null
from farmsim.scenario.nodes import Entry, MapNode, Node, Scalar
from farmsim.scenario.prescan import prescan
from farmsim.scenario.provenance import SourceRule, split_sources
from farmsim.scenario.text import Document, Mark, Remedy, read_document, remedy, shortened
from farmsim.scenario.tree import parse_tree

MAX_EXTENDS = 8


@dataclass(frozen=True, slots=True)
class Layer:
    """One file: its tree without `extends` and `sources`, and its sources."""

    tree: MapNode
    rules: list[SourceRule]


def read_layers(
    path: Path, file: str, bundled: Callable[[str], Path | None], names: list[str], problems: list[Problem]
) -> list[Layer]:
    """The file at `path` and those it extends; shorter, with problems added, where one cannot be used."""
    layers: list[Layer] = []
    seen: list[Path] = []
    shown: list[str] = []
    document = read_document(path, problems, file)
    while document is not None and (root := read_root(document, problems)) is not None:
        seen.append(path.resolve())
        shown.append(document.file)
        extends = root.entries.get("extends")
        rest = replace(root, entries={key: entry for key, entry in root.entries.items() if key != "extends"})
        layers.append(Layer(*split_sources(rest, problems)))
        if extends is None or is_null(extends.node):
            return layers
        found = _parent(extends, path, bundled, names, problems)
        if found is None:
            break
        path, name = found
        if path.resolve() in seen:
            chain = " -> ".join((*shown, name))
            problems.append(_mark(extends).problem("E035", remedy("break-chain"), chain=chain))
            break
        if len(seen) >= MAX_EXTENDS:
            problems.append(_mark(extends).problem("E041", remedy("break-chain"), limit=str(MAX_EXTENDS)))
            break
        document = _read_parent(path, name, extends, problems)
    if layers:
        layers[-1] = replace(layers[-1], tree=replace(layers[-1].tree, incomplete=True))
    return layers


def read_root(document: Document, problems: list[Problem]) -> MapNode | None:
    """The top mapping of a document; None with problems added if there is none."""
    known = len(problems)
    scanned = prescan(document, problems)
    found: list[Problem] = []
    node = parse_tree(scanned, found)
    if len(problems) > known:
        found = [problem for problem in found if problem.code != "E010"]
    problems.extend(found)
    if isinstance(node, MapNode):
        return node
    if len(problems) == known:
        is_empty = node is None or is_null(node)
        mark = document.mark(0, 0, 1) if is_empty or node is None else node.mark
        remedies = (remedy("begin"),) if is_empty or node is None else _colon_remedy(node)
        problems.append(mark.problem("E001" if is_empty else "E042", *remedies))
    return None


def _colon_remedy(node: Node) -> tuple[Remedy, ...]:
    """The remedy for `key:value` without the space."""
    if isinstance(node, Scalar) and ":" in node.raw:
        return (remedy("space-after-colon", key=shortened(node.raw.split(":")[0])),)
    return ()


def _parent(
    extends: Entry,
    path: Path,
    bundled: Callable[[str], Path | None],
    names: list[str],
    problems: list[Problem],
) -> tuple[Path, str] | None:
    """The file that another extends, and how to name it; None with a problem added."""
    node = extends.node
    if (
        not isinstance(node, Scalar)
        or not isinstance(node.value, str)
        or not node.value
        or "\0" in node.value
    ):
        if not (isinstance(node, Scalar) and node.suspect):
            problems.append(
                extends.key.problem("E024", path="extends", expected="text", found="a mapping")
                if not isinstance(node, Scalar)
                else _unusable(extends, "it is not the name of a file or of a bundled scenario")
            )
        return None
    name = node.value
    if "/" not in name and "\\" not in name and not name.endswith((".yaml", ".yml")):
        file = bundled(name)
        if file is None:
            guesses = [remedy("did-you-mean", guess=guess) for guess in did_you_mean(name, names)[:1]]
            reason = "it is not the name of a file or of a bundled scenario"
            problems.append(_unusable(extends, reason, *guesses, *choices(names)))
            return None
        return file, file.name
    folder = path.parent.resolve()
    try:
        target = (path.parent / name).resolve()
    except (OSError, ValueError, RuntimeError):
        problems.append(_unusable(extends, "it cannot be read"))
        return None
    if not target.is_relative_to(folder):
        problems.append(_unusable(extends, "it lies outside the folder of this file"))
        return None
    return target, str(Path(extends.key.file).parent / name)


def _read_parent(path: Path, name: str, extends: Entry, problems: list[Problem]) -> Document | None:
    """The text of an extended file; None with a problem added where `extends` stands."""
    try:
        return read_document(path, problems, name)
    except FileError as error:
        near: list[str] = []
        if path.parent.is_dir():
            files = (file.name for file in path.parent.glob("*.yaml"))
            near = did_you_mean(path.name, files)[:1]
        problems.append(
            _unusable(extends, error.reason, *(remedy("did-you-mean", guess=guess) for guess in near))
        )
        return None


def _unusable(extends: Entry, reason: str, *remedies: Remedy) -> Problem:
    """The problem of an `extends` that leads nowhere."""
    raw = extends.node.raw if isinstance(extends.node, Scalar) else ""
    return _mark(extends).problem("E034", *remedies, name=shortened(raw), what=reason)


def _mark(entry: Entry) -> Mark:
    """The place of a value, or of its key where it is no single value."""
    return entry.node.mark if isinstance(entry.node, Scalar) else entry.key
