import io

import pytest

from farmsim.errors import ScenarioError, UsageError
from farmsim.report.catalogue_screens import all_names, list_screen, show_screen
from farmsim.report.cells import cell_width
from farmsim.report.console import make_console
from farmsim.report.explain_screen import explain_screen
from farmsim.report.messages import use_language
from farmsim.report.parameters import find_parameters, parameters
from farmsim.report.scaffold import CHANNELS, COUNTIES, scaffold
from farmsim.report.terminal import Look
from farmsim.results.metrics import METRICS
from farmsim.scenario import catalogue
from farmsim.scenario.load import load_scenario


@pytest.fixture(autouse=True)
def _english():
    use_language("en")
    yield
    use_language("en")


def shown(renderable):
    stream = io.StringIO()
    make_console(stream, Look(), "never").print(renderable)
    return stream.getvalue()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_screen_fits(language):
    use_language(language)
    words = [
        "metrics",
        "parameters",
        "codes",
        "price_per_kg",
        "taobao",
        "E021",
        "rating",
        "bachu.price.trader_glut",
    ]
    texts = [shown(list_screen(Look(), None)), *(shown(explain_screen(word, Look())) for word in words)]
    texts += [shown(show_screen(name, Look())) for name in ("bachu-melon", "bachu", "bachu-trader", "2018")]
    for text in texts:
        too_long = [line for line in text.splitlines() if cell_width(line.rstrip()) > 79]
        assert [line for line in too_long if "http" not in line] == []


def test_the_list_names_everything_that_show_knows():
    text = shown(list_screen(Look(), None))
    for section in ("scenarios", "products", "counties", "channels", "lanes", "growers", "interventions"):
        for name in catalogue.names(section):
            assert name in text


@pytest.mark.parametrize("name", all_names())
def test_everything_listed_can_be_shown(name):
    assert len(shown(show_screen(name, Look())).splitlines()) >= 3


def test_values_come_with_source_confidence_and_range():
    text = shown(show_screen("taobao", Look()))
    assert "0.02 .. 0.12" in text
    assert "taobao.ads_share" in text
    assert "assumed" in text


def test_a_metric_is_explained_by_its_definition():
    text = shown(explain_screen("lost_share", Look()))
    assert "reached no buyer" in text
    every = shown(explain_screen("metrics", Look()))
    assert all(name in every for name in METRICS)


def test_a_parameter_is_explained_by_path_and_by_name():
    by_path = shown(explain_screen("channels.taobao.sells.melon.price_per_kg", Look()))
    assert "What the consumer pays" in by_path
    assert "What the consumer pays" in shown(explain_screen("price_per_kg", Look()))
    assert "1 mu = 667 m2" in shown(explain_screen("land_mu", Look()))
    life = shown(explain_screen("products.melon.keeping.shape", Look()))
    assert "default 4" in life
    assert ">= 0.5" in life


def test_every_parameter_has_a_sentence_and_is_found():
    for parameter in parameters():
        assert parameter.description, parameter.path
        assert parameter in find_parameters(".".join(parameter.path))


def test_codes_and_sources_are_explained():
    assert "unknown" in shown(explain_screen("e021", Look()))
    assert "China Youth Daily" in shown(explain_screen("bachu.price.trader_glut", Look()))


def test_an_unknown_word_gets_a_guess():
    with pytest.raises(UsageError) as caught:
        explain_screen("lost_shares", Look())
    assert "lost_share" in dict(caught.value.arguments)["meant"]
    with pytest.raises(UsageError):
        show_screen("nothing-like-this", Look())


@pytest.mark.parametrize("county", list(COUNTIES))
@pytest.mark.parametrize("start", list(CHANNELS))
def test_a_scaffold_is_valid_short_and_fully_sourced(county, start, tmp_path):
    path = tmp_path / "new.yaml"
    path.write_text(scaffold(county, start), encoding="utf-8")
    if start == "empty":
        with pytest.raises(ScenarioError) as caught:
            load_scenario(path)
        assert {problem.code for problem in caught.value.problems} == {"E027"}
        return
    loaded = load_scenario(path)
    assert loaded.warnings == ()
    assert loaded.unsourced == ()
    assert tuple(loaded.scenario.channels) == CHANNELS[start]
    assert len(path.read_text("utf-8").splitlines()) <= 70
