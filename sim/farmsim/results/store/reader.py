"""Reading a result store, also while another process writes it.

Tables of values are arrays [point, replication] with as many replications as any point has so far. Between
two calls the writer may have added rows; inside `snapshot` all calls see the same ones.
"""

import contextlib
import hashlib
import itertools
import json
import math
import operator
import sqlite3
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from farmsim.results.store.faults import faults_of
from farmsim.results.store.meta import as_json, point_row, read_about
from farmsim.results.store.rows import STATUSES, PointRow, RunRow
from farmsim.results.store.schema import (
    NAME,
    REPLICATIONS,
    connect_to_read,
    require_ours,
    require_store,
    run_number,
)
from farmsim.scenario.nodes import Plain

Floats = NDArray[np.float64]
_BLOCK = 8192
"""Rows that are turned into an array at once."""


def open_reader(folder: Path) -> "StoreReader":
    """The store in `folder`, for reading.

    Raises FileError if there is none, or it is foreign, newer, damaged or not to be read.
    """
    path = folder / NAME
    with faults_of(path):
        require_store(path)
        return StoreReader(path, connect_to_read(path))


class StoreReader:
    """What a sweep is about, its points, and what came of its runs. A context that closes itself.

    Every method raises FileError if the file turns out to be damaged or cannot be read.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._points: list[PointRow] = []
        try:
            with faults_of(path):
                require_ours(path, connection)
                self.about = read_about(connection, path)
        except BaseException:
            connection.close()
            raise
        self._places = {name: place for place, (name, _unit) in enumerate(self.about.metrics)}
        self._part_places = {name: place for place, (name, _unit) in enumerate(self.about.part_metrics)}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; once is enough."""
        with faults_of(self.path):
            self._connection.close()

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read inside belongs to one moment. Nothing can be written inside."""
        with faults_of(self.path):
            self._connection.execute("BEGIN")
        try:
            yield
        finally:
            if self._connection.in_transaction:
                with faults_of(self.path):
                    self._connection.execute("COMMIT")

    @property
    def points(self) -> list[PointRow]:
        """The points so far, in order."""
        sql = "SELECT key, label, parameters FROM point WHERE point >= ? ORDER BY point"
        with faults_of(self.path):
            self._points += [point_row(*row) for row in self._select(sql, (len(self._points),))]
        return self._points

    @property
    def design(self) -> list[int]:
        """For each row of the experimental design the place of its point."""
        return [point for (point,) in self._select("SELECT point FROM design ORDER BY place")]

    @property
    def parts(self) -> tuple[str, ...]:
        """Ids of the channels that any run has values of, sorted."""
        return tuple(name for (name,) in self._select("SELECT name FROM part ORDER BY name"))

    def finished(self) -> NDArray[np.uint8]:
        """How each run ended, [point, replication]: 0 not yet, 1 ok, 2 failed, 3 crashed (`STATUSES`)."""
        codes = self._grid("status")
        return np.where(np.isnan(codes), 0.0, codes).astype(np.uint8)

    def seconds(self) -> Floats:
        """How long each run took, [point, replication]; NaN where there is none."""
        return self._grid("seconds")

    def values(self, metric: str) -> Floats:
        """A metric, [point, replication], in its unit; NaN where it is unknown or there is no ok run.

        Raises KeyError if the store has no such metric.
        """
        return self._grid(f"m{self._places[metric]}")

    def all_values(self) -> Floats:
        """All metrics in the order of `about.metrics`, [metric, point, replication]."""
        return self._grids([f"m{place}" for place in range(len(self.about.metrics))])

    def part_values(self, metric: str, part: str) -> Floats:
        """A metric of one channel, [point, replication]; KeyError if the store has no such part metric."""
        column = f"run_part.m{self._part_places[metric]}"
        sql = (
            f"SELECT run.run, {column} FROM run LEFT JOIN run_part"  # noqa: S608 (a column of ours)
            " ON run_part.run = run.run AND part = (SELECT part FROM part WHERE name = ?)"
        )
        table: Floats = self._filled(sql, (part,), 1)[0]
        return table

    def failures(self) -> list[RunRow]:
        """The runs that are not ok, in order."""
        return list(self._complete("WHERE status > 1", (), parts=False, series=False))

    def run(self, point: int, replication: int) -> RunRow | None:
        """One run with all that was kept of it, or None if it is not there."""
        number = (run_number(point, replication),)
        return next(iter(list(self._complete("WHERE run = ?", number, parts=True, series=True))), None)

    def rows(self, *, parts: bool = True, series: bool = True) -> Iterator[RunRow]:
        """All runs in the order of points and replications, one at a time, of one moment."""
        return self._complete("", (), parts=parts, series=series)

    def series(self, name: str, point: int, replication: int) -> Floats | None:
        """A series of one run, or None if it was not kept."""
        sql = "SELECT data FROM series JOIN series_name USING (series) WHERE run = ? AND name = ?"
        for (data,) in list(self._select(sql, (run_number(point, replication), name))):
            with faults_of(self.path):
                return np.frombuffer(zlib.decompress(data), dtype="<f8").astype(np.float64)
        return None

    def recall(self, key: str) -> Plain:
        """What was last remembered under `key`, or None."""
        for (text,) in list(self._select("SELECT value FROM state WHERE key = ?", (key,))):
            with faults_of(self.path):
                value: Plain = json.loads(text)
                return value
        return None

    def fingerprint(self) -> str:
        """Digest of all rows with the keys of their points, without seconds.

        Equal rows have equal fingerprints, whatever order they were written in.
        """
        digest = hashlib.sha256(as_json([self.about.metrics, self.about.part_metrics]).encode())
        for row in self.rows():
            parts = [(name, len(values)) for name, values in row.parts]
            series = [(name, len(data)) for name, data in row.series]
            head = (self._key(row.point), row.replication, row.status, row.error, row.digest)
            digest.update(as_json([*head, len(row.metrics), parts, series]).encode())
            numbers = [*row.metrics, *itertools.chain.from_iterable(values for _name, values in row.parts)]
            digest.update(struct.pack(f"<{len(numbers)}d", *numbers))
            for _name, data in row.series:
                digest.update(data)
        return digest.hexdigest()

    def _key(self, point: int) -> str:
        """The key of a point; points are read again only if there are more."""
        return (self._points if point < len(self._points) else self.points)[point].key

    def _select(self, sql: str, arguments: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Rows of a statement, one by one."""
        with faults_of(self.path):
            for row in self._connection.execute(sql, arguments):  # noqa: UP028 (would close a closed store)
                yield row

    def _grid(self, column: str) -> Floats:
        """A column of table `run`, [point, replication]; NaN where there is none."""
        table: Floats = self._grids([column])[0]
        return table

    def _grids(self, columns: Sequence[str]) -> Floats:
        """Columns of table `run`, [column, point, replication]; NaN where there is none."""
        sql = f"SELECT {', '.join(('run', *columns))} FROM run"  # noqa: S608 (columns of ours)
        return self._filled(sql, (), len(columns))

    def _filled(self, sql: str, arguments: Sequence[object], columns: int) -> Floats:
        """Rows of run number and values, as [column, point, replication]."""
        blocks = [np.empty((0, 1 + columns))]
        with faults_of(self.path):
            cursor = self._connection.execute(sql, arguments)
            while rows := cursor.fetchmany(_BLOCK):
                blocks.append(np.array(rows, dtype=np.float64))
            (points,) = self._connection.execute("SELECT coalesce(max(point) + 1, 0) FROM point").fetchone()
        found = np.concatenate(blocks)
        point, replication = np.divmod(found[:, 0].astype(np.int64), REPLICATIONS)
        table = np.full((columns, points, replication.max(initial=-1) + 1), math.nan)
        table[:, point, replication] = found[:, 1:].T
        return table

    def _complete(
        self, condition: str, arguments: Sequence[object], *, parts: bool, series: bool
    ) -> Iterator[RunRow]:
        """Runs in order with what is kept beside them.

        All three statements see the same moment, since the first is open until the last row.
        """
        metrics = "".join(f", m{place}" for place in range(len(self.about.metrics)))
        values = "".join(f", m{place}" for place in range(len(self.about.part_metrics)))
        head = "run, point, replication, status, error, seconds, digest"
        runs = self._select(f"SELECT {head}{metrics} FROM run {condition} ORDER BY run", arguments)  # noqa: S608

        def beside(columns: str, table: str, names: str) -> _Beside:
            # CROSS: runs in the outer loop, so that only the few rows of a run are sorted
            tables = f"{table} CROSS JOIN {names}"
            sql = f"SELECT run, name{columns} FROM {tables} {condition} ORDER BY run, name"  # noqa: S608
            return _Beside(self._select(sql, arguments))

        of_parts = beside(values, "run_part", "part USING (part)") if parts else _Beside(iter(()))
        of_series = beside(", data", "series", "series_name USING (series)") if series else _Beside(iter(()))
        for number, point, replication, status, error, seconds, digest, *found in runs:
            yield RunRow(
                point=point,
                replication=replication,
                status=STATUSES[status],
                error=error,
                seconds=_known(seconds),
                digest=digest,
                metrics=tuple(map(_known, found)) if status == 1 else (),
                parts=tuple((row[1], tuple(map(_known, row[2:]))) for row in of_parts.of(number)),
                series=tuple((name, self._inflated(data)) for _run, name, data in of_series.of(number)),
            )

    def _inflated(self, data: bytes) -> bytes:
        with faults_of(self.path):
            return zlib.decompress(data)


class _Beside:
    """Rows of another table in the order of runs, handed out run by run."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._groups = itertools.groupby(rows, operator.itemgetter(0))
        self._number: float = -1
        self._rows: list[tuple[Any, ...]] = []

    def of(self, number: int) -> list[tuple[Any, ...]]:
        """The rows of a run; numbers must rise from call to call."""
        while self._number < number:
            self._number, rows = next(self._groups, (math.inf, iter(())))
            self._rows = list(rows)
        return self._rows if self._number == number else []


def _known(value: float | None) -> float:
    return math.nan if value is None else value
