"""Whole sweeps, through plan, driver and store: numbers that are known, runs that fail, workers lost."""

import contextlib
import json
import math
import os
import signal
import threading
import time
import zlib
from concurrent.futures import BrokenExecutor

import numpy as np
import psutil
import pytest

from farmsim.errors import UsageError
from farmsim.experiment.cluster import ClusterOptions, cluster_engine
from farmsim.experiment.sweeps import engines
from farmsim.experiment.sweeps.begun import taken_up
from farmsim.experiment.sweeps.engines import processes
from farmsim.experiment.sweeps.plan import Wishes, make_plan
from farmsim.experiment.sweeps.playing import play_job
from farmsim.experiment.sweeps.refine import refined_plan
from farmsim.experiment.sweeps.result import read_result
from farmsim.experiment.sweeps.sweep import run_sweep
from farmsim.results.sensitivity import morris_effects, sobol_indices
from farmsim.results.store.reader import open_reader
from farmsim.results.store.rows import RunRow
from farmsim.scenario.sweeps.load import quick_sweep

PRICE = "channels.trader.sells.melon.price_per_kg"
HOMES = "counties.bachu.growers.open-field.households"
PLACES = (
    "counties.bachu.place.latitude",
    "counties.bachu.place.longitude",
    "counties.bachu.climate.anomaly_sd_celsius",
)


def quick(over, *, design=None, replications=3, **wishes):
    source = quick_sweep("bachu-trader", over, design)
    short = Wishes(overrides=("horizon_days=40",), replications=replications, **wishes)
    return make_plan(source, short)


def parameters(task, keys):
    """What a task sets some keys to."""
    values = []
    for key in keys:
        data = json.loads(zlib.decompress(task.text))
        for part in key.split("."):
            data = data[part]
        values.append(data)
    return values


def invented(of, keys):
    """A player that gives a function of the parameters instead of a simulation, a little noise on top."""

    def play(job):
        rows = []
        for task in job.tasks:
            value = of(*parameters(task, keys))
            for replication in task.replications:
                noise = np.random.default_rng(replication).normal(0.0, 0.05)
                metrics = tuple(value + noise for _name in job.metrics)
                rows.append(RunRow(task.point, replication, "ok", "", 0.001, "x", metrics, (), ()))
        return rows

    return play


def ishigami(x, y, z):
    """Each of its inputs is even over -pi to pi, here given as 0 to 30, 0 to 30 and 0 to 3."""
    one, two, three = (math.pi * (2.0 * share - 1.0) for share in (x / 30.0, y / 30.0, z / 3.0))
    return math.sin(one) + 7.0 * math.sin(two) ** 2 + 0.1 * three**4 * math.sin(one)


def test_sobol_indices_known_in_closed_form_come_out_of_a_whole_sweep(tmp_path):
    spans = ("0:30.0", "0:30.0", "0:3.0")
    over = [f"{key}={span}" for key, span in zip(PLACES, spans, strict=True)]
    plan = quick(over, design={"method": "saltelli", "points": 1024}, replications=5, random_seed=20261124)
    run_sweep(plan, tmp_path, processes(1), play=invented(ishigami, PLACES))
    result = read_result(tmp_path)
    found = sobol_indices(result.by_row("household_net_income"), result.structure.base_points, 3)
    a, b = 7.0, 0.1
    first = np.array([0.5 * (1.0 + b * math.pi**4 / 5.0) ** 2, a**2 / 8.0, 0.0])
    third = b**2 * math.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    variance = first.sum() + third
    total = np.array([first[0] + third, first[1], third]) / variance
    first = first / variance
    assert np.all((found.first_low <= first) & (first <= found.first_high))
    assert np.all((found.total_low <= total) & (total <= found.total_high))
    assert np.allclose(found.first, first, atol=0.03)
    assert np.allclose(found.total, total, atol=0.03)


def test_morris_effects_of_a_straight_line_are_its_slopes(tmp_path):
    over = [f"{PLACES[0]}=0:30.0", f"{PLACES[1]}=0:30.0"]
    plan = quick(over, design={"method": "morris", "trajectories": 8})
    play = invented(lambda x, y: 100.0 + 2.0 * x - 0.5 * y, PLACES[:2])
    run_sweep(plan, tmp_path, processes(1), play=play)
    result = read_result(tmp_path)
    structure = result.structure
    found = morris_effects(result.by_row("household_net_income"), structure.orders, structure.steps)
    assert found.mu == pytest.approx([60.0, -15.0])
    assert found.sigma == pytest.approx([0.0, 0.0], abs=1e-6)


def breaking(job):
    """Plays, but one replication of one point raises and another kills its worker."""
    for point, replication in job.runs:
        if (point, replication) == (1, 2):
            time.sleep(0.05)
            os.kill(os.getpid(), signal.SIGKILL)
    rows = play_job(job)
    return [
        row._replace(status="failed", error="ValueError: made up", metrics=(), parts=(), series=(), digest="")
        if (row.point, row.replication) == (0, 1)
        else row
        for row in rows
    ]


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_failed_and_crashed_runs_are_rows_with_their_reason_and_are_played_anew_on_request(tmp_path):
    plan = quick([f"{PRICE}=0.4,0.8"])
    run_sweep(plan, tmp_path, processes(2), play=breaking)
    result = read_result(tmp_path)
    assert result.status.tolist() == [[1, 2, 1], [1, 1, 3]]
    assert [row.error for row in result.failures] == [
        "ValueError: made up",
        "the worker process died 3 times",
    ]
    assert run_sweep(plan, tmp_path, processes(1)) == 0, "failed runs are finished"
    assert run_sweep(plan, tmp_path, processes(1), again=True) == 2
    run_sweep(plan, tmp_path / "whole", processes(1))
    with open_reader(tmp_path) as mended, open_reader(tmp_path / "whole") as whole:
        assert mended.fingerprint() == whole.fingerprint()


