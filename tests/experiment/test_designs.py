"""Designs of sweeps: the values of axes, the rows of every design, and what random designs promise."""

import itertools
import json
import math
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import qmc

from farmsim.errors import UsageError
from farmsim.experiment.sweeps.axes import Listed, Span
from farmsim.experiment.sweeps.designs import factorial, grid, one_at_a_time, zipped
from farmsim.experiment.sweeps.sampling import (
    MOST_SPREAD_POINTS,
    latin_hypercube,
    morris,
    next_power_of_two,
    saltelli,
    sobol_sequence,
)

CARRIER = Listed("carrier", ("sf", "zto", "own_van"))
CAPACITY = Span("capacity_kg", 500, 3000, step=500)
SHARE = Span("share", 0.0, 1.0)
DAYS = Span("days", 3, 14, integer=True)
AXES = (CARRIER, CAPACITY, SHARE, DAYS)


def cube(axes):
    return tuple(Span(f"x{i}", 0.0, 1.0) for i in range(axes))


@pytest.mark.parametrize(
    ("span", "levels"),
    [
        (Span("x", 0.1, 0.7, step=0.2), (0.1, 0.3, 0.5, 0.7)),
        (Span("x", 0.0, 1.0, step=0.3), (0.0, 0.3, 0.6, 0.9)),
        (Span("x", 500, 2000, step=500), (500.0, 1000.0, 1500.0, 2000.0)),
        (Span("x", 1, 10, step=3, integer=True), (1, 4, 7, 10)),
        (Span("x", 0.1, 0.3, count=3), (0.1, 0.2, 0.3)),
        (Span("x", 0.01, 1000, count=6, log=True), (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)),
        (Span("x", 1, 4, count=7, integer=True), (1, 2, 3, 4)),
        (Span("x", 1, 100, count=3, log=True, integer=True), (1, 10, 100)),
    ],
)
def test_levels_are_the_numbers_that_were_meant(span, levels):
    assert span.levels == levels
    assert [type(level) for level in span.levels] == [type(level) for level in levels]


@given(st.decimals(-100, 100, places=2), st.decimals("0.01", 10, places=2), st.integers(1, 60))
def test_levels_by_step_are_free_of_dust_and_meet_the_end(low, step, steps):
    high = low + steps * step
    levels = Span("x", float(low), float(high), step=float(step)).levels
    assert levels == tuple(float(low + i * step) for i in range(steps + 1))


def test_a_span_without_step_and_count_has_no_levels():
    assert SHARE.levels is None
    with pytest.raises(AssertionError, match="share has no levels"):
        grid([SHARE])


def test_ends_are_values_that_the_parameter_can_take():
    assert CARRIER.ends == ("sf", "own_van")
    assert SHARE.ends == (0.0, 1.0)
    assert Span("x", 0.0, 1.0, step=0.3).ends == (0.0, 0.9)
    assert DAYS.ends == (3, 14)


@pytest.mark.parametrize(
    "wrong",
    [
        {"low": 1, "high": 1},
        {"low": 0, "high": 1, "log": True},
        {"low": 0, "high": 1, "step": 0.5, "count": 3},
        {"low": 1, "high": 2, "step": 0.5, "log": True},
        {"low": 0, "high": 1, "step": -0.5},
        {"low": 0, "high": 1, "count": 1},
        {"low": 0.5, "high": 2, "integer": True},
    ],
)
def test_a_span_that_means_nothing_is_refused(wrong):
    with pytest.raises(AssertionError, match="x"):
        Span("x", **wrong)


@pytest.mark.parametrize("axis", [CARRIER, CAPACITY, DAYS, Span("x", 1, 9, count=3, integer=True)])
def test_values_of_a_finite_axis_are_equally_likely(axis):
    values = Counter(axis.at((i + 0.5) / 396) for i in range(396))
    assert len(set(values.values())) == 1
    possible = axis.levels if axis.levels and axis.key != "x" else range(axis.low, axis.high + 1)
    assert list(values) == list(possible)


def test_shares_are_quantiles_of_the_uniform_or_log_uniform_distribution():
    assert Span("x", 2.0, 6.0).at(0.25) == 3.0
    assert Span("x", 1, 10_000, log=True).at(0.25) == 10.0
    counts = Counter(Span("x", 1, 9, log=True, integer=True).at((i + 0.5) / 100_000) for i in range(100_000))
    assert [counts[k] / 100_000 for k in range(1, 10)] == pytest.approx(
        [math.log10(1 + 1 / k) for k in range(1, 10)], abs=1e-4
    )
    for axis in AXES:
        with pytest.raises(AssertionError, match="less than 1"):
            axis.at(1.0)


