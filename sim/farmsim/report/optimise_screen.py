"""The screen of an optimisation: the winner on fresh seasons, what the search made of it, how to use it."""

import json
import math
import re
import shlex
from pathlib import PurePath
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from farmsim.report.cells import cell_width, fit, pad, spread, wrap
from farmsim.report.messages import mark, plural
from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures, signed
from farmsim.report.sweeps.words import (
    Subject,
    axis_text,
    mean_text,
    short_names,
    subject_named,
    value_text,
)
from farmsim.report.terminal import Look
from farmsim.results.estimates import Estimate
from farmsim.scenario.scalars import plain_value

if TYPE_CHECKING:
    from farmsim.experiment.optimise import Optimum
    from farmsim.experiment.optimising.proof import Proof
    from farmsim.experiment.sweeps.axes import Value

VERDICTS = {
    "holds": mark("holds"),
    "not_decided": mark("not decided"),
    "violated": mark("violated"),
    "unknown": mark("not known"),
}
_PLAIN = re.compile(r"[^\W\d][\w-]*")
"""A text that may stand without quotes."""
MOST_TIES = 4
"""Other candidates that are named."""


def optimise_screen(
    optimum: "Optimum", look: Look, source: str, saved: tuple[str, ...], command: tuple[str, ...]
) -> Group:
    """Everything that `farmsim optimise` prints."""
    lines = [Text(_title(optimum, look, source), style="bold")]
    lines += _wrapped(_asked(optimum), look)
    lines += [Text("  " + line) for line in _decision_lines(optimum, look)]
    lines.append(Text())
    if optimum.proof is None:
        lines += _wrapped(_("No candidate keeps the constraints; nothing to choose."), look, bold=True)
    else:
        lines += _winner(optimum, optimum.proof, look)
    for text in _remarks(optimum, look):
        lines += _wrapped(text, look)
    return Group(*lines, Text(), *_closing(optimum, source, saved, command))


def best_so_far(optimum: "Optimum") -> list[str]:
    """What an interrupted search has found, as lines."""
    if optimum.winner is None:
        return [_("No candidate has been played to its end.")]
    subject = _subject(optimum)
    mean = figures(optimum.search_mean * subject.factor)
    text = _("Best so far, of {count} candidates, not proved: {settings} with {mean} {unit}.")
    settings = ", ".join(f"{key}={value_text(value)}" for key, value in optimum.settings.items())
    count = len(optimum.book.offered)
    return [text.format(count=count, settings=settings, mean=mean, unit=subject.unit)]


