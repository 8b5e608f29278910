"""Sensitivity: indices against a closed form, exact effects of additive models, noise that is left out."""

import math

import numpy as np
import pytest

from farmsim.experiment.sweeps.axes import Listed, Span
from farmsim.experiment.sweeps.sampling import morris, saltelli
from farmsim.results.sensitivity import morris_effects, sobol_indices

A, B = 7.0, 0.1
ANGLES = tuple(Span(f"x{i}", -math.pi, math.pi) for i in range(3))


def ishigami(x):
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_indices():
    """First-order and total indices (Ishigami and Homma 1990)."""
    alone = (1 + B * math.pi**4 / 5) ** 2 / 2, A**2 / 8, 0.0
    together = B**2 * math.pi**8 * (1 / 18 - 1 / 50)
    variance = sum(alone) + together
    return np.array(alone) / variance, np.add(alone, (together, 0.0, together)) / variance


def angles(base_points, random_seed=1):
    return np.array(saltelli(ANGLES, base_points, random_seed).rows)


def noisy(x, replications, shared, own=0.0, random_seed=1):
    """Ishigami's function with seasons that add to every point and turn the effect of two parameters."""
    chance = np.random.default_rng(random_seed)
    season, first, third = chance.normal(0.0, 1.0, (3, replications))
    turned = np.outer(x[:, 0], first) + np.outer(x[:, 2], third)
    return (
        ishigami(x)[:, None]
        + 10.0 * season
        + shared * turned
        + own * chance.normal(0.0, 1.0, (len(x), replications))
    )


def within(low, values, high):
    return ((low <= values) & (values <= high)).all()


def test_the_closed_form_is_the_published_one():
    first, total = ishigami_indices()
    assert first == pytest.approx([0.3139, 0.4424, 0.0], abs=5e-5)
    assert total == pytest.approx([0.5576, 0.4424, 0.2437], abs=5e-5)


def test_indices_of_ishigami_s_function_lie_within_their_intervals():
    first, total = ishigami_indices()
    found = sobol_indices(ishigami(angles(1024)), 1024, 3)
    assert within(found.first_low, first, found.first_high)
    assert within(found.total_low, total, found.total_high)
    assert found.first == pytest.approx(first, abs=0.02)
    assert found.total == pytest.approx(total, abs=0.02)
    assert (found.first_high - found.first_low < 0.15).all()
    assert math.isnan(found.noise_share)
    assert found.base_points == 1024


def test_indices_converge():
    first, total = ishigami_indices()
    found = sobol_indices(ishigami(angles(16_384)), 16_384, 3, resamples=20)
    assert found.first == pytest.approx(first, abs=0.002)
    assert found.total == pytest.approx(total, abs=0.002)


def test_the_random_seed_decides_the_intervals_and_nothing_else():
    values = ishigami(angles(64))
    one, again, other = (sobol_indices(values, 64, 3, random_seed=seed) for seed in (1, 1, 2))
    assert all(np.array_equal(x, y, equal_nan=True) for x, y in zip(one, again, strict=True))
    assert (one.first == other.first).all()
    assert (one.first_low != other.first_low).all()


def test_a_level_and_a_shift_of_the_output_do_what_they_should():
    values = ishigami(angles(64))
    wide, narrow = sobol_indices(values, 64, 3), sobol_indices(values, 64, 3, level=0.5)
    assert (wide.total_low < narrow.total_low).all()
    assert (narrow.total_high < wide.total_high).all()
    shifted = sobol_indices(1e6 + 3.0 * values, 64, 3)
    assert shifted.first == pytest.approx(wide.first, abs=1e-6)
    assert shifted.total_high == pytest.approx(wide.total_high, abs=1e-6)


def test_what_a_season_does_to_all_points_alike_changes_nothing():
    x = angles(128)
    quiet, loud = sobol_indices(ishigami(x), 128, 3), sobol_indices(noisy(x, 8, 0.0), 128, 3)
    assert loud.first == pytest.approx(quiet.first)
    assert loud.total == pytest.approx(quiet.total)
    assert loud.noise_share == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(("shared", "own"), [(0.0, 6.0), (1.5, 0.0)])
