"""What a sweep will take, told before it begins: points, runs, time, disk."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Group
from rich.text import Text

from farmsim.report.cells import cell_width, pad, wrap
from farmsim.report.messages import plural
from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures
from farmsim.report.sweeps.screen import axes_lines
from farmsim.report.terminal import Look

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.axes import Axis

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


class Forecast(NamedTuple):
    """What a sweep is expected to take."""

    points: int
    replications_least: int
    replications_most: int
    runs_least: int
    runs_most: int
    seconds_per_run: float
    workers: int
    bytes_per_run: float
    folder: Path
    axes: "tuple[Axis, ...]"

    def seconds(self, runs: int) -> float:
        """Time that so many runs take with all workers at work."""
        return runs * self.seconds_per_run / max(min(self.workers, runs), 1)


def dry_run_screen(forecast: Forecast, look: Look) -> Group:
    """Everything that `farmsim sweep --dry-run` prints."""
    rows = [
        (_("design points"), _("{count}, all of them valid").format(count=f"{forecast.points:,}")),
        (_("replications"), _range(forecast.replications_least, forecast.replications_most)),
        (_("runs"), _range(forecast.runs_least, forecast.runs_most)),
        (_("time"), _time(forecast)),
        (_("disk"), _disk(forecast)),
        (_("folder"), str(forecast.folder)),
    ]
    width = max(cell_width(name) for name, _said in rows) + 2
    lines = [
        _("What this sweep will take; nothing is kept of a dry run."),
        *axes_lines(forecast.axes, look),
        "",
    ]
    for name, said in rows:
        lines += wrap(said, look.width, indent=" " * width, first=pad(name, width))
    return Group(Text(lines[0], style="bold"), *map(Text, lines[1:]))


def time_text(seconds: float) -> str:
    """A time in the unit that suits it.

    >>> [time_text(x) for x in (0.25, 42.0, 600.0, 5400.0, 200000.0)]
    ['0.250 s', '42.0 s', '10.0 min', '1.50 h', '2.31 days']
    """
    if math.isnan(seconds):
        return "-"
    for limit, divisor, unit in ((MINUTE, 1.0, _("s")), (HOUR, MINUTE, _("min")), (DAY, HOUR, _("h"))):
        if seconds < limit:
            return f"{figures(seconds / divisor)} {unit}"
    return f"{figures(seconds / DAY)} {_('days')}"


def size_text(size: float) -> str:
    """A number of bytes in the unit that suits it.

    >>> [size_text(x) for x in (900, 12_345, 3.2e6, 5e9)]
    ['900 B', '12.3 kB', '3.20 MB', '5.00 GB']
    """
    for limit, unit in ((1e3, "B"), (1e6, "kB"), (1e9, "MB")):
        if size < limit:
            return f"{figures(size / limit * 1e3)} {unit}"
    return f"{figures(size / 1e9)} GB"


def _range(least: int, most: int) -> str:
    return f"{least:,}" if least == most else f"{least:,} .. {most:,}"


def _time(forecast: Forecast) -> str:
    """The time of the fewest and of the most runs, and what it is made of."""
    ends = [time_text(forecast.seconds(runs)) for runs in (forecast.runs_least, forecast.runs_most)]
    said = plural(
        "about {time} with {count} worker, {seconds} a run",
        "about {time} with {count} workers, {seconds} a run",
        forecast.workers,
    )
    return said.format(
        time=" .. ".join(dict.fromkeys(ends)),
        count=forecast.workers,
        seconds=time_text(forecast.seconds_per_run),
    )


def _disk(forecast: Forecast) -> str:
    ends = [size_text(runs * forecast.bytes_per_run) for runs in (forecast.runs_least, forecast.runs_most)]
    return _("about {size}").format(size=" .. ".join(dict.fromkeys(ends)))
