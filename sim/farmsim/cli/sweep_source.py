"""Which sweep a command line means: a file, a scenario that is varied, or one that was begun."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

from pathlib import Path
from typing import TYPE_CHECKING

from farmsim.cli.shared import optional_number
from farmsim.cli.sweep_options import DESIGNS, MOST_POINTS
from farmsim.errors import UsageError

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.plan import Wishes
    from farmsim.scenario.sweeps.load import SweepSource
    from farmsim.scenario.sweeps.schema import Value


def chosen_design(name: str | None, points: str | None) -> "dict[str, Value] | None":
    """The design that was chosen on the command line."""
    if name is None:
        if points is not None:
            raise UsageError("only-with", (("name", "--points"), ("option", "--design")))
        return None
    from farmsim.scenario.sweeps.rules import full_name

    method = full_name(name)
    if method not in DESIGNS:
        told = (("option", "--design"), ("choices", ", ".join(DESIGNS)), ("value", name))
        raise UsageError("unknown-choice", told)
    design: dict[str, Value] = {"method": method}
    number = optional_number("--points", points, 2, MOST_POINTS)
    if method in {"latin-hypercube", "sobol", "saltelli"}:
        design["points"] = 64 if number is None else number
    elif method == "morris" and number is not None:
        design["trajectories"] = number
    elif number is not None:
        raise UsageError("not-with", (("name", "--points"), ("option", f"--design {method}")))
    return design


def found_sweep(
    source: str | None,
    over: list[str],
    design: "dict[str, Value] | None",
    wishes: "Wishes",
    *,
    resume: bool,
) -> "tuple[SweepSource, Wishes, Path | None]":
    """The sweep that is meant, what was wished of it, and its folder if it was begun there."""
    from farmsim.scenario.catalogue import bundled_sweep
    from farmsim.scenario.sweeps.load import is_sweep_file, quick_sweep, read_sweep

    if source is None or (not over and Path(source).is_dir()):
        from farmsim.experiment.sweeps.begun import newest_sweep, taken_up

        if source is None and not resume:
            raise UsageError("missing-argument", (("name", "FILE|SCENARIO|FOLDER"),))
        folder = newest_sweep() if source is None else Path(source)
        return *taken_up(folder, wishes), folder
    if over:
        return quick_sweep(source, over, design), wishes, None
    if design is not None:
        raise UsageError("only-with", (("name", "--design"), ("option", "--over")))
    bundled = None if Path(source).exists() else bundled_sweep(source)
    if bundled is not None:
        return read_sweep(bundled, bundled.name), wishes, None
    if is_sweep_file(source) or not _is_scenario(source):
        return read_sweep(source), wishes, None
    raise UsageError("nothing-varied", (("name", source),))


def _is_scenario(source: str) -> bool:
    """Whether a name is that of a bundled scenario, or of a file that describes one."""
    from farmsim.scenario.catalogue import bundled_scenario

    if bundled_scenario(source) is not None:
        return True
    path = Path(source)
    return path.is_file() and any(
        line.startswith(("channels:", "network:", "counties:", "extends:"))
        for line in path.read_text("utf-8", "replace").splitlines()
    )
