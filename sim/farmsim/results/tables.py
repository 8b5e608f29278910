"""What is kept of a run: sums of rows by kind, offer and week. A `Tally` records ordinary runs."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.records import (
    Closed,
    Delivered,
    Harvested,
    Hourly,
    Lost,
    Ordered,
    Packed,
    Paid,
    Row,
    Traded,
    Welfare,
)
from farmsim.results.homes import Homes, homes_of

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a recorder must know of a scenario: names and index tables, no rules."""

    channels: tuple[str, ...]
    kinds: tuple[str, ...]
    """[channel]: parcel, stocked, wholesale, order or trader."""
    products: tuple[str, ...]
    counties: tuple[str, ...]
    produce: tuple[str, ...]
    """Kinds of produce that products name, in the order of their first product."""
    provinces: tuple[str, ...]
    """Where consumers live."""
    product_kind: Indices
    """[product]: number of its kind of produce, -1 without one."""
    offer_channel: Indices
    offer_county: Indices
    offer_product: Indices
    consumer_offer: Indices
    """Offers that consumers see, in the order of the consumer arrays."""
    pack_kg: Floats
    """[offer]"""
    price: Floats
    """[offer]: price to the consumer, per kg."""
    partial_refund: Floats
    """[consumer offer]: share of the price that is paid back for a bad parcel that was kept."""
    group_county: Indices
    """[grower group]"""
    group_product: Indices
    """[grower group]"""
    households: Floats
    """[grower group]"""
    land_mu: Floats
    """[grower group]"""
    hourly: Floats
    """[consumer offer, hour]: relative number of orders by hour of the day."""
    pairs: Indices
    """Those entries of the flattened [consumer offer, province] by which orders are told."""
    cell_offer: Indices
    """[cell]: position among the consumer offers."""
    cell_province: Indices
    """[cell]"""
    cell_slot: Indices
    """[cell]: days that a parcel travels, less one."""
    slots: int
    """How many slots there are."""
    days: int

    @property
    def is_parcel(self) -> NDArray[np.bool_]:
        """Whether a channel sends parcels, [channel]."""
        return np.array([kind == "parcel" for kind in self.kinds], dtype=np.bool_)

    @property
    def is_stocked(self) -> NDArray[np.bool_]:
        """Whether a channel has shops with their own stock, [channel]."""
        return np.array([kind == "stocked" for kind in self.kinds], dtype=np.bool_)


class Tally:
    """Sums of what happened. Arrays are by offer unless said otherwise."""

    wants = frozenset({Hourly, Harvested, Packed, Ordered, Delivered, Traded, Lost, Paid, Welfare, Closed})

    def __init__(self, shape: Shape) -> None:
        size, consumers = len(shape.offer_channel), len(shape.consumer_offer)
        weeks = (shape.days + 6) // 7
        self.shape = shape
        self.orders = {
            name: np.zeros(consumers)
            for name in ("wanted", "at_once", "lost", "cancelled", "served", "switched_in")
        }
        self.wanted_there: Integers = np.zeros(len(shape.pairs), dtype=np.int64)
        self.served_there: Integers = np.zeros(len(shape.pairs), dtype=np.int64)
        """Orders by pair of consumer offer and province, packs."""
        self.arrivals = {
            name: np.zeros(consumers)
            for name in ("kept", "refused", "lost", "bad", "freshness_sum", "days_sum", "spoiled_kg")
        }
        self.sold_out = {name: np.zeros(consumers) for name in ("days", "hours", "open_days")}
        """With grain: hour or each: days on which an offer sold out, sum of their hours, days with orders."""
        self.traded = {name: np.zeros(size) for name in ("kg", "value", "freshness_kg", "age_days_kg")}
        self.paid = np.zeros(size)
        self.paid_days = np.zeros(size)
        self.lost: dict[str, float] = {}
        """kg by "cause:place"."""
        self.weekly_kg = np.zeros((weeks + 60, len(shape.channels)))
        self.weekly_lost = np.zeros(weeks + 60)
        self.weekly_harvest = np.zeros(weeks + 60)
        self.harvest = np.zeros(len(shape.group_county))
        """kg picked by grower group."""
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
            case Hourly():
                self._add_hours(row)
            case Paid():
                self.paid += row.growers
                self.paid_days += row.days_sum
            case Lost():
                name = f"{row.cause}:{row.place}"
                self.lost[name] = self.lost.get(name, 0.0) + row.kg
                self.weekly_lost[row.day // 7] += row.kg
            case Harvested():
                self.weekly_harvest[row.day // 7] += row.kg.sum()
                self.harvest += row.kg
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
                self.wanted_there += row.wanted_there
                self.served_there += row.served_there
            case Delivered():
                sums = self.arrivals
                self._add_week(row.day, row.kept * self._consumer_pack, self._consumer_channel)
            case _:
                sums = self.traded
                self._add_week(row.day, row.kg, self.shape.offer_channel)
        for name in sums:
            sums[name] += getattr(row, name)

    def _add_hours(self, row: Hourly) -> None:
        """At which hour each offer sold its last pack, if customers came after it."""
        short = row.at_once < row.wanted
        out = np.logical_or.reduce(short, axis=1)
        first = np.argmax(short, axis=1)
        place = np.arange(len(first))
        within = row.at_once[place, first] / np.maximum(row.wanted[place, first], 1)
        self.sold_out["days"] += out
        self.sold_out["hours"] += np.where(out, first + within, 0.0)
        self.sold_out["open_days"] += row.wanted.any(axis=1)

    @property
    def books(self) -> Closed:
        """The closed books; they are there when the run is over."""
        assert self.closed is not None, "the run is not over"
        return self.closed

    @cached_property
    def homes(self) -> Homes:
        """All households; they are there when the run is over."""
        return homes_of(self.welfare, len(self.shape.group_county))

    @property
    def weeks(self) -> int:
        """Weeks of the horizon."""
        return (self.shape.days + 6) // 7

    def _add_week(self, day: int, kg: Floats, channel: Indices) -> None:
        self.weekly_kg[day // 7] += np.bincount(channel, kg, minlength=len(self.shape.channels))
