"""Which stock cells a channel may take from: rows, oldest harvest day, least freshness. Worked out once."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import Channel, Issue
from farmsim.domain.stock import Stock
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

    def allowed(self, stock: Stock, columns: Indices, goods: Indices | slice, now: float) -> Mask | None:
        """Cells that may be taken now, [column, good, place]; None if all."""
        own = (
            None
            if self.own is None
            else np.broadcast_to(self.own[goods], (len(columns), *self.own[goods].shape))
        )
        if self.min_freshness <= 0.0:
            return own
        fresh: Mask = stock.freshness_of(columns, self.rows[goods], now) >= self.min_freshness
        return fresh if own is None else fresh & own


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
