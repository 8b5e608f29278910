"""Screens and forms of a comparison, with made-up seasons."""

import io
import json
from dataclasses import replace
from datetime import date

import pytest

from farmsim.experiment.compare import Comparison
from farmsim.report.cells import cell_width
from farmsim.report.charts import ASCII, BLOCKS, difference_interval
from farmsim.report.compare_cautions import comparison_cautions
from farmsim.report.compare_form import compare_csv, compare_form, compare_json, printed_compare_csv
from farmsim.report.compare_rows import Row, letter, verdict_text, wins_text
from farmsim.report.compare_screen import Asked, compare_screen, quiet_line
from farmsim.report.console import make_console
from farmsim.report.messages import use_language
from farmsim.report.numbers import signed
from farmsim.report.terminal import Look
from farmsim.results.estimates import Estimate
from farmsim.results.metrics import METRICS
from farmsim.results.paired import Difference
from farmsim.results.summary import DESTINATIONS
from report.fakes import fake_result

SCENARIOS = (
    "bachu-trader",
    "bachu-online-first",
    "bachu-matrix",
    "bachu-order-programme",
    "yuanyang-red-rice",
)

PARTS = "consumer public loss platform retail freight packaging packing operation buyer growers cooperative"
NOTHING = dict.fromkeys(PARTS.split(), 0.0)


@pytest.fixture(autouse=True)
def _english():
    use_language("en")
    yield
    use_language("en")


def better(run, place):
    """A made-up run whose households earn more the later it stands."""
    outcomes = [
        outcome._replace(
            metrics=outcome.metrics
            | {
                "household_net_income": outcome.metrics["household_net_income"]
                + (4000.0 + 100.0 * (k % 5)) * place
            },
            waterfall={name: NOTHING | flow for name, flow in outcome.waterfall.items()},
            destinations=dict.fromkeys(DESTINATIONS, 0.0) | outcome.destinations,
        )
        for k, outcome in enumerate(run.outcomes)
    ]
    return replace(run, outcomes=tuple(outcomes))


def fake_comparison(count=3, replications=12, changes=None):
    """So many scenarios; `changes` of one of them by place."""
    runs = tuple(
        better(fake_result(replications, name=name, changes=(changes or {}).get(place)), place)
        for place, name in enumerate(SCENARIOS[:count])
    )
    return Comparison(SCENARIOS[:count], runs, 42, 1.5)


def screen(comparison=None, *, width=79, glyphs=BLOCKS, **asked):
    comparison = comparison or fake_comparison()
    look = Look(width, glyphs)
    stream = io.StringIO()
    shown = compare_screen(comparison, look, Asked(comparison.names, **asked))
    make_console(stream, look, "never").print(shown)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("glyphs", [ASCII, BLOCKS])
@pytest.mark.parametrize("width", [79, 119])
@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_no_line_is_wider_than_the_screen(language, glyphs, width, count):
    use_language(language)
    text = screen(fake_comparison(count), width=width, glyphs=glyphs, full=True, explain=True)
    text += screen(fake_comparison(count), width=width, glyphs=glyphs)
    lines = [line for line in text.splitlines() if "farmsim compare bachu" not in line]
    assert max(cell_width(line) for line in lines) <= width
    if glyphs is ASCII and language == "en":
        assert text.isascii()


def test_the_screen_says_who_beats_whom_how_sure_that_is_and_how_to_get_it_again():
    text = " ".join(screen(overrides=("horizon_days=50",), saved=("x/result.json",)).split())
    assert "A bachu-trader: Bachu: trader only (baseline)" in text
    assert "random seed 42" in text
    assert "C beats B in" in text
    assert "(Bonferroni)" in text
    assert "for all 3 pairs" in text
    assert "Without pairing" in text
    assert "Saved x/result.json" in text
    again = "farmsim compare bachu-trader bachu-online-first bachu-matrix --replications 12 --random-seed 42"
    assert f"Again {again} --set horizon_days=50" in text


def test_up_to_four_scenarios_stand_in_columns_and_more_in_blocks():
    assert "D - A" in screen(fake_comparison(4))
    assert "less A" in screen(fake_comparison(5))


def test_all_metrics_are_shown_by_their_names():
    text = screen(full=True, width=119)
    assert all(name in text for name in METRICS)


def test_parts_add_up_on_the_screen_and_equal_scenarios_have_none():
    assert "WHY C DIFFERS FROM A" in screen(explain=True)
    run = better(fake_result(12), 0)
    equal = Comparison(("a", "b"), (run, run), 42, 1.0)
    text = screen(equal, explain=True)
    assert "are equal in every season" in text
    assert "WHY" not in text


