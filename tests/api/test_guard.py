"""Scripts with several workers: below a guard they play, without one they are told so, once."""

import subprocess
import sys
import textwrap
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

import farmsim as fs
from farmsim.api import guard

GUARD = 'if __name__ == "__main__":'


def played(folder, text):
    script = folder / "script.py"
    script.write_text(textwrap.dedent(text), encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False, cwd=folder
    )


@pytest.mark.parametrize(
    "call",
    [
        "fs.run('bachu-trader', replications=20, workers=2)",
        "fs.run('melon-network', replications=10, workers=2)",
        "fs.compare('bachu-trader', 'bachu-matrix', replications=20, workers=2)",
        "fs.run('bachu-trader', replications=2, workers=1).played and fs.run('bachu-trader', workers=2)",
    ],
)
def test_a_script_without_a_guard_is_told_so_once(call, tmp_path):
    done = played(tmp_path, f"import farmsim as fs\nresult = {call}\nprint('unreachable')")
    assert done.returncode == 1
    assert "unreachable" not in done.stdout
    assert done.stderr.count("Traceback") == 1
    assert done.stderr.count(GUARD) == 1
    assert "farmsim.UsageError: Worker processes import the main script anew" in done.stderr
    assert len(done.stderr.splitlines()) < 30


def test_a_script_with_a_guard_plays(tmp_path):
    text = f"""
    import farmsim as fs

    scenario = fs.load("bachu-trader")

    {GUARD}
        result = fs.run(scenario, replications=20, workers=2)
        print(result.replications, len(result.table("daily")) > 20)
    """
    done = played(tmp_path, text)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "20 True", "")


def test_a_script_without_a_guard_may_play_by_itself(tmp_path):
    done = played(tmp_path, "import farmsim as fs\nprint(fs.run('bachu-trader', workers=1).replications)")
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 1


def test_a_worker_of_somebody_else_that_plays_while_it_is_started_is_told_so(tmp_path):
    text = f"""
    import multiprocessing
    import farmsim as fs

    if __name__ == "__mp_main__":
        try:
            fs.run("bachu-trader", replications=1)
        except fs.UsageError as error:
            print("told", "Worker processes" in str(error))

    def nothing():
        pass

    {GUARD}
        child = multiprocessing.get_context("spawn").Process(target=nothing)
        child.start()
        child.join()
    """
    done = played(tmp_path, text)
    assert (done.stdout.strip(), done.stderr) == ("told True", "")


def test_a_pool_whose_processes_may_have_no_children_plays_in_them(tmp_path):
    text = f"""
    import multiprocessing
    import farmsim as fs

    def income(random_seed):
        return fs.run("bachu-trader", replications=12, random_seed=random_seed).metrics["sold_kg"].mean

    {GUARD}
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            found = pool.map(income, [1, 2])
        print(found == [income(1), income(2)])
    """
    done = played(tmp_path, text)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "True", "")


def test_a_broken_pool_without_a_mark_is_no_fault_of_the_script():

    with pytest.raises(BrokenProcessPool), guard.watched(2):
        raise BrokenProcessPool
    assert guard.MARK not in guard.os.environ


def test_a_mark_is_told_as_soon_as_it_is_seen():

    with guard.watched(2) as look:
        look()
        Path(guard.os.environ[guard.MARK]).touch()
        with pytest.raises(fs.UsageError, match="Worker processes"):
            look(1.0, 2)


def test_a_pool_that_breaks_at_once_is_looked_into():
    def broken():
        with guard.watched(2):
            Path(guard.os.environ[guard.MARK]).touch()
            raise BrokenProcessPool

    with pytest.raises(fs.UsageError, match="Worker processes"):
        broken()
