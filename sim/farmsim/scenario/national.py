"""The generator of national scenarios: a made-up nation for the poverty-relief channel of 2018, as YAML text.

The channel (`xingnong.counties_2018`) covered 141 counties of 8 provinces, 51 of them poor, and 701 products.
All poor counties sold for over 26 billion CNY on the platform in half a year (`gmv.poor_counties.h1_2018`).
These size the scenario; counties, products, prices and volumes are drawn (`national_land`, `national_trade`).
Equal arguments give equal text. Here the file is worded, a line a product.
"""

from collections.abc import Iterator
from datetime import timedelta
from math import ceil

from farmsim.scenario.national_land import (
    COUNTIES,
    DAYS,
    START,
    CountyLand,
    Crop,
    draw_land,
    growers_of,
    product_of,
    products_of,
    significant,
)
from farmsim.scenario.national_produce import HALLS, KINDS, REGIONS
from farmsim.scenario.national_sources import NOTE, POOR, SOURCES
from farmsim.scenario.national_trade import (
    ASSORTMENTS,
    CONVERSION,
    SESSIONS,
    SURPLUS_SHARE,
    ZIPF,
    Trade,
    is_fresh,
    make_trade,
    sellable_kg,
)

POOR_INCOME = 14_000
"""Other income of a household in a poor county, a year."""
FEWEST_HOUSEHOLDS = 20
"""Households of the smallest group; a smaller crop gives each less land."""
CONTRACTS = 50
"""Products of 701 under contract."""
SHIFT_HOURS = 12.0
STALL_KG = 15_000.0
"""Most that a wholesale market takes of one county's product a day."""

TERMS = {
    "xingnong": "use: xingnong, age_limit_days: null, min_freshness: 0.35, issue: fefo",
    "taobao": "use: taobao, age_limit_days: null, min_freshness: 0.35, issue: fefo",
    "tao-xiang-tian": "use: tao-xiang-tian, lane: cold-express, age_limit_days: null, issue: fefo",
    "livestream": "use: livestream, age_limit_days: null, min_freshness: 0.35, issue: fefo",
    "tmall-supermarket": "use: tmall-supermarket, site: {capacity_kg: 60000000}",
    "hema": "use: hema, site: {capacity_kg: 60000000}",
    "rt-mart": "use: rt-mart, site: {capacity_kg: 60000000}",
    "intime": "use: intime, site: {capacity_kg: 5000000}",
}
"""What the scenario says of each consumer channel beside its products."""


def national_scenario(
    random_seed: int = 2018, counties: int = COUNTIES, *, demand_factor: float = 1.0, replications: int = 1
) -> str:
    """The scenario file of the first `counties` counties of the list, about five products each.

    `demand_factor` scales visitors, base rates and sessions, and with them what is grown, packed and bought.
    """
    land = draw_land(random_seed, counties)
    trade = make_trade(land, demand_factor)
    channels = [
        *_xingnong(trade),
        *(line for channel in ASSORTMENTS for line in _consumer_channel(channel, trade)),
        *_halls(trade, demand_factor),
        *_programme(trade),
        *_trader(trade, demand_factor),
    ]
    lines = [
        *_head(random_seed, counties, replications, len(trade.crops), demand_factor),
        "products:",
        *(_product_line(crop, where) for crop, where in zip(trade.crops, trade.county, strict=True)),
        "",
        "counties:",
        *(line for where in land for line in _county_lines(where, trade)),
        "",
        "channels:",
        *channels,
        "",
        "desk: {policy: netback, interest_per_year: 0.12}",
        "",
        "sources:",
        *(f"  {path}: {origin}" for path, origin in SOURCES.items()),
        *(f"  counties.{where.id}.growers.*.other_income.mean: {POOR}" for where in land if where.is_poor),
    ]
    return "\n".join(lines) + "\n"


def _head(
    random_seed: int, counties: int, replications: int, products: int, demand_factor: float
) -> Iterator[str]:
    """Title, note and frame."""
    scaled = f", demand times {demand_factor:g}" if demand_factor != 1.0 else ""
    yield f"# Written by: farmsim new --national --random-seed {random_seed} --counties {counties}{scaled}"
    yield f"# {products} products of {counties} counties; what is drawn and how is said under sources."
    some, some_zh = (
        (f", {counties} of its counties", f"（{counties}个县）") if counties < COUNTIES else ("", "")
    )
    yield f'name: "Xingnong channel of 2018{some}"'
    yield f'label: {{en: "Xingnong channel of 2018{some}", zh: "2018年兴农扶贫频道{some_zh}"}}'
    yield "note:"
    for language, text in NOTE.items():
        yield f'  {language}: "{text}"'
    yield f"start: {START.isoformat()}"
    yield f"horizon_days: {DAYS}"
    yield f"random_seed: {random_seed}"
    yield f"replications: {replications}"
    yield ""


