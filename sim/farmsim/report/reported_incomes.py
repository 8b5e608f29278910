"""Net incomes per mu that were reported of a county's produce: figures of the catalogue, not computed."""

from typing import TYPE_CHECKING, NamedTuple

from farmsim.report.messages import mark
from farmsim.scenario.catalogue import DomainRow, domain_row
from farmsim.scenario.provenance import figure_keys

if TYPE_CHECKING:
    from farmsim.scenario.load import Loaded
    from farmsim.scenario.schema import Scenario

MIDDLE = ".income_per_mu."
LABELS = {
    "bachu.income_per_mu.before": mark("before the programme"),
    "bachu.income_per_mu.after": mark("with the programme"),
    "bachu.income_per_mu.cotton_alternative": mark("cotton, the alternative"),
    "bachu.income_per_mu.unmanaged_2017": mark("untrained grower"),
    "bachu.income_per_mu.jiashi_melon": mark("melons of Jiashi county"),
}
"""What the screen calls a figure; one that is not here goes by its key."""


class Level(NamedTuple):
    """A reported income per mu: which figure, and whether its value or an end of its range."""

    value: float
    row: DomainRow
    part: str
    """`value`, `low` or `high`."""


def reported_rows(loaded: "Loaded[Scenario]") -> list[DomainRow]:
    """Figures of the places that the growers of a single county cite; none for a scenario of several."""
    if len(loaded.scenario.counties) > 1:
        return []
    cited = {
        part.strip().split(".")[0]
        for one in loaded.provenance
        if one.source and ".growers." in one.path
        for part in one.source.replace(",", ";").split(";")
    }
    keys = [key for key in figure_keys() if MIDDLE in key and key.split(".")[0] in cited]
    return [row for key in keys if (row := domain_row(key)) is not None]


def reported_levels(rows: list[DomainRow]) -> list[Level]:
    """Their values in order; of the one that is quoted (with a programme) the range too."""
    levels = []
    for row in rows:
        parts = ("low", "value", "high") if row.key.endswith(".after") else ("value",)
        levels += [
            Level(value, row, part) for part in parts if isinstance(value := getattr(row, part), float)
        ]
    return sorted(levels, key=lambda level: level.value)
