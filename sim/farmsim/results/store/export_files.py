"""Tables of plain cells as CSV or Parquet files, row by row; a file has its name only when it is complete.

CSV is made for spreadsheets: UTF-8 with a byte order mark, lines that end as on Windows, and text that a
spreadsheet would take for a formula led by an apostrophe.
"""

import contextlib
import csv
import itertools
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from farmsim.results.columns import PART
from farmsim.results.store.faults import faults_of
from farmsim.results.store.meta import storable

Form = Literal["csv", "parquet"]
Kind = Literal["text", "integer", "number", "truth"]
Cell = int | float | str | bool | None

FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What text begins with that spreadsheets take for a formula (OWASP, CSV Injection)."""
_BLOCK: Final = 8192
"""Rows of a group in Parquet."""


class Table(NamedTuple):
    """A table: its name, names and kinds of its columns, and its rows, which are taken once."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    rows: Iterable[tuple[Cell, ...]]


def write_file(table: Table, path: Path, form: Form, about: str) -> None:
    """Write a table; `about` is a text in JSON that a Parquet file carries along.

    NaN and None are an empty cell, or null in Parquet. Raises FileError if it cannot be written; an older
    file of this name then stays as it was.
    """
    part = path.with_name(path.name + PART)
    with faults_of(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            if form == "csv":
                _write_csv(table, part)
            else:
                _write_parquet(table, part, about)
            part.replace(path)
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def csv_cell(value: Cell) -> str:
    """A cell as text: numbers in the shortest form that reads back the same, text safe for spreadsheets."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return "'" + value if value.startswith(FORMULA_SIGNS) else value
        case int():
            return str(value)
        case _:
            return "" if math.isnan(value) else repr(float(value))


def _write_csv(table: Table, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8-sig", errors="backslashreplace") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([csv_cell(name) for name, _kind in table.columns])
        writer.writerows(map(csv_cell, row) for row in table.rows)


def _write_parquet(table: Table, path: Path, about: str) -> None:
    import pyarrow as pa  # noqa: PLC0415 (an extra that is not always installed)
    import pyarrow.parquet as pq  # noqa: PLC0415

    types = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "truth": pa.bool_()}
    fields = [(storable(name), types[kind]) for name, kind in table.columns]
    schema = pa.schema(fields, metadata={"farmsim": about})
    fitting: list[Callable[[Cell], Any]] = [_FITTING[kind] for _name, kind in table.columns]
    rows = iter(table.rows)
    with pq.ParquetWriter(path, schema) as writer:
        while block := list(itertools.islice(rows, _BLOCK)):
            columns = [
                map(fit, column) for fit, column in zip(fitting, zip(*block, strict=True), strict=True)
            ]
            arrays = [
                pa.array(list(column), type=field.type) for column, field in zip(columns, schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def _as_text(value: Cell) -> str | None:
    """A cell of a column of text; what is no text there is written as in CSV."""
    return None if value is None else storable(value) if isinstance(value, str) else csv_cell(value)


def _as_number(value: Cell) -> float | None:
    number = math.nan if value is None else float(value)
    return None if math.isnan(number) else number


_FITTING: Final[dict[Kind, Callable[[Cell], Any]]] = {
    "text": _as_text,
    "integer": lambda value: value,
    "number": _as_number,
    "truth": lambda value: value,
}