def test_a_run_that_raises_tells_where(tmp_path, monkeypatch):
    def failing(*_arguments, **_options):
        raise RuntimeError("nothing left")

    monkeypatch.setattr("farmsim.experiment.sweeps.playing.play", failing)
    run_sweep(quick([f"{PRICE}=0.4"], replications=1), tmp_path, processes(1))
    (row,) = read_result(tmp_path).failures
    assert row.error.startswith("RuntimeError: nothing left (")


def test_every_point_has_the_same_seasons(tmp_path):
    run_sweep(quick([f"{PRICE}=0.4,0.5,0.6"]), tmp_path, processes(1))
    harvest = read_result(tmp_path).values("harvested_kg")
    assert np.all(harvest == harvest[0])
    assert len(set(harvest[0])) == 3


def test_another_version_is_refused_unless_mixing_is_allowed(tmp_path, monkeypatch):
    plan = quick([f"{PRICE}=0.4"], replications=1)
    run_sweep(plan, tmp_path, processes(1))
    monkeypatch.setattr("farmsim.experiment.sweeps.sweep.version", lambda name: "9.9")
    with pytest.raises(UsageError) as caught:
        run_sweep(plan, tmp_path, processes(1))
    assert caught.value.key == "other-versions"
    assert run_sweep(plan, tmp_path, processes(1), mixed=True) == 0


def test_a_sweep_is_taken_up_from_its_folder_alone(tmp_path):
    plan = quick([f"{PRICE}=0.4,0.8", f"{HOMES}=100:300:100"], metric="lost_share", minimise=True)
    run_sweep(plan, tmp_path, processes(1))
    source, wishes = taken_up(tmp_path, Wishes())
    again = make_plan(source, wishes)
    assert [point.key for point in again.points] == [point.key for point in plan.points]
    assert again.aim == plan.aim
    assert run_sweep(again, tmp_path, processes(1)) == 0


def test_daily_series_are_kept_of_the_first_replication_and_add_up(tmp_path):
    run_sweep(quick([f"{PRICE}=0.4"]), tmp_path, processes(1))
    with open_reader(tmp_path) as reader:
        daily = reader.series("trader.sold_kg", 0, 0)
        assert reader.series("trader.sold_kg", 0, 1) is None
        assert daily.sum() == pytest.approx(reader.values("sold_kg")[0, 0])
        assert reader.part_values("sold_kg", "trader")[0] == pytest.approx(reader.values("sold_kg")[0])


def test_refining_takes_the_ties_and_no_season_that_was_seen(tmp_path):
    plan = quick([f"{PRICE}=0.4,0.79,0.8"], replications=4)
    run_sweep(plan, tmp_path, processes(1))
    finer = refined_plan(plan, read_result(tmp_path))
    assert [point.parameters[PRICE] for point in finer.points][-1] == 0.8
    assert 0.4 not in [point.parameters[PRICE] for point in finer.points]
    run_sweep(finer, tmp_path / "finer", processes(1))
    fresh = read_result(tmp_path / "finer")
    assert fresh.values("harvested_kg").shape[1] == 8
    seen = read_result(tmp_path).values("harvested_kg")
    assert not set(fresh.values("harvested_kg")[0]) & set(seen[0])


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_a_worker_of_a_cluster_that_is_lost_costs_nothing(tmp_path):
    pytest.importorskip("distributed")
    plan = quick([f"{PRICE}=0.4,0.5,0.6,0.7"], replications=40)
    run_sweep(plan, tmp_path / "whole", processes(1))
    lost = []

    def told(now):
        workers = [
            child
            for child in psutil.Process().children(recursive=True)
            if "spawn_main" in str(child.cmdline())
        ]
        if now.done > 30 and not lost and workers:
            lost.append(workers[-1].pid)
            with contextlib.suppress(psutil.Error):
                workers[-1].send_signal(signal.SIGKILL)

    run_sweep(plan, tmp_path / "cluster", cluster_engine(ClusterOptions("local:2")), told=told)
    assert lost
    with open_reader(tmp_path / "whole") as whole, open_reader(tmp_path / "cluster") as cluster:
        assert whole.fingerprint() == cluster.fingerprint()


def dying(data):
    if data.endswith(b"!"):
        os.kill(os.getpid(), signal.SIGKILL)
    return len(data)


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_tasks_larger_than_the_pipe_to_a_worker_that_dies_hold_up_nothing():
    done = threading.Event()

    def drive():
        engine = engines.Processes(2)
        for _ in range(3):
            futures = [engine.submit(dying, b"x" * 3_000_000 + b"!"[:last]) for last in (0, 1, 0, 0)]
            for future in futures:
                with contextlib.suppress(BrokenExecutor):
                    assert future.result() == 3_000_000
            engine.rebuild()
        futures = [engine.submit(dying, b"x" * 3_000_000) for _ in range(4)]
        assert [future.result() for future in futures] == [3_000_000] * 4
        engine.stop()
        done.set()

    threading.Thread(target=drive, daemon=True).start()
    assert done.wait(60.0)
