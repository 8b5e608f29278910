"""Keeping quality: the curve of Handbook 66, own tables, chilling, Arrhenius, spread lives, ripening."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from farmsim.domain.produce import (
    GAS_CONSTANT,
    HANDBOOK_66,
    Keeping,
    LifeTable,
    Ripening,
    lost_between,
    survival,
)
from farmsim.scenario.load import load_scenario

AGES = st.floats(0.0, 60.0)
MEDIANS = st.floats(1.0, 40.0)
SHAPES = st.floats(0.5, 20.0)


@pytest.fixture(scope="module")
def melon():
    return load_scenario("bachu-trader").scenario.products["melon"].keeping


@pytest.mark.parametrize("reference", [0.0, 5.0, 20.0, 27.5, 40.0])
def test_rates_of_the_default_curve_are_the_ratios_of_the_handbook(reference):
    keeping = Keeping(life_days=10.0, reference_celsius=reference)
    celsius = np.array([t for t, _ in HANDBOOK_66])
    lives = 1.0 / keeping.rate(celsius)
    assert lives / lives[0] * 100.0 == pytest.approx([100.0, 33.0, 13.0, 7.0, 4.0], rel=1e-12)
    assert keeping.rate(reference) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize(("celsius", "days"), [(8.5, 21.0), (20.0, 12.0), (30.0, 7.0)])
def test_a_melon_lives_as_long_as_its_table_says(melon, celsius, days):
    age = melon.rate(celsius) * days
    assert age == pytest.approx(melon.median_days, rel=1e-12)
    assert melon.survival(age) == pytest.approx(0.5, rel=1e-12)
    assert melon.freshness(age) == pytest.approx(0.0, abs=1e-12)


@given(st.floats(-10.0, 45.0), st.floats(0.01, 10.0))
def test_warmer_never_keeps_longer(celsius, more):
    keeping = Keeping(life_days=10.0)
    assert keeping.rate(celsius + more) > keeping.rate(celsius)


@given(st.floats(-5.0, 45.0))
def test_the_curve_is_straight_in_the_logarithm_between_known_points(celsius):
    keeping = Keeping(life_days=10.0)
    points = np.array([t for t, _ in HANDBOOK_66])
    left = max([t for t in points[:-1] if t <= celsius], default=points[0])
    right = points[list(points).index(left) + 1]
    share = (celsius - left) / (right - left)
    ends = np.log(keeping.rate(np.array([left, right])))
    assert math.log(keeping.rate(celsius)) == pytest.approx(ends[0] + share * (ends[1] - ends[0]), abs=1e-9)


def test_below_the_chilling_floor_colder_neither_helps_nor_harms(melon):
    assert melon.chilling_floor_celsius == 7.0
    rates = melon.rate(np.array([-5.0, 0.0, 3.0, 6.9, 7.0]))
    assert (rates == rates[-1]).all()
    assert melon.rate(7.5) > rates[-1]


def test_without_a_floor_colder_always_helps():
    rates = Keeping(life_days=10.0).rate(np.arange(-10.0, 10.0))
    assert (np.diff(rates) > 0.0).all()


@pytest.mark.parametrize("energy", [57.0, 58.0, 59.0, 60.0, 61.0, 62.0])
def test_no_arrhenius_law_of_57_to_62_kj_per_mol_passes_through_the_handbook(energy):
    keeping = Keeping(life_days=10.0, activation_energy_kj_per_mol=energy)
    celsius, lives = np.array(HANDBOOK_66).T
    made = lives[2] / keeping.rate(celsius)
    assert np.abs(np.log(made / lives)).max() > math.log(1.15)


@given(st.floats(40.0, 90.0), st.floats(-5.0, 40.0), st.floats(-5.0, 40.0))
def test_the_arrhenius_option_has_one_activation_energy_everywhere(energy, one, other):
    keeping = Keeping(life_days=10.0, activation_energy_kj_per_mol=energy)
    inverse = 1.0 / (one + 273.15) - 1.0 / (other + 273.15)
    ratio = float(np.log(keeping.rate(other) / keeping.rate(one)))
    assert ratio == pytest.approx(energy / GAS_CONSTANT * inverse, abs=1e-9)


@given(MEDIANS, SHAPES)
def test_half_of_the_units_outlive_the_median(median, shape):
    assert Keeping(life_days=median, shape=shape).survival(median) == pytest.approx(0.5, rel=1e-12)


@given(MEDIANS, SHAPES, AGES, AGES)
def test_survival_falls_from_one_and_never_rises(median, shape, one, other):
    early, late = sorted((one, other))
    keeping = Keeping(life_days=median, shape=shape)
    assert keeping.survival(0.0) == 1.0
    assert keeping.survival(-1.0) == 1.0
    assert 0.0 <= keeping.survival(late) <= keeping.survival(early) <= 1.0


def test_a_large_shape_is_one_fixed_life():
    keeping = Keeping(life_days=10.0, shape=200.0)
    assert keeping.survival(9.5) == pytest.approx(1.0, abs=1e-4)
    assert keeping.survival(10.5) == pytest.approx(0.0, abs=1e-4)


@given(MEDIANS, SHAPES, st.lists(AGES, min_size=3, max_size=6))
def test_losses_over_parts_of_the_way_compose_to_the_loss_over_the_whole(median, shape, stops):
    ages = np.sort(np.array(stops))
    kept = np.prod(1.0 - lost_between(ages[:-1], ages[1:], median, shape))
    assert kept == pytest.approx(
        1.0 - float(lost_between(ages[0], ages[-1], median, shape)), rel=1e-9, abs=1e-12
    )


@given(MEDIANS, SHAPES, AGES, AGES)
def test_the_loss_between_two_ages_is_one_less_the_ratio_of_survivals(median, shape, one, other):
    early, late = sorted((one, other))
    alive = survival(np.asarray(early), median, shape)
    if alive > 1e-200:
        expected = 1.0 - survival(np.asarray(late), median, shape) / alive
        lost = float(lost_between(np.asarray(early), np.asarray(late), median, shape))
        assert lost == pytest.approx(float(expected), rel=1e-7, abs=1e-9)


@given(AGES, st.floats(0.0, 1.0), st.floats(0.5, 10.0))
def test_freshness_rises_while_the_fruit_ripens_and_then_falls(age, start, ripe):
    plain = Keeping(life_days=20.0)
    fruit = Keeping(life_days=20.0, ripening=Ripening(start_share=start, ripe_days=ripe))
    assert 0.0 <= fruit.freshness(age) <= plain.freshness(age) <= 1.0
    assert fruit.freshness(0.0) == pytest.approx(start)
    if age >= ripe:
        assert fruit.freshness(age) == plain.freshness(age)


def test_ripening_changes_what_a_buyer_sees_but_not_what_survives():
    fruit = Keeping(life_days=20.0, ripening=Ripening(start_share=0.5, ripe_days=4.0))
    ages = np.linspace(0.0, 40.0, 81)
    assert (fruit.survival(ages) == Keeping(life_days=20.0).survival(ages)).all()
    seen = fruit.freshness(ages)
    peak = int(np.argmax(seen))
    assert peak > 0
    assert (np.diff(seen[: peak + 1]) > 0.0).all()
    assert (np.diff(seen[peak:]) <= 0.0).all()


@pytest.mark.parametrize(
    "block",
    [
        {},
        {"life_days": 10.0, "life_table": LifeTable(celsius=[0.0, 10.0], life_days=[20.0, 10.0])},
    ],
)
def test_a_product_has_one_life_only(block):
    with pytest.raises(ValidationError, match="either life_days or life_table"):
        Keeping(**block)


@pytest.mark.parametrize(
    ("celsius", "days", "fault"),
    [([0.0, 10.0], [5.0], "at least 2|equally long"), ([0.0, 10.0, 20.0], [5.0, 4.0], "equally long")],
)
def test_a_life_table_has_one_life_for_each_temperature(celsius, days, fault):
    with pytest.raises(ValidationError, match=fault):
        LifeTable(celsius=celsius, life_days=days)


def test_the_temperatures_of_a_life_table_rise():
    with pytest.raises(ValidationError, match="must rise"):
        LifeTable(celsius=[10.0, 10.0], life_days=[5.0, 4.0])
