"""What a run of a season of counties holds for the Python interface: figures by part, weeks, days, tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

import numpy as np

from farmsim.api.content import part_tables, shared_tables
from farmsim.api.daily import daily_table
from farmsim.api.frames import About, Builder, Coded, Table, Values
from farmsim.api.sheets import Sheet
from farmsim.report.cautions import cautions
from farmsim.results.metrics import METRICS, Metric
from farmsim.results.provinces import PROVINCE_METRICS
from farmsim.scenario.problems import word

if TYPE_CHECKING:
    from farmsim.experiment.run import RunResult
    from farmsim.experiment.run import Table as Division


@dataclass(frozen=True, slots=True)
class SeasonContent:
    """The content of a run of a season."""

    run: "RunResult"
    workers: int | None

    described: ClassVar[str] = "a season of counties"
    main: ClassVar[tuple[str, ...]] = (
        "household_net_income",
        "households_above_line_share",
        "grower_price_per_kg",
        "harvested_kg",
        "sold_kg",
        "lost_share",
        "fill_rate",
        "public_cost",
    )
    singular: ClassVar[Mapping[str, str]] = {
        "channels": "channel",
        "counties": "county",
        "provinces": "province",
        "kinds": "kind",
        "operators": "operator",
    }

    def totals(self) -> Sheet:
        """The metrics of the whole run."""
        names = self.run.outcomes[0].metrics
        values = {name: self.run.values(name) for name in names}
        return Sheet(values, {name: _about(METRICS, name) for name in names})

    def group(self, name: str) -> dict[str, Sheet]:
        """The metrics of each channel, county, buyers' province or kind of produce; accounts of operators."""
        if name == "operators":
            return self._operators()
        division = cast("Division", name)
        found: dict[str, dict[str, float]] = getattr(self.run.outcomes[0], division)
        catalogue = PROVINCE_METRICS if division == "provinces" else METRICS
        return {
            part: Sheet(
                {metric: self.run.values_of(division, part, metric) for metric in metrics},
                {metric: _about(catalogue, metric) for metric in metrics},
            )
            for part, metrics in found.items()
        }

    def destinations(self) -> Sheet:
        """Kilograms that were not sold, by what became of them."""
        names = self.run.outcomes[0].destinations
        values = {
            name: np.array([o.destinations.get(name, 0.0) for o in self.run.outcomes]) for name in names
        }
        return Sheet(values, dict.fromkeys(names, About("kg")))

    def origins(self) -> Sheet:
        """Where the kilograms came from: all of them were harvested."""
        return Sheet(
            {"harvested": np.array([o.kg_in for o in self.run.outcomes])}, {"harvested": About("kg")}
        )

    def warnings(self) -> tuple[str, ...]:
        """What to worry about, in English sentences: of the file, then of the numbers."""
        of_numbers = (caution.text() for caution in cautions(self.run, "en"))
        return (*map(word, self.run.loaded.warnings), *of_numbers)

    def builders(self) -> dict[str, Builder]:
        """Its tables."""
        return {
            **shared_tables(self),
            **part_tables(self),
            "weekly": Builder(
                "kilograms that a channel sold, or that were harvested or lost, in a week", self.weekly
            ),
            "daily": Builder(
                "a day, county and channel of a replication, which are played again for it",
                partial(self.daily, range(len(self.run.outcomes))),
                is_kept=False,
            ),
        }

    def daily(self, replications: Sequence[int]) -> Table:
        """The daily table of some replications."""
        return daily_table(self.run, replications, self.workers)

    def weekly(self) -> Table:
        """Kilograms by week: what each channel sold, and what was harvested and lost."""
        outcomes = self.run.outcomes
        items = list(outcomes[0].weekly)
        kg = np.array([[outcome.weekly[item] for item in items] for outcome in outcomes], dtype=np.float64)
        replications, _, weeks = kg.shape
        codes = np.tile(np.repeat(np.arange(len(items), dtype=np.int32), weeks), replications)
        columns: dict[str, Values] = {
            "replication": np.repeat(np.arange(replications), len(items) * weeks),
            "item": Coded(codes, tuple(items)),
            "week": np.tile(np.arange(weeks), replications * len(items)),
            "kg": kg.reshape(-1),
        }
        about = {
            "item": About("", 'A channel, for what it sold; or "harvested" or "lost".'),
            "week": About("", "Week of the run, from 0."),
            "kg": About("kg"),
        }
        return Table("weekly", columns, about)

    def _operators(self) -> dict[str, Sheet]:
        """The own account of each contract buyer."""
        outcomes = self.run.outcomes
        return {
            buyer: Sheet(
                {item: np.array([o.operators[buyer][item] for o in outcomes]) for item in items},
                {item: About("kg" if item.endswith("_kg") else "CNY") for item in items},
            )
            for buyer, items in outcomes[0].operators.items()
        }


def _about(catalogue: Mapping[str, Metric], name: str) -> About:
    return About(catalogue[name].unit, catalogue[name].definition) if name in catalogue else About()
