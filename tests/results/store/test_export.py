"""Exports of a result store: what stands in the tables, how cells are written, and what faults leave."""

import csv
import errno
import json
import math
import sys
import tracemalloc

import numpy as np
import pytest
from sweep_stores import METRICS, PART_METRICS, about, row, rows, store

from farmsim.errors import FileError, UsageError
from farmsim.results.estimates import estimate
from farmsim.results.store import export_files, faults
from farmsim.results.store.export import export
from farmsim.results.store.export_files import csv_cell
from farmsim.results.store.reader import open_reader
from farmsim.results.store.rows import PointRow, RunRow
from farmsim.results.store.writer import create_store

NAMES = [name for name, _unit in METRICS]


@pytest.fixture
def reader(tmp_path):
    with store(tmp_path / "sweep", 5) as writer:
        writer.add(rows())
    with open_reader(tmp_path / "sweep") as opened:
        yield opened


def read_csv(path):
    """The cells of a file, which must have a byte order mark and the line ends of Windows."""
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def number(cell):
    return math.nan if cell == "" else float(cell)


def same(found, expected):
    return np.array(found).tobytes() == np.array(expected, dtype=float).tobytes()


def test_a_folder_gets_every_table(reader, tmp_path):
    paths = export(reader, tmp_path / "new" / "tables", "csv")
    assert [path.name for path in paths] == ["points.csv", "summary.csv", "parts.csv", "failures.csv"]
    assert sorted(paths) == sorted((tmp_path / "new" / "tables").iterdir())


def test_points_has_a_row_for_each_run(reader, tmp_path):
    table = read_csv(export(reader, tmp_path, "csv")[0])
    assert list(table[0]) == ["point", "label", "a.b", "c", "d", "replication", "status", *NAMES]
    assert len(table) == 40
    for cells, run in zip(table, rows(), strict=True):
        point = reader.points[run.point]
        assert (cells["point"], cells["replication"]) == (str(run.point), str(run.replication))
        assert (cells["label"], cells["status"]) == (point.label or "", run.status)
        assert (cells["a.b"], float(cells["c"]), cells["d"]) == (str(run.point), point.parameters["c"], "x")
        expected = run.metrics or (math.nan,) * len(NAMES)
        assert same([number(cells[name]) for name in NAMES], expected)


def test_summary_has_a_row_for_each_point(reader, tmp_path):
    table = read_csv(export(reader, tmp_path, "csv")[1])
    values = reader.all_values()
    assert len(table) == 5
    for place, cells in enumerate(table[:4]):
        assert (cells["point"], cells["ok"], cells["not_ok"]) == (str(place), "8", "2")
        for metric, name in enumerate(NAMES[1:], 1):
            found = estimate(values[metric, place])
            assert int(cells[f"{name}_n"]) == found.n == 8
            expected = (found.mean, found.half_width, found.sd)
            assert same([float(cells[f"{name}_{what}"]) for what in ("mean", "half_width", "sd")], expected)
    assert int(table[2]["waste.kg_n"]) == 8 - np.count_nonzero(
        np.isnan([row(2, n).metrics[0] for n in range(5)])
    )
    last = table[4]
    assert (last["a.b"], last["ok"], last["not_ok"], last["fill-rate_n"], last["fill-rate_mean"]) == (
        *("4", "0", "0", "0"),
        "",
    )


def test_parts_has_a_row_for_each_run_channel_and_metric(reader, tmp_path):
    table = read_csv(export(reader, tmp_path, "csv")[2])
    expected = [
        (str(run.point), str(run.replication), part, metric, value)
        for run in rows()
        for part, values in run.parts
        for (metric, _unit), value in zip(PART_METRICS, values, strict=True)
    ]
    found = [tuple(cells.values())[:4] for cells in table]
    assert found == [cells[:4] for cells in expected]
    assert same([number(cells["value"]) for cells in table], [cells[4] for cells in expected])


def test_failures_has_a_row_for_each_run_that_is_not_ok(reader, tmp_path):
    table = read_csv(export(reader, tmp_path, "csv")[3])
    assert [(cells["status"], cells["error"], cells["seconds"]) for cells in table[:2]] == [
        ("failed", "ValueError: 没有货", "0.25"),
        ("crashed", "the process died", "1.5"),
    ]
    assert len(table) == 8
    assert table[0]["label"] == "点 0"


def test_a_file_gets_the_points(reader, tmp_path):
    for name, form in (("a.csv", "csv"), ("b.CSV", "csv"), ("c.parquet", "parquet")):
        if form == "parquet":
            pytest.importorskip("pyarrow")
        assert export(reader, tmp_path / "x" / name, form) == [tmp_path / "x" / name]
    assert read_csv(tmp_path / "x" / "a.csv") == read_csv(tmp_path / "x" / "b.CSV")
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == ["a.csv", "b.CSV", "c.parquet"]


