"""The result of a comparison: differences from the baseline with intervals by name, and tables."""

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from farmsim.api.figures import Difference, Named
from farmsim.api.frames import About, Builder, Coded, Framed, Table, Values
from farmsim.api.notebook import table_html
from farmsim.api.results import Result
from farmsim.api.sheets import ABOUT_SPREAD, Part, Sheet, long_table, spread_columns, summary_table
from farmsim.experiment.compare import Comparison as SeasonComparison
from farmsim.report.compare_form import compare_json
from farmsim.report.network_compare import known_everywhere, network_compare_json
from farmsim.report.network_words import plain_unit
from farmsim.report.numbers import interval, signed
from farmsim.results.metrics import METRICS
from farmsim.results.network import TOTAL_METRICS
from farmsim.results.network_catalogue import metric_unit

if TYPE_CHECKING:
    from farmsim.api.scenarios import Scenario
    from farmsim.experiment.network import NetworkResult
    from farmsim.experiment.network_comparison import NetworkComparison
    from farmsim.experiment.paired_precision import PairedStop
    from farmsim.experiment.run import RunResult

Differences: TypeAlias = Named[Difference]


class Comparison(Framed):
    """Scenarios that were played on the same replications. Every number is that of `farmsim compare`.

    `comparison.differences["other"]["household_net_income"]` is how much more the scenario has than the
    baseline, the first; `comparison.runs["other"]` is its own result.
    """

    def __init__(
        self,
        scenarios: "Mapping[str, Scenario]",
        played: "SeasonComparison | NetworkComparison",
        workers: int | None = None,
    ) -> None:
        """`scenarios` by the names they have here, the baseline first."""
        super().__init__()
        self.played = played
        """What came of the runs, as the inner layers tell it."""
        runs: Iterable[RunResult | NetworkResult] = played.runs
        self.runs: Mapping[str, Result] = {
            name: Result(scenario, run, workers)
            for (name, scenario), run in zip(scenarios.items(), runs, strict=True)
        }
        """The result of each scenario."""

    @property
    def names(self) -> tuple[str, ...]:
        """What the scenarios are called, the baseline first."""
        return self.played.names

    @property
    def baseline(self) -> str:
        """The name of the scenario that the others are compared with."""
        return self.played.names[0]

    @property
    def random_seed(self) -> int:
        """The random seed that all were played with."""
        return self.played.random_seed

    @property
    def replications(self) -> int:
        """How many replications of each were played."""
        return self.played.replications

    @property
    def seconds(self) -> float:
        """How long that took, s."""
        return self.played.seconds

    @property
    def stop(self) -> "PairedStop | None":
        """Why there are no more replications, if a precision was asked for: `reason`, `share`, `stages`."""
        return self.played.stop if isinstance(self.played, SeasonComparison) else None

    @cached_property
    def differences(self) -> Named[Differences]:
        """By scenario and metric, how much more it has than the baseline; networks also by PLACE.metric."""
        names = self._metrics
        return Named(
            "scenario",
            {
                name: Named("metric", {metric: self._difference(metric, place) for metric in names})
                for place, name in self._others
            },
        )

    @cached_property
    def parts(self) -> Named[Differences]:
        """Of seasons: the difference of all growers' income, CNY, by its parts (price, volume, ...)."""
        if not isinstance(self.played, SeasonComparison):
            return Named("scenario", {}, "supply networks have no growers whose income could be split")
        return Named(
            "scenario",
            {
                name: Named(
                    "part",
                    {part: Difference.of(one, "CNY") for part, one in self.played.parts(place).items()},
                )
                for place, name in self._others
            },
        )

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What to worry about, in English sentences; A, B, ... are the scenarios in their order."""
        found = json.loads(self.to_json())["warnings"]
        return tuple(
            f"{one['scenario']}: {one['message']}" if one["scenario"] else one["message"] for one in found
        )

    def to_json(self) -> str:
        """The document that `farmsim compare --json` prints, with the settings that all scenarios share."""
        first, *others = [run.scenario.settings for run in self.runs.values()]
        shared = tuple(text for text in first if all(text in settings for settings in others))
        if isinstance(self.played, SeasonComparison):
            return compare_json(self.played, shared)
        return network_compare_json(self.played, shared)

    @property
    def _others(self) -> list[tuple[int, str]]:
        """The scenarios after the baseline, with their places."""
        return list(enumerate(self.names))[1:]

    @cached_property
    def _metrics(self) -> list[str]:
        """The metrics that all scenarios have."""
        return list(METRICS) if isinstance(self.played, SeasonComparison) else known_everywhere(self.played)

    def _about(self, metric: str) -> About:
        if isinstance(self.played, SeasonComparison):
            return About(METRICS[metric].unit, METRICS[metric].definition)
        unit = plain_unit(metric_unit(metric), self.played.runs[0].loaded.scenario.currency)
        return About(unit, TOTAL_METRICS[metric].definition if metric in TOTAL_METRICS else "")

    def _difference(self, metric: str, place: int) -> Difference:
        return Difference.of(self.played.difference(metric, place), self._about(metric).unit)

    def _values(self, metric: str, place: int) -> NDArray[np.float64]:
        """A metric of one scenario by replication."""
        if isinstance(self.played, SeasonComparison):
            return self.played.runs[place].values(metric)
        values = self.played.runs[place].values_named(metric)
        assert values is not None, f"all networks have {metric}"
        return values

    def _builders(self) -> Mapping[str, Builder]:
        builders = {
            "differences": Builder(
                "a metric of a scenario less that of the baseline: mean, 95 % interval, wins, verdict",
                lambda: self._difference_table("differences", self.differences, "metric"),
            ),
            "difference_replications": Builder(
                "a metric of a scenario less that of the baseline in a replication", self._gaps
            ),
            "summary": Builder(
                "a metric of a scenario: mean, 95 % interval, standard deviation, unit",
                lambda: summary_table("summary", self._sheets(self._metrics), ("scenario",)),
            ),
            "replications": Builder(
                "a replication of a scenario, with every metric of the whole as a column", self._wide
            ),
        }
        if isinstance(self.played, SeasonComparison):
            builders["parts"] = Builder(
                "a part of the difference of growers' income from the baseline, CNY",
                lambda: self._difference_table("parts", self.parts, "part"),
            )
        return builders

    def _difference_table(self, name: str, found: Named[Differences], item: str) -> Table:
        rows = [(scenario, key, one) for scenario, each in found.items() for key, one in each.items()]
        every = [one for _, _, one in rows]
        columns: dict[str, Values] = {
            "scenario": Coded.of(scenario for scenario, _, _ in rows),
            item: Coded.of(key for _, key, _ in rows),
            **spread_columns(every),
            "wins": np.array([one.wins for one in every], dtype=np.int64),
            "losses": np.array([one.losses for one in every], dtype=np.int64),
            "verdict": Coded.of(one.verdict for one in every),
            "unit": Coded.of(one.unit for one in every),
        }
        about = {
            "wins": About("", "Replications in which the scenario has more than the baseline."),
            "losses": About("", "Replications in which it has less."),
            "ci95_low": About("", "Lower end of the interval that holds for all scenarios together."),
            "ci95_high": About("", "Upper end of the interval that holds for all scenarios together."),
            "sd": About("", "Standard deviation of the difference of a single pair of replications."),
            "n": About("", "Pairs of replications in which both are known."),
        }
        return Table(name, columns, ABOUT_SPREAD | about)

    def _gaps(self) -> Table:
        about = {metric: self._about(metric) for metric in self._metrics}
        parts = []
        for place, name in self._others:
            gaps = {metric: self._values(metric, place) - self._values(metric, 0) for metric in about}
            parts.append(Part((name,), Sheet(gaps, about)))
        return long_table("difference_replications", parts, ("scenario",))

    def _wide(self) -> Table:
        """One row a scenario and replication, scenarios in their order."""
        metrics = [metric for metric in self._metrics if "." not in metric]
        sheets = self._sheets(metrics)
        count = self.replications
        codes = np.repeat(np.arange(len(sheets), dtype=np.int32), count)
        columns: dict[str, Values] = {
            "scenario": Coded(codes, self.names),
            "replication": np.tile(np.arange(count), len(sheets)),
        }
        for metric in metrics:
            columns[metric] = np.concatenate([part.sheet.values[metric] for part in sheets])
        return Table("replications", columns, sheets[0].sheet.about)

    def _sheets(self, metrics: list[str]) -> list[Part]:
        about = {metric: self._about(metric) for metric in metrics}
        return [
            Part((name,), Sheet({metric: self._values(metric, place) for metric in metrics}, about))
            for place, name in enumerate(self.names)
        ]

    def _title(self) -> str:
        others = ", ".join(name for _, name in self._others)
        pairs = f"{self.replications} paired replications, random seed {self.random_seed}"
        return f"{others} against {self.baseline}: {pairs}"

    def _shown(self) -> list[str]:
        """The metrics that are shown first, those that differ nowhere left out."""
        main = next(iter(self.runs.values())).main_metrics
        return [name for name in main if any(one[name].sd > 0.0 for one in self.differences.values())]

    def __repr__(self) -> str:
        shown = self._shown()[:1]
        found = "".join(
            f"\n {name}: {metric} {self.differences[name][metric]!r}"
            for metric in shown
            for _, name in self._others
        )
        return f"<farmsim.Comparison {self._title()}{found}>"

    def _repr_html_(self) -> str:
        rows = []
        for metric in self._shown():
            for place, name in self._others:
                one = self.differences[name][metric]
                first = metric if place == 1 else ""
                rows.append((first, name, signed(one.mean), interval(*one.ci95), one.unit, one.verdict))
        headings = ("metric", "scenario", "difference", "95 % interval", "unit", "verdict")
        return table_html(self._title(), headings, rows, self.warnings)
