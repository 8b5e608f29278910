"""A sweep as one JSON document: the same under every language, unknown as null."""

import json
import math
from importlib.metadata import version
from typing import TYPE_CHECKING

from farmsim.experiment.sweeps.axes import Axis, Listed
from farmsim.report.json_form import SCHEMA_VERSION, number
from farmsim.report.network_words import plain_unit
from farmsim.report.sweeps.remarks import sweep_cautions
from farmsim.report.sweeps.sensitivity_tables import morris_of, sobol_of
from farmsim.report.sweeps.standing import Standing, standing_of

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.result import SweepResult

MORRIS = ("mu", "mu_star", "sigma", "noise")


def sweep_json(result: "SweepResult") -> str:
    """The document that `farmsim sweep --json` prints."""
    return json.dumps(sweep_form(result), ensure_ascii=False, indent=2, allow_nan=False)


def sweep_form(result: "SweepResult") -> dict[str, object]:
    """The document as plain values; points are numbered from 1."""
    standing, about, aim = standing_of(result), result.about, result.aim
    return {
        "schema_version": SCHEMA_VERSION,
        "farmsim_version": version("farmsim"),
        "scenario": {"name": about.name, "digest": about.scenario_digest},
        "settings": about.sweep.get("settings", []),
        "random_seed": about.random_seed,
        "method": result.structure.method,
        "axes": [axis_form(axis) for axis in result.structure.axes],
        "aim": {
            "metric": aim.metric,
            "unit": standing.subject.plain_unit,
            "goal": "maximise" if aim.maximise else "minimise",
            "base": None if aim.base is None else aim.base + 1,
        },
        "best": None if standing.ties is None else standing.ties.best + 1,
        "ties": [point + 1 for point in standing.tied],
        "flattery": None if standing.ties is None else number(standing.ties.flattery),
        "points": _points(standing),
        "design_rows": [point + 1 for point in result.rows],
        "sensitivity": _sensitivity(result),
        "failures": [
            {
                "point": run.point + 1,
                "replication": run.replication,
                "status": run.status,
                "error": run.error,
            }
            for run in result.failures
        ],
        "warnings": [{"code": one.code, "message": one.text()} for one in sweep_cautions(result)],
    }


def axis_form(axis: Axis) -> dict[str, object]:
    """An axis as a sweep file writes it."""
    if isinstance(axis, Listed):
        return {"key": axis.key, "values": list(axis.values)}
    return {
        "key": axis.key,
        "from": axis.low,
        "to": axis.high,
        "step": axis.step,
        "count": axis.count,
        "scale": "log" if axis.log else "linear",
        "integer": axis.integer,
    }


def _points(standing: Standing) -> list[dict[str, object]]:
    """Every point with all metrics; values of one metric are read at a time."""
    result = standing.result
    currency = str(result.about.scenario.get("currency", "CNY"))
    network = result.about.kind == "network"
    metrics: list[dict[str, object]] = [{} for _point in result.points]
    for name, unit in sorted(result.metrics.items()):
        shown = plain_unit(unit, currency) if network else unit
        for point, place in enumerate(metrics):
            found = result.estimate(name, point)
            place[name] = {
                "mean": number(found.mean),
                "ci95": [number(found.low), number(found.high)],
                "sd": number(found.sd),
                "n": found.n,
                "unit": shown,
            }
    played, failed = result.replications, (result.status > 1).sum(axis=1)
    return [
        {
            "point": place + 1,
            "label": row.label,
            "key": row.key,
            "parameters": dict(row.parameters),
            "replications": int(played[place]),
            "failed": int(failed[place]),
            "metrics": metrics[place],
            "best": standing.mark(place) == "*",
            "ties": bool(standing.mark(place)),
            "difference_from_base": _difference(standing, place),
        }
        for place, row in enumerate(result.points)
    ]


def _difference(standing: Standing, point: int) -> dict[str, object] | None:
    """The paired difference of the metric that is asked about; None of the base, or where there is none."""
    found = standing.differences
    if found is None or point == standing.result.aim.base:
        return None
    return {
        "mean": number(found.mean[point]),
        "ci95": [number(found.low[point]), number(found.high[point])],
        "pairs": int(found.pairs[point]),
        "p": number(found.p_value[point]),
        "p_adjusted": number(found.adjusted[point]),
        "adjustment": "holm",
        "verdict": found.verdicts[point],
    }


def _sensitivity(result: "SweepResult") -> dict[str, object] | None:
    """Effects or indices by parameter, of a design that gives them."""
    keys = [axis.key for axis in result.structure.axes]
    effects = morris_of(result)
    if effects is not None:
        return {
            "method": "morris",
            "unit": result.aim.unit,
            "trajectories": effects.trajectories,
            "parameters": {
                key: {name: number(getattr(effects, name)[place]) for name in MORRIS}
                | {"mu_star_ci95": [number(effects.mu_star_low[place]), number(effects.mu_star_high[place])]}
                for place, key in enumerate(keys)
            },
        }
    indices = sobol_of(result)
    if indices is None:
        return None
    return {
        "method": "sobol-indices",
        "base_points": indices.base_points,
        "noise_share": None if math.isnan(indices.noise_share) else indices.noise_share,
        "parameters": {
            key: {
                "first": number(indices.first[place]),
                "first_ci95": [number(indices.first_low[place]), number(indices.first_high[place])],
                "total": number(indices.total[place]),
                "total_ci95": [number(indices.total_low[place]), number(indices.total_high[place])],
            }
            for place, key in enumerate(keys)
        },
    }
