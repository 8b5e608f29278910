"""Time of a uniform number and of a count, beside numpy's own samplers measured in the same run.

`python tests/bench/bench_counts.py`, or `pytest -m bench -s tests/bench/bench_counts.py`.
"""

import timeit

import numpy as np
import pytest

from farmsim.domain.counts import binomial, poisson
from farmsim.streams import Streams, normals, uniform_block, uniforms

pytestmark = pytest.mark.bench


def seconds(call, cells):
    number = max(1, 40_000 // cells)
    return min(timeit.repeat(call, number=number, repeat=15)) / number


def show(label, cells, call, reference=None):
    time = seconds(call, cells)
    line = f"{label:32s} {cells:7d} cells {time * 1e6:9.1f} us a call {time * 1e9 / cells:7.1f} ns a cell"
    if reference is not None:
        line += f"   numpy {seconds(reference, cells) * 1e9 / cells:6.1f} ns"
    print(line)


@pytest.mark.parametrize("cells", [250, 750, 20_000, 200_000])
def test_bench_streams(cells):
    streams, names = Streams(1, 0), [f"offer-{i}" for i in range(cells)]
    keys = streams.keys("demand", names)
    generator = streams.generator("demand")
    days = np.arange(30, dtype=np.uint64)
    u = uniforms(keys, 1)
    show("keys", cells, lambda: streams.keys("demand", names))
    show("uniforms", cells, lambda: uniforms(keys, 1), lambda: generator.random(cells))
    show("uniform_block, 30 days a key", cells, lambda: uniform_block(keys[: cells // 30], days))
    show("normals", cells, lambda: normals(u), lambda: generator.standard_normal(cells))


@pytest.mark.parametrize("cells", [250, 750, 20_000, 200_000])
def test_bench_poisson(cells):
    generator = np.random.default_rng(1)
    u, lognormal = generator.random(cells), 5 * np.exp(1.5 * generator.standard_normal(cells))
    means = {
        "0.1": np.full(cells, 0.1),
        "2": np.full(cells, 2.0),
        "10": np.full(cells, 10.0),
        "0.1 to 10": np.exp(generator.uniform(np.log(0.1), np.log(10), cells)),
        "gamma 2": generator.gamma(1, 2, cells),
        "50": np.full(cells, 50.0),
        "127": np.full(cells, 127.0),
        "lognormal": lognormal,
        "lognormal or 0": lognormal * (generator.random(cells) < 0.3),
        "0.1 to 100": np.exp(generator.uniform(np.log(0.1), np.log(100), cells)),
    }
    for label, mean in means.items():
        show(
            f"poisson, mean {label}",
            cells,
            lambda mean=mean: poisson(u, mean),
            lambda mean=mean: generator.poisson(mean),
        )


@pytest.mark.parametrize("cells", [250, 750, 20_000, 200_000])
def test_bench_binomial(cells):
    generator = np.random.default_rng(1)
    u = generator.random(cells)
    cases = {
        "5, 0.3": (np.full(cells, 5), np.full(cells, 0.3)),
        "20, 0.2": (np.full(cells, 20), np.full(cells, 0.2)),
        "0 to 20, any": (generator.integers(0, 20, cells), generator.random(cells)),
        "200, 0.3": (np.full(cells, 200), np.full(cells, 0.3)),
    }
    for label, (trials, p) in cases.items():
        show(
            f"binomial, {label}",
            cells,
            lambda trials=trials, p=p: binomial(u, trials, p),
            lambda trials=trials, p=p: generator.binomial(trials, p),
        )


if __name__ == "__main__":
    for size in (250, 750, 20_000, 200_000):
        test_bench_streams(size)
        test_bench_poisson(size)
        test_bench_binomial(size)
