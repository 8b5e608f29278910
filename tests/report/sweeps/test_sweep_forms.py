"""Sweeps as JSON, before they are played, in a list of those that are kept, and refined."""

import doctest
import io
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Group

from farmsim.experiment.sweeps.axes import Listed, Span
from farmsim.report.cells import cell_width
from farmsim.report.charts import ASCII, BLOCKS
from farmsim.report.console import make_console
from farmsim.report.messages import use_language
from farmsim.report.sweeps import dry_run, words
from farmsim.report.sweeps.dry_run import Forecast, dry_run_screen
from farmsim.report.sweeps.form import sweep_form, sweep_json
from farmsim.report.sweeps.heatmap import lattice_of
from farmsim.report.sweeps.refined import refined_screen
from farmsim.report.sweeps.ridge import ridge_of
from farmsim.report.sweeps.screen import Shown
from farmsim.report.sweeps.standing import standing_of
from farmsim.report.sweeps.stored import Stored, result_about_lines, results_list_screen
from farmsim.report.sweeps.words import axis_text, scale_of, short_names, subject_of
from farmsim.report.terminal import Look
from report.sweeps.made_up import (
    METRIC,
    PRICE,
    SHARE,
    cases_sweep,
    grid_sweep,
    made_sweep,
    morris_sweep,
    ridge_sweep,
    saltelli_sweep,
    tornado_sweep,
)

LOOKS = [Look(width, glyphs) for width in (79, 119) for glyphs in (ASCII, BLOCKS)]
FORECAST = Forecast(64, 10, 400, 640, 25_600, 0.21, 2, 5200.0, Path("runs/melon"), (Span(PRICE, 8.0, 15.0),))
BEGUN = "2026-01-05T10:00:00+00:00"
ROWS = [
    Stored(Path("runs/melon-3f2a"), "bachu-melon-mixed", "grid", 64, 1280, 1280, 0, BEGUN, 53),
    Stored(Path("runs/n-88"), "national", "latin-hypercube", 1000, 33, None, 12, BEGUN, 12 * 10**8),
]


@pytest.fixture(autouse=True)
def _english():
    use_language("en")
    yield
    use_language("en")


def printed(screen, look=Look()):  # noqa: B008 (a value that does not change)
    stream = io.StringIO()
    make_console(stream, look, "never").print(screen)
    return stream.getvalue()


def refinement(result, *, change, replications=40):
    """The ties of a sweep with new means, on another random seed."""
    tied = standing_of(result).tied
    points = [result.points[place] for place in tied]
    means = [float(standing_of(result).means[place]) + change(place) for place in tied]
    made = made_sweep("cases", (), [point.parameters for point in points], means, replications=replications)
    return replace(made, points=tuple(points), about=replace(made.about, random_seed=777))


def refined_text(result, refined, look=Look(), *, full=False):  # noqa: B008
    shown = Shown("runs/melon", ("runs/melon/refined-777",), full, 0, 12.0, "again", None)
    return printed(refined_screen(result, refined, look, shown), look)


