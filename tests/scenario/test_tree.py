"""Text to tree: values by YAML 1.2, places, and everything that is refused."""

import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from farmsim.scenario import tree as tree_module
from farmsim.scenario.nodes import ListNode, MapNode, Scalar, number_of
from scenario.scenario_files import data_of, spot, tree_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-3", -3),
        ("+3", 3),
        ("0", 0),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("0x1f", 31),
        ("0o17", 15),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("2018-07-10", "2018-07-10"),
        ("12 CNY/kg", "12 CNY/kg"),
        ("'yes'", "yes"),
        ('"0123"', "0123"),
        ("巴楚留香瓜", "巴楚留香瓜"),
        ("n", "n"),
    ],
)
def test_plain_values_follow_the_yaml_1_2_core_rules(text, value):
    result = data_of(f"a: {text}\n")["a"]
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    "text", ["yes", "No", "ON", "off", "0123", "-01.5", "12:30", "1:20:30", "0b101", "1_000", "000"]
)
def test_a_spelling_that_readers_take_differently_is_refused(text):
    _, problems = tree_of(f"a: {text}\n")
    assert [spot(problem) for problem in problems] == ["E017 1:4"]
    assert "quote-text" in [key for key, _ in problems[0].remedies]


@pytest.mark.parametrize(
    "text", [".nan", ".NaN", "nan", "-.inf", "inf", "Infinity", "1e999", "1e-999", "9" * 19]
)
def test_a_number_that_no_run_can_use_is_refused(text):
    _, problems = tree_of(f"a: {text}\n")
    assert [spot(problem) for problem in problems] == ["E018 1:4"]


def test_every_key_and_value_knows_its_place():
    node, _ = tree_of("# 巴楚\nzh: 巴楚 x\nb:\n  - {c: 12, 'd': \"e\"}\n")
    assert isinstance(node, MapNode)
    assert node.entries["zh"].node.mark[1:] == (2, 5, 4)
    items = node.child("b")
    assert isinstance(items, ListNode)
    inner = items.items[0]
    assert isinstance(inner, MapNode)
    assert inner.entries["c"].key[1:] == (4, 6, 1)
    assert inner.entries["c"].node.mark[1:] == (4, 9, 2)
    assert inner.entries["d"].node.mark[1:] == (4, 18, 3)


def test_a_value_of_several_lines_is_marked_to_the_end_of_its_first():
    node, _ = tree_of("a: one\n  two\nb: |\n  three\n")
    assert isinstance(node, MapNode)
    assert node.entries["a"].node.mark[1:] == (1, 4, 3)
    assert node.entries["b"].node.mark[1:] == (3, 4, 1)


def test_numbers_as_keys_are_text():
    assert data_of("1: x\n2018: y\nyes: z\n") == {"1": "x", "2018": "y", "yes": "z"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", ["E011 3:1"]),
        ("a: &x 1\nb: *x\n", ["E012 1:4", "E012 2:4"]),
        ("a: !!python/object/apply:os.system [x]\n", ["E013 1:4"]),
        ("<<: {a: 1}\n", ["E015 1:1"]),
        ("a: 1\n---\nb: 1\n", ["E016 2:1"]),
        ("null: 1\n", ["E020 1:1"]),
        ("true: 1\n", ["E020 1:1"]),
        ("? [a]\n: 1\nb: yes\n", ["E020 1:3", "E017 3:4"]),
        ("{a: 1}: 1\n", ["E020 1:1"]),
        ('"": 1\n', ["E020 1:1"]),
        ("*x : 1\n", ["E012 1:1"]),
        ('a: "\\0"\n', ["E007 1:4"]),
        ('a: "\\u202e"\n', ["E007 1:4"]),
        ("a: {b: 1\n", ["E010 1:4"]),
        ("a: 'b\n", ["E010 1:4"]),
        ("a: 1\n  b: 2\n", ["E010 2:4"]),
        ("a: 1\nb:2\nc: 3\n", ["E010 2:1"]),
        ("a: @b\n", ["E010 1:4"]),
        ('a: "\\q"\n', ["E010 1:5"]),
        ("a: - b\n", ["E010 1:4"]),
        ("a:\n  - 1\n - 2\n", ["E010 3:2"]),
        ("a: ]\n", ["E010 1:4"]),
    ],
)
def test_what_the_subset_leaves_out_is_refused_where_it_stands(text, expected):
    _, problems = tree_of(text)
    assert [spot(problem) for problem in problems] == expected


