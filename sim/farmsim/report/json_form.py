"""A result as one JSON document: the same under every language, unknown as null, order stable."""

import json
import math
from importlib.metadata import version
from typing import TYPE_CHECKING, TypedDict

from farmsim.results.estimates import Estimate
from farmsim.results.metrics import METRICS
from farmsim.scenario.problems import word

if TYPE_CHECKING:
    from farmsim.experiment.run import RunResult

SCHEMA_VERSION = 1


class EstimateForm(TypedDict):
    """An estimate as other programs read it."""

    mean: float | None
    ci95: list[float | None]
    sd: float | None
    n: int
    unit: str


def run_json(result: "RunResult") -> str:
    """The document that `farmsim run --json` prints."""
    return json.dumps(run_form(result), ensure_ascii=False, indent=2, allow_nan=False)


def run_form(result: "RunResult") -> dict[str, object]:
    """The document as plain values."""
    first = result.outcomes[0]
    return {
        "schema_version": SCHEMA_VERSION,
        "farmsim_version": version("farmsim"),
        "scenario": {"name": result.loaded.scenario.name, "digest": result.loaded.digest},
        "random_seed": result.random_seed,
        "replications": len(result.outcomes),
        "metrics": {name: estimate_form(name, result.estimate(name)) for name in sorted(first.metrics)},
        "channels": {
            channel: {
                name: estimate_form(name, result.estimate(name, channel))
                for name in sorted(first.channels[channel])
            }
            for channel in sorted(first.channels)
        },
        "balance": balance_form(result),
        "warnings": [
            {"code": p.code, "file": p.file, "line": p.line, "column": p.column, "message": word(p)}
            for p in result.loaded.warnings
        ],
    }


def estimate_form(name: str, value: Estimate) -> EstimateForm:
    """One estimate; what cannot be known is null."""
    unit = METRICS[name].unit if name in METRICS else ""
    return {
        "mean": number(value.mean),
        "ci95": [number(value.low), number(value.high)],
        "sd": number(value.sd),
        "n": value.n,
        "unit": unit,
    }


def balance_form(result: "RunResult") -> dict[str, object]:
    """Kilograms in and out of the replication that balances worst, and the worst difference of money."""
    worst = max(result.outcomes, key=lambda o: abs(o.kg_in - o.kg_out))
    money = max((o.money_difference for o in result.outcomes), key=abs)
    return {
        "kg": {
            "in": number(worst.kg_in),
            "out": number(worst.kg_out),
            "difference": number(worst.kg_in - worst.kg_out),
        },
        "money": {"difference": number(money)},
    }


def number(value: float) -> float | None:
    """The value as a JSON number; null where it cannot be known."""
    return None if math.isnan(value) or math.isinf(value) else float(value)
