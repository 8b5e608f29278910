"""Where the tables of replications go, and which are written: daily tables, and every order if asked for."""

import contextlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from farmsim.results.columns import PART, Codec, named, open_table
from farmsim.results.daily import Daily
from farmsim.results.orders import Orders, about_offers, order_columns_of
from farmsim.results.recorders import Recorder
from farmsim.results.tables import Shape
from farmsim.streams import Streams

_OURS = re.compile(rf"replication-\d{{3,}}(\.npz|\.parquet)?({re.escape(PART)})?")


@dataclass(frozen=True, slots=True)
class TableFiles:
    """The folder of a run's tables, in which form they are written, and whether every order is a row."""

    folder: str
    codec: Codec = "npz"
    orders: bool = False

    @property
    def paths(self) -> tuple[Path, ...]:
        """The folders that tables are written to."""
        names = ("daily", "orders") if self.orders else ("daily",)
        return tuple(Path(self.folder) / name for name in names)

    def prepare(self) -> None:
        """Make the folders, and remove the tables of an earlier run."""
        for path in (Path(self.folder) / "daily", Path(self.folder) / "orders"):
            with named(path):
                if path in self.paths:
                    path.mkdir(parents=True, exist_ok=True)
                old = path.iterdir() if path.is_dir() else iter(())
                for table in [table for table in old if _OURS.fullmatch(table.name)]:
                    if table.is_dir():
                        shutil.rmtree(table)
                    else:
                        table.unlink()

    @contextlib.contextmanager
    def recorders(self, shape: Shape, streams: Streams) -> Iterator[list[Recorder]]:
        """The recorders of one replication; its tables are complete when the context is left."""
        name = f"replication-{streams.replication:03d}"
        daily = Daily(shape)
        with contextlib.ExitStack() as stack:
            recorders: list[Recorder] = [daily]
            if self.orders:
                stem, about = Path(self.folder) / "orders" / name, about_offers(shape)
                writer = stack.enter_context(open_table(stem, order_columns_of(shape), about, self.codec))
                recorders.append(Orders(shape, streams, writer))
            yield recorders
            daily.write(Path(self.folder) / "daily" / name, self.codec)
