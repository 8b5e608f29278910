"""Perishables at one site: P01 to P17. Keeping quality and lots by themselves are in `produce`."""

import numpy as np

from validation.catalogue import catalogue
from validation.plays import Case, Obtained, Run, played, scenario_case

SHOP = "network.sites.shop"
LEVEL = f"{SHOP}.replenishment.policy.level_kg"
NEWEST = f"{SHOP}.issue=lifo"


def first_waste(outcome):
    """The first day on which something is thrown away."""
    return int(np.flatnonzero(np.array(outcome.series["shop.outdated_kg"]) > 0.0)[0])


def wasted_by(day):
    """What has been thrown away up to the end of a day."""
    return lambda outcome: outcome.series["shop.outdated_kg"][day]


def stock_on(day):
    """Stock in the evening of a day."""
    return lambda outcome: outcome.series["shop.stock_kg"][day]


def evenings(run, days, rule):
    """A figure of several days."""
    return [(run, rule(day)) for day in days]


def shares(prefix, wasted, filled):
    """The four figures of P02 and P03."""
    return {
        wasted: f"{prefix}sites.shop.outdated_share",
        filled: f"{prefix}sites.shop.fill_rate",
    }


def daily(run):
    """Ordered, lost, outdated and held a day."""
    names = ("ordered_kg_per_day", "lost_kg_per_day", "outdated_kg_per_day", "mean_stock_kg")
    return [f"{run}:sites.shop.{name}" for name in names]


def percent(run):
    """Share of demand served and share of what was ordered that is thrown away, %."""
    return [
        (run, lambda o: 100.0 * o.sites["shop"]["fill_rate"]),
        (run, lambda o: 100.0 * o.sites["shop"]["outdated_kg"] / o.sites["shop"]["ordered_kg"]),
    ]


def de_moor(issue, level):
    """Metrics of one order of issue."""
    run = issue
    head = f"m=2,L=1,{issue},S={level}"
    return {
        f"{head}: ordered, lost, outdated, held per day": daily(run),
        f"{head}: average cost/day": f"{run}:sites.shop.cost_per_day",
        f"{head}: service %, waste % of ordered": percent(run),
    }


def best_level(issue, levels):
    """The base stock of least mean cost among some, all played with the same random numbers."""
    cost = {}
    for level in levels:
        sets = (f"{SHOP}.issue={issue}", f"{LEVEL}={level}", "horizon_days=5100")
        cost[level] = np.mean([o.sites["shop"]["cost_per_day"] for o in played("P08.yaml", sets, 20)])
    return min(cost, key=cost.__getitem__)


def p08():
    """The played metrics, and the best base stocks."""
    played_part = scenario_case(
        "P08",
        de_moor("fifo", 7) | de_moor("lifo", 5),
        runs={"fifo": Run(), "lifo": Run((NEWEST, f"{LEVEL}=5"))},
    ).obtain()
    name = "published best base stock: LIFO 5, FIFO 7 (365 days, discount 0.99, started from steady state)"
    best = [best_level("lifo", range(3, 8)), best_level("fifo", range(5, 10))]
    note = "by mean cost a day in the long run, among the five levels around the published ones"
    return {**played_part, name: Obtained(best, expected=catalogue()["P08"].value(name), note=note)}


def sold_wasted_profit(run):
    """Figures of a day."""
    return [
        (run, lambda o: o.sites["shop"]["shipped_kg_per_day"]),
        (run, lambda o: o.sites["shop"]["outdated_kg_per_day"]),
        (run, lambda o: o.sites["shop"]["profit_per_day"]),
    ]


def ordered_sold_outdated_lost(run):
    """Figures of a day."""
    names = ("ordered_kg_per_day", "shipped_kg_per_day", "outdated_kg_per_day", "lost_kg_per_day")
    return [f"{run}:sites.shop.{name}" for name in names]


