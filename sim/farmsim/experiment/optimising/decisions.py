"""Decisions as an optimiser sees them, places in a list or shares of a range, and back to values.

An optimiser need not know units, steps or logarithms: it is given numbers to choose, and told how good they
were. Values of a continuous range are rounded to about a thousandth of it, so that they can be written down.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

import numpy as np

from farmsim.experiment.sweeps.axes import Axis, Listed, Span, Value

Kind = Literal["category", "place", "share"]
Told = int | float
"""What an optimiser chooses: a place from 0, or a share from 0 to 1."""

_MOST_PLACES: Final = 10_000
"""Whole numbers of a range that are chosen by their place; of more, by their share of the range."""
_MOST_EVEN: Final = 20
"""The same of a logarithmic range, whose places lie evenly only if there are few."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A key with the values that it may take.

    `category`: values without an order; `place`: values in ascending order; `share`: a range.
    """

    axis: Axis
    kind: Kind
    values: tuple[Value, ...] | None
    """All of them, in the order of their places; None of a range that has too many."""

    @property
    def key(self) -> str:
        """The dotted path that is decided."""
        return self.axis.key

    @property
    def count(self) -> int | None:
        """How many values there are; None if they cannot be counted."""
        return None if self.values is None else len(self.values)

    def value(self, told: Told) -> Value:
        """The value that an optimiser has chosen."""
        if self.values is not None:
            return self.values[int(told)]
        assert isinstance(self.axis, Span), "a list has values"
        return _rounded(self.axis, self.axis.placed(told)[0])

    def at(self, share: float) -> Told:
        """What lies at that share, in [0, 1), of all values taken as equally likely."""
        return share if self.values is None else int(share * len(self.values))

    def told(self, value: Value | None) -> Told | None:
        """What an optimiser would have to choose for a value; None if it is no value of this decision."""
        if self.values is not None:
            same = [place for place, one in enumerate(self.values) if _same(one, value)]
            return same[0] if same else None
        assert isinstance(self.axis, Span), "a list has values"
        axis = self.axis
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        if not axis.low <= value <= axis.high:
            return None
        low, high, here = float(axis.low), float(axis.high), float(value)
        if axis.log:
            low, high, here = math.log(low), math.log(high), math.log(here)
        share = (here - low) / (high - low)
        return share if _same(self.value(share), value) else None

    def end(self, value: Value) -> Literal["low", "high"] | None:
        """Which end of its range a value is, or of a list of numbers; None if it is none."""
        if isinstance(self.axis, Span):
            low, high = self.axis.ends
        elif self.kind == "place" and self.values is not None:
            low, high = self.values[0], self.values[-1]
        else:
            return None
        return "low" if _same(value, low) else "high" if _same(value, high) else None

    def beyond(self, end: Literal["low", "high"]) -> Value:
        """A value a little outside the range: by a step, or by about a tenth of it."""
        axis = self.axis
        if isinstance(axis, Listed):
            numbers = [float(value) for value in axis.values]
            low, high, step = min(numbers), max(numbers), (max(numbers) - min(numbers)) / 10.0
            whole = all(isinstance(value, int) for value in axis.values)
        else:
            low, high, whole = axis.low, axis.high, axis.integer
            step = axis.step or (1.0 if whole else (high - low) / 10.0)
            if axis.log and not whole:
                return float(low * (low / high) ** 0.1 if end == "low" else high * (high / low) ** 0.1)
        reached = low - max(step, float(whole)) if end == "low" else high + max(step, float(whole))
        return round(reached) if whole else reached


def decision_of(axis: Axis) -> Decision:
    """The decision about the values of an axis."""
    if isinstance(axis, Listed):
        numbers = [value for value in axis.values if isinstance(value, int | float)]
        if any(isinstance(value, bool | str) for value in axis.values) or len(numbers) < 3:
            return Decision(axis, "category", axis.values)
        return Decision(axis, "place", tuple(sorted(numbers)))
    if axis.step is not None:
        return Decision(axis, "place", axis.levels)
    if axis.integer and axis.high - axis.low < (_MOST_EVEN if axis.log else _MOST_PLACES):
        return Decision(axis, "place", tuple(range(int(axis.low), int(axis.high) + 1)))
    return Decision(axis, "share", None)


def combinations(decisions: Sequence[Decision]) -> int | None:
    """How many combinations of all decisions there are; None if they cannot be counted."""
    counts = [decision.count for decision in decisions]
    return None if None in counts else math.prod(count for count in counts if count is not None)


def every_row(decisions: Sequence[Decision]) -> list[tuple[Value, ...]]:
    """All combinations, the last decision fastest; each must be countable."""
    return list(product(*(decision.values or () for decision in decisions)))


def spread_rows(
    decisions: Sequence[Decision], count: int, chance: np.random.Generator
) -> list[tuple[Told, ...]]:
    """So many combinations spread evenly: each decision takes each of `count` equal parts of its range once.

    A Latin hypercube (McKay, Beckman and Conover 1979).
    """
    shares = [(chance.permutation(count) + chance.random(count)) / count for _decision in decisions]
    return [
        tuple(decision.at(float(share[row])) for decision, share in zip(decisions, shares, strict=True))
        for row in range(count)
    ]


def _rounded(span: Span, value: Value) -> Value:
    """A value of a range as it can be written down; the ends stay as they are."""
    if span.integer or isinstance(value, bool | str) or value in (span.low, span.high):
        return value
    if span.log:
        near = float(f"{value:.4g}")
    else:
        near = round(float(value), 3 - math.floor(math.log10(span.high - span.low)))
    return min(max(near, float(span.low)), float(span.high))


def _same(one: Value, other: Value | None) -> bool:
    """Equal, and not a number beside true or false."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)
