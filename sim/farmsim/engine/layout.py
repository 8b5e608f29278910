"""Index tables: a scenario as arrays. Goods, offers, lines and stock rows are tables of equal columns.

* good: (county, product, grade) that grows; * offer: (channel, county, product);
* line: (offer, good) that the offer accepts;
* row: a good at one place (gate, cold store, shop, contract buyer).
Counties and products are rows of the same arrays, so that 1 and 141 counties are the same code.
"""

from datetime import timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import Channel, OrderChannel, ParcelChannel, StockedChannel
from farmsim.domain.households import GrowerGroup
from farmsim.domain.network import BulkLane, ParcelLane
from farmsim.domain.terms import Growers
from farmsim.scenario.schema import Scenario

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

COLD_SPELL = 6.0
"""How much colder than the coolest month's mean a lot may wait for all of its life (columns only), C."""
LONGEST_LIFE_DAYS = 400
"""Lots older than this are not told apart; what is left of them is thrown out."""


class Goods(NamedTuple):
    """[good] in the order county, product, grade."""

    ids: tuple[tuple[str, str, str], ...]
    county: Indices
    product: Indices
    rank: Indices
    median: Floats
    shape: Floats


class Groups(NamedTuple):
    """[group] of growers in the order of counties."""

    ids: tuple[str, ...]
    blocks: tuple[GrowerGroup, ...]
    county: Indices
    product: Indices
    goods: Indices
    """[group, grade]: the goods that it brings, best grade first; -1 beyond the product's last grade."""
    of_good: Indices
    """[good, place]: the groups that bring a good; -1 beyond the last."""
    place: Indices
    """Place of a group among those that bring the same goods."""
    of_offer: Indices
    """[offer, place]: the groups whose fruit an offer sells, in the same order; -1 beyond the last."""


class Offers(NamedTuple):
    """[offer] in the order channel, county, product."""

    ids: tuple[tuple[str, str, str], ...]
    channel: Indices
    county: Indices
    product: Indices
    pack_kg: Floats
    price: Floats
    door_price: Floats
    surplus_share: Floats
    median: Floats
    """Median life of the product, days at reference."""


class Lines(NamedTuple):
    """[line] in the order of offers; within an offer the worst grade first."""

    offer: Indices
    good: Indices
    channel: Indices
    of_channel: tuple[Indices, ...]
    """Lines of each channel."""


class Rows(NamedTuple):
    """[row] of the stock."""

    good: Indices
    place: Indices
    places: tuple[str, ...]
    kind: tuple[str, ...]
    """Kind of each place: gate, cold, shop, buyer."""
    celsius: Floats
    """Storage temperature; NaN means ambient."""
    sellable: Indices
    """[good, 2]: rows of the county's cold store (or the gate again) and of the gate."""
    has_cold: NDArray[np.bool_]
    """[good]: whether a cold store stands behind it."""
    of_line: Indices
    """[line]: row at the channel's own place, or -1."""
    pool: Indices
    """Rows that serve the same demand: a good in the county (its own number), an offer in a shop (goods + its
    number), a line at a contract buyer's (goods + offers + its number)."""
    rank: Indices
    """Order of the rows of one pool: cold store before gate, worst accepted grade first."""


class Layout(NamedTuple):
    """All index tables of one scenario."""

    scenario: Scenario
    channels: tuple[str, ...]
    blocks: tuple[Channel, ...]
    products: tuple[str, ...]
    counties: tuple[str, ...]
    goods: Goods
    groups: Groups
    offers: Offers
    lines: Lines
    rows: Rows
    columns: int


def make_layout(scenario: Scenario) -> Layout:
    """Tables for a scenario whose programmes are already in effect."""
    products, counties = tuple(scenario.products), tuple(scenario.counties)
    goods = _goods(scenario, products, counties)
    offers = _offers(scenario, products, counties)
    lines = _lines(scenario, goods, offers)
    rows = _rows(scenario, goods, lines, counties)
    return Layout(
        scenario=scenario,
        channels=tuple(scenario.channels),
        blocks=tuple(scenario.channels.values()),
        products=products,
        counties=counties,
        goods=goods,
        groups=_groups(scenario, products, goods, offers),
        offers=offers,
        lines=lines,
        rows=rows,
        columns=_columns(scenario, goods, rows),
    )


def parcel_lane(scenario: Scenario, county: str, channel: ParcelChannel) -> ParcelLane:
    """The express lane by which a parcel channel leaves a county."""
    lane = scenario.counties[county].lanes[channel.lane]
    assert isinstance(lane, ParcelLane), f"{channel.lane} of {county} is no parcel lane"
    return lane