def test_without_metrics_of_channels_there_is_no_such_table(tmp_path):
    with create_store(tmp_path / "sweep", about(METRICS, ()), [PointRow("k", None, {})], [0]) as writer:
        assert [path.stem for path in export(writer, tmp_path, "csv")] == ["points", "summary", "failures"]
        assert read_csv(tmp_path / "points.csv") == []


HOSTILE = [
    "=cmd()",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://x";"y")',
    "plain",
    "a=b",
    "'=x",
]


def test_text_cannot_be_taken_for_a_formula_and_numbers_stay_numbers(tmp_path):
    points = [PointRow(str(n), text, {"=name": text, "n": -1.5 * n}) for n, text in enumerate(HOSTILE)]
    metrics = (("-metric", "kg"), ("plain", "kg"))
    with create_store(tmp_path / "sweep", about(metrics), points, []) as writer:
        writer.add([RunRow(n, 0, "ok", "", 1.0, "d", (-2.5, -math.inf), (), ()) for n in range(5)])
        writer.add([RunRow(n, 0, "failed", text, 1.0, "", (), (), ()) for n, text in enumerate(HOSTILE)])
        writer.add([RunRow(0, 1, "ok", "", 1.0, "d", (-2.5, 0.0), (("=shop", (-1.0, -0.0)),), ())])
        paths = export(writer, tmp_path, "csv")
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for cells in csv.reader(file):
                for cell in cells:
                    assert not cell.startswith(("=", "@", "\t", "\r"))
                    assert not cell.startswith(("+", "-")) or float(cell) <= 0.0
    table = read_csv(tmp_path / "points.csv")
    assert [cells["label"] for cells in table[1:]] == [
        text if text in {"plain", "a=b", "'=x"} else "'" + text for text in HOSTILE
    ]
    assert [cells["label"] for cells in table[1:]] == [cells["'=name"] for cells in table[1:]]
    assert (table[0]["n"], table[0]["'-metric"], table[0]["plain"]) == ("-0.0", "-2.5", "-inf")
    assert read_csv(tmp_path / "parts.csv")[0]["channel"] == "'=shop"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((None, ""), (True, "true"), (False, "false"), (3, "3"), (-3, "-3"), (10**30, str(10**30))),
        *((0.1, "0.1"), (1.0, "1.0"), (-0.0, "-0.0"), (math.nan, ""), (math.inf, "inf"), (5e-324, "5e-324")),
        *((np.float64(0.25), "0.25"), ("", ""), ("-5", "'-5"), ("5", "5")),
    ],
)
def test_cells_of_csv(value, text):
    assert csv_cell(value) == text


def typed(parameters):
    """Points with these values of one parameter."""
    return [PointRow(str(n), None, {"p": value}) for n, value in enumerate(parameters)]


@pytest.mark.parametrize(
    ("given", "kind", "expected"),
    [
        ([1, 2], "int64", [1, 2]),
        ([1, 2.5], "double", [1.0, 2.5]),
        ([0.5, math.inf], "double", [0.5, math.inf]),
        ([True, False], "bool", [True, False]),
        (["x", "=y"], "string", ["x", "=y"]),
        (["x", 1, 2.5, True], "string", ["x", "1", "2.5", "true"]),
        ([True, 1], "string", ["true", "1"]),
        ([1, 2**63], "string", ["1", str(2**63)]),
        (["\ud800"], "string", ["\\ud800"]),
    ],
)
def test_a_parameter_s_column_is_of_the_kind_that_holds_all_its_values(tmp_path, given, kind, expected):
    parquet = pytest.importorskip("pyarrow.parquet")
    points = [*typed(given), PointRow("without", None, {"q": 1})]
    with create_store(tmp_path / "sweep", about((), ()), points, []) as writer:
        export(writer, tmp_path, "parquet")
    table = parquet.read_table(tmp_path / "summary.parquet")
    assert str(table.schema.field("p").type) == kind
    assert table["p"].to_pylist() == [*expected, None]


