"""What a user sees: messages, carets below wide characters, remedies, and all of it for every code."""

import ast
import inspect
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import farmsim.scenario
from farmsim.errors import Problem
from farmsim.report.problems import cell_width, render_problem, render_summary, wrapped
from farmsim.scenario.problems import MESSAGES, REMEDIES, WORDS, remedies, visible, word
from scenario.scenario_files import good, problems_of
from scenario.small_market import GOOD
from scenario.test_load import TEN_WRONG_FILES


def screen(problem, **options):
    return "\n".join(render_problem(problem, **options))


def test_a_problem_is_shown_with_place_caret_and_remedy(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    problem = problems_of(Path(), good(("horizon_days", "horizon_dys")))[0]
    assert screen(problem) == (
        'error[E022]: unknown key "horizon_dys"\n'
        "  --> mine.yaml:4:1\n"
        " 4 | horizon_dys: 75\n"
        "   | ^^^^^^^^^^^\n"
        '   = did you mean "horizon_days"?'
    ).replace("   = did", "  = did")


def test_carets_stand_below_wide_characters(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = good(("use: melon", "label: {en: x, zh: 巴楚留香瓜}, shelf_life: 9"))
    lines = render_problem(problems_of(Path(), text)[0])
    assert lines[0] == 'error[E014]: "shelf_life" needs its unit'
    assert cell_width(lines[2][: lines[2].index("shelf_life")]) == cell_width(lines[3][: lines[3].index("^")])
    assert lines[3].count("^") == len("shelf_life")
    problem = problems_of(Path(), good(("horizon_days: 75", "horizon_days: ７５")))[0]
    assert render_problem(problem)[3].count("^") == 4, "two characters, two cells each"


def test_a_warning_is_called_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    problem = problems_of(Path(), good(("price_per_kg: 20", "price_per_jin: 10")))[0]
    assert screen(problem) == (
        "warning[W031]: price_per_jin: price given per jin (500 g)\n"
        "   --> mine.yaml:13:51\n"
        " 13 |   taobao: {use: taobao, sells: {melon: {grade: a, price_per_jin: 10}}}\n"
        "    |                                                   ^^^^^^^^^^^^^\n"
        "   = read as price_per_kg: 20"
    )


def test_an_override_is_shown_as_a_file_of_its_own(tmp_path):
    problem = problems_of(tmp_path, GOOD, "desk.polcy=x")[0]
    assert screen(problem).split("\n")[1:4] == ["  --> --set:1:6", " 1 | desk.polcy=x", "   |      ^^^^^"]


def test_a_problem_of_a_whole_file_has_no_source_line():
    assert render_problem(Problem("E001", "mine.yaml", 1, 1, 1)) == [
        "error[E001]: the file is empty",
        "  --> mine.yaml:1:1",
    ]


def test_the_summary_counts_errors_and_warnings():
    error, warning = Problem("E001", "a", 1, 1, 1), Problem("W031", "a", 1, 1, 1)
    assert render_summary([error, error, error, warning]) == "3 errors, 1 warning."
    assert render_summary([error]) == "1 error."
    assert render_summary([warning, warning]) == "2 warnings."
    assert render_summary([]) == "0 errors."


def test_messages_and_words_are_translated():
    def translate(text):
        assert text, "an empty text must not be looked up"
        return {
            'full-width {what} "{character}" ({codepoint})': "全角{what} {character}",
            "colon": "冒号",
            "error": "错误",
        }.get(text, text)

    problem = Problem("E003", "a", 1, 1, 1, (("what", "colon"), ("character", "："), ("codepoint", "x")))
    assert render_problem(problem, translate)[0] == "错误[E003]: 全角冒号 ："


def test_no_input_can_steer_the_terminal():
    problem = Problem(
        "E022", "a\x1b[2J.yaml", 1, 3, 2, (("key", "\x1b[31mred\u202e"),), (), "a \x1b[31m\tb\u202e\x9b"
    )
    text = screen(problem)
    assert all(visible(line) == line for line in text.split("\n"))
    assert "\x1b" not in text
    assert "\u202e" not in text


@given(st.text("ab 巴，\t\x1b", max_size=200), st.integers(1, 250), st.integers(1, 300), st.integers(20, 100))
def test_source_lines_fit_the_width(line, column, length, width):
    problem = Problem("E022", "a", 123, column, length, (("key", "x"),), (), line)
    for shown in render_problem(problem, width=width):
        assert cell_width(shown) <= max(width, len('error[E022]: unknown key "x"'))


def test_long_sentences_are_wrapped_at_spaces_and_between_chinese_characters():
    assert wrapped("one two three", 7, indent=1) == ["one two", " three"]
    assert wrapped("全角冒号应改为英文", 8) == ["全角冒号", "应改为英", "文"]
    assert wrapped("x" * 30, 8) == ["x" * 30]


def placeholders(template):
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def calls_that_make_problems():
    """The loader's calls whose arguments fill a message or remedy: (table, key, names given, where)."""
    folder = Path(inspect.getfile(farmsim.scenario)).parent
    for file in sorted(folder.glob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or any(keyword.arg is None for keyword in call.keywords):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            texts = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            given_names = {keyword.arg for keyword in call.keywords}
            if name in {"problem", "_report"} and texts:
                yield MESSAGES, texts[0], given_names, f"{file.name}:{call.lineno}"
            elif name == "remedy" and texts:
                yield REMEDIES, texts[0], given_names, f"{file.name}:{call.lineno}"


def test_every_problem_that_is_made_has_a_message_and_fills_it():
    calls = list(calls_that_make_problems())
    assert len(calls) > 50
    for table, key, given_names, where in calls:
        assert key in table, f"{where}: {key} has no text"
        assert placeholders(table[key]) <= given_names, f"{where}: {key} is not filled"


@pytest.mark.parametrize("case", TEN_WRONG_FILES)
def test_every_wrong_file_gives_a_complete_screen(tmp_path, case):
    for problem in problems_of(tmp_path, TEN_WRONG_FILES[case][0]):
        assert "{" not in word(problem).replace("{source", "")
        assert all(remedies(problem))
        assert all(cell_width(line) <= 80 or "-->" in line for line in render_problem(problem))


def test_codes_remedies_and_words_are_well_formed():
    assert all(len(code) == 4 and code[0] in "EW" and code[1:].isdigit() for code in MESSAGES)
    assert list(MESSAGES) == sorted(MESSAGES, key=lambda code: (code[0], code))
    assert len(WORDS) == len(set(WORDS))
    for template in (*MESSAGES.values(), *REMEDIES.values()):
        assert template.format_map(dict.fromkeys(placeholders(template), "x"))
