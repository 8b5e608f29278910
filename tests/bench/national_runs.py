"""Measurements of national scenarios, each made to be called in a process of its own (`bench_national`).

What they return is plain data. A rename in the engine that they rely on ends them with a sentence.
"""

import os
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench import national_draws
from bench.comparison import ROUNDED, scaled
from bench.naive import play_naive
from farmsim.engine.simulate import Season, make_model
from farmsim.experiment import run as experiment
from farmsim.results.summary import summarise
from farmsim.results.tables import Tally
from farmsim.scenario import national
from farmsim.scenario.catalogue import provinces
from farmsim.scenario.load import load_scenario
from farmsim.streams import Streams

BUNDLED = "xingnong-2018"
SEED = 2018


class Case(NamedTuple):
    """A national scenario: the bundled one as it is, or one written for the purpose."""

    counties: int = 141
    demand_factor: float = 1.0
    days: int | None = None
    """Horizon; None for that of the scenario."""
    provinces: int | None = None
    """Consumers live in so many provinces, the first of the catalogue; None for all."""
    is_bundled: bool = False


class Seconds(NamedTuple):
    """Time by the clock on the wall and of the processor."""

    wall: float
    cpu: float


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self):
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self):
        """Seconds so far."""
        return Seconds(time.perf_counter() - self._wall, time.process_time() - self._cpu)


def whole(case):
    """One replication from the file to the outcome, and whether what must hold of it holds."""
    watch = Stopwatch()
    loaded = load(case)
    loading, watch = watch.read(), Stopwatch()
    model = make_model(loaded.scenario)
    compiling, watch = watch.read(), Stopwatch()
    season, tally, outcome = _played(model, 0)
    playing = watch.read()
    return {
        "loading": loading,
        "compiling": compiling,
        "playing": playing,
        "peak_mib": peak_mib(),
        "process_cpu": time.process_time(),
        "sizes": sizes(model),
        "orders": outcome.metrics["orders"],
        "sold_kg": sold_kg(tally),
        "kg_in": outcome.kg_in,
        "kg_out": outcome.kg_out,
        "kg_difference": tally.books.kg_difference,
        "money_difference": outcome.money_difference,
        "fates": fates(season, tally),
    }


def playing(case, rounds):
    """Seconds of playing each of some replications, orders of the first, peak memory after it."""
    model = make_model(load(case).scenario)
    seconds, peak, orders = [], 0.0, 0.0
    for replication in range(rounds):
        watch = Stopwatch()
        outcome = experiment.play(model, replication, SEED)
        seconds.append(watch.read())
        if replication == 0:
            peak, orders = peak_mib(), outcome.metrics["orders"]
    return {"seconds": seconds, "peak_mib": peak, "orders": orders, "sizes": sizes(model)}


def floor(case):
    """One replication timed, then played again with numpy drawing beside it what the engine draws."""
    watch = Stopwatch()
    scenario = load(case).scenario
    model = make_model(scenario)
    before, watch = watch.read(), Stopwatch()
    experiment.play(model, 0, SEED)
    played = watch.read()
    plan = national_draws.floor_of(lambda: experiment.play(model, 0, SEED))
    return {"before": before, "playing": played, "plan": plan}


def share(case):
    """Where the time of playing goes, and how long it takes when nobody looks."""
    model = make_model(load(case).scenario)
    watch = Stopwatch()
    experiment.play(model, 0, SEED)
    return {"plain": watch.read(), **national_draws.time_of(lambda: experiment.play(model, 0, SEED))}


def naive(orders, rounds):
    """Processor seconds and orders of seasons with a process for each order."""
    scenario = scaled("bachu-online-first", orders)
    runs = []
    for turn in range(rounds):
        watch = Stopwatch()
        totals = play_naive(scenario, turn, 1, ROUNDED)
        count = sum(much for (what, _), much in totals.items() if what == "orders")
        runs.append((watch.read().cpu, count))
    return runs


def workers(case, rounds):
    """Seconds of two replications on one worker and on two, in turns."""
    loaded = load(case)
    turns = []
    for _ in range(rounds):
        turn = {"load": load_average()}
        for count in (1, 2):
            result = experiment.run_scenario(loaded, replications=2, random_seed=SEED, workers=count)
            turn[count] = result.seconds
            turn["outcomes", count] = [outcome.metrics["orders"] for outcome in result.outcomes]
        assert turn["outcomes", 1] == turn["outcomes", 2], "two workers give other results than one"
        turns.append((turn["load"], turn[1], turn[2]))
    return turns


def load(case):
    """The scenario of a case."""
    settings = [] if case.days is None else [f"horizon_days={case.days}"]
    if case.is_bundled:
        return load_scenario(BUNDLED, settings)
    text = written(case)
    if case.provinces is not None:
        some = ", ".join(place.id for place in provinces()[: case.provinces])
        channels = [channel for channel in national.TERMS if f"\n  {channel}:\n" in text]
        assert channels, "national scenarios name their consumer channels otherwise: see national_runs.load"
        settings += [f"channels.{channel}.attraction.provinces=[{some}]" for channel in channels]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "national.yaml"
        path.write_text(text, encoding="utf-8")
        return load_scenario(path, settings)


def written(case):
    """The national scenario of a case as YAML text."""
    return national.national_scenario(SEED, case.counties, demand_factor=case.demand_factor)


def sizes(model):
    """Lengths of a model's tables."""
    layout, market = model.layout, model.market
    return {
        "counties": len(layout.counties),
        "products": len(layout.products),
        "offers": len(layout.offers.ids),
        "consumer offers": len(market.offer),
        "provinces": market.weight.shape[1],
        "cells": len(market.cells.offer),
        "days": layout.scenario.horizon_days,
    }


def sold_kg(tally):
    """Kilograms sold, by channel, and its kind."""
    sold = tally.books.kg_destinations
    return [
        (name, kind, float(sold[f"sold:{name}"].sum()) if f"sold:{name}" in sold else 0.0)
        for name, kind in zip(tally.shape.channels, tally.shape.kinds, strict=True)
    ]


def fates(season, tally):
    """What became of the orders, packs; who switched is served at one offer and lost at another."""
    counts = {name: int(packs.sum()) for name, packs in tally.orders.items()}
    waiting = season.parcels.owed_kg() / season.parcels.pack_kg.clip(min=1e-300)
    return {
        "wanted": counts["wanted"],
        "served": counts["served"] - counts["switched_in"],
        "switched": counts["switched_in"],
        "lost": counts["lost"] - counts["switched_in"],
        "cancelled": counts["cancelled"],
        "waiting": round(float(waiting.sum())),
    }


def peak_mib():
    """Most memory that this process ever had, MiB; NaN where nobody tells."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return float("nan")
    unit = 1 if os.uname().sysname == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def load_average():
    """Processes that want to run, mean of the last minute; NaN where nobody tells."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


def _played(model, replication):
    """The same as `experiment.run.play`, but the season stays at hand."""
    tally = Tally(experiment.shape_of(model))
    season = Season(model, Streams(SEED, replication), tally)
    season.play()
    return season, tally, summarise(tally)
