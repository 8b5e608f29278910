"""Shared attention and the hours of the day: visitors are rival, and who comes first is served first."""

import copy

import numpy as np
import pytest

from engine.small_county import BASE, merged, outcome_of, rows_of, small
from farmsim.domain.records import Hourly, Ordered
from farmsim.errors import ScenarioError
from farmsim.scenario.load import load_scenario

LABEL = {"en": "Test", "zh": "试"}
PRODUCT = BASE["products"]["melon"]
GROUP = BASE["counties"]["bachu"]["growers"]["village"]


def listed(*products, late=(), **attention):
    """A county whose products share the visitors of one channel; late ones are harvested from the 15th on."""
    growers = {}
    for product in products:
        group = copy.deepcopy(GROUP) | {"product": product, "yield_kg_per_mu": 200_000}
        if product in late:
            group["harvest"] = group["harvest"] | {"first": "2018-07-15", "centre": "2018-07-17"}
        growers[product] = group
    channel = {
        "kind": "parcel",
        "label": LABEL,
        "lane": "express",
        "attention": {"visitors_per_day": 40_000, "conversion_share": 0.05} | attention,
        "sells": {product: {"price_per_kg": 10} for product in products},
    }
    return small(
        {
            "products": {product: copy.deepcopy(PRODUCT) for product in products},
            "counties": {"bachu": {"growers": growers}},
            "channels": {"list": channel},
            "desk": {"order": ["list"]},
        }
    )


def daily(scenario):
    """Orders of each day, [day, offer in the order of products]."""
    return np.array([row.wanted for row in rows_of(scenario) if isinstance(row, Ordered)])


def test_all_visitors_are_shared_whatever_is_listed():
    for products in (("one",), ("one", "two"), ("one", "two", "three", "four")):
        orders = daily(listed(*products))[:10].sum()
        assert orders == pytest.approx(10 * 40_000 * 0.05, abs=5.0 * np.sqrt(20_000))


def test_the_first_places_get_most_of_the_attention():
    by_offer = daily(listed("one", "two", "three", zipf_exponent=1.0))[:10].sum(axis=0)
    expected = 20_000 * np.array([1, 1 / 2, 1 / 3]) / (1 + 1 / 2 + 1 / 3)
    assert (abs(by_offer - expected) < 5.0 * np.sqrt(expected)).all()
    even = daily(listed("one", "two", "three", zipf_exponent=0.0))[:10].sum(axis=0)
    assert (abs(even - 20_000 / 3) < 5.0 * np.sqrt(20_000 / 3)).all()


def test_what_joins_the_list_takes_from_the_others():
    orders = daily(listed("one", "two", late=("two",), zipf_exponent=0.0))
    before, after = orders[5:13].mean(axis=0), orders[16:19].mean(axis=0)
    assert before[1] == 0
    assert before[0] == pytest.approx(2000, rel=0.1)
    assert after[0] == pytest.approx(1000, rel=0.1)
    assert after[1] == pytest.approx(1000, rel=0.1)


def test_a_place_can_be_given_and_a_product_convert_better():
    base = listed("one", "two", zipf_exponent=1.0)
    text = base.model_dump(mode="json")
    text["channels"]["list"]["sells"]["two"]["place"] = 0.5
    text["channels"]["list"]["sells"]["one"]["conversion_share"] = 0.1
    changed = type(base).model_validate(text)
    one, two = daily(changed)[:10].sum(axis=0)
    assert one == pytest.approx(10 * 40_000 * 0.1 / 3, rel=0.05)
    assert two == pytest.approx(10 * 40_000 * 0.05 * 2 / 3, rel=0.05)


def test_a_demand_by_choice_knows_no_shared_attention():
    with pytest.raises(ScenarioError) as caught:
        load_scenario(
            "bachu-online-first",
            ["channels.taobao.attention={visitors_per_day: 1000, conversion_share: 0.1}"],
        )
    assert "E054" in {problem.code for problem in caught.value.problems}


SCARCE = {
    "channels": {
        "shop": {
            "kind": "parcel",
            "label": LABEL,
            "lane": "express",
            "parcels_per_day": 60,
            "sells": {"melon": {"price_per_kg": 10, "base_kg_per_day": 500}},
        }
    },
    "desk": {"order": ["shop", "trader"]},
}


def test_an_hourly_run_is_the_daily_run_seen_hour_by_hour():
    day, hour = small(SCARCE), small(merged(SCARCE, {"grain": "hour"}))
    assert outcome_of(day).metrics["sold_kg"] == outcome_of(hour).metrics["sold_kg"]
    rows = list(rows_of(hour))
    ordered = [row for row in rows if isinstance(row, Ordered)]
    hourly = [row for row in rows if isinstance(row, Hourly)]
    assert len(hourly) == len(ordered) == 30
    assert not [row for row in rows_of(day) if isinstance(row, Hourly)]
    for whole, hours in zip(ordered, hourly, strict=True):
        assert hours.wanted.sum(axis=1).tolist() == whole.wanted.tolist()
        assert hours.at_once.sum(axis=1).tolist() == whole.at_once.tolist()


def test_after_an_offer_is_sold_out_nobody_is_served():
    hours = [row for row in rows_of(small(merged(SCARCE, {"grain": "hour"}))) if isinstance(row, Hourly)]
    short = 0
    for row in hours:
        for wanted, served in zip(row.wanted, row.at_once, strict=True):
            missed = (served < wanted).nonzero()[0]
            if len(missed):
                short += 1
                assert (served[: missed[0]] == wanted[: missed[0]]).all()
                assert (served[missed[0] + 1 :] == 0).all()
    assert short > 5
