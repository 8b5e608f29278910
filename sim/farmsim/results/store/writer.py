"""Writing a result store: made once, then filled by one process at a time, which may die at any moment.

What `add` has returned from survives the death of the process; with `durable` also a loss of power. Without
it a loss of power may take the last commits, never a part of one, and a sweep that goes on plays them again.
"""

import contextlib
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from farmsim.results.columns import PART
from farmsim.results.store.faults import (
    DAMAGED,
    STORE_EXISTS,
    TOO_MANY_METRICS,
    faults_of,
    refuse,
)
from farmsim.results.store.lock import Lock
from farmsim.results.store.meta import as_json, storable, write_about, write_design, write_points
from farmsim.results.store.mounts import lies_on_network
from farmsim.results.store.reader import StoreReader
from farmsim.results.store.rows import STATUSES, About, PointRow, RunRow
from farmsim.results.store.schema import (
    MOST_METRICS,
    NAME,
    PAGE,
    connect,
    create_tables,
    require_ours,
    require_store,
    run_number,
)
from farmsim.scenario.nodes import Plain

_BESIDE: Final = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite puts beside a database."""
_LOG_BYTES: Final = 64 * 2**20
"""What a log that readers made long is cut down to."""
_CODES: Final = {status: code for code, status in enumerate(STATUSES) if code}


def create_store(
    folder: Path, about: About, points: Sequence[PointRow], design: Sequence[int], *, durable: bool = False
) -> "StoreWriter":
    """A new store in `folder`, which is made if need be; it appears whole or not at all.

    `design` has for each row of the experimental design the place of its point. Raises FileError if there is
    a store already, another process is at work on one, or it cannot be written.
    """
    path = folder / NAME
    with faults_of(path):
        folder.mkdir(parents=True, exist_ok=True)
    if max(len(about.metrics), len(about.part_metrics)) > MOST_METRICS:
        raise refuse(path, TOO_MANY_METRICS)
    lock = Lock(path)
    try:
        with faults_of(path):
            _require_none(path)
            _make(path, about, points, design)
        return _opened(path, lock, durable=durable)
    except BaseException:
        lock.release()
        raise


def open_writer(folder: Path, *, durable: bool = False) -> "StoreWriter":
    """The store in `folder`, to go on with it; all pages are checked first.

    Raises FileError if there is none, another process is at work on it, or it is foreign, newer, damaged or
    cannot be written.
    """
    path = folder / NAME
    with faults_of(path):
        require_store(path)
    lock = Lock(path)
    try:
        return _opened(path, lock, durable=durable)
    except BaseException:
        lock.release()
        raise


class StoreWriter(StoreReader):
    """The one who writes a store; reads it as well."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: Lock, journal: str) -> None:
        super().__init__(path, connection)
        self.journal: Final = journal
        """"wal", or "delete" where the file system cannot do better: then readers and writer wait in turn."""
        self._lock = lock
        marks = ", ".join("?" * (7 + len(self.about.metrics)))
        self._insert = f"INSERT INTO run VALUES ({marks}) ON CONFLICT (run) DO NOTHING"  # noqa: S608
        values = ", ?" * len(self.about.part_metrics)
        self._insert_part = f"INSERT INTO run_part VALUES (?, (SELECT part FROM part WHERE name = ?){values})"  # noqa: S608

    def add(self, rows: Sequence[RunRow]) -> int:
        """Keep finished runs, all or none of them; how many were new. A run that is there already stays.

        Raises FileError if they cannot be written; the store is then as it was before.
        """
        points = len(self.points)
        assert all(0 <= row.point < points for row in rows), "a run belongs to a point of the store"
        with self._transaction():
            new = [row for row in rows if self._connection.execute(self._insert, self._run(row)).rowcount]
            self._add_parts(new)
            self._add_series(new)
        return len(new)

    def add_points(self, points: Sequence[PointRow], design: Sequence[int] = ()) -> None:
        """Add points and rows of the design at the end; places count on from those that are there.

        A key that is there already is an sqlite3.IntegrityError, and nothing is added.
        """
        with self._transaction():
            write_points(self._connection, points, len(self.points))
            write_design(self._connection, design, len(self.design))

    def forget_failed(self) -> int:
        """Remove the runs that are not ok, so that they can be played anew; how many there were."""
        with self._transaction():
            for table in ("run_part", "series"):
                self._connection.execute(
                    f"DELETE FROM {table} WHERE run IN (SELECT run FROM run WHERE status > 1)"  # noqa: S608
                )
            return self._connection.execute("DELETE FROM run WHERE status > 1").rowcount

    def remember(self, key: str, value: Plain) -> None:
        """Keep a small fact about the state of the sweep, in the place of an earlier one of this key."""
        with self._transaction():
            self._connection.execute("REPLACE INTO state VALUES (?, ?)", (key, as_json(value)))

    def close(self) -> None:
        """Bring all into one file, if nobody reads it just now, and let others write; once is enough."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("PRAGMA busy_timeout=0")
            self._connection.execute("PRAGMA journal_mode=DELETE")
        try:
            super().close()
        finally:
            self._lock.release()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """All that is written inside is kept, or nothing of it."""
        with faults_of(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    with contextlib.suppress(sqlite3.Error):
                        self._connection.execute("ROLLBACK")
                raise

    def _run(self, row: RunRow) -> list[object]:
        """A run as a row of table `run`."""
        ok = row.status == "ok"
        expected = len(self.about.metrics)
        assert len(row.metrics) == (expected if ok else 0), f"{len(row.metrics)} of {expected} metrics: {row}"
        head = (run_number(row.point, row.replication), row.point, row.replication, _CODES[row.status])
        metrics = map(float, row.metrics) if ok else [None] * expected
        return [*head, row.seconds, row.digest, storable(row.error), *metrics]

    def _add_parts(self, rows: Sequence[RunRow]) -> None:
        names = sorted({name for row in rows for name, _values in row.parts})
        self._connection.executemany(
            "INSERT INTO part (name) VALUES (?) ON CONFLICT DO NOTHING", [(name,) for name in names]
        )
        self._connection.executemany(
            self._insert_part,
            [
                (run_number(row.point, row.replication), name, *map(float, values))
                for row in rows
                for name, values in row.parts
            ],
        )

    def _add_series(self, rows: Sequence[RunRow]) -> None:
        names = sorted({name for row in rows for name, _data in row.series})
        self._connection.executemany(
            "INSERT INTO series_name (name) VALUES (?) ON CONFLICT DO NOTHING", [(name,) for name in names]
        )
        self._connection.executemany(
            "INSERT INTO series VALUES (?, (SELECT series FROM series_name WHERE name = ?), ?)",
            [
                (run_number(row.point, row.replication), name, zlib.compress(data))
                for row in rows
                for name, data in row.series
            ],
        )


def _make(path: Path, about: About, points: Sequence[PointRow], design: Sequence[int]) -> None:
    """Write a new store under another name, and give it its own when it is complete."""
    part = path.with_name(path.name + PART)
    part.unlink(missing_ok=True)
    try:
        with contextlib.closing(connect(part, "rwc")) as connection:
            connection.execute(f"PRAGMA page_size={PAGE}")
            connection.execute("PRAGMA journal_mode=MEMORY")
            connection.execute("BEGIN IMMEDIATE")
            create_tables(connection, about)
            write_about(connection, about)
            write_points(connection, points, 0)
            write_design(connection, design, 0)
            connection.execute("COMMIT")
        for ending in _BESIDE:  # those of a store that was deleted would be taken for the new one's
            path.with_name(path.name + ending).unlink(missing_ok=True)
        part.replace(path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _opened(path: Path, lock: Lock, *, durable: bool) -> StoreWriter:
    """A writer of the store at `path`, whose lock is held; the pages are checked."""
    with faults_of(path):
        connection = connect(path, "rw", wait=120.0)
        try:
            require_ours(path, connection)
            _require_sound(path, connection)
            journal = _journal(connection, path.parent)
            connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            connection.execute(f"PRAGMA journal_size_limit={_LOG_BYTES}")
            return StoreWriter(path, connection, lock, journal)
        except BaseException:
            connection.close()
            raise


def _require_none(path: Path) -> None:
    """Raise FileError if there is anything of this name."""
    if path.exists():
        raise refuse(path, STORE_EXISTS)


def _require_sound(path: Path, connection: sqlite3.Connection) -> None:
    """Raise FileError if the pages of the database do not fit together."""
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise refuse(path, DAMAGED)


def _journal(connection: sqlite3.Connection, folder: Path) -> str:
    """Turn on the write-ahead log where it works, and tell what is on."""
    for wanted in ("delete",) if lies_on_network(folder) else ("wal", "delete"):
        (mode,) = connection.execute(f"PRAGMA journal_mode={wanted}").fetchone()
        if mode == wanted:
            break
    return str(mode)
