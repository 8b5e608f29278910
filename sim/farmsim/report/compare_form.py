"""A comparison for other programs: one JSON document, or a table with a row per scenario and replication."""

import csv
import io
import json
from importlib.metadata import version
from typing import TYPE_CHECKING

from farmsim.report.compare_cautions import comparison_cautions
from farmsim.report.compare_rows import INCOME, worst_seasons
from farmsim.report.csv_form import cell
from farmsim.report.json_form import SCHEMA_VERSION, estimate_form, number, precision_form
from farmsim.results.metrics import METRICS
from farmsim.results.paired import LEVEL, Difference
from farmsim.scenario.problems import word

if TYPE_CHECKING:
    from farmsim.experiment.compare import Comparison


def compare_json(comparison: "Comparison", settings: tuple[str, ...] = ()) -> str:
    """The document that `farmsim compare --json` prints."""
    return json.dumps(compare_form(comparison, settings), ensure_ascii=False, indent=2, allow_nan=False)


def compare_form(comparison: "Comparison", settings: tuple[str, ...] = ()) -> dict[str, object]:
    """The document as plain values; `settings` are the overrides KEY=VALUE."""
    metrics = sorted(METRICS)
    others = list(enumerate(comparison.names))[1:]
    worst = worst_seasons(comparison)
    return {
        "schema_version": SCHEMA_VERSION,
        "farmsim_version": version("farmsim"),
        "baseline": comparison.names[0],
        "settings": list(settings),
        "random_seed": comparison.random_seed,
        "replications": comparison.replications,
        **_precision_form(comparison),
        "scenarios": {
            name: {
                "name": run.loaded.scenario.name,
                "digest": run.loaded.digest,
                "metrics": {metric: estimate_form(metric, run.estimate(metric)) for metric in metrics},
                "worst_tenth_of_seasons": number(worst[place]),
            }
            for place, (name, run) in enumerate(zip(comparison.names, comparison.runs, strict=True))
        },
        "differences": {
            name: {metric: difference_form(comparison.difference(metric, place)) for metric in metrics}
            for place, name in others
        },
        "parts": {
            name: {part: difference_form(found) for part, found in comparison.parts(place).items()}
            for place, name in others
        },
        "adjustment": {"method": "bonferroni", "comparisons": comparison.comparisons, "level": LEVEL},
        "pairing": {
            "metric": INCOME,
            "variance_ratio": {
                name: number(comparison.pairing_gain(INCOME, place)) for place, name in others
            },
        },
        "warnings": [
            *(
                {"scenario": name, "code": problem.code, "message": word(problem)}
                for name, run in zip(comparison.names, comparison.runs, strict=True)
                for problem in run.loaded.warnings
            ),
            *(
                {"scenario": None, "code": caution.code, "message": caution.text()}
                for caution in comparison_cautions(comparison)
            ),
        ],
    }


def difference_form(found: Difference) -> dict[str, object]:
    """One difference; what cannot be known is null."""
    mean, low, high, sd, n = found.estimate
    return {
        "mean": number(mean),
        "ci95": [number(low), number(high)],
        "sd": number(sd),
        "n": n,
        "wins": found.wins,
        "losses": found.losses,
        "verdict": found.verdict,
        "more_replications": found.more_replications,
    }


def _precision_form(comparison: "Comparison") -> dict[str, object]:
    """Which precision was asked for and what was reached, in the difference that is known least."""
    stop = comparison.stop
    if stop is None:
        return {}
    return {"precision": precision_form(stop) | {"scenario": comparison.names[stop.place]}}


def compare_csv(comparison: "Comparison") -> str:
    """The table as text, byte order mark first; an unknown value is an empty cell."""
    metrics = sorted(METRICS)
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("scenario", "replication", *metrics))
    for name, run in zip(comparison.names, comparison.runs, strict=True):
        for replication, outcome in enumerate(run.outcomes):
            writer.writerow((name, replication, *(cell(outcome.metrics[metric]) for metric in metrics)))
    return text.getvalue()


def printed_compare_csv(comparison: "Comparison") -> str:
    """The table for stdout: without byte order mark, line ends as the system has them."""
    return compare_csv(comparison).removeprefix("\ufeff").replace("\r\n", "\n")
