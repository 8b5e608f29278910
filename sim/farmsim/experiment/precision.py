"""Replications until a mean is known to a share of itself: played in stages, decided by a sequential rule.

After a first stage the standard deviation says about how many replications are lacking; these are played, and
so on until half the 95 % interval is at most the share of the mean that was asked for. Replications are 0, 1,
2, ... in order, so that a run that stops later is the continuation of one that stops earlier.

Stopping where the interval happens to be narrow makes it cover the truth a little less often than in 95 % of
runs; the loss vanishes as the share becomes small (Chow and Robbins 1965, Annals of Mathematical Statistics
36:457-462) and is slight with ten or more replications in the first stage and a share of 15 % or less (Law,
Simulation Modeling and Analysis, section 9.4.1). Law divides the share by one more than itself, so that the
error relative to the true mean is bounded; here it is relative to the mean on the screen.
"""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.experiment.executors import Workers
from farmsim.experiment.gather import Progress
from farmsim.experiment.run import RunResult, run_scenario
from farmsim.results.estimates import Estimate, estimate
from farmsim.results.outcome import Outcome
from farmsim.results.paired import replications_for

if TYPE_CHECKING:
    from farmsim.results.files import TableFiles
    from farmsim.scenario.load import Loaded
    from farmsim.scenario.schema import Scenario

FIRST = 10
"""Replications of the first stage: the fewest at which it stops (Law, section 9.4.1)."""
MOST = 1000
"""Replications that are not exceeded unless more are allowed."""
ENOUGH = 40
"""An interval that still contains zero after so many makes a share of the mean meaningless."""
MARGIN = 1.05
"""So many times the replications that seem lacking are played: a second look is mostly the last."""

Reason = Literal["reached", "most", "zero", "unknown"]
"""Precise enough; no more replications are allowed; the interval contains zero; there is no mean."""


@dataclass(frozen=True, slots=True)
class Precision:
    """What is asked for: half the interval of a metric's mean is at most this share of the mean."""

    share: float
    metric: str = "household_net_income"
    most: int = MOST


class Stop(NamedTuple):
    """Why a run was not continued."""

    asked: Precision
    reason: Reason
    estimate: Estimate
    stages: tuple[int, ...]
    """Replications after which the interval was looked at; the last are all that were played."""
    needed: int | None
    """About how many replications the precision takes, as it looks now; None if that cannot be said."""

    @property
    def share(self) -> float:
        """Half the interval as a share of the mean; NaN where there is none."""
        mean = abs(self.estimate.mean)
        return self.estimate.half_width / mean if mean > 0.0 else math.nan


def run_to_precision(
    loaded: "Loaded[Scenario]",
    asked: Precision,
    *,
    random_seed: int | None = None,
    workers: int | Workers | None = None,
    files: "TableFiles | None" = None,
    progress: Progress | None = None,
) -> RunResult:
    """Play replications 0, 1, ... until the mean is precise enough; `stop` says why there are no more."""
    stages: list[int] = []

    def more(outcomes: list[Outcome]) -> int:
        stages.append(len(outcomes))
        return next_count(np.array([outcome.metrics[asked.metric] for outcome in outcomes]), asked)

    result = run_scenario(
        loaded,
        replications=min(FIRST, asked.most),
        random_seed=random_seed,
        workers=workers,
        files=files,
        progress=progress,
        more=more,
    )
    return replace(result, stop=stop_of(result.values(asked.metric), asked, stages))


def stop_of(values: NDArray[np.float64], asked: Precision, stages: list[int]) -> Stop:
    """Why a run with these values of the metric is over, which was looked at after so many replications."""
    reason = reason_to_stop(values, asked)
    assert reason is not None, "a run ends for a reason"
    return Stop(asked, reason, estimate(values), tuple(stages), needed(values, asked))


def next_count(values: NDArray[np.float64], asked: Precision) -> int:
    """How many replications there should be, given the metric's values so far; as many as there are: stop."""
    count = values.size
    if reason_to_stop(values, asked) is not None:
        return count
    if means_nothing(estimate(values)):
        return min(2 * count, asked.most)
    lacking = needed(values, asked)
    return asked.most if lacking is None else min(max(math.ceil(MARGIN * lacking), count + 1), asked.most)


def reason_to_stop(values: NDArray[np.float64], asked: Precision) -> Reason | None:
    """Why the values are enough, or None if the run goes on."""
    found = estimate(values)
    if found.sd == 0.0 or found.half_width <= asked.share * abs(found.mean):
        return "reached"
    if means_nothing(found):
        enough = values.size >= min(ENOUGH, asked.most)
        return ("unknown" if found.n < 2 else "zero") if enough else None
    return "most" if values.size >= asked.most else None


def needed(values: NDArray[np.float64], asked: Precision) -> int | None:
    """About how many replications the precision takes if mean and deviation are what they seem to be."""
    found = estimate(values)
    if means_nothing(found):
        return None
    known = replications_for(found.sd, asked.share * abs(found.mean))
    return None if known is None else math.ceil(known * values.size / found.n)


def means_nothing(found: Estimate) -> bool:
    """Whether a share of the mean says nothing: there is no interval, or it contains zero."""
    return not (found.low > 0.0 or found.high < 0.0)
