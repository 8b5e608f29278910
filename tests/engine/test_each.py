"""Customers one by one (grain: each): laws of a run, lines and waiting, and what is refused.

That the figures have the law of the cohorts is tested in `test_each_equality.py`.
"""

import numpy as np
import pytest

from engine.single_market import AMPLE, SCARCE, single_market
from engine.small_county import SHOP, STORE, rows_of, small
from farmsim.domain.records import Closed, Decided, Delivered, Fates, Hourly, Ordered
from farmsim.engine.simulate import make_model
from farmsim.errors import ScenarioError
from farmsim.experiment.run import play
from farmsim.scenario.load import load_scenario
from farmsim.scenario.single_orders import MOST, expected_orders

ASKED = {
    "grain": "each",
    "channels": {"shop": SHOP, "store": STORE},
    "desk": {"order": ["shop", "store", "trader"]},
}


@pytest.mark.parametrize("stock", [AMPLE, SCARCE], ids=["ample", "scarce"])
def test_a_run_is_the_same_whenever_it_is_played_and_its_books_balance(stock):
    scenario = single_market("each", stock)
    once, again = (rows_of(scenario, Ordered, Delivered, Closed, replication=3) for _ in range(2))
    for one, other in zip(once, again, strict=True):
        np.testing.assert_equal(one._asdict(), other._asdict())
    (books,) = once.of(Closed)
    assert books.kg_difference < 1e-9
    assert abs(books.money_difference) < 1e-9


@pytest.mark.parametrize("stock", [AMPLE, SCARCE], ids=["ample", "scarce"])
def test_every_order_is_served_lost_waits_or_gives_up(stock):
    rows = rows_of(single_market("each", stock))
    ordered = rows.of(Ordered)
    wanted, at_once, lost, cancelled, served, again = (
        sum(getattr(row, name) for row in ordered)
        for name in ("wanted", "at_once", "lost", "cancelled", "served", "switched_in")
    )
    assert (lost == wanted - at_once)[[0, 2]].all(), "no list, no waiting"
    waits = wanted[1] - (served[1] - again[1]) - cancelled[1]
    assert 0 <= waits <= wanted[1] - at_once[1]
    ended = sum(row.kept + row.refused + row.lost for row in rows.of(Delivered))
    assert ended[:2].tolist() == served[:2].tolist(), "every parcel ends once"
    assert sum(row.sent.sum() for row in rows.of(Fates)) == ended.sum()


def test_who_comes_first_is_served_first():
    short = 0
    for row in rows_of(single_market("each", SCARCE), Hourly).of(Hourly):
        for wanted, served in zip(row.wanted, row.at_once, strict=True):
            missed = (served < wanted).nonzero()[0]
            short += len(missed) > 0
            assert not len(missed) or not served[missed[0] + 1 :].any()
    assert short


def test_the_waiting_are_counted_by_their_days():
    rows = rows_of(single_market("each", SCARCE), Decided, Ordered)
    waited = [row.waited[:, 1].sum() for row in rows.of(Decided)]
    served = [row.served[1] - row.switched_in[1] for row in rows.of(Ordered)]
    assert waited == served
    assert any(row.waited[1:, 1].any() for row in rows.of(Decided))


def test_independent_demand_is_played_one_by_one_too():
    scenario = small(ASKED)
    wanted = sum(row.wanted for row in rows_of(scenario, Ordered))
    expected = expected_orders(scenario)
    assert wanted.sum() == pytest.approx(expected, abs=4 * expected**0.5)


def test_hours_follow_the_profile():
    hourly = [0.0] * 24
    hourly[8], hourly[20] = 1.0, 3.0
    demand = {"products": {"melon": {"demand": {"hourly": hourly}}}}
    by_hour = sum(row.wanted for row in rows_of(small(ASKED, demand), Hourly)).sum(axis=0)
    assert (by_hour > 0).nonzero()[0].tolist() == [8, 20]
    assert by_hour[20] / by_hour.sum() == pytest.approx(0.75, abs=0.02)


@pytest.mark.parametrize(
    "name", ["bachu-matrix", "bachu-online-first", "jinzhai-kiwifruit", "yuanyang-red-rice"]
)
def test_expected_orders_are_roughly_those_of_a_run(name):
    scenario = load_scenario(name).scenario
    orders = play(make_model(scenario), 0, 1).metrics["orders"]
    assert 0.5 < expected_orders(scenario) / orders < 2.0


def test_too_many_orders_are_refused_with_a_remedy():
    with pytest.raises(ScenarioError) as caught:
        load_scenario("bachu-matrix", ["grain=each", "products.melon.demand.buyers_per_day=1000000"])
    (problem,) = caught.value.problems
    assert problem.code == "E068"
    assert dict(problem.arguments)["most"] == f"{MOST / 1e6:g}"
    assert [key for key, _ in problem.remedies] == ["fewer-orders"]
    assert load_scenario("bachu-matrix", ["grain=each"]).scenario.grain == "each"
