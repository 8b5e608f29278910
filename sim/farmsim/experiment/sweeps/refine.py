"""The points that tie with the best, once more on fresh random seeds: whoever was only lucky falls back."""

from hashlib import blake2b

import numpy as np

from farmsim.experiment.sweeps.plan import Plan, fresh
from farmsim.experiment.sweeps.result import SweepResult
from farmsim.results.ranking import ties_with_best

MORE = 2
"""So many times the replications are played that the points had before."""


def refined_plan(plan: Plan, result: SweepResult, replications: int | None = None) -> Plan:
    """The plan of the ties with a random seed of their own, which follows from that of the sweep.

    Without a number, each point is played twice as often as the most often played tie was before.
    """
    values = result.values(plan.aim.metric)
    tied = np.flatnonzero(ties_with_best(values, maximise=plan.aim.maximise).tied)
    often = int(result.replications[tied].max())
    return fresh(plan, [int(p) for p in tied], fresh_seed(plan.random_seed), replications or MORE * often)


def fresh_seed(random_seed: int) -> int:
    """A random seed that is not that of the sweep, and always the same for it."""
    digest = blake2b(f"refine {random_seed}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "little")
