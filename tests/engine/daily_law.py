"""Whether two ways of playing have the same law of each day's figures, over many replications of both.

A figure is a count of one day: orders, sold at once, lost and so on by channel. For each figure the counts of
both samples are put into bins and compared by the two-sample chi-square test. Figures of one run hang
together, so two statements are made about all of them that hold whatever the dependence: the least p-value
times their number (Bonferroni), and the sum of all chi-squares against its distribution when the labels of
the two samples are dealt anew at random (a permutation test).
"""

from typing import NamedTuple

import numpy as np
from scipy.stats import chi2

from engine.small_county import Rows
from farmsim.domain.records import Delivered, Ordered
from farmsim.engine.simulate import make_model, simulate

ALPHA = 0.001
"""Each statement is wrong about equal laws once in so many times."""
BINS, LEAST = 6, 10
"""Most bins of a figure, and how many runs of both samples together a bin holds at least."""
DEALS = 1999
"""How often labels are dealt anew: the least p-value is 1 in 2000."""
ORDERS = ("wanted", "at_once", "lost", "cancelled", "switched_in", "served")
ENDS = ("kept", "refused", "lost")


class Verdict(NamedTuple):
    """What the two tests say about the equality of two samples of runs."""

    figures: int
    """Counts that varied and were compared."""
    least: tuple[str, float]
    """The figure with the least p-value, and that p-value."""
    together: float
    """p-value of the sum of all chi-squares."""

    @property
    def differs(self) -> bool:
        """Whether the laws are found to be different."""
        return self.least[1] * self.figures < ALPHA or self.together < ALPHA

    def __str__(self) -> str:
        name, p = self.least
        return f"{self.figures} figures, least p {p:.2g} ({name}), together p {self.together:.4f}"


def days_of(scenario, replications, seed):
    """Counts of each day by name, [replication]: by consumer offer, and served ones by large province."""
    model = make_model(scenario)
    runs = []
    for replication in range(replications):
        rows = Rows(Ordered, Delivered)
        simulate(model, replication, rows, random_seed=seed)
        runs.append(_counts(rows, model.market))
    return table_of(runs)


def _counts(rows, market):
    """Counts of one run by name."""
    channels = [name.split("/")[0] for name in market.names]
    regions = market.weight.shape[1]
    pairs, count = market.cells.pairs, {}
    large = np.argsort(market.province_share.sum(axis=0))[-4:].tolist()
    for row in rows:
        fields = ORDERS if isinstance(row, Ordered) else ENDS
        for name in fields:
            for channel, value in zip(channels, getattr(row, name).tolist(), strict=True):
                kind = name if isinstance(row, Ordered) else f"{name}_parcels"
                count[kind, channel, row.day] = int(value)
        if isinstance(row, Ordered):
            for pair, value in zip(pairs.tolist(), row.served_there.tolist(), strict=True):
                if pair % regions in large:
                    count[f"served in {pair % regions}", channels[pair // regions], row.day] = value
    return count


def table_of(runs):
    """Runs of one sample as counts by name, [run]; what a run does not tell is 0."""
    names = dict.fromkeys(name for run in runs for name in run)
    return {name: np.array([run.get(name, 0) for run in runs]) for name in names}


def compare(ours, theirs, kinds=None):
    """Whether two samples of equally many runs have the same law, figure by figure and together."""
    runs = len(next(iter(ours.values())))
    names, parts = [], []
    for name in dict.fromkeys((*ours, *theirs)):
        if kinds is not None and name[0] not in kinds:
            continue
        both = np.concatenate([sample.get(name, np.zeros(runs)) for sample in (ours, theirs)])
        table = _binned(both)
        if table.shape[1] > 1:
            names.append(" ".join(map(str, name)))
            parts.append(table)
    first = np.cumsum([0, *(part.shape[1] for part in parts[:-1])])
    table, freedom = np.hstack(parts), np.array([part.shape[1] - 1 for part in parts])
    signs = np.repeat([1.0, -1.0], runs)
    rng = np.random.default_rng(0)
    dealt = np.array([signs, *(rng.permutation(signs) for _ in range(DEALS))])
    squares = np.add.reduceat((dealt @ table) ** 2 / table.sum(axis=0), first, axis=1)
    p = chi2.sf(squares[0], freedom)
    scores = squares.sum(axis=1)
    together = float((scores >= scores[0] - 1e-9).mean())
    return Verdict(len(names), (names[int(p.argmin())], float(p.min())), together)


def _binned(values):
    """Which bin each value lies in, [run, bin]: neighbours are put together until a bin holds enough."""
    levels, counts = np.unique(values, return_counts=True)
    least = max(LEAST, len(values) / BINS)
    edges, held = [], 0
    for level, count in zip(levels.tolist(), counts.tolist(), strict=True):
        held += count
        if held >= least:
            edges.append(level)
            held = 0
    if edges and held < LEAST:
        edges.pop()
    return (np.searchsorted(edges, values)[:, None] == np.arange(len(edges) + 1)).astype(float)
