"""The lock of a result store: one process writes, however it ends.

SQLite's own exclusive lock on an empty database beside the store: the system gives it up when its holder
dies, on every system that SQLite knows. The store itself is not locked, so that others can read it.
"""

import sqlite3
from pathlib import Path
from typing import Final

from farmsim.results.store.faults import AT_WORK, code_of, faults_of, refuse

NAME: Final = "results.lock"
"""The file of the lock; it stays, empty, since removing it would let a second holder in by a race."""


class Lock:
    """The right to write the store at `store`, from the call on until it is released or the process ends.

    Raises FileError if another process has it, or the folder cannot be written.
    """

    def __init__(self, store: Path) -> None:
        with faults_of(store):
            self._connection = sqlite3.connect(store.with_name(NAME), timeout=0.0, isolation_level=None)
            try:
                self._connection.execute("PRAGMA journal_mode=MEMORY")
                self._connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                self._connection.close()
                if code_of(error) & 0xFF == sqlite3.SQLITE_BUSY:
                    raise refuse(store, AT_WORK) from error
                raise

    def release(self) -> None:
        """Give the right up; once is enough."""
        self._connection.close()