def bulk_lane(scenario: Scenario, county: str, lane_id: str) -> BulkLane:
    """The bulk lane of a county by its id."""
    lane = scenario.counties[county].lanes[lane_id]
    assert isinstance(lane, BulkLane), f"{lane_id} of {county} is no bulk lane"
    return lane


def _goods(scenario: Scenario, products: tuple[str, ...], counties: tuple[str, ...]) -> Goods:
    ids: list[tuple[str, str, str]] = []
    for name, county in scenario.counties.items():
        grown = dict.fromkeys(group.product for group in county.growers.values())
        ids += [(name, product, grade) for product in grown for grade in scenario.products[product].grades]
    keeping = [scenario.products[product].keeping for _, product, _ in ids]
    return Goods(
        ids=tuple(ids),
        county=np.array([counties.index(c) for c, _, _ in ids], dtype=np.intp),
        product=np.array([products.index(p) for _, p, _ in ids], dtype=np.intp),
        rank=np.array([scenario.products[p].grades.index(g) for _, p, g in ids], dtype=np.intp),
        median=np.array([k.median_days for k in keeping]),
        shape=np.array([k.shape for k in keeping]),
    )


def _groups(scenario: Scenario, products: tuple[str, ...], goods: Goods, offers: Offers) -> Groups:
    ids: list[str] = []
    blocks: list[GrowerGroup] = []
    county: list[int] = []
    for index, (county_id, block) in enumerate(scenario.counties.items()):
        ids += [f"{county_id}/{name}" for name in block.growers]
        blocks += block.growers.values()
        county += [index] * len(block.growers)
    product = [products.index(group.product) for group in blocks]
    together: dict[tuple[int, int], list[int]] = {}
    for group, pair in enumerate(zip(county, product, strict=True)):
        together.setdefault(pair, []).append(group)
    places: dict[tuple[int, int], list[int]] = {}
    for good, pair in enumerate(zip(goods.county.tolist(), goods.product.tolist(), strict=True)):
        places.setdefault(pair, []).append(good)
    pairs = list(zip(county, product, strict=True))
    sold = zip(offers.county.tolist(), offers.product.tolist(), strict=True)
    return Groups(
        ids=tuple(ids),
        blocks=tuple(blocks),
        county=np.array(county, dtype=np.intp),
        product=np.array(product, dtype=np.intp),
        goods=_padded([places[pair] for pair in pairs]),
        of_good=_padded(
            [together[p] for p in zip(goods.county.tolist(), goods.product.tolist(), strict=True)]
        ),
        place=np.array([together[pair].index(group) for group, pair in enumerate(pairs)], dtype=np.intp),
        of_offer=_padded([together[pair] for pair in sold]),
    )


def _padded(rows: list[list[int]]) -> Indices:
    """Rows of different lengths as one table, filled up with -1."""
    table = np.full((len(rows), max(map(len, rows), default=1)), -1, dtype=np.intp)
    for index, row in enumerate(rows):
        table[index, : len(row)] = row
    return table


def _offers(scenario: Scenario, products: tuple[str, ...], counties: tuple[str, ...]) -> Offers:
    ids: list[tuple[str, str, str]] = []
    grown = {name: {g.product for g in county.growers.values()} for name, county in scenario.counties.items()}
    for channel_id, channel in scenario.channels.items():
        for county in channel.counties or counties:
            ids += [(channel_id, county, product) for product in channel.sells if product in grown[county]]
    sales = [scenario.channels[c].sells[p] for c, _, p in ids]
    terms = [grower_terms(scenario.channels[c], p) for c, _, p in ids]
    packs = [
        getattr(sale, "pack_kg", None) or scenario.products[p].pack_kg
        for sale, (_, _, p) in zip(sales, ids, strict=True)
    ]
    channels = list(scenario.channels)
    return Offers(
        ids=tuple(ids),
        channel=np.array([channels.index(c) for c, _, _ in ids], dtype=np.intp),
        county=np.array([counties.index(c) for _, c, _ in ids], dtype=np.intp),
        product=np.array([products.index(p) for _, _, p in ids], dtype=np.intp),
        pack_kg=np.array(packs, dtype=np.float64),
        price=np.array([sale.price_per_kg for sale in sales], dtype=np.float64),
        door_price=np.array([t.door_price_per_kg for t in terms], dtype=np.float64),
        surplus_share=np.array([t.surplus_share for t in terms], dtype=np.float64),
        median=np.array([scenario.products[p].keeping.median_days for _, _, p in ids]),
    )


def grower_terms(channel: Channel, product: str) -> Growers:
    """What growers get of one product in one channel."""
    return channel.sells[product].growers or channel.growers


