"""The ledgers: accounts add up to zero and kilograms to the harvest, whatever is posted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmsim.domain.ledger import ITEMS, KgLedger, MoneyLedger, Payment

ACCOUNTS = ("growers", "cooperative", "platform", "consumers", "fund")
OFFERS = 3
ACCOUNT = st.integers(0, len(ACCOUNTS) - 1)
AMOUNT = st.floats(0.0, 1e7)
SIDES = st.lists(ACCOUNT, min_size=OFFERS, max_size=OFFERS)
AMOUNTS = st.lists(AMOUNT, min_size=OFFERS, max_size=OFFERS)
ITEM = st.sampled_from(ITEMS)
POSTINGS = st.lists(
    st.one_of(
        st.tuples(st.just("post"), ITEM, SIDES, SIDES, AMOUNTS),
        st.tuples(st.just("owe"), ITEM, SIDES, SIDES, AMOUNTS, st.integers(0, 9)),
        st.tuples(st.just("one"), ITEM, ACCOUNT, ACCOUNT, AMOUNT),
    ),
    max_size=20,
)


def payment(item, payer, payee, amount):
    return Payment(item, np.array(payer), np.array(payee), np.array(amount))


def enter(money, postings):
    for name, item, payer, payee, amount, *day in postings:
        match name:
            case "post":
                money.post(*payment(item, payer, payee, amount))
            case "owe":
                money.owe(day[0], payment(item, payer, payee, amount))
            case "one":
                money.post_one(item, payer, payee, amount)


@given(POSTINGS)
def test_accounts_add_up_to_zero_at_all_times(postings):
    money = MoneyLedger(ACCOUNTS, OFFERS)
    for posting in postings:
        enter(money, [posting])
        assert abs(money.difference()) < 1e-12
    while money.last_due >= 0:
        money.settle(money.last_due)
        assert abs(money.difference()) < 1e-12


@given(POSTINGS)
def test_what_is_owed_moves_no_money_before_its_day_and_all_of_it_on_that_day(postings):
    later, now = MoneyLedger(ACCOUNTS, OFFERS), MoneyLedger(ACCOUNTS, OFFERS)
    enter(later, postings)
    enter(now, [("post", *p[1:5]) if p[0] == "owe" else p for p in postings])
    owed = [p for p in postings if p[0] == "owe"]
    assert later.last_due == max((p[5] for p in owed), default=-1)
    for day in range(10):
        assert len(later.settle(day)) == sum(p[5] == day for p in owed)
    assert later.last_due == -1
    assert later.balance == pytest.approx(now.balance, rel=1e-9, abs=1e-4)
    for item in ITEMS:
        assert later.flows[item] == pytest.approx(now.flows[item], rel=1e-9, abs=1e-6)


@given(POSTINGS)
def test_the_deepest_overdraft_is_seen_at_settlements(postings):
    money = MoneyLedger(ACCOUNTS, OFFERS)
    lowest = np.zeros(len(ACCOUNTS))
    for day, posting in enumerate(postings):
        enter(money, [posting])
        money.settle(day)
        money.note_lowest()
        lowest = np.minimum(lowest, money.balance)
    assert (money.lowest == lowest).all()
    assert (money.lowest <= 0.0).all()


def test_one_posting_moves_its_amount_from_payer_to_payee():
    money = MoneyLedger(ACCOUNTS, OFFERS)
    money.post("sale", np.array([3, 3, 3]), np.array([2, 2, 1]), np.array([10.0, 5.0, 2.0]))
    assert money.balance.tolist() == [0.0, 2.0, 15.0, -17.0, 0.0]
    money.post_one("programme", 4, 0, 7.0)
    assert money.balance.tolist() == [7.0, 2.0, 15.0, -17.0, -7.0]
    assert money.singles["programme"].tolist() == [7.0, 0.0, 0.0, 0.0, -7.0]


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["own_use", "sold:shop", "spoiled:gate", "on_hand"]),
        st.lists(st.tuples(st.integers(0, 2), st.floats(0.0, 1e6)), min_size=1, max_size=5),
    ),
    max_size=10,
)


@given(MOVES)
def test_kilograms_balance_when_all_that_was_harvested_is_accounted_for(moves):
    ledger = KgLedger(3)
    for destination, parts in moves:
        product, kg = np.array([p for p, _ in parts]), np.array([kg for _, kg in parts])
        ledger.add(destination, product, kg)
        ledger.harvested += np.bincount(product, kg, minlength=3)
    assert ledger.difference() < 1e-12
    assert ledger.total_out() == pytest.approx(ledger.harvested)


@given(MOVES, st.integers(0, 2), st.floats(1.0, 1e6))
def test_a_missing_kilogram_is_found_in_the_product_it_belongs_to(moves, product, missing):
    ledger = KgLedger(3)
    for destination, parts in moves:
        ledger.add(destination, np.array([p for p, _ in parts]), np.array([kg for _, kg in parts]))
    ledger.harvested += ledger.total_out()
    ledger.harvested[product] += missing
    assert ledger.difference() == pytest.approx(missing / ledger.harvested[product], rel=1e-6)
