"""A result store whose writer is killed, whose log is torn, which two want to write or one only to read."""

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from sweep_stores import bits, row, rows, store

import farmsim
from farmsim.errors import FileError
from farmsim.results.store.faults import AT_WORK
from farmsim.results.store.reader import open_reader
from farmsim.results.store.writer import open_writer

WRITER = Path(__file__).with_name("writing_process.py")
SOURCES = Path(farmsim.__file__).parents[1]


def started(folder, *how):
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(folder), *how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
    )


def killed(process):
    """Kill a process; what it had said until then."""
    process.kill()
    said, _ = process.communicate()
    return [int(line) for line in said.decode().splitlines(keepends=True) if line.endswith("\n")]


def expected(count):
    return sorted(row(number % 4, number // 4) for number in range(count))


def integrity(folder):
    with contextlib.closing(sqlite3.connect(folder / "results.db")) as connection:
        return connection.execute("PRAGMA integrity_check").fetchone()[0]


def test_nothing_acknowledged_is_lost_when_the_writer_is_killed_at_any_moment(tmp_path):
    moments = random.Random(1)
    kept = 0
    for _ in range(24):
        process = started(tmp_path)
        assert int(process.stdout.readline()) == kept, "it goes on where the store was left"
        time.sleep(moments.uniform(0.0, 0.03))
        acknowledged = max([kept, *killed(process)])
        with open_reader(tmp_path) as reader:
            found = reader.finished()
            kept = np.count_nonzero(found)
            assert acknowledged <= kept <= acknowledged + 5
            assert kept % 5 == 0, "a commit is kept whole or not at all"
        assert integrity(tmp_path) == "ok"
    assert kept > 100, "most of the kills must have hit a writer at work"
    with open_writer(tmp_path) as writer:
        assert [bits(run) for run in writer.rows()] == [bits(run) for run in expected(kept)]
        assert writer.add(expected(kept + 5)) == 5
        print_of_killed = writer.fingerprint()
    with store(tmp_path / "other") as writer:
        writer.add(expected(kept + 5)[::-1])
        assert writer.fingerprint() == print_of_killed


def test_a_store_is_made_whole_or_not_at_all(tmp_path):
    moments = random.Random(2)
    for trial in range(8):
        folder = tmp_path / str(trial) / "sweep"
        if trial % 2:
            folder.mkdir(parents=True)
            (folder / "results.db.part").write_bytes(b"what an earlier kill has left")
        process = started(folder)
        while not (folder / "results.lock").exists() and process.poll() is None:
            time.sleep(0.0005)
        time.sleep(moments.uniform(0.0, 0.02))
        killed(process)
        if (folder / "results.db").exists():
            open_writer(folder).close()
        else:
            store(folder).close()
        assert integrity(folder) == "ok"
        assert not (folder / "results.db.part").exists()


def test_only_one_process_writes_and_the_lock_dies_with_it(tmp_path):
    process = started(tmp_path, "wait")
    try:
        assert process.stdout.readline() == b"0\n"
        for refused in (lambda: open_writer(tmp_path), lambda: store(tmp_path)):
            with pytest.raises(FileError) as caught:
                refused()
            assert caught.value.reason == AT_WORK
            assert caught.value.path == str(tmp_path / "results.db")
        with open_reader(tmp_path) as reader:
            assert reader.finished().shape == (4, 0)
    finally:
        killed(process)
    with open_writer(tmp_path) as writer:
        assert writer.add(rows()) == 40


def test_a_second_writer_in_the_same_process_is_refused_until_the_first_is_closed(tmp_path):
    with store(tmp_path):
        with pytest.raises(FileError) as caught:
            open_writer(tmp_path)
        assert caught.value.reason == AT_WORK
        with pytest.raises(FileError) as caught:
            open_writer(tmp_path)
        assert caught.value.reason == AT_WORK, "a refusal must not take the lock from its holder"
    open_writer(tmp_path).close()


def test_what_was_written_can_be_read_while_more_is_written(tmp_path):
    process = started(tmp_path)
    try:
        process.stdout.readline()
        counts = []
        with open_reader(tmp_path) as reader:
            while len(counts) < 20:
                acknowledged = int(process.stdout.readline())
                counts.append(np.count_nonzero(reader.finished()))
                assert counts[-1] >= acknowledged
            with reader.snapshot():
                count = np.count_nonzero(reader.finished())
                assert [bits(run) for run in reader.rows()] == [bits(run) for run in expected(count)]
        assert counts == sorted(counts)
        assert process.poll() is None
    finally:
        killed(process)


def torn(folder, copy, change):
    """A copy of a store that is being written, as a loss of power may leave it: its log ends differently."""
    copy.mkdir()
    shutil.copy(folder / "results.db", copy)
    log = bytearray((folder / "results.db-wal").read_bytes())
    change(log)
    (copy / "results.db-wal").write_bytes(log)


def test_a_torn_log_leaves_the_first_commits(tmp_path):
    moments = random.Random(3)
    given = rows(4, 60)
    with store(tmp_path / "whole") as writer:
        for first in range(0, len(given), 10):
            writer.add(given[first : first + 10])
        size = (tmp_path / "whole" / "results.db-wal").stat().st_size
        counts = set()
        for trial in range(20):
            at = moments.randrange(size // 3, size)

            def cut(log, at=at):
                del log[at:]

            def zero(log, at=at):
                log[at:] = bytes(len(log) - at)

            torn(tmp_path / "whole", tmp_path / str(trial), (cut, zero)[trial % 2])
            with open_reader(tmp_path / str(trial)) as reader:
                found = [bits(run) for run in reader.rows()]
            with open_writer(tmp_path / str(trial)) as again:
                assert [bits(run) for run in again.rows()] == found
                assert again.add(given) == len(given) - len(found)
                assert again.fingerprint() == writer.fingerprint()
            assert found == [bits(run) for run in given[: len(found)]]
            assert len(found) % 10 == 0
            assert integrity(tmp_path / str(trial)) == "ok"
            counts.add(len(found))
    assert len(counts) > 3, counts


def test_the_log_of_a_store_that_was_deleted_is_not_taken_for_a_new_one_s(tmp_path):
    process = started(tmp_path)
    for _ in range(10):
        process.stdout.readline()
    killed(process)
    assert (tmp_path / "results.db-wal").stat().st_size > 0
    (tmp_path / "results.db").unlink()
    with store(tmp_path) as writer:
        assert list(writer.rows()) == []
        writer.add(rows())
        assert [bits(run) for run in writer.rows()] == [bits(run) for run in rows()]
    assert integrity(tmp_path) == "ok"


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interrupt_leaves_whole_commits_and_no_lock(tmp_path):
    process = started(tmp_path)
    process.stdout.readline()
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate()
    with open_writer(tmp_path) as writer:
        assert np.count_nonzero(writer.finished()) % 5 == 0


def test_a_closed_store_is_one_file_that_can_be_carried_away(tmp_path):
    with store(tmp_path / "a") as writer:
        writer.add(rows())
        prints = {writer.fingerprint()}
    assert {path.name for path in (tmp_path / "a").iterdir()} == {"results.db", "results.lock"}
    (tmp_path / "b").mkdir()
    shutil.copy(tmp_path / "a" / "results.db", tmp_path / "b")
    with open_reader(tmp_path / "b") as reader:
        assert {reader.fingerprint()} == prints
    assert {path.name for path in (tmp_path / "b").iterdir()} == {"results.db"}


def test_a_store_that_is_read_can_be_closed_and_gone_on_with(tmp_path):
    writer = store(tmp_path)
    with open_reader(tmp_path) as reader:
        writer.add(rows()[:20])
        writer.close()
        writer.close()
        assert np.count_nonzero(reader.finished()) == 20
        with open_writer(tmp_path) as again:
            again.add(rows())
            assert np.count_nonzero(reader.finished()) == 40
