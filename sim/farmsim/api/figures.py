"""Single numbers of a result with their intervals, and how they are looked up by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from farmsim.api.notebook import table_html
from farmsim.report.numbers import figures, interval, signed
from farmsim.scenario.hints import did_you_mean

if TYPE_CHECKING:
    from farmsim.results.estimates import Estimate
    from farmsim.results.paired import Difference as PairedDifference
    from farmsim.results.paired import Verdict

T = TypeVar("T")


@dataclass(frozen=True, slots=True, repr=False)
class Figure:
    """The mean of a metric over replications; all but `n` in `unit`, NaN where it cannot be known."""

    mean: float
    ci95: tuple[float, float]
    """Ends of the 95 % Student t interval of the mean; NaN with fewer than two replications."""
    sd: float
    """Standard deviation of a single replication."""
    n: int
    """Replications in which it is known."""
    unit: str

    @classmethod
    def of(cls, found: "Estimate", unit: str) -> "Figure":
        """An estimate with its unit."""
        return cls(found.mean, (found.low, found.high), found.sd, found.n, unit)

    @property
    def half_width(self) -> float:
        """Half the interval: the mean is known to plus or minus this."""
        return (self.ci95[1] - self.ci95[0]) / 2

    def cells(self) -> tuple[str, str, str]:
        """Mean, interval and unit as they are shown."""
        return figures(self.mean), interval(*self.ci95), self.unit

    def __float__(self) -> float:
        return self.mean

    def __repr__(self) -> str:
        mean, between, unit = self.cells()
        return f"{mean} {unit}  ci95 {between}  n {self.n}"


@dataclass(frozen=True, slots=True, repr=False)
class Difference:
    """A metric less that of the baseline, replication by replication; `mean`, `ci95`, `sd` in `unit`."""

    mean: float
    ci95: tuple[float, float]
    """Interval of the mean difference that holds, with 95 %, for all scenarios of the comparison together."""
    sd: float
    """Standard deviation of the difference of a single pair of replications."""
    n: int
    """Pairs in which both are known."""
    wins: int
    """Replications in which the scenario has more than the baseline."""
    losses: int
    """Replications in which it has less."""
    verdict: "Verdict"
    """higher, lower, equal, not_decided (more replications would probably decide it), no_clear_difference
    (even very many would not), unknown (fewer than two pairs)."""
    more_replications: int | None
    """About how many more would decide it; None unless it is not decided."""
    unit: str

    @classmethod
    def of(cls, found: "PairedDifference", unit: str) -> "Difference":
        """A paired difference with its unit."""
        mean, low, high, sd, n = found.estimate
        rest = (found.wins, found.losses, found.verdict, found.more_replications)
        return cls(mean, (low, high), sd, n, *rest, unit)

    @property
    def half_width(self) -> float:
        """Half the interval: the difference is known to plus or minus this."""
        return (self.ci95[1] - self.ci95[0]) / 2

    def __float__(self) -> float:
        return self.mean

    def __repr__(self) -> str:
        found = f"{signed(self.mean)} {self.unit}  ci95 {interval(*self.ci95)}  n {self.n}"
        return f"{found}  wins {self.wins}  {self.verdict}"


class Named(Mapping[str, T], Generic[T]):
    """Values by name, read only; an unknown name raises a KeyError that says what may have been meant."""

    def __init__(self, what: str, values: Mapping[str, T], none: str = "") -> None:
        """`what` one value is called; `none` is said of any name where there are no values at all."""
        self._what = what
        self._values = dict(values)
        self._none = none

    def __getitem__(self, name: str) -> T:
        try:
            return self._values[name]
        except KeyError:
            raise KeyError(self._missing(name)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        if not self._values:
            return self._none or f"no {self._what}"
        if any(isinstance(value, Named) for value in self._values.values()):
            return "\n".join(f"{name}: {', '.join(_names(value))}" for name, value in self._values.items())
        width = max(map(len, self._values))
        return "\n".join(f"{name:<{width}}  {value!r}" for name, value in self._values.items())

    def _repr_html_(self) -> str:
        if any(isinstance(value, Named) for value in self._values.values()):
            rows = [(name, ", ".join(_names(value))) for name, value in self._values.items()]
        else:
            rows = [(name, repr(value)) for name, value in self._values.items()]
        return table_html("", (self._what, ""), rows)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._values)

    def _missing(self, name: str) -> str:
        if not self._values and self._none:
            return self._none
        meant = ", ".join(did_you_mean(name, self._values, 2)) if isinstance(name, str) else ""
        known = f"did you mean {meant}?" if meant else f"there are {', '.join(self._values)}"
        return f"there is no {self._what} {name!r}; {known}"


def _names(value: object) -> list[str]:
    return list(value) if isinstance(value, Named) else [repr(value)]
