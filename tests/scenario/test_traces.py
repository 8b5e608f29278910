"""Traces: numbers of a scenario that stand in a column of a CSV file."""

import pytest

from farmsim.errors import ScenarioError
from farmsim.scenario.load import load_scenario

FILE = """\
name: traced
horizon_days: 9
network:
  sites:
    shop:
      replenishment:
        supplier: unlimited
        policy: {policy: planned, kg_by_review: {file: plan.csv, column: kg}}
  customers:
    all: {at: shop, arrivals: {kind: trace, kg_by_day: {file: days.csv, column: sold}}}
"""
PLAN = "kg,who\n5,a\n0,b\n"
DAYS = "day,sold\n1,3\n2,0.5\n3,7e1\n"


def write(folder, days=DAYS, text=FILE):
    (folder / "plan.csv").write_text(PLAN, encoding="utf-8")
    if days is not None:
        (folder / "days.csv").write_bytes(days if isinstance(days, bytes) else days.encode())
    file = folder / "traced.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def problems(file):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    return [(problem.code, problem.line) for problem in caught.value.problems]


def test_a_column_becomes_a_list(tmp_path):
    loaded = load_scenario(write(tmp_path))
    network = loaded.scenario.network
    assert network.customers["all"].arrivals.kg_by_day == [3.0, 0.5, 70.0]
    assert network.sites["shop"].replenishment.policy.kg_by_review == [5.0, 0.0]
    assert loaded.data["network"]["customers"]["all"]["arrivals"]["kg_by_day"] == [3.0, 0.5, 70.0]


def test_files_are_looked_for_beside_the_scenario(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    file = write(tmp_path)
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert load_scenario(file).scenario.network.customers["all"].arrivals.kg_by_day[0] == 3.0


def test_other_numbers_are_another_scenario(tmp_path):
    one = load_scenario(write(tmp_path)).digest
    assert load_scenario(write(tmp_path, days=DAYS.replace("0.5", "0.6"))).digest != one
    assert load_scenario(write(tmp_path, days=DAYS.replace("day,", "week,"))).digest == one


def test_a_spreadsheet_may_have_put_a_mark_at_the_start(tmp_path):
    file = write(tmp_path, days=b"\xef\xbb\xbfsold\r\n3\r\n4\r\n")
    assert load_scenario(file).scenario.network.customers["all"].arrivals.kg_by_day == [3.0, 4.0]


@pytest.mark.parametrize(
    ("days", "code"),
    [
        (None, "E062"),
        (b"sold\n\xff\xfe\n", "E062"),
        ("day,kg\n1,3\n", "E063"),
        ("", "E063"),
        ("sold\n3\nmany\n", "E064"),
        ("sold\n3\nnan\n", "E064"),
        ("sold\n3\ninf\n", "E064"),
        ("day,sold\n1,3\n2\n", "E064"),
        ("sold\n3\n-4\n", "E025"),
    ],
)
def test_a_trace_that_cannot_be_used_is_told_where_it_is_named(tmp_path, days, code):
    assert (code, 10) in problems(write(tmp_path, days=days))


@pytest.mark.parametrize("form", ["{file: days.csv}", "{column: sold}", "{file: [days.csv], column: sold}"])
def test_a_trace_names_a_file_and_a_column(tmp_path, form):
    text = FILE.replace("{file: days.csv, column: sold}", form)
    assert ("E061", 10) in problems(write(tmp_path, text=text))
