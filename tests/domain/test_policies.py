"""Replenishment rules."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from farmsim.domain.policies import Policy, Position, base_stock_order

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


RULES = TypeAdapter(Policy)


def rule(policy, **parameters):
    return RULES.validate_python({"policy": policy, **parameters})


def seen(on_hand=0.0, on_order=0.0, backorders=0.0, expiring=0.0, day=0, demand=()):
    return Position(on_hand, on_order, backorders, expiring, day, list(demand))


def test_the_position_counts_what_is_ordered_and_owed():
    assert seen(3.0, 5.0, 2.0).inventory == 6.0


@pytest.mark.parametrize(
    ("now", "order"),
    [
        (seen(4.0, 2.0, 1.0), 5.0),
        (seen(10.0), 0.0),
        (seen(7.0, 9.0), 0.0),
        (seen(backorders=6.0), 16.0),
    ],
)
def test_base_stock_orders_up_to_the_level(now, order):
    assert rule("base-stock", level_kg=10.0).quantity(now) == order


def test_a_base_stock_may_be_negative():
    """Make to order with a delay: nothing is ordered before so much is owed."""
    plan = rule("base-stock", level_kg=-2.0)
    assert plan.quantity(seen(backorders=2.0)) == 0.0
    assert plan.quantity(seen(backorders=5.0)) == 3.0


def test_what_will_expire_beyond_a_limit_is_ordered_on_top_but_only_below_the_level():
    plan = rule("base-stock", level_kg=10.0, expiring_above_kg=2.0)
    assert plan.quantity(seen(8.0, expiring=5.0)) == 2.0 + 3.0
    assert plan.quantity(seen(8.0, expiring=2.0)) == 2.0
    assert plan.quantity(seen(10.0, expiring=9.0)) == 0.0


def test_s_and_big_s_order_at_s_or_only_below_it():
    at, below = (
        rule("order-up-to", reorder_kg=4.0, level_kg=10.0, only_below=only) for only in (False, True)
    )
    assert [at.quantity(seen(stock)) for stock in (4.0, 4.5, 3.0)] == [6.0, 0.0, 7.0]
    assert [below.quantity(seen(stock)) for stock in (4.0, 4.5, 3.0)] == [0.0, 0.0, 7.0]


def test_a_position_that_misses_s_by_rounding_is_at_s():
    position = seen(0.1 + 0.2)
    assert position.inventory != 0.3
    assert rule("order-up-to", reorder_kg=0.3, level_kg=1.0).quantity(position) == pytest.approx(0.7)
    assert rule("order-up-to", reorder_kg=0.3, level_kg=1.0, only_below=True).quantity(position) == 0.0
    less = seen(0.3 - 1e-16)
    assert rule("order-up-to", reorder_kg=0.3, level_kg=1.0, only_below=True).quantity(less) == 0.0
    assert rule("fixed-quantity", reorder_kg=0.3, quantity_kg=1.0).quantity(position) == 1.0


def test_a_level_below_the_reorder_point_is_refused():
    with pytest.raises(ValidationError):
        rule("order-up-to", reorder_kg=10.0, level_kg=4.0)
    assert rule("order-up-to", reorder_kg=4.0, level_kg=4.0).quantity(seen(4.0)) == 0.0


@pytest.mark.parametrize(
    ("stock", "order"), [(5.5, 0.0), (5.0, 3.0), (4.0, 3.0), (2.0, 6.0), (-10.0, 18.0), (-9.5, 15.0)]
)
def test_lots_of_q_lift_the_position_above_r(stock, order):
    """At r one lot; far below as many as it takes: r = 5, Q = 3, from -10 to 8, from -9.5 to 5.5."""
    now = seen(stock) if stock >= 0 else seen(backorders=-stock)
    assert rule("fixed-quantity", reorder_kg=5.0, quantity_kg=3.0).quantity(now) == order


@given(st.floats(-50.0, 50.0), st.integers(0, 200), st.floats(0.1, 20.0))
def test_after_an_order_the_position_is_above_r_and_at_most_r_and_q(reorder, short, quantity):
    stock = reorder - 0.1 * short
    order = rule("fixed-quantity", reorder_kg=reorder, quantity_kg=quantity).quantity(
        seen(max(stock, 0.0), backorders=max(-stock, 0.0))
    )
    assert order > 0.0
    assert order / quantity == pytest.approx(round(order / quantity))
    assert reorder - 1e-8 <= stock + order <= reorder + quantity + 1e-8


def test_newsvendor_quantiles():
    """Snyder and Shen, example 4.3: mean 50, sd 8, h = 0.18, p = 0.7 give 56.6."""
    normal = {"distribution": "normal", "mean": 50.0, "sd": 8.0}
    costs = {"shortage_per_kg": 0.7, "leftover_per_kg": 0.18}
    level = rule("newsvendor", demand_kg=normal, **costs).level_kg
    assert level == pytest.approx(50.0 + 8.0 * stats.norm.ppf(0.7 / 0.88), abs=1e-9)
    assert level == pytest.approx(56.6, abs=0.05)
    even = {"distribution": "uniform", "low": 10.0, "high": 30.0}
    assert rule("newsvendor", demand_kg=even, **costs).level_kg == pytest.approx(10.0 + 20.0 * 0.7 / 0.88)
    count = {"distribution": "poisson", "mean": 6.0}
    for shortage in (0.1, 0.5, 1.0, 4.0, 99.0):
        plan = rule("newsvendor", demand_kg=count, shortage_per_kg=shortage, leftover_per_kg=1.0)
        assert plan.level_kg == stats.poisson.ppf(shortage / (1.0 + shortage), 6.0)
    assert rule("newsvendor", demand_kg=even, **costs).quantity(seen(20.0, 1.0)) == pytest.approx(
        10.0 + 20.0 * 0.7 / 0.88 - 21.0
    )
    assert math.isfinite(level)


def test_a_plan_says_review_by_review_and_nothing_after_its_end():
    plan = rule("planned", kg_by_review=[5.0, 0.0, 7.0])
    assert [plan.quantity(seen(99.0, day=day)) for day in range(5)] == [5.0, 0.0, 7.0, 0.0, 0.0]


def test_cover_takes_the_guess_where_no_demand_was_seen():
    plan = rule("cover", periods=2.0, average_of=4, first_guess_kg=8.0)
    assert plan.quantity(seen()) == 16.0
    assert plan.quantity(seen(demand=[0.0])) == 2.0 * 24.0 / 4.0
    assert plan.quantity(seen(on_hand=3.0, demand=[1.0, 2.0, 3.0, 6.0])) == 6.0 - 3.0
    assert plan.quantity(seen(demand=[100.0, 1.0, 2.0, 3.0, 6.0])) == 6.0
    assert plan.quantity(seen(on_hand=50.0)) == 0.0
    assert rule("cover", periods=2.0).quantity(seen()) == 0.0
