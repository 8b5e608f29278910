"""`farmsim explain WORD`: what a metric, a parameter, a channel, an error code or a source means."""

import re

from rich.console import Group
from rich.text import Text

from farmsim.errors import UsageError
from farmsim.report.catalogue_screens import SECTIONS, all_names, show_screen, stamped_entry
from farmsim.report.cells import fit, pad, wrap
from farmsim.report.messages import translate as _
from farmsim.report.network_metrics import (
    network_metric_lines,
    network_metric_list,
    network_metric_names,
)
from farmsim.report.parameters import ANY, Parameter, find_parameters, network_parameters, parameters
from farmsim.report.terminal import Look
from farmsim.report.topics import TOPICS, case_lines, topic_lines
from farmsim.report.values import CONFIDENCE, ValueRow, plain_number, span_text, value_rows
from farmsim.report.words import BY, CHANNEL_KINDS, metric_label, unit_label
from farmsim.results.metrics import METRICS
from farmsim.scenario import catalogue
from farmsim.scenario.hints import did_you_mean
from farmsim.scenario.problems import MESSAGES

MOST_EXAMPLES = 12
"""Catalogue values shown for one parameter."""

ALL = ("metrics", "parameters", "codes")
PLAYED = ("three-mu",)
"""Words that are explained by a run (`three_mu_screen`)."""


def explain_screen(word: str, look: Look) -> Group:
    """What the word means, by whatever bears it; everything that bears it, if several do."""
    lines = _list_or_topic(word, look)
    if word in METRICS:
        lines += _metric_lines(word, look)
    lines += network_metric_lines(word, look)
    if word.upper() in MESSAGES:
        lines += _code_lines(word.upper(), look)
    if not lines:
        lines += _source_lines(word, look)
    parts = [Group(*(Text(line) for line in lines))] if lines else []
    if word in all_names():
        parts.append(show_screen(word, look))
    found = [] if word in ALL else find_parameters(word)
    if found:
        parts.append(Group(*(Text(line) for line in _parameter_lines(word, found, look))))
    if not parts:
        named = (p.name for p in (*parameters(), *network_parameters()))
        known = [*METRICS, *network_metric_names(), *MESSAGES, *all_names(), *ALL, *PLAYED, *TOPICS, *named]
        raise UsageError("unknown-name", (("name", word), ("meant", ", ".join(did_you_mean(word, known, 2)))))
    return Group(*parts)


def _list_or_topic(word: str, look: Look) -> list[str]:
    """All of a kind, or a word that stands for no single thing."""
    match word:
        case "metrics":
            return _metric_list(look)
        case "parameters":
            return _parameter_list(look)
        case "codes":
            return _code_list(look)
    topic = topic_lines(word)
    shown = [line for text in topic for line in wrap(text, look.width, indent="  ")]
    return [word, *shown, ""] if topic else []


def _metric_list(look: Look) -> list[str]:
    """Every metric with its unit and definition."""
    lines = [_("METRICS (in results, JSON, CSV and expect:)"), look.rule]
    for name, metric in METRICS.items():
        first = pad(name, 29) + pad(fit(unit_label(metric.unit), 14), 15)
        lines += wrap(_(metric.definition), look.width, indent=" " * 44, first=first)
    return [*lines, "", *network_metric_list(look)]


def _metric_lines(name: str, look: Look) -> list[str]:
    """One metric."""
    metric = METRICS[name]
    lines = [f"{name}  {metric_label(name)}, {unit_label(metric.unit)}"]
    lines += wrap(_(metric.definition), look.width, indent="  ")
    where = _("given for the whole run")
    if metric.by:
        where = _("given for the whole run and by {parts}").format(
            parts=", ".join(_(BY[by]) for by in metric.by)
        )
    return [*lines, f"  {where}", ""]


def _code_list(look: Look) -> list[str]:
    """Every code of a problem with its message."""
    lines = [_("CODES of errors (E) and warnings (W)"), look.rule]
    for code, message in MESSAGES.items():
        lines += wrap(_gaps(_(message)), look.width, indent=" " * 6, first=pad(code, 6))
    return lines


