"""The whole channel of 2018: 141 counties, 701 products, 31 provinces, 181 days, more than 5e8 orders.

`python tests/bench/bench_national.py [--part whole,floor,share,growth,naive,workers] [--quick]`.
Each measurement is made in a fresh process, one at a time; tables give medians [least..most] of the runs.
CPU is the processor time of the process, all its threads together. `--quick` takes 10 counties, few days and
one repetition; it shows that the benchmark works, and its figures mean nothing.
"""

import argparse
import math
import multiprocessing
import os
import platform
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest

FLOOR_KINDS = ("poisson", "binomial", "hypergeometric")
"""The draws of the floor; the second choice is drawn by numpy itself and shown beside it."""
HEAVY = 200_000
"""Orders from which on one round of the process-per-order model is enough."""
LEAST_RATIO, AIM_RATIO = 600, 2000
"""Cost of an order of the process-per-order model over that of the batched engine: asked, and aimed at."""
LINES = 14
"""Longest lists of functions."""


class Plan(NamedTuple):
    """What is measured how often."""

    case: dict
    """The scenario of all parts but `growth`."""
    whole_runs: int
    runs: int
    factors: tuple[float, ...]
    days: tuple[int, ...]
    counties: tuple[int, ...]
    provinces: tuple[int, ...]
    naive_orders: tuple[int, ...]


FULL = Plan(
    case={"is_bundled": True},
    whole_runs=5,
    runs=3,
    factors=(2e-4, 2e-3, 2e-2, 0.2, 1.0, 3.0),
    days=(23, 45, 90, 181),
    counties=(1, 10, 47, 141),
    provinces=(4, 8, 16, 31),
    naive_orders=(10_000, 30_000, 100_000, 300_000, 1_000_000),
)
QUICK = Plan(
    case={"counties": 10, "days": 14},
    whole_runs=1,
    runs=1,
    factors=(0.01, 1.0),
    days=(7, 14),
    counties=(1, 10),
    provinces=(4, 31),
    naive_orders=(1_000, 10_000),
)


class Failures(list):
    """Sentences on what did not hold."""

    def check(self, holds, claim):
        """Print whether a claim holds, and remember it if not."""
        print(f"  {'holds' if holds else 'FAILS'}: {claim}")
        if not holds:
            self.append(claim)


def in_fresh_process(name, case, *arguments):
    """What `bench.national_runs.name` returns, called in a process that has done nothing before."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
        return pool.submit(_called, name, case, arguments).result()


def _called(name, case, arguments):
    from bench import national_runs  # noqa: PLC0415 - the parent stays small: children inherit its peak memory

    first = () if case is None else (national_runs.Case(**case),)
    return getattr(national_runs, name)(*first, *arguments)


def show_whole(plan, failures):
    """One replication, from the file to the outcome."""
    runs, walls = [], []
    for _ in range(plan.whole_runs):
        began = time.perf_counter()
        runs.append(in_fresh_process("whole", plan.case))
        walls.append(time.perf_counter() - began)
    last = runs[-1]
    print("  " + ", ".join(f"{count} {what}" for what, count in last["sizes"].items()))
    print(f"  {'seconds':24s}{'wall':>26s}{'CPU':>26s}")
    for stage in ("loading", "compiling", "playing"):
        show_times(stage, [run[stage][0] for run in runs], [run[stage][1] for run in runs])
    stages = ("loading", "compiling", "playing")
    totals = [[sum(run[stage][i] for stage in stages) for run in runs] for i in (0, 1)]
    show_times("total", *totals)
    show_times("the process in all", walls, [run["process_cpu"] for run in runs])
    print(f"  peak memory {spread([run['peak_mib'] for run in runs], '.0f')} MiB")
    orders = last["orders"]
    played = statistics.median(run["playing"][1] for run in runs)
    whole = statistics.median(totals[1])
    print(f"  {orders:,.0f} orders; CPU ns an order: {played / orders * 1e9:.2f} playing, ", end="")
    print(f"{whole / orders * 1e9:.2f} in all")
    for name, kind, kg in last["sold_kg"]:
        print(f"    {name:20s} {kind:10s}{kg / 1000:16,.1f} t sold")
    fates = dict(last["fates"])
    wanted = fates.pop("wanted")
    print(f"  {wanted:,} orders = " + " + ".join(f"{packs:,} {what}" for what, packs in fates.items()))
    failures.check(wanted == sum(fates.values()) == orders, "every order is accounted for")
    gap = abs(last["kg_in"] - last["kg_out"]) / last["kg_in"]
    balance = f"kilograms balance: {gap:.1e} in all, {last['kg_difference']:.1e} at worst of a product"
    failures.check(max(gap, last["kg_difference"]) < 1e-9, balance)
    money = last["money_difference"]
    failures.check(abs(money) < 1e-9, f"accounts balance: {money:.1e} of the money moved")
    kinds = {kind: sum(kg for _, k, kg in last["sold_kg"] if k == kind) for _, kind, _ in last["sold_kg"]}
    idle = [kind for kind, kg in kinds.items() if kg <= 0.0]
    sold = f"every kind of channel sold something ({', '.join(kinds)})"
    if plan is FULL or not idle:
        failures.check(not idle, sold)
    else:
        print(f"  not in so few days: {sold}")


def show_floor(plan, _):
    """Playing beside numpy's time for the same draws."""
    runs = [in_fresh_process("floor", plan.case) for _ in range(plan.runs)]
    print(f"  {'draws':16s}{'calls':>9s}{'cells':>14s}{'with a mean':>14s}{'numpy s':>26s}{'ns a draw':>11s}")
    for kind, entry in runs[-1]["plan"].items():
        seconds = [run["plan"][kind]["seconds"] for run in runs]
        each = statistics.median(seconds) / max(entry["draws"], 1) * 1e9
        print(
            f"  {kind:16s}{entry['calls']:9,d}{entry['cells']:14,d}{entry['draws']:14,d}"
            f"{spread(seconds):>26s}{each:11.1f}"
        )
    floors = [sum(run["plan"][kind]["seconds"] for kind in FLOOR_KINDS) for run in runs]
    draws = sum(runs[-1]["plan"][kind]["draws"] for kind in FLOOR_KINDS)
    played = [run["playing"][0] for run in runs]
    total = [run["playing"][0] + run["before"][0] for run in runs]
    print(f"  floor: numpy's {', '.join(FLOOR_KINDS)}, {draws:,} draws  {spread(floors)} s")
    print(f"  playing (wall)  {spread(played)} s; with loading and compiling  {spread(total)} s")
    print(f"  playing / floor                             {spread(ratios(played, floors))}")
    print(f"  with loading and compiling / floor          {spread(ratios(total, floors))}")
    print("  (numpy draws for the engine's own arrays, cells without a mean left out; 'multinomial' is the")
    print(
        "  second choice of those who found an offer sold out, as the engine calls numpy, not in the floor)"
    )


