"""The examples of PYTHON.md do what the page says."""

import doctest
import re
from pathlib import Path

import farmsim as fs

PAGE = Path(__file__).parents[2] / "sim" / "PYTHON.md"
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


def test_the_examples_of_the_page_give_what_it_shows():
    blocks = [block for block in BLOCK.findall(PAGE.read_text("utf-8")) if block.startswith(">>>")]
    test = doctest.DocTestParser().get_doctest("".join(blocks), {}, PAGE.name, str(PAGE), 0)
    told: list[str] = []
    outcome = doctest.DocTestRunner().run(test, out=told.append)
    assert outcome.attempted >= 20
    assert outcome.failed == 0, "".join(told)


def test_the_page_names_every_table_and_error():
    text = PAGE.read_text("utf-8")
    season = fs.run("bachu-trader", replications=1)
    network = fs.run("melon-network", replications=1)
    for name in {**season.tables, **network.tables}:
        if not name.endswith("_replications"):
            assert f"`{name}`" in text, name
    for name in ("ScenarioError", "FileError", "UsageError", "FarmsimError"):
        assert f"`fs.{name}`" in text
