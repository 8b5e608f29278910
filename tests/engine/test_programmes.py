"""Programmes: each has its cost and payer, and works through what growers, stores and payments do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.small_county import MARKET, SHOP, STORE, bundled, outcome_of, rows_of, small
from farmsim.domain.interventions import Training
from farmsim.domain.records import Closed, Paid
from farmsim.engine.programmes import programme_costs, promotion_factors, trained_group, with_programmes

ACCOUNT = {"fund": "fund", "county": "county:bachu", "cooperative": "cooperative:bachu"}
BUDGETS = [None, 5000.0, 1.0]


def programme(name, **block):
    return {"interventions": {name: block}}


def closed(*changes):
    (books,) = rows_of(small(*changes), Closed)
    return books


def balance(books, account):
    return float(books.balance[books.accounts.index(account)])


COURSE = {"kind": "training", "best_grade_gain": 0.2, "yield_gain_share": 0.1, "cost_per_household": 50}


def test_training_raises_the_best_grade_and_the_yield_and_shrinks_the_other_grades_in_proportion():
    before = small().counties["bachu"].growers["village"]
    group = trained_group(before, ["a", "b"], Training(**COURSE))
    assert group.grade_shares == pytest.approx({"a": 0.7, "b": 0.3})
    assert group.yield_kg_per_mu == pytest.approx(1100.0)


@given(st.lists(st.floats(0.01, 1.0), min_size=2, max_size=4), st.floats(0.0, 1.0))
def test_grade_shares_add_up_to_one_after_any_training(parts, gain):
    grades = ["a", "b", "c", "d"][: len(parts)]
    shares = {g: p / sum(parts) for g, p in zip(grades, parts, strict=True)}
    group = small().counties["bachu"].growers["village"].model_copy(update={"grade_shares": shares})
    after = trained_group(group, grades, Training(kind="training", best_grade_gain=gain)).grade_shares
    assert sum(after.values()) == pytest.approx(1.0)
    assert after["a"] == pytest.approx(min(1.0, shares["a"] + gain))
    ratios = [after[g] / shares[g] for g in grades[1:]]
    assert ratios == pytest.approx([ratios[0]] * len(ratios))


def test_a_training_for_named_groups_leaves_the_others_alone():
    scenario = bundled("bachu-trader", programme("course", **COURSE, growers=["tunnel"]))
    groups = with_programmes(scenario).counties["bachu"].growers
    assert groups["tunnel"].grade_shares["a"] == pytest.approx(0.7)
    assert groups["open-field"].grade_shares["a"] == 0.5
    (cost,) = programme_costs(scenario)
    assert cost.amount == 50.0 * 150


def test_a_programme_that_is_switched_off_costs_and_changes_nothing():
    off = small(programme("course", **COURSE, enabled=False))
    assert with_programmes(off) == off
    assert outcome_of(off).metrics == pytest.approx(outcome_of(small()).metrics, nan_ok=True)


@pytest.mark.parametrize("payer", ["fund", "county", "cooperative", "growers"])
def test_the_cost_of_a_programme_leaves_the_account_of_its_payer(payer):
    course = {"kind": "training", "best_grade_gain": 0, "cost_per_household": 50, "payer": payer}
    without, with_course = closed(), closed(programme("course", **course))
    name = ACCOUNT.get(payer, "growers:bachu")
    assert balance(with_course, name) == pytest.approx(balance(without, name) - 5000.0)
    assert with_course.public_cost == (5000.0 if payer in ("fund", "county") else 0.0)


def test_a_programme_that_growers_pay_lowers_their_income():
    course = {"kind": "training", "best_grade_gain": 0, "cost_per_household": 50, "payer": "growers"}
    before, after = (outcome_of(small(*p)).metrics for p in ((), (programme("course", **course),)))
    assert after["household_net_income"] == pytest.approx(before["household_net_income"] - 50.0)


def test_training_raises_the_share_of_grade_a_that_is_sold():
    only_a = {"channels": {"trader": {"sells": {"melon": {"grade": "a"}}}}}
    before, after = (
        outcome_of(small(only_a, *p)).metrics["sold_kg"] for p in ((), (programme("course", **COURSE),))
    )
    assert after == pytest.approx(before * 1.1 * 0.7 / 0.5, rel=1e-6)


COLD = {
    "kind": "cold-chain",
    "county": "bachu",
    "cold_store": {"capacity_kg": 100_000, "celsius": 2, "cost_per_kg_day": 0.01},
    "capital_cost": 100_000,
    "life_years": 10,
    "running_cost": 2000,
    "payer": "county",
}
SLOW_SALES = {"channels": {"trader": {"truck_kg": 2500}}, "horizon_days": 45}


def test_a_cold_chain_lets_less_rot_and_is_written_off_over_its_life():
    before, after = outcome_of(small(SLOW_SALES)), outcome_of(small(SLOW_SALES, programme("line", **COLD)))
    assert after.metrics["lost_share"] < 0.5 * before.metrics["lost_share"]
    assert after.metrics["sold_kg"] > before.metrics["sold_kg"]
    assert after.metrics["public_cost"] == pytest.approx(12_000.0)


def test_pre_cooling_shortens_the_time_in_which_fruit_ages_before_it_is_cold():
    house = {"packhouse": {"lines": 8, "kg_per_hour": 1000}}
    store = {"cold_store": {"capacity_kg": 1e6, "celsius": 2, "cooling_hours": 48}}
    warm, quick = (
        small(SLOW_SALES, {"counties": {"bachu": {**store, "packhouse": {**house["packhouse"], **more}}}})
        for more in ({}, {"precool_celsius": 5, "precool_hours": 2})
    )
    assert (
        outcome_of(quick).metrics["freshness_on_arrival"] > outcome_of(warm).metrics["freshness_on_arrival"]
    )


WITH_SHOP = {"channels": {"shop": SHOP}, "desk": {"order": ["shop", "trader"]}}
FESTIVAL = {
    "kind": "promotion",
    "channels": ["shop"],
    "starts": "2018-07-06",
    "days": 5,
    "demand_factor": 3,
    "fee": 900,
}


def test_a_promotion_multiplies_the_odds_of_its_channels_in_its_days_only():
    scenario = small(WITH_SHOP, programme("festival", **FESTIVAL))
    factor = promotion_factors(scenario, ["trader", "shop"])
    assert (factor[0] == 1.0).all()
    assert np.flatnonzero(factor[1] == 3.0).tolist() == [5, 6, 7, 8, 9]


def test_a_promotion_brings_orders_in_its_week_and_costs_its_fee():
    before, after = (outcome_of(small(WITH_SHOP, *p)) for p in ((), (programme("festival", **FESTIVAL),)))
    gained = after.metrics["orders"] - before.metrics["orders"]
    assert gained == pytest.approx(5 * 2 * 2000 / 5, rel=0.1)
    assert after.metrics["public_cost"] == 900.0


@pytest.mark.parametrize("budget", BUDGETS)
def test_a_guaranteed_price_pays_the_gap_up_to_its_budget(budget):
    guarantee = {"kind": "price-guarantee", "channels": ["trader"], "price_per_kg": 1.4, "budget": budget}
    before, after = (outcome_of(small(*p)).metrics for p in ((), (programme("floor", **guarantee),)))
    gap = 0.4 * before["sold_kg"]
    paid = after["grower_receipts"] - before["grower_receipts"]
    assert paid == pytest.approx(gap if budget is None else min(gap, budget))
    assert after["public_cost"] == pytest.approx(paid)


def test_no_gap_is_paid_where_the_price_is_above_the_guarantee():
    guarantee = {"kind": "price-guarantee", "channels": ["trader"], "price_per_kg": 0.9}
    assert outcome_of(small(programme("floor", **guarantee))).metrics["public_cost"] == 0.0


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("door", {**SHOP, "growers": {"door_price_per_kg": 1.0, "surplus_share": 0}}),
        ("market", MARKET),
        ("store", {**STORE, "growers": {"surplus_share": 0.01}}),
    ],
    ids=["paid at the door", "wholesale market", "share of the surplus"],
)
def test_growers_get_at_least_the_guaranteed_price_at_the_door(name, block):
    guarantee = {"kind": "price-guarantee", "channels": [name], "price_per_kg": 3.0}
    scenario = small({"channels": {name: block}, "desk": {"order": [name]}}, programme("floor", **guarantee))
    books = rows_of(scenario, Closed)[0]
    outcome = outcome_of(scenario)
    received = sum(float(books.flows[item][-1]) for item in ("door", "surplus", "guarantee"))
    assert received >= 3.0 * outcome.channels[name]["sold_kg"] * (1.0 - 1e-9)


@pytest.mark.parametrize("budget", BUDGETS)
def test_a_subsidy_per_kilogram_goes_to_growers_and_a_freight_subsidy_to_the_cooperative(budget):
    per_kg = {"kind": "subsidy", "channels": ["trader"], "per_kg": 0.2, "budget": budget}
    before, after = (outcome_of(small(*p)).metrics for p in ((), (programme("help", **per_kg),)))
    paid = after["grower_receipts"] - before["grower_receipts"]
    assert paid == pytest.approx(20_000.0 if budget is None else budget)
    freight = {"kind": "subsidy", "channels": ["shop"], "freight_share": 0.5, "budget": budget}
    books = closed(WITH_SHOP, programme("help", **freight))
    half = 0.5 * float(books.flows["freight"].sum())
    expected = half if budget is None else min(half, budget)
    assert float(books.flows["freight_subsidy"].sum()) == pytest.approx(expected)
    assert books.public_cost == pytest.approx(expected)


def test_transfers_by_rule_change_money_and_nothing_else():
    help_growers = {"kind": "subsidy", "channels": ["trader"], "per_kg": 0.2}
    before, after = (outcome_of(small(*p)) for p in ((), (programme("help", **help_growers),)))
    assert after.destinations == before.destinations
    assert after.weekly == before.weekly


def test_subsidies_are_paid_when_the_produce_leaves():
    rows = rows_of(small(programme("help", kind="subsidy", channels=["trader"], per_kg=0.2)), Paid)
    assert rows[0].growers.sum() > 0.0
    assert rows[0].days_sum.sum() == 0.0


def test_a_promotion_after_the_end_of_the_run_costs_nothing():
    late = {**FESTIVAL, "starts": "2018-12-01"}
    assert outcome_of(small(WITH_SHOP, programme("festival", **late))).metrics["public_cost"] == 0.0
