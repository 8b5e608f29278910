import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmsim.report.charts import ASCII, BLOCKS, bar, dot_interval, sparkline
from farmsim.report.numbers import figures, interval, whole


@given(st.floats(0, 1e9), st.floats(1e-3, 1e9), st.integers(0, 80))
def test_a_bar_never_leaves_its_room(value, most, width):
    for glyphs in (ASCII, BLOCKS):
        assert len(bar(value, most, width, glyphs)) <= width


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_longer_bar_means_more(one, other):
    small, large = sorted((one, other))
    assert len(bar(small, 1.0, 30, ASCII)) <= len(bar(large, 1.0, 30, ASCII))


def test_nothing_and_the_unknown_have_no_bar():
    assert bar(0.0, 10.0, 20, BLOCKS) == ""
    assert bar(math.nan, 10.0, 20, BLOCKS) == ""
    assert bar(0.001, 10.0, 20, BLOCKS) == "▏"


def test_every_glyph_of_the_default_tier_is_in_gbk_and_the_plain_tier_is_ascii():
    for field in BLOCKS:
        "".join(field).encode("gbk")
    for field in ASCII:
        assert "".join(field).isascii()


@given(st.lists(st.floats(-10, 1e6) | st.just(math.nan), max_size=60))
def test_a_sparkline_has_at_most_its_width(values):
    assert len(sparkline(values, BLOCKS, 16)) <= 16


def test_a_sparkline_of_many_weeks_sums_groups():
    assert sparkline([1.0] * 32, BLOCKS, 16) == "█" * 16
    assert sparkline([0.0, 0.0], ASCII) == "__"


def test_an_interval_stands_around_its_mean():
    assert dot_interval(2.0, 5.0, 8.0, (0.0, 10.0), 11, BLOCKS) == "  ├──●──┤"
    assert dot_interval(math.nan, 5.0, math.nan, (0.0, 10.0), 11, ASCII) == "     *"
    assert dot_interval(0.0, math.nan, 0.0, (0.0, 10.0), 11, ASCII) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (9387.9, "9,390"),
        (0.99961, "1.00"),
        (999.6, "1,000"),
        (999_900.0, "1.00 M"),
        (-1234.0, "-1,230"),
        (0.0, "0"),
        (2e-16, "2e-16"),
        (math.nan, "-"),
    ],
)
def test_numbers_have_three_significant_figures(value, text):
    assert figures(value).replace("2.00e-16", "2e-16") == text


def test_an_unknown_interval_is_a_dash_and_zero_has_no_sign():
    assert interval(math.nan, 2.0) == "-"
    assert interval(-1.0, 2.5) == "-1.00 .. 2.50"
    assert whole(-0.2) == "0"
    assert whole(1234.5) == "1,234"
