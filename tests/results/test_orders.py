"""Every order as a row: the counts are those of the records, whatever is dealt at random."""

import json

import numpy as np
import pytest

from engine.small_county import Rows, small
from farmsim.domain.records import Decided, Delivered, Fates, Ordered
from farmsim.engine.simulate import make_model, simulate
from farmsim.experiment.run import shape_of
from farmsim.results.files import TableFiles
from farmsim.results.orders import (
    BOUGHT,
    CANCELLED,
    KEPT,
    KEPT_BAD,
    LOST,
    OUTCOMES,
    REFUSED,
    SOLD_OUT,
    Orders,
    order_columns_of,
)
from farmsim.results.recorders import Together
from farmsim.streams import Streams
from results.two_counties import short_of_fruit

SENT = (KEPT, KEPT_BAD, REFUSED, LOST)


class Blocks(list):
    """A writer that keeps its blocks."""

    def append(self, block):
        super().append({name: np.array(values) for name, values in block.items()})


@pytest.fixture(scope="module", params=[short_of_fruit, lambda: short_of_fruit(grain="hour")])
def played(request):
    """Model, shape, records and the rows of each day."""
    scenario = request.param()
    model = make_model(scenario)
    shape, blocks, records = shape_of(model), Blocks(), Rows(Decided, Fates, Ordered, Delivered)
    orders = Orders(shape, Streams(scenario.random_seed, 0), blocks)
    simulate(model, 0, Together([records, orders]))
    assert len(blocks) == scenario.horizon_days
    return model, shape, records, blocks


def counted(shape, block, which):
    """Rows by (consumer offer, province)."""
    place = np.full(len(shape.offer_channel), -1)
    place[shape.consumer_offer] = np.arange(len(shape.consumer_offer))
    at = place[block["offer"][which]]
    size = len(shape.consumer_offer) * 31
    return np.bincount(at * 31 + block["province"][which], minlength=size).reshape(-1, 31)


def by_pair(shape, cells):
    """Counts of cells by (consumer offer, province)."""
    pair = shape.cell_offer * 31 + shape.cell_province
    return np.bincount(pair, cells, minlength=len(shape.consumer_offer) * 31).reshape(-1, 31)


def test_rows_of_a_day_are_those_of_the_records(played):
    _model, shape, records, blocks = played
    seen = set()
    for ended, block in zip(records.of(Decided), blocks, strict=True):
        outcome = block["outcome"]
        is_done = ~np.isin(outcome, (SOLD_OUT, CANCELLED))
        again = block["switched_in"]
        assert not (again & ~is_done).any()
        for which, cells in (
            (is_done & ~again, ended.served),
            (again, ended.switched_in),
            (outcome == SOLD_OUT, ended.lost),
            (outcome == CANCELLED, ended.cancelled),
        ):
            assert (counted(shape, block, which) == by_pair(shape, cells)).all()
            seen.add(int(which.any()))
        decided = block["day"] + np.maximum(block["waited_days"], 0)
        assert (decided == ended.day).all()
    assert seen == {0, 1}


def test_outcomes_of_parcels_are_those_of_the_records(played):
    _model, shape, records, blocks = played
    fates = {row.day: row for row in records.of(Fates)}
    assert len(fates) > 10
    for day, block in enumerate(blocks):
        size = (len(shape.consumer_offer), shape.slots)
        found = {}
        for outcome in SENT:
            which = block["outcome"] == outcome
            place = np.full(len(shape.offer_channel), -1)
            place[shape.consumer_offer] = np.arange(len(shape.consumer_offer))
            group = place[block["offer"][which]] * shape.slots + block["transit_days"][which] - 1
            found[outcome] = np.bincount(group, minlength=size[0] * size[1]).reshape(size)
        if day not in fates:
            assert not sum(counts.sum() for counts in found.values())
            continue
        row = fates[day]
        assert (found[LOST] == row.lost).all()
        assert (found[REFUSED] == row.refused).all()
        assert (found[KEPT_BAD] == row.bad - row.refused).all()
        assert (sum(found.values()) == row.sent).all()


def test_waiting_times_are_those_of_the_records(played):
    _model, shape, records, blocks = played
    longest = 0
    for ended, block in zip(records.of(Decided), blocks, strict=True):
        for days in range(1, len(ended.waited)):
            which = block["waited_days"] == days
            assert not block["switched_in"][which].any()
            assert (counted(shape, block, which).sum(axis=1) == ended.waited[days]).all()
            longest = max(longest, days if which.any() else 0)
    assert longest >= 2


