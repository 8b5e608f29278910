"""How many replications a point of a sweep gets: a fixed number, or until a mean is known well enough.

Decided at the end of a stage only, from replications 0, 1, ... in order, so that the number does not depend
on which worker was quicker, nor on whether the sweep was interrupted. What stopping early does to intervals
is told in `experiment.precision`.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.experiment.precision import ENOUGH, MARGIN, means_nothing
from farmsim.results.estimates import Estimate, estimate
from farmsim.results.paired import replications_for


class Stages(NamedTuple):
    """The fewest and most replications of a point, and what is enough."""

    least: int
    most: int
    batch: int = 1
    """Replications are added in multiples of this."""
    metric: str | None = None
    """The metric that is to be known; None: every point gets `least` replications."""
    share: float | None = None
    """Half the 95 % interval is to be at most this share of the mean."""
    half_width: float | None = None
    """Or half the interval is to be at most this, in the unit of the metric."""

    def wanted(self, values: NDArray[np.float64]) -> int:
        """How many replications there should be, given the metric of those played, in order; as many: enough.

        NaN stands for a replication that gave no number.
        """
        count = values.size
        if self.metric is None or count >= self.most or self._is_enough(estimate(values), count):
            return max(count, self.least)
        lacking = self._lacking(estimate(values))
        batches = 1 if lacking is None else math.ceil(max(1.0, (MARGIN * lacking - count) / self.batch))
        return min(count + batches * self.batch, self.most)

    def _is_enough(self, found: Estimate, count: int) -> bool:
        if found.sd == 0.0:
            return True
        if self.half_width is not None:
            return found.half_width <= self.half_width
        assert self.share is not None, "a metric that is to be known has a precision"
        if means_nothing(found):
            return count >= ENOUGH
        return found.half_width <= self.share * abs(found.mean)

    def _lacking(self, found: Estimate) -> int | None:
        """About how many replications it takes; None where that cannot be said."""
        if self.half_width is not None:
            return replications_for(found.sd, self.half_width)
        if means_nothing(found) or self.share is None:
            return None
        return replications_for(found.sd, self.share * abs(found.mean))
