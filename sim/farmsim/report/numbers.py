"""Numbers as people read them: three significant figures, thousands commas, ASCII minus, `-` for unknown."""

import math

UNKNOWN = "-"


def figures(value: float, significant: int = 3) -> str:
    """The value with so many significant figures, and a comma between thousands.

    From a million on, in millions (M).

    >>> [figures(x) for x in (9387.9, 4.9514, -0.04126, 0.0, float("nan"), 1234567.0)]
    ['9,390', '4.95', '-0.0413', '0', '-', '1.23 M']
    """
    if math.isnan(value):
        return UNKNOWN
    if value == 0.0 or math.isinf(value):
        return "0" if value == 0.0 else str(value)
    if abs(value) >= 999_500:
        return figures(value / 1e6, significant) + " M"
    if abs(value) < 1e-4:
        return f"{value:.{significant - 1}g}"
    decimals = significant - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, decimals)
    decimals = significant - 1 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:,.{max(0, decimals)}f}"


def whole(value: float) -> str:
    """The value rounded to a whole number, so that the rows of a table add up to its total."""
    return UNKNOWN if math.isnan(value) else f"{round(value):,}"


def fixed(value: float, decimals: int) -> str:
    """The value with so many decimals."""
    return UNKNOWN if math.isnan(value) else f"{value:,.{decimals}f}"


def interval(low: float, high: float) -> str:
    """An interval, `8,820 .. 9,960`; `-` where it cannot be known."""
    return UNKNOWN if math.isnan(low) or math.isnan(high) else f"{figures(low)} .. {figures(high)}"


def relative(difference: float, whole_amount: float) -> float:
    """Size of a difference as a share of the amount; of 1 where the amount is smaller."""
    return abs(difference) / max(abs(whole_amount), 1.0)


def signed(value: float, half_width: float = math.nan, plus_minus: str = "+/-") -> str:
    """A difference with its sign and, where it is known, half its interval, both to the same decimal.

    The half width has two significant figures. From a million on, in millions (M).

    >>> signed(5778.3, 549.7), signed(-0.0012, 1.32), signed(2.5), signed(0.0)
    ('+5,780 +/- 550', '-0.0 +/- 1.3', '+2.50', '0')
    """
    if math.isnan(value):
        return UNKNOWN
    if math.isnan(half_width) or half_width <= 0.0:
        return ("+" if value > 0.0 else "") + figures(value)
    millions = max(abs(value), half_width) >= 999_500
    scale, unit = (1e6, " M") if millions else (1.0, "")
    decimals = 1 - math.floor(math.log10(half_width / scale))
    half = round(half_width / scale, decimals)
    mean = round(value / scale, decimals)
    shown = max(0, decimals)
    return f"{mean:+,.{shown}f} {plus_minus} {half:,.{shown}f}{unit}"
