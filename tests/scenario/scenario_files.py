"""Help for tests of the loader: files written from text, and what loading them says."""

from collections.abc import Sequence
from pathlib import Path

from farmsim.errors import Problem, ScenarioError
from farmsim.scenario.load import Loaded, load_scenario
from farmsim.scenario.nodes import Node, Plain, plain
from farmsim.scenario.text import decode
from farmsim.scenario.tree import parse_tree
from scenario.small_market import GOOD, MarketDay, SmallLibrary, references


def load(path: Path, overrides: Sequence[str] = (), folder: Path | None = None) -> Loaded[MarketDay]:
    library = SmallLibrary(folder)
    return load_scenario(path, overrides, model=MarketDay, references=references, library=library)


def load_text(folder: Path, text: str | bytes, *overrides: str) -> Loaded[MarketDay]:
    """What the small market makes of a file with this text."""
    file = folder / "mine.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(file, overrides, folder)


def complaints(folder: Path, text: str | bytes, *overrides: str) -> list[str]:
    """Code, line and column of each problem."""
    try:
        return [spot(problem) for problem in load_text(folder, text, *overrides).warnings]
    except ScenarioError as error:
        return [spot(problem) for problem in error.problems]


def problems_of(folder: Path, text: str | bytes, *overrides: str) -> tuple[Problem, ...]:
    try:
        return load_text(folder, text, *overrides).warnings
    except ScenarioError as error:
        return error.problems


def good(*changes: tuple[str, str]) -> str:
    """The good file with some of its text replaced."""
    text = GOOD
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def spot(problem: Problem) -> str:
    return f"{problem.code} {problem.line}:{problem.column}"


def tree_of(text: str | bytes) -> tuple[Node | None, list[Problem]]:
    """The tree of a text, without pre-scan, and the problems."""
    problems: list[Problem] = []
    document = decode(text if isinstance(text, bytes) else text.encode(), "mine.yaml", problems)
    return None if document is None else parse_tree(document, problems), problems


def data_of(text: str) -> Plain:
    node, problems = tree_of(text)
    assert node is not None
    assert not problems
    return plain(node)
