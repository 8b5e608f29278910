"""Where a difference in growers' income comes from: its parts in yuan, which add up to it."""

import math
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from farmsim.report.cells import wrap
from farmsim.report.charts import bar
from farmsim.report.compare_rows import letter
from farmsim.report.console import Column, make_table
from farmsim.report.kilogram_table import money_scale
from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures, fixed, whole
from farmsim.report.terminal import Look
from farmsim.report.words import difference_part_label
from farmsim.results.decomposition import PARTS

if TYPE_CHECKING:
    from farmsim.experiment.compare import Comparison


def difference_tables(comparison: "Comparison", look: Look) -> list[RenderableType]:
    """A table for each scenario, then what the parts mean."""
    tables: list[RenderableType] = []
    for place in range(1, len(comparison.runs)):
        if comparison.parts(place)["total"].verdict in ("equal", "unknown"):
            continue
        tables += [Text(), parts_table(comparison, place, look), *waiting_lines(comparison, place, look)]
    if not tables:
        return []
    meaning = _(
        "Price and channels are counted at what buyers pay, kilograms at the mean of both scenarios' prices "
        "(Bennet's symmetric split); what others take of it is subtracted item by item."
    )
    return [*tables, Text(), *(Text(line) for line in wrap(meaning, look.width))]


def parts_table(comparison: "Comparison", place: int, look: Look) -> RenderableType:
    """The difference of one scenario from the baseline, part by part; parts that are zero are left out."""
    parts = comparison.parts(place)
    total = parts["total"].estimate
    shown = [part for part in PARTS if abs(parts[part].estimate.mean) >= 0.5]
    most = max([abs(parts[part].estimate.mean) for part in shown] + [1.0])
    scale, unit = money_scale(most)
    heading = _("WHY {scenario} DIFFERS FROM {baseline}").format(scenario=letter(place), baseline=letter(0))
    columns = (
        Column(heading, 27 + min(20, look.width - 79)),
        Column(unit, 11, right=True),
        Column(look.glyphs.plus_minus + " 95%", 9, right=True),
        Column("", max(10, look.width - 27 - min(20, look.width - 79) - 11 - 9 - 3)),
    )
    rows = []
    for part in shown:
        found = parts[part].estimate
        picture = ("+ " if found.mean > 0.0 else "- ") + bar(
            abs(found.mean), most, columns[3].width - 3, look.glyphs
        )
        rows.append(
            [difference_part_label(part), _sum(found.mean / scale), _half(found.half_width / scale), picture]
        )
    last = [_("Growers' income"), _sum(total.mean / scale), _half(total.half_width / scale), ""]
    return make_table(columns, rows, look, total=last)


def waiting_lines(comparison: "Comparison", place: int, look: Look) -> list[Text]:
    """How much longer growers wait for their money, and what that would cost them."""
    days = [comparison.runs[i].estimate("days_until_paid").mean for i in (place, 0)]
    if any(math.isnan(one) for one in days) or days[0] == days[1]:
        return []
    texts = [
        _(
            "Growers wait {days} days for their money, in A {baseline}; no part of the difference, since "
            "nobody charges them interest."
        ).format(days=fixed(days[0], 1), baseline=fixed(days[1], 1))
    ]
    forgone = comparison.waiting(place) - comparison.waiting(0)
    if abs(forgone) >= 0.5:
        text = _("At the desk's rate of interest waiting would cost {sum} CNY more.")
        texts.append(text.format(sum=whole(forgone)))
    return [Text(line) for text in texts for line in wrap(text, look.width)]


def _sum(value: float) -> str:
    """A sum of money with its sign; whole numbers, so that rows add up."""
    return f"{round(value):+,}" if not math.isnan(value) else whole(value)


def _half(value: float) -> str:
    """Half an interval; less than a millionth is rounding."""
    return figures(0.0 if value < 1e-6 else value, 2)
