"""Recorders: several made into one, and one that tells how far a run has come."""

from collections.abc import Callable, Sequence
from typing import Protocol

from farmsim.domain.records import Harvested, Ordered, Row


class Recorder(Protocol):
    """What takes rows, of the types that it wants."""

    @property
    def wants(self) -> frozenset[type]:
        """Types of rows that it wants."""

    def __call__(self, row: Row) -> None:
        """Take one row."""


class Together:
    """One recorder that hands every row to those of several that want its type, in their order."""

    def __init__(self, recorders: Sequence[Recorder]) -> None:
        self.wants = frozenset[type]().union(*(recorder.wants for recorder in recorders))
        self._takers = {
            kind: [recorder for recorder in recorders if kind in recorder.wants] for kind in self.wants
        }

    def __call__(self, row: Row) -> None:
        """Hand on one row."""
        for recorder in self._takers.get(type(row), ()):
            recorder(row)


class Days:
    """Tells as days are harvested and ordered on which share of the horizon has been played."""

    wants = frozenset({Harvested, Ordered})

    def __init__(self, days: int, tell: Callable[[float], None]) -> None:
        self._days = days
        self._tell = tell

    def __call__(self, row: Row) -> None:
        """Tell of one day."""
        self._tell(row.day / self._days if isinstance(row, Harvested | Ordered) else 1.0)
