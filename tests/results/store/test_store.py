"""What goes into a result store comes out again, bit for bit, whatever order it was written in."""

import contextlib
import itertools
import math
import random
import sqlite3
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweep_stores import METRICS, about, bits, points, row, rows, store

from farmsim.errors import FileError
from farmsim.results.store.faults import TOO_MANY_METRICS, WORDS
from farmsim.results.store.reader import open_reader
from farmsim.results.store.rows import STATUSES, PointRow, RunRow
from farmsim.results.store.writer import create_store, open_writer


def test_all_comes_back_as_it_was_given(tmp_path):
    with store(tmp_path / "new" / "folder") as writer:
        assert writer.add(rows()) == 40
    with open_reader(tmp_path / "new" / "folder") as reader:
        assert reader.about == about()
        assert reader.points == points()
        assert [type(value) for value in reader.points[1].parameters.values()] == [int, float, str]
        assert reader.design == [0, 1, 2, 3, 0, 0]
        assert reader.parts == ("pinduoduo", "wholesale")
        assert [bits(found) for found in reader.rows()] == [bits(given) for given in rows()]
        assert all(bits(reader.run(given.point, given.replication)) == bits(given) for given in rows())
        assert reader.run(0, 10) is None
        assert reader.run(4, 0) is None


def test_tables_have_a_row_for_each_point_and_nan_where_there_is_no_run_that_is_ok(tmp_path):
    given = [run for run in rows() if (run.point, run.replication) not in {(3, 9), (1, 0)}]
    with store(tmp_path, count=5) as writer:
        writer.add(given)
        finished, seconds = writer.finished(), writer.seconds()
        assert finished.dtype == np.uint8
        assert finished.shape == seconds.shape == (5, 10)
        by_place = {(run.point, run.replication): run for run in given}
        everything = writer.all_values()
        assert everything.shape == (len(METRICS), 5, 10)
        for place, replication in itertools.product(range(5), range(10)):
            run = by_place.get((place, replication))
            assert STATUSES[finished[place, replication]] == (run.status if run else "missing")
            expected = run.metrics if run and run.status == "ok" else (math.nan,) * len(METRICS)
            assert everything[:, place, replication].tobytes() == np.array(expected).tobytes()
            assert np.isnan(seconds[place, replication]) == (run is None)
        for place, (name, _unit) in enumerate(METRICS):
            assert writer.values(name).tobytes() == everything[place].tobytes()
        parts = writer.part_values("fill-rate", "pinduoduo")
        assert parts.shape == (5, 10)
        assert parts[2, 3] == by_place[2, 3].parts[0][1][1]
        assert np.isnan(parts[2, 5])
        assert np.isnan(writer.part_values("sold_kg", "nowhere")).all()
        with pytest.raises(KeyError):
            writer.values("nothing")
        with pytest.raises(KeyError):
            writer.part_values("waste.kg", "pinduoduo")


def test_an_empty_store_has_tables_without_replications(tmp_path):
    with store(tmp_path) as writer:
        assert writer.finished().shape == writer.values("waste.kg").shape == (4, 0)
        assert writer.all_values().shape == (len(METRICS), 4, 0)
        assert writer.failures() == []
        assert list(writer.rows()) == []
        assert writer.parts == ()


def test_a_store_without_points_or_metrics_takes_both_later_or_never(tmp_path):
    with create_store(tmp_path, about((), ()), [], []) as writer:
        assert writer.finished().shape == (0, 0)
        writer.add_points([PointRow("k", None, {})], [0])
        assert writer.add([RunRow(0, 2, "ok", "", 0.5, "d", (), (("shop", ()),), ())]) == 1
        assert writer.finished().tolist() == [[0, 0, 1]]
        assert writer.run(0, 2).parts == (("shop", ()),)
        assert writer.all_values().shape == (0, 1, 3)


def test_failures_are_listed_without_numbers(tmp_path):
    with store(tmp_path) as writer:
        writer.add(rows())
        failed = writer.failures()
        assert failed == [run for run in rows() if run.status != "ok"]
        assert [run.status for run in failed[:2]] == ["failed", "crashed"]
        assert failed[0].error == "ValueError: 没有货"


def test_failures_can_be_forgotten_and_played_anew(tmp_path):
    last_words = row(0, 0)._replace(replication=10, status="crashed", error="died", digest="", metrics=())
    with store(tmp_path) as writer:
        writer.add([*rows(), last_words])
        assert bits(writer.run(0, 10)) == bits(last_words)
        assert writer.forget_failed() == 9
        assert writer.forget_failed() == 0
        assert writer.failures() == []
        assert [bits(run) for run in writer.rows()] == [bits(run) for run in rows() if run.status == "ok"]
        anew = row(0, 1)._replace(replication=10)
        assert writer.add([anew, *rows()]) == 9
        assert bits(writer.run(0, 10)) == bits(anew)
        assert writer.series("stock", 0, 10) is None


