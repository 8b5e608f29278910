"""Break-even values: known in closed form, at the ends of the bracket, and where there is none."""

import json
import math

import numpy as np
import pytest

from engine.small_county import BASE, merged
from farmsim.errors import ScenarioError, UsageError
from farmsim.experiment.break_even import Question, break_even
from farmsim.experiment.executors import make_executor
from farmsim.experiment.run import run_scenario
from farmsim.results.estimates import student_t_quantile
from farmsim.scenario.load import load_scenario

PRICE = "channels.trader.sells.melon.price_per_kg"
GROUP = "counties.bachu.growers.village"
COST = 100.0


def group(**changes):
    return {"counties": {"bachu": {"growers": {"village": {"season_yield_cv": 0.3} | changes}}}}


@pytest.fixture
def sides(tmp_path, monkeypatch):
    """A county whose growers pay 100 CNY/mu in cash, and one whose growers pay nothing."""
    for name, cost in (("dear", COST), ("cheap", 0.0)):
        text = json.dumps(merged(BASE, group(cash_cost_per_mu=cost)))
        (tmp_path / f"{name}.yaml").write_text(text + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def ask(**changes):
    kept = {"low": 0.5, "high": 3.0} | changes
    return Question("dear.yaml", PRICE, "cheap.yaml", "household_net_income", **kept)


def closed_form(count):
    """The price that makes up for 100 CNY/mu, with Fieller's interval: a ratio of means over seasons."""
    kg = run_scenario(load_scenario("cheap.yaml"), replications=count, workers=1).values("sold_kg") / 100.0
    slack = student_t_quantile(0.975, count - 1) * kg.std(ddof=1) / math.sqrt(count)
    return 1.0 + COST / kg.mean(), 1.0 + COST / (kg.mean() + slack), 1.0 + COST / (kg.mean() - slack)


def test_a_price_that_is_known_in_closed_form_is_found(sides):
    widths = []
    for count in (6, 24):
        found = break_even(ask(), replications=count, workers=1).threshold
        value, low, high = closed_form(count)
        assert found.verdict == "found"
        assert found.low < found.value < found.high
        assert (found.value, found.low, found.high) == pytest.approx(
            (value, low, high), abs=(high - low) / 50
        )
        widths.append(found.high - found.low)
    assert widths[1] < 0.7 * widths[0]


def test_equal_sides_break_even_where_they_are_equal(sides):
    question = Question("cheap.yaml", PRICE, "cheap.yaml", "household_net_income", low=0.5, high=3.0)
    answer = break_even(question, replications=3, workers=1)
    assert (answer.threshold.value, answer.now, answer.whole) == (1.0, 1.0, False)
    assert (answer.threshold.low, answer.threshold.high) == (1.0, 1.0)


def test_the_number_of_workers_changes_nothing(sides):
    one, two = (break_even(ask(), replications=4, workers=workers).threshold for workers in (1, 2))
    assert one == two


def test_all_values_are_played_by_the_same_workers(sides, monkeypatch):
    started = []

    def counted(count):
        started.append(count)
        return make_executor(count)

    monkeypatch.setattr("farmsim.experiment.executors.make_executor", counted)
    answer = break_even(ask(), replications=4, workers=2)
    assert len(answer.threshold.points) > 2
    assert started == [2]


def test_without_a_change_of_sign_both_ends_are_told(sides):
    found = break_even(ask(low=2.0, high=3.0), replications=3, workers=1).threshold
    assert found.verdict == "never_crosses"
    assert [point.value for point in found.points] == [2.0, 3.0]


def test_a_whole_number_is_read_between_its_neighbours(sides):
    key = f"{GROUP}.households"
    question = Question("dear.yaml", key, "cheap.yaml", "sold_kg", low=50, high=150)
    answer = break_even(question, replications=3, workers=1)
    assert answer.whole
    assert answer.threshold.value == pytest.approx(100.0, abs=0.1)


def test_two_channels_of_one_scenario_are_compared(sides, tmp_path):
    market = {"kind": "wholesale", "label": BASE["products"]["melon"]["label"], "lane": "truck"}
    market |= {"province": "beijing", "sells": {"melon": {"price_per_kg": 3, "market_kg_per_day": 100000}}}
    data = merged(BASE, {"channels": {"market": market}, "desk": {"order": ["market", "trader"]}})
    data["channels"]["market"]["max_kg_per_day"] = 2000
    (tmp_path / "two.yaml").write_text(json.dumps(data) + "\n", encoding="utf-8")
    key, metric = "channels.trader.sells.melon.price_per_kg", "grower_price_per_kg"
    question = Question("two.yaml", key, "channels.market", metric, "trader", low=0.1, high=6.0)
    found = break_even(question, replications=3, workers=1).threshold
    assert found.verdict == "found"
    run = run_scenario(load_scenario("two.yaml"), replications=3, workers=1)
    assert found.value == pytest.approx(np.mean(run.values(metric, "market")), rel=0.02)


def test_ends_come_from_the_range_of_the_source():
    key = "channels.trader.trucks_per_day"
    question = Question("bachu-trader", key, "bachu-trader", "gini", overrides=("horizon_days=3",))
    answer = break_even(question, replications=2, workers=1)
    assert answer.ends == (0.6, 1.7)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"low": None, "high": None}, "no-range"),
        ({"low": None}, "no-range"),
        ({"low": 3.0, "high": 0.5}, "empty-range"),
    ],
)
def test_a_bracket_must_be_known(sides, changes, said):
    with pytest.raises(UsageError) as error:
        break_even(ask(**changes), replications=2, workers=1)
    assert error.value.key == said


@pytest.mark.parametrize(
    "key", ["channels.trader.sells", "name", "channels.trader.kind", "desk.order", "start"]
)
def test_what_is_no_number_is_refused(sides, key):
    with pytest.raises(UsageError) as error:
        break_even(Question("dear.yaml", key, "cheap.yaml", "gini", low=0, high=1), replications=2, workers=1)
    assert error.value.key == "no-number"


def test_an_unknown_key_or_channel_is_refused(sides):
    with pytest.raises(ScenarioError):
        break_even(
            Question("dear.yaml", "channels.trader.pric", "cheap.yaml", "gini"), replications=2, workers=1
        )
    with pytest.raises(UsageError):
        break_even(Question("dear.yaml", PRICE, "channels.hem", "gini", "trader"), replications=2, workers=1)
