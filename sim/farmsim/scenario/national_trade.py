"""The trade of a national scenario: who lists which product at what price, and how much is grown for it.

Supply follows demand: what the channels are expected to ask of a product over the half year, times a drawn
factor, is grown. The sum is arithmetic on plain days; the run then decides what is sold.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.seasons import calendar_factor, harvest_bell
from farmsim.scenario.national_land import (
    DAYS,
    PRODUCTS,
    START,
    CountyLand,
    Crop,
    climate_of,
    express_of,
    growers_of,
    product_of,
    significant,
)
from farmsim.scenario.national_produce import KINDS

Floats = NDArray[np.float64]

ZIPF = 0.7
CONVERSION = 0.06
ONLINE_FEES = 0.15
"""Traffic and operation of an online shop, and a little for refunds, share of the price."""
PACKING = 2.0
"""Labour of one parcel, CNY."""
SURPLUS_SHARE = 0.25
SUPPLY = 1.55
"""What is brought to the door, over what the consumer channels are expected to ask of it."""
SESSIONS = 3
"""Livestream sessions of one product."""


class Assortment(NamedTuple):
    """What one channel lists: how many of 701 products, how many orders a plain day they bring in all."""

    products: int
    orders_per_day: float
    price_factor: float
    """Over the price of an online shop."""
    fits: Callable[[Crop], bool]


def _keeps(crop: Crop) -> bool:
    """Whether it stands the way to a shop and some days on the shelf."""
    return product_of(crop.kind).keeping.median_days >= 14.0


def is_fresh(crop: Crop) -> bool:
    """Whether it is eaten fresh and keeps so for a fortnight."""
    return product_of(crop.kind).kind in {"fruit", "vegetable"} and _keeps(crop)


def _is_gift(crop: Crop) -> bool:
    """Whether it is sold in gift boxes."""
    return KINDS[crop.kind].is_gift


XINGNONG_ORDERS = 1_480_000.0
"""Orders of a plain day in the channel whose visitors all products share."""

ASSORTMENTS = {
    "taobao": Assortment(250, 1_020_000.0, 1.0, lambda _: True),
    "tao-xiang-tian": Assortment(60, 110_000.0, 1.12, lambda _: True),
    "livestream": Assortment(40, 30_000.0, 0.9, lambda _: True),
    "tmall-supermarket": Assortment(60, 80_000.0, 1.05, _keeps),
    "hema": Assortment(45, 45_000.0, 1.1, is_fresh),
    "rt-mart": Assortment(60, 40_000.0, 0.8, _keeps),
    "intime": Assortment(30, 5_000.0, 1.35, _is_gift),
}
"""Consumer channels beside xingnong, in the order of the crops' numbers in `chance`."""


class Sale(NamedTuple):
    """One product in one consumer channel."""

    price_per_kg: float
    packs_per_day: float


class Trade(NamedTuple):
    """Everything that is decided about products once all are known. Arrays and lists are by crop."""

    crops: list[Crop]
    county: list[CountyLand]
    price: list[float]
    """In an online shop, per kg."""
    door: list[float]
    """What a channel pays growers at the door, per kg."""
    place: list[int]
    """On the channel's list."""
    visitors_per_day: float
    sales: dict[str, dict[int, Sale]]
    """Of every consumer channel but the one with shared visitors, by crop number."""
    packs: Floats
    """Expected packs of all consumer channels in the half year."""
    picked_kg: Floats
    """Grown for it, all grades, culls and own use included."""
    peak_kg: Floats
    """On the best day at the door."""


