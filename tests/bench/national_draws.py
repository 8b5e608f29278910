"""What a run draws and where its time goes, seen by wrapping functions of the engine while it plays.

Names are looked for wherever the engine imported them. If a sampler is called otherwise one day, or a new one
appears, the measurement ends with a sentence instead of missing draws.
"""

import sys
import time
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from types import FunctionType

import numpy as np
import simpy

from farmsim import streams
from farmsim.domain import counts, rationing
from farmsim.engine.world import World

SAMPLERS = {"poisson_cells": counts, "binomial_cells": counts, "rationed": rationing}
"""What the engine draws counts by, and where it stands."""
RANDOM = (
    "farmsim.streams",
    "farmsim.domain.counts",
    "farmsim.domain.expansion",
    "farmsim.domain.rationing",
)
"""Modules whose functions are random numbers."""
EMPTY_EVENTS = 100_000


class Plan:
    """The draws of a run, by kind, and numpy's seconds for as many at the same means."""

    def __init__(self):
        self._generator = np.random.Generator(np.random.Philox(7))
        self.kinds = {}
        for kind in ("poisson", "binomial", "hypergeometric", "multinomial"):
            self.kinds[kind] = {"calls": 0, "cells": 0, "draws": 0, "seconds": 0.0}

    def poisson(self, u, mean):
        """Poisson counts of the cells with a mean."""
        means = np.ravel(mean)
        some = means[means > 0.0]
        self._enter("poisson", means.size, some.size, lambda: self._generator.poisson(some))

    def binomial(self, u, trials, p):
        """Binomial counts of the cells with trials and a probability."""
        n, shares = (np.ravel(part) for part in np.broadcast_arrays(trials, p))
        mark = (n > 0) & (shares > 0.0)
        some, chance = n[mark].astype(np.int64), shares[mark].astype(np.float64)
        self._enter("binomial", n.size, some.size, lambda: self._generator.binomial(some, chance))

    def rationed(self, wanted, row, available, u, picks):
        """Who is served, of each row of cells that wants more than there is."""
        draw = self._generator.multivariate_hypergeometric
        edges = np.searchsorted(row, np.arange(len(available) + 1)).tolist()
        for taken, (first, last) in zip(available.tolist(), pairwise(edges), strict=True):
            asked = wanted[first:last]
            some = asked[asked > 0]
            if 0 < taken < int(some.sum()):
                self._enter(
                    "hypergeometric",
                    asked.size,
                    some.size,
                    lambda some=some, taken=taken: draw(some, taken, method="marginals"),
                )

    def chosen(self, name, arguments, seconds):
        """What the engine asks of numpy itself: the second choice of those who found an offer sold out."""
        if name == "multinomial":
            odds = np.asarray(arguments[1])
            entry = self.kinds["multinomial"]
            entry["calls"] += 1
            entry["cells"] += odds.size
            entry["draws"] += int(np.count_nonzero(odds))
            entry["seconds"] += seconds

    def _enter(self, kind, cells, draws, draw):
        entry = self.kinds[kind]
        entry["calls"] += 1
        entry["cells"] += cells
        entry["draws"] += draws
        if draws:
            began = time.perf_counter()
            draw()
            entry["seconds"] += time.perf_counter() - began


class Clock:
    """Seconds spent in named functions; a function that another one calls is not counted twice."""

    def __init__(self):
        self.seconds = defaultdict(float)
        self.calls = defaultdict(int)
        self._is_inside = False

    def watched(self, name, function):
        """The function, timed."""

        def timed(*arguments, **options):
            if self._is_inside:
                return function(*arguments, **options)
            self._is_inside = True
            began = time.perf_counter()
            try:
                return self.proxied(name, function(*arguments, **options))
            finally:
                self.seconds[name] += time.perf_counter() - began
                self.calls[name] += 1
                self._is_inside = False

        return timed

    def proxied(self, name, result):
        """A generator is handed out in the guise of one whose draws are timed."""
        return Generator(result, self._watched_draw) if isinstance(result, np.random.Generator) else result

    def _watched_draw(self, name, draw):
        return self.watched(f"numpy's {name}", draw)


class Generator:
    """A numpy generator whose methods are given to `wrap`."""

    def __init__(self, generator, wrap):
        self._generator, self._wrap = generator, wrap

    def __getattr__(self, name):
        found = getattr(self._generator, name)
        return self._wrap(name, found) if callable(found) else found


def floor_of(play):
    """The draws of a run by kind: calls, cells, draws (cells with a mean), numpy's seconds for them.

    Draws that one sampler makes by another one count once, as what the engine asked for.
    """
    plan = Plan()
    beside = dict(zip(SAMPLERS, (plan.poisson, plan.binomial, plan.rationed), strict=True))
    depth = [0]

    def wrapper(name, function):
        def drawn(*arguments, **options):
            depth[0] += 1
            result = function(*arguments, **options)
            depth[0] -= 1
            if not depth[0]:
                beside[name](*arguments, **options)
            return result

        return drawn

    def chosen(name, draw):
        def drawn(*arguments, **options):
            began = time.perf_counter()
            result = draw(*arguments, **options)
            plan.chosen(name, arguments, time.perf_counter() - began)
            return result

        return drawn

    _no_strangers()
    with ExitStack() as stack:
        for name, module in SAMPLERS.items():
            stack.enter_context(_everywhere(getattr(module, name), lambda f, name=name: wrapper(name, f)))
        for owner, name, function in _methods_of_chance():
            stack.enter_context(_on(owner, name, _handing_out(function, chosen)))
        play()
    missing = [kind for kind in ("poisson", "binomial") if not plan.kinds[kind]["calls"]]
    assert not missing, f"the engine draws no {' and no '.join(missing)} counts by {', '.join(SAMPLERS)}"
    return plan.kinds


