"""Tables hold what the figures say, once, and look alike in Arrow, pandas and polars."""

import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import farmsim as fs
from farmsim.api.frames import About, Coded, to_frame
from farmsim.experiment.run import run_scenario
from farmsim.results.files import TableFiles

SEASON = fs.run("bachu-matrix", replications=3, workers=1)
NETWORK = fs.run("melon-network", replications=2, workers=1)
COMPARED = fs.compare("bachu-trader", "bachu-order-programme", replications=3, workers=1)
EVERY = [(owner, name) for owner in (SEASON, NETWORK, COMPARED) for name in owner.tables]


@pytest.mark.parametrize(("owner", "name"), EVERY, ids=[name for _, name in EVERY])
def test_a_table_is_the_same_in_every_library(owner, name):
    arrow, pandas, polars = owner.to_arrow(name), owner.to_pandas(name), owner.to_polars(name)
    table = owner.table(name)
    assert isinstance(arrow, pa.Table)
    assert isinstance(pandas, pd.DataFrame)
    assert isinstance(polars, pl.DataFrame)
    assert arrow.num_rows == len(pandas) == polars.height == len(table)
    assert arrow.column_names == list(pandas.columns) == polars.columns == list(table.columns)
    for column in table.columns:
        known = [None if pd.isna(value) else value for value in pandas[column].tolist()]
        assert arrow[column].to_pylist() == known
        assert polars[column].to_list() == known


@pytest.mark.parametrize("owner", [SEASON, NETWORK, COMPARED], ids=["season", "network", "comparison"])
def test_every_table_says_what_a_row_is(owner):
    for name, meaning in owner.tables.items():
        assert "\n" not in meaning
        assert len(meaning) > 10, name


def test_replications_hold_every_metric_with_its_unit():
    frame = SEASON.to_pandas()
    assert list(frame.columns) == ["replication", *SEASON.metrics]
    assert frame["replication"].tolist() == [0, 1, 2]
    assert frame["sold_kg"].mean() == pytest.approx(SEASON.metrics["sold_kg"].mean)
    assert frame["sold_kg"].tolist() == SEASON.values("sold_kg").tolist()
    assert frame.attrs["units"]["sold_kg"] == "kg"
    assert frame.attrs["meanings"]["lost_share"].endswith(".")
    metadata = SEASON.to_arrow().schema.field("lost_share").metadata
    assert metadata[b"unit"] == b"share"


def test_long_tables_hold_each_part_and_replication_once():
    frame = SEASON.to_pandas("channel_replications")
    assert not frame.duplicated(["replication", "channel", "metric"]).any()
    means = frame.groupby(["channel", "metric"])["value"].mean()
    for channel, metrics in SEASON.channels.items():
        for metric, figure in metrics.items():
            assert means[channel, metric] == pytest.approx(figure.mean, nan_ok=True)
    assert len(frame) == 3 * sum(len(metrics) for metrics in SEASON.channels.values())


def test_summaries_hold_the_figures():
    frame = NETWORK.to_pandas("places").set_index(["kind", "place", "metric"])
    figure = NETWORK.stations["packing"]["utilisation"]
    row = frame.loc["stations", "packing", "utilisation"]
    assert [row["mean"], row["ci95_low"], row["ci95_high"], row["sd"]] == [
        figure.mean,
        *figure.ci95,
        figure.sd,
    ]
    assert row["unit"] == figure.unit
    assert row["n"] == 2


def test_weeks_add_up_to_what_was_sold_and_harvested():
    frame = SEASON.to_pandas("weekly")
    weekly = frame.pivot_table(index="replication", columns="item", values="kg", aggfunc="sum")
    assert weekly["harvested"].to_numpy() == pytest.approx(SEASON.values("harvested_kg"))
    for replication, outcome in enumerate(SEASON.played.outcomes):
        for item, kg in outcome.weekly.items():
            assert weekly.loc[replication, item] == pytest.approx(sum(kg))


def test_series_hold_what_the_looks_saw():
    frame = NETWORK.to_pandas("series")
    outcome = NETWORK.played.outcomes[1]
    one = frame[(frame["replication"] == 1) & (frame["place"] == "pudong") & (frame["series"] == "stock_kg")]
    assert one["day"].tolist() == outcome.series["day"]
    assert one["value"].tolist() == outcome.series["pudong.stock_kg"]
    assert len(frame) == 2 * len(outcome.series["day"]) * (len(outcome.series) - 1)


def test_a_network_without_looks_has_an_empty_series():
    result = fs.run(fs.load("melon-network", set={"sample_days": None}), replications=1, workers=1)
    assert len(result.table("series")) == 0
    assert list(result.to_pandas("series").columns) == ["replication", "place", "series", "day", "value"]


