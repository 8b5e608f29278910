"""The catalogue: what scenarios take by name, the provinces, the poverty line and the figures they all cite.

Each section is a YAML file beside this module: a mapping from name to entry, read when it is first asked for.
Entries keep their `sources`; laying them under a scenario is the loader's work.
"""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import farmsim
from farmsim.errors import Problem, UsageError
from farmsim.params import Label
from farmsim.scenario.nodes import MapNode, Node, Plain, plain
from farmsim.scenario.text import decode
from farmsim.scenario.tree import parse_tree

SECTIONS = (
    "products",
    "counties",
    "growers",
    "lanes",
    "channels",
    "interventions",
    "provinces",
    "poverty_lines",
)
"""The sections that have a file; the bundled scenarios are one more, named "scenarios"."""

_HERE = Path(__file__).parent


class Province(NamedTuple):
    """One of the 31 provinces: where its capital lies and its share of the country's consumers.

    Each share sums to 1 over all provinces: `online_share` of those who buy online, `offline_share` in shops.
    """

    id: str
    label: Label
    latitude: float
    longitude: float
    online_share: float
    offline_share: float


class DomainRow(NamedTuple):
    """One sourced figure. A value or bound that is no number is kept as text; an absent one is None."""

    key: str
    subject: str
    value: float | str | None
    low: float | str | None
    high: float | str | None
    unit: str
    year: str
    source: str
    url: str
    confidence: str


def lookup(section: str, name: str) -> Node | None:
    """The entry of that name in a section, with its `sources`; None if there is none."""
    return _section(section).child(name) if section in SECTIONS else None


def names(section: str) -> list[str]:
    """The names of a section in file order; none for a section that does not exist."""
    if section == "scenarios":
        return bundled_scenarios()
    if section == "sweeps":
        return sorted(_bundled("sweeps"))
    return list(_section(section).entries) if section in SECTIONS else []


def bundled_scenario(name: str) -> Path | None:
    """The file of a bundled scenario, None if there is none of that name."""
    return _bundled("").get(name)


def bundled_sweep(name: str) -> Path | None:
    """The file of a bundled sweep, None if there is none of that name."""
    return _bundled("sweeps").get(name)


def bundled_scenarios() -> list[str]:
    """The names of the bundled scenarios, in alphabetical order."""
    return sorted(_bundled(""))


@cache
def provinces() -> tuple[Province, ...]:
    """The 31 provinces in file order."""
    section = plain(_section("provinces"))
    assert isinstance(section, dict), "provinces are a mapping"
    online = sum(_number(entry, "online_share") for entry in section.values())
    offline = sum(_number(entry, "offline_share") for entry in section.values())
    return tuple(
        Province(
            id=name,
            label=Label.model_validate(_below(entry, "label")),
            latitude=_number(entry, "place", "latitude"),
            longitude=_number(entry, "place", "longitude"),
            online_share=_number(entry, "online_share") / online,
            offline_share=_number(entry, "offline_share") / offline,
        )
        for name, entry in section.items()
    )


def poverty_line(year: int) -> float:
    """The national rural poverty line of a year, CNY a person and year at current prices.

    Raises UsageError for a year without one: the national programme ended in 2020.
    """
    entry = lookup("poverty_lines", str(year))
    if entry is None:
        years = names("poverty_lines")
        raise UsageError("no-poverty-line", (("year", str(year)), ("first", years[0]), ("last", years[-1])))
    return _number(plain(entry), "line")


def domain_row(key: str) -> DomainRow | None:
    """The sourced figure of that key, None if there is none."""
    return _domain().get(key)


@cache
def _section(section: str) -> MapNode:
    """All entries of a section."""
    problems: list[Problem] = []
    path = _HERE / f"{section}.yaml"
    document = decode(path.read_bytes(), f"catalogue/{path.name}", problems)
    tree = None if document is None else parse_tree(document, problems)
    assert isinstance(tree, MapNode), f"the catalogue file {path.name} cannot be read: {problems}"
    assert not problems, f"the catalogue file {path.name} has problems: {problems}"
    return tree


@cache
def _bundled(below: str) -> dict[str, Path]:
    """The bundled scenarios, or sweeps, by name: inside an installed package, or beside the source tree."""
    package = Path(farmsim.__file__).parent
    for folder in (package / "scenarios", package.parent.parent / "scenarios"):
        if folder.is_dir():
            return {path.stem: path for path in sorted((folder / below).glob("*.yaml"))}
    return {}


@cache
def _domain() -> dict[str, DomainRow]:
    """The table of sourced figures by key."""
    with (_HERE / "domain.csv").open(encoding="utf-8", newline="") as stream:
        return {row["key"]: _domain_row(row) for row in csv.DictReader(stream)}


def _domain_row(row: dict[str, str]) -> DomainRow:
    """One line of the table."""
    return DomainRow(
        key=row["key"],
        subject=row["subject"],
        value=_figure(row["value"]),
        low=_figure(row["low"]),
        high=_figure(row["high"]),
        unit=row["unit"],
        year=row["year"],
        source=row["source"],
        url=row["url"],
        confidence=row["confidence"],
    )


def _figure(text: str) -> float | str | None:
    """A number where the text is one."""
    try:
        return float(text)
    except ValueError:
        return text or None


def _below(entry: Plain, *path: str) -> Plain:
    """What stands at a path of keys in an entry."""
    for key in path:
        assert isinstance(entry, dict), f"{key} stands in a mapping"
        entry = entry[key]
    return entry


def _number(entry: Plain, *path: str) -> float:
    """The number at a path of keys in an entry."""
    value = _below(entry, *path)
    assert isinstance(value, int | float), f"{path[-1]} is a number"
    return float(value)
