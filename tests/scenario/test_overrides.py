"""Values of `--set`: by the rules of the file, with places of their own."""

import pytest

from farmsim.errors import ScenarioError
from scenario.scenario_files import complaints, good, load_text, problems_of
from scenario.small_market import GOOD


def test_a_value_is_set_by_its_path(tmp_path):
    loaded = load_text(tmp_path, GOOD, "channels.taobao.sells.melon.price_per_kg=12", "horizon_days = 30")
    assert loaded.scenario.channels["taobao"].sells["melon"].price_per_kg == 12
    assert loaded.scenario.horizon_days == 30


def test_the_last_of_two_equal_overrides_counts(tmp_path):
    assert load_text(tmp_path, GOOD, "horizon_days=30", "horizon_days=40").scenario.horizon_days == 40


def test_lists_and_mappings_may_be_given(tmp_path):
    loaded = load_text(
        tmp_path,
        GOOD,
        "products.melon.grades=[a, c]",
        "products.melon.life_days={distribution: lognormal, mean: 9}",
        'name="1"',
    )
    assert loaded.scenario.products["melon"].grades == ["a", "c"]
    assert loaded.scenario.products["melon"].life_days.mean == 9
    assert loaded.scenario.name == "1"


def test_an_entry_of_a_list_is_set_by_its_number_even_if_the_catalogue_brought_it(tmp_path):
    assert load_text(tmp_path, GOOD, "products.melon.grades.1=c").scenario.products["melon"].grades == [
        "a",
        "c",
    ]


def test_null_removes_a_key_and_a_new_key_makes_its_parents(tmp_path):
    loaded = load_text(tmp_path, GOOD, "channels.market=null", "counties.altay.lanes.by-air.km=500")
    assert list(loaded.scenario.channels) == ["taobao"]
    assert loaded.scenario.counties["altay"].lanes["by-air"].km == 500


def test_use_may_be_set_and_values_set_over_it(tmp_path):
    loaded = load_text(tmp_path, GOOD, "channels.shop-2.use=taobao", "channels.shop-2.fee_share=0.5")
    assert loaded.scenario.channels["shop-2"].fee_share == 0.5


def test_setting_another_kind_starts_afresh(tmp_path):
    text = good(("desk: {policy: matrix}", "desk: {policy: shares, shares: {a: 0.5}}"))
    assert load_text(tmp_path, text, "desk.policy=matrix").scenario.desk.policy == "matrix"


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("horizon_days", "E031 1:1"),
        ("=3", "E031 1:1"),
        ("a..b=3", "E031 1:1"),
        ("a=3\nb: 4", "E031 1:1"),
        ("horizon_days.x=3", "E032 1:14"),
        ("products.melon.grades.7=c", "E033 1:23"),
        ("products.melon.grades.x=c", "E033 1:23"),
        ("horizon_dys=3", "E022 1:1"),
        ("channels.taobao.fee_shar=0.1", "E022 1:17"),
        ("channels.taobao.fee.x=0.1", "E014 1:17"),
        ("horizon_days=-3", "E025 1:14"),
        ("horizon_days=yes", "E017 1:14"),
        ("horizon_days=９", "E003 1:14"),
        ("horizon_days=1,000", "E009 1:14"),
        ("horizon_days=[1", "E010 1:14"),
        ("horizon_days=&a 1", "E012 1:14"),
        ("channels.taobao.use=tabao", "E036 1:21"),
        ("horizon_days=", "E024 1:13"),
        ("horizon_days=\udcff", "E007 1:14"),
        ("horizon_days=3 d", "E029 1:14"),
    ],
)
def test_a_wrong_override_is_shown_at_its_own_place(tmp_path, override, expected):
    text = GOOD if override != "horizon_days=" else GOOD.replace("horizon_days: 75\n", "")
    found = problems_of(tmp_path, text, override)
    assert {p.file for p in found} == {"--set"}
    assert f"{found[0].code} {found[0].line}:{found[0].column}" == expected
    assert found[0].source_line == override


def test_an_override_inside_an_entry_that_does_not_exist_suggests_those_that_do(tmp_path):
    problems = problems_of(tmp_path, GOOD, "products.meln.grades=[a]", "channels.tabao.fee_share=0.1")
    assert [f"{p.code} {p.line}:{p.column}" for p in problems] == ["E022 1:10", "E022 2:10"]
    assert problems[1].remedies == (
        ("did-you-mean", (("guess", "taobao"),)),
        ("known-keys", (("names", "taobao, market"),)),
    )


def test_sources_of_the_file_for_what_an_override_removes_are_no_problem(tmp_path):
    text = GOOD.replace("{policy: matrix}", "{policy: shares, shares: {a: 1}}")
    text += "sources:\n  desk.shares.a: {source: x}\n"
    assert load_text(tmp_path, text, "desk.policy=matrix").scenario.desk.policy == "matrix"


def test_the_line_is_the_number_of_the_override(tmp_path):
    assert complaints(tmp_path, GOOD, "horizon_days=3", "nme=x") == ["E022 2:1"]


def test_problems_of_file_and_overrides_come_together(tmp_path):
    with pytest.raises(ScenarioError) as error:
        load_text(tmp_path, good(("horizon_days: 75", "horizon_days: -1")), "nme=x", "desk.policy=matrx")
    assert sorted(p.code for p in error.value.problems) == ["E022", "E025", "E026"]
