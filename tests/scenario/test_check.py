"""Validation errors become problems at the right place, with what was probably meant."""

import pytest

from farmsim.scenario.faults import Fault
from farmsim.scenario.hints import converted, did_you_mean, keys_with_unit, unit_of
from scenario.scenario_files import complaints, good, load_text, problems_of
from scenario.small_market import GOOD, MarketDay


def hints(problem):
    return [(key, next(iter(dict(arguments).values()), "")) for key, arguments in problem.remedies]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("horizon_days: 75", "horizon_days: -75"), ["E025 4:15"]),
        (("horizon_days: 75", "horizon_days: 7.5"), ["E024 4:15"]),
        (("horizon_days: 75", "horizon_days: many"), ["E024 4:15"]),
        (("horizon_days: 75", "horizon_days: [7]"), ["E024 4:1"]),
        (("horizon_days: 75", "horizon_days: true"), ["E024 4:15"]),
        (("horizon_days: 75", "horizon_days:"), ["E024 4:14"]),
        (("horizon_days: 75\n", ""), ["E023 2:1"]),
        (("2018-07-10", "2018-13-10"), ["E053 3:8"]),
        (("2018-07-10", "10.7.2018"), ["E024 3:8"]),
        (("name: Bachu melons", "name: 2018"), ["E024 2:7"]),
        (("name: Bachu melons", 'name: ""'), ["E027 2:7"]),
        (("melon: {use: melon}", "{}"), ["E027 5:1"]),
        (("melon: {use: melon}", "Melon: {use: melon}"), ["E028 6:3"]),
        (("use: melon", "use: melon, grades: [a, B]"), ["E028 6:35"]),
        (("use: melon", "use: melon, grades: a"), ["E024 6:31"]),
        (("use: melon", "use: melon, label: {en: x, zh: 3}"), ["E024 6:42"]),
        (("use: melon", "use: melon, label: x"), ["E024 6:30"]),
        (("policy: matrix", "policy: matrx"), ["E026 15:16"]),
        (("policy: matrix", "polcy: matrix"), ["E022 15:8"]),
        (("policy: matrix", "policy: matrix, x: 1"), ["E022 15:24"]),
        (("policy: matrix", "policy: shares, shares: {a: 0.6, b: 0.6}"), ["E030 15:1"]),
        (("{policy: matrix}", "matrix"), ["E024 15:7"]),
        (("land_mu: 4", "lnd_mu: 4"), ["E022 11:18"]),
    ],
)
def test_a_wrong_value_is_reported_where_it_stands(tmp_path, change, expected):
    found = complaints(tmp_path, good(change))
    assert found == expected


@pytest.mark.parametrize(
    ("life_days", "expected"),
    [
        ("-9", ["E025 6:34"]),
        ("nine", ["E024 6:34"]),
        ("9 d", ["E029 6:34"]),
        ("[9]", ["E024 6:23"]),
        ("false", ["E024 6:34"]),
        ("{distribution: lognormal, mean: -9}", ["E025 6:66"]),
        ("{distribution: lognormal, men: 9}", ["E022 6:60"]),
        ("{distribution: lognormal}", ["E023 6:23"]),
        ("{distribution: lognorml, mean: 9}", ["E026 6:49"]),
        ("{mean: 9}", ["E023 6:23"]),
        ("{distribution: uniform, low: a, high: 3, x: 1}", ["E024 6:63", "E022 6:75"]),
    ],
)
def test_a_number_or_distribution_is_reported_once_and_for_the_branch_that_was_meant(
    tmp_path, life_days, expected
):
    text = good(("use: melon", f"use: melon, life_days: {life_days}"))
    assert complaints(tmp_path, text) == expected


def test_errors_in_the_catalogue_are_shown_in_the_catalogue_only_if_it_is_wrong(tmp_path):
    assert complaints(tmp_path, GOOD) == []


