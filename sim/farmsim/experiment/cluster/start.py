"""Clusters that farmsim starts and ends itself: processes on this machine, or jobs of Slurm.

Both talk over TLS with a certificate that is made for the occasion, so that nobody else on the machine or the
network can send them code. Neither has a dashboard, and neither listens on all interfaces.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any, NamedTuple

from farmsim.errors import FileError, UsageError
from farmsim.scenario.problems import N_

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Variables that keep libraries of workers from starting threads of their own."""
_INSIDE = "127.0.0.1:0"
"""Where Dask's servers for a dashboard listen, which cannot be left out: a free port of loopback."""

_PASSED_ON: Mapping[str, str] = {
    "queue": "queue",
    "account": "account",
    "walltime": "walltime",
    "memory": "memory",
    "interface": "interface",
    "logs": "log_directory",
    "scratch": "local_directory",
    "python": "python",
}
"""Settings that go to dask_jobqueue as they are, and what it calls them."""
SLURM_SETTINGS = (*_PASSED_ON, "jobs", "processes", "shared", "directives", "prologue", "lifetime")
"""Names of all settings for jobs of Slurm; each is a text. sim/CLUSTER.md explains them."""

_NO_SBATCH = N_("there is no such program: jobs of Slurm are sent from a machine that has it")
_NO_JOBS = N_("jobs of Slurm would be refused")
_SECONDS_FOR_SBATCH = 60.0


class Started(NamedTuple):
    """A cluster that runs: Dask's object, and what keeps up its number of workers (called now and then)."""

    cluster: Any
    renew: Callable[[], object]


@contextmanager
def local_cluster(workers: int) -> Iterator[Started]:
    """So many worker processes on this machine; they talk through 127.0.0.1 only."""
    distributed = import_module("distributed")
    quiet = {"DASK_LOGGING__DISTRIBUTED": "critical"}
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="farmsim-", ignore_cleanup_errors=True))
        stack.enter_context(_environment(dict.fromkeys(ONE_THREAD, "1") | quiet))
        stack.enter_context(import_module("dask").config.set({"temporary-directory": folder}))
        with _interrupts_wait():
            cluster = distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=_INSIDE,
                scheduler_kwargs={"dashboard": False},
                memory_limit=0,
                local_directory=folder,
                security=True,
                silence_logs=False,
                preload=["farmsim.experiment.cluster.worker"],
            )
            stack.enter_context(_closing(cluster))
        yield Started(cluster, lambda: None)


@contextmanager
def slurm_cluster(settings: Mapping[str, str]) -> Iterator[Started]:
    """`jobs` jobs of Slurm, each with `processes` workers (1 and 1 unless set); cancelled in the end.

    Does not wait for any of them to start. Raises FileError where `sbatch` is missing or says in a trial
    (`--test-only`) that it would refuse such a job, UsageError for a value that cannot be.
    """
    keywords = slurm_keywords(settings)
    jobs = _count(settings, "jobs")
    if shutil.which("sbatch") is None:
        raise FileError("sbatch", _NO_SBATCH)
    shared = Path(settings.get("shared", "."))
    with ExitStack() as stack:
        try:
            folder = TemporaryDirectory(prefix=".farmsim-", dir=shared, ignore_cleanup_errors=True)
        except OSError as error:
            raise FileError(str(shared), error.strerror or str(error)) from error
        security = _certificates(Path(stack.enter_context(folder)).resolve())
        try:
            with _interrupts_wait():
                library = import_module("dask_jobqueue")
                cluster = library.SLURMCluster(security=security, silence_logs=False, **keywords)
                stack.enter_context(_closing(cluster))
        except OSError as error:  # the folder for logs
            raise FileError(str(error.filename), error.strerror or str(error)) from error
        _try_out(cluster.job_script())
        cluster.scale(jobs=jobs)
        yield Started(cluster, lambda: cluster.scale(jobs=jobs))


