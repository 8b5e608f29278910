"""Many variants of one scenario: its files are read once, each variant lays further values over them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from farmsim.errors import Problem
from farmsim.scenario.check import check
from farmsim.scenario.kinds import Either
from farmsim.scenario.load import Files, Findings, composed, digest_of, finished, kind_of_file, read_files
from farmsim.scenario.merge import prune
from farmsim.scenario.nodes import MapNode, Plain
from farmsim.scenario.overrides import Override, lay_on
from farmsim.scenario.traces import KEYS, read_traces

DIGEST_BYTES = 12
"""Of the fingerprint of a variant: among a million, two are alike with a chance of 1e-17."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A valid variant: its data written out, the model made of it, and the fingerprint of all parameters.

    Parameters that are not written down count with their defaults: saying a default changes nothing.
    """

    model: Any
    data: dict[str, Plain]
    digest: str

    @property
    def text(self) -> bytes:
        """The data as JSON."""
        return json.dumps(self.data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


class Variants:
    """A base scenario, which must be valid, and what comes of it when more values are laid over it."""

    def __init__(self, path_or_name: str | Path, overrides: Sequence[str] = ()) -> None:
        """Raises as `load_scenario` does."""
        from farmsim.scenario import catalogue  # noqa: PLC0415 (reads the catalogue)

        found = Findings()
        self._files = read_files(path_or_name, overrides, catalogue, found)
        self.base: Either = finished(self._files, kind_of_file, found)
        self._tree = composed(self._files, [])
        self._kind = kind_of_file(self._tree)

    def variant(self, changes: Sequence[Override], problems: list[Problem]) -> Variant | None:
        """The scenario with some values set; None, with problems added, if it is not valid. No warnings."""
        found: list[Problem] = []
        tree = self._laid_on(changes, found)
        checked = check(tree, *self._kind, found)
        errors = [problem for problem in found if not problem.is_warning]
        problems.extend(errors)
        if checked is None or errors:
            return None
        return Variant(checked.model, checked.data, _fingerprint(checked.model))

    def _laid_on(self, changes: Sequence[Override], problems: list[Problem]) -> MapNode:
        """The base with the changes; where one chooses catalogue entries, all is put together anew."""
        if any(change.concerns_use for change in changes):
            files = Files(
                self._files.layers, [*self._files.given, *changes], self._files.folder, self._files.library
            )
            return composed(files, problems)
        tree = self._tree
        for change in changes:
            tree = lay_on(tree, change, problems)
        pruned = prune(tree)
        assert isinstance(pruned, MapNode), "the root stays a mapping"
        if any(change.path[-1][0] in {*KEYS, "file", "column"} for change in changes):
            return read_traces(pruned, self._files.folder, problems)
        return pruned


def _fingerprint(model: BaseModel) -> str:
    return digest_of(model.model_dump(mode="json", by_alias=True), DIGEST_BYTES)
