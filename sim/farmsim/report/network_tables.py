"""The tables of a supply network's screen: the whole network, each kind of place, where the kilograms went.

Every mean has half its 95 % interval: below it, and beside it from 110 cells on. A column in which there is
nothing at any place is left out.
"""

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType
from rich.text import Text

from farmsim.report.cautions import FEW_REPLICATIONS
from farmsim.report.cells import cell_width, wrap
from farmsim.report.console import Column, make_table
from farmsim.report.kilogram_table import mass_scale
from farmsim.report.messages import translate as _
from farmsim.report.network_words import (
    COLUMNS,
    HEADINGS,
    TOTALS,
    destination_label,
    factor,
    network_unit,
    origin_label,
    total_label,
)
from farmsim.report.numbers import UNKNOWN, figures, interval
from farmsim.report.terminal import Look
from farmsim.results.estimates import Estimate, estimate, quantiles
from farmsim.results.network import TOTAL_METRICS
from farmsim.results.network_catalogue import CATALOGUES, Places
from farmsim.results.scope import Metric

if TYPE_CHECKING:
    from farmsim.experiment.network import NetworkResult

LEAST_NUMBER, WIDE_NUMBER, LEAST_LABEL, MOST_NUMBER = 8, 16, 16, 13
"""Cells of a column of numbers, of one with its intervals, of the names of places; of numbers at the most."""
DUST = 1e-9
"""So small a share of all kilograms is rounding."""
ALWAYS = ("fill_rate", "sold_kg")
"""Shown of a network with customers even where they are zero."""


def totals_table(result: "NetworkResult", look: Look) -> list[RenderableType]:
    """The whole network's metrics; nothing where there is neither stock nor trade."""
    shown = [name for name in TOTALS if _says_something(result, name)]
    if not shown:
        return []
    spare = max(0, look.width - 79) // 3
    columns = (
        Column(_("WHOLE NETWORK"), 23 + spare),
        Column(_("mean"), 16, right=True),
        Column(_("95% CI of mean"), 18 + spare, right=True),
        Column(_("10-90% of runs"), 19 + spare, right=True),
    )
    return [Text(), make_table(columns, [_total_row(result, name) for name in shown], look)]


def place_tables(result: "NetworkResult", look: Look) -> list[RenderableType]:
    """A table for each kind of place that the network has."""
    parts: list[RenderableType] = []
    for table in CATALOGUES:
        places = list(getattr(result.outcomes[0], table))
        if places and (table != "sources" or _sources_matter(result)):
            parts += [Text(), _place_table(result, table, places, look)]
    return parts


def interval_note(result: "NetworkResult", look: Look) -> list[Text]:
    """What the second number of a place is, or why there is none."""
    if not any(getattr(result.outcomes[0], table) for table in CATALOGUES):
        return []
    text = (
        _("{plus_minus}: half the 95 % interval of the mean over replications").format(
            plus_minus=look.glyphs.plus_minus
        )
        if len(result.outcomes) > 1
        else _("No intervals: there is 1 replication.")
    )
    return [Text(line) for line in wrap(text, look.width)]


def kilograms_table(result: "NetworkResult", look: Look) -> RenderableType:
    """Where the kilograms came from and where they went, from the start to the horizon."""
    total = np.array([outcome.kg_in for outcome in result.outcomes])
    scale, unit = mass_scale(float(total.mean()))
    origins = dict.fromkeys(name for outcome in result.outcomes for name in outcome.entered)
    goals = dict.fromkeys(name for outcome in result.outcomes for name in outcome.destinations)

    def cells(label: str, values: NDArray[np.float64]) -> list[str | Text]:
        mean, low, high, _sd, _n = estimate(values)
        share = mean / total.mean() * 100.0 if total.mean() > 0.0 else math.nan
        return [label, figures(mean / scale), figures((high - low) / 2.0 / scale, 2), figures(share)]

    rows = [
        cells(origin_label(name), np.array([o.entered.get(name, 0.0) for o in result.outcomes]))
        for name in origins
    ]
    for name in goals:
        values = np.array([o.destinations.get(name, 0.0) for o in result.outcomes])
        if values.max() > DUST * total.mean():
            rows.append(cells(destination_label(name), values))
    out = np.array([outcome.kg_out for outcome in result.outcomes])
    columns = (
        Column(_("WHERE THE KG CAME FROM AND WENT"), look.width - 38),
        Column(unit, 14, right=True),
        Column(look.glyphs.plus_minus + " 95%", 12, right=True),
        Column("%", 12, right=True),
    )
    return make_table(columns, rows, look, total=cells(_("In = out"), out))


def full_tables(result: "NetworkResult", look: Look) -> list[RenderableType]:
    """Every metric of the whole network and of every place, by the names that JSON uses."""
    currency = result.loaded.scenario.currency
    totals = {name: result.estimate(name) for name in TOTAL_METRICS if name in result.outcomes[0].metrics}
    parts: list[RenderableType] = [
        Text(),
        _metrics_table(_("ALL METRICS"), TOTAL_METRICS, totals, currency, look),
    ]
    for table, catalogue in CATALOGUES.items():
        for place, metrics in getattr(result.outcomes[0], table).items():
            found = {name: result.estimate_of(table, place, name) for name in metrics}
            heading = f"{_(HEADINGS[table])}: {place}"
            parts += [Text(), _metrics_table(heading, catalogue, found, currency, look)]
    return parts


