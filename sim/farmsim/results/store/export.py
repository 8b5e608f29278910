"""Export of a result store: its points, summaries, channels and failures as tables for other programs."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from farmsim.errors import UsageError
from farmsim.results.columns import has_parquet
from farmsim.results.estimates import estimate
from farmsim.results.store.export_files import Cell, Form, Kind, Table, write_file
from farmsim.results.store.meta import as_json
from farmsim.results.store.reader import StoreReader
from farmsim.results.store.rows import PointRow, RunRow, Value

_ABOUT: Final = ("kind", "name", "scenario_digest", "random_seed", "versions", "command", "begun")
_LARGEST: Final = 2**63 - 1


def export(reader: StoreReader, target: Path, form: Form) -> list[Path]:
    """Write the tables of a store; the paths written.

    A `target` with the ending of the form is the file of table `points`; any other is a folder, which gets

    * `points`: a row for each run with its parameters and metrics,
    * `summary`: a row for each point: how many runs are ok and not, and for each metric how many values are
      known, their mean, half the width of its 95 % interval (Student's t) and their standard deviation,
    * `parts`, if metrics are kept by channel: a row for each run, channel and metric,
    * `failures`: a row for each run that is not ok.

    All are of one moment. Raises UsageError for Parquet without pyarrow, FileError for a file that cannot be
    written.
    """
    if form == "parquet" and not has_parquet():
        raise UsageError("no-parquet")
    about = as_json({name: getattr(reader.about, name) for name in _ABOUT})
    with reader.snapshot():
        points = list(reader.points)
        if target.suffix.lower() == f".{form}":
            write_file(_points(reader, points), target, form, about)
            return [target]
        tables = [_points(reader, points), _summary(reader, points), _failures(reader, points)]
        if reader.about.part_metrics:
            tables.insert(2, _parts(reader))
        paths = [target / f"{table.name}.{form}" for table in tables]
        for table, path in zip(tables, paths, strict=True):
            write_file(table, path, form, about)
    return paths


def _points(reader: StoreReader, points: Sequence[PointRow]) -> Table:
    """A row for each run."""
    parameters = _parameters(points)

    def rows() -> Iterator[tuple[Cell, ...]]:
        unknown = (None,) * len(reader.about.metrics)
        for run in reader.rows(parts=False, series=False):
            point = points[run.point]
            values = _values(point, parameters)
            yield run.point, point.label, *values, run.replication, run.status, *(run.metrics or unknown)

    columns: list[tuple[str, Kind]] = [("point", "integer"), ("label", "text"), *parameters]
    columns += [("replication", "integer"), ("status", "text")]
    columns += [(name, "number") for name, _unit in reader.about.metrics]
    return Table("points", _distinct(columns), rows())


def _summary(reader: StoreReader, points: Sequence[PointRow]) -> Table:
    """A row for each point, also for those without runs."""
    parameters = _parameters(points)

    def rows() -> Iterator[tuple[Cell, ...]]:
        runs = itertools.groupby(reader.rows(parts=False, series=False), lambda run: run.point)
        number, of_point = next(runs, (len(points), iter(())))
        for place, point in enumerate(points):
            found: list[RunRow] = []
            if number == place:
                found = list(of_point)
                number, of_point = next(runs, (len(points), iter(())))
            ok = [run.metrics for run in found if run.status == "ok"]
            counts = (len(ok), len(found) - len(ok))
            yield place, point.label, *_values(point, parameters), *counts, *_estimates(ok, metrics)

    metrics = len(reader.about.metrics)
    columns: list[tuple[str, Kind]] = [("point", "integer"), ("label", "text"), *parameters]
    columns += [("ok", "integer"), ("not_ok", "integer")]
    for name, _unit in reader.about.metrics:
        columns += [(f"{name}_n", "integer"), (f"{name}_mean", "number")]
        columns += [(f"{name}_half_width", "number"), (f"{name}_sd", "number")]
    return Table("summary", _distinct(columns), rows())


def _parts(reader: StoreReader) -> Table:
    """A row for each run, channel and metric of channels."""
    names = [name for name, _unit in reader.about.part_metrics]

    def rows() -> Iterator[tuple[Cell, ...]]:
        for run in reader.rows(series=False):
            for part, values in run.parts:
                for name, value in zip(names, values, strict=True):
                    yield run.point, run.replication, part, name, value

    columns: tuple[tuple[str, Kind], ...] = (
        *(("point", "integer"), ("replication", "integer"), ("channel", "text")),
        *(("metric", "text"), ("value", "number")),
    )
    return Table("parts", columns, rows())


def _failures(reader: StoreReader, points: Sequence[PointRow]) -> Table:
    """A row for each run that is not ok."""
    columns: tuple[tuple[str, Kind], ...] = (
        *(("point", "integer"), ("label", "text"), ("replication", "integer")),
        *(("status", "text"), ("error", "text"), ("seconds", "number")),
    )
    rows = (
        (run.point, points[run.point].label, run.replication, run.status, run.error, run.seconds)
        for run in reader.rows(parts=False, series=False)
        if run.status != "ok"
    )
    return Table("failures", columns, rows)


def _estimates(runs: Sequence[tuple[float, ...]], metrics: int) -> Iterator[Cell]:
    """For each metric how many values are known, their mean, half width and standard deviation."""
    table = np.array(runs, dtype=np.float64).reshape(len(runs), metrics)
    for place in range(metrics):
        with np.errstate(invalid="ignore", over="ignore"):  # an infinite value has no deviation
            found = estimate(table[:, place])
        yield from (found.n, found.mean, found.half_width, found.sd)


def _parameters(points: Sequence[PointRow]) -> list[tuple[str, Kind]]:
    """Every parameter that any point sets, in the order of points, with the kind that holds all values."""
    kinds: dict[str, set[Kind]] = {}
    for point in points:
        for name, value in point.parameters.items():
            kinds.setdefault(name, set()).add(_kind(value))
    return [(name, _common(found)) for name, found in kinds.items()]


def _kind(value: Value) -> Kind:
    match value:
        case bool():
            return "truth"
        case int():
            return "integer" if abs(value) <= _LARGEST else "text"
        case float():
            return "number"
        case _:
            return "text"


def _common(kinds: set[Kind]) -> Kind:
    if len(kinds) == 1:
        return next(iter(kinds))
    return "number" if kinds == {"integer", "number"} else "text"


def _values(point: PointRow, parameters: Sequence[tuple[str, Kind]]) -> list[Cell]:
    """The cells of a point's parameters; those that it does not set are empty."""
    return [point.parameters.get(name) for name, _kind in parameters]


def _distinct(columns: Sequence[tuple[str, Kind]]) -> tuple[tuple[str, Kind], ...]:
    """Columns of which no two have the same name: later ones are numbered."""
    taken: set[str] = set()
    found: list[tuple[str, Kind]] = []
    for name, kind in columns:
        numbered = itertools.chain([name], (f"{name} ({count})" for count in itertools.count(2)))
        free = next(candidate for candidate in numbered if candidate not in taken)
        taken.add(free)
        found.append((free, kind))
    return tuple(found)