def _product_line(crop: Crop, where: CountyLand) -> str:
    """One product, named for its county and kind."""
    kind = product_of(crop.kind)
    region = REGIONS[where.province]
    name = kind.label.en[0].lower() + kind.label.en[1:]
    english = f"{region.english} county {where.number}, {name}"
    label = f'{{en: "{english}", zh: "{region.chinese}{where.number}号县{kind.label.zh}"}}'
    return f"  {crop.id}: {{use: {crop.kind}, label: {label}}}"


def _county_lines(where: CountyLand, trade: Trade) -> Iterator[str]:
    """One county: where it lies, its growers and, in some, packhouse and cold store."""
    region = REGIONS[where.province]
    label = f'{{en: "{region.english} county {where.number}", zh: "{region.chinese}{where.number}号县"}}'
    yield f"  {where.id}:" + ("   # poor" if where.is_poor else "")
    yield f"    use: {where.province}-county"
    yield f"    label: {label}"
    yield f"    place: {{latitude: {where.latitude:.2f}, longitude: {where.longitude:.2f}}}"
    own = [at for at, county in enumerate(trade.county) if county.id == where.id]
    if where.has_packhouse:
        yield from _packhouse(where, [float(trade.peak_kg[at]) for at in own], sum(trade.picked_kg[own]))
    yield "    growers:"
    for at in own:
        yield _growers_line(trade.crops[at], float(trade.picked_kg[at]), is_poor=where.is_poor)


def _growers_line(crop: Crop, picked_kg: float, *, is_poor: bool) -> str:
    """One group of growers: as many households as the crop needs, but in a small nation less land each."""
    needed = picked_kg / (growers_of(crop.kind).land_mu * crop.yield_kg_per_mu)
    households = max(FEWEST_HOUSEHOLDS, round(needed))
    land = ""
    if needed < FEWEST_HOUSEHOLDS:
        land = f", land_mu: {_number(significant(picked_kg / (FEWEST_HOUSEHOLDS * crop.yield_kg_per_mu)))}"
    season = crop.harvest
    dates = f"{{centre: {season.centre}, first: {season.first}, last: {season.last}}}"
    other = f", other_income: {{mean: {POOR_INCOME}}}" if is_poor else ""
    return (
        f"      {crop.kind}: {{use: {crop.kind}-growers, product: {crop.id}, households: {households}, "
        f"yield_kg_per_mu: {_number(crop.yield_kg_per_mu)}, harvest: {dates}{land}{other}}}"
    )


def _packhouse(where: CountyLand, peaks: list[float], picked_kg: float) -> Iterator[str]:
    """Two loads of the largest group on its best day; lines for all best days at once and a quarter more."""
    load = significant(max(peaks) / 2.0, 2)
    per_hour = significant(load / 2.0, 2)
    lines = max(2, ceil(1.25 * sum(peaks) / (per_hour * SHIFT_HOURS)))
    yield (
        f"    packhouse: {{lines: {lines}, kg_per_hour: {_number(per_hour)}, load_kg: {_number(load)}, "
        "cost_per_kg: 0.15, wage_share: 0.5}"
    )
    store = (
        f"capacity_kg: {_number(significant(0.3 * picked_kg, 2))}, celsius: {_number(where.store_celsius)}"
    )
    yield f"    cold_store: {{{store}, cost_per_kg_day: 0.003}}"


def _xingnong(trade: Trade) -> Iterator[str]:
    """The channel that lists everything in any grade and shares its visitors by place."""
    visitors = significant(trade.visitors_per_day)
    yield "  xingnong:"
    yield f"    {TERMS['xingnong']}".replace(", ", "\n    ")
    yield (
        f"    attention: {{visitors_per_day: {_number(visitors)}, zipf_exponent: {ZIPF}, "
        f"conversion_share: {CONVERSION}}}"
    )
    yield "    sells:"
    for at, crop in enumerate(trade.crops):
        terms = _online_terms(trade, at, trade.price[at], grade="")
        yield f"      {crop.id}: {{{terms}, place: {trade.place[at]}}}"


def _online_terms(trade: Trade, at: int, price: float, grade: str = "grade: a, ") -> str:
    """Grade, price, box and growers' terms of one product in a parcel shop."""
    packaging = KINDS[trade.crops[at].kind].packaging
    return (
        f"{grade}price_per_kg: {_number(price)}, packaging_cost: {_number(packaging)}, "
        f"growers: {_growers_terms(trade, at)}"
    )


def _growers_terms(trade: Trade, at: int) -> str:
    """What growers get of one product."""
    return f"{{door_price_per_kg: {_number(trade.door[at])}, surplus_share: {SURPLUS_SHARE}}}"


