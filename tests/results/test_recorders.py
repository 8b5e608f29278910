"""Several recorders as one, and the one that tells the days."""

import numpy as np

from engine.small_county import Rows, small
from farmsim.domain.records import Closed, Harvested, Packed
from farmsim.engine.simulate import make_model, simulate
from farmsim.results.recorders import Days, Together


def test_every_recorder_gets_the_rows_that_it_wants():
    model = make_model(small())
    alone, other = Rows(Harvested), Rows(Harvested, Closed)
    together = Together([alone, other])
    assert together.wants == {Harvested, Closed}
    simulate(model, 0, together)
    assert {type(row) for row in alone} == {Harvested}
    assert {type(row) for row in other} == {Harvested, Closed}
    assert alone[0] is other[0]


def test_rows_that_nobody_wants_are_dropped():
    Together([])(Packed(0, 1, 0.0, 0.0, 0.0, 0.0, 0.0))
    assert Together([]).wants == frozenset()


def test_days_are_told_as_shares_of_the_horizon():
    told = []
    days = Days(4, told.append)
    for day in range(4):
        days(Harvested(day, np.zeros(1), np.zeros(1), np.zeros(1)))
    assert told == [0.0, 0.25, 0.5, 0.75]
