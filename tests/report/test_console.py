import io
import sys

import pytest

from farmsim.report.charts import ASCII, BLOCKS
from farmsim.report.console import Column, make_console, make_table, progress_bar
from farmsim.report.terminal import Look, detect_look, needs_ascii, prepare_stream, terminal_width


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("encoding", "environment", "windows", "code_page", "terminal", "plain"),
    [
        ("utf-8", {}, False, 0, True, False),
        ("UTF-8", {}, True, 65001, True, False),
        ("utf-8", {}, True, 936, True, True),
        ("utf-8", {"WT_SESSION": "x"}, True, 936, True, False),
        ("utf-8", {}, True, 936, False, False),
        ("gbk", {}, False, 0, True, True),
        (None, {}, False, 0, False, True),
    ],
)
def test_consoles_that_cannot_draw_boxes_get_ascii(
    encoding, environment, windows, code_page, terminal, plain
):
    found = needs_ascii(encoding, environment, windows=windows, code_page=code_page, terminal=terminal)
    assert found is plain


def test_a_redirected_stream_becomes_utf8():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="gbk")
    prepare_stream(stream)
    stream.write("¥ ✓ −")
    stream.flush()
    assert raw.getvalue().decode("utf-8") == "¥ ✓ −"


def test_the_look_follows_width_and_wish(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    assert detect_look(Terminal(), ascii_only=False, width=None) == Look(79, BLOCKS)
    assert detect_look(Terminal(), ascii_only=True, width=120) == Look(119, ASCII)
    assert detect_look(Terminal(), ascii_only=False, width=120).is_wide
    monkeypatch.setenv("COLUMNS", "40")
    assert terminal_width(Terminal()) == 40
    assert detect_look(Terminal(), ascii_only=False, width=None) == Look(79, BLOCKS)


@pytest.mark.parametrize(
    ("color", "environment", "colored"),
    [
        ("auto", {}, True),
        ("auto", {"NO_COLOR": "1"}, False),
        ("never", {}, False),
        ("never", {"FORCE_COLOR": "1"}, False),
        ("always", {"NO_COLOR": "1"}, True),
    ],
)
def test_colour_is_asked_for_or_found_out(color, environment, colored, monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = Terminal()
    make_console(stream, Look(), color).print("x", style="bold red")
    assert ("\x1b[" in stream.getvalue()) is colored


def test_a_file_gets_no_colour_unless_forced(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    stream = io.StringIO()
    make_console(stream, Look(), "auto").print("x", style="red")
    assert stream.getvalue() == "x\n"
    monkeypatch.setenv("FORCE_COLOR", "1")
    make_console(stream, Look(), "auto").print("x", style="red")
    assert "\x1b[" in stream.getvalue()


def test_a_table_is_as_wide_as_its_columns_and_cuts_what_does_not_fit():
    stream = io.StringIO()
    columns = (Column("名称", 10), Column("kg", 8, right=True))
    table = make_table(columns, [["巴楚留香瓜瓜瓜", "1,234"]], Look(19), total=("all", "9"))
    make_console(stream, Look(19), "never").print(table)
    lines = stream.getvalue().splitlines()
    assert lines[0].split() == ["名称", "kg"]
    assert lines[1] == lines[3] == "─" * 19
    assert "…" in lines[2]
    assert lines[4].split() == ["all", "9"]


def test_progress_shows_only_on_a_terminal(monkeypatch):
    with progress_bar(io.StringIO(), Look(), "x") as progress:
        assert progress is None
    monkeypatch.setattr("farmsim.report.console.PROGRESS_AFTER_SECONDS", -1.0)
    stream = Terminal()
    with progress_bar(stream, Look(), "replications") as progress:
        progress(3, 30)
    assert "###" in stream.getvalue()
    assert "3/30  10 %" in stream.getvalue()
    assert stream.getvalue().replace("\x1b", "").isascii()


def test_progress_is_shown_within_a_replication(monkeypatch):
    monkeypatch.setattr("farmsim.report.console.PROGRESS_AFTER_SECONDS", -1.0)
    stream = Terminal()
    with progress_bar(stream, Look(), "replications") as progress:
        progress(0.4, 1)
        progress(0.41, 1)
    assert "0/1  40 %" in stream.getvalue()
    assert "41 %" not in stream.getvalue()


def test_what_is_quick_shows_no_progress():
    stream = Terminal()
    with progress_bar(stream, Look(), "replications") as progress:
        progress(1, 2)
        progress(2, 2)
    assert stream.getvalue() == ""


def test_the_streams_of_this_process_can_be_prepared():
    prepare_stream(sys.stdout)


def test_no_number_is_cut_while_a_text_can_give_room():
    columns = (Column("WHAT", 20), Column("mean", 8, right=True), Column("95% CI", 10, right=True))
    stream = io.StringIO()
    rows = [["a rather long name of a row", "-123,456,789", "-999,999 .. -888,888"]]
    make_console(stream, Look(), "never").print(make_table(columns, rows, Look(40, BLOCKS)))
    assert "-123,456,789 -999,999 .. -888,888" in stream.getvalue()
    assert "\u2026" in stream.getvalue()
