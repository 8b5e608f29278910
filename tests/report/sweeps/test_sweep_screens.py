"""Screens of sweeps at both widths, in both languages and in ASCII, and what they say of each design."""

import io
from dataclasses import replace

import numpy as np
import pytest

from farmsim.experiment.sweeps.axes import Listed, Span
from farmsim.report.cells import cell_width
from farmsim.report.charts import ASCII, BLOCKS
from farmsim.report.console import make_console
from farmsim.report.messages import use_language
from farmsim.report.sweeps.point_table import shown_points
from farmsim.report.sweeps.screen import Shown, quiet_line, sweep_screen
from farmsim.report.sweeps.standing import standing_of
from farmsim.report.terminal import Look
from report.sweeps.made_up import (
    METRIC,
    PRICE,
    cases_sweep,
    grid_sweep,
    made_sweep,
    morris_sweep,
    ridge_sweep,
    saltelli_sweep,
    sampled_points,
    tornado_sweep,
)

AXIS = (Span(PRICE, 0.1, 0.9, count=5),)
NETWORK = ("cost_per_day", "CNY/day")


@pytest.fixture(autouse=True)
def _english():
    use_language("en")
    yield
    use_language("en")


def screen(result, *, width=79, glyphs=BLOCKS, full=False, runs_now=None, refine="again --refine"):
    stream = io.StringIO()
    runs = int((result.status > 0).sum()) if runs_now is None else runs_now
    shown = Shown("grid.yaml", ("runs/a/points.csv", "runs/a/summary.csv"), full, runs, 58.0, "again", refine)
    look = Look(width, glyphs)
    make_console(stream, look, "never").print(sweep_screen(result, look, shown))
    return stream.getvalue().rstrip("\n")


def said(result, **look):
    """The screen without its line breaks."""
    return " ".join(screen(result, **look).split())


def one_axis(means=(8900.0, 9000.0, 9200.0, 9250.0, 9000.0), **changes):
    return grid_sweep(AXIS, means, **changes)


