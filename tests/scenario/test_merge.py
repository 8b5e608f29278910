"""Files over files, files over catalogue entries, and where values come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmsim.scenario.merge import SECTIONS, merge, prune, section_of
from farmsim.scenario.nodes import plain
from scenario.scenario_files import complaints, good, load, load_text, problems_of, tree_of
from scenario.small_market import GOOD


def merged(over, base):
    return plain(prune(merge(tree_of(over)[0], tree_of(base)[0])))


def test_mappings_merge_deeply_and_lists_are_replaced():
    assert merged("a: {b: 2, d: [3]}", "a: {b: 1, c: 1, d: [1, 2]}\ne: 1") == {
        "a": {"b": 2, "c": 1, "d": [3]},
        "e": 1,
    }


def test_a_null_removes_an_inherited_key_and_stays_where_nothing_was_inherited():
    assert merged("a: null\nc: null", "a: {x: 1}\nb: 1") == {"b": 1, "c": None}


def test_a_block_of_another_kind_starts_afresh():
    assert merged("a: {kind: y, q: 1}", "a: {kind: x, p: 1}") == {"a": {"kind": "y", "q": 1}}
    assert merged("a: {kind: x, q: 1}", "a: {kind: x, p: 1}") == {"a": {"kind": "x", "p": 1, "q": 1}}


def test_a_price_per_jin_replaces_one_per_kg_and_the_other_way_round():
    assert merged("price_per_jin: 5", "price_per_kg: 8") == {"price_per_jin": 5}
    assert merged("price_per_kg: 5", "price_per_jin: 8") == {"price_per_kg": 5}


VALUES = st.dictionaries(st.sampled_from("abc"), st.integers(0, 3))
TREES = st.dictionaries(st.sampled_from("xyz"), VALUES)


@given(TREES, TREES, TREES)
def test_merging_mappings_is_associative(one, two, three):
    a, b, c = (tree_of(str(value))[0] for value in (one, two, three))
    assert plain(merge(merge(a, b), c)) == plain(merge(a, merge(b, c)))


def test_merged_values_keep_their_places(tmp_path):
    tree = load_text(tmp_path, GOOD).tree
    fee = tree.child("channels").child("taobao").child("fee_share")
    assert (fee.mark.file, fee.mark.line) == ("channels.yaml", 3)


def test_the_section_of_a_use_depends_on_where_it_stands():
    assert section_of(("counties", "bachu", "lanes", "road")) == "lanes"
    assert section_of(("counties", "bachu", "packhouse")) is None
    assert set(SECTIONS.values()) == {"products", "counties", "lanes", "growers", "channels", "interventions"}


def test_a_used_county_may_itself_use_lanes_and_growers(tmp_path):
    county = load_text(tmp_path, GOOD).scenario.counties["bachu"]
    assert county.lanes["road"].km == 300
    assert county.growers["villages"].households == 500, "the county overrides its growers"
    assert county.growers["villages"].land_mu == 4, "the file overrides the county"


def test_an_entry_may_use_another_of_its_section(tmp_path):
    text = good(("melon: {use: melon}", "melon: {use: melon}\n  dry: {use: dried-melon}"))
    dry = load_text(tmp_path, text).scenario.products["dry"]
    assert (dry.life_days, dry.label.zh) == (300, "巴楚留香瓜")


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("tabao", "E036 13:17"),
        ("[taobao]", "E044 13:12"),
        ("3", "E044 13:12"),
        ("yes", "E017 13:17"),
        ("&a taobao", "E012 13:17"),
    ],
)
def test_a_use_that_names_nothing_is_reported_alone(tmp_path, use, expected):
    assert complaints(tmp_path, good(("use: taobao", f"use: {use}"))) == [expected]


def test_an_unknown_use_says_what_there_is(tmp_path):
    problem = problems_of(tmp_path, good(("use: taobao", "use: tabao")))[0]
    assert problem.remedies == (
        ("did-you-mean", (("guess", "taobao"),)),
        ("one-of", (("names", "taobao, wholesale-market"),)),
    )


def test_entries_that_use_each_other_are_refused(tmp_path):
    problems = problems_of(tmp_path, good(("use: melon", "use: circle")))
    assert [(p.code, p.file) for p in problems] == [("E037", "products.yaml")]


def test_use_in_the_wrong_place_says_where_it_belongs(tmp_path):
    problems = problems_of(tmp_path, good(("policy: matrix", "policy: matrix, use: x")))
    assert [p.code for p in problems] == ["E038"]
    assert problems[0].remedies[0][0] == "use-places"


def write(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name.replace('_', '-')}.yaml").write_text(text, encoding="utf-8")


def test_a_file_extends_another_of_its_folder(tmp_path):
    write(tmp_path, base=GOOD, middle="extends: base.yaml\nhorizon_days: 30\n")
    loaded = load_text(tmp_path, "extends: middle.yaml\nname: Variant\nchannels: {market: null}\n")
    assert (loaded.scenario.name, loaded.scenario.horizon_days) == ("Variant", 30)
    assert list(loaded.scenario.channels) == ["taobao"]


def test_a_null_removes_what_the_catalogue_brings_through_the_parent(tmp_path):
    write(tmp_path, base=GOOD)
    loaded = load_text(tmp_path, "extends: base.yaml\ncounties: {bachu: {packhouse: null}}\n")
    assert loaded.scenario.counties["bachu"].packhouse is None
    assert "packhouse" not in loaded.data["counties"]["bachu"]


def test_a_bundled_scenario_can_be_extended_from_anywhere(tmp_path):
    bundled, mine = tmp_path / "bundled", tmp_path / "mine"
    bundled.mkdir()
    mine.mkdir()
    write(bundled, bachu_trader=GOOD)
    write(mine, variant="extends: bachu-trader\nname: Variant\n")
    assert load(mine / "variant.yaml", folder=bundled).scenario.name == "Variant"


@pytest.mark.parametrize(
    ("extends", "code", "remedy"),
    [
        ("../outside.yaml", "E034", None),
        ("/etc/passwd", "E034", None),
        ("bas.yaml", "E034", "did-you-mean"),
        ("bas", "E034", "did-you-mean"),
        ("[base.yaml]", "E024", None),
        ("3", "E034", None),
        ("mine.yaml", "E035", "break-chain"),
        ("folder.yaml", "E034", None),
        ('"a\\\\b\\tc"', "E034", None),
    ],
)
def test_an_extends_that_cannot_be_used_is_the_only_problem(tmp_path, extends, code, remedy):
    (tmp_path / "outside.yaml").write_text(GOOD, encoding="utf-8")
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "folder.yaml").mkdir()
    write(folder, base=GOOD)
    problems = problems_of(folder, f"extends: {extends}\nname: x\n")
    assert [problem.code for problem in problems] == [code]
    assert remedy is None or problems[0].remedies[0][0] == remedy


def test_a_symbolic_link_does_not_lead_out_of_the_folder(tmp_path):
    (tmp_path / "outside.yaml").write_text(GOOD, encoding="utf-8")
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    assert complaints(folder, "extends: link.yaml\n") == ["E034 1:10"]


def test_a_circle_of_files_shows_its_chain(tmp_path):
    write(tmp_path, a="extends: b.yaml\n", b="extends: mine.yaml\n")
    problems = problems_of(tmp_path, "extends: a.yaml\n")
    assert [problem.code for problem in problems] == ["E035"]
    assert dict(problems[0].arguments)["chain"].count("mine.yaml") == 2


def test_files_extend_each_other_at_most_eight_deep(tmp_path):
    write(tmp_path, f0=GOOD, **{f"f{n}": f"extends: f{n - 1}.yaml\n" for n in range(1, 9)})
    assert load_text(tmp_path, "extends: f6.yaml\n").scenario.name == "Bachu melons"
    assert [p.code for p in problems_of(tmp_path, "extends: f8.yaml\n")] == ["E041"]


def test_a_problem_in_an_extended_file_is_shown_there(tmp_path):
    write(tmp_path, base=good(("horizon_days", "horizon_dys")))
    problems = problems_of(tmp_path, "extends: base.yaml\n")
    assert [(p.code, p.file.endswith("base.yaml"), p.line) for p in problems] == [("E022", True, 4)]


def provenance(folder, text, *overrides):
    return {
        item.path: (item.source or item.assumed) for item in load_text(folder, text, *overrides).provenance
    }


def test_sources_of_the_catalogue_are_told_for_where_it_is_used(tmp_path):
    found = provenance(tmp_path, GOOD)
    assert found["products.melon.life_days"] == "melon.shelf_life"
    assert found["counties.bachu.lanes.road.km"] == "road.kashgar"
    assert found["counties.bachu.growers.villages.households"] == "a small programme"
    assert found["channels.taobao.fee_share"] == "taobao.fee"


def test_a_value_that_the_file_overrides_loses_the_source_of_the_catalogue(tmp_path):
    text = good(("use: melon", "use: melon, life_days: 8"))
    assert "products.melon.life_days" not in provenance(tmp_path, text)
    assert "products.melon.life_days" in load_text(tmp_path, text).unsourced
    assert "products.melon.life_days" not in provenance(tmp_path, GOOD, "products.melon.life_days=7")


def test_the_source_of_the_file_wins_over_that_of_the_catalogue(tmp_path):
    text = GOOD + "sources:\n  products.*: {source: mine}\n  products.melon.grades: {assumed: two}\n"
    found = provenance(tmp_path, text)
    assert found["products.melon.life_days"] == "mine"
    assert found["products.melon.grades.1"] == "two", "the longer path wins"


def test_the_source_of_a_parent_file_does_not_cover_what_its_child_changes(tmp_path):
    write(tmp_path, base=GOOD + "sources:\n  horizon_days: {assumed: season, range: [60, 90]}\n")
    assert provenance(tmp_path, "extends: base.yaml\n")["horizon_days"] == "season"
    assert "horizon_days" not in provenance(tmp_path, "extends: base.yaml\nhorizon_days: 3\n")
    assert "horizon_days" not in provenance(tmp_path, "extends: base.yaml\n", "horizon_days=3")


def test_a_range_comes_with_its_source(tmp_path):
    loaded = load_text(tmp_path, GOOD + "sources:\n  horizon_days: {assumed: season, range: [60, 90]}\n")
    item = next(item for item in loaded.provenance if item.path == "horizon_days")
    assert (item.low, item.high, item.line) == (60, 90, 17)


def test_a_source_for_a_price_per_kg_covers_one_given_per_jin(tmp_path):
    text = good(("price_per_kg: 20", "price_per_jin: 10"))
    path = "channels.taobao.sells.melon.price_per_kg"
    assert provenance(tmp_path, f"{text}sources:\n  {path}: {{source: shop}}\n")[path] == "shop"


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ("3", "E039 16:1"),
        ("\n  horizon_days: x", "E039 17:3"),
        ("\n  horizon_days: {}", "E039 17:3"),
        ("\n  horizon_days: {source: ''}", "E039 17:3"),
        ("\n  horizon_days: {source: a, assumed: b}", "E039 17:3"),
        ("\n  horizon_days: {source: 3}", "E039 17:3"),
        ("\n  horizon_days: {assumed: a, range: [3, 2]}", "E039 17:30"),
        ("\n  horizon_days: {assumed: a, range: 3}", "E039 17:30"),
        ("\n  horizon_days: {assumed: a, range: [a, b]}", "E039 17:30"),
        ("\n  horizon_days: {assumed: a, rnge: [2, 3]}", "E022 17:30"),
        ("\n  horizon_days.: {source: a}", "E039 17:3"),
        ("\n  horizon_dys: {source: a}", "E043 17:3"),
    ],
)
def test_a_malformed_source_is_a_problem(tmp_path, sources, expected):
    assert complaints(tmp_path, f"{GOOD}sources: {sources}\n") == [expected]
