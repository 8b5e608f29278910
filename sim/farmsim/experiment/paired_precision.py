"""Replications until all differences from a baseline are known to a share of the baseline's mean.

A share of the difference itself would be asked in vain: scenarios that hardly differ would never stop. The
interval whose half is compared is the one on the screen: it holds for all comparisons together. The stages,
and what stopping early does to intervals, are those of `precision`.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.experiment.precision import ENOUGH, MARGIN, Precision, Reason, means_nothing
from farmsim.results.estimates import Estimate, estimate
from farmsim.results.paired import LEVEL, difference, replications_for

Floats = NDArray[np.float64]


class PairedStop(NamedTuple):
    """Why a comparison was not continued, by the difference that is known least."""

    asked: Precision
    reason: Reason
    place: int
    """Of the scenario that has this difference."""
    difference: Estimate
    baseline: Estimate
    stages: tuple[int, ...]
    """Replications after which the intervals were looked at; the last are all that were played."""
    needed: int | None
    """About how many replications the precision takes, as it looks now; None if that cannot be said."""

    @property
    def share(self) -> float:
        """Half the interval of the difference as a share of the baseline's mean; NaN where there is none."""
        mean = abs(self.baseline.mean)
        return self.difference.half_width / mean if mean > 0.0 else math.nan


def next_pairs(values: Sequence[Floats], asked: Precision) -> int:
    """How many replications there should be, given the metric of all scenarios; as there are: stop."""
    count = values[0].size
    if reason_to_stop_pairs(values, asked) is not None:
        return count
    if _cannot_be_said(values):
        return min(2 * count, asked.most)
    lacking = pairs_needed(values, asked)
    return asked.most if lacking is None else min(max(math.ceil(MARGIN * lacking), count + 1), asked.most)


def reason_to_stop_pairs(values: Sequence[Floats], asked: Precision) -> Reason | None:
    """Why the values are enough, or None if the comparison goes on."""
    count, base, found = values[0].size, estimate(values[0]), _differences(values)
    if all(one.sd == 0.0 for one in found):
        return "reached"
    if _cannot_be_said(values):
        enough = count >= min(ENOUGH, asked.most)
        is_unknown = base.n < 2 or any(one.n < 2 for one in found)
        return ("unknown" if is_unknown else "zero") if enough else None
    if all(one.half_width <= asked.share * abs(base.mean) for one in found):
        return "reached"
    return "most" if count >= asked.most else None


def pairs_needed(values: Sequence[Floats], asked: Precision) -> int | None:
    """About how many replications the precision takes if means and deviations are what they seem to be."""
    if _cannot_be_said(values):
        return None
    target = asked.share * abs(estimate(values[0]).mean)
    level, needed = _joint_level(values), 0
    for one in _differences(values):
        known = replications_for(one.sd, target, level)
        if known is None:
            return None
        needed = max(needed, math.ceil(known * values[0].size / one.n))
    return needed


def stop_of(values: Sequence[Floats], asked: Precision, stages: Sequence[int]) -> PairedStop | None:
    """Why a comparison with these values is not continued; None if it would be."""
    reason = reason_to_stop_pairs(values, asked)
    if reason is None:
        return None
    found = _differences(values)
    widths = [math.inf if math.isnan(one.half_width) else one.half_width for one in found]
    least = widths.index(max(widths))
    needed = pairs_needed(values, asked)
    return PairedStop(asked, reason, least + 1, found[least], estimate(values[0]), tuple(stages), needed)


def _differences(values: Sequence[Floats]) -> list[Estimate]:
    """Differences from the first scenario, with the intervals that hold together."""
    return [difference(one, values[0], len(values) - 1).estimate for one in values[1:]]


def _joint_level(values: Sequence[Floats]) -> float:
    return 1.0 - (1.0 - LEVEL) / (len(values) - 1)


def _cannot_be_said(values: Sequence[Floats]) -> bool:
    """Whether a share of the baseline's mean says nothing, or a difference is not known."""
    return means_nothing(estimate(values[0])) or any(one.n < 2 for one in _differences(values))
