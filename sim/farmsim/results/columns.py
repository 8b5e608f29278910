"""Tables as files of columns: written whole or block by block, as numpy arrays or as Parquet.

A file appears under its name only when it is complete. Faults of the disk are `FileError`s that name the
file. Nothing here knows what a table is about.
"""

import contextlib
import importlib.util
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from farmsim.errors import FileError

Codec = Literal["npz", "parquet"]
Array = NDArray[np.generic]

PART = ".part"
"""Ending of what is not complete yet."""
_HEADER = 128
"""Bytes of the header of a .npy file, so that its length can be filled in at the end."""


class Column(NamedTuple):
    """A column: its name, its numpy type, what it says, and what its codes stand for if it holds codes."""

    name: str
    dtype: str
    meaning: str
    names: tuple[str, ...] | None = None


class Writer(Protocol):
    """What takes a table block by block. It is entered and left: left with an error, nothing is kept."""

    def __enter__(self) -> Self:
        """Begin the file."""

    def append(self, block: Mapping[str, Array]) -> None:
        """Add rows: one array a column, equally long."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Complete the file, or throw away what there is."""


def has_parquet() -> bool:
    """Whether Parquet can be written here."""
    return importlib.util.find_spec("pyarrow") is not None


def write_table(stem: Path, columns: Sequence[Column], table: Mapping[str, Array], codec: Codec) -> None:
    """Write a whole table to `stem` with the ending of the codec: .npz (one array a column) or .parquet.

    Beside a column of codes, .npz holds an array `<column>_names`.
    """
    if codec == "parquet":
        with ParquetWriter(stem, columns, {}) as writer:
            writer.append(table)
        return
    path = stem.with_name(stem.name + ".npz")
    part = path.with_name(path.name + PART)
    arrays = {column.name: table[column.name].astype(column.dtype, copy=False) for column in columns}
    arrays |= {f"{c.name}_names": np.array(c.names, dtype=np.str_) for c in columns if c.names is not None}
    with named(path):
        try:
            with part.open("wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]  # taken for allow_pickle
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def open_table(stem: Path, columns: Sequence[Column], about: Mapping[str, object], codec: Codec) -> Writer:
    """A writer for a long table: a folder `stem` with one .npy a column, or `stem`.parquet.

    `about` is a description that goes with the table, plain values.
    """
    return (ParquetWriter if codec == "parquet" else NpyWriter)(stem, columns, about)


class NpyWriter:
    """A folder with one .npy file a column, which numpy can map into memory, and `columns.json`."""

    def __init__(self, folder: Path, columns: Sequence[Column], about: Mapping[str, object]) -> None:
        self._folder = folder
        self._part = folder.with_name(folder.name + PART)
        self._columns = columns
        self._about = about
        self._files: dict[str, BinaryIO] = {}
        self._rows = 0

    def __enter__(self) -> Self:
        shutil.rmtree(self._part, ignore_errors=True)
        with named(self._folder):
            self._part.mkdir(parents=True)
            for column in self._columns:
                self._files[column.name] = (self._part / f"{column.name}.npy").open("wb")
        self._write_headers()
        return self

    def append(self, block: Mapping[str, Array]) -> None:
        """Add rows."""
        with named(self._folder):
            for column in self._columns:
                values = np.ascontiguousarray(block[column.name], dtype=column.dtype)
                self._files[column.name].write(values.data)
        self._rows += len(block[self._columns[0].name])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._write_headers()
                self._complete()
        finally:
            for file in self._files.values():
                with contextlib.suppress(OSError):
                    file.close()
            shutil.rmtree(self._part, ignore_errors=True)

    def _write_headers(self) -> None:
        """Write how many rows there are to the head of every file."""
        with named(self._folder):
            for column in self._columns:
                self._files[column.name].seek(0)
                self._files[column.name].write(_header(column, self._rows))

    def _complete(self) -> None:
        """Describe the columns, and give the folder its name."""
        described = {
            c.name: {"dtype": c.dtype, "meaning": c.meaning, "names": c.names} for c in self._columns
        }
        legend = {**self._about, "rows": self._rows, "columns": described}
        text = json.dumps(legend, ensure_ascii=False, indent=1)
        with named(self._folder):
            for file in self._files.values():
                file.close()
            (self._part / "columns.json").write_text(text + "\n", encoding="utf-8")
            shutil.rmtree(self._folder, ignore_errors=True)
            self._part.rename(self._folder)


class ParquetWriter:
    """One .parquet file with a group of rows a block; codes are stored with their names."""

    def __init__(self, stem: Path, columns: Sequence[Column], about: Mapping[str, object]) -> None:
        import pyarrow as pa  # noqa: PLC0415 (an extra that is not always installed)
        import pyarrow.parquet as pq  # noqa: PLC0415

        self._arrow, self._parquet = pa, pq
        self._path = stem.with_name(stem.name + ".parquet")
        self._part = self._path.with_name(self._path.name + PART)
        self._columns = columns
        self._names = {c.name: pa.array(c.names) for c in columns if c.names is not None}
        fields = [(c.name, self._type(c)) for c in columns]
        self._schema = pa.schema(
            fields, metadata={"farmsim": json.dumps(about, ensure_ascii=False)} if about else None
        )

    def __enter__(self) -> Self:
        with named(self._path):
            self._part.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._parquet.ParquetWriter(self._part, self._schema)
        return self

    def append(self, block: Mapping[str, Array]) -> None:
        """Add rows."""
        pa = self._arrow
        arrays = []
        for column in self._columns:
            values = pa.array(np.ascontiguousarray(block[column.name], dtype=column.dtype))
            if column.names is not None:
                values = pa.DictionaryArray.from_arrays(values, self._names[column.name])
            arrays.append(values)
        with named(self._path):
            self._file.write_table(pa.table(arrays, schema=self._schema), row_group_size=2**26)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with named(self._path):
                self._file.close()
                if kind is None:
                    self._part.replace(self._path)
        finally:
            with contextlib.suppress(OSError):
                self._part.unlink(missing_ok=True)

    def _type(self, column: Column) -> object:
        """The type of a column in Arrow."""
        plain = self._arrow.from_numpy_dtype(np.dtype(column.dtype))
        return plain if column.names is None else self._arrow.dictionary(plain, self._arrow.string())


@contextlib.contextmanager
def named(path: Path) -> Iterator[None]:
    """Faults of the disk inside become a `FileError` that names the file."""
    try:
        yield
    except OSError as error:
        raise FileError(os.fspath(path), error.strerror or str(error)) from error


def _header(column: Column, rows: int) -> bytes:
    """Header of a .npy file of version 1.0 (NEP 1), always of the same length."""
    text = f"{{'descr': '{column.dtype}', 'fortran_order': False, 'shape': ({rows},), }}"
    return (
        b"\x93NUMPY\x01\x00"
        + (_HEADER - 10).to_bytes(2, "little")
        + text.ljust(_HEADER - 11).encode()
        + b"\n"
    )
