"""Daily tables by county and channel: what was ordered, sold, refunded, lost on the way and paid to growers.

A row is a day and a county that sells through a channel. Rows run to the last day on which a parcel arrived
or a debt was paid. What is lost before it leaves the county belongs to no channel and is not told here.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.records import Delivered, Dispatched, Ordered, Paid, Row, Traded
from farmsim.results.columns import Codec, Column, write_table
from farmsim.results.tables import Shape

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Figures = NDArray[np.float64 | np.intp]

COUNTS = {
    "orders": "Packs ordered.",
    "at_once_orders": "Packs served on the day of the order.",
    "served_orders": "Packs served in all, those who waited and those from a sold-out offer included.",
    "switched_in_orders": "Among these, packs for buyers whose first choice was sold out.",
    "lost_orders": "Packs lost at once; some of them were served by another offer.",
    "cancelled_orders": "Packs cancelled while waiting.",
}
PARCELS = {
    "kept_parcels": "Parcels that arrived on the day and were kept.",
    "bad_parcels": "Parcels that arrived spoiled or bruised, kept or not.",
    "refused_parcels": "Among these, parcels that were refused.",
    "lost_parcels": "Parcels lost on the way that were due on the day.",
}
AMOUNTS = {
    "dispatched_kg": "Left the county.",
    "sold_kg": "Kept by a buyer: parcels on the day of arrival, all else on the day of the sale.",
    "returned_kg": "In refused parcels.",
    "lost_in_transit_kg": "In lost parcels.",
    "sales": "Paid by buyers: for parcels on the day of packing, for all else on the day of the sale.",
    "refunds": "Paid back to buyers.",
    "grower_receipts": "Received by growers, before anything is clawed back.",
}
_ORDERED = ("wanted", "at_once", "served", "switched_in", "lost", "cancelled")
_DELIVERED = ("kept", "bad", "refused", "lost")


def daily_columns(counties: tuple[str, ...] = (), channels: tuple[str, ...] = ()) -> list[Column]:
    """The columns of the daily table."""
    return [
        Column("day", "<i4", "Day of the run, from 0; after the horizon parcels arrive and debts are paid."),
        Column("county", "<i2", "County, by number.", counties),
        Column("channel", "<i2", "Channel, by number.", channels),
        *(Column(name, "<i4", meaning) for name, meaning in (COUNTS | PARCELS).items()),
        *(Column(name, "<f8", meaning) for name, meaning in AMOUNTS.items()),
    ]


class Daily:
    """Records the daily table of one replication."""

    wants = frozenset({Ordered, Delivered, Dispatched, Traded, Paid})

    def __init__(self, shape: Shape) -> None:
        code = shape.offer_county * len(shape.channels) + shape.offer_channel
        pairs, self._own = np.unique(code, return_inverse=True)
        self._county, self._channel = np.divmod(pairs, max(len(shape.channels), 1))
        self._shape = shape
        self._consumers: Indices = self._own[shape.consumer_offer]
        self._pack = shape.pack_kg[shape.consumer_offer]
        self._price = self._pack * shape.price[shape.consumer_offer]
        self._till = self._price * shape.is_parcel[shape.offer_channel[shape.consumer_offer]]
        """Paid when a parcel is packed; shops' sales are told as trade."""
        self._columns = daily_columns(shape.counties, shape.channels)
        self._place = {column.name: place for place, column in enumerate(self._columns[3:])}
        self._days: list[Floats] = []
        """[day]: one row a column, by pair of county and channel."""

    def __call__(self, row: Row) -> None:
        """Add one row."""
        match row:
            case Ordered():
                for name, field in zip(COUNTS, _ORDERED, strict=True):
                    self._add(row.day, name, self._of_consumers(getattr(row, field)))
                self._add(row.day, "sales", self._of_consumers(row.served * self._till))
            case Delivered():
                self._deliver(row)
            case Traded():
                self._add(row.day, "sold_kg", self._of_offers(row.kg))
                self._add(row.day, "sales", self._of_offers(row.value))
            case Dispatched():
                self._add(row.day, "dispatched_kg", self._of_offers(row.kg))
            case Paid():
                self._add(row.day, "grower_receipts", self._of_offers(row.growers))
            case _:
                pass

    def table(self) -> dict[str, NDArray[np.generic]]:
        """The columns, days one after the other."""
        days, pairs = len(self._days), len(self._county)
        values = np.array(self._days).reshape(days, -1, pairs)
        return {
            "day": np.repeat(np.arange(days), pairs),
            "county": np.tile(self._county, days),
            "channel": np.tile(self._channel, days),
            **{name: values[:, place].reshape(-1) for name, place in self._place.items()},
        }

    def write(self, stem: Path, codec: Codec) -> None:
        """Write the table."""
        write_table(stem, self._columns, self.table(), codec)

    def _deliver(self, row: Delivered) -> None:
        """Parcels that ended: by outcome, in kilograms, and what was paid back."""
        for name, field in zip(PARCELS, _DELIVERED, strict=True):
            self._add(row.day, name, self._of_consumers(getattr(row, field)))
        softened = (row.bad - row.refused) * self._shape.partial_refund
        refund = (row.refused + row.lost + softened) * self._price
        self._add(row.day, "sold_kg", self._of_consumers(row.kept * self._pack))
        self._add(row.day, "returned_kg", self._of_consumers(row.refused * self._pack))
        self._add(row.day, "lost_in_transit_kg", self._of_consumers(row.lost * self._pack))
        self._add(row.day, "refunds", self._of_consumers(refund))

    def _add(self, day: int, name: str, values: Figures) -> None:
        while len(self._days) <= day:
            self._days.append(np.zeros((len(self._place), len(self._county))))
        self._days[day][self._place[name]] += values

    def _of_consumers(self, values: NDArray[np.generic]) -> Figures:
        return np.bincount(self._consumers, values, minlength=len(self._county))

    def _of_offers(self, values: Floats) -> Figures:
        return np.bincount(self._own, values, minlength=len(self._county))
