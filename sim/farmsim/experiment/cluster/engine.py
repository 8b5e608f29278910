"""An engine for sweeps whose workers belong to a Dask cluster: one that is there, or one started here.

Dask plays the tasks of a worker that is lost again elsewhere; a task that loses one worker after the other
fails alone. Results stay with a worker until they are fetched, so that tasks that were done may be played
again when it is lost: they must give the same whenever they are played.
"""

import logging
import pickle
import re
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from farmsim.errors import FileError, UsageError
from farmsim.experiment.cluster.start import SLURM_SETTINGS, local_cluster, slurm_cluster
from farmsim.experiment.cluster.worker import Versions, other_versions, own_versions, play, told_versions
from farmsim.experiment.executors import default_workers
from farmsim.scenario.problems import N_

T = TypeVar("T")
CONNECT_SECONDS = 10.0
"""How long a scheduler is waited for."""
COUNT_SECONDS = 1.0
"""How long the number of workers is taken to stay what it was."""
RENEW_SECONDS = 30.0

NO_SCHEDULER = N_("no scheduler answers there: start one with `dask scheduler`, or see sim/CLUSTER.md")
NO_TLS_SCHEDULER = N_(
    "no scheduler answers there that accepts these certificates and has one of the same authority: see "
    "sim/CLUSTER.md"
)
SCHEDULER_LOST = N_(
    "the scheduler was lost: what was played so far is kept, the same command goes on from there"
)
NO_CERTIFICATE = N_("it is no certificate in PEM format, or the key is not its own")

_LOGGERS = ("distributed", "tornado", "asyncio", "bokeh", "dask_jobqueue")


class WorkerDiedError(BrokenExecutor):
    """One worker after the other died while it played this task."""


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """Which cluster, and how it is reached."""

    address: str
    """`tcp://HOST:PORT`, `tls://HOST:PORT`, `slurm`, or `local:N` for N processes on this machine."""
    tls_ca: str | None = None
    """File with the certificate of the authority that signed all others (PEM)."""
    tls_cert: str | None = None
    """File with the driver's own certificate."""
    tls_key: str | None = None
    """File with its key; None if it stands in the file of the certificate."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """`versions`: `same` (as it is without) or `any`; for `slurm` also those in `SLURM_SETTINGS`."""


class ClusterEngine:
    """The engine protocol of sweeps on a connected cluster."""

    def __init__(
        self, client: Any, address: str, expected: Versions | None, renew: Callable[[], object]
    ) -> None:
        self._client = client
        self._address = address
        self._expected = expected
        self._renew = renew
        self._under_way: dict[Any, Future[Any]] = {}
        """Dask's futures, and those that the driver waits for."""
        self._stopped = self._lost = False
        self._workers = 0
        self._counted_at = self._renewed_at = -RENEW_SECONDS

    @property
    def workers(self) -> int:
        """Workers now (counted at most once a second); 0 means that tasks wait for the first to come."""
        now = time.monotonic()
        if now - self._counted_at >= COUNT_SECONDS:
            with suppress(OSError, RuntimeError, AttributeError):  # as it loses the scheduler, and afterwards
                self._workers = len(self._client.nthreads())
            self._counted_at = time.monotonic()
        if now - self._renewed_at >= RENEW_SECONDS:
            self._renew()
            self._renewed_at = now
        return self._workers

    @property
    def slots(self) -> int:
        """Runs that are played at once: one for each worker now, at least 1."""
        return max(1, self.workers)

    def submit(self, task: Callable[..., T], /, *arguments: object) -> Future[T]:
        """Have a function of a module called with plain values.

        The future fails with WorkerDiedError if the task lost one worker after the other, with UsageError
        (`worker-versions`) if a worker must not play it, with FileError if the scheduler is lost.
        """
        carried: Future[T] = Future()
        call = pickle.dumps(_Call(self._expected, pickle.dumps((task, arguments))))
        asked = None
        with suppress(RuntimeError, OSError, AttributeError):  # what Dask raises without a scheduler
            asked = None if self._lost else self._client.submit(pickle.loads, call, pure=False)
        if asked is None or self._client.status not in {"running", "connecting"}:
            # Looked at after the task is known to the client: what it knows before it closes, it gives up.
            raise FileError(self._address, SCHEDULER_LOST)
        self._under_way[asked] = carried
        self._client.loop.add_callback(self._carry, asked)
        return carried

    def rebuild(self) -> None:
        """Nothing to do: Dask goes on without the workers that died."""

    def stop(self) -> None:
        """Give up what is queued; what a worker of somebody else's cluster is playing it plays to its end."""
        if not self._stopped:
            self._stopped = True
            asked = list(self._under_way)
            self._client.loop.add_callback(lambda: self._client.cancel(asked, asynchronous=True))

    def close(self) -> None:
        """After the client was closed: no future is left waiting."""
        for carried in list(self._under_way.values()):
            carried.cancel()

    async def _carry(self, asked: Any) -> None:
        """Bring the outcome of a task, in the driver's terms; runs in the thread that talks to the scheduler.

        Dask's own executor leaves its future waiting for ever if the scheduler is lost while a result is
        fetched.
        """
        value, error = None, None
        try:
            value = await self._client.gather(asked, asynchronous=True)
        except BaseException as raised:  # noqa: BLE001 (whatever it is: nobody else would hear of it)
            error = raised
            if asked.status != "error":
                error, self._lost = FileError(self._address, SCHEDULER_LOST), True
        carried = self._under_way.pop(asked)
        if self._stopped and error is not None:
            carried.cancel()
        if not carried.set_running_or_notify_cancel():
            return
        if error is None:
            carried.set_result(value)
        elif isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] == "farmsim":
            threading.Thread(target=self._without_farmsim, args=(error, carried), daemon=True).start()
        elif isinstance(error, import_module("distributed").scheduler.KilledWorker):
            carried.set_exception(WorkerDiedError(str(error)))
        else:
            carried.set_exception(error)

    def _without_farmsim(self, error: BaseException, carried: "Future[Any]") -> None:
        """A worker that joined late does not know the task: find out which and what it has."""
        try:
            check_versions(self._client)
        except Exception as found:  # noqa: BLE001 (handed on, as an executor does)
            error = found
        carried.set_exception(error)


