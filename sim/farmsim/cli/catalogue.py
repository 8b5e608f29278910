"""`farmsim list` and `show`: what there is, with its values and sources."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

from typing import Annotated

import typer

from farmsim.cli.shared import Screen, presented
from farmsim.errors import UsageError
from farmsim.report.messages import mark


def entry_names(incomplete: str) -> list[str]:
    """Names of scenarios and catalogue entries, for the completion of the shell."""
    from farmsim.report.catalogue_screens import all_names

    return [name for name in all_names() if name.startswith(incomplete)]


@presented
def list_catalogue(
    screen: Screen,
    *,
    section: Annotated[
        str | None,
        typer.Argument(
            metavar="SECTION", help=mark("One section only: scenarios, products, counties, channels, ...")
        ),
    ] = None,
) -> int:
    """Print the names of what there is."""
    from farmsim.report.catalogue_screens import OTHER_NAMES, SECTIONS, list_screen

    section = OTHER_NAMES.get(section, section) if section else None
    if section is not None and section not in SECTIONS:
        choices = ", ".join(SECTIONS)
        raise UsageError("unknown-choice", (("option", "SECTION"), ("choices", choices), ("value", section)))
    screen.show(list_screen(screen.look, section))
    return 0


@presented
def show(
    screen: Screen,
    *,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            autocompletion=entry_names,
            help=mark("A name that farmsim list prints, or a file."),
        ),
    ],
) -> int:
    """Print every value of an entry with source, confidence and range."""
    from farmsim.report.catalogue_screens import show_screen

    screen.show(show_screen(name, screen.look))
    return 0
