"""The screen of one run: outcome with intervals, where the kilograms went and what they brought, the balance.

The same facts at every width; from 110 cells on, a further column shows weeks. `--full` is `full_screen`.
"""

import math
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from rich.console import Group, RenderableType
from rich.text import Text

from farmsim.report.cautions import FEW_REPLICATIONS, cautions
from farmsim.report.cells import cell_width, fit, pad, spread, wrap
from farmsim.report.console import Column, make_table
from farmsim.report.expectations import Check, check_expectations, expectation_lines
from farmsim.report.kilogram_table import kilogram_table
from farmsim.report.messages import language, plural
from farmsim.report.messages import translate as _
from farmsim.report.numbers import UNKNOWN, figures, interval, relative, whole
from farmsim.report.parts_screen import parts_tables
from farmsim.report.precision_words import stop_sentence
from farmsim.report.terminal import Look
from farmsim.report.words import is_share, metric_label, season, unit_label
from farmsim.results.estimates import quantiles
from farmsim.results.metrics import METRICS
from farmsim.scenario.catalogue import poverty_line

if TYPE_CHECKING:
    from farmsim.experiment.precision import Stop
    from farmsim.experiment.run import RunResult

HEADLINE = (
    "household_net_income",
    "gross_per_mu",
    "households_above_line_share",
    "lost_share",
    "refund_share",
    "rating",
    "days_until_paid",
)
CONSUMERS_METRICS = ("refund_share", "rating")
"""Only where consumers buy."""


class Played(Protocol):
    """What the first line of a screen tells of anything that was played."""

    @property
    def random_seed(self) -> int:
        """The master random seed."""

    @property
    def outcomes(self) -> Sequence[object]:
        """The replications."""

    @property
    def seconds(self) -> float:
        """How long it took."""


class Ending(NamedTuple):
    """What the last lines of a screen tell."""

    warnings: list[str]
    note: str
    checks: list[Check]


ROUNDING = 1e-9
"""A relative difference up to this is rounding, not a fault of the books."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """How the run was asked for, and where it was saved: what the last lines of the screen name."""

    source: str
    overrides: tuple[str, ...] = ()
    saved: tuple[str, ...] = ()
    full: bool = False

    def command(self, result: Played) -> str:
        """The command that gives the same result again."""
        parts = ["farmsim", "run", self.source, "--replications", str(len(result.outcomes))]
        parts += ["--random-seed", str(result.random_seed)]
        for override in self.overrides:
            parts += ["--set", override]
        return shlex.join(parts)


def run_screen(result: "RunResult", look: Look, invocation: Invocation) -> Group:
    """Everything that `farmsim run` prints for one result."""
    parts: list[RenderableType] = [
        *title(result, look, invocation.source),
        Text(),
        outcome_table(result, look),
        *poverty_line_note(result, look),
        *stop_note(result.stop, look),
        Text(),
        kilogram_table(result, look),
        *balance_lines(result, look),
        *parts_tables(result, look, all_of_them=invocation.full),
        *closing_lines(result, look, invocation),
    ]
    return Group(*parts)


def quiet_line(result: "RunResult") -> str:
    """The first headline metric that is known, in one line; the same in every language."""
    for name in HEADLINE:
        mean, low, high, _sd, n = result.estimate(name)
        if not math.isnan(mean):
            return f"{name} {figures(mean)} {METRICS[name].unit}  ci95 {interval(low, high)}  n {n}"
    return f"n {len(result.outcomes)}"


def checks(result: "RunResult") -> list[Check]:
    """The scenario's expectations with their verdicts."""
    expect = result.loaded.scenario.expect
    return check_expectations(
        expect, {name: result.estimate(name).mean for name in expect if name in METRICS}
    )


def title(result: "RunResult", look: Look, source: str) -> list[Text]:
    """What was run, how often, from which random seed; then the scenario in one line."""
    scenario = result.loaded.scenario
    name = scenario.label.text(language()) if scenario.label else scenario.name
    subtitle = joined([name, *_scale(result)], look.glyphs.dot + " ", look.width)
    return [headline(f"farmsim run  {source}", result, look), *(Text(line) for line in subtitle)]


def headline(command: str, result: Played, look: Look) -> Text:
    """The first line of a screen about a run: command, how often it was played, from which random seed."""
    count = len(result.outcomes)
    right = (look.glyphs.dot + " ").join(
        (
            plural("{count} replication", "{count} replications", count).format(count=count),
            _("random seed {seed}").format(seed=result.random_seed),
            _("{seconds} s").format(seconds=f"{result.seconds:.1f}"),
        )
    )
    left = fit(command, max(20, look.width - cell_width(right) - 2), look.glyphs.more)
    return Text(spread(left, right, look.width), style="bold")


def outcome_table(result: "RunResult", look: Look) -> RenderableType:
    """The headline metrics: mean, interval of the mean, range of seasons."""
    kinds = {channel.kind for channel in result.loaded.scenario.channels.values()}
    shown = [name for name in HEADLINE if name not in CONSUMERS_METRICS or kinds & {"parcel", "stocked"}]
    spare = max(0, look.width - 79) // 3
    columns = (
        Column(_("OUTCOME"), 23 + spare),
        Column(_("mean"), 16, right=True),
        Column(_("95% CI of mean"), 18 + spare, right=True),
        Column(_("10-90% of seasons"), 19 + spare, right=True),
    )
    return make_table(columns, [_outcome_row(result, name) for name in shown], look)


