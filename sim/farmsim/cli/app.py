"""The Typer application: which commands there are, in the order in which people need them.

Nothing heavy is imported here, so that `farmsim --help` is quick; commands import what they need when they
run. Texts are marked here and translated when they are shown.
"""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

from typing import Annotated

import typer

from farmsim.cli.break_even import break_even
from farmsim.cli.catalogue import list_catalogue, show
from farmsim.cli.compare import compare
from farmsim.cli.explain import explain
from farmsim.cli.files import new, schema, validate
from farmsim.cli.help import DISPLAY, Command, Commands
from farmsim.cli.leverage import leverage
from farmsim.cli.optimise import optimise
from farmsim.cli.results import results
from farmsim.cli.run import run
from farmsim.cli.shared import Screen, presented
from farmsim.cli.sweep import sweep
from farmsim.cli.warm_up import warm_up
from farmsim.report.messages import mark

app = typer.Typer(
    name="farmsim",
    cls=Commands,
    help=mark(
        "Plays out how county produce is sold through online and offline channels, day by day and many "
        "times: what reaches the household, what rots on the way, who is lifted over the poverty line.\n\n"
        "Redirected output is UTF-8, unless PYTHONIOENCODING names another encoding."
    ),
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

VersionOption = Annotated[
    bool, typer.Option("--version", rich_help_panel=DISPLAY, help=mark("Print the version and exit."))
]


@app.callback(invoke_without_command=True)
@presented
def begin(screen: Screen, *, context: typer.Context, version: VersionOption = False) -> int:
    """Without a command: the version, or the help."""
    if version:
        from importlib.metadata import version as installed

        screen.write(f"farmsim {installed('farmsim')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        screen.write(context.get_help())
    return 0


app.command("run", cls=Command, help=mark("Play a scenario and print what came of it."))(run)
app.command(
    "compare",
    cls=Command,
    help=mark(
        "Play scenarios on the same seasons and compare them with the first, with intervals and verdicts."
    ),
)(compare)
app.command(
    "sweep",
    cls=Command,
    help=mark("Play many variants of a scenario, keep every run, and say which points are best."),
)(sweep)
app.command(
    "optimise",
    cls=Command,
    help=mark("Search decisions for the best mean of a metric, then prove the winner on fresh random seeds."),
)(optimise)
app.add_typer(results)
app.command(
    "leverage",
    cls=Command,
    help=mark("Set what programmes moved against what they cost, by four definitions."),
)(leverage)
app.command(
    "break-even",
    cls=Command,
    help=mark("Find the value of a number at which two scenarios, or two channels, are equal."),
)(break_even)
app.command(
    "warm-up",
    cls=Command,
    help=mark("Advise on how much of a long run to leave out at its start; seasons have no warm-up."),
)(warm_up)
app.command(
    "validate", cls=Command, help=mark("Check a scenario file; every problem with its line and a remedy.")
)(validate)
app.command("list", cls=Command, help=mark("List the bundled scenarios and the catalogue."))(list_catalogue)
app.command(
    "show", cls=Command, help=mark("Show a scenario or a catalogue entry, every value with its source.")
)(show)
app.command(
    "explain",
    cls=Command,
    help=mark(
        "Explain a metric, a parameter, a channel, an error code or a source; or three-mu: put the slogan "
        "that three mu of melons lift a family out of poverty to a scenario."
    ),
)(explain)
app.command("new", cls=Command, help=mark("Write the file of a new scenario for a county of the catalogue."))(
    new
)
app.command("schema", cls=Command, help=mark("Print the JSON Schema of scenario files, for editors."))(schema)
