"""Index tables: a scenario as arrays. Goods, offers, lines and stock rows are tables of equal columns.

* good: (county, product, grade) that grows; * offer: (channel, county, product);
* line: (offer, good) that the offer accepts;
* row: a good at one place (gate, cold store, shop, contract buyer).
Counties and products are rows of the same arrays, so that 1 and 141 counties are the same code.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import Channel, OrderChannel, ParcelChannel, StockedChannel
from farmsim.domain.network import BulkLane, ParcelLane
from farmsim.domain.terms import Growers
from farmsim.engine.groups import Groups, make_groups
from farmsim.engine.keepings import Keepings, make_keepings
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
    keepings: Keepings
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
    keepings = make_keepings(scenario)
    goods = _goods(scenario, products, counties)
    offers = _offers(scenario, products, counties)
    lines = _lines(scenario, goods, offers)
    rows = _rows(scenario, goods, lines, counties)
    return Layout(
        scenario=scenario,
        channels=tuple(scenario.channels),
        blocks=tuple(scenario.channels.values()),
        products=products,
        keepings=keepings,
        counties=counties,
        goods=goods,
        groups=make_groups(
            scenario,
            products,
            list(zip(goods.county.tolist(), goods.product.tolist(), strict=True)),
            list(zip(offers.county.tolist(), offers.product.tolist(), strict=True)),
        ),
        offers=offers,
        lines=lines,
        rows=rows,
        columns=_columns(scenario, keepings, goods, rows),
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
        county=_numbers(counties, [c for c, _, _ in ids]),
        product=_numbers(products, [p for _, p, _ in ids]),
        rank=np.array([scenario.products[p].grades.index(g) for _, p, g in ids], dtype=np.intp),
        median=np.array([k.median_days for k in keeping]),
        shape=np.array([k.shape for k in keeping]),
    )


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
    return Offers(
        ids=tuple(ids),
        channel=_numbers(tuple(scenario.channels), [c for c, _, _ in ids]),
        county=_numbers(counties, [c for _, c, _ in ids]),
        product=_numbers(products, [p for _, _, p in ids]),
        pack_kg=np.array(packs, dtype=np.float64),
        price=np.array([sale.price_per_kg for sale in sales], dtype=np.float64),
        door_price=np.array([t.door_price_per_kg for t in terms], dtype=np.float64),
        surplus_share=np.array([t.surplus_share for t in terms], dtype=np.float64),
        median=np.array([scenario.products[p].keeping.median_days for _, _, p in ids]),
    )


def _numbers(names: tuple[str, ...], entries: list[str]) -> Indices:
    """The place of each entry among the names."""
    place = {name: index for index, name in enumerate(names)}
    return np.array([place[entry] for entry in entries], dtype=np.intp)


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
    table = _RowTable()
    sellable = np.zeros((len(goods.ids), 2), dtype=np.intp)
    has_cold = np.zeros(len(goods.ids), dtype=np.bool_)
    of_line = np.full(len(lines.offer), -1, dtype=np.intp)
    for index, name in enumerate(counties):
        store = scenario.counties[name].cold_store
        of_county = np.flatnonzero(goods.county == index).tolist()
        sellable[of_county] = table.add(f"gate:{name}", of_county, np.nan, of_county, 1)[:, None]
        if store is not None:
            sellable[of_county, 0] = table.add(f"cold:{name}", of_county, store.celsius, of_county, 0)
            has_cold[of_county] = True
    offers = int(lines.offer.max(initial=-1)) + 1
    among = np.arange(len(lines.offer)) - np.searchsorted(lines.offer, lines.offer)
    for index, (channel_id, channel) in enumerate(scenario.channels.items()):
        mine = lines.of_channel[index]
        good = lines.good[mine].tolist()
        match channel:
            case StockedChannel():
                pool = len(goods.ids) + lines.offer[mine]
                where = table.add(f"shop:{channel_id}", good, channel.site.celsius, pool, among[mine])
            case OrderChannel(resale=resale) if resale is not None:
                where = table.add(
                    f"buyer:{channel_id}", good, resale.celsius, len(goods.ids) + offers + mine, 0
                )
            case _:
                continue
        of_line[mine] = where
    return table.rows(sellable, has_cold, of_line)


class _RowTable:
    """The rows of the stock while they are listed."""

    def __init__(self) -> None:
        self._places: list[str] = []
        self._good: list[int] = []
        self._place: list[int] = []
        self._celsius: list[float] = []
        self._pool: list[int] = []
        self._rank: list[int] = []

    def add(
        self, place: str, goods: list[int], celsius: float, pool: Sequence[int] | Indices, rank: Indices | int
    ) -> Indices:
        """Rows of some goods at one place; their numbers."""
        first = len(self._good)
        self._good += goods
        self._place += [len(self._places)] * len(goods)
        self._celsius += [celsius] * len(goods)
        self._pool += [int(p) for p in pool]
        self._rank += np.broadcast_to(rank, len(goods)).tolist()
        self._places.append(place)
        return np.arange(first, len(self._good))

    def rows(self, sellable: Indices, has_cold: NDArray[np.bool_], of_line: Indices) -> Rows:
        """The finished table."""
        return Rows(
            good=np.array(self._good, dtype=np.intp),
            place=np.array(self._place, dtype=np.intp),
            places=tuple(self._places),
            kind=tuple(place.split(":")[0] for place in self._places),
            celsius=np.array(self._celsius, dtype=np.float64),
            sellable=sellable,
            has_cold=has_cold,
            of_line=of_line,
            pool=np.array(self._pool, dtype=np.intp),
            rank=np.array(self._rank, dtype=np.intp),
        )


def _columns(scenario: Scenario, keepings: Keepings, goods: Goods, rows: Rows) -> int:
    """Harvest days that must be told apart: the longest that any lot can stay sellable anywhere."""
    coolest = np.array([coolest_month(scenario, county) for county in scenario.counties]) - COLD_SPELL
    warmth = np.where(np.isnan(rows.celsius), coolest[goods.county[rows.good]], rows.celsius)
    good, celsius = rows.good.tolist(), warmth.tolist()
    for number, (county, _, _) in enumerate(goods.ids):
        for lane in scenario.counties[county].lanes.values():
            if isinstance(lane, BulkLane) and lane.celsius is not None:
                good.append(number)
                celsius.append(lane.celsius)
    where = np.array(good, dtype=np.intp)
    lives = goods.median[where] / keepings.rates(goods.product[where], np.array(celsius))
    longest = float(lives.max(initial=2.0))
    return int(min(np.ceil(longest) + 3, scenario.horizon_days + 2, LONGEST_LIFE_DAYS))


def coolest_month(scenario: Scenario, county: str) -> float:
    """Lowest monthly mean temperature of a county among the months that the run touches, C."""
    days = range(0, scenario.horizon_days + 1, 15)
    months = {(scenario.start + timedelta(days=d)).month for d in (*days, scenario.horizon_days)}
    return min(scenario.counties[county].climate.celsius[month - 1] for month in months)
