"""The sales desk: no policy gives what is not there, promises come first, and each rule does what it says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from farmsim.domain.desk import Matrix, Netback, Priority, Shares
from farmsim.domain.desk_view import DeskLayout, DeskView
from farmsim.domain.matrix import PATIENCE, SALVAGE

CHANNELS = ("shop", "market", "trader")
SOLVER = 1e-3
"""What the linear program may miss a bound by, kg: its tolerance is 1e-7 of a tonne and more when scaled."""


def label(policy):
    """What a case is called: the policy and its parameters."""
    return " ".join(str(value) for value in policy.model_dump(exclude_unset=True).values())


def make_layout(goods=2, counties=1, days=1):
    """Every channel takes every good of every county; goods of a county are grades of one product."""
    lines = [
        (county * goods + grade, channel * counties + county, channel, grade)
        for channel in range(len(CHANNELS))
        for county in range(counties)
        for grade in reversed(range(goods))
    ]
    good, offer, channel, rank = (np.array(part, dtype=np.intp) for part in zip(*lines, strict=True))
    return DeskLayout(CHANNELS, good, offer, channel, rank, goods * counties, len(CHANNELS) * counties, days)


@st.composite
def mornings(draw, days=1, *, promises=True, limits=True):
    """A layout and what the desk sees."""
    layout = make_layout(draw(st.integers(1, 3)), draw(st.integers(1, 2)), days)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    lines, offers, goods = len(layout.line_good), layout.offers, layout.goods
    good_kg = rng.choice([0.0, 100.0, 2500.0], goods) * rng.random(goods)
    line_kg = good_kg[layout.line_good] * rng.choice([0.3, 1.0], lines)
    committed = rng.choice([0.0, 60.0, 900.0], offers) * rng.random(offers) * promises
    wanted = rng.choice([0.0, 200.0, 2000.0, 1e12], (offers, days)) * rng.random((offers, days))
    wanted[:, 0] = np.maximum(wanted[:, 0], committed)
    remaining = np.where(
        (rng.random(offers) < 0.3) & limits & (committed == 0.0), 150.0 * rng.random(offers), np.inf
    )
    netback = rng.normal(2.0, 3.0, lines)
    netback[rng.random(lines) < 0.1] = -np.inf
    supply = rng.random((goods, days)) * 1000.0
    supply[:, 0] = 0.0
    view = DeskView(
        good_kg, line_kg, committed, wanted, remaining, netback, supply, 0.8 + 0.2 * rng.random(goods)
    )
    return layout, view


POLICIES = [
    Shares(policy="shares"),
    Shares(policy="shares", shares={"shop": 0.5, "market": 0.2}),
    Shares(policy="shares", shares={"shop": 0.5, "market": 0.2}, rest="trader"),
    Priority(policy="priority", order=["market", "shop"]),
    Priority(policy="priority", order=["trader", "market", "shop"], rationing="none"),
    Netback(policy="netback"),
    Netback(policy="netback", least_netback_per_kg=1.0),
    Matrix(policy="matrix", horizon_days=1),
]


def by_good(layout, kg):
    return np.bincount(layout.line_good, kg, minlength=layout.goods)


def by_offer(layout, kg):
    return np.bincount(layout.line_offer, kg, minlength=layout.offers)


def assert_possible(layout, view, kg, slack=1e-6):
    assert (kg >= 0.0).all()
    assert (by_good(layout, kg) <= view.good_kg + slack).all()
    assert (kg <= view.line_kg + slack).all()
    assert (by_offer(layout, kg) <= np.minimum(view.wanted_kg[:, 0], view.remaining_kg) + slack).all()


@pytest.mark.parametrize("policy", POLICIES, ids=label)
@given(mornings())
def test_no_policy_gives_more_than_exists_or_is_wanted(policy, morning):
    layout, view = morning
    assert_possible(layout, view, policy.planner(layout)(view), SOLVER)


@given(mornings(days=4))
@settings(max_examples=50)
def test_a_plan_for_several_days_stays_within_today_s_stock_and_wants(morning):
    layout, view = morning
    kg = Matrix(policy="matrix", horizon_days=4).planner(layout)(view)
    assert_possible(layout, view, kg, SOLVER)


@given(mornings())
def test_the_rest_channel_with_a_share_of_its_own_gets_no_more_than_it_may(morning):
    layout, view = morning
    policy = Shares(policy="shares", shares={"shop": 0.4, "trader": 0.3}, rest="trader")
    assert_possible(layout, view, policy.planner(layout)(view))


def plain_view(layout, good_kg, wanted, **changes):
    lines = len(layout.line_good)
    good_kg = np.asarray(good_kg, dtype=float)
    view = DeskView(
        good_kg=good_kg,
        line_kg=good_kg[layout.line_good],
        committed_kg=np.zeros(layout.offers),
        wanted_kg=np.asarray(wanted, dtype=float)[:, None],
        remaining_kg=np.full(layout.offers, np.inf),
        netback=np.ones(lines),
        supply_kg=np.zeros((layout.goods, 1)),
        keep_share=np.ones(layout.goods),
    )
    return view._replace(**changes)


@pytest.mark.parametrize(
    "policy",
    [
        Priority(policy="priority", order=["trader"]),
        Netback(policy="netback"),
        Matrix(policy="matrix", horizon_days=1),
    ],
    ids=label,
)
@given(mornings(limits=False))
def test_promises_are_kept_first(policy, morning):
    """Where a good is short of what is promised from it, all of it goes to promises."""
    layout, view = morning
    kg = policy.planner(layout)(view)
    kept = by_offer(layout, kg)
    for offer in np.flatnonzero(kept < view.committed_kg - SOLVER):
        for line in np.flatnonzero((layout.line_offer == offer) & (view.line_kg > kg + SOLVER)):
            good = layout.line_good[line]
            others = (layout.line_good == good) & (view.committed_kg[layout.line_offer] == 0.0)
            assert kg[others] == pytest.approx(0.0, abs=SOLVER)


def rationed(promised, part):
    layout = make_layout(goods=1)
    view = plain_view(layout, [promised.sum() * part], promised, committed_kg=promised)
    return [policy.planner(layout)(view) for policy in (*POLICIES[3:4], *POLICIES[5:])]


@given(st.lists(st.floats(300.0, 1000.0), min_size=3, max_size=3), st.floats(0.7, 0.99))
def test_short_stock_is_rationed_in_proportion_to_what_is_promised(promised, part):
    for kg in rationed(np.array(promised), part):
        assert kg == pytest.approx(np.array(promised) * part, rel=1e-6, abs=SOLVER)


@given(st.lists(st.floats(1.0, 1000.0), min_size=3, max_size=3), st.floats(0.05, 0.99))
def test_a_promise_above_the_whole_stock_counts_in_full_when_it_is_rationed(promised, part):
    for kg in rationed(np.array(promised), part):
        assert kg == pytest.approx(np.array(promised) * part, rel=1e-6, abs=SOLVER)


def test_without_rationing_promises_have_no_precedence():
    layout = make_layout(goods=1)
    view = plain_view(layout, [100.0], [80.0, 100.0, 100.0], committed_kg=np.array([80.0, 0.0, 0.0]))
    policy = Priority(policy="priority", order=["market", "shop"], rationing="none")
    assert policy.planner(layout)(view).tolist() == [0.0, 100.0, 0.0]


@given(mornings(promises=False), st.floats(0.0, 0.6), st.floats(0.0, 0.4))
def test_no_channel_gets_more_than_its_share_of_any_good(morning, shop, market):
    layout, view = morning
    policy = Shares(policy="shares", shares={"shop": shop, "market": market})
    kg = policy.planner(layout)(view)
    part = np.array([shop, market, 0.0])[layout.line_channel]
    assert (kg <= part * view.good_kg[layout.line_good] + 1e-9).all()


def test_shares_are_given_out_whole_where_they_are_wanted_and_the_rest_channel_gets_the_rest():
    layout = make_layout(goods=1)
    view = plain_view(layout, [1000.0], [1e6, 100.0, 1e6])
    shares = Shares(policy="shares", shares={"shop": 0.5, "market": 0.3})
    assert shares.planner(layout)(view).tolist() == [500.0, 100.0, 0.0]
    with_rest = Shares(policy="shares", shares={"shop": 0.5, "market": 0.3}, rest="trader")
    assert with_rest.planner(layout)(view).tolist() == [500.0, 100.0, 400.0]


def test_without_shares_channels_share_alike():
    layout = make_layout(goods=2)
    view = plain_view(layout, [900.0, 600.0], [1e6, 1e6, 1e6])
    kg = Shares(policy="shares").planner(layout)(view)
    assert kg == pytest.approx(np.where(layout.line_good == 0, 300.0, 200.0))


@given(mornings(promises=False))
def test_a_channel_gets_nothing_that_one_before_it_still_wants(morning):
    layout, view = morning
    order = ["trader", "shop", "market"]
    kg = Priority(policy="priority", order=order).planner(layout)(view)
    place = np.array([order.index(c) for c in CHANNELS])[layout.line_channel]
    want = np.minimum(view.wanted_kg[:, 0], view.remaining_kg) - by_offer(layout, kg)
    for line in np.flatnonzero((want[layout.line_offer] > 1e-6) & (view.line_kg - kg > 1e-6)):
        later = (layout.line_good == layout.line_good[line]) & (place > place[line])
        assert (kg[later] == 0.0).all()


@given(mornings(promises=False))
def test_channels_that_are_not_in_the_order_get_nothing(morning):
    layout, view = morning
    kg = Priority(policy="priority", order=["market"]).planner(layout)(view)
    assert (kg[layout.line_channel != 1] == 0.0).all()


@given(mornings(promises=False), st.floats(-2.0, 4.0))
def test_lines_that_do_not_pay_get_nothing(morning, least):
    layout, view = morning
    for policy in (
        Netback(policy="netback", least_netback_per_kg=least),
        Matrix(policy="matrix", horizon_days=1, least_netback_per_kg=least),
    ):
        kg = policy.planner(layout)(view)
        assert kg[view.netback <= least] == pytest.approx(0.0, abs=SOLVER)


@given(mornings(promises=False))
def test_greedy_leaves_no_better_line_wanting_while_a_worse_one_of_the_same_good_is_served(morning):
    layout, view = morning
    kg = Netback(policy="netback").planner(layout)(view)
    want = np.minimum(view.wanted_kg[:, 0], view.remaining_kg) - by_offer(layout, kg)
    for line in np.flatnonzero((want[layout.line_offer] > 1e-6) & (view.line_kg - kg > 1e-6)):
        worse = (layout.line_good == layout.line_good[line]) & (view.netback < view.netback[line])
        assert (kg[worse] == 0.0).all()


def value_of(layout, view, kg):
    """What a day's plan is worth to the rolling plan: netbacks, and the salvage value of what is kept."""
    worth = np.where(np.isfinite(view.netback), view.netback, 0.0) @ kg
    left = view.good_kg - by_good(layout, kg)
    for good in range(layout.goods):
        positive = view.netback[(layout.line_good == good) & (view.netback > 0.0)]
        if len(positive):
            worth += SALVAGE * PATIENCE * positive.min() * left[good]
    return worth


