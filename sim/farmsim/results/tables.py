"""What is kept of a run: sums of rows by kind, offer and week. A `Tally` records ordinary runs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.records import (
    Closed,
    Delivered,
    Harvested,
    Lost,
    Ordered,
    Packed,
    Paid,
    Row,
    Traded,
    Welfare,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a tally must know of a scenario: names and index tables, no rules."""

    channels: tuple[str, ...]
    kinds: tuple[str, ...]
    """[channel]: parcel, stocked, wholesale, order or trader."""
    products: tuple[str, ...]
    offer_channel: NDArray[np.intp]
    offer_product: NDArray[np.intp]
    consumer_offer: NDArray[np.intp]
    """Offers that consumers see, in the order of the consumer arrays."""
    pack_kg: Floats
    """[offer]"""
    price: Floats
    """[offer]: price to the consumer, per kg."""
    days: int
    households: float
    land_mu: float


class Tally:
    """Sums of what happened. Arrays are by offer unless said otherwise."""

    wants = frozenset({Harvested, Packed, Ordered, Delivered, Traded, Lost, Paid, Welfare, Closed})

    def __init__(self, shape: Shape) -> None:
        size, consumers = len(shape.offer_channel), len(shape.consumer_offer)
        weeks = (shape.days + 6) // 7
        self.shape = shape
        self.orders = {
            name: np.zeros(consumers)
            for name in ("wanted", "at_once", "lost", "cancelled", "served", "switched_in")
        }
        self.arrivals = {
            name: np.zeros(consumers)
            for name in ("kept", "refused", "lost", "bad", "freshness_sum", "days_sum", "spoiled_kg")
        }
        self.traded = {name: np.zeros(size) for name in ("kg", "value", "freshness_kg", "age_days_kg")}
        self.paid = np.zeros(size)
        self.paid_days = np.zeros(size)
        self.lost: dict[str, float] = {}
        """kg by "cause:place"."""
        self.weekly_kg = np.zeros((weeks + 60, len(shape.channels)))
        self.weekly_lost = np.zeros(weeks + 60)
        self.weekly_harvest = np.zeros(weeks + 60)
        self.packed: list[Packed] = []
        self.welfare: list[Welfare] = []
        self.closed: Closed | None = None
        self._consumer_channel = shape.offer_channel[shape.consumer_offer]
        self._consumer_pack = shape.pack_kg[shape.consumer_offer]

    def __call__(self, row: Row) -> None:
        """Add one row."""
        match row:
            case Ordered() | Delivered() | Traded():
                self._add_sales(row)
            case Paid():
                self.paid += row.growers
                self.paid_days += row.days_sum
            case Lost():
                name = f"{row.cause}:{row.place}"
                self.lost[name] = self.lost.get(name, 0.0) + row.kg
                self.weekly_lost[row.day // 7] += row.kg
            case Harvested():
                self.weekly_harvest[row.day // 7] += row.kg.sum()
            case Packed():
                self.packed.append(row)
            case Welfare():
                self.welfare.append(row)
            case Closed():
                self.closed = row
            case _:
                pass

    def _add_sales(self, row: Ordered | Delivered | Traded) -> None:
        """Orders, arrivals and sales: fields of the row are added to sums of the same name."""
        match row:
            case Ordered():
                sums = self.orders
            case Delivered():
                sums = self.arrivals
                self._add_week(row.day, row.kept * self._consumer_pack, self._consumer_channel)
            case _:
                sums = self.traded
                self._add_week(row.day, row.kg, self.shape.offer_channel)
        for name in sums:
            sums[name] += getattr(row, name)

    @property
    def books(self) -> Closed:
        """The closed books; they are there when the run is over."""
        assert self.closed is not None, "the run is not over"
        return self.closed

    @property
    def weeks(self) -> int:
        """Weeks of the horizon."""
        return (self.shape.days + 6) // 7

    def _add_week(self, day: int, kg: Floats, channel: NDArray[np.intp]) -> None:
        self.weekly_kg[day // 7] += np.bincount(channel, kg, minlength=len(self.shape.channels))
