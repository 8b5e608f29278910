"""The driver against engines that lose workers, answer late or answer twice, under many random seeds."""

import random
from concurrent.futures import BrokenExecutor, CancelledError, Future

import numpy as np
import pytest

from farmsim.errors import FileError
from farmsim.experiment.sweeps.driver import DEATHS, Driver
from farmsim.experiment.sweeps.playing import Job, Task
from farmsim.experiment.sweeps.schedule import Schedule
from farmsim.experiment.sweeps.stages import Stages
from farmsim.results.store.rows import RunRow


def row(point, replication, status="ok"):
    return RunRow(point, replication, status, "", 0.01, "", (float(point * 1000 + replication),), (), ())


def played(job):
    return [row(*run) for run in job.runs]


def job_of(blocks):
    return Job("season", 1, ("m",), (), "none", tuple(Task(b.point, b"", b.replications) for b in blocks))


class Sink(dict):
    """Keeps rows as the store does: what is there stays."""

    def add(self, rows):
        before = len(self)
        for one in rows:
            self.setdefault((one.point, one.replication), one)
        return len(self) - before


class Unreliable:
    """Answers in random order; sometimes a worker dies, with it (of a pool) all that is under way."""

    def __init__(self, seed, *, deaths=0.1, deadly=(), pool=True, slots=3):
        self.slots, self._chance, self._deaths = slots, random.Random(seed), deaths
        self._deadly, self._pool = set(deadly), pool
        self._waiting = []
        self.most = 0
        self.broken = False

    def submit(self, task, job):
        if self.broken:
            raise BrokenExecutor
        future = Future()
        self._waiting.append((future, task, job))
        self.most = max(self.most, len(self._waiting))
        return future

    def step(self):
        """Something happens to one of those under way."""
        place = self._chance.randrange(len(self._waiting))
        future, task, job = self._waiting.pop(place)
        if self._deadly & set(job.runs) or self._chance.random() < self._deaths:
            if self._pool:
                self.broken = True
                for other, _, _ in [(future, 0, 0), *self._waiting]:
                    other.set_exception(self._chance.choice([BrokenExecutor(), CancelledError()]))
                self._waiting.clear()
            else:
                future.set_exception(BrokenExecutor())
            return
        future.set_result(task(job))

    def rebuild(self):
        self.broken = False

    def stop(self):
        self._waiting.clear()


@pytest.fixture
def drive(monkeypatch):
    """Runs a driver; waiting means that something happens to what is under way."""

    def drive(engine, stages=None, points=7, play=played, sink=None, **options):
        def wait(futures, return_when):
            while not any(future.done() for future in futures):
                engine.step()
            return {future for future in futures if future.done()}, set()

        monkeypatch.setattr("farmsim.experiment.sweeps.driver.wait", wait)
        kept = Sink() if sink is None else sink
        schedule = Schedule(stages or Stages(6, 6), np.zeros((points, 0), dtype=np.uint8))
        Driver(schedule, engine, kept, job_of, play=play, **options).run()
        return kept

    return drive


@pytest.mark.parametrize("pool", [True, False])
def test_dying_workers_cost_nothing(drive, pool):
    whole = {(p, r) for p in range(7) for r in range(6)}
    for seed in range(150):
        kept = drive(Unreliable(seed, pool=pool))
        assert set(kept) == whole
        crashed = [run for run, one in kept.items() if one.status != "ok"]
        assert len(crashed) <= 2, "a tenth of the workers die: three times alone is rare"
        assert all(kept[run].metrics == (run[0] * 1000.0 + run[1],) for run in whole - set(crashed))


@pytest.mark.parametrize("pool", [True, False])
def test_a_run_that_kills_its_worker_is_recorded_and_no_other(drive, pool):
    for seed in range(60):
        kept = drive(Unreliable(seed, deaths=0.0, deadly=[(3, 4)], pool=pool))
        assert {run for run, one in kept.items() if one.status == "crashed"} == {(3, 4)}
        assert str(DEATHS) in kept[3, 4].error
        assert len(kept) == 42


def test_no_more_than_two_jobs_a_slot_are_under_way(drive):
    engine = Unreliable(1, deaths=0.0, slots=4)
    drive(engine, Stages(50, 50), points=30)
    assert engine.most == 8


def test_a_result_that_cannot_come_back_fails_its_run_alone(drive):
    def strange(job):
        if (2, 3) in job.runs:
            raise TypeError("cannot be sent")
        return played(job)

    class Sending(Unreliable):
        def step(self):
            future, task, job = self._waiting.pop()
            try:
                future.set_result(task(job))
            except TypeError as error:
                future.set_exception(error)

    kept = drive(Sending(1), play=strange)
    assert {run for run, one in kept.items() if one.status == "failed"} == {(2, 3)}
    assert "cannot be sent" in kept[2, 3].error


def test_a_full_disk_ends_the_sweep_and_stops_the_engine(drive):
    class Full(Sink):
        def add(self, rows):
            if len(self) > 10:
                raise FileError("results.db", "the disk is full")
            return super().add(rows)

    engine = Unreliable(1, deaths=0.0)
    sink = Full()
    with pytest.raises(FileError):
        drive(engine, sink=sink)
    assert not engine._waiting
    assert len(sink) > 10


def test_an_interrupt_gives_up_what_is_under_way(drive):
    def told(schedule, rows):
        if schedule.done >= 5:
            raise KeyboardInterrupt

    engine, sink = Unreliable(1, deaths=0.0), Sink()
    with pytest.raises(KeyboardInterrupt):
        drive(engine, sink=sink, told=told)
    assert not engine._waiting
    assert 5 <= len(sink) < 42


def test_an_executor_that_is_broken_when_a_job_is_sent_loses_nothing(drive):
    class Startled(Unreliable):
        def submit(self, task, job):
            if self._chance.random() < 0.3:
                raise BrokenExecutor
            return super().submit(task, job)

    for seed in range(40):
        assert len(drive(Startled(seed, deaths=0.0))) == 42


def test_an_executor_that_cannot_be_mended_ends_the_sweep(drive):
    class Dead(Unreliable):
        def submit(self, task, job):
            raise BrokenExecutor

    with pytest.raises(BrokenExecutor):
        drive(Dead(1))
