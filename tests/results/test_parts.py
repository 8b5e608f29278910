"""Figures by channel, county, kind of produce and buyers' province: they add up to those of the run."""

import math

import numpy as np
import pytest

from engine.small_county import outcome_of, rows_of, small
from farmsim.domain.records import Ordered
from farmsim.results.metrics import METRICS
from farmsim.results.provinces import PROVINCE_METRICS
from farmsim.scenario.load import load_scenario
from results.two_counties import two_counties

SUMS = ("sold_kg", "demand_kg", "orders", "sales_revenue", "grower_receipts", "harvested_kg")
MEANS = ("household_net_income", "households_above_line_share", "gross_per_household")
PEOPLE = ("headcount_ratio", "poverty_gap", "poverty_severity")


@pytest.fixture(scope="module")
def scenario():
    return two_counties()


@pytest.fixture(scope="module")
def outcome(scenario):
    return outcome_of(scenario)


@pytest.mark.parametrize(
    ("table", "by"), [("channels", "channel"), ("counties", "county"), ("kinds", "kind")]
)
def test_every_part_has_the_metrics_with_a_meaning_there(outcome, table, by):
    for figures in getattr(outcome, table).values():
        assert set(figures) == {name for name, metric in METRICS.items() if by in metric.by}


def test_parts_are_named_in_file_order(outcome, scenario):
    assert list(outcome.channels) == list(scenario.channels)
    assert list(outcome.counties) == list(scenario.counties)
    assert list(outcome.kinds) == ["fruit", "vegetable"]
    assert len(outcome.provinces) == 31


@pytest.mark.parametrize("table", ["counties", "kinds"])
def test_sums_over_parts_are_those_of_the_run(outcome, table):
    for name in SUMS:
        total = sum(figures[name] for figures in getattr(outcome, table).values())
        assert total == pytest.approx(outcome.metrics[name], rel=1e-9), name
        assert total > 0.0, name


def test_means_over_parts_are_those_of_the_run(outcome, scenario):
    counties = scenario.counties.values()
    homes = [sum(g.households for g in county.growers.values()) for county in counties]
    people = [sum(g.households * g.persons for g in county.growers.values()) for county in counties]
    for names, weights in ((MEANS, homes), (PEOPLE, people)):
        for name in names:
            values = [figures[name] for figures in outcome.counties.values()]
            assert np.average(values, weights=weights) == pytest.approx(outcome.metrics[name]), name
    assert len({figures["household_net_income"] for figures in outcome.counties.values()}) == 2


def test_amounts_of_cooperatives_add_up(outcome):
    for name in ("cooperative_surplus", "peak_borrowing"):
        total = sum(figures[name] for figures in outcome.counties.values())
        assert total == pytest.approx(outcome.metrics[name], abs=1e-6)


def test_the_spread_of_sales_is_the_gini_coefficient_of_the_counties(outcome):
    low, high = sorted(figures["sales_revenue"] for figures in outcome.counties.values())
    assert outcome.metrics["county_sales_gini"] == pytest.approx(0.5 - low / (low + high))


def test_a_single_county_has_no_spread_and_no_table():
    outcome = outcome_of(small())
    assert math.isnan(outcome.metrics["county_sales_gini"])
    assert outcome.counties == {}
    assert outcome.kinds == {}
    assert outcome.provinces == {}


def test_provinces_add_up_to_all_orders(outcome, scenario):
    assert all(set(figures) == set(PROVINCE_METRICS) for figures in outcome.provinces.values())
    rows = rows_of(scenario, Ordered)
    for name, field in (("orders", "wanted"), ("served_orders", "served")):
        total = sum(figures[name] for figures in outcome.provinces.values())
        assert total == sum(int(getattr(row, field).sum()) for row in rows)
        assert total > 0
    for figures in outcome.provinces.values():
        assert math.isnan(figures["served_share"]) or 0.0 <= figures["served_share"] <= 1.0
        assert figures["sales_value"] >= figures["served_kg"]


def test_the_provinces_figures_of_the_whole_run_are_its_served_kilograms(outcome):
    """What consumers were sent or sold, less what came back or was lost, is what was sold to them."""
    served = sum(figures["served_kg"] for figures in outcome.provinces.values())
    back = outcome.destinations["returned"] + outcome.destinations["lost_in_transit"]
    channels = load_scenario("bachu-matrix").scenario.channels
    sold = sum(
        figures["sold_kg"]
        for name, figures in outcome.channels.items()
        if channels[name].kind in ("parcel", "stocked")
    )
    assert served - back == pytest.approx(sold)
