"""The sweep command killed at random moments, and its workers: nothing is lost, nothing is played twice."""

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import psutil
import pytest

from farmsim.experiment.sweeps.engines import processes
from farmsim.experiment.sweeps.plan import Wishes, make_plan
from farmsim.experiment.sweeps.sweep import run_sweep
from farmsim.results.store.reader import open_reader
from farmsim.scenario.sweeps.load import quick_sweep

SWEEP = [
    "bachu-trader",
    "--over=channels.trader.sells.melon.price_per_kg=0.4,0.5,0.6,0.7,0.8",
    "--over=counties.bachu.growers.open-field.households=50,200",
    "--set=horizon_days=45",
]


def begun(folder, replications, *more):
    command = [sys.executable, "-m", "farmsim", "sweep", *SWEEP, f"-n{replications}", f"--out={folder}"]
    return subprocess.Popen([*command, "--workers=2", "-q", "-q", *more], stderr=subprocess.PIPE)


def fingerprint(folder):
    with open_reader(folder) as reader:
        return reader.fingerprint()


def finished(folder):
    """Point and replication of every row, as they lie in the database; nothing without one."""
    if not (folder / "results.db").exists():
        return []
    with contextlib.closing(sqlite3.connect(folder / "results.db")) as connection:
        return sorted(connection.execute("SELECT run, digest FROM run"))


@pytest.fixture
def undisturbed(tmp_path):
    """The fingerprint of the same sweep, played in this process without disturbance."""

    def undisturbed(replications):
        source = quick_sweep("bachu-trader", [option.partition("=")[2] for option in SWEEP[1:3]])
        plan = make_plan(source, Wishes(overrides=("horizon_days=45",), replications=replications))
        run_sweep(plan, tmp_path / "undisturbed", processes(1))
        return fingerprint(tmp_path / "undisturbed"), finished(tmp_path / "undisturbed")

    return undisturbed


def workers_of(process):
    with contextlib.suppress(psutil.Error):
        return [
            child
            for child in psutil.Process(process.pid).children()
            if "spawn_main" in " ".join(child.cmdline())
        ]
    return []


def gone(children, seconds=5.0):
    """Whether all of these processes end within so long."""
    _, alive = psutil.wait_procs(children, timeout=seconds)
    return not alive


def keep_killing_the_driver(folder, replications, kills, moments):
    """Kill the command again and again while it plays; how often it was killed before it was done."""
    before, count, more = [], 0, []
    while count < kills:
        process = begun(folder, replications, *more)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=moments())
        if process.poll() is not None:
            assert process.returncode == 0
            break
        children = workers_of(process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        count += 1
        assert gone(children), "workers die with their parent"
        now = finished(folder)
        assert set(before) <= set(now), "what was finished stays"
        before = now
        more = ["--resume"] if (folder / "results.db").exists() else []
    return count


def check_driver_kills(folder, expected, replications, kills, random_seed):
    chance = random.Random(random_seed)
    total = 0
    place = folder / "killed"
    while total < kills:
        total += keep_killing_the_driver(place, replications, kills - total, lambda: chance.uniform(0.3, 2.5))
        process = begun(place, replications)
        process.communicate()
        assert process.returncode == 0
        assert (fingerprint(place), finished(place)) == expected
        place = folder / f"killed-{total}"


def check_worker_kills(folder, expected, replications, kills, random_seed):
    chance = random.Random(random_seed)
    total = 0
    while total < kills:
        place = folder / f"workers-{total}"
        process = begun(place, replications)
        while process.poll() is None:
            time.sleep(chance.uniform(0.2, 1.2))
            victims = workers_of(process)
            if victims and finished(place):
                with contextlib.suppress(psutil.Error):
                    chance.choice(victims).send_signal(signal.SIGKILL)
                    total += 1
        process.communicate()
        assert process.returncode == 0
        assert (fingerprint(place), finished(place)) == expected


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_killed_and_taken_up_again_a_sweep_ends_as_if_nothing_had_been(tmp_path, undisturbed):
    check_driver_kills(tmp_path, undisturbed(12), 12, kills=4, random_seed=20261124)


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_killed_workers_cost_nothing(tmp_path, undisturbed):
    check_worker_kills(tmp_path, undisturbed(12), 12, kills=2, random_seed=20261124)


@pytest.mark.long
def test_fifty_kills_of_the_driver_and_twenty_of_workers(tmp_path, undisturbed):
    expected = undisturbed(40)
    check_driver_kills(tmp_path, expected, 40, kills=50, random_seed=1)
    check_worker_kills(tmp_path, expected, 40, kills=20, random_seed=2)