MODES = (Listed("a.mode", ("sf", "zto")), Listed("b.long_name", ("x", "y", "z")))
MIXED = (*AXIS, Span("b.share", 0.0, 1.0, count=3), Listed("c.on", (True, False)))
FAILED = [(1, 4, "ValueError: " + "no melons left " * 9)]
LOST = {"noise": 0.01, "metric": ("lost_share", "share"), "maximise": False}
SALES = {"noise": 1e5, "metric": ("sales_revenue", "CNY")}
SWEEPS = {
    "ridge": ridge_sweep,
    "words": lambda: grid_sweep(MODES, range(6)),
    "three axes": lambda: grid_sweep(MIXED, np.arange(30.0)),
    "one axis": lambda: one_axis(base=0, counts={3: 15}, failures=FAILED),
    "share": lambda: one_axis(np.linspace(0.1, 0.3, 5), **LOST),
    "millions": lambda: one_axis(np.linspace(1e6, 9e7, 5), **SALES),
    "tornado": tornado_sweep,
    "tornado with another base": lambda: tornado_sweep(base=2),
    "morris": morris_sweep,
    "morris once": lambda: morris_sweep(replications=1),
    "saltelli": saltelli_sweep,
    "saltelli once": lambda: saltelli_sweep(replications=1),
    "cases": lambda: cases_sweep(8),
    "six parameters": sampled_points,
    "ten parameters": lambda: sampled_points(40, 10, base=3),
    "thirty parameters": lambda: sampled_points(12, 30),
    "network": lambda: one_axis(kind="network", metric=NETWORK, maximise=False, base=1),
    "once": lambda: one_axis(replications=1),
    "nothing": lambda: one_axis(counts=dict.fromkeys(range(5), 0)),
    "unknown": lambda: one_axis([np.nan] * 5),
    "equal": lambda: one_axis([5.0] * 5, noise=0.0, base=0),
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("glyphs", [ASCII, BLOCKS])
@pytest.mark.parametrize("width", [79, 119])
@pytest.mark.parametrize("name", SWEEPS)
def test_no_line_is_wider_than_the_screen(name, width, glyphs, language):
    use_language(language)
    result = SWEEPS[name]()
    for full in (False, True):
        text = screen(result, width=width, glyphs=glyphs, full=full)
        lines = [line for line in text.splitlines() if not line.startswith(("Again", "Next"))]
        assert max(cell_width(line) for line in lines) <= width
        assert "farmsim.report" not in text
        assert not any(line != line.rstrip() for line in lines if line.strip())
        if glyphs is ASCII and language == "en":
            assert text.isascii()


def test_the_heatmap_shows_every_cell_the_best_and_its_ties():
    result = ridge_sweep(noise=300.0)
    standing = standing_of(result)
    lines = screen(result).splitlines()
    begin = next(place for place, line in enumerate(lines) if line.startswith("price_per_kg "))
    assert lines[begin].split()[1:] == ["0", "10", "20", "30", "40", "50", "60", "70"]
    rows = [line.split() for line in lines[begin + 2 : begin + 10]]
    assert [row[0] for row in rows] == ["15", "14", "13", "12", "11", "10", "9", "8"], "the highest on top"
    cells = [cell for row in rows for cell in row[1:]]
    assert len(cells) == 64
    means = {point: float(standing.means[point]) / 1000.0 for point in range(64)}
    shown = {(7 - place // 8) * 8 + place % 8: cell for place, cell in enumerate(cells)}
    assert all(abs(float(cell.rstrip("*o")) - means[point]) <= 0.05 + 1e-9 for point, cell in shown.items())
    assert [point for point, cell in shown.items() if cell.endswith("*")] == [standing.ties.best]
    assert {point for point, cell in shown.items() if cell[-1] in "*o"} == set(standing.tied)


def test_a_ridge_is_called_so_with_its_ends_and_a_refinement_is_offered():
    text = said(ridge_sweep(noise=300.0))
    assert "Ridge, not a peak: 9 of 64 points tie with the best within 95% CI." in text
    assert (
        "Its ends: point 16 (price_per_kg = 9, share = 70); point 61 (price_per_kg = 15, share = 40)." in text
    )
    assert "noisy points is flattered, by about" in text
    assert text.endswith("Next again --refine")


def test_with_room_the_cells_stand_once_more_as_heights():
    narrow, wide = (screen(ridge_sweep(), width=width) for width in (79, 119))
    assert "shading" not in narrow
    assert "shading: one step = 2.9" in wide
    row = next(line for line in wide.splitlines() if line.lstrip().startswith("8 "))
    assert row.endswith("▁▁▁ ▂▂▂ ▄▄▄ ▅▅▅ ▇▇▇ ▇▇▇ ███ ███")
    plain = screen(ridge_sweep(), width=119, glyphs=ASCII)
    assert "___ ... " in plain
    assert "***" not in plain
    assert plain.isascii()


def test_more_columns_than_fit_are_thinned_out_with_the_best_among_them_or_turned():
    axes = (Span("a.x", 0.0, 49.0, step=1.0), Span("b.y", 0.0, 49.0, step=1.0))
    means = [-abs(x - 31.0) - abs(y - 8.0) for x in range(50) for y in range(50)]
    result = grid_sweep(axes, means, noise=0.01, replications=4)
    text = screen(result)
    assert "Of x one value in 2 is shown" in text
    assert "Of y one value in" in text
    assert sum(line.count("*") for line in text.splitlines() if line[:2].strip().isdigit()) == 1
    tall = grid_sweep((Span("a.x", 0.0, 1.0, count=2), Span("b.y", 0.0, 19.0, step=1.0)), range(40))
    assert "is shown, so that" not in screen(tall), "turned, its twenty values stand below each other"


def test_cells_that_were_excluded_are_blank_and_others_keep_their_place():
    full = grid_sweep(
        (Span("a.x", 0.0, 2.0, step=1.0), Span("b.y", 0.0, 2.0, step=1.0)), range(0, 9000, 1000)
    )
    keep = [0, 1, 2, 3, 5, 6, 7, 8]
    cut = replace(
        full,
        points=tuple(full.points[place] for place in keep),
        rows=tuple(range(8)),
        status=full.status[keep],
        _values={METRIC: full.values(METRIC)[keep]},
    )
    lines = [line.split() for line in screen(cut).splitlines()]
    means = [[cell for cell in line[1:] if cell[0].isdigit()] for line in lines if line and line[0] in "012"]
    assert [len(row) for row in means] == [3, 2, 3]


def test_text_axes_too_wide_for_a_picture_fall_back_to_the_table():
    names = tuple(letter * 40 for letter in "abcde")
    result = grid_sweep((Listed("a.x", names), Listed("b.y", names)), range(0, 50_000, 2000))
    text = screen(result)
    assert "The grid is too wide for a picture; here is a table." in text
    assert "further points are left out" in text


def test_the_tornado_shows_the_widest_bar_first_on_the_right_sides():
    lines = screen(tornado_sweep()).splitlines()
    begin = next(place for place, line in enumerate(lines) if line.startswith("input"))
    rows = lines[begin + 2 : begin + 7]
    assert [row.split()[0] for row in rows] == ["share", "capacity_kg", "price_per_kg", "slots", "carrier"]
    bars = [row[28:56] for row in rows]
    zero = bars[0].index("|")
    assert all(bar[zero] == "|" for bar in bars)
    assert "-" in bars[1][:zero]
    assert "#" in bars[1][zero:]
    assert bars[3][zero + 1 :].strip() == "", "a change for the worse reaches left"
    assert "base" in rows[3]
    text = " ".join("\n".join(lines).split())
    assert "The base is no local best: capacity_kg = 80000 changes it by" in text
    assert "Widest bar = what to ask the county about first." in text


def test_a_tornado_without_a_better_move_says_so_and_marks_what_is_not_decided():
    axes = [Listed("a.x", (1, 2, 3)), Listed("b.y", (1, 2, 3, 4))]
    base = {"a.x": 2, "b.y": 2}
    parameters = [base, base | {"a.x": 1}, base | {"a.x": 3}, *({"a.x": 2, "b.y": y} for y in (1, 3, 4))]
    result = made_sweep("one-at-a-time", axes, parameters, [9000, 8000, 8100, 9001, 8990, 7000], base=0)
    text = said(result)
    assert "No single move is better than the base for certain." in text
    assert " ?" in text
    assert "1 values between the ends" in text


def test_with_several_moved_at_once_there_is_a_table_instead_of_a_tornado():
    text = screen(tornado_sweep(base=2))
    assert "@low" not in text
    assert "from base" in text


def test_the_table_has_the_best_first_and_cuts_what_neither_ties_nor_follows():
    result = sampled_points(64, 3, base=63)
    standing = standing_of(result)
    shown = shown_points(standing, full=False)
    assert shown[0] == standing.ties.best
    assert set(standing.tied) <= set(shown)
    assert shown[-1] == 63, "the base is always there"
    assert len(shown_points(standing, full=True)) == 64
    lines = screen(result, full=False).splitlines()
    begin = next(place for place, line in enumerate(lines) if line.startswith("point "))
    numbers = [int(line.split()[0]) - 1 for line in lines[begin + 2 : begin + 2 + len(shown)]]
    assert numbers == shown
    assert f"{64 - len(shown)} further points are left out" in "\n".join(lines)


def test_points_of_which_nothing_is_known_stand_last_and_are_told():
    result = one_axis(counts={0: 0})
    standing = standing_of(result)
    assert standing.order[-1] == 0
    assert standing.known == 4
    assert "Points without any number yet: 1 of 5." in said(result)


def test_undecided_differences_have_a_question_mark_and_equal_ones_a_word():
    text = screen(one_axis([9000.0, 9001.0, 12000.0, 9000.0, 9000.0], base=0))
    rows = {line.split()[0]: line for line in text.splitlines() if line[:5].strip().isdigit()}
    assert rows["2"].endswith("?")
    assert not rows["3"].endswith("?")
    assert rows["1"].endswith("base")
    assert "equal" in screen(one_axis([5.0] * 5, noise=0.0, base=0))


def test_parameters_stand_in_columns_by_name_by_letter_or_below():
    by_name = screen(sampled_points(8, 2, base=0))
    assert "shop0…price_per_kg  shop1…price_per_kg" in by_name
    by_letter = screen(sampled_points(20, 6))
    assert "a = shop0…price_per_kg" in by_letter
    below = screen(sampled_points(12, 30))
    assert "shop29…price_per_kg=" in below


def test_cases_are_told_by_their_labels_and_in_full_with_what_they_set():
    text = screen(cases_sweep())
    assert "bigger cold store" in text
    assert "capacity_kg=" not in text
    assert "capacity_kg=1000" in screen(cases_sweep(), full=True)
    assert "The best differs from the base by" in text
    unnamed = replace(cases_sweep(), points=tuple(p._replace(label=None) for p in cases_sweep().points))
    assert "capacity_kg" in screen(unnamed), "points of a refined sweep have no labels"


def test_the_scenario_that_was_added_to_be_compared_with_is_named():
    result = one_axis(base=4, labels={4: "scenario"})
    points = (*result.points[:4], result.points[4]._replace(parameters={}))
    assert "scenario as it is" in screen(replace(result, points=points))


def test_one_numeric_axis_has_a_picture_in_its_own_order():
    lines = screen(one_axis()).splitlines()
    begin = next(place for place, line in enumerate(lines) if "by price_per_kg" in line)
    rows = lines[begin + 2 : begin + 7]
    assert [row.split()[0] for row in rows] == ["0.1", "0.3", "0.5", "0.7", "0.9"]
    assert all("●" in row and "├" in row for row in rows)
    assert "●" not in screen(grid_sweep((Listed("a.mode", ("sf", "zto", "own")),), range(3)))
    many = grid_sweep((Span("a.x", 0.0, 99.0, step=1.0),), range(0, 10000, 100))
    assert sum("●" in line for line in screen(many).splitlines()[1:]) <= 26


def test_morris_says_what_matters_and_what_may_be_fixed():
    text = said(morris_sweep())
    assert "What matters: price, share." in text
    assert "May be fixed, as far as these ranges go: idle." in text
    assert "10 walks of which all runs are known." in text
    assert "Noise alone gives a mu* of up to about" in text
    assert "--refine" not in text
    once = said(morris_sweep(replications=1))
    assert "chance and effect cannot be told apart" in once


def test_runs_that_other_points_have_not_had_yet_spoil_no_walk():
    uneven = morris_sweep(counts={0: 3, 5: 4})
    assert "10 walks of which all runs are known." in said(uneven)
    begun = morris_sweep(counts=dict.fromkeys(range(20, 31), 0))
    assert "walks of which all runs are known" in said(begun)
    assert "10 walks" not in said(begun)


def test_walks_without_any_run_are_no_result():
    assert "0 walks of which all runs are known." in said(morris_sweep(counts=dict.fromkeys(range(31), 0)))


def test_indices_say_what_is_alone_what_is_noise_and_what_interacts():
    text = said(saltelli_sweep())
    assert "64 base points of which all runs are known." in text
    assert "May be fixed, as far as these ranges go: idle." in text
    assert "of the variance of the means; the indices leave it out." in text
    assert "chance and effect cannot be told apart" in said(saltelli_sweep(replications=1))
    flat = saltelli_sweep(noise=0.0)
    flat._values[METRIC][:] = 5.0
    assert "Nothing varies beside the noise" in said(flat)


def test_without_any_number_the_screen_says_so():
    text = said(one_axis(counts=dict.fromkeys(range(5), 0)))
    assert "is not known at any point yet" in text
    assert "No run has given a number yet." in text


def test_failed_runs_and_unequal_replications_are_told_with_the_way_to_see_them():
    result = one_axis(counts={3: 15}, failures=[(1, 4, "Traceback\nValueError: no melons left")])
    text = said(result)
    assert "Runs that failed: 1; the first, replication 4 of point 2: ValueError: no melons left" in text
    assert "All of them: farmsim results show runs/melon-3f2a" in text
    assert "Points with fewer replications than others: 2 of 5, at least 15; the most is 20." in text
    assert "5 points x 15-20" in text


def test_one_replication_decides_nothing_and_a_clear_best_needs_no_refinement():
    assert "With one replication a point, none can be told from another." in said(one_axis(replications=1))
    clear = said(one_axis([1.0, 2.0, 3.0, 4.0, 50_000.0]))
    assert "No other point ties with it" in clear
    assert "--refine" not in clear
    alike = said(one_axis([9000.0] * 5))
    assert "None of the 5 points can be told from the best." in alike


def test_less_can_be_better():
    result = one_axis(np.linspace(0.1, 0.3, 5), noise=0.01, metric=("lost_share", "share"), maximise=False)
    text = said(result)
    assert "less is better" in text
    assert "Best: point 1 (price_per_kg = 0.1) with" in text
    assert "10" in text.split("Best:")[1].split("%")[0], "shares are shown in percent"


def test_what_was_there_already_is_told():
    assert "All 100 runs were there already." in said(one_axis(), runs_now=0)
    assert "40 runs were played now, 60 were there already." in said(one_axis(), runs_now=40)
    assert "already" not in said(one_axis())


def test_saved_files_of_a_folder_stand_together():
    assert "Saved runs/a: points.csv, summary.csv" in said(one_axis())


def test_the_quiet_line_is_one_line_and_the_same_in_every_language():
    line = quiet_line(ridge_sweep(noise=300.0))
    assert line.startswith("household_net_income 9,190 CNY/household  ci95 8,930 .. 9,450  point 47 ")
    assert f"{PRICE}=13" in line.replace(" = ", "=")
    assert line.endswith("ties 9 of 64  n 20")
    use_language("zh")
    assert quiet_line(ridge_sweep(noise=300.0)) == line
    nothing = one_axis(counts=dict.fromkeys(range(5), 0))
    assert quiet_line(nothing) == "household_net_income unknown  points 5"
