"""Common random numbers: what does not concern a source of chance leaves its draws as they were."""

from itertools import pairwise

import numpy as np
import pytest

from engine.small_county import BASE, CONTRACT, MARKET, SHOP, STORE, merged, scenario_of, small
from farmsim.domain.records import Delivered, Harvested, Lost, Ordered, Packed, Traded, Welfare
from farmsim.engine.simulate import Season, make_model
from farmsim.scenario.load import load_scenario
from farmsim.streams import Streams

REPLICATIONS = range(3)
LADDER = ("bachu-trader", "bachu-online-first", "bachu-order-programme", "bachu-matrix")
UNCERTAIN = {
    "products": {"melon": {"demand": {"dispersion": 5, "season_cv": 0.3}}},
    "counties": {
        "bachu": {
            "climate": {"anomaly_sd_celsius": 3},
            "growers": {
                "village": {
                    "season_yield_cv": 0.3,
                    "land_cv": 0.3,
                    "harvest": {"sd_days": 5, "jitter_days": 2},
                    "shocks": {"hail": {"chance": 0.5, "lost_share": 0.4}},
                }
            },
        }
    },
    "channels": {"shop": SHOP, "market": merged(MARKET, {"price_sd": 0.2}), "trader": {"price_sd": 0.1}},
    "desk": {"order": ["shop", "market", "trader"]},
}


def season(scenario, replication=0):
    """A season that has been played, and its rows."""
    rows = []
    played = Season(make_model(scenario), Streams(scenario.random_seed, replication), rows.append)
    played.play()
    return played, rows


def of(kind, rows):
    return [row for row in rows if type(row) is kind]


def harvests(rows):
    return np.array([row.kg for row in of(Harvested, rows)])


def orders(played, rows, channel, county="bachu", product="melon"):
    """Orders of each day of one offer."""
    place = [played.model.layout.offers.ids[o] for o in played.model.market.offer].index(
        (channel, county, product)
    )
    return np.array([row.wanted[place] for row in of(Ordered, rows)])


def prices(played, rows, channel, county="bachu", product="melon"):
    """Price of each day's sales of one offer."""
    place = played.model.layout.offers.ids.index((channel, county, product))
    return {row.day: row.value[place] / row.kg[place] for row in of(Traded, rows) if row.kg[place] > 0.0}


@pytest.mark.parametrize("replication", REPLICATIONS)
def test_compared_scenarios_share_weather_and_harvest(replication):
    """The ladder differs in channels, desk and programmes; a course may raise yields, but by one factor."""
    played = [season(load_scenario(name).scenario, replication) for name in LADDER]
    for (one, rows), (other, more) in pairwise(played):
        assert (one.world.ambient == other.world.ambient).all()
        first, second = harvests(rows), harvests(more)
        assert second / second.sum() == pytest.approx(first / first.sum(), rel=1e-9)


@pytest.mark.parametrize("replication", REPLICATIONS)
@pytest.mark.parametrize("channel", ["store", "contract", "other-market"])
def test_one_more_channel_leaves_weather_harvest_demand_and_prices_as_they_were(replication, channel):
    block = {"store": STORE, "contract": CONTRACT, "other-market": MARKET}[channel]
    before, rows = season(small(UNCERTAIN), replication)
    after, more = season(small(UNCERTAIN, {"channels": {channel: block}}), replication)
    assert (before.world.ambient == after.world.ambient).all()
    assert (harvests(rows) == harvests(more)).all()
    assert (orders(before, rows, "shop") == orders(after, more, "shop")).all()
    assert (before.markets[0].level == after.markets[0].level).all()
    assert (before.traders[0].level == after.traders[0].level).all()
    for one, other in zip(of(Welfare, rows), of(Welfare, more), strict=True):
        assert (one.land_mu == other.land_mu).all()
        assert (one.other_income == other.other_income).all()


def first(name, block, mapping):
    """The mapping with one more entry in front of all others."""
    return {name: block, **mapping}


def with_twin(*, in_front):
    """The county and its twin, each with its own shop; the shared market and trader serve the first."""
    data = merged(BASE, UNCERTAIN)
    twin = merged(data["counties"]["bachu"], {"place": {"latitude": 30, "longitude": 110}})
    for name in ("shop", "market", "trader"):
        data["channels"][name]["counties"] = ["bachu"]
    own = merged(SHOP, {"counties": ["twin"]})
    if in_front:
        data["counties"] = first("twin", twin, data["counties"])
        data["channels"] = first("twin-shop", own, data["channels"])
    else:
        data["counties"]["twin"], data["channels"]["twin-shop"] = twin, own
    return scenario_of(data)


