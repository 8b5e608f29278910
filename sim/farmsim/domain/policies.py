"""Replenishment rules. Base stock (order up to S) for now; others join it with the deeper network."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def base_stock_order(level: Floats, inventory_position: Floats) -> Floats:
    """What restores the inventory position to S: max(0, S - (on hand + on order)), kg (Snyder and Shen)."""
    return np.maximum(level - inventory_position, 0.0)
