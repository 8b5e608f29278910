"""The 95 % interval of a paired difference covers the true one in 95 of 100 experiments.

One household picks 1 000 kg in a normal season and the trader takes all of it the same day; yield and price
are independent lognormal factors of mean 1. With his normal price at 1.1, not 1.0, CNY/kg growers receive
more by 0.1 x kilograms x price factor, which is 100 CNY on average, and varies by a quarter of that.
"""

import math

import numpy as np
import pytest

from engine.small_county import small
from farmsim.domain.records import Closed
from farmsim.engine.simulate import make_model, simulate
from farmsim.results.paired import difference

RANDOM_SEED = 20261123
PAIRS = 20
TRUE_DIFFERENCE = 100.0
ONE_DAY = {
    "horizon_days": 1,
    "products": {"melon": {"keeping": {"life_days": 1000000}}},
    "counties": {
        "bachu": {
            "growers": {
                "village": {
                    "households": 1,
                    "season_yield_cv": 0.1,
                    "harvest": {"centre": "2018-07-01", "first": "2018-07-01", "last": "2018-07-01"},
                }
            }
        }
    },
    "channels": {"trader": {"price_sd": 0.2}},
}
DEARER = {"channels": {"trader": {"sells": {"melon": {"price_per_kg": 1.1}}}}}


class Receipts:
    """A recorder of what growers got."""

    wants = frozenset({Closed})
    total = math.nan

    def __call__(self, row):
        if type(row) is Closed:
            self.total = float(row.flows["door"].sum() + row.flows["surplus"].sum())


def receipts(model, replications):
    """Growers' receipts by replication."""
    recorder, found = Receipts(), []
    for replication in replications:
        simulate(model, replication, recorder, random_seed=RANDOM_SEED)
        found.append(recorder.total)
    return np.array(found)


def coverage(experiments):
    """Share of experiments of their own replications whose interval holds the true difference."""
    count = experiments * PAIRS
    cheap, dear = (receipts(make_model(small(*c)), range(count)) for c in ((ONE_DAY,), (ONE_DAY, DEARER)))
    held = 0
    for first in range(0, count, PAIRS):
        found = difference(dear[first : first + PAIRS], cheap[first : first + PAIRS]).estimate
        held += found.low <= TRUE_DIFFERENCE <= found.high
    gap = dear - cheap
    assert gap.std() > 10.0, "the noise is not degenerate"
    assert abs(gap.mean() - TRUE_DIFFERENCE) < 4.0 * gap.std() / math.sqrt(count), "the truth is as said"
    return held / experiments


def within_four_standard_errors(share, experiments):
    return abs(share - 0.95) <= 4.0 * math.sqrt(0.95 * 0.05 / experiments)


def test_intervals_cover_the_true_difference():
    assert within_four_standard_errors(coverage(200), 200)


@pytest.mark.long
def test_intervals_cover_the_true_difference_in_4000_experiments():
    share = coverage(4000)
    print(f"coverage {share:.4f}")
    assert within_four_standard_errors(share, 4000)
