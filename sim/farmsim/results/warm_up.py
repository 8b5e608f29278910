"""How long a start from empty shows: advice on the warm-up of a question about the long run (MSER-5).

The marginal standard error rule (White 1997) leaves out as many observations at the start as make the
standard error of the mean of the rest least, observations taken as independent. MSER-5 takes means of five
looks each for observations (White, Cobb and Spratt 2000); here of the mean over replications of each look
(Hoad, Robinson and Davies 2010). Where the least lies in the second half, the run is too short to tell.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BATCH: Final = 5
"""Looks that make one observation."""
FEWEST: Final = 20
"""Observations under which the rule is not asked."""


class WarmUp(NamedTuple):
    """What the rule says of one series."""

    looks: int | None
    """Looks to leave out at the start; None where the run is too short to tell."""
    mean_of_all: float
    """Mean over all looks."""
    mean_after: float
    """Mean over the looks after the advised warm-up; of the second half where there is no advice."""


def advise(series: Floats) -> WarmUp:
    """Advice for one series, [replication, look]; looks are equally far apart.

    A series that never changes needs no warm-up. Looks beyond the last whole batch are left out.
    """
    mean = np.asarray(series, dtype=np.float64).mean(axis=0)
    whole = len(mean) // BATCH
    after = float(mean[len(mean) // 2 :].mean())
    if whole < FEWEST:
        return WarmUp(None, float(mean.mean()), after)
    batches = mean[: whole * BATCH].reshape(whole, BATCH).mean(axis=1)
    best = int(np.argmin(marginal_errors(batches)[: whole - BATCH]))
    if best > whole // 2:
        return WarmUp(None, float(mean.mean()), after)
    return WarmUp(best * BATCH, float(mean.mean()), float(mean[best * BATCH :].mean()))


def marginal_errors(observations: Floats) -> Floats:
    """Squared standard error of the mean of what is left after leaving out 0, 1, 2, ... of the first.

    With n left and mean m: sum of (y - m)^2 over n^2, by sums from the end.
    """
    left = np.arange(len(observations), 0, -1, dtype=np.float64)
    centred = observations - observations[-1]
    total = np.cumsum(centred[::-1])[::-1]
    square = np.cumsum((centred * centred)[::-1])[::-1]
    return np.asarray(np.maximum(square - total * total / left, 0.0) / (left * left))
