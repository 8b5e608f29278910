"""Sweeps from Python: the numbers of the command line, taken up again, as tables, on somebody's executor."""

import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

import farmsim as fs
from farmsim.cli import main

PRICE = "channels.trader.sells.melon.price_per_kg"
HOMES = "counties.bachu.growers.open-field.households"


@pytest.fixture(autouse=True)
def _here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def grid(**more):
    scenario = fs.load("bachu-trader", set={"horizon_days": 40})
    over = {PRICE: [0.4, 0.8], HOMES: {"from": 50, "to": 200, "step": 150}}
    return fs.sweep(scenario, over=over, replications=3, workers=1, **more)


def test_numbers_are_those_of_the_command(capsys):
    found = grid()
    arguments = ["sweep", "bachu-trader", f"--over={PRICE}=0.4,0.8", f"--over={HOMES}=50:200:150"]
    assert main([*arguments, "-n3", "--set=horizon_days=40", "--workers=1", "--out=there", "--json"]) == 0
    there = json.loads(capsys.readouterr().out)
    here = json.loads(found.to_json())
    assert here["points"] == there["points"]
    assert found.best.metrics["household_net_income"].mean == max(
        point["metrics"]["household_net_income"]["mean"] for point in there["points"]
    )


def test_a_sweep_is_taken_up_again_and_opened_by_its_folder():
    found = grid()
    again = grid()
    assert again.folder == found.folder
    opened = fs.open_sweep(found.folder)
    assert np.array_equal(opened.values(), found.values())
    assert [point.parameters for point in opened.ties] == [point.parameters for point in found.ties]
    assert "4 points, 12 runs, best" in repr(opened)


def test_tables_for_pandas_polars_and_arrow():
    found = grid()
    runs = found.to_pandas()
    assert runs.shape[0] == 12
    assert set(runs[PRICE]) == {0.4, 0.8}
    mean = runs.groupby("point")["household_net_income"].mean()
    assert mean[1] == pytest.approx(found.points[0].metrics["household_net_income"].mean)
    channels = found.to_polars("channels")
    assert channels.height == 12 * 3
    assert found.to_arrow("failures").num_rows == 0
    assert found.to_pandas("summary")["metric"].nunique() == len(found.points[0].metrics)
    assert set(found.tables) == {"runs", "summary", "channels", "failures"}


def test_cases_have_a_base_and_hostile_labels_are_escaped():
    cases = {"today": {}, "<script>x</script>": {PRICE: 2}}
    found = fs.sweep(
        "bachu-trader", cases=cases, replications=3, workers=1, metric="lost_share", minimise=True
    )
    assert [point.label for point in found.points] == list(cases)
    assert found.differences[0].mean == 0.0
    assert found.differences[1].verdict in {"lower", "higher", "not_decided", "no_clear_difference", "equal"}
    assert "<script>" not in found._repr_html_()


def test_indices_of_designs_that_have_them():
    over = {PRICE: {"from": 0.4, "to": 1.0}, HOMES: {"from": 50, "to": 300}}
    scenario = fs.load("bachu-trader", set={"horizon_days": 40})
    options = {"replications": 2, "workers": 1}
    walks = fs.sweep(scenario, over=over, design={"method": "morris", "trajectories": 3}, **options)
    assert walks.sobol is None
    assert walks.morris.mu_star.shape == (2,)
    assert walks.keys == (PRICE, HOMES)
    pairs = fs.sweep(scenario, over=over, design={"method": "saltelli", "points": 4}, **options)
    assert pairs.sobol.total.shape == (2,)


def test_an_executor_of_ones_own_is_used_and_left_open():
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        scenario = fs.load("bachu-trader", set={"horizon_days": 40})
        over = {PRICE: [0.4, 0.8], HOMES: {"from": 50, "to": 200, "step": 150}}
        found = fs.sweep(scenario, over=over, replications=3, workers=pool, folder="pool")
        assert pool.submit(int, "3").result() == 3
    assert np.array_equal(found.values(), grid().values())


def test_what_is_wrong_is_said_with_its_place():
    with pytest.raises(fs.ScenarioError) as caught:
        fs.sweep("bachu-trader", over={PRICE: [-1]}, workers=1)
    assert PRICE in str(caught.value)
    for wrong in ({"over": {PRICE: [object()]}}, {"over": {PRICE: [1]}, "metric": "nonsense"}):
        with pytest.raises(fs.UsageError):
            fs.sweep("bachu-trader", workers=1, **wrong)
    with pytest.raises(fs.FileError):
        fs.open_sweep("nowhere")
