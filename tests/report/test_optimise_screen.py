"""What the screen of an optimisation says of ends, ties, constraints, promises, and of using the winner."""

import io
import zlib

import numpy as np
import pytest

from experiment.test_optimise import LATITUDE, LONGITUDE, invented, parameters, question
from farmsim.experiment.optimise import optimise
from farmsim.experiment.sweeps.engines import processes
from farmsim.report.cells import cell_width
from farmsim.report.console import make_console
from farmsim.report.messages import use_language
from farmsim.report.optimise_screen import optimise_screen, written
from farmsim.report.terminal import Look
from farmsim.results.store.rows import RunRow
from farmsim.scenario.kinds import load_either
from farmsim.scenario.overrides import parse_overrides


@pytest.fixture(autouse=True)
def _english():
    yield
    use_language("en")


def screen(optimum, width=79):
    stream, look = io.StringIO(), Look(width=width)
    make_console(stream, look, "never").print(
        optimise_screen(optimum, look, "bachu-trader", (), ("optimise",))
    )
    return stream.getvalue()


def said(optimum):
    return " ".join(screen(optimum).split())


def found(decide, of, *, noise=0.0, **asked):
    play = invented(of, noise=noise)
    return optimise(
        question("bachu-trader", decide, **asked), processes(1), random_seed=5, trials=30, play=play
    )


@pytest.mark.parametrize(
    "value",
    [0.123456789012, 1e-7, 123456789.5, 30, -3, True, False, "reefer", "12", "true", "null", "a: b", ""],
)
def test_a_value_is_read_back_as_it_was(value):
    problems = []
    (override,) = parse_overrides([f"key={written(value)}"], problems)
    assert problems == []
    assert (override.value.value, type(override.value.value)) == (value, type(value))


def test_the_command_to_use_the_winner_is_the_winner():
    optimum = found([f"{LATITUDE}=0.123456789,1.5,7.0"], lambda x, _y: -abs(x - 0.123456789))
    (line,) = [line for line in screen(optimum).splitlines() if line.startswith("Use it")]
    settings = [part for part in line.split() if "=" in part]
    assert settings == [f"{LATITUDE}=0.123456789"]
    digest = optimum.book.candidates[optimum.winner].key
    again = optimum.question.variants.variant(parse_overrides(settings, []), [])
    assert again.digest == digest
    assert (
        load_either("bachu-trader", tuple(settings)).scenario.counties["bachu"].place.latitude == 0.123456789
    )


def test_an_end_of_a_range_is_told_unless_the_scenario_ends_there_too():
    assert "latitude = 50 lies at the end of its range" in said(
        found([f"{LATITUDE}=0:50:10"], lambda x, _y: x)
    )
    assert "end of its range" not in said(found([f"{LATITUDE}=0:90:10"], lambda x, _y: x))
    assert "end of its range" not in said(found([f"{LATITUDE}=0:80:10"], lambda x, _y: -abs(x - 40.0)))


def test_candidates_that_tie_are_named_and_others_are_not():
    flat = found([f"{LATITUDE}=0:60:2"], lambda x, _y: -max(abs(x - 30.0) - 5.0, 0.0), noise=0.1)
    assert "cannot be told from it in the search" in said(flat)
    steep = found([f"{LATITUDE}=0:60:2"], lambda x, _y: -abs(x - 30.0))
    assert "cannot be told" not in said(steep)


@pytest.mark.parametrize(("lost", "word"), [(0.02, "holds"), (0.2, "No candidate keeps the constraints")])
def test_constraints_are_told_in_words(lost, word):
    asked = {"constraints": ["household_net_income>=-5"]}
    optimum = found([f"{LATITUDE}=10,20,30"], lambda x, _y: -100.0 * lost - x / 100.0, noise=0.01, **asked)
    assert word in said(optimum)


def test_nothing_is_promised_of_another_than_the_choice_of_the_procedure():
    def play(job):
        rows = []
        for task in job.tasks:
            (here,) = parameters(task, (LATITUDE,))
            for replication in task.replications:
                luck = np.random.default_rng([job.random_seed, replication, zlib.crc32(task.text)])
                income, lost = luck.standard_normal(2)
                shown = (here + income, (0.12 if here == 30 else 0.05) + 0.04 * lost)
                rows.append(RunRow(task.point, replication, "ok", "", 0.001, "x", shown, (), ()))
        return rows

    asked = question("bachu-trader", [f"{LATITUDE}=10,20,30"], constraints=["lost_share<=0.1"])
    texts = {}
    for random_seed in range(10):
        optimum = optimise(asked, processes(1), random_seed=random_seed, indifference=1.0, play=play)
        texts.setdefault(optimum.is_promised, said(optimum))
    assert "Nothing is promised" not in texts[True]
    assert "With 95 % the chosen one is the best" in texts[True]
    assert "Nothing is promised: the procedure's choice broke a constraint" in texts[False]
    assert "With 95 %" not in texts[False]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [79, 119])
def test_screens_fit_their_width(language, width):
    use_language(language)
    decide = [f"{LATITUDE}=0:80.0", f"{LONGITUDE}=0:90.0"]
    optimum = found(decide, lambda x, y: -abs(x - 30.0) - y / 100.0, noise=5.0, constraints=["lost_share<=9"])
    lines = [line for line in screen(optimum, width).splitlines() if " farmsim " not in line]
    assert max(map(cell_width, lines)) <= width
