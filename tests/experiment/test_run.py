"""Replications of a scenario: the same numbers for any workers, in any chunks, alone or together."""

import math

import numpy as np
import pytest

from engine.small_county import SHOP, STORE, merged, small
from farmsim.engine.simulate import make_model
from farmsim.errors import FileError
from farmsim.experiment.executors import make_executor
from farmsim.experiment.run import FEW, play, run_scenario, workers_for
from farmsim.results.estimates import estimate
from farmsim.results.files import TableFiles
from farmsim.scenario.load import load_scenario

REPLICATIONS = 10
NAME = "bachu-online-first"


@pytest.fixture(scope="module")
def loaded():
    return load_scenario(NAME)


@pytest.fixture(scope="module")
def alone(loaded):
    """Each replication on its own, in this process."""
    model = make_model(loaded.scenario)
    return [play(model, k, loaded.scenario.random_seed) for k in range(REPLICATIONS)]


def same(one, other):
    """Equal outcomes, bit for bit; NaN equals NaN."""
    return repr(one) == repr(other)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_number_of_workers_changes_no_bit(loaded, alone, workers):
    """Ten replications make four chunks for one worker, eight for two and ten for four."""
    result = run_scenario(loaded, replications=REPLICATIONS, workers=workers)
    assert len(result.outcomes) == REPLICATIONS > FEW
    for outcome, lone in zip(result.outcomes, alone, strict=True):
        assert same(outcome, lone)


@pytest.mark.parametrize("count", [1, 3, 7])
def test_a_shorter_run_is_the_beginning_of_a_longer_one(loaded, alone, count):
    result = run_scenario(loaded, replications=count, workers=1)
    assert [repr(o) for o in result.outcomes] == [repr(o) for o in alone[:count]]


def test_a_replication_does_not_depend_on_what_was_played_before(loaded, alone):
    model = make_model(loaded.scenario)
    seed = loaded.scenario.random_seed
    backwards = {k: play(model, k, seed) for k in (5, 0, 5)}
    assert same(backwards[5], alone[5])
    assert same(backwards[0], alone[0])


def test_the_random_seed_matters_and_is_told(loaded, alone):
    result = run_scenario(loaded, replications=2, random_seed=loaded.scenario.random_seed + 1, workers=1)
    assert result.random_seed == loaded.scenario.random_seed + 1
    for outcome, other in zip(result.outcomes, alone, strict=False):
        assert outcome.metrics["harvested_kg"] != other.metrics["harvested_kg"]
    again = run_scenario(loaded, replications=2, random_seed=loaded.scenario.random_seed, workers=1)
    assert same(again.outcomes[0], alone[0])


def test_replications_differ(alone):
    assert len({outcome.metrics["harvested_kg"] for outcome in alone}) == REPLICATIONS


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_rises_to_all_replications(loaded, workers):
    calls = []
    run_scenario(
        loaded,
        replications=REPLICATIONS,
        workers=workers,
        progress=lambda done, count: calls.append((done, count)),
    )
    done = [d for d, _ in calls]
    assert {count for _, count in calls} == {REPLICATIONS}
    assert len(done) > 1
    assert done == sorted(done)
    assert done[-1] == REPLICATIONS


def test_progress_is_told_within_a_replication(loaded):
    calls = []
    run_scenario(loaded, replications=2, workers=1, progress=lambda done, _count: calls.append(done))
    assert calls == sorted(calls)
    assert len(calls) > 2 * loaded.scenario.horizon_days
    assert 0.4 in {round(done, 1) for done in calls}
    assert calls[-1] == 2


def test_the_scenario_says_how_many_replications_unless_the_caller_does():
    loaded = load_scenario("bachu-trader", ["replications=4"])
    assert len(run_scenario(loaded, workers=1).outcomes) == 4


def test_an_estimate_is_that_of_the_values_by_replication(loaded, alone):
    result = run_scenario(loaded, replications=REPLICATIONS, workers=1)
    for metric in ("lost_share", "grower_price_per_kg", "fill_rate"):
        values = np.array([o.metrics[metric] for o in alone])
        assert (result.values(metric) == values).all()
        assert result.estimate(metric) == estimate(values)
        assert result.estimate(metric).n == REPLICATIONS
    own = np.array([o.channels["taobao"]["sold_kg"] for o in alone])
    assert (result.values("sold_kg", "taobao") == own).all()
    assert result.estimate("sold_kg", "taobao").mean == pytest.approx(own.mean())


def test_a_figure_that_no_replication_knows_has_no_estimate():
    result = run_scenario(load_scenario("bachu-trader"), replications=2, workers=1)
    unknown = result.estimate("fill_rate")
    assert unknown.n == 0
    assert math.isnan(unknown.mean)


