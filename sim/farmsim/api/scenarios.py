"""Scenarios as values: loaded with settings, and the problems of a file as a list."""

import datetime as dt
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from farmsim import errors
from farmsim.api.errors import UsageError, problems_text, worded
from farmsim.api.notebook import preformatted, table_html
from farmsim.errors import Problem
from farmsim.scenario.kinds import load_either, network_of

if TYPE_CHECKING:
    from farmsim.scenario.kinds import Either
    from farmsim.scenario.network_schema import NetworkScenario
    from farmsim.scenario.nodes import Plain
    from farmsim.scenario.schema import Scenario as SeasonScenario

Settings: TypeAlias = Mapping[str, object] | Iterable[str]
"""Values by dotted key, or texts KEY=VALUE as the command line takes them."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Scenario:
    """A valid scenario: a season of counties or a supply network."""

    name: str
    """What results and comparisons call it; the name of its file unless another one was given."""
    source: str
    """The file, or the name of a bundled scenario."""
    settings: tuple[str, ...]
    """What was set, as KEY=VALUE."""
    loaded: "Either"
    """What is known of it: the frozen parameters and where each of them comes from."""

    @property
    def kind(self) -> Literal["season", "network"]:
        """What it describes: a season of counties or a supply network."""
        return "season" if network_of(self.loaded) is None else "network"

    @property
    def parameters(self) -> "SeasonScenario | NetworkScenario":
        """All parameters as frozen blocks: `scenario.parameters.horizon_days`."""
        return self.loaded.scenario

    @property
    def data(self) -> "dict[str, Plain]":
        """The file as plain values; what it extends and uses, and what was set, is written out."""
        return self.loaded.data

    @property
    def digest(self) -> str:
        """Its fingerprint: equal for scenarios that say the same."""
        return self.loaded.digest

    @property
    def warnings(self) -> "Problems":
        """What is odd about the file though it can be used."""
        return Problems(self.loaded.warnings)

    def changed(self, set: Settings, *, name: str | None = None) -> "Scenario":  # noqa: A002 (as in `load`)
        """The scenario with more settings, which are laid over those that it has; read anew from its file."""
        return _loaded(self.source, (*self.settings, *setting_texts(set)), name or self.name)

    def __repr__(self) -> str:
        settings = "".join(f", {text}" for text in self.settings)
        return f"<farmsim.Scenario {self.name}: {self.parameters.name}{settings}>"

    def _repr_html_(self) -> str:
        rows = [("kind", self.kind), ("days", f"{self.parameters.horizon_days:g}")]
        rows += [("random seed", str(self.parameters.random_seed))]
        rows += [("replications", str(self.parameters.replications))]
        rows += [("set", text) for text in self.settings]
        rows += [("warning", line) for problem in self.warnings for line in [Problems((problem,)).headline]]
        return table_html(f"{self.name}: {self.parameters.name}", ("", ""), rows)


Source: TypeAlias = "str | os.PathLike[str] | Scenario"
"""A bundled scenario's name, a path, or what `load` gave."""


class Problems(tuple[Problem, ...]):
    """Problems of a scenario file, errors and warnings; str() shows them with line, caret and remedy."""

    __slots__ = ()

    @property
    def is_valid(self) -> bool:
        """Whether the file can be used: there are warnings at most."""
        return all(problem.is_warning for problem in self)

    @property
    def headline(self) -> str:
        """The first line of what str() shows."""
        return str(self).partition("\n")[0]

    def __str__(self) -> str:
        return problems_text(self) or "no problems"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return preformatted(str(self))


def load(source: str | os.PathLike[str], set: Settings = (), *, name: str | None = None) -> Scenario:  # noqa: A002 (the word of the command line)
    """The scenario of a file or of a bundled name, with some values set.

    `set` maps dotted keys to values, `{"channels.taobao.sells.melon.price_per_kg": 12}`, or lists texts
    KEY=VALUE; None as a value removes what is there. `name` is what comparisons call the scenario.

    Raises ScenarioError with every problem of the file, FileError if it cannot be read, UsageError for
    settings that are none.
    """
    if not isinstance(source, str | os.PathLike):
        raise UsageError("not-a-scenario", (("value", repr(source)),))
    return _loaded(os.fspath(source), setting_texts(set), name)


def validate(source: str | os.PathLike[str], set: Settings = ()) -> Problems:  # noqa: A002 (as in `load`)
    """Every problem of a scenario file, none if there is nothing to remark; `is_valid` if it can be used.

    Raises FileError if it cannot be read.
    """
    try:
        return load(source, set).warnings
    except errors.ScenarioError as error:
        return Problems(error.problems)


def scenario_of(source: Source) -> Scenario:
    """The scenario itself, or what is loaded from a path or name."""
    return source if isinstance(source, Scenario) else load(source)


def setting_texts(given: Settings) -> tuple[str, ...]:
    """Settings as texts KEY=VALUE, which the loader reads by the rules of files.

    >>> setting_texts({"grain": "hour", "channels.taobao.reach": 0.5, "desk.order": ["taobao", "trader"]})
    ('grain="hour"', 'channels.taobao.reach=0.5', 'desk.order=["taobao", "trader"]')
    """
    if isinstance(given, Mapping):
        return tuple(f"{_key(key)}={_value_text(key, value)}" for key, value in given.items())
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise UsageError("not-a-setting", (("value", repr(given)),))
    texts = tuple(given)
    for text in texts:
        if not isinstance(text, str) or not text.partition("=")[1] or not text.partition("=")[0].strip():
            raise UsageError("no-equals-sign", (("value", repr(text)),))
    return texts


def distinct_names(scenarios: Sequence[Scenario]) -> list[str]:
    """The names of the scenarios, numbered where they repeat: a, a-2, a-3."""
    names: list[str] = []
    for scenario in scenarios:
        name, number = scenario.name, 1
        while name in names:
            number += 1
            name = f"{scenario.name}-{number}"
        names.append(name)
    return names


def _loaded(source: str, settings: tuple[str, ...], name: str | None) -> Scenario:
    with worded():
        return Scenario(name or _short_name(source), source, settings, load_either(source, settings))


def _short_name(source: str) -> str:
    """The name of a file without folder and ending."""
    path = Path(source)
    return path.stem if path.suffix in (".yaml", ".yml") else path.name or source


def _key(key: object) -> str:
    """A key, which must be a text with something in it and without the sign that ends it."""
    if not isinstance(key, str) or not key.strip() or "=" in key:
        raise UsageError("no-equals-sign", (("value", repr(key)),))
    return key


def _value_text(key: str, value: object) -> str:
    """A value as flow style YAML; a date stands by itself."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    try:
        return json.dumps(value, ensure_ascii=False, default=_plain)
    except (TypeError, ValueError, RecursionError):
        raise UsageError("not-a-value", (("key", key), ("value", repr(value)[:80]))) from None


def _plain(value: object) -> object:
    """A value that JSON does not know as one that it does: numpy's numbers and arrays, tuples, dates."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(type(value).__name__)
