"""The order of a sweep's runs, and when a point has had enough of them."""

from typing import NamedTuple

import numpy as np
import pytest

from farmsim.experiment.precision import ENOUGH
from farmsim.experiment.sweeps.schedule import BLOCK, JOB_SECONDS, Schedule
from farmsim.experiment.sweeps.stages import Stages


class Run(NamedTuple):
    point: int
    replication: int
    status: str = "ok"
    seconds: float = 0.0


def drained(schedule, seconds=0.0, values=None):
    """All runs in the order in which they are handed out, each told at once."""
    order = []
    while blocks := schedule.next():
        for block in blocks:
            runs = [Run(block.point, r, "ok", seconds) for r in block.replications]
            order += [(run.point, run.replication) for run in runs]
            known = () if values is None else [values[run.point][run.replication] for run in runs]
            schedule.tell(runs, known)
    return order


def nothing(points):
    return np.zeros((points, 0), dtype=np.uint8)


def test_every_run_is_handed_out_once():
    order = drained(Schedule(Stages(7, 7), nothing(5)), seconds=0.001)
    assert sorted(order) == [(p, r) for p in range(5) for r in range(7)]


def test_points_take_turns_so_that_a_stopped_sweep_is_balanced():
    order = drained(Schedule(Stages(40, 40), nothing(6)), seconds=0.2)
    for stop in range(1, len(order)):
        counts = np.bincount([point for point, _ in order[:stop]], minlength=6)
        assert counts.max() - counts.min() <= BLOCK


def test_a_job_lasts_about_half_a_second_once_the_time_of_a_run_is_known():
    schedule = Schedule(Stages(100, 100), nothing(50))
    assert sum(len(block.replications) for block in schedule.next()) == 1
    schedule.tell([Run(0, 0, "ok", 0.01)])
    assert sum(len(block.replications) for block in schedule.next()) == round(JOB_SECONDS / 0.01)


def test_what_is_finished_is_not_handed_out_again():
    finished = np.zeros((3, 4), dtype=np.uint8)
    finished[0, :3] = 1
    finished[1, 2] = 2
    order = drained(Schedule(Stages(4, 4), finished))
    assert sorted(order) == [(0, 3), (1, 0), (1, 1), (1, 3), (2, 0), (2, 1), (2, 2), (2, 3)]


def test_done_and_total_agree_at_the_end_whatever_was_finished_before():
    finished = np.zeros((3, 9), dtype=np.uint8)
    finished[0] = 1
    schedule = Schedule(Stages(4, 4), finished)
    assert (schedule.done, schedule.total) == (4, 12)
    drained(schedule)
    assert (schedule.done, schedule.total) == (12, 12)


@pytest.fixture
def noisy():
    chance = np.random.default_rng(7)
    return np.stack([100 + sd * chance.standard_normal(400) for sd in (1.0, 20.0, 45.0)])


def test_points_play_on_until_their_mean_is_known(noisy):
    stages = Stages(10, 400, 10, "m", 0.05)
    schedule = Schedule(stages, nothing(3))
    order = drained(schedule, values=noisy)
    counts = np.bincount([point for point, _ in order])
    assert counts[0] == 10
    assert 10 < counts[1] < counts[2] <= 400
    for point, count in enumerate(counts):
        half = 1.96 * noisy[point, :count].std(ddof=1) / np.sqrt(count)
        assert half <= 0.052 * noisy[point, :count].mean()
        assert count % 10 == 0


@pytest.mark.parametrize("stop", [3, 17, 40, 61])
def test_a_sweep_to_a_precision_ends_alike_if_it_was_stopped(noisy, stop):
    stages = Stages(10, 400, 10, "m", 0.05)
    whole = drained(Schedule(stages, nothing(3)), seconds=0.1, values=noisy)
    finished = np.zeros((3, 400), dtype=np.uint8)
    known = np.full((3, 400), np.nan)
    for point, replication in whole[:stop]:
        finished[point, replication] = 1
        known[point, replication] = noisy[point, replication]
    rest = drained(Schedule(stages, finished, known), seconds=0.1, values=noisy)
    assert sorted(whole[:stop] + rest) == sorted(whole)


def test_a_half_width_in_the_unit_of_the_metric():
    values = np.array([[0.0, 1.0] * 200])
    counts = len(drained(Schedule(Stages(10, 400, 10, "m", None, 0.1), nothing(1)), values=values))
    half = 1.97 * values[0, :counts].std(ddof=1) / np.sqrt(counts)
    assert half <= 0.101
    assert counts < 200


def test_a_point_whose_runs_all_fail_is_given_up_like_one_whose_mean_may_be_zero():
    stages = Stages(10, 100, 10, "m", 0.01)
    values = np.full((1, 100), np.nan)
    assert len(drained(Schedule(stages, nothing(1)), values=values)) == ENOUGH