@given(st.floats(0.0, 1.0, exclude_max=True), st.booleans(), st.booleans())
def test_values_stay_within_the_range(share, log, integer):
    axis = Span("x", 2, 7, log=log, integer=integer)
    assert 2 <= axis.at(share) <= 7
    assert type(axis.at(share)) is (int if integer else float)


def test_a_grid_has_every_combination_and_its_last_axis_is_fastest():
    design = grid([CARRIER, Span("x", 1, 2, step=1, integer=True)])
    assert design.axes == ("carrier", "x")
    assert design.rows == (("sf", 1), ("sf", 2), ("zto", 1), ("zto", 2), ("own_van", 1), ("own_van", 2))


def test_zipped_axes_go_side_by_side():
    assert zipped([CARRIER, Span("x", 1, 3, count=3, integer=True)]).rows == (
        ("sf", 1),
        ("zto", 2),
        ("own_van", 3),
    )
    with pytest.raises(ValueError, match="zip"):
        zipped([CARRIER, CAPACITY])


def test_one_axis_moves_at_a_time_and_the_base_is_played_once():
    assert one_at_a_time([CARRIER, SHARE, Span("x", 1, 3, step=1)], ("zto", 0.5, 1)).rows == (
        ("zto", 0.5, 1),
        ("sf", 0.5, 1),
        ("own_van", 0.5, 1),
        ("zto", 0.0, 1),
        ("zto", 1.0, 1),
        ("zto", 0.5, 2.0),
        ("zto", 0.5, 3.0),
    )
    switches = one_at_a_time([Listed("is_open", (False, True)), Listed("n", (1, 2))], (True, True))
    assert switches.rows == ((True, True), (False, True), (True, 1), (True, 2))


def test_a_factorial_design_has_the_corners():
    design = factorial(AXES)
    assert len(set(design.rows)) == len(design.rows) == 16
    assert design.rows[0] == ("sf", 500.0, 0.0, 3)
    assert design.rows[1] == ("sf", 500.0, 0.0, 14)
    assert design.rows[-1] == ("own_van", 3000.0, 1.0, 14)


RANDOM_DESIGNS = {
    "latin_hypercube": lambda axes, seed: latin_hypercube(axes, 30, seed),
    "sobol_sequence": lambda axes, seed: sobol_sequence(axes, 32, seed),
    "saltelli": lambda axes, seed: saltelli(axes, 8, seed),
    "morris": lambda axes, seed: morris(axes, 5, 4, seed),
}


@pytest.mark.parametrize("name", RANDOM_DESIGNS)
def test_the_random_seed_alone_decides_a_random_design(name):
    make = RANDOM_DESIGNS[name]
    first = make(AXES, 1)
    np.random.default_rng().random()
    assert make(AXES, 1) == first
    assert make(AXES, 2).rows != first.rows


@pytest.mark.parametrize("name", RANDOM_DESIGNS)
def test_rows_are_plain_values_and_a_design_is_plain_data(name):
    design = RANDOM_DESIGNS[name](AXES, 1)
    assert design.method == name
    for row in design.rows:
        assert [type(value) for value in row] == [str, float, float, int]
        assert row[1] in CAPACITY.levels
    assert json.loads(json.dumps(design._asdict()))["rows"] == [list(row) for row in design.rows]


@pytest.mark.parametrize("points", [1, 2, 7, 40, MOST_SPREAD_POINTS + 1])
def test_a_latin_hypercube_has_one_point_in_each_interval(points):
    drawn = np.array(latin_hypercube(cube(3), points, 5).rows)
    assert (np.sort(np.floor(drawn * points), axis=0) == np.arange(points)[:, None]).all()


def test_a_latin_hypercube_is_spread_out():
    ours = qmc.discrepancy(np.array(latin_hypercube(cube(4), 64, 3).rows))
    theirs = [qmc.discrepancy(qmc.LatinHypercube(4, rng=i).random(64)) for i in range(20)]
    assert ours < 0.5 * min(theirs)


