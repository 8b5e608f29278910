"""Whether so much land lifts a family over the poverty line: need, land, other income, seasons, verdict.

The claim is land x net income per mu + other income >= people x line. The land at which both sides are equal
is a ratio of means; its interval is Fieller's (1954, Journal of the Royal Statistical Society B 16:175-185):
the land at which the 95 % t interval of the mean gap holds zero. With a fixed other income that is the
interval of the mean net income per mu, turned over. How often the claim holds has Wilson's interval (1927,
Journal of the American Statistical Association 22:209-212).
"""

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.results.estimates import Estimate, estimate, normal_quantile, student_t_quantile

Floats = NDArray[np.float64]
Verdict = Literal["true", "false", "open"]


class Land(NamedTuple):
    """Land at which the claim just holds, mu, with its interval; infinite where no land is enough."""

    value: float
    low: float
    high: float
    n: int


class Frequency(NamedTuple):
    """In how many seasons of `n` the claim holds, and between which shares of all seasons that may lie."""

    held: int
    n: int
    low: float
    high: float


class FamilyTest(NamedTuple):
    """The claim put to families of one size; money in CNY a year."""

    people: int
    need: float
    """People x line."""
    break_even: float
    """Net income per mu at which the claim just holds."""
    margin: Estimate
    """What the family has beyond its need; negative if it lacks it."""
    missing: Estimate
    """Other income that the family needs beside what was counted; 0 if none."""
    land: Land
    seasons: Frequency
    verdict: Verdict


def family_test(people: int, line: float, mu: float, net_per_mu: Floats, other: Floats) -> FamilyTest:
    """The claim for `people` on `mu` of land; net income per mu and other income by replication."""
    need = people * line
    margin = estimate(mu * net_per_mu + other - need)
    return FamilyTest(
        people=people,
        need=need,
        break_even=(need - float(other.mean())) / mu,
        margin=margin,
        missing=missing_income(margin),
        land=land_needed(need - other, net_per_mu),
        seasons=frequency(mu * net_per_mu + other >= need),
        verdict=verdict(margin),
    )


def verdict(margin: Estimate) -> Verdict:
    """True or false if the whole interval of the mean margin says so; otherwise not decided."""
    if margin.low >= 0.0:
        return "true"
    return "false" if margin.high < 0.0 else "open"


def missing_income(margin: Estimate) -> Estimate:
    """The mean shortfall with its interval, none of them below 0."""
    mean, low, high, sd, n = margin
    ends = (math.nan, math.nan) if math.isnan(low) else (max(0.0, -high), max(0.0, -low))
    return Estimate(math.nan if math.isnan(mean) else max(0.0, -mean), *ends, sd, n)


def land_needed(need: Floats, net_per_mu: Floats, level: float = 0.95) -> Land:
    """Mean need over mean net income per mu, with Fieller's interval, none below 0.

    0 where nothing is needed; infinite where a mu nets nothing; an interval without an upper end where the
    mean net income is not clearly positive. A lone replication has no interval.
    """
    n = len(net_per_mu)
    wanted, net = float(need.mean()), float(net_per_mu.mean())
    value = 0.0 if wanted <= 0.0 else wanted / net if net > 0.0 else math.inf
    if n < 2 or math.isnan(net) or math.isnan(wanted):
        return Land(math.nan if math.isnan(net) else value, math.nan, math.nan, n)
    spread = (
        np.cov(np.vstack([net_per_mu, need]), ddof=1) * student_t_quantile((1 + level) / 2, n - 1) ** 2 / n
    )
    a = net * net - float(spread[0, 0])
    b = net * wanted - float(spread[0, 1])
    c = wanted * wanted - float(spread[1, 1])
    low, high = _where_negative(a, b, c)
    if wanted <= 0.0:
        return Land(0.0, 0.0, 0.0 if c > 0.0 else high, n)
    return Land(value, low, high if a > 0.0 and net > 0.0 else math.inf, n)


def frequency(holds: NDArray[np.bool_], level: float = 0.95) -> Frequency:
    """How often something holds, with Wilson's score interval of the share.

    >>> found = frequency(np.array([True] * 8 + [False] * 2))
    >>> found.held, found.n, round(found.low, 3), round(found.high, 3)
    (8, 10, 0.49, 0.943)
    """
    n, held = len(holds), int(holds.sum())
    z2 = normal_quantile((1.0 + level) / 2.0) ** 2
    share = held / n
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return Frequency(held, n, max(0.0, centre - half), min(1.0, centre + half))


def _where_negative(a: float, b: float, c: float) -> tuple[float, float]:
    """The land >= 0 between which a L^2 - 2 b L + c <= 0; infinite where that never ends or never begins."""
    if c <= 0.0:
        return 0.0, (b + math.sqrt(max(0.0, b * b - a * c))) / a if a > 0.0 else math.inf
    top = b + math.sqrt(max(0.0, b * b - a * c))
    if top <= 0.0:
        return math.inf, math.inf
    return c / top, top / a if a > 0.0 else math.inf
