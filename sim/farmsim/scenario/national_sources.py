"""What the file of a national scenario says about itself: its note, and where its numbers come from."""


def _assumed(reason: str, low: float | None = None, high: float | None = None) -> str:
    """An assumption with its range; a date has none."""
    return f'{{assumed: "{reason}"' + ("}" if low is None else f", range: [{low}, {high}]}}")


NOTE = {
    "en": (
        "A made-up nation. The channel had 141 counties, 51 of them poor, of 8 provinces and 701 products; "
        "all poor counties sold over 26 bn CNY on the platform in the first half of 2018. These figures size "
        "the inputs and prove nothing: counties, volumes and prices are drawn, the provinces assumed. The "
        "second half is played, since stores begin empty and the harvests fall into it."
    ),
    "zh": (
        "虚构的全国情景。频道涵盖8个省的141个县（其中51个贫困县）和701种产品；"
        "2018年上半年全部贫困县在平台上售出260多亿元。这些数字只用来确定输入的规模，不证明任何结论："
        "县、产量和价格为随机抽取，省份为假设。所模拟的是下半年，因为仓库起始为空，而收获多在下半年。"
    ),
}

SOURCES = {
    "horizon_days": _assumed(
        "a half year, as the 26 bn CNY of gmv.poor_counties.h1_2018; the one with the harvests"
    ),
    "random_seed": _assumed("any number serves; the file was drawn with it"),
    "replications": _assumed("one shows the whole; more for intervals"),
    "counties.*.place.latitude": _assumed(
        "drawn by the generator: within 1.2 degrees of the province's middle", 22, 44
    ),
    "counties.*.place.longitude": _assumed(
        "drawn by the generator: within 1.2 degrees of the province's middle", 77, 119
    ),
    "counties.*.packhouse.lines": _assumed(
        "every third county has one; lines for the best days of all groups at once", 2, 200
    ),
    "counties.*.packhouse.kg_per_hour": _assumed(
        "a line is a hall of sorters, which takes two hours for a load", 1, 500000
    ),
    "counties.*.packhouse.load_kg": _assumed(
        "a convoy: the largest group brings two on its best day", 1, 1000000
    ),
    "counties.*.packhouse.cost_per_kg": _assumed(
        "a sorter at 100 CNY a day handles a tonne; power and boxes", 0.05, 0.4
    ),
    "counties.*.packhouse.wage_share": _assumed("half of the sorters come from the growers' families", 0, 1),
    "counties.*.cold_store.capacity_kg": _assumed(
        "three tenths of the crop, about lixian.cold_storage_capacity over lixian.output_2020",
        1,
        500000000,
    ),
    "counties.*.cold_store.celsius": _assumed(
        "a degree above what the county's most sensitive crop bears", 1, 14
    ),
    "counties.*.cold_store.cost_per_kg_day": _assumed(
        "400 CNY/t a season (coldstore.opex_season) of 130 days", 0.002, 0.005
    ),
    "counties.*.growers.*.households": _assumed(
        "sized by the generator: as many as grow what the channels are expected to ask, times a drawn factor",
        1,
        200000,
    ),
    "counties.*.growers.*.yield_kg_per_mu": _assumed(
        "drawn by the generator: the kind's yield times a lognormal factor (sd 0.12)", 4, 4000
    ),
    "counties.*.growers.*.harvest.centre": _assumed(
        "drawn by the generator: the kind's season, moved by up to eight days"
    ),
    "counties.*.growers.*.harvest.first": _assumed(
        "drawn by the generator: the kind's season, moved by up to eight days"
    ),
    "counties.*.growers.*.harvest.last": _assumed(
        "drawn by the generator: the kind's season, moved by up to eight days"
    ),
    "channels.xingnong.attention.visitors_per_day": _assumed(
        "sized by the generator: with the others about 500 million orders of 52 CNY in the half year",
        1,
        500000000,
    ),
    "channels.xingnong.attention.zipf_exponent": _assumed(
        "concentration of clicks on the first places", 0.3, 1.2
    ),
    "channels.xingnong.attention.conversion_share": _assumed(
        "visitors of a product's page who order", 0.02, 0.12
    ),
    "channels.xingnong.sells.*.place": _assumed(
        "drawn by the generator: liking of the kind times a lognormal factor (sd 0.6)", 1, 701
    ),
    "channels.xingnong.min_freshness": _assumed(
        "packed out of the store, as long as a buyer accepts it", 0.2, 0.6
    ),
    "channels.taobao.min_freshness": _assumed(
        "packed out of the store, as long as a buyer accepts it", 0.2, 0.6
    ),
    "channels.livestream.min_freshness": _assumed(
        "packed out of the store, as long as a buyer accepts it", 0.2, 0.6
    ),
    "channels.*.site.capacity_kg": _assumed(
        "all warehouses and shops together; never binding", 1000000, 100000000
    ),
    "channels.*.sells.*.price_per_kg": _assumed(
        "drawn by the generator: the kind's usual price in the channel times a lognormal factor (sd 0.12)",
        0.5,
        600,
    ),
    "channels.*.sells.*.packaging_cost": _assumed(
        "bags of 2 CNY (packaging.rice_2.5kg) to padded boxes of 6 CNY (packaging.fruit_5kg)", 1.5, 8
    ),
    "channels.*.sells.*.growers.door_price_per_kg": _assumed(
        "half way between the trader's price and what an online shop has left of its price", 0.5, 400
    ),
    "channels.*.sells.*.growers.surplus_share": _assumed("as the channel's own", 0, 1),
    "channels.*.sells.*.base_kg_per_day": _assumed(
        "sized by the generator: the channel's share of the orders, by the root of the product's popularity",
        0,
        1000000,
    ),
    "channels.livestream.sells.*.base_kg_per_day": _assumed("few buy between the sessions", 0, 100000),
    "channels.livestream.sells.*.sessions.days": _assumed("at the quarters of the harvest"),
    "channels.livestream.sells.*.sessions.orders.mean": _assumed(
        "sized by the generator: a hundredth of all orders", 1, 1000000
    ),
    "channels.livestream.sells.*.sessions.orders.cv": _assumed("sessions differ", 0.1, 0.6),
    "channels.livestream.sells.*.sessions.fee": "{source: livestream.slot_fee}",
    "channels.*.sells.*.market_kg_per_day": _assumed(
        "five times the county's best day: others sell there too", 1, 100000000
    ),
    "channels.*.sells.*.floor_price_per_kg": _assumed("half of the normal price in a glut", 0.2, 200),
    "channels.programme.resale.price_per_kg": _assumed(
        "fruit of 10 to 20 CNY/kg less parcel, box and traffic", 4, 12
    ),
    "channels.programme.resale.kg_per_day": _assumed(
        "a little more than it buys, on an even season", 1, 10000000
    ),
    "channels.programme.resale.cv": _assumed("campaigns and quiet days", 0.1, 0.8),
    "channels.programme.resale.rest_price_per_kg": _assumed("bulk sale below its own cost", 1, 5),
    "channels.programme.resale.rest_kg_per_day": _assumed("what it clears in bulk in a glut", 1, 10000000),
    "channels.programme.resale.celsius": _assumed("a cold store for mixed fruit", 0, 8),
    "channels.programme.sells.*.total_kg": _assumed("a tenth of what can be sold", 1, 100000000),
    "channels.programme.sells.*.kg_per_day": _assumed("taken in about twenty days", 0.1, 10000000),
    "channels.*.max_kg_per_day": _assumed("what a county's stall places of one product", 1, 10000000),
    "channels.trader.trucks_per_day": _assumed(
        "every second day in a county: he cannot take a whole harvest at once, so that some is kept",
        0.01,
        1000,
    ),
    "desk.interest_per_year": "{source: mybank.apr}",
}
"""By path; `*` stands for every key."""

POOR = _assumed("3 500 CNY a head in poor counties, near the poverty line with the crop", 4000, 45000)
"""Of the other income of growers in poor counties."""
