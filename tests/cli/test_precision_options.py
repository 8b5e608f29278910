"""`farmsim run --precision` and `farmsim compare --precision` from the outside."""

import json

import pytest

from cli.test_cli import call  # noqa: F401 (a fixture)
from farmsim.cli.precision import share_of
from farmsim.errors import UsageError
from farmsim.report.cells import cell_width
from farmsim.report.messages import use_language

RUN = ("run", "bachu-trader", "--workers", "1", "--set", "horizon_days=40")


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch, tmp_path):
    for name in ("FARMSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE", "COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    yield
    use_language("en")


@pytest.mark.parametrize(
    ("text", "share"), [("2%", 0.02), ("2 %", 0.02), ("0.02", 0.02), (" 2.5％", 0.025), ("50%", 0.5)]
)
def test_shares_are_read(text, share):
    assert share_of("--precision", text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["2", "0", "-1%", "0.001%", "two", "", "nan", "inf%", "60%"])
def test_other_shares_are_refused(text):
    with pytest.raises(UsageError):
        share_of("--precision", text)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "asked",
    [
        ("--precision", "10%"),
        ("--precision", "0.1%", "-n", "4"),
        ("--precision", "0.01%", "-n", "3"),
        ("--precision", "5%", "--precision-metric", "fill_rate", "-n", "3"),
        ("--precision", "5%", "--precision-metric", "days_until_paid", "-n", "3"),
    ],
)
def test_the_screen_fits_80_columns(call, language, asked):  # noqa: F811
    code, out, err = call(*RUN, *asked, "--lang", language, "--width", "80")
    assert (code, err) == (0, "")
    lines = [line for line in out.splitlines() if "farmsim run bachu" not in line]
    assert max(cell_width(line) for line in lines) <= 79


def test_the_screen_says_how_many_it_took_and_why_it_stopped(call):  # noqa: F811
    out = " ".join(call(*RUN, "--precision", "10%")[1].split())
    assert "Stopped after 10 replications" in out
    assert "10 % was asked for" in out
    assert "random seed 2018" in out
    out = " ".join(call(*RUN, "--precision", "0.1%", "-n", "3")[1].split())
    assert "! The precision was missed: household_net_income" in out


def test_json_says_what_was_missed(call):  # noqa: F811
    code, out, _err = call(*RUN, "--precision", "0.1%", "-n", "3", "--json", "--lang", "zh")
    document = json.loads(out)
    assert code == 0
    assert document["replications"] == 3
    assert document["precision"]["reason"] == "most"
    assert document["precision"]["asked"] == 0.001
    assert document["warnings"][0]["code"] == "precision-most"
    assert "The precision was missed" in document["warnings"][0]["message"]
    assert "precision" not in json.loads(call(*RUN, "-n", "2", "--json")[1])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--precision", "2"), "--precision must lie between 0.01% and 50%; 2 does not."),
        (("--precision", "fine"), "--precision needs a share such as 2% or 0.02, not fine."),
        (("--precision", "2%", "-n", "1"), "--replications must lie between 2 and"),
        (("--precision-metric", "gini"), "--precision-metric goes only with --precision."),
        (("--precision", "2%", "--precision-metric", "ginni"), "There is no metric ginni. Did you mean gini"),
    ],
)
def test_wrong_usage_is_told(call, asked, said):  # noqa: F811
    code, _out, err = call(*RUN, *asked)
    assert code == 2
    assert said in err


COMPARE = ("compare", "bachu-trader", "bachu-matrix", "--workers", "1", "--set", "horizon_days=40")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "asked",
    [
        ("--precision", "50%"),
        ("--precision", "0.1%", "-n", "3"),
        ("--precision", "0.01%", "-n", "3"),
        ("--precision", "5%", "--precision-metric", "public_cost", "-n", "3"),
        ("--precision", "5%", "--precision-metric", "refund_share", "-n", "3"),
        ("--precision", "5%", "--precision-metric", "days_until_paid", "-n", "3"),
    ],
)
def test_the_screen_of_a_comparison_fits_80_columns(call, language, asked):  # noqa: F811
    code, out, err = call(*COMPARE, *asked, "--lang", language, "--width", "80")
    assert (code, err) == (0, "")
    lines = [line for line in out.splitlines() if "farmsim compare bachu" not in line]
    assert max(cell_width(line) for line in lines) <= 79


def test_a_comparison_says_how_many_it_took_and_what_it_missed(call):  # noqa: F811
    out = " ".join(call(*COMPARE, "--precision", "50%")[1].split())
    assert "Stopped after 10 paired seasons" in out
    assert "of A's mean; 50 % was asked for" in out
    code, out, _err = call(*COMPARE, "--precision", "0.1%", "-n", "3", "--json", "--lang", "zh")
    document = json.loads(out)
    assert code == 0
    assert document["replications"] == 3
    assert document["precision"]["reason"] == "most"
    assert document["precision"]["scenario"] == "bachu-matrix"
    assert document["warnings"][0]["code"] == "precision-most"
    assert "The precision was missed: B - A" in document["warnings"][0]["message"]
    assert "precision" not in json.loads(call(*COMPARE, "-n", "2", "--json")[1])


def test_a_comparison_refuses_what_a_run_refuses(call):  # noqa: F811
    assert call(*COMPARE, "--precision", "2")[0] == 2
    assert call(*COMPARE, "--precision-metric", "gini")[0] == 2
    assert call(*COMPARE, "--precision", "2%", "-n", "1")[0] == 2
