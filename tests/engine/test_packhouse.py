"""The packhouse is a real queue: with exponential times it gives the results of M/M/1 and M/M/c.

Gross, Shortle, Thompson and Harris, Fundamentals of Queueing Theory, 4th edition, sections 2.2, 2.3 and 2.11.
"""

import heapq
import math
from itertools import product

import numpy as np
import pytest
from scipy import stats
from scipy.linalg import expm

from engine.small_county import BASE, REMOVED, merged, rows_of, small
from farmsim.domain.records import Closed, Lost, Packed
from farmsim.engine.packhouse import Yard
from farmsim.engine.simulate import make_model, simulate
from farmsim.experiment.run import play
from farmsim.scenario.load import load_scenario

QUEUE = """
name: one queue
start: 2019-01-01
horizon_days: {days}
random_seed: 11
products:
  fruit:
    label: {{en: Fruit, zh: 水果}}
    grades: [a]
    keeping: {{life_days: 5}}
    pack_kg: 1
counties:
  county:
    label: {{en: County, zh: 县}}
    province: xinjiang
    place: {{latitude: 40, longitude: 80}}
    climate: {{celsius: [20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20], anomaly_sd_celsius: 0}}
    growers:
      village:
        product: fruit
        households: 1
        land_mu: 1
        yield_kg_per_mu: {harvest_kg}
        harvest: {{centre: 2020-01-01, sd_days: 1000000000, first: 2019-01-01, last: {last}}}
        grade_shares: {{a: 1}}
    packhouse:
      lines: {lines}
      kg_per_hour: 1000
      load_kg: 1000
      shift_hours: 24
      arrivals: poisson
      service: {{distribution: exponential, mean: 1}}
channels:
  trader:
    kind: trader
    label: {{en: Trader, zh: 收购商}}
    trucks_per_day: 100
    sells: {{fruit: {{price_per_kg: 1}}}}
"""


def queue(tmp_path, *, lines, loads_per_day, days, idle_days=0):
    """A packhouse whose lines take an hour a load on average, day and night; idle days follow the harvest."""
    last = np.datetime64("2019-01-01") + days - 1
    text = QUEUE.format(
        days=days + idle_days, lines=lines, harvest_kg=1000.0 * loads_per_day * days, last=last
    )
    file = tmp_path / "queue.yaml"
    file.write_text(text, encoding="utf-8")
    return make_model(load_scenario(file).scenario)


def erlang_c(lines, offered):
    """Chance that a load waits in M/M/c with an offered work of `offered` lines."""
    last = offered**lines / math.factorial(lines) * lines / (lines - offered)
    return last / (sum(offered**k / math.factorial(k) for k in range(lines)) + last)


def packed_in(model, replications):
    found = []
    for replication in range(replications):
        simulate(model, replication, lambda row: found.append(row) if isinstance(row, Packed) else None)
    return found


def mean_wait(lines, rate, hours, most=200):
    """Mean hours in queue of the loads that come within some hours to lines that work an hour a load.

    The lines are idle at first and finish what has come. With L(t) the mean number that queues, the loads
    wait the integral of L in all: up to the end by the forward equations of the birth-death process, then
    those left behind are taken one by one. With endless hours this is C(c, a) / (c mu - lambda).
    """
    there = np.arange(most + 1)
    moves = np.diag(np.full(most, rate), 1) + np.diag(np.minimum(there[1:], lines).astype(float), -1)
    moves -= np.diag(moves.sum(axis=1))
    queued = np.maximum(there - lines, 0)
    both = np.zeros((most + 2, most + 2))
    both[:-1, :-1], both[:-1, -1] = moves, queued
    by_then = expm(both * hours)[0]
    left = queued * (queued + 1) / 2.0 / lines
    return float(by_then[-1] + by_then[:-1] @ left) / (rate * hours)


def waits_in(tmp_path, *, lines, loads_per_day, replications):
    """Mean hours in queue and utilisation while loads come, by replication; and what theory says of them."""
    model = queue(tmp_path, lines=lines, loads_per_day=loads_per_day, days=DAYS, idle_days=3)
    packed = packed_in(model, replications)
    rate = loads_per_day / 24.0
    waits = np.array([24.0 * row.queue_days_sum / row.loads for row in packed])
    busy = np.array([row.busy_line_days / (DAYS * lines) for row in packed])
    return (waits, mean_wait(lines, rate, DAYS * 24.0)), (busy, rate / lines)


DAYS = 400
QUEUES = pytest.mark.parametrize(("lines", "loads_per_day"), [(1, 17.5), (3, 60.0)])


@QUEUES
def test_loads_wait_as_long_as_queueing_theory_says(tmp_path, lines, loads_per_day):
    for found, theory in waits_in(tmp_path, lines=lines, loads_per_day=loads_per_day, replications=12):
        error = found.std(ddof=1) / math.sqrt(len(found))
        assert abs(found.mean() - theory) < 4.0 * error
        assert error < 0.03 * theory


