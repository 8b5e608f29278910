"""A sweep as it is read back from its store: points, numbers by point and replication, what was asked."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from farmsim.experiment.sweeps.axes import Axis, Listed, Span, Value
from farmsim.experiment.sweeps.plan import Aim
from farmsim.results.estimates import Estimate, estimate
from farmsim.results.store.reader import open_reader
from farmsim.results.store.rows import About, PointRow, RunRow
from farmsim.scenario.nodes import Plain

Floats = NDArray[np.float64]


class Structure(NamedTuple):
    """What an analysis needs of the design beside its rows."""

    method: str
    """As the sweep file calls it: grid, zip, cases, one-at-a-time, factorial, ... , saltelli, morris."""
    axes: tuple[Axis, ...]
    base_points: int | None
    orders: tuple[tuple[int, ...], ...]
    steps: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class SweepResult:
    """What there is of a sweep; `rows` are the places of the points in the order of the design."""

    folder: Path
    about: About
    points: tuple[PointRow, ...]
    rows: tuple[int, ...]
    structure: Structure
    aim: Aim
    status: NDArray[np.uint8]
    """[point, replication]: 0 no row, 1 ok, 2 failed, 3 crashed."""
    failures: tuple[RunRow, ...]
    seconds: float
    """Of all runs together."""
    _values: dict[str, Floats] = field(default_factory=dict, repr=False)

    @property
    def metrics(self) -> dict[str, str]:
        """Metrics that were kept, with their units."""
        return dict(self.about.metrics)

    @property
    def replications(self) -> NDArray[np.intp]:
        """Runs with numbers, [point]."""
        counts: NDArray[np.intp] = np.count_nonzero(self.status == 1, axis=1)
        return counts

    def values(self, metric: str) -> Floats:
        """[point, replication], NaN where there is no number."""
        if metric not in self._values:
            with open_reader(self.folder) as reader:
                self._values[metric] = reader.values(metric)
        return self._values[metric]

    def estimate(self, metric: str, point: int) -> Estimate:
        """Mean of a metric at a point, with its 95 % t interval."""
        return estimate(self.values(metric)[point])

    def means(self, metric: str) -> Floats:
        """[point]: mean over replications, NaN where there is none."""
        values = self.values(metric)
        known = np.count_nonzero(~np.isnan(values), axis=1)
        sums = np.nansum(values, axis=1)
        return np.where(known > 0, sums / np.maximum(known, 1), np.nan)

    def by_row(self, metric: str) -> Floats:
        """[row of the design, replication]."""
        return self.values(metric)[list(self.rows)]

    def parameter(self, point: int, key: str) -> Value | None:
        """What a point sets a key to; None where it leaves the scenario's own value."""
        return self.points[point].parameters.get(key)

    def name_of(self, point: int) -> str:
        """A point by its label, or by what it sets."""
        row = self.points[point]
        if row.label is not None:
            return row.label
        return ", ".join(f"{key}={value}" for key, value in row.parameters.items())


def read_result(folder: Path, aim: Aim | None = None) -> SweepResult:
    """The sweep in a folder, as far as it is; raises FileError. With `aim` something else is asked of it."""
    with open_reader(folder) as reader:
        about = reader.about
        told = reader.recall("aim") or about.sweep["aim"]
        assert isinstance(told, dict), "an aim is a mapping"
        seconds = reader.seconds()
        return SweepResult(
            folder=folder,
            about=about,
            points=tuple(reader.points),
            rows=tuple(reader.design),
            structure=_structure(about.sweep),
            aim=aim or Aim(**cast("dict[str, Any]", told)),
            status=reader.finished(),
            failures=tuple(reader.failures()),
            seconds=float(np.nansum(seconds)),
        )


def _structure(sweep: dict[str, Plain]) -> Structure:
    """The design as the store remembers it."""
    told = cast("dict[str, Any]", sweep)
    return Structure(
        told["method"],
        tuple(_axis(axis) for axis in told["axes"]),
        told["base_points"],
        tuple(tuple(order) for order in told["orders"]),
        tuple(tuple(steps) for steps in told["steps"]),
    )


def _axis(form: dict[str, Any]) -> Axis:
    """An axis from plain values."""
    if "values" in form:
        return Listed(form["key"], tuple(form["values"]))
    return Span(**form)
