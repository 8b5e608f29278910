"""What common random numbers are worth, written to sim/VARIANCE.md: `python tests/bench/bench_variance.py`.

Three ways of drawing. *Named streams* are farmsim's own: the address of a stream is its name. *Shared random
seed* is what most simulators do: one seed, and generators handed out in the order in which the model asks
for them, so that the numbers of a source of chance depend on its place in that order. It is emulated by
counting instead of naming: the first address that a season asks for becomes stream 0, the next stream 1 and
so on; what is asked for again is found again. The model, the laws of its numbers and the order of its
questions stay as they are. (A single generator for everything would shift at every draw and be worse.)
*Independent runs* have random seeds of their own.
"""

import multiprocessing
from hashlib import blake2b
from pathlib import Path

import numpy as np

from farmsim import streams
from farmsim.engine.simulate import make_model
from farmsim.experiment.run import play
from farmsim.scenario.load import load_scenario

PAGE = Path(__file__).parents[2] / "sim" / "VARIANCE.md"
REPLICATIONS = 120
RANDOM_SEED = 20261123
TAOBAO = "channels.taobao.sells.melon.price_per_kg"
ARMS = {
    "one price 5 % higher": (("bachu-online-first", ()), ("bachu-online-first", (f"{TAOBAO}=+5%",))),
    "online first, then in step with shops": (("bachu-online-first", ()), ("bachu-matrix", ())),
    "order programme, then in step with shops": (("bachu-order-programme", ()), ("bachu-matrix", ())),
}
METRICS = ("household_net_income", "sold_kg", "demand_kg", "lost_share")


class CountedStreams(streams.Streams):
    """Streams that are told apart by the order in which they are asked for, not by their names."""

    __slots__ = ("_numbers",)

    def __init__(self, seed, replication):
        super().__init__(seed, replication)
        self._numbers = {}

    def _numbered(self, name, entity):
        return self._numbers.setdefault((name, entity), len(self._numbers))

    def keys(self, name, entities):
        """One key for each entity, each the next stream in line."""
        words = [entity if isinstance(entity, tuple) else (entity,) for entity in entities]
        return streams._squares_keys(b"".join(self._digest(name, word) for word in words))

    def _digest(self, name, entity):
        number = self._numbered(name, tuple(entity))
        return blake2b(self._root + b"stream %d" % number).digest()


def metrics_of(task):
    """Metrics of all replications of one scenario: [replication, metric]."""
    name, overrides, seed, counted = task
    import farmsim.engine.simulate as engine  # noqa: PLC0415 (patched in this process only)

    engine.Streams = CountedStreams if counted else streams.Streams
    model = make_model(load_scenario(name, overrides).scenario)
    found = [play(model, replication, seed).metrics for replication in range(REPLICATIONS)]
    return np.array([[metrics[metric] for metric in METRICS] for metrics in found])


def settled(name, overrides):
    """The overrides with `+5%` worked out from the scenario's own price."""
    told = []
    for override in overrides:
        key, value = override.split("=")
        if value == "+5%":
            price = load_scenario(name).scenario.channels["taobao"].sells["melon"].price_per_kg
            value = f"{1.05 * price:.6g}"
        told.append(f"{key}={value}")
    return tuple(told)


def gap_variance(runs):
    """Variance of the difference between two scenarios, by metric."""
    return (runs[1] - runs[0]).var(axis=0, ddof=1)


def page(rows):
    """The text of sim/VARIANCE.md."""
    lines = OPENING.format(replications=REPLICATIONS, seed=RANDOM_SEED).splitlines()
    for arm, metric, named, counted, apart in rows:
        lines.append(f"| {arm} | `{metric}` | {named:.2g} | {counted:.2g} | {apart:.2f} |")
    return "\n".join([*lines, "", CLOSING])


OPENING = """\
# What pairing is worth

Made by `python tests/bench/bench_variance.py`; {replications} replications, random seed {seed}.

The table holds the variance of the difference between two scenarios over the sum of their own variances: 0.01
means that independent runs would need a hundred times the replications for the same interval. *Named streams*
are farmsim's. *Shared random seed* hands streams out in the order in which the model asks for them, as a
simulator does that knows one random seed only; the model is the same. *Independent* runs have random seeds of
their own; measured, so that it scatters around 1.

| scenarios | metric | named streams | shared random seed | independent |
|---|---|---|---|---|
"""

CLOSING = """\
A shared random seed is worth about as much as names for what is drawn from streams that both scenarios ask
for in the same order. A stream that is asked for sooner or later, or a channel more, shifts all that follow;
names do not shift. Where scenarios differ in what decides their outcome (another buyer, another harvest)
there is less to share. The variances are estimates themselves, and rough ones where a figure is skewed: of
`lost_share` a single season of the order programme can make up most of the variance, so that columns of
different seasons hardly compare, even where a shared random seed seems to do better.
"""


def main():
    tasks, arms = [], {}
    for arm, pair in ARMS.items():
        arms[arm] = len(tasks)
        for counted in (False, True):
            tasks += [(name, settled(name, o), RANDOM_SEED, counted) for name, o in pair]
        tasks.append((pair[1][0], settled(*pair[1]), RANDOM_SEED + 1, False))
    with multiprocessing.Pool(2) as pool:
        runs = pool.map(metrics_of, tasks, chunksize=1)
    rows = []
    for arm, first in arms.items():
        one, other, counted_one, counted_other, apart = runs[first : first + 5]
        whole = one.var(axis=0, ddof=1) + other.var(axis=0, ddof=1)
        named, counted = gap_variance((one, other)), gap_variance((counted_one, counted_other))
        counted_whole = counted_one.var(axis=0, ddof=1) + counted_other.var(axis=0, ddof=1)
        for i, metric in enumerate(METRICS):
            if whole[i] == 0.0 or min(one[:, i].var(), other[:, i].var()) == 0.0:
                continue
            independent = gap_variance((one, apart))[i] / (one[:, i].var(ddof=1) + apart[:, i].var(ddof=1))
            rows.append((arm, metric, named[i] / whole[i], counted[i] / counted_whole[i], independent))
    PAGE.write_text(page(rows), encoding="utf-8")
    print(page(rows))


if __name__ == "__main__":
    main()
