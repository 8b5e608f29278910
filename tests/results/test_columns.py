"""Tables as files: whole or block by block, complete or not there, faults of the disk with a name."""

import json

import numpy as np
import pytest

from farmsim.errors import FileError
from farmsim.results.columns import Column, open_table, write_table

COLUMNS = [
    Column("day", "<i2", "Day."),
    Column("place", "|i1", "Where.", ("near", "far")),
    Column("kg", "<f8", "How much."),
]


def block(rows, day=0):
    return {
        "day": np.full(rows, day),
        "place": np.arange(rows) % 2,
        "kg": np.linspace(0.0, 1.0, rows),
    }


def read_parquet(path):
    return pytest.importorskip("pyarrow.parquet").read_table(path)


def test_a_whole_table_has_one_array_a_column_and_the_names_of_codes(tmp_path):
    write_table(tmp_path / "a", COLUMNS, block(5, day=3), "npz")
    with np.load(tmp_path / "a.npz") as table:
        assert set(table) == {"day", "place", "place_names", "kg"}
        assert table["day"].dtype == np.int16
        assert table["day"].tolist() == [3] * 5
        assert table["place_names"][table["place"]].tolist() == ["near", "far", "near", "far", "near"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]


@pytest.mark.parametrize("blocks", [(), (3,), (3, 0, 70_000)])
def test_a_long_table_can_be_mapped_into_memory(tmp_path, blocks):
    with open_table(tmp_path / "a", COLUMNS, {"made": "here"}, "npz") as writer:
        for day, rows in enumerate(blocks):
            writer.append(block(rows, day))
    days = np.load(tmp_path / "a" / "day.npy", mmap_mode="r")
    assert days.dtype == np.int16
    assert np.bincount(days, minlength=len(blocks)).tolist() == list(blocks)
    assert np.load(tmp_path / "a" / "kg.npy").shape == (sum(blocks),)
    legend = json.loads((tmp_path / "a" / "columns.json").read_text("utf-8"))
    assert (legend["made"], legend["rows"]) == ("here", sum(blocks))
    assert legend["columns"]["place"]["names"] == ["near", "far"]


def test_parquet_has_a_group_of_rows_a_block_and_names_for_codes(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    with open_table(tmp_path / "a", COLUMNS, {"made": "here"}, "parquet") as writer:
        writer.append(block(3, 0))
        writer.append(block(4, 1))
    file = parquet.ParquetFile(tmp_path / "a.parquet")
    assert file.num_row_groups == 2
    table = file.read()
    assert table["day"].to_pylist() == [0] * 3 + [1] * 4
    assert table["place"].to_pylist()[:3] == ["near", "far", "near"]
    assert json.loads(table.schema.metadata[b"farmsim"]) == {"made": "here"}


def test_a_whole_table_as_parquet(tmp_path):
    pytest.importorskip("pyarrow")
    write_table(tmp_path / "a", COLUMNS, block(4), "parquet")
    assert read_parquet(tmp_path / "a.parquet").num_rows == 4
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


@pytest.mark.parametrize("codec", ["npz", "parquet"])
def test_what_is_not_complete_is_thrown_away(tmp_path, codec):
    if codec == "parquet":
        pytest.importorskip("pyarrow")

    def broken_off():
        with open_table(tmp_path / "a", COLUMNS, {}, codec) as writer:
            writer.append(block(3))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("codec", ["npz", "parquet"])
def test_a_table_takes_the_place_of_an_older_one(tmp_path, codec):
    if codec == "parquet":
        pytest.importorskip("pyarrow")
    for rows in (9, 2):
        with open_table(tmp_path / "a", COLUMNS, {}, codec) as writer:
            writer.append(block(rows))
        write_table(tmp_path / "b", COLUMNS, block(rows), codec)
    read = {"npz": lambda: len(np.load(tmp_path / "a" / "day.npy"))}
    assert read.get(codec, lambda: read_parquet(tmp_path / "a.parquet").num_rows)() == 2


@pytest.mark.parametrize("codec", ["npz", "parquet"])
def test_a_fault_of_the_disk_names_the_file(tmp_path, codec):
    if codec == "parquet":
        pytest.importorskip("pyarrow")
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError, match="file"):
        write_table(tmp_path / "file" / "a", COLUMNS, block(3), codec)
    with pytest.raises(FileError, match="file"), open_table(tmp_path / "file" / "a", COLUMNS, {}, codec):
        pass


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(*_arguments, **_arrays):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(FileError, match="No space left") as caught:
        write_table(tmp_path / "a", COLUMNS, block(3), "npz")
    assert caught.value.path == str(tmp_path / "a.npz")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("farmsim.results.columns.np.ascontiguousarray", full)
    with pytest.raises(FileError), open_table(tmp_path / "b", COLUMNS, {}, "npz") as writer:
        writer.append(block(3))
    assert list(tmp_path.iterdir()) == []
