"""Which stock cells a channel may take from: rows, oldest harvest day, least freshness. Worked out once."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import Channel
from farmsim.domain.stock import Stock
from farmsim.domain.terms import Issue
from farmsim.engine.layout import Layout

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]


class Access(NamedTuple):
    """One way into the county's stores, for all goods; channels that take by the same rules share it."""

    rows: Indices
    """[good, place]: cold store first where there is one, then the gate."""
    own: Mask | None
    """[good, place]: False where a county has no cold store; None if all are True."""
    age_limit: int | None
    """Oldest harvest that may be taken, calendar days."""
    min_freshness: float
    rule: Issue

    @classmethod
    def of(cls, layout: Layout, block: Channel) -> Self:
        """The way of one channel."""
        has_cold, rows = layout.rows.has_cold, layout.rows.sellable
        own: Mask | None = None
        if not has_cold.any():
            rows = rows[:, 1:]
        elif not has_cold.all():
            own = np.stack([np.ones_like(has_cold), has_cold], axis=1)
        limit = getattr(block, "age_limit_days", None)
        rule: Issue = block.issue if block.kind == "parcel" else "fifo"
        least = float(getattr(block, "min_freshness", 0.0))
        return cls(rows, own, None if limit is None else int(limit), least, rule)


class Lots(NamedTuple):
    """Lots that may be taken one way: cells of the stock and kilograms, both [column, place, good]."""

    cells: Indices
    kg: Floats
    by_good: Floats
    """Their sums, [good]."""


class Ground:
    """All lots in the counties' stores, [column, place, good]: read once while nothing moves."""

    __slots__ = ("_cells", "_fresh", "_fresh_at", "_kg", "_own", "_rows", "_stock", "_today", "_version")

    def __init__(self, access: Access, stock: Stock) -> None:
        """`access` is any way in: all have the same rows."""
        self._stock = stock
        self._rows = np.ascontiguousarray(access.rows.T)
        self._own = None if access.own is None else access.own.T
        self._cells = self._rows
        self._kg = self._fresh = np.zeros(0)
        self._today = self._version = -1
        self._fresh_at = (-1, -1.0)

    @property
    def version(self) -> int:
        """Rises with every change of the stock."""
        return self._stock.version

    def lots(self, today: int) -> tuple[Indices, Floats]:
        """Cells and kilograms in the order of harvest; `today` is the column of today's."""
        if today != self._today or self._version != self.version:
            if today != self._today:
                self._cells = self._stock.cells(self._stock.harvests(today), self._rows)
                self._today = today
            self._kg = self._stock.held(self._cells)
            if self._own is not None:
                self._kg *= self._own
            self._version = self.version
        return self._cells, self._kg

    def freshness(self, now: float) -> Floats:
        """Freshness of the cells that `lots` gave last, below 0 beyond the median life."""
        if self._fresh_at != (self.version, now):
            self._fresh = self._stock.freshness_of(self._cells, self._rows, now)
            self._fresh_at = (self.version, now)
        return self._fresh


class Way:
    """One way into the stores with the lots that may be taken now."""

    __slots__ = ("_days", "_ground", "_lots", "_seen", "access")

    def __init__(self, access: Access, ground: Ground, columns: int) -> None:
        self.access = access
        self._ground = ground
        self._days = columns if access.age_limit is None else min(access.age_limit + 1, columns)
        self._seen: tuple[int, int, float] | None = None
        self._lots: Lots | None = None

    def lots(self, today: int, now: float) -> Lots:
        """What may be taken now; `today` is the column of today's harvest."""
        least = self.access.min_freshness
        seen = (self._ground.version, today, now if least > 0.0 else 0.0)
        if self._lots is None or seen != self._seen:
            cells, kg = self._ground.lots(today)
            cells, kg = cells[-self._days :], kg[-self._days :]
            if least > 0.0:
                kg = kg * (self._ground.freshness(now)[-self._days :] >= least)
            by_column = kg[:, 0] if kg.shape[1] == 1 else np.add.reduce(kg, axis=1)
            self._seen, self._lots = seen, Lots(cells, kg, np.add.reduce(by_column, axis=0))
        return self._lots


class Ways:
    """All ways into the stores, looked at together."""

    def __init__(self, ways: list[Access], ground: Ground, columns: int) -> None:
        self._ground = ground
        limits = [columns if way.age_limit is None else way.age_limit for way in ways]
        age = np.arange(columns)[::-1]
        self._young = (age <= np.array(limits)[:, None])[:, :, None, None]
        """Which columns are young enough, [way, column]."""
        self._least = np.array([way.min_freshness for way in ways])[:, None, None, None]
        self._picky = bool(np.count_nonzero(self._least))

    def by_good(self, today: int, now: float) -> Floats:
        """Kilograms that may be taken now, [way, good]."""
        _, kg = self._ground.lots(today)
        open_to = self._young
        if self._picky:
            fresh = self._ground.freshness(now)
            open_to = open_to & ((fresh >= self._least) | (self._least <= 0.0))
        return np.asarray(np.add.reduce(np.add.reduce(kg * open_to, axis=2), axis=1))


def ways_in(layout: Layout) -> tuple[list[Access], Indices]:
    """The different ways into the stores, and which of them each channel goes."""
    ways: list[Access] = []
    number: dict[tuple[int | None, float, str], int] = {}
    which = np.zeros(len(layout.blocks), dtype=np.intp)
    for channel, block in enumerate(layout.blocks):
        access = Access.of(layout, block)
        key = (access.age_limit, access.min_freshness, access.rule)
        if key not in number:
            number[key] = len(ways)
            ways.append(access)
        which[channel] = number[key]
    return ways, which
