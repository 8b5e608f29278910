"""What is shown of values: short lines, and tables for notebooks in which everything is escaped."""

import html.parser

import pytest

import farmsim as fs
from farmsim.api.notebook import preformatted, table_html

RESULT = fs.run("bachu-matrix", replications=2, workers=1)
NETWORK = fs.run("melon-network", replications=2, workers=1)
COMPARED = fs.compare("bachu-trader", "bachu-order-programme", replications=3, workers=1)
NASTY = '<script>alert("x")</script>&\''


class Page(html.parser.HTMLParser):
    """Collects what a page holds, and that every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text, self.styles = set(), [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.open.append(tag)
        self.styles += [value for name, value in attrs if name == "style"]
        assert {name for name, _ in attrs} <= {"style"}

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("value", [RESULT, NETWORK, COMPARED], ids=["season", "network", "comparison"])
def test_a_result_is_a_table_without_script_and_without_colours_of_its_own(value):
    page = Page(value._repr_html_())
    assert page.tags <= {"div", "table", "tr", "th", "td"}
    for style in page.styles:
        assert "#" not in style
        assert "url" not in style
    for warning in value.warnings:
        assert warning in page.text
    assert "95 % interval" in page.text


def test_a_result_shows_the_figures_that_matter():
    text = Page(RESULT._repr_html_()).text
    figure = RESULT.metrics["household_net_income"]
    assert set(figure.cells()) <= set(text)
    assert "household_net_income" in text
    assert "profit" in Page(NETWORK._repr_html_()).text


def test_everything_is_escaped():
    scenario = fs.load("bachu-trader", set={"name": NASTY}, name=NASTY)
    result = fs.run(scenario, replications=1)
    compared = fs.compare(scenario, scenario, replications=2, workers=1)
    for shown in (scenario, result, compared, result.metrics):
        page = shown._repr_html_()
        assert "<script" not in page
        assert not Page(page).tags & {"script", "b"}
    assert NASTY in "".join(Page(scenario._repr_html_()).text)
    assert preformatted(NASTY).count("<") == 2
    assert NASTY in Page(table_html(NASTY, (NASTY,), [(NASTY,)], [NASTY])).text


def test_short_forms_have_one_line_or_two_and_show_value_and_interval():
    for value in (RESULT, NETWORK, COMPARED):
        lines = repr(value).splitlines()
        assert len(lines) <= 2
        assert "ci95" in lines[-1]
    assert repr(COMPARED).startswith("<farmsim.Comparison bachu-order-programme against bachu-trader")
    assert len(repr(RESULT.table("replications"))) < 200
    figure = RESULT.metrics["sold_kg"]
    assert repr(figure).endswith("n 2")
    assert float(figure) == figure.mean
    assert figure.half_width == pytest.approx(figure.ci95[1] - figure.mean)
    one = COMPARED.differences["bachu-order-programme"]["sold_kg"]
    assert one.verdict in repr(one)
    assert float(one) == one.mean
    assert one.half_width == pytest.approx(one.ci95[1] - one.mean)


def test_names_are_listed_and_offered_for_completion():
    assert repr(RESULT.metrics).count("\n") == len(RESULT.metrics) - 1
    assert repr(RESULT.channels).count("\n") == len(RESULT.channels) - 1
    assert "taobao: sold_kg, " in repr(RESULT.channels)
    assert "taobao" in "".join(Page(RESULT.channels._repr_html_()).text)
    assert RESULT.channels._ipython_key_completions_() == list(RESULT.channels)
    assert repr(RESULT.sites) == "a season of counties has no sites"
    assert repr(RESULT.counties) == "no county"


def test_a_lone_replication_has_no_interval():
    result = fs.run("bachu-trader", replications=1)
    assert "ci95 -" in repr(result)
    assert result.warnings[-1] == "Only 1 replication: without more there are no intervals."


def test_problems_are_shown_with_their_carets():
    found = fs.validate("bachu-trader", set={"horizn": 1})
    assert "^" in "".join(Page(found._repr_html_()).text)
    assert Page(found._repr_html_()).tags == {"pre"}


def test_a_scenario_shows_what_it_is_and_what_was_set():
    scenario = fs.load("melon-network", set={"sample_days": 2})
    text = Page(scenario._repr_html_()).text
    assert {"network", "sample_days=2"} <= set(text)
    assert repr(scenario) == f"<farmsim.Scenario melon-network: {scenario.parameters.name}, sample_days=2>"