def slurm_keywords(settings: Mapping[str, str]) -> dict[str, Any]:
    """The settings in the words of dask_jobqueue, with what farmsim decides itself."""
    for name, value in settings.items():
        if not value.isprintable():
            raise UsageError("cluster-value", (("name", name), ("value", repr(value))))
    count = _count(settings, "processes")
    keywords: dict[str, Any] = {
        _PASSED_ON[name]: value for name, value in settings.items() if name in _PASSED_ON
    }
    _parsed("memory", keywords.setdefault("memory", f"{count}GiB"), import_module("dask.utils").parse_bytes)
    keywords["python"] = shlex.quote(settings.get("python", sys.executable))
    keywords["job_name"] = "farmsim"
    keywords["cores"] = keywords["processes"] = count
    keywords["job_extra_directives"] = shlex.split(settings.get("directives", ""))
    keywords["job_script_prologue"] = [
        *(f"export {name}=1" for name in ONE_THREAD),
        *([settings["prologue"]] if "prologue" in settings else []),
    ]
    lifetime = settings.get("lifetime")
    keywords["worker_extra_args"] = [
        "--no-dashboard",
        *("--dashboard-address", _INSIDE),
        *(["--lifetime", lifetime] if lifetime else []),
    ]
    scheduler: dict[str, Any] = {"dashboard": False, "dashboard_address": _INSIDE}
    network = import_module("distributed.utils")
    if "interface" in settings:
        _parsed("interface", settings["interface"], network.get_ip_interface)
    else:
        scheduler["host"] = network.get_ip()
    keywords["scheduler_options"] = scheduler
    return keywords


def _count(settings: Mapping[str, str], name: str) -> int:
    """A number of jobs or processes; 1 unless it is set."""
    value = settings.get(name, "1")
    if not (value.isascii() and value.isdecimal() and 0 < int(value) < 100_000):
        raise UsageError("cluster-value", (("name", name), ("value", value)))
    return int(value)


def _parsed(name: str, value: str, parse: Callable[[str], object]) -> None:
    """Refuse a value that Dask could not make sense of."""
    try:
        parse(value)
    except ValueError as error:
        raise UsageError("cluster-value", (("name", name), ("value", value))) from error


def _certificates(folder: Path) -> Any:
    """A certificate for this occasion, in files that only this user can read."""
    security = import_module("distributed").Security
    made = security.temporary()
    paths = {}
    for name, text in (("cert", made.tls_scheduler_cert), ("key", made.tls_scheduler_key)):
        paths[name] = str(folder / f"{name}.pem")
        with open(os.open(paths[name], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
            file.write(text)
    roles = {
        f"tls_{role}_{name}": paths[name] for role in ("client", "scheduler", "worker") for name in paths
    }
    return security(require_encryption=True, tls_ca_file=paths["cert"], **roles)


def _try_out(script: str) -> None:
    """Ask Slurm whether it would take such a job: Dask itself would only log that it did not."""
    try:
        asked = subprocess.run(
            ["sbatch", "--test-only"],  # noqa: S607 (a cluster has it where it likes)
            input=script,
            capture_output=True,
            text=True,
            timeout=_SECONDS_FOR_SBATCH,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FileError("sbatch", str(error)) from error
    if asked.returncode != 0:
        said = asked.stderr.strip().splitlines()
        raise FileError("sbatch", said[-1] if said else _NO_JOBS)


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """An interrupt comes when this context is left, and never to processes that are started in it.

    Nor to those started later by threads begun in it, such as Dask's. (Windows has no such mask.)
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    import_module("multiprocessing.resource_tracker").ensure_running()  # it lifts the mask when it starts
    came: list[tuple[int, FrameType | None]] = []
    here = threading.current_thread() is threading.main_thread()
    handler = signal.signal(signal.SIGINT, lambda *told: came.append(told)) if here else None
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if here:
            signal.signal(signal.SIGINT, handler)
    if came and callable(handler):
        handler(*came[0])


@contextmanager
def _closing(cluster: Any) -> Iterator[None]:
    """The cluster ends with the context, whatever happens in it."""
    try:
        yield
    finally:
        with suppress(OSError, RuntimeError):
            cluster.close(timeout=30)


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Processes started meanwhile have these; then all variables are as before (Dask sets some, too)."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
