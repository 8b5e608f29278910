"""Exactness of cohorts: counts by cell and orders one by one have the same law of every day's figures.

Orders, sales, losses, cancellations, second choices, parcels kept, refused and lost are compared by day and
channel, and sales by province, over many replications of both grains from different seeds. The seeds and
numbers of replications were fixed before the first try. Wrong samplers are found out by the same test.
"""

from functools import cache

import numpy as np
import pytest

from engine.daily_law import Verdict, compare, days_of, table_of
from engine.single_market import AMPLE, SCARCE, TIGHT, single_market
from farmsim.domain.counts import binomial_cells
from farmsim.engine.catchment import make_market
from farmsim.engine.cohorts import Cohorts
from farmsim.engine.layout import make_layout
from farmsim.engine.ration import Ration
from farmsim.engine.singles import Lines
from farmsim.streams import Streams

STOCKS = {"ample": AMPLE, "tight": TIGHT, "scarce": SCARCE}
FEW, SHORT, LONG = 50, 100, 1500
"""Replications of each grain; few are enough to find what is plainly wrong."""
DAY_SEED, EACH_SEED = 101, 202


def verdict_on(stock, replications) -> Verdict:
    """Orders counted by the cell against orders one by one."""
    day = days_of(single_market("day", STOCKS[stock]), replications, DAY_SEED)
    return compare(day, singles(stock, replications))


@cache
def singles(stock, replications):
    """Orders one by one."""
    return days_of(single_market("each", STOCKS[stock]), replications, EACH_SEED)


@pytest.mark.parametrize("stock", ["ample", "scarce"])
def test_orders_one_by_one_have_the_law_of_cohorts(stock):
    verdict = verdict_on(stock, SHORT)
    assert not verdict.differs, str(verdict)


@pytest.mark.long
@pytest.mark.parametrize("stock", STOCKS)
def test_orders_one_by_one_have_the_law_of_cohorts_over_many_runs(stock):
    verdict = verdict_on(stock, LONG)
    print(stock, verdict)
    assert not verdict.differs, str(verdict)


class Nearest(Ration):
    """Wrong: the first provinces of the list are served first."""

    def draw(self, cells, wanted, available, turn):
        """Served units of some cells."""
        offer, upto = self._offer[cells], np.cumsum(wanted)
        before = upto - wanted
        first = np.searchsorted(offer, offer)
        return np.clip(available[offer] - (before - before[first]), 0, wanted)


class Binomial(Ration):
    """Wrong: each cell by itself gets a binomial count, right on average."""

    def draw(self, cells, wanted, available, turn):
        """Served units of some cells."""
        rng, offer = np.random.default_rng([int(wanted.sum()), turn]), self._offer[cells]
        asked = np.bincount(offer, wanted, minlength=len(available))
        return rng.binomial(wanted, np.minimum(available[offer] / asked[offer], 1.0))


def with_ration(wrong):
    """Customers by the cell with another ration."""

    def ration(self, name):
        return wrong(self._market, self._streams, name)

    return ration


def test_a_wrong_rationing_is_found_out(monkeypatch):
    monkeypatch.setattr(Cohorts, "ration", with_ration(Nearest))
    assert verdict_on("scarce", FEW).differs


def test_binomial_rationing_loses_kilograms(monkeypatch):
    monkeypatch.setattr(Cohorts, "ration", with_ration(Binomial))
    with pytest.raises(AssertionError, match="kilograms do not balance"):
        verdict_on("scarce", 1)


def test_parcels_that_share_their_luck_are_found_out(monkeypatch):
    """Wrong: all parcels of a shop and transit slot are refused, or none."""
    right = Cohorts.fates

    def fates(self, day, parcels):
        lost, bad, _ = right(self, day, parcels)
        rng = np.random.default_rng([day, int(parcels.sent.sum())])
        return lost, bad, bad * (rng.random(len(bad)) < parcels.refused)

    monkeypatch.setattr(Cohorts, "fates", fates)
    assert verdict_on("ample", FEW).differs


def test_orders_of_too_little_spread_are_found_out(monkeypatch):
    """Wrong: as many orders as are expected, rounded at random."""

    def come(self, day, mean):
        self._orders = np.floor(mean + self._uniforms(day)).astype(np.int64)

    monkeypatch.setattr(Cohorts, "come", come)
    assert verdict_on("ample", FEW).differs


def drawn(sampler, runs):
    """Served units of the cells of one short offer, and all of them, run by run: 60 want, 20 are there."""
    wanted = np.random.default_rng(5).multinomial(60, [0.1] * 10)
    return table_of(
        [
            {("cell", place): count for place, count in enumerate((*served, sum(served)))}
            for served in (sampler(wanted, run).tolist() for run in range(runs))
        ]
    )


def test_rations_and_lines_are_hypergeometric_and_binomial_counts_are_not():
    market = make_market(make_layout(single_market("day")))
    assert market is not None
    cells = Ration(market, Streams(1, 0), "test").cells_of(np.array([0]))[:10]
    available = np.array([20, 0, 0])

    def ration(wanted, run):
        return Ration(market, Streams(1, run), "test").draw(cells, wanted, available, 0)

    def line(wanted, run):
        order = np.random.default_rng([2, run]).permutation(np.repeat(cells, wanted)).tolist()
        return Lines(market, Streams(1, run), "test", [order]).draw(cells, wanted, available, 0)

    def hypergeometric(wanted, run):
        return np.random.default_rng([3, run]).multivariate_hypergeometric(wanted, 20)

    def binomial(wanted, run):
        u = np.random.default_rng([4, run]).random(len(wanted))
        return binomial_cells(u, wanted, np.full(len(wanted), 20 / wanted.sum()))

    law = drawn(hypergeometric, 2000)
    assert not compare(drawn(ration, 2000), law).differs
    assert not compare(drawn(line, 2000), law).differs
    assert compare(drawn(binomial, 2000), law).differs
