"""Runs the program and turns whatever ends it into one message and one exit code; never a traceback.

0 done, 1 an expectation failed, 2 wrong usage, 3 a file is invalid, 4 a file cannot be read or written,
5 internal error (a report file is named), 130 interrupted.
"""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

import contextlib
import os
import sys
from collections.abc import Sequence
from enum import IntEnum

from farmsim.cli.faults import from_typer, usage_text
from farmsim.errors import FileError, ScenarioError, UsageError
from farmsim.report.messages import translate as _
from farmsim.report.terminal import prepare_stream


class ExitCode(IntEnum):
    """How a command ended."""

    DONE = 0
    EXPECTATION_FAILED = 1
    USAGE = 2
    INVALID = 3
    FILE = 4
    INTERNAL = 5
    INTERRUPTED = 130


def guarded(arguments: Sequence[str]) -> int:
    """Run the command; every failure gets its message on stderr and its exit code."""
    prepare_stream(sys.stdout)
    prepare_stream(sys.stderr)
    try:
        code = _invoke(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence_stdout()
        return ExitCode.DONE
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except UsageError as error:
        _say(_("Error: {text}").format(text=usage_text(error)), _("Help: farmsim --help"))
        return ExitCode.USAGE
    except ScenarioError as error:
        return _invalid(error)
    except (FileError, OSError) as error:
        _say(_("Error: {text}").format(text=file_text(error)))
        return ExitCode.FILE
    except Exception as error:  # noqa: BLE001 (the last resort of the program)
        return _internal(error, arguments)
    if code == ExitCode.INTERRUPTED:
        _say(_("Interrupted."))
    return code


def file_text(error: FileError | OSError) -> str:
    """Which file, and what is the matter with it."""
    if isinstance(error, FileError):
        meant = ", ".join(getattr(error, "candidates", ()))
        text = f"{error.path}: {_(error.reason)}"
        return _("{text} Did you mean {meant}?").format(text=text + _("."), meant=meant) if meant else text
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason


def _invoke(arguments: Sequence[str]) -> int:
    """Hand the arguments to Typer; its complaints become ours."""
    import typer

    from farmsim.cli.app import app

    command = typer.main.get_command(app)
    try:
        code = command.main(args=list(arguments), prog_name="farmsim", standalone_mode=False)
    except typer.Abort as error:
        raise KeyboardInterrupt from error
    except Exception as error:
        if hasattr(error, "format_message") and hasattr(error, "exit_code"):
            raise from_typer(error) from error
        raise
    return int(code or 0)


def _invalid(error: ScenarioError) -> int:
    """Every problem of an invalid file, on stderr."""
    from farmsim.report.file_screens import problem_lines

    _say(*problem_lines(error.problems))
    return ExitCode.INVALID


def _internal(error: Exception, arguments: Sequence[str]) -> int:
    """Write down what happened and say where; the user gets no traceback."""
    import platform
    import tempfile
    import traceback
    from importlib.metadata import version

    lines = [
        f"farmsim {version('farmsim')}, Python {platform.python_version()}, {platform.platform()}",
        f"arguments: {list(arguments)!r}",
        *traceback.format_exception(error),
    ]
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix="farmsim-error-", suffix=".txt", delete=False
    ) as report:
        report.write("\n".join(lines))
    _say(
        _("Internal error: {kind}. This is a fault of farmsim, not yours.").format(kind=type(error).__name__),
        _("A report was written to {path}; please send it with your scenario file.").format(path=report.name),
    )
    return ExitCode.INTERNAL


def _say(*lines: str) -> None:
    """Lines on stderr, whatever state it is in."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write("\n".join(lines) + "\n")


def _silence_stdout() -> None:
    """The reader of our output has gone: send what is left nowhere, so that the exit stays quiet."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
