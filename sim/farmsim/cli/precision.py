"""The options that ask for a precision instead of a number of replications, and how they are read."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from farmsim.cli.shared import whole_number
from farmsim.errors import UsageError
from farmsim.report.messages import mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from farmsim.experiment.precision import Precision

LEAST_SHARE, MOST_SHARE = 0.0001, 0.5

PrecisionShare = Annotated[
    str | None,
    typer.Option(
        "--precision",
        metavar="SHARE",
        help=mark(
            "Play until half the 95% interval is at most this share of the mean, e.g. 2%; "
            "--replications is then the most (1000)."
        ),
    ),
]
PairedPrecisionShare = Annotated[
    str | None,
    typer.Option(
        "--precision",
        metavar="SHARE",
        help=mark(
            "Play until half the interval of every difference from A is at most this share of A's mean, "
            "e.g. 2%; --replications is then the most (1000)."
        ),
    ),
]
PrecisionMetric = Annotated[
    str | None,
    typer.Option(
        "--precision-metric",
        metavar="NAME",
        help=mark("With --precision: the metric that is meant; household_net_income."),
    ),
]


def asked_precision(
    share: str | None,
    metric: str | None,
    replications: str | None,
    most: int,
    *,
    known: "Callable[[str], str] | None" = None,
) -> "Precision | None":
    """The precision that was asked for, if one was; `most` is the highest number of replications allowed.

    `known` refuses what is no metric; without it, all but the metrics of a season.
    """
    if share is None:
        if metric is not None:
            raise UsageError("only-with", (("name", "--precision-metric"), ("option", "--precision")))
        return None
    from farmsim.experiment.precision import MOST, Precision

    count = MOST if replications is None else whole_number("--replications", replications, 2, most)
    asked = Precision(share_of("--precision", share), most=count)
    return asked if metric is None else Precision(asked.share, (known or known_metric)(metric), count)


def asked_share(share: str | None, metric: str | None) -> float | None:
    """The share that was asked for, if one was; the metric goes only with it."""
    if share is None:
        if metric is not None:
            raise UsageError("only-with", (("name", "--precision-metric"), ("option", "--precision")))
        return None
    return share_of("--precision", share)


def share_of(option: str, text: str) -> float:
    """The share that an option was given, as in `2%` or `0.02`."""
    plain = text.strip().replace("％", "%")
    percent = plain.endswith("%")
    try:
        share = float(plain.removesuffix("%")) / (100.0 if percent else 1.0)
    except ValueError:
        raise UsageError("not-a-share", (("option", option), ("value", text))) from None
    if not LEAST_SHARE <= share <= MOST_SHARE:
        raise UsageError("share-out-of-range", (("option", option), ("value", text)))
    return share


def known_metric(name: str) -> str:
    """The name, which must be that of a metric."""
    from farmsim.results.metrics import METRICS

    if name not in METRICS:
        meant = ", ".join(get_close_matches(name, list(METRICS), n=2))
        raise UsageError("unknown-metric", (("name", name), ("meant", meant)))
    return name
