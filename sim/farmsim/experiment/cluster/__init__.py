"""Runs on a cluster, through Dask: `engine` plays them, `start` starts some, `worker` is what runs there."""

from farmsim.experiment.cluster.engine import (
    ClusterEngine,
    ClusterOptions,
    WorkerDiedError,
    check_options,
    cluster_engine,
)

__all__ = ["ClusterEngine", "ClusterOptions", "WorkerDiedError", "check_options", "cluster_engine"]
