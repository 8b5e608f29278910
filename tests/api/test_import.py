"""`import farmsim` is cheap, and its names are those that it promises."""

import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import farmsim as fs

PACKAGE = Path(fs.__file__).parent


def loaded_after(code):
    """The modules that a new interpreter has after some code."""
    text = f"{code}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_the_import_loads_nothing_that_is_heavy():
    modules = loaded_after("import farmsim")
    heavy = {"numpy", "pydantic", "simpy", "rich", "typer", "pandas", "polars", "pyarrow", "yaml"}
    assert not modules & heavy
    assert not [name for name in modules if name.startswith("farmsim.")]


def test_playing_needs_no_library_of_tables():
    modules = loaded_after("import farmsim; farmsim.run('bachu-trader', replications=1).metrics")
    assert "farmsim.api.results" in modules
    assert not modules & {"pandas", "polars", "pyarrow"}


def test_every_name_that_is_promised_is_there():
    for name in fs.__all__:
        assert getattr(fs, name) is not None
        assert name in dir(fs)
    assert fs.__version__.count(".") >= 1


def test_a_name_that_does_not_exist_is_refused_as_python_does():
    with pytest.raises(AttributeError, match="has no attribute 'simulate'"):
        fs.simulate  # noqa: B018
    with pytest.raises(ImportError):
        exec("from farmsim import simulate")


def test_the_package_tells_type_checkers_that_it_is_typed():
    assert (PACKAGE / "py.typed").read_text() == ""


@pytest.mark.parametrize(
    "error",
    [
        fs.UsageError("one-scenario"),
        fs.UsageError("unknown-metric", (("name", "x"), ("meant", "y"))),
        fs.ScenarioError((fs.Problem("E022", "a.yaml", 1, 1, 2, (("key", "ab"),), (), "ab: 1"),)),
    ],
)
def test_errors_come_home_from_other_processes(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert isinstance(again, fs.FarmsimError)
