"""The numbers and names that functions of the interface are given, checked before any work is done."""

import math
import operator
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from farmsim.api.errors import UsageError
from farmsim.experiment.precision import MOST, Precision
from farmsim.results.metrics import METRICS
from farmsim.results.network import TOTAL_METRICS
from farmsim.results.network_catalogue import metric_names
from farmsim.scenario.hints import did_you_mean
from farmsim.scenario.kinds import network_of

if TYPE_CHECKING:
    from farmsim.scenario.kinds import Either

MOST_REPLICATIONS = 100_000
MOST_WORKERS = 256
MOST_SEED = 2**63 - 1
LEAST_SHARE, MOST_SHARE = 0.0001, 0.5


def whole_number(option: str, value: object, low: int, high: int) -> int | None:
    """The whole number within its bounds; None if it was not given."""
    if value is None:
        return None
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # which is what is found out
    except TypeError:
        raise UsageError("not-a-number", (("option", option), ("value", repr(value)))) from None
    if isinstance(value, bool):
        raise UsageError("not-a-number", (("option", option), ("value", repr(value))))
    if not low <= number <= high:
        bounds = (("low", f"{low:,}"), ("high", f"{high:,}"))
        raise UsageError("out-of-range", (("option", option), *bounds, ("value", str(number))))
    return number


def asked_precision(
    loaded: "Either", share: object, metric: str | None, replications: int | None
) -> Precision | None:
    """The precision that was asked for, if one was; `replications` is then the most that are played."""
    if share is None:
        if metric is not None:
            raise UsageError("only-with", (("name", "precision_metric"), ("option", "precision")))
        return None
    if isinstance(share, bool) or not isinstance(share, int | float):
        raise UsageError("not-a-share", (("option", "precision"), ("value", repr(share))))
    if math.isnan(share) or not LEAST_SHARE <= share <= MOST_SHARE:
        bounds = (("low", f"{LEAST_SHARE:g}"), ("high", f"{MOST_SHARE:g}"))
        raise UsageError("out-of-range", (("option", "precision"), *bounds, ("value", f"{share:g}")))
    whole_number("replications, with precision,", replications, 2, MOST_REPLICATIONS)
    most = MOST if replications is None else replications
    network = network_of(loaded)
    if metric is None and network is not None:
        raise UsageError("metric-needed", (("names", ", ".join(TOTAL_METRICS)),))
    if metric is None:
        return Precision(share, most=most)
    known = METRICS if network is None else metric_names(network.scenario.network)
    return Precision(share, known_name(metric, known), most)


def known_name(name: str, known: Collection[str]) -> str:
    """The name of a metric, which must be one of those known."""
    if name not in known:
        meant = ", ".join(did_you_mean(str(name), known, 2))
        raise UsageError("unknown-metric", (("name", str(name)), ("meant", meant)))
    return name


def checked_replications(wanted: int | Iterable[int] | None, played: int) -> Sequence[int]:
    """The replications that are meant, by number from 0: all, the first so many, or those that are listed."""
    if wanted is None:
        return range(played)
    if not isinstance(wanted, Iterable):
        count = whole_number("replications", wanted, 1, played)
        assert count is not None, "something was given"
        return range(count)
    numbers = [whole_number("replications", number, 0, MOST_REPLICATIONS) for number in wanted]
    chosen = [number for number in dict.fromkeys(numbers) if number is not None]
    for number in chosen:
        if number >= played:
            raise UsageError("unknown-replication", (("value", str(number)), ("count", str(played))))
    if not chosen:
        bounds = (("low", "1"), ("high", f"{played:,}"), ("value", "0"))
        raise UsageError("out-of-range", (("option", "the number of replications"), *bounds))
    return chosen
