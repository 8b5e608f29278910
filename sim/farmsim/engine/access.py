"""Which stock cells a channel may take from: rows, oldest harvest day, least freshness. Worked out once."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import Channel
from farmsim.domain.stock import Stock
from farmsim.engine.layout import Layout

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]


class Access(NamedTuple):
    """The way of some lines into the county's stores."""

    rows: Indices
    """[line, place]: cold store first where there is one, then the gate."""
    own: Mask | None
    """[line, place]: False where a county has no cold store; None if all are True."""
    age_limit: int | None
    """Oldest harvest that may be taken, calendar days."""
    min_freshness: float

    @classmethod
    def of(cls, layout: Layout, lines: Indices, block: Channel) -> Self:
        """Access of some lines of one channel."""
        goods = layout.lines.good[lines]
        has_cold = layout.rows.has_cold[goods]
        rows = layout.rows.sellable[goods]
        if not np.count_nonzero(has_cold):
            rows, own = rows[:, 1:], None
        elif has_cold.all():
            own = None
        else:
            own = np.stack([np.ones_like(has_cold), has_cold], axis=1)
        limit = getattr(block, "age_limit_days", None)
        return cls(
            rows, own, None if limit is None else int(limit), float(getattr(block, "min_freshness", 0.0))
        )

    def allowed(self, stock: Stock, columns: Indices, now: float) -> Mask | None:
        """Cells that may be taken now among those of some columns, [column, line, place]; None if all."""
        if self.min_freshness <= 0.0:
            return None if self.own is None else np.broadcast_to(self.own, (len(columns), *self.own.shape))
        fresh: Mask = stock.freshness_of(columns, self.rows, now) >= self.min_freshness
        return fresh if self.own is None else fresh & self.own