def test_series_are_arrays_of_one_run(tmp_path):
    with store(tmp_path) as writer:
        writer.add(rows())
        data = dict(row(2, 0).series)
        assert writer.series("stock", 2, 0).tobytes() == data["stock"]
        assert writer.series("stock", 2, 0).dtype == np.float64
        assert writer.series("waste", 2, 0).shape == (0,)
        assert writer.series("stock", 2, 1) is None
        assert writer.series("nothing", 2, 0) is None


def test_a_run_that_is_there_already_stays(tmp_path):
    with store(tmp_path) as writer:
        assert writer.add(rows(2)) == 20
        before = writer.fingerprint()
        others = [
            row(0, 1)._replace(point=point, replication=replication, digest="other", metrics=(9.0,) * 5)
            for point, replication in [(0, 0), (1, 1), (2, 2), (2, 2)]
        ]
        assert writer.add([*others[:2], *rows(2)]) == 0
        assert writer.fingerprint() == before
        assert writer.add(others) == 1
        assert writer.run(2, 2).digest == "other"
        assert writer.add([]) == 0


def test_parts_and_series_of_a_run_are_those_it_came_with(tmp_path):
    bare = row(0, 0)._replace(parts=(), series=())
    with store(tmp_path) as writer:
        writer.add([bare])
        writer.add([row(0, 0)])
        assert bits(writer.run(0, 0)) == bits(bare)
        assert writer.parts == ()


@given(order=st.permutations(range(40)), chunks=st.lists(st.integers(1, 9), min_size=40, max_size=40))
def test_the_fingerprint_does_not_depend_on_the_order_of_writing(tmp_path_factory, order, chunks):
    given = rows()
    folder = tmp_path_factory.mktemp("order")
    with store(folder / "plain") as plain, store(folder / "mixed") as mixed:
        plain.add(given)
        mixed_rows = iter([given[place]._replace(seconds=random.random()) for place in order])
        for size in chunks:
            mixed.add(list(itertools.islice(mixed_rows, size)))
        assert mixed.finished().all()
        assert mixed.fingerprint() == plain.fingerprint()


@pytest.mark.parametrize(
    "change",
    [
        lambda run: run._replace(metrics=(math.nextafter(run.metrics[0], 2), *run.metrics[1:])),
        lambda run: run._replace(metrics=(-0.0, *run.metrics[1:])),
        lambda run: run._replace(digest="other"),
        lambda run: run._replace(status="failed", error="", metrics=(), parts=(), series=()),
        lambda run: run._replace(parts=run.parts[:1]),
        lambda run: run._replace(parts=(("a", run.parts[0][1]), run.parts[1])),
        lambda run: run._replace(series=(("stock", b"\0" * 24), run.series[1])),
        lambda run: run._replace(replication=11),
        lambda run: run._replace(point=1),
    ],
)
def test_the_fingerprint_tells_any_difference_but_time(tmp_path, change):
    given = row(0, 0)._replace(metrics=(0.0, 1.0, 2.0, 3.0, 4.0))
    prints = []
    for name, run in {"a": given, "b": change(given), "c": given._replace(seconds=9.0)}.items():
        with store(tmp_path / name) as writer:
            writer.add([run])
            prints.append(writer.fingerprint())
    assert prints[0] == prints[2] != prints[1]


@given(st.lists(st.floats(), min_size=5, max_size=5))
def test_every_double_comes_back_bit_for_bit(tmp_path_factory, numbers):
    folder = tmp_path_factory.mktemp("doubles")
    run = row(0, 1)._replace(metrics=tuple(numbers), parts=(("shop", tuple(numbers[:2])),))
    with store(folder) as writer:
        writer.add([run._replace(metrics=tuple(np.array(numbers)))])
    with open_reader(folder) as reader:
        assert bits(reader.run(0, 1)) == bits(run)
        kept = reader.all_values()[:, 0, 1]
        assert [struct.pack("<d", k) for k, n in zip(kept, numbers, strict=True) if not math.isnan(n)] == [
            struct.pack("<d", n) for n in numbers if not math.isnan(n)
        ]


def test_a_sweep_goes_on_where_it_was_left(tmp_path):
    with store(tmp_path) as writer:
        writer.add(rows()[:15])
        writer.remember("complete", "no")
    with open_writer(tmp_path) as writer:
        assert writer.about == about()
        assert writer.recall("complete") == "no"
        assert writer.recall("nothing") is None
        assert np.count_nonzero(writer.finished()) == 15
        assert writer.add(rows()) == 25
        writer.remember("complete", {"at": [1, 2.5, None]})
    with open_reader(tmp_path) as reader:
        assert reader.recall("complete") == {"at": [1, 2.5, None]}


