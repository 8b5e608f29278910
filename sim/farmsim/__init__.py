"""farmsim: a farm-produce marketplace simulator.

The names below are the Python interface, described in PYTHON.md; each is imported when it is first used, so
that `import farmsim` costs nothing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from farmsim.api.comparison import Comparison
    from farmsim.api.errors import ScenarioError, UsageError
    from farmsim.api.figures import Difference, Figure
    from farmsim.api.frames import Table
    from farmsim.api.playing import compare, run
    from farmsim.api.results import Result
    from farmsim.api.scenarios import Problems, Scenario, load, validate
    from farmsim.api.sweeping import open_sweep, sweep
    from farmsim.api.sweeps import Sweep
    from farmsim.errors import FarmsimError, FileError, Problem

    __version__: str

_HOMES = {
    "Comparison": "farmsim.api.comparison",
    "Difference": "farmsim.api.figures",
    "FarmsimError": "farmsim.errors",
    "Figure": "farmsim.api.figures",
    "FileError": "farmsim.errors",
    "Problem": "farmsim.errors",
    "Problems": "farmsim.api.scenarios",
    "Result": "farmsim.api.results",
    "Scenario": "farmsim.api.scenarios",
    "ScenarioError": "farmsim.api.errors",
    "Sweep": "farmsim.api.sweeps",
    "Table": "farmsim.api.frames",
    "UsageError": "farmsim.api.errors",
    "compare": "farmsim.api.playing",
    "load": "farmsim.api.scenarios",
    "open_sweep": "farmsim.api.sweeping",
    "run": "farmsim.api.playing",
    "sweep": "farmsim.api.sweeping",
    "validate": "farmsim.api.scenarios",
}
"""The module that each name comes from."""

__all__ = [
    "Comparison",
    "Difference",
    "FarmsimError",
    "Figure",
    "FileError",
    "Problem",
    "Problems",
    "Result",
    "Scenario",
    "ScenarioError",
    "Sweep",
    "Table",
    "UsageError",
    "__version__",
    "compare",
    "load",
    "open_sweep",
    "run",
    "sweep",
    "validate",
]


def __getattr__(name: str) -> object:
    """A name of the interface, which is kept once it has been imported."""
    value: object
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 (so that the import stays cheap)

        value = version("farmsim")
    elif name in _HOMES:
        from importlib import import_module  # noqa: PLC0415

        value = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """What completion offers."""
    return sorted({*globals(), *__all__})
