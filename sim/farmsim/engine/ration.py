"""Rationing at the offers that run short: all of them together, each from numbers of its own."""

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.rationing import rationed
from farmsim.engine.catchment import Market
from farmsim.streams import Streams, uniforms_at

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]


class Ration:
    """Who is served at each offer, cell by cell; offers are positions among the consumer offers."""

    def __init__(self, market: Market, streams: Streams, name: str) -> None:
        """`name` is that of the streams."""
        cells = market.cells
        self._offer, self._address = cells.offer, cells.address
        self._keys = streams.keys(name, market.names)[cells.offer]
        """[cell]"""
        self._pick_keys = streams.keys(f"{name}-picks", market.names)
        self._first = np.zeros(len(market.names), dtype=np.intp)
        self._first[cells.owners] = cells.first
        self._count = np.bincount(cells.offer, minlength=len(market.names))

    def cells_of(self, offers: Indices) -> Indices:
        """The cells of some offers, offer by offer."""
        count = self._count[offers]
        ends = np.add.accumulate(count)
        return np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(
            self._first[offers] - ends + count, count
        )

    def draw(self, cells: Indices, wanted: Integers, available: Integers, turn: int) -> Integers:
        """Served units of some cells, those of an offer together; their offers, by offer, have too few.

        `available` is by consumer offer, `turn` tells the draws of one offer apart.
        """
        offer = self._offer[cells]
        new = np.diff(offer, prepend=-1) != 0
        offers, row = offer[new], np.add.accumulate(new, dtype=np.intp) - 1
        u = uniforms_at(self._keys[cells], self._address[cells] + np.uint64(turn << 12))
        picked, place = self._pick_keys[offers], np.uint64(turn << 32)

        def picks(of: Indices, number: Indices) -> Floats:
            return uniforms_at(picked[of], number.astype(np.uint64) + place)

        return rationed(wanted, row, available[offers], u, picks)
