"""What a run of a supply network holds for the Python interface: figures by place, states, looks, tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NoReturn, cast

import numpy as np

from farmsim.api.content import shared_tables
from farmsim.api.errors import UsageError
from farmsim.api.frames import About, Builder, Coded, Table, Values
from farmsim.api.sheets import Part, Sheet, long_table, summary_table
from farmsim.report.network_screen import network_cautions
from farmsim.report.network_words import TOTALS, plain_unit
from farmsim.results.network import TOTAL_METRICS
from farmsim.results.network_catalogue import CATALOGUES
from farmsim.scenario.problems import word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmsim.experiment.network import NetworkResult
    from farmsim.results.network_catalogue import Places
    from farmsim.results.scope import Metric


@dataclass(frozen=True, slots=True)
class NetworkContent:
    """The content of a run of a supply network."""

    run: "NetworkResult"

    described: ClassVar[str] = "a supply network"
    main: ClassVar[tuple[str, ...]] = tuple(TOTALS)
    singular: ClassVar["Mapping[str, str]"] = {
        "sources": "source",
        "stations": "station",
        "lanes": "lane",
        "sites": "site",
        "customers": "group of customers",
    }

    def totals(self) -> Sheet:
        """The metrics of the whole network."""
        names = self.run.outcomes[0].metrics
        values = {name: self.run.values(name) for name in names}
        return Sheet(values, {name: self._about(TOTAL_METRICS[name]) for name in names})

    def group(self, name: str) -> dict[str, Sheet]:
        """The metrics of each place of a kind."""
        kind = cast("Places", name)
        found: dict[str, dict[str, float]] = getattr(self.run.outcomes[0], kind)
        return {
            place: Sheet(
                {metric: self.run.values_of(kind, place, metric) for metric in metrics},
                {metric: self._about(CATALOGUES[kind][metric]) for metric in metrics},
            )
            for place, metrics in found.items()
        }

    def origins(self) -> Sheet:
        """Kilograms by where they came from, the warm-up included."""
        return _kilograms([outcome.entered for outcome in self.run.outcomes])

    def destinations(self) -> Sheet:
        """Kilograms by where they went, the warm-up included."""
        return _kilograms([outcome.destinations for outcome in self.run.outcomes])

    def warnings(self) -> tuple[str, ...]:
        """What to worry about, in English sentences: of the file, then of the numbers."""
        of_numbers = (caution.text() for caution in network_cautions(self.run))
        return (*map(word, self.run.loaded.warnings), *of_numbers)

    def builders(self) -> dict[str, Builder]:
        """Its tables."""
        return {
            **shared_tables(self),
            "places": Builder(
                "a metric of a place: mean, 95 % interval, standard deviation, unit",
                lambda: summary_table("places", self._places(), ("kind", "place")),
            ),
            "place_replications": Builder(
                "a metric of a place in a replication",
                lambda: long_table("place_replications", self._places(), ("kind", "place")),
            ),
            "states": Builder(
                "the share of the time with so many loads at a station; the last is for all beyond",
                self._state_table,
            ),
            "series": Builder(
                "what a look saw of a place, with sample_days in the file", self.series, is_kept=False
            ),
        }

    def daily(self, _replications: Sequence[int]) -> NoReturn:
        """Networks have no counties and channels."""
        raise UsageError("no-season-part", (("name", "daily"),))

    def series(self) -> Table:
        """What the regular looks at the network saw, a row a replication, thing and look."""
        outcomes = self.run.outcomes
        names = [name for name in outcomes[0].series if name != "day"]
        days = self.run.series("day") if names else np.zeros((len(outcomes), 0))
        replications, looks = days.shape
        seen = np.array([[outcome.series[name] for name in names] for outcome in outcomes], dtype=np.float64)
        split = [name.rpartition(".") for name in names]

        def spread(texts: list[str]) -> Coded:
            column = Coded.of(texts)
            return Coded(np.tile(np.repeat(column.codes, looks), replications), column.names)

        columns: dict[str, Values] = {
            "replication": np.repeat(np.arange(replications), len(names) * looks),
            "place": spread([place for place, _, _ in split]),
            "series": spread([what for _, _, what in split]),
            "day": np.repeat(days[:, None, :], len(names), axis=1).reshape(-1),
            "value": seen.reshape(-1),
        }
        about = {
            "day": About("day", "Moment of the look, in days since the start."),
            "value": About("", "In the unit that the name of the series ends in; loads are counted."),
        }
        return Table("series", columns, about)

    def _places(self) -> list[Part]:
        """All places, by kind."""
        return [
            Part((kind, place), sheet) for kind in self.singular for place, sheet in self.group(kind).items()
        ]

    def _state_table(self) -> Table:
        """Shares of the time by station and number of loads."""
        parts = self._states()
        table = summary_table("states", parts, ("station",), item="loads")
        loads = np.array([int(name) for part in parts for name in part.sheet.values], dtype=np.int64)
        return Table("states", {**table.columns, "loads": loads}, table.about)

    def _states(self) -> list[Part]:
        """Of each station, the shares of the time with 0, 1, 2, ... loads; the last is for all beyond."""
        found = []
        for station in self.run.outcomes[0].states:
            rows = [outcome.states[station] for outcome in self.run.outcomes]
            shares = np.zeros((max(map(len, rows)), len(rows)))
            for place, row in enumerate(rows):
                shares[: len(row), place] = row
            values = {str(loads): share for loads, share in enumerate(shares)}
            found.append(Part((station,), Sheet(values, dict.fromkeys(values, About("share")))))
        return found

    def _about(self, metric: "Metric") -> About:
        return About(plain_unit(metric.unit, self.run.loaded.scenario.currency), metric.definition)


def _kilograms(rows: list[dict[str, float]]) -> Sheet:
    names = dict.fromkeys(name for row in rows for name in row)
    values = {name: np.array([row.get(name, 0.0) for row in rows]) for name in names}
    return Sheet(values, dict.fromkeys(names, About("kg")))
