"""`farmsim warm-up`: advice for the long run, and refusal of what ends."""

import json

import pytest

from cli.test_cli import call  # noqa: F401 (a fixture)
from farmsim.report.messages import use_language

QUEUE = """
name: a queue that starts empty
horizon_days: 400
steady_state: true
replications: 10
network:
  sources:
    farms: {arrivals: {kind: poisson, per_day: 22}, to: pack}
  stations:
    pack: {hours: {distribution: exponential, mean: 1}}
"""


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    for name in ("FARMSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    yield
    use_language("en")


@pytest.fixture
def queue(tmp_path):
    file = tmp_path / "queue.yaml"
    file.write_text(QUEUE, encoding="utf-8")
    return str(file)


def test_advice_is_given_and_can_be_followed(call, queue):  # noqa: F811
    told = json.loads(call("warm-up", queue, "--json")[1])
    assert told["rule"] == "MSER-5"
    days = told["warm_up_days"]
    assert 0 < days < 200
    assert told["series"]["pack.loads"]["mean_of_all"] < told["series"]["pack.loads"]["mean_after"]
    after = json.loads(call("run", queue, "--json", "--set", f"warm_up_days={days}")[1])
    assert after["stations"]["pack"]["mean_loads"]["mean"] > 0


@pytest.mark.parametrize(("language", "words"), [("en", "Advice: warm_up_days: "), ("zh", "warm_up_days: ")])
def test_the_screen_gives_the_line_for_the_file(call, queue, language, words):  # noqa: F811
    shown = call("warm-up", queue, "--lang", language, "--width", "80")
    assert shown[0] == 0
    assert words in shown[1]
    assert "pack.loads" in shown[1]


def test_what_ends_has_no_warm_up(call, queue):  # noqa: F811
    season = call("warm-up", "bachu-trader")
    assert season[0] == 2
    assert "has no warm-up" in season[2]
    ends = call("warm-up", queue, "--set", "steady_state=false")
    assert ends[0] == 2
    assert "steady_state: true" in ends[2]


def test_a_season_with_a_warm_up_is_refused(call, queue):  # noqa: F811
    told = call("run", queue, "--set", "steady_state=false", "--set", "warm_up_days=10")
    assert told[0] == 3
    assert "E059" in told[1] + told[2]


def test_a_run_that_is_too_short_says_so(call, queue):  # noqa: F811
    told = json.loads(call("warm-up", queue, "--json", "--set", "horizon_days=0.5")[1])
    assert told["warm_up_days"] is None
    assert told["warnings"][0]["code"] == "too-short"
