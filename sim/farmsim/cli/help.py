"""The help texts: laid out by cell width, so that Chinese fits the screen, and translated when shown."""

import sys
from difflib import get_close_matches
from typing import Any

from typer.core import TyperCommand, TyperGroup

from farmsim.cli.faults import parameter_name
from farmsim.errors import UsageError
from farmsim.report.cells import cell_width, fit, pad, wrap
from farmsim.report.messages import mark
from farmsim.report.messages import translate as _
from farmsim.report.terminal import NARROW, terminal_width

DISPLAY = mark("Language and display")
"""Heading of the options that every command has."""

TYPERS_OWN = (
    mark("Show this message and exit."),
    mark("Install completion for the current shell."),
    mark("Show completion for the current shell, to copy it or customize the installation."),
    mark("Missing command."),
    mark("Aborted!"),
)
"""Texts of Typer that our catalogue translates."""

Pair = tuple[str, str]


class Command(TyperCommand):
    """A command with our help."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Usage, what it does, arguments, options."""
        formatter.write("\n".join(_help_lines(self, ctx)) + "\n")


class Commands(TyperGroup):
    """The group of all commands with our help, which names what may have been meant."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Usage, commands in the order of their work, options."""
        lines = _help_lines(self, ctx)
        commands = [(name, _short(_(command.help or ""))) for name, command in self.commands.items()]
        formatter.write("\n".join([*lines, "", _("Commands") + ":", *_pairs(commands)]) + "\n")

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 (signature of the base class)
        """Names in the order in which they are registered."""
        return list(self.commands)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the arguments begin with."""
        if (
            args
            and not args[0].startswith("-")
            and args[0] not in self.commands
            and not ctx.resilient_parsing
        ):
            meant = ", ".join(get_close_matches(args[0], list(self.commands), n=2))
            raise UsageError("unknown-command", (("name", args[0]), ("meant", meant)))
        return super().resolve_command(ctx, args)


def _help_lines(command: Any, ctx: Any) -> list[str]:
    """Usage, description and parameters of a command, in sections."""
    parameters = [p for p in command.get_params(ctx) if not getattr(p, "hidden", False)]
    arguments = [p for p in parameters if p.param_type_name == "argument"]
    options = [p for p in parameters if p.param_type_name == "option"]
    pieces = [parameter_name(p) if p.required else f"[{parameter_name(p)}]" for p in arguments]
    pieces += [_("COMMAND ...")] if isinstance(command, TyperGroup) else []
    lines = [_("Usage: {line}").format(line=" ".join([ctx.command_path, *pieces, _("[options]")])), ""]
    for paragraph in _(command.help or "").split("\n\n"):
        lines += [*wrap(" ".join(paragraph.split()), _width(), indent="  "), ""]
    shown = [o for o in options if getattr(o, "rich_help_panel", None) != DISPLAY]
    display = [o for o in options if o not in shown]
    for heading, members in ((_("Arguments"), arguments), (_("Options"), shown), (_(DISPLAY), display)):
        if members:
            lines += [heading + ":", *_pairs([_pair(member) for member in members]), ""]
    return lines[:-1]


def _pair(parameter: Any) -> Pair:
    """A parameter and its sentence."""
    text = _(parameter.help or "")
    if parameter.param_type_name == "argument":
        return parameter_name(parameter), text
    names = ", ".join(sorted(parameter.opts, key=len))
    takes_value = not parameter.is_flag and not parameter.count
    return f"{names} {parameter.metavar or 'TEXT'}" if takes_value else names, text


def _pairs(rows: list[Pair]) -> list[str]:
    """Two columns: names as wide as they need (up to a third of the screen), sentences beside them."""
    most = _width() // 3
    column = min(max((cell_width(name) for name, _text in rows), default=0), most) + 4
    lines = []
    for name, text in rows:
        first = pad(f"  {name}", column)
        if cell_width(name) > most:
            lines.append(first.rstrip())
            first = " " * column
        lines += wrap(text, _width(), indent=" " * column, first=first)
    return lines


def _short(text: str) -> str:
    """The first sentence of a description."""
    sentence = " ".join(text.split("\n\n", maxsplit=1)[0].split())
    for stop in (". ", "。"):
        sentence = sentence.split(stop, maxsplit=1)[0]
    return fit(sentence.rstrip(".。"), 2 * _width(), "...")


def _width() -> int:
    """Cells of a line of help."""
    return min(max(terminal_width(sys.stdout), 60) - 1, NARROW + 20)