def _consumer_channel(channel: str, trade: Trade) -> Iterator[str]:
    """A shop with base rates of its own, or with livestream sessions."""
    yield f"  {channel}:"
    yield from (f"    {line}" for line in _blocks(TERMS[channel]))
    yield "    sells:"
    for at, sale in trade.sales[channel].items():
        crop = trade.crops[at]
        packs = sale.packs_per_day
        base = _number(significant(packs * product_of(crop.kind).pack_kg))
        little = _number(significant(0.02 * packs * product_of(crop.kind).pack_kg))
        if channel == "livestream":
            terms = _online_terms(trade, at, sale.price_per_kg)
            terms += f", base_kg_per_day: {little}, {_sessions(crop, packs)}"
        elif channel in {"taobao", "tao-xiang-tian"}:
            terms = f"{_online_terms(trade, at, sale.price_per_kg)}, base_kg_per_day: {base}"
        elif channel == "rt-mart":
            terms = f"grade: b, price_per_kg: {_number(sale.price_per_kg)}, base_kg_per_day: {base}"
        else:
            terms = (
                f"grade: a, price_per_kg: {_number(sale.price_per_kg)}, base_kg_per_day: {base}, "
                f"growers: {_growers_terms(trade, at)}"
            )
        yield f"      {crop.id}: {{{terms}}}"


def _blocks(terms: str) -> list[str]:
    """Terms in flow style as lines of their own."""
    return terms.split(", ")


def _sessions(crop: Crop, packs_per_day: float) -> str:
    """Sessions spread over the season, which together bring the half year's orders."""
    season = crop.harvest
    length = (season.last - season.first).days
    parts = [(number + 1) / (SESSIONS + 1) for number in range(SESSIONS)]
    days = sorted({season.first + timedelta(days=round(length * part)) for part in parts})
    mean = _number(significant(packs_per_day * DAYS / len(days)))
    dates = ", ".join(day.isoformat() for day in days)
    orders = f"{{distribution: lognormal, mean: {mean}, cv: 0.3}}"
    return f"sessions: {{days: [{dates}], orders: {orders}, fee: 2000}}"


def _halls(trade: Trade, demand_factor: float) -> Iterator[str]:
    """Wholesale markets, each for the counties of some provinces."""
    for hall, (english, chinese, province) in HALLS.items():
        numbers = [
            at
            for at, (crop, where) in enumerate(zip(trade.crops, trade.county, strict=True))
            if REGIONS[where.province].hall == hall and KINDS[crop.kind].market is not None
        ]
        if not numbers:
            continue
        counties = dict.fromkeys(trade.county[at].id for at in numbers)
        yield f"  {hall}:"
        yield "    use: wholesale-market"
        yield f"    label: {{en: {english}, zh: {chinese}}}"
        yield f"    province: {province}"
        yield f"    counties: [{', '.join(counties)}]"
        yield f"    max_kg_per_day: {_number(significant(STALL_KG * demand_factor))}"
        yield "    sells:"
        for at in numbers:
            crop = trade.crops[at]
            price = significant((KINDS[crop.kind].market or 0.0) * crop.price_factor)
            volume = significant(5.0 * float(trade.peak_kg[at]), 2)
            yield f"      {crop.id}: {{price_per_kg: {_number(price)}, market_kg_per_day: {_number(volume)}}}"


def _programme(trade: Trade) -> Iterator[str]:
    """Forward contracts for some fruit: a tenth of it, above the trader's price.

    Fruit alone, since the buyer's own account knows one price for all that it sells on.
    """
    wanted = max(1, round(CONTRACTS * len(trade.crops) / products_of(COUNTIES)))
    fruit_first = sorted(range(len(trade.crops)), key=lambda at: _contract_rank(trade.crops[at]))
    totals = {
        at: significant(sellable_kg(trade.crops[at], float(trade.picked_kg[at])) / 10.0)
        for at in sorted(fruit_first[:wanted])
    }
    daily = sum(totals.values()) / DAYS
    yield "  programme:"
    yield "    use: order-programme"
    yield (
        f"    resale: {{price_per_kg: 8, kg_per_day: {_number(significant(1.2 * daily))}, cv: 0.3, "
        f"rest_price_per_kg: 2.5, rest_kg_per_day: {_number(significant(daily))}, celsius: 4}}"
    )
    yield "    sells:"
    for at, total in totals.items():
        crop = trade.crops[at]
        price = significant(1.15 * KINDS[crop.kind].trader * crop.price_factor)
        yield (
            f"      {crop.id}: {{grade: a, price_per_kg: {_number(price)}, total_kg: {_number(total)}, "
            f"kg_per_day: {_number(significant(total / 20.0))}}}"
        )


def _contract_rank(crop: Crop) -> tuple[bool, float]:
    """Fruit that keeps comes first, then as drawn."""
    return not (product_of(crop.kind).kind == "fruit" and is_fresh(crop)), float(crop.chance[-1])


def _trader(trade: Trade, demand_factor: float) -> Iterator[str]:
    """The trader comes to every county and buys everything."""
    yield "  trader:"
    yield "    use: farm-gate-trader"
    yield f"    trucks_per_day: {_number(significant(0.6 * demand_factor))}"
    yield "    sells:"
    for crop in trade.crops:
        price = significant(KINDS[crop.kind].trader * crop.price_factor)
        floor = _number(significant(price / 2.0))
        yield f"      {crop.id}: {{price_per_kg: {_number(price)}, floor_price_per_kg: {floor}}}"


def _number(value: float) -> str:
    """A number as a person writes it."""
    return f"{value:.0f}" if value >= 1000 or value == int(value) else f"{value:.6g}"
