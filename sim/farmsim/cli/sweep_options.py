"""The options of `farmsim sweep`."""

from typing import Annotated

import typer

from farmsim.cli.run import scenario_names
from farmsim.report.messages import mark

DESIGNS = (
    "grid",
    "zip",
    "one-at-a-time",
    "factorial",
    "latin-hypercube",
    "sobol",
    "saltelli",
    "morris",
)
MOST_POINTS = 100_000

Source = Annotated[
    str | None,
    typer.Argument(
        metavar="FILE|SCENARIO|FOLDER",
        autocompletion=scenario_names,
        help=mark("A sweep file, a scenario that --over varies, or the folder of a sweep."),
    ),
]
Over = Annotated[
    list[str] | None,
    typer.Option(
        "--over", metavar="KEY=VALUES", help=mark("Vary a key: KEY=a,b,c or KEY=lo:hi:step; may be repeated.")
    ),
]
DesignName = Annotated[
    str | None,
    typer.Option(
        "--design",
        metavar="NAME",
        help=mark(
            "With --over: grid (default), zip, one-at-a-time, factorial, latin-hypercube, sobol, saltelli or "
            "morris."
        ),
    ),
]
Points = Annotated[
    str | None,
    typer.Option(
        "--points",
        metavar="N",
        help=mark("With --design: points of latin-hypercube, sobol and saltelli, walks of morris."),
    ),
]
Times = Annotated[
    str | None,
    typer.Option("--replications", "-n", metavar="N", help=mark("How often each point is played.")),
]
Share = Annotated[
    str | None,
    typer.Option(
        "--precision",
        metavar="SHARE",
        help=mark(
            "Play each point until half its 95% interval is at most this share of the mean, e.g. 2%; "
            "--replications is then the most (1000)."
        ),
    ),
]
MetricName = Annotated[
    str | None,
    typer.Option("--metric", metavar="NAME", help=mark("The metric that tables are about.")),
]
Minimise = Annotated[bool, typer.Option("--minimise", help=mark("Less of the metric is better."))]
Base = Annotated[
    str | None,
    typer.Option(
        "--base",
        metavar="POINT",
        help=mark("Point that others are compared with: a label, a number from 1, or scenario."),
    ),
]
Folder = Annotated[
    str | None,
    typer.Option(
        "--out", metavar="DIR", help=mark("Folder of the sweep; without it, runs/NAME-DIGEST, found again.")
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help=mark("Go on with a sweep that was begun, the newest in runs/ if none is named; else refuse."),
    ),
]
Retry = Annotated[bool, typer.Option("--retry-failed", help=mark("Play runs that failed once more."))]
Mixed = Annotated[
    bool,
    typer.Option("--mixed", help=mark("Go on although the sweep was begun with other versions.")),
]
Durable = Annotated[
    bool, typer.Option("--durable", help=mark("Survive a loss of power too, at the price of slower writing."))
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help=mark("Check every point, time a few runs, say what it will take."))
]
Refine = Annotated[
    bool,
    typer.Option(
        "--refine",
        help=mark("Play the points that tie with the best once more, on fresh random seeds."),
    ),
]

Table = Annotated[
    str | None,
    typer.Option("--csv", metavar="FILE", help=mark("Write every run as a row of a table; - prints it.")),
]
All = Annotated[bool, typer.Option("--full", help=mark("All points of a long list."))]
