"""A result as one JSON document: the same under every language, unknown as null, order stable."""

import json
import math
from collections.abc import Mapping
from importlib.metadata import version
from statistics import fmean
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from farmsim.report.cautions import cautions
from farmsim.results.estimates import Estimate, estimate
from farmsim.results.metrics import METRICS, Metric
from farmsim.results.provinces import PROVINCE_METRICS
from farmsim.scenario.problems import word

if TYPE_CHECKING:
    from farmsim.experiment.paired_precision import PairedStop
    from farmsim.experiment.precision import Stop
    from farmsim.experiment.run import RunResult, Table

SCHEMA_VERSION = 1


class EstimateForm(TypedDict):
    """An estimate as other programs read it."""

    mean: float | None
    ci95: list[float | None]
    sd: float | None
    n: int
    unit: str


def run_json(result: "RunResult", settings: tuple[str, ...] = ()) -> str:
    """The document that `farmsim run --json` prints."""
    return json.dumps(run_form(result, settings), ensure_ascii=False, indent=2, allow_nan=False)


def run_form(result: "RunResult", settings: tuple[str, ...] = ()) -> dict[str, object]:
    """The document as plain values; `settings` are the overrides KEY=VALUE."""
    first = result.outcomes[0]
    return {
        "schema_version": SCHEMA_VERSION,
        "farmsim_version": version("farmsim"),
        "scenario": {"name": result.loaded.scenario.name, "digest": result.loaded.digest},
        "settings": list(settings),
        "random_seed": result.random_seed,
        "replications": len(result.outcomes),
        **({} if result.stop is None else {"precision": precision_form(result.stop)}),
        "metrics": {name: estimate_form(name, result.estimate(name)) for name in sorted(first.metrics)},
        "channels": _parts_form(result, "channels", METRICS),
        "counties": _parts_form(result, "counties", METRICS),
        "provinces": _parts_form(result, "provinces", PROVINCE_METRICS),
        "kinds": _parts_form(result, "kinds", METRICS),
        "destinations": {
            place: plain_form("kg", [o.destinations.get(place, 0.0) for o in result.outcomes])
            for place in sorted(first.destinations)
        },
        "operators": {
            name: {
                item: plain_form(
                    "kg" if item.endswith("_kg") else "CNY",
                    [o.operators[name][item] for o in result.outcomes],
                )
                for item in sorted(first.operators[name])
            }
            for name in sorted(first.operators)
        },
        "balance": balance_form(result),
        "warnings": [
            *(
                {"code": p.code, "file": p.file, "line": p.line, "column": p.column, "message": word(p)}
                for p in result.loaded.warnings
            ),
            *(
                {"code": c.code, "file": None, "line": None, "column": None, "message": c.text()}
                for c in cautions(result, "en")
            ),
        ],
    }


def precision_form(stop: "Stop | PairedStop") -> dict[str, object]:
    """Which precision was asked for, what was reached and why it stopped there; shares run from 0 to 1."""
    return {
        "metric": stop.asked.metric,
        "asked": stop.asked.share,
        "reached": number(stop.share),
        "reason": stop.reason,
        "stages": list(stop.stages),
        "replications_most": stop.asked.most,
        "replications_needed": stop.needed,
    }


def estimate_form(name: str, value: Estimate) -> EstimateForm:
    """One metric; what cannot be known is null."""
    return _form(value, METRICS[name].unit if name in METRICS else "")


def _parts_form(
    result: "RunResult", table: "Table", catalogue: Mapping[str, Metric]
) -> dict[str, dict[str, EstimateForm]]:
    """Every figure of every channel, county, province or kind of produce."""
    first: dict[str, dict[str, float]] = getattr(result.outcomes[0], table)
    return {
        part: {
            name: _form(
                result.estimate_of(table, part, name), catalogue[name].unit if name in catalogue else ""
            )
            for name in sorted(first[part])
        }
        for part in sorted(first)
    }


def plain_form(unit: str, values: list[float]) -> EstimateForm:
    """The estimate of what is no metric, from its values by replication."""
    return _form(estimate(np.array(values, dtype=np.float64)), unit)


def _form(value: Estimate, unit: str) -> EstimateForm:
    """An estimate with its unit."""
    return {
        "mean": number(value.mean),
        "ci95": [number(value.low), number(value.high)],
        "sd": number(value.sd),
        "n": value.n,
        "unit": unit,
    }


def balance_form(result: "RunResult") -> dict[str, object]:
    """Kilograms harvested and accounted for, means; the difference of the replication that balances worst.

    Of money, the worst difference as a share of what was paid.
    """
    worst = max((o.kg_in - o.kg_out for o in result.outcomes), key=abs)
    money = max((o.money_difference for o in result.outcomes), key=abs)
    return {
        "kg": {
            "in": number(fmean(o.kg_in for o in result.outcomes)),
            "out": number(fmean(o.kg_out for o in result.outcomes)),
            "difference": number(worst),
        },
        "money": {"difference": number(money)},
    }


def number(value: float) -> float | None:
    """The value as a JSON number; null where it cannot be known."""
    return None if math.isnan(value) or math.isinf(value) else float(value)
