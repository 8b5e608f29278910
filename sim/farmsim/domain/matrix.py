"""The rolling plan of the `matrix` desk: one linear program a morning, built once a season, re-solved warm.

For lines l, goods g, days t: sell x[l,t], keep y[g,t] overnight.

    maximise   sum netback[l,t] x[l,t]  +  sum salvage[g] y[g,T-1]
    subject to sum over lines of g of x[l,t] + y[g,t] - keep[g] y[g,t-1] = supply[g,t]
               sum over lines of o of x[l,t] <= wanted[o,t],   0 <= x[l,0] <= what the line may take today
               sum over lines of o and days  <= what the offer can take in the rest of the season

Later sales count a little less (`PATIENCE`), and lines differ by a fixed tiny amount, so that the plan is
unique. The salvage value of the last evening's stock is a share of the good's least positive netback: what
could not be sold in the days ahead will go to the last resort.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.desk_view import DeskLayout, DeskView
from farmsim.domain.sums import sum_by

Floats = NDArray[np.float64]

PATIENCE = 0.995
"""Weight of a day's netback against that of the day before (assumption: prefer to sell)."""
SALVAGE = 0.6
"""Value of stock at the end of the look-ahead, share of the least positive netback (assumption)."""
TIE = 1e-6
"""Difference in netback that settles ties between lines, CNY per kg."""
KG = 1e-3
"""The program counts tonnes, which keeps its numbers near 1."""


class RollingPlan:
    """A linear program that lives through one season."""

    def __init__(self, layout: DeskLayout, least_netback: float) -> None:
        self._layout = layout
        self._least = least_netback
        self._days = days = layout.horizon_days
        self._lines = len(layout.line_good)
        self._sales = self._lines * days
        self._keeps = layout.goods * days
        self._highs: Any = None
        """The solver; it comes with the first morning."""
        self._columns = np.arange(self._sales + self._keeps, dtype=np.int32)
        self._zeros = np.zeros(len(self._columns))
        self._free = np.full(self._keeps, 1e9)
        self._rows = np.arange((layout.goods + layout.offers) * days + layout.offers, dtype=np.int32)
        self._unbounded = np.full(len(self._rows) - self._keeps, -1e30)
        self._discount = PATIENCE ** np.arange(days)
        self._ties = TIE * np.arange(self._lines)[:, None]
        self._by_good = np.argsort(layout.line_good, kind="stable")
        self._goods, self._first = np.unique(layout.line_good[self._by_good], return_index=True)

    def solve(self, view: DeskView, taken: Floats) -> Floats:
        """Kilograms by line to sell today beyond what is `taken` for commitments, [line]."""
        lay, days = self._layout, self._days
        if self._highs is None:
            self._highs = self._build(view)
        highs = self._highs
        supply = view.supply_kg.copy()
        supply[:, 0] = np.maximum(view.good_kg - sum_by(lay.line_good, taken, minlength=lay.goods), 0.0)
        wanted = view.wanted_kg.copy()
        used = sum_by(lay.line_offer, taken, minlength=lay.offers)
        wanted[:, 0] = np.maximum(wanted[:, 0] - used, 0.0)
        cost = np.concatenate([self._values(view), self._salvage(view)])
        highs.changeColsCost(len(cost), self._columns, cost)
        upper = np.concatenate([self._most(view, taken, supply) * KG, self._free])
        highs.changeColsBounds(len(upper), self._columns, self._zeros, upper)
        balance = supply.ravel() * KG
        rest = np.minimum(np.maximum(view.remaining_kg - used, 0.0), 1e12)
        rows_low = np.concatenate([balance, self._unbounded])
        rows_high = np.concatenate([balance, wanted.ravel() * KG, rest * KG])
        highs.changeRowsBounds(len(rows_low), self._rows, rows_low, rows_high)
        highs.run()
        status = highs.getModelStatus()
        assert status.name == "kOptimal", f"the desk's program was not solved: {status}"
        plan: Floats = np.array(highs.getSolution().col_value[: self._sales : days])
        return np.asarray(np.maximum(plan / KG, 0.0))

    def _values(self, view: DeskView) -> Floats:
        """Netback of selling by line and day, as costs of the program, [line x day]."""
        worth = np.where(view.netback > self._least, view.netback, -1e3)
        value: Floats = worth[:, None] * self._discount - self._ties
        return value.reshape(-1)

    def _salvage(self, view: DeskView) -> Floats:
        """Value of what is kept, [good x day]: only the last evening counts."""
        value = np.zeros((self._layout.goods, self._days))
        positive = np.where(view.netback > 0.0, view.netback, np.inf)[self._by_good]
        least = np.minimum.reduceat(positive, self._first)
        value[self._goods, -1] = np.where(least < np.inf, SALVAGE * least * PATIENCE**self._days, 0.0)
        return value.reshape(-1)

    def _most(self, view: DeskView, taken: Floats, supply: Floats) -> Floats:
        """Most that a line can take by day, [line x day]; one that only takes fresh goods finds little."""
        good = self._layout.line_good
        most = np.full((self._lines, self._days), 1e12)
        most[:, 0] = np.maximum(view.line_kg - taken, 0.0)
        picky = view.line_kg < 0.999 * view.good_kg[good]
        if self._days > 1 and np.count_nonzero(picky):
            recent = supply[:, 1:].copy()
            recent[:, 1:] += supply[:, 1:-1]
            most[picky, 1:] = recent[good[picky]]
        return most.reshape(-1)

    def _build(self, view: DeskView) -> Any:
        """The program's fixed structure, column by column."""
        import highspy  # noqa: PLC0415 - it is heavy, and most scenarios do without

        lay, days = self._layout, self._days
        balance_rows, want_rows = lay.goods * days, lay.offers * days
        starts, index, value = [0], [], []
        for line in range(self._lines):
            for day in range(days):
                index += [
                    lay.line_good[line] * days + day,
                    balance_rows + lay.line_offer[line] * days + day,
                    balance_rows + want_rows + lay.line_offer[line],
                ]
                value += [1.0, 1.0, 1.0]
                starts.append(len(index))
        for good in range(lay.goods):
            for day in range(days):
                index.append(good * days + day)
                value.append(1.0)
                if day + 1 < days:
                    index.append(good * days + day + 1)
                    value.append(-float(view.keep_share[good]))
                starts.append(len(index))
        program = highspy.HighsLp()
        program.num_col_ = self._sales + self._keeps
        program.num_row_ = balance_rows + want_rows + lay.offers
        program.sense_ = highspy.ObjSense.kMaximize
        program.col_cost_ = np.zeros(program.num_col_)
        program.col_lower_ = np.zeros(program.num_col_)
        program.col_upper_ = np.full(program.num_col_, 1e9)
        program.row_lower_ = np.full(program.num_row_, -1e30)
        program.row_upper_ = np.full(program.num_row_, 1e30)
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_ = np.asarray(starts, dtype=np.int32)
        program.a_matrix_.index_ = np.asarray(index, dtype=np.int32)
        program.a_matrix_.value_ = np.asarray(value, dtype=np.float64)

        class Quiet(highspy.Highs):
            """Without callbacks the solver prints no banner on the screen."""

            def enableCallbacks(self) -> None:  # noqa: N802
                """Leave them off."""

        highs = Quiet()  # type: ignore[no-untyped-call]
        highs.setOptionValue("output_flag", False)  # noqa: FBT003
        highs.setOptionValue("threads", 1)
        highs.setOptionValue("random_seed", 0)
        highs.passModel(program)
        return highs
