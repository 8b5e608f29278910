"""The rest of a run, for `--full`: every metric, every channel, the consumer's yuan, the households."""

import math
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Group, RenderableType
from rich.text import Text

from farmsim.report.cells import fit, pad, spread
from farmsim.report.charts import bar, dot_interval
from farmsim.report.console import Column, make_table
from farmsim.report.messages import language
from farmsim.report.messages import translate as _
from farmsim.report.numbers import UNKNOWN, figures, fixed, interval, whole
from farmsim.report.ratios import ratio_estimate
from farmsim.report.terminal import Look
from farmsim.report.words import (
    CHANNEL_COLORS,
    is_share,
    metric_label,
    operator_item_label,
    price_part_label,
    unit_label,
)
from farmsim.results.estimates import Estimate, estimate
from farmsim.results.metrics import METRICS

if TYPE_CHECKING:
    from farmsim.experiment.run import RunResult

WELFARE = (
    "household_net_income",
    "households_above_line_share",
    "headcount_ratio",
    "poverty_gap",
    "poverty_severity",
    "gini",
    "income_per_mu",
    "peak_borrowing",
)


def full_sections(result: "RunResult", look: Look) -> Group:
    """What `--full` prints after the screen of the run."""
    parts: list[RenderableType] = []
    channels = [name for name in result.loaded.scenario.channels if name in result.outcomes[0].channels]
    sections = [
        metrics_table(result, look),
        *(channel_table(result, look, name) for name in channels),
        price_axis(result, look, channels),
        *(waterfall_table(result, look, name) for name in channels if _has_waterfall(result, name)),
        *(operator_table(result, look, name) for name in result.outcomes[0].operators),
        welfare_table(result, look),
    ]
    for section in sections:
        parts += [Text(), section]
    return Group(*parts)


def metrics_table(result: "RunResult", look: Look) -> RenderableType:
    """Every metric that is known, by its identifier, the one that JSON, `expect:` and `explain` use."""
    found = {name: result.estimate(name) for name in METRICS if name in result.outcomes[0].metrics}
    known = {name: value for name, value in found.items() if value.n > 0}
    return _estimates_table(_("ALL METRICS"), list(known), list(known.values()), look)


def channel_table(result: "RunResult", look: Look, channel: str) -> RenderableType:
    """Every metric of one channel that is known and not zero."""
    rows = [(name, result.estimate(name, channel)) for name in result.outcomes[0].channels[channel]]
    known = [(name, value) for name, value in rows if value.mean != 0.0 and not math.isnan(value.mean)]
    heading = f"{channel}: {result.loaded.scenario.channels[channel].label.text(language())}"
    return _estimates_table(
        heading, [name for name, _value in known], [value for _name, value in known], look
    )


def price_axis(result: "RunResult", look: Look, channels: list[str]) -> RenderableType:
    """Growers' price of each channel as a point with its interval, on one axis from 0."""
    estimates = {
        name: ratio_estimate(result.values("grower_receipts", name), result.values("sold_kg", name))
        for name in channels
    }
    known = {name: value for name, value in estimates.items() if not math.isnan(value.mean)}
    ends = [value.mean if math.isnan(value.high) else value.high for value in known.values()]
    axis = (0.0, max([*ends, 1e-9]) * 1.05)
    width = look.width - 22 - 9
    glyphs = look.glyphs
    heading = _("GROWERS' PRICE BY CHANNEL, CNY/kg ({point} mean, {bar} 95% CI, n {count})").format(
        point=glyphs.point, bar=glyphs.left + glyphs.rule * 2 + glyphs.right, count=len(result.outcomes)
    )
    lines = [Text(heading, style="bold"), Text(look.rule)]
    for name, value in known.items():
        label = result.loaded.scenario.channels[name].label.text(language())
        picture = dot_interval(value.low, value.mean, value.high, axis, width, glyphs)
        shown = (
            pad(fit(label, 21, glyphs.more), 22)
            + pad(picture, width)
            + pad(fixed(value.mean, 2), 9, right=True)
        )
        lines.append(Text(shown))
    lines.append(Text(" " * 22 + spread("0", fixed(axis[1], 2), width)))
    return Group(*lines)


