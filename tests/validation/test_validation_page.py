"""The committed page is what results.json says, and results.json is about the cases that are registered."""

from pathlib import Path

from validation.catalogue import catalogue
from validation.page import page, read_results, shown
from validation.registry import REGISTERED, scope_form

PAGE = Path(__file__).parents[2] / "sim" / "VALIDATION.md"


def test_the_committed_page_is_made_of_the_results():
    made = page(read_results())
    assert PAGE.read_text(encoding="utf-8") == made, "python tests/validation/page.py > sim/VALIDATION.md"


def test_the_results_are_of_the_registered_cases():
    results = read_results()
    assert [told["id"] for told in results["cases"]] == [i for i in catalogue() if i in REGISTERED]
    assert {key: results[key] for key in scope_form()} == scope_form(), "run pytest -m validation"
    for told in results["cases"]:
        case = REGISTERED[told["id"]]
        assert (told["how"], told["note"], told["without"]) == (case.how, case.note, dict(case.without))
        for row in told["rows"]:
            assert row["note"] or row["expected"] == catalogue()[case.id].value(row["metric"])
            assert row["verdict"]


def test_every_case_of_the_catalogue_is_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"### {i} " in text or f"| {i} |" in text for i in catalogue())


def test_values_are_shown_shortly():
    assert shown([1.0, [2, 0.123456789]]) == "[1, [2, 0.1234568]]"
    assert shown(list(range(20))).endswith("7, ... (20 in all)]")
    assert shown([True]) == "[true]"
    assert shown("see csv") == "see csv"
