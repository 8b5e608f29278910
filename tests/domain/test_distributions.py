"""Distributions of scenario files: what may be written, and that draws have the mean that is stated."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from farmsim.domain.distributions import (
    Choice,
    Constant,
    Distribution,
    Exponential,
    Gamma,
    Lognormal,
    Normal,
    PoissonCount,
    Triangular,
    Uniform,
    draw,
    lognormal_parameters,
    mean_of,
)
from farmsim.params import Params
from farmsim.streams import Streams


class Farm(Params):
    yield_kg: Distribution


def parsed(value):
    return Farm.model_validate({"yield_kg": value}).yield_kg


KINDS = [
    ({"distribution": "constant", "value": 4}, Constant, None),
    ({"distribution": "lognormal", "mean": 1800, "cv": 0.2}, Lognormal, stats.lognorm),
    ({"distribution": "gamma", "mean": 3.5, "cv": 0.6}, Gamma, stats.gamma(0.6**-2, scale=3.5 * 0.6**2)),
    ({"distribution": "exponential", "mean": 2}, Exponential, stats.expon(scale=2)),
    ({"distribution": "normal", "mean": -5, "sd": 2}, Normal, stats.norm(-5, 2)),
    ({"distribution": "uniform", "low": -1, "high": 3}, Uniform, stats.uniform(-1, 4)),
    ({"distribution": "triangular", "low": 1, "mode": 2, "high": 6}, Triangular, stats.triang(0.2, 1, 5)),
    ({"distribution": "poisson", "mean": 6}, PoissonCount, None),
    ({"distribution": "choice", "values": [1, 2, 3, 4], "weights": [1, 2, 2, 1]}, Choice, None),
]


@pytest.mark.parametrize(("number", "expected"), [(1800, 1800.0), (0.5, 0.5), (-3, -3.0), (0, 0.0)])
def test_a_plain_number_stays_a_number(number, expected):
    value = parsed(number)
    assert type(value) is float
    assert value == expected == mean_of(value)
    assert draw(value, np.random.default_rng(0), (2, 3)).tolist() == [[expected] * 3] * 2


@pytest.mark.parametrize(("block", "kind", "law"), KINDS)
def test_a_block_becomes_its_kind_and_survives_a_round_trip(block, kind, law):
    value = parsed(block)
    assert type(value) is kind
    assert parsed(value) == value
    assert Farm.model_validate(Farm(yield_kg=value).model_dump(mode="json")).yield_kg == value


@pytest.mark.parametrize(("block", "kind", "law"), KINDS)
def test_draws_have_the_stated_mean_and_law(block, kind, law):
    value = parsed(block)
    values = draw(value, Streams(8, 0).generator("test", block["distribution"]), 200_000)
    assert values.dtype == np.float64
    assert values.mean() == pytest.approx(mean_of(value), abs=4 * values.std() / math.sqrt(200_000))
    if kind is Lognormal:
        location, scale = lognormal_parameters(1800, 0.2)
        law = stats.lognorm(scale, scale=math.exp(location))
        assert values.std() / values.mean() == pytest.approx(0.2, rel=0.01)
    if law is not None:
        assert stats.kstest(values, law.cdf).pvalue > 1e-3
        assert mean_of(value) == pytest.approx(law.mean())


@pytest.mark.parametrize(("block", "kind", "law"), KINDS)
def test_draws_have_the_asked_size_and_depend_on_the_generator_alone(block, kind, law):
    value = parsed(block)
    first, second = (draw(value, np.random.default_rng(3), (4, 5)) for _ in range(2))
    assert first.shape == (4, 5)
    np.testing.assert_array_equal(first, second)


@given(st.floats(1e-3, 1e9), st.floats(0, 20))
def test_the_logarithms_give_exactly_the_mean_and_cv(mean, cv):
    location, scale = lognormal_parameters(mean, cv)
    assert math.exp(location + scale**2 / 2) == pytest.approx(mean, rel=1e-12)
    assert math.sqrt(math.expm1(scale**2)) == pytest.approx(cv, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("kind", ["lognormal", "gamma"])
def test_without_variation_the_mean_is_drawn(kind):
    value = parsed({"distribution": kind, "mean": 7, "cv": 0})
    np.testing.assert_allclose(draw(value, np.random.default_rng(0), 5), 7, rtol=1e-15)


@pytest.mark.parametrize(
    ("low", "high"), [(0, None), (None, 12), (0, 12), (9, 11), (15, None), (None, -3), (None, None)]
)
def test_a_clipped_normal_states_the_mean_of_what_it_draws(low, high):
    value = Normal(distribution="normal", mean=10, sd=4, low=low, high=high)
    values = draw(value, np.random.default_rng(2), 400_000)
    assert values.min() >= (-math.inf if low is None else low)
    assert values.max() <= (math.inf if high is None else high)
    assert mean_of(value) == pytest.approx(values.mean(), abs=5 * values.std() / math.sqrt(400_000) + 1e-9)


def test_a_normal_without_spread_is_its_clipped_mean():
    value = Normal(distribution="normal", mean=10, sd=0, high=8)
    assert mean_of(value) == 8
    assert draw(value, np.random.default_rng(0), 2).tolist() == [8, 8]


def test_draws_stay_in_step_when_a_parameter_changes():
    for before, after in (
        (
            {"distribution": "lognormal", "mean": 10, "cv": 0.2},
            {"distribution": "lognormal", "mean": 12, "cv": 0.3},
        ),
        ({"distribution": "normal", "mean": 10, "sd": 2}, {"distribution": "normal", "mean": 8, "sd": 3}),
        (
            {"distribution": "triangular", "low": 1, "mode": 2, "high": 6},
            {"distribution": "triangular", "low": 1, "mode": 4, "high": 6},
        ),
    ):
        first, second = (draw(parsed(block), np.random.default_rng(3), 1000) for block in (before, after))
        assert stats.spearmanr(first, second).statistic > 0.9999


@pytest.mark.parametrize(
    ("value", "where", "what"),
    [
        ("1800", ("number",), "valid number"),
        (True, ("number",), "valid number"),
        (None, ("number",), "valid number"),
        (math.nan, ("number",), "finite"),
        (math.inf, ("number",), "finite"),
        ([1, 2], ("number",), "valid number"),
        ({"mean": 3}, ("block",), "distribution"),
        ({"distribution": "lognorm", "mean": 3}, ("block",), "lognormal"),
        ({"distribution": "lognormal", "mean": 3}, ("block", "lognormal", "cv"), "required"),
        ({"distribution": "lognormal", "mean": 0, "cv": 1}, ("block", "lognormal", "mean"), "greater than 0"),
        (
            {"distribution": "gamma", "mean": 1, "cv": -1},
            ("block", "gamma", "cv"),
            "greater than or equal to 0",
        ),
        ({"distribution": "gamma", "mean": 1, "cv": 1, "sd": 3}, ("block", "gamma", "sd"), "Extra"),
        ({"distribution": "normal", "mean": "1", "sd": 3}, ("block", "normal", "mean"), "valid number"),
        (
            {"distribution": "normal", "mean": 1, "sd": 3, "low": 2, "high": 2},
            ("block", "normal"),
            "below high",
        ),
        ({"distribution": "uniform", "low": 2, "high": 1}, ("block", "uniform"), "below high"),
        (
            {"distribution": "triangular", "low": 2, "mode": 1, "high": 3},
            ("block", "triangular"),
            "ascending",
        ),
        (
            {"distribution": "triangular", "low": 2, "mode": 2, "high": 2},
            ("block", "triangular"),
            "ascending",
        ),
    ],
)
def test_a_fault_is_reported_once_and_where_it_is(value, where, what):
    with pytest.raises(ValidationError) as caught:
        parsed(value)
    (error,) = caught.value.errors()
    assert error["loc"] == ("yield_kg", *where)
    assert what in error["msg"]


def test_the_schema_names_every_kind():
    schema = TypeAdapter(Distribution).json_schema()
    assert set(schema["$defs"]) == {kind.__name__ for _, kind, _ in KINDS}
    assert {"type": "number", "minimum": -1e12, "maximum": 1e12}.items() <= schema["oneOf"][0].items()


@pytest.mark.parametrize(
    ("block", "values", "chances"),
    [
        ({"distribution": "poisson", "mean": 6}, np.arange(16), stats.poisson(6).pmf(np.arange(16))),
        ({"distribution": "choice", "values": [4, 1], "weights": [1, 3]}, np.array([4, 1]), [0.25, 0.75]),
    ],
)
def test_whole_values_come_as_often_as_their_chances_say(block, values, chances):
    drawn = draw(parsed(block), Streams(8, 1).generator("test", block["distribution"]), 100_000)
    seen = [np.count_nonzero(drawn == value) for value in values]
    expected = np.array(chances) * 100_000
    rest = [len(drawn) - sum(seen)], [100_000 - expected.sum()]
    if rest[1][0] > 1.0:
        seen, expected = [*seen, *rest[0]], np.append(expected, rest[1])
    assert stats.chisquare(seen, expected * len(drawn) / expected.sum()).pvalue > 1e-3


def test_quantiles_are_inverse_to_the_distribution_function():
    normal, counts = parsed({"distribution": "normal", "mean": 50, "sd": 8}), parsed(KINDS[-2][0])
    assert normal.quantile(0.975) == pytest.approx(stats.norm(50, 8).ppf(0.975), rel=1e-9)
    assert parsed({"distribution": "uniform", "low": 2, "high": 6}).quantile(0.25) == 3.0
    for share in (0.01, 0.5, 0.8, 0.999):
        assert counts.quantile(share) == stats.poisson(6).ppf(share)
