"""The screen of a comparison: what is compared, the table, the picture, who beats whom, how sure that is.

Every difference is taken season by season from the first scenario, the baseline, and has the interval that
holds for all comparisons together. The parts of a difference are `difference_table`.
"""

import math
import shlex
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from farmsim.report.cells import cell_width, fit, pad, spread, wrap
from farmsim.report.charts import difference_interval
from farmsim.report.compare_cautions import comparison_cautions
from farmsim.report.compare_rows import INCOME, all_rows, headline_rows, letter
from farmsim.report.compare_tables import tables
from farmsim.report.difference_table import difference_tables
from farmsim.report.messages import language, plural
from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures, interval, signed
from farmsim.report.precision_words import paired_stop_sentence
from farmsim.report.terminal import Look
from farmsim.report.words import metric_label, unit_label
from farmsim.results.metrics import METRICS

if TYPE_CHECKING:
    from farmsim.experiment.compare import Comparison


@dataclass(frozen=True, slots=True)
class Asked:
    """How a comparison was asked for, and where it was saved."""

    sources: tuple[str, ...]
    overrides: tuple[str, ...] = ()
    saved: tuple[str, ...] = ()
    full: bool = False
    explain: bool = False

    def command(self, comparison: "Comparison") -> str:
        """The command that gives the same result again; what the baseline's file says goes without saying."""
        parts = ["farmsim", "compare", *self.sources]
        baseline = comparison.runs[0].loaded.scenario
        if comparison.replications != baseline.replications:
            parts += ["--replications", str(comparison.replications)]
        if comparison.random_seed != baseline.random_seed:
            parts += ["--random-seed", str(comparison.random_seed)]
        for override in self.overrides:
            parts += ["--set", override]
        return shlex.join(parts)


def compare_screen(comparison: "Comparison", look: Look, asked: Asked) -> Group:
    """Everything that `farmsim compare` prints."""
    names = list(comparison.names)
    rows = all_rows(comparison) if asked.full else headline_rows(comparison)
    heading = _("ALL METRICS") if asked.full else _("OUTCOME")
    parts: list[RenderableType] = [*title(comparison, look), *legend(comparison, look), Text()]
    parts += [tables(heading, rows, names, look), *chart(comparison, look), Text()]
    parts += [*sentences(comparison, look), Text(), *surety(comparison, look)]
    if asked.explain:
        parts += difference_tables(comparison, look)
    return Group(*parts, *closing_lines(comparison, look, asked))


def quiet_line(comparison: "Comparison") -> str:
    """The differences in growers' income in one line; the same in every language."""
    unit = METRICS[INCOME].unit
    parts = []
    for place in range(1, len(comparison.runs)):
        found = comparison.difference(INCOME, place)
        mean, low, high, _sd, n = found.estimate
        parts.append(
            f"{comparison.names[place]} - {comparison.names[0]} {signed(mean)} {unit}"
            f"  ci95 {interval(low, high)}  n {n}  {found.verdict}"
        )
    return f"{INCOME}  " + "; ".join(parts)


def title(comparison: "Comparison", look: Look) -> list[Text]:
    """What was compared, how often, from which random seed, and what pairing means."""
    same = _("Same weather, harvest and shoppers in every column (common random numbers).")
    return [headline("farmsim compare", comparison, look), *map(Text, wrap(same, look.width))]


def headline(command: str, comparison: "Comparison", look: Look) -> Text:
    """The first line of a screen about a comparison: how often it was played, from which random seed."""
    dot, count = look.glyphs.dot + " ", comparison.replications
    right = dot.join(
        (
            plural("{count} paired season", "{count} paired seasons", count).format(count=count),
            _("random seed {seed}").format(seed=comparison.random_seed),
            _("{seconds} s").format(seconds=f"{comparison.seconds:.1f}"),
        )
    )
    left = fit(command, max(20, look.width - cell_width(right) - 2), look.glyphs.more)
    return Text(spread(left, right, look.width), style="bold")


def legend(comparison: "Comparison", look: Look) -> list[Text]:
    """The letters of the scenarios, and which is the baseline."""
    lines = []
    for place, (name, run) in enumerate(zip(comparison.names, comparison.runs, strict=True)):
        scenario = run.loaded.scenario
        label = scenario.label.text(language()) if scenario.label else scenario.name
        text = f"{name}: {label}" if label != name else name
        if place == 0:
            text = _("{scenario} (baseline)").format(scenario=text)
        lines += wrap(text, look.width, indent="   ", first=pad(letter(place), 3))
    return [Text(line) for line in lines]


