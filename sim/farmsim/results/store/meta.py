"""What a sweep is about, and its points, as rows of a store and back."""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from farmsim.results.store.faults import DAMAGED, refuse
from farmsim.results.store.rows import About, PointRow

_LARGE: Final = ("scenario", "sources")
_METRICS: Final = {"metrics": "run", "part_metrics": "part"}


def write_about(connection: sqlite3.Connection, about: About) -> None:
    """Keep `about`: small facts as JSON, large ones compressed, metrics as a table of their own."""
    for name in (field.name for field in fields(About)):
        value = getattr(about, name)
        if name in _METRICS:
            rows = [(_METRICS[name], place, *metric) for place, metric in enumerate(value)]
            connection.executemany("INSERT INTO metric VALUES (?, ?, ?, ?)", rows)
            continue
        text = as_json(value)
        stored = zlib.compress(text.encode()) if name in _LARGE else text
        connection.execute("INSERT INTO meta VALUES (?, ?)", (name, stored))


def read_about(connection: sqlite3.Connection, path: Path) -> About:
    """What the store at `path` is about; FileError if that is incomplete."""
    values: dict[str, Any] = {}
    for name, stored in connection.execute("SELECT key, value FROM meta"):
        values[name] = json.loads(zlib.decompress(stored) if isinstance(stored, bytes) else str(stored))
    for name, kind in _METRICS.items():
        sql = "SELECT name, unit FROM metric WHERE of = ? ORDER BY place"
        values[name] = tuple(connection.execute(sql, (kind,)))
    if set(values) != {field.name for field in fields(About)}:
        raise refuse(path, DAMAGED)
    values["command"] = tuple(values["command"])
    about = About(**values)
    if not (isinstance(about.scenario, dict) and isinstance(about.sources, dict)):
        raise refuse(path, DAMAGED)
    return about


def write_points(connection: sqlite3.Connection, points: Iterable[PointRow], first: int) -> None:
    """Add points, the first at the place `first`; a key that is there already is an IntegrityError."""
    for place, point in enumerate(points, first):
        label = None if point.label is None else storable(point.label)
        row = (place, point.key, label, as_json(point.parameters))
        connection.execute("INSERT INTO point VALUES (?, ?, ?, ?)", row)
        for name, value in point.parameters.items():
            number, text = (None, storable(value)) if isinstance(value, str) else (float(value), None)
            connection.execute("INSERT INTO parameter VALUES (?, ?, ?, ?)", (place, name, number, text))


def write_design(connection: sqlite3.Connection, design: Sequence[int], first: int) -> None:
    """Add rows of the design, the first of which has the place `first`."""
    connection.executemany("INSERT INTO design VALUES (?, ?)", enumerate(map(int, design), first))


def point_row(key: str, label: str | None, parameters: str) -> PointRow:
    """A point as it was given."""
    return PointRow(key, label, json.loads(parameters))


def storable(text: str) -> str:
    """`text` with what is no Unicode (half a surrogate pair) written as an escape, which SQLite can keep."""
    return text.encode("utf-8", "backslashreplace").decode()


def as_json(value: object) -> str:
    """JSON in ASCII; floats come back as they were."""
    return json.dumps(value, separators=(",", ":"))
