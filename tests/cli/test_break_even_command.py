"""`farmsim break-even` from the outside."""

import json

import pytest

from cli.test_cli import call  # noqa: F401 (a fixture)
from farmsim.report.cells import cell_width
from farmsim.report.messages import use_language
from farmsim.scenario.catalogue import bundled_scenario

PRICE = "channels.trader.sells.melon.price_per_kg"
SHORT = ("-n", "3", "--workers", "1", "--set", "horizon_days=40")
FOUND = (
    "break-even",
    "bachu-trader",
    PRICE,
    "--against",
    "bachu-order-programme",
    "--to",
    "9",
    "--from",
    "0.4",
)
NEVER = (
    "break-even",
    "bachu-trader",
    PRICE,
    "--against",
    "bachu-order-programme",
    "--to",
    "0.7",
    "--from",
    "0.4",
)
EQUAL = ("break-even", "bachu-trader", "channels.trader.payment_days", "--against", "bachu-trader")
EQUAL += ("--from", "0", "--to", "3", "--metric", "lost_share")
UNKNOWN = ("break-even", "bachu-trader", PRICE, "--against", "bachu-trader", "--metric", "fill_rate")
UNKNOWN += ("--from", "0.4", "--to", "0.7")


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch, tmp_path):
    for name in ("FARMSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE", "COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    yield
    use_language("en")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("asked", [FOUND, NEVER, EQUAL, UNKNOWN])
def test_the_screen_fits_80_columns(call, language, asked):  # noqa: F811
    code, out, err = call(*asked, *SHORT, "--width", "80", "--lang", language)
    assert (code, err) == (0, "")
    lines = [line for line in out.splitlines() if "farmsim break-even bachu" not in line]
    assert max(cell_width(line) for line in lines) <= 79
    assert ("随机种子" in out) == (language == "zh")
    assert "…" not in "".join(lines)


def test_the_command_on_the_screen_gives_the_same_answer_again(call):  # noqa: F811
    out = call(*FOUND, *SHORT, "--random-seed", "5")[1]
    again = next(line for line in out.splitlines() if line.startswith("Again"))
    first = call(*FOUND, *SHORT, "--random-seed", "5", "--json")[1]
    assert call(*again.split()[2:], "--json")[1] == first
    form = json.loads(first)
    low, high = form["break_even"]["ci95"]
    assert (form["verdict"], form["random_seed"], form["now"]) == ("found", 5, 0.6)
    assert low < form["break_even"]["value"] < high
    assert " ".join(out.split()).count("above it Net income / household is higher in bachu-trader") == 1


def test_what_is_odd_about_either_file_is_told_once(call, tmp_path):  # noqa: F811
    text = bundled_scenario("bachu-trader").read_text("utf-8")
    odd = text.replace("floor_price_per_kg: 0.3}", "floor_price_per_jin: 0.15}")
    (tmp_path / "odd.yaml").write_text(odd, encoding="utf-8")
    for sides in (("odd.yaml", "bachu-trader"), ("bachu-trader", "odd.yaml"), ("odd.yaml", "odd.yaml")):
        asked = ("break-even", sides[0], PRICE, "--against", sides[1], "--from", "0.4", "--to", "0.7")
        code, _out, err = call(*asked, *SHORT, "-qq")
        assert (code, err.count("W031")) == (0, 1)


def test_no_crossing_is_no_failure(call):  # noqa: F811
    code, out, _err = call(*NEVER, *SHORT)
    assert code == 0
    assert "Never crosses between 0.4 and 0.7" in " ".join(out.split())
    form = json.loads(call(*NEVER, *SHORT, "--json")[1])
    assert (form["verdict"], form["break_even"]["value"]) == ("never_crosses", None)


def test_one_line_or_none(call):  # noqa: F811
    assert call(*NEVER, *SHORT, "-q")[1] == f"{PRICE} never_crosses  n 3\n"
    assert call(*NEVER, *SHORT, "-qq") == (0, "", "")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_fits_80_columns(call, language):  # noqa: F811
    code, out, _err = call("break-even", "-h", "--lang", language)
    assert code == 0
    assert max(cell_width(line) for line in out.splitlines()) <= 79


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("name", "--against", "bachu-matrix"), "name is no number"),
        ((PRICE, "--against", "bachu-matrix"), "give both --from and --to"),
        ((PRICE, "--against", "bachu-matrix", "--from", "x"), "--from needs a number, not x."),
        ((PRICE, "--against", "bachu-matrix", "--from", "nan"), "--from needs a number, not nan."),
        ((PRICE, "--against", "bachu-matrix", "--from", "2", "--to", "1"), "2 is not less than 1"),
        ((PRICE, "--against", "bachu-matrix", "--metric", "incom"), "There is no metric incom."),
        ((PRICE, "--against", "channels.hema", "--metric", "gini"), "gini is not known by channel"),
        ((PRICE, "--against", "channels.trade", "--metric", "sold_kg"), "Did you mean trader?"),
        ((PRICE, "--against", "bachu-matrix", "--channel", "hema"), "--channel goes only with"),
        (("horizon_days", "--against", "channels.trader", "--metric", "sold_kg"), "--channel is missing"),
        ((PRICE,), "--against is missing"),
        ((PRICE, "--against", "bachu-matrix", "-n", "1"), "--replications must lie between 2 and"),
    ],
)
def test_wrong_usage_is_told(call, arguments, said):  # noqa: F811
    code, _out, err = call("break-even", "bachu-trader", *arguments)
    assert code == 2
    assert said in err


def test_an_unknown_key_is_the_loader_s_error(call):  # noqa: F811
    code, _out, err = call("break-even", "bachu-trader", "channels.trader.pric", "--against", "bachu-matrix")
    assert code == 3
    assert "pric" in err
