"""sim/VALIDATION.md out of results.json: `python tests/validation/page.py > sim/VALIDATION.md`.

`pytest -m validation` plays all cases and writes results.json; a test compares the page with it.
"""

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results.json"
MOST = 8
"""Longer lists are cut."""
GROUPS = {
    "queues": "Queues and stations",
    "inventory": "Inventory policies",
    "perishables": "Perishables",
    "multi-echelon": "Multi-echelon systems",
    "choice": "Consumer choice",
    "market": "Prices and markets",
    "finance": "Loans and cash",
    "statistics": "Statistics",
    "conservation": "Conservation",
}

OPENING = """\
# Validation against published and closed-form results

Made by `pytest -m validation` (which plays all cases) and then
`python tests/validation/page.py > sim/VALIDATION.md`.

The catalogue (`tests/validation/catalogue.json`) holds {catalogue} cases: textbook examples, published
tables, closed forms, calculations by hand, and numbers from the test suites of other programmes, with
sources. None of its numbers comes from farmsim. It was compiled before farmsim was held against it; an
expected number is never changed, and the random seed of everything that is simulated, {random_seed}, was
fixed before the first case was tried. farmsim gets no feature that only serves a case: what it cannot play is
left out and listed at the end with the reason. "Recomputed here" is said of the catalogue's making.

A number that is worked out must agree to the digits that the catalogue asks for (mostly 1e-6 relative). The
mean of a simulation must come from 20 or more replications, lie within four standard errors (SE) of the
expected value, and, where the catalogue says so, four standard errors must be small against it: a noisy run
cannot pass. Of a list every element must pass. Scenario files are in `tests/validation/scenarios` and are
played by the functions that `farmsim run` calls.
"""


def page(results: dict[str, Any]) -> str:
    """The text of the page."""
    cases = results["cases"]
    parts = [OPENING.format(**results), _summary(results)]
    for group in dict.fromkeys(case["group"] for case in cases):
        parts.append(f"## {GROUPS.get(group, group)}\n")
        parts += [_section(case) for case in cases if case["group"] == group]
    return "\n".join([*parts, *_closing(results)]).rstrip() + "\n"


def _summary(results: dict[str, Any]) -> str:
    cases = results["cases"]
    rows = [row for case in cases for row in case["rows"]]
    passed = sum(row["verdict"] == "passes" for row in rows)
    judged = sum(row["verdict"] != "not judged" for row in rows)
    whole = sum(all(row["verdict"] in ("passes", "not judged") for row in case["rows"]) for case in cases)
    table = [
        ("cases in the catalogue", results["catalogue"]),
        ("played", len(cases)),
        ("of these, all that is compared passes", whole),
        ("comparisons that pass", f"{passed} of {judged}"),
        ("metrics of these cases left out with a reason", sum(len(case["without"]) for case in cases)),
        ("cases left out with a reason", len(results["left_out"])),
        ("cases not played yet", len(results["pending"])),
    ]
    return _table(("", "count"), table)


def _section(case: dict[str, Any]) -> str:
    lines = [
        f"### {case['id']} {case['title']}\n",
        f"{case['model']}\n",
        f"*Source:* {case['source']}. *Expected numbers:* {case['status']}. *How:* {case['how']}.\n",
    ]
    if case["note"]:
        lines.append(f"{case['note']}\n")
    told = []
    for row in case["rows"]:
        said = ". ".join(part.rstrip(".") for part in (row["how"], row["note"]) if part)
        if said:
            told.append(f"* {row['metric']}: {said}.")
    told += [f"* Left out: {metric}. {reason}" for metric, reason in case["without"].items()]
    rows = [
        (
            row["metric"],
            shown(row["expected"]),
            shown(row["obtained"]),
            "" if row["se"] is None else shown(row["se"], 2),
            row["replications"] or "",
            row["verdict"],
        )
        for row in case["rows"]
    ]
    lines.append(_table(("metric", "expected", "obtained", "SE", "runs", "verdict"), rows))
    if told:
        lines.append("\n".join(told) + "\n")
    return "\n".join(lines)


def _closing(results: dict[str, Any]) -> list[str]:
    left_out, pending = results["left_out"], results["pending"]
    parts = []
    if left_out:
        rows = [(c["id"], c["title"], c["source"], c["reason"]) for c in left_out]
        parts.append("## Left out\n\n" + _table(("case", "title", "source", "reason"), rows))
    if pending:
        rows = [(c["id"], c["title"]) for c in pending]
        parts.append("## Not played yet\n\n" + _table(("case", "title"), rows))
    return parts


def shown(value: Any, digits: int = 7) -> str:
    """A value for a cell: numbers to so many digits, long lists cut."""
    if isinstance(value, list):
        parts = [shown(part, digits) for part in value[:MOST]]
        more = f", ... ({len(value)} in all)" if len(value) > MOST else ""
        return f"[{', '.join(parts)}{more}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.{digits}g}" if isinstance(value, int | float) else str(value)


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    cells = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in (head, *rows)]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]]) + "\n"


def read_results() -> dict[str, Any]:
    """What the last full run wrote."""
    results: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return results


if __name__ == "__main__":
    print(page(read_results()), end="")
