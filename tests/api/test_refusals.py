"""What the interface refuses, and how it says so."""

import datetime as dt
import re
import string
from pathlib import Path

import numpy as np
import pytest

import farmsim as fs
from farmsim import errors
from farmsim.api.errors import SENTENCES, worded
from farmsim.api.scenarios import setting_texts
from farmsim.cli import main

API = Path(fs.__file__).parent / "api"


def test_a_scenario_error_says_what_the_command_line_says(tmp_path, capsys):
    path = tmp_path / "mine.yaml"
    path.write_text("name: x\nhorizn_days: 3\nextends: bachu-trader\nstart: soon\n", encoding="utf-8")
    assert main(["validate", str(path)]) == 3
    told = capsys.readouterr().out
    with pytest.raises(fs.ScenarioError) as caught:
        fs.load(path)
    assert str(caught.value) == told.rstrip("\n")
    assert "^^^^" in str(caught.value)
    found = fs.validate(path)
    assert tuple(found) == caught.value.problems
    assert str(found) == repr(found) == str(caught.value)
    assert not found.is_valid
    assert found.headline.startswith("error[E0")


def test_an_error_keeps_its_type_for_those_who_catch_the_inner_one():
    with pytest.raises(errors.ScenarioError):
        fs.load("bachu-trader", set={"horizon_days": -1})
    with pytest.raises(errors.UsageError):
        fs.compare("bachu-trader")


def test_inner_errors_of_usage_are_worded():
    with pytest.raises(fs.UsageError, match="needs a season of counties"), worded():
        raise errors.UsageError("needs-season", (("name", "melon-network"),))
    assert str(fs.UsageError("strange", (("a", "b"),))) == "strange: a=b"


def test_a_file_that_is_not_there_is_named_with_near_names():
    with pytest.raises(fs.FileError, match='did you mean "bachu-trader"') as caught:
        fs.load("bachu-trade")
    assert caught.value.path == "bachu-trade"
    with pytest.raises(fs.FileError):
        fs.validate("bachu-trade")


def test_a_valid_file_has_no_problems():
    found = fs.validate("bachu-trader")
    assert found == ()
    assert found.is_valid
    assert str(found) == "no problems"


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: fs.run("bachu-trader", replications="3"), "replications must be a whole number, not '3'."),
        (lambda: fs.run("bachu-trader", replications=2.5), "replications must be a whole number, not 2.5."),
        (lambda: fs.run("bachu-trader", replications=True), "replications must be a whole number, not True."),
        (lambda: fs.run("bachu-trader", replications=0), "between 1 and 100,000; 0 does not."),
        (lambda: fs.run("bachu-trader", random_seed=-1), "random_seed must lie between 0 and"),
        (lambda: fs.run("bachu-trader", workers=0), "workers must lie between 1 and 256; 0 does not."),
        (lambda: fs.run("bachu-trader", precision=2), "between 0.0001 and 0.5; 2 does not."),
        (lambda: fs.run("bachu-trader", precision=float("nan")), "nan does not."),
        (lambda: fs.run("bachu-trader", precision="2%"), "a share such as 0.02, not '2%'."),
        (lambda: fs.run("bachu-trader", precision=0.1, replications=1), "must lie between 2 and"),
        (lambda: fs.run("bachu-trader", precision_metric="gini"), "goes only with precision."),
        (lambda: fs.run("bachu-trader", precision=0.1, precision_metric="ginni"), "Did you mean gini?"),
        (lambda: fs.run("melon-network", precision=0.1), "precision needs precision_metric"),
        (lambda: fs.run("melon-network", precision=0.1, precision_metric="profits"), "no metric profits"),
        (lambda: fs.compare("bachu-trader"), "compare needs two scenarios or more"),
        (lambda: fs.compare("bachu-trader", "melon-network"), "compare scenarios of one kind."),
        (lambda: fs.compare("melon-network", "melon-network", precision=0.1), "leave it out."),
        (lambda: fs.run(3), "not 3."),
        (lambda: fs.load("bachu-trader", set="a=1"), "not 'a=1'."),
        (lambda: fs.load("bachu-trader", set=3), "not 3."),
        (lambda: fs.load("bachu-trader", set=["a"]), "needs KEY=VALUE"),
        (lambda: fs.load("bachu-trader", set=["=1"]), "needs KEY=VALUE"),
        (lambda: fs.load("bachu-trader", set=[3]), "needs KEY=VALUE"),
        (lambda: fs.load("bachu-trader", set={"a=b": 1}), "needs KEY=VALUE"),
        (lambda: fs.load("bachu-trader", set={" ": 1}), "needs KEY=VALUE"),
        (lambda: fs.load("bachu-trader", set={"start": object()}), "start is set to <object"),
    ],
)
def test_wrong_arguments_are_refused_in_words(call, says):
    with pytest.raises(fs.UsageError) as caught:
        call()
    assert says in str(caught.value)