def test_the_interval_narrows_with_the_root_of_the_replications():
    loaded = load_scenario("bachu-trader")
    few, many = (run_scenario(loaded, replications=n, workers=1) for n in (10, 90))
    ratio = few.estimate("lost_share").half_width / many.estimate("lost_share").half_width
    assert 2.0 < ratio < 6.0


def test_a_model_serves_many_replications_without_being_changed():
    model = make_model(small({"channels": {"shop": SHOP, "store": merged(STORE, {})}}))
    before = repr(model.layout.offers) + repr(model.market)
    first = play(model, 0, 1)
    assert repr(model.layout.offers) + repr(model.market) == before
    assert same(play(model, 0, 1), first)


def test_runs_that_share_workers_are_what_each_is_alone(loaded, alone):
    other = load_scenario("bachu-trader", ("horizon_days=40",))
    lone = run_scenario(other, replications=4, workers=1)
    with workers_for(loaded.scenario, REPLICATIONS, 2) as shared:
        found = [run_scenario(one, replications=n, workers=shared) for one, n in ((loaded, 10), (other, 4))]
    assert [repr(o) for o in found[0].outcomes] == [repr(o) for o in alone]
    assert [repr(o) for o in found[1].outcomes] == [repr(o) for o in lone.outcomes]


def test_what_was_handed_to_workers_is_gone_after_the_run(loaded):
    with workers_for(loaded.scenario, 2, 2) as shared:
        with shared.handed("a") as one, shared.handed("b") as two:
            assert one != two
            folder = one.parent
        assert list(folder.iterdir()) == []
    assert not folder.exists()


def test_workers_that_died_before_a_run_change_no_result(loaded, alone):
    with workers_for(loaded.scenario, REPLICATIONS, 2) as shared:
        run_scenario(loaded, replications=2, workers=shared)
        for worker in list(shared.executor._processes.values()):
            worker.kill()
            worker.join()
        result = run_scenario(loaded, replications=REPLICATIONS, workers=shared)
    assert [repr(o) for o in result.outcomes] == [repr(o) for o in alone]


def test_workers_are_started_where_there_is_enough_to_do(loaded):
    scenario, counts = loaded.scenario, (1, FEW, FEW + 1)
    assert [workers_for(scenario, n).count for n in counts][:2] == [1, 1]
    assert workers_for(scenario, 2, 5).count == 2
    assert workers_for(scenario, FEW, runs=2).count == workers_for(scenario, FEW + 1).count


def test_an_error_in_a_worker_reaches_the_caller():
    with make_executor(2) as executor, pytest.raises(ZeroDivisionError):
        executor.submit(divmod, 1, 0).result()


def table_bytes(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.np[yz]")}


def test_tables_are_the_same_for_any_number_of_workers(loaded, alone, tmp_path):
    tables = []
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        files = TableFiles(str(folder), orders=True)
        result = run_scenario(loaded, replications=REPLICATIONS, workers=workers, files=files)
        assert [repr(o) for o in result.outcomes] == [repr(o) for o in alone]
        tables.append({path: text for path, text in table_bytes(folder).items() if path.suffix == ".npy"})
        daily = [np.load(folder / "daily" / f"replication-{k:03d}.npz") for k in range(REPLICATIONS)]
        for outcome, table in zip(alone, daily, strict=True):
            assert table["sold_kg"].sum() == pytest.approx(outcome.metrics["sold_kg"])
    assert tables[0] == tables[1]
    assert len(tables[0]) == 9 * REPLICATIONS


def test_tables_of_an_earlier_run_are_removed_and_nothing_else(loaded, tmp_path):
    for count, orders in ((3, True), (2, False)):
        run_scenario(loaded, replications=count, workers=1, files=TableFiles(str(tmp_path), orders=orders))
        (tmp_path / "orders" / "mine.txt").write_text("x")
        (tmp_path / "daily" / "replication-000.csv").write_text("x")
    assert sorted(p.name for p in (tmp_path / "daily").iterdir()) == [
        "replication-000.csv",
        "replication-000.npz",
        "replication-001.npz",
    ]
    assert [p.name for p in (tmp_path / "orders").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_table_that_cannot_be_written_is_named(loaded, tmp_path, monkeypatch, workers):
    monkeypatch.setattr(TableFiles, "prepare", lambda self: None)
    (tmp_path / "daily").write_text("x")
    with pytest.raises(FileError, match="replication-00"):
        run_scenario(loaded, replications=REPLICATIONS, workers=workers, files=TableFiles(str(tmp_path)))