def test_the_document_has_points_ties_differences_and_what_was_asked():
    result = cases_sweep(failures=[(2, 3, "ValueError: no melons left")])
    form = json.loads(sweep_json(result))
    standing = standing_of(result)
    assert form["scenario"] == {"name": "bachu-melon-mixed", "digest": "7c1fe09a"}
    assert form["random_seed"] == 42
    assert form["method"] == "cases"
    assert form["aim"] == {"metric": METRIC, "unit": "CNY/household", "goal": "maximise", "base": 1}
    assert form["best"] == standing.ties.best + 1
    assert form["ties"] == [place + 1 for place in standing.tied]
    points = form["points"]
    assert [point["point"] for point in points] == [1, 2, 3, 4]
    assert [point["ties"] for point in points] == [bool(flag) for flag in standing.ties.tied]
    assert [point["best"] for point in points].index(True) == standing.ties.best
    assert (points[2]["replications"], points[2]["failed"]) == (19, 1)
    assert points[1]["label"] == "bigger cold store"
    assert points[1]["parameters"] == {"counties.bachu.cold_store.capacity_kg": 1000.0}
    found = result.estimate(METRIC, 1)
    assert points[1]["metrics"][METRIC] == {
        "mean": found.mean,
        "ci95": [found.low, found.high],
        "sd": found.sd,
        "n": 20,
        "unit": "CNY/household",
    }
    assert points[0]["difference_from_base"] is None
    gap = points[3]["difference_from_base"]
    assert gap["mean"] == standing.differences.mean[3]
    assert gap["p_adjusted"] == standing.differences.adjusted[3] >= gap["p"]
    assert gap["verdict"] == standing.differences.verdicts[3]
    assert form["sensitivity"] is None
    failure = {"point": 3, "replication": 3, "status": "failed", "error": "ValueError: no melons left"}
    assert form["failures"] == [failure]
    assert {warning["code"] for warning in form["warnings"]} == {"failed-runs", "unequal-replications"}


def test_the_document_is_the_same_in_every_language_and_unknown_is_null():
    result = grid_sweep((Span(PRICE, 0.1, 0.9, count=5),), [1.0] * 5, counts={0: 0, 1: 1})
    english = sweep_json(result)
    use_language("zh")
    assert sweep_json(result) == english
    points = json.loads(english)["points"]
    assert points[0]["metrics"][METRIC]["mean"] is None
    assert points[1]["metrics"][METRIC]["ci95"] == [None, None]
    nothing = grid_sweep((Span(PRICE, 0.1, 0.9, count=5),), [math.nan] * 5)
    assert sweep_form(nothing)["best"] is None


def test_axes_are_written_as_in_a_sweep_file():
    axes = sweep_form(grid_sweep((Span(PRICE, 1.0, 3.0, step=1.0), Listed("a", ("x", "y"))), range(6)))[
        "axes"
    ]
    assert axes[0]["key"] == PRICE
    assert (axes[0]["from"], axes[0]["to"], axes[0]["step"], axes[0]["scale"]) == (1.0, 3.0, 1.0, "linear")
    assert axes[1] == {"key": "a", "values": ["x", "y"]}


def test_effects_and_indices_are_in_the_document():
    effects = sweep_form(morris_sweep())["sensitivity"]
    assert effects["method"] == "morris"
    assert effects["trajectories"] == 10
    mean, (low, high) = (effects["parameters"]["a.price"][name] for name in ("mu_star", "mu_star_ci95"))
    assert low < mean < high
    indices = sweep_form(saltelli_sweep())["sensitivity"]
    assert indices["base_points"] == 64
    assert set(indices["parameters"]) == {"a.price", "b.share", "c.idle"}
    assert indices["parameters"]["a.price"]["total"] > 0.8
    assert 0.0 < indices["noise_share"] < 0.01
    json.loads(sweep_json(saltelli_sweep(replications=1)))


def test_a_network_has_the_currency_of_its_file():
    result = grid_sweep(
        (Span("a", 0.0, 1.0, count=2),), [1.0, 2.0], kind="network", metric=("cost_per_day", "CNY/day")
    )
    result = replace(result, about=replace(result.about, scenario={"currency": "EUR"}))
    form = sweep_form(result)
    assert form["aim"]["unit"] == form["points"][0]["metrics"]["cost_per_day"]["unit"] == "EUR/day"
    assert subject_of(result).unit.startswith("EUR")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_no_line_of_the_other_screens_is_too_wide(look, language):
    use_language(language)
    ridge, failures = ridge_sweep(noise=300.0), [(0, k, "ValueError: no melons left " * 5) for k in range(13)]
    text = printed(dry_run_screen(FORECAST, look), look) + printed(results_list_screen(ROWS, look), look)
    text += refined_text(ridge, refinement(ridge, change=lambda place: -place), look)
    text += refined_text(tornado := tornado_sweep(), refinement(tornado, change=lambda _place: -1.0), look)
    text += printed(Group(*result_about_lines(ridge_sweep(failures=failures), look)), look)
    assert max(cell_width(line) for line in text.splitlines()) <= look.width
    if look.glyphs is ASCII and language == "en":
        assert text.isascii()


