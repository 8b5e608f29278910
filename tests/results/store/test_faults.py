"""Faults of a result store: told with its path and a reason in plain words, they leave what was committed."""

import contextlib
import errno
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sweep_stores import about, bits, points, row, rows, store

import farmsim
from farmsim.errors import FileError
from farmsim.results.store import faults
from farmsim.results.store.mounts import lies_on_network
from farmsim.results.store.reader import open_reader
from farmsim.results.store.writer import create_store, open_writer

SOURCES = Path(farmsim.__file__).parents[1]
OPENERS = [open_reader, open_writer]


def reason(action, *arguments, path=None):
    """Why an action is refused; the error must name the database."""
    with pytest.raises(FileError) as caught:
        action(*arguments)
    if path is not None:
        assert caught.value.path == str(path)
    assert caught.value.reason in faults.WORDS
    return caught.value.reason


def filled(folder, count=4):
    with store(folder, count) as writer:
        writer.add(rows(count))
    return folder / "results.db"


@contextlib.contextmanager
def database(path):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@pytest.mark.parametrize("opened", OPENERS)
def test_a_folder_without_a_store_says_so(tmp_path, opened):
    assert reason(opened, tmp_path / "none", path=tmp_path / "none" / "results.db") == faults.NO_STORE
    assert reason(opened, tmp_path, path=tmp_path / "results.db") == faults.NO_STORE
    (tmp_path / "results.db").mkdir()
    assert reason(opened, tmp_path, path=tmp_path / "results.db") == faults.NO_STORE
    assert {path.name for path in tmp_path.iterdir()} == {"results.db"}, "looking leaves nothing behind"


def test_a_store_is_not_made_where_there_is_one(tmp_path):
    path = filled(tmp_path)
    before = path.read_bytes()
    assert reason(create_store, tmp_path, about(), points(), [], path=path) == faults.STORE_EXISTS
    assert path.read_bytes() == before
    open_writer(tmp_path).close()


def test_a_store_is_not_made_in_a_file(tmp_path):
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "folder"):
        assert reason(create_store, folder, about(), points(), []) == faults.NOT_A_FOLDER


@pytest.mark.parametrize("opened", OPENERS)
@pytest.mark.parametrize("content", [b"", b"kg,cny\n1,2\n" * 1000, b"SQLite format 3\0" + b"\xff" * 4096])
def test_what_is_no_store_is_refused_and_left_alone(tmp_path, opened, content):
    (tmp_path / "results.db").write_bytes(content)
    assert reason(opened, tmp_path, path=tmp_path / "results.db") in {faults.FOREIGN, faults.DAMAGED}
    assert (tmp_path / "results.db").read_bytes() == content


@pytest.mark.parametrize("opened", OPENERS)
def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path, opened):
    with database(tmp_path / "results.db") as connection:
        connection.execute("CREATE TABLE run (run, point)")
    before = (tmp_path / "results.db").read_bytes()
    assert reason(opened, tmp_path) == faults.FOREIGN
    assert (tmp_path / "results.db").read_bytes() == before


@pytest.mark.parametrize("opened", OPENERS)
def test_a_store_of_a_newer_farmsim_is_refused_and_left_alone(tmp_path, opened):
    with database(filled(tmp_path)) as connection:
        connection.execute("PRAGMA user_version=2")
    before = (tmp_path / "results.db").read_bytes()
    assert reason(opened, tmp_path) == faults.NEWER
    assert (tmp_path / "results.db").read_bytes() == before


@pytest.mark.parametrize("opened", OPENERS)
@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM meta WHERE key = 'scenario'",
        "UPDATE meta SET value = '{' WHERE key = 'sweep'",
        "UPDATE meta SET value = x'00' WHERE key = 'scenario'",
        "UPDATE meta SET value = x'00' WHERE key = 'versions'",
        "UPDATE meta SET value = CAST(x'22ff22' AS TEXT) WHERE key = 'name'",
        "UPDATE meta SET value = 7 WHERE key = 'sources'",
        "INSERT INTO meta VALUES ('other', '1')",
        "DROP TABLE series",
        "DROP TABLE run",
    ],
)
def test_a_store_that_lacks_something_is_damaged(tmp_path, opened, damage):
    path = filled(tmp_path)
    with database(path) as connection:
        connection.execute(damage)
    assert reason(opened, tmp_path, path=path) == faults.DAMAGED


def everything(folder):
    with open_reader(folder) as reader:
        return reader.about, list(reader.points), reader.design, [bits(run) for run in reader.rows()]


