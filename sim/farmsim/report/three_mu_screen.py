"""The screen of `farmsim explain three-mu`: what the slogan needs, what the run gives, the verdicts."""

import math
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from farmsim.report.cautions import FEW_REPLICATIONS, cautions
from farmsim.report.cells import cell_width, pad, wrap
from farmsim.report.console import Column, make_table
from farmsim.report.messages import language
from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures, interval, whole
from farmsim.report.reported_incomes import LABELS, reported_levels, reported_rows
from farmsim.report.run_screen import headline
from farmsim.report.terminal import Look
from farmsim.report.three_mu_words import (
    VERDICTS,
    line_confidence,
    line_origin,
    line_text,
    notes,
    spread_text,
    tested_text,
    verdict_text,
)
from farmsim.report.values import CONFIDENCE
from farmsim.report.words import metric_label
from farmsim.results.estimates import Estimate, estimate, quantiles
from farmsim.results.families import MU, SIZES
from farmsim.results.three_mu import Land

if TYPE_CHECKING:
    from farmsim.experiment.three_mu import Floats, ThreeMu
    from farmsim.results.three_mu import FamilyTest

ROUND_LEVELS = (1000.0, 2000.0, 3000.0, 4000.0, 5000.0)
"""Net CNY/mu shown where nothing was reported."""


def three_mu_screen(found: "ThreeMu", look: Look) -> Group:
    """Everything that `farmsim explain three-mu` prints."""
    result = found.result
    parts: list[RenderableType] = [*_head(found, look), Text(), _incomes(found, look)]
    parts += [Text(line) for line in wrap(spread_text(found), look.width)]
    parts += [Text(), _tests(found, look, beside=False), Text(), _tests(found, look, beside=True)]
    parts += [Text(), _levels(found, look), *_sources(found, look)]
    parts += [Text(), _households(found, look), Text(), Text(_("VERDICT"), style="bold"), Text(look.rule)]
    for alone, beside in zip(found.tests(), found.tests(beside=True), strict=True):
        text = verdict_text(found, alone, beside)
        parts += [Text(line) for line in wrap(text, look.width, indent="  ", first="")]
    for note in notes(found):
        parts += [Text(line) for line in wrap(note, look.width)]
    for caution in cautions(result, language()):
        parts += [
            Text(line, style="bold") for line in wrap(caution.text(_), look.width, indent="  ", first="! ")
        ]
    return Group(*parts)


def _head(found: "ThreeMu", look: Look) -> list[Text]:
    """What was run, the slogan, what it needs, the line with its source, on what it is tested."""
    origin = line_origin(found)
    confidence = line_confidence(found)
    facts = (
        (_("needs"), _("mu x net income per mu + other income >= people x line")),
        (_("line"), line_text(found)),
        ("", f"{origin} [{confidence}]" if origin and confidence else origin),
        (_("tested on"), tested_text(found)),
    )
    column = 4 + max(cell_width(name) for name, _fact in facts)
    lines = [
        line
        for name, fact in facts
        if fact
        for line in wrap(fact, look.width, indent=" " * column, first=pad(f"  {name}", column))
    ]
    slogan = _('"Three mu of melons lift a family out of poverty."')
    return [
        headline("farmsim explain three-mu", found.result, look),
        Text(slogan, style="bold"),
        *(Text(line) for line in lines),
    ]


def _incomes(found: "ThreeMu", look: Look) -> RenderableType:
    """What a mu and a household bring: mean, interval, range of seasons."""
    extra = max(0, look.width - 79) // 3
    columns = (
        Column(_("WHAT GROWERS HAVE, CNY A YEAR"), 30 + extra),
        Column(_("mean"), 9, right=True),
        Column(_("95% CI of mean"), 18 + extra, right=True),
        Column(_("10-90% of seasons"), 19 + extra, right=True),
    )
    rows = [
        _income_row(metric_label("gross_per_mu"), found.gross_per_mu),
        _income_row(_("Net of cash cost / mu"), found.net_per_mu),
        _income_row(_("Net of three mu"), found.brought),
        _income_row(_("Packing wages / household"), found.wages),
        _income_row(_("Other income / household"), found.other),
    ]
    return make_table(columns, rows, look)


def _income_row(label: str, values: "Floats") -> list[str | Text]:
    """One income."""
    mean, low, high, _sd, n = estimate(values)
    ends = quantiles(values) if n >= FEW_REPLICATIONS else (math.nan, math.nan)
    return [label, figures(mean), interval(low, high), interval(*ends)]


def _tests(found: "ThreeMu", look: Look, *, beside: bool) -> RenderableType:
    """The claim for three sizes of family, row by row."""
    tests = found.tests(beside=beside)
    heading = _("THREE MU ALONE")
    if beside:
        heading = _("WITH {sum} OTHER INCOME").format(sum=figures(float(found.beside.mean())))
    shares = [found.households(f"lifted_{size}" + ("_beside" if beside else "")) for size in SIZES]
    columns = _family_columns(heading, look)
    rows: list[list[str | Text]] = [
        [_("Needed, CNY"), *(whole(test.need) for test in tests)],
        [_("Break-even, net CNY/mu"), *(whole(max(0.0, test.break_even)) for test in tests)],
        [_("Land needed, mu"), *(_land(test.land.value) for test in tests)],
        [_ci(), *(_land_interval(test.land) for test in tests)],
    ]
    if not beside:
        rows.append([_("Other income needed, CNY"), *(figures(test.missing.mean) for test in tests)])
        rows.append([_ci(), *(interval(test.missing.low, test.missing.high) for test in tests)])
    rows.append([_("Seasons in which it holds"), *(_held(test) for test in tests)])
    rows.append([_ci("%"), *(interval(100 * t.seasons.low, 100 * t.seasons.high) for t in tests)])
    enough = _("Households that have enough") if beside else _("Households that net enough")
    rows.append([enough, *(_percent(share) for share in shares)])
    rows.append([_ci("%"), *(interval(100 * share.low, 100 * share.high) for share in shares)])
    words = [Text(_(VERDICTS[test.verdict])) for test in tests]
    return make_table(columns, rows, look, total=[_("Verdict"), *words])