def test_a_dry_run_tells_points_runs_time_and_disk():
    text = " ".join(printed(dry_run_screen(FORECAST, Look())).split())
    assert "64, all of them valid" in text
    assert "640 .. 25,600" in text
    assert "about 1.12 min .. 44.8 min with 2 workers, 0.210 s a run" in text
    assert "about 3.33 MB .. 133 MB" in text
    assert "runs/melon" in text
    single = FORECAST._replace(runs_most=640, workers=1, seconds_per_run=math.nan)
    assert "about - with 1 worker" in " ".join(printed(dry_run_screen(single, Look())).split())


def test_more_workers_than_runs_are_of_no_use():
    assert FORECAST._replace(workers=100).seconds(10) == FORECAST._replace(workers=10).seconds(10)


def test_the_list_of_sweeps_has_a_line_for_each():
    wide = printed(results_list_screen(ROWS, Look(150))).splitlines()
    assert len(wide) == 4
    assert "1,280/1,280" in wide[2]
    assert "bachu-melon-mixed" in wide[2]
    assert " 33 " in wide[3]
    assert " 12 " in wide[3]
    assert "No sweep is kept here." in printed(results_list_screen([], Look()))


def test_where_the_numbers_come_from():
    result = ridge_sweep(failures=[(0, k, "ValueError: no melons left") for k in range(13)])
    text = "\n".join(line.plain for line in result_about_lines(result, Look()))
    for said in (
        "7c1fe09a",
        "horizon_days=60",
        "42",
        "farmsim 0.1.0",
        "farmsim sweep grid.yaml",
        "1,267 runs",
    ):
        assert said in text
    assert text.count("no melons left") == 10
    assert "and 3 more, in failures.csv" in text


def test_a_refinement_tells_the_best_the_ties_and_how_far_the_former_best_was_flattered():
    result = ridge_sweep(noise=300.0)
    best = standing_of(result).ties.best
    refined = refinement(result, change=lambda place: -900.0 if place == best else 0.0)
    text = " ".join(refined_text(result, refined).split())
    assert "random seed 777" in text
    assert f"The former best, point {best + 1}, changes by -" in text
    assert "flattered by about" in text or "flattered it by about" in text
    assert "still tie with the best." in text
    luckier = refinement(result, change=lambda place: 900.0 if place == best else 0.0)
    again = " ".join(refined_text(result, luckier).split())
    assert f"Best on fresh random seeds: point {best + 1} " in again
    assert "not flattered" in again
    assert "No other point ties with it any more." in again


def test_a_refinement_of_one_point_or_of_none_that_is_known():
    result = grid_sweep((Span("a", 0.0, 1.0, count=2),), [0.0, 50_000.0])
    text = " ".join(refined_text(result, refinement(result, change=lambda _place: 0.0)).split())
    assert "The former best, point 2, changes by" in text
    lost = refinement(result, change=lambda _place: math.nan)
    assert "is not known at any point yet" in " ".join(refined_text(result, lost).split())


def test_a_refinement_is_matched_by_the_keys_of_points():
    result = ridge_sweep(noise=300.0)
    refined = refinement(result, change=float)
    turned = replace(
        refined,
        points=refined.points[::-1],
        status=refined.status[::-1],
        _values={METRIC: refined.values(METRIC)[::-1]},
    )
    tables = [
        [line for line in refined_text(result, one).splitlines() if "price_per_kg = " in line]
        for one in (refined, turned)
    ]
    assert tables[0] == tables[1]


