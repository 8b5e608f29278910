import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from farmsim.report import cells, charts, numbers
from farmsim.report.cells import cell_width, fit, pad, spread, wrap

TEXTS = st.text(st.sampled_from("ab 9,.-种子瓜（，。·─█±…"), max_size=120)


@pytest.mark.parametrize("module", [cells, charts, numbers])
def test_the_examples_hold(module):
    assert doctest.testmod(module).failed == 0


@given(TEXTS)
def test_widths_agree_with_rich(text):
    assert cell_width(text) == cell_len(text)


@given(TEXTS, st.integers(3, 60))
def test_what_is_fitted_fits(text, width):
    assert cell_width(fit(text, width)) <= width


@given(TEXTS, st.integers(8, 60))
def test_wrapped_lines_fit_and_nothing_is_lost(text, width):
    lines = wrap(text, width)
    words = text.split()
    if all(cell_width(word) <= width - 4 for word in words):
        assert all(cell_width(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(words)


def test_no_line_begins_with_closing_punctuation():
    assert wrap("巴楚留香瓜，很甜。", 10) == ["巴楚留香", "瓜，很甜。"]


def test_both_sides_of_a_line_are_kept_apart():
    assert spread("左", "right", 4) == "左  right"
    assert spread("a", "b", 6) == "a    b"


def test_padding_counts_cells():
    assert pad("瓜", 4) == "瓜  "
    assert pad("瓜", 4, right=True) == "  瓜"
