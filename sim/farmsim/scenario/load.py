"""From a file, or the name of a bundled scenario, to a frozen scenario, or to every problem at once.

The steps: read and pre-scan, parse, lay files over those they extend, lay on `--set`, take in the catalogue,
validate. A step goes on past the problems of the one before wherever that can tell the user more.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, overload

from pydantic import BaseModel

from farmsim.errors import FileError, Problem, ScenarioError
from farmsim.scenario.check import References, check
from farmsim.scenario.extends import Layer, read_layers
from farmsim.scenario.hints import did_you_mean
from farmsim.scenario.merge import Catalogue, extend, prune, resolve_uses
from farmsim.scenario.nodes import MapNode, Plain
from farmsim.scenario.overrides import Override, lay_on, parse_overrides
from farmsim.scenario.provenance import (
    Provenance,
    SourceRule,
    figure_keys,
    provenance_of,
    stamp,
    strange_source,
    unmatched_problem,
)
from farmsim.scenario.text import MAX_PROBLEMS
from farmsim.scenario.traces import read_traces

if TYPE_CHECKING:
    from farmsim.scenario.schema import Scenario

OF_THE_FILE = ("E001", "E002", "E004", "E019")
"""Problems of a whole file (encoding, size): they come first, the others may follow from them."""

M = TypeVar("M", bound=BaseModel)


class Library(Catalogue, Protocol):
    """The catalogue together with the bundled scenarios."""

    def bundled_scenario(self, name: str) -> Path | None:
        """The file of a bundled scenario, None if there is none of that name."""


@dataclass(frozen=True)
class Loaded(Generic[M]):
    """A valid scenario and what is known about it.

    `data` is the file with everything it extends, uses and overrides written out; `digest` its fingerprint,
    equal for files that say the same. `provenance` tells where values come from, `unsourced` the paths of the
    numbers for which nobody says so. `tree` is `data` with places.
    """

    scenario: M
    data: dict[str, Plain] = field(repr=False)
    digest: str
    provenance: tuple[Provenance, ...] = field(repr=False)
    unsourced: tuple[str, ...]
    warnings: tuple[Problem, ...]
    tree: MapNode = field(repr=False)


class ScenarioNotFoundError(FileError):
    """There is neither a file nor a bundled scenario of this name; `candidates` are near spellings."""

    def __init__(self, path: str, candidates: tuple[str, ...]) -> None:
        super().__init__(path, "there is no file and no bundled scenario of this name")
        self.args = (path, candidates)
        self.candidates = candidates

    def __str__(self) -> str:
        guesses = " or ".join(f'"{name}"' for name in self.candidates)
        return super().__str__() + (f"; did you mean {guesses}?" if guesses else "")


@overload
def load_scenario(
    path_or_name: str | Path, overrides: Sequence[str] = (), *, library: Library | None = None
) -> "Loaded[Scenario]": ...


@overload
def load_scenario(
    path_or_name: str | Path,
    overrides: Sequence[str] = (),
    *,
    model: type[M],
    references: References[M] | None = None,
    library: Library | None = None,
) -> Loaded[M]: ...


def load_scenario(
    path_or_name: str | Path,
    overrides: Sequence[str] = (),
    *,
    model: type[Any] | None = None,
    references: References[Any] | None = None,
    library: Library | None = None,
) -> Loaded[Any]:
    """The scenario of a file or of a bundled name, with `KEY=VALUE` overrides.

    Raises ScenarioError with all problems, FileError for a file that cannot be read.
    """
    if library is None:
        from farmsim.scenario import catalogue  # noqa: PLC0415

        library = catalogue
    if model is None:
        return _load(path_or_name, overrides, kind_of_file, library)
    return _load(path_or_name, overrides, lambda _: (model, references), library)


def kind_of_file(tree: MapNode) -> tuple[type[Any], References[Any]]:
    """What a file describes: with the key `network` a supply network, else the season of counties."""
    if tree.child("network") is not None:
        from farmsim.scenario.network_references import network_references  # noqa: PLC0415
        from farmsim.scenario.network_schema import NetworkScenario  # noqa: PLC0415

        return NetworkScenario, network_references
    from farmsim.scenario.references import references  # noqa: PLC0415
    from farmsim.scenario.schema import Scenario  # noqa: PLC0415

    return Scenario, references


def _load(
    path_or_name: str | Path,
    overrides: Sequence[str],
    kind: Callable[[MapNode], tuple[type[M], References[M] | None]],
    library: Library,
) -> Loaded[M]:
    """The steps one after the other."""
    found = Findings()
    return finished(read_files(path_or_name, overrides, library, found), kind, found)


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a scenario as they were read, the nearest first, and what is laid over them."""

    layers: list[Layer]
    given: list[Override]
    folder: Path
    library: Library


def read_files(
    path_or_name: str | Path, overrides: Sequence[str], library: Library, found: "Findings"
) -> Files:
    """The files and the overrides, read but not yet put together."""
    path, shown = _located(path_or_name, library)
    layers = read_layers(path, shown, library.bundled_scenario, library.names("scenarios"), found.of_stage(0))
    found.of_stage(0).extend(_strange_sources(layers, library))
    given = parse_overrides(overrides, found.of_stage(0))
    return Files(layers, given, path.parent, library)


def composed(files: Files, problems: list[Problem]) -> MapNode:
    """Files, overrides and catalogue as one tree, traces read."""
    tree = _composed(files.layers, files.given, files.library, problems)
    return read_traces(tree, files.folder, problems)


