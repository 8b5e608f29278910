"""Every order as a row, written day by day while a run is played.

Rows are made from what the engine tells by cell (consumer offer, province, transit slot) and by offer and
slot; what is told for a group is dealt to its rows at random, so that the counts are exact. An order has a
row when it is served, lost or cancelled; one that was lost at a sold-out offer and served at another has a
second row there. Orders that still wait at the end have none.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.records import Decided, Fates, Row
from farmsim.results.columns import Column, Writer
from farmsim.results.dealing import dealt, picked
from farmsim.results.tables import Shape
from farmsim.streams import Streams

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]
Array = NDArray[np.generic]

OUTCOMES = ("kept", "kept_bad", "refused", "lost_in_transit", "bought", "sold_out", "cancelled")
"""Parcels that are kept, kept though bad, refused, lost; bought in a shop; never served; given up waiting."""
KEPT, KEPT_BAD, REFUSED, LOST, BOUGHT, SOLD_OUT, CANCELLED = range(len(OUTCOMES))
STEPS = 4096
"""Parts of equal chance into which the hours of a day are cut."""


def order_columns(offers: tuple[str, ...] = (), provinces: tuple[str, ...] = ()) -> list[Column]:
    """The columns of the rows."""
    return [
        Column("day", "<i2", "Day of the order; of its end, where nobody knows how long it waited."),
        Column("second", "<i4", "Second of that day, drawn by the hours in which people shop."),
        Column(
            "offer", "<i2" if len(offers) < 2**15 else "<i4", "Channel/county/product, by number.", offers
        ),
        Column("province", "|i1", "Where the buyer lives, by number.", provinces),
        Column("transit_days", "|i1", "Days from packing to delivery; 0 for what was not sent."),
        Column("waited_days", "<i2", "Days before it was packed; -1 where nobody knows (cancelled)."),
        Column("outcome", "|i1", "What became of it, by number.", OUTCOMES),
        Column("switched_in", "|b1", "Whether the buyer's first choice was sold out; it has its own row."),
        Column("price", "<f4", "Price of the pack on the list."),
    ]


def order_columns_of(shape: Shape) -> list[Column]:
    """The columns with the names of a scenario's offers and of the provinces."""
    offers = zip(shape.offer_channel, shape.offer_county, shape.offer_product, strict=True)
    names = (f"{shape.channels[ch]}/{shape.counties[co]}/{shape.products[p]}" for ch, co, p in offers)
    return order_columns(tuple(names), shape.provinces)


def about_offers(shape: Shape) -> dict[str, object]:
    """The offers by number: a small table that goes with the rows."""
    return {
        "offers": [
            {
                "channel": shape.channels[channel],
                "county": shape.counties[county],
                "product": shape.products[product],
                "pack_kg": pack_kg,
                "price_per_kg": price,
            }
            for channel, county, product, pack_kg, price in zip(
                shape.offer_channel.tolist(),
                shape.offer_county.tolist(),
                shape.offer_product.tolist(),
                shape.pack_kg.tolist(),
                shape.price.tolist(),
                strict=True,
            )
        ]
    }


class _Cells(NamedTuple):
    """The cells in the order consumer offer, slot, province, so that parcels with one fate stand together."""

    order: Indices
    at: Indices
    """Position among the consumer offers."""
    group: Indices
    """Number of the flattened [consumer offer, slot]."""
    offer: Array
    province: Array
    transit_days: Array
    served_as: Array
    """Outcome of a served order as long as nothing happens to the parcel."""
    price: Array


