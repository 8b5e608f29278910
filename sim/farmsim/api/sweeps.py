"""The result of a sweep: points with their figures, which are best, indices, and tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.api.errors import UsageError
from farmsim.api.figures import Figure, Named
from farmsim.api.frames import About, Builder, Coded, Framed, Table, Values
from farmsim.api.notebook import table_html
from farmsim.api.sheets import Part, Sheet, summary_table
from farmsim.report.sweeps.form import sweep_json
from farmsim.results.ranking import differences_from, ties_with_best
from farmsim.results.sensitivity import MorrisEffects, SobolIndices, morris_effects, sobol_indices
from farmsim.results.store.reader import open_reader
from farmsim.results.store.rows import STATUSES

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from farmsim.experiment.sweeps.axes import Value
    from farmsim.experiment.sweeps.result import SweepResult
    from farmsim.results.paired import Verdict

Floats = NDArray[np.float64]
SHOWN = 10
"""Points that a notebook shows."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point: what it sets, how often it was played, what came of it."""

    number: int
    """From 1, as on the screens."""
    label: str | None
    parameters: "Mapping[str, Value]"
    replications: int
    failed: int
    metrics: Named[Figure]


class FromBase(NamedTuple):
    """A point less the base, paired by replication, in the unit of the metric."""

    mean: float
    ci95: tuple[float, float]
    """Holds for all points together (Bonferroni)."""
    p_adjusted: float
    """By Holm's method, for all points together."""
    verdict: "Verdict"


