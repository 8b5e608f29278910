"""Optimisation: known best decisions are found, promises kept, and what luck adds to a find is told."""

import json
import math
import zlib

import numpy as np
import pytest

from farmsim.errors import ScenarioError, UsageError
from farmsim.experiment.optimise import optimise
from farmsim.experiment.optimising.question import make_question, parse_constraint
from farmsim.experiment.sweeps.engines import processes
from farmsim.results.store.rows import RunRow
from farmsim.scenario.sweeps.load import quick_sweep

RANDOM_SEED = 20261124
SHOP = """name: A shop for a day
horizon_days: 1
random_seed: 1
replications: 30
network:
  order_of_events: [receive, demand, expire, order, count]
  sites:
    shop:
      opening_kg: 20
      holding_per_kg_day: 1
      shortage_per_kg_day: 4
  customers:
    buyers: {at: shop, arrivals: {kind: even}, kg: {distribution: poisson, mean: 20}, unmet: backorder}
"""
STOCK = "network.sites.shop.opening_kg"
PRICE = "channels.trader.sells.melon.price_per_kg"
LATITUDE, LONGITUDE = "counties.bachu.place.latitude", "counties.bachu.place.longitude"


def question(scenario, decide, **asked):
    source = quick_sweep(str(scenario), decide, {"method": "factorial"}, "--decide")
    return make_question(source, **asked)


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP, encoding="utf-8")
    return path


def newsvendor(mean, over, short):
    """The least stock at which the chance that demand is met is at least the critical ratio."""
    stock, chance, term = 0, 0.0, math.exp(-mean)
    while True:
        chance += term
        if chance >= short / (short + over):
            return stock
        stock += 1
        term *= mean / stock


def test_the_best_stock_of_a_newsvendor_is_found(shop):
    """20 kg of Poisson demand, 1 for a kilogram too much, 4 for one too few: the book's answer."""
    best = newsvendor(20.0, 1.0, 4.0)
    asked = question(shop, [f"{STOCK}=5:60:1"], objective="cost_per_day", maximise=False)
    found = optimise(asked, processes(1), random_seed=RANDOM_SEED, replications=400, proof=2000, trials=40)
    assert abs(found.settings[STOCK] - best) <= 1
    assert found.proof.gain.estimate.mean < 0.0
    assert found.proof.gain.verdict == "lower"


def test_a_selection_keeps_its_promise(shop):
    asked = question(shop, [f"{STOCK}=14,19,24,29,34"], objective="cost_per_day", maximise=False)
    found = optimise(asked, processes(1), random_seed=RANDOM_SEED, replications=20, indifference=0.5)
    assert found.method == "selection"
    assert found.settings == {STOCK: 24}
    assert found.selecting.is_promised
    assert len(found.selecting.eliminations) == 4


def parameters(task, keys):
    data, values = json.loads(zlib.decompress(task.text)), []
    for key in keys:
        here = data
        for part in key.split("."):
            here = here[part]
        values.append(here)
    return values


def invented(of, noise=1.0):
    """A player that gives a function of the parameters, and luck of each variant and replication."""

    def play(job):
        rows = []
        for task in job.tasks:
            value = of(*parameters(task, (LATITUDE, LONGITUDE)))
            for replication in task.replications:
                luck = np.random.default_rng([job.random_seed, replication, zlib.crc32(task.text)])
                number = value + noise * luck.standard_normal()
                metrics = tuple(number for _name in job.metrics)
                rows.append(RunRow(task.point, replication, "ok", "", 0.001, "x", metrics, (), ()))
        return rows

    return play


def test_a_peak_inside_two_ranges_is_found():
    asked = question("bachu-trader", [f"{LATITUDE}=0:80.0", f"{LONGITUDE}=0:90.0"])
    play = invented(lambda x, y: 1000.0 - (x - 30.0) ** 2 - 0.5 * (y - 70.0) ** 2, noise=5.0)
    found = optimise(asked, processes(1), random_seed=RANDOM_SEED, trials=120, play=play)
    assert found.settings[LATITUDE] == pytest.approx(30.0, abs=4.0)
    assert found.settings[LONGITUDE] == pytest.approx(70.0, abs=6.0)


def test_among_equals_the_search_flatters_its_find_and_the_proof_does_not():
    asked = question("bachu-trader", [f"{LATITUDE}=0:80.0"])
    optimisms, fresh = [], []
    for random_seed in range(12):
        play = invented(lambda _x, _y: 100.0)
        found = optimise(asked, processes(1), random_seed=random_seed, trials=40, replications=5, play=play)
        optimisms.append(found.optimism)
        fresh.append(found.proof.mean.mean)
    assert np.mean(optimisms) > 0.3
    assert np.mean(fresh) == pytest.approx(100.0, abs=4.0 / math.sqrt(30 * 12))


def test_constraints_are_kept_in_the_search_and_judged_in_the_proof(shop):
    asked = question(
        shop, [f"{STOCK}=5:60:1"], objective="cost_per_day", maximise=False, constraints=["fill_rate>=99%"]
    )
    found = optimise(asked, processes(1), random_seed=RANDOM_SEED, replications=200, proof=500, trials=60)
    (kept,) = found.proof.constraints
    assert found.settings[STOCK] > newsvendor(20.0, 1.0, 4.0)
    assert kept.verdict in {"holds", "not_decided"}
    never = question(
        shop, [f"{STOCK}=5:60:1"], objective="cost_per_day", maximise=False, constraints=["fill_rate>=2"]
    )
    nothing = optimise(never, processes(1), random_seed=RANDOM_SEED, trials=10)
    assert nothing.winner is None
    assert nothing.proof is None


def test_the_answer_does_not_depend_on_who_plays():
    asked = question("bachu-trader", [f"{PRICE}=0.3:0.9"], overrides=("horizon_days=40",))
    one, two = (
        optimise(asked, processes(count), random_seed=3, trials=10, replications=3, proof=4)
        for count in (1, 2)
    )
    assert one.settings == two.settings
    assert one.proof == two.proof
    assert all(np.array_equal(a, b) for a, b in zip(one.book.values, two.book.values, strict=True))


def test_combinations_that_the_scenario_refuses_are_counted_and_never_chosen():
    asked = question("bachu-trader", ["clock.trader=17.0,18.0,18.5,19.0"])
    found = optimise(asked, processes(1), random_seed=1, replications=3, proof=3)
    assert found.book.refused == 2
    assert found.settings["clock.trader"] in {18.5, 19.0}
    with pytest.raises(ScenarioError) as caught:
        optimise(question("bachu-trader", ["clock.trader=17.0,18.0"]), processes(1), random_seed=1)
    assert {problem.file for problem in caught.value.problems}


@pytest.mark.parametrize("text", ["lost_share", "lost_share<", "lost_share<=much", "<=3", ""])
def test_constraints_that_cannot_be_read_are_refused(text):
    with pytest.raises(UsageError):
        parse_constraint(text)


def test_an_interrupt_leaves_the_best_so_far():
    asked = question("bachu-trader", [f"{LATITUDE}=0:80.0"])
    calls = []

    def play(job):
        calls.append(job)
        if len(calls) == 12:
            raise KeyboardInterrupt
        return invented(lambda x, _y: x)(job)

    found = optimise(asked, processes(1), random_seed=1, trials=40, play=play)
    assert found.interrupted
    assert found.proof is None
    assert found.settings[LATITUDE] > 40.0
