"""Stock of perishable lots as arrays: kilograms, thermal age and spent hazard by (column, row).

A column is a harvest day (modulo the longest life kept), a row one good at one place. Parts of one lot that
meet in a cell merge to the mass-weighted mean; different lots never merge. Ages are kept as at the last
inspection: a cell's age now is `age + rate x (now - inspected_at)`.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

CRUMB_KG = 1e-9
"""Less than this is not a parcel's worth of anything: no lot is issued for it."""


class Issued(NamedTuple):
    """What left the stock, one entry per lot part: mass, thermal age and spent hazard at that moment."""

    line: Indices
    """Position in the request that it serves."""
    column: Indices
    kg: Floats
    age: Floats
    hazard: Floats


class Spoilage(NamedTuple):
    """What an inspection threw out, [row]: units that failed, and what nobody would buy any more."""

    spoiled_kg: Floats
    discarded_kg: Floats


class Stock:
    """Kilograms, thermal ages (days at reference) and spent hazards of every lot at every place."""

    __slots__ = (
        "_age",
        "_columns",
        "_discard_age",
        "_hazard",
        "_kg",
        "_median",
        "_rate",
        "_shape",
        "inspected_at",
    )

    def __init__(self, columns: int, median: Floats, shape: Floats, discard_age: Floats) -> None:
        """`median`, `shape` and `discard_age` (thermal days) are by row."""
        rows = len(median)
        self._columns = columns
        self._kg = np.zeros((columns, rows))
        self._age = np.zeros((columns, rows))
        self._hazard = np.zeros((columns, rows))
        self._median, self._shape, self._discard_age = median, shape, discard_age
        self._rate = np.ones(rows)
        self.inspected_at = 0.0

    @property
    def kg(self) -> Floats:
        """Kilograms, [column, row]; read only by convention."""
        return self._kg

    @property
    def columns(self) -> int:
        """Number of harvest days kept."""
        return self._columns

    def on_hand(self) -> Floats:
        """Kilograms by row."""
        return self._kg.sum(axis=0)

    def on_hand_of(self, rows: Indices) -> Floats:
        """Kilograms in some rows."""
        return np.asarray(np.add.reduce(self._kg[:, rows], axis=0))

    def age(self, now: float) -> Floats:
        """Thermal age of every cell now, [column, row]."""
        return self._age + self._rate * (now - self.inspected_at)

    def set_rates(self, rate: Floats) -> None:
        """Ageing speed of each row until further notice; call right after an inspection."""
        self._rate = rate

    def freshness(self, now: float) -> Floats:
        """1 - a/m, not below 0, [column, row] (ripening is not in it)."""
        return np.maximum(0.0, 1.0 - self.age(now) / self._median)

    def harvests(self, today: int, age_limit: int | None = None) -> Indices:
        """Columns from the oldest harvest that may be used to today's."""
        days = self._columns if age_limit is None else min(age_limit + 1, self._columns)
        return (today + 1 - days + np.arange(days)) % self._columns

    def held(self, columns: Indices, rows: Indices) -> Floats:
        """Kilograms of some cells, [column, ...rows]."""
        return np.asarray(self._kg[columns[:, None, None], rows])

    def freshness_of(self, columns: Indices, rows: Indices, now: float) -> Floats:
        """Freshness of some cells, [column, ...rows]."""
        age = self._age[columns[:, None, None], rows] + self._rate[rows] * (now - self.inspected_at)
        return np.asarray(np.maximum(0.0, 1.0 - age / self._median[rows]))

    def receive(self, rows: Indices, columns: Indices, kg: Floats, age: Floats, now: float) -> None:
        """Add lot parts with thermal age `age` now; each (column, row) at most once in a call.

        A merged cell has spent the mean of its parts' hazards, but never more than its mean age has: nothing
        comes back to life.
        """
        before = self._kg[columns, rows]
        total = before + kg
        part = np.divide(kg, total, out=np.zeros_like(kg), where=total > 0.0)
        since = self._rate[rows] * (now - self.inspected_at)
        merged = self._age[columns, rows] + part * (age - since - self._age[columns, rows])
        spent = np.power(np.maximum(age, 0.0) / self._median[rows], self._shape[rows])
        mean = self._hazard[columns, rows] + part * (spent - self._hazard[columns, rows])
        most = np.power(np.maximum(merged + since, 0.0) / self._median[rows], self._shape[rows])
        self._age[columns, rows] = merged
        self._hazard[columns, rows] = np.minimum(mean, most)
        self._kg[columns, rows] = total

    def receive_merged(self, rows: Indices, columns: Indices, kg: Floats, age: Floats, now: float) -> None:
        """The same where several parts may belong into one cell: they merge to the mean first."""
        width = self._kg.shape[1]
        cells, which = np.unique(columns * width + rows, return_inverse=True)
        mass = np.bincount(which, kg)
        mean = np.bincount(which, kg * age) / np.maximum(mass, 1e-300)
        self.receive(cells % width, cells // width, mass, mean, now)

    def issue(
        self,
        rows: Indices,
        wanted: Floats,
        now: float,
        *,
        today: int,
        rule: Literal["freshest", "fefo", "fifo", "lifo"],
        age_limit: int | None = None,
        allowed: NDArray[np.bool_] | None = None,
    ) -> Issued:
        """Take up to `wanted` kg for each request from its rows, lot by lot in the order of `rule`.

        `rows` is [request, place]. `today` is the column of today's harvest; harvests more than `age_limit`
        days older are left alone. `allowed` masks the other cells, [column, request, place], in the order of
        `harvests`. A row may stand in one request only.
        """
        count, places = rows.shape
        order = self.harvests(today, age_limit)
        if rule in ("freshest", "lifo"):
            order = order[::-1]
            allowed = None if allowed is None else allowed[::-1]
        have = self._kg[order[:, None, None], rows]
        if allowed is not None:
            have = have * allowed
        flat = have.reshape(len(order) * places, count) if places == 1 else _interleave(have)
        if rule == "fefo":
            flat, ranks = self._by_age(flat, order, rows, now)
        upto = np.cumsum(flat, axis=0)
        taken = np.minimum(flat, np.maximum(wanted - (upto - flat), 0.0))
        cell, line = np.nonzero(taken > CRUMB_KG)
        kg = taken[cell, line]
        if rule == "fefo":
            cell = ranks[cell, line]
        column = order[cell // places]
        row = rows[line, cell % places]
        age = self._age[column, row] + self._rate[row] * (now - self.inspected_at)
        hazard = self._hazard[column, row]
        left = self._kg[column, row] - kg
        self._kg[column, row] = np.where(left < CRUMB_KG, 0.0, left)
        kg = kg + np.where(left < CRUMB_KG, left, 0.0)
        return Issued(line, column, kg, age, hazard)

    def _by_age(self, flat: Floats, order: Indices, rows: Indices, now: float) -> tuple[Floats, Indices]:
        """The same masses, oldest thermal age first within each request, and where each came from."""
        ages = self.age(now)[order[:, None, None], rows] / self._median[rows]
        by_age = ages.reshape(flat.shape) if rows.shape[1] == 1 else _interleave(ages)
        ranks = np.argsort(-by_age, axis=0, kind="stable")
        return np.take_along_axis(flat, ranks, axis=0), ranks

    def take_cells(self, columns: Indices, rows: Indices, now: float) -> tuple[Floats, Floats]:
        """Empty single cells; returns what was in them and its thermal age now."""
        kg = self._kg[columns, rows].copy()
        age = self._age[columns, rows] + self._rate[rows] * (now - self.inspected_at)
        self._kg[columns, rows] = 0.0
        return kg, age

    def inspect(self, now: float) -> Spoilage:
        """Age everything until now and throw out what failed and what is too old to sell, [row]."""
        self._age += self._rate * (now - self.inspected_at)
        self.inspected_at = now
        spent = np.power(np.maximum(self._age, 0.0) / self._median, self._shape)
        failed = self._kg * -np.expm1(np.log(2.0) * (self._hazard - spent))
        self._hazard = spent
        self._kg -= failed
        too_old = np.where(self._age >= self._discard_age, self._kg, 0.0)
        self._kg -= too_old
        return Spoilage(failed.sum(axis=0), too_old.sum(axis=0))

    def clear_column(self, column: int) -> Floats:
        """Empty a column before its day is used again; what was still in it is returned by row."""
        rest = self._kg[column].copy()
        self._kg[column] = 0.0
        self._age[column] = 0.0
        self._hazard[column] = 0.0
        return rest

    def remove_share(self, rows: Indices | slice, share: Floats | float) -> Floats:
        """Take the same share of every lot out of the named rows; returns kg by row."""
        gone = self._kg[:, rows] * share
        self._kg[:, rows] -= gone
        return np.asarray(gone.sum(axis=0))

    def move(self, source: Indices, target: Indices, share: Floats, now: float) -> None:
        """Move a share of every lot from rows to other rows of the same goods (gate to cold store)."""
        kg = self._kg[:, source] * share
        if not np.count_nonzero(kg):
            return
        before = self._kg[:, target]
        total = before + kg
        part = np.divide(kg, total, out=np.zeros_like(kg), where=total > 0.0)
        since = self._rate[target] * (now - self.inspected_at)
        merged = self._age[:, target] + part * (self.age(now)[:, source] - since - self._age[:, target])
        mean = self._hazard[:, target] + part * (self._hazard[:, source] - self._hazard[:, target])
        most = np.power(np.maximum(merged + since, 0.0) / self._median[target], self._shape[target])
        self._age[:, target] = merged
        self._hazard[:, target] = np.minimum(mean, most)
        self._kg[:, target] = total
        self._kg[:, source] -= kg


def _interleave(cells: Floats) -> Floats:
    """[column, request, place] to [column x place, request], places of one column side by side."""
    columns, count, places = cells.shape
    return cells.transpose(0, 2, 1).reshape(columns * places, count)
