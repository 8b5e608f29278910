"""A supply network's result for other programs: one JSON document, and tables of replications and looks."""

import csv
import io
import json
from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from farmsim.report.csv_form import cell
from farmsim.report.json_form import SCHEMA_VERSION, EstimateForm, number, plain_form, precision_form
from farmsim.report.network_screen import network_cautions
from farmsim.report.network_words import plain_unit
from farmsim.results.network import TOTAL_METRICS
from farmsim.results.network_catalogue import CATALOGUES
from farmsim.scenario.problems import word

if TYPE_CHECKING:
    from farmsim.experiment.network import NetworkResult
    from farmsim.results.network_catalogue import Places

HEADER = ("replication", "kind", "place", "metric", "value", "unit")


def network_json(result: "NetworkResult", settings: tuple[str, ...] = ()) -> str:
    """The document that `farmsim run --json` prints for a network."""
    return json.dumps(network_form(result, settings), ensure_ascii=False, indent=2, allow_nan=False)


def network_form(result: "NetworkResult", settings: tuple[str, ...] = ()) -> dict[str, object]:
    """The document as plain values; `settings` are the overrides KEY=VALUE."""
    scenario = result.loaded.scenario
    return {
        "schema_version": SCHEMA_VERSION,
        "farmsim_version": version("farmsim"),
        "scenario": {"name": scenario.name, "digest": result.loaded.digest, "kind": "network"},
        "settings": list(settings),
        "random_seed": result.random_seed,
        "replications": len(result.outcomes),
        "horizon_days": scenario.horizon_days,
        "warm_up_days": scenario.warm_up_days,
        **({} if result.stop is None else {"precision": precision_form(result.stop)}),
        "metrics": {
            name: plain_form(
                plain_unit(TOTAL_METRICS[name].unit, scenario.currency), result.values(name).tolist()
            )
            for name in sorted(result.outcomes[0].metrics)
        },
        **{table: _places_form(result, table) for table in CATALOGUES},
        "states": _states_form(result),
        "balance": _balance_form(result),
        "warnings": [
            *(
                {"code": p.code, "file": p.file, "line": p.line, "column": p.column, "message": word(p)}
                for p in result.loaded.warnings
            ),
            *(
                {"code": c.code, "file": None, "line": None, "column": None, "message": c.text()}
                for c in network_cautions(result)
            ),
        ],
    }


def network_csv(result: "NetworkResult") -> str:
    """The table of replications, byte order mark first; an unknown value is an empty cell."""
    return csv_table(HEADER, _rows(result))


def printed_network_csv(result: "NetworkResult") -> str:
    """The table for stdout: without byte order mark, line ends as the system has them."""
    return network_csv(result).removeprefix("\ufeff").replace("\r\n", "\n")


def series_csv(result: "NetworkResult") -> str:
    """What the regular looks saw: a row for each replication and look, a column for each place and thing."""
    names = list(result.outcomes[0].series)
    rows = (
        (str(replication), *(cell(value) for value in look))
        for replication, outcome in enumerate(result.outcomes)
        for look in zip(*(outcome.series[name] for name in names), strict=True)
    )
    return csv_table(("replication", *names), rows)


def csv_table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """A table as text, byte order mark first."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _rows(result: "NetworkResult") -> Iterator[tuple[str, ...]]:
    """Replications in order; in each the totals (no place), then the places of each kind, metrics by name."""
    currency = result.loaded.scenario.currency
    for replication, outcome in enumerate(result.outcomes):
        for name in sorted(outcome.metrics):
            unit = plain_unit(TOTAL_METRICS[name].unit, currency)
            yield str(replication), "", "", name, cell(outcome.metrics[name]), unit
        for table, catalogue in CATALOGUES.items():
            for place, metrics in getattr(outcome, table).items():
                for name in sorted(metrics):
                    unit = plain_unit(catalogue[name].unit, currency)
                    yield str(replication), table, place, name, cell(metrics[name]), unit


def _places_form(result: "NetworkResult", table: "Places") -> dict[str, dict[str, EstimateForm]]:
    """Every metric of every place of one kind."""
    first: dict[str, dict[str, float]] = getattr(result.outcomes[0], table)
    currency = result.loaded.scenario.currency
    return {
        place: {
            name: plain_form(
                plain_unit(CATALOGUES[table][name].unit, currency),
                result.values_of(table, place, name).tolist(),
            )
            for name in sorted(first[place])
        }
        for place in first
    }


def _states_form(result: "NetworkResult") -> dict[str, list[EstimateForm]]:
    """Of each station, the shares of the time with 0, 1, 2, ... loads; the last is for all beyond."""
    forms = {}
    for name in result.outcomes[0].states:
        longest = max(len(outcome.states[name]) for outcome in result.outcomes)
        shares = np.zeros((len(result.outcomes), longest))
        for row, outcome in enumerate(result.outcomes):
            shares[row, : len(outcome.states[name])] = outcome.states[name]
        forms[name] = [plain_form("share", column.tolist()) for column in shares.T]
    return forms


def _balance_form(result: "NetworkResult") -> dict[str, object]:
    """Kilograms by where they came from and went, means; the differences of the worst replication."""

    def means(table: str) -> dict[str, EstimateForm]:
        names = dict.fromkeys(name for outcome in result.outcomes for name in getattr(outcome, table))
        return {
            name: plain_form("kg", [getattr(o, table).get(name, 0.0) for o in result.outcomes])
            for name in names
        }

    return {
        "kg": {
            "in": number(float(np.mean([o.kg_in for o in result.outcomes]))),
            "out": number(float(np.mean([o.kg_out for o in result.outcomes]))),
            "difference": number(max((o.kg_in - o.kg_out for o in result.outcomes), key=abs)),
            "origins": means("entered"),
            "destinations": means("destinations"),
        },
        "money": {"difference": number(max((o.money_difference for o in result.outcomes), key=abs))},
    }
