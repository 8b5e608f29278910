"""Runs of a sweep played once more: the same farmsim gives the same numbers, to the last bit."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from farmsim.errors import UsageError
from farmsim.experiment.sweeps.begun import taken_up
from farmsim.experiment.sweeps.plan import Wishes, make_plan
from farmsim.experiment.sweeps.playing import play_job
from farmsim.experiment.sweeps.schedule import Block
from farmsim.experiment.sweeps.sweep import JobMaker, identity
from farmsim.results.store.reader import open_reader
from farmsim.results.store.rows import RunRow


class Replayed(NamedTuple):
    """A run as it was kept and as it comes out now."""

    kept: RunRow
    now: RunRow

    @property
    def is_same(self) -> bool:
        """Whether both ended alike, with the same numbers if there are any."""
        return self.kept.status == self.now.status and self.kept.digest == self.now.digest


def replay(folder: Path, runs: Sequence[tuple[int, int]]) -> list[Replayed]:
    """Some runs, by point and replication, played once more.

    Raises UsageError for one that was never played, or if the sweep's scenario is no longer what it was.
    """
    source, wishes = taken_up(folder, Wishes())
    plan = make_plan(source, wishes)
    with open_reader(folder) as reader:
        if reader.about.sweep.get("identity") != identity(plan):
            raise UsageError("changed-since", (("path", str(folder)), ("name", source.file.scenario)))
        kept = [reader.run(*run) for run in runs]
    make, found = JobMaker(plan), []
    for (point, replication), row in zip(runs, kept, strict=True):
        if row is None:
            raise UsageError("never-played", (("point", str(point + 1)), ("replication", str(replication))))
        (now,) = play_job(make([Block(point, (replication,))]))
        found.append(Replayed(row, now))
    return found


def some_runs(folder: Path, number: int) -> list[tuple[int, int]]:
    """So many finished runs, spread evenly over all there are."""
    with open_reader(folder) as reader:
        finished = np.argwhere(reader.finished() == 1)
    places = np.unique(np.linspace(0, len(finished) - 1, min(number, len(finished))).astype(int))
    return [(int(point), int(replication)) for point, replication in finished[places]]
