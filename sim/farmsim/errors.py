"""What farmsim raises for faults that a user can cause.

Each error passes its arguments unchanged to the base
class and words itself in `__str__`, so that it survives the way home from a worker process.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of an input file: where it is, what it is, what would mend it.

    `line` and `column` count from 1; `width` is the number of characters that the caret marks. `code` is the
    stable code (`E021`, warnings `W031`); `arguments` fill the message of that code in either language.
    """

    code: str
    file: str
    line: int
    column: int
    width: int
    arguments: tuple[tuple[str, str], ...] = ()
    remedies: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    source_line: str = ""

    @property
    def is_warning(self) -> bool:
        """Whether the input can be used all the same."""
        return self.code.startswith("W")


class FarmsimError(Exception):
    """Base of all errors whose cause a user can mend."""


class ScenarioError(FarmsimError):
    """A scenario file is invalid; carries every problem that was found (exit code 3)."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(
            f"{p.file}:{p.line}:{p.column}: {p.code} " + ", ".join(f"{k}={v}" for k, v in p.arguments)
            for p in self.problems
        )


class FileError(FarmsimError):
    """A file cannot be read or written (exit code 4)."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class UsageError(FarmsimError):
    """The command was called in a way that cannot work (exit code 2); `key` names its message."""

    def __init__(self, key: str, arguments: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(key, arguments)
        self.key = key
        self.arguments = arguments

    def __str__(self) -> str:
        return self.key + ": " + ", ".join(f"{k}={v}" for k, v in self.arguments)