@given(mornings(promises=False))
def test_for_one_day_the_plan_is_worth_no_less_than_greedy(morning):
    layout, view = morning
    plan = Matrix(policy="matrix", horizon_days=1).planner(layout)(view)
    greedy = Netback(policy="netback").planner(layout)(view)
    best, simple = value_of(layout, view, plan), value_of(layout, view, greedy)
    assert best >= simple - 1e-6 * abs(simple) - 0.05


def best_by_scipy(layout, view):
    """The same program, written out densely and solved by another front end: its optimum."""
    lines, goods, offers, days = len(layout.line_good), layout.goods, layout.offers, layout.horizon_days
    sales, keeps = lines * days, goods * days
    value = np.zeros(sales + keeps)
    upper = np.full(sales + keeps, 1e9)
    equal, right = np.zeros((goods * days, sales + keeps)), view.supply_kg.ravel().copy()
    less = np.zeros((offers * days + offers, sales + keeps))
    bound = np.concatenate([view.wanted_kg.ravel(), np.minimum(view.remaining_kg, 1e12)])
    for line in range(lines):
        good, offer = layout.line_good[line], layout.line_offer[line]
        for day in range(days):
            at = line * days + day
            value[at] = (view.netback[line] if view.netback[line] > 0.0 else -1e3) * PATIENCE**day
            equal[good * days + day, at] = less[offer * days + day, at] = less[offers * days + offer, at] = (
                1.0
            )
        upper[line * days] = view.line_kg[line]
    for good in range(goods):
        right[good * days] = view.good_kg[good]
        positive = view.netback[(layout.line_good == good) & (view.netback > 0.0)]
        for day in range(days):
            at = sales + good * days + day
            equal[good * days + day, at] = 1.0
            if day + 1 < days:
                equal[good * days + day + 1, at] = -view.keep_share[good]
        if len(positive):
            value[sales + good * days + days - 1] = SALVAGE * positive.min() * PATIENCE**days
    solved = linprog(
        -value, less, bound, equal, right, list(zip(np.zeros(sales + keeps), upper, strict=True))
    )
    assert solved.success
    return -solved.fun, value, (equal, right, less, bound, upper)


