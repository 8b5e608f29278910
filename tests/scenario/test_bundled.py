"""The bundled scenarios: they load, say where their figures come from, and fit on a screen."""

import re
from functools import cache
from pathlib import Path

import pytest

from farmsim.scenario import catalogue
from farmsim.scenario.load import Loaded, load_scenario
from farmsim.scenario.nodes import MapNode, Node, Scalar, plain
from farmsim.scenario.schema import Scenario
from scenario.test_catalogue import complaint, figures

NAMES = catalogue.bundled_scenarios()
BACHU = [name for name in NAMES if name.startswith("bachu-")]
NETWORKS = [name for name in NAMES if name.startswith("melon-network")]
SEASONS = [name for name in NAMES if name not in NETWORKS]
GENERATED = ["xingnong-2018"]
"""Written by the generator of national scenarios, so longer than what is written by hand."""
HAN = re.compile("[\u4e00-\u9fff]")


@cache
def bundled(name: str) -> Loaded[Scenario]:
    """A bundled scenario, loaded once for all tests."""
    return load_scenario(name)


def text_of(name: str) -> str:
    path = catalogue.bundled_scenario(name)
    assert path is not None
    return path.read_text(encoding="utf-8")


def names_used(node: Node) -> set[str]:
    """The catalogue entries that a tree names in `use`."""
    if not isinstance(node, MapNode):
        return set()
    own = node.child("use")
    found = {str(own.value)} if isinstance(own, Scalar) else set()
    return found.union(*(names_used(entry.node) for entry in node.entries.values()))


def test_the_bundled_scenarios_are_those_that_are_promised() -> None:
    assert {
        "bachu-trader",
        "bachu-order-programme",
        "bachu-online-first",
        "bachu-matrix",
        "yuanyang-red-rice",
        "jinzhai-kiwifruit",
        "xingnong-2018",
        "melon-network",
        "melon-network-reefer",
    } <= set(NAMES)
    assert catalogue.names("scenarios") == NAMES
    assert catalogue.bundled_scenario("moon-cheese") is None


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_scenario_loads_without_problems(name: str) -> None:
    loaded = bundled(name)
    assert loaded.warnings == ()
    assert loaded.scenario.name


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_of_a_bundled_scenario_has_a_source_or_an_assumption_that_fits(name: str) -> None:
    loaded = bundled(name)
    assert loaded.unsourced == ()
    said = [
        text for path, figure in figures(loaded.tree) if path != "start" and (text := complaint(path, figure))
    ]
    assert said == []


@pytest.mark.parametrize("name", NAMES)
def test_a_file_cites_only_what_it_says_itself(name: str) -> None:
    """A pattern of a variant must not take over the citations of values that it inherits."""
    path = catalogue.bundled_scenario(name)
    for _, figure in figures(bundled(name).tree):
        if figure.origin is not None:
            assert Path(figure.origin.file).name == Path(figure.mark.file).name, (path, figure)


@pytest.mark.parametrize("name", NAMES)
def test_labels_and_notes_are_in_both_languages(name: str) -> None:
    scenario = bundled(name).scenario
    assert scenario.label is not None
    assert HAN.search(scenario.label.zh)
    assert set(scenario.note) == {"en", "zh"}
    assert HAN.search(scenario.note["zh"])
    if name in SEASONS:
        for channel in scenario.channels.values():
            assert HAN.search(channel.label.zh)


@pytest.mark.parametrize("name", BACHU)
def test_every_bachu_note_says_whose_figure_the_3600_is(name: str) -> None:
    note = bundled(name).scenario.note
    assert "3 600 CNY/mu" in note["en"]
    assert "selected group of about 500 households, not of the county" in note["en"].replace("\n", " ")
    assert "3600 元" in note["zh"]
    assert "约 500 户" in note["zh"]


@pytest.mark.parametrize("name", BACHU)
def test_the_model_county_of_bachu_has_500_households_and_1500_mu(name: str) -> None:
    groups = bundled(name).scenario.counties["bachu"].growers.values()
    assert sum(group.households for group in groups) == 500
    assert sum(group.households * group.land_mu for group in groups) == 1500


@pytest.mark.parametrize("name", SEASONS)
def test_the_season_lies_within_the_horizon(name: str) -> None:
    scenario = bundled(name).scenario
    for county in scenario.counties.values():
        for group in county.growers.values():
            assert (group.harvest.first - scenario.start).days >= 0
            assert (group.harvest.last - scenario.start).days < scenario.horizon_days


@pytest.mark.parametrize("name", [name for name in NAMES if name not in GENERATED])
def test_a_scenario_fits_on_a_screen_and_ends_with_its_sources(name: str) -> None:
    story, _, sources = text_of(name).partition("\nsources:\n")
    assert sources
    assert all(line.startswith("  ") for line in sources.splitlines())
    assert len(story.splitlines()) <= 60


def test_the_catalogue_holds_nothing_that_no_bundled_scenario_uses() -> None:
    used: set[str] = set()
    for name in NAMES:
        files = [text_of(name)]
        used |= {found for text in files for found in re.findall(r"\buse: ([a-z0-9-]+)", text)}
    for county in catalogue.names("counties"):
        entry = catalogue.lookup("counties", county)
        assert entry is not None
        used |= names_used(entry)
    for section in ("products", "counties", "growers", "lanes", "channels", "interventions"):
        assert set(catalogue.names(section)) <= used, section


def test_the_ladder_of_bachu_scenarios_shares_one_season() -> None:
    """Compared scenarios must draw the same weather, yields and tastes."""
    seasons = [bundled(name).scenario for name in BACHU]
    assert len({(s.start, s.horizon_days, s.random_seed) for s in seasons}) == 1
    assert len({s.products["melon"].model_dump_json() for s in seasons}) == 1


def test_agronomy_can_be_switched_off() -> None:
    loaded = load_scenario("bachu-order-programme", ["interventions.agronomy.enabled=false"])
    assert loaded.scenario.interventions["agronomy"].enabled is False
    assert plain(loaded.tree)["interventions"]["agronomy"]["best_grade_gain"] == 0.3


def test_a_variant_with_its_own_name_inherits_neither_label_nor_note(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text("extends: bachu-trader\nname: Mine\n", encoding="utf-8")
    scenario = load_scenario(file).scenario
    assert (scenario.name, scenario.label, scenario.note) == ("Mine", None, {})
    file.write_text("extends: bachu-trader\nhorizon_days: 70\n", encoding="utf-8")
    assert load_scenario(file).scenario.label == load_scenario("bachu-trader").scenario.label


def test_a_source_that_looks_like_a_key_but_is_none_is_warned_of(tmp_path):
    file = tmp_path / "x.yaml"

    def warned(source):
        text = f"extends: bachu-trader\nhorizon_days: 79\nsources: {{horizon_days: {{source: {source}}}}}\n"
        file.write_text(text, encoding="utf-8")
        return [(w.code, dict(w.remedies).get("did-you-mean")) for w in load_scenario(file).warnings]

    assert warned("bachu.price.trader_baselin") == [("W032", (("guess", "bachu.price.trader_baseline"),))]
    assert warned("bachu.price.trader_baseline") == []
    assert warned("Statistical yearbook 2018") == []