@pytest.mark.long
@QUEUES
def test_they_do_so_to_a_hundredth(tmp_path, lines, loads_per_day):
    """Nineteen million loads on three lines: with an error of 0.35 % a bias of one per cent would show."""
    for found, theory in waits_in(tmp_path, lines=lines, loads_per_day=loads_per_day, replications=800):
        error = found.std(ddof=1) / math.sqrt(len(found))
        assert abs(found.mean() - theory) < 3.0 * error
        assert error < 0.004 * theory


def test_the_theory_of_some_hours_becomes_that_of_endless_ones():
    """Erlang's C formula, equations 2.33 and 2.34.

    What idle lines at the start save is a constant beside the waits of all hours: twice as long takes it out.
    (The exponential of a million hours would be rounding.)
    """
    for lines, rate in ((1, 17.5 / 24.0), (3, 2.5)):
        steady = erlang_c(lines, rate) / (lines - rate)
        endless = 2.0 * mean_wait(lines, rate, 4000.0) - mean_wait(lines, rate, 2000.0)
        assert endless == pytest.approx(steady, rel=1e-6)
        assert mean_wait(lines, rate, 100.0) < 0.95 * steady


def recursion(loads, lines):
    """Hours that all loads queue, from their times of coming and hours of work.

    Each takes the line that is free first (Kiefer and Wolfowitz 1955).
    """
    free, queued = [0.0] * lines, 0.0
    for came, work in sorted(loads):
        begins = max(came, heapq.heappop(free))
        queued += begins - came
        heapq.heappush(free, begins + work)
    return queued


@pytest.fixture
def sent(monkeypatch):
    """Loads that set out: hour of coming to the door, hours of work."""
    found, send = [], Yard._send

    def spy(yard, group, day, wait, kg, hours):
        found.append((24.0 * (yard._world.env.now + wait), hours))
        send(yard, group, day, wait, kg, hours)

    monkeypatch.setattr(Yard, "_send", spy)
    return found


@pytest.mark.parametrize("lines", [1, 3, 7])
def test_every_load_waits_as_long_as_the_lines_make_it(tmp_path, sent, lines):
    (row,) = packed_in(queue(tmp_path, lines=lines, loads_per_day=19.0 * lines, days=60, idle_days=9), 1)
    assert row.loads == len(sent)
    assert 24.0 * row.queue_days_sum == pytest.approx(recursion(sent, lines), rel=1e-9)
    assert 24.0 * row.busy_line_days == pytest.approx(sum(work for _, work in sent), rel=1e-9)


