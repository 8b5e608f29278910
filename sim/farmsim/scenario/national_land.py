"""The land of a national scenario: its counties and what each grows, drawn one by one.

Each draw is addressed by county and product, so that a longer list has the same counties in front. What the
channels ask of them is `national_trade`'s.
"""

import json
from datetime import date, timedelta
from functools import cache
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.households import GrowerGroup
from farmsim.domain.network import ParcelLane
from farmsim.domain.seasons import Climate, Harvest
from farmsim.scenario import catalogue
from farmsim.scenario.national_produce import KINDS, REGIONS
from farmsim.scenario.nodes import Plain, plain
from farmsim.scenario.schema import Place, Product
from farmsim.streams import Streams

Floats = NDArray[np.float64]

COUNTIES, PRODUCTS, POOR = 141, 701, 51
"""Of the channel in the first half of 2018 (xingnong.counties_2018)."""
START, DAYS = date(2018, 7, 1), 181
"""The second half of 2018, which holds the harvests: the model begins with empty stores."""
END = START + timedelta(days=DAYS - 1)
PACKHOUSE_EVERY = 3
"""Every so many counties of the list, from the first, have a packhouse and a cold store."""
WARMEST_STORE = 2.0
"""Temperature of a cold store none of whose crops is injured by it, C."""
DRAWS = 8
"""Uniform numbers kept for each crop, one for each kind of channel that chooses among them."""


class Crop(NamedTuple):
    """One product of one county: what was drawn for it."""

    id: str
    kind: str
    popularity: float
    """What decides its place on lists, around 1."""
    price_factor: float
    yield_kg_per_mu: float
    supply_factor: float
    harvest: Harvest
    chance: Floats
    """Uniform numbers that decide which channels list it."""


class CountyLand(NamedTuple):
    """One county of the scenario."""

    id: str
    number: int
    """In its province, from 1."""
    province: str
    is_poor: bool
    has_packhouse: bool
    latitude: float
    longitude: float
    crops: tuple[Crop, ...]

    @property
    def store_celsius(self) -> float:
        """Temperature of its cold store: a degree above what its most sensitive crop bears."""
        floors = (product_of(crop.kind).keeping.chilling_floor_celsius for crop in self.crops)
        return max(WARMEST_STORE, *(floor + 1.0 for floor in floors if floor is not None), WARMEST_STORE)


def draw_land(random_seed: int, counties: int) -> tuple[CountyLand, ...]:
    """The first `counties` of the list, the poor ones and those with a packhouse spread over it evenly."""
    streams = Streams(random_seed, 0)
    numbers = dict.fromkeys(REGIONS, 0)
    land: list[CountyLand] = []
    for index in range(counties):
        province = _next_province(numbers, index)
        numbers[province] += 1
        land.append(_draw_county(streams, index, province, numbers[province]))
    return tuple(land)


def products_of(counties: int) -> int:
    """How many products so many counties have: as many for each as in the channel, rounded up."""
    return ceil(counties * PRODUCTS / COUNTIES)


@cache
def product_of(kind: str) -> Product:
    """The catalogue's product of a kind."""
    return Product.model_validate_json(_entry("products", kind))


@cache
def growers_of(kind: str) -> GrowerGroup:
    """The catalogue's growers of a kind."""
    return GrowerGroup.model_validate_json(_entry("growers", f"{kind}-growers", product=kind, households=1))


@cache
def express_of(province: str) -> ParcelLane:
    """The catalogue's express lane out of a province."""
    return ParcelLane.model_validate_json(_entry("lanes", f"{province}-express"))


@cache
def climate_of(province: str) -> Climate:
    """The climate of the catalogue's typical county of a province."""
    return Climate.model_validate(_plain_entry("counties", f"{province}-county")["climate"])


@cache
def middle_of(province: str) -> Place:
    """Where the catalogue's typical county of a province lies."""
    return Place.model_validate(_plain_entry("counties", f"{province}-county")["place"])


def _draw_county(streams: Streams, index: int, province: str, number: int) -> CountyLand:
    """A county within a degree or so of the middle of its province, and its crops."""
    name = f"{province}-{number:02d}"
    generator = streams.generator("national-county", name)
    north, east = generator.uniform(-1.2, 1.2, 2)
    kinds = list(REGIONS[province].grows)
    wanted = products_of(index + 1) - products_of(index)
    likely = np.log(list(REGIONS[province].grows.values())) + generator.gumbel(size=len(kinds))
    chosen = sorted(np.argsort(-likely, kind="stable")[:wanted].tolist())
    middle = middle_of(province)
    return CountyLand(
        id=name,
        number=number,
        province=province,
        is_poor=(index + 1) * POOR // COUNTIES > index * POOR // COUNTIES,
        has_packhouse=index % PACKHOUSE_EVERY == 0,
        latitude=round(middle.latitude + north, 2),
        longitude=round(middle.longitude + east, 2),
        crops=tuple(_draw_crop(streams, name, kinds[at]) for at in chosen),
    )


def _draw_crop(streams: Streams, county: str, kind: str) -> Crop:
    """One product: prices and yields vary around the kind's, the season by some days."""
    generator = streams.generator("national-crop", county, kind)
    z = generator.standard_normal(5)
    usual = growers_of(kind)
    shift = timedelta(days=round(float(np.clip(z[4], -2.0, 2.0)) * 4.0))
    first = max(usual.harvest.first + shift, START)
    last = min(usual.harvest.last + shift, END)
    centre = min(max(usual.harvest.centre + shift, first), last)
    return Crop(
        id=f"{county}-{kind}",
        kind=kind,
        popularity=KINDS[kind].liking * float(np.exp(0.6 * z[0])),
        price_factor=float(np.exp(0.12 * np.clip(z[1], -2.0, 2.0))),
        yield_kg_per_mu=significant(usual.yield_kg_per_mu * float(np.exp(0.12 * np.clip(z[2], -2.0, 2.0)))),
        supply_factor=float(np.exp(0.25 * np.clip(z[3], -2.0, 2.0))),
        harvest=usual.harvest.model_copy(update={"first": first, "last": last, "centre": centre}),
        chance=generator.random(DRAWS),
    )


def _next_province(numbers: dict[str, int], index: int) -> str:
    """The province that lags most behind its share of the first counties."""
    total = sum(region.counties for region in REGIONS.values())
    lag = {p: (index + 1) * region.counties / total - numbers[p] for p, region in REGIONS.items()}
    return max(lag, key=lambda province: lag[province])


def significant(value: float, digits: int = 3) -> float:
    """The value rounded to so many significant digits."""
    return float(f"{value:.{digits}g}")


def _plain_entry(section: str, name: str) -> dict[str, Plain]:
    """An entry of the catalogue as plain data, without its sources."""
    node = catalogue.lookup(section, name)
    assert node is not None, f"the catalogue has {name} among its {section}"
    entry = plain(node)
    assert isinstance(entry, dict), f"{name} is a mapping"
    return {key: value for key, value in entry.items() if key != "sources"}


def _entry(section: str, name: str, **more: Plain) -> str:
    """An entry of the catalogue as JSON, with what the scenario adds."""
    return json.dumps({**_plain_entry(section, name), **more})