def test_a_key_given_twice_says_where_the_first_one_is():
    _, problems = tree_of("b:\n  a: 1\n  a: 2\n")
    assert dict(problems[0].arguments) == {"key": "a", "line": "2", "column": "3"}


def test_independent_problems_come_all_at_once():
    _, problems = tree_of("a: yes\nb: 0123\nb: &x 1\nc: !t .nan\n")
    assert [problem.code for problem in problems] == ["E017", "E017", "E011", "E012", "E013", "E018"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"a: 1\x00\n", "E007"),
        ("a: \u202e1\n".encode(), "E008"),
        ("a: \ufeff1\n".encode(), "E007"),
        ("a: \u20281\n".encode(), "E007"),
        (b"a: \xff\xfe1\n", "E004"),
        ("名称: 巴楚留香瓜\n".encode("gbk"), "E002"),
        ("a: 1\n".encode("utf-16"), "E002"),
        (b"a: 1\n" * 500_000, "E019"),
        (b"a: " + b"[" * 100_000, "E019"),
        (b"a: [" + b"'a', " * 250_000 + b"]", "E019"),
    ],
)
def test_texts_that_cannot_be_read_are_refused(data, code):
    _, problems = tree_of(data)
    assert [problem.code for problem in problems] == [code]


def test_a_text_saved_as_gbk_is_read_on_to_find_its_other_problems():
    _, problems = tree_of("名称: 巴楚留香瓜\na: yes\n".encode("gbk"))
    assert [spot(problem) for problem in problems] == ["E002 1:1", "E017 2:4"]
    assert problems[0].source_line == "名称: 巴楚留香瓜"


def test_a_byte_order_mark_is_accepted():
    node, problems = tree_of("\ufeffa: 1\r\nb: 2\r\n".encode())
    assert isinstance(node, MapNode)
    assert list(node.entries) == ["a", "b"]
    assert not problems


def test_true_is_no_number():
    node, _ = tree_of("a: true\nb: 2\n")
    assert isinstance(node, MapNode)
    assert (number_of(node.child("a")), number_of(node.child("b"))) == (None, 2)


def test_an_alias_bomb_costs_nothing():
    rows = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    started = time.perf_counter()
    _, problems = tree_of("a0: &a0 [x]\n" + rows)
    assert {problem.code for problem in problems} == {"E012"}
    assert time.perf_counter() - started < 1


@given(st.text(max_size=60))
def test_any_text_gives_a_tree_or_problems(text):
    node, problems = tree_of(text.encode("utf-8", "replace"))
    assert node is None or isinstance(node, Scalar | ListNode | MapNode)
    assert all(problem.line >= 1 and problem.column >= 1 and problem.width >= 1 for problem in problems)


@given(
    st.recursive(
        st.integers(-99, 99) | st.text("ab 巴", max_size=5),
        lambda kids: st.lists(kids) | st.dictionaries(st.text("abc", min_size=1), kids),
    )
)
def test_what_yaml_writes_is_read_back(value):
    assert data_of(yaml.safe_dump({"a": value}, allow_unicode=True)) == {"a": value}


def test_the_parser_without_c_gives_the_same_tree(monkeypatch):
    text = "zh: 巴楚 x\nb:\n  - {c: 12, 'd': \"e\"}\nf: one\n  two\n"
    fast = tree_of(text)[0]
    monkeypatch.setattr(tree_module, "_LOADER", yaml.BaseLoader)
    assert _places(tree_of(text)[0]) == _places(fast)


def _places(node):
    match node:
        case MapNode():
            return [(key, entry.key[1:], _places(entry.node)) for key, entry in node.entries.items()]
        case ListNode():
            return [_places(item) for item in node.items]
        case Scalar():
            return (node.value, node.mark[1:])