def written(value: "Value") -> str:
    """A value as `--set` reads it back, to the last digit; a text that would be read otherwise is quoted.

    >>> [written(value) for value in (0.123456789, 30, True, "reefer", "12")]
    ['0.123456789', '30', 'true', 'reefer', '"12"']
    """
    if isinstance(value, str) and _PLAIN.fullmatch(value) and plain_value(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _subject(optimum: "Optimum") -> Subject:
    question = optimum.question
    currency = str(question.variants.base.scenario.currency)
    return subject_named(question.objective, question.unit, question.kind, currency)


def _title(optimum: "Optimum", look: Look, source: str) -> str:
    """The command, the number of candidates and runs, the random seed, the time."""
    book = optimum.book
    right = (look.glyphs.dot + " ").join(
        (
            plural("{count} candidate", "{count} candidates", len(book.offered)).format(
                count=f"{len(book.offered):,}"
            ),
            plural("{count} run", "{count} runs", book.player.runs).format(count=f"{book.player.runs:,}"),
            _("random seed {seed}").format(seed=book.random_seed),
            _("{seconds} s").format(seconds=f"{optimum.seconds:.1f}"),
        )
    )
    room = max(20, look.width - cell_width(right) - 2)
    return spread(
        fit(f"farmsim optimise  {PurePath(source).name}", room, look.glyphs.more), right, look.width
    )


def _asked(optimum: "Optimum") -> str:
    """Objective, constraints and how it was searched."""
    question, subject = optimum.question, _subject(optimum)
    goal = (
        _("{metric} ({name}): more is better.")
        if question.maximise
        else _("{metric} ({name}): less is better.")
    )
    texts = [goal.format(metric=subject.titled, name=subject.name)]
    if question.constraints:
        listed = ", ".join(constraint.text for constraint in question.constraints)
        texts.append(_("What must hold: {constraints}.").format(constraints=listed))
    if optimum.searched is not None and optimum.searched.optimiser is not None:
        text = _("Search by {optimiser}, {count} seasons a candidate.")
        texts.append(text.format(optimiser=optimum.searched.optimiser, count=optimum.replications))
    elif optimum.searched is not None:
        text = _("All combinations were tried, {count} seasons each.")
        texts.append(text.format(count=optimum.replications))
    else:
        texts.append(_("Selection with a promise (Kim and Nelson's procedure), the same seasons for all."))
    return " ".join(texts)


def _decision_lines(optimum: "Optimum", look: Look) -> list[str]:
    """A line for each decision: what it is called, its key, its values."""
    decisions = optimum.question.decisions
    names = short_names([one.key for one in decisions], look.glyphs.more)
    width = max(cell_width(name) for name in names.values())
    lines = []
    for one in decisions:
        key = "" if names[one.key] == one.key else f"{one.key}: "
        text = key + axis_text(one.axis)
        lines += wrap(text, look.width - 2, first=pad(names[one.key], width + 2), indent="    ")
    return lines


def _winner(optimum: "Optimum", proof: "Proof", look: Look) -> list[Text]:
    """The winner: its decisions, its mean on fresh seasons, against the scenario, what the search said."""
    subject, plus_minus = _subject(optimum), look.glyphs.plus_minus
    names = short_names(list(optimum.settings), look.glyphs.more)
    chosen = ", ".join(f"{names[key]} = {value_text(value)}" for key, value in optimum.settings.items())
    gain = proof.gain.estimate

    def shown(found: Estimate) -> str:
        text = mean_text(found.mean * subject.factor, found.half_width * subject.factor, plus_minus)
        return f"{text} {subject.unit}".strip()

    def gap(mean: float, half_width: float = math.nan) -> str:
        return (
            f"{signed(mean * subject.factor, half_width * subject.factor, plus_minus)} {subject.unit}".strip()
        )

    text = _("Winner: {settings}, with {mean} on {count} fresh seasons.")
    told = text.format(settings=chosen, mean=shown(proof.mean), count=proof.mean.n)
    lines = _wrapped(told, look, bold=True)
    words = {"wins": proof.gain.wins, "count": gain.n, "base": shown(proof.base)}
    lines += _wrapped(_against(proof).format(difference=gap(gain.mean, gain.half_width), **words), look)
    if proof.gain.verdict != "equal":
        said = _("The search had said {gain}: it flattered its find by {optimism}.")
        if not optimum.optimism > 0.0:
            said = _("The search had said {gain}: it did not flatter its find.")
        optimism = gap(optimum.optimism).removeprefix("+")
        lines += _wrapped(said.format(gain=gap(optimum.search_gain), optimism=optimism), look)
    return lines + _constraint_lines(optimum, proof, look)


def _constraint_lines(optimum: "Optimum", proof: "Proof", look: Look) -> list[Text]:
    """Whether each constraint holds on fresh seasons."""
    question, lines = optimum.question, []
    currency = str(question.variants.base.scenario.currency)
    for constraint, found, verdict in proof.constraints:
        about = subject_named(constraint.metric, constraint.unit, question.kind, currency)
        half_width = found.half_width * about.factor
        mean = mean_text(found.mean * about.factor, half_width, look.glyphs.plus_minus)
        text = _("{constraint}: {verdict}, {mean} {unit}.")
        words = {"constraint": constraint.text, "verdict": _(VERDICTS[verdict])}
        lines += _wrapped(text.format(mean=mean, unit=about.unit, **words), look)
    return lines


def _against(proof: "Proof") -> str:
    """The sentence that compares the winner with the scenario as it is."""
    match proof.gain.verdict:
        case "higher" | "lower":
            return _(
                "Against the scenario as it is ({base}): {difference}, higher in {wins} of {count} seasons."
            )
        case "equal":
            return _("It is as good as the scenario as it is ({base}), or is the scenario as it is.")
        case _:
            return _("Against the scenario as it is ({base}): {difference}, not decided.")


def _remarks(optimum: "Optimum", look: Look) -> list[str]:
    """The promise, the ties, ends of ranges, what was refused or failed."""
    texts = [*_promise(optimum), *_tie_text(optimum, look), *_end_texts(optimum)]
    book = optimum.book
    if book.refused:
        text = plural(
            "{count} combination is refused by the scenario's own rules.",
            "{count} combinations are refused by the scenario's own rules.",
            book.refused,
        )
        texts.append("! " + text.format(count=book.refused))
    if book.player.failures:
        text = plural(
            "! {count} run failed: {why}",
            "! {count} runs failed; the first: {why}",
            len(book.player.failures),
        )
        texts.append(text.format(count=len(book.player.failures), why=book.player.failures[0].error))
    return texts


def _promise(optimum: "Optimum") -> list[str]:
    """What a selection promises, and how alternatives were dropped."""
    found, subject = optimum.selecting, _subject(optimum)
    if found is None:
        return []
    width = f"{figures(found.indifference * subject.factor)} {subject.unit}".strip()
    texts = []
    if found.is_promised and not optimum.is_promised:
        texts.append(_("Nothing is promised: the procedure's choice broke a constraint on fresh seasons."))
    elif found.is_promised:
        text = _("With 95 % the chosen one is the best of {count}, or within {width} of the best.")
        texts.append(text.format(count=len(found.considered), width=width))
    elif found.reason == "cap":
        texts.append(_("The seasons allowed ran out with several left: nothing is promised."))
    if found.violating:
        text = plural(
            "{count} alternative was dropped for breaking a constraint: nothing is promised of it.",
            "{count} alternatives were dropped for breaking a constraint: nothing is promised of them.",
            len(found.violating),
        )
        texts.append(text.format(count=len(found.violating)))
    if found.eliminations:
        last = max(one.replications for one in found.eliminations)
        text = _("Dropped: {count} alternatives, the last after {last} seasons.")
        texts.append(text.format(count=len(found.eliminations), last=last))
    return texts


def _tie_text(optimum: "Optimum", look: Look) -> list[str]:
    """Candidates that the search cannot tell from its best."""
    others = [place for place in optimum.ties if place != optimum.winner]
    if not others or optimum.searched is None:
        return []
    keys = [decision.key for decision in optimum.question.decisions]
    names = short_names(keys, look.glyphs.more)
    shown = [
        ", ".join(
            f"{names[key]} = {value_text(value)}"
            for key, value in zip(keys, optimum.book.candidates[place].row, strict=True)
        )
        for place in others[:MOST_TIES]
    ]
    text = plural(
        "{count} other candidate cannot be told from it in the search: {shown}.",
        "{count} other candidates cannot be told from it in the search: {shown}.",
        len(others),
    )
    more = "; ..." if len(others) > MOST_TIES else ""
    return [text.format(count=len(others), shown="; ".join(shown) + more)]


def _end_texts(optimum: "Optimum") -> list[str]:
    """Decisions of the winner that lie at the end of their range."""
    if optimum.winner is None:
        return []
    row, texts = optimum.book.candidates[optimum.winner].row, []
    for place, (decision, value) in enumerate(zip(optimum.question.decisions, row, strict=True)):
        end = decision.end(value)
        if end is not None and optimum.question.accepts_beyond(place, row, end):
            text = _("! {key} = {value} lies at the end of its range: widen it.")
            texts.append(text.format(key=decision.key, value=value_text(value)))
    return texts


def _closing(optimum: "Optimum", source: str, saved: tuple[str, ...], command: tuple[str, ...]) -> list[Text]:
    """Where it is saved, how to get it again, how to use it."""
    rows = [(_("Saved"), ", ".join(saved))] if saved else []
    rows.append((_("Again"), shlex.join(["farmsim", *command])))
    if optimum.proof is not None:
        settings = [
            part for key, value in optimum.settings.items() for part in ("--set", f"{key}={written(value)}")
        ]
        before = [part for one in optimum.question.overrides for part in ("--set", one)]
        rows.append((_("Use it"), shlex.join(["farmsim", "run", source, *before, *settings])))
    width = max(cell_width(name) for name, _text in rows) + 2
    return [Text(pad(name, width) + text) for name, text in rows]


def _wrapped(text: str, look: Look, *, bold: bool = False) -> list[Text]:
    return [Text(line, style="bold" if bold else "") for line in wrap(text, look.width)]
