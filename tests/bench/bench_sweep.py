"""What a sweep costs beside its runs: `python tests/bench/bench_sweep.py [RUNS [WORKERS]]`.

The same runs are first played in a bare loop, then as a sweep with its jobs, store and schedule. The memory
of this process is told for a tenth of the runs and for all of them: it must not grow with their number.
"""

import gc
import resource
import sys
import tempfile
import time
from pathlib import Path

from farmsim.experiment.network import play_network
from farmsim.experiment.sweeps.engines import processes
from farmsim.experiment.sweeps.plan import Wishes, make_plan
from farmsim.experiment.sweeps.sweep import run_sweep
from farmsim.results.store.reader import open_reader
from farmsim.scenario.kinds import load_either
from farmsim.scenario.sweeps.load import quick_sweep

SCENARIO = Path(__file__).with_name("sweep_network.yaml")
POINTS = 100
KEY = "network.sites.shop.replenishment.policy.level_kg"


def plan_of(runs):
    """A sweep of so many runs."""
    source = quick_sweep(str(SCENARIO), [f"{KEY}=10:{9 + POINTS}:1"])
    return make_plan(source, Wishes(replications=runs // POINTS))


def bare(runs):
    """Seconds of so many runs in a loop."""
    model = load_either(str(SCENARIO)).scenario
    began = time.perf_counter()
    for replication in range(runs):
        play_network(model, replication, 1)
    return time.perf_counter() - began


def swept(runs, workers, folder):
    """Seconds of the sweep, and bytes of its store."""
    plan = plan_of(runs)
    began = time.perf_counter()
    played = run_sweep(plan, folder, processes(workers))
    seconds = time.perf_counter() - began
    assert played == runs, f"{played} of {runs} were played"
    return seconds, (folder / "results.db").stat().st_size


def resident():
    """Most memory that this process has taken so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(runs=20_000, workers=2):
    """Print the figures."""
    with tempfile.TemporaryDirectory() as place:
        began = time.perf_counter()
        plan_of(runs)
        print(f"plan of {POINTS} points        {time.perf_counter() - began:8.2f} s")
        swept(runs // 10, workers, Path(place) / "tenth")
        gc.collect()
        before = resident()
        loop = bare(runs)
        alone, _ = swept(runs, 1, Path(place) / "alone")
        shared, size = swept(runs, workers, Path(place) / "shared")
        after = resident()
        began = time.perf_counter()
        with open_reader(Path(place) / "shared") as one, open_reader(Path(place) / "alone") as other:
            assert one.fingerprint() == other.fingerprint(), "equal whoever played"
            one.values("cost_per_day")
        print(f"{runs} runs in a loop     {loop:8.2f} s {1e6 * loop / runs:8.0f} us a run")
        print(f"as a sweep, this process {alone:8.2f} s {1e6 * (alone - loop) / runs:8.0f} us a run more")
        print(f"as a sweep, {workers} workers    {shared:8.2f} s {runs / shared:8.0f} rows a second")
        more = 100 * (alone / loop - 1)
        print(f"overhead in one process  {more:8.1f} % of runs of {1e3 * loop / runs:.2f} ms")
        print(f"memory, {runs // 10} runs / all  {before:8.0f} MB {after:8.0f} MB")
        print(f"store                    {size / runs:8.0f} bytes a run")
        print(f"read back twice          {time.perf_counter() - began:8.2f} s")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
