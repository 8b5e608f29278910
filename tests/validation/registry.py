"""All registered cases, and what comes of them: rows of expected and obtained numbers with a verdict.

To register cases, put a list `CASES` into a module of `cases/` and name the module here.
"""

import math
from typing import Any

from validation.cases import (
    choice,
    conservation,
    echelons,
    inventory,
    money,
    peers,
    perishables,
    produce,
    queues,
    statistics,
)
from validation.catalogue import RANDOM_SEED, CatalogueCase, catalogue
from validation.plays import Case, Obtained
from validation.rules import Told, judge, rule_of
from validation.scope import LEFT_OUT, PENDING

MODULES = (
    queues,
    inventory,
    peers,
    perishables,
    echelons,
    choice,
    produce,
    money,
    statistics,
    conservation,
)
DIGITS = 9
"""Significant digits of results that are kept."""

REGISTERED: dict[str, Case] = {case.id: case for module in MODULES for case in module.CASES}

Form = dict[str, Any]


def result_of(case: Case) -> Form:
    """A case played: everything that the page says of it."""
    told = catalogue()[case.id]
    obtained = case.obtain()
    return {
        "id": case.id,
        "group": told.group,
        "title": told.title,
        "model": told.model,
        "source": told.source,
        "status": told.status,
        "how": case.how,
        "note": case.note,
        "rows": [_row(told, place, obtained[m.name]) for place, m in _placed(told) if m.name in obtained],
        "without": dict(case.without),
    }


def scope_form() -> Form:
    """What is left out and why, what is to be registered, and the random seed of all that is simulated."""
    cases = catalogue()
    return {
        "random_seed": RANDOM_SEED,
        "catalogue": len(cases),
        "left_out": [
            {"id": i, "title": cases[i].title, "source": cases[i].source, "reason": LEFT_OUT[i]}
            for i in cases
            if i in LEFT_OUT
        ],
        "pending": [{"id": i, "title": cases[i].title} for i in cases if i in PENDING],
    }


def faults_of(result: Form) -> list[str]:
    """What a played case fails in, a line each."""
    return [
        f"{result['id']} {row['metric']}: {row['verdict']} (expected {row['expected']}, "
        f"obtained {row['obtained']}, standard error {row['se']})"
        for row in result["rows"]
        if row["verdict"] not in ("passes", "not judged")
    ]


def _placed(told: CatalogueCase) -> list[tuple[int, Any]]:
    return list(enumerate(told.metrics))


def _row(told: CatalogueCase, place: int, found: Obtained) -> Form:
    metric = told.metrics[place]
    before = told.metrics[place - 1].tolerance if place else ""
    if before == "as above":
        before = told.metrics[place - 2].tolerance
    rule = rule_of(metric.tolerance, metric.value, before)
    expected = metric.value if found.expected is None else found.expected
    fault = judge(rule, expected, found.value, found.se, found.replications)
    passed = "not judged" if isinstance(rule, Told) else "passes"
    return {
        "metric": metric.name,
        "tolerance": metric.tolerance,
        "how": found.how,
        "expected": expected,
        "obtained": rounded(found.value),
        "se": rounded(found.se),
        "replications": found.replications,
        "verdict": f"fails: {fault}" if fault else passed,
        "note": found.note,
    }


def rounded(value: Any) -> Any:
    """Numbers to so many significant digits, in lists too."""
    if isinstance(value, list | tuple):
        return [rounded(part) for part in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    number = float(value)
    assert math.isfinite(number), "a result is a number"
    return int(value) if number.is_integer() and abs(number) < 1e15 else float(f"{number:.{DIGITS}g}")
