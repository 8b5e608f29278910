"""`farmsim explain three-mu` from the outside, and what it takes from a run."""

import json
from dataclasses import replace

import numpy as np
import pytest

from cli.test_cli import call  # noqa: F401 (a fixture)
from farmsim.errors import UsageError
from farmsim.experiment.run import run_scenario
from farmsim.experiment.three_mu import line_of, three_mu
from farmsim.report.cells import cell_width
from farmsim.report.messages import use_language
from farmsim.report.reported_incomes import reported_levels, reported_rows
from farmsim.report.three_mu_words import line_origin, line_text
from farmsim.scenario.load import load_scenario

ASKED = ("explain", "three-mu", "bachu-order-programme", "-n", "3", "--workers", "1")


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch, tmp_path):
    for name in ("FARMSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE", "COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    yield
    use_language("en")


@pytest.fixture(scope="module")
def played():
    return run_scenario(load_scenario("bachu-trader"), replications=3, workers=1)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("more", [(), ("--ascii",), ("--width", "130")])
def test_the_screen_fits_and_gives_a_verdict_for_each_family(call, language, more):  # noqa: F811
    code, out, err = call(*ASKED, "--width", "80", *more, "--lang", language)
    assert (code, err) == (0, "")
    assert max(map(cell_width, out.splitlines())) <= (129 if "130" in more else 79)
    words = ("Family of", "THIS RUN", "2,995") if language == "en" else ("口之家：", "本次运行", "2,995")
    assert all(word in out for word in words)
    assert ("Land needed" in out) == (language == "en")
    if "--ascii" in more and language == "en":
        assert out.isascii()


def test_the_document_adds_up(call):  # noqa: F811
    form = json.loads(call(*ASKED, "--json", "--lang", "zh")[1])
    assert form["poverty_line"]["mean"] == 2995.0
    assert [one["people"] for one in form["produce_alone"]] == [3, 4, 5]
    net = form["growers"]["net_per_mu"]
    beside = sum(
        form["growers"][name]["mean"] for name in ("wages_per_household", "other_income_per_household")
    )
    for alone, with_other in zip(form["produce_alone"], form["with_other_income"], strict=True):
        need = alone["people"] * 2995.0
        assert alone["need"]["mean"] == need
        assert alone["margin"]["mean"] == pytest.approx(3.0 * net["mean"] - need)
        assert alone["land_needed"]["ci95"] == pytest.approx([need / net["ci95"][1], need / net["ci95"][0]])
        assert with_other["margin"]["mean"] == pytest.approx(alone["margin"]["mean"] + beside)
        assert alone["verdict"] in ("true", "not true", "not decided")
        assert 0.0 <= alone["households_share"]["mean"] <= with_other["households_share"]["mean"] <= 1.0
    assert form["households"]["above_line"]["mean"] > form["households"]["above_line_without_produce"]["mean"]
    assert form["reported"][0]["key"] == "bachu.income_per_mu.before"


def test_what_cannot_be_known_is_null(call):  # noqa: F811
    form = json.loads(call(*ASKED[:3], "-n", "1", "--json")[1])
    assert form["produce_alone"][0]["land_needed"]["ci95"] == [None, None]
    assert form["produce_alone"][0]["verdict"] == "not decided"
    lossy = ("--set", "counties.bachu.growers.tunnel.cash_cost_per_mu=5000")
    lossy += ("--set", "counties.bachu.growers.open-field.cash_cost_per_mu=5000")
    form = json.loads(call("explain", "three-mu", "bachu-trader", "-n", "3", *lossy, "--json")[1])
    land = form["produce_alone"][0]["land_needed"]
    assert (land["mean"], land["ci95"], land["unbounded"]) == (None, [None, None], True)
    out = call("explain", "three-mu", "bachu-trader", "-n", "3", *lossy)[1]
    assert "infinite" in out
    assert max(map(cell_width, out.splitlines())) <= 79


def test_one_line_and_a_file(call, tmp_path):  # noqa: F811
    code, out, err = call(*ASKED, "-q", "--out", "kept")
    assert (code, err) == (0, "")
    assert out.startswith("three-mu: family of 3 ")
    assert len(out.splitlines()) == 1
    assert json.loads((tmp_path / "kept" / "result.json").read_text("utf-8"))["land_mu"] == 3.0
    assert call(*ASKED, "-qq")[:2] == (0, "")


def test_without_a_scenario_all_channels_are_played(call):  # noqa: F811
    form = json.loads(call("explain", "three-mu", "-n", "2", "--workers", "1", "--json")[1])
    assert form["scenario"]["name"] == load_scenario("bachu-matrix").scenario.name


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("explain", "lost_share", "bachu-trader"), 2, "one argument too many"),
        (("explain", "lost_share", "--json"), 2, "--json goes only with explain three-mu"),
        (("explain", "lost_share", "-n", "3"), 2, "--replications goes only with explain three-mu"),
        (("explain", "three-mo"), 2, "three-mu"),
        (("explain", "three-mu", "-n", "0"), 2, "--replications must lie"),
        (("explain", "three-mu", "nowhere"), 4, "nowhere"),
        (("explain", "three-mu", "--set", "horizon_days=0"), 3, "horizon_days"),
    ],
)
def test_what_cannot_work_is_said(call, arguments, code, said):  # noqa: F811
    assert call(*arguments)[:2] == (code, "")
    assert said in call(*arguments)[2]


def changed(result, **counties):
    """The result with its one county changed, once for each name given."""
    scenario = result.loaded.scenario
    county = scenario.counties["bachu"]
    new = {name: county.model_copy(update=update) for name, update in counties.items()}
    loaded = replace(result.loaded, scenario=scenario.model_copy(update={"counties": new}))
    return replace(result, loaded=loaded)


def test_a_scenario_without_growers_is_refused_with_a_remedy(played):
    with pytest.raises(UsageError, match="no-growers"):
        three_mu(changed(played, bachu={"growers": {}}), "x")


def test_income_is_told_apart_into_produce_wages_and_the_rest(played):
    found = three_mu(played, "bachu-trader")
    whole = 3.0 * found.net_per_mu + found.wages + found.other
    assert np.allclose(whole, played.values("household_net_income"))
    assert found.wages.tolist() == [0.0, 0.0, 0.0]
    assert np.allclose(found.other, 6500.0, rtol=0.05)


def test_the_line_is_that_of_the_year_or_the_counties_own(played):
    national = three_mu(played, "bachu-trader")
    assert line_origin(national).startswith("poverty_line.2018 (2018): current-price line (NBS)")
    assert line_text(national) == "2,995 CNY a person a year (2018)"
    growers = played.loaded.scenario.counties["bachu"].growers
    few = {"tunnel": growers["tunnel"]}
    two = changed(played, one={"poverty_line": 4000.0, "growers": few}, two={"growers": growers})
    line = line_of(two.loaded.scenario)
    assert (line.least, line.most) == (2995.0, 4000.0)
    assert line.mean == pytest.approx((150 * 4000.0 + 500 * 2995.0) / 650)
    assert "2,995 to 4,000" in line_text(three_mu(two, "two"))
    assert line_origin(three_mu(two, "two")) == ""


def test_reported_figures_come_from_the_catalogue(played):
    levels = reported_levels(reported_rows(played.loaded))
    assert [level.value for level in levels] == [400.0, 1000.0, 1000.0, 2000.0, 3000.0, 3600.0, 4000.0]
    assert all(level.row.source for level in levels)
    assert reported_rows(load_scenario("jinzhai-kiwifruit")) == []
    assert reported_rows(changed(played, one={}, two={}).loaded) == []
