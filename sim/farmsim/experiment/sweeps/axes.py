"""Axes of a sweep: a parameter and the values that it takes, listed or within a span.

An axis turns a share of its range, from 0 to 1, into a value of the parameter, so that a design can be drawn
in the unit cube without knowing what it varies. Values are plain `int`, `float`, `str` and `bool`. That they
suit the scenario is checked elsewhere.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

Value = int | float | str | bool

_DIGITS: Final = 12
"""Significant digits of a value that comes from a logarithm: 10 instead of 10.000000000000002."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A parameter and its values, in the order of the list; the values are equally likely."""

    key: str
    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        assert self.values, f"{self.key} has no values"

    @property
    def levels(self) -> tuple[Value, ...]:
        """All values, in the order of the list."""
        return self.values

    @property
    def ends(self) -> tuple[Value, Value]:
        """The first and the last value of the list."""
        return self.values[0], self.values[-1]

    def at(self, share: float) -> Value:
        """The value at that quantile, `share` in [0, 1)."""
        return self.values[_place(share, len(self.values))]

    def placed(self, share: float) -> tuple[Value, float]:
        """The value nearest to that share of the way, `share` in [0, 1], and the share where it really lies.

        The values of a list are taken as equally far apart.
        """
        place, reached = _nearest(len(self.values), share)
        return self.values[place], reached


@dataclass(frozen=True, slots=True)
class Span:
    """A parameter and its range, both ends included; `low` is less than `high`.

    With `step` only `low`, `low + step`, ... are values; `count` says only how many levels a grid has.
    """

    key: str
    low: float
    high: float
    step: float | None = None
    count: int | None = None
    log: bool = False
    """Whether values are even in their logarithm; `low` is positive then, and there is no step."""
    integer: bool = False
    """Whether values are whole numbers; `low`, `high` and `step` are whole then."""

    def __post_init__(self) -> None:
        assert self.low < self.high, f"{self.key}: {self.low} is not less than {self.high}"
        assert self.step is None or self.count is None, f"{self.key} has a step and a count"
        assert self.step is None or self.step > 0.0, f"{self.key}: a step is positive, not {self.step}"
        assert self.count is None or self.count >= 2, f"{self.key}: two levels are the fewest"
        assert not self.log or (self.low > 0.0 and self.step is None), f"{self.key} has no logarithms"
        whole = all(float(number).is_integer() for number in (self.low, self.high, self.step or 0.0))
        assert whole or not self.integer, f"{self.key}: the range of whole numbers is not whole"

    @property
    def levels(self) -> tuple[Value, ...] | None:
        """The values by step, or so many values evenly over the range; None of a span with neither.

        The last value by step is the upper end where a step meets it. Whole numbers that coincide after
        rounding are told once.
        """
        if self.step is not None:
            return tuple(self._stepped(place) for place in range(self._places(self.step)))
        if self.count is None:
            return None
        shares = (Fraction(i, self.count - 1) for i in range(self.count))
        return tuple(dict.fromkeys(self._at_way(share) for share in shares))

    @property
    def ends(self) -> tuple[Value, Value]:
        """The lowest and the highest value that the parameter can take."""
        last = self.high if self.step is None else self._stepped(self._places(self.step) - 1)
        return self._value(self.low), self._value(last)

    def at(self, share: float) -> Value:
        """The value at that quantile, `share` in [0, 1), of the uniform or log-uniform distribution.

        The levels by step are equally likely, and so are whole numbers; of a logarithmic span the whole
        number k has a probability in proportion to log((k + 1) / k).
        """
        assert 0.0 <= share < 1.0, f"a share is at least 0 and less than 1, not {share}"
        if self.step is not None:
            return self._stepped(_place(share, self._places(self.step)))
        if not self.integer:
            return self._at_way(share)
        return min(math.floor(_between(self.low, self.high + 1.0, share, log=self.log)), int(self.high))

    def placed(self, share: float) -> tuple[Value, float]:
        """The value nearest to that share of the way, `share` in [0, 1], and the share where it really lies.

        They differ where only whole numbers or levels by step are values. The way is that of the logarithm
        if the span is logarithmic.
        """
        if self.step is not None:
            place, reached = _nearest(self._places(self.step), share)
            return self._stepped(place), reached
        value = self._at_way(share)
        if not self.integer:
            return value, share
        low, high, here = float(self.low), float(self.high), float(value)
        if self.log:
            low, high, here = math.log(low), math.log(high), math.log(here)
        return value, (here - low) / (high - low)

    def _places(self, step: float) -> int:
        """Number of values by step."""
        return int((_exact(self.high) - _exact(self.low)) / _exact(step)) + 1

    def _stepped(self, place: int) -> int | float:
        """The value so many steps above the lowest."""
        return self._value(_exact(self.low) + place * _exact(self.step or 0.0))

    def _at_way(self, share: float | Fraction) -> int | float:
        """The value at that share of the way from end to end; the ends themselves are exact."""
        if share in {0, 1}:
            return self._value(self.high if share else self.low)
        if isinstance(share, Fraction) and not self.log:
            low, high = _exact(self.low), _exact(self.high)
            return self._value(low + share * (high - low))
        return self._value(_between(self.low, self.high, float(share), log=self.log))

    def _value(self, number: float | Fraction) -> int | float:
        return round(number) if self.integer else float(number)


Axis = Listed | Span


def _exact(number: float) -> Fraction:
    """The decimal number that was written: 0.1 is a tenth, so that 0.1 + 2 x 0.1 is 0.3."""
    return Fraction(repr(float(number)))


def _between(low: float, high: float, share: float, *, log: bool) -> float:
    if not log:
        return low + share * (high - low)
    reached = math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
    return float(f"{reached:.{_DIGITS}g}")


def _place(share: float, places: int) -> int:
    assert 0.0 <= share < 1.0, f"a share is at least 0 and less than 1, not {share}"
    return min(int(share * places), places - 1)


def _nearest(places: int, share: float) -> tuple[int, float]:
    """Of places equally far apart that nearest to a share of the way (the later of two), and its share."""
    if places == 1:
        return 0, share
    place = math.floor(share * (places - 1) + 0.5)
    return place, place / (places - 1)