def test_an_undefined_grade_or_product_suggests_what_is_defined(tmp_path):
    problems = problems_of(
        tmp_path,
        good(
            ("grade: a", "grade: c"),
            ("use: wholesale-market}", "use: taobao, sells: {meln: {grade: a, price_per_kg: 3}}}"),
        ),
    )
    assert [(p.code, p.line, p.column, p.width) for p in problems] == [
        ("E021", 13, 48, 1),
        ("E021", 14, 33, 4),
    ]
    assert hints(problems[0]) == [("one-of", "a, b")]
    assert hints(problems[1]) == [("did-you-mean", "melon"), ("one-of", "melon")]


def test_a_fault_at_a_path_that_is_not_in_the_file_is_shown_at_the_nearest_key(tmp_path):
    from farmsim.scenario.check import fault_problem  # noqa: PLC0415

    tree = load_text(tmp_path, GOOD).tree
    fault = Fault(("desk", "shares", "a"), "E040", {"total": 1.5, "expected_total": "1"}, on_key=True)
    problem = fault_problem(tree, fault)
    assert (problem.line, problem.column) == (15, 1)
    assert dict(problem.arguments) == {"path": "desk.shares.a", "total": "1.5", "expected_total": "1"}


def test_a_key_without_its_unit_suggests_the_key_with_it(tmp_path):
    problems = problems_of(
        tmp_path, good(("use: melon", "life: 216 h"), ("price_per_kg: 20", "price: 12 CNY/jin"))
    )
    assert [(p.code, p.line) for p in problems] == [("E014", 6), ("E014", 13)], (
        "and nothing is called missing"
    )
    assert hints(problems[0]) == [("did-you-mean", "life_days"), ("write", "life_days: 9")]
    assert hints(problems[1]) == [("did-you-mean", "price_per_kg"), ("write", "price_per_kg: 24")]


@pytest.mark.parametrize(
    ("key", "fields", "expected"),
    [
        ("shelf_life", ["life_days", "label"], ["life_days"]),
        ("price", ["price_per_kg", "label"], ["price_per_kg"]),
        ("distance", ["km", "hours"], ["km"]),
        ("temperature", ["celsius"], ["celsius"]),
        ("land", ["land_mu"], ["land_mu"]),
        ("fee", ["fee_share", "fee_per_kg"], ["fee_share", "fee_per_kg"]),
        ("lead_time", ["lead_time_days_mean", "x_days"], []),
        ("life_weeks", ["life_days"], []),
        ("label", ["life_days"], []),
    ],
)
def test_keys_with_their_unit(key, fields, expected):
    assert keys_with_unit(key, fields) == expected


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("12 CNY/kg", "price_per_kg", "12"),
        ("12 CNY/jin", "price_per_kg", "24"),
        ("8元/斤", "price_per_kg", "16"),
        ("¥3000 per t", "price_per_kg", "3"),
        ("12", "price_per_kg", "12"),
        ("9 d", "life_days", "9"),
        ("216 h", "life_days", "9"),
        ("2 weeks", "life_days", "14"),
        ("3 t", "capacity_kg", "3000"),
        ("500 jin", "capacity_kg", "250"),
        ("500 g", "pack_kg", "0.5"),
        ("1.2万公斤", "capacity_kg", "12000"),
        ("5 %", "fee_share", "0.05"),
        ("８％", "fee_share", "0.08"),
        ("300 m", "km", "0.3"),
        ("30 min", "hours", "0.5"),
        ("8 °C", "celsius", "8"),
        ("1,500 kg", "capacity_kg", "1500"),
        ("2 ha", "land_mu", "30"),
        ("12 CNY", "packing_cost", "12"),
        ("9 d", "label", None),
        ("9 apples", "life_days", None),
        ("many", "life_days", None),
        ("3 /kg", "life_days", None),
    ],
)
def test_a_value_with_its_unit_is_converted_for_the_remedy(text, key, expected):
    assert converted(text, key) == expected