def make_trade(land: Sequence[CountyLand], demand_factor: float) -> Trade:
    """The trade of these counties, with demand scaled by a factor."""
    county = [where for where in land for _ in where.crops]
    crops = [crop for where in land for crop in where.crops]
    scale = demand_factor * len(crops) / PRODUCTS
    price = [significant(KINDS[crop.kind].retail * crop.price_factor) for crop in crops]
    popular = np.argsort([-crop.popularity for crop in crops], kind="stable")
    place = np.empty(len(crops), dtype=np.intp)
    place[popular] = np.arange(1, len(crops) + 1)
    is_open = np.array([_open_days(crop, where) for crop, where in zip(crops, county, strict=True)])
    calendar = np.array([_calendar(crop.kind) for crop in crops])
    sales = {
        channel: _assort(number, channel, crops, price, is_open.mean(axis=1), scale)
        for number, channel in enumerate(ASSORTMENTS)
    }
    daily = np.zeros(len(crops))
    for sold in sales.values():
        for at, sale in sold.items():
            daily[at] += sale.packs_per_day
    pull = (place**-ZIPF)[:, None] * is_open
    attention = pull / np.maximum(pull.sum(axis=0), 1e-9)
    orders = (attention * (XINGNONG_ORDERS * scale) + daily[:, None] * is_open) * calendar
    packs = orders.sum(axis=1)
    picked = np.array([_picked_kg(crop, float(n)) for crop, n in zip(crops, packs, strict=True)])
    best = [float(harvest_bell(crop.harvest, START, DAYS, 0.0).max()) for crop in crops]
    return Trade(
        crops=crops,
        county=county,
        price=price,
        door=[_door_price(c, w, p) for c, w, p in zip(crops, county, price, strict=True)],
        place=place.tolist(),
        visitors_per_day=XINGNONG_ORDERS * scale / CONVERSION,
        sales=sales,
        packs=packs,
        picked_kg=picked,
        peak_kg=picked * np.array(best),
    )


def sellable_kg(crop: Crop, picked_kg: float) -> float:
    """What is left for sale in all grades, once culls, own use and damage are gone."""
    growers = growers_of(crop.kind)
    brought = picked_kg * (1.0 - growers.field_loss_share) * (1.0 - growers.own_use_share)
    return brought * (1.0 - product_of(crop.kind).packhouse_damage_share)


def _picked_kg(crop: Crop, packs: float) -> float:
    """What must be picked so that all grades cover the expected packs and the drawn margin."""
    wanted = packs * product_of(crop.kind).pack_kg * SUPPLY * crop.supply_factor
    return wanted / sellable_kg(crop, 1.0)


def _open_days(crop: Crop, where: CountyLand) -> NDArray[np.bool_]:
    """Days on which it is likely in stock: from the first pick until the last has half its life left."""
    keeping = product_of(crop.kind).keeping
    months = climate_of(where.province).celsius
    warmth = where.store_celsius if where.has_packhouse else months[crop.harvest.last.month - 1]
    keeps = 0.5 * keeping.median_days / float(keeping.rate(warmth))
    day = np.arange(DAYS)
    last = (crop.harvest.last - START).days + keeps
    return np.asarray((day >= (crop.harvest.first - START).days) & (day <= last))


def _calendar(kind: str) -> Floats:
    """Factor on demand for a kind by day."""
    demand = product_of(kind).demand
    assert demand is not None, "consumers buy every kind"
    return calendar_factor(START, DAYS, monthly=demand.monthly, weekday=demand.weekday, events=demand.events)


def _assort(
    number: int, channel: str, crops: list[Crop], price: list[float], open_share: Floats, scale: float
) -> dict[int, Sale]:
    """What a channel lists: products that fit, are long in season and were drawn high; in file order."""
    plan = ASSORTMENTS[channel]
    score = [
        crop.chance[number] + 5.0 * open_share[at] + (10.0 if plan.fits(crop) else 0.0)
        for at, crop in enumerate(crops)
    ]
    wanted = max(1, round(plan.products * len(crops) / PRODUCTS))
    chosen = sorted(np.argsort([-value for value in score], kind="stable")[:wanted].tolist())
    weight = {at: crops[at].popularity ** 0.5 for at in chosen}
    orders = plan.orders_per_day * scale / sum(weight.values())
    return {at: Sale(significant(price[at] * plan.price_factor), orders * weight[at]) for at in chosen}


def _door_price(crop: Crop, where: CountyLand, price: float) -> float:
    """Half way between the trader's price and what an online shop has left of its price, per kg."""
    kind, lane, pack_kg = KINDS[crop.kind], express_of(where.province), product_of(crop.kind).pack_kg
    freight = lane.price_per_parcel + (pack_kg - lane.reference_kg) * lane.price_per_extra_kg
    freight = max(freight, 0.2 * lane.price_per_parcel)
    left = price * (1.0 - ONLINE_FEES) - (freight + kind.packaging + PACKING) / pack_kg
    trader = kind.trader * crop.price_factor
    return significant(max((left + trader) / 2.0, 1.02 * trader))
