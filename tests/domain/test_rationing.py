"""Rationing: nobody gets more than wanted, all there is is served, every unit has the same chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from farmsim.domain.rationing import rationed
from farmsim.streams import Streams, uniforms_at

ROWS = st.lists(
    st.tuples(st.lists(st.integers(0, 60), min_size=1, max_size=12), st.floats(0.0, 1.0)),
    min_size=1,
    max_size=6,
).filter(lambda rows: all(sum(wanted) > 0 for wanted, _ in rows))


def ration(rows, available, replication=0):
    """Served units by row; each row draws from its own stream."""
    keys = Streams(3, replication).keys("row", list(range(len(rows))))
    row = np.repeat(np.arange(len(rows)), [len(wanted) for wanted in rows])
    place = np.concatenate([np.arange(len(wanted)) for wanted in rows]).astype(np.uint64)
    served = rationed(
        np.concatenate([np.array(wanted) for wanted in rows]),
        row,
        np.array(available),
        uniforms_at(keys[row], place),
        lambda of, number: uniforms_at(keys[of], number.astype(np.uint64) + np.uint64(1 << 32)),
    )
    return [served[row == number] for number in range(len(rows))]


@given(ROWS, st.integers(0, 50))
def test_what_is_available_is_served_and_nobody_gets_more_than_wanted(rows, replication):
    wanted = [np.array(row) for row, _ in rows]
    available = [int(share * (row.sum() - 1)) for row, (_, share) in zip(wanted, rows, strict=True)]
    for served, asked, able in zip(ration(wanted, available, replication), wanted, available, strict=True):
        assert served.sum() == able
        assert (served >= 0).all()
        assert (served <= asked).all()


@pytest.mark.parametrize(
    ("wanted", "available"),
    [([3, 1, 4, 2], 4), ([1, 1, 1, 1, 1, 1], 5), ([50, 3, 20], 60), ([200, 900, 10, 400], 35), ([9], 4)],
)
def test_the_served_follow_the_multivariate_hypergeometric(wanted, available):
    rounds = 6000
    drawn = np.array([ration([wanted], [available], r)[0] for r in range(rounds)])
    for cell, most in enumerate(wanted):
        law = stats.hypergeom(sum(wanted), most, available)
        expected = law.pmf(np.arange(most + 1)) * rounds
        counted = np.bincount(drawn[:, cell], minlength=most + 1)
        usual = expected > 5.0
        if usual.sum() > 1:
            pooled = [np.append(x[usual], x[~usual].sum()) for x in (counted, expected)]
            statistic = float((((pooled[0] - pooled[1]) ** 2) / np.maximum(pooled[1], 1e-9))[:-1].sum())
            assert stats.chi2(usual.sum()).sf(statistic) > 1e-5
    if len(wanted) > 1:
        law = stats.multivariate_hypergeom(m=wanted, n=available)
        error = 5.0 * np.sqrt(np.diag(law.cov()) / rounds)
        assert (abs(drawn.mean(axis=0) - law.mean()) <= error + 1e-9).all()
        np.testing.assert_allclose(np.cov(drawn.T), law.cov(), atol=0.12 * np.diag(law.cov()).max() + 0.02)


def test_a_row_draws_the_same_whoever_is_rationed_beside_it():
    row, able = [5, 0, 7, 30], 20
    alone = ration([row], [able])[0]
    assert ration([row, [4, 4], [1000, 10]], [able, 3, 500])[0].tolist() == alone.tolist()


def test_common_numbers_keep_the_served_in_step():
    """With one unit more, most cells keep what they got."""
    wanted = [15] * 100
    fewer, more = (ration([wanted], [able])[0] for able in (700, 720))
    assert abs(more - fewer).sum() < 160
