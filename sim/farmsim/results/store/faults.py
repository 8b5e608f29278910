"""Faults of a result store in plain words: what SQLite or the system complains of becomes a `FileError`."""

import contextlib
import errno
import json
import os
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from farmsim.errors import FileError
from farmsim.scenario.problems import N_

NO_STORE: Final = N_("there is no result store in this folder")
STORE_EXISTS: Final = N_("there is a result store in this folder already")
NOT_A_FOLDER: Final = N_("there is a file where its folder should be")
FOREIGN: Final = N_("it is not a result store of farmsim")
NEWER: Final = N_("it was written by a newer farmsim")
DAMAGED: Final = N_("it is damaged")
AT_WORK: Final = N_("another process is at work on it")
LOCKED: Final = N_("another program is using it")
FULL: Final = N_("the disk is full")
READ_ONLY: Final = N_("it cannot be written: it or its folder is read-only")
NO_READING: Final = N_("there is no permission to read it")
NO_PERMISSION: Final = N_("there is no permission to read or write it")
DISK_FAULT: Final = N_("the disk reports a fault, or files may not grow so large")
MOVED: Final = N_("it was moved or deleted while it was in use")
NOT_OPENED: Final = N_("it cannot be opened")
TOO_MANY_METRICS: Final = N_("it can hold no more than 1900 metrics of a run")
UNUSABLE: Final = N_("it cannot be used")

WORDS: Final = (
    *(NO_STORE, STORE_EXISTS, NOT_A_FOLDER, FOREIGN, NEWER, DAMAGED, AT_WORK, LOCKED, FULL, READ_ONLY),
    *(NO_READING, NO_PERMISSION, DISK_FAULT, MOVED, NOT_OPENED, TOO_MANY_METRICS, UNUSABLE),
)
"""Every reason that a `FileError` about a store or its export can give."""

_OF_SQLITE: Final = {
    sqlite3.SQLITE_PERM: NO_PERMISSION,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_IOERR: DISK_FAULT,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_PROTOCOL: LOCKED,
    sqlite3.SQLITE_NOTADB: FOREIGN,
}
_OF_THE_SYSTEM: Final = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: NO_PERMISSION,
    errno.EPERM: NO_PERMISSION,
    errno.ENOTDIR: NOT_A_FOLDER,
    errno.EEXIST: NOT_A_FOLDER,
    errno.EIO: DISK_FAULT,
    errno.EFBIG: DISK_FAULT,
    errno.EBUSY: LOCKED,
}


@contextlib.contextmanager
def faults_of(path: Path) -> Iterator[None]:
    """Faults of the database and of the disk inside become a `FileError` with `path` and a reason of `WORDS`.

    Wrong use (a broken constraint, a closed connection, a statement that SQLite does not understand) stays
    what it is.
    """
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        if code_of(error) == sqlite3.SQLITE_ERROR:
            raise
        raise FileError(os.fspath(path), _database_reason(path, error)) from error
    except OSError as error:
        raise FileError(os.fspath(path), _OF_THE_SYSTEM.get(error.errno or 0, UNUSABLE)) from error
    except (zlib.error, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise FileError(os.fspath(path), DAMAGED) from error


def refuse(path: Path, reason: str) -> FileError:
    """The error to raise about the store at `path`."""
    return FileError(os.fspath(path), reason)


def code_of(error: sqlite3.Error) -> int:
    """The extended result code of SQLite; that of damage where Python found the fault itself."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT))


def _database_reason(path: Path, error: sqlite3.DatabaseError) -> str:
    code = code_of(error)
    if code == sqlite3.SQLITE_READONLY_DBMOVED:
        return MOVED
    if code & 0xFF != sqlite3.SQLITE_CANTOPEN:
        return _OF_SQLITE.get(code & 0xFF, UNUSABLE)
    if path.exists() and not os.access(path, os.R_OK):
        return NO_READING
    return NOT_OPENED if os.access(path.parent, os.W_OK) else READ_ONLY
