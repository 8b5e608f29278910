"""Optimisation: known best decisions are found, promises kept, and what luck adds to a find is told."""

import json
import math
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from engine.small_county import BASE, merged
from engine.small_county import SHOP as SEASON_SHOP
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


def test_a_selection_gives_way_where_its_choice_breaks_a_constraint():
    """30 has the best objective, but loses 12 % of a harvest of which 10 % may be lost; 20 is next."""

    def play(job):
        rows = []
        for task in job.tasks:
            (here,) = parameters(task, (LATITUDE,))
            for replication in task.replications:
                luck = np.random.default_rng([job.random_seed, replication, zlib.crc32(task.text)])
                income, lost = luck.standard_normal(2)
                income += {10: 98.0, 20: 100.0, 30: 102.0}.get(here, 99.0)
                lost = {10: 0.05, 20: 0.08, 30: 0.12}.get(here, 0.05) + 0.04 * lost
                rows.append(RunRow(task.point, replication, "ok", "", 0.001, "x", (income, lost), (), ()))
        return rows

    asked = question("bachu-trader", [f"{LATITUDE}=10,20,30"], constraints=["lost_share<=0.1"])
    gave_way = 0
    for random_seed in range(10):
        found = optimise(asked, processes(1), random_seed=random_seed, indifference=1.0, play=play)
        assert found.settings == {LATITUDE: 20}
        assert found.is_promised == (found.selecting.winner == found.winner)
        gave_way += not found.is_promised
    assert gave_way > 0


@pytest.mark.parametrize(("issue", "best"), [("lifo", 5), ("fifo", 7)])
def test_the_published_base_stocks_of_a_perishable_are_found(issue, best):
    """De Moor, Gijsbrechts and Boute (2022), product life 2: LIFO 5, FIFO 7."""
    level = "network.sites.shop.replenishment.policy.level_kg"
    overrides = (f"network.sites.shop.issue={issue}", "horizon_days=1100")
    scenario = Path(__file__).parents[1] / "validation" / "scenarios" / "P08.yaml"
    asked = question(
        scenario, [f"{level}=2:40:1"], objective="cost_per_day", maximise=False, overrides=overrides
    )
    found = optimise(asked, processes(1), random_seed=RANDOM_SEED, trials=24, replications=8, proof=8)
    assert found.searched.optimiser is not None
    assert found.settings == {level: best}


def test_the_best_price_of_a_season_clears_the_market(tmp_path):
    """5,000 kg a day are picked and 2,000 kg x (15 / price)^3 are asked for: below 11.05 the shop sells out.

    Above it a dearer kilogram is left to the trader, who pays 1 (and a parcel costs 4 a kilogram): without a
    limit the best price would be 7.5. A grid over whole numbers finds the same.
    """
    melon = {"price_per_kg": 15, "base_price_per_kg": 15, "base_kg_per_day": 2000}
    changes = {
        "products": {"melon": {"demand": {"price_elasticity": -3}}},
        "channels": {"shop": SEASON_SHOP | {"sells": {"melon": melon}}},
        "desk": {"order": ["shop", "trader"]},
    }
    path = tmp_path / "county.yaml"
    path.write_text(json.dumps(merged(BASE, changes)) + "\n", encoding="utf-8")
    price = "channels.shop.sells.melon.price_per_kg"
    clearing = 15.0 * (2000.0 / 5000.0) ** (1.0 / 3.0)
    every = optimise(
        question(path, [f"{price}=4:24:1"]), processes(1), random_seed=RANDOM_SEED, trials=40, replications=3
    )
    assert every.searched.optimiser is None
    assert every.settings[price] == round(clearing)
    found = optimise(
        question(path, [f"{price}=4.0:24.0"]), processes(1), random_seed=RANDOM_SEED, replications=3
    )
    assert found.searched.optimiser is not None
    assert found.settings[price] == pytest.approx(clearing, abs=0.5)


def test_without_optuna_a_search_is_refused_and_a_selection_is_not(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    play = invented(lambda x, _y: x)
    with pytest.raises(UsageError, match="no-optimiser"):
        optimise(question("bachu-trader", [f"{LATITUDE}=0:80.0"]), processes(1), random_seed=1, play=play)
    asked = question("bachu-trader", [f"{LATITUDE}=10,20,30"])
    assert optimise(asked, processes(1), random_seed=1, play=play).settings == {LATITUDE: 30}


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