def test_a_store_that_was_cut_is_damaged_and_never_a_smaller_one(tmp_path):
    path = filled(tmp_path / "whole", 40)
    whole, size, refused = everything(tmp_path / "whole"), path.stat().st_size, 0
    for share in (0.1, 0.3, 0.5, 0.8, 0.99):
        folder = tmp_path / str(share)
        folder.mkdir()
        (folder / "results.db").write_bytes(path.read_bytes()[: int(share * size)])
        assert reason(open_writer, folder, path=folder / "results.db") == faults.DAMAGED
        try:
            assert everything(folder) == whole, "what is not needed may be missing"
        except FileError as error:
            assert error.reason == faults.DAMAGED  # noqa: PT017
            refused += 1
    assert refused > 3


def test_noise_in_the_pages_is_found_or_harmless_to_what_surrounds_it(tmp_path):
    path = filled(tmp_path / "whole", 40)
    whole, found = path.read_bytes(), []
    places = random.Random(1)
    for trial in range(30):
        folder = tmp_path / str(trial)
        folder.mkdir()
        at = places.randrange(100, len(whole) - 512)
        (folder / "results.db").write_bytes(whole[:at] + places.randbytes(512) + whole[at + 512 :])
        try:
            open_writer(folder).close()
            everything(folder)
        except FileError as error:
            assert error.path == str(folder / "results.db")  # noqa: PT017 (not every noise can be seen)
            found.append(error.reason)
    assert set(found) <= {faults.DAMAGED, faults.FOREIGN}
    assert len(found) > 10


def test_damage_that_is_met_while_reading_is_told(tmp_path):
    path = filled(tmp_path)
    with database(path) as connection:
        connection.execute("UPDATE series SET data = x'0102' WHERE run = 0")
        connection.execute("UPDATE point SET parameters = '{' WHERE point = 1")
        connection.execute("REPLACE INTO state VALUES ('complete', 'tru')")
    with open_reader(tmp_path) as reader:
        assert reason(reader.run, 0, 0, path=path) == faults.DAMAGED
        assert reason(reader.series, "stock", 0, 0, path=path) == faults.DAMAGED
        assert reason(reader.recall, "complete", path=path) == faults.DAMAGED
        assert reason(reader.fingerprint, path=path) == faults.DAMAGED
        assert reason(lambda: reader.points, path=path) == faults.DAMAGED
        assert bits(reader.run(1, 1)) == bits(row(1, 1)), "what is sound can still be read"


def test_a_full_database_keeps_what_was_committed(tmp_path):
    given = rows(4, 200)
    with store(tmp_path) as writer, open_reader(tmp_path) as reader:
        (pages,) = writer._connection.execute("PRAGMA page_count").fetchone()
        writer._connection.execute(f"PRAGMA max_page_count={pages + 3}")
        chunks = [given[first : first + 10] for first in range(0, len(given), 10)]
        kept, why = [], None
        for chunk in chunks:
            try:
                kept += chunk[: writer.add(chunk)]
            except FileError as error:
                why = (error.path, error.reason)
                break
        assert why == (str(writer.path), faults.FULL)
        assert 0 < len(kept) < len(given)
        for either in (writer, reader):
            assert [bits(run) for run in either.rows()] == [bits(run) for run in kept]
        assert reason(writer.add, given) == faults.FULL
        writer._connection.execute("PRAGMA max_page_count=1000000")
        assert writer.add(given) == len(given) - len(kept)
        assert [bits(run) for run in reader.rows()] == [bits(run) for run in given]


LIMITED = """
import resource, sys
from pathlib import Path
from sweep_stores import rows, store
from farmsim.errors import FileError
from farmsim.results.store.reader import open_reader

writer = store(Path(sys.argv[1]))
size = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
given, kept = rows(4, 200), 0
try:
    for first in range(0, len(given), 10):
        writer.add(given[first : first + 10])
        kept += 10
except FileError as error:
    print(error.path, error.reason, sep="|")
print(kept, len(list(writer.rows())))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(writer.add(given), len(list(writer.rows())))
writer.close()
"""


def in_process(code, *arguments, before=()):
    done = subprocess.run(
        [*before, sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(SOURCES), str(Path(__file__).parent)])},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(os.name == "nt", reason="limits of POSIX")
