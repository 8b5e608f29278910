"""Traces: `kg_by_day: {file: days.csv, column: kg}` takes the numbers of a column of a CSV file.

The numbers become part of the scenario, so that a run depends on the file as it was when it was loaded.
"""

import csv
import math
from dataclasses import replace
from pathlib import Path

from farmsim.errors import Problem
from farmsim.scenario.hints import did_you_mean
from farmsim.scenario.nodes import Entry, ListNode, MapNode, Node, Scalar
from farmsim.scenario.text import remedy, shortened

KEYS = ("kg_by_day", "kg_by_review")
LARGEST = 10_000_000
"""Characters of a file that are read."""


def read_traces(tree: MapNode, folder: Path, problems: list[Problem]) -> MapNode:
    """The tree with every such mapping made a list; paths start at the folder of the scenario."""
    entries = {}
    for key, entry in tree.entries.items():
        node = entry.node
        if isinstance(node, MapNode):
            node = _column(node, folder, problems) if key in KEYS else read_traces(node, folder, problems)
        entries[key] = entry if node is entry.node else Entry(entry.key, node)
    return replace(tree, entries=entries)


def _column(node: MapNode, folder: Path, problems: list[Problem]) -> Node:
    """The numbers of a column; the mapping itself, with a problem, where there are none."""
    file, column = node.child("file"), node.child("column")
    if not (isinstance(file, Scalar) and isinstance(column, Scalar)):
        problems.append(node.mark.problem("E061", remedy("trace-form")))
        return ListNode(node.mark, ())
    path = folder / str(file.value)
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines.read(LARGEST).splitlines()))
    except (OSError, UnicodeDecodeError, ValueError, csv.Error) as error:
        said = shortened(str(getattr(error, "strerror", None) or error), 80)
        problems.append(file.mark.problem("E062", name=shortened(str(file.value), 60), what=said))
        return ListNode(node.mark, ())
    name = str(column.value)
    if not rows or name not in rows[0]:
        known = [key for key in rows[0] if key] if rows else []
        hints = [remedy("did-you-mean", guess=guess) for guess in did_you_mean(name, known)[:1]]
        problems.append(column.mark.problem("E063", *hints, name=shortened(name, 60)))
        return ListNode(node.mark, ())
    items: list[Node] = []
    for number, row in enumerate(rows, start=2):
        value = _number(row[name])
        if value is None:
            text = shortened(str(row[name]), 30)
            problems.append(
                column.mark.problem("E064", name=shortened(name, 60), value=text, row=str(number))
            )
            break
        items.append(Scalar(node.mark, value, str(row[name]), origin=None))
    return ListNode(node.mark, tuple(items))


def _number(text: str | None) -> float | None:
    """The finite number that a cell holds."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
