"""Shelves: which lots go first, how they are split and thrown away."""

import math
import random

import pytest

from farmsim.engine.network.lots import Lot, make_shelf


def lot(kg, expires, born=0.0):
    made = Lot(kg, born, expires)
    made.enter(0.0, 1.0)
    return made


def shelf_of(issue, *lots):
    shelf = make_shelf(issue, spoils=True)
    for each in lots:
        shelf.put(each)
    return shelf


def taken(shelf, kg):
    return [(part.kg, part.expires) for part in shelf.take(kg)]


@pytest.mark.parametrize(
    ("issue", "first", "rest"),
    [
        ("fifo", [(2.0, 9.0), (1.5, 3.0)], [(1.5, 3.0), (1.0, 6.0)]),
        ("lifo", [(1.0, 6.0), (2.5, 3.0)], [(2.0, 9.0), (0.5, 3.0)]),
        ("fefo", [(3.0, 3.0), (0.5, 6.0)], [(0.5, 6.0), (2.0, 9.0)]),
    ],
)
def test_lots_go_in_the_order_of_issue_and_the_last_is_split(issue, first, rest):
    shelf = shelf_of(issue, lot(2.0, 9.0), lot(3.0, 3.0), lot(1.0, 6.0))
    assert taken(shelf, 3.5) == first
    assert [(left.kg, left.expires) for left in shelf.lots()] == rest
    assert shelf.kg == pytest.approx(2.5)


def test_a_part_keeps_age_life_and_moment_of_expiry():
    whole = Lot(5.0, 2.0, 8.0)
    whole.enter(3.0, 2.0)
    part = whole.split(2.0)
    assert (part.kg, whole.kg) == (2.0, 3.0)
    part.leave(4.0, 2.0)
    part.enter(4.0, 0.5)
    assert part.expires == 4.0 + (8.0 - 2.0) / 0.5
    assert whole.expires == 3.0 + 8.0 / 2.0
    assert part.born == 2.0


def test_what_keeps_lies_in_one_heap():
    shelf = make_shelf("fefo", spoils=False)
    shelf.put(Lot(3.0, 0.0))
    shelf.put(Lot(4.0, 1.0))
    (part,) = shelf.take(5.0)
    assert (part.kg, shelf.kg, list(shelf.lots())) == (5.0, 2.0, [])


def test_of_lots_that_expire_together_the_first_to_come_goes_first():
    one, two = lot(1.0, 5.0), lot(1.0, 5.0)
    assert shelf_of("fefo", one, two).take(1.0) == [one]


@pytest.mark.parametrize("issue", ["fifo", "lifo", "fefo"])
def test_any_lot_can_be_thrown_away_even_most_of_them(issue):
    lots = [lot(1.0, 100.0 + (7 * i) % 50) for i in range(50)]
    shelf = shelf_of(issue, *lots)
    for each in random.Random(3).sample(lots, 45):
        shelf.drop(each)
        assert each.kg == 0.0
    left = [each for each in lots if each.kg > 0.0]
    assert shelf.kg == 5.0
    assert set(map(id, shelf.lots())) == set(map(id, left))
    order = {"fifo": left, "lifo": left[::-1], "fefo": sorted(left, key=lambda one: one.expires)}[issue]
    assert [id(part) for _ in range(5) for part in shelf.take(1.0)] == [id(each) for each in order]
    assert shelf.kg == 0.0


@pytest.mark.parametrize("issue", ["fifo", "lifo", "fefo"])
def test_shelves_agree_with_a_list_that_is_sorted_each_time(issue):
    """The slow and obvious shelf: pick the next lot by the rule, one after the other."""
    chance = random.Random(11)
    shelf, model = make_shelf(issue, spoils=True), []
    for turn in range(3000):
        step = chance.random()
        if step < 0.5 or not model:
            kg, expires = chance.randint(1, 5), 100.0 + chance.randint(0, 40) + turn / 10
            made = lot(float(kg), expires)
            shelf.put(made)
            model.append([float(kg), expires, turn, made])
        elif step < 0.8:
            want = float(chance.randint(1, int(sum(row[0] for row in model))))
            expected = []
            while want > 0.0:
                rank = {"fifo": lambda r: r[2], "lifo": lambda r: -r[2], "fefo": lambda r: (r[1], r[2])}
                row = min(model, key=rank[issue])
                kg = min(want, row[0])
                expected.append((kg, row[1]))
                row[0] -= kg
                want -= kg
                model = [one for one in model if one[0] > 0.0]
            assert taken(shelf, sum(kg for kg, _ in expected)) == expected
        else:
            row = model.pop(chance.randrange(len(model)))
            shelf.drop(row[3])
        assert shelf.kg == sum(row[0] for row in model)


@pytest.mark.parametrize("issue", ["fifo", "lifo", "fefo"])
def test_rounding_of_many_large_amounts_never_empties_a_shelf_too_early(issue):
    """The running sum of a shelf drifts from its lots, which used to end in an error."""
    chance = random.Random(5)
    shelf = make_shelf(issue, spoils=True)
    for turn in range(60_000):
        shelf.put(lot(1e9 * chance.random(), 1e6 + turn))
        if turn % 3 == 0:
            shelf.take(shelf.kg * chance.random())
        if turn % 100 == 99:
            shelf.take(shelf.kg)
            assert shelf.kg == 0.0
    assert math.isfinite(shelf.kg)
