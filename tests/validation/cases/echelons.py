"""Networks of several sites: M01 to M12."""

import csv

import numpy as np

from farmsim.scenario.load import load_scenario
from validation.catalogue import FOLDER, catalogue
from validation.plays import Case, Obtained, Run, played, scenario_case

STAGES = ("retailer", "wholesaler", "distributor", "factory")
LEVEL = "replenishment.policy.level_kg"
TRACE = FOLDER / "traces" / "example_6_1_seed17_initS.csv"


def over_stages(name, stages=STAGES):
    """A figure of every stage."""
    return [f"sites.{stage}.{name}" for stage in stages]


def levels(file):
    """Order-up-to levels of the stages as the file has them."""
    sites = load_scenario(FOLDER / "scenarios" / file).scenario.network.sites
    return lambda _: [sites[stage].replenishment.policy.level_kg for stage in STAGES]


def over_shops(name):
    """Mean over the three shops."""
    return lambda outcome: float(np.mean([outcome.sites[f"shop-{shop}"][name] for shop in "abc"]))


def steady_stock(outcome):
    """Stock of every stage in every week: its only value, or what is wrong with it."""
    values = np.array([outcome.series[f"{stage}.stock_kg"] for stage in STAGES])
    return values[0, 0] if (values == values[0, 0]).all() else float("nan")


def variance_ratio(outcome):
    """Variance of what is ordered over that of demand, known to be 100."""
    days = np.array(outcome.series["day"])
    ordered = np.diff(np.array(outcome.series["shop.ordered_kg"]))[days[1:] > 50.0]
    return float(ordered.var() / 100.0)


def without_transit(outcome):
    """Cost a day of all stages, less what goods on the way cost."""
    days = outcome.sites["one"]["total_cost"] / outcome.sites["one"]["cost_per_day"]
    return outcome.metrics["cost_per_day"] - sum(s["transit_cost"] for s in outcome.sites.values()) / days


def transit(outcome):
    """Cost a day of goods on the way."""
    return outcome.metrics["cost_per_day"] - without_transit(outcome)


def bullwhip(periods, average_of):
    """Another forecast and horizon."""
    rule = "network.sites.shop.replenishment.policy"
    return Run((f"{rule}.periods={periods}", f"{rule}.average_of={average_of}"))


def m12():
    """The largest distance from the trace over all stages and periods, and the total cost."""
    (outcome,) = played("M12.yaml", (), 1)
    with TRACE.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    farthest = 0.0
    for stage, column in (("one", "n1"), ("two", "n2"), ("three", "n3")):
        series = {key: np.array(outcome.series[f"{stage}.{key}"]) for key in SEEN}
        found = {
            "order_qty": np.diff(series["ordered_kg"], prepend=0.0),
            "inbound_shipment": np.diff(series["received_kg"], prepend=0.0),
            "outbound_shipment": np.diff(series["shipped_kg"], prepend=0.0),
            "inventory_level": series["stock_kg"] - series["backorders_kg"],
        }
        for what, values in found.items():
            told = np.array([float(row[f"{column}_{what}"]) for row in rows])
            farthest = max(farthest, float(np.abs(values - told).max()))
    name = "every order, receipt, shipment, level, period 0-99"
    note = "the largest distance of 1 200 numbers of the trace, which has nine decimals"
    return {
        name: Obtained(farthest, expected=0.0, note=note),
        "total cost": Obtained(outcome.metrics["total_cost"]),
    }


SEEN = ("ordered_kg", "received_kg", "shipped_kg", "stock_kg", "backorders_kg")
CASES = [
    scenario_case(
        "M01",
        {
            "cost retailer, wholesaler, distributor, factory": over_stages("total_cost"),
            "total": "metrics.total_cost",
            "equivalent order-up-to levels (position incl. supplier backlog)": levels("M01.yaml"),
            "total if the first four weeks are NOT forced to 4": "free:metrics.total_cost",
        },
        runs={"": Run(), "free": Run(file="M01-free.yaml")},
        replications=1,
        fast=True,
        note="S' of the catalogue plus the demand of a week are the order-up-to levels that the file plays.",
    ),
    scenario_case(
        "M02",
        {"cost per stage": over_stages("total_cost"), "stock every week": steady_stock},
        replications=1,
        fast=True,
    ),
    scenario_case(
        "M04",
        {
            "Var(q)/Var(D)": ("p5 L2", variance_ratio),
            "p=5,L=1": ("p5 L1", variance_ratio),
            "p=10,L=3": ("p10 L3", variance_ratio),
        },
        runs={"p5 L2": Run(), "p5 L1": bullwhip(1, 5), "p10 L3": bullwhip(3, 10)},
        note="Demand of 100 with a deviation of 10 makes negative orders, which farmsim does not know, "
        "rarer than one in ten million.",
    ),
    scenario_case(
        "M06",
        {
            "cost per period": "metrics.cost_per_day",
            "of which in transit": transit,
            "mean stock at stages 3,2,1": over_stages("mean_stock_kg", ("three", "two", "one")),
            "mean backorders at stages 3,2,1": over_stages("mean_backorders_kg", ("three", "two", "one")),
            "optimum over base stocks: cost; local levels": "metrics.cost_per_day",
        },
        expected={
            "optimum over base stocks: cost; local levels": (
                catalogue()["M06"].value("optimum over base stocks: cost; local levels")[0],
                "the least cost is a bound for any base stocks; the levels themselves are not searched for",
            )
        },
    ),
    scenario_case(
        "M07",
        {
            "cost rate": "metrics.cost_per_day",
            "mean stock stage 1,2,3": over_stages("mean_stock_kg", ("one", "two", "three")),
            "mean backorders stage 1,2,3": over_stages("mean_backorders_kg", ("one", "two", "three")),
            "P(stock>0) stage 1": "sites.one.stocked_share",
        },
    ),
    scenario_case(
        "M08",
        {
            "row 1: cost rate": "metrics.cost_per_day",
            "row 1: without in-transit holding": without_transit,
            "row 1: mean backorders at the last stage": "sites.one.mean_backorders_kg",
            "row 1: mean stock last..first stage": over_stages(
                "mean_stock_kg", ("one", "two", "three", "four")
            ),
        },
        without={
            "published optimal cost": "The cost rate of row 1 to fewer digits; a mean has no such precision."
        },
    ),
    scenario_case(
        "M10",
        {
            "store mean backorders": "sites.store.mean_backorders_kg",
            "channel fill rate": over_shops("fill_rate"),
            "channel mean backorders": over_shops("mean_backorders_kg"),
            "channel mean stock": over_shops("mean_stock_kg"),
        },
    ),
    Case("M12", "scenario file M12.yaml through `farmsim run`", m12, fast=True),
]
