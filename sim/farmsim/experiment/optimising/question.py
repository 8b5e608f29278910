"""What is asked of an optimisation: what may be decided, what is best, what must hold."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from farmsim.errors import Problem, UsageError
from farmsim.experiment.optimising.decisions import Decision, combinations, decision_of
from farmsim.experiment.sweeps.asked import asked_axes, base_values
from farmsim.experiment.sweeps.axes import Value
from farmsim.results.metrics import METRICS
from farmsim.results.network import TOTAL_METRICS
from farmsim.results.network_catalogue import metric_names, metric_unit
from farmsim.scenario.hints import did_you_mean
from farmsim.scenario.kinds import network_of
from farmsim.scenario.sweeps.load import SweepSource
from farmsim.scenario.variants import Variant, Variants

USUAL: Final = "household_net_income"
MOST_ALTERNATIVES: Final = 20
"""So many combinations, or fewer, are selected among with a promise."""
_CONSTRAINT: Final = re.compile(r"\s*([^\s<>=≤≥]+)\s*(<=|>=|≤|≥)\s*([^\s%％]+)\s*([%％]?)\s*")

Method = Literal["selection", "search"]


class Constraint(NamedTuple):
    """What the mean of a metric must not exceed, or not fall short of."""

    metric: str
    at_most: bool
    limit: float
    unit: str = ""

    def excess(self, mean: float) -> float:
        """By how much a mean breaks the limit, as a share of it; 0 or less where it holds."""
        over = mean - self.limit if self.at_most else self.limit - mean
        return over / max(abs(self.limit), 1e-9)

    @property
    def text(self) -> str:
        """As it is written on the command line."""
        return f"{self.metric}{'<=' if self.at_most else '>='}{self.limit:.12g}"


@dataclass(frozen=True, slots=True)
class Question:
    """Decisions about one scenario, an objective and constraints."""

    source: SweepSource
    variants: Variants = field(repr=False)
    kind: Literal["season", "network"]
    decisions: tuple[Decision, ...]
    objective: str
    unit: str
    maximise: bool
    constraints: tuple[Constraint, ...]
    overrides: tuple[str, ...]

    @property
    def metrics(self) -> tuple[str, ...]:
        """What is kept of each run: the objective first, then what constraints are about."""
        return tuple(dict.fromkeys([self.objective, *(one.metric for one in self.constraints)]))

    @property
    def combinations(self) -> int | None:
        """How many combinations there are; None if they cannot be counted."""
        return combinations(self.decisions)

    @property
    def usual_method(self) -> Method:
        """Selection with a promise among a handful, a search among more."""
        count = self.combinations
        return "selection" if count is not None and count <= MOST_ALTERNATIVES else "search"

    def variant(self, row: Sequence[Value], problems: list[Problem]) -> Variant | None:
        """The scenario with a value for each decision; None, with problems added, if it is not valid."""
        changes = [
            self.source.change(decision.key, value)
            for decision, value in zip(self.decisions, row, strict=True)
        ]
        return self.variants.variant(changes, problems)

    def now(self) -> tuple[Value | None, ...]:
        """What the scenario itself says of each decision; None where that is no single value."""
        said = base_values(self.variants, self.source)
        return tuple(said[decision.key] for decision in self.decisions)

    def accepts_beyond(self, place: int, row: Sequence[Value], end: Literal["low", "high"]) -> bool:
        """Whether the scenario would be valid with one decision a little beyond that end of its range."""
        further = list(row)
        further[place] = self.decisions[place].beyond(end)
        return self.variant(further, []) is not None


def make_question(
    source: SweepSource,
    *,
    objective: str | None = None,
    maximise: bool = True,
    constraints: Sequence[str] = (),
    overrides: Sequence[str] = (),
) -> Question:
    """The question about a scenario; `constraints` are of the form METRIC<=NUMBER or METRIC>=NUMBER.

    Raises as `load_scenario` does, and UsageError for a metric that the scenario does not have.
    """
    variants = Variants(source.file.scenario, overrides)
    network = network_of(variants.base)
    if network is None:
        units = {name: metric.unit for name, metric in METRICS.items()}
    else:
        units = {name: metric_unit(name) for name in metric_names(network.scenario.network)}
        if objective is None:
            raise UsageError("objective-needed", (("names", ", ".join(TOTAL_METRICS)),))
    asked = objective or USUAL
    unit = _unit(asked, units)
    limits = [parse_constraint(text) for text in constraints]
    return Question(
        source=source,
        variants=variants,
        kind="season" if network is None else "network",
        decisions=tuple(map(decision_of, asked_axes(source, base_values(variants, source)))),
        objective=asked,
        unit=unit,
        maximise=maximise,
        constraints=tuple(limit._replace(unit=_unit(limit.metric, units)) for limit in limits),
        overrides=tuple(overrides),
    )


def parse_constraint(text: str) -> Constraint:
    """The constraint `METRIC<=NUMBER` or `METRIC>=NUMBER`; a percent sign divides by a hundred.

    >>> parse_constraint("lost_share <= 10%")
    Constraint(metric='lost_share', at_most=True, limit=0.1, unit='')
    """
    found = _CONSTRAINT.fullmatch(text)
    try:
        limit = float(found[3]) if found else math.nan
    except ValueError:
        limit = math.nan
    if found is None or not math.isfinite(limit):
        raise UsageError("not-a-constraint", (("value", text),))
    return Constraint(found[1], found[2] in {"<=", "≤"}, limit / (100.0 if found[4] else 1.0))


def _unit(name: str, units: dict[str, str]) -> str:
    if name not in units:
        meant = ", ".join(did_you_mean(name, list(units), 2))
        raise UsageError("unknown-metric", (("name", name), ("meant", meant)))
    return units[name]