def with_second_product(*, in_front):
    data = merged(BASE, UNCERTAIN)
    rice = merged(data["products"]["melon"], {"keeping": {"life_days": 200}})
    paddy = merged(data["counties"]["bachu"]["growers"]["village"], {"product": "rice"})
    sale = {"price_per_kg": 12, "base_kg_per_day": 1000}
    growers = data["counties"]["bachu"]["growers"]
    if in_front:
        data["products"] = first("rice", rice, data["products"])
        data["counties"]["bachu"]["growers"] = first("paddy", paddy, growers)
        data["channels"]["shop"]["sells"] = first("rice", sale, data["channels"]["shop"]["sells"])
    else:
        data["products"]["rice"], growers["paddy"] = rice, paddy
        data["channels"]["shop"]["sells"]["rice"] = sale
    return scenario_of(data)


@pytest.mark.parametrize("in_front", [False, True], ids=["behind", "in front"])
@pytest.mark.parametrize("replication", REPLICATIONS)
def test_one_more_county_changes_nothing_for_the_others(replication, in_front):
    before, rows = season(small(UNCERTAIN), replication)
    after, more = season(with_twin(in_front=in_front), replication)
    where = list(after.model.layout.counties).index("bachu")
    assert (before.world.ambient[0] == after.world.ambient[where]).all()
    assert (harvests(rows)[:, 0] == harvests(more)[:, where]).all()
    assert (orders(before, rows, "shop") == orders(after, more, "shop")).all()
    assert (before.markets[0].level == after.markets[0].level).all()
    assert prices(before, rows, "trader") == prices(after, more, "trader")
    assert prices(before, rows, "market") == prices(after, more, "market")


@pytest.mark.parametrize("in_front", [False, True], ids=["behind", "in front"])
@pytest.mark.parametrize("replication", REPLICATIONS)
def test_one_more_product_changes_nothing_for_the_others(replication, in_front):
    before, rows = season(small(UNCERTAIN), replication)
    after, more = season(with_second_product(in_front=in_front), replication)
    where = after.model.layout.groups.ids.index("bachu/village")
    assert (before.world.ambient == after.world.ambient).all()
    assert (harvests(rows)[:, 0] == harvests(more)[:, where]).all()
    assert (orders(before, rows, "shop") == orders(after, more, "shop")).all()
    assert prices(before, rows, "market") == prices(after, more, "market")
    place = [after.model.layout.offers.ids[o][2] for o in after.model.market.offer].index("melon")
    kept = {row.day: row.kept[0] for row in of(Delivered, rows)}
    assert kept == {row.day: row.kept[place] for row in of(Delivered, more) if row.day in kept}


@pytest.mark.parametrize("in_front", [False, True], ids=["behind", "in front"])
def test_one_more_county_leaves_the_queue_of_another_packhouse_as_it_was(in_front):
    house = {
        "packhouse": {
            "lines": 2,
            "kg_per_hour": 500,
            "load_kg": 500,
            "service": {"distribution": "exponential", "mean": 1},
        }
    }
    data = merged(BASE, {"counties": {"bachu": house}})
    alone = of(Packed, season(scenario_of(data))[1])[0]
    counties = data["counties"]
    data["counties"] = (
        first("twin", counties["bachu"], counties) if in_front else {**counties, "twin": counties["bachu"]}
    )
    data["channels"]["trader"]["counties"] = ["bachu"]
    together = of(Packed, season(scenario_of(data))[1])[1 if in_front else 0]
    assert together._replace(county=0) == alone


@pytest.mark.parametrize("replication", REPLICATIONS)
def test_a_dearer_channel_sells_to_nobody_new(replication):
    """Counts by inversion: with the same numbers, a higher price never wins an order in any cell."""
    (one, rows), (other, more) = (
        season(small(UNCERTAIN, {"channels": {"shop": {"sells": {"melon": price}}}}), replication)
        for price in (
            {"price_per_kg": 15, "base_price_per_kg": 15},
            {"price_per_kg": 15.5, "base_price_per_kg": 15},
        )
    )
    cheap, dear = orders(one, rows, "shop"), orders(other, more, "shop")
    assert (dear <= cheap).all()
    assert np.corrcoef(dear, cheap)[0, 1] > 0.98


def test_replications_differ_in_everything_that_chance_decides():
    played = [season(small(UNCERTAIN), k) for k in REPLICATIONS]
    for (one, rows), (other, more) in pairwise(played):
        assert (one.world.ambient != other.world.ambient).all()
        assert harvests(rows).sum() != harvests(more).sum()
        assert (orders(one, rows, "shop") != orders(other, more, "shop")).any()
        assert (one.markets[0].level != other.markets[0].level).all()


def test_a_recorder_that_wants_less_changes_nothing():
    scenario = small(UNCERTAIN)
    all_rows = season(scenario)[1]

    class Recorder:
        wants = frozenset({Lost})

        def __init__(self):
            self.rows = []

        def __call__(self, row):
            self.rows.append(row)

    recorder = Recorder()
    Season(make_model(scenario), Streams(scenario.random_seed, 0), recorder).play()
    assert of(Lost, recorder.rows) == of(Lost, all_rows)