@given(mornings(days=3, promises=False))
@settings(max_examples=60)
def test_today_s_part_of_the_plan_belongs_to_an_optimal_plan(morning):
    """With today's sales fixed at the plan's, the program reaches the same optimum as when it is free."""
    layout, view = morning
    view = view._replace(line_kg=view.good_kg[layout.line_good], remaining_kg=np.full(layout.offers, np.inf))
    plan = Matrix(policy="matrix", horizon_days=3).planner(layout)(view)
    free, value, (equal, right, less, bound, upper) = best_by_scipy(layout, view)
    low, high = np.zeros(len(value)), upper.copy()
    today = np.arange(len(plan)) * 3
    low[today] = np.maximum(plan - 0.01, 0.0)
    high[today] = np.minimum(upper[today], plan + 0.01)
    fixed = linprog(-value, less, bound, equal, right, list(zip(low, high, strict=True)))
    assert fixed.success
    assert -fixed.fun >= free - 1e-4 * max(abs(free), 1.0) - 0.5


def test_the_plan_waits_for_a_better_customer():
    """100 kg, a trader at 1 today, a shop at 5 that wants 100 kg tomorrow: greedy sells, the plan waits."""
    layout = make_layout(goods=1, days=2)
    wanted = np.array([[0.0, 100.0], [0.0, 0.0], [100.0, 100.0]])
    view = plain_view(layout, [100.0], [0.0, 0.0, 0.0])._replace(
        wanted_kg=wanted,
        netback=np.array([5.0, 0.0, 1.0]),
        supply_kg=np.zeros((1, 2)),
        keep_share=np.array([0.95]),
    )
    assert Matrix(policy="matrix", horizon_days=2).planner(layout)(view) == pytest.approx(
        [0.0, 0.0, 0.0], abs=1e-3
    )
    assert Netback(policy="netback").planner(layout)(view).tolist() == [0.0, 0.0, 100.0]


@given(mornings(days=2))
@settings(max_examples=25)
def test_a_warm_start_gives_the_plan_of_a_cold_one(morning):
    layout, view = morning
    planner = Matrix(policy="matrix", horizon_days=2).planner(layout)
    planner(view._replace(good_kg=view.good_kg * 0.5, netback=view.netback[::-1].copy()))
    warm = planner(view)
    cold = Matrix(policy="matrix", horizon_days=2).planner(layout)(view)
    assert warm == pytest.approx(cold, abs=0.01)