def show_share(plan, _):
    """Where the time of playing goes."""
    run = in_fresh_process("share", plan.case)
    total, engine = run["total"] - run["watching"], run["simpy"]
    random = sum(seconds for _, _, seconds in run["random"])
    empty = run["events"] * run["event"]
    print(f"  playing {run['total']:.2f} s while watched, {run['plain'][0]:.2f} s otherwise")
    print(f"  SimPy          {engine:8.3f} s {engine / total:7.2%}  of {run['events']:,} events")
    print(f"  random numbers {random:8.3f} s {random / total:7.2%}")
    print(f"  bookkeeping    {total - random - engine:8.3f} s {1 - (random + engine) / total:7.2%}")
    print("  SimPy: time in Environment.run less that of the activities and callbacks of the engine and less")
    print(
        f"  {run['watching']:.3f} s of watching the events; by another way, events x an empty event: ", end=""
    )
    print(f"{empty:.3f} s, {empty / total:.2%} ({run['event'] * 1e6:.2f} us each)")
    print("  random numbers: functions of farmsim.streams and farmsim.domain.counts and draws of generators")
    for title, rows in (
        ("random numbers", run["random"]),
        ("activities, their draws included", run["activities"]),
    ):
        print(f"    {title:44s}{'calls':>10s}{'s':>9s}{'share':>8s}")
        for name, calls, seconds in rows[:LINES]:
            print(f"    {name:44s}{calls:10,d}{seconds:9.3f}{seconds / total:8.1%}")


def show_growth(plan, _):
    """Playing time over orders, days, products and provinces."""
    most = {} if plan is FULL else {key: plan.case[key] for key in ("counties", "days")}
    print("  CPU seconds of playing one replication; median of replications in one process")
    print("  orders (demand_factor)")
    points = [(f, measured({**most, "demand_factor": f}, plan)) for f in plan.factors]
    for factor, run in points:
        show_point(f"x {factor:g}: {run['orders']:,.0f} orders", run)
    usual = [run for factor, run in points if factor <= 1.0]
    print(
        f"    exponent up to x 1: {exponent(usual):.3f}; of all: {exponent([run for _, run in points]):.3f}"
    )
    print("  days (horizon_days)")
    linear("day", [(days, measured({**most, "days": days}, plan)) for days in plan.days])
    print("  products (counties), and peak memory")
    runs = [measured({**most, "counties": counties}, plan) for counties in plan.counties]
    linear("product", [(run["sizes"]["products"], run) for run in runs], plan.counties)
    print("  provinces where consumers live (attraction.provinces)")
    linear("province", [(some, measured({**most, "provinces": some}, plan)) for some in plan.provinces])