def poverty_line_note(result: "RunResult", look: Look) -> list[Text]:
    """Which poverty line the households are held against; several if the counties have their own."""
    scenario = result.loaded.scenario
    year = scenario.start.year
    lines = {county.poverty_line or poverty_line(year) for county in scenario.counties.values()}
    text = _("Poverty line {year}: {line} CNY a person").format(
        year=year, line=" / ".join(whole(line) for line in sorted(lines))
    )
    return [Text(line) for line in wrap(text, look.width)]


def stop_note(stop: "Stop | None", look: Look) -> list[Text]:
    """Why there are no more replications, if they were played to a precision."""
    if stop is None:
        return []
    return [Text(line) for line in wrap(stop_sentence(stop, look.glyphs.plus_minus), look.width)]


def balance_lines(result: "RunResult", look: Look) -> list[Text]:
    """The honesty test: what is left of kilograms in minus out and of money, at the worst replication."""
    kg = max(relative(o.kg_in - o.kg_out, o.metrics["harvested_kg"]) for o in result.outcomes)
    money = max(abs(o.money_difference) for o in result.outcomes)
    text = _("{verdict}: kg in - out {kg} of the harvest, yuan {money} of what was paid")
    return balance_text(text, kg, money, look)


def balance_text(text: str, kg: float, money: float, look: Look) -> list[Text]:
    """A sentence about the relative differences of both balances, with the verdict."""
    verdict = _("balance OK") if max(kg, money) <= ROUNDING else _("BOOKS DO NOT BALANCE")
    filled = text.format(verdict=verdict, kg=_tiny(kg), money=_tiny(money))
    return [Text(line) for line in wrap(filled, look.width)]


def closing_lines(result: "RunResult", look: Look, invocation: Invocation) -> list[Text]:
    """What to worry about, the scenario's note and expectations, where it is saved, how to get it again."""
    note = result.loaded.scenario.note
    ending = Ending(warnings(result), note.get(language()) or note.get("en", ""), checks(result))
    return ending_lines(ending, look, invocation, invocation.command(result))


def ending_lines(ending: Ending, look: Look, invocation: Invocation, command: str) -> list[Text]:
    """The last lines of a screen about a run; `command` gives the same result again."""
    lines = [Text()]
    for warning in ending.warnings:
        lines += [Text(line, style="bold") for line in wrap(warning, look.width, indent="  ", first="! ")]
    if ending.note:
        lines += [Text(line) for line in wrap(ending.note, look.width)]
    lines += [
        Text(line, style="" if check.holds else "bold")
        for check, line in zip(ending.checks, expectation_lines(ending.checks), strict=True)
    ]
    names = [_("Saved"), _("Again"), _("Next")]
    width = max(cell_width(name) for name in names) + 2
    lines += [Text(pad(names[0], width) + saved) for saved in invocation.saved]
    lines.append(Text(pad(names[1], width) + command + (" --full" if invocation.full else "")))
    return lines if invocation.full else [*lines, Text(pad(names[2], width) + command + " --full")]


def warnings(result: "RunResult") -> list[str]:
    """What to worry about: how many warnings about the file there are, then the cautions."""
    return warned(len(result.loaded.warnings), [c.text(_) for c in cautions(result, language())])


def warned(number: int, found: list[str]) -> list[str]:
    """The cautions, after a line about so many warnings."""
    about = plural("{count} warning about the file", "{count} warnings about the file", number)
    return [about.format(count=number), *found] if number else found


def _outcome_row(result: "RunResult", name: str) -> list[str | Text]:
    """One headline metric; shares in percent."""
    unit = METRICS[name].unit
    factor = 100.0 if is_share(unit) else 1.0
    mean, low, high, _sd, _n = result.estimate(name)
    values = (
        quantiles(result.values(name)) if len(result.outcomes) >= FEW_REPLICATIONS else (math.nan, math.nan)
    )
    shown = figures(mean * factor)
    label = "" if shown == UNKNOWN else " " + _short_unit(unit)
    return [
        metric_label(name),
        shown + label.rstrip(),
        interval(low * factor, high * factor),
        interval(values[0] * factor, values[1] * factor),
    ]


def _short_unit(unit: str) -> str:
    """The unit beside a number whose row already says per what."""
    return "" if unit == "points" else unit_label(unit.split("/", maxsplit=1)[0])


def joined(parts: list[str], dot: str, width: int) -> list[str]:
    """The parts with dots between them, a new line begun where the next would not fit."""
    lines = [parts[0]]
    for part in parts[1:]:
        longer = lines[-1] + dot + part
        if cell_width(longer) > width:
            lines.append(part)
        else:
            lines[-1] = longer
    return lines


def _scale(result: "RunResult") -> list[str]:
    """How many households with how much land, how long, from when."""
    scenario = result.loaded.scenario
    groups = [group for county in scenario.counties.values() for group in county.growers.values()]
    households = sum(group.households for group in groups)
    land = sum(group.households * group.land_mu for group in groups)
    counties = len(scenario.counties)
    parts = [_("{count} counties").format(count=counties)] if counties > 1 else []
    parts.append(
        _("{households} households x {land} mu (1 mu = 667 m2)").format(
            households=whole(households), land=f"{land / max(households, 1):.3g}"
        )
    )
    return [*parts, season(scenario.horizon_days, scenario.start)]


def _tiny(share: float) -> str:
    """A relative difference, `0` or in powers of ten."""
    return "0" if share == 0.0 else f"{share:.0e}"
