"""`farmsim sweep` and `farmsim results` from the outside."""

import csv
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from cli.test_cli import call as plain_call  # noqa: F401 (a fixture)
from farmsim.report.cells import cell_width
from farmsim.report.messages import use_language
from farmsim.results.store.reader import open_reader
from farmsim.scenario import catalogue

PRICE = "channels.trader.sells.melon.price_per_kg"
HOMES = "counties.bachu.growers.open-field.households"
SHORT = ("-n", "3", "--workers", "1", "--set", "horizon_days=40")
GRID = ("sweep", "bachu-trader", "--over", f"{PRICE}=0.4,0.8", "--over", f"{HOMES}=50,200", *SHORT)


class Told(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def call(plain_call):  # noqa: F811 (the fixture)
    return lambda *arguments: Told(*plain_call(*arguments))


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch, tmp_path):
    for name in ("FARMSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE", "COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    yield
    use_language("en")


def the_folder(tmp_path):
    (folder,) = (tmp_path / "runs").iterdir()
    return folder


def test_the_same_command_again_plays_nothing_and_prints_the_same_table(call, tmp_path):
    first, again = call(*GRID), call(*GRID)
    assert first.code == again.code == 0
    assert "All 12 runs were there already." in again.out
    assert [line for line in first.out.splitlines() if "0.8" in line] == [
        line for line in again.out.splitlines() if "0.8" in line
    ]
    assert the_folder(tmp_path).name.startswith("bachu-trader-")


def test_more_replications_add_to_what_is_there(call, tmp_path):
    call(*GRID)
    call(*GRID, "-n", "5")
    with open_reader(the_folder(tmp_path)) as reader:
        assert reader.finished().tolist() == [[1] * 5] * 4


def test_resume_takes_up_the_newest_sweep_and_refuses_what_was_never_begun(call, tmp_path):
    assert call(*GRID, "--resume").code == 2
    assert not (tmp_path / "runs").exists()
    assert call("sweep", "--resume").code == 4
    call(*GRID)
    taken = call("sweep", "--resume", "--workers", "1")
    assert taken.code == 0
    assert "All 12 runs were there already." in taken.out
    named = call("sweep", f"runs/{the_folder(tmp_path).name}", "--resume", "--workers", "1", "-q")
    assert named.out == call(*GRID, "-q").out


def test_a_folder_that_holds_another_sweep_is_refused(call, tmp_path):
    assert call(*GRID, "--out", "here").code == 0
    other = call("sweep", "bachu-trader", "--over", f"{PRICE}=0.5,0.6", *SHORT, "--out", "here")
    assert other.code == 2
    assert "another sweep" in other.err


def test_a_dry_run_keeps_nothing(call, tmp_path):
    told = call(*GRID, "--dry-run")
    assert told.code == 0
    assert "all of them valid" in told.out
    assert list(tmp_path.iterdir()) == []


def test_a_file_says_the_same_as_the_command_line(call, tmp_path):
    (tmp_path / "grid.yaml").write_text(
        f"farmsim_sweep: 1\nscenario: bachu-trader\nvary:\n  {PRICE}: [0.4, 0.8]\n  {HOMES}: [50, 200]\n"
    )
    (tmp_path / "one").mkdir()
    call("sweep", "grid.yaml", *SHORT, "--out", "one")
    call(*GRID, "--out", "other")
    assert (tmp_path / "one/points.csv").read_bytes() == (tmp_path / "other/points.csv").read_bytes()


def test_problems_of_a_sweep_file_have_exit_code_3_with_place_and_remedy(call, tmp_path):
    (tmp_path / "bad.yaml").write_text(f"farmsim_sweep: 1\nscenario: bachu-trader\nvary:\n  {PRICE}: [-1]\n")
    for command in ("sweep", "validate"):
        told = call(command, "bad.yaml")
        assert told.code == 3
        assert "bad.yaml:4:46" in told.out + told.err
        assert PRICE in told.out + told.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("sweep",), 2),
        (("sweep", "bachu-trader"), 2),
        (("sweep", "bachu-trader", "--design", "grid"), 2),
        (("sweep", "bachu-trader", "--over", f"{PRICE}=1,2", "--design", "nonsense"), 2),
        (("sweep", "bachu-trader", "--over", f"{PRICE}=1,2", "--points", "5"), 2),
        (("sweep", "bachu-trader", "--over", f"{PRICE}=1,2", "--design", "zip", "--points", "5"), 2),
        (("sweep", "bachu-trader", "--over", f"{PRICE}=1,2", "--metric", "nonsense"), 2),
        (("sweep", "bachu-trader", "--over", f"{PRICE}=1,2", "--tls-ca", "x"), 2),
        (("sweep", "bachu-trader", "--over", f"{PRICE}=1,2", "--cluster", "nonsense"), 2),
        (("sweep", "bachu-trader", "--over", f"{PRICE}=1:2"), 3),
        (("sweep", "bachu-trader", "--over", PRICE), 3),
        (("sweep", "bachu-trader", "--over", f"{PRICE}=1,2", "--base", "nobody"), 3),
        (("sweep", "nowhere.yaml"), 4),
        (("sweep", "nowhere", "--over", f"{PRICE}=1,2"), 4),
        (("results", "show", "nowhere"), 4),
        (("results", "replay", "--run", "1"), 4),
        (("results", "nonsense"), 2),
    ],
)
def test_wrong_calls_are_refused_before_anything_is_kept(call, tmp_path, arguments, code):
    told = call(*arguments)
    assert told.code == code, told.err
    assert told.err.strip()
    assert not (tmp_path / "runs").exists()