class _Call(NamedTuple):
    """A call of `play` that takes place where its pickle is loaded.

    Dask itself sees only a function of the standard library and bytes. If it had to know ours, a scheduler
    without farmsim could not pass tasks on, and a worker without it would break off instead of saying so.
    """

    expected: Versions | None
    task: bytes

    def __reduce__(self) -> tuple[Callable[..., object], tuple[Versions | None, bytes]]:
        return play, (self.expected, self.task)


@contextmanager
def cluster_engine(options: ClusterOptions) -> Iterator[ClusterEngine]:
    """A connection to a cluster, or a cluster of our own, for as long as the context lasts.

    Raises UsageError (`no-cluster`: the extra is not installed; `cluster-address`, `cluster-certificates`,
    `cluster-not-tls`, `cluster-setting`, `cluster-value`; `worker-versions`) and FileError (no scheduler, no
    certificate, no Slurm).
    """
    check_options(options)
    distributed = _library(options.address)
    settings = dict(options.settings)
    expected = None if settings.pop("versions", "same") == "any" else own_versions()
    with ExitStack() as stack:
        stack.enter_context(_silence())
        renew: Callable[[], object] = _nothing
        target: Any = options.address
        security = None
        if options.address.startswith("tls://"):
            security = _security(options)
        elif options.address == "slurm":
            target, renew = stack.enter_context(slurm_cluster(settings))
        elif options.address.startswith("local"):
            target, renew = stack.enter_context(local_cluster(_processes(options.address)))
        with _connected(distributed, target, security) as client:
            if expected is not None:
                check_versions(client)
            engine = ClusterEngine(client, options.address, expected, renew)
            stack.callback(engine.close)
            try:
                yield engine
            finally:
                engine.stop()


