import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from farmsim.cli import main
from farmsim.report.cells import cell_width
from farmsim.report.messages import use_language

BAD = """\
name: bad
start: 2018-07-01
horizon_days: 10
channels: {shop: {use: taobo}}
"""


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch, tmp_path):
    for name in ("FARMSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE", "COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    yield
    use_language("en")


@pytest.fixture
def call(capsys):
    def run(*arguments):
        code = main(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


RUN = ("run", "bachu-trader", "-n", "3", "--workers", "1")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--help",),
        *((name, "-h") for name in ("run", "validate", "list", "show", "new", "explain", "schema")),
    ],
)
def test_help_fits_80_columns_and_is_translated(call, arguments, language):
    code, out, err = call(*arguments, "--lang", language)
    assert (code, err) == (0, "")
    assert max(cell_width(line) for line in out.splitlines()) <= 79
    if language == "zh":
        assert out.startswith("用法：")
        assert "Show this message" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rnu",), "There is no command rnu. Did you mean run?"),
        (("run",), "SCENARIO is missing."),
        (("run", "a", "b"), "b is one argument too many."),
        (("run", "a", "--replicatons", "3"), "Did you mean --replications?"),
        (("run", "a", "--set"), "Option --set needs a value."),
        (("run", "a", "--json=1"), "Option --json takes no value."),
        (("run", "a", "-n", "many"), "--replications needs a whole number, not many."),
        (("run", "a", "-n", "0"), "--replications must lie between 1 and 100,000"),
        (("run", "a", "--random-seed", "-1"), "--random-seed must lie between 0"),
        (("run", "a", "--workers", "0"), "--workers must lie between 1"),
        (("run", "a", "--set", "price"), "--set needs KEY=VALUE"),
        (("run", "a", "--width", "20"), "--width must lie between 79 and 400"),
        (("run", "a", "--rows", "orders"), "--rows goes only with --out."),
        (("run", "a", "--tables", "npz"), "--tables goes only with --out."),
        (("run", "a", "--out", "x", "--tables", "csv"), "--tables must be one of npz, parquet, none"),
        (("run", "a", "--out", "x", "--rows", "parcels"), "--rows must be one of orders; parcels is not."),
        (
            ("run", "a", "--out", "x", "--rows", "orders", "--tables", "none"),
            "--rows does not go with --tables none.",
        ),
        (("list", "--color", "red"), "--color must be one of auto, always, never; red is not."),
        (("list", "--lang", "fr"), "--lang must be one of en, zh; fr is not."),
        (("list", "fruit"), "SECTION must be one of scenarios"),
        (("show", "taobo"), "Did you mean taobao?"),
        (("explain", "lost_shar"), "Did you mean lost_share"),
        (("new", "bacu"), "COUNTY must be one of bachu"),
        (("new", "巴楚"), "is not a name"),
        (("new", "bachu", "--start", "no"), "--start must be one of trader"),
        (("new",), "Which county? For example: farmsim new bachu"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_would_be_right(call, arguments, said):
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_wrong_usage_is_told_in_chinese(call):
    code, _out, err = call("rnu", "--lang", "zh")
    assert code == 2
    assert "错误：没有命令 rnu。是否指 run？" in err


def test_an_invalid_file_exits_3(call, tmp_path):
    (tmp_path / "bad.yaml").write_text(BAD, encoding="utf-8")
    code, out, err = call("run", "bad.yaml")
    assert (code, out) == (3, "")
    assert "taobo" in err
    assert '"taobao"' in err
    code, out, err = call("validate", "bad.yaml")
    assert (code, err) == (3, "")
    assert "farmsim explain E" in out
    assert "错误" in call("validate", "bad.yaml", "--lang", "zh")[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "nothing.yaml"),
        ("validate", "."),
        (*RUN, "--csv", "nowhere/x.csv"),
        (*RUN, "--csv", "."),
        (*RUN, "--out", "file/x"),
        ("schema", "--out", "nowhere/schema.json"),
        ("new", "bachu", "--out", "nowhere/x.yaml"),
    ],
)
def test_a_file_that_cannot_be_read_or_written_exits_4(call, arguments, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, out, err = call(*arguments)
    assert (code, out) == (4, "")
    assert err.startswith("Error: ")


def test_a_scenario_that_is_not_there_gets_a_guess(call):
    code, _out, err = call("run", "bachu-tradr")
    assert code == 4
    assert "bachu-trader" in err


def test_an_internal_error_exits_5_and_names_its_report(call, monkeypatch):
    def broken(*_arguments, **_options):
        raise RuntimeError("the barn is on fire")

    monkeypatch.setattr("farmsim.experiment.run.run_scenario", broken)
    code, out, err = call(*RUN)
    assert (code, out) == (5, "")
    assert "Traceback" not in err
    report = Path(err.split("written to ")[1].split(";")[0])
    assert "the barn is on fire" in report.read_text("utf-8")
    report.unlink()


def test_an_interrupt_exits_130(call, monkeypatch):
    def interrupted(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("farmsim.experiment.run.run_scenario", interrupted)
    code, _out, err = call(*RUN)
    assert code == 130
    assert "Interrupted." in err


def test_a_reader_that_leaves_is_no_error(call, monkeypatch):
    def broken_pipe(*_arguments, **_options):
        raise BrokenPipeError

    monkeypatch.setattr("farmsim.cli.shared.Screen.show", broken_pipe)
    monkeypatch.setattr("farmsim.cli.guard._silence_stdout", lambda: None)
    assert call("list")[0] == 0


def test_a_failed_expectation_exits_1(call):
    assert call(*RUN, "-q", "--set", "expect.lost_share.at_most=0.001")[0] == 1
    assert call(*RUN, "-q", "--set", "expect.lost_share.at_most=1")[0] == 0


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_a_run_fits_80_columns(call, language, ascii_only):
    extra = ("--ascii",) if ascii_only else ()
    code, out, err = call(*RUN, "--full", "--width", "80", "--lang", language, *extra)
    assert (code, err) == (0, "")
    assert max(cell_width(line) for line in out.splitlines()) <= 79
    assert out.isascii() == (ascii_only and language == "en")


def test_json_is_one_document_equal_under_both_languages(call):
    english = call(*RUN, "--json", "--lang", "en")[1]
    assert call(*RUN, "--json", "--lang", "zh")[1] == english
    document = json.loads(english)
    assert document["replications"] == 3
    assert document["scenario"]["name"]


def test_quiet_is_one_line_and_twice_is_nothing(call):
    code, out, err = call(*RUN, "--quiet")
    assert (code, err) == (0, "")
    assert out.count("\n") == 1
    assert out.startswith("household_net_income ")
    assert call(*RUN, "-q", "-q") == (0, "", "")


def test_results_are_saved_where_asked(call, tmp_path):
    code, out, _err = call(*RUN, "--out", "results/a", "--csv", "b.csv")
    assert code == 0
    folder = tmp_path / "results" / "a"
    assert json.loads((folder / "result.json").read_text("utf-8"))["replications"] == 3
    table = (tmp_path / "b.csv").read_bytes()
    assert table == (folder / "replications.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbfreplication,channel,metric,value,unit\r\n")
    assert str(Path("results/a") / "result.json") in out
    assert "b.csv" in out


def test_the_command_on_the_screen_gives_the_same_result_again(call):
    options = ("--random-seed", "7", "--set", "channels.trader.trucks_per_day=2")
    out = call(*RUN, *options)[1]
    again = next(line for line in out.splitlines() if line.startswith("Again"))
    arguments = again.split()[2:]
    first, second = call(*RUN, *options, "--json")[1], call(*arguments, "--json", "--workers", "1")[1]
    assert first == second


def test_a_file_is_validated_listed_shown_and_explained(call):
    assert "bachu-trader is valid" in call("validate", "bachu-trader")[1]
    assert "有效" in call("validate", "bachu-trader", "--lang", "zh")[1]
    assert "taobao" in call("list", "channels")[1]
    assert "taobao.ads_share" in call("show", "taobao")[1]
    assert "亩" in call("explain", "land_mu", "--lang", "zh")[1]


def test_the_schema_is_json(call, tmp_path):
    document = json.loads(call("schema")[1])
    assert "horizon_days" in document["else"]["properties"]
    assert "network" in document["then"]["properties"]
    assert call("schema", "--out", "s.json")[0] == 0
    assert json.loads((tmp_path / "s.json").read_text("utf-8"))


def test_a_new_file_can_be_run_at_once(call, tmp_path):
    code, out, _err = call("new", "bachu", "--start", "online-first")
    assert code == 0
    assert "farmsim run bachu-online-first.yaml" in out
    assert call("run", "bachu-online-first.yaml", "-n", "2", "-q")[0] == 0
    code, _out, err = call("new", "bachu", "--start", "online-first")
    assert code == 2
    assert "--force" in err
    assert call("new", "bachu", "--start", "online-first", "--force")[0] == 0
    assert call("new", "bachu", "--start", "trader", "--out", "-")[1].startswith("#")


def test_new_asks_only_at_a_terminal(call, monkeypatch):
    answers = iter(["瓜\n", "9\n", "1\n", "trader\n"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdin.readline", lambda: next(answers), raising=False)
    code, out, err = call("new")
    assert code == 0
    assert "1 bachu" in err
    assert "bachu-trader.yaml" in out


def test_a_made_up_nation_can_be_written_and_run_at_once(call):
    code, out, _err = call("new", "--national", "--counties", "2", "--random-seed", "7")
    assert code == 0
    assert "farmsim run national-2.yaml" in out
    assert call("run", "national-2.yaml", "-n", "1", "-q", "--set", "horizon_days=20")[0] == 0
    assert call("new", "--national", "--counties", "2")[0] == 2
    assert call("new", "--national", "--counties", "2", "--force")[0] == 0
    assert call("new", "--national", "--counties", "1", "-o", "-")[1].startswith("# Written by")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--national", "bachu"), "bachu does not go with --national"),
        (("--national", "--start", "matrix"), "--start does not go with --national"),
        (("bachu", "--start", "matrix", "--counties", "3"), "--counties goes only with --national"),
        (("bachu", "--start", "matrix", "--random-seed", "3"), "--random-seed goes only with --national"),
        (("--national", "--counties", "0"), "must lie between 1 and 141"),
        (("--national", "--random-seed", "x"), "needs a whole number"),
    ],
)
def test_what_does_not_go_together_in_new_is_refused(call, arguments, said):
    code, _out, err = call("new", *arguments)
    assert code == 2
    assert said in err


def test_the_version(call):
    assert call("--version")[1].startswith("farmsim ")


def started(*arguments, **environment):
    """The program in a process of its own."""
    command = [sys.executable, "-m", "farmsim", *arguments]
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(command, capture_output=True, env=kept | environment, timeout=60, check=False)


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from farmsim.cli import main; main(['--help']);"
        "heavy = {'numpy', 'simpy', 'pydantic', 'rich', 'yaml', 'highspy'} & set(sys.modules);"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_redirected_output_is_utf8_whatever_the_machine_prefers(language):
    done = started(*RUN, "--lang", language, PYTHONIOENCODING="", PYTHONUTF8="0", LC_ALL="C")
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode("utf-8")
    assert "█" in text
    assert ("随机种子" in text) == (language == "zh")
    assert max(cell_width(line) for line in text.splitlines()) <= 79


def test_completion_offers_scenarios():
    done = started("run", _FARMSIM_COMPLETE="complete_bash", COMP_WORDS="farmsim run bachu-t", COMP_CWORD="2")
    assert b"bachu-trader" in done.stdout


def test_redirected_output_obeys_the_encoding_that_was_asked_for():
    done = started(*RUN, "--lang", "zh", PYTHONIOENCODING="gbk")
    assert (done.returncode, done.stderr) == (0, b"")
    assert "随机种子" in done.stdout.decode("gbk")
    assert "PYTHONIOENCODING" in started("--help").stdout.decode()


def test_the_table_can_be_printed_instead_of_the_screen(call, tmp_path):
    code, out, err = call(*RUN, "--csv", "-")
    assert (code, err) == (0, "")
    assert out.startswith("replication,channel,metric,value,unit\n")
    assert list(tmp_path.iterdir()) == []
    assert "--csv - would both" in call(*RUN, "--csv", "-", "--json")[2]


def test_an_empty_beginning_says_what_it_lacks(call):
    assert "Add a channel first: farmsim list channels" in call("new", "bachu", "--start", "empty")[1]
    out = call("validate", "bachu-empty.yaml")[1]
    assert "channels must have at least 1 entry" in out
    assert "add a channel" in out


def test_programmes_and_kinds_and_provinces_go_by_their_names(call):
    assert call("list", "programmes") == call("list", "interventions")
    out = call("list", "--lang", "zh")[1]
    assert "培训" in out
    assert "新疆" in out
    assert "冷藏车" in out


def test_a_valid_file_says_what_to_do_next(call):
    out = call("validate", "bachu-trader", "--set", "horizon_days=1")[1]
    assert out.splitlines()[-1].split()[1:] == ["farmsim", "run", "bachu-trader", "--set", "horizon_days=1"]
    assert "1 day from 2018" in out


def test_out_has_daily_tables_unless_they_are_not_wanted(call):
    code, out, _err = call(*RUN, "--out", "a")
    assert code == 0
    assert str(Path("a") / "daily") in out
    assert sorted(path.name for path in Path("a/daily").iterdir()) == [
        f"replication-00{k}.npz" for k in range(3)
    ]
    assert call(*RUN, "--out", "b", "--tables", "none")[0] == 0
    assert not Path("b/daily").exists()


def test_every_order_is_a_row_on_request(call):
    assert call("run", "bachu-online-first", "-n", "1", "--out", "a", "--rows", "orders")[0] == 0
    assert Path("a/orders/replication-000/day.npy").exists()


def test_parquet_is_written_where_it_can_be(call):
    pytest.importorskip("pyarrow")
    assert call(*RUN, "--out", "a", "--tables", "parquet")[0] == 0
    assert Path("a/daily/replication-002.parquet").exists()


def test_without_pyarrow_there_is_a_remedy(call, monkeypatch):
    monkeypatch.setattr("farmsim.results.columns.has_parquet", lambda: False)
    code, _out, err = call(*RUN, "--out", "a", "--tables", "parquet")
    assert code == 2
    assert "pip install 'farmsim[parquet]'" in err
    assert not Path("a").exists()


def test_a_folder_of_tables_that_cannot_be_made_is_named(call):
    Path("a").mkdir()
    Path("a/daily").write_text("x")
    code, out, err = call(*RUN, "--out", "a")
    assert (code, out) == (4, "")
    assert str(Path("a") / "daily") in err
