"""The text of a new scenario file for a county of the catalogue: complete, short, all numbers sourced.

What differs between counties is in `COUNTIES`; the channels are the same and taken from the catalogue.
"""

from typing import NamedTuple

from farmsim.report.messages import translate as _


class Figure(NamedTuple):
    """A number of a scaffold with where it comes from, as it stands under `sources`."""

    value: str
    origin: str


class Beginning(NamedTuple):
    """What a county's first file says."""

    title: str
    chinese: str
    crop: str
    product: str
    start: str
    horizon_days: int
    growers: tuple[tuple[str, str, Figure], ...]
    packhouse: str
    province: str
    shop_lane: str
    """Lane to the shops, empty where the channel's own will do."""
    age_limit: str
    """`null` for dry goods, which have no age limit; empty otherwise."""
    door_price: Figure
    trader_price: Figure
    online_price: Figure
    packaging: Figure
    market_price: Figure
    market_kg: Figure


def _assumed(reason: str, low: str, high: str) -> str:
    """The origin of an assumption with its range."""
    return f'{{assumed: "{reason}", range: [{low}, {high}]}}'


def _cited(key: str) -> str:
    """The origin of a sourced figure."""
    return f"{{source: {key}}}"


COUNTIES = {
    "bachu": Beginning(
        title="Bachu melons",
        chinese="巴楚留香瓜",
        crop="melon",
        product="bachu-melon",
        start="2018-06-24",
        horizon_days=79,
        growers=(
            (
                "tunnel",
                "bachu-tunnel",
                Figure("150", _assumed("30 % of a model county of 500", "100", "250")),
            ),
            (
                "open-field",
                "bachu-open-field",
                Figure("350", _assumed("70 % of a model county of 500", "250", "400")),
            ),
        ),
        packhouse="{lines: 6, kg_per_hour: 1500}",
        province="xinjiang",
        shop_lane="",
        age_limit="",
        door_price=Figure("2.0", _cited("bachu.price.order_procurement")),
        trader_price=Figure("0.6", _cited("bachu.price.trader_baseline")),
        online_price=Figure("20", _cited("bachu.price.retail_shanghai")),
        packaging=Figure("6", _cited("packaging.fruit_5kg")),
        market_price=Figure("1.25", _assumed("gives about 1 CNY/kg at the door", "0.8", "2.0")),
        market_kg=Figure("100000", _assumed("melons on the markets of Kashgar in season", "40000", "300000")),
    ),
    "yuanyang": Beginning(
        title="Yuanyang red rice",
        chinese="元阳红米",
        crop="rice",
        product="yuanyang-red-rice",
        start="2018-09-01",
        horizon_days=180,
        growers=(
            ("terraces", "yuanyang-terraces", Figure("500", _assumed("a model county", "200", "2000"))),
        ),
        packhouse="{lines: 4, kg_per_hour: 500}",
        province="yunnan",
        shop_lane="truck",
        age_limit="null",
        door_price=Figure("10", _assumed("6 to 7 CNY/kg paddy at 0.65 kg milled a kg", "9", "11")),
        trader_price=Figure(
            "6.15", _assumed("4 CNY/kg paddy (yuanyang.price.trader_baseline)", "4.6", "7.7")
        ),
        online_price=Figure("20", _cited("yuanyang.price.online_retail")),
        packaging=Figure("2", _assumed("a vacuum bag in a box", "1", "4")),
        market_price=Figure("7", _assumed("a little above the trader's price", "5", "9")),
        market_kg=Figure("50000", _assumed("rice on the regional market", "20000", "200000")),
    ),
    "jinzhai": Beginning(
        title="Jinzhai kiwifruit",
        chinese="金寨猕猴桃",
        crop="kiwi",
        product="jinzhai-kiwifruit",
        start="2018-09-20",
        horizon_days=110,
        growers=(("orchards", "jinzhai-orchards", Figure("500", _assumed("a model county", "200", "2000"))),),
        packhouse="{lines: 5, kg_per_hour: 1500}",
        province="anhui",
        shop_lane="",
        age_limit="60",
        door_price=Figure("12", _cited("jinzhai.price.programme")),
        trader_price=Figure("6", _cited("jinzhai.price.trader")),
        online_price=Figure("28", _cited("jinzhai.price.online_retail")),
        packaging=Figure("4", _assumed("a padded box", "2", "8")),
        market_price=Figure("9", _assumed("between the trader and the national market", "6", "13")),
        market_kg=Figure("100000", _assumed("kiwifruit on the regional market", "30000", "300000")),
    ),
}

CHANNELS = {
    "trader": ("trader",),
    "online-first": ("taobao", "local", "trader"),
    "matrix": ("taobao", "hema", "local", "trader"),
    "empty": (),
}
"""Channels of each beginning, the first served first."""

DOOR = ("taobao", "hema")
"""Channels that pay growers a price at the door."""