def test_the_difference_table_holds_the_differences():
    frame = COMPARED.to_pandas("differences").set_index("metric")
    one = COMPARED.differences["bachu-order-programme"]["sold_kg"]
    assert frame.loc["sold_kg", "mean"] == one.mean
    assert frame.loc["sold_kg", "verdict"] == one.verdict
    gaps = COMPARED.to_pandas("difference_replications").query("metric == 'sold_kg'")
    assert gaps["value"].mean() == pytest.approx(one.mean)
    wide = COMPARED.to_pandas("replications").set_index(["scenario", "replication"])["sold_kg"]
    assert (wide["bachu-order-programme"] - wide["bachu-trader"]).tolist() == gaps["value"].tolist()


def test_daily_tables_are_those_that_a_run_writes(tmp_path):
    run_scenario(fs.load("bachu-matrix").loaded, replications=3, workers=1, files=TableFiles(str(tmp_path)))
    frame = SEASON.to_pandas("daily")
    for replication in range(3):
        written = np.load(tmp_path / "daily" / f"replication-{replication:03d}.npz")
        mine = frame[frame["replication"] == replication]
        assert mine["channel"].tolist() == written["channel_names"][written["channel"]].tolist()
        for name in ("day", "orders", "sold_kg", "sales", "grower_receipts"):
            assert mine[name].tolist() == written[name].tolist()


def test_daily_tables_of_some_replications_are_parts_of_the_whole():
    whole = SEASON.to_pandas("daily")
    some = SEASON.daily([2, 0, 2]).to_pandas()
    assert some["replication"].drop_duplicates().tolist() == [2, 0]
    expected = pd.concat([whole[whole["replication"] == one] for one in (2, 0)], ignore_index=True)
    pd.testing.assert_frame_equal(some, expected)
    assert set(SEASON.daily(1).to_pandas()["replication"]) == {0}


def test_daily_tables_do_not_depend_on_the_number_of_workers():
    both = fs.run("bachu-trader", replications=4, workers=2)
    alone = fs.run("bachu-trader", replications=4, workers=1)
    pd.testing.assert_frame_equal(both.to_pandas("daily"), alone.to_pandas("daily"))


@pytest.mark.parametrize(
    ("wanted", "key"),
    [(4, "out-of-range"), ([3], "unknown-replication"), ([], "out-of-range"), ("x", "not-a-number")],
)
def test_days_of_replications_that_were_not_played_are_refused(wanted, key):
    with pytest.raises(fs.UsageError) as caught:
        SEASON.daily(wanted)
    assert caught.value.key == key


def test_a_network_has_no_days_by_channel():
    assert "daily" not in NETWORK.tables
    with pytest.raises(fs.UsageError, match="not for supply networks"):
        NETWORK.daily()


def test_a_table_is_built_once_and_one_that_is_large_each_time():
    assert SEASON.table("channels") is SEASON.table("channels")
    assert SEASON.table("daily") is not SEASON.table("daily")


def test_an_unknown_table_is_refused_with_what_was_meant():
    with pytest.raises(fs.UsageError, match=r"Did you mean channels\?"):
        SEASON.to_pandas("chanels")


@pytest.mark.parametrize(
    ("library", "name"), [("arrow", "pyarrow"), ("pandas", "pandas"), ("polars", "polars")]
)
def test_a_missing_library_is_named_with_a_remedy(library, name, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, name, None)
    with pytest.raises(fs.UsageError, match=f"pip install {name}"):
        to_frame({"x": np.arange(2)}, library)


def test_unknown_numbers_are_null_but_for_pandas():
    columns = {
        "x": np.array([1.0, math.nan]),
        "who": Coded.of(["a", "b"]),
        "k": np.array([1, 2], dtype="<i4"),
    }
    about = {"x": About("kg", "Weight.")}
    arrow = to_frame(columns, "arrow", about)
    assert arrow["x"].null_count == 1
    assert pa.types.is_dictionary(arrow.schema.field("who").type)
    assert arrow.schema.field("x").metadata == {b"unit": b"kg", b"meaning": b"Weight."}
    assert to_frame(columns, "polars")["x"].null_count() == 1
    assert to_frame(columns, "polars").schema["k"] == pl.Int32
    pandas = to_frame(columns, "pandas", about)
    assert pandas["x"].isna().tolist() == [False, True]
    assert pandas.attrs == {"units": {"x": "kg"}, "meanings": {"x": "Weight."}}


def test_a_frame_is_a_copy_of_the_table():
    frame = SEASON.to_pandas("replications")
    frame.loc[0, "sold_kg"] = -1.0
    assert SEASON.values("sold_kg")[0] > 0.0
    assert SEASON.to_pandas("replications").loc[0, "sold_kg"] > 0.0
