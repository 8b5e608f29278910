"""The catalogue of metrics and what a run comes to: names, units, definitions, totals, the waterfall."""

import math

import numpy as np
import pytest

from engine.small_county import CONTRACT, MARKET, SHOP, STORE, bundled, merged, outcome_of, rows_of, small
from farmsim.domain.records import Closed
from farmsim.results.metrics import METRICS
from farmsim.results.scope import ratio
from farmsim.results.summary import DESTINATIONS
from strategies import NAMES

PROMISED = {
    "harvested_kg",
    "sold_kg",
    "lost_kg",
    "lost_share",
    "fill_rate",
    "demand_kg",
    "lost_sales_kg",
    "orders",
    "refund_share",
    "sales_revenue",
    "netback_per_kg",
    "grower_price_per_kg",
    "grower_share",
    "gross_per_mu",
    "income_per_mu",
    "household_net_income",
    "households_above_line_share",
    "poverty_gap",
    "gini",
    "days_until_paid",
    "delivery_days",
    "freshness_on_arrival",
    "rating",
    "packhouse_utilisation",
    "packhouse_wait_hours",
    "public_cost",
}
UNITS = {
    "ed_kg": "kg",
    "sales_kg": "kg",
    "demand_kg": "kg",
    "_share": "share",
    "price_per_kg": "CNY/kg",
    "netback_per_kg": "CNY/kg",
    "_days": "days",
    "_hours": "hours",
    "_per_mu": "CNY/mu",
    "_rate": "share",
}
ADDITIVE = ("sold_kg", "demand_kg", "orders", "sales_revenue", "grower_receipts")
ALL_KINDS = {
    "channels": {"shop": SHOP, "store": STORE, "market": MARKET, "contract": CONTRACT},
    "desk": {"order": ["shop", "store", "contract", "market", "trader"]},
}


@pytest.fixture(scope="module", params=NAMES)
def outcome(request):
    return outcome_of(bundled(request.param))


def test_every_promised_metric_exists():
    assert set(METRICS) >= PROMISED


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_has_a_unit_that_fits_its_name_and_a_definition(name):
    metric = METRICS[name]
    assert metric.definition.endswith(".")
    for suffix, unit in sorted(UNITS.items(), key=lambda item: len(item[0])):
        if name.endswith(suffix):
            expected = unit
    if any(name.endswith(suffix) for suffix in UNITS):
        assert metric.unit == expected


def test_a_run_has_every_metric_and_each_channel_those_with_a_meaning_there(outcome):
    assert set(outcome.metrics) == set(METRICS)
    own = {name for name, metric in METRICS.items() if metric.per_channel}
    for figures in outcome.channels.values():
        assert set(figures) == own


def test_what_adds_up_adds_up_over_channels(outcome):
    for name in ADDITIVE:
        total = sum(figures[name] for figures in outcome.channels.values())
        assert outcome.metrics[name] == pytest.approx(total, rel=1e-9, abs=1e-6), name


def test_lost_sales_in_total_leave_out_those_who_were_served_elsewhere(outcome):
    by_channel = sum(figures["lost_sales_kg"] for figures in outcome.channels.values())
    assert all(figures["lost_sales_kg"] >= 0.0 for figures in outcome.channels.values())
    assert -1e-9 <= outcome.metrics["lost_sales_kg"] <= by_channel + 1e-9


def test_the_harvest_is_sold_lost_kept_or_still_there(outcome):
    other = ("own_use", "processed", "feed", "in_transit", "on_hand")
    rest = sum(outcome.destinations[name] for name in other)
    total = outcome.metrics["sold_kg"] + outcome.metrics["lost_kg"] + rest
    assert total == pytest.approx(outcome.metrics["harvested_kg"], rel=1e-9)
    assert outcome.kg_in == pytest.approx(outcome.kg_out, rel=1e-9)
    assert outcome.metrics["harvested_kg"] == outcome.kg_in
    lost = [name for name in DESTINATIONS if name not in other]
    assert sum(outcome.destinations[n] for n in lost) == pytest.approx(outcome.metrics["lost_kg"], rel=1e-9)
    assert outcome.metrics["lost_share"] == pytest.approx(outcome.metrics["lost_kg"] / outcome.kg_in)


def test_weeks_add_up_to_the_season(outcome):
    """Parcels that arrive after the horizon are in the metrics but in no week of it."""
    weeks = outcome.weekly
    assert sum(weeks["harvested"]) == pytest.approx(outcome.kg_in)
    for channel, figures in outcome.channels.items():
        assert sum(weeks[channel]) <= figures["sold_kg"] * (1.0 + 1e-9) + 1e-6
        assert sum(weeks[channel]) == pytest.approx(figures["sold_kg"], rel=0.25, abs=3000.0)


def test_prices_are_money_over_kilograms(outcome):
    figures = outcome.metrics
    assert figures["grower_price_per_kg"] == pytest.approx(figures["grower_receipts"] / figures["sold_kg"])
    for channel in outcome.channels.values():
        if channel["sold_kg"] > 0.0:
            assert channel["grower_price_per_kg"] == pytest.approx(
                channel["grower_receipts"] / channel["sold_kg"]
            )