def check_versions(client: Any) -> None:
    """Refuse a worker whose farmsim, numpy or Python is not this one's (UsageError)."""
    found = client.get_versions(packages=["farmsim"])
    ours = told_versions(found["client"]["packages"])
    for place, its in sorted(found["workers"].items()):
        theirs = told_versions(its["packages"])
        if theirs != ours:
            raise other_versions(place, theirs, ours)


def check_options(options: ClusterOptions) -> None:
    """Refuse what cannot be meant, before anything is imported or started."""
    address, settings = options.address, options.settings
    if not re.fullmatch(r"(tcp|tls)://\S+:\d{1,5}|slurm|local(:[1-9]\d{0,3})?", address):
        raise UsageError("cluster-address", (("value", address),))
    if (options.tls_ca or options.tls_cert or options.tls_key) and not address.startswith("tls://"):
        raise UsageError("cluster-not-tls", (("address", address),))
    known = ("versions", *(SLURM_SETTINGS if address == "slurm" else ()))
    for name in settings:
        if name not in known:
            raise UsageError("cluster-setting", (("name", name), ("choices", ", ".join(sorted(known)))))
    if settings.get("versions", "same") not in {"same", "any"}:
        raise UsageError("cluster-value", (("name", "versions"), ("value", settings["versions"])))


def _library(address: str) -> Any:
    """Dask, if all of it that such an address needs is installed."""
    needed = ["distributed", *(["dask_jobqueue"] if address == "slurm" else [])]
    needed += ["cryptography"] if "://" not in address else []
    try:
        for name in needed:
            import_module(name)
    except ModuleNotFoundError as error:
        raise UsageError("no-cluster", ()) from error
    return import_module("distributed")


def _processes(address: str) -> int:
    count = address.partition(":")[2]
    return int(count) if count else default_workers()


def _security(options: ClusterOptions) -> Any:
    """Certificates from the options, or else from Dask's own configuration; they are tried out first."""
    given = {
        "tls_ca_file": options.tls_ca,
        "tls_client_cert": options.tls_cert,
        "tls_client_key": options.tls_key,
    }
    for path in filter(None, given.values()):
        try:
            Path(path).read_bytes()
        except OSError as error:
            raise FileError(path, error.strerror or str(error)) from error
    named = {name: path for name, path in given.items() if path is not None}
    security = import_module("distributed").Security(require_encryption=True, **named)
    if not (security.tls_ca_file and security.tls_client_cert):
        raise UsageError("cluster-certificates", (("address", options.address),))
    try:
        security.get_connection_args("client")
    except (ssl.SSLError, OSError) as error:
        raise FileError(str(security.tls_client_cert), NO_CERTIFICATE) from error
    return security


@contextmanager
def _connected(distributed: Any, target: Any, security: Any) -> Iterator[Any]:
    """A client of the cluster, closed in the end."""
    mismatch = import_module("distributed.versions").VersionMismatchWarning
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", mismatch)  # `check_versions` says it, and refuses
            client = distributed.Client(
                target,
                security=security,
                timeout=CONNECT_SECONDS,
                set_as_default=False,
                direct_to_workers=False,
            )
    except OSError as error:
        raise FileError(str(target), NO_TLS_SCHEDULER if security else NO_SCHEDULER) from error
    try:
        yield client
    finally:
        with suppress(OSError, RuntimeError):
            client.close(timeout=CONNECT_SECONDS)


@contextmanager
def _silence() -> Iterator[None]:
    """Dask's own log says nothing meanwhile: what matters comes back as errors of tasks."""
    names = [*_LOGGERS, *(name for name in logging.root.manager.loggerDict if name.startswith(_LOGGERS))]
    loggers = {logging.getLogger(name) for name in names}
    levels = {logger: logger.level for logger in loggers}
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


def _nothing() -> None:
    """A cluster that is there already looks after its workers itself."""
