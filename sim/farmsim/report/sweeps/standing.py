"""How the points of a sweep stand to each other: worked out once, read by every part of a screen."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

import numpy as np
from numpy.typing import NDArray

from farmsim.report.sweeps.words import Subject, subject_of
from farmsim.results.estimates import Estimate
from farmsim.results.paired import Verdict
from farmsim.results.ranking import Differences, Ties, differences_from, ties_with_best

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.result import SweepResult

DECIDED: tuple[Verdict, ...] = ("higher", "lower", "equal")


@dataclass(frozen=True, slots=True)
class Standing:
    """A sweep with its ties and differences."""

    result: "SweepResult"
    subject: Subject
    values: NDArray[np.float64]
    """[point, replication], of the metric that is asked about."""
    means: NDArray[np.float64]
    """[point], NaN where nothing is known."""
    ties: Ties | None
    """None where the metric is known at no point."""
    differences: Differences | None
    """From the base; None where there is none."""

    @property
    def count(self) -> int:
        """Number of points."""
        return len(self.means)

    @property
    def known(self) -> int:
        """Number of points of which something is known."""
        return int(np.count_nonzero(~np.isnan(self.means)))

    @property
    def tied(self) -> list[int]:
        """The places of the points that tie with the best, itself included."""
        return [] if self.ties is None else [int(place) for place in np.flatnonzero(self.ties.tied)]

    @property
    def order(self) -> list[int]:
        """The points, the best first; those of which nothing is known stand last."""
        sign = -1.0 if self.result.aim.maximise else 1.0
        return [int(place) for place in np.argsort(sign * self.means, kind="stable")]

    def estimate(self, point: int) -> Estimate:
        """The mean at a point with its interval, in the unit that is shown."""
        found, factor = self.result.estimate(self.result.aim.metric, point), self.subject.factor
        return Estimate(
            found.mean * factor, found.low * factor, found.high * factor, found.sd * factor, found.n
        )

    def mark(self, point: int) -> str:
        """`*` for the best point, `o` for those that tie with it."""
        if self.ties is None:
            return ""
        return "*" if point == self.ties.best else "o" if self.ties.tied[point] else ""

    def difference(self, point: int) -> tuple[float, float]:
        """Mean difference from the base and half its interval, in the unit that is shown."""
        assert self.differences is not None, "a difference needs a base"
        found, factor = self.differences, self.subject.factor
        half = (found.high[point] - found.low[point]) / 2.0
        return float(found.mean[point]) * factor, float(half) * factor

    def verdict(self, point: int) -> Verdict:
        """What may be said of the difference from the base."""
        assert self.differences is not None, "a verdict needs a base"
        return self.differences.verdicts[point]

    def is_better(self, point: int) -> bool:
        """Whether a point is better than the base for certain."""
        return self.verdict(point) == ("higher" if self.result.aim.maximise else "lower")

    def replications(self) -> tuple[int, int]:
        """The fewest and the most replications with numbers that a point has."""
        counts = self.result.replications
        return (int(counts.min()), int(counts.max())) if counts.size else (0, 0)


def standing_of(result: "SweepResult") -> Standing:
    """The points compared with the best of them and with the base."""
    values = result.values(result.aim.metric)
    means = result.means(result.aim.metric)
    anything = bool((~np.isnan(means)).any())
    base = result.aim.base
    return Standing(
        result=result,
        subject=subject_of(result),
        values=values,
        means=means,
        ties=ties_with_best(values, maximise=result.aim.maximise) if anything else None,
        differences=None if base is None or not anything else differences_from(values, base),
    )


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value of a parameter lies on a scale."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
