"""What keeps a script without `if __name__ == "__main__":` from playing itself in every worker process.

Workers are spawned: each imports the main script anew before it takes up work. A worker that comes upon a
run while it does so leaves a mark for its parent and ends without a word; the parent, which looks for the
mark as it goes, says what is the matter, once.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from farmsim.api.errors import UsageError

MARK = "FARMSIM_UNGUARDED"
"""The environment variable that tells workers where to leave the mark."""
Progress = Callable[[float, int], None]


def refuse_while_imported() -> None:
    """End this process if it is a worker that is still importing the main script."""
    if not getattr(multiprocessing.current_process(), "_inheriting", False):
        return
    mark = os.environ.get(MARK)
    if mark is None:
        raise UsageError("unguarded")
    Path(mark).touch()
    raise SystemExit(1)


@contextmanager
def watched(workers: int | None) -> Iterator[Progress | None]:
    """A progress to be told of, which raises UsageError as soon as a worker has left its mark.

    None with one worker, which is this process.
    """
    refuse_while_imported()
    if workers == 1:
        yield None
        return
    with TemporaryDirectory(prefix="farmsim-", ignore_cleanup_errors=True) as folder:
        mark = Path(folder) / "unguarded"

        def look(_done: float = 0.0, _total: int = 0) -> None:
            if mark.exists():
                raise UsageError("unguarded")

        os.environ[MARK] = str(mark)
        try:
            yield look
        except BrokenProcessPool:
            look()
            raise
        finally:
            os.environ.pop(MARK, None)


def workers_here(workers: int | None) -> int | None:
    """As many as wished; one in a process that may have no children of its own."""
    return 1 if workers is None and multiprocessing.current_process().daemon else workers
