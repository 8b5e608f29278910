"""The result of a run: figures with intervals by name, and tables."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from farmsim.api.arguments import checked_replications, known_name
from farmsim.api.figures import Figure, Named
from farmsim.api.frames import Builder, Framed, Table
from farmsim.api.networks import NetworkContent
from farmsim.api.notebook import table_html
from farmsim.api.seasons import SeasonContent
from farmsim.experiment.network import NetworkResult
from farmsim.experiment.run import RunResult

if TYPE_CHECKING:
    from farmsim.api.content import Content
    from farmsim.api.scenarios import Scenario
    from farmsim.experiment.precision import Stop

Figures: TypeAlias = Named[Figure]


class Result(Framed):
    """All replications of a scenario. Every number is that of `farmsim run`.

    Figures are looked up by name, `result.metrics["sold_kg"].mean`; tables are for pandas, polars or Arrow,
    `result.to_pandas("channels")`.
    """

    def __init__(
        self, scenario: "Scenario", played: RunResult | NetworkResult, workers: int | None = None
    ) -> None:
        """`workers` play again what is needed for daily tables."""
        super().__init__()
        self.scenario = scenario
        self.played = played
        """What came of each replication, as the inner layers tell it."""
        self._content: Content = (
            SeasonContent(played, workers) if isinstance(played, RunResult) else NetworkContent(played)
        )
        self._groups: dict[str, Named[Figures]] = {}

    @property
    def random_seed(self) -> int:
        """The random seed it was played with."""
        return self.played.random_seed

    @property
    def replications(self) -> int:
        """How many replications were played."""
        return len(self.played.outcomes)

    @property
    def seconds(self) -> float:
        """How long that took, s."""
        return self.played.seconds

    @property
    def stop(self) -> "Stop | None":
        """Why there are no more replications, if a precision was asked for: `reason`, `share`, `stages`."""
        return self.played.stop

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What to worry about, in English sentences: of the file, then of the numbers."""
        return self._content.warnings()

    @cached_property
    def metrics(self) -> Figures:
        """The metrics of the whole; `farmsim explain NAME` tells what one means."""
        return self._content.totals().figures()

    def values(self, metric: str) -> NDArray[np.float64]:
        """A metric of the whole by replication, in its unit; UsageError if there is none such."""
        values = self._content.totals().values
        return np.array(values[known_name(metric, values)])

    @property
    def channels(self) -> Named[Figures]:
        """Of a season: the metrics of each channel."""
        return self._group("channels")

    @property
    def counties(self) -> Named[Figures]:
        """Of a season: the metrics of each county; none where there is only one."""
        return self._group("counties")

    @property
    def provinces(self) -> Named[Figures]:
        """Of a season: what consumers of each province ordered and got."""
        return self._group("provinces")

    @property
    def kinds(self) -> Named[Figures]:
        """Of a season: the metrics of each kind of produce; products without one are left out."""
        return self._group("kinds")

    @property
    def operators(self) -> Named[Figures]:
        """Of a season: the own account of each contract buyer, kg and CNY."""
        return self._group("operators")

    @property
    def sources(self) -> Named[Figures]:
        """Of a supply network: the metrics of each source."""
        return self._group("sources")

    @property
    def stations(self) -> Named[Figures]:
        """Of a supply network: the metrics of each station."""
        return self._group("stations")

    @property
    def lanes(self) -> Named[Figures]:
        """Of a supply network: the metrics of each lane."""
        return self._group("lanes")

    @property
    def sites(self) -> Named[Figures]:
        """Of a supply network: the metrics of each site."""
        return self._group("sites")

    @property
    def customers(self) -> Named[Figures]:
        """Of a supply network: the metrics of each group of customers."""
        return self._group("customers")

    @cached_property
    def origins(self) -> Figures:
        """Where the kilograms came from, kg."""
        return self._content.origins().figures("origin")

    @cached_property
    def destinations(self) -> Figures:
        """Of a season what became of the kilograms that were not sold, of a network where all went, kg."""
        return self._content.destinations().figures("destination")

    def daily(self, replications: int | Iterable[int] | None = None) -> Table:
        """Of a season: what was ordered, sold and paid by replication, day, county and channel.

        The replications (all, the first so many, or those that are named) are played again for it, since a
        run depends on scenario and replication alone; the table is not kept here. Raises UsageError for a
        supply network and for replications that were not played.
        """
        return self._content.daily(checked_replications(replications, self.replications))

    def to_json(self) -> str:
        """The document that `farmsim run --json` prints."""
        settings = self.scenario.settings
        if isinstance(self.played, RunResult):
            from farmsim.report.json_form import run_json  # noqa: PLC0415 (only here)

            return run_json(self.played, settings)
        from farmsim.report.network_form import network_json  # noqa: PLC0415

        return network_json(self.played, settings)

    def _builders(self) -> Mapping[str, Builder]:
        return self._content.builders()

    def _group(self, name: str) -> Named[Figures]:
        if name not in self._groups:
            one = self._content.singular.get(name)
            none = f"{self._content.described} has no {name}" if one is None else ""
            sheets = {} if one is None else self._content.group(name)
            found = {part: sheet.figures() for part, sheet in sheets.items()}
            self._groups[name] = Named(one or name, found, none)
        return self._groups[name]

    @property
    def main_metrics(self) -> list[str]:
        """The metrics that are shown first, those that are not known left out."""
        return [name for name in self._content.main if not np.isnan(self.metrics[name].mean)]

    def __repr__(self) -> str:
        first = self.main_metrics[0]
        about = f"{self.scenario.name}: {self.replications} replications, random seed {self.random_seed}"
        return f"<farmsim.Result {about}\n {first} {self.metrics[first]!r}>"

    def _repr_html_(self) -> str:
        title = f"{self.scenario.name}: {self.replications} replications, random seed {self.random_seed}"
        rows = [(name, *self.metrics[name].cells()) for name in self.main_metrics]
        return table_html(title, ("metric", "mean", "95 % interval", "unit"), rows, self.warnings)