def test_income_is_gross_less_cash_cost(outcome):
    assert outcome.metrics["income_per_mu"] <= outcome.metrics["gross_per_mu"]
    per_mu, per_home = outcome.metrics["gross_per_mu"], outcome.metrics["gross_per_household"]
    assert per_home > per_mu > 0.0


def test_the_waterfall_adds_up_to_what_buyers_and_the_public_paid(outcome):
    for channel, fall in outcome.waterfall.items():
        spent = sum(value for name, value in fall.items() if name not in ("consumer", "public"))
        assert spent == pytest.approx(fall["consumer"] + fall["public"], rel=1e-9, abs=1e-6), channel
        assert fall["growers"] == pytest.approx(outcome.channels[channel]["grower_receipts"])


@pytest.mark.parametrize("bearer", ["buyer", "growers"])
def test_the_cooperative_s_part_of_the_waterfall_is_what_its_account_holds(bearer):
    """Without packhouse, cold store and programmes nothing else touches the cooperative's account."""
    resale = {"price_per_kg": 5, "kg_per_day": 500, "celsius": 25}
    contract = {"contract": {"resale": resale, "unsold_borne_by": bearer}}
    terms = {"shop": {"growers": {"door_price_per_kg": 1, "surplus_share": 0.25}, "packing_cost": 1}}
    scenario = small(ALL_KINDS, {"channels": merged(contract, terms)})
    (books,) = rows_of(scenario, Closed)
    account = float(books.balance[books.accounts.index("cooperative:bachu")])
    parts = [fall["cooperative"] for fall in outcome_of(scenario).waterfall.values()]
    assert sum(parts) == pytest.approx(account, rel=1e-9, abs=1e-3)


def test_consumers_of_parcels_pay_what_is_received_and_taken():
    fall = outcome_of(small(ALL_KINDS)).waterfall["shop"]
    assert fall["consumer"] > 0.0
    assert fall["freight"] > 0.0
    assert fall["retail"] == 0.0


UNKNOWN_WITHOUT_CONSUMERS = (
    "fill_rate",
    "refund_share",
    "delivery_days",
    "rating",
    "grower_share",
    "shrink_share",
    "packhouse_utilisation",
    "packhouse_wait_hours",
    "operator_surplus",
)


def test_what_cannot_be_known_is_nan_and_what_is_nothing_is_zero():
    figures = outcome_of(small()).metrics
    for name in UNKNOWN_WITHOUT_CONSUMERS:
        assert math.isnan(figures[name]), name
    for name in ("lost_kg", "demand_kg", "orders", "public_cost", "days_until_paid"):
        assert figures[name] == 0.0, name


def test_without_a_sale_prices_are_unknown():
    nobody = {"channels": {"trader": {"comes_share": 0, "comes_in_glut_share": 0}}}
    figures = outcome_of(small(nobody)).metrics
    for name in ("grower_price_per_kg", "netback_per_kg", "freshness_on_arrival", "days_until_paid"):
        assert math.isnan(figures[name]), name
    assert figures["gross_per_mu"] == 0.0


def test_without_a_harvest_shares_of_it_are_unknown():
    idle = {
        "counties": {
            "bachu": {"growers": {"village": {"harvest": {"first": "2018-08-05", "last": "2018-08-09"}}}}
        }
    }
    figures = outcome_of(small(idle)).metrics
    assert figures["harvested_kg"] == 0.0
    for name in ("lost_share", "spoiled_share"):
        assert math.isnan(figures[name]), name


@pytest.mark.parametrize(
    "name", ["fill_rate", "refund_share", "lost_share", "grower_share", "freshness_on_arrival"]
)
def test_shares_lie_between_nothing_and_all(outcome, name):
    for figures in (outcome.metrics, *outcome.channels.values()):
        value = figures.get(name, math.nan)
        assert math.isnan(value) or -1e-9 <= value <= 1.0 + 1e-9


def test_the_total_fill_rate_is_the_mean_of_the_channels_by_mass():
    figures = outcome_of(small(ALL_KINDS))
    parts = [c for c in figures.channels.values() if c["demand_kg"] > 0.0]
    mean = np.average([c["fill_rate"] for c in parts], weights=[c["demand_kg"] for c in parts])
    assert figures.metrics["fill_rate"] == pytest.approx(mean)


def test_poverty_figures_agree_with_each_other(outcome):
    figures = outcome.metrics
    assert figures["poverty_severity"] <= figures["poverty_gap"] <= figures["headcount_ratio"]
    assert figures["headcount_ratio"] == pytest.approx(1.0 - figures["households_above_line_share"], abs=1e-9)


def test_a_ratio_of_nothing_is_unknown():
    assert ratio(3.0, 4.0) == 0.75
    assert math.isnan(ratio(0.0, 0.0))


def test_the_peak_of_borrowing_is_at_least_the_debt_that_remains():
    """A cold store is no cost of a channel, so a cooperative that passes all surplus on goes into debt."""
    store = {"cold_store": {"capacity_kg": 100_000, "celsius": 5, "cost_per_kg_day": 0.01}}
    trader = {"trader": {"truck_kg": 2000}}
    for days in range(5, 20):
        figures = outcome_of(
            small({"counties": {"bachu": store}, "channels": trader, "horizon_days": days})
        ).metrics
        assert figures["peak_borrowing"] >= -figures["cooperative_surplus"] - 1e-6
