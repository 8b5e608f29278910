"""Full-width characters and their kind: found where they matter, left alone where they are text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmsim.scenario.prescan import prescan, repaired_text
from farmsim.scenario.text import decode
from scenario.scenario_files import complaints, good


def scanned(text):
    problems = []
    document = decode(text.encode(), "mine.yaml", problems)
    assert document is not None
    return prescan(document, problems), problems


@pytest.mark.parametrize(
    ("text", "expected", "repaired"),
    [
        ("price：12", ["E003 1:6"], "price: 12"),
        ("price： 12", ["E003 1:6"], "price: 12"),
        ("a: １２", ["E003 1:4"], "a: 12"),
        ("a: ＡＢ", ["E003 1:4"], "a: AB"),
        ("a: “x”", ["E003 1:4", "E003 1:6"], 'a: "x"'),
        ("a: “巴楚”", ["E003 1:4", "E003 1:7"], 'a: "巴楚"'),
        ("a: 「x」", ["E003 1:4", "E003 1:6"], 'a: "x"'),
        ("a: ｛b: 1｝", ["E003 1:4", "E003 1:9"], "a: {b: 1}"),
        ("a: {b: 1，c: 2}", ["E003 1:9"], "a: {b: 1, c: 2}"),
        ("a: {b：1}", ["E003 1:6"], "a: {b: 1}"),
        ("taobao：{use: taobao}", ["E003 1:7"], "taobao: {use: taobao}"),
        ("a: −5", ["E003 1:4"], "a: -5"),
        ("a（b）: 1", ["E003 1:2", "E003 1:4"], "a(b): 1"),
        ("- 名称：巴楚", ["E003 1:5"], "- 名称: 巴楚"),
        ("a: 1\n\u3000\u3000b: 1", ["E005 2:1", "E005 2:2"], "a: 1\n    b: 1"),
        ("a: 1\n\u00a0b: 2", ["E005 2:1"], "a: 1\n b: 2"),
        ("a:\u00a01", ["E005 1:3"], "a: 1"),
        ("a:\n\t\tb: 1", ["E006 2:1"], "a:\n    b: 1"),
        ("a: 1,000", ["E009 1:4"], "a: 1000"),
        ("a: 12,345.5  # x", ["E009 1:4"], "a: 12345.5  # x"),
        ("a: {b: 1,000, c: 2,500}", ["E009 1:8", "E009 1:18"], "a: {b: 1000, c: 2500}"),
        ("zh: |\n  线：\nb：2", ["E003 3:2"], "zh: |\n  线：\nb: 2"),
        ("a: '线：\n  下：'\nb：1", ["E003 3:2"], "a: '线：\n  下：'\nb: 1"),
        ("- a: |\n    x：\n  b：1", ["E003 3:4"], "- a: |\n    x：\n  b: 1"),
    ],
)
def test_a_wrong_character_is_found_and_can_be_put_right(text, expected, repaired):
    document, problems = scanned(text)
    assert [f"{p.code} {p.line}:{p.column}" for p in problems] == expected
    assert document.text == repaired
    assert repaired_text(document) == repaired


@pytest.mark.parametrize(
    "text",
    [
        "zh: 巴楚留香瓜",
        "zh: 线上，线下",
        "zh: 提示：晚上，好；吗？",
        "zh: 提示，\n  然后：好",
        "zh: 巴楚（留香瓜）",
        "l: {en: a, zh: 巴楚（瓜）、梨}",
        'zh: "线上：，１２\u3000"  # 注：x',
        "# 注：好，\u3000\n#\t x\nname: x",
        "zh: >-\n  线上：，\n\n  １２\nname: x",
        "note: the “best” one",
        "note: farmer’s choice",
        "zh: 所谓“电商”",
        "zh: “线上”和“线下”",
        "a: [100,200]",
        "a: {b: 1, 200: 3}",
        "note: 1,000 households",
        "- 线上，线下",
    ],
)
def test_text_is_left_alone(text):
    document, problems = scanned(text)
    assert problems == []
    assert document.text == text


def test_a_full_width_comma_in_braces_is_reported_even_in_chinese_text():
    document, problems = scanned("l: {zh: 线上，线下}")
    assert [(p.code, p.column) for p in problems] == [("E003", 11)]
    assert [key for key, _ in problems[0].remedies] == ["write-character", "quote-value"]
    assert document.text == "l: {zh: 线上，线下}", "it may be text, so it is not split"


def test_the_remedy_is_the_right_character():
    _, problems = scanned("price：12")
    assert problems[0].arguments == (("what", "colon"), ("character", "："), ("codepoint", "U+FF1A"))
    assert problems[0].remedies == (("colon-and-space", (("right", ":"),)),)


def test_problems_behind_a_wrong_character_are_found_too_and_in_the_right_column(tmp_path):
    text = good(
        ("desk: {policy: matrix}", "desk：{policy: matrix，x: 1}"), ("horizon_days: 75", "horizon_dys: ７５")
    )
    assert complaints(tmp_path, text) == ["E022 4:1", "E003 4:14", "E003 15:5", "E003 15:21", "E022 15:22"]


@given(st.text("a1:：，,“”'\"{}[]|# \t\n\u3000巴-", max_size=40))
def test_every_repair_keeps_the_way_back_to_the_written_columns(text):
    document, problems = scanned(text)
    for number, line in enumerate(document.text.split("\n")):
        columns = [document.mark(number, column).column for column in range(len(line))]
        assert columns == sorted(columns)
        assert all(1 <= column <= len(document.lines[number]) for column in columns)
    assert bool(problems) or document.text == text
