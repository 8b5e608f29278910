"""Figures by replication, of a whole run or of its parts, and the tables that are made of them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.api.figures import Difference, Figure, Named
from farmsim.api.frames import About, Coded, Table, Values
from farmsim.results.estimates import estimate

Floats = NDArray[np.float64]


class Sheet(NamedTuple):
    """Figures by name: one value a replication, and what each is about."""

    values: Mapping[str, Floats]
    about: Mapping[str, About]

    def unit(self, name: str) -> str:
        """The unit of a figure."""
        return self.about[name].unit

    def figures(self, what: str = "metric") -> Named[Figure]:
        """Means with their intervals."""
        return Named(what, {name: self.figure(name) for name in self.values})

    def figure(self, name: str) -> Figure:
        """The mean of one of them with its interval."""
        return Figure.of(estimate(self.values[name]), self.unit(name))


class Part(NamedTuple):
    """A part of a run, by the labels that name it in the first columns of a table, and its figures."""

    labels: tuple[str, ...]
    sheet: Sheet


SPREAD = ("mean", "ci95_low", "ci95_high", "sd", "n")
"""The columns of an estimate."""
ABOUT_SPREAD = {
    "mean": About("", "Mean over replications, in the unit of the row."),
    "ci95_low": About("", "Lower end of the 95 % Student t interval of the mean."),
    "ci95_high": About("", "Upper end of the 95 % Student t interval of the mean."),
    "sd": About("", "Standard deviation of a single replication."),
    "n": About("", "Replications in which it is known."),
}


def wide_table(name: str, sheet: Sheet) -> Table:
    """One row a replication, one column a figure."""
    count = len(next(iter(sheet.values.values()), ()))
    columns: dict[str, Values] = {"replication": np.arange(count), **sheet.values}
    return Table(name, columns, sheet.about)


def summary_table(
    name: str, parts: Sequence[Part], headings: tuple[str, ...] = (), item: str = "metric"
) -> Table:
    """One row a figure of a part: its mean with the interval, and its unit."""
    rows = [(part, figure) for part in parts for figure in part.sheet.values]
    found = [part.sheet.figure(figure) for part, figure in rows]
    columns: dict[str, Values] = {
        **_labelled([part for part, _ in rows], headings),
        item: Coded.of(figure for _, figure in rows),
        **spread_columns(found),
        "unit": Coded.of(one.unit for one in found),
    }
    return Table(name, columns, ABOUT_SPREAD)


def long_table(
    name: str,
    parts: Sequence[Part],
    headings: tuple[str, ...] = (),
    *,
    item: str = "metric",
) -> Table:
    """One row a replication and figure of a part, replications in order; the row tells the unit."""
    rows = [(part, figure) for part in parts for figure in part.sheet.values]
    values = np.array([part.sheet.values[figure] for part, figure in rows], dtype=np.float64)
    count = values.shape[1] if rows else 0

    def repeated(column: Coded) -> Coded:
        return Coded(np.tile(column.codes, count), column.names)

    labelled = _labelled([part for part, _ in rows], headings)
    columns: dict[str, Values] = {
        "replication": np.repeat(np.arange(count), len(rows)),
        **{heading: repeated(column) for heading, column in labelled.items()},
        item: repeated(Coded.of(figure for _, figure in rows)),
        "value": values.T.reshape(-1),
        "unit": repeated(Coded.of(part.sheet.unit(figure) for part, figure in rows)),
    }
    return Table(name, columns, {"value": About("", "In the unit of the row.")})


def spread_columns(found: Sequence[Figure | Difference]) -> dict[str, Values]:
    """The columns of estimates."""
    numbers = [(one.mean, *one.ci95, one.sd) for one in found]
    matrix = np.array(numbers, dtype=np.float64).reshape(len(found), 4)
    spread: dict[str, Values] = dict(zip(SPREAD, matrix.T, strict=False))
    return {**spread, "n": np.array([one.n for one in found], dtype=np.int64)}


def _labelled(parts: Sequence[Part], headings: tuple[str, ...]) -> dict[str, Coded]:
    return {heading: Coded.of(part.labels[place] for part in parts) for place, heading in enumerate(headings)}
