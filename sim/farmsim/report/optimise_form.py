"""An optimisation for other programs: one JSON document, a table of its trials, one line."""

import csv
import io
import json
import math
from importlib.metadata import version
from typing import TYPE_CHECKING

from farmsim.report.json_form import SCHEMA_VERSION, number
from farmsim.report.numbers import figures, interval
from farmsim.results.estimates import Estimate

if TYPE_CHECKING:
    from farmsim.experiment.optimise import Optimum


def optimise_json(optimum: "Optimum") -> str:
    """The document that `farmsim optimise --json` prints."""
    question, book = optimum.question, optimum.book
    loaded = question.variants.base
    form = {
        "schema_version": SCHEMA_VERSION,
        "farmsim_version": version("farmsim"),
        "scenario": {"name": loaded.scenario.name, "digest": loaded.digest},
        "settings": list(question.overrides),
        "random_seed": book.random_seed,
        "objective": question.objective,
        "unit": question.unit,
        "goal": "maximise" if question.maximise else "minimise",
        "decisions": [decision.key for decision in question.decisions],
        "constraints": [constraint.text for constraint in question.constraints],
        "method": optimum.method,
        "optimiser": None if optimum.searched is None else optimum.searched.optimiser,
        "replications": optimum.replications,
        "runs": book.player.runs,
        "failed_runs": len(book.player.failures),
        "candidates": len(book.offered),
        "refused": book.refused,
        "winner": _winner_form(optimum),
        "selection": _selection_form(optimum),
        "ties": [_settings(optimum, place) for place in optimum.ties],
        "interrupted": optimum.interrupted,
    }
    return json.dumps(form, ensure_ascii=False, indent=2, allow_nan=False)


def trials_csv(optimum: "Optimum") -> str:
    """A row for each candidate in the order in which it was proposed; UTF-8 with BOM for spreadsheets."""
    question, book = optimum.question, optimum.book
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    keys = [decision.key for decision in question.decisions]
    writer.writerow(
        ["trial", *keys, "replications", *(f"{name}_mean" for name in question.metrics), "feasible"]
    )
    for trial, place in enumerate(book.offered, 1):
        means = [repr(float(mean)) if math.isfinite(mean) else "" for mean in book.means(place)]
        feasible = book.is_known(place) and not book.violation(place) > 0.0
        row = book.candidates[place].row
        writer.writerow([trial, *row, len(book.values[place]), *means, "yes" if feasible else "no"])
    return "\ufeff" + stream.getvalue()


def quiet_line(optimum: "Optimum") -> str:
    """The winner in one line; the same in every language."""
    question = optimum.question
    if optimum.proof is None:
        return f"{question.objective} unknown  candidates {len(optimum.book.offered)}"
    found = optimum.proof.mean
    settings = " ".join(f"{key}={value}" for key, value in optimum.settings.items())
    mean = f"{question.objective} {figures(found.mean)} {question.unit}"
    return f"{mean}  ci95 {interval(found.low, found.high)}  {settings}  n {found.n}"


def _winner_form(optimum: "Optimum") -> dict[str, object] | None:
    """The winner with what the search said of it and what the proof says."""
    if optimum.proof is None or optimum.choice is None:
        return None
    proof = optimum.proof
    return {
        "settings": optimum.settings,
        "search_mean": number(optimum.search_mean),
        "search_difference": number(optimum.search_gain),
        "random_seed": proof.random_seed,
        "objective": _estimate(proof.mean),
        "optimism": number(optimum.optimism),
        "scenario_as_it_is": _estimate(proof.base),
        "difference": {
            **_estimate(proof.gain.estimate),
            "wins": proof.gain.wins,
            "verdict": proof.gain.verdict,
        },
        "constraints": [
            {"constraint": kept.constraint.text, "verdict": kept.verdict, **_estimate(kept.found)}
            for kept in proof.constraints
        ],
        "finalists": [
            {"settings": _settings(optimum, place), "mean": number(mean), "ties": tied}
            for place, mean, tied in zip(
                optimum.choice.finalists, optimum.choice.means, optimum.choice.tied, strict=False
            )
        ],
    }


def _selection_form(optimum: "Optimum") -> dict[str, object] | None:
    """How alternatives were dropped."""
    found = optimum.selecting
    if found is None:
        return None
    return {
        "indifference": found.indifference,
        "first_stage": found.first_stage,
        "promised": optimum.is_promised,
        "reason": found.reason,
        "violating": [_settings(optimum, place) for place in found.violating],
        "eliminated": [
            {"settings": _settings(optimum, one.alternative), "after": one.replications}
            for one in found.eliminations
        ],
    }


def _settings(optimum: "Optimum", place: int) -> dict[str, object]:
    keys = (decision.key for decision in optimum.question.decisions)
    return dict(zip(keys, optimum.book.candidates[place].row, strict=False))


def _estimate(found: Estimate) -> dict[str, object]:
    mean, low, high, sd, n = found
    return {"mean": number(mean), "ci95": [number(low), number(high)], "sd": number(sd), "n": n}
