"""The tables of a result store, and how a connection to them is opened.

Metrics of a run are columns m0, m1, ...: names of metrics may hold any sign and differ by case alone, names
of columns may not, so table `metric` tells them, and the views `result` and `part_result` show them by name
for whoever opens the file with another program. Metrics of channels are columns of a row for each run and
channel. Columns of numbers have no type, since SQLite would turn -0.0 in a REAL column into 0. NaN is NULL.
"""

import os
import re
import sqlite3
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote

from farmsim.results.store.faults import DAMAGED, FOREIGN, NEWER, NO_STORE, code_of, refuse
from farmsim.results.store.rows import STATUSES, About

NAME: Final = "results.db"
APPLICATION: Final = 0x6661726D
"""What SQLite keeps at byte 68 of a file to tell whose it is: "farm"."""
VERSION: Final = 1
"""Of these tables; a store of another version is not read."""
REPLICATIONS: Final = 1_000_000
"""A run is numbered point x this + replication, so that the order of the numbers is that of the runs."""
MOST_METRICS: Final = 1900
"""SQLite allows 2000 columns."""
PAGE: Final = 8192
"""Bytes of a page: with 44 metrics 6 % less space than SQLite's own 4096, at the same speed."""

_NOT_BESIDE: Final = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
"""What SQLite says when it cannot make the files of a log."""

Access = Literal["ro", "rw", "rwc"]

_TABLES: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE metric (of TEXT, place INTEGER, name TEXT, unit TEXT, PRIMARY KEY (of, place)) WITHOUT ROWID;
CREATE TABLE point (
    point INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, label TEXT, parameters TEXT NOT NULL
);
CREATE TABLE parameter (point INTEGER, name TEXT, number, text TEXT, PRIMARY KEY (point, name)) WITHOUT ROWID;
CREATE TABLE design (place INTEGER PRIMARY KEY, point INTEGER NOT NULL);
CREATE TABLE run (
    run INTEGER PRIMARY KEY, point INTEGER NOT NULL, replication INTEGER NOT NULL, status INTEGER NOT NULL,
    seconds, digest TEXT NOT NULL, error TEXT NOT NULL{run_columns}
);
CREATE INDEX failure ON run (run) WHERE status > 1;
CREATE TABLE part (part INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL);
CREATE TABLE run_part (run INTEGER, part INTEGER{part_columns}, PRIMARY KEY (run, part)) WITHOUT ROWID;
CREATE TABLE series_name (series INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL);
CREATE TABLE series (run INTEGER, series INTEGER, data BLOB NOT NULL, UNIQUE (run, series));
"""
_NAME: Final = re.compile(r"CREATE TABLE (\w+)")
_RESULT: Final = """
CREATE VIEW result AS SELECT run.point, label, run.replication, CASE run.status {words} END AS status,
seconds{names} FROM run JOIN point USING (point)
"""
_PART_RESULT: Final = """
CREATE VIEW part_result AS SELECT run.point, run.replication, part.name AS part{names}
FROM run_part JOIN run USING (run) JOIN part USING (part)
"""


def create_tables(connection: sqlite3.Connection, about: About) -> None:
    """Make the tables, indices and views for the metrics of `about`, and mark the file as a store."""
    of_runs, of_parts = range(len(about.metrics)), range(len(about.part_metrics))
    tables = _TABLES.format(
        run_columns="".join(f", m{place}" for place in of_runs),
        part_columns="".join(f", m{place}" for place in of_parts),
    )
    words = " ".join(f"WHEN {code} THEN '{word}'" for code, word in enumerate(STATUSES))
    names = "".join(f", run.m{place} AS {_quoted(about.metrics[place][0])}" for place in of_runs)
    part_names = "".join(
        f", run_part.m{place} AS {_quoted(about.part_metrics[place][0])}" for place in of_parts
    )
    for statement in (
        *tables.split(";")[:-1],
        _RESULT.replace("{words}", words).replace("{names}", names),
        _PART_RESULT.replace("{names}", part_names),
        f"PRAGMA application_id={APPLICATION}",
        f"PRAGMA user_version={VERSION}",
    ):
        connection.execute(statement)


def connect(path: Path, access: Access, *, immutable: bool = False, wait: float = 60.0) -> sqlite3.Connection:
    """A connection that begins no transactions by itself and waits so many seconds for others' locks."""
    text = path.absolute().as_posix()
    uri = f"file://{'' if text.startswith('/') else '/'}{quote(os.fsencode(text), safe='/:')}?mode={access}"
    if immutable:
        uri += "&immutable=1"
    return sqlite3.connect(uri, timeout=wait, isolation_level=None, uri=True)


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection for reading, also where nothing may be written.

    A log needs files beside the store. If they are not there and cannot be made, nobody else can be writing,
    and the store is read as a file that never changes.
    """
    connection = connect(path, "ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        log = path.with_name(path.name + "-wal")
        if code_of(error) & 0xFF not in _NOT_BESIDE or log.exists() or not os.access(path, os.R_OK):
            raise
        return connect(path, "ro", immutable=True)
    except BaseException:
        connection.close()
        raise
    return connection


def require_store(path: Path) -> None:
    """Raise FileError if there is no file at `path`."""
    if not path.is_file():
        raise refuse(path, NO_STORE)


def require_ours(path: Path, connection: sqlite3.Connection) -> None:
    """Raise FileError if the database is not a store that this version can read."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION or version < VERSION:
        raise refuse(path, FOREIGN)
    if version > VERSION:
        raise refuse(path, NEWER)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables.issuperset(_NAME.findall(_TABLES)) or not _is_whole(path, connection):
        raise refuse(path, DAMAGED)


def _is_whole(path: Path, connection: sqlite3.Connection) -> bool:
    """Whether the file is as long as it says: SQLite takes what is cut off its last page for zeros.

    With a log the rest may still be there.
    """
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    whole = path.stat().st_size >= pages * size
    log = path.with_name(path.name + "-wal")
    logged = log.exists() and log.stat().st_size > 0
    connection.execute("COMMIT")
    return whole or logged


def run_number(point: int, replication: int) -> int:
    """The number of a run."""
    assert 0 <= replication < REPLICATIONS, f"replications count from 0 to {REPLICATIONS - 1}: {replication}"
    return point * REPLICATIONS + replication


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""').replace("\0", "") + '"'
