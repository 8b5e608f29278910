"""Where the runs of a command are played: on this machine, or on a cluster by a flag."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from farmsim.errors import UsageError
from farmsim.report.messages import mark

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.engines import Engine

Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help=mark(
            "Play on a Dask cluster: tcp://HOST:PORT, tls://HOST:PORT, slurm, or local:N to try it out."
        ),
    ),
]
TlsCa = Annotated[
    str | None,
    typer.Option(
        "--tls-ca", metavar="FILE", help=mark("With --cluster tls://: certificate of the authority.")
    ),
]
TlsCert = Annotated[
    str | None,
    typer.Option("--tls-cert", metavar="FILE", help=mark("With --cluster tls://: own certificate.")),
]
TlsKey = Annotated[
    str | None,
    typer.Option("--tls-key", metavar="FILE", help=mark("With --cluster tls://: own private key.")),
]
ClusterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--cluster-option",
        metavar="NAME=VALUE",
        help=mark("With --cluster slurm: jobs, memory, walltime, queue, ...; may be repeated."),
    ),
]


class Chosen(NamedTuple):
    """Where runs are played, and how many at once as far as that is known before it starts."""

    start: "Callable[[], AbstractContextManager[Engine]]"
    slots: int

    @property
    def engine(self) -> "AbstractContextManager[Engine]":
        """A new one."""
        return self.start()


def chosen_engine(
    workers: int | None,
    cluster: str | None,
    tls: tuple[str | None, str | None, str | None],
    options: list[str] | None,
) -> Chosen:
    """The engine that was asked for; nothing is started before it is entered."""
    if cluster is None:
        for name, value in zip(("--tls-ca", "--tls-cert", "--tls-key"), tls, strict=True):
            if value is not None:
                raise UsageError("only-with", (("name", name), ("option", "--cluster")))
        if options:
            raise UsageError("only-with", (("name", "--cluster-option"), ("option", "--cluster")))
        from farmsim.experiment.executors import default_workers
        from farmsim.experiment.sweeps.engines import processes

        count = default_workers() if workers is None else workers
        return Chosen(lambda: processes(count), count)
    if workers is not None:
        raise UsageError("not-with", (("name", "--workers"), ("option", "--cluster")))
    from farmsim.experiment.cluster import ClusterOptions, check_options, cluster_engine

    settings = {}
    for text in options or ():
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError("no-option-value", (("value", text),))
        settings[name.strip()] = value.strip()
    asked = ClusterOptions(cluster, *tls, settings)
    check_options(asked)
    return Chosen(lambda: cluster_engine(asked), 1)