@pytest.mark.parametrize("size", [150_000, 300_000])
def test_a_log_that_may_not_grow_keeps_what_was_committed(tmp_path, size):
    told, counts, after = in_process(LIMITED, tmp_path, size)
    path, why = told.split("|")
    kept = int(counts.split()[0])
    assert (path, why) == (str(tmp_path / "results.db"), faults.DISK_FAULT)
    assert 0 < kept < 800
    assert counts == f"{kept} {kept}"
    assert after == f"{800 - kept} 800"
    with open_reader(tmp_path) as reader:
        assert [bits(run) for run in reader.rows()] == [bits(run) for run in rows(4, 200)]


SMALL_DISK = """
import subprocess, sys
from pathlib import Path
from sweep_stores import rows, store
from farmsim.errors import FileError
from farmsim.results.store.export import export
from farmsim.results.store.reader import open_reader

disk = Path(sys.argv[1])
if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", disk], capture_output=True).returncode:
    print("no mount")
    sys.exit()
writer = store(disk / "sweep")
given, kept = rows(4, 900), 0
try:
    for first in range(0, len(given), 10):
        writer.add(given[first : first + 10])
        kept += 10
except FileError as error:
    print(error.path, error.reason, sep="|")
with open_reader(disk / "sweep") as reader:
    print(kept, len(list(writer.rows())), len(list(reader.rows())))
    try:
        export(reader, disk / "tables", "csv")
    except FileError as error:
        print(error.path, error.reason, sep="|")
    print([path.name for path in disk.glob("tables/*.part")])
writer.close()
with open_reader(disk / "sweep") as reader:
    print(len(list(reader.rows())))
"""


def test_a_disk_that_is_full_keeps_what_was_committed(tmp_path):
    """On a disk of its own, where the system lets a user have one."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no unshare")
    own = [unshare, "--user", "--map-root-user", "--mount"]
    if subprocess.run([*own, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no namespaces")
    told, *rest = in_process(SMALL_DISK, tmp_path, before=own)
    if told == "no mount":
        pytest.skip("no file system of one's own")
    counts, told_by_export, parts, after = rest
    assert told == f"{tmp_path / 'sweep' / 'results.db'}|{faults.FULL}"
    kept = int(counts.split()[0])
    assert 0 < kept < 3600
    assert counts == f"{kept} {kept} {kept}"
    assert told_by_export.endswith(f".csv|{faults.FULL}")
    assert parts == "[]"
    assert after == str(kept)


UNPRIVILEGED = """
import os, sys
from pathlib import Path
from farmsim.errors import FileError
import farmsim.results.store.reader as reader, farmsim.results.store.writer as writer
from sweep_stores import about

if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
folder = Path(sys.argv[1])
made = lambda at: writer.create_store(at / "new", about(), [], [])
for action in (reader.open_reader, writer.open_writer, made):
    try:
        with action(folder) as opened:
            print(opened.fingerprint())
    except FileError as error:
        print(error.reason)
"""


@pytest.fixture
def shut():
    """A folder that others may enter, and a way to take permissions away until the test is over."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    changed = []

    def take(path, mode):
        changed.append((path, path.stat().st_mode))
        path.chmod(mode)

    yield folder, take
    for path, mode in reversed(changed):
        path.chmod(mode)
    shutil.rmtree(folder)


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_read_only_folder_is_read_and_not_written(shut):
    folder, take = shut
    filled(folder)
    take(folder / "results.db", 0o444)
    take(folder, 0o555)
    with open_reader(folder) as reader:
        fingerprint = reader.fingerprint()
    assert in_process(UNPRIVILEGED, folder) == [fingerprint, faults.READ_ONLY, faults.NO_PERMISSION]


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_copy_of_a_store_at_work_is_read_where_nothing_can_be_written(shut):
    folder, take = shut
    with store(folder / "at work") as writer:
        writer.add(rows())
        for name, endings in {"db": ("",), "all": ("", "-wal", "-shm"), "part": ("", "-wal")}.items():
            (folder / name).mkdir()
            for ending in endings:
                shutil.copy(folder / "at work" / f"results.db{ending}", folder / name)
            take(folder / name, 0o555)
        whole = writer.fingerprint()
    with store(folder / "empty") as writer:
        empty = writer.fingerprint()
    assert in_process(UNPRIVILEGED, folder / "db")[0] == empty
    assert in_process(UNPRIVILEGED, folder / "all")[0] == whole
    assert in_process(UNPRIVILEGED, folder / "part")[0] == faults.READ_ONLY


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_store_that_may_not_be_read_says_so(shut):
    folder, take = shut
    take(filled(folder), 0o000)
    take(folder, 0o755)
    assert in_process(UNPRIVILEGED, folder)[0] == faults.NO_READING
    take(folder, 0o700)
    if os.geteuid() == 0:
        assert in_process(UNPRIVILEGED, folder)[:2] == [faults.NO_PERMISSION] * 2


