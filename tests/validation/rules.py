"""Pass rules of the catalogue: when a number that was obtained agrees with the one that was expected.

A rule judges one number; of a list every element must pass. It returns what is wrong, in words, or nothing.
A simulated mean passes if it lies within four of its standard errors *and* the standard errors are small
enough: without this power condition a noisy run would agree with everything.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

FEWEST = 20
"""Replications under which a simulated mean is not judged."""
RARE = 0.05
"""Below this the power condition is absolute: four standard errors of at most `RARE_POWER`."""
RARE_POWER = 0.002
ROUNDING = 1e-9


class Found(NamedTuple):
    """One number: its value, the standard error and replications where it is a mean over replications."""

    value: float
    se: float | None = None
    replications: int = 0


class Rule(Protocol):
    """Judges one number."""

    def fault(self, expected: Any, found: Found) -> str:
        """What is wrong with what was found; nothing if it passes."""


@dataclass(frozen=True)
class Near:
    """Within an absolute or a relative distance, whichever is wider; of a mean over enough replications."""

    absolute: float = 0.0
    relative: float = 0.0
    fewest: int = 0

    def fault(self, expected: Any, found: Found) -> str:
        if found.replications < self.fewest:
            return "too few replications"
        reach = max(self.absolute, self.relative * abs(expected))
        return "" if abs(found.value - expected) <= reach else f"off by {found.value - expected:.3g}"


@dataclass(frozen=True)
class MonteCarlo:
    """Within four standard errors, of enough replications, with enough power."""

    share: float | None = None
    """Four standard errors are at most this share of the expected value."""
    absolute: float | None = None
    """Four standard errors are at most this."""

    def fault(self, expected: Any, found: Found) -> str:
        if found.se is None or found.replications < FEWEST:
            return "too few replications"
        reach = 4.0 * found.se
        if abs(found.value - expected) > reach + ROUNDING * max(1.0, abs(expected)):
            errors = (found.value - expected) / found.se if found.se else math.inf
            return f"{errors:+.1f} standard errors away"
        return "" if reach <= self.most(expected) else f"too little power (4 SE = {reach:.2g})"

    def most(self, expected: float) -> float:
        """The widest that four standard errors may be."""
        if self.share is None and self.absolute is None:
            return math.inf
        if abs(expected) < RARE:
            return RARE_POWER
        return self.absolute if self.absolute is not None else self.share * abs(expected)


@dataclass(frozen=True)
class Bound:
    """Not beyond a bound by more than four standard errors."""

    is_lower: bool

    def fault(self, expected: Any, found: Found) -> str:
        reach = 4.0 * (found.se or 0.0) + ROUNDING * max(1.0, abs(expected))
        beyond = expected - found.value if self.is_lower else found.value - expected
        return "" if beyond <= reach else f"beyond the bound by {beyond:.3g}"


@dataclass(frozen=True)
class Within:
    """Inside a range that the catalogue prints: a count, a test statistic, a p-value."""

    low: float
    high: float

    def fault(self, expected: Any, found: Found) -> str:
        return "" if self.low <= found.value <= self.high else f"outside {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Told:
    """For the reader only; nothing is judged."""

    def fault(self, expected: Any, found: Found) -> str:
        return ""


def rule_of(tolerance: str, value: Any, before: str = "") -> Rule:
    """The rule that a tolerance of the catalogue says; `before` is that of the metric above it."""
    said = before if tolerance == "as above" else tolerance
    rule = Told() if said == "informational" else _bound(said, value) or _simulated(said) or _worked_out(said)
    if rule is None:
        raise ValueError(f"no rule for the tolerance {said!r}")
    return rule


def _worked_out(tolerance: str) -> Near | None:
    """Rules of numbers without noise: `exact`, `exact 1e-6`, `formula: 1e-6 relative`, `0.005`."""
    found = re.fullmatch(r"(exact|formula)?:? ?([\d.]+e?-?\d*)( kg| relative.*)?", tolerance)
    if found is None:
        return Near(1e-9, 1e-6) if tolerance.startswith("exact") else None
    size, says_relative = float(found[2]), (found[3] or "").startswith(" relative")
    is_absolute = found[1] != "formula" and not says_relative
    return Near(size if is_absolute else 1e-12, size if found[1] or says_relative else 0.0)


def _simulated(tolerance: str) -> Rule | None:
    """Rules of means over replications; a bare distance is for formulas that are approximate themselves."""
    if not tolerance.startswith("MC"):
        return None
    if (found := re.fullmatch(r"MC: ([\d.]+)(%| absolute).*", tolerance)) is not None:
        size = float(found[1])
        return Near(relative=size / 100, fewest=FEWEST) if found[2] == "%" else Near(size, fewest=FEWEST)
    share = re.search(r"4\*SE<=([\d.]+)%", tolerance)
    absolute = re.search(r"4\*SE<=([\d.]+) absolute", tolerance)
    return MonteCarlo(float(share[1]) / 100 if share else None, float(absolute[1]) if absolute else None)


def _bound(tolerance: str, value: Any) -> Rule | None:
    """Bounds and ranges, whose numbers stand in the value."""
    if tolerance.startswith("binomial"):
        return Within(*value)
    if tolerance.startswith("false alarm"):
        return Within(0.0, float(re.search(r"< ([\d.]+)", value)[1]))
    if tolerance.startswith("chi-square p>"):
        return Within(float(re.search(r"p>([\d.e-]+)", tolerance)[1]), 1.0)
    if tolerance.startswith("no policy may beat") or tolerance == "lower bound":
        return Bound(is_lower=True)
    if str(value).startswith(">="):
        return Bound(is_lower=True)
    return Bound(is_lower=False) if tolerance.startswith("<=") else None


def judge(rule: Rule, expected: Any, found: Any, se: Any = None, replications: int = 0) -> str:
    """What is wrong with a number or a list of them, element by element; nothing if all pass."""
    if expected == "true":
        return "" if found is True else "differs"
    if isinstance(rule, Within | Told) or isinstance(expected, str):
        return rule.fault(_number(expected), Found(found, se, replications))
    wanted, got = list(flat(expected)), list(flat(found))
    if len(wanted) != len(got):
        return f"{len(got)} numbers for {len(wanted)}"
    errors = [None] * len(got) if se is None else list(flat(se))
    faults = [rule.fault(e, Found(g, s, replications)) for e, g, s in zip(wanted, got, errors, strict=True)]
    places = [f"{i + 1}: {fault}" if len(faults) > 1 else fault for i, fault in enumerate(faults) if fault]
    return "; ".join(places[:3])


def flat(value: Any) -> Iterator[Any]:
    """Numbers of nested lists, in order."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        for part in value:
            yield from flat(part)
    else:
        yield value


def _number(expected: Any) -> Any:
    """The number in words such as `>= 15.92`; what is not words stays."""
    if not isinstance(expected, str):
        return expected
    found = re.search(r"[<>]=? ?([\d.]+)", expected)
    return math.nan if found is None else float(found[1])
