"""Stations and lanes, load by load, by hand."""

import math

import pytest

from engine.network.network_runs import bring, play

HOUR = 1 / 24


def station(loads, block, days=10.0, **more):
    return play({"sources": {"farm": bring("wash", loads, **more)}, "stations": {"wash": block}}, days)


def test_a_batch_queues_at_two_servers():
    """Five loads of 6 h at two servers: waits 0, 0, 6, 6, 12."""
    wash = station([1.0], {"hours": 6, "servers": 2}, at_once=5).stations["wash"]
    assert wash["mean_wait_hours"] == pytest.approx(24 / 5)
    assert wash["longest_wait_hours"] == pytest.approx(12.0)
    assert wash["mean_time_hours"] == pytest.approx(24 / 5 + 6)
    assert wash["waiting_share"] == 3 / 5
    assert wash["found_idle_share"] == 1 / 5
    assert wash["mean_queue"] == pytest.approx(24 * HOUR / 10)
    assert wash["mean_loads"] == pytest.approx(54 * HOUR / 10)
    assert wash["utilisation"] == pytest.approx(30 * HOUR / 10 / 2)
    assert wash["finished_hours"] == pytest.approx(18.0)


def test_a_finite_line_turns_away_what_finds_no_place():
    outcome = station([2.0], {"hours": 6, "waiting_places": 1}, at_once=4)
    wash = outcome.stations["wash"]
    assert (wash["loads"], wash["turned_away_share"], wash["turned_away_kg"]) == (4.0, 0.5, 4.0)
    assert outcome.destinations == {"turned_away": 4.0, "left": 4.0, "at_stations": 0.0}
    assert outcome.states["wash"][:3] == pytest.approx([1 - 12 * HOUR / 10, 6 * HOUR / 10, 6 * HOUR / 10])


def test_loads_lose_patience_while_they_wait_but_not_while_they_are_worked_on():
    wash = station([2.0], {"hours": 6, "patience_hours": 5}, at_once=3).stations["wash"]
    assert (wash["discarded_share"], wash["discarded_kg"], wash["worked_kg"]) == (2 / 3, 4.0, 2.0)
    assert wash["mean_queue"] == pytest.approx(10 * HOUR / 10)
    patient = station([2.0], {"hours": 6, "patience_hours": 6}, at_once=3).stations["wash"]
    assert patient["discarded_share"] == 1 / 3  # freed in the last moment, the server takes one


def test_urgent_loads_go_first_and_none_is_interrupted():
    network = {
        "sources": {
            "late": {**bring("wash", [1.0], at_once=2), "priority": 5},
            "soon": {**bring("wash", [1.0], at_once=2), "priority": 1},
        },
        "stations": {"wash": {"hours": 6}},
    }
    sources = play(network).sources
    assert sources["late"]["mean_time_hours"] == pytest.approx((6 + 24) / 2)
    assert sources["soon"]["mean_time_hours"] == pytest.approx((12 + 18) / 2)


def test_a_load_that_passes_one_station_at_once_does_not_lose_the_patience_it_had_there():
    """It came to both at one instant; the deadline of the first used to throw it out of the second."""
    network = {
        "sources": {"farm": bring("road", [1.0], at_once=3)},
        "lanes": {"road": {"to": "gate", "leaves_with": 3}},
        "stations": {
            "gate": {"hours": 0, "patience_hours": 2, "to": "wash"},
            "wash": {"hours": 6},
        },
    }
    outcome = play(network)
    assert outcome.destinations["left"] == 3.0
    assert outcome.stations["gate"]["discarded_share"] == 0.0
    assert outcome.stations["gate"]["mean_queue"] == 0.0
    assert outcome.stations["wash"]["worked_kg"] == 3.0


def test_work_is_paid_by_the_kilogram_when_it_is_done_after_the_warm_up():
    network = {
        "sources": {"farm": bring("wash", [2.0, 3.0, 4.0])},
        "stations": {"wash": {"hours": 12, "cost_per_kg": 0.5}},
    }
    outcome = play(network)
    assert outcome.stations["wash"]["working_cost"] == 4.5
    assert outcome.metrics["total_cost"] == 4.5
    assert outcome.metrics["cost_per_day"] == 0.45
    assert outcome.metrics["profit"] == -4.5
    assert outcome.money_difference == 0.0
    late = play(network, warm_up_days=1.0)
    assert late.stations["wash"]["working_cost"] == 3.5
    assert play(network, 2.5).stations["wash"]["working_cost"] == 2.5  # the third ends at the horizon


def test_a_room_without_servers_holds_any_number():
    wash = station([1.0], {"hours": 12, "servers": 0}, at_once=7).stations["wash"]
    assert wash["mean_loads"] == pytest.approx(7 * 0.5 / 10)
    assert math.isnan(wash["utilisation"])


def test_a_truck_leaves_when_it_is_full():
    """Loads on days 0 to 6, three a truck: departures on days 2 and 5, one load still stands there."""
    network = {
        "sources": {"farm": bring("road", [1.0] * 7)},
        "lanes": {"road": {"to": "store", "leaves_with": 3, "days": 1.5, "cost_per_trip": 8}},
        "sites": {"store": {}},
    }
    outcome = play(network, 9.0)
    road = outcome.lanes["road"]
    assert outcome.series["store.stock_kg"] == [0, 0, 0, 0, 3, 3, 3, 6, 6]
    assert (road["trips"], road["loads"], road["freight_cost"]) == (2.0, 6.0, 16.0)
    assert road["mean_wait_hours"] == 24.0
    assert road["mean_gap_hours"] == 72.0
    assert outcome.destinations["in_transit"] == 1.0
    assert outcome.metrics["profit"] == -16.0
    assert outcome.sources["farm"]["mean_time_hours"] == pytest.approx(24 * 2.5)


def test_loads_of_nothing_are_no_loads():
    network = {
        "sources": {"farm": bring("wash", [1.0, 0.0, 2.0])},
        "stations": {"wash": {"hours": 1}},
    }
    outcome = play(network)
    assert outcome.sources["farm"]["loads"] == 2.0
    assert outcome.stations["wash"]["loads"] == 2.0
