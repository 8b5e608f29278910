import io
import math
import re
from dataclasses import replace

import numpy as np
import pytest

from farmsim.domain.desk import Priority
from farmsim.errors import Problem
from farmsim.report.cells import cell_width
from farmsim.report.charts import ASCII, BLOCKS
from farmsim.report.console import make_console
from farmsim.report.full_screen import full_sections
from farmsim.report.messages import use_language
from farmsim.report.parts_screen import parts_tables
from farmsim.report.ratios import ratio_estimate
from farmsim.report.run_screen import Invocation, checks, quiet_line, run_screen
from farmsim.report.terminal import Look
from farmsim.report.words import price_part_label
from farmsim.scenario.schema import Expectation
from report.fakes import fake_result


@pytest.fixture(autouse=True)
def _english():
    use_language("en")
    yield
    use_language("en")


def shown(renderable, look):
    stream = io.StringIO()
    make_console(stream, look, "never").print(renderable)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())


def screen(result=None, *, width=79, glyphs=BLOCKS, saved=(), overrides=()):
    result = result or fake_result()
    look = Look(width, glyphs)
    return shown(run_screen(result, look, Invocation("bachu-online-first", overrides, saved)), look)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("glyphs", [ASCII, BLOCKS])
@pytest.mark.parametrize("width", [59, 79, 119, 199])
@pytest.mark.parametrize("scenario", ["bachu-online-first", "bachu-matrix", "yuanyang-red-rice"])
def test_no_line_is_wider_than_the_screen(language, glyphs, width, scenario):
    use_language(language)
    result = fake_result(6, name=scenario)
    look = Look(width, glyphs)
    text = shown(run_screen(result, look, Invocation("x.yaml")), look) + shown(
        full_sections(result, look), look
    )
    lines = [line for line in text.splitlines() if "farmsim run" not in line]
    assert max(cell_width(line) for line in lines) <= max(width, 79)
    if glyphs is ASCII and language == "en":
        assert text.isascii()


def test_both_languages_have_the_same_rows_and_numbers():
    english = screen()
    use_language("zh")
    chinese = screen()
    numbers = []
    for text in (english, chinese):
        rows = text[text.index("──") :].split("\n\n! ")[0].splitlines()
        numbers.append([re.findall(r"\d[\d,.]*", row) for row in rows if "95%" not in row and ":" not in row])
    assert [row for row in numbers[0] if row][:14] == [row for row in numbers[1] if row][:14]
    assert "随机种子 42" in chinese
    assert "random seed 42" in english


def test_the_screen_tells_mean_interval_and_seasons():
    text = screen()
    assert "30 replications" in text
    assert "95% CI of mean" in text
    assert "10-90% of seasons" in text
    assert text.count(" .. ") >= 12


def test_a_lone_replication_has_no_interval_and_says_so():
    text = screen(fake_result(1))
    assert " .. " not in text
    assert "Only 1 replication" in text
    assert "nan" not in text.lower()


def test_what_cannot_be_known_is_a_dash():
    text = screen(fake_result(unknown=("rating",)))
    row = next(line for line in text.splitlines() if line.startswith("Store rating"))
    assert row.split()[-3:] == ["-", "-", "-"]


def test_refunds_and_ratings_are_shown_only_where_consumers_buy():
    assert "Parcels refunded" in screen()
    assert "Parcels refunded" not in screen(fake_result(name="bachu-trader"))


def test_destinations_that_are_always_zero_are_left_out():
    text = screen()
    assert "Lost in the field" in text
    assert "Own use" not in text


def test_rows_of_the_kilogram_table_add_up():
    lines = screen().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("WHERE")) + 2
    end = next(i for i, line in enumerate(lines) if line.startswith("Harvested"))
    tonnes = [float(line[24:32].replace(",", "")) for line in lines[start : end - 1]]
    total = float(lines[end][24:32].replace(",", ""))
    assert abs(sum(tonnes) - total) <= len(tonnes) / 2


