"""The command line: reads arguments, calls, prints. Decides nothing."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name; the exit code.

    The language is chosen before anything that words itself at import is loaded.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)

    from farmsim.report.messages import choose_language, use_language

    use_language(choose_language(given, os.environ))

    from farmsim.cli.guard import guarded

    return guarded(given)
