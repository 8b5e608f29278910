"""The slogan's arithmetic against hand calculation: need, land, other income, seasons, verdict."""

import math

import numpy as np
import pytest

from farmsim.domain.records import Welfare
from farmsim.results.estimates import estimate
from farmsim.results.families import measure_families, weighted_quantiles
from farmsim.results.homes import homes_of
from farmsim.results.three_mu import family_test, frequency, land_needed, verdict

LINE = 2995.0
NOTHING = np.zeros(4)


def test_the_numbers_of_the_slogan():
    """Family of four, 3,600 CNY/mu on average: 4 x 2,995 = 11,980 needed, 10,800 brought, 1,180 missing."""
    found = family_test(4, LINE, 3.0, np.array([3500.0, 3700.0, 3550.0, 3650.0]), NOTHING)
    assert found.need == 11980.0
    assert found.break_even == pytest.approx(3993.333, abs=1e-3)
    assert found.margin.mean == pytest.approx(-1180.0)
    assert found.missing.mean == pytest.approx(1180.0)
    assert found.land.value == pytest.approx(11980.0 / 3600.0)
    assert (found.seasons.held, found.seasons.n) == (0, 4)
    assert found.verdict == "false"


def test_other_income_lowers_what_the_land_must_bring():
    net = np.array([3500.0, 3700.0, 3550.0, 3650.0])
    found = family_test(4, LINE, 3.0, net, np.array([1200.0, 1500.0, 1300.0, 1400.0]))
    assert found.break_even == pytest.approx((11980.0 - 1350.0) / 3.0)
    assert found.land.value == pytest.approx((11980.0 - 1350.0) / 3600.0)
    assert found.seasons.held == 2
    assert found.verdict == "open"


def test_break_even_is_where_the_margin_is_zero():
    alone = family_test(3, LINE, 3.0, np.full(4, 2995.0), NOTHING)
    assert (alone.break_even, alone.margin.mean, alone.land.value) == (2995.0, 0.0, 3.0)
    assert alone.verdict == "true"
    assert alone.seasons.held == 4


def test_with_a_fixed_need_the_interval_of_land_is_that_of_net_income_turned_over():
    net = np.array([3000.0, 3400.0, 3900.0, 4100.0, 3600.0])
    of_net = estimate(net)
    land = land_needed(np.full(5, 8985.0), net)
    assert land.value == pytest.approx(8985.0 / of_net.mean)
    assert (land.low, land.high) == pytest.approx((8985.0 / of_net.high, 8985.0 / of_net.low))


def test_the_ends_of_the_interval_are_where_the_gap_can_just_be_zero():
    """Fieller: at both ends one end of the interval of the mean of land x net - need is zero."""
    generator = np.random.default_rng(20261123)
    net = 3000.0 + 400.0 * generator.standard_normal(12)
    need = 5000.0 - 0.5 * (net - 3000.0) + 300.0 * generator.standard_normal(12)
    land = land_needed(need, net)
    assert land.low < land.value < land.high
    assert estimate(land.low * net - need).high == pytest.approx(0.0, abs=1e-6)
    assert estimate(land.high * net - need).low == pytest.approx(0.0, abs=1e-6)


def test_land_has_no_upper_end_where_net_income_may_be_nothing():
    land = land_needed(np.full(3, 9000.0), np.array([-500.0, 100.0, 900.0]))
    mean, _low, high, _sd, _n = estimate(np.array([-500.0, 100.0, 900.0]))
    assert land.value == pytest.approx(9000.0 / mean)
    assert land.low == pytest.approx(9000.0 / high)
    assert land.high == math.inf


@pytest.mark.parametrize("net", [[-300.0, -310.0, -290.0], [0.0, 0.0, 0.0]])
def test_no_land_is_enough_where_a_mu_nets_nothing(net):
    land = land_needed(np.full(3, 9000.0), np.array(net))
    assert (land.value, land.low, land.high) == (math.inf, math.inf, math.inf)


def test_a_loss_on_average_may_yet_be_a_gain():
    land = land_needed(np.full(3, 9000.0), np.array([-600.0, -100.0, 400.0]))
    assert (land.value, land.high) == (math.inf, math.inf)
    assert land.low == pytest.approx(9000.0 / estimate(np.array([-600.0, -100.0, 400.0])).high)


def test_no_land_is_needed_with_enough_other_income():
    assert land_needed(np.array([-500.0, -510.0, -490.0]), np.full(3, 3000.0))[:3] == (0.0, 0.0, 0.0)
    barely = land_needed(np.array([-500.0, 300.0, -100.0]), np.full(3, 3000.0))
    assert (barely.value, barely.low) == (0.0, 0.0)
    assert barely.high > 0.0


def test_one_season_decides_nothing():
    found = family_test(3, LINE, 3.0, np.array([4000.0]), np.zeros(1))
    assert found.verdict == "open"
    assert found.missing.mean == 0.0
    assert math.isnan(found.missing.low)
    assert math.isnan(found.land.low)
    assert found.land.value == pytest.approx(8985.0 / 4000.0)


def test_missing_income_is_never_negative():
    found = family_test(3, LINE, 3.0, np.array([2900.0, 3100.0, 3000.0, 3050.0]), NOTHING)
    assert found.missing.mean == 0.0
    assert found.missing.low == 0.0 < found.missing.high
    assert found.verdict == verdict(found.margin) == "open"


def test_how_often_it_holds_has_wilsons_interval():
    """8 of 10: 0.490 .. 0.943; none of 10: 0 .. z2 / (n + z2) = 0.2775."""
    assert frequency(np.array([True] * 8 + [False] * 2))[2:] == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert frequency(np.zeros(10, dtype=bool))[2:] == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert frequency(np.ones(10, dtype=bool))[3] == 1.0


def test_each_household_is_asked_with_its_own_net_income():
    """Two of net 3,000 and 4,500 CNY/mu, the second for three households: thresholds 2,995, 3,993, 4,992."""
    row = Welfare(
        group=0,
        weight=np.array([1.0, 3.0]),
        persons=np.array([4.0, 4.0]),
        land_mu=np.array([2.0, 1.0]),
        produce_income=np.array([7000.0, 5000.0]),
        wages=np.array([1000.0, 1000.0]),
        cash_cost=np.array([1000.0, 500.0]),
        other_income=np.array([2000.0, 12000.0]),
        poverty_line=LINE,
    )
    found = measure_families(homes_of([row], 1))
    assert (found["lifted_3"], found["lifted_4"], found["lifted_5"]) == (1.0, 0.75, 0.0)
    assert (found["lifted_4_beside"], found["lifted_5_beside"]) == (1.0, 0.75)
    assert found["above_without_produce"] == 0.75
    assert (found["net_per_mu_10"], found["net_per_mu_50"]) == (3000.0, 4500.0)


def test_without_households_nothing_is_known():
    assert all(math.isnan(value) for value in measure_families(homes_of([], 0)).values())
    assert all(math.isnan(value) for value in weighted_quantiles(np.zeros(0), np.zeros(0), (0.5,)))
