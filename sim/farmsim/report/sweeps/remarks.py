"""What may be said of a sweep in sentences: how sure the best is, and what to worry about."""

import math
from typing import TYPE_CHECKING

import numpy as np

from farmsim.report.cautions import FEW_REPLICATIONS, Caution
from farmsim.report.messages import mark, plural
from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures, signed
from farmsim.report.sweeps.heatmap import Lattice
from farmsim.report.sweeps.ridge import ridge_of
from farmsim.report.sweeps.standing import Standing
from farmsim.report.sweeps.words import mean_text, point_text
from farmsim.report.terminal import Look

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.result import SweepResult

RANKED = (
    "grid",
    "zip",
    "cases",
    "one-at-a-time",
    "factorial",
    "latin-hypercube",
    "sobol",
)
"""Designs whose points are alternatives; those of the others serve to weigh parameters."""
LEAST_FLATTERY = 0.05
"""Share of half the interval of the best mean; less is not worth a word."""


def ranking_remarks(standing: Standing, lattice: Lattice | None, look: Look) -> list[str]:
    """How many points tie with the best, how far it is flattered, and how it compares with the base."""
    if standing.ties is None:
        return [_("{metric} is not known at any point yet.").format(metric=standing.subject.label)]
    texts = [_best(standing, look), *_ties(standing, lattice, look)]
    if standing.result.structure.method != "one-at-a-time":
        texts += _against_base(standing, look)
    return texts + _flattery(standing)


def sweep_cautions(result: "SweepResult") -> list[Caution]:
    """Everything to worry about, the worst first; runs that failed, too few and unequal replications."""
    found = [*_failed(result)]
    counts = result.replications
    if not counts.size or counts.max() == 0:
        return [*found, Caution("nothing-played", mark("No run has given a number yet."))]
    empty, most = int(np.count_nonzero(counts == 0)), int(counts.max())
    if empty:
        text = mark("Points without any number yet: {count} of {all}.")
        found.append(Caution("unknown-points", text, (("count", f"{empty:,}"), ("all", f"{counts.size:,}"))))
    fewer = int(np.count_nonzero((counts > 0) & (counts < most)))
    if fewer:
        text = mark(
            "Points with fewer replications than others: {count} of {all}, at least {least}; the most is "
            "{most}."
        )
        told = (
            ("count", f"{fewer:,}"),
            ("all", f"{counts.size:,}"),
            ("least", str(int(counts[counts > 0].min()))),
        )
        found.append(Caution("unequal-replications", text, (*told, ("most", str(most)))))
    unknown = int(np.count_nonzero(np.isnan(result.means(result.aim.metric)) & (counts > 0)))
    if unknown:
        text = mark("Points that were played without giving a number of this metric: {count} of {all}.")
        found.append(
            Caution("unknown-metric", text, (("count", f"{unknown:,}"), ("all", f"{counts.size:,}")))
        )
    return [*found, *_rough(result)]


def flattery_of(standing: Standing) -> float:
    """How far the best mean is too good, in the unit that is shown; NaN where that is not known."""
    return math.nan if standing.ties is None else standing.ties.flattery * standing.subject.factor


def _best(standing: Standing, look: Look) -> str:
    """The best point with its mean."""
    assert standing.ties is not None, "without values there is no best"
    best = standing.ties.best
    found = standing.estimate(best)
    return _("Best: {point} with {mean} {unit}.").format(
        point=point_text(standing.result, best, look.glyphs.more),
        mean=mean_text(found.mean, found.half_width, look.glyphs.plus_minus),
        unit=standing.subject.unit,
    )


def _ties(standing: Standing, lattice: Lattice | None, look: Look) -> list[str]:
    """How many points tie with the best, and what shape they have."""
    assert standing.ties is not None, "without values there are no ties"
    tied, known = len(standing.tied), standing.known
    said = ""
    if known < 2:
        return []
    if standing.replications()[1] < 2:
        said = _("With one replication a point, none can be told from another.")
    elif tied == 1:
        said = _("No other point ties with it (95%, Holm).")
    elif tied == known:
        said = _("None of the {all} points can be told from the best.").format(all=f"{known:,}")
    return [said] if said else _shaped(standing, lattice, look)


def _shaped(standing: Standing, lattice: Lattice | None, look: Look) -> list[str]:
    """How many tie, with the shape that they have in a grid."""
    tied, known = len(standing.tied), standing.known
    said = plural(
        "{count} of {all} points ties with the best within 95% CI.",
        "{count} of {all} points tie with the best within 95% CI.",
        tied,
    ).format(count=f"{tied:,}", all=f"{known:,}")
    ridge = None if lattice is None else ridge_of(lattice, set(standing.tied))
    if ridge is None or ridge.shape == "apart":
        return [said]
    if ridge.shape == "ridge" and ridge.ends is not None:
        one, other = (point_text(standing.result, end, look.glyphs.more) for end in ridge.ends)
        ends = _("Its ends: {one}; {other}.").format(one=one, other=other)
        return [_("Ridge, not a peak: {ties}").format(ties=said), ends]
    return [_("Plateau, not a peak: {ties}").format(ties=said)] if ridge.shape == "plateau" else [said]


def _against_base(standing: Standing, look: Look) -> list[str]:
    """Whether the best is better than the base."""
    base, ties = standing.result.aim.base, standing.ties
    if base is None or ties is None or standing.differences is None or ties.best == base:
        return []
    change = signed(*standing.difference(ties.best), look.glyphs.plus_minus)
    words = {"change": change, "unit": standing.subject.unit}
    if standing.is_better(ties.best):
        return [_("The best differs from the base by {change} {unit}.").format(**words)]
    text = _("That the best is better than the base is not decided: {change} {unit}.")
    return [text.format(**words)]


def _flattery(standing: Standing) -> list[str]:
    """That the best of many noisy points looks better than it is."""
    amount = flattery_of(standing)
    if standing.ties is None or standing.known < 2:
        return []
    half_width = standing.estimate(standing.ties.best).half_width
    if math.isnan(amount) or not amount > LEAST_FLATTERY * half_width:
        return []
    text = _("The best of {count} noisy points is flattered, by about {amount} {unit}.")
    return [text.format(count=f"{standing.known:,}", amount=figures(amount, 2), unit=standing.subject.unit)]


def _failed(result: "SweepResult") -> list[Caution]:
    """Runs that failed, with the first reason."""
    if not result.failures:
        return []
    first = result.failures[0]
    text = mark("Runs that failed: {count}; the first, replication {replication} of point {point}: {why}")
    told = (
        ("count", f"{len(result.failures):,}"),
        ("replication", str(first.replication)),
        ("point", str(first.point + 1)),
        ("why", first.error.splitlines()[-1] if first.error else first.status),
    )
    return [Caution("failed-runs", text, told)]


def _rough(result: "SweepResult") -> list[Caution]:
    """That there are too few replications for intervals, or for good ones."""
    counts = result.replications
    fewest = int(counts.min() or counts.max())
    if counts.max() == 1:
        return [Caution("few-replications", mark("Only 1 replication: without more there are no intervals."))]
    if counts.max() == 2 and result.structure.method not in RANKED:
        text = mark("Only 2 replications: for intervals of effects and indices it takes three.")
        return [Caution("few-replications", text)]
    if fewest < FEW_REPLICATIONS:
        text = mark("Only {count} replications: intervals are rough.")
        return [Caution("few-replications", text, (("count", str(fewest)),))]
    return []