@pytest.mark.parametrize(
    ("key", "unit"),
    [
        ("price_per_kg", "per_kg"),
        ("life_days", "days"),
        ("km", "km"),
        ("lead_time_days_mean", "days"),
        ("name", None),
        ("thousand", None),
    ],
)
def test_the_unit_of_a_key_is_its_suffix(key, unit):
    assert unit_of(key) == unit


def test_near_spellings_come_best_first_and_ignore_case_and_hyphens():
    assert did_you_mean("Tao_bao", ["taobao", "tao-bao", "jd"])[0] == "tao-bao"
    assert did_you_mean("zzz", ["taobao"]) == []
    assert did_you_mean("", ["taobao"]) == []
    assert did_you_mean("x" * 10_000, ["taobao"]) == []


def test_a_price_per_jin_is_converted_with_a_warning(tmp_path):
    loaded = load_text(tmp_path, good(("price_per_kg: 20", "price_per_jin: 10.5")))
    assert loaded.scenario.channels["taobao"].sells["melon"].price_per_kg == 21
    assert [(p.code, p.line, p.column, p.width) for p in loaded.warnings] == [("W031", 13, 51, 13)]
    assert loaded.warnings[0].remedies == (("read-as", (("value", "21"), ("key", "price_per_kg"))),)
    assert loaded.data["channels"]["taobao"]["sells"]["melon"] == {"grade": "a", "price_per_kg": 21.0}


@pytest.mark.parametrize(
    ("price", "code"),
    [
        ("price_per_jin: x", "E022"),
        ("price_per_jin: 1, price_per_kg: 2", "E022"),
        ("price_per_jin: {distribution: lognormal, mean: 3}", "E022"),
        ("price_per_jin: -3", "E025"),
    ],
)
def test_a_price_per_jin_that_cannot_be_converted_is_an_error(tmp_path, price, code):
    problems = problems_of(tmp_path, good(("price_per_kg: 20", price)))
    assert [p.code for p in problems if not p.is_warning] == [code]


def test_a_value_reported_before_is_not_reported_again(tmp_path):
    assert complaints(tmp_path, good(("horizon_days: 75", "horizon_days: yes"))) == ["E017 4:15"]
    assert complaints(tmp_path, good(("horizon_days: 75", "horizon_days: .nan"))) == ["E018 4:15"]


def test_a_colon_without_a_space_says_so(tmp_path):
    problems = problems_of(tmp_path, good(("{policy: matrix}", "{policy:matrix}")))
    assert ("space-after-colon", "policy") in [hint for p in problems for hint in hints(p)]
    problems = problems_of(tmp_path, good(("desk: {policy: matrix}", "desk:\n  policy:matrix")))
    assert hints(problems[0]) == [("space-after-colon", "policy")]


def test_months_are_text_in_the_file_and_numbers_in_the_model(tmp_path):
    assert load_text(tmp_path, GOOD + "months: {1: 2, 7: 3.5}\n").scenario.months == {1: 2, 7: 3.5}
    assert complaints(tmp_path, GOOD + "months: {x: 3}\n") == ["E024 16:10"]


def test_lists_become_tuples_of_the_right_length(tmp_path):
    text = good(("use: bachu\n", "use: bachu\n    lanes: {road: {hours: [1, 2]}}\n"))
    assert load_text(tmp_path, text).scenario.counties["bachu"].lanes["road"].hours == (1, 2)
    assert complaints(tmp_path, text.replace("[1, 2]", "[1]")) == ["E023 10:20"]
    assert complaints(tmp_path, text.replace("[1, 2]", "[1, x]")) == ["E024 10:31"]


def test_the_model_is_frozen(tmp_path):
    scenario = load_text(tmp_path, GOOD).scenario
    assert isinstance(scenario, MarketDay)
    with pytest.raises(ValueError, match="frozen"):
        scenario.name = "other"
