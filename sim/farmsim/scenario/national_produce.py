"""What the generator of national scenarios assumes about kinds of produce and provinces.

How a kind keeps, when and how much of it is picked stands in the catalogue; here are its usual prices, how
often it is looked for and where it grows. All of it is assumption from general knowledge, and said to be so.
"""

from typing import NamedTuple


class Kind(NamedTuple):
    """One kind of produce; prices are CNY/kg of the first grade."""

    retail: float
    """In an online shop, delivered."""
    trader: float
    """At the farm gate."""
    market: float | None
    """On a great wholesale market; None where it is not traded there."""
    packaging: float
    """Box, net and tape of one parcel, CNY."""
    liking: float
    """How often it is looked for, against the others."""
    is_gift: bool = False
    """Whether a department store sells it in gift boxes."""


KINDS = {
    "apple": Kind(11.0, 3.2, 4.6, 4.5, 2.5),
    "pear": Kind(9.5, 2.4, 3.8, 4.5, 1.5),
    "peach": Kind(18.0, 3.6, 5.2, 4.0, 2.0),
    "orange": Kind(10.5, 3.4, 4.8, 4.5, 3.0),
    "kiwifruit": Kind(22.0, 6.0, 8.5, 4.0, 2.5),
    "grape": Kind(20.0, 4.6, 6.4, 4.5, 2.0),
    "pomegranate": Kind(14.0, 4.4, 6.2, 4.5, 1.5),
    "melon": Kind(12.0, 1.1, 3.0, 5.0, 2.0),
    "jujube": Kind(28.0, 9.0, None, 2.5, 2.0, is_gift=True),
    "dried-fruit": Kind(38.0, 14.0, None, 2.5, 1.0, is_gift=True),
    "potato": Kind(7.2, 1.1, 1.9, 3.0, 0.7),
    "sweet-potato": Kind(8.2, 1.5, 2.5, 3.0, 1.5),
    "lily-bulb": Kind(36.0, 13.0, 17.0, 3.0, 1.0),
    "ginger": Kind(17.0, 4.8, 6.4, 3.0, 0.8),
    "chilli": Kind(46.0, 17.0, 20.0, 2.0, 0.8),
    "sichuan-pepper": Kind(112.0, 66.0, None, 2.0, 0.4),
    "mushroom": Kind(104.0, 54.0, None, 2.5, 0.6, is_gift=True),
    "wood-ear": Kind(108.0, 56.0, None, 2.5, 0.7, is_gift=True),
    "rice": Kind(10.8, 4.6, 5.4, 2.0, 0.7),
    "millet": Kind(15.5, 6.2, 7.0, 2.0, 0.8),
    "buckwheat": Kind(15.5, 5.8, 6.6, 2.0, 0.6),
    "beans": Kind(15.5, 6.2, 7.2, 2.0, 0.7),
    "walnut": Kind(36.0, 17.0, None, 2.5, 1.0, is_gift=True),
    "chestnut": Kind(19.0, 7.6, 9.6, 3.0, 1.5),
    "tea": Kind(230.0, 100.0, None, 5.0, 0.6, is_gift=True),
    "honey": Kind(104.0, 50.0, None, 5.0, 0.4, is_gift=True),
    "rapeseed-oil": Kind(15.5, 8.6, 9.6, 3.0, 0.15),
    "ham": Kind(70.0, 36.0, None, 3.0, 0.3, is_gift=True),
    "goji": Kind(98.0, 42.0, None, 2.5, 0.6, is_gift=True),
}
"""By name in the catalogue's products; its growers are `NAME-growers`."""


class Region(NamedTuple):
    """One province of the scenario."""

    english: str
    chinese: str
    counties: int
    """Its share of 141 counties."""
    grows: dict[str, float]
    """How likely a county grows a kind, against the others."""
    hall: str
    """The wholesale market of its counties."""


REGIONS = {
    "guizhou": Region(
        "Guizhou",
        "贵州",
        22,
        {
            "chilli": 3, "tea": 3, "rice": 2, "wood-ear": 2, "mushroom": 2, "kiwifruit": 2, "honey": 2,
            "ham": 2, "potato": 2, "peach": 1, "pear": 1, "walnut": 1, "rapeseed-oil": 2, "ginger": 1,
        },
        "chengdu-market",
    ),
    "gansu": Region(
        "Gansu",
        "甘肃",
        20,
        {
            "apple": 3, "potato": 3, "lily-bulb": 2, "walnut": 2, "sichuan-pepper": 2, "goji": 2,
            "buckwheat": 2, "millet": 2, "beans": 2, "honey": 1, "pear": 1, "melon": 2, "dried-fruit": 1,
        },
        "beijing-market",
    ),
    "yunnan": Region(
        "Yunnan",
        "云南",
        22,
        {
            "potato": 2, "walnut": 3, "rice": 2, "tea": 3, "mushroom": 3, "ham": 2, "pomegranate": 2,
            "apple": 1, "orange": 2, "ginger": 2, "honey": 1, "beans": 2, "grape": 2, "buckwheat": 1,
        },
        "chengdu-market",
    ),
    "shaanxi": Region(
        "Shaanxi",
        "陕西",
        18,
        {
            "apple": 3, "kiwifruit": 2, "jujube": 2, "walnut": 2, "millet": 2, "buckwheat": 1, "peach": 2,
            "mushroom": 2, "wood-ear": 2, "sichuan-pepper": 2, "grape": 1, "honey": 1, "potato": 2,
        },
        "beijing-market",
    ),
    "sichuan": Region(
        "Sichuan",
        "四川",
        20,
        {
            "kiwifruit": 2, "orange": 2, "walnut": 2, "honey": 2, "sichuan-pepper": 2, "wood-ear": 2,
            "tea": 2, "ham": 2, "ginger": 1, "rapeseed-oil": 2, "peach": 2, "pear": 1, "potato": 1,
            "sweet-potato": 1,
        },
        "chengdu-market",
    ),
    "anhui": Region(
        "Anhui",
        "安徽",
        15,
        {
            "tea": 3, "kiwifruit": 2, "pear": 2, "peach": 2, "honey": 2, "mushroom": 2, "rice": 2,
            "chestnut": 3, "rapeseed-oil": 2, "sweet-potato": 2, "grape": 1, "ham": 1,
        },
        "shanghai-market",
    ),
    "chongqing": Region(
        "Chongqing",
        "重庆",
        10,
        {
            "orange": 3, "sichuan-pepper": 2, "chilli": 2, "honey": 2, "ham": 2, "rapeseed-oil": 2,
            "sweet-potato": 2, "tea": 1, "rice": 1, "potato": 2, "peach": 1, "mushroom": 1,
        },
        "chengdu-market",
    ),
    "xinjiang": Region(
        "Xinjiang",
        "新疆",
        14,
        {
            "melon": 3, "jujube": 3, "grape": 2, "walnut": 3, "dried-fruit": 3, "apple": 2, "pear": 2,
            "goji": 1, "pomegranate": 1, "peach": 1,
        },
        "beijing-market",
    ),
}  # fmt: skip
"""Which eight provinces the channel covered in 2018 is not known; these are eight with many poor counties."""

HALLS = {
    "beijing-market": ("Beijing wholesale market", "北京批发市场", "beijing"),
    "chengdu-market": ("Chengdu wholesale market", "成都批发市场", "sichuan"),
    "shanghai-market": ("Shanghai wholesale market", "上海批发市场", "shanghai"),
}
"""Wholesale markets: their names and provinces."""