def test_a_sobol_sequence_balances_every_pair_of_halves():
    drawn = np.array(sobol_sequence(cube(5), 64, 3).rows)
    for one, other in itertools.combinations(range(5), 2):
        quarters = Counter(zip(drawn[:, one] < 0.5, drawn[:, other] < 0.5, strict=True))
        assert set(quarters.values()) == {16}


@pytest.mark.parametrize("design", [sobol_sequence, saltelli])
def test_a_number_of_points_that_is_no_power_of_two_is_refused_and_the_next_is_named(design):
    with pytest.raises(ValueError, match="100 is no power of 2; the next one is 128"):
        design(cube(2), 100, 1)


def test_powers_of_two():
    assert [next_power_of_two(n) for n in (0, 1, 2, 3, 4, 5, 1023, 1024, 1025)] == [
        *(1, 1, 2, 4, 4, 8),
        *(1024, 1024, 2048),
    ]


def test_saltelli_s_sample_exchanges_one_column_at_a_time():
    n, k = 16, 3
    design = saltelli(cube(k), n, 9)
    assert (design.base_points, len(design.rows)) == (n, n * (k + 2))
    first, second, *crossed = np.array(design.rows).reshape(k + 2, n, k)
    assert (first != second).all()
    for axis in range(k):
        assert (crossed[axis][:, axis] == second[:, axis]).all()
        others = np.delete(np.arange(k), axis)
        assert (crossed[axis][:, others] == first[:, others]).all()


@pytest.mark.parametrize("levels", [2, 4, 8])
def test_each_axis_of_a_trajectory_moves_once_on_the_grid(levels):
    k, r = 5, 40
    design = morris(cube(k), r, levels, 7)
    paths = np.array(design.rows).reshape(r, k + 1, k)
    on_grid = paths * (levels - 1)
    assert on_grid == pytest.approx(np.round(on_grid))
    assert set(np.round(on_grid).ravel()) == set(range(levels))
    for path, order, steps in zip(paths, design.orders, design.steps, strict=True):
        assert sorted(order) == list(range(k))
        moves = np.diff(path, axis=0)
        assert moves == pytest.approx(np.eye(k)[list(order)] * np.array(steps)[:, None])
    assert np.abs(design.steps) == pytest.approx(np.full((r, k), levels / (2 * (levels - 1))))
    assert {order[0] for order in design.orders} == set(range(k))
    assert 0 < np.mean(np.array(design.steps) > 0) < 1


def test_steps_are_told_as_they_were_taken_where_few_values_are_possible():
    axes = (CARRIER, Span("n", 1, 4, integer=True), Span("m", 1, 64, log=True, integer=True), CAPACITY)
    design = morris(axes, 60, 6, 3)
    paths = [design.rows[i : i + 5] for i in range(0, 300, 5)]
    places = {value: i / 2 for i, value in enumerate(CARRIER.values)}
    shares = (
        places.get,
        lambda n: (n - 1) / 3,
        lambda m: math.log(m) / math.log(64),
        lambda kg: (kg - 500) / 2500,
    )
    for path, order, steps in zip(paths, design.orders, design.steps, strict=True):
        for axis, step, (earlier, later) in zip(order, steps, itertools.pairwise(path), strict=True):
            assert step == pytest.approx(shares[axis](later[axis]) - shares[axis](earlier[axis]))
            assert abs(step) >= 1 / 3


def test_an_axis_with_one_value_stands_still():
    design = morris((Listed("x", ("only",)), SHARE), 4, 4, 1)
    assert {row[0] for row in design.rows} == {"only"}
    assert np.abs(design.steps) == pytest.approx(np.full((4, 2), 2 / 3))


@pytest.mark.parametrize("levels", [0, 1, 3])
def test_an_odd_number_of_levels_is_refused(levels):
    with pytest.raises(AssertionError, match="levels"):
        morris(cube(2), 3, levels, 1)


@pytest.mark.parametrize("name", ["latin_hypercube", "sobol_sequence", "saltelli"])
def test_without_scipy_the_designs_that_need_it_say_so(monkeypatch, name):
    monkeypatch.setitem(sys.modules, "scipy.stats.qmc", None)
    with pytest.raises(UsageError) as caught:
        RANDOM_DESIGNS[name](AXES, 1)
    assert (caught.value.key, caught.value.arguments) == ("no-scipy", ())
    assert morris(AXES, 2, 4, 1).rows