class Orders:
    """Records every order of one replication into a table."""

    wants = frozenset({Decided, Fates})

    def __init__(self, shape: Shape, streams: Streams, writer: Writer) -> None:
        self._shape = shape
        self._streams = streams
        self._writer = writer
        self._fates: Fates | None = None
        self._cells = _cells(shape)
        self._clock, self._profile = _clock(shape.hourly)

    def __call__(self, row: Row) -> None:
        """Take what is known of a day's parcels, then of all its orders, and write their rows."""
        match row:
            case Fates():
                self._fates = row
            case Decided():
                fates = self._fates if self._fates is not None and self._fates.day == row.day else None
                self._writer.append(self.rows(row, fates))
                self._fates = None
            case _:
                pass

    def rows(self, ended: Decided, fates: Fates | None) -> dict[str, Array]:
        """The rows of the orders that ended on a day."""
        cells, generator = self._cells, self._streams.generator("order-rows", ended.day)
        first, again = ended.served[cells.order], ended.switched_in[cells.order]
        done, lost, cancelled = first + again, ended.lost[cells.order], ended.cancelled[cells.order]
        some = [np.flatnonzero(count) for count in (done, lost, cancelled)]
        cell = np.concatenate(some)
        count = np.concatenate([done[some[0]], lost[some[1]], cancelled[some[2]]])
        served, total = int(done.sum()), int(count.sum())
        outcome = np.repeat(cells.served_as[cell], count)
        outcome[served : served + int(lost.sum())] = SOLD_OUT
        outcome[served + int(lost.sum()) :] = CANCELLED
        transit = np.repeat(cells.transit_days[cell], count)
        transit[served:] = 0
        if fates is not None:
            self._deal_fates(generator, done, fates, outcome[:served])
        switched = np.zeros(total, dtype=np.bool_)
        ends = np.cumsum(done)
        moved = np.flatnonzero(again)
        switched[_stretches(ends[moved] - again[moved], again[moved])] = True
        waited = np.zeros(total, dtype=np.int16)
        waited[served + int(lost.sum()) :] = -1
        self._deal_waits(generator, first, ended.waited, waited[:served], switched[:served])
        return {
            "day": ended.day - np.maximum(waited, 0),
            "second": self._seconds(generator, cells.at[cell], count),
            "offer": np.repeat(cells.offer[cell], count),
            "province": np.repeat(cells.province[cell], count),
            "transit_days": transit,
            "waited_days": waited,
            "outcome": outcome,
            "switched_in": switched,
            "price": np.repeat(cells.price[cell], count),
        }

    def _deal_fates(
        self, generator: np.random.Generator, done: Integers, fates: Fates, outcome: Array
    ) -> None:
        """Mark the parcels that are lost, refused or kept though bad, within each offer and slot."""
        sent = _sums(self._cells.group, done, fates.sent.size)
        ends = np.array([fates.lost, fates.refused, fates.bad - fates.refused], dtype=np.int64).reshape(3, -1)
        special = ends.sum(axis=0)
        flags = picked(generator, sent, special)
        outcome[flags] = np.array([LOST, REFUSED, KEPT_BAD], dtype=np.int8)[dealt(generator, special, ends)]

    def _deal_waits(
        self,
        generator: np.random.Generator,
        first: Integers,
        waited: Integers,
        days: Array,
        switched: NDArray[np.bool_],
    ) -> None:
        """Mark how long first-choice parcels had waited, within each offer."""
        if not np.count_nonzero(waited[1:]):
            return
        size = _sums(self._cells.at, first, waited.shape[1])
        late = waited[1:].sum(axis=0)
        flags = picked(generator, size, late)
        place = np.flatnonzero(~switched)[flags] if np.count_nonzero(switched) else np.flatnonzero(flags)
        days[place] = 1 + dealt(generator, late, waited[1:])

    def _seconds(self, generator: np.random.Generator, at: Indices, count: Integers) -> Array:
        """Second of the day of each order, by the hours at which its product is ordered."""
        u = generator.integers(0, 2**32, size=int(count.sum()), dtype=np.uint32)
        step = (u >> np.uint32(20)).astype(np.int32)
        if len(self._clock) > STEPS + 1:
            step += np.repeat(self._profile[at], count)
        within = (u & np.uint32(2**20 - 1)).astype(np.float32) * np.float32(2.0**-20)
        begin = self._clock[step]
        return np.minimum(begin + within * (self._clock[step + 1] - begin), 86_399.0).astype(np.int32)


def _cells(shape: Shape) -> _Cells:
    """The cells in the order of the rows."""
    order = np.lexsort((shape.cell_province, shape.cell_slot, shape.cell_offer))
    at, slot = shape.cell_offer[order], shape.cell_slot[order]
    offer = shape.consumer_offer[at]
    is_parcel = shape.is_parcel[shape.offer_channel[offer]]
    return _Cells(
        order=order,
        at=at,
        group=at * shape.slots + slot,
        offer=offer.astype(np.int32),
        province=shape.cell_province[order].astype(np.int8),
        transit_days=np.where(is_parcel, slot + 1, 0).astype(np.int8),
        served_as=np.where(is_parcel, KEPT, BOUGHT).astype(np.int8),
        price=(shape.pack_kg[offer] * shape.price[offer]).astype(np.float32),
    )


def _clock(hourly: Floats) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Seconds of the day before which each share of the orders comes, profile after profile.

    Also where the profile of each consumer offer begins. Within an hour orders come evenly.
    """
    profiles, which = np.unique(hourly, axis=0, return_inverse=True)
    share = np.linspace(0.0, 1.0, STEPS + 1)
    clocks = []
    for profile in profiles:
        part = profile / profile.sum()
        before = np.cumsum(part) - part
        hour = np.minimum(np.searchsorted(before, share, side="right") - 1, np.flatnonzero(part)[-1])
        clocks.append(3600.0 * (hour + np.minimum((share - before[hour]) / part[hour], 1.0)))
    joined = np.concatenate(clocks) if clocks else np.zeros(1)
    return joined.astype(np.float32), (which.reshape(-1) * (STEPS + 1)).astype(np.int32)


def _sums(group: Indices, counts: Integers, size: int) -> Integers:
    """Whole sums by group."""
    return np.bincount(group, counts, minlength=size).astype(np.int64)


def _stretches(first: Integers, length: Integers) -> Integers:
    """All places of some stretches, one after the other."""
    before = np.cumsum(length) - length
    return np.asarray(np.arange(int(length.sum())) + np.repeat(first - before, length))
