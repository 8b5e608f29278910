"""The table of where the kilograms went: channels, then what was not sold, and what growers got for them.

Rows add up to the harvest. From 110 cells on, two columns show the interval of the price and the weeks.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType
from rich.text import Text

from farmsim.report.charts import bar, sparkline
from farmsim.report.console import Column, make_table
from farmsim.report.messages import language
from farmsim.report.messages import translate as _
from farmsim.report.numbers import UNKNOWN, figures, fixed, whole
from farmsim.report.ratios import ratio_estimate
from farmsim.report.terminal import Look
from farmsim.report.words import CHANNEL_COLORS, destination_label
from farmsim.results.estimates import Estimate, estimate

if TYPE_CHECKING:
    from farmsim.experiment.run import RunResult


def kilogram_table(result: "RunResult", look: Look) -> RenderableType:
    """Where the kilograms went and what growers got for them, by channel and destination."""
    rows = _kilogram_rows(result)
    harvested = np.array([outcome.kg_in for outcome in result.outcomes])
    scale, unit = mass_scale(float(harvested.mean()))
    receipts = sum(row.receipts for row in rows if row.receipts is not None)
    money, money_unit = money_scale(receipts)
    most = max((float(row.kg.mean()) for row in rows), default=0.0)
    columns = _kilogram_columns(look, unit, money_unit)
    bar_width = columns[4].width

    def cells(row: "_Row", *, total: bool = False) -> list[str | Text]:
        mean, low, high, _sd, _n = estimate(row.kg)
        share = mean / harvested.mean() * 100.0 if harvested.mean() > 0 else math.nan
        picture = "" if total else bar(mean, most, bar_width, look.glyphs)
        line: list[str | Text] = [
            row.label,
            amount(mean / scale),
            figures((high - low) / 2 / scale, 2),
            whole(share),
            Text(picture, style=f"color({row.color})"),
            whole(row.receipts / money) if row.receipts is not None else UNKNOWN,
            UNKNOWN if row.price is None else fixed(row.price.mean, 2),
        ]
        if not look.is_wide:
            return line
        half = UNKNOWN if row.price is None else figures(row.price.half_width, 2)
        return [*line, half, sparkline(row.weekly, look.glyphs)]

    price = ratio_estimate(result.values("grower_receipts"), result.values("sold_kg"))
    total = _Row(_("Harvested"), harvested, 0, receipts, price, _weekly(result, "harvested"))
    return make_table(columns, [cells(row) for row in rows], look, total=cells(total, total=True))


DUST_KG = 0.5
"""A destination of less is left out: rounding of sums, or a crumb."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the kilogram table; `receipts` is None where nothing is paid."""

    label: str
    kg: NDArray[np.float64]
    color: int
    receipts: float | None
    price: Estimate | None
    weekly: list[float]


def _kilogram_rows(result: "RunResult") -> list[_Row]:
    """Channels in file order, then what was not sold, without those of less than half a kilogram."""
    scenario = result.loaded.scenario
    rows = []
    for name, channel in scenario.channels.items():
        if name not in result.outcomes[0].channels:
            continue
        label, kg = channel.label.text(language()), result.values("sold_kg", name)
        receipts = result.estimate("grower_receipts", name).mean
        price = ratio_estimate(result.values("grower_receipts", name), kg)
        rows.append(_Row(label, kg, CHANNEL_COLORS[channel.kind], receipts, price, _weekly(result, name)))
    for place in result.outcomes[0].destinations:
        kg = np.array([outcome.destinations.get(place, 0.0) for outcome in result.outcomes])
        if kg.mean() >= DUST_KG:
            rows.append(_Row(destination_label(place), kg, 240, None, None, _weekly(result, place)))
    return rows


def _kilogram_columns(look: Look, unit: str, money_unit: str) -> tuple[Column, ...]:
    """Columns of the kilogram table; the bar takes what is left."""
    label = 24 if look.width < 90 else 30
    columns = [
        Column(_("WHERE THE KG WENT"), label),
        Column(unit, 7, right=True),
        Column(look.glyphs.plus_minus + " 95%", 7, right=True),
        Column("%", 4, right=True),
        Column("", 0),
        Column(_("growers {unit}").format(unit=money_unit), 13, right=True),
        Column(_("CNY/kg"), 7, right=True),
    ]
    if look.is_wide:
        columns += [Column(look.glyphs.plus_minus + " 95%", 7, right=True), Column(_("by week"), 16)]
    taken = sum(column.width for column in columns) + len(columns) - 1
    columns[4] = Column("", max(4, look.width - taken))
    return tuple(columns)


def _weekly(result: "RunResult", name: str) -> list[float]:
    """Mean kilograms by week over the replications; empty where not kept."""
    weeks = [outcome.weekly[name] for outcome in result.outcomes if name in outcome.weekly]
    return [float(v) for v in np.mean(np.array(weeks, dtype=np.float64), axis=0)] if weeks else []


def amount(value: float) -> str:
    """A whole number, so that rows add up to their total; what would round to nothing keeps one figure."""
    return figures(value, 1) if 0.0 < value < 0.5 else whole(value)


def mass_scale(kg: float) -> tuple[float, str]:
    """Unit of mass in which the largest number has at most five digits."""
    if kg < 1e5:
        return 1.0, _("kg")
    return (1e3, _("tonnes")) if kg < 1e8 else (1e6, _("kt"))


def money_scale(money: float) -> tuple[float, str]:
    """Unit of money in which the largest number has at most five digits."""
    if abs(money) < 1e5:
        return 1.0, _("CNY")
    return (1e3, _("k CNY")) if abs(money) < 1e8 else (1e6, _("M CNY"))
