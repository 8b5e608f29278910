"""The pass rules can fail: wrong means, too little power, too few replications, wrong elements of lists."""

import pytest

from validation.catalogue import catalogue
from validation.rules import (
    RARE_POWER,
    Bound,
    MonteCarlo,
    Near,
    Told,
    Within,
    judge,
    rule_of,
)

MEAN = "MC: |mean-value|<=4*SE over >=20 replications, and 4*SE<=2% of value"
CHANCE = "MC: |p_hat-value|<=4*SE over >=20 replications, and 4*SE<=0.01 absolute"
EXACT = "exact: 1e-9 absolute (1e-6 relative where floats accumulate)"


def verdict(tolerance, expected, found, se=None, replications=0):
    return judge(rule_of(tolerance, expected), expected, found, se, replications)


def test_every_tolerance_of_the_catalogue_has_a_rule():
    for case in catalogue().values():
        before = ""
        for metric in case.metrics:
            assert rule_of(metric.tolerance, metric.value, before), (case.id, metric.name)
            before = before if metric.tolerance == "as above" else metric.tolerance


@pytest.mark.parametrize(
    ("tolerance", "value", "rule"),
    [
        (MEAN, 1.0, MonteCarlo(share=0.02)),
        (CHANCE, 0.5, MonteCarlo(absolute=0.01)),
        ("MC: 4*SE", 1.0, MonteCarlo()),
        ("MC: 4*SE, 4*SE<=6%", 1.0, MonteCarlo(share=0.06)),
        ("MC: 4*SE (or exact by impulse response)", 2.12, MonteCarlo()),
        ("MC: 0.002 absolute (formula ignores overshoot; treat as approximate)", 1.0, Near(0.002, fewest=20)),
        ("MC: 2% (formula approximate)", 6000, Near(0.0, 0.02, fewest=20)),
        (EXACT, 1, Near(1e-9, 1e-6)),
        ("exact", 8, Near(1e-9, 1e-6)),
        ("exact, to diagnose", 180, Near(1e-9, 1e-6)),
        ("exact 1e-6", 1.0, Near(1e-6, 1e-6)),
        ("exact 1e-6 kg", 0, Near(1e-6, 1e-6)),
        ("exact: 1e-6 relative (sample-path identity)", 0, Near(1e-12, 1e-6)),
        ("formula: 1e-6 relative", 1.0, Near(1e-12, 1e-6)),
        ("formula 1e-7", 1.0, Near(1e-12, 1e-7)),
        ("1e-6 relative", 1.0, Near(1e-12, 1e-6)),
        ("1e-9", 1.0, Near(1e-9)),
        ("0.005", 1.0, Near(0.005)),
        ("informational", 60, Told()),
        ("binomial 0.0005-0.9995 quantiles", [926, 971], Within(926, 971)),
        ("false alarm 0.001", "chi-square(3) < 16.27", Within(0.0, 16.27)),
        ("chi-square p>1e-3 on samples >=12 h apart", "Poisson(24)", Within(0.001, 1.0)),
        ("no policy may beat this by more than 4*SE", [4.0], Bound(is_lower=True)),
        ("lower bound", [47.6], Bound(is_lower=True)),
        ("4*SE", ">= 15.92061", Bound(is_lower=True)),
        ("<= + 4*SE", 2.2, Bound(is_lower=False)),
    ],
)
def test_a_tolerance_is_read_as_it_is_meant(tolerance, value, rule):
    assert rule_of(tolerance, value) == rule


def test_a_tolerance_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="no rule"):
        rule_of("roughly", 1.0)
    assert rule_of("as above", 1.48, "MC: 4*SE") == MonteCarlo()


def test_a_simulated_mean_near_enough_with_enough_power_passes():
    assert verdict(MEAN, 10.0, 10.1, 0.04, 20) == ""
    assert verdict(CHANCE, 0.5, 0.492, 0.0024, 20) == ""


def test_a_wrong_mean_fails_however_little_it_is_wrong():
    assert "standard errors away" in verdict(MEAN, 10.0, 10.17, 0.04, 20)
    assert "standard errors away" in verdict(MEAN, 10.0, 10.01, 0.002, 20)
    assert "standard errors away" in verdict(MEAN, 10.0, 10.01, 0.0, 20)
    assert "standard errors away" in verdict("MC: 4*SE", 10.0, 12.0, 0.4, 20)


def test_too_little_power_fails_even_where_the_mean_is_right():
    assert "too little power" in verdict(MEAN, 10.0, 10.0, 0.06, 20)
    assert "too little power" in verdict(CHANCE, 0.5, 0.5, 0.003, 20)
    assert verdict("MC: 4*SE", 10.0, 10.0, 3.0, 20) == ""


@pytest.mark.parametrize("tolerance", [MEAN, CHANCE])
def test_rare_things_have_a_power_condition_of_their_own(tolerance):
    assert verdict(tolerance, 0.04, 0.04, 0.9 * RARE_POWER / 4, 20) == ""
    assert "too little power" in verdict(tolerance, 0.04, 0.04, 1.1 * RARE_POWER / 4, 20)


@pytest.mark.parametrize(("se", "replications"), [(0.01, 19), (None, 20), (None, 0)])
def test_a_mean_of_too_few_replications_is_not_accepted(se, replications):
    assert verdict(MEAN, 10.0, 10.0, se, replications) == "too few replications"
    assert verdict("MC: 2%", 10.0, 10.0, se, 19) == "too few replications"


def test_exact_and_formula_values_fail_beyond_their_digits():
    assert verdict(EXACT, 59.5, 59.5 * (1 + 9e-7)) == ""
    assert "off by" in verdict(EXACT, 59.5, 59.5 * (1 + 2e-6))
    assert "off by" in verdict(EXACT, 0, 2e-9)
    assert "off by" in verdict("formula: 1e-6 relative", 1.0, 1.000002)
    assert "off by" in verdict("0.005", 17.17, 17.18)
    assert verdict(EXACT, 0, 5e-10) == ""


def test_a_list_is_judged_element_by_element():
    assert verdict(EXACT, [1, [2, 3]], [1, [2, 3]]) == ""
    assert verdict(EXACT, [1, [2, 3]], [1, [2, 4]]).startswith("3: off by")
    assert verdict(EXACT, [1, 2], [1]) == "1 numbers for 2"
    assert verdict(MEAN, [1.0, 2.0], [1.0, 2.0], [0.001, 0.02], 20).startswith("2: too little power")


def test_bounds_may_not_be_beaten_by_more_than_four_standard_errors():
    lower, upper = Bound(is_lower=True), Bound(is_lower=False)
    assert judge(lower, 4.0, 3.97, 0.01, 20) == ""
    assert "beyond" in judge(lower, 4.0, 3.95, 0.01, 20)
    assert judge(lower, 4.0, 9.0) == ""
    assert "beyond" in judge(upper, 2.2, 2.3, 0.01, 20)
    assert "beyond" in verdict("4*SE", ">= 15.92061", 15.0, 0.1, 20)
    assert verdict("4*SE", ">= 15.92061", 16.0, 0.1, 20) == ""


def test_statistics_and_truths_can_fail_too():
    assert "outside" in verdict("false alarm 0.001", "chi-square(3) < 16.27", 17.0)
    assert "outside" in verdict("binomial 0.0005-0.9995 quantiles", [926, 971], 980)
    assert "outside" in verdict("chi-square p>1e-3 on samples", "Poisson(24)", 1e-4)
    assert [verdict(EXACT, "true", found) for found in (True, False, 1)] == ["", "differs", "differs"]
