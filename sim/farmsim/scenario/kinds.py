"""Which kind of scenario a file describes, for commands that take both or only one."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

from farmsim.errors import UsageError
from farmsim.scenario.load import Loaded, load_scenario
from farmsim.scenario.network_schema import NetworkScenario

if TYPE_CHECKING:
    from farmsim.scenario.schema import Scenario

Either: TypeAlias = "Loaded[Scenario] | Loaded[NetworkScenario]"


def load_either(path_or_name: str | Path, overrides: Sequence[str] = ()) -> Either:
    """The scenario, whether it describes a season of counties or a supply network."""
    return cast("Either", load_scenario(path_or_name, overrides))


def load_season(path_or_name: str | Path, overrides: Sequence[str] = ()) -> "Loaded[Scenario]":
    """The scenario of a season of counties; a supply network is refused."""
    return season_of(load_either(path_or_name, overrides), str(path_or_name))


def season_of(loaded: Either, source: str) -> "Loaded[Scenario]":
    """What was loaded from `source`, which must be a season of counties."""
    if isinstance(loaded.scenario, NetworkScenario):
        raise UsageError("needs-season", (("name", source),))
    return loaded


def network_of(loaded: Either) -> "Loaded[NetworkScenario] | None":
    """What was loaded, if it describes a supply network."""
    is_network = isinstance(loaded.scenario, NetworkScenario)
    return cast("Loaded[NetworkScenario]", loaded) if is_network else None
