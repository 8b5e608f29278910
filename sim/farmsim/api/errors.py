"""The errors of the Python interface, which word themselves in English: str() is what the user reads."""

from collections.abc import Iterator
from contextlib import contextmanager

from farmsim import errors
from farmsim.report.problems import render_problem, render_summary

SENTENCES = {
    "not-a-scenario": "A scenario is the name of a bundled one, a path, or what load gave, not {value}.",
    "not-a-setting": "set is a mapping of dotted keys to values, or a list of KEY=VALUE, not {value}.",
    "no-equals-sign": (
        "A setting needs KEY=VALUE, for example channels.taobao.sells.melon.price_per_kg=12, not {value}."
    ),
    "not-a-value": "{key} is set to {value}: a value is a number, text, true or false, a list or a mapping.",
    "not-a-number": "{option} must be a whole number, not {value}.",
    "not-a-share": "{option} must be a share such as 0.02, not {value}.",
    "out-of-range": "{option} must lie between {low} and {high}; {value} does not.",
    "unknown-metric": "There is no metric {name}.",
    "unknown-table": "There is no table {name} here; there are {names}.",
    "unknown-replication": "There is no replication {value}: {count} were played, from 0.",
    "metric-needed": (
        "precision needs precision_metric for a supply network, one of {names}, or PLACE.METRIC."
    ),
    "only-with": "{name} goes only with {option}.",
    "one-scenario": "compare needs two scenarios or more; the first is the baseline.",
    "mixed-kinds": (
        "{network} describes a supply network and {season} a season of counties: compare scenarios of one "
        "kind."
    ),
    "needs-season": (
        "{name} describes a supply network; this needs a season of counties, such as bachu-matrix."
    ),
    "no-season-part": "{name} is for seasons of counties, not for supply networks: leave it out.",
    "no-poverty-line": "There is a poverty line for {first} to {last}, not for {year}.",
    "no-library": "This table needs {name}, which is not installed: pip install {name}",
    "not-plain": "over, cases and design take plain numbers, texts, true or false: {why}.",
    "other-sweep": "{path} holds another sweep, of {name}: give another folder.",
    "other-versions": (
        "The sweep in {path} was begun with {name} {old}, this is {new}: numbers may differ. Begin anew in "
        "another folder, or give mixed=True."
    ),
    "no-scipy": "This design needs scipy, which is not installed: pip install 'farmsim[sweeps]'",
    "unguarded": (
        "Worker processes import the main script anew, and this script plays while it is being imported. Put "
        'what plays below a line\n\n    if __name__ == "__main__":\n\nor give workers=1.'
    ),
}
"""What is the matter, by key; faults of the command line have their own sentences."""


class ScenarioError(errors.ScenarioError):
    """A scenario file is invalid; `problems` are all that were found.

    str() shows each with its line, a caret and what would mend it, as `farmsim validate` does.
    """

    __module__ = "farmsim"

    def __str__(self) -> str:
        return problems_text(self.problems)


class UsageError(errors.UsageError):
    """A function was called in a way that cannot work; `key` names its sentence, `arguments` fill it."""

    __module__ = "farmsim"

    def __str__(self) -> str:
        if self.key not in SENTENCES:
            return super().__str__()
        arguments = dict(self.arguments)
        meant = arguments.pop("meant", "")
        text = SENTENCES[self.key].format(**arguments)
        return f"{text} Did you mean {meant}?" if meant else text


@contextmanager
def worded() -> Iterator[None]:
    """Errors of the inner layers leave the context as those above; other errors as they are."""
    try:
        yield
    except errors.ScenarioError as error:
        raise ScenarioError(error.problems) from None
    except errors.UsageError as error:
        raise UsageError(error.key, error.arguments) from None


def problems_text(problems: tuple[errors.Problem, ...]) -> str:
    """Every problem with its place and remedies, then how many there are; nothing where there is none."""
    if not problems:
        return ""
    lines = [line for problem in problems for line in [*render_problem(problem), ""]]
    worst = next((problem for problem in problems if not problem.is_warning), problems[0])
    summary = f"{render_summary(problems)}  More on a code: farmsim explain {worst.code}"
    return "\n".join([*lines, summary])
