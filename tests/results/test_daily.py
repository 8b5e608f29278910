"""The daily tables: they add up to the figures of the run, and recording changes nothing."""

import numpy as np
import pytest

from engine.small_county import MARKET, outcome_of, small
from farmsim.engine.simulate import make_model, simulate
from farmsim.experiment.run import play, shape_of
from farmsim.results.daily import AMOUNTS, COUNTS, PARCELS, Daily
from farmsim.results.files import TableFiles
from results.two_counties import short_of_fruit


@pytest.fixture(scope="module")
def scenario():
    return short_of_fruit()


@pytest.fixture(scope="module")
def outcome(scenario):
    return outcome_of(scenario)


def table_of(scenario):
    model = make_model(scenario)
    daily = Daily(shape_of(model))
    simulate(model, 0, daily)
    return daily


@pytest.fixture(scope="module")
def table(scenario):
    return table_of(scenario).table()


@pytest.mark.parametrize("by", ["channel", "county"])
def test_days_add_up_to_the_figures_of_the_run(scenario, outcome, table, by):
    names = list(scenario.channels if by == "channel" else scenario.counties)
    figures = outcome.channels if by == "channel" else outcome.counties

    def sums(column):
        return np.bincount(table[by], table[column], minlength=len(names))

    for place, name in enumerate(names):
        own = figures[name]
        assert sums("orders")[place] == own["orders"]
        assert sums("sold_kg")[place] == pytest.approx(own["sold_kg"], abs=1e-6)
        net = sums("sales")[place] - sums("refunds")[place]
        assert net == pytest.approx(own["sales_revenue"], abs=1e-3)
        assert sums("grower_receipts")[place] == pytest.approx(own["grower_receipts"], abs=1e-3)
        sent = sums("kept_parcels") + sums("refused_parcels") + sums("lost_parcels")
        if sent[place]:
            share = (sums("bad_parcels")[place] + sums("lost_parcels")[place]) / sent[place]
            assert share == pytest.approx(own["refund_share"])


def test_kilograms_on_the_way_are_those_of_the_run(outcome, table):
    assert table["returned_kg"].sum() == pytest.approx(outcome.destinations["returned"])
    assert table["lost_in_transit_kg"].sum() == pytest.approx(outcome.destinations["lost_in_transit"])
    assert table["dispatched_kg"].sum() >= table["sold_kg"].sum() - 1e-6


def test_orders_are_served_lost_cancelled_or_wait(table):
    assert table["cancelled_orders"].sum() > 0
    assert table["switched_in_orders"].sum() > 0
    ended = table["served_orders"] - table["switched_in_orders"] + table["lost_orders"]
    left = table["orders"].sum() - ended.sum() - table["cancelled_orders"].sum()
    assert 0 <= left < 0.2 * table["orders"].sum()


def test_there_is_a_row_for_every_day_and_offering_county_and_channel(scenario, table):
    data = scenario.model_copy(deep=True)
    pairs = set(zip(table["county"].tolist(), table["channel"].tolist(), strict=True))
    days = int(table["day"].max()) + 1
    assert len(table["day"]) == days * len(pairs)
    assert days >= data.horizon_days
    assert (np.diff(table["day"]) >= 0).all()
    one = data.model_copy(update={"channels": dict(data.channels)})
    name = next(iter(one.channels))
    only = next(iter(data.counties))
    one.channels[name] = one.channels[name].model_copy(update={"counties": [only]})
    fewer = table_of(one).table()
    channel = fewer["channel"] == list(data.channels).index(name)
    assert set(fewer["county"][channel].tolist()) == {0}


def test_recording_changes_nothing(scenario, outcome, tmp_path):
    files = TableFiles(str(tmp_path), orders=True)
    files.prepare()
    again = play(make_model(scenario), 0, scenario.random_seed, files=files)
    assert repr(again) == repr(outcome)


def test_the_file_has_every_column(scenario, tmp_path):
    table_of(scenario).write(tmp_path / "a", "npz")
    with np.load(tmp_path / "a.npz") as file:
        codes = {"day", "county", "county_names", "channel", "channel_names"}
        assert set(file) == {*codes, *COUNTS, *PARCELS, *AMOUNTS}
        assert file["county_names"].tolist() == list(scenario.counties)
        assert file["orders"].dtype == np.int32


def test_without_consumers_there_is_trade_only():
    table = table_of(small({"channels": {"market": MARKET}})).table()
    assert table["orders"].sum() == 0
    assert table["sold_kg"].sum() > 0.0
