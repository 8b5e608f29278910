"""The catalogue: every figure says where it comes from and stays within what is said about it."""

import re
from collections.abc import Iterator

import pytest

from farmsim.errors import Problem, UsageError
from farmsim.scenario import catalogue
from farmsim.scenario.catalogue import DomainRow, domain_row
from farmsim.scenario.nodes import ListNode, MapNode, Node, Scalar, plain
from farmsim.scenario.provenance import provenance_of, split_sources, stamp

ENTRIES = [(section, name) for section in catalogue.SECTIONS for name in catalogue.names(section)]
LABELLED = ("products", "counties", "growers", "channels", "interventions", "provinces")

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
HAN = re.compile("[\u4e00-\u9fff]")
KEY = re.compile(r"[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)+")
UNIT_FACTORS = {"h": 24.0, "t": 0.001}
"""What to multiply a value by to have it in the unit of the cited row."""

FRAMES = {"horizon_days", "random_seed", "replications"}
"""Numbers that set the frame of a run and have no range in the world."""


def figures(node: Node, path: str = "") -> Iterator[tuple[str, Scalar]]:
    """Every number and date below a node."""
    match node:
        case MapNode():
            for key, entry in node.entries.items():
                yield from figures(entry.node, f"{path}.{key}" if path else key)
        case ListNode():
            for index, item in enumerate(node.items):
                yield from figures(item, f"{path}.{index}")
        case Scalar(value=bool()):
            return
        case Scalar(value=int() | float()):
            yield path, node
        case Scalar(value=str() as text) if DATE.fullmatch(text):
            yield path, node


def complaint(path: str, figure: Scalar) -> str | None:
    """What is wrong with what is said about a figure."""
    said = figure.origin
    if said is None:
        return f"{path}: neither source nor assumption"
    number = figure.value if isinstance(figure.value, int | float) else None
    if said.assumed is not None:
        if number is None or path in FRAMES:
            return None
        if said.low is None or said.high is None:
            return f"{path}: assumed without a range"
        return None if said.low <= number <= said.high else f"{path}: {number} is outside its range"
    row = domain_row(said.source or "")
    if row is None:
        is_citation = " " in (said.source or "") and re.search(r"\b(19|20)\d\d\b", said.source or "")
        return None if is_citation else f"{path}: no figure and no citation: {said.source}"
    return None if number is None or lies_within(number, row) else f"{path}: {number} is not within {row}"


def lies_within(number: float, row: DomainRow) -> bool:
    """Whether a number is the value of a row or lies between its bounds."""
    inside = number * UNIT_FACTORS.get(row.unit, 1.0)
    low, high = (row.low, row.high) if row.low is not None else (row.value, row.value)
    return (
        isinstance(low, float) and isinstance(high, float) and low * (1 - 1e-9) <= inside <= high * (1 + 1e-9)
    )


@pytest.mark.parametrize(("section", "name"), ENTRIES)
def test_every_figure_of_an_entry_has_a_source_or_an_assumption_that_fits(section: str, name: str) -> None:
    entry = catalogue.lookup(section, name)
    assert isinstance(entry, MapNode)
    problems: list[Problem] = []
    body, rules = split_sources(entry, problems)
    stamped, unmatched = stamp(body, rules)
    assert problems == []
    assert [".".join(rule.pattern) for rule in unmatched] == []
    assert provenance_of(stamped)[1] == ()
    assert [text for path, figure in figures(stamped) if (text := complaint(path, figure))] == []


@pytest.mark.parametrize(("section", "name"), [entry for entry in ENTRIES if entry[0] in LABELLED])
def test_every_entry_has_a_label_in_both_languages(section: str, name: str) -> None:
    entry = plain(catalogue.lookup(section, name))
    assert entry["label"]["en"].isascii()
    assert HAN.search(entry["label"]["zh"])


def test_an_unknown_section_or_name_is_nothing() -> None:
    assert catalogue.lookup("products", "moon-cheese") is None
    assert catalogue.lookup("../secrets", "key") is None
    assert catalogue.names("nothing") == []


def test_looking_up_one_entry_reads_one_file() -> None:
    catalogue._section.cache_clear()
    catalogue.lookup("lanes", "bachu-truck")
    assert catalogue._section.cache_info().currsize == 1


def test_there_are_31_provinces_whose_shares_sum_to_1() -> None:
    provinces = catalogue.provinces()
    assert len({province.id for province in provinces}) == 31
    assert sum(province.online_share for province in provinces) == pytest.approx(1.0, abs=1e-12)
    assert sum(province.offline_share for province in provinces) == pytest.approx(1.0, abs=1e-12)
    assert {"guangdong", "inner-mongolia", "tibet"} <= {province.id for province in provinces}


def test_provinces_have_the_shares_of_the_domain_table() -> None:
    for province in catalogue.provinces():
        name = province.id.title().replace("-", "")
        for share, kind in ((province.online_share, "online"), (province.offline_share, "offline")):
            row = domain_row(f"province.{kind}_share.{name}")
            assert row is not None
            assert share == pytest.approx(row.value, rel=1e-3)


def test_provinces_lie_in_the_country() -> None:
    for province in catalogue.provinces():
        assert 18 < province.latitude < 54
        assert 73 < province.longitude < 135


@pytest.mark.parametrize(("year", "line"), [(2017, 2952), (2018, 2995), (2019, 3218)])
def test_the_poverty_line_is_that_of_the_year(year: int, line: float) -> None:
    row = domain_row(f"poverty_line.{year}")
    assert row is not None
    assert catalogue.poverty_line(year) == row.value == line


@pytest.mark.parametrize("year", [2016, 2021])
def test_a_year_without_a_poverty_line_is_refused_with_the_known_years(year: int) -> None:
    with pytest.raises(UsageError) as refused:
        catalogue.poverty_line(year)
    assert dict(refused.value.arguments) == {"year": str(year), "first": "2017", "last": "2020"}


def test_the_domain_table_keeps_value_bounds_and_confidence() -> None:
    row = domain_row("bachu.price.order_procurement")
    assert row is not None
    assert (row.value, row.low, row.high, row.unit, row.confidence) == (2.0, 1.8, 3.0, "CNY/kg", "sourced")
    window = domain_row("bachu.harvest.window")
    assert window is not None
    assert window.value == "Jul 10 - Aug 25"
    beijing = domain_row("province.offline_share.Beijing")
    assert beijing is not None
    assert beijing.low is None
    assert domain_row("moon.cheese") is None


def test_every_row_of_the_domain_table_says_how_sure_it_is() -> None:
    rows = catalogue._domain().values()
    assert len(rows) == 412
    words = ("sourced", "assumption", "general-knowledge")
    assert [row.key for row in rows if not row.confidence.startswith(words)] == []


def test_figures_named_in_assumptions_exist() -> None:
    known = {row.key.split(".")[0] for row in catalogue._domain().values() if "." in row.key}
    for section, name in ENTRIES:
        sources = plain(catalogue.lookup(section, name)).get("sources", {})
        for said in sources.values():
            for found in KEY.finditer(said.get("assumed", "")):
                if found.group().split(".")[0] in known:
                    assert domain_row(found.group()), (section, name, found.group())