def test_a_lock_of_another_program_is_told(tmp_path):
    with store(tmp_path) as writer, database(writer.path) as other:
        writer._connection.execute("PRAGMA busy_timeout=10")
        other.execute("BEGIN IMMEDIATE")
        assert reason(writer.add, rows(), path=writer.path) == faults.LOCKED
        other.execute("ROLLBACK")
        assert writer.add(rows()) == 40


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, faults.FULL),
        (errno.EROFS, faults.READ_ONLY),
        (errno.EACCES, faults.NO_PERMISSION),
        (errno.EIO, faults.DISK_FAULT),
        (errno.EMFILE, faults.UNUSABLE),
        (None, faults.UNUSABLE),
    ],
)
def test_faults_of_the_system_have_a_reason(tmp_path, number, expected):
    def fail():
        with faults.faults_of(tmp_path):
            raise OSError(number, "words of the system") if number else OSError("words of a library")

    assert reason(fail, path=tmp_path) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_IOERR_WRITE, faults.DISK_FAULT),
        (sqlite3.SQLITE_READONLY_DBMOVED, faults.MOVED),
        (sqlite3.SQLITE_READONLY, faults.READ_ONLY),
        (sqlite3.SQLITE_CORRUPT_INDEX, faults.DAMAGED),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, faults.LOCKED),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, faults.NOT_OPENED),
        (sqlite3.SQLITE_TOOBIG, faults.UNUSABLE),
    ],
)
def test_faults_of_sqlite_have_a_reason(tmp_path, code, expected):
    def fail():
        with faults.faults_of(tmp_path / "results.db"):
            error = sqlite3.OperationalError("words of SQLite")
            error.sqlite_errorcode = code
            raise error

    assert reason(fail, path=tmp_path / "results.db") == expected


def test_wrong_use_stays_what_it_is(tmp_path):
    with store(tmp_path) as writer, pytest.raises(sqlite3.OperationalError, match="nonsense"):
        list(writer._select("SELECT nonsense FROM run"))
    with pytest.raises(sqlite3.ProgrammingError):
        writer.points  # noqa: B018
    with pytest.raises(sqlite3.ProgrammingError):
        writer.add(rows())


MOUNTS = r"""/dev/vda / ext4 rw,relatime 0 0
server:/data /data nfs4 rw 0 0
/dev/sdb /data/own xfs rw 0 0
//nas/share /mnt/farm\040data cifs rw 0 0
tmpfs /srv tmpfs rw 0 0
cluster:/ /srv lustre rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "network"),
    [
        ("/data/wang/sweeps", True),
        ("/data", True),
        ("/database/wang", False),
        ("/data/own/sweeps", False),
        ("/mnt/farm data/a", True),
        ("/mnt/farm", False),
        ("/srv/a", True),
        ("/tmp", False),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="mounts of POSIX")
def test_network_file_systems_are_known_by_the_last_mount(tmp_path, folder, network):
    (tmp_path / "mounts").write_text(MOUNTS)
    assert lies_on_network(Path(folder), tmp_path / "mounts") is network


def test_without_a_table_of_mounts_nothing_is_known(tmp_path):
    assert lies_on_network(tmp_path, tmp_path / "none") is False


def test_on_a_network_file_system_there_is_no_log(tmp_path, monkeypatch):
    with store(tmp_path / "local") as writer:
        writer.add(rows()[:20])
        assert writer.journal == "wal"
        print_of_local = writer.fingerprint()
    monkeypatch.setattr("farmsim.results.store.writer.lies_on_network", lambda _folder: True)
    with store(tmp_path / "far") as writer, open_reader(tmp_path / "far") as reader:
        assert writer.journal == "delete"
        writer.add(rows()[:20])
        assert not (tmp_path / "far" / "results.db-wal").exists()
        assert reader.fingerprint() == writer.fingerprint() == print_of_local
    with open_writer(tmp_path / "local") as writer:
        assert writer.journal == "delete"


@pytest.mark.parametrize(("durable", "expected"), [(False, 1), (True, 2)])
def test_durable_waits_for_the_disk(tmp_path, durable, expected):
    with store(tmp_path, durable=durable) as writer:
        assert writer._connection.execute("PRAGMA synchronous").fetchone() == (expected,)
    with open_writer(tmp_path, durable=durable) as writer:
        assert writer._connection.execute("PRAGMA synchronous").fetchone() == (expected,)
