"""House rules that a reader relies on: short modules and functions, every parameter and metric described."""

import ast
import importlib
import pkgutil
import re
import subprocess
import typing
from pathlib import Path

import pytest
from pydantic import BaseModel

import farmsim
from farmsim.params import Label, Params
from farmsim.results.metrics import METRICS
from farmsim.results.network import TOTAL_METRICS
from farmsim.results.network_catalogue import CATALOGUES
from farmsim.scenario.network_schema import NetworkScenario
from farmsim.scenario.schema import Scenario

ROOT = Path(__file__).parents[1]
PACKAGE = Path(farmsim.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES, MOST_FUNCTION_LINES = 350, 60
LONG_MODULES = {
    "domain/channels.py": "the schema of five kinds of channel, one block after the other",
    "engine/consumers.py": "markets compiled once and played daily share one table of arrays",
}
LONG_FUNCTIONS = {
    ("engine/consumers.py", "_compile"): "fills the columns of one table, offer by offer",
    ("domain/matrix.py", "_build"): "writes one linear program, column by column",
    ("cli/sweep.py", "sweep"): "one line an option, of which there are thirty",
    ("cli/optimise.py", "optimise"): "one line an option, of which there are more than twenty",
}
TAGS = {"kind", "policy", "distribution"}


def short(path):
    return path.relative_to(PACKAGE).as_posix()


def length(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_module_is_long():
    too_long = {short(path): length(path) for path in MODULES if length(path) > MOST_LINES}
    assert set(too_long) <= set(LONG_MODULES), too_long


def test_no_function_is_long():
    too_long = {
        (short(path), name): lines
        for path in MODULES
        for name, lines in functions(path)
        if lines > MOST_FUNCTION_LINES
    }
    assert set(too_long) <= set(LONG_FUNCTIONS), too_long


def test_every_module_opens_with_what_it_is_about():
    for path in MODULES:
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), short(path)


def test_modules_are_named_for_a_subject():
    empty = {"utils", "util", "helpers", "helper", "common", "misc", "core", "tools"}
    names = {
        part for path in [*MODULES, *ROOT.glob("tests/**/*.py")] for part in (path.stem, path.parent.name)
    }
    assert not names & empty


def test_every_module_can_be_imported_on_its_own():
    for module in pkgutil.walk_packages([str(PACKAGE)], "farmsim."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def blocks():
    """Every block of parameters that a scenario can contain."""
    found, open_types = set(), [Scenario, NetworkScenario]
    while open_types:
        kind = open_types.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in found:
            found.add(kind)
            open_types += [field.annotation for field in kind.model_fields.values()]
        open_types += list(typing.get_args(kind))
    return sorted(found, key=lambda block: block.__name__)


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block.__name__)
def test_every_parameter_has_a_sentence(block):
    assert issubclass(block, Params)
    assert block.__doc__, "a block says what it is"
    if block is Label:
        return
    for name, field in block.model_fields.items():
        said = field.description
        assert name in TAGS or said, f"{block.__name__}.{name} has no description"


UNREAD: dict[str, str] = {}


def test_every_parameter_is_read_somewhere():
    text = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    unread = {
        f"{block.__name__}.{name}"
        for block in blocks()
        for name in block.model_fields
        if not re.search(rf"\.{name}\b|\b{name}=|\"{name}\"", text)
    }
    assert unread == set(UNREAD)


def test_every_metric_has_a_unit_and_a_definition():
    assert METRICS
    of_networks = [TOTAL_METRICS, *CATALOGUES.values()]
    for name, metric in (pair for table in (METRICS, *of_networks) for pair in table.items()):
        assert metric.name == name
        assert metric.unit, name
        assert metric.definition.endswith("."), name
        assert metric.definition[0].isupper(), name


def text_files():
    """Files under version control or on the way there; without a checkout there is nothing to look at."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and path.suffix != ".mo":
            yield name, path.read_bytes()


def test_no_file_names_a_place_on_somebody_s_machine():
    homes = ("/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/", "/wo" + "rk/", "C:" + "\\Users")
    pattern = re.compile("|".join(re.escape(home) + r"[A-Za-z0-9_.]" for home in homes).encode())
    assert [name for name, text in text_files() if pattern.search(text)] == []


def test_text_files_are_utf_8_with_unix_lines():
    for name, text in text_files():
        text.decode("utf-8")
        assert b"\r" not in text or name.endswith(".csv"), name
        assert not text or text.endswith(b"\n"), name
