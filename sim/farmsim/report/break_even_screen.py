"""The screen of a break-even: the value with its interval, what was tried, what it means; and as JSON."""

import json
import math
import shlex
from importlib.metadata import version
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from farmsim.report.cells import cell_width, fit, pad, spread, wrap
from farmsim.report.console import Column, make_table
from farmsim.report.json_form import SCHEMA_VERSION, number
from farmsim.report.messages import plural
from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures, interval, signed
from farmsim.report.terminal import Look
from farmsim.report.words import is_share, metric_label, unit_label
from farmsim.results.metrics import METRICS

if TYPE_CHECKING:
    from farmsim.experiment.break_even import BreakEven
    from farmsim.results.threshold import Point

FIGURES = 4
"""Significant figures of the number that is varied."""
DUST = 1e-6
"""Of an interval: a smaller difference is shown as zero."""


def break_even_screen(answer: "BreakEven", look: Look) -> Group:
    """Everything that `farmsim break-even` prints."""
    lines = [*title(answer, look), *_lines(asked(answer), look), Text()]
    parts: list[RenderableType] = [
        *lines,
        tried_table(answer, look),
        Text(),
        *(Text(line, style="bold") for line in wrap(verdict(answer), look.width)),
        *_lines(method(answer), look),
        *_lines(pad(_("Again"), cell_width(_("Again")) + 2) + command(answer), look, wrapped=False),
    ]
    return Group(*parts)


def shown_value(value: float) -> str:
    """A value of the number, without the noughts at its end.

    >>> shown_value(0.6), shown_value(1234.5678), shown_value(30.0)
    ('0.6', '1,235', '30')
    """
    text = figures(value, FIGURES)
    return text.rstrip("0").rstrip(".") if "." in text and " " not in text else text


def quiet_line(answer: "BreakEven") -> str:
    """The answer in one line; the same in every language."""
    found = answer.threshold
    ends = f"  ci95 {shown_value(found.low)} .. {shown_value(found.high)}" if found.verdict == "found" else ""
    value = " " + shown_value(found.value) if found.verdict == "found" else ""
    return f"{answer.question.key} {found.verdict}{value}{ends}  n {answer.replications}"


def break_even_json(answer: "BreakEven") -> str:
    """The document that `farmsim break-even --json` prints; an end beyond the bracket is null."""
    asked, found = answer.question, answer.threshold
    form = {
        "schema_version": SCHEMA_VERSION,
        "farmsim_version": version("farmsim"),
        "scenario": {"name": answer.loaded.scenario.name, "digest": answer.loaded.digest},
        "key": asked.key,
        "against": asked.against,
        "metric": asked.metric,
        "channel": asked.channel,
        "settings": list(asked.overrides),
        "random_seed": answer.random_seed,
        "replications": answer.replications,
        "from": answer.ends[0],
        "to": answer.ends[1],
        "now": answer.now,
        "whole": answer.whole,
        "verdict": found.verdict,
        "break_even": {"value": number(found.value), "ci95": [number(found.low), number(found.high)]},
        "crossings": found.crossings,
        "points": [_point_form(point) for point in found.points],
    }
    return json.dumps(form, ensure_ascii=False, indent=2, allow_nan=False)


def title(answer: "BreakEven", look: Look) -> list[Text]:
    """What was asked, how often it was played, from which random seed."""
    right = (look.glyphs.dot + " ").join(
        (
            plural("{count} paired season", "{count} paired seasons", answer.replications).format(
                count=answer.replications
            ),
            _("random seed {seed}").format(seed=answer.random_seed),
            _("{seconds} s").format(seconds=f"{answer.seconds:.1f}"),
        )
    )
    left = fit(
        f"farmsim break-even  {answer.question.source}",
        max(20, look.width - cell_width(right) - 2),
        look.glyphs.more,
    )
    return [Text(spread(left, right, look.width), style="bold")]


def asked(answer: "BreakEven") -> str:
    """The question as a sentence."""
    low, high = (shown_value(end) for end in answer.ends)
    return _("At which {key} from {low} to {high} is {metric} the same in {one} and {other}?").format(
        key=answer.question.key,
        low=low,
        high=high,
        metric=metric_label(answer.question.metric),
        **_sides(answer),
    )


def tried_table(answer: "BreakEven", look: Look) -> RenderableType:
    """The values that were tried, with the difference at each; the ends of the interval are among them."""
    unit = METRICS[answer.question.metric].unit
    factor = 100.0 if is_share(unit) else 1.0
    columns = (
        Column(_("VALUE TRIED"), 11, right=True),
        Column("", 21),
        Column(_("difference, {unit}").format(unit=unit_label(unit)), 25, right=True),
        Column(_("95% CI of mean"), 18, right=True),
    )
    rows = []
    for value, (found, low, high, _sd, _n) in answer.threshold.points:
        mean = 0.0 if abs(found) < DUST * (high - low) else found
        shown = [signed(mean * factor), interval(low * factor, high * factor)]
        rows.append([shown_value(value), "  " + _role(answer, value), *shown])
    return make_table(columns, rows, look)