def show_naive(plan, _):
    """The cost of an order beside that of a process for each order."""
    batched = measured(plan.case, plan)
    each = cpu_of(batched) / batched["orders"]
    print(f"  batched engine: {batched['orders']:,.0f} orders, {times(batched)} s, ", end="")
    print(f"{each * 1e9:.2f} CPU ns an order")
    print(f"  {'process an order':>18s}{'orders':>12s}{'CPU s':>10s}{'us/order':>11s}")
    best = math.inf
    for orders in plan.naive_orders:
        runs = in_fresh_process("naive", None, orders, plan.runs if orders < HEAVY else 1)
        seconds, count = (statistics.median(part) for part in zip(*runs, strict=True))
        best = min(best, seconds / count)
        print(f"  {orders:18,d}{count:12,.0f}{seconds:10.3f}{seconds / count * 1e6:11.2f}")
    print(f"  at its best point a process an order costs {best * 1e6:.2f} us, ", end="")
    print(f"{best / each:,.0f} times as much (asked {LEAST_RATIO}, aim {AIM_RATIO})")


def show_workers(plan, _):
    """Two replications on two workers beside one after the other."""
    turns = in_fresh_process("workers", plan.case, plan.runs)
    for load, one, two in turns:
        print(f"  load before {load:5.2f}: one worker {one:7.2f} s, two workers {two:7.2f} s, ", end="")
        print(f"{one / two:.2f} times the throughput")
    print(f"  throughput ratio {spread([one / two for _, one, two in turns], '.2f')}; results are the same")
    print("  wall seconds of run_scenario: reading the checked scenario, compiling and playing, and for two")
    print(
        "  workers their start (run_scenario's threshold for starting workers is lifted for the comparison)"
    )


PARTS = {
    "whole": show_whole,
    "floor": show_floor,
    "share": show_share,
    "growth": show_growth,
    "naive": show_naive,
    "workers": show_workers,
}


def show(parts, plan):
    """Print the tables of some parts; returns what did not hold."""
    failures = Failures()
    load = " ".join(f"{x:.2f}" for x in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    print(f"load {load} on {os.cpu_count()} processors; Python {platform.python_version()}, ", end="")
    print(f"numpy {version('numpy')}, SimPy {version('simpy')}")
    for part in parts:
        print(f"\n{part}: {PARTS[part].__doc__}", flush=True)
        PARTS[part](plan, failures)
        sys.stdout.flush()
    return failures


def measured(case, plan):
    """Some replications of a case, in a fresh process."""
    return in_fresh_process("playing", case, plan.runs)


def cpu_of(run):
    """Median processor seconds of playing."""
    return statistics.median(cpu for _, cpu in run["seconds"])


def times(run):
    """CPU seconds of playing, in words."""
    return f"CPU {spread([cpu for _, cpu in run['seconds']])}"


def show_point(label, run):
    """One line of a series."""
    print(f"    {label:34s}{times(run):>32s} s  {run['sizes']['cells']:9,d} cells {run['peak_mib']:7.0f} MiB")


def linear(name, points, counties=()):
    """The points of a series and the straight line through them."""
    for (x, run), of in zip_longest(points, counties):
        where = f" of {of} counties" if of else f", {run['orders']:,.0f} orders"
        show_point(f"{x} {name}s{where}", run)
    if len(points) > 1:
        xs, ys = [x for x, _ in points], [cpu_of(run) for _, run in points]
        slope, base = statistics.linear_regression(xs, ys)
        r2 = statistics.correlation(xs, ys) ** 2
        print(f"    {base:.3f} s + {slope * 1e3:.3f} ms a {name}, R2 {r2:.4f}")


def exponent(runs):
    """Slope of the logarithm of processor time over that of orders."""
    xs, ys = [math.log(run["orders"]) for run in runs], [math.log(cpu_of(run)) for run in runs]
    return statistics.linear_regression(xs, ys).slope if len(runs) > 1 else math.nan


def show_times(label, walls, cpus):
    """One line of wall and CPU seconds."""
    print(f"  {label:24s}{spread(walls):>26s}{spread(cpus):>26s}")


def spread(values, form=".3f"):
    """Median [least..most]."""
    return f"{statistics.median(values):{form}} [{min(values):{form}}..{max(values):{form}}]"


def ratios(above, below):
    """Quotients, pair by pair."""
    return [a / b for a, b in zip(above, below, strict=True)]


@pytest.mark.bench
@pytest.mark.parametrize("part", PARTS)
def test_bench_national(part):
    assert not show([part], QUICK)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", default=",".join(PARTS), help="parts, comma between them: %(default)s")
    parser.add_argument("--quick", action="store_true", help="10 counties, few days, one repetition")
    options = parser.parse_args()
    chosen = [part.strip() for part in options.part.split(",")]
    strange = [part for part in chosen if part not in PARTS]
    if strange:
        parser.error(f"no such part: {', '.join(strange)}; there are {', '.join(PARTS)}")
    sys.exit(1 if show(chosen, QUICK if options.quick else FULL) else 0)
