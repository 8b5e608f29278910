"""Replenishment rules."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from farmsim.domain.policies import base_stock_order

LEVELS = arrays(np.float64, 5, elements=st.floats(0.0, 1e6))
POSITIONS = arrays(np.float64, 5, elements=st.floats(-1e6, 1e6))


@given(LEVELS, POSITIONS)
def test_an_order_restores_the_inventory_position_to_the_base_stock(level, position):
    order = base_stock_order(level, position)
    assert (order >= 0.0).all()
    assert np.allclose(position + order, np.maximum(position, level))


@given(LEVELS, POSITIONS, st.floats(0.0, 1e5))
def test_what_was_sold_is_what_is_ordered(level, position, sold):
    """One for one replenishment: from a full position, an order equals the demand since the last one."""
    full = np.maximum(position, level)
    orders = base_stock_order(full, full - sold)
    assert np.allclose(orders, sold, atol=1e-9)
