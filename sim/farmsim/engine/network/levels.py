"""Numbers that change by jumps, and their averages over the measured time."""

TINY = 1e-9
"""Kilograms up to this are rounding."""


class Level:
    """A piecewise constant number, and its integrals from the end of the warm-up on.

    Warm-up is a filter: what was before is in `value`, but in no integral.
    """

    __slots__ = ("area", "at", "positive", "square", "value", "warm_up")

    def __init__(self, warm_up: float, value: float = 0.0) -> None:
        self.warm_up = warm_up
        self.value = value
        self.at = warm_up
        """Moment up to which the integrals go."""
        self.area = 0.0
        self.square = 0.0
        self.positive = 0.0
        """Time for which it was above 0."""

    def change(self, now: float, by: float) -> None:
        """From now on it is so much more."""
        span = now - self.at
        if span > 0.0:
            value = self.value
            self.area += value * span
            self.square += value * value * span
            if value > TINY:
                self.positive += span
            self.at = now
        self.value += by

    def count(self) -> None:
        """Once a period, the value stands for the whole of it; use either this or the passing of time."""
        value = self.value
        self.area += value
        self.square += value * value
        if value > TINY:
            self.positive += 1.0


class Counted(Level):
    """A number that is looked at once a period instead."""

    __slots__ = ()

    def change(self, now: float, by: float) -> None:  # noqa: ARG002 (as of any level)
        """From now on it is so much more."""
        self.value += by
