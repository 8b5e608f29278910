"""Which lots a channel may take from the county's stores: oldest harvest, least freshness, order of issue."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import Channel
from farmsim.domain.stock import Lots, Stock
from farmsim.domain.sums import sum_by
from farmsim.domain.terms import Issue
from farmsim.engine.layout import Layout

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Access(NamedTuple):
    """One way into the county's stores, for all goods; channels that take by the same rules share it."""

    age_limit: int | None
    """Oldest harvest that may be taken, calendar days."""
    min_freshness: float
    rule: Issue


class Open(NamedTuple):
    """Lots of the county's stores and what one way in may take of each now."""

    lots: Lots
    kg: Floats
    by_good: Floats
    """Their sums, [good]."""


class Ground:
    """All lots in the counties' stores: read once while nothing moves."""

    __slots__ = ("_fresh", "_fresh_at", "_kg", "_stock", "_version", "goods")

    def __init__(self, stock: Stock, goods: int) -> None:
        """Each good's pool has its number."""
        self._stock = stock
        self.goods = goods
        self._kg = self._fresh = np.zeros(0)
        self._version = -1
        self._fresh_at = (-1, -1.0)

    @property
    def version(self) -> int:
        """Rises with every change of the stock."""
        return self._stock.version

    def lots(self) -> tuple[Lots, Floats]:
        """The lots and their kilograms."""
        lots = self._stock.lots(0, self.goods)
        if self._version != self.version:
            self._kg = self._stock.held(lots.cell)
            self._version = self.version
        return lots, self._kg

    def freshness(self, now: float) -> Floats:
        """Freshness of the lots, below 0 beyond the median life."""
        if self._fresh_at != (self.version, now):
            self._fresh = self._stock.freshness_of(self._stock.lots(0, self.goods), now)
            self._fresh_at = (self.version, now)
        return self._fresh


class Way:
    """One way into the stores with the lots that may be taken now."""

    __slots__ = ("_ground", "_open", "_seen", "access")

    def __init__(self, access: Access, ground: Ground) -> None:
        self.access = access
        self._ground = ground
        self._seen: tuple[int, int, float] | None = None
        self._open: Open | None = None

    def open_lots(self, now: float) -> Open:
        """What may be taken now."""
        access = self.access
        seen = (self._ground.version, int(now), now if access.min_freshness > 0.0 else 0.0)
        if self._open is None or seen != self._seen:
            lots, kg = self._ground.lots()
            if access.age_limit is not None:
                kg = kg * (lots.harvest >= int(now) - access.age_limit)
            if access.min_freshness > 0.0:
                kg = kg * (self._ground.freshness(now) >= access.min_freshness)
            by_good = sum_by(lots.pool, kg, minlength=self._ground.goods)
            self._seen, self._open = seen, Open(lots, kg, by_good)
        return self._open


def ways_in(layout: Layout) -> tuple[list[Access], Indices]:
    """The different ways into the stores, and which of them each channel goes."""
    ways: list[Access] = []
    which = np.zeros(len(layout.blocks), dtype=np.intp)
    for channel, block in enumerate(layout.blocks):
        access = _access(block)
        if access not in ways:
            ways.append(access)
        which[channel] = ways.index(access)
    return ways, which


def _access(block: Channel) -> Access:
    """The way of one channel."""
    limit = getattr(block, "age_limit_days", None)
    rule: Issue = block.issue if block.kind == "parcel" else "fifo"
    least = float(getattr(block, "min_freshness", 0.0))
    return Access(None if limit is None else int(limit), least, rule)