def test_points_can_be_added_while_others_read(tmp_path):
    with store(tmp_path) as writer, open_reader(tmp_path) as reader:
        assert len(reader.points) == 4
        more = [PointRow("new", "近", {"a.b": 2.25}), PointRow("newer", None, {"z": True})]
        writer.add_points(more, [4, 5, 0])
        writer.add([row(5, 0)])
        assert reader.points == [*points(), *more]
        assert reader.points[5].parameters["z"] is True
        assert reader.design == [0, 1, 2, 3, 0, 0, 4, 5, 0]
        assert reader.finished().shape == (6, 1)
        with pytest.raises(sqlite3.IntegrityError):
            writer.add_points([PointRow("newest", None, {}), more[0]])
        assert len(writer.points) == len(reader.points) == 6


def test_a_run_of_no_point_or_with_other_metrics_is_an_error_of_the_caller(tmp_path):
    with store(tmp_path) as writer:
        for wrong in (row(4, 0), row(0, 0)._replace(metrics=(1.0,)), row(0, 0)._replace(replication=10**6)):
            with pytest.raises(AssertionError):
                writer.add([row(0, 1), wrong])
        assert list(writer.rows()) == []


def test_a_snapshot_is_of_one_moment(tmp_path):
    with store(tmp_path) as writer, open_reader(tmp_path) as reader:
        writer.add(rows()[:5])
        with reader.snapshot():
            before = reader.fingerprint()
            writer.add(rows()[5:])
            assert reader.fingerprint() == before
            assert reader.finished().shape == (4, 5)
        assert reader.finished().shape == (4, 10)


def test_rows_are_of_one_moment_although_more_are_written_meanwhile(tmp_path):
    with store(tmp_path) as writer, open_reader(tmp_path) as reader:
        writer.add(rows()[::2])
        found = reader.rows()
        first = next(found)
        writer.add(rows()[1::2])
        assert [bits(run) for run in [first, *found]] == [bits(run) for run in rows()[::2]]


def test_text_that_is_no_unicode_is_kept_as_an_escape(tmp_path):
    crashed = RunRow(0, 0, "crashed", "no file \udcff", 1.0, "", (), (), ())
    with create_store(tmp_path, about(), [PointRow("k", "\ud800", {"a": "\udcff"})], [0]) as writer:
        writer.add([crashed])
        assert writer.failures()[0].error == "no file \\udcff"
        assert writer.points[0] == PointRow("k", "\\ud800", {"a": "\udcff"})


def test_other_programs_see_metrics_by_name(tmp_path):
    with store(tmp_path) as writer:
        writer.add(rows())
    with contextlib.closing(sqlite3.connect(tmp_path / "results.db")) as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute("SELECT * FROM result WHERE point = 2 AND replication = 1").fetchone()
        names = [name for name, _unit in METRICS]
        assert [name.removesuffix(":1") for name in found.keys()[-len(names) :]] == names
        assert tuple(found)[-len(names) + 1 :] == row(2, 1).metrics[1:]
        assert found["status"] == "ok"
        part = connection.execute("SELECT * FROM part_result WHERE point = 2 AND replication = 1").fetchone()
        assert part["part"] == "pinduoduo"
        assert part["fill-rate"] == row(2, 1).parts[0][1][1]
        (number,) = connection.execute(
            "SELECT number FROM parameter WHERE point = 3 AND name = 'c'"
        ).fetchone()
        assert number == points()[3].parameters["c"]


def test_a_store_holds_as_many_metrics_as_it_says(tmp_path):
    metrics = tuple((f"place{n}.metric", "kg") for n in range(1900))
    with create_store(tmp_path / "a", about(metrics, metrics), points(1), [0]) as writer:
        values = tuple(float(n) for n in range(1900))
        writer.add([RunRow(0, 0, "ok", "", 1.0, "d", values, (("shop", values),), ())])
        assert writer.values("place1899.metric").tolist() == [[1899.0]]
        assert writer.run(0, 0).parts == (("shop", values),)
    with pytest.raises(FileError) as caught:
        create_store(tmp_path / "b", about((*metrics, ("one more", "kg"))), points(1), [0])
    assert caught.value.reason == TOO_MANY_METRICS


def test_reasons_are_said_once_and_are_sentences_without_a_full_stop():
    assert len(WORDS) == len(set(WORDS))
    assert not [word for word in WORDS if word.endswith(".") or word[0].isupper()]
