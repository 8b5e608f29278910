"""Conditions that a scenario sets on the means of metrics (`expect:`), held against a result."""

import math
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures


class Bounds(Protocol):
    """What is expected of one metric."""

    @property
    def at_least(self) -> float | None:
        """Lower bound."""

    @property
    def at_most(self) -> float | None:
        """Upper bound."""


class Check(NamedTuple):
    """One condition and whether the mean meets it."""

    metric: str
    mean: float
    bounds: Bounds
    holds: bool


def check_expectations(expect: Mapping[str, Bounds], means: Mapping[str, float]) -> list[Check]:
    """Each condition with its verdict, in file order; a mean that cannot be known meets none."""
    return [
        Check(name, mean, bounds, _holds(mean, bounds))
        for name, bounds in expect.items()
        for mean in (means.get(name, math.nan),)
    ]


def expectation_lines(checks: list[Check]) -> list[str]:
    """One line a condition: met or failed, what was expected, what came out."""
    return [
        _("{verdict} expected {metric} {bounds}; the mean is {mean}").format(
            verdict=_("ok    ") if check.holds else _("FAILED"),
            metric=check.metric,
            bounds=_bounds_text(check.bounds),
            mean=figures(check.mean),
        )
        for check in checks
    ]


def _holds(mean: float, bounds: Bounds) -> bool:
    """Whether a mean lies within the bounds."""
    if math.isnan(mean):
        return False
    above = bounds.at_least is None or mean >= bounds.at_least
    return above and (bounds.at_most is None or mean <= bounds.at_most)


def _bounds_text(bounds: Bounds) -> str:
    """The bounds as signs: `>= 5, <= 9`."""
    parts = [
        sign + figures(bound)
        for sign, bound in ((">= ", bounds.at_least), ("<= ", bounds.at_most))
        if bound is not None
    ]
    return ", ".join(parts)
