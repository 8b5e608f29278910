"""Tables of the parts of a run: its counties, its buyers' provinces, its kinds of produce.

Of many counties or provinces the first and last few are shown and the others summed up. From 110 cells on,
counties have bars too; the facts are the same.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType
from rich.text import Text

from farmsim.report.cells import wrap
from farmsim.report.charts import bar
from farmsim.report.console import Column, make_table
from farmsim.report.kilogram_table import amount, mass_scale, money_scale
from farmsim.report.messages import language
from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures, fixed, whole
from farmsim.report.ratios import ratio_estimate
from farmsim.report.terminal import Look
from farmsim.report.words import produce_label, unit_label
from farmsim.results.estimates import estimate
from farmsim.scenario.catalogue import provinces

if TYPE_CHECKING:
    from farmsim.experiment.run import RunResult, Table

Floats = NDArray[np.float64]

FIRST, LAST = 4, 3
"""Counties shown of the most and of the least sales."""
WIDE_LABEL = 26
BUYERS = 5
"""Provinces shown."""


def parts_tables(result: "RunResult", look: Look, *, all_of_them: bool = False) -> list[RenderableType]:
    """What the screen shows of a scenario with several counties; nothing for a single one."""
    first = result.outcomes[0]
    if not first.counties:
        return []
    parts: list[RenderableType] = [Text(), county_table(result, look, all_of_them=all_of_them)]
    parts += spread_lines(result, look)
    if first.provinces:
        parts += [Text(), province_table(result, look, all_of_them=all_of_them)]
    if first.kinds:
        parts += [Text(), kind_table(result, look)]
    return parts


def county_table(result: "RunResult", look: Look, *, all_of_them: bool = False) -> RenderableType:
    """Counties in the order of their sales, and what their households have."""
    counties = result.loaded.scenario.counties
    names = _ordered(result, "counties", "sales_revenue")
    homes = {name: sum(group.households for group in counties[name].growers.values()) for name in names}
    sales = {name: result.values_of("counties", name, "sales_revenue") for name in names}
    growers = {name: _mean(result, "counties", name, "grower_receipts") for name in names}
    scale, unit = money_scale(float(sum(float(values.mean()) for values in sales.values())))
    most = max(float(values.mean()) for values in sales.values())
    label = WIDE_LABEL if look.is_wide else look.width - 61
    width = look.width - 61 - label - 1

    def per_home(those: Sequence[str], metric: str) -> float:
        """Mean over the households of some counties."""
        weights = np.array([float(homes[name]) for name in those])
        return float(np.average([_mean(result, "counties", name, metric) for name in those], weights=weights))

    def cells(name: str, those: Sequence[str]) -> list[str | Text]:
        mean, low, high, _sd, _n = estimate(np.sum([sales[name] for name in those], axis=0))
        line: list[str | Text] = [
            name,
            amount(mean / scale),
            figures((high - low) / 2.0 / scale, 2),
            amount(sum(growers[name] for name in those) / scale),
            figures(per_home(those, "household_net_income")),
            figures(per_home(those, "households_above_line_share") * 100.0),
        ]
        picture = bar(mean, most, width, look.glyphs) if len(those) == 1 else ""
        return [*line, Text(picture, style="color(36)")] if look.is_wide else line

    shown = _few(names, FIRST, 0 if all_of_them else LAST, all_of_them=all_of_them)
    rows = [
        cells(counties[those[0]].label.text(language()) if len(those) == 1 else _others(those), those)
        for those in shown
    ]
    columns = [
        Column(_("COUNTIES BY SALES"), label),
        Column(_("sales {unit}").format(unit=unit), 11, right=True),
        Column(look.glyphs.plus_minus + " 95%", 7, right=True),
        Column(_("growers {unit}").format(unit=unit), 13, right=True),
        Column(unit_label("CNY/household"), 13, right=True),
        Column(_("above line %"), 12, right=True),
    ]
    if look.is_wide:
        columns.append(Column("", width))
    every = _("All {count} counties").format(count=len(names))
    return make_table(columns, rows, look, total=cells(every, names))


def spread_lines(result: "RunResult", look: Look) -> list[Text]:
    """How unevenly sales are spread over the counties."""
    sales = np.sort(
        [_mean(result, "counties", name, "sales_revenue") for name in result.outcomes[0].counties]
    )
    gini = result.estimate("county_sales_gini")
    tenth = max(1, round(len(sales) / 10))
    total = max(float(sales.sum()), 1e-300)
    text = _(
        "Spread: Gini coefficient of sales {gini}; the first {count} counties have {first} % of them, the "
        "lower half {low} %"
    ).format(
        gini=fixed(gini.mean, 3),
        count=tenth,
        first=whole(float(sales[-tenth:].sum()) / total * 100.0),
        low=whole(float(sales[: len(sales) // 2].sum()) / total * 100.0),
    )
    return [Text(line) for line in wrap(text, look.width)]


def province_table(result: "RunResult", look: Look, *, all_of_them: bool = False) -> RenderableType:
    """Where the buyers live: what they ordered and got, at list prices."""
    labels = {province.id: province.label.text(language()) for province in provinces()}
    names = _ordered(result, "provinces", "sales_value")

    def total(those: Sequence[str], figure: str) -> float:
        return sum(_mean(result, "provinces", name, figure) for name in those)

    value = total(names, "sales_value")
    money, money_unit = money_scale(value)
    mass, mass_unit = mass_scale(total(names, "served_kg"))
    shown = _few(names, BUYERS, 0, all_of_them=all_of_them)
    most = max(total(those, "sales_value") for those in shown if len(those) == 1)
    width = max(4, look.width - 67)

    def cells(label: str, those: Sequence[str], *, has_bar: bool = True) -> list[str | Text]:
        sold = total(those, "sales_value")
        picture = bar(min(sold, most), most, width, look.glyphs) if has_bar and len(those) == 1 else ""
        return [
            label,
            figures(total(those, "orders")),
            figures(total(those, "served_orders") / max(total(those, "orders"), 1e-300) * 100.0),
            amount(total(those, "served_kg") / mass),
            amount(sold / money),
            whole(sold / max(value, 1e-300) * 100.0),
            Text(picture, style="color(166)"),
        ]

    rows = [cells(labels[those[0]] if len(those) == 1 else _others(those), those) for those in shown]
    columns = (
        Column(_("BUYERS' PROVINCES"), 20),
        Column(_("ordered"), 8, right=True),
        Column(_("served %"), 8, right=True),
        Column(mass_unit, 7, right=True),
        Column(_("value {unit}").format(unit=money_unit), 14, right=True),
        Column("%", 4, right=True),
        Column("", width),
    )
    every = _("All provinces")
    return make_table(columns, rows, look, total=cells(every, names, has_bar=False))


def kind_table(result: "RunResult", look: Look) -> RenderableType:
    """What was sold, by kind of produce."""
    names = _ordered(result, "kinds", "sales_revenue")
    sold = {name: result.values_of("kinds", name, "sold_kg") for name in names}
    sales = {name: _mean(result, "kinds", name, "sales_revenue") for name in names}
    receipts = {name: result.values_of("kinds", name, "grower_receipts") for name in names}
    mass, mass_unit = mass_scale(sum(float(kg.mean()) for kg in sold.values()))
    money, money_unit = money_scale(sum(sales.values()))
    width = max(4, look.width - 73)
    rows: list[list[str | Text]] = [
        [
            produce_label(name),
            amount(float(sold[name].mean()) / mass),
            amount(sales[name] / money),
            amount(float(receipts[name].mean()) / money),
            fixed(ratio_estimate(receipts[name], sold[name]).mean, 2),
            figures(_mean(result, "kinds", name, "refund_share") * 100.0),
            Text(bar(sales[name], max(sales.values()), width, look.glyphs), style="color(74)"),
        ]
        for name in names
    ]
    columns = (
        Column(_("KINDS OF PRODUCE"), 19),
        Column(mass_unit, 7, right=True),
        Column(_("sales {unit}").format(unit=money_unit), 11, right=True),
        Column(_("growers {unit}").format(unit=money_unit), 13, right=True),
        Column(_("CNY/kg"), 7, right=True),
        Column(_("refunded %"), 10, right=True),
        Column("", width),
    )
    return make_table(columns, rows, look)


def _ordered(result: "RunResult", table: "Table", figure: str) -> list[str]:
    """The parts of a table, the largest mean first; equal ones in file order."""
    parts: dict[str, dict[str, float]] = getattr(result.outcomes[0], table)
    return sorted(parts, key=lambda name: -np.nan_to_num(_mean(result, table, name, figure)))


def _mean(result: "RunResult", table: "Table", part: str, figure: str) -> float:
    """Mean over the replications in which it is known."""
    return result.estimate_of(table, part, figure).mean


def _few(names: list[str], first: int, last: int, *, all_of_them: bool) -> list[list[str]]:
    """The names one by one, but those between the first and the last few together."""
    if all_of_them or len(names) <= first + last + 1:
        return [[name] for name in names]
    end = len(names) - last
    return [*([name] for name in names[:first]), names[first:end], *([name] for name in names[end:])]


def _others(those: Sequence[str]) -> str:
    """What a row of several is called."""
    return _("{count} others").format(count=len(those))