def test_noise_is_left_out_of_the_indices_whether_points_share_it_or_not(shared, own):
    first, total = ishigami_indices()
    x, runs = angles(256), 40
    right, wrong = [], []
    for seed in range(runs):
        values = noisy(x, 5, shared, own, seed)
        corrected = sobol_indices(values, 256, 3, resamples=1)
        right.append((*corrected.first, *corrected.total))
        wrong.append(sobol_indices(values.mean(axis=1), 256, 3, resamples=1).total)
    truth = np.array([*first, *total])
    error = np.std(right, axis=0, ddof=1) / math.sqrt(runs)
    assert (np.abs(np.mean(right, axis=0) - truth) < 4 * error + 0.03).all()
    assert np.mean(wrong, axis=0)[2] > total[2] + 0.05


@pytest.mark.parametrize(("shared", "own"), [(0.0, 6.0), (1.5, 0.0)])
def test_intervals_hold_under_noise(shared, own):
    first, total = ishigami_indices()
    covered = []
    for seed in range(60):
        x = angles(64, seed)
        found = sobol_indices(noisy(x, 10, shared, own, seed), 64, 3, resamples=200)
        covered.append(
            [
                *((found.first_low <= first) & (first <= found.first_high)),
                *((found.total_low <= total) & (total <= found.total_high)),
            ]
        )
    assert np.mean(covered) > 0.95 - 3 * math.sqrt(0.95 * 0.05 / 60)


def test_the_share_of_noise_is_told():
    x = angles(512)
    variance = ishigami(x[:1024]).var()
    for replications in (4, 16):
        noise = 5.0**2 / replications
        found = sobol_indices(noisy(x, replications, 0.0, 5.0), 512, 3, resamples=1)
        assert found.noise_share == pytest.approx(noise / (variance + noise), rel=0.1)


def test_noise_alone_has_no_indices():
    values = np.random.default_rng(3).normal(0.0, 1.0, (64 * 4, 6))
    found = sobol_indices(values - values.mean(axis=1, keepdims=True) + 5.0, 64, 2)
    assert np.isnan(found.first).all()
    assert np.isnan(found.total).all()


@pytest.mark.parametrize("replications", [0, 1, 2, 5])
def test_without_variance_there_are_no_indices(replications):
    shape = (40,) if replications == 0 else (40, replications)
    values = np.full(shape, 0.1) + (np.arange(replications) * 0.7 if replications else 0.2)
    found = sobol_indices(values, 8, 3)
    assert np.isnan(np.concatenate(found[:6])).all()
    assert math.isnan(found.noise_share)


def test_two_replications_have_no_interval():
    values = noisy(angles(64), 2, 0.0, 1.0)
    found = sobol_indices(values, 64, 3)
    assert not np.isnan(found.total).any()
    assert np.isnan([found.first_low, found.total_high]).all()


def test_a_base_point_with_a_missing_run_is_left_out():
    x, kept = angles(64), np.delete(np.arange(64), [5, 9])
    values = noisy(x, 4, 0.0, 1.0)
    whole = sobol_indices(values.reshape(5, 64, 4)[:, kept].reshape(-1, 4), 62, 3)
    values[5 + 64 * 3, 2] = values[9, 0] = math.nan
    holed = sobol_indices(values, 64, 3)
    assert holed.base_points == 62
    assert all(np.array_equal(x, y) for x, y in zip(holed, whole, strict=True))
    nothing = sobol_indices(np.full(320, math.nan), 64, 3)
    assert nothing.base_points == 0
    assert np.isnan(nothing.first).all()


def test_rows_that_are_no_sample_are_refused():
    with pytest.raises(AssertionError, match="no such sample"):
        sobol_indices(np.zeros(39), 8, 3)
    with pytest.raises(AssertionError, match="no such sample"):
        morris_effects(np.zeros(3), [[0, 1, 2]], [[0.5, 0.5, 0.5]])


AXES = (
    Span("x", 0.0, 1.0),
    Span("y", 0.0, 10.0),
    Span("n", 1, 6, integer=True),
    Listed("list", (0.0, 1.0, 2.0)),
    Span("z", 1.0, 100.0, log=True),
    Span("idle", 0.0, 1.0),
)
COEFFICIENTS = np.array([3.0, -0.5, 2.0, 4.0, -1.0, 0.0])
PER_RANGE = COEFFICIENTS * [1.0, 10.0, 5.0, 2.0, math.log(100.0), 1.0]


