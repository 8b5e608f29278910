"""The cluster engine: the same results as here, workers that die, TLS, versions, and nothing left behind."""

import contextlib
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, wait
from pathlib import Path

import pytest

pytest.importorskip("distributed")
pytest.importorskip("cryptography")

import psutil

from farmsim.errors import FileError, UsageError
from farmsim.experiment.cluster import ClusterOptions, WorkerDiedError, cluster_engine
from farmsim.experiment.cluster import engine as engine_module
from farmsim.experiment.cluster.start import slurm_keywords
from farmsim.experiment.cluster.worker import own_versions
from farmsim.streams import Streams

SECONDS = 15.0
"""After which a test that hangs fails."""


def total(number):
    """A task: a sum of draws that depends on its number alone."""
    draws = Streams(5, number).generator("total").random(1000)
    return number, float(draws.sum())


def nap(number):
    time.sleep(0.02)
    return number


def die(_number):
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(number):
    raise UsageError("not-a-number", (("value", str(number)),))


def results(futures):
    return [future.result(SECONDS) for future in futures]


def listening():
    """Addresses on which this process and its descendants listen."""
    here = psutil.Process()
    return [
        connection.laddr.ip
        for process in (here, *here.children(recursive=True))
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]


def descendants():
    """Processes that this one started and that still run (not the tracker of multiprocessing)."""
    return [
        process.pid
        for process in psutil.Process().children(recursive=True)
        if process.status() != psutil.STATUS_ZOMBIE and "resource_tracker" not in " ".join(process.cmdline())
    ]


@pytest.fixture(scope="module")
def local():
    with cluster_engine(ClusterOptions("local:2")) as engine:
        yield engine


