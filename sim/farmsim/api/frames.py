"""Tables as columns, built once from numpy arrays and handed to Arrow, pandas or polars at the edge.

Each of these libraries is imported when it is asked for. A column of names is kept as numbers into a list of
them (`Coded`): Arrow gets it as a dictionary, pandas and polars as plain text. Where a number cannot be known
Arrow and polars have null, pandas NaN.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, cast, overload

import numpy as np
from numpy.typing import NDArray

from farmsim.api.errors import UsageError
from farmsim.scenario.hints import did_you_mean

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Library: TypeAlias = Literal["arrow", "pandas", "polars"]
Array: TypeAlias = NDArray[np.generic]
Frame: TypeAlias = "pa.Table | pd.DataFrame | pl.DataFrame"


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column of names: for each row the number of its name."""

    codes: NDArray[np.integer[Any]]
    names: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Coded":
        """The column of these texts, names in the order in which they first come."""
        number: dict[str, int] = {}
        codes = [number.setdefault(text, len(number)) for text in texts]
        return cls(np.array(codes, dtype=np.int32), tuple(number))

    def __len__(self) -> int:
        return len(self.codes)

    def texts(self) -> NDArray[np.object_]:
        """The names row by row; rows of one name share one text."""
        return np.array(self.names, dtype=object)[self.codes.astype(np.intp)]


Values: TypeAlias = Array | Coded
"""A column: numbers, truth values, or names."""


class About(NamedTuple):
    """The unit of a column and what it says."""

    unit: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Table:
    """A table: columns of equal length by name, with their units, for the library that one likes."""

    name: str
    columns: Mapping[str, Values]
    about: Mapping[str, About]
    """Unit and meaning of columns; of those that need them."""

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __repr__(self) -> str:
        names = list(self.columns)
        shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        return f"<farmsim.Table {self.name}: {len(self):,} rows of {shown}>"

    def to_arrow(self) -> "pa.Table":
        """As an Arrow table; `schema.field(name).metadata` holds units and meanings."""
        return to_frame(self.columns, "arrow", self.about)

    def to_pandas(self) -> "pd.DataFrame":
        """As a pandas frame; `attrs["units"]` and `attrs["meanings"]` tell of columns by name."""
        return to_frame(self.columns, "pandas", self.about)

    def to_polars(self) -> "pl.DataFrame":
        """As a polars frame."""
        return to_frame(self.columns, "polars", self.about)


class Builder(NamedTuple):
    """What a table is about, in one line, and how it is built."""

    meaning: str
    build: Callable[[], Table]
    is_kept: bool = True
    """Whether it is built only once; one that is large is built anew."""


class Framed(ABC):
    """What has tables by name. Each is built when it is first asked for."""

    def __init__(self) -> None:
        self._built: dict[str, Table] = {}

    @abstractmethod
    def _builders(self) -> Mapping[str, Builder]:
        """All tables that there are."""

    @property
    def tables(self) -> Mapping[str, str]:
        """The names of the tables and what a row of each is."""
        return {name: builder.meaning for name, builder in self._builders().items()}

    def table(self, name: str) -> Table:
        """A table by name; UsageError if there is none such."""
        if name in self._built:
            return self._built[name]
        builders = self._builders()
        if name not in builders:
            meant = ", ".join(did_you_mean(name, builders, 2)) if isinstance(name, str) else ""
            listed = ", ".join(builders)
            raise UsageError(
                "unknown-table", (("name", str(name)), ("names", listed), ("meant", meant))
            ) from None
        table = builders[name].build()
        if builders[name].is_kept:
            self._built[name] = table
        return table

    def to_arrow(self, table: str = "replications") -> "pa.Table":
        """A table as an Arrow table; needs pyarrow."""
        return self.table(table).to_arrow()

    def to_pandas(self, table: str = "replications") -> "pd.DataFrame":
        """A table as a pandas frame; needs pandas."""
        return self.table(table).to_pandas()

    def to_polars(self, table: str = "replications") -> "pl.DataFrame":
        """A table as a polars frame; needs polars."""
        return self.table(table).to_polars()


@overload
def to_frame(
    columns: Mapping[str, Values], library: Literal["arrow"], about: Mapping[str, About] | None = None
) -> "pa.Table": ...


@overload
def to_frame(
    columns: Mapping[str, Values], library: Literal["pandas"], about: Mapping[str, About] | None = None
) -> "pd.DataFrame": ...


@overload
def to_frame(
    columns: Mapping[str, Values], library: Literal["polars"], about: Mapping[str, About] | None = None
) -> "pl.DataFrame": ...


def to_frame(
    columns: Mapping[str, Values], library: Library, about: Mapping[str, About] | None = None
) -> Frame:
    """Columns of equal length as a frame of the library; `about` tells units and meanings of columns.

    Raises UsageError if the library is not installed.
    """
    match library:
        case "arrow":
            return _arrow(columns, about or {})
        case "pandas":
            return _pandas(columns, about or {})
        case "polars":
            return _polars(columns)


def _arrow(columns: Mapping[str, Values], about: Mapping[str, About]) -> "pa.Table":
    """An Arrow table; what is known of a column goes with its field."""
    arrow = _library("pyarrow")
    arrays = [_arrow_array(arrow, values) for values in columns.values()]
    fields = [
        arrow.field(name, array.type, metadata=_described(about[name]) if name in about else None)
        for name, array in zip(columns, arrays, strict=True)
    ]
    return arrow.Table.from_arrays(arrays, schema=arrow.schema(fields))


def _arrow_array(arrow: Any, values: Values) -> Any:
    if isinstance(values, Coded):
        names = arrow.array(values.names, arrow.string())
        return arrow.DictionaryArray.from_arrays(arrow.array(values.codes), names)
    return arrow.array(values, from_pandas=True)


def _described(about: About) -> dict[str, str]:
    return {key: text for key, text in about._asdict().items() if text}


def _pandas(columns: Mapping[str, Values], about: Mapping[str, About]) -> "pd.DataFrame":
    """A pandas frame that is a copy of the columns."""
    pandas = _library("pandas")
    frame = pandas.DataFrame(
        {
            name: pandas.Series(values.texts(), dtype="str") if isinstance(values, Coded) else values
            for name, values in columns.items()
        }
    )
    frame.attrs["units"] = {name: about[name].unit for name in columns if name in about and about[name].unit}
    frame.attrs["meanings"] = {
        name: about[name].meaning for name in columns if name in about and about[name].meaning
    }
    return cast("pd.DataFrame", frame)


def _polars(columns: Mapping[str, Values]) -> "pl.DataFrame":
    polars = _library("polars")
    series = [
        polars.Series(name, values.names, dtype=polars.String).gather(values.codes)
        if isinstance(values, Coded)
        else polars.Series(name, values, nan_to_null=True)
        for name, values in columns.items()
    ]
    return cast("pl.DataFrame", polars.DataFrame(series))


def _library(name: str) -> Any:
    """A library that may be missing."""
    try:
        return import_module(name)
    except ImportError:
        raise UsageError("no-library", (("name", name),)) from None