def trajectories(count=10, axes=AXES, random_seed=1):
    design = morris(axes, count, 4, random_seed)
    return np.array(design.rows, dtype=float), design.orders, design.steps


def additive(x):
    x = x.copy()
    x[:, 4] = np.log(x[:, 4])
    return 7.0 + x @ COEFFICIENTS


def test_effects_of_an_additive_model_are_exact():
    x, orders, steps = trajectories()
    found = morris_effects(additive(x), orders, steps)
    assert found.mu == pytest.approx(PER_RANGE)
    assert found.mu_star == pytest.approx(np.abs(PER_RANGE))
    assert found.mu_star_low == pytest.approx(np.abs(PER_RANGE))
    assert found.mu_star_high == pytest.approx(np.abs(PER_RANGE))
    assert found.sigma == pytest.approx(np.zeros(6), abs=1e-9)
    assert np.isnan(found.noise).all()
    assert found.trajectories == 10


def test_effects_that_change_sign_cancel_in_the_mean_alone():
    x, orders, steps = trajectories(200, AXES[:2])
    found = morris_effects((x[:, 0] - 0.5) * (x[:, 1] - 5.0), orders, steps)
    assert (np.abs(found.mu) < 0.2 * found.mu_star).all()
    assert (found.sigma > found.mu_star).all()
    # The other axis lies at +-5 or +-5/3 of its middle, equally often: that is the effect.
    assert within(found.mu_star_low, np.full(2, 10 / 3), found.mu_star_high)
    assert (found.mu_star_high - found.mu_star_low < 1.0).all()


def test_common_noise_leaves_effects_exact():
    x, orders, steps = trajectories()
    values = additive(x)[:, None] + np.random.default_rng(1).normal(0.0, 50.0, 7)
    found = morris_effects(values, orders, steps)
    assert found.mu_star == pytest.approx(np.abs(PER_RANGE))
    assert found.sigma == pytest.approx(np.zeros(6), abs=1e-6)
    assert found.noise == pytest.approx(np.zeros(6), abs=1e-6)


def test_noise_of_its_own_is_told_and_taken_out_of_sigma():
    x, orders, steps = trajectories(400)
    noise = np.random.default_rng(2).normal(0.0, 3.0, (len(x), 10))
    found = morris_effects(additive(x)[:, None] + noise, orders, steps, resamples=50)
    idle = found.mu_star[-1]
    assert found.noise[-1] == pytest.approx(idle, rel=0.1)
    assert found.noise[-1] == pytest.approx(math.sqrt(2 / math.pi * 2 * 9 / 10) * 1.5, rel=0.05)
    plain = morris_effects(additive(x) + noise.mean(axis=1), orders, steps, resamples=50)
    assert (found.sigma < 0.4 * plain.sigma).all()


def test_the_interval_of_mu_star_holds_when_seasons_turn_effects():
    held = []
    for seed in range(100):
        x, orders, steps = trajectories(6, AXES[:2], seed)
        turned = 3.0 + np.random.default_rng(seed).normal(0.0, 2.0, 12)
        found = morris_effects(np.outer(x[:, 0], turned) + x[:, 1:], orders, steps, resamples=200)
        held.append(found.mu_star_low[0] <= 3.0 <= found.mu_star_high[0])
    assert np.mean(held) > 0.95 - 3 * math.sqrt(0.95 * 0.05 / 100)


def test_a_trajectory_with_a_missing_run_is_left_out():
    x, orders, steps = trajectories(4)
    values = additive(x) ** 2
    whole = morris_effects(values[7:], orders[1:], steps[1:])
    values[3] = math.nan
    holed = morris_effects(values, orders, steps)
    assert holed.trajectories == 3
    assert all(np.array_equal(x, y, equal_nan=True) for x, y in zip(holed, whole, strict=True))
    nothing = morris_effects(np.full(28, math.nan), orders, steps)
    assert nothing.trajectories == 0
    assert np.isnan(nothing.mu_star).all()


def test_a_lone_trajectory_has_effects_without_scatter():
    x, orders, steps = trajectories(1)
    found = morris_effects(np.outer(additive(x), [1.0, 1.0, 1.0]), orders, steps)
    assert found.mu == pytest.approx(PER_RANGE)
    assert np.isnan(found.sigma).all()
