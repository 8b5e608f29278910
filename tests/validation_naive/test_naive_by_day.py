"""The batched engine against the plain model day by day: the same law of every day's counts.

Orders, sales at once, losses, cancellations, second choices and the ends of parcels are compared by day and
channel over replications of both models, as in `tests/engine/test_each_equality.py`. The seeds and numbers of
replications were fixed before the first try.
"""

import pytest

from bench.comparison import ROUNDED
from bench.naive import play_naive_by_day
from engine.daily_law import compare, days_of, table_of
from engine.single_market import AMPLE, SCARCE, TIGHT, single_market

STOCKS = {"ample": AMPLE, "tight": TIGHT, "scarce": SCARCE}
KINDS = {
    *("orders", "at_once", "lost", "cancelled", "switched_in"),
    *("kept_parcels", "refused_parcels", "lost_parcels"),
}
SHORT, LONG = 40, 500
"""Replications of each model."""
ENGINE_SEED, NAIVE_SEED = 303, 404


def verdict_on(stock, replications):
    """The engine's cohorts against a process an order."""
    scenario = single_market("day", STOCKS[stock])
    engine = days_of(scenario, replications, ENGINE_SEED)
    renamed = {("orders" if kind == "wanted" else kind, *where): n for (kind, *where), n in engine.items()}
    naive = [play_naive_by_day(scenario, r, NAIVE_SEED, ROUNDED) for r in range(replications)]
    return compare(renamed, table_of(naive), KINDS)


def test_both_models_have_the_same_law_of_each_day():
    verdict = verdict_on("scarce", SHORT)
    assert not verdict.differs, str(verdict)


@pytest.mark.long
@pytest.mark.parametrize("stock", STOCKS)
def test_both_models_have_the_same_law_of_each_day_over_many_runs(stock):
    verdict = verdict_on(stock, LONG)
    print(stock, verdict)
    assert not verdict.differs, str(verdict)