def time_of(play):
    """Seconds of playing: in all, of SimPy, of random numbers by function, of activities; and the events.

    Of SimPy's, what the watching of events costs is taken off: an empty event watched, less one unwatched.
    """
    chance, work, inside = Clock(), Clock(), Clock()
    events = [0]
    daily, step, run = World.daily, simpy.Environment.step, simpy.Environment.run

    def watched_daily(world, hour, activity, **options):
        name = getattr(activity, "__qualname__", str(activity))
        daily(world, hour, work.watched(name, activity), **options)

    def watched_step(env):
        events[0] += 1
        if env._queue:
            event = env._queue[0][-1]
            event.callbacks = [
                callback if _is_simpys(callback) else work.watched(callback.__qualname__, callback)
                for callback in event.callbacks
            ]
        step(env)

    with ExitStack() as stack:
        for function in _functions_of_chance():
            stack.enter_context(_everywhere(function, lambda f: chance.watched(f.__name__, f)))
        for owner, name, function in _methods_of_chance():
            stack.enter_context(_on(owner, name, chance.watched(f"{owner.__name__}.{name}", function)))
        stack.enter_context(_on(World, "daily", watched_daily))
        stack.enter_context(_on(simpy.Environment, "step", watched_step))
        stack.enter_context(_on(simpy.Environment, "run", inside.watched("run", run)))
        began = time.perf_counter()
        play()
        total = time.perf_counter() - began
        seen, simpys = events[0], inside.seconds["run"] - sum(work.seconds.values())
        watching = empty_event()
    empty = empty_event()
    assert work.calls, "no activity was registered by World.daily"
    return {
        "total": total,
        "simpy": max(0.0, simpys - seen * (watching - empty)),
        "events": seen,
        "event": empty,
        "watching": seen * (watching - empty),
        "random": _by_seconds(chance),
        "activities": _by_seconds(work),
    }


def empty_event():
    """Seconds of an event of a process that does nothing, twenty of them in the calendar; best of three."""
    best = float("inf")
    for _ in range(3):
        env = simpy.Environment()
        for number in range(20):
            env.process(_idle(env, number / 24.0))
        began = time.perf_counter()
        env.run(until=EMPTY_EVENTS / 20)
        best = min(best, time.perf_counter() - began)
    return best / EMPTY_EVENTS


def _idle(env, hour):
    yield env.timeout(hour)
    while True:
        yield env.timeout(1.0)


def _is_simpys(callback):
    """Whether a callback is SimPy's own: the resumption of a process, a condition, the end of the run."""
    module = getattr(getattr(callback, "__self__", callback), "__module__", None)
    return (module or type(callback).__module__).startswith("simpy")


def _by_seconds(clock):
    """Names, calls and seconds, the longest first."""
    return sorted(
        ((name, clock.calls[name], s) for name, s in clock.seconds.items()), key=lambda row: -row[2]
    )


def _modules():
    return [module for name, module in sys.modules.items() if name.startswith("farmsim.")]


def _functions_of_chance():
    """Functions on random numbers that the engine or the domain imported."""
    found = {}
    for module in _modules():
        if module.__name__ not in RANDOM and module.__name__.startswith(("farmsim.engine", "farmsim.domain")):
            for value in vars(module).values():
                if isinstance(value, FunctionType) and value.__module__ in RANDOM:
                    found[value.__module__, value.__name__] = value
    return list(found.values())


def _methods_of_chance():
    """Public methods of the classes of `farmsim.streams`: owner, name, function."""
    owners = [o for o in vars(streams).values() if isinstance(o, type) and o.__module__ == streams.__name__]
    return [
        (owner, name, function)
        for owner in owners
        if not owner.__name__.startswith("_")
        for name, function in list(vars(owner).items())
        if isinstance(function, FunctionType) and not name.startswith("_")
    ]


def _handing_out(method, wrap):
    """The method, but a generator that it returns has its draws wrapped."""

    def handing_out(*arguments, **options):
        result = method(*arguments, **options)
        return Generator(result, wrap) if isinstance(result, np.random.Generator) else result

    return handing_out


def _no_strangers():
    """Every sampler that the engine uses is one whose draws are counted."""
    for name, module in SAMPLERS.items():
        assert hasattr(module, name), f"{module.__name__} has no {name} any more: see national_draws"
    used = {f.__name__ for f in _functions_of_chance() if f.__module__ != "farmsim.streams"}
    strangers = sorted(used - set(SAMPLERS))
    assert not strangers, f"the engine draws by {', '.join(strangers)}, which national_draws does not know"
    missing = sorted(set(SAMPLERS) - used)
    assert not missing, f"the engine does not draw by {', '.join(missing)} any more: see national_draws"


@contextmanager
def _everywhere(function, wrap):
    """While it lasts, the wrapped function stands wherever the original was imported."""
    places = [
        (module, name) for module in _modules() for name, value in vars(module).items() if value is function
    ]
    wrapped = wrap(function)
    for module, name in places:
        setattr(module, name, wrapped)
    try:
        yield
    finally:
        for module, name in places:
            setattr(module, name, function)


@contextmanager
def _on(owner, name, replacement):
    """While it lasts, a class has another function under this name."""
    original = getattr(owner, name)
    setattr(owner, name, replacement)
    try:
        yield
    finally:
        setattr(owner, name, original)