def chart(comparison: "Comparison", look: Look) -> list[RenderableType]:
    """Differences in households' income as points with intervals on one axis, zero marked."""
    found = [comparison.difference(INCOME, place).estimate for place in range(1, len(comparison.runs))]
    ends = [end for one in found for end in (one.low, one.mean, one.high) if not math.isnan(end)]
    if not any(ends):
        return []
    axis = (min(0.0, *ends) * 1.05, max(0.0, *ends) * 1.05)
    glyphs, label, figure = look.glyphs, 16 if look.width < 100 else 26, 8
    width = look.width - label - figure
    heading = _(
        "DIFFERENCE FROM {baseline} IN NET INCOME, {unit} ({point} mean, {bar} 95% CI, | zero)"
    ).format(
        baseline=letter(0),
        unit=unit_label(METRICS[INCOME].unit),
        point=glyphs.point,
        bar=glyphs.left + glyphs.rule * 2 + glyphs.right,
    )
    lines = [Text(), *(Text(line, style="bold") for line in wrap(heading, look.width)), Text(look.rule)]
    for place, (mean, low, high, _sd, _n) in enumerate(found, 1):
        name = fit(f"{letter(place)} {comparison.names[place]}", label - 1, glyphs.more)
        picture = difference_interval(low, mean, high, axis, width, glyphs)
        lines.append(Text(pad(name, label) + pad(picture, width) + pad(signed(mean), figure, right=True)))
    lines.append(Text(" " * label + spread(figures(axis[0]), figures(axis[1]), width)))
    return list(lines)


def sentences(comparison: "Comparison", look: Look) -> list[Text]:
    """For every pair of scenarios, which has the higher income and in how many seasons."""
    lines: list[str] = []
    for one, other in combinations(range(len(comparison.runs)), 2):
        lines += wrap(pair_sentence(comparison, one, other, look), look.width, indent="  ")
    return [Text(line) for line in lines]


def pair_sentence(comparison: "Comparison", one: int, other: int, look: Look) -> str:
    """Which of two scenarios has the higher income of households, and how sure that is."""
    found = comparison.difference(INCOME, other) if one == 0 else comparison.pair(INCOME, other, one)
    mean, count = found.estimate.mean, found.estimate.n
    above, below = (other, one) if mean >= 0.0 else (one, other)
    wins = found.wins if mean >= 0.0 else found.losses
    gap = signed(abs(mean), found.estimate.half_width, look.glyphs.plus_minus)
    words = {
        "above": letter(above),
        "below": letter(below),
        "wins": wins,
        "count": count,
        "gap": gap,
        "unit": unit_label(METRICS[INCOME].unit),
    }
    match found.verdict:
        case "equal":
            return _("{above} and {below} are equal in every season.").format(**words)
        case "unknown":
            return _("{above} and {below}: nothing can be said of {count} season.").format(**words)
        case "not_decided" | "no_clear_difference":
            text = _("{above} and {below} are not told apart: {above} is ahead in {wins} of {count} paired "
                     "seasons ({gap} {unit}).")  # fmt: skip
            return text.format(**words)
        case _:
            text = _("{above} beats {below} in {wins} of {count} paired seasons: {gap} {unit}.")
            return text.format(**words)


def surety(comparison: "Comparison", look: Look) -> list[Text]:
    """Why there are no more seasons, how intervals were adjusted and how much pairing helped."""
    adjusted = plural(
        "Intervals: 95 %, {count} comparison with A, so that nothing is adjusted.",
        "Intervals: 95 % for all {count} comparisons with A together (Bonferroni), each metric by itself.",
        comparison.comparisons,
    ).format(count=comparison.comparisons)
    stop = comparison.stop
    texts = [paired_stop_sentence(stop, letter(stop.place), look.glyphs.plus_minus)] if stop else []
    texts.append(adjusted)
    if comparison.comparisons > 1:
        texts.append(_("Between other pairs: for all {pairs} pairs.").format(pairs=comparison.pairs))
    gains = [
        (letter(place), comparison.pairing_gain(INCOME, place)) for place in range(1, len(comparison.runs))
    ]
    known = [f"{name} {figures(gain, 2)}" for name, gain in gains if not math.isnan(gain)]
    if known:
        texts.append(
            _("Without pairing, the same interval of {metric} would take so many times the seasons: {gains}.")
            .format(metric=metric_label(INCOME), gains=", ".join(known))
        )  # fmt: skip
    return [Text(line) for text in texts for line in wrap(text, look.width, indent="  ")]


def closing_lines(comparison: "Comparison", look: Look, asked: Asked) -> list[Text]:
    """What to worry about, where it is saved, how to get it again and what to ask next."""
    lines = [Text()]
    for caution in comparison_cautions(comparison):
        lines += [Text(s, style="bold") for s in wrap(caution.text(_), look.width, indent="  ", first="! ")]
    names = [_("Saved"), _("Again"), _("Next")]
    width = max(cell_width(name) for name in names) + 2
    lines += [Text(pad(names[0], width) + saved) for saved in asked.saved]
    command = asked.command(comparison)
    again = command + (" --full" if asked.full else "") + (" --explain" if asked.explain else "")
    lines.append(Text(pad(names[1], width) + again))
    following = "" if asked.explain and asked.full else " --full" if asked.explain else " --explain"
    return [*lines, Text(pad(names[2], width) + command + following)] if following else lines
