import csv
import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from farmsim.errors import Problem
from farmsim.report.csv_form import HEADER, printed_csv, run_csv
from farmsim.report.json_form import run_json
from farmsim.report.messages import use_language
from farmsim.results.metrics import METRICS
from farmsim.results.provinces import PROVINCE_METRICS
from report.fakes import fake_parts, fake_result


@pytest.fixture(autouse=True)
def _english():
    yield
    use_language("en")


def test_json_is_the_same_in_every_language():
    result = fake_result(warnings=(Problem("W031", "x.yaml", 3, 2, 1, (("key", "price_per_jin"),)),))
    use_language("en")
    english = run_json(result)
    use_language("zh")
    assert run_json(result) == english
    assert "price given per jin" in english


def test_json_has_the_agreed_shape():
    result = fake_result(3, unknown=("gini",))
    document = json.loads(run_json(result))
    assert list(document) == [
        "schema_version",
        "farmsim_version",
        "scenario",
        "settings",
        "random_seed",
        "replications",
        "metrics",
        "channels",
        "counties",
        "provinces",
        "kinds",
        "destinations",
        "operators",
        "balance",
        "warnings",
    ]
    assert set(document["metrics"]) == set(METRICS)
    assert list(document["metrics"]) == sorted(document["metrics"])
    income = document["metrics"]["household_net_income"]
    assert set(income) == {"mean", "ci95", "sd", "n", "unit"}
    assert income["ci95"][0] < income["mean"] < income["ci95"][1]
    assert income["n"] == 3
    assert document["metrics"]["gini"]["mean"] is None
    assert document["channels"]["taobao"]["sold_kg"]["unit"] == "kg"
    assert document["balance"]["kg"]["difference"] == pytest.approx(1e-10, abs=1e-9)
    assert document["balance"]["money"]["difference"] == 1e-17


def test_json_has_the_parts_of_a_run():
    result = fake_result(3)
    kinds = fake_parts(["fruit"], "kind", np.random.default_rng(1))
    result = replace(result, outcomes=tuple(o._replace(kinds=kinds) for o in result.outcomes))
    document = json.loads(run_json(result))
    assert document["counties"] == {}
    assert document["kinds"]["fruit"]["sales_revenue"]["unit"] == "CNY"
    assert len(document["provinces"]) == 31
    assert set(document["provinces"]["shanghai"]) == set(PROVINCE_METRICS)
    assert document["provinces"]["shanghai"]["served_share"]["mean"] == pytest.approx(0.8)
    assert document["provinces"]["shanghai"]["orders"]["unit"] == "orders"


def test_a_lone_replication_has_null_intervals():
    document = json.loads(run_json(fake_result(1)))
    assert document["metrics"]["lost_share"]["ci95"] == [None, None]


def test_csv_is_long_and_reads_back_exactly():
    result = fake_result(2, unknown=("gini",))
    text = run_csv(result)
    assert text.startswith("\ufeffreplication,")
    table = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert tuple(table[0]) == HEADER
    rows = {(int(r), channel, metric): value for r, channel, metric, value, _unit in table[1:]}
    for number, outcome in enumerate(result.outcomes):
        for metric, value in outcome.metrics.items():
            cell = rows[number, "", metric]
            assert cell == "" if math.isnan(value) else float(cell) == value
    assert float(rows[1, "taobao", "sold_kg"]) == result.outcomes[1].channels["taobao"]["sold_kg"]
    assert len(rows) == len(table) - 1


def test_json_has_what_was_set_where_it_went_and_what_to_worry_about():
    result = fake_result(3)
    document = json.loads(run_json(result, ("desk.policy=netback",)))
    assert document["settings"] == ["desk.policy=netback"]
    assert document["destinations"]["field_loss"]["mean"] == 31000.0
    assert document["destinations"]["field_loss"]["unit"] == "kg"
    assert [w["message"] for w in document["warnings"]] == ["Only 3 replications: intervals are rough."]
    kg = document["balance"]["kg"]
    assert kg["in"] == pytest.approx(document["metrics"]["harvested_kg"]["mean"])


def test_the_printed_table_has_no_mark_and_plain_line_ends():
    text = printed_csv(fake_result(1))
    assert text.startswith("replication,")
    assert "\r" not in text
