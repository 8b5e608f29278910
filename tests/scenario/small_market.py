"""A small model with every construct that the loader must cope with, and a catalogue to go with it."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from farmsim.params import Count, Id, Label, Params, Positive, Share
from farmsim.scenario.faults import Fault
from farmsim.scenario.nodes import MapNode, Node
from farmsim.scenario.text import text_document
from farmsim.scenario.tree import parse_tree


class Lognormal(Params):
    distribution: Literal["lognormal"]
    mean: Positive
    cv: Positive = 0.2


class Uniform(Params):
    distribution: Literal["uniform"]
    low: float
    high: float


Amount = Positive | Annotated[Lognormal | Uniform, Field(discriminator="distribution")]


class Product(Params):
    label: Label | None = None
    life_days: Amount
    grades: list[Id] = Field(default=["a", "b"])


class Lane(Params):
    km: Positive
    hours: tuple[float, float] = (0, 24)


class Growers(Params):
    product: Id
    households: Count
    land_mu: Amount = 3


class County(Params):
    growers: dict[Id, Growers] = Field(default={})
    lanes: dict[Id, Lane] = Field(default={})
    packhouse: dict[str, Positive] | None = None


class Term(Params):
    grade: str
    price_per_kg: Amount


class Shop(Params):
    kind: Literal["shop"]
    sells: dict[Id, Term]
    fee_share: Share = 0.05


class Market(Params):
    kind: Literal["market"]
    market: Id = "kashgar"
    fee_share: Share = 0.1


class Matrix(Params):
    policy: Literal["matrix"]


class Shares(Params):
    policy: Literal["shares"]
    shares: dict[Id, Share] = Field(default={})

    @model_validator(mode="after")
    def _not_above_one(self) -> "Shares":
        if sum(self.shares.values()) > 1:
            raise ValueError("the shares exceed 1")
        return self


class MarketDay(Params):
    name: Annotated[str, Field(min_length=1)]
    start: date = date(2018, 7, 10)
    horizon_days: Count
    products: Annotated[dict[Id, Product], Field(min_length=1)]
    counties: dict[Id, County] = Field(default={})
    channels: dict[Id, Annotated[Shop | Market, Field(discriminator="kind")]] = Field(default={})
    desk: Annotated[Matrix | Shares, Field(discriminator="policy")] = Matrix(policy="matrix")
    months: dict[int, float] = Field(default={})


def references(day: MarketDay) -> Iterable[Fault]:
    """Every product and grade that a channel sells must exist."""
    for name, channel in day.channels.items():
        if isinstance(channel, Shop):
            for product, term in channel.sells.items():
                path = ("channels", name, "sells", product)
                if product not in day.products:
                    words = {"what": "product", "name": product}
                    yield Fault(path, "E021", words, list(day.products), on_key=True)
                elif term.grade not in day.products[product].grades:
                    words = {"what": "grade", "name": term.grade}
                    yield Fault((*path, "grade"), "E021", words, day.products[product].grades)


CATALOGUE = {
    "products": """\
melon:
  label: {en: Bachu melon, zh: 巴楚留香瓜}
  life_days: 9
  grades: [a, b]
  sources:
    life_days: {source: melon.shelf_life}
dried-melon: {use: melon, life_days: 300}
circle: {use: other-circle}
other-circle: {use: circle}
""",
    "counties": """\
bachu:
  growers: {villages: {use: villages, households: 500}}
  lanes: {road: {use: truck}}
  packhouse: {lines: 2}
  sources:
    growers.*.households: {assumed: "a small programme", range: [300, 700]}
""",
    "lanes": "truck: {km: 300, sources: {km: {source: road.kashgar}}}\n",
    "growers": "villages: {product: melon, households: 100, land_mu: 3}\n",
    "channels": """\
taobao:
  kind: shop
  fee_share: 0.05
  sells: {}
  sources: {'*': {source: taobao.fee}}
wholesale-market: {kind: market}
""",
}


class SmallLibrary:
    """The catalogue above; bundled scenarios are the files of a folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def lookup(self, section: str, name: str) -> Node | None:
        problems = []
        document = text_document(f"{section}.yaml", tuple(CATALOGUE.get(section, "{}").split("\n")), problems)
        assert document is not None
        tree = parse_tree(document, problems)
        assert isinstance(tree, MapNode)
        assert not problems
        return tree.child(name)

    def names(self, section: str) -> list[str]:
        if section == "scenarios":
            return sorted(file.stem for file in self._folder.glob("*.yaml")) if self._folder else []
        tree = [line.split(":")[0] for line in CATALOGUE.get(section, "").split("\n")]
        return [name for name in tree if name and name[0] != " "]

    def bundled_scenario(self, name: str) -> Path | None:
        return self._folder / f"{name}.yaml" if self._folder and name in self.names("scenarios") else None


GOOD = """\
# yaml-language-server: $schema=farmsim.schema.json
name: Bachu melons  # 巴楚，留香瓜
start: 2018-07-10
horizon_days: 75
products:
  melon: {use: melon}
counties:
  bachu:
    use: bachu
    growers:
      villages: {land_mu: 4}
channels:
  taobao: {use: taobao, sells: {melon: {grade: a, price_per_kg: 20}}}
  market: {use: wholesale-market}
desk: {policy: matrix}
"""