def test_the_balance_is_printed_with_its_real_difference():
    assert "balance OK: kg in - out" in screen()
    result = fake_result()
    broken = result.outcomes[0]._replace(kg_out=result.outcomes[0].kg_in * 0.9)
    text = screen(type(result)(result.loaded, 42, (broken, *result.outcomes[1:]), 0.9))
    assert "BOOKS DO NOT BALANCE: kg in - out 1e-01" in text


def test_wide_screens_add_weeks_but_no_rows():
    narrow, wide = screen(), screen(width=119)
    assert "by week" in wide
    assert "▃▆█▆▅▂" in wide
    assert len(wide.splitlines()) <= len(narrow.splitlines())


def test_the_last_lines_name_only_what_exists():
    text = screen()
    assert "Saved" not in text
    assert "farmsim run bachu-online-first --replications 30 --random-seed 42" in text
    text = screen(saved=("out/result.json",), overrides=("desk.policy=netback",))
    assert "Saved  out/result.json" in text
    assert "--set desk.policy=netback" in text


def test_one_warning_line_says_the_worst():
    problem = Problem("W031", "x.yaml", 1, 1, 1)
    assert "! 1 warning about the file" in screen(fake_result(warnings=(problem,)))
    assert screen(fake_result(5)).count("\n! ") == 1
    assert screen().count("\n! ") <= 1


def test_quiet_is_one_line_the_same_in_every_language():
    english = quiet_line(fake_result())
    use_language("zh")
    assert quiet_line(fake_result()) == english
    assert english.startswith("household_net_income ")
    assert english.endswith("n 30")
    assert "\n" not in english


def test_expectations_are_checked_on_means():
    expect = {
        "household_net_income": Expectation(at_least=1000.0),
        "lost_share": Expectation(at_most=0.01),
        "rating": Expectation(at_least=4.0),
    }
    result = fake_result(changes={"expect": expect}, unknown=("rating",))
    assert [check.holds for check in checks(result)] == [True, False, False]
    text = screen(result)
    assert "FAILED expected lost_share <= 0.0100; the mean is 0.0410" in text
    assert "ok     expected household_net_income >= 1,000" in text


def test_the_full_screen_has_every_metric_with_its_interval():
    result = fake_result()
    text = shown(full_sections(result, Look()), Look())
    for name in result.outcomes[0].metrics:
        assert f"\n{name} " in text
    assert "YUAN: Taobao shops" in text
    assert "taobao: Taobao shops" in text
    assert "HOUSEHOLDS" in text
    assert not any(math.isnan(x) for o in result.outcomes for x in o.metrics.values())


def test_the_rounding_of_sums_is_no_row():
    result = fake_result(3)
    outcomes = tuple(o._replace(destinations=o.destinations | {"in_transit": 1e-13}) for o in result.outcomes)
    assert "Still in transit" not in screen(type(result)(result.loaded, 42, outcomes, 0.9))


def with_channel(result, name, **metrics):
    """The result with other numbers for one channel, in every replication."""
    outcomes = tuple(
        o._replace(channels=o.channels | {name: o.channels[name] | metrics}) for o in result.outcomes
    )
    return type(result)(result.loaded, 42, outcomes, 0.9)


def test_a_channel_that_sold_nothing_is_named():
    result = with_channel(fake_result(), "taobao", sold_kg=0.0, grower_receipts=0.0)
    assert "! Taobao shops sold nothing." in screen(result)
    order = result.loaded.scenario.model_copy(update={"desk": Priority(policy="priority", order=["trader"])})
    result = type(result)(replace(result.loaded, scenario=order), 42, result.outcomes, 0.9)
    assert "! Taobao shops sold nothing: it is not in desk.order." in screen(result)


