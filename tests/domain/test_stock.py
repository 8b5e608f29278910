"""Stock of perishable lots: mass is conserved, issue rules keep their order, ages merge, units spoil."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmsim.domain.produce import survival
from farmsim.domain.stock import CRUMB_KG, Stock

COLUMNS, ROWS = 5, 4
RULES = ("freshest", "fefo", "fifo", "lifo")
KG = st.floats(0.001, 5000.0)
AGE = st.floats(0.0, 12.0)
LOTS = st.lists(
    st.tuples(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1), KG, AGE),
    min_size=1,
    max_size=12,
    unique_by=lambda lot: lot[:2],
)


def make_stock(shape=3.0, median=10.0, discard=1e9):
    """Rows 0 and 2 are one pool, rows 1 and 3 the other, the later row of each coming first."""
    stock = Stock(
        COLUMNS, np.full(ROWS, median), np.full(ROWS, shape), np.full(ROWS, discard),
        pool=np.array([0, 1, 0, 1]), rank=np.array([1, 1, 0, 0]),
    )  # fmt: skip
    stock.set_rates(np.array([1.0, 1.0, 0.3, 0.3]))
    return stock


def fill(stock, lots, now=0.0):
    rows, columns, kg, age = (np.array(part) for part in zip(*lots, strict=True))
    stock.receive(rows.astype(np.intp), columns.astype(np.intp), kg.astype(float), age.astype(float), now)
    return float(kg.sum())


def issue(stock, wanted, now=0.0, *, rule="fifo", pool=0, allowed=None):
    """Take from one pool; `allowed` says from which lots."""
    lots = stock.lots(pool, pool + 1)
    have = stock.held(lots.cell)
    if allowed is not None:
        have = have * allowed(lots)
    return stock.issue(lots, have, np.array([wanted], dtype=float), now, rule)


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), LOTS),
        st.tuples(st.just("issue"), st.sampled_from(RULES), st.floats(0.0, 9000.0), st.integers(0, 1)),
        st.tuples(st.just("inspect"), st.floats(0.01, 2.0)),
        st.tuples(st.just("move"), st.floats(0.0, 1.0)),
        st.tuples(st.just("take"), st.integers(0, COLUMNS - 1), st.integers(0, ROWS - 1)),
        st.tuples(st.just("shrink"), st.floats(0.0, 1.0)),
        st.tuples(st.just("clear"), st.integers(0, COLUMNS - 1)),
    ),
    min_size=1,
    max_size=15,
)


@given(ACTIONS, st.floats(1.0, 8.0))
def test_what_goes_in_is_what_comes_out_or_is_still_there(actions, shape):
    stock = make_stock(shape)
    now, came, left = 0.0, 0.0, 0.0
    for name, *how in actions:
        match name:
            case "receive":
                came += fill(stock, how[0], now)
            case "issue":
                left += float(issue(stock, how[1], now, rule=how[0], pool=how[2]).kg.sum())
            case "inspect":
                now += how[0]
                thrown = stock.inspect(now)
                left += float(thrown.spoiled_kg.sum() + thrown.discarded_kg.sum())
            case "move":
                share = np.full(2, how[0])
                stock.move(np.array([0, 1]), np.array([2, 3]), share, now)
            case "take":
                lots = stock.lots(0, 2)
                which = ((lots.cell // ROWS == how[0]) & (lots.row == how[1])).nonzero()[0]
                left += float(stock.take_lots(lots, which, now)[1].sum())
            case "shrink":
                left += float(stock.remove_share(how[0] * np.array([1.0, 0.0, 1.0, 0.0])).sum())
            case "clear":
                left += float(stock.clear_column(how[0]).sum())
        assert (stock.kg >= 0.0).all()
    assert came == pytest.approx(left + float(stock.on_hand().sum()), rel=1e-9, abs=1e-9)


@given(LOTS, st.sampled_from(RULES), st.floats(0.0, 20_000.0))
def test_an_issue_gives_what_is_wanted_or_all_that_there_is(lots, rule, wanted):
    stock = make_stock()
    fill(stock, lots)
    before = stock.kg.copy()
    given_out = issue(stock, wanted, rule=rule)
    total = float(given_out.kg.sum())
    assert total == pytest.approx(min(wanted, before[:, [0, 2]].sum()), abs=1e-6)
    assert (stock.kg[:, [1, 3]] == before[:, [1, 3]]).all()
    assert (before - stock.kg)[:, [0, 2]].sum(axis=1) == pytest.approx(
        np.bincount(given_out.column, given_out.kg, minlength=COLUMNS), abs=1e-9
    )


@given(LOTS, st.sampled_from(RULES), st.floats(0.0, 20_000.0), st.floats(0.0, 20_000.0))
def test_pools_are_served_together_as_they_are_one_by_one(lots, rule, first, second):
    together, alone = make_stock(), make_stock()
    fill(together, lots)
    fill(alone, lots)
    both = together.lots(0, 2)
    taken = together.issue(both, together.held(both.cell), np.array([first, second]), 0.0, rule)
    assert (np.diff(taken.line) >= 0).all()
    parts = [issue(alone, first, rule=rule), issue(alone, second, rule=rule, pool=1)]
    assert taken.column.tolist() == [c for part in parts for c in part.column.tolist()]
    assert taken.kg == pytest.approx(np.concatenate([part.kg for part in parts]), rel=1e-9, abs=1e-7)
    assert together.kg == pytest.approx(alone.kg, rel=1e-9, abs=1e-7)


@given(LOTS, st.floats(1.0, 20_000.0), st.floats(0.0, 3.0))
def test_fefo_leaves_no_earlier_expiry_behind(lots, wanted, now):
    """Rows 0 and 2 hold the same goods warm and cold: the one that is older at reference goes first."""
    stock = make_stock()
    fill(stock, lots)
    taken = issue(stock, wanted, now, rule="fefo")
    left = stock.kg[:, (0, 2)] > CRUMB_KG
    if len(taken.kg) and left.any():
        assert taken.age.min() >= stock.age(now)[:, (0, 2)][left].max() - 1e-9


@pytest.mark.parametrize(("rule", "newest_first"), [("fifo", False), ("lifo", True), ("freshest", True)])
@given(
    st.lists(KG, min_size=COLUMNS, max_size=COLUMNS), st.integers(0, COLUMNS - 1), st.floats(1.0, 20_000.0)
)
def test_lots_leave_in_the_order_of_their_harvest(rule, newest_first, masses, today, wanted):
    stock = make_stock()
    fill(stock, [(0, column, kg, 1.0) for column, kg in enumerate(masses)], now=float(today))
    taken = issue(stock, wanted, float(today), rule=rule)
    days_old = (today - taken.column) % COLUMNS
    assert (np.diff(days_old) > 0).all() if newest_first else (np.diff(days_old) < 0).all()
    left = (today - np.flatnonzero(stock.kg[:, 0] > 0.0)) % COLUMNS
    if len(left) and len(taken.kg):
        assert days_old.max() <= left.min() if newest_first else days_old.min() >= left.max()


@pytest.mark.parametrize("rule", RULES)
def test_of_one_harvest_the_first_row_of_the_pool_leaves_first(rule):
    stock = make_stock()
    fill(stock, [(0, 1, 5.0, 1.0), (2, 1, 5.0, 1.0)])
    assert issue(stock, 5.0, rule=rule).column.tolist() == [1]
    assert stock.on_hand().tolist() == [5.0, 0.0, 0.0, 0.0]


@given(LOTS, st.sampled_from(RULES), st.integers(0, COLUMNS - 1))
def test_lots_know_the_day_of_their_harvest(lots, rule, today):
    stock = make_stock()
    fill(stock, lots, now=float(today))
    known = stock.lots(0, 2)
    assert (known.harvest % COLUMNS == known.cell // ROWS).all()
    assert ((known.harvest <= today) & (known.harvest > today - COLUMNS)).all()
    issue(stock, 1e9, float(today), rule=rule, allowed=lambda lots: lots.harvest >= today - 2)
    age = (today - np.arange(COLUMNS)) % COLUMNS
    before = np.zeros((COLUMNS, ROWS))
    for row, column, kg, _ in lots:
        before[column, row] = kg
    assert (stock.kg[:, 0] == np.where(age <= 2, 0.0, before[:, 0])).all()


@given(LOTS, st.integers(0, COLUMNS - 1))
def test_a_cleared_column_may_be_used_for_a_new_day(lots, column):
    stock = make_stock()
    fill(stock, lots, now=float(COLUMNS - 1))
    stock.clear_column(column)
    fill(stock, [(1, column, 7.0, 0.0)], now=float(COLUMNS + column))
    newest = stock.lots(1, 2)
    assert newest.harvest.max() == COLUMNS + column
    assert len(np.unique(stock.lots(0, 2).cell)) == len(stock.lots(0, 2).cell)


@given(KG, KG, AGE, AGE, st.floats(0.0, 3.0))
def test_parts_of_one_lot_merge_to_their_mean_age(kg, more, age, other, later):
    stock = make_stock()
    fill(stock, [(0, 0, kg, age)])
    stock.receive(np.array([0]), np.array([0]), np.array([more]), np.array([other]), later)
    mean = (kg * (age + later) + more * other) / (kg + more)
    assert stock.age(later)[0, 0] == pytest.approx(mean, rel=1e-9, abs=1e-9)
    assert stock.on_hand()[0] == pytest.approx(kg + more)


@given(LOTS, st.floats(0.05, 4.0), st.floats(0.05, 4.0), st.floats(1.0, 8.0))
def test_spoilage_between_inspections_follows_the_ratio_of_survivals(lots, first, second, shape):
    stock = make_stock(shape)
    fill(stock, lots)
    stock.inspect(first)
    kg, before = stock.kg.copy(), stock.age(first)
    thrown = stock.inspect(first + second)
    after, there = stock.age(first + second), kg > 0.0
    grown = np.broadcast_to(np.array([1, 1, 0.3, 0.3]) * second, after.shape)
    assert (after - before)[there] == pytest.approx(grown[there])
    ratio = survival(after[there], 10.0, shape) / survival(before[there], 10.0, shape)
    assert stock.kg[there] == pytest.approx(kg[there] * ratio, rel=1e-9, abs=1e-9)
    failed = np.zeros_like(kg)
    failed[there] = kg[there] * (1.0 - ratio)
    assert thrown.spoiled_kg == pytest.approx(failed.sum(axis=0), rel=1e-6, abs=1e-9)


@given(LOTS, st.lists(st.floats(0.05, 1.0), min_size=1, max_size=6))
def test_how_often_one_looks_does_not_change_what_spoils(lots, gaps):
    often, once = make_stock(), make_stock()
    fill(often, lots)
    fill(once, lots)
    for now in np.cumsum(gaps):
        often.inspect(float(now))
    once.inspect(float(np.sum(gaps)))
    assert often.kg == pytest.approx(once.kg, rel=1e-9, abs=1e-12)


@given(LOTS, st.floats(0.1, 5.0), st.floats(0.0, 14.0))
def test_what_is_too_old_to_sell_is_thrown_out_whole(lots, later, discard):
    stock = make_stock(discard=discard)
    fill(stock, lots)
    thrown = stock.inspect(later)
    assert (stock.kg[stock.age(later) >= discard] == 0.0).all()
    if discard == 0.0:
        assert stock.on_hand().sum() == 0.0
    assert (thrown.discarded_kg >= 0.0).all()


def merge_bound(ages, shares, later, median, shape):
    """Bound on the error of the merged survival, with p and q the shares and d the difference of the ages.

    H(a) = (a/m)^k is the spent hazard and S = 2^-H. The cell keeps the mean age and the mean hazard. By
    Taylor's theorem its survival differs from the mean of the parts' by at most
    p q d^2 / 2 x (ln 2 max H'' + (ln 2)^2 max (H')^2), the maxima over the ages passed through.
    """
    oldest = max(ages) + later
    youngest = min(ages)
    slope = shape / median * (oldest / median) ** (shape - 1.0)
    bend = max(
        shape * (shape - 1.0) / median**2 * (at / median) ** (shape - 2.0) for at in (oldest, youngest)
    )
    half = np.log(2.0) * bend + np.log(2.0) ** 2 * slope**2
    return shares[0] * shares[1] * (ages[0] - ages[1]) ** 2 / 2.0 * half


@given(
    st.tuples(st.floats(0.2, 9.0), st.floats(0.2, 9.0)),
    st.floats(0.01, 0.99),
    st.floats(0.5, 6.0),
    st.floats(1.0, 6.0),
)
def test_the_merge_error_of_survival_is_bounded(ages, share, later, shape):
    stock, median = make_stock(shape), 10.0
    fill(stock, [(0, 0, share * 1000.0, ages[0])])
    stock.receive(np.array([0]), np.array([0]), np.array([(1.0 - share) * 1000.0]), np.array([ages[1]]), 0.0)
    stock.inspect(later)
    parts = [
        survival(np.asarray(a + later), median, shape) / survival(np.asarray(a), median, shape) for a in ages
    ]
    exact = share * parts[0] + (1.0 - share) * parts[1]
    error = abs(stock.on_hand()[0] / 1000.0 - float(exact))
    assert error <= merge_bound(ages, (share, 1.0 - share), later, median, shape) + 1e-12


@given(
    st.tuples(st.floats(0.0, 9.0), st.floats(0.0, 9.0)),
    st.floats(0.01, 0.99),
    st.floats(0.0, 3.0),
    st.floats(1.0, 8.0),
)
def test_nothing_comes_back_to_life_when_parts_merge(ages, share, later, shape):
    stock = make_stock(shape)
    fill(stock, [(0, 0, share, ages[0])])
    stock.receive(np.array([0]), np.array([0]), np.array([1.0 - share]), np.array([ages[1]]), 0.0)
    thrown = stock.inspect(later)
    assert (thrown.spoiled_kg >= -1e-12).all()


@given(LOTS, st.floats(0.0, 1.0), st.floats(0.0, 2.0))
def test_a_move_keeps_ages_and_masses_of_every_lot(lots, share, now):
    stock = make_stock()
    fill(stock, [lot for lot in lots if lot[0] < 2] or [(0, 0, 1.0, 1.0)])
    kg, age = stock.kg.copy(), stock.age(now)
    stock.move(np.array([0, 1]), np.array([2, 3]), np.full(2, share), now)
    assert stock.kg[:, 2:] == pytest.approx(kg[:, :2] * share)
    assert stock.kg[:, :2] == pytest.approx(kg[:, :2] * (1.0 - share))
    moved = stock.kg[:, 2:] > 0.0
    assert stock.age(now)[:, 2:][moved] == pytest.approx(age[:, :2][moved])