class Sweep(Framed):
    """A sweep as it was kept. Every number is that of `farmsim sweep`."""

    def __init__(self, played: "SweepResult") -> None:
        super().__init__()
        self.played = played
        """What the inner layers tell of it."""

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self.played.folder

    @property
    def metric(self) -> str:
        """The metric that it is about."""
        return self.played.aim.metric

    @property
    def random_seed(self) -> int:
        """The random seed of all points."""
        return self.played.about.random_seed

    def values(self, metric: str | None = None) -> Floats:
        """[point, replication] of a metric, NaN where there is no number; without a name of `metric`."""
        name = self.metric if metric is None else metric
        if name not in self.played.metrics:
            raise UsageError("unknown-metric", (("name", name),))
        return self.played.values(name)

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """All points, in the order in which they first come in the design."""
        made = []
        for place, row in enumerate(self.played.points):
            status = self.played.status[place]
            figures = {
                name: Figure.of(self.played.estimate(name, place), unit)
                for name, unit in self.played.metrics.items()
            }
            failed = int((status > 1).sum())
            named = Named("metric", figures)
            made.append(Point(place + 1, row.label, row.parameters, int((status == 1).sum()), failed, named))
        return tuple(made)

    @cached_property
    def ties(self) -> tuple[Point, ...]:
        """The best point, then all that cannot be told from it (Holm), best first."""
        values = self.values()
        if not np.isfinite(values).any():
            return ()
        found = ties_with_best(values, maximise=self.played.aim.maximise)
        sign = -1.0 if self.played.aim.maximise else 1.0
        means = self.played.means(self.metric)
        order = sorted(
            np.flatnonzero(found.tied).tolist(), key=lambda place: (place != found.best, sign * means[place])
        )
        return tuple(self.points[place] for place in order)

    @property
    def best(self) -> Point | None:
        """The point with the best mean; None as long as there is no number."""
        return self.ties[0] if self.ties else None

    @cached_property
    def differences(self) -> tuple[FromBase, ...]:
        """Of each point from the base; empty without a base."""
        base = self.played.aim.base
        if base is None:
            return ()
        found = differences_from(self.values(), base)
        rows = zip(found.mean, found.low, found.high, found.adjusted, found.verdicts, strict=True)
        return tuple(
            FromBase(float(mean), (float(low), float(high)), float(p), verdict)
            for mean, low, high, p, verdict in rows
        )

    @cached_property
    def sobol(self) -> SobolIndices | None:
        """Sobol' indices of `metric` by key, in the order of `keys`; None of other designs."""
        structure = self.played.structure
        if structure.method != "saltelli" or structure.base_points is None:
            return None
        return sobol_indices(self.played.by_row(self.metric), structure.base_points, len(structure.axes))

    @cached_property
    def morris(self) -> MorrisEffects | None:
        """Elementary effects on `metric` by key, in the order of `keys`; None of other designs."""
        structure = self.played.structure
        if structure.method != "morris":
            return None
        return morris_effects(self.played.by_row(self.metric), structure.orders, structure.steps)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that are varied."""
        return tuple(axis.key for axis in self.played.structure.axes)

    def to_json(self) -> str:
        """The document that `farmsim sweep --json` prints."""
        return sweep_json(self.played)

    def to_pandas(self, table: str = "runs") -> "pd.DataFrame":
        """A table as a pandas frame; needs pandas."""
        return super().to_pandas(table)

    def to_polars(self, table: str = "runs") -> "pl.DataFrame":
        """A table as a polars frame; needs polars."""
        return super().to_polars(table)

    def to_arrow(self, table: str = "runs") -> "pa.Table":
        """A table as an Arrow table; needs pyarrow."""
        return super().to_arrow(table)

    def __repr__(self) -> str:
        best = "" if self.best is None else f", best {self._settings(self.best)}"
        runs = int((self.played.status > 0).sum())
        return f"<farmsim.Sweep {self.folder}: {len(self.played.points):,} points, {runs:,} runs{best}>"

    def _repr_html_(self) -> str:
        unit = self.played.metrics[self.metric]
        known = [point for point in self.points if np.isfinite(point.metrics[self.metric].mean)]
        sign = -1.0 if self.played.aim.maximise else 1.0
        ranked = sorted(known, key=lambda point: sign * point.metrics[self.metric].mean)[:SHOWN]
        tied = {point.number for point in self.ties}
        rows = [
            (
                str(one.number),
                self._settings(one),
                *one.metrics[self.metric].cells()[:2],
                "o" * (one.number in tied),
            )
            for one in ranked
        ]
        title = f"{self.played.about.name}: {self.metric}, {unit}"
        return table_html(title, ("point", "settings", "mean", "ci95", "ties with best"), rows)

    def _cells(self, point: Point) -> tuple[str, str]:
        """Mean and interval of the metric as they are shown."""
        mean, between, _unit = point.metrics[self.metric].cells()
        return mean, between

    def _settings(self, point: Point) -> str:
        if point.label is not None:
            return point.label
        return ", ".join(f"{key}={value}" for key, value in point.parameters.items()) or "the scenario"

    def _builders(self) -> Mapping[str, Builder]:
        return {
            "runs": Builder("one run, with its parameters and metrics", self._runs),
            "summary": Builder("one metric of a point: its mean with the interval", self._summary),
            "channels": Builder("one metric of a run by channel", self._channels, is_kept=False),
            "failures": Builder("one run that failed, with the reason", self._failures),
        }

    def _parameters(self, points: NDArray[np.intp]) -> dict[str, Values]:
        """Number, label and parameters of the points of rows."""
        rows = [self.played.points[point] for point in points]
        keys = dict.fromkeys(key for row in self.played.points for key in row.parameters)
        columns: dict[str, Values] = {"point": points + 1, "label": Coded.of(row.label or "" for row in rows)}
        for key in keys:
            values = [row.parameters.get(key) for row in rows]
            columns[key] = _column(values)
        return columns

    def _runs(self) -> Table:
        points, replications = np.nonzero(self.played.status)
        status = self.played.status[points, replications]
        columns = self._parameters(points)
        columns |= {"replication": replications, "status": Coded.of(STATUSES[code] for code in status)}
        columns |= {name: self.played.values(name)[points, replications] for name in self.played.metrics}
        return Table("runs", columns, {name: About(unit) for name, unit in self.played.metrics.items()})

    def _summary(self) -> Table:
        about = {name: About(unit) for name, unit in self.played.metrics.items()}
        parts = [
            Part((str(place + 1),), Sheet({name: self.played.values(name)[place] for name in about}, about))
            for place in range(len(self.played.points))
        ]
        return summary_table("summary", parts, ("point",))

    def _channels(self) -> Table:
        units = dict(self.played.about.part_metrics)
        points, replications = np.nonzero(self.played.status == 1)
        with open_reader(self.folder) as reader:
            blocks = [
                (channel, metric, reader.part_values(metric, channel)[points, replications])
                for metric in units
                for channel in reader.parts
            ]
        count = len(points)
        columns: dict[str, Values] = {
            "point": np.tile(points + 1, len(blocks)),
            "replication": np.tile(replications, len(blocks)),
            "channel": Coded.of(channel for channel, _metric, _values in blocks for _ in range(count)),
            "metric": Coded.of(metric for _channel, metric, _values in blocks for _ in range(count)),
            "value": np.concatenate([values for _c, _m, values in blocks]) if blocks else np.zeros(0),
            "unit": Coded.of(units[metric] for _channel, metric, _values in blocks for _ in range(count)),
        }
        return Table("channels", columns, {"value": About("", "In the unit of the row.")})

    def _failures(self) -> Table:
        rows = self.played.failures
        columns: dict[str, Values] = {
            "point": np.array([row.point + 1 for row in rows], dtype=np.int64),
            "replication": np.array([row.replication for row in rows], dtype=np.int64),
            "status": Coded.of(row.status for row in rows),
            "error": Coded.of(row.error for row in rows),
        }
        return Table("failures", columns, {})


def _column(values: "Sequence[Value | None]") -> Values:
    """A column of parameters: numbers, or texts where not all are."""
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return np.array(values)
    return Coded.of("" if value is None else str(value) for value in values)
