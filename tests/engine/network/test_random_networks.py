"""What must hold in every network, whatever it is made of."""

import copy
import math
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings

from engine.network.network_runs import outcome_of, scenario
from engine.network.random_networks import files
from farmsim.engine.network.play import Run
from farmsim.experiment.network import run_network
from farmsim.results.network import NetworkTally, summarise_network
from farmsim.scenario.network_references import network_references
from farmsim.streams import Streams

TIGHT = 1e-9
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
SHARES = (
    "fill_rate",
    "full_orders_share",
    "stocked_share",
    "turned_away_share",
    "discarded_share",
    "utilisation",
)


def described(file):
    made = scenario(**copy.deepcopy(file))
    assert list(network_references(made)) == []
    return made


def check(file):
    made = described(file)
    tally = NetworkTally()
    run = Run(made, Streams(made.random_seed, 0), tally)
    run.play()
    outcome = summarise_network(tally)
    scale = max(outcome.kg_in, 1.0)
    assert outcome.kg_out == pytest.approx(outcome.kg_in, abs=TIGHT * scale)
    assert abs(outcome.money_difference) < TIGHT
    for name, site in run.sites.items():
        check_site(run, name, site, scale)
    for name, values in outcome.series.items():
        assert min(values) >= -TIGHT * scale, name
        assert all(map(math.isfinite, values)), name
    for table in (outcome.sites, outcome.stations):
        for place in table.values():
            for share in SHARES:
                value = place.get(share, 0.0)
                assert math.isnan(value) or -TIGHT <= value <= 1.0 + 1e-6, (share, value)
    assert outcome.series["day"] == sorted(outcome.series["day"])
    check_money(outcome)


def check_site(run, name, site, scale):
    """Stock is what lies there, what is owed was wanted and neither served nor lost, orders are somewhere."""
    assert site.on_hand >= -TIGHT * scale
    assert site.stock.value == pytest.approx(site.on_hand, abs=TIGHT * scale)
    if site._spoils:
        assert sum(lot.kg for lot in site._shelf.lots()) == pytest.approx(site.on_hand, abs=TIGHT * scale)
    owed = sum(want.kg for want in site._wants)
    assert site.backlog.value == pytest.approx(owed, abs=TIGHT * scale)
    if run.books.warm_up == 0.0:
        assert owed == pytest.approx(site.demand_kg - site.shipped_kg - site.lost_kg, abs=TIGHT * scale)
        wanted = sum(who.wanted_kg for who in run.shoppers if who.block.at == name)
        sold = sum(who.sold_kg for who in run.shoppers if who.block.at == name)
        assert sold <= wanted + TIGHT * scale
    if hasattr(site, "on_order"):
        under_way = site.way.value + sum(not_yet_sent(run, site))
        assert site.on_order == pytest.approx(under_way, abs=TIGHT * scale)


def not_yet_sent(run, site):
    """Kilograms that a site has ordered and that have not set out, each where it is."""
    for *_, event in run.agenda.env._queue:
        action = event.callbacks[0] if event.callbacks else None
        if action == site._known:
            yield event.item
        elif getattr(action, "__name__", "") == "_finish" and event.item.owner is site:
            yield event.item.kg
    for other in run.sites.values():
        yield from (want.kg for want in other._wants if want.buyer is site)
    for queue in run.queues.values():
        yield from (lot.kg for line in queue._lines.values() for lot in line if lot.owner is site)


def check_money(outcome):
    """The total is the sum of all items of all places."""
    costs = sum(
        value
        for table in (outcome.sites, outcome.stations, outcome.lanes)
        for place in table.values()
        for name, value in place.items()
        if name.endswith("_cost") and name != "total_cost"
    )
    assert outcome.metrics["total_cost"] == pytest.approx(costs, rel=1e-9, abs=1e-9)
    revenue = sum(site["revenue"] for site in outcome.sites.values())
    assert outcome.metrics["profit"] == pytest.approx(revenue - costs, rel=1e-9, abs=1e-6)


@settings(max_examples=40, deadline=None, suppress_health_check=CHECKS)
@given(files())
def test_kilograms_and_money_balance_in_any_network(file):
    check(file)


@pytest.mark.long
@settings(max_examples=500, deadline=None, suppress_health_check=CHECKS)
@given(files())
def test_kilograms_and_money_balance_in_many_networks(file):
    check(file)


@settings(max_examples=10, deadline=None, suppress_health_check=CHECKS)
@given(files())
def test_a_run_is_reproducible(file):
    made = described(file)
    assert repr(outcome_of(made, 1)) == repr(outcome_of(made, 1))


@settings(max_examples=2, deadline=None, suppress_health_check=CHECKS)
@given(files())
def test_workers_change_nothing(file):
    loaded = SimpleNamespace(scenario=described(file))
    alone = run_network(loaded, replications=3, workers=1)
    shared = run_network(loaded, replications=3, workers=2)
    assert repr(alone.outcomes) == repr(shared.outcomes)
