"""`farmsim explain three-mu` for other programs: the JSON document and the line of `--quiet`."""

import json
from importlib.metadata import version
from typing import TYPE_CHECKING

from farmsim.report.cautions import cautions
from farmsim.report.json_form import SCHEMA_VERSION, EstimateForm, number, plain_form
from farmsim.report.numbers import figures, interval
from farmsim.report.reported_incomes import reported_rows
from farmsim.report.three_mu_words import line_origin
from farmsim.results.estimates import Estimate, estimate
from farmsim.results.families import MU

if TYPE_CHECKING:
    from farmsim.experiment.three_mu import ThreeMu
    from farmsim.results.three_mu import FamilyTest

VERDICTS = {"true": "true", "false": "not true", "open": "not decided"}


def three_mu_json(found: "ThreeMu", settings: tuple[str, ...] = ()) -> str:
    """The document that `farmsim explain three-mu --json` prints; money in CNY a year."""
    result, line = found.result, found.line
    form = {
        "schema_version": SCHEMA_VERSION,
        "farmsim_version": version("farmsim"),
        "scenario": {"name": result.loaded.scenario.name, "digest": result.loaded.digest},
        "settings": list(settings),
        "random_seed": result.random_seed,
        "replications": len(result.outcomes),
        "land_mu": MU,
        "poverty_line": {
            "mean": line.mean, "least": line.least, "most": line.most, "unit": "CNY/person",
            "year": line.year, "source": line_origin(found),
        },
        "growers": {
            "gross_per_mu": plain_form("CNY/mu", found.gross_per_mu.tolist()),
            "net_per_mu": plain_form("CNY/mu", found.net_per_mu.tolist()),
            "wages_per_household": plain_form("CNY/household", found.wages.tolist()),
            "other_income_per_household": plain_form("CNY/household", found.other.tolist()),
        },
        "produce_alone": [_test_form(found, test, "") for test in found.tests()],
        "with_other_income": [_test_form(found, test, "_beside") for test in found.tests(beside=True)],
        "households": {
            "net_per_mu_10": _form(found.households("net_per_mu_10"), "CNY/mu"),
            "net_per_mu_50": _form(found.households("net_per_mu_50"), "CNY/mu"),
            "net_per_mu_90": _form(found.households("net_per_mu_90"), "CNY/mu"),
            "above_line": _form(result.estimate("households_above_line_share"), "share"),
            "above_line_without_produce": _form(found.households("above_without_produce"), "share"),
            "lifted_by_produce": _form(found.lifted(), "share"),
        },
        "reported": [
            {
                "key": row.key, "value": row.value, "range": [row.low, row.high], "unit": row.unit,
                "year": row.year, "source": row.source, "address": row.url, "confidence": row.confidence,
            }
            for row in reported_rows(result.loaded)
        ],
        "warnings": [{"code": c.code, "message": c.text()} for c in cautions(result, "en")],
    }  # fmt: skip
    return json.dumps(form, ensure_ascii=False, indent=2, allow_nan=False)


def quiet_line(found: "ThreeMu") -> str:
    """Net income per mu and the verdicts of produce alone in one line; the same in every language."""
    net = estimate(found.net_per_mu)
    said = "; ".join(f"family of {test.people} {VERDICTS[test.verdict]}" for test in found.tests())
    mean = f"net_per_mu {figures(net.mean)} CNY/mu  ci95 {interval(net.low, net.high)}  n {net.n}"
    return f"three-mu: {said}  {mean}"


def _test_form(found: "ThreeMu", test: "FamilyTest", ending: str) -> dict[str, object]:
    """The claim for one size of family; land without an upper end has null there and is `unbounded`."""
    land, seasons = test.land, test.seasons
    return {
        "people": test.people,
        "need": _money(test.need),
        "break_even_net_per_mu": {"mean": number(test.break_even), "unit": "CNY/mu"},
        "margin": _form(test.margin, "CNY"),
        "other_income_missing": _form(test.missing, "CNY"),
        "land_needed": {
            "mean": number(land.value), "ci95": [number(land.low), number(land.high)],
            "unbounded": land.high == float("inf"), "n": land.n, "unit": "mu",
        },
        "seasons": {
            "held": seasons.held, "n": seasons.n,
            "share": {
                "mean": seasons.held / seasons.n, "ci95": [number(seasons.low), number(seasons.high)],
                "n": seasons.n, "unit": "share",
            },
        },
        "households_share": _form(found.households(f"lifted_{test.people}{ending}"), "share"),
        "verdict": VERDICTS[test.verdict],
    }  # fmt: skip


def _money(value: float) -> dict[str, object]:
    """A sum that is known without error."""
    return {"mean": number(value), "unit": "CNY"}


def _form(value: Estimate, unit: str) -> EstimateForm:
    """An estimate with its unit."""
    return {
        "mean": number(value.mean),
        "ci95": [number(value.low), number(value.high)],
        "sd": number(value.sd),
        "n": value.n,
        "unit": unit,
    }