def test_the_document_of_json_is_the_same_in_every_language(call):
    english, chinese = call(*GRID, "--json"), call(*GRID, "--json", "--lang", "zh")
    assert english.out == chinese.out
    form = json.loads(english.out)
    assert [point["parameters"][HOMES] for point in form["points"]] == [50, 200, 50, 200]
    assert sum(point["best"] for point in form["points"]) == 1
    assert form["points"][0]["metrics"]["household_net_income"]["n"] == 3


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("plain", [False, True])
def test_screens_keep_to_their_width(call, language, width, plain):
    display = ["--lang", language, "--width", str(width), *(["--ascii"] if plain else [])]
    for command in (GRID, ("results", "show"), ("results", "list"), ("results", "replay", "--sample", "2")):
        lines = call(*command, *display).out.splitlines()
        shown = [line for line in lines if " farmsim " not in line]
        assert max(map(cell_width, shown)) <= width - 1
        if plain and language == "en":
            assert "".join(lines).isascii()


def test_tables_open_in_a_spreadsheet_and_hold_every_run(call, tmp_path):
    call(*GRID)
    text = (the_folder(tmp_path) / "points.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(text.decode("utf-8-sig").splitlines()))
    assert len(rows) == 12
    assert {row[PRICE] for row in rows} == {"0.4", "0.8"}
    printed = call(*GRID, "--csv", "-").out
    assert list(csv.DictReader(printed.splitlines())) == rows
    assert call(*GRID, "--csv", "mine.csv").code == 0
    assert (tmp_path / "mine.csv").read_bytes() == text


def test_kept_sweeps_are_listed_shown_exported_and_replayed(call, tmp_path):
    call(*GRID)
    listed = json.loads(call("results", "list", "--json").out)["sweeps"]
    assert [(one["runs_done"], one["runs_expected"], one["failed"]) for one in listed] == [(12, 12, 0)]
    assert "versions" in call("results", "show").out
    assert call("results", "export", "--format", "parquet", "--out", "tables").code == 0
    assert (tmp_path / "tables/points.parquet").exists()
    replayed = json.loads(call("results", "replay", "--run", "2.1", "--run", "4.0", "--json").out)
    assert [(run["point"], run["replication"], run["same"]) for run in replayed["runs"]] == [
        (2, 1, True),
        (4, 0, True),
    ]


def test_a_run_that_was_tampered_with_is_told_by_a_replay(call, tmp_path):
    call(*GRID)
    with sqlite3.connect(the_folder(tmp_path) / "results.db") as connection:
        connection.execute("UPDATE run SET digest = 'f00' WHERE run = (SELECT min(run) FROM run)")
    connection.close()
    told = call("results", "replay", "--run", "1.0")
    assert told.code == 1
    assert "different" in told.out


def test_refining_plays_the_ties_on_another_random_seed(call, tmp_path):
    call(*GRID)
    told = call(*GRID, "--refine", "--json")
    assert told.code == 0
    form = json.loads(told.out)
    assert form["random_seed"] != 2018
    assert 1 <= len(form["points"]) <= 4
    assert all(point["replications"] == 6 for point in form["points"])


def test_a_sweep_may_be_begun_and_refined_in_one_go(call):
    told = call(*GRID, "--workers", "2", "--refine", "-q")
    assert told.code == 0, told.err
    assert told.out.startswith("household_net_income ")


def test_the_file_on_the_page_about_sweeps_is_valid(call, tmp_path):
    page = (Path(__file__).parents[2] / "sim/SWEEPS.md").read_text(encoding="utf-8")
    text = page.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "page.yaml").write_text(text, encoding="utf-8")
    told = call("validate", "page.yaml")
    assert told.code == 0, told.out


