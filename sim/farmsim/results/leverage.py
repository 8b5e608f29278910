"""What each yuan of programme cost moved, by four definitions, as ratios of means over replications.

The classical ratio estimator R = mean(effect) / mean(cost) with the variance of its linearisation, s^2(effect
- R cost) / (n mean(cost)^2) (Cochran, Sampling Techniques, 1977, section 6.4), and Student's t on n - 1
degrees. A mean of ratios would overweight seasons in which little was spent.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.results.estimates import Estimate, student_t_quantile

Floats = NDArray[np.float64]
DEFINITIONS: Final = ("gross_sales", "net_income", "net_gain", "net_gain_less_losses")
"""Gross sales of the supported channels; net income of the growers supported; that less what they would have
had anyway; that less what growers elsewhere lose."""


class Effects(NamedTuple):
    """What a programme cost and moved, [replication]; money in CNY."""

    cost: Floats
    gross_sales: Floats
    """Of the channels that it supports."""
    net_income: Floats
    """Of growers in the counties that it supports."""
    net_gain: Floats
    """The same less the baseline's, under the same weather."""
    net_gain_less_losses: Floats
    """That less what growers of other counties lose."""

    def multiples(self, level: float = 0.95) -> dict[str, Estimate]:
        """Effect per yuan of cost by each definition."""
        return {name: ratio_estimate(getattr(self, name), self.cost, level) for name in DEFINITIONS}


def effects_of(
    cost: Floats, gross_sales: Floats, supported: tuple[Floats, Floats], others: tuple[Floats, Floats]
) -> Effects:
    """The four effects; `supported` and `others` are growers' net incomes (with, without), [replication].

    Those of `others` are [replication, county]: a county's gain does not make up for another one's loss.
    """
    with_it, without = supported
    lost = np.maximum(others[1] - others[0], 0.0).sum(axis=1)
    gain = with_it - without
    return Effects(cost, gross_sales, with_it, gain, gain - lost)


def ratio_estimate(effect: Floats, cost: Floats, level: float = 0.95) -> Estimate:
    """Mean effect over mean cost with its interval; `sd` is that of one replication of the linearisation.

    NaN where nothing was spent; without an interval for a single replication.
    """
    n, mean_cost = len(cost), float(cost.mean())
    if mean_cost <= 0.0:
        return Estimate(math.nan, math.nan, math.nan, math.nan, n)
    ratio = float(effect.mean()) / mean_cost
    if n < 2:
        return Estimate(ratio, math.nan, math.nan, math.nan, n)
    sd = float((effect - ratio * cost).std(ddof=1)) / mean_cost
    half_width = student_t_quantile((1.0 + level) / 2.0, n - 1) * sd / math.sqrt(n)
    return Estimate(ratio, ratio - half_width, ratio + half_width, sd, n)