class Outside:
    """A scheduler and workers that somebody else started, as programs of their own on loopback."""

    def __init__(self, folder, tls=(), path=""):
        self.folder, self.tls, self.processes = folder, tls, []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"{'tls' if tls else 'tcp'}://127.0.0.1:{port}"
        self.start("scheduler", "--port", str(port), path=path)

    def start(self, kind, *options, path=""):
        here = str(Path(__file__).parent)
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", f"distributed.cli.dask_{kind}", *options, "--host", "127.0.0.1"),
                *("--no-dashboard", "--dashboard-address", "127.0.0.1:0", *self.tls),
            ],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, [path, here])),
                "DASK_TEMPORARY_DIRECTORY": str(self.folder),
            },
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def worker(self, path=""):
        options = ("--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder))
        return self.start("worker", self.address, *options, path=path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def workers_come(engine, count):
    until = time.monotonic() + SECONDS
    while engine.workers < count:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_nothing_runs_on_when_the_context_closes_and_what_is_queued_is_given_up():
    before, environment = descendants(), dict(os.environ)
    with cluster_engine(ClusterOptions("local:1")) as engine:
        first = engine.submit(nap, 1)
        assert first.result(SECONDS) == 1
        futures = [engine.submit(time.sleep, 0.5) for _ in range(20)]
        began = time.monotonic()
        engine.stop()
        assert time.monotonic() - began < 0.1
    assert descendants() == before
    assert dict(os.environ) == environment
    wait(futures, SECONDS)
    assert sum(future.cancelled() for future in futures) > 10


def test_a_cluster_plays_what_this_process_plays(local):
    assert results([local.submit(total, number) for number in range(200)]) == [total(n) for n in range(200)]


def test_equal_tasks_are_each_played(local):
    assert len(set(results([local.submit(time.monotonic_ns) for _ in range(10)]))) == 10


def test_it_has_a_slot_for_each_worker(local):
    workers_come(local, 2)
    assert local.slots == 2


def test_workers_keep_to_one_thread(local):
    assert local.submit(os.getenv, "OPENBLAS_NUM_THREADS").result(SECONDS) == "1"


def test_an_error_of_a_task_comes_back_as_it_was_raised(local):
    error = local.submit(refuse, 7).exception(SECONDS)
    assert isinstance(error, UsageError)
    assert (error.key, error.arguments) == ("not-a-number", (("value", "7"),))


def test_no_socket_listens_on_anything_but_loopback(local):
    workers_come(local, 2)
    found = listening()
    assert len(found) >= 3  # the scheduler and two workers
    assert set(found) == {"127.0.0.1"}


def test_a_worker_that_is_killed_costs_nothing(local):
    futures = [local.submit(nap, number) for number in range(200)]
    wait(futures[:20], SECONDS)
    os.kill(local.submit(os.getpid).result(SECONDS), signal.SIGKILL)
    assert results(futures) == list(range(200))


def test_a_task_that_kills_every_worker_fails_alone(local):
    before = [local.submit(nap, number) for number in range(20)]
    deadly = local.submit(die, 0)
    after = [local.submit(nap, number) for number in range(20)]
    error = deadly.exception(SECONDS)
    assert isinstance(error, WorkerDiedError)
    assert isinstance(error, BrokenExecutor)
    local.rebuild()
    assert results([*before, *after]) == [*range(20), *range(20)]
    assert local.submit(nap, 3).result(SECONDS) == 3


def write_versions(folder, **versions):
    """A folder that tells other versions of packages when it comes first in the path."""
    folder.mkdir()
    for package, version in versions.items():
        told = folder / f"{package}-{version}.dist-info"
        told.mkdir()
        (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    return str(folder)


def test_other_versions_are_refused_unless_they_are_allowed(tmp_path):
    other = write_versions(tmp_path / "other", farmsim="0.0.9")
    with Outside(tmp_path) as cluster:
        with cluster_engine(ClusterOptions(cluster.address)) as engine:
            assert (engine.workers, engine.slots) == (0, 1)
            cluster.worker(path=other)
            late = engine.submit(total, 1).exception(SECONDS)
        options = ClusterOptions(cluster.address)
        with pytest.raises(UsageError) as caught, cluster_engine(options):
            pass
        with cluster_engine(ClusterOptions(cluster.address, settings={"versions": "any"})) as engine:
            assert engine.submit(total, 1).result(SECONDS) == total(1)
    ours = own_versions()
    for error in (late, caught.value):
        assert isinstance(error, UsageError)
        assert error.key == "worker-versions"
        told = dict(error.arguments)
        assert told["worker"].startswith("tcp://127.0.0.1:")
        assert told["theirs"] == f"farmsim 0.0.9, numpy {ours.numpy}, Python {ours.python}"
        assert told["ours"] == str(ours)


def without_farmsim(folder):
    """A folder that hides farmsim when it comes first in the path."""
    path = write_versions(folder, farmsim="0.0.0")
    Path(path, "sitecustomize.py").write_text(
        "import sys\n"
        "class NoFarmsim:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'farmsim':\n"
        "            raise ModuleNotFoundError('hidden', name=name)\n"
        "sys.meta_path.insert(0, NoFarmsim())\n"
    )
    return path


def test_a_worker_without_farmsim_is_named_when_it_comes(tmp_path):
    path = without_farmsim(tmp_path / "other")
    with Outside(tmp_path) as cluster, cluster_engine(ClusterOptions(cluster.address)) as engine:
        cluster.worker(path=path)
        error = engine.submit(total, 1).exception(SECONDS)
    assert isinstance(error, UsageError)
    assert error.key == "worker-versions"
    told = dict(error.arguments)
    assert told["worker"].startswith("tcp://127.0.0.1:")
    # Dask up to 2025.3 imports a package to learn its version
    assert told["theirs"].partition(",")[0] in {
        "farmsim 0.0.0",
        "farmsim -",
    }


def test_a_scheduler_needs_no_farmsim(tmp_path):
    path = without_farmsim(tmp_path / "other")
    with Outside(tmp_path, path=path) as cluster:
        cluster.worker()
        with cluster_engine(ClusterOptions(cluster.address)) as engine:
            assert engine.submit(total, 1).result(SECONDS) == total(1)
            assert engine.submit(refuse, 7).exception(SECONDS).key == "not-a-number"


def test_a_scheduler_that_is_lost_ends_every_future(tmp_path, monkeypatch):
    monkeypatch.setattr(engine_module, "CONNECT_SECONDS", 3.0)
    with Outside(tmp_path) as cluster, cluster_engine(ClusterOptions(cluster.address)) as engine:
        cluster.worker()
        assert engine.submit(nap, 1).result(SECONDS) == 1
        futures = [engine.submit(nap, number) for number in range(500)]
        wait(futures[:5], SECONDS)
        os.killpg(cluster.processes[0].pid, signal.SIGKILL)
        outcomes = [future.exception(SECONDS) for future in futures]
        lost = [error for error in outcomes if error is not None]
        assert lost
        assert {(type(error), error.path) for error in lost} == {(FileError, cluster.address)}
        for _ in range(2):  # while it looks for the scheduler, and when it has given up
            with pytest.raises(FileError):
                engine.submit(nap, 1)
            until = time.monotonic() + SECONDS
            while engine._client.status != "closed":
                assert time.monotonic() < until
                time.sleep(0.05)
        assert engine.slots >= 1


def make_certificates(folder, authority):
    """A certificate of an authority of our own and one that it signed, as sim/CLUSTER.md tells."""

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    folder.mkdir(exist_ok=True)
    new_key = ("-newkey", "rsa:2048", "-nodes")
    openssl("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", authority)
    openssl("req", *new_key, "-keyout", "node.key", "-out", "node.csr", "-subj", "/CN=farmsim-node")
    openssl(
        *("x509", "-req", "-in", "node.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
        *("-CAcreateserial", "-days", "2", "-out", "node.pem"),
    )
    return {
        "tls_ca": str(folder / "ca.pem"),
        "tls_cert": str(folder / "node.pem"),
        "tls_key": str(folder / "node.key"),
    }


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
def test_a_cluster_with_certificates_lets_in_only_its_own(tmp_path, monkeypatch):
    ours = make_certificates(tmp_path / "ours", "/CN=ours")
    strange = make_certificates(tmp_path / "strange", "/CN=strange")
    flags = ("--tls-ca-file", "--tls-cert", "--tls-key")
    tls = [word for flag, path in zip(flags, ours.values(), strict=True) for word in (flag, path)]
    with Outside(tmp_path, tls) as cluster:
        cluster.worker()
        cluster.worker()
        with cluster_engine(ClusterOptions(cluster.address, **ours)) as engine:
            assert results([engine.submit(total, n) for n in range(50)]) == [total(n) for n in range(50)]
            workers_come(engine, 2)
            assert set(listening()) <= {"127.0.0.1"}
        monkeypatch.setattr(engine_module, "CONNECT_SECONDS", 1.5)
        plain = cluster.address.replace("tls", "tcp")
        not_ours = [
            ClusterOptions(cluster.address, **strange),
            ClusterOptions(cluster.address, **{**strange, "tls_ca": ours["tls_ca"]}),
            ClusterOptions(plain),
        ]
        for options in not_ours:
            began = time.monotonic()
            with pytest.raises(FileError) as caught, cluster_engine(options):
                pass
            assert caught.value.path == options.address
            assert time.monotonic() - began < 10.0


def refused(options):
    with pytest.raises((UsageError, FileError)) as caught, cluster_engine(options):
        pass
    return caught.value


def test_certificates_are_looked_at_before_anything_is_sent(tmp_path):
    address = "tls://127.0.0.1:1"
    assert refused(ClusterOptions(address)).key == "cluster-certificates"
    missing = str(tmp_path / "ca.pem")
    assert refused(ClusterOptions(address, tls_ca=missing, tls_cert=missing)).path == missing
    text = tmp_path / "text.pem"
    text.write_text("no certificate\n")
    wrong = refused(ClusterOptions(address, tls_ca=str(text), tls_cert=str(text)))
    assert (wrong.path, wrong.reason) == (str(text), engine_module.NO_CERTIFICATE)
    assert refused(ClusterOptions("tcp://127.0.0.1:1", tls_ca=str(text))).key == "cluster-not-tls"


@pytest.mark.parametrize(
    "address", ["", "tcp://", "tcp://host", "http://host:1", "local:0", "local:x", "slurm:2", "tcp://a b:1"]
)
def test_an_address_that_names_no_cluster_is_refused(address):
    error = refused(ClusterOptions(address))
    assert (error.key, error.arguments) == ("cluster-address", (("value", address),))


def test_a_scheduler_that_is_not_there_is_reported_in_time(monkeypatch):
    monkeypatch.setattr(engine_module, "CONNECT_SECONDS", 1.0)
    with socket.socket() as silent:  # bound, but nobody listens
        silent.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        error = refused(ClusterOptions(address))
    assert (error.path, error.reason) == (address, engine_module.NO_SCHEDULER)
    assert time.monotonic() - began < 5.0


@pytest.mark.parametrize(
    ("address", "missing"),
    [("tcp://127.0.0.1:1", "distributed"), ("slurm", "dask_jobqueue"), ("local", "cryptography")],
)
def test_without_the_extra_it_says_so(monkeypatch, address, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    assert refused(ClusterOptions(address)).key == "no-cluster"


INTERRUPTED = """
import sys, time
from farmsim.experiment.cluster import ClusterOptions, cluster_engine
if __name__ == "__main__":
    try:
        with cluster_engine(ClusterOptions("local:2")) as engine:
            futures = [engine.submit(time.sleep, 0.3) for _ in range(200)]
            futures[0].result()
            print("playing", flush=True)
            futures[-1].result()
    except KeyboardInterrupt:
        sys.exit(130)
"""


@pytest.mark.parametrize("while_it", ["starts", "plays"])
def test_an_interrupt_ends_it_without_a_word_and_leaves_nothing(tmp_path, while_it):
    script = tmp_path / "interrupted.py"
    script.write_text(INTERRUPTED)
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        if while_it == "plays":
            assert process.stdout.readline() == "playing\n"
        until = time.monotonic() + SECONDS
        while len(started := psutil.Process(process.pid).children(recursive=True)) < 2:
            assert time.monotonic() < until
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=SECONDS)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert (process.returncode, told) == (130, "")
    _, alive = psutil.wait_procs(started, timeout=5)
    assert alive == []


def test_settings_of_slurm_become_those_of_its_jobs():
    keywords = slurm_keywords(
        {
            "queue": "short",
            "processes": "4",
            "interface": "lo",
            "lifetime": "55m",
            "prologue": "module load x",
        }
    )
    assert (keywords["queue"], keywords["cores"], keywords["processes"]) == ("short", 4, 4)
    assert keywords["memory"] == "4GiB"
    assert keywords["job_script_prologue"][-1] == "module load x"
    assert "export OMP_NUM_THREADS=1" in keywords["job_script_prologue"]
    assert keywords["worker_extra_args"][-2:] == ["--lifetime", "55m"]
    assert "host" not in keywords["scheduler_options"]
    assert slurm_keywords({})["scheduler_options"]["host"] not in {"", "0.0.0.0"}


@pytest.mark.parametrize(
    ("address", "settings", "key"),
    [
        ("slurm", {"partition": "short"}, "cluster-setting"),
        ("local:2", {"queue": "short"}, "cluster-setting"),
        ("local:2", {"versions": "some"}, "cluster-value"),
        ("slurm", {"jobs": "0"}, "cluster-value"),
        ("slurm", {"processes": "two"}, "cluster-value"),
        ("slurm", {"queue": "a\nrm b"}, "cluster-value"),
        ("slurm", {"memory": "much"}, "cluster-value"),
        ("slurm", {"interface": "no-such-network"}, "cluster-value"),
    ],
)
def test_settings_that_cannot_be_are_refused(address, settings, key):
    error = refused(ClusterOptions(address, settings=settings))
    assert (error.key, dict(error.arguments)["name"]) == (key, next(iter(settings)))


def test_without_slurm_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    error = refused(ClusterOptions("slurm"))
    assert (type(error), error.path) == (FileError, "sbatch")


@pytest.mark.long
@pytest.mark.skipif(shutil.which("sbatch") is None, reason="no Slurm")
def test_jobs_of_slurm_play_the_same_and_a_job_that_is_cancelled_costs_nothing(tmp_path):
    """Needs two free processors under Slurm; `FARMSIM_SLURM_INTERFACE` names the network that nodes share."""

    def slurm(*command):
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()

    interface = os.environ.get("FARMSIM_SLURM_INTERFACE", "lo")
    settings = {"jobs": "2", "interface": interface, "memory": "500MiB", "walltime": "00:10:00"}
    settings |= {"shared": str(tmp_path), "logs": str(tmp_path / "logs")}
    mine = ("squeue", "--noheader", "--name", "farmsim", "--format", "%i")
    assert slurm(*mine) == []
    with cluster_engine(ClusterOptions("slurm", settings=settings)) as engine:
        workers_come(engine, 2)
        assert engine.submit(os.getenv, "OMP_NUM_THREADS").result(SECONDS) == "1"
        futures = [engine.submit(math.factorial, number) for number in range(2000)]
        wait(futures[:200], SECONDS)
        slurm("scancel", slurm(*mine)[0])
        assert results(futures) == [math.factorial(number) for number in range(2000)]
    until = time.monotonic() + SECONDS
    while slurm(*mine) and time.monotonic() < until:
        time.sleep(0.5)
    assert slurm(*mine) == []
    assert not list(tmp_path.glob(".farmsim-*"))


@pytest.mark.long
@pytest.mark.skipif(shutil.which("sbatch") is None, reason="no Slurm")
def test_jobs_that_slurm_would_refuse_are_not_waited_for(tmp_path):
    settings = {"interface": "lo", "queue": "no-such-queue", "shared": str(tmp_path)}
    error = refused(ClusterOptions("slurm", settings=settings))
    assert (type(error), error.path) == (FileError, "sbatch")
    assert "partition" in error.reason
