"""farmsim against the catalogue: which cases are played, and that they pass.

The ordinary run plays the quick cases; `pytest -m validation` plays all and writes results.json.
"""

import json

import pytest

from validation.catalogue import catalogue
from validation.page import RESULTS, read_results
from validation.registry import REGISTERED, faults_of, result_of, scope_form
from validation.rules import flat
from validation.scope import LEFT_OUT, PENDING

FAST = [case for case in REGISTERED.values() if case.fast]
IN_ORDER = [REGISTERED[case_id] for case_id in catalogue() if case_id in REGISTERED]


def named(case):
    return case.id


def test_every_case_is_played_or_left_out_with_a_reason_or_to_come():
    lists = (list(REGISTERED), list(LEFT_OUT), list(PENDING))
    told = [case_id for ids in lists for case_id in ids]
    assert len(told) == len(set(told)), "a case is on two lists"
    assert set(told) == set(catalogue())
    assert all(len(reason) > 5 for reason in LEFT_OUT.values())


def faults_of_names(case, obtained):
    """Metrics of the catalogue that a case neither obtains nor leaves out, or that it makes up."""
    metrics = [metric.name for metric in catalogue()[case.id].metrics]
    given = [*obtained, *case.without]
    return [name for name in metrics if given.count(name) != 1] + [n for n in given if n not in metrics]


def check(case):
    """Play a case; its result, if nothing is wrong with it."""
    result = result_of(case)
    assert not faults_of_names(case, [row["metric"] for row in result["rows"]])
    assert all(len(reason) > 10 for reason in case.without.values())
    for row in result["rows"]:
        assert row["note"] or row["expected"] == catalogue()[case.id].value(row["metric"]), row["metric"]
    return result


@pytest.mark.parametrize("case", FAST, ids=named)
def test_a_quick_case_passes_and_the_page_says_what_comes_out(case):
    result = check(case)
    assert not faults_of(result)
    kept = next(told for told in read_results()["cases"] if told["id"] == case.id)
    for row, told in zip(result["rows"], kept["rows"], strict=True):
        now, then = list(flat(row["obtained"])), list(flat(told["obtained"]))
        assert now == pytest.approx(then, rel=1e-6, abs=1e-12), f"{row['metric']}: run pytest -m validation"


@pytest.fixture(scope="module")
def collected():
    """Results by case; those that were played are written over the old ones at the end."""
    results = {}
    yield results
    old = {told["id"]: told for told in read_results()["cases"]} if RESULTS.exists() else {}
    new = [results.get(i, old.get(i)) for i in catalogue() if i in REGISTERED]
    form = {**scope_form(), "cases": [told for told in new if told is not None]}
    text = json.dumps(form, ensure_ascii=False, indent=1, allow_nan=False)
    RESULTS.write_text(f"{text}\n", encoding="utf-8")


@pytest.mark.validation
@pytest.mark.parametrize("case", IN_ORDER, ids=named)
def test_a_case_passes(case, collected):
    collected[case.id] = check(case)
    assert not faults_of(collected[case.id])


def test_a_case_that_forgets_a_metric_is_found_out():
    case = REGISTERED["F04"]
    metrics = [metric.name for metric in catalogue()["F04"].metrics if metric.name not in case.without]
    assert faults_of_names(case, metrics) == []
    assert faults_of_names(case, metrics[1:]) == metrics[:1]
    assert faults_of_names(case, [*metrics, "profit"]) == ["profit"]
