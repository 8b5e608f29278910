"""What every command shares: options for language and display, the screen they make, checks of numbers."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

import functools
import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from farmsim.cli.help import DISPLAY
from farmsim.errors import FileError, UsageError
from farmsim.report.messages import known_language, mark
from farmsim.report.terminal import LEAST_WIDTH, MOST_WIDTH, Color, Look, detect_look

if TYPE_CHECKING:
    from rich.console import RenderableType

    from farmsim.scenario.load import Loaded

LangOption = Annotated[
    str | None,
    typer.Option(
        "--lang",
        metavar="en|zh",
        rich_help_panel=DISPLAY,
        help=mark("Language; without it FARMSIM_LANG, then the locale."),
    ),
]
AsciiOption = Annotated[
    bool,
    typer.Option("--ascii", rich_help_panel=DISPLAY, help=mark("Only ASCII signs in tables and pictures.")),
]
WidthOption = Annotated[
    str | None,
    typer.Option(
        "--width", metavar="N", rich_help_panel=DISPLAY, help=mark("Columns of the screen (79 to 400).")
    ),
]
ColorOption = Annotated[
    str,
    typer.Option(
        "--color",
        metavar="auto|always|never",
        rich_help_panel=DISPLAY,
        help=mark("Colour; auto means on a terminal, unless NO_COLOR is set."),
    ),
]

SHARED = (
    ("lang", LangOption, None),
    ("ascii_only", AsciiOption, False),
    ("width", WidthOption, None),
    ("color", ColorOption, "auto"),
)


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a command prints: results to stdout, the rest to stderr."""

    look: Look
    color: Color

    def show(self, renderable: "RenderableType") -> None:
        """Print a screen; without colour, no line ends in blanks."""
        from farmsim.report.console import make_console

        console = make_console(sys.stdout, self.look, self.color)
        if console.color_system is not None:
            console.print(renderable)
            return
        with console.capture() as captured:
            console.print(renderable)
        sys.stdout.write("\n".join(line.rstrip() for line in captured.get().split("\n")))

    def write(self, text: str) -> None:
        """Print text as it is, and a line end if it has none."""
        sys.stdout.write(text if text.endswith("\n") else text + "\n")

    def warn_of(self, *files: "Loaded[Any]") -> None:
        """Print what is odd about some scenarios to stderr, what is the same in several once."""
        from farmsim.report.messages import translate
        from farmsim.report.problems import render_problem

        told = ("\n".join(render_problem(problem, translate)) for one in files for problem in one.warnings)
        self.warn(dict.fromkeys(told))

    def warn(self, lines: Iterable[str]) -> None:
        """Print lines to stderr."""
        for line in lines:
            sys.stderr.write(line + "\n")


def presented(command: Callable[..., int]) -> Callable[..., int]:
    """The command with the shared options added; its first argument is the `screen` that they ask for."""

    @functools.wraps(command)
    def with_screen(**values: Any) -> int:
        chosen = [values.pop(name) for name, _kind, _default in SHARED]
        return command(make_screen(*chosen), **values)

    own = list(inspect.signature(command).parameters.values())[1:]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, kind, default in SHARED
    ]
    own = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    cast("Any", with_screen).__signature__ = inspect.Signature([*own, *added])
    with_screen.__annotations__ = {parameter.name: parameter.annotation for parameter in [*own, *added]}
    return with_screen


def make_screen(lang: str | None, ascii_only: bool, width: str | None, color: str) -> Screen:  # noqa: FBT001 (as given)
    """The screen that the display options ask for; the language was chosen when the program began."""
    if lang is not None and known_language(lang) is None:
        raise UsageError("unknown-choice", (("option", "--lang"), ("choices", "en, zh"), ("value", lang)))
    hue = choice("--color", color, ("auto", "always", "never"))
    cells = None if width is None else whole_number("--width", width, LEAST_WIDTH, MOST_WIDTH)
    return Screen(detect_look(sys.stdout, ascii_only=ascii_only, width=cells), cast("Color", hue))


def whole_number(option: str, text: str, low: int, high: int) -> int:
    """The number that an option was given, within its bounds."""
    try:
        value = int(text)
    except ValueError:
        raise UsageError("not-a-number", (("option", option), ("value", text))) from None
    if not low <= value <= high:
        bounds = (("low", f"{low:,}"), ("high", f"{high:,}"))
        raise UsageError("out-of-range", (("option", option), *bounds, ("value", text)))
    return value


def optional_number(option: str, text: str | None, low: int, high: int) -> int | None:
    """The whole number of an option that may be left out."""
    return None if text is None else whole_number(option, text, low, high)


def choice(option: str, text: str, choices: tuple[str, ...]) -> str:
    """The word that an option was given, which must be one of a few."""
    if text not in choices:
        listed = ", ".join(choices)
        raise UsageError("unknown-choice", (("option", option), ("choices", listed), ("value", text)))
    return text


def write_file(path: Path, text: str, *, mode: Literal["w", "x"] = "w") -> None:
    """Write a file as UTF-8 with its line ends as they are; a failure names the file."""
    try:
        with path.open(mode, encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise FileError(str(path), error.strerror or str(error)) from error
