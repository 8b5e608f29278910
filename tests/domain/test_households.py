"""Households: poverty and inequality measures, and how a group is drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmsim.domain.distributions import Lognormal
from farmsim.domain.households import MOST_HOUSEHOLDS, GrowerGroup, draw_households, gini, shortfalls
from farmsim.domain.seasons import Harvest
from farmsim.streams import Streams

INCOMES = st.lists(st.floats(1.0, 1e5), min_size=1, max_size=30).map(np.array)
WHOLE_PERSONS = st.integers(1, 9)


def group(**changes):
    values = {
        "product": "melon",
        "households": 300,
        "land_mu": 3.0,
        "land_cv": 0.4,
        "persons": 4.0,
        "yield_kg_per_mu": 1800.0,
        "household_yield_cv": 0.3,
        "harvest": Harvest(centre="2018-07-10", sd_days=5.0, first="2018-07-01", last="2018-07-20"),
        "grade_shares": {"a": 0.5, "b": 0.5},
        "other_income": Lognormal(distribution="lognormal", mean=6000.0, cv=0.4),
    }
    return GrowerGroup(**{**values, **changes})


def drawn(block, entity="bachu/tunnel", replication=0):
    return draw_households(block, Streams(2018, replication).generator("households", entity))


def indices(incomes, persons, line):
    """P0, P1 and P2 of people with these incomes per head."""
    return np.array([sums.sum() for sums in shortfalls(incomes, persons, line)]) / persons.sum()


def test_the_indices_of_foster_greer_and_thorbecke_on_a_vector_worked_by_hand():
    """Incomes 200, 400, 700, 900 and 1 500 at a line of 800: gaps 3/4, 1/2 and 1/8.

    P0 = 3/5, P1 = (0.75 + 0.5 + 0.125) / 5 = 0.275, P2 = (0.5625 + 0.25 + 0.015625) / 5 = 0.165625
    (Foster, Greer and Thorbecke 1984, equation 2).
    """
    found = indices(np.array([200.0, 400.0, 700.0, 900.0, 1500.0]), np.ones(5), 800.0)
    assert found == pytest.approx([0.6, 0.275, 0.165625])


@given(INCOMES, st.floats(100.0, 1e5))
def test_severity_is_at_most_the_gap_and_the_gap_at_most_the_headcount(incomes, line):
    headcount, gap, severity = indices(incomes, np.ones(len(incomes)), line)
    assert 0.0 <= severity <= gap <= headcount <= 1.0
    assert headcount == pytest.approx(np.mean(incomes < line))


@given(
    st.lists(st.tuples(st.floats(-1e4, 1e5), WHOLE_PERSONS), min_size=1, max_size=12), st.floats(100.0, 1e5)
)
def test_a_weight_of_two_counts_like_two_people(people, line):
    incomes, persons = (np.array(part, dtype=float) for part in zip(*people, strict=True))
    each = np.repeat(incomes, persons.astype(int))
    assert indices(incomes, persons, line) == pytest.approx(indices(each, np.ones(len(each)), line), abs=1e-9)
    earned, of_each = np.maximum(incomes, 0.0), np.maximum(each, 0.0)
    assert gini(earned, persons) == pytest.approx(gini(of_each, np.ones(len(each))), nan_ok=True, abs=1e-9)


@given(st.lists(INCOMES, min_size=2, max_size=4), st.floats(100.0, 1e5))
def test_the_indices_of_a_county_are_the_means_of_its_groups(groups, line):
    """Additive decomposability, the point of the FGT class."""
    parts = [indices(g, np.ones(len(g)), line) for g in groups]
    whole = np.concatenate(groups)
    mean = np.average(parts, axis=0, weights=[len(g) for g in groups])
    assert indices(whole, np.ones(len(whole)), line) == pytest.approx(mean)


def test_every_household_may_have_a_line_of_its_own():
    incomes, persons, lines = np.array([500.0, 700.0]), np.array([3.0, 2.0]), np.array([1000.0, 600.0])
    apart = [shortfalls(incomes[i : i + 1], persons[i : i + 1], float(lines[i])) for i in range(2)]
    assert np.array(shortfalls(incomes, persons, lines)) == pytest.approx(np.concatenate(apart, axis=1))


def test_an_income_at_the_line_is_not_poor_and_a_loss_is_a_full_gap():
    assert indices(np.array([800.0, -5000.0]), np.ones(2), 800.0).tolist() == [0.5, 0.5, 0.5]


@pytest.mark.parametrize(
    ("values", "weights", "expected"),
    [
        ([5.0, 5.0, 5.0], [1.0, 1.0, 1.0], 0.0),
        ([0.0, 0.0, 0.0, 8.0], [1.0, 1.0, 1.0, 1.0], 0.75),
        ([1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 1.0, 1.0], 0.25),
        ([1.0, 3.0], [3.0, 1.0], 0.25),  # shares 3/4 of people with 1/2 of income
        ([3.0, 1.0], [1.0, 3.0], 0.25),
    ],
)
def test_gini_of_known_cases(values, weights, expected):
    assert gini(np.array(values), np.array(weights)) == pytest.approx(expected, abs=1e-12)


@given(INCOMES, st.floats(0.1, 100.0))
def test_gini_is_half_the_mean_difference_over_the_mean_and_free_of_scale(incomes, factor):
    ones = np.ones(len(incomes))
    differences = np.abs(incomes[:, None] - incomes).mean()
    expected = differences / (2.0 * incomes.mean())
    assert gini(incomes, ones) == pytest.approx(expected, abs=1e-9)
    assert gini(incomes * factor, ones) == pytest.approx(expected, abs=1e-9)


def test_inequality_of_nothing_is_unknown():
    assert np.isnan(gini(np.zeros(3), np.ones(3)))


@given(st.integers(1, 3000), st.floats(0.5, 20.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_the_land_of_a_group_is_exactly_what_the_scenario_says(households, land, land_cv, yield_cv):
    people = drawn(group(households=households, land_mu=land, land_cv=land_cv, household_yield_cv=yield_cv))
    assert people.weight.sum() == pytest.approx(households)
    assert len(people.weight) == min(households, MOST_HOUSEHOLDS)
    assert (people.weight * people.land_mu).sum() == pytest.approx(households * land, rel=1e-9)
    grown = (people.weight * people.land_mu * people.yield_factor).sum()
    assert grown == pytest.approx(households * land, rel=1e-9)


def test_land_and_other_income_vary_as_much_as_they_should():
    people = drawn(group(households=1000))
    assert people.land_mu.std() / people.land_mu.mean() == pytest.approx(0.4, abs=0.06)
    assert people.yield_factor.std() == pytest.approx(0.3, abs=0.05)
    assert people.other_income.mean() == pytest.approx(6000.0, rel=0.05)


def test_households_are_the_same_people_whatever_they_grow_and_earn():
    first = drawn(group())
    second = drawn(group(product="rice", yield_kg_per_mu=200.0, land_mu=6.0, cash_cost_per_mu=99.0))
    assert second.land_mu == pytest.approx(2.0 * first.land_mu)
    assert second.yield_factor == pytest.approx(first.yield_factor)
    assert (second.other_income == first.other_income).all()


def test_other_groups_and_other_replications_are_other_people():
    assert (drawn(group()).land_mu != drawn(group(), "bachu/open-field").land_mu).all()
    assert (drawn(group()).land_mu != drawn(group(), replication=1).land_mu).all()
    assert (drawn(group()).land_mu == drawn(group()).land_mu).all()