def scaffold(county: str, start: str) -> str:
    """The file of a county that begins with the channels of `start`."""
    begin = COUNTIES[county]
    lines = [
        "# " + _("What a key means: farmsim explain KEY. For completion in an editor: farmsim schema."),
        f"name: {begin.title}, {start}",
        f'label: {{en: "{begin.title}, {start}", zh: "{begin.chinese}, {start}"}}',
        f"start: {begin.start}",
        f"horizon_days: {begin.horizon_days}",
        "random_seed: 1",
        "replications: 30",
        "",
        "products:",
        f"  {begin.crop}: {{use: {begin.product}}}",
        "",
        *_county_lines(county, begin, start),
        "",
        *_channel_lines(begin, start),
        "",
        *_source_lines(county, begin, start),
    ]
    return "\n".join(lines) + "\n"


def _county_lines(county: str, begin: Beginning, start: str) -> list[str]:
    """The county: growers and, where something is sold beyond the farm gate, a packhouse."""
    lines = ["counties:", f"  {county}:", f"    use: {county}", "    growers:"]
    for name, used, households in begin.growers:
        lines.append(f"      {name}: {{use: {used}, product: {begin.crop}, households: {households.value}}}")
    return [*lines, f"    packhouse: {begin.packhouse}"] if len(CHANNELS[start]) > 1 else lines


def _channel_lines(begin: Beginning, start: str) -> list[str]:
    """Channels and the desk that divides the harvest among them."""
    names = CHANNELS[start]
    if not names:
        return [
            "# " + _("Name at least one channel, for example:"),
            "#   trader: {use: farm-gate-trader, sells: {" + begin.crop + ": {price_per_kg: ...}}}",
            "# " + _("farmsim list channels names the others."),
            "channels: {}",
        ]
    lines = ["channels:"]
    for name in names:
        lines += [f"  {name}:", *(f"    {line}" for line in _channel(name, begin))]
    policy = "{policy: matrix}" if start == "matrix" else f"{{policy: priority, order: [{', '.join(names)}]}}"
    return [*lines, "", f"desk: {policy}"]


def _channel(name: str, begin: Beginning) -> list[str]:
    """One channel."""
    door = f"growers: {{door_price_per_kg: {begin.door_price.value}}}"
    match name:
        case "taobao":
            limit = [f"age_limit_days: {begin.age_limit}"] if begin.age_limit else []
            sale = (
                f"grade: a, price_per_kg: {begin.online_price.value}, packaging_cost: {begin.packaging.value}"
            )
            lines = ["use: taobao", door, *limit]
        case "hema":
            lane = [f"lane: {begin.shop_lane}"] if begin.shop_lane else []
            sale = f"grade: a, price_per_kg: {begin.online_price.value}"
            lines = ["use: hema", door, *lane]
        case "local":
            sale = f"price_per_kg: {begin.market_price.value}, market_kg_per_day: {begin.market_kg.value}"
            lines = ["use: local-wholesale", f"province: {begin.province}"]
        case _:
            sale = f"price_per_kg: {begin.trader_price.value}"
            lines = ["use: farm-gate-trader"]
    return [*lines, "sells:", f"  {begin.crop}: {{{sale}}}"]


def _source_lines(county: str, begin: Beginning, start: str) -> list[str]:
    """Where the numbers of the file itself come from."""
    names = CHANNELS[start]
    lines = [
        "sources:",
        '  horizon_days: {assumed: "from before the first pick to the last sale"}',
        '  random_seed: {assumed: "any number serves"}',
        '  replications: {assumed: "intervals of a few percent"}',
    ]
    growers = f"counties.{county}.growers"
    lines += [f"  {growers}.{name}.households: {figure.origin}" for name, _used, figure in begin.growers]
    if len(names) > 1:
        lines.append(f'  counties.{county}.packhouse: {{assumed: "sorts the harvest of a good day"}}')
    sells = f"sells.{begin.crop}"
    for name in names:
        if name in DOOR:
            lines.append(f"  channels.{name}.growers.door_price_per_kg: {begin.door_price.origin}")
            lines.append(f"  channels.{name}.{sells}.price_per_kg: {begin.online_price.origin}")
    if "taobao" in names:
        lines.append(f"  channels.taobao.{sells}.packaging_cost: {begin.packaging.origin}")
        if begin.age_limit.isdigit():
            lines.append(
                '  channels.taobao.age_limit_days: {assumed: "sold out of the cold store", range: [1, 90]}'
            )
    if "local" in names:
        lines.append(f"  channels.local.{sells}.price_per_kg: {begin.market_price.origin}")
        lines.append(f"  channels.local.{sells}.market_kg_per_day: {begin.market_kg.origin}")
    if "trader" in names:
        lines.append(f"  channels.trader.{sells}.price_per_kg: {begin.trader_price.origin}")
    return lines