def _levels(found: "ThreeMu", look: Look) -> RenderableType:
    """Net incomes per mu against sizes of family: those reported, and the run's own among them."""
    levels: list[tuple[float, str, str]] = []
    for level in reported_levels(reported_rows(found.result.loaded)):
        name = _(LABELS.get(level.row.key, level.row.key))
        ends = {"low": _("lowest"), "high": _("highest"), "value": level.row.year}
        levels.append((level.value, _("* {what}, {which}").format(what=name, which=ends[level.part]), ""))
    marked = _("(* reported, not computed)") if levels else ""
    if not levels:
        levels = [(level, _("a round figure"), "") for level in ROUND_LEVELS]
    net = float(found.net_per_mu.mean())
    levels = sorted([*levels, (net, _("THIS RUN"), "bold")], key=lambda level: level[0])
    columns = (
        Column(_("net/mu"), 7, right=True),
        Column("  " + marked, look.width - 7 - 3 * 11 - 5),
        *(Column(_("family of {people}").format(people=size), 11, right=True) for size in SIZES),
    )
    rows = []
    for value, label, style in levels:
        cells = [_against_line(MU * value / size, found.line.mean) for size in SIZES]
        rows.append([Text(cell, style=style) for cell in (whole(value), "  " + label, *cells)])
    return make_table(columns, rows, look)


def _sources(found: "ThreeMu", look: Look) -> list[Text]:
    """What the cells of the levels say, then where the reported figures come from."""
    meaning = _(
        "CNY a person from three mu and nothing else, against the line of {line}. Reports do not say whether "
        "cash cost is taken off."
    )
    rows = reported_rows(found.result.loaded)
    if not rows:
        meaning = _("CNY a person from three mu and nothing else, against the line of {line}.")
    lines = wrap(meaning.format(line=whole(found.line.mean)), look.width)
    if rows:
        lines += wrap(_("Reported, not computed (farmsim explain KEY tells the addresses):"), look.width)
    for row in rows:
        trust = _(CONFIDENCE.get(row.confidence, row.confidence))
        lines += wrap(f"{row.key} [{trust}]: {row.source}", look.width, indent="    ", first="  ")
    return [Text(line) for line in lines]


def _households(found: "ThreeMu", look: Look) -> RenderableType:
    """The share of households above the line with their own land, people and other income."""
    above = found.result.estimate("households_above_line_share")
    extra = look.width - 79
    columns = (
        Column(_("HOUSEHOLDS OF THE RUN ABOVE THE LINE, %"), 46 + extra),
        Column(_("mean"), 12, right=True),
        Column(_("95% CI of mean"), 19, right=True),
    )
    before = found.households("above_without_produce")
    rows: list[list[str | Text]] = [
        [_("With everything they have"), figures(100 * above.mean), _percents(above)],
        [_("Without produce and wages"), figures(100 * before.mean), _percents(before)],
        [
            _("Lifted by produce and wages"),
            figures(100 * found.lifted().mean),
            _percents(found.lifted()),
        ],
    ]
    return make_table(columns, rows, look)


def _family_columns(heading: str, look: Look) -> tuple[Column, ...]:
    """A column of labels and one a size of family."""
    cells = 16 + max(0, look.width - 79) // 6
    labels = look.width - 3 * (cells + 1)
    families = (Column(_("family of {people}").format(people=size), cells, right=True) for size in SIZES)
    return (Column(heading, labels), *families)


def _ci(unit: str = "") -> str:
    """The label of a row of intervals."""
    return "  " + _("95% CI") + (f", {unit}" if unit else "")


def _held(test: "FamilyTest") -> str:
    """In how many seasons of all."""
    return _("{held} of {all}").format(held=test.seasons.held, all=test.seasons.n)


def _percent(share: Estimate) -> str:
    """A share in percent."""
    return "-" if math.isnan(share.mean) else f"{figures(100 * share.mean)} %"


def _percents(share: Estimate) -> str:
    """Its interval in percent."""
    return interval(100 * share.low, 100 * share.high)


def _land(value: float) -> str:
    """An area in mu, which may be infinite."""
    return _("infinite") if math.isinf(value) else figures(value)


def _land_interval(land: Land) -> str:
    """Its interval; `-` where it cannot be known."""
    if math.isnan(land.low) or math.isnan(land.high):
        return "-"
    return f"{_land(land.low)} .. {_land(land.high)}"


def _against_line(per_head: float, line: float) -> str:
    """An income per head, and on which side of the line it lies."""
    return f"{whole(per_head)} " + (_("ABOVE") if per_head >= line else _("below"))