def test_every_order_has_a_row_but_those_that_still_wait(played):
    """Those who were served elsewhere have two: one at the offer that was sold out, one where they got it."""
    _model, _shape, records, blocks = played
    ordered = records.of(Ordered)
    wanted, switched = (sum(int(getattr(r, f).sum()) for r in ordered) for f in ("wanted", "switched_in"))
    ended = sum(int(row.served.sum() + row.lost.sum() + row.cancelled.sum()) for row in records.of(Decided))
    rows = sum(len(block["day"]) for block in blocks)
    assert rows == ended + switched
    assert switched > 0
    assert 0 < wanted + switched - rows < 0.2 * wanted


def test_values_of_the_columns_are_possible(played):
    model, shape, _records, blocks = played
    block = {name: np.concatenate([part[name] for part in blocks]) for name in blocks[0]}
    for column in order_columns_of(shape):
        values = block[column.name]
        assert (values.astype(column.dtype) == values).all()
        if column.names is not None:
            assert 0 <= values.min() <= values.max() < len(column.names)
    assert block["second"].min() >= 0
    assert block["second"].max() < 86_400
    hours = np.bincount(block["second"] // 3600, minlength=24) / len(block["second"])
    hourly = model.market.hourly[0] / model.market.hourly[0].sum()
    assert hours == pytest.approx(hourly, abs=0.01)
    assert ((block["transit_days"] > 0) == np.isin(block["outcome"], SENT)).all()
    assert ((block["outcome"] == BOUGHT) <= ~shape.is_parcel[shape.offer_channel[block["offer"]]]).all()
    price = shape.price[block["offer"]] * shape.pack_kg[block["offer"]]
    assert block["price"] == pytest.approx(price)


def test_what_a_row_gets_does_not_hang_on_its_place(played):
    """Bad parcels are as frequent in the provinces that stand first as in those that stand last."""
    _model, _shape, _records, blocks = played
    first = np.concatenate([b["province"] < 15 for b in blocks])
    outcome = np.concatenate([b["outcome"] for b in blocks])
    transit = np.concatenate([b["transit_days"] for b in blocks])
    sent = np.isin(outcome, SENT)
    usual = np.bincount(transit[sent]).argmax()
    same = sent & (transit == usual)
    bad = np.isin(outcome, (KEPT_BAD, REFUSED))
    shares = [bad[same & part].mean() for part in (first, ~first)]
    least = min(int((same & part).sum()) for part in (first, ~first))
    assert shares[0] == pytest.approx(shares[1], abs=5.0 * np.sqrt(0.25 / least))


def test_rows_are_written_as_files_that_can_be_mapped(tmp_path):
    scenario = short_of_fruit()
    model = make_model(scenario)
    shape = shape_of(model)
    for codec in ("npz", "parquet"):
        if codec == "parquet":
            pytest.importorskip("pyarrow")
        files = TableFiles(str(tmp_path), codec, orders=True)
        files.prepare()
        with files.recorders(shape, Streams(scenario.random_seed, 0)) as recorders:
            simulate(model, 0, Together(recorders))
        assert [path.name.split(".")[0] for path in (tmp_path / "orders").iterdir()] == ["replication-000"]
        if codec == "npz":
            folder = tmp_path / "orders" / "replication-000"
            outcome = np.load(folder / "outcome.npy", mmap_mode="r")
            counts = np.bincount(outcome, minlength=len(OUTCOMES)).tolist()
            legend = json.loads((folder / "columns.json").read_text("utf-8"))
            assert len(outcome) == legend["rows"] > 1000
            assert len(legend["offers"]) == len(shape.offer_channel)
            assert legend["columns"]["outcome"]["names"] == list(OUTCOMES)
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(tmp_path / "orders" / "replication-000.parquet")
    assert [table["outcome"].to_pylist().count(name) for name in OUTCOMES] == counts


def test_without_consumers_there_are_no_rows(tmp_path):
    model = make_model(small())
    files = TableFiles(str(tmp_path), orders=True)
    files.prepare()
    with files.recorders(shape_of(model), Streams(1, 0)) as recorders:
        simulate(model, 0, Together(recorders))
    assert len(np.load(tmp_path / "orders" / "replication-000" / "day.npy")) == 0