def verdict(answer: "BreakEven") -> str:
    """The answer as a sentence."""
    found, words = answer.threshold, {"key": answer.question.key, **_sides(answer)}
    words |= {"low": shown_value(answer.ends[0]), "high": shown_value(answer.ends[1])}
    match found.verdict:
        case "unknown":
            return _("{metric} is not known on one of the sides: there is nothing to compare.").format(
                metric=metric_label(answer.question.metric)
            )
        case "equal":
            return _("{one} and {other} are equal at every value tried.").format(**words)
        case "never_crosses":
            first, last = (_difference(answer, found.points[place]) for place in (0, -1))
            text = _(
                "Never crosses between {low} and {high}: {one} less {other} is {first} at {low} "
                "and {last} at {high}."
            )
            return text.format(first=first, last=last, **words)
    rising = _rises(answer)
    words["value"] = shown_value(found.value)
    words["interval"] = _open_interval(answer)
    words["metric"] = metric_label(answer.question.metric)
    return (
        _(
            "Break-even at {key} = {value} (95% CI {interval}): above it {metric} is higher in {one} "
            "than in {other}."
        )
        if rising
        else _(
            "Break-even at {key} = {value} (95% CI {interval}): below it {metric} is higher in {one} "
            "than in {other}."
        )
    ).format(**words)


def method(answer: "BreakEven") -> str:
    """How the value and its interval were found, and what to beware of."""
    found = answer.threshold
    if found.verdict != "found":
        return _("All values were tried on the same seasons.")
    texts = [
        _(
            "The interval holds the values at which zero lies within the 95% interval of the paired "
            "difference; all values were tried on the same seasons."
        )
    ]
    if found.crossings > 1:
        texts.append(
            _("The sign changes {count} times; told is the change nearest to the present value.").format(
                count=found.crossings
            )
        )
    if answer.whole:
        texts.append(_("It is a whole number: between two of them, the line from one to the other is read."))
    return " ".join(texts)


def command(answer: "BreakEven") -> str:
    """The command that gives the same answer again."""
    asked = answer.question
    parts = ["farmsim", "break-even", asked.source, asked.key, "--against", asked.against]
    parts += ["--metric", asked.metric]
    parts += [] if asked.channel is None else ["--channel", asked.channel]
    parts += ["--from", f"{answer.ends[0]:.12g}", "--to", f"{answer.ends[1]:.12g}"]
    parts += ["--replications", str(answer.replications), "--random-seed", str(answer.random_seed)]
    for override in asked.overrides:
        parts += ["--set", override]
    return shlex.join(parts)


def _sides(answer: "BreakEven") -> dict[str, str]:
    """What the two sides are called."""
    asked = answer.question
    return {
        "one": asked.source if asked.channel is None else f"channels.{asked.channel}",
        "other": asked.against,
    }


def _role(answer: "BreakEven", value: float) -> str:
    """What a value tried is."""
    found = answer.threshold
    if value == found.value:
        return _("break-even")
    if value in (found.low, found.high):
        return _("end of the interval")
    return _("at present") if value == answer.now else ""


def _open_interval(answer: "BreakEven") -> str:
    """The interval; where an end lies beyond what was tried, that is said."""
    found = answer.threshold
    if not math.isnan(found.low) and not math.isnan(found.high):
        return f"{shown_value(found.low)} .. {shown_value(found.high)}"
    low = _("below {value}").format(value=shown_value(answer.ends[0]))
    high = _("above {value}").format(value=shown_value(answer.ends[1]))
    return (
        f"{low if math.isnan(found.low) else shown_value(found.low)} .. "
        f"{high if math.isnan(found.high) else shown_value(found.high)}"
    )


def _difference(answer: "BreakEven", point: "Point") -> str:
    """A difference with half its interval and its unit."""
    unit = METRICS[answer.question.metric].unit
    factor = 100.0 if is_share(unit) else 1.0
    found = point.difference
    return f"{signed(found.mean * factor, found.half_width * factor)} {unit_label(unit)}"


def _rises(answer: "BreakEven") -> bool:
    """Whether the difference is above zero beyond the break-even value, and below zero before it."""
    found = answer.threshold
    beyond = [point.difference.mean for point in found.points if point.value > found.value]
    before = [point.difference.mean for point in found.points if point.value < found.value]
    return beyond[0] > 0.0 if beyond else before[-1] < 0.0


def _point_form(point: "Point") -> dict[str, object]:
    """One value tried, as plain values."""
    mean, low, high, sd, n = point.difference
    return {
        "value": point.value,
        "difference": {"mean": number(mean), "ci95": [number(low), number(high)], "sd": number(sd), "n": n},
    }


def _lines(text: str, look: Look, *, wrapped: bool = True) -> list[Text]:
    """A text as lines of the screen; a command stays in one, to be copied."""
    return [Text(line) for line in (wrap(text, look.width) if wrapped else [text])]
