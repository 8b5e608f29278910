"""Stock of perishable lots: kilograms, thermal age and spent hazard of each lot in each row.

A row is one good at one place. A lot of a row is kept in the cell (column, row), the column being its harvest
day modulo the longest life kept. Parts of one lot that meet in a cell merge to the mass-weighted mean;
different lots never merge. Rows out of which the same demand is served make a *pool* (a county's cold store
and its gate; the grades of a shop's offer); lots are listed pool by pool, so that work follows the number of
lots that there are, not the number of cells. Ages are kept as at the last inspection: a cell's age now is
`age + rate x (now - inspected_at)`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.produce import failed_share, spent_hazard
from farmsim.domain.sums import sum_by
from farmsim.domain.terms import Issue

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

CRUMB_KG = 1e-9
"""Less than this is not a parcel's worth of anything: no lot is issued for it."""
_DAYS = 1 << 13
"""Harvest days that the order of lots tells apart, more than a run can have."""
_RANKS = 1 << 6
"""Rows that a pool may have."""


class Lots(NamedTuple):
    """Lots pool by pool, in each the oldest harvest first and rows of one harvest by their rank."""

    cell: Indices
    row: Indices
    pool: Indices
    """Counted from the first pool that was asked for."""
    harvest: Indices
    """Day of the run."""


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
        "_known",
        "_listed",
        "_lots",
        "_median",
        "_new",
        "_on_hand",
        "_order",
        "_rate",
        "_shape",
        "_views",
        "_width",
        "inspected_at",
        "version",
    )

    def __init__(
        self,
        columns: int,
        median: Floats,
        shape: Floats,
        discard_age: Floats,
        *,
        pool: Indices | None = None,
        rank: Indices | None = None,
    ) -> None:
        """`median`, `shape`, `discard_age` (thermal days), `pool` and `rank` in the pool are by row.

        Without pools each row is one of its own.
        """
        self._columns, self._width = columns, len(median)
        self._kg = np.zeros(columns * self._width)
        self._age = np.zeros(columns * self._width)
        self._hazard = np.zeros(columns * self._width)
        self._median, self._shape, self._discard_age = median, shape, discard_age
        self._rate = np.ones(self._width)
        pools = np.arange(self._width) if pool is None else pool
        self._order = pools * (_DAYS * _RANKS) + (0 if rank is None else rank)
        """Place of a row's lots in the list, but for their harvest day."""
        self._listed = np.zeros(columns * self._width, dtype=np.bool_)
        self._new: list[tuple[Indices, Indices]] = []
        """Cells that are not in the list yet, with their places."""
        self._known = np.zeros(0, dtype=np.intp)
        self._lots = Lots(self._known, self._known, self._known, self._known)
        self._views: dict[tuple[int, int], Lots] = {}
        self._on_hand: Floats | None = None
        self.inspected_at = 0.0
        self.version = 0
        """Rises with every change: what was worked out of the stock holds as long as it stands still."""

    @property
    def kg(self) -> Floats:
        """Kilograms, [column, row]; read only by convention."""
        return self._kg.reshape(self._columns, self._width)

    def on_hand(self) -> Floats:
        """Kilograms by row; read only by convention."""
        if self._on_hand is None:
            lots = self._all()
            self._on_hand = sum_by(lots.row, self._kg.take(lots.cell), minlength=self._width)
        return self._on_hand

    def age(self, now: float) -> Floats:
        """Thermal age of every cell now, [column, row]; without meaning where there is nothing."""
        ages = self._age.reshape(self._columns, self._width)
        return ages + self._rate * (now - self.inspected_at)

    def set_rates(self, rate: Floats) -> None:
        """Ageing speed of each row until further notice; call right after an inspection."""
        self._rate = rate
        self._changed()

    def lots(self, first: int, last: int) -> Lots:
        """The lots of the pools from `first` to before `last`; some may have been emptied today.

        The same object as long as no lot is added to or taken off the list.
        """
        lots = self._all()
        if (first, last) not in self._views:
            a, b = np.searchsorted(lots.pool, [first, last]).tolist()
            self._views[first, last] = Lots(
                lots.cell[a:b], lots.row[a:b], lots.pool[a:b] - first, lots.harvest[a:b]
            )
        return self._views[first, last]

    def held(self, cells: Indices) -> Floats:
        """Kilograms of some cells."""
        return self._kg.take(cells)

    def freshness_of(self, lots: Lots, now: float) -> Floats:
        """1 - a/m of some lots; below 0 beyond the median life (ripening is not in it)."""
        life = self._ages(lots.cell, lots.row, now)
        life /= self._median.take(lots.row)
        return np.subtract(1.0, life, out=life)

    def receive(self, rows: Indices, columns: Indices, kg: Floats, age: Floats, now: float) -> None:
        """Add lot parts with thermal age `age` now; each (column, row) at most once in a call.

        A merged cell has spent the mean of its parts' hazards, but never more than its mean age has: nothing
        comes back to life.
        """
        hazard = spent_hazard(age, self._median.take(rows), self._shape.take(rows))
        self._merge(rows, columns, kg, age, hazard, now)

    def receive_merged(self, rows: Indices, columns: Indices, kg: Floats, age: Floats, now: float) -> None:
        """The same where several parts may belong into one cell: they merge to the mean first."""
        cells, which = np.unique(columns * self._width + rows, return_inverse=True)
        mass = sum_by(which, kg)
        mean = sum_by(which, kg * age) / np.maximum(mass, 1e-300)
        self.receive(cells % self._width, cells // self._width, mass, mean, now)

    def issue(self, lots: Lots, have: Floats, wanted: Floats, now: float, rule: Issue) -> Issued:
        """Take up to `wanted` kg for each pool out of `lots`, lot by lot in the order of `rule`.

        `have` is what may be taken of each lot, 0 where it is left alone. Pools are counted as in `lots`.
        """
        some = ((have > 0.0) & (wanted.take(lots.pool) > 0.0)).nonzero()[0]
        if not len(some):
            return Issued(some, some, np.zeros(0), np.zeros(0), np.zeros(0))
        some = some[self._turns(Lots._make(part.take(some) for part in lots), now, rule)]
        pool, mass = lots.pool.take(some), have.take(some)
        before = _before(pool, mass)
        taken = np.minimum(mass, np.maximum(wanted.take(pool) - before, 0.0))
        parts = (taken > CRUMB_KG).nonzero()[0]
        some, kg = some.take(parts), taken.take(parts)
        cell, row = lots.cell.take(some), lots.row.take(some)
        age = self._ages(cell, row, now)
        left = self._kg.take(cell) - kg
        crumb = left < CRUMB_KG
        self._kg.put(cell, np.where(crumb, 0.0, left))
        self._changed()
        kg += np.where(crumb, left, 0.0)
        return Issued(pool.take(parts), cell // self._width, kg, age, self._hazard.take(cell))

    def take_lots(self, lots: Lots, which: Indices, now: float) -> tuple[Indices, Floats, Floats]:
        """Empty some of the lots; their columns, what was in them and its thermal age now."""
        cell = lots.cell[which]
        kg, age = self._kg.take(cell), self._ages(cell, lots.row[which], now)
        self._kg.put(cell, 0.0)
        self._changed()
        return cell // self._width, kg, age

    def inspect(self, now: float) -> Spoilage:
        """Age everything until now and throw out what failed and what is too old to sell, [row]."""
        cell, row, *_ = self._all()
        age = self._ages(cell, row, now)
        self.inspected_at = now
        spent = spent_hazard(age, self._median.take(row), self._shape.take(row))
        kg = self._kg.take(cell)
        failed = kg * failed_share(self._hazard.take(cell), spent)
        kg -= failed
        too_old = np.where(age >= self._discard_age.take(row), kg, 0.0)
        self._age.put(cell, age)
        self._hazard.put(cell, spent)
        self._kg.put(cell, kg - too_old)
        self._changed()
        return Spoilage(
            sum_by(row, failed, minlength=self._width), sum_by(row, too_old, minlength=self._width)
        )

    def clear_column(self, column: int) -> Floats:
        """Empty a column before its day is used again; what was still in it is returned by row.

        Lots that have been emptied leave the list.
        """
        cells = slice(column * self._width, (column + 1) * self._width)
        rest = self._kg[cells].copy()
        self._kg[cells] = 0.0
        lots = self._all()
        stays = self._kg.take(lots.cell) > 0.0
        self._listed[lots.cell[~stays]] = False
        self._known = self._known[stays]
        self._lots = Lots._make(part[stays] for part in lots)
        self._views.clear()
        self._changed()
        return rest

    def remove_share(self, share: Floats) -> Floats:
        """Take the same share, [row], of every lot out of each row; returns kg by row."""
        cell, row, *_ = self._all()
        kg = self._kg.take(cell)
        gone = kg * share.take(row)
        self._kg.put(cell, kg - gone)
        self._changed()
        return sum_by(row, gone, minlength=self._width)

    def move(self, source: Indices, target: Indices, share: Floats, now: float) -> None:
        """Move a share of every lot from rows to other rows of the same goods (gate to cold store)."""
        to, part = np.full(self._width, -1, dtype=np.intp), np.zeros(self._width)
        to[source], part[source] = target, share
        cell, row, *_ = self._all()
        kg = self._kg.take(cell) * part.take(row)
        goes = (kg > 0.0).nonzero()[0]
        if not len(goes):
            return
        cell, row, kg = cell[goes], row[goes], kg[goes]
        age, hazard = self._ages(cell, row, now), self._hazard.take(cell)
        self._kg.put(cell, self._kg.take(cell) - kg)
        self._merge(to[row], cell // self._width, kg, age, hazard, now)

    def _ages(self, cells: Indices, rows: Indices, now: float) -> Floats:
        """Thermal age now of some cells, which are of `rows`."""
        age = self._rate.take(rows)
        age *= now - self.inspected_at
        age += self._age.take(cells)
        return age

    def _merge(
        self, rows: Indices, columns: Indices, kg: Floats, age: Floats, hazard: Floats, now: float
    ) -> None:
        """Add lot parts of this thermal age and spent hazard; each (column, row) at most once in a call."""
        cells = columns * self._width + rows
        total = self._kg.take(cells) + kg
        part = kg / np.maximum(total, 5e-324)
        since = self._rate.take(rows) * (now - self.inspected_at)
        old, spent = self._age.take(cells), self._hazard.take(cells)
        merged = old + part * (age - since - old)
        most = spent_hazard(merged + since, self._median.take(rows), self._shape.take(rows))
        self._age.put(cells, merged)
        self._hazard.put(cells, np.minimum(spent + part * (hazard - spent), most))
        self._kg.put(cells, total)
        self._changed()
        new = (~self._listed.take(cells)).nonzero()[0]
        if len(new):
            self._listed[cells[new]] = True
            harvest = int(now) - (int(now) - columns[new]) % self._columns
            self._new.append((cells[new], self._order[rows[new]] + (harvest + self._columns) * _RANKS))

    def _turns(self, lots: Lots, now: float, rule: Issue) -> Indices:
        """Pool by pool, the turn of each lot under a rule; of equals the first in the list comes first."""
        match rule:
            case "fifo":
                return np.arange(len(lots.pool))
            case "fefo":
                return np.lexsort((self.freshness_of(lots, now), lots.pool))
            case _:
                return np.argsort(lots.pool * _DAYS - lots.harvest, kind="stable")

    def _all(self) -> Lots:
        """The list with what came in since it was last looked at."""
        if self._new:
            cells, places = zip(*self._new, strict=True)
            self._new.clear()
            known = np.concatenate((self._known, *places))
            order = np.argsort(known, kind="stable")
            cell = np.concatenate((self._lots.cell, *cells))[order]
            self._known = known[order]
            day, pool = self._known // _RANKS % _DAYS, self._known // (_DAYS * _RANKS)
            self._lots = Lots(cell, cell % self._width, pool, day - self._columns)
            self._views.clear()
        return self._lots

    def _changed(self) -> None:
        self.version += 1
        self._on_hand = None


def _before(pool: Indices, mass: Floats) -> Floats:
    """How much stands before each entry in its pool; entries of a pool stand together.

    The sums run through a table of their own for each pool, so that rounding in one never shows in another.
    """
    first = np.empty(len(pool), dtype=np.bool_)
    first[0] = True
    np.not_equal(pool[1:], pool[:-1], out=first[1:])
    starts = first.nonzero()[0]
    number = np.add.accumulate(first, dtype=np.intp)
    number -= 1
    turn = np.arange(len(pool)) - starts.take(number)
    place = turn * len(starts) + number
    table = np.zeros((int(turn.max()) + 1) * len(starts))
    table.put(place, mass)
    summed = np.add.accumulate(table.reshape(-1, len(starts)), axis=0)
    return np.asarray(summed.take(place) - mass)
