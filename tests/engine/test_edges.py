"""Extreme values that a scenario file may contain are played to the end, or refused when it is read."""

import pytest
from pydantic import ValidationError

from engine.laws import assert_lawful_season
from engine.small_county import CONTRACT, MARKET, REMOVED, SHOP, STORE, Instead, bundled, merged, small
from farmsim.engine.simulate import make_model

RESALE = {"price_per_kg": 5, "kg_per_day": 500, "celsius": 25}
ALL_KINDS = {
    "channels": {
        "shop": SHOP,
        "store": STORE,
        "market": MARKET,
        "contract": merged(CONTRACT, {"resale": RESALE}),
    },
    "desk": {"policy": "netback", "order": REMOVED},
}
NEGATIVE = {"distribution": "normal", "mean": 0, "sd": 1000}


def melon(**block):
    return {"products": {"melon": block}}


def county(**block):
    return {"counties": {"bachu": block}}


def group(**block):
    return county(growers={"village": block})


def lane(name, **block):
    return county(lanes={name: block})


def channel(name, **block):
    return {"channels": {name: block}}


def logit(**law):
    return melon(demand=Instead({"kind": "logit", "price_per_kg_coef": -0.1, **law}))


PLAYED = {
    "one day": {"horizon_days": 1},
    "one household": group(households=1),
    "very unequal households": group(land_cv=2, household_yield_cv=2),
    "a life of half a day": melon(keeping={"life_days": 0.5, "shape": 0.5}),
    "a life of decades": melon(keeping={"life_days": 10_000}),
    "one fixed life": melon(keeping={"shape": 200}),
    "ripening fruit": melon(keeping={"ripening": {"start_share": 0.3, "ripe_days": 4}}),
    "everything chilled": melon(keeping={"chilling_floor_celsius": 30, "chilling_loss_per_day": 0.5}),
    "a pack larger than the harvest": melon(pack_kg=1e5),
    "packs of ten grams": melon(pack_kg=0.01),
    "next to no price": channel("shop", sells={"melon": {"price_per_kg": 0.001}}),
    "a billion buyers": logit(buyers_per_day=1e9),
    "no buyers": logit(buyers_per_day=0),
    "no base rate": channel("shop", sells={"melon": {"base_kg_per_day": 0}}),
    "patience of a saint": channel(
        "shop", waiting={"promise_days": 30, "patience_days": 1000}, parcels_per_day=10
    ),
    "parcels of a year": lane("express", transit_days=300, transit_cv=1, celsius=0),
    "parcels at once": lane("express", transit_days=0.01, days_per_1000_km=0),
    "every parcel lost": lane("express", loss_share=1),
    "every parcel broken and refused": merged(
        lane("express", damage_share=1), channel("shop", refund={"refused_share": 1})
    ),
    "everything bruised on the road": lane("truck", damage_share=1),
    "a market next door": lane("truck", km=1),
    "a market beyond the horizon": lane("truck", km=30_000, celsius=0),
    "a road that is never open": lane("truck", closures=[{"starts": "2018-06-01", "days": 400}]),
    "no yield to speak of": group(yield_kg_per_mu=1e-6),
    "all eaten at home": group(own_use_share=1),
    "all culled": group(field_loss_share=1),
    "a harvest out of its window": group(harvest={"jitter_days": 400}),
    "no grade a": group(grade_shares={"a": 0, "b": 1}),
    "debts all year": group(other_income=NEGATIVE),
    "eternal frost": county(climate={"celsius": [-50] * 12}),
    "a furnace": county(climate={"celsius": [60] * 12}),
    "work in no time": county(packhouse={"lines": 1, "kg_per_hour": 1000, "service": 0}),
    "loads of a crate": county(packhouse={"lines": 1, "kg_per_hour": 1e6, "load_kg": 5}),
    "a cold box": county(cold_store={"capacity_kg": 1e-6, "celsius": 2}),
    "only perfect fruit": {
        "channels": {name: {"min_freshness": 1} for name in ("shop", "store", "market", "contract", "trader")}
    },
    "a shelf that is emptied daily": channel("store", shrink_share_per_day=1),
    "payment after years": channel("shop", payment_days=1000),
    "no reputation": merged(channel("shop", rating={"start": 0}), melon(demand={"rating_elasticity": 2})),
    "nowhere sold": channel("shop", attraction={"provinces": []}),
    "wild markets": merged(
        channel("market", price_sd=2, elasticity=0.01), melon(demand={"dispersion": 0.001})
    ),
    "a far-sighted plan": {"desk": Instead({"policy": "matrix", "horizon_days": 30})},
}
BROKEN = {
    "a life of two hours": melon(keeping={"life_days": 0.1}),
    "a service time below zero": county(packhouse={"lines": 1, "kg_per_hour": 1000, "service": NEGATIVE}),
    "a session of fewer than no orders": channel(
        "shop", sells={"melon": {"sessions": {"days": ["2018-07-05"], "orders": -50_000}}}
    ),
    "a year without a known poverty line": {"start": "2015-07-01"},
    "shops that open after the courier has left": {"clock": {"shop": 17.5}},
    "buyers who cannot resist": logit(buyers_per_day=1000, constant=900),
}
"""Accepted when read, but stopped by an error or a broken law while it is played."""


@pytest.mark.parametrize("change", PLAYED.values(), ids=PLAYED)
def test_an_extreme_season_is_played_and_keeps_all_laws(change):
    assert_lawful_season(make_model(small(ALL_KINDS, change)))


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_played_is_refused_when_it_is_read(change):
    try:
        scenario = small(ALL_KINDS, change)
    except (ValidationError, AssertionError):
        return
    assert_lawful_season(make_model(scenario))


def test_a_bundled_season_may_be_cut_short_on_any_day():
    for days in range(1, 85, 9):
        assert_lawful_season(make_model(bundled("bachu-matrix", {"horizon_days": days})))