def finished(
    files: Files, kind: Callable[[MapNode], tuple[type[M], References[M] | None]], found: "Findings"
) -> Loaded[M]:
    """The valid scenario of files that were read; raises ScenarioError with every problem."""
    if not files.layers:
        raise ScenarioError(found.reported())
    tree = composed(files, found.of_stage(1))
    checked = check(tree, *kind(tree), found.of_stage(2))
    problems = found.reported()
    if checked is None or any(not problem.is_warning for problem in problems):
        raise ScenarioError(problems)
    tree, unmatched = _stamped(checked.tree, files.layers, files.given)
    if unmatched and not files.given:
        raise ScenarioError(tuple(unmatched_problem(rule, tree) for rule in unmatched) + problems)
    provenance, unsourced = provenance_of(tree)
    digest = digest_of(checked.data)
    return Loaded(checked.model, checked.data, digest, provenance, unsourced, problems, tree)


def _strange_sources(layers: list[Layer], library: Library) -> list[Problem]:
    """Warnings for sources that look like keys of the catalogue's sourced figures, but are none of them."""
    from farmsim.scenario import catalogue  # noqa: PLC0415

    known = figure_keys() if library is catalogue else ()
    if not known:
        return []
    strange = (strange_source(rule, known) for layer in layers for rule in layer.rules)
    return [problem for problem in strange if problem is not None]


def digest_of(data: Plain, size: int = 6) -> str:
    """The fingerprint of plain data: the same for the same keys and values, whatever their order.

    Two hexadecimal digits for each of so many bytes.
    """
    text = json.dumps(_canonical(data), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return blake2b(text.encode("ascii"), digest_size=size).hexdigest()


def _canonical(data: Plain) -> Plain:
    """The data with 20.0 written as 20, which says the same."""
    match data:
        case dict():
            return {key: _canonical(value) for key, value in data.items()}
        case list():
            return [_canonical(value) for value in data]
        case float() if data.is_integer() and abs(data) < 1e15:
            return int(data)
        case _:
            return data


def _located(path_or_name: str | Path, library: Library) -> tuple[Path, str]:
    """The file that is meant, and its name for the user."""
    text = str(path_or_name)
    path = Path(path_or_name)
    try:
        exists = path.is_file() or (path.exists() and (path.suffix != "" or not path.is_dir()))
    except (OSError, ValueError):
        raise FileError(text[:200], "it cannot be read") from None
    if exists:
        return path, text
    bundled = library.bundled_scenario(text) if isinstance(path_or_name, str) else None
    if bundled is not None:
        return bundled, bundled.name
    if path.is_dir():
        raise FileError(text, "it is a folder, not a file")
    near = did_you_mean(path.name.removesuffix(".yaml"), library.names("scenarios"))
    raise ScenarioNotFoundError(text, tuple(near))


def _composed(
    layers: list[Layer], given: list[Override], library: Library, problems: list[Problem]
) -> MapNode:
    """Files, overrides and catalogue as one tree."""
    tree = layers[-1].tree
    for layer in reversed(layers[:-1]):
        tree = extend(layer.tree, tree)
    for override in given:
        if override.concerns_use:
            tree = lay_on(tree, override, problems)
    tree = resolve_uses(tree, library, problems)
    for override in given:
        if not override.concerns_use:
            tree = lay_on(tree, override, problems)
    return _as_mapping(prune(tree))


def _stamped(tree: MapNode, layers: list[Layer], given: list[Override]) -> tuple[MapNode, list[SourceRule]]:
    """The tree with the sources of the files on its values, and those of the nearest file that cover nothing.

    A file's sources cover what it says itself and what it inherits, not what is laid over it.
    """
    unmatched: list[SourceRule] = []
    for index in range(len(layers) - 1, -1, -1):
        nearer = [override.value.mark.document for override in given]
        nearer += [layer.tree.mark.document for layer in layers[:index]]
        stamped, unmatched = stamp(tree, layers[index].rules, spare=nearer)
        tree = _as_mapping(stamped)
    return tree, unmatched


def _as_mapping(node: object) -> MapNode:
    """The node, which is a mapping."""
    assert isinstance(node, MapNode), "the root stays a mapping"
    return node


class Findings:
    """Problems by the stage that found them; what a later stage says about the same place is left out."""

    def __init__(self) -> None:
        self._stages: list[list[Problem]] = [[], [], []]

    def of_stage(self, stage: int) -> list[Problem]:
        """The list that a stage adds to."""
        return self._stages[stage]

    def reported(self) -> tuple[Problem, ...]:
        """The problems in the order of the file, errors and warnings mixed, cut to a readable number."""
        kept: list[Problem] = []
        files: dict[str, int] = {}
        for stage in self._stages:
            earlier: dict[tuple[str, int], list[Problem]] = {}
            for problem in kept:
                earlier.setdefault((problem.file, problem.line), []).append(problem)
            for problem in stage:
                files.setdefault(problem.file, len(files))
                if not any(
                    _overlap(problem, other) for other in earlier.get((problem.file, problem.line), ())
                ):
                    kept.append(problem)
        unique = list(dict.fromkeys(kept))
        unique.sort(
            key=lambda problem: (
                files[problem.file],
                problem.code not in OF_THE_FILE,
                problem.line,
                problem.column,
            )
        )
        if len(unique) <= MAX_PROBLEMS:
            return tuple(unique)
        unique.sort(key=lambda problem: problem.is_warning)
        last = unique[MAX_PROBLEMS - 1]
        code = "W099" if unique[0].is_warning else "E099"
        return (*unique[:MAX_PROBLEMS], Problem(code, last.file, last.line, last.column, 1))


def _overlap(one: Problem, other: Problem) -> bool:
    """Whether two problems of one line concern the same characters."""
    return one.column < other.column + other.width and other.column < one.column + one.width
