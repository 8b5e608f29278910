"""Values of the catalogue and of scenarios with where they come from: source, confidence, sensible range."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from farmsim.report.cells import fit, pad, wrap
from farmsim.report.messages import mark
from farmsim.report.messages import translate as _
from farmsim.report.terminal import Look
from farmsim.scenario import catalogue
from farmsim.scenario.catalogue import DomainRow
from farmsim.scenario.nodes import Citation, ListNode, MapNode, Node, Scalar

CONFIDENCE = {
    "sourced": mark("sourced"),
    "sourced-derived": mark("derived"),
    "sourced (weak: low-quality or mirror page)": mark("weak source"),
    "assumption": mark("assumed"),
    "general-knowledge (unsourced)": mark("general knowledge"),
    "assumed": mark("assumed"),
    "cited": mark("cited"),
    "": "",
}

_DEPTHS = {
    "products": 2,
    "counties": 2,
    "channels": 2,
    "interventions": 2,
    "desk": 1,
    "clock": 1,
    "expect": 2,
    "network": 3,
}
"""How many keys of a path name the block that a value stands in."""

_NAMES = ("label", "name", "note", "sources")
"""Keys that the lists of values leave out."""


class ValueRow(NamedTuple):
    """One value at its dotted path; `keys` are those of the table of sourced figures that it cites."""

    path: str
    value: str
    span: str
    confidence: str
    origin: str
    keys: tuple[str, ...]


def value_rows(node: Node) -> list[ValueRow]:
    """Every value below a node, in file order; lists in one row, display names left out."""
    return list(_rows(node, ""))


def detailed_lines(rows: list[ValueRow], look: Look) -> list[str]:
    """Two or more lines a value: what it is, then where it comes from."""
    columns = (look.width - 50, 18, 16, 13)
    heading = (_("VALUE OF"), _("value"), _("range"), _("confidence"))
    lines = [_line(heading, columns, look), look.rule]
    for row in rows:
        lines.append(_line(row[:4], columns, look))
        if row.origin:
            lines += wrap(row.origin, look.width, indent="    ")
    return lines


def compact_lines(rows: list[ValueRow], look: Look) -> list[str]:
    """One line a value below the path of its block; the source as its key or the kind of its origin."""
    columns = (look.width - 50, 15, 16, 19)
    heading = (_("VALUE OF"), _("value"), _("range"), _("source"))
    lines, block = [_line(heading, columns, look), look.rule], ""
    for row in rows:
        keys = row.path.split(".")
        depth = _DEPTHS.get(keys[0], 0) if keys[2:3] != ["lanes"] and keys[2:3] != ["growers"] else 4
        depth = depth if len(keys) > depth else 0
        here = ".".join(keys[:depth])
        if here != block and here:
            lines.append(here)
        block = here
        name = ("  " if here else "") + ".".join(keys[depth:])
        origin = "; ".join(row.keys) or _(CONFIDENCE.get(row.confidence, row.confidence))
        lines.append(_line((name, row.value, row.span, origin), columns, look))
    return lines


def source_words(row: DomainRow) -> str:
    """A sourced figure as one sentence: key, year, source."""
    return f"{row.key}" + (f" ({row.year})" if row.year else "") + (f": {row.source}" if row.source else "")


def span_text(low: object, high: object) -> str:
    """A range as text, empty if it is not known."""
    if low in (None, "") or high in (None, ""):
        return ""
    return f"{plain_number(low)} .. {plain_number(high)}"


def plain_number(value: object) -> str:
    """A value as one would write it into a file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _rows(node: Node, path: str) -> Iterator[ValueRow]:
    """Rows of one node."""
    match node:
        case MapNode():
            for key, entry in node.entries.items():
                if key not in _NAMES:
                    yield from _rows(entry.node, f"{path}.{key}" if path else key)
        case ListNode() if all(isinstance(item, Scalar) for item in node.items):
            scalars = [item for item in node.items if isinstance(item, Scalar)]
            value = "[" + ", ".join(plain_number(item.value) for item in scalars) + "]"
            yield _row(path, value, scalars[0].origin if scalars else None)
        case ListNode():
            for index, item in enumerate(node.items):
                yield from _rows(item, f"{path}.{index}")
        case Scalar():
            yield _row(path, plain_number(node.value), node.origin)


def _row(path: str, value: str, citation: Citation | None) -> ValueRow:
    """A value with what its citation says."""
    if citation is None:
        return ValueRow(path, value, "", "", "", ())
    span = span_text(citation.low, citation.high)
    if citation.source is None:
        return ValueRow(path, value, span, "assumed", citation.assumed or "", ())
    parts = [part.strip() for part in re.split(r"[;,]", citation.source)]
    figures = [row for part in parts if (row := catalogue.domain_row(part)) is not None]
    if not figures:
        return ValueRow(path, value, span, "cited", citation.source, ())
    first = figures[0]
    same = len(figures) == 1
    span = span or (span_text(first.low, first.high) if same else "")
    origin = "; ".join(source_words(row) for row in figures)
    return ValueRow(path, value, span, first.confidence, origin, tuple(row.key for row in figures))


def _line(cells: tuple[str, ...], columns: tuple[int, ...], look: Look) -> str:
    """One line of the table of values."""
    shown = list(cells)
    shown[3] = _(CONFIDENCE.get(shown[3], shown[3]))
    parts = [
        pad(fit(cell, width - 1, look.glyphs.more), width) for cell, width in zip(shown, columns, strict=True)
    ]
    return "".join(parts).rstrip()
