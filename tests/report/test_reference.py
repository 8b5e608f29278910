from pathlib import Path

from farmsim.report.reference import reference_page
from farmsim.results.metrics import METRICS

PAGE = Path(__file__).parents[2] / "sim" / "REFERENCE.md"


def test_the_committed_reference_is_the_generated_one():
    committed = PAGE.read_text(encoding="utf-8")
    assert committed == reference_page(), "run: python -m farmsim.report.reference > sim/REFERENCE.md"


def test_the_reference_names_every_metric():
    page = reference_page()
    assert all(f"`{name}`" in page for name in METRICS)
