"""Prices of a whole experiment: money of all replications over kilograms of all replications.

Unlike the mean of the seasons' prices, such a ratio agrees with the money and the kilograms beside it.
"""

import math

import numpy as np
from numpy.typing import NDArray

from farmsim.results.estimates import Estimate, estimate


def ratio_estimate(money: NDArray[np.float64], kg: NDArray[np.float64]) -> Estimate:
    """Sum of money over sum of kg, with the t interval of its linearised deviations (delta method).

    NaN where nothing was sold.

    >>> ratio_estimate(np.array([10.0, 0.0]), np.array([5.0, 15.0])).mean
    0.5
    """
    total = float(kg.sum())
    if not total > 0.0:
        return Estimate(math.nan, math.nan, math.nan, math.nan, 0)
    ratio = float(money.sum()) / total
    around = estimate((money - ratio * kg) / float(kg.mean()))
    return Estimate(ratio, ratio - around.half_width, ratio + around.half_width, around.sd, around.n)
