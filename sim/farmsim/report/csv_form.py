"""A result as a long table: one row a replication, channel and metric, for spreadsheets and statistics.

UTF-8 with a byte order mark, because spreadsheets on Chinese Windows guess another encoding without it.
"""

import csv
import io
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from farmsim.results.metrics import METRICS

if TYPE_CHECKING:
    from farmsim.experiment.run import RunResult

HEADER = ("replication", "channel", "metric", "value", "unit")

Row = tuple[int, str, str, str, str]


def run_csv(result: "RunResult") -> str:
    """The table as text, byte order mark first; an unknown value is an empty cell."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(rows(result))
    return text.getvalue()


def printed_csv(result: "RunResult") -> str:
    """The table for stdout: without byte order mark, line ends as the system has them."""
    return run_csv(result).removeprefix("\ufeff").replace("\r\n", "\n")


def rows(result: "RunResult") -> Iterator[Row]:
    """Replications in order; in each the totals (no channel), then the channels, metrics by name."""
    for replication, outcome in enumerate(result.outcomes):
        groups = {"": outcome.metrics, **{name: outcome.channels[name] for name in sorted(outcome.channels)}}
        for channel, metrics in groups.items():
            for name in sorted(metrics):
                unit = METRICS[name].unit if name in METRICS else ""
                yield replication, channel, name, cell(metrics[name]), unit


def cell(value: float) -> str:
    """The shortest text that reads back as the same number."""
    return "" if math.isnan(value) else repr(float(value))