def test_loads_come_as_a_poisson_stream_and_take_exponential_times(tmp_path, sent):
    """Gaps and times of work are exponential and tell nothing of the next ones, also over midnight."""
    packed_in(queue(tmp_path, lines=3, loads_per_day=60.0, days=1500), 1)
    came, work = np.array(sorted(sent)).T
    for times, mean in ((np.diff(came), 24.0 / 60.0), (work, 1.0)):
        assert stats.kstest(times, "expon", args=(0.0, mean)).pvalue > 1e-3
        assert abs(np.corrcoef(times[:-1], times[1:])[0, 1]) < 4.0 / math.sqrt(len(times))
    by_day = np.bincount((came // 24.0).astype(int))[1:-1]
    assert abs(np.corrcoef(by_day[:-1], by_day[1:])[0, 1]) < 4.0 / math.sqrt(len(by_day))


def test_the_loads_of_a_day_are_as_many_as_a_poisson_stream_brings(tmp_path):
    packed = packed_in(queue(tmp_path, lines=3, loads_per_day=60.0, days=100), 10)
    loads = np.array([row.loads for row in packed])
    assert loads.mean() == pytest.approx(6000.0, abs=4.0 * math.sqrt(600.0))
    assert 300.0**0.5 < loads.std(ddof=1) < 18000.0**0.5


def test_service_times_do_not_depend_on_how_many_lines_there_are(tmp_path):
    few, many = (
        packed_in(queue(tmp_path, lines=n, loads_per_day=10.0, days=30, idle_days=3), 2) for n in (1, 4)
    )
    assert [row.busy_line_days for row in few] == pytest.approx([row.busy_line_days for row in many])
    assert all(a.queue_days_sum > b.queue_days_sum for a, b in zip(few, many, strict=True))


HOUSE = {"lines": 2, "kg_per_hour": 500, "load_kg": 500, "shift_hours": 10}


def with_house(**changes):
    return {"counties": {"bachu": {"packhouse": {**HOUSE, **changes}}}}


def waited(*changes):
    (row,) = rows_of(small(*changes), Packed)
    return row


@pytest.mark.parametrize(
    ("slower", "faster"),
    [
        ({"lines": 1}, {"lines": 2}),
        ({"kg_per_hour": 300}, {"kg_per_hour": 500}),
        ({"lines": 1, "shift_hours": 8}, {"lines": 1, "shift_hours": 16}),
    ],
)
def test_more_lines_speed_or_hours_never_lengthen_the_wait(slower, faster):
    long, short = waited(with_house(**slower)), waited(with_house(**faster))
    assert short.wait_days_sum < long.wait_days_sum


def test_work_of_a_load_is_its_size_over_the_speed():
    row = waited(with_house())
    assert row.kg == pytest.approx(100_000.0)
    assert row.busy_line_days == pytest.approx(100_000.0 / 500.0 / 24.0)
    assert row.open_line_days == pytest.approx(30 * 2 * 10 / 24.0)


def test_loads_that_wait_outside_are_older_when_they_are_sold():
    slow, quick = (
        play(make_model(small(with_house(lines=n))), 0, 7).metrics["freshness_on_arrival"] for n in (1, 8)
    )
    assert slow < quick


DAMAGE = {"products": {"melon": {"packhouse_damage_share": 0.1}}}


def test_the_packhouse_throws_out_what_it_damages():
    rows = rows_of(small(with_house(lines=8), DAMAGE), Lost)
    assert sum(r.kg for r in rows if (r.place, r.cause) == ("packhouse", "damaged")) == pytest.approx(
        10_000.0
    )


ENDS_EARLY = {"horizon_days": 12}


def test_kilograms_balance_when_loads_still_wait_at_the_horizon():
    rows = rows_of(small(with_house(lines=1, kg_per_hour=200), DAMAGE, ENDS_EARLY), Closed)
    assert rows[0].kg_difference < 1e-9


def test_lines_are_never_busy_longer_than_they_are_open():
    row = waited(with_house(lines=1, kg_per_hour=200), ENDS_EARLY)
    assert row.busy_line_days <= row.open_line_days


def season(**house):
    """One day's pick, no buyer: all that was sorted lies at the gate until it spoils."""
    scenario = small(
        {
            "horizon_days": 9,
            "counties": {"bachu": {"growers": {"village": {"harvest": {"last": "2018-07-01"}}}}},
            "channels": {"trader": {"comes_share": 0, "comes_in_glut_share": 0}},
        },
        with_house(**house) if house else {},
    )
    return play(make_model(scenario), 0, 7).destinations


def test_fruit_that_waited_outside_spoils_like_fruit_that_did_not():
    """At one temperature it makes no difference to spoilage where the fruit waits."""
    at_gate = season()
    queued = season(lines=1, kg_per_hour=1000, shift_hours=24)
    assert queued["spoiled"] == pytest.approx(at_gate["spoiled"], rel=0.1)


def test_loads_that_all_rot_outside_are_played_to_the_end():
    """One slow line, a week of waiting in the heat of summer: nothing sound is left of the last loads."""
    hot = {"climate": {"celsius": [35] * 12}, "packhouse": {**HOUSE, "lines": 1, "kg_per_hour": 30}}
    outcome = play(make_model(small({"counties": {"bachu": hot}, "horizon_days": 60})), 0, 7)
    assert outcome.metrics["lost_share"] > 0.9


def test_an_empty_packhouse_expects_no_intake():
    """The desk plans at eight in the evening, when all loads of both groups are done."""
    village = {"counties": {"bachu": {"growers": {"village": REMOVED}}}}
    groups = {name: merged(VILLAGE, {"yield_kg_per_mu": kg}) for name, kg in (("west", 700), ("east", 330))}
    late = {
        "clock": {"desk": 20.0, "contract": 20.2, "cutoff": 20.4, "departure": 20.6, "trader": 20.8},
        "horizon_days": 6,
        "counties": {"bachu": {"growers": groups}},
    }
    house = with_house(lines=20, kg_per_hour=1000, load_kg=1300)
    assert play(make_model(small(village, late, house)), 0, 7).kg_in > 0.0


VILLAGE = BASE["counties"]["bachu"]["growers"]["village"]


def two_villages(first):
    village = {
        "product": "melon",
        "households": 50,
        "land_mu": 1,
        "yield_kg_per_mu": 1000,
        "harvest": {"centre": "2018-07-10", "sd_days": 1000000, "first": "2018-07-01", "last": "2018-07-20"},
        "grade_shares": {"a": 0.5, "b": 0.5},
    }
    groups = {"west": village, "east": merged(village, {"households": 70})}
    ordered = {name: groups[name] for name in (first, *groups)}
    return small(
        {"counties": {"bachu": {"growers": {"village": REMOVED, **ordered}}}},
        with_house(lines=8, service={"distribution": "exponential", "mean": 1}),
    )


def test_the_order_of_groups_in_the_file_does_not_change_their_loads():
    rows = [rows_of(two_villages(first), Packed)[0] for first in ("west", "east")]
    assert rows[0].busy_line_days == pytest.approx(rows[1].busy_line_days, rel=1e-12)


def test_arrivals_even_and_poisson_bring_the_same_kilograms():
    for arrivals, replication in product(("even", "poisson"), range(2)):
        rows = rows_of(small(with_house(arrivals=arrivals)), Packed, replication=replication)
        assert rows[0].kg == pytest.approx(100_000.0)
