"""Sums of values by key: `np.bincount` with weights, which gives whole numbers where there is nothing."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def sum_by(key: NDArray[np.intp], values: Floats, minlength: int = 0) -> Floats:
    """Sums of `values` by `key`, added up in their order; the result has at least `minlength` entries."""
    if not len(key):
        return np.zeros(minlength)
    return cast("Floats", np.bincount(key, values, minlength))