def test_a_run_without_harvest_says_so_and_nothing_else():
    result = fake_result()
    outcomes = tuple(o._replace(kg_in=0.0, kg_out=0.0) for o in result.outcomes)
    text = screen(type(result)(result.loaded, 42, outcomes, 0.9))
    assert "! No harvest window lies within the run." in text
    assert text.count("\n! ") == 1


def test_the_poverty_line_is_named():
    assert "Poverty line 2018: 2,995 CNY a person" in screen()


def test_few_replications_tell_no_range_of_seasons():
    row = next(line for line in screen(fake_result(9)).splitlines() if line.startswith("Net income"))
    assert row.count(" .. ") == 1
    assert row.endswith(" -")


def test_the_next_command_keeps_the_settings_and_goes_no_further_than_full():
    text = screen(overrides=("desk.policy=netback",))
    assert text.splitlines()[-1].endswith("--set desk.policy=netback --full")
    full = shown(run_screen(fake_result(), Look(), Invocation("x.yaml", full=True)), Look())
    assert "Next" not in full


def test_a_price_is_the_money_over_the_kilograms():
    money, kg = np.array([100.0, 0.0, 50.0]), np.array([10.0, 90.0, 20.0])
    price = ratio_estimate(money, kg)
    assert price.mean == pytest.approx(150 / 120)
    assert price.low < price.mean < price.high
    same = ratio_estimate(2.0 * kg, kg)
    assert (same.low, same.high) == (pytest.approx(2.0), pytest.approx(2.0))
    assert math.isnan(ratio_estimate(money, 0.0 * kg).mean)


def test_a_negative_part_of_the_yuan_has_no_bar():
    result = fake_result()
    outcomes = tuple(
        o._replace(waterfall=o.waterfall | {"taobao": {"consumer": 100.0, "cooperative": -50.0}})
        for o in result.outcomes
    )
    text = shown(full_sections(type(result)(result.loaded, 42, outcomes, 0.9), Look()), Look())
    row = next(line for line in text.splitlines() if line.startswith("Cooperative "))
    assert row.endswith("-50")


def test_metrics_that_nobody_knows_are_left_out():
    text = shown(full_sections(fake_result(unknown=("gini",)), Look()), Look())
    assert "\ngini " not in text


@pytest.mark.parametrize("name", ["loss", "operation", "buyer"])
def test_parts_of_the_yuan_have_names(name):
    assert price_part_label(name) != name


@pytest.fixture(scope="module")
def national():
    return fake_result(3, name="xingnong-2018")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("glyphs", [ASCII, BLOCKS])
@pytest.mark.parametrize("width", [79, 119])
@pytest.mark.parametrize("full", [False, True])
def test_the_parts_of_a_nation_fit_the_screen(national, language, glyphs, width, full):
    use_language(language)
    look = Look(width, glyphs)
    text = "\n".join(shown(part, look) for part in parts_tables(national, look, all_of_them=full))
    lines = text.splitlines()
    assert max(cell_width(line) for line in lines) <= width
    assert (len(lines) > 190) == full


def test_a_nation_shows_first_and_last_counties_and_the_spread(national):
    look = Look(79, BLOCKS)
    text = "\n".join(shown(part, look) for part in parts_tables(national, look))
    assert "134 others" in text
    assert "All 141 counties" in text
    assert "Spread: Gini coefficient of sales" in text
    assert "26 others" in text
    rows = text.splitlines()
    start = next(i for i, row in enumerate(rows) if row.startswith("COUNTIES"))
    sales = [float(row[18:30].replace(",", "")) for row in rows[start + 2 : start + 10]]
    total = float(rows[start + 11][18:30].replace(",", ""))
    assert sales[:4] == sorted(sales[:4], reverse=True)
    assert sum(sales) == pytest.approx(total, abs=5)


def test_one_county_keeps_its_screen():
    text = screen()
    assert "COUNTIES" not in text
    assert "PROVINCES" not in text
