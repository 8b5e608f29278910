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

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.desk_view import DeskLayout, DeskView

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
        self._days = layout.horizon_days
        self._lines = len(layout.line_good)
        self._sales = self._lines * self._days
        self._keeps = layout.goods * self._days
        self._limited: NDArray[np.intp] | None = None
        self._highs = None

    def solve(self, view: DeskView, taken: Floats) -> Floats:
        """Kilograms by line to sell today beyond what is `taken` for commitments, [line]."""
        import highspy

        lay, days = self._layout, self._days
        if self._highs is None:
            self._highs = self._build(highspy, view)
        highs = self._highs
        supply = view.supply_kg.copy()
        supply[:, 0] = np.maximum(view.good_kg - np.bincount(lay.line_good, taken, minlength=lay.goods), 0.0)
        wanted = view.wanted_kg.copy()
        used = np.bincount(lay.line_offer, taken, minlength=lay.offers)
        wanted[:, 0] = np.maximum(wanted[:, 0] - used, 0.0)
        cost = np.concatenate([self._values(view), self._salvage(view)])
        columns = np.arange(self._sales + self._keeps, dtype=np.int32)
        highs.changeColsCost(len(columns), columns, cost)
        upper = np.concatenate([self._most(view, taken, supply) * KG, np.full(self._keeps, 1e9)])
        highs.changeColsBounds(len(columns), columns, np.zeros(len(columns)), upper)
        rows_low = np.concatenate(
            [supply.ravel() * KG, np.full(wanted.size, -1e30), np.full(lay.offers, -1e30)]
        )
        rest = np.minimum(np.maximum(view.remaining_kg - used, 0.0), 1e12)
        rows_high = np.concatenate([supply.ravel() * KG, wanted.ravel() * KG, rest * KG])
        rows = np.arange(len(rows_low), dtype=np.int32)
        highs.changeRowsBounds(len(rows), rows, rows_low, rows_high)
        highs.run()
        status = highs.getModelStatus()
        assert status == highspy.HighsModelStatus.kOptimal, f"the desk's program was not solved: {status}"
        plan = np.asarray(highs.getSolution().col_value[: self._sales]).reshape(self._lines, days)[:, 0] / KG
        return np.maximum(plan, 0.0)

    def _values(self, view: DeskView) -> Floats:
        """Netback of selling by line and day, as costs of the program, [line x day]."""
        worth = np.where(view.netback > self._least, view.netback, -1e3)
        discount = PATIENCE ** np.arange(self._days)
        value = worth[:, None] * discount
        return (value - TIE * np.arange(self._lines)[:, None]).ravel()

    def _salvage(self, view: DeskView) -> Floats:
        """Value of what is kept, [good x day]: only the last evening counts."""
        value = np.zeros((self._layout.goods, self._days))
        for good in range(self._layout.goods):
            netbacks = view.netback[self._layout.line_good == good]
            positive = netbacks[netbacks > 0.0]
            if len(positive):
                value[good, -1] = SALVAGE * float(positive.min()) * PATIENCE**self._days
        return value.ravel()

    def _most(self, view: DeskView, taken: Floats, supply: Floats) -> Floats:
        """Most that a line can take by day, [line x day]; a line that only takes fresh goods finds little stock."""
        good = self._layout.line_good
        most = np.full((self._lines, self._days), 1e12)
        most[:, 0] = np.maximum(view.line_kg - taken, 0.0)
        picky = view.line_kg < 0.999 * view.good_kg[good]
        if self._days > 1 and picky.any():
            recent = supply[:, 1:] + np.concatenate([np.zeros((len(supply), 1)), supply[:, 1:-1]], axis=1)
            most[picky, 1:] = recent[good[picky]]
        return most.ravel()

    def _build(self, highspy, view: DeskView):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        """The program's fixed structure, column by column."""
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

        class Quiet(highspy.Highs):  # type: ignore[misc]
            """Without callbacks the solver prints no banner on the screen."""

            def enableCallbacks(self) -> None:  # noqa: N802
                """Leave them off."""

        highs = Quiet()
        highs.setOptionValue("output_flag", False)  # noqa: FBT003
        highs.setOptionValue("threads", 1)
        highs.setOptionValue("random_seed", 0)
        highs.passModel(program)
        return highs
