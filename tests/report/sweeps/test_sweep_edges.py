"""Sweeps at the edges: strange labels, one point, nothing known, few replications, replays, long folders."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from farmsim.experiment.sweeps.axes import Listed, Span
from farmsim.experiment.sweeps.replay import Replayed
from farmsim.report.cells import cell_width
from farmsim.report.charts import ASCII, BLOCKS
from farmsim.report.console import make_console
from farmsim.report.messages import use_language
from farmsim.report.sweeps.replayed import replayed_screen
from farmsim.report.sweeps.screen import Shown, sweep_screen
from farmsim.report.sweeps.stored import Stored, result_about_lines, results_list_screen
from farmsim.report.sweeps.words import short_names
from farmsim.report.terminal import Look
from farmsim.results.store.rows import RunRow
from report.sweeps.made_up import METRIC, PRICE, cases_sweep, grid_sweep, morris_sweep, saltelli_sweep

LABELS = ("[red]x[/red]", "更大的冷库，加上自有货车，再加上每周三次直播", "多" * 60, "[/]" + "y" * 150)
BEGUN = "2026-01-05T10:00:00+00:00"


@pytest.fixture(autouse=True)
def _english():
    use_language("en")
    yield
    use_language("en")


def printed(screen, look):
    stream = io.StringIO()
    make_console(stream, look, "never").print(screen)
    return stream.getvalue()


def screen(result, *, width=79, glyphs=BLOCKS, full=False, source="grid.yaml"):
    look = Look(width, glyphs)
    runs = int((result.status > 0).sum())
    shown = Shown(source, ("runs/a/points.csv",), full, runs, 58.0, "again", "again --refine")
    return printed(sweep_screen(result, look, shown), look)


def said(result, **look):
    return " ".join(screen(result, **look).split())


def labelled(labels=LABELS):
    """Cases with these labels, the last one best."""
    result = cases_sweep(len(labels))
    points = (point._replace(label=label) for point, label in zip(result.points, labels, strict=True))
    return replace(result, points=tuple(points))


def widest(text):
    return max(cell_width(line) for line in text.splitlines())


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("glyphs", [ASCII, BLOCKS])
@pytest.mark.parametrize("width", [79, 119])
@pytest.mark.parametrize("place", range(len(LABELS)))
def test_labels_in_any_script_and_of_any_length_stay_within_the_screen(place, width, glyphs, language):
    use_language(language)
    result = labelled([*LABELS[:place], *LABELS[place + 1 :], LABELS[place]])
    for full in (False, True):
        assert widest(screen(result, width=width, glyphs=glyphs, full=full)) <= width


def test_markup_in_labels_and_values_is_shown_as_it_is_written():
    assert "Compared with point 1 ([red]x[/red])." in screen(labelled())
    assert any(
        line.split()[1] == "[red]x[/red]" for line in screen(labelled()).splitlines() if line[:5] == "    1"
    )
    modes, kinds = Listed("a.mode", ("[red]sf[/red]", "[/x]")), Listed("b.kind", ("[b]k", "整车", "z"))
    picture = screen(grid_sweep((modes, kinds), range(0, 6000, 1000)))
    assert sum(line.startswith(("[red]sf[/red] ", "[/x] ")) for line in picture.splitlines()) == 2
    assert "[b]k" in picture
    failed = cases_sweep(failures=[(0, 0, "ValueError: [bold]no[/bold]")])
    assert "ValueError: [bold]no[/bold]" in said(failed)


def test_labels_stand_in_chinese_brackets_in_chinese():
    use_language("zh")
    assert "与点 1（[red]x[/red]）比较。" in screen(labelled())
    assert "（均值 ± 95% 区间的一半；* 最好" in screen(labelled())


def test_one_point_is_best_without_a_word_on_ties():
    for result in (cases_sweep(1), cases_sweep(1, base=None), grid_sweep((Listed(PRICE, (8.0,)),), [9000.0])):
        text = said(result)
        assert "Best: point 1" in text
        assert "ties with it" not in text
        assert "flattered" not in text
        assert "Next" not in text


def test_where_all_runs_failed_their_reason_is_told_and_nothing_else():
    failures = [(point, number, "ValueError: no melons left") for point in range(4) for number in range(3)]
    text = said(cases_sweep(4, replications=3, failures=failures))
    assert "is not known at any point yet" in text
    assert "Runs that failed: 12; the first, replication 0 of point 1: ValueError: no melons left" in text
    assert "No run has given a number yet." in text
    assert "Best" not in text
    assert "Next" not in text


def test_a_metric_that_runs_do_not_give_is_told_and_its_cell_is_a_dash():
    means = [1000.0, np.nan, 3000.0, 4000.0, 5000.0, 6000.0]
    result = grid_sweep((Listed("a.x", (1, 2)), Listed("b.y", (1, 2, 3))), means)
    text = screen(result)
    row = next(line.split() for line in text.splitlines() if line.startswith("1 "))
    shown = [f"{mean / 1000.0:.1f}" for mean in result.means(METRIC)]
    assert row[:4] == ["1", shown[0], "-", shown[2]]
    assert "without giving a number of this metric: 1 of 6." in text
    assert "of this metric" not in screen(grid_sweep((Listed("a.x", (1, 2)),), [1.0, 2.0]))


@pytest.mark.parametrize("make", [morris_sweep, saltelli_sweep])
def test_two_replications_give_no_intervals_of_effects_and_indices(make):
    two, three = said(make(replications=2)), said(make(replications=3))
    assert "Only 2 replications: for intervals of effects and indices it takes three." in two
    assert "intervals are rough" not in two
    assert "Only 3 replications: intervals are rough." in three
    assert "No interaction is proved" not in two


def test_a_source_that_is_too_long_for_the_first_line_has_one_for_itself():
    source = "a/county/of/melons/far/away/sweeps/grid-of-melons.yaml"
    first, second, *_rest = screen(cases_sweep(), source=source).splitlines()
    assert first == f"farmsim sweep  {source}"
    assert second.strip() == "4 points x 20 · random seed 42 · 58.0 s"
    assert widest(screen(cases_sweep(), source="x" * 300)) <= 79


def test_values_that_do_not_fit_behind_their_key_stand_below_it():
    key = "counties.bachu.growers.open-field.harvest.kilograms_a_mu_and_year"
    lines = screen(grid_sweep((Span(key, 1500.0, 2500.0, step=500.0),), [1.0, 2.0, 3.0])).splitlines()
    place = next(place for place, line in enumerate(lines) if line.endswith(f"{key}:"))
    assert lines[place + 1] == "      1500 .. 2500 by 500"


def test_a_key_that_ends_with_a_general_word_is_told_with_the_part_before_it():
    assert short_names(["a.orders.mean", "b.price"]) == {"a.orders.mean": "orders.mean", "b.price": "price"}
    assert short_names(["mean"]) == {"mean": "mean"}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("glyphs", [ASCII, BLOCKS])
@pytest.mark.parametrize("width", [79, 119])
def test_replayed_runs_are_told_to_be_the_same_or_different(width, glyphs, language):
    use_language(language)
    kept = RunRow(4, 3, "ok", "", 0.1, "4e847d0b81668ef8", (), (), ())
    failed = kept._replace(status="failed", error="ValueError", digest="")
    look = Look(width, glyphs)
    found = [Replayed(kept, kept), Replayed(kept, kept._replace(digest="ffff")), Replayed(kept, failed)]
    text = printed(replayed_screen(Path("runs/a"), found, look), look)
    assert widest(text) <= width
    rows = [line.split(maxsplit=4) for line in text.splitlines() if line.split()[:1] == ["5"]]
    same, other = ("the same", "different") if language == "en" else ("相同", "不同")
    assert [row[4].strip() for row in rows] == [same, other, other]
    assert [row[3] for row in rows] == ["4e847d0b81668ef8", "ffff", "failed"]
    assert ("1 of 3 runs" if language == "en" else "3 次运行中有 1 次") in text


def stored(folder, **changes):
    row = Stored(Path(folder), "Bachu melons to the trader", "one-at-a-time", 15, 90, 90, 0, BEGUN, 287_000)
    return row._replace(**changes)


def test_the_list_leaves_out_what_there_is_no_room_for_and_keeps_one_line_for_each():
    rows = [stored("runs/bachu-tornado-829179"), stored("runs/bachu-ladder-4d1917", method="cases")]
    narrow, wide = (
        printed(results_list_screen(rows, Look(width, BLOCKS)), Look(width)) for width in (79, 119)
    )
    assert len(narrow.splitlines()) == len(wide.splitlines()) == 4
    assert widest(narrow) <= 79
    assert narrow.splitlines()[2].split() == [
        "runs/bachu-tornado-829179",
        "one-at-a-time",
        "15",
        "90/90",
        "2026-01-05",
    ]
    assert "2026-01-05 10:00" in wide
    assert "287 kB" in wide
    assert "Bachu melons to the" in wide
    assert "failed" not in wide
    assert " 7 " in printed(results_list_screen([stored("runs/a", failed=7)], Look(79, BLOCKS)), Look(79))


@pytest.mark.parametrize("width", [79, 119])
@pytest.mark.parametrize("name", ["sweeps-of-one-county/" * 9, "瓜" * 90])
def test_of_a_long_folder_the_end_is_kept(name, width):
    rows = [stored(f"{name}/melon-{end}", failed=12) for end in ("3f2a", "88b1")]
    look = Look(width, BLOCKS)
    lines = printed(results_list_screen(rows, look), look).splitlines()
    assert len(lines) == 4
    assert max(map(cell_width, lines)) <= width
    assert [line.split()[0][-11:] for line in lines[2:]] == ["/melon-3f2a", "/melon-88b1"]
    assert all(line.startswith("…") and "90/90" in line for line in lines[2:])


def test_files_that_are_kept_are_named_but_not_the_quick_form():
    result = cases_sweep()
    lines = [line.plain for line in result_about_lines(result, Look())]
    assert any("files kept" in line and "grid.yaml" in line for line in lines)
    quick = replace(result, about=replace(result.about, sources={"--over": "vary: {}\n"}))
    assert not any("files kept" in line.plain for line in result_about_lines(quick, Look()))


def test_means_read_back_from_the_one_axis_picture_table_agree_with_the_store():
    result = grid_sweep((Span(PRICE, 0.1, 0.9, count=5),), [8900.0, 9000.0, 9200.0, 9250.0, 9000.0])
    rows = [line.split() for line in screen(result).splitlines() if line[:5].strip().isdigit()]
    read = {int(row[0]) - 1: float(row[2].replace(",", "")) for row in rows if len(row) >= 5}
    assert sorted(read) == [0, 1, 2, 3, 4]
    assert all(abs(value - result.estimate(METRIC, place).mean) <= 5.0 for place, value in read.items())