def test_numbers_of_numpy_are_numbers():
    result = fs.run("bachu-trader", replications=np.int64(2), random_seed=np.int32(5), workers=1)
    assert (result.replications, result.random_seed) == (2, 5)


def test_settings_are_written_as_the_loader_reads_them():
    given = {
        "start": dt.date(2018, 7, 1),
        "a": 'say "x: y"',
        "b": True,
        "c": None,
        "d": np.float64(1.5),
        "e": [np.int64(2), (3, 4)],
        "f": {"g": dt.date(2018, 7, 2)},
        "h": np.array([1, 2]),
    }
    assert setting_texts(given) == (
        "start=2018-07-01",
        'a="say \\"x: y\\""',
        "b=true",
        "c=null",
        "d=1.5",
        "e=[2, [3, 4]]",
        'f={"g": "2018-07-02"}',
        "h=[1, 2]",
    )


def test_a_setting_that_is_not_finite_is_a_problem_of_the_scenario():
    with pytest.raises(fs.ScenarioError, match="E018"):
        fs.load("bachu-trader", set={"horizon_days": float("nan")})


def test_settings_reach_the_scenario_and_can_be_laid_over_each_other():
    name = 'quotes "and" \\ 瓜'
    scenario = fs.load("bachu-trader", set={"name": name, "horizon_days": 50, "start": dt.date(2018, 7, 1)})
    assert scenario.parameters.name == name
    assert scenario.parameters.start == dt.date(2018, 7, 1)
    later = scenario.changed(["horizon_days=40"], name="later")
    assert (later.parameters.horizon_days, scenario.parameters.horizon_days) == (40, 50)
    assert later.parameters.name == name
    assert (later.name, scenario.name) == ("later", "bachu-trader")
    assert later.settings == (*scenario.settings, "horizon_days=40")
    assert later.digest != scenario.digest
    assert later.data["horizon_days"] == 40


def test_unknown_figures_say_what_may_have_been_meant():
    result = fs.run("bachu-trader", replications=1)
    with pytest.raises(KeyError, match="did you mean sold_kg"):
        result.metrics["soldkg"]
    with pytest.raises(KeyError, match="there are trader"):
        result.channels["zzz"]
    with pytest.raises(KeyError, match="a season of counties has no sites"):
        result.sites["x"]
    assert result.metrics.get("soldkg") is None
    assert len(result.sites) == 0
    with pytest.raises(fs.UsageError, match=r"no metric soldkg\. Did you mean sold_kg"):
        result.values("soldkg")


def test_every_sentence_is_used_and_every_fault_has_one():
    raised = set()
    for path in API.glob("*.py"):
        raised |= set(re.findall(r"UsageError\(\s*\"([a-z-]+)\"", path.read_text("utf-8")))
    assert raised
    assert raised <= set(SENTENCES)
    inner = {"needs-season", "no-poverty-line", "no-scipy", "other-sweep", "other-versions"}
    assert set(SENTENCES) - raised == inner, "those of the inner layers"
    for key, sentence in SENTENCES.items():
        filled = {name: "x" for _, name, _, _ in string.Formatter().parse(sentence) if name}
        assert str(fs.UsageError(key, tuple(filled.items()))) == sentence.format(**filled)
