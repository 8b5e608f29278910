"""The commands on files that describe a supply network."""

import csv
import io
import json
from pathlib import Path

import pytest

from cli.test_cli import _surroundings, call  # noqa: F401 (fixtures)
from farmsim.report.cells import cell_width

RUN = ("run", "melon-network", "--set", "horizon_days=15", "--workers", "1", "--random-seed", "3")
QUEUE = """\
name: queue
horizon_days: 20
warm_up_days: 2
steady_state: true
replications: 4
currency: EUR
expect: {pack.utilisation: {at_least: 0.4, at_most: 0.8}}
network:
  sources: {farms: {arrivals: {kind: poisson, per_day: 120}, to: pack}}
  stations: {pack: {hours: {distribution: exponential, mean: 0.125}}}
"""
SHOP = """\
name: shop
horizon_days: 20
currency: EUR
network:
  customers: {all: {at: shop, arrivals: {kind: even}, kg: 7, price_per_kg: 3}}
  sites:
    shop: {opening_kg: 20, holding_per_kg_day: 1, replenishment: {supplier: unlimited, lead_days: 1,
      review_days: 1, policy: {policy: base-stock, level_kg: 14}}}
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "queue.yaml").write_text(QUEUE, encoding="utf-8")
    (tmp_path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    return tmp_path


def widest(text):
    return max(
        cell_width(line) for line in text.splitlines() if not line.startswith(("Again", "Next", "复", "下"))
    )


@pytest.mark.parametrize(
    ("width", "language", "count"),
    [(80, "en", 1), (80, "en", 12), (80, "zh", 12), (120, "en", 12), (120, "zh", 1)],
)
@pytest.mark.parametrize("full", [(), ("--full",)])
def test_the_screen_fits_and_no_column_is_cut(call, width, language, count, full):  # noqa: F811
    code, out, err = call(*RUN, "-n", str(count), "--lang", language, "--width", str(width - 1), *full)
    assert (code, err) == (0, "")
    assert widest(out) <= width - 1
    assert "…" not in out.split("ALL METRICS")[0].split("全部指标")[0]
    assert ("±" in out) == (count > 1) or "± 95%" in out
    for word in ("packing", "local-truck", "cold-store", "shanghai-dc", "pudong-groups"):
        assert word in out
    if language == "zh":
        assert "整个网络" in out
        assert "balance" not in out
    if full:
        assert "time_p90_hours" in out


def test_one_replication_has_no_interval(call):  # noqa: F811
    out = call(*RUN, "-n", "1")[1]
    assert "No intervals: there is 1 replication." in out
    assert "\n  ±" not in out
    assert ".." not in out


def test_the_screen_says_what_is_measured_and_that_it_balances(call, files):  # noqa: F811
    code, out, _err = call("run", "queue.yaml", "--workers", "1", "--ascii")
    assert code == 0
    assert out.isascii()
    assert "20 days, the first 2 left out (warm-up)" in out
    assert "WHOLE NETWORK" not in out, "a queue has neither stock nor trade"
    assert "ok     expected pack.utilisation >= 0.400, <= 0.800" in out
    assert "balance OK" in out
    out = call("run", "shop.yaml", "-n", "2")[1]
    assert "EUR" in out
    assert "CNY" not in out
    assert "nothing in this network is left to chance" in " ".join(out.split())


def test_a_failed_or_unknown_expectation_exits_1(call, files):  # noqa: F811
    queue = ("run", "queue.yaml", "--workers", "1", "-n", "2", "--set")
    assert call(*queue, "expect.total_cost.at_least=5")[0] == 1
    code, out, _err = call(*queue, "expect.soldd_kg.at_least=5")
    assert code == 1
    assert "Nothing in this network is called soldd_kg" in out


def test_what_is_long_overloaded_or_not_warmed_up_is_said(call, files):  # noqa: F811
    more = ("--set", "network.sources.farms.arrivals.per_day=400", "--set", "warm_up_days=0")
    out = call("run", "queue.yaml", "-n", "2", "--workers", "1", *more)[1]
    out = " ".join(out.split())
    assert "pack works all the time" in out
    assert "Without warm_up_days" in out


def test_json_has_every_place_and_is_the_same_in_chinese(call):  # noqa: F811
    _code, out, _err = call(*RUN, "-n", "3", "--json")
    document = json.loads(out)
    assert json.loads(call(*RUN, "-n", "3", "--json", "--lang", "zh")[1]) == document
    assert document["scenario"]["kind"] == "network"
    assert document["metrics"]["profit"]["unit"] == "CNY"
    assert document["metrics"]["profit"]["n"] == 3
    assert set(document["sites"]) == {"cold-store", "shanghai-dc", "pudong", "xuhui", "baoshan"}
    assert document["stations"]["packing"]["utilisation"]["unit"] == "share"
    assert set(document["lanes"]["local-truck"]) >= {"trips", "freight_cost"}
    assert set(document["customers"]["xuhui-groups"]) >= {"orders", "sold_kg"}
    assert abs(sum(state["mean"] for state in document["states"]["packing"]) - 1.0) < 1e-9
    balance = document["balance"]["kg"]
    assert abs(balance["difference"]) < 1e-6 * balance["in"]
    assert (
        abs(sum(e["mean"] for e in balance["destinations"].values()) - balance["out"]) < 1e-6 * balance["in"]
    )
    assert document["warnings"][0]["code"] == "few-replications"


def test_the_currency_of_the_file_is_that_of_json_and_csv(call, files):  # noqa: F811
    assert json.loads(call("run", "shop.yaml", "-n", "1", "--json")[1])["metrics"]["profit"]["unit"] == "EUR"
    rows = list(csv.DictReader(io.StringIO(call("run", "shop.yaml", "-n", "1", "--csv", "-")[1])))
    units = {(row["place"], row["metric"]): row["unit"] for row in rows}
    assert units["", "cost_per_day"] == units["shop", "cost_per_day"] == "EUR/day"
    assert {row["kind"] for row in rows} == {"", "sites", "customers"}


def test_out_writes_result_replications_and_looks(call):  # noqa: F811
    code, out, _err = call(*RUN, "-n", "2", "--out", "found", "--csv", "mine.csv")
    assert code == 0
    assert "found/series.csv" in out
    assert json.loads(Path("found/result.json").read_text(encoding="utf-8"))["replications"] == 2
    assert Path("found/replications.csv").read_text("utf-8") == Path("mine.csv").read_text("utf-8")
    text = Path("found/series.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 2 * 15
    assert {"replication", "day", "pudong.stock_kg", "packing.loads"} <= set(rows[0])


def test_a_network_without_looks_writes_no_series(call, files):  # noqa: F811
    call("run", "queue.yaml", "-n", "1", "--out", "plain")
    assert not Path("plain/series.csv").exists()


def test_quiet_is_one_line_or_nothing(call):  # noqa: F811
    out = call(*RUN, "-n", "3", "-q", "--lang", "zh")[1]
    assert out.startswith("profit ")
    assert out.count("\n") == 1
    assert call(*RUN, "-n", "3", "-qq")[1] == ""


@pytest.mark.parametrize("metric", ["sold_kg", "packing.utilisation"])
def test_a_precision_of_a_total_or_of_a_place(call, metric):  # noqa: F811
    code, out, _err = call(*RUN, "--precision", "50%", "--precision-metric", metric)
    assert code == 0
    assert "Stopped after 10 replications" in out
    document = json.loads(
        call(*RUN, "--precision", "0.01%", "--precision-metric", metric, "-n", "11", "--json")[1]
    )
    assert document["precision"]["reason"] == "most"
    assert document["replications"] == 11
    assert document["warnings"][0]["code"] == "precision-most"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*RUN, "--out", "x", "--tables", "npz"), "--tables npz"),
        ((*RUN, "--out", "x", "--tables", "parquet"), "--tables parquet"),
        ((*RUN, "--out", "x", "--rows", "orders"), "--rows orders"),
        ((*RUN, "--precision", "5%"), "--precision-metric"),
        ((*RUN, "--precision", "5%", "--precision-metric", "soldd_kg"), "sold_kg"),
        (("compare", "melon-network", "bachu-trader"), "bachu-trader"),
        (("compare", "bachu-trader", "melon-network"), "bachu-trader"),
        (("compare", "melon-network", "melon-network", "--explain"), "--explain"),
        (("leverage", "melon-network", "--baseline", "bachu-trader"), "melon-network"),
        (("break-even", "melon-network", "horizon_days", "--against", "bachu-trader"), "melon-network"),
        (
            (
                "break-even",
                "bachu-trader",
                "horizon_days",
                "--against",
                "melon-network",
                "--from",
                "40",
                "--to",
                "60",
            ),
            "melon-network",
        ),
        (("explain", "three-mu", "melon-network"), "melon-network"),
    ],
)
def test_what_a_network_cannot_do_is_wrong_usage(call, arguments, said, language):  # noqa: F811
    code, out, err = call(*arguments, "--lang", language)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
    assert ("错误" in err) == (language == "zh")


def test_tables_none_is_what_a_network_does_anyway(call, files):  # noqa: F811
    assert call("run", "queue.yaml", "-n", "1", "--out", "x", "--tables", "none")[0] == 0


COMPARE = ("compare", "melon-network", "melon-network-reefer", "--set", "horizon_days=15", "--workers", "1")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("more", [(), ("--full",), ("--width", "120")])
def test_networks_are_compared_with_paired_differences(call, language, more):  # noqa: F811
    code, out, err = call(*COMPARE, "-n", "10", "--lang", language, *more)
    assert (code, err) == (0, "")
    assert widest(out) <= (119 if "--width" in more else 79)
    assert "B - A" in out
    if "--full" in more:
        assert "pudong.outdated_kg" in out


def test_a_comparison_of_networks_as_json_csv_line_and_files(call, files):  # noqa: F811
    document = json.loads(call(*COMPARE, "-n", "3", "--json", "--out", "both")[1])
    assert document == json.loads(Path("both/result.json").read_text(encoding="utf-8"))
    found = document["differences"]["melon-network-reefer"]["outdated_kg"]
    assert found["mean"] <= 0.0
    assert found["n"] == 3
    means = [document["scenarios"][name]["metrics"]["profit"]["mean"] for name in document["scenarios"]]
    gap = document["differences"]["melon-network-reefer"]["profit"]["mean"]
    assert abs(means[1] - means[0] - gap) < 1e-6 * abs(means[0])
    table = call(*COMPARE, "-n", "3", "--csv", "-")[1]
    assert table.startswith("scenario,replication,cost_per_day")
    assert table.count("\n") == 7
    assert call(*COMPARE, "-n", "3", "-q")[1].startswith("profit  melon-network-reefer - melon-network ")
    out = " ".join(call("compare", "queue.yaml", "shop.yaml", "-n", "2", "--workers", "1")[1].split())
    assert "B is measured over other days than A" in out


def test_validate_and_show_say_what_a_network_contains(call, files):  # noqa: F811
    out = call("validate", "melon-network")[1]
    for said in (
        "supply network",
        "villages > packing",
        "packing (2 servers) > local-truck",
        "shanghai-dc < cold-store (base-stock)",
        "pudong-groups at pudong",
        "0 without either",
    ):
        assert said in " ".join(out.split())
    assert "供应网络" in call("validate", "queue.yaml", "--lang", "zh")[1]
    out = call("show", "melon-network")[1]
    assert "network.stations.packing" in out
    assert widest(out) <= 79
    assert "melon-network" in call("list", "scenarios")[1]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("utilisation", "Share of the servers' time"),
        ("mean_backorders_kg", "of sites"),
        ("cost_per_day", "of the whole network"),
        ("reorder_kg", "network.sites.ID.replenishment.policy.reorder_kg"),
        ("network.stations.pack.servers", "Servers; 0 means"),
        ("warm_up_days", "(network)"),
        ("metrics", "METRICS OF SUPPLY NETWORKS"),
        ("parameters", "network.lanes.ID.leaves_with"),
        ("E056", "comes back to itself"),
    ],
)
def test_explain_knows_metrics_and_parameters_of_networks(call, word, said):  # noqa: F811
    code, out, _err = call("explain", word)
    assert code == 0
    assert said in " ".join(out.split())
    assert call("explain", word, "--lang", "zh")[0] == 0


def test_explain_guesses_a_metric_of_a_network(call):  # noqa: F811
    assert "mean_stock_kg" in call("explain", "mean_stok_kg")[2]
