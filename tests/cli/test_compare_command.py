"""`farmsim compare` from the outside."""

import json

import pytest

from cli.test_cli import call  # noqa: F401 (a fixture)
from farmsim.cli.compare import distinct_names
from farmsim.report.cells import cell_width
from farmsim.report.messages import use_language

COMPARE = ("compare", "bachu-trader", "bachu-online-first", "-n", "2", "--workers", "1")
SHORT = ("--set", "horizon_days=40")


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch, tmp_path):
    for name in ("FARMSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE", "COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    yield
    use_language("en")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("extra", [(), ("--full", "--explain", "--ascii")])
def test_the_screen_fits_80_columns(call, language, extra):  # noqa: F811
    code, out, err = call(*COMPARE, *SHORT, "--width", "80", "--lang", language, *extra)
    assert (code, err) == (0, "")
    lines = [line for line in out.splitlines() if "farmsim compare bachu" not in line]
    assert max(cell_width(line) for line in lines) <= 79
    assert ("随机种子" in out) == (language == "zh")


def test_the_command_on_the_screen_gives_the_same_result_again(call):  # noqa: F811
    options = ("--random-seed", "7", *SHORT)
    again = next(line for line in call(*COMPARE, *options)[1].splitlines() if line.startswith("Again"))
    first = call(*COMPARE, *options, "--json")[1]
    assert call(*again.split()[2:], "--json")[1] == first
    assert json.loads(first)["random_seed"] == 7


def test_the_same_scenario_twice_is_equal_to_itself(call):  # noqa: F811
    out = call("compare", "bachu-trader", "bachu-trader", "-n", "2", *SHORT, "--json")[1]
    form = json.loads(out)
    assert list(form["scenarios"]) == ["bachu-trader", "bachu-trader-2"]
    verdicts = {one["verdict"] for one in form["differences"]["bachu-trader-2"].values()}
    assert verdicts <= {"equal", "unknown"}


def test_results_are_saved_where_asked(call, tmp_path):  # noqa: F811
    code, out, _err = call(*COMPARE, *SHORT, "--out", "r", "--csv", "t.csv")
    assert code == 0
    assert json.loads((tmp_path / "r" / "result.json").read_text("utf-8"))["replications"] == 2
    assert (tmp_path / "r" / "replications.csv").read_bytes() == (tmp_path / "t.csv").read_bytes()
    assert "t.csv" in out


def test_quiet_csv_and_wrong_usage(call):  # noqa: F811
    assert call(*COMPARE, *SHORT, "-q")[1].count("\n") == 1
    assert call(*COMPARE, *SHORT, "-q", "-q") == (0, "", "")
    assert call(*COMPARE, *SHORT, "--csv", "-")[1].startswith("scenario,replication,")
    code, _out, err = call("compare", "bachu-trader")
    assert code == 2
    assert "two scenarios or more" in err
    assert call("compare")[0] == 2
    assert call(*COMPARE, "--csv", "-", "--json")[0] == 2
    assert call("compare", "bachu-trader", "bachu-tradr")[0] == 4


@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_fits_80_columns(call, language):  # noqa: F811
    code, out, _err = call("compare", "-h", "--lang", language)
    assert code == 0
    assert max(cell_width(line) for line in out.splitlines()) <= 79


def test_other_starts_are_told(call, tmp_path):  # noqa: F811
    text = "extends: bachu-trader\nname: later\nstart: 2018-07-01\n"
    (tmp_path / "later.yaml").write_text(text, encoding="utf-8")
    out = call("compare", "bachu-trader", "later.yaml", "-n", "2", *SHORT)[1]
    assert "starts on 2018-07-01" in out


def test_names_are_distinct():
    assert distinct_names(["a/x.yaml", "b/x.yaml", "x-2", "x"]) == ["x", "x-2", "x-2-2", "x-3"]