def waterfall_table(result: "RunResult", look: Look, channel: str) -> RenderableType:
    """Who keeps how much of the consumer's yuan in one channel; means of the season."""
    parts = result.outcomes[0].waterfall[channel]
    amounts = {
        part: np.array([outcome.waterfall[channel].get(part, 0.0) for outcome in result.outcomes])
        for part in parts
    }
    paid = amounts.get("consumer", np.zeros(len(result.outcomes)))
    sold = float(result.values("sold_kg", channel).mean())
    label = result.loaded.scenario.channels[channel]
    width = look.width - 22 - 8 - 17 - 7 - 4 - 5
    columns = (
        Column(_("YUAN: {channel}").format(channel=label.label.text(language())), 22),
        Column(_("k CNY"), 8, right=True),
        Column(_("95% CI of mean"), 17, right=True),
        Column(_("CNY/kg"), 7, right=True),
        Column("%", 4, right=True),
        Column("", width),
    )
    rows: list[list[str | Text]] = []
    for part, values in amounts.items():
        mean, low, high, _sd, _n = estimate(values)
        share = mean / paid.mean() if paid.mean() > 0 else math.nan
        if mean == 0.0 and part != "consumer":
            continue
        picture = Text(
            bar(mean, float(paid.mean()), width, look.glyphs), f"color({CHANNEL_COLORS[label.kind]})"
        )
        per_kg = fixed(mean / sold, 2) if sold > 0 else UNKNOWN
        cells = (figures(mean / 1e3), interval(low / 1e3, high / 1e3), per_kg, whole(share * 100.0))
        rows.append([price_part_label(part), *cells, picture])
    return make_table(columns, rows, look)


def operator_table(result: "RunResult", look: Look, channel: str) -> RenderableType:
    """A contract buyer's own account: what it paid, what it sold on, what it kept."""
    label = result.loaded.scenario.channels[channel].label.text(language())
    rows = []
    for item in result.outcomes[0].operators[channel]:
        mean, low, high, _sd, _n = estimate(
            np.array([o.operators[channel].get(item, 0.0) for o in result.outcomes])
        )
        rows.append([operator_item_label(item), figures(mean), interval(low, high)])
    columns = (
        Column(_("ACCOUNT OF: {channel}").format(channel=label), 37 + look.width - 79),
        Column(_("mean"), 16, right=True),
        Column(_("95% CI of mean"), 24, right=True),
    )
    return make_table(columns, rows, look)


def welfare_table(result: "RunResult", look: Look) -> RenderableType:
    """What the season means for households, against the poverty line of the counties."""
    rows = []
    for name in WELFARE:
        if name not in METRICS or name not in result.outcomes[0].metrics:
            continue
        rows.append([metric_label(name), *_estimate_cells(name, result.estimate(name))])
    columns = (
        Column(_("HOUSEHOLDS"), 27 + look.width - 79),
        Column(_("mean"), 11, right=True),
        Column(_("95% CI of mean"), 22, right=True),
        Column(_("unit"), 14),
    )
    return make_table(columns, rows, look)


def _estimates_table(heading: str, names: list[str], values: list[Estimate], look: Look) -> RenderableType:
    """A table of estimates by metric; where there is room, with what the metric is called."""
    spare = look.width - 79
    columns = [
        Column(heading, 27 + min(spare, 8)),
        Column(_("mean"), 10, right=True),
        Column(_("95% CI of mean"), 20, right=True),
        Column(_("n"), 5, right=True),
        Column(_("unit"), 13),
    ]
    if look.is_wide:
        columns.append(Column(_("meaning"), look.width - sum(c.width for c in columns) - len(columns)))
    rows = []
    for name, value in zip(names, values, strict=True):
        mean, span, unit = _estimate_cells(name, value)
        row = [name, mean, span, str(value.n), unit]
        rows.append([*row, metric_label(name)] if look.is_wide else row)
    return make_table(columns, rows, look)


def _estimate_cells(name: str, value: Estimate) -> tuple[str, str, str]:
    """Mean, interval and unit of a metric as shown."""
    unit = METRICS[name].unit if name in METRICS else ""
    factor = 100.0 if is_share(unit) else 1.0
    span = interval(value.low * factor, value.high * factor)
    return figures(value.mean * factor), span, unit_label(unit)


def _has_waterfall(result: "RunResult", channel: str) -> bool:
    """Whether consumers' money was followed through this channel."""
    return any(abs(amount) > 0.0 for amount in result.outcomes[0].waterfall.get(channel, {}).values())
