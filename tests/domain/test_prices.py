"""Prices that follow quantities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmsim.domain.prices import session_price, trader_price

PRICES = st.floats(0.1, 50.0)
ELASTICITIES = st.floats(0.2, 10.0)


def session(level, own, market, elasticity):
    return float(session_price(np.array([level]), np.array([own]), np.array([market]), elasticity)[0])


def trader(normal, floor, ratio, elasticity):
    return float(trader_price(np.array([normal]), np.array([floor]), np.array([ratio]), elasticity)[0])


@given(PRICES, st.floats(0.0, 1e6), st.floats(1.0, 1e6), ELASTICITIES)
def test_a_session_price_has_the_elasticity_of_the_market(level, own, market, elasticity):
    price = session(level, own, market, elasticity)
    volume = (market + own) / market
    assert np.log(price / level) == pytest.approx(-np.log(volume) / elasticity, abs=1e-9)


def test_a_doubled_market_of_elasticity_two_costs_three_tenths_of_the_price():
    assert session(3.4, 300_000.0, 300_000.0, 2.0) == pytest.approx(3.4 * 0.7071067811865476)


@given(PRICES, st.floats(0.0, 1e6), st.floats(0.0, 1e6), ELASTICITIES)
def test_more_on_the_market_never_raises_its_price(level, one, other, elasticity):
    few, many = sorted((one, other))
    assert session(level, many, 1e5, elasticity) <= session(level, few, 1e5, elasticity) <= level


@given(PRICES, st.floats(0.0, 1e6), ELASTICITIES)
def test_the_county_s_sales_value_still_grows_where_demand_is_elastic(level, own, elasticity):
    """Revenue q P(q) rises in q while q / (Qbar + q) < eps; that is always so for eps of 1 and more."""
    if elasticity >= 1.0:
        more = own + 1000.0
        assert more * session(level, more, 1e5, elasticity) > own * session(level, own, 1e5, elasticity)


@given(PRICES, st.floats(0.0, 50.0), st.floats(0.0, 100.0), ELASTICITIES)
def test_a_trader_pays_between_his_floor_and_his_normal_price(normal, floor, ratio, elasticity):
    price = trader(normal, floor, ratio, elasticity)
    assert min(floor, normal) <= price <= normal
    if ratio <= 1.0:
        assert price == normal


@given(PRICES, st.floats(1.0, 100.0), st.floats(1.0, 100.0), ELASTICITIES)
def test_a_greater_glut_never_raises_the_trader_s_price(normal, one, other, elasticity):
    few, many = sorted((one, other))
    assert trader(normal, 0.3, many, elasticity) <= trader(normal, 0.3, few, elasticity)