def _code_lines(code: str, look: Look) -> list[str]:
    """One code."""
    kind = (
        _("warning: the file can be used all the same")
        if code.startswith("W")
        else _("error: the file is refused")
    )
    more = [line for text in case_lines(code) for line in wrap(text, look.width, indent="    ", first="  ")]
    return [f"{code}  {kind}", *wrap(_gaps(_(MESSAGES[code])), look.width, indent="  "), *more, ""]


def _gaps(message: str) -> str:
    """A message with dots where its arguments would stand."""
    return re.sub(r"\{\w+\}", "...", message)


def _source_lines(key: str, look: Look) -> list[str]:
    """One sourced figure."""
    row = catalogue.domain_row(key)
    if row is None:
        return []
    value = " ".join(
        part for part in (plain_number(row.value) if row.value is not None else "", row.unit) if part
    )
    facts = (
        (_("value"), value),
        (_("range"), span_text(row.low, row.high)),
        (_("year"), row.year),
        (_("source"), row.source),
        (_("address"), row.url),
        (_("confidence"), _(CONFIDENCE.get(row.confidence, row.confidence))),
    )
    lines = [key]
    for name, fact in facts:
        if fact:
            lines += wrap(fact, look.width, indent=" " * 14, first=pad(f"  {name}", 14))
    return [*lines, ""]


def _parameter_list(look: Look) -> list[str]:
    """Every parameter with its sentence."""
    lines = [_("PARAMETERS of scenario files ({any} is a name of your choice)").format(any=ANY), look.rule]
    for found in (*parameters(), *network_parameters()):
        variant = f"  ({found.variant})" if found.variant else ""
        lines.append(".".join(found.path) + variant)
        lines += wrap(_(found.description), look.width, indent="    ")
    return lines


def _parameter_lines(word: str, found: list[Parameter], look: Look) -> list[str]:
    """Parameters that a word means: path, sentence, type, bounds, default; then values of the catalogue."""
    lines: list[str] = []
    groups: dict[tuple[str, ...], list[Parameter]] = {}
    for parameter in found:
        groups.setdefault((".".join(parameter.path), *parameter[2:]), []).append(parameter)
    for members in groups.values():
        first = members[0]
        tags = sorted({member.variant for member in members if member.variant})
        everywhere = set(tags) >= set(CHANNEL_KINDS)
        variants = "" if everywhere else ", ".join(_variant(tag) for tag in tags)
        heading = ".".join(first.path) + (f"  ({variants})" if variants else "")
        lines += wrap(heading, look.width, indent="    ", first="")
        lines += wrap(_(first.description), look.width, indent="  ")
        facts = [" | ".join(_(word) for word in first.type.split(" | ")), first.bounds]
        if first.default not in ("", "-"):
            facts.append(_("default {value}").format(value=first.default))
        elif first.default == "":
            facts.append(_("required"))
        lines += wrap(", ".join(fact for fact in facts if fact), look.width, indent="  ")
    return [*lines, *_examples(word, look), ""]


def _variant(tag: str) -> str:
    """A kind of block with what it is."""
    kind = CHANNEL_KINDS.get(tag)
    return f"{tag}: {_(kind)}" if kind else tag


def _examples(word: str, look: Look) -> list[str]:
    """Values that the catalogue gives to a parameter, with their ranges."""
    keys = word.split(".")
    rows: list[tuple[str, ValueRow]] = []
    for section in SECTIONS:
        for name in catalogue.names(section) if section not in ("scenarios", "provinces") else ():
            node = stamped_entry(section, name)
            rows += [
                (name, row)
                for row in (value_rows(node) if node is not None else ())
                if row.path.split(".")[-1] == keys[-1] and row.value != ""
            ]
    if not rows:
        return []
    lines = ["  " + _("in the catalogue:")]
    for name, row in rows[:MOST_EXAMPLES]:
        origin = "; ".join(row.keys) or _(CONFIDENCE.get(row.confidence, ""))
        cells = (pad(fit(name, 23), 24), pad(fit(row.value, 13), 14), pad(fit(row.span, 15), 16), origin)
        lines.append(fit("    " + "".join(cells), look.width, look.glyphs.more).rstrip())
    if len(rows) > MOST_EXAMPLES:
        lines.append("    " + _("and {count} more").format(count=len(rows) - MOST_EXAMPLES))
    return lines
