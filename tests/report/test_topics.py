import pytest

from farmsim.domain import desk
from farmsim.errors import ScenarioError
from farmsim.report.scaffold import scaffold
from farmsim.report.topics import CASES, TOPICS, case_lines, topic_lines
from farmsim.scenario.load import load_scenario
from farmsim.scenario.problems import MESSAGES


@pytest.mark.parametrize("policy", [desk.Shares, desk.Priority, desk.Netback, desk.Matrix])
def test_policies_are_explained_as_the_desk_describes_them(policy):
    word = policy.model_fields["policy"].annotation.__args__[0]
    assert TOPICS[word][0] == policy.__doc__.split("\n\n")[0].strip()
    assert topic_lines(word)[0] == TOPICS[word][0]


@pytest.mark.parametrize("code", CASES)
def test_the_example_of_a_code_is_a_case_of_it(tmp_path, code):
    example = CASES[code].example
    key = example.split(":")[0].split("\N{FULLWIDTH COLON}")[0]
    key = {"horizon": "horizon_days", "horizon_dayz": "horizon_days"}.get(key, key)
    blocks = scaffold("bachu", "trader").split("\n\n")
    blocks = [b for b in blocks if not b.startswith(("sources:", f"{key}:"))]
    text = "\n\n".join(blocks)
    text = "\n".join(line for line in text.split("\n") if not line.startswith(f"{key}:"))
    file = tmp_path / "x.yaml"
    file.write_text(text + "\n" + example + "\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load_scenario(file)
    assert code in {problem.code for problem in error.value.problems}


def test_codes_have_cause_example_and_remedy_or_nothing():
    assert all(len(case_lines(code)) >= 3 for code in CASES)
    assert set(CASES) <= set(MESSAGES)
    assert case_lines("E001") == topic_lines("nothing") == []
