"""`farmsim optimise` from the outside."""

import csv
import json

import pytest

from cli.test_sweep_command import _surroundings, call, plain_call  # noqa: F401 (fixtures)
from farmsim.experiment.optimising.player import Player
from farmsim.report.cells import cell_width

PRICE = "channels.trader.sells.melon.price_per_kg"
SHORT = ("--workers", "1", "--set", "horizon_days=40", "-n", "3", "--proof", "4")
SEARCH = ("optimise", "bachu-trader", "--decide", f"{PRICE}=0.3:0.9", "--trials", "8", *SHORT)
SELECT = ("optimise", "bachu-trader", "--decide", f"{PRICE}=0.4,0.5,0.6", *SHORT)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("arguments", [SEARCH, SELECT, (*SEARCH, "--constraint", "lost_share<=1%")])
def test_screens_fit_and_say_how_to_use_the_winner(call, language, arguments):  # noqa: F811
    for width in (80, 120):
        told = call(*arguments, "--lang", language, "--width", str(width))
        assert told.code == 0, told.err
        lines = [line for line in told.out.splitlines() if " farmsim " not in line]
        assert max(map(cell_width, lines)) <= width - 1
    if "--constraint" not in arguments:
        assert "farmsim run bachu-trader --set horizon_days=40 --set" in told.out


def test_the_document_and_the_table_of_trials(call, tmp_path):  # noqa: F811
    told = call(*SEARCH, "--json", "--out", "found", "--constraint", "lost_share <= 90%")
    form = json.loads(told.out)
    assert form["winner"]["settings"][PRICE] > 0.7
    assert form["winner"]["constraints"][0]["verdict"] == "holds"
    assert json.loads((tmp_path / "found/result.json").read_text(encoding="utf-8")) == form
    text = (tmp_path / "found/trials.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(text.decode("utf-8-sig").splitlines()))
    assert len(rows) == form["candidates"] == 8
    assert call(*SEARCH, "--json", "--lang", "zh", "--constraint", "lost_share <= 90%").out == told.out


def test_an_interrupt_tells_the_best_so_far(call, monkeypatch, tmp_path):  # noqa: F811
    finished = Player.finished

    def interrupted(player, rows):
        finished(player, rows)
        if player.runs > 30:
            raise KeyboardInterrupt

    monkeypatch.setattr(Player, "finished", interrupted)
    told = call(*SEARCH, "--trials", "40", "--out", "found")
    assert (told.code, told.out) == (130, "")
    assert "Best so far, of " in told.err
    assert f"{PRICE}=0." in told.err
    assert json.loads((tmp_path / "found/result.json").read_text(encoding="utf-8"))["interrupted"]


def test_quiet_is_one_line(call):  # noqa: F811
    assert call(*SELECT, "-q").out.startswith("household_net_income ")
    assert call(*SELECT, "-q", "-q").out == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("optimise", "bachu-trader"), 2),
        (("optimise", "bachu-trader", "--decide", PRICE), 3),
        (("optimise", "bachu-trader", "--decide", f"{PRICE}=-5:-1"), 3),
        (("optimise", "bachu-trader", "--decide", "channels.nobody.price_per_kg=1:2"), 3),
        (("optimise", "bachu-trader", "--decide", f"{PRICE}=1:2", "--objective", "nonsense"), 2),
        (("optimise", "bachu-trader", "--decide", f"{PRICE}=1:2", "--constraint", "nonsense"), 2),
        (("optimise", "bachu-trader", "--decide", f"{PRICE}=1:2", "--indifference", "5"), 2),
        (("optimise", "bachu-trader", "--decide", f"{PRICE}=1:2", "--method", "selection"), 2),
        (("optimise", "bachu-trader", "--decide", f"{PRICE}=1:2", "--method", "nonsense"), 2),
        (
            (
                "optimise",
                "melon-network",
                "--decide",
                "network.sites.pudong.replenishment.policy.level_kg=1:9",
            ),
            2,
        ),
        (("optimise", "nowhere", "--decide", f"{PRICE}=1:2"), 4),
    ],
)
def test_wrong_calls_are_refused(call, arguments, code):  # noqa: F811
    told = call(*arguments, "--trials", "3", "-n", "2", "--workers", "1")
    assert told.code == code, told.err
    assert told.err.strip()
    assert "Internal" not in told.err