def test_bundled_sweeps_are_valid(call):
    for name in catalogue.names("sweeps"):
        path = catalogue.bundled_sweep(name)
        assert call("validate", str(path)).code == 0


def command(*arguments):
    return [sys.executable, "-m", "farmsim", *arguments]


@pytest.mark.skipif(os.name == "nt", reason="limits of Unix")
def test_a_full_disk_gives_exit_code_4_and_a_sentence_and_keeps_what_was_finished(tmp_path, call):
    call(*GRID, "--out", "full")
    size = (tmp_path / "full/results.db").stat().st_size

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 8192, size + 8192))

    more = command(*GRID, "-n", "400", "--out", "full")
    done = subprocess.run(more, capture_output=True, text=True, preexec_fn=limit, check=False)
    assert done.returncode == 4, done.stderr
    assert "results.db" in done.stderr
    assert "Traceback" not in done.stderr
    with open_reader(tmp_path / "full") as reader:
        kept = int((reader.finished() == 1).sum())
    assert 12 <= kept < 1600
    assert call(*GRID, "-n", "6", "--out", "full").code == 0


def test_a_place_where_nothing_can_be_written_gives_exit_code_4(tmp_path, call):
    (tmp_path / "file").write_text("")
    told = call(*GRID, "--out", "file/below")
    assert told.code == 4
    assert "file/below" in told.err.replace(os.sep, "/")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_gives_exit_code_4(tmp_path, call):
    (tmp_path / "shut").mkdir(mode=0o555)
    assert call(*GRID, "--out", "shut/sweep").code == 4


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_an_interrupt_keeps_what_is_finished_and_says_how_to_go_on(tmp_path):
    long = command(*GRID, "-n", "500", "--out", "stopped", "--workers", "2")
    process = subprocess.Popen(long, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not _finished(tmp_path / "stopped"):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "finished runs are kept in stopped" in err
    assert "Go on: farmsim sweep bachu-trader" in err
    assert 0 < _finished(tmp_path / "stopped") < 2000


def _finished(folder):
    if not (folder / "results.db").exists():
        return 0
    with open_reader(folder) as reader:
        return int((reader.finished() > 0).sum())


def test_serial_two_processes_and_a_cluster_of_two_workers_give_equal_tables(tmp_path):
    pytest.importorskip("distributed")
    wide = [argument for argument in GRID if argument not in {"--workers", "1"}]
    for name, where in (
        ("a", ("--workers", "1")),
        ("b", ("--workers", "2")),
        ("c", ("--cluster", "local:2")),
    ):
        done = subprocess.run(
            command(*wide, *where, "-n", "8", "--out", name), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    prints = []
    for name in "abc":
        with open_reader(tmp_path / name) as reader:
            prints.append(reader.fingerprint())
    assert prints[0] == prints[1] == prints[2]
    tables = [(tmp_path / name / "points.csv").read_bytes() for name in "abc"]
    assert tables[0] == tables[1] == tables[2]