def found(verdict, *, wins=3, losses=1, more=None, n=4):
    return Difference(Estimate(1.0, 0.0, 2.0, 1.0, n), wins, losses, verdict, more)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (found("not_decided", more=1200), "not decided: about 1,200 more replications"),
        (found("no_clear_difference"), "no clear difference"),
        (found("equal"), "equal"),
        (found("unknown", n=1), "one season decides nothing"),
        (found("unknown", n=0), "not known in A"),
        (found("higher"), ""),
    ],
)
def test_verdicts_in_words(one, said):
    row = Row("x", "", (float("nan"), 1.0), (1.0,), (1.0,), (one,))
    assert verdict_text(row, 0) == said


def test_wins_are_told_in_the_direction_of_the_most():
    assert wins_text(found("higher")) == "higher in 3 of 4"
    assert wins_text(found("lower", wins=0, losses=4), brief=True) == "4 of 4 lower"
    assert wins_text(found("equal", wins=0, losses=0)) == ""


def test_letters_go_on_after_z():
    assert [letter(place) for place in (0, 25, 26)] == ["A", "Z", "A1"]


def test_a_difference_is_rounded_to_what_is_known_of_it():
    assert signed(1.23e6, 4.56e5, "±") == "+1.23 ± 0.46 M"
    assert signed(float("nan")) == "-"
    assert signed(-5.0, 0.0) == "-5.00"


def test_zero_is_marked_on_the_axis_unless_the_mean_stands_there():
    assert difference_interval(-2.0, 1.0, 4.0, (-5.0, 5.0), 11, ASCII) == "   |-|*--|"
    assert difference_interval(-1.0, 0.0, 1.0, (-5.0, 5.0), 11, ASCII) == "    |*|"
    assert difference_interval(0.0, 0.0, 0.0, (0.0, 0.0), 5, ASCII) == "*"


def test_what_makes_seasons_unlike_is_told():
    other = {"start": date(2018, 7, 1), "horizon_days": 50, "random_seed": 9, "replications": 7}
    comparison = replace(fake_comparison(5, 3, {1: other}), random_seed=2018)
    base = comparison.runs[0].loaded.scenario
    assert base.random_seed == 2018
    codes = [caution.code for caution in comparison_cautions(comparison)]
    for code in ("few-replications", "different-start", "different-horizon", "different-random-seed"):
        assert code in codes
    assert "different-counties" in codes
    assert "different-replications" not in codes, "the number was asked for"
    assert comparison_cautions(fake_comparison(1, 1))[0].code == "few-replications"
    told = replace(fake_comparison(2, base.replications, {1: other}), random_seed=5)
    assert "different-replications" in [caution.code for caution in comparison_cautions(told)]


def test_the_document_has_scenarios_differences_and_the_adjustment():
    comparison = fake_comparison()
    form = json.loads(compare_json(comparison, ("a=1",)))
    assert form["baseline"] == "bachu-trader"
    assert list(form["scenarios"]) == list(SCENARIOS[:3])
    assert set(form["differences"]) == set(SCENARIOS[1:3])
    one = form["differences"]["bachu-matrix"]["household_net_income"]
    keys = {"mean", "ci95", "sd", "n", "wins", "losses", "verdict", "more_replications"}
    assert set(one) == keys
    assert one["mean"] == comparison.difference("household_net_income", 2).estimate.mean
    assert form["adjustment"] == {"method": "bonferroni", "comparisons": 2, "level": 0.95}
    assert set(form["differences"]["bachu-matrix"]) == set(METRICS)
    assert form["settings"] == ["a=1"]
    assert form["warnings"] == []


def test_the_document_is_the_same_in_every_language():
    english = compare_form(fake_comparison(2, 3))
    use_language("zh")
    assert compare_form(fake_comparison(2, 3)) == english


def test_the_table_has_a_row_per_scenario_and_replication():
    lines = compare_csv(fake_comparison(2, 4)).split("\r\n")
    assert lines[0].startswith("\ufeffscenario,replication,co2_per_kg,")
    assert [line.split(",")[:2] for line in lines[1:-1]] == [
        [n, str(k)] for n in SCENARIOS[:2] for k in range(4)
    ]
    assert printed_compare_csv(fake_comparison(2, 1)).startswith("scenario,")


def test_the_quiet_line_is_one_line():
    line = quiet_line(fake_comparison())
    assert "\n" not in line
    assert line.startswith("household_net_income  bachu-online-first - bachu-trader ")