def _says_something(result: "NetworkResult", name: str) -> bool:
    """Whether a total is worth a row: known, and not zero in every replication."""
    values = result.values(name)
    if name in ALWAYS and result.values("wanted_kg").any():
        return not bool(np.isnan(values).all())
    if name == "profit" and not result.values("revenue").any():
        return False
    return bool(np.nan_to_num(values).any())


def _sources_matter(result: "NetworkResult") -> bool:
    """Whether the loads of sources may take different ways: with one source, the first table says it all."""
    return len(result.loaded.scenario.network.sources) > 1


def _total_row(result: "NetworkResult", name: str) -> list[str | Text]:
    """One total with its interval and the range of replications."""
    unit = TOTAL_METRICS[name].unit
    scale = factor(unit)
    mean, low, high, _sd, _n = result.estimate(name)
    few = len(result.outcomes) < FEW_REPLICATIONS
    ends = (math.nan, math.nan) if few else quantiles(result.values(name))
    shown = figures(mean * scale)
    label = network_unit(unit.partition("/")[0], result.loaded.scenario.currency)
    return [
        total_label(name),
        shown if shown == UNKNOWN else f"{shown} {label}",
        interval(low * scale, high * scale),
        interval(ends[0] * scale, ends[1] * scale),
    ]


def _place_table(result: "NetworkResult", table: Places, places: list[str], look: Look) -> RenderableType:
    """The places of one kind with their most important metrics."""
    currency = result.loaded.scenario.currency
    found = {
        column: [result.estimate_of(table, place, column.metric) for place in places]
        for column in COLUMNS[table]
    }
    kept = {
        column: values
        for column, values in found.items()
        if any(one.n > 0 and (one.mean != 0.0 or one.sd > 0.0) for one in values)
    }
    units = {column: CATALOGUES[table][column.metric].unit for column in kept}
    headings = [
        _(column.heading)
        if units[column] in ("loads", "trips", "orders")
        else f"{_(column.heading)} {network_unit(units[column], currency)}"
        for column in kept
    ]
    rows: list[list[str | Text]] = []
    has_intervals = len(result.outcomes) > 1
    sign = look.glyphs.plus_minus
    for row, place in enumerate(places):
        those = [(values[row], factor(units[column])) for column, values in kept.items()]
        means = [figures(one.mean * scale) for one, scale in those]
        halves = [_half(one, scale) for one, scale in those]
        if look.is_wide and has_intervals:
            means = [
                mean if half == UNKNOWN else f"{mean} {sign} {half}"
                for mean, half in zip(means, halves, strict=True)
            ]
        rows.append([place, *means])
        if has_intervals and not look.is_wide:
            rows.append([f"  {sign}", *halves])
    least = WIDE_NUMBER if look.is_wide and has_intervals else LEAST_NUMBER
    widths = [max(least, cell_width(heading) + 1) for heading in headings]
    spare = max(0, look.width - LEAST_LABEL - sum(widths)) // max(len(widths), 1)
    widths = [max(width, min(width + spare, MOST_NUMBER)) for width in widths]
    label = max(LEAST_LABEL, look.width - sum(widths))
    columns = [Column(_(HEADINGS[table]), label)]
    columns += [Column(heading, width, right=True) for heading, width in zip(headings, widths, strict=True)]
    return make_table(columns, rows, look)


def _half(found: Estimate, scale: float) -> str:
    """Half an interval, two significant figures; less than a billionth of the mean is rounding."""
    half = found.half_width
    if math.isnan(half):
        return UNKNOWN
    return "0" if half <= 1e-9 * abs(found.mean) else figures(half * scale, 2)


def _metrics_table(
    heading: str, catalogue: dict[str, Metric], found: dict[str, Estimate], currency: str, look: Look
) -> RenderableType:
    """A table of metrics that are known; where there is room, with what they mean."""
    spare = min(max(0, look.width - 79), 8)
    columns = [
        Column(heading, 28 + spare),
        Column(_("mean"), 11, right=True),
        Column(_("95% CI of mean"), 22, right=True),
        Column(_("n"), 5, right=True),
        Column(" " + _("unit"), 12),
    ]
    if look.is_wide:
        columns.append(Column(_("meaning"), look.width - sum(column.width for column in columns)))
    rows: list[list[str | Text]] = []
    for name, (mean, low, high, _sd, n) in found.items():
        if n == 0:
            continue
        unit = catalogue[name].unit
        scale = factor(unit)
        row: list[str | Text] = [
            name,
            figures(mean * scale),
            interval(low * scale, high * scale),
            str(n),
            " " + network_unit(unit, currency),
        ]
        rows.append([*row, _(catalogue[name].definition)] if look.is_wide else row)
    return make_table(columns, rows, look)
