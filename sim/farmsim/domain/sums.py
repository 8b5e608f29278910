"""Sums of values by key: `np.bincount` with weights, which the stubs of numpy take for a count."""

from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray


class SumBy(Protocol):
    """Adds up `values` by `key`, in their order; the result has at least `minlength` entries."""

    def __call__(
        self, key: NDArray[np.intp], values: NDArray[np.float64], /, minlength: int = 0
    ) -> NDArray[np.float64]:
        """Sums, [key]."""
        ...


sum_by: SumBy = cast("SumBy", np.bincount)