def test_parquet_holds_the_same_numbers_with_null_for_what_is_unknown(reader, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    paths = export(reader, tmp_path, "parquet")
    assert [path.name for path in paths] == [
        *("points.parquet", "summary.parquet", "parts.parquet", "failures.parquet")
    ]
    points = parquet.read_table(paths[0])
    for name in NAMES:
        expected = [dict(zip(NAMES, run.metrics, strict=False)).get(name, math.nan) for run in rows()]
        assert [value is None for value in points[name].to_pylist()] == np.isnan(expected).tolist()
        assert same([math.nan if v is None else v for v in points[name].to_pylist()], expected)
    for path in paths[1:]:
        as_csv = read_csv(export(reader, tmp_path / "csv", "csv")[paths.index(path)])
        cells = [{k: csv_cell(v) for k, v in line.items()} for line in parquet.read_table(path).to_pylist()]
        assert cells == as_csv
    told = json.loads(points.schema.metadata[b"farmsim"])
    assert (told["random_seed"], told["name"], told["versions"]["farmsim"]) == (
        20240501,
        "巴楚 melon",
        "0.1.0",
    )


def test_long_tables_are_written_in_groups(tmp_path, monkeypatch):
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(export_files, "_BLOCK", 16)
    with store(tmp_path / "sweep") as writer:
        writer.add(rows())
        export(writer, tmp_path / "points.parquet", "parquet")
    file = parquet.ParquetFile(tmp_path / "points.parquet")
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [16, 16, 8]
    assert file.read()["replication"].to_pylist() == [run.replication for run in rows()]


def test_no_two_columns_have_one_name(tmp_path):
    pytest.importorskip("pyarrow")
    points = [PointRow("k", "here", {"label": 1, "status": 2, "waste.kg": 3})]
    with create_store(tmp_path / "sweep", about(), points, []) as writer:
        writer.add([row(0, 1)])
        (cells,) = read_csv(export(writer, tmp_path / "a.csv", "csv")[0])
        export(writer, tmp_path, "parquet")
    assert (cells["label"], cells["label (2)"], cells["status"], cells["status (2)"]) == (
        "here",
        "1",
        "2",
        "ok",
    )
    assert (cells["waste.kg"], number(cells["waste.kg (2)"])) == ("3", row(0, 1).metrics[0])


def test_infinite_values_have_a_summary(tmp_path):
    with create_store(tmp_path / "sweep", about((("m", "kg"),), ()), [PointRow("k", None, {})], []) as writer:
        for replication, value in enumerate((math.inf, 1.0, 1e308, -1e308)):
            writer.add([RunRow(0, replication, "ok", "", 1.0, "d", (value,), (), ())])
        (cells,) = read_csv(export(writer, tmp_path, "csv")[1])
    assert (cells["m_n"], cells["m_mean"], cells["m_sd"]) == ("4", "inf", "")


def test_parquet_without_pyarrow_is_refused_before_anything_is_written(reader, tmp_path, monkeypatch):
    monkeypatch.setattr("farmsim.results.store.export.has_parquet", lambda: False)
    with pytest.raises(UsageError, match="no-parquet"):
        export(reader, tmp_path / "tables", "parquet")
    assert not (tmp_path / "tables").exists()


def test_csv_needs_no_pyarrow(reader, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert len(export(reader, tmp_path, "csv")) == 4


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_an_older_file_stays_until_the_new_one_is_complete(reader, tmp_path, form, monkeypatch):
    if form == "parquet":
        pytest.importorskip("pyarrow")
    target = tmp_path / f"points.{form}"
    export(reader, target, form)
    before = target.read_bytes()

    def broken(_reader, **_options):
        yield row(0, 1)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("farmsim.results.store.reader.StoreReader.rows", broken)
        with pytest.raises(FileError) as caught:
            export(reader, target, form)
    assert (caught.value.path, caught.value.reason) == (str(target), faults.FULL)
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [target.name]
    assert export(reader, target, form) == [target], "the store can be read on"


def test_a_folder_that_cannot_be_made_is_told(reader, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError) as caught:
        export(reader, tmp_path / "file" / "tables", "csv")
    assert caught.value.reason == faults.NOT_A_FOLDER


def test_an_export_is_of_one_moment(tmp_path, monkeypatch):
    given = rows()
    with store(tmp_path / "sweep") as writer, open_reader(tmp_path / "sweep") as reader:
        writer.add(given[:20])
        written = []

        def writing_meanwhile(table, *arguments):
            writer.add(given[20 + 5 * len(written) :][:5])
            written.append(table.name)
            export_files.write_file(table, *arguments)

        monkeypatch.setattr("farmsim.results.store.export.write_file", writing_meanwhile)
        export(reader, tmp_path, "csv")
        assert len(list(reader.rows())) == 40
    assert len(read_csv(tmp_path / "points.csv")) == 20
    assert sum(int(cells["ok"]) for cells in read_csv(tmp_path / "summary.csv")) == 16


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_memory_does_not_grow_with_the_table(tmp_path, form, monkeypatch):
    if form == "parquet":
        pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(export_files, "_BLOCK", 64)
    peaks = []
    for replications in (200, 4_000):
        with store(tmp_path / str(replications), 2) as writer:
            writer.add(rows(2, replications))
            export(writer, tmp_path / f"warm.{form}", form)
            tracemalloc.start()
            export(writer, tmp_path / f"points.{form}", form)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0], peaks
