"""`farmsim leverage` from the outside."""

import json

import pytest

from cli.test_cli import call  # noqa: F401 (a fixture)
from farmsim.report.cells import cell_width
from farmsim.report.messages import use_language

LEVERAGE = ("leverage", "bachu-order-programme", "--baseline", "bachu-trader", "-n", "3", "--workers", "1")


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch, tmp_path):
    for name in ("FARMSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE", "COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    yield
    use_language("en")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_screen_fits_80_columns_and_tests_the_claim(call, language):  # noqa: F811
    code, out, err = call(*LEVERAGE, "--width", "80", "--lang", language)
    assert (code, err) == (0, "")
    assert max(map(cell_width, out.splitlines())) <= 79
    assert ("One yuan moves 10" in out) == (language == "en")
    assert ("随机种子" in out) == (language == "zh")


def test_the_document_has_four_multiples_of_one_cost(call):  # noqa: F811
    form = json.loads(call(*LEVERAGE, "--json")[1])
    assert list(form["multiples"]) == ["gross_sales", "net_income", "net_gain", "net_gain_less_losses"]
    means = [one["mean"] for one in form["multiples"].values()]
    assert means[0] > means[1] > means[2] >= means[3]
    assert form["cost"]["mean"] > 0
    assert (form["baseline"], form["replications"]) == ("bachu-trader", 3)


def test_a_given_cost_scales_the_multiples(call):  # noqa: F811
    once, twice = (
        json.loads(call(*LEVERAGE, "--cost", cost, "--json")[1])["multiples"]["net_gain"]["mean"]
        for cost in ("100000", "200000")
    )
    assert once == pytest.approx(2.0 * twice)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("leverage", "bachu-trader", "--baseline", "bachu-trader", "-n", "2"), "--cost"),
        (("leverage", "bachu-matrix", "--baseline", "jinzhai-kiwifruit", "-n", "2"), "other counties"),
        (("leverage", "bachu-matrix"), "--baseline"),
    ],
)
def test_what_cannot_work_is_said(call, arguments, said):  # noqa: F811
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert said in err
