"""The catalogue of published, hand-made and closed-form results: what each case is, and its expected numbers.

`catalogue.json` was compiled from the literature and from the test suites of other programmes before farmsim
was held against it. Nothing in it comes from farmsim; nothing in it is ever changed to make a case pass.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent
RANDOM_SEED = 20261124
"""Of all cases; fixed before the first was tried, and never chosen anew."""


class Metric(NamedTuple):
    """One number (or list) of a case, and how near is near enough, in the catalogue's words."""

    name: str
    value: Any
    tolerance: str


class CatalogueCase(NamedTuple):
    """One case as the catalogue tells it."""

    id: str
    group: str
    title: str
    model: str
    source: str
    status: str
    """How the expected numbers are known: read, recomputed, worked out by hand."""
    params: dict[str, Any]
    metrics: tuple[Metric, ...]

    def value(self, metric: str) -> Any:
        """What is expected of a metric."""
        return next(m.value for m in self.metrics if m.name == metric)


@cache
def catalogue() -> dict[str, CatalogueCase]:
    """All cases by id, in the catalogue's order."""
    told = json.loads((FOLDER / "catalogue.json").read_text(encoding="utf-8"))
    return {case["id"]: _case(case) for case in told["cases"]}


def _case(told: dict[str, Any]) -> CatalogueCase:
    metrics: tuple[Metric, ...] = ()
    for m in told["expected"]:
        again = any(m["metric"] == known.name for known in metrics)
        metrics += (Metric(f"{m['metric']} (2)" if again else m["metric"], m["value"], m["tolerance"]),)
    return CatalogueCase(
        told["id"],
        told["group"],
        told["title"],
        told["model"],
        told["source"],
        told["status"],
        told["params"] or {},
        metrics,
    )