def ties_at(cells, size=6):
    """The shape of ties at these cells of a grid of numbers, rows given in falling order."""
    axes = (Listed("a.x", tuple(range(size, 0, -1))), Listed("b.y", tuple(range(size))))
    lattice = lattice_of(grid_sweep(axes, range(size * size)))
    return ridge_of(lattice, {row * size + column for row, column in cells})


@pytest.mark.parametrize(
    ("cells", "shape"),
    [
        ([(2, 2)], "peak"),
        ([(2, 2), (2, 3)], "peak"),
        ([(2, 2), (2, 3), (3, 3)], "peak"),
        ([(0, 0), (0, 1), (1, 0), (1, 1)], "plateau"),
        ([(r, c) for r in range(4) for c in range(4)], "plateau"),
        ([(0, 0), (1, 1), (2, 2)], "ridge"),
        ([(3, c) for c in range(6)], "ridge"),
        ([(0, 0), (5, 5), (5, 4)], "apart"),
    ],
)
def test_the_shape_of_ties(cells, shape):
    assert ties_at(cells).shape == shape


def test_the_ends_of_a_ridge_lie_farthest_apart():
    assert set(ties_at([(0, 0), (1, 1), (2, 2), (3, 2)]).ends) == {0, 20}


def test_words_have_no_neighbours():
    axes = (Listed("a.mode", ("x", "y", "z")), Span("b.y", 0.0, 2.0, step=1.0))
    assert ridge_of(lattice_of(grid_sweep(axes, range(9))), {0, 1, 2}) is None


def test_keys_are_told_by_what_tells_them_apart():
    assert short_names([PRICE, SHARE]) == {PRICE: "price_per_kg", SHARE: "share"}
    keys = ["a.x.k", "a.y.k", "b.x.k"]
    assert short_names(keys) == {"a.x.k": "a.x.k", "a.y.k": "y.k", "b.x.k": "b…k"}
    assert short_names(["a.p.x.k", "b.p.x.k"]) == {"a.p.x.k": "a…k", "b.p.x.k": "b…k"}


def test_axes_are_told_by_their_values_or_their_range():
    assert axis_text(Listed("a", (1, 2.5, "x", True))) == "1, 2.5, x, true"
    assert axis_text(Listed("a", tuple(range(20)))) == "0, 1, 2, 3, 4 .. 19 (20 values)"
    assert axis_text(Span("a", 1.0, 5.0, step=2.0)) == "1 .. 5 by 2"
    assert axis_text(Span("a", 1.0, 100.0, count=3, log=True)) == "1 .. 100 (3 values) (logarithmic)"


def test_cells_of_a_picture_show_the_digit_that_is_open():
    subject = subject_of(ridge_sweep())
    assert scale_of(subject, [9000.0, 8000.0], 300.0).text(9012.0) == "9.0"
    assert scale_of(subject, [9000.0, 8000.0], 30.0).text(9012.0) == "9.01"
    assert scale_of(subject, [2e6, 3e6], 1e4).text(2.5e6) == "2.50"
    assert scale_of(subject, [0.2, 0.3], math.nan).text(0.25) == "0.250"
    assert scale_of(subject, [10.0, 900.0], 40.0).text(-0.001) == "0", "no minus before nothing"
    assert scale_of(subject, [5.0, 5.0], 0.0).text(5.0) == "5.0"
    assert scale_of(subject, [math.nan], math.nan).text(math.nan) == "-"


def test_where_nothing_is_left_to_chance_only_the_best_is_marked():
    standing = standing_of(grid_sweep((Span("a", 0.0, 1.0, count=3),), [1.0, 2.0, 3.0], noise=0.0))
    assert [standing.mark(point) for point in range(3)] == ["", "", "*"]
    assert np.array_equal(standing.order, [2, 1, 0])


@pytest.mark.parametrize("module", [dry_run, words])
def test_examples_in_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0
