"""Cost of a consumer's order: the batched engine beside a SimPy process for every order, on the same season.

`python tests/bench/bench_orders.py [--orders 10000,100000,1000000] [--rounds 5]`, or
`pytest -m bench -s tests/bench/bench_orders.py`.

Both play the season of `bachu-matrix`, with every channel, its sizes scaled to the number of orders.
Processor time of this process, the models taking turns; medians of the rounds, but one round for the most
orders. Compiling the scenario (once for all replications) is not in it. Both ask the same linear program each
morning; the column `desk` says how much of their time that is.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

import pytest

from bench.comparison import ROUNDED, engine_totals, scaled
from bench.naive import play_naive
from farmsim.domain.matrix import RollingPlan
from farmsim.engine.simulate import make_model

SIZES = (10_000, 100_000, 1_000_000)
HEAVY = 500_000
"""From so many orders on, one round is enough."""


class Cost(NamedTuple):
    """Processor seconds of a season, those of the desk's program among them, and the orders in it."""

    seconds: float
    desk: float
    orders: float


def measured(play):
    """Cost of one season played by `play`, which returns its totals."""
    spent = [0.0]
    solve = RollingPlan.solve

    def timed(plan, *arguments):
        began = time.process_time()
        result = solve(plan, *arguments)
        spent[0] += time.process_time() - began
        return result

    RollingPlan.solve = timed
    try:
        began = time.process_time()
        totals = play()
        seconds = time.process_time() - began
    finally:
        RollingPlan.solve = solve
    return Cost(seconds, spent[0], sum(much for (what, _), much in totals.items() if what == "orders"))


def compared(orders, rounds):
    """Median costs of both models, which take turns."""
    scenario = scaled("bachu-matrix", orders)
    model = make_model(scenario)
    engine_totals(model, 0)
    batched, naive = [], []
    for turn in range(rounds if orders < HEAVY else 1):
        batched.append(measured(lambda turn=turn: engine_totals(model, turn)))
        naive.append(measured(lambda turn=turn: play_naive(scenario, turn, 1, ROUNDED)))
    return [Cost(*(statistics.median(part) for part in zip(*runs, strict=True))) for runs in (batched, naive)]


def show(sizes, rounds):
    """Print the table."""
    print(f"load {' '.join(f'{x:.2f}' for x in os.getloadavg())} on {os.cpu_count()} processors")
    print(f"{'':9s}|{'batched engine':^38s}|{'a process per order':^38s}|{'ratio':^16s}")
    half = f"{'orders':>10s}{'CPU s':>9s}{'desk s':>8s}{'us/order':>11s}"
    print(f"{'asked':>9s}|{half}|{half}|{'an order':>16s}")
    for orders in sizes:
        costs = compared(orders, rounds)
        each = [cost.seconds / cost.orders * 1e6 for cost in costs]
        cells = [
            f"{cost.orders:10.0f}{cost.seconds:9.3f}{cost.desk:8.3f}{us:11.3f}"
            for cost, us in zip(costs, each, strict=True)
        ]
        print(f"{orders:9d}|{cells[0]}|{cells[1]}|{each[1] / each[0]:15.1f}x")


@pytest.mark.bench
@pytest.mark.parametrize("orders", SIZES)
def test_bench_orders(orders):
    show([orders], 5)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--orders", default=",".join(map(str, SIZES)), help="seasons' sizes, comma between them"
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the smaller sizes")
    options = parser.parse_args()
    show([int(size) for size in options.orders.split(",")], options.rounds)