def _lines(scenario: Scenario, goods: Goods, offers: Offers) -> Lines:
    where = {good: index for index, good in enumerate(goods.ids)}
    offer_of: list[int] = []
    good_of: list[int] = []
    for index, (channel, county, product) in enumerate(offers.ids):
        grades = scenario.products[product].grades
        least = scenario.channels[channel].sells[product].grade
        accepted = grades if least == "any" else grades[: grades.index(least) + 1]
        for grade in reversed(accepted):
            offer_of.append(index)
            good_of.append(where[county, product, grade])
    offer, good = np.array(offer_of, dtype=np.intp), np.array(good_of, dtype=np.intp)
    channel_of = offers.channel[offer] if len(offer) else offer
    return Lines(
        offer=offer,
        good=good,
        channel=channel_of,
        of_channel=tuple(np.flatnonzero(channel_of == c) for c in range(len(scenario.channels))),
    )


def _rows(scenario: Scenario, goods: Goods, lines: Lines, counties: tuple[str, ...]) -> Rows:
    places: list[str] = []
    kinds: list[str] = []
    row_good: list[int] = []
    row_place: list[int] = []
    celsius: list[float] = []
    sellable = np.zeros((len(goods.ids), 2), dtype=np.intp)
    has_cold = np.zeros(len(goods.ids), dtype=np.bool_)
    of_line = np.full(len(lines.offer), -1, dtype=np.intp)

    pool: list[int] = []
    rank: list[int] = []

    def add(place: int, good: int, warmth: float, order: tuple[int, int]) -> int:
        row_place.append(place)
        row_good.append(good)
        celsius.append(warmth)
        pool.append(order[0])
        rank.append(order[1])
        return len(row_good) - 1

    for index, name in enumerate(counties):
        store = scenario.counties[name].cold_store
        of_county = np.flatnonzero(goods.county == index)
        places.append(f"gate:{name}")
        kinds.append("gate")
        for good in of_county:
            sellable[good] = add(len(places) - 1, int(good), np.nan, (int(good), 1))
        if store is not None:
            places.append(f"cold:{name}")
            kinds.append("cold")
            for good in of_county:
                sellable[good, 0] = add(len(places) - 1, int(good), store.celsius, (int(good), 0))
                has_cold[good] = True
    offers = int(lines.offer.max(initial=-1)) + 1
    for index, (channel_id, channel) in enumerate(scenario.channels.items()):
        match channel:
            case StockedChannel():
                kind, warmth = "shop", channel.site.celsius
            case OrderChannel(resale=resale) if resale is not None:
                kind, warmth = "buyer", resale.celsius
            case _:
                continue
        places.append(f"{kind}:{channel_id}")
        kinds.append(kind)
        for line in lines.of_channel[index].tolist():
            offer = int(lines.offer[line])
            among = int(np.count_nonzero(lines.offer[:line] == offer)) if kind == "shop" else 0
            own = offer if kind == "shop" else offers + line
            of_line[line] = add(len(places) - 1, int(lines.good[line]), warmth, (len(goods.ids) + own, among))
    return Rows(
        good=np.array(row_good, dtype=np.intp),
        place=np.array(row_place, dtype=np.intp),
        places=tuple(places),
        kind=tuple(kinds),
        celsius=np.array(celsius),
        sellable=sellable,
        has_cold=has_cold,
        of_line=of_line,
        pool=np.array(pool, dtype=np.intp),
        rank=np.array(rank, dtype=np.intp),
    )


def _columns(scenario: Scenario, goods: Goods, rows: Rows) -> int:
    """Harvest days that must be told apart: the longest that any lot can stay sellable anywhere."""
    longest = 2.0
    for row, good in enumerate(rows.good):
        keeping = scenario.products[goods.ids[good][1]].keeping
        warmth = rows.celsius[row]
        if np.isnan(warmth):
            warmth = coolest_month(scenario, goods.ids[good][0]) - COLD_SPELL
        longest = max(longest, keeping.median_days / float(keeping.rate(warmth)))
    for county, product, _ in goods.ids:
        keeping = scenario.products[product].keeping
        for lane in scenario.counties[county].lanes.values():
            if isinstance(lane, BulkLane) and lane.celsius is not None:
                longest = max(longest, keeping.median_days / float(keeping.rate(lane.celsius)))
    return int(min(np.ceil(longest) + 3, scenario.horizon_days + 2, LONGEST_LIFE_DAYS))


def coolest_month(scenario: Scenario, county: str) -> float:
    """Lowest monthly mean temperature of a county among the months that the run touches, C."""
    days = range(0, scenario.horizon_days + 1, 15)
    months = {(scenario.start + timedelta(days=d)).month for d in (*days, scenario.horizon_days)}
    return min(scenario.counties[county].climate.celsius[month - 1] for month in months)