CASES = [
    scenario_case(
        "P01",
        {
            "FIFO: first waste on day (0-based)": ("fifo", first_waste),
            "FIFO: waste in days 0-9, 0-19, 0-29, 0-59": evenings("fifo", (9, 19, 29, 59), wasted_by),
            "FIFO: end stock day 9, 19, 59": evenings("fifo", (9, 19, 59), stock_on),
            "LIFO: first waste on day": ("lifo", first_waste),
            "LIFO: waste in days 0-9, 0-19, 0-29, 0-59": evenings("lifo", (9, 19, 29, 59), wasted_by),
            "LIFO: end stock day 9, 59": evenings("lifo", (9, 59), stock_on),
            "unmet demand, both": ["fifo:sites.shop.lost_kg", "lifo:sites.shop.lost_kg"],
        },
        runs={"fifo": Run(), "lifo": Run((NEWEST,))},
        replications=1,
        fast=True,
        expected={"unmet demand, both": ([0.0, 0.0], "FIFO and LIFO")},
    ),
    scenario_case(
        "P02",
        {
            **shares("a:", "A fraction of arrivals wasted", "A fill rate"),
            "A mean stock": "a:sites.shop.mean_stock_kg",
            "A mean age at sale": "a:sites.shop.sale_age_days",
            **shares("b:", "B fraction of arrivals wasted", "B fill rate"),
            "B mean stock": "b:sites.shop.mean_stock_kg",
            "B mean age at sale": "b:sites.shop.sale_age_days",
        },
        runs={
            "a": Run(),
            "b": Run(
                (
                    "network.sources.farm.arrivals.per_day=1",
                    "network.customers.buyers.arrivals.per_day=1",
                    "products.fruit.life_days=5",
                    "horizon_days=10050",
                )
            ),
        },
    ),
    scenario_case(
        "P03",
        {
            **shares("", "fraction of arrivals wasted", "fill rate"),
            "mean stock": "sites.shop.mean_stock_kg",
            "mean age at sale": "sites.shop.sale_age_days",
        },
    ),
    scenario_case(
        "P07",
        {
            "fraction wasted": ["fifo:sites.shop.outdated_share", "lifo:sites.shop.outdated_share"],
            "P(empty)": [
                ("fifo", lambda o: 1.0 - o.sites["shop"]["stocked_share"]),
                ("lifo", lambda o: 1.0 - o.sites["shop"]["stocked_share"]),
            ],
            "mean stock": ["fifo:sites.shop.mean_stock_kg", "lifo:sites.shop.mean_stock_kg"],
        },
        runs={"fifo": Run(), "lifo": Run((NEWEST,))},
        expected={
            name: ([catalogue()["P07"].value(name)] * 2, "oldest first and newest first")
            for name in ("fraction wasted", "P(empty)", "mean stock")
        },
    ),
    Case("P08", "scenario file P08.yaml through `farmsim run`; also with other `level_kg` and `issue`", p08),
    scenario_case(
        "P14",
        {
            "mu=5,m=2,S=13, plain: profit/day": "plain:sites.shop.profit_per_day",
            "mu=5,m=2,S=13: ordered, sold, outdated, lost per day": ordered_sold_outdated_lost("plain"),
            "mu=5,m=2,S=13, waste-conscious: profit/day": "aware:sites.shop.profit_per_day",
            "mu=5,m=2,S=13: ordered, sold, outdated, lost per day (2)": ordered_sold_outdated_lost("aware"),
            "optimal average profit (upper bound for any policy)": "aware:sites.shop.profit_per_day",
        },
        runs={
            "plain": Run(),
            "aware": Run((f"{SHOP}.replenishment.policy.expiring_above_kg=5",)),
        },
    ),
    scenario_case(
        "P17",
        {f"S={level}: sold, wasted, profit": sold_wasted_profit(str(level)) for level in (5, 6, 7)},
        runs={str(level): Run((f"{LEVEL}={level}",)) for level in (5, 6, 7)},
        fast=True,
    ),
]
