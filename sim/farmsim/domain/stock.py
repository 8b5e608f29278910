"""Stock of perishable lots as arrays: kilograms, thermal age and spent hazard by (column, row).

A column is a harvest day (modulo the longest life kept), a row one good at one place. Parts of one lot that
meet in a cell merge to the mass-weighted mean; different lots never merge. Ages are kept as at the last
inspection: a cell's age now is `age + rate x (now - inspected_at)`.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.produce import failed_share, spent_hazard
from farmsim.domain.sums import sum_by

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Rule = Literal["freshest", "fefo", "fifo", "lifo"]

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
        "_on_hand",
        "_rate",
        "_shape",
        "_width",
        "inspected_at",
        "version",
    )

    def __init__(self, columns: int, median: Floats, shape: Floats, discard_age: Floats) -> None:
        """`median`, `shape` and `discard_age` (thermal days) are by row."""
        self._columns, self._width = columns, len(median)
        self._kg = np.zeros((columns, self._width))
        self._age = np.zeros((columns, self._width))
        self._hazard = np.zeros((columns, self._width))
        self._median, self._shape, self._discard_age = median, shape, discard_age
        self._rate = np.ones(self._width)
        self._on_hand: Floats | None = None
        self.inspected_at = 0.0
        self.version = 0
        """Rises with every change: what was worked out of the stock holds as long as it stands still."""

    @property
    def kg(self) -> Floats:
        """Kilograms, [column, row]; read only by convention."""
        return self._kg

    @property
    def columns(self) -> int:
        """Number of harvest days kept."""
        return self._columns

    def on_hand(self) -> Floats:
        """Kilograms by row; read only by convention."""
        if self._on_hand is None:
            self._on_hand = np.add.reduce(self._kg, axis=0)
        return self._on_hand

    def on_hand_of(self, rows: Indices) -> Floats:
        """Kilograms in some rows."""
        return np.asarray(np.add.reduce(self._kg[:, rows], axis=0))

    def age(self, now: float) -> Floats:
        """Thermal age of every cell now, [column, row]."""
        return self._age + self._rate * (now - self.inspected_at)

    def set_rates(self, rate: Floats) -> None:
        """Ageing speed of each row until further notice; call right after an inspection."""
        self._rate = rate
        self._changed()

    def freshness(self, now: float) -> Floats:
        """1 - a/m, not below 0, [column, row] (ripening is not in it)."""
        return np.maximum(0.0, 1.0 - self.age(now) / self._median)

    def harvests(self, today: int, age_limit: int | None = None) -> Indices:
        """Columns from the oldest harvest that may be used to today's."""
        days = self._columns if age_limit is None else min(age_limit + 1, self._columns)
        return (today + 1 - days + np.arange(days)) % self._columns

    def cells(self, columns: Indices, rows: Indices) -> Indices:
        """Where the cells of some columns and rows stand in the flattened tables, [column, ...rows]."""
        return columns.reshape(-1, *(1,) * rows.ndim) * self._width + rows

    def held(self, cells: Indices) -> Floats:
        """Kilograms of some cells, in their shape."""
        return self._kg.take(cells)

    def freshness_of(self, cells: Indices, rows: Indices, now: float) -> Floats:
        """1 - a/m of `cells`, which are of `rows`, [column, ...rows]; below 0 beyond the median life."""
        age = self._age.take(cells)
        age += self._rate.take(rows) * (now - self.inspected_at)
        age /= self._median.take(rows)
        return np.subtract(1.0, age, out=age)

    def receive(self, rows: Indices, columns: Indices, kg: Floats, age: Floats, now: float) -> None:
        """Add lot parts with thermal age `age` now; each (column, row) at most once in a call.

        A merged cell has spent the mean of its parts' hazards, but never more than its mean age has: nothing
        comes back to life.
        """
        cells = columns * self._width + rows
        total = self._kg.take(cells) + kg
        part = kg / np.maximum(total, 1e-300)
        since = self._rate.take(rows) * (now - self.inspected_at)
        median, shape = self._median.take(rows), self._shape.take(rows)
        old, hazard = self._age.take(cells), self._hazard.take(cells)
        merged = old + part * (age - since - old)
        spent = spent_hazard(age, median, shape)
        most = spent_hazard(merged + since, median, shape)
        self._age.put(cells, merged)
        self._hazard.put(cells, np.minimum(hazard + part * (spent - hazard), most))
        self._kg.put(cells, total)
        self._changed()

    def receive_merged(self, rows: Indices, columns: Indices, kg: Floats, age: Floats, now: float) -> None:
        """The same where several parts may belong into one cell: they merge to the mean first."""
        cells, which = np.unique(columns * self._width + rows, return_inverse=True)
        mass = sum_by(which, kg)
        mean = sum_by(which, kg * age) / np.maximum(mass, 1e-300)
        self.receive(cells % self._width, cells // self._width, mass, mean, now)

    def issue(  # noqa: PLR0913 - what, from where, when and by which rules
        self,
        rows: Indices,
        wanted: Floats,
        now: float,
        *,
        today: int,
        rule: Rule,
        age_limit: int | None = None,
        allowed: NDArray[np.bool_] | None = None,
    ) -> Issued:
        """Take up to `wanted` kg for each request from its rows, lot by lot in the order of `rule`.

        `rows` is [request, place]. `today` is the column of today's harvest; harvests more than `age_limit`
        days older are left alone. `allowed` masks the other cells, [column, request, place], in the order of
        `harvests`. A row may stand in one request only.
        """
        cells = self.cells(self.harvests(today, age_limit), rows.T)
        have = self._kg.take(cells)
        if allowed is not None:
            have *= allowed.transpose(0, 2, 1)
        return self.issue_cells(cells, have, wanted, now, rule)

    def issue_cells(self, cells: Indices, have: Floats, wanted: Floats, now: float, rule: Rule) -> Issued:
        """Take up to `wanted` kg for each request out of `cells`, of which at most `have` kg each.

        `cells` and `have` are [column, place, request], columns in the order of `harvests`.
        """
        count = cells.shape[2]
        if rule in ("freshest", "lifo"):
            cells, have = cells[::-1], have[::-1]
        cells, have = cells.reshape(-1, count), have.reshape(-1, count)
        if rule == "fefo":
            ranks = self._oldest_first(cells, now)
            cells, have = np.take_along_axis(cells, ranks, axis=0), np.take_along_axis(have, ranks, axis=0)
        before = np.add.accumulate(have, axis=0)
        before -= have
        taken = np.minimum(have, np.maximum(wanted - before, 0.0))
        parts = (taken > CRUMB_KG).reshape(-1).nonzero()[0]
        kg, where = taken.take(parts), cells.take(parts)
        column, row = np.divmod(where, self._width)
        age = self._age.take(where) + self._rate.take(row) * (now - self.inspected_at)
        left = self._kg.take(where) - kg
        crumb = left < CRUMB_KG
        self._kg.put(where, np.where(crumb, 0.0, left))
        self._changed()
        kg += np.where(crumb, left, 0.0)
        return Issued(parts % count, column, kg, age, self._hazard.take(where))

    def _oldest_first(self, cells: Indices, now: float) -> Indices:
        """Order of the cells of each request, oldest thermal age first, [rank, request]."""
        row = cells % self._width
        age = self._age.take(cells) + self._rate.take(row) * (now - self.inspected_at)
        return np.argsort(-(age / self._median.take(row)), axis=0, kind="stable")

    def take_cells(self, columns: Indices, rows: Indices, now: float) -> tuple[Floats, Floats]:
        """Empty single cells; returns what was in them and its thermal age now."""
        kg = self._kg[columns, rows].copy()
        age = self._age[columns, rows] + self._rate[rows] * (now - self.inspected_at)
        self._kg[columns, rows] = 0.0
        self._changed()
        return kg, age

    def inspect(self, now: float) -> Spoilage:
        """Age everything until now and throw out what failed and what is too old to sell, [row]."""
        self._age += self._rate * (now - self.inspected_at)
        self.inspected_at = now
        spent = spent_hazard(self._age, self._median, self._shape)
        failed = self._kg * failed_share(self._hazard, spent)
        self._hazard = spent
        self._kg -= failed
        too_old = np.where(self._age >= self._discard_age, self._kg, 0.0)
        self._kg -= too_old
        self._changed()
        return Spoilage(np.add.reduce(failed, axis=0), np.add.reduce(too_old, axis=0))

    def clear_column(self, column: int) -> Floats:
        """Empty a column before its day is used again; what was still in it is returned by row."""
        rest: Floats = self._kg[column].copy()
        self._kg[column] = 0.0
        self._age[column] = 0.0
        self._hazard[column] = 0.0
        self._changed()
        return rest

    def remove_share(self, rows: Indices | slice, share: Floats | float) -> Floats:
        """Take the same share of every lot out of the named rows; returns kg by row."""
        gone = self._kg[:, rows] * share
        self._kg[:, rows] -= gone
        self._changed()
        return np.asarray(np.add.reduce(gone, axis=0))

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
        most = spent_hazard(merged + since, self._median[target], self._shape[target])
        self._age[:, target] = merged
        self._hazard[:, target] = np.minimum(mean, most)
        self._kg[:, target] = total
        self._kg[:, source] -= kg
        self._changed()

    def _changed(self) -> None:
        self.version += 1
        self._on_hand = None
