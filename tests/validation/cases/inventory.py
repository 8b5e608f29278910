"""Inventory policies at one site: I05 to I24. The cross-checks with other simulators are in `peers`."""

import numpy as np

from farmsim.domain.distributions import Normal, PoissonCount
from farmsim.domain.policies import Newsvendor
from validation.catalogue import catalogue
from validation.plays import Case, Obtained, Run, params, scenario_case

RULE = "network.sites.shop.replenishment"
STAND = "network.sites.stand.replenishment.policy"
FORMULA = "formula test of farmsim.domain.policies.Newsvendor"


def level(at, kg):
    """Another base stock."""
    return f"{at}.level_kg={kg}"


def newsvendor_level(case_id, demand):
    """The newsvendor quantity, from costs h and p of the case."""
    told = params(case_id)
    rule = Newsvendor(
        policy="newsvendor", demand_kg=demand, shortage_per_kg=told["p"], leftover_per_kg=told["h"]
    )
    return Obtained(rule.level_kg, how=FORMULA)


def with_level(case, name, found):
    """A played case with one more metric, which is a formula."""

    def obtain():
        return {name: found(), **case.obtain()}

    return Case(case.id, case.how, obtain, case.fast, case.without, case.note)


def newsvendor_run(kg):
    """A run with a base stock instead of the newsvendor rule."""
    return Run((f"{STAND}={{policy: base-stock, level_kg: {kg}}}",))


def gaps(name):
    """What was ordered, received or shipped in each period: differences of sums since the start."""
    return lambda outcome: np.diff(outcome.series[f"shop.{name}_kg"], prepend=0.0).tolist()


def net(outcome):
    """Stock less backorders at the end of each period."""
    stock, waiting = outcome.series["shop.stock_kg"], outcome.series["shop.backorders_kg"]
    return [a - b for a, b in zip(stock, waiting, strict=True)]


def planned(orders):
    """The file with another plan."""
    sets = tuple(f"{RULE}.policy.kg_by_review.{place}={kg}" for place, kg in enumerate(orders))
    return Run(sets)


MONTHS = {"(40, 60)": 70_050}
"""Longer runs where shortages are rare."""
RARE = "(60, 100)"
"""The policy under which they are so rare that the catalogue's power would take eleven million months."""


def kelton(name, s, up_to, replications):
    """Long run and first ten years of one policy of Law and Kelton."""
    rule = (f"{RULE}.policy.reorder_kg={s}", f"{RULE}.policy.level_kg={up_to}")
    longer = (f"horizon_days={MONTHS[name]}",) if name in MONTHS else ()
    return {
        name: Run((*rule, *longer)),
        f"{name} start": Run(
            (*rule, "horizon_days=120", "warm_up_days=0", "steady_state=false"), replications=replications
        ),
    }


def monthly(item):
    """A cost a month of the shop; ordering takes 3 for each unit ordered."""

    def read(outcome):
        shop = outcome.sites["shop"]
        days = shop["total_cost"] / shop["cost_per_day"]
        ordering = shop["ordering_cost"] / days + 3.0 * shop["ordered_kg_per_day"]
        parts = {
            "ordering": ordering,
            "holding": shop["holding_cost"] / days,
            "shortage": shop["backorder_cost"] / days,
        }
        return sum(parts.values()) if item == "total" else parts[item]

    return read


NOT_JUDGED = (
    "without the shortage cost, 0.051 a month: it is in the total, but too rare for its own power condition, "
    "which would take over an hour"
)


def long_run(name):
    """The catalogue's name of the long-run costs of a policy."""
    return f"{name}: long-run total / ordering / holding / shortage per month"


def kelton_reads():
    found = {}
    for s, up_to in params("I21")["policies"]:
        name = f"({s}, {up_to})"
        items = ("total", "ordering", "holding", "shortage")[: 3 if name == RARE else 4]
        found[long_run(name)] = [(name, monthly(item)) for item in items]
        found[f"{name}: expected total of the first 120 months from 60 on hand"] = (
            f"{name} start",
            monthly("total"),
        )
    return found


def kelton_runs():
    runs = {}
    for s, up_to in params("I21")["policies"]:
        runs |= kelton(f"({s}, {up_to})", s, up_to, 200)
    return runs


LAWS = {
    "exponential": lambda days: Run(),
    "deterministic": lambda days: Run((f"{RULE}.lead_days={days}",)),
    "uniform": lambda days: Run(
        (f"{RULE}.lead_days={{distribution: uniform, low: {0.4 * days}, high: {1.6 * days}}}",)
    ),
}
"""Lead times with one mean: none of the results hangs on the law."""


def under_each_law(case_id, reads, days):
    """A case whose metrics must come out the same under three laws of the lead time."""
    told = "one value for each law of the lead time: exponential, deterministic, uniform"
    values = catalogue()[case_id].value
    return scenario_case(
        case_id,
        {name: [(law, figure(path)) for law in LAWS] for name, path in reads.items()},
        runs={law: run(days) for law, run in LAWS.items()},
        expected={name: ([values(name)] * len(LAWS), told) for name in reads},
    )


def figure(metric):
    """A figure of the shop; of a share of demand, its complement."""
    if metric == "lost":
        return lambda outcome: 1.0 - outcome.sites["shop"]["fill_rate"]
    return f"sites.shop.{metric}"


COVER = "network.sites.shop.replenishment.policy"
CASES = [
    scenario_case(
        "I05",
        {
            "total cost": "plan:sites.shop.total_cost",
            "plan 360,0,0,0 costs": "once:sites.shop.total_cost",
            "plan 90,120,80,70 costs": "each:sites.shop.total_cost",
        },
        runs={"plan": Run(), "once": planned([360, 0, 0, 0]), "each": planned([90, 120, 80, 70])},
        replications=1,
        fast=True,
    ),
    with_level(
        scenario_case(
            "I07",
            {
                "cost at S*": "best:sites.stand.cost_per_day",
                "P(demand<=S*)": "best:sites.stand.full_orders_share",
                "cost at S=40": "few:sites.stand.cost_per_day",
                "cost at S=60": "many:sites.stand.cost_per_day",
            },
            runs={"best": Run(), "few": newsvendor_run(40), "many": newsvendor_run(60)},
        ),
        "S*",
        lambda: newsvendor_level("I07", Normal(distribution="normal", mean=50.0, sd=8.0)),
    ),
    with_level(
        scenario_case(
            "I09",
            {"cost at 8": "best:sites.stand.cost_per_day", "cost at 5": "few:sites.stand.cost_per_day"},
            runs={"best": Run(), "few": newsvendor_run(5)},
            fast=True,
        ),
        "S*",
        lambda: newsvendor_level("I09", PoissonCount(distribution="poisson", mean=6.0)),
    ),
    with_level(
        scenario_case(
            "I11",
            {"cost at S*": "best:sites.shop.cost_per_day", "cost at S=180": "few:sites.shop.cost_per_day"},
            runs={"best": Run(), "few": Run((level(COVER, 180),))},
        ),
        "S*",
        lambda: newsvendor_level("I11", Normal(distribution="normal", mean=250.0, sd=8.0 * 5.0**0.5)),
    ),
    scenario_case(
        "I12",
        {
            "cost (4,10)": "best:sites.shop.cost_per_day",
            "orders per period (4,10)": "best:sites.shop.orders_per_day",
            "mean end stock / backorders (4,10)": [
                "best:sites.shop.mean_stock_kg",
                "best:sites.shop.mean_backorders_kg",
            ],
            "cost (6,18)": "other:sites.shop.cost_per_day",
        },
        runs={"best": Run(), "other": Run((f"{COVER}.reorder_kg=6", level(COVER, 18)))},
    ),
    scenario_case(
        "I14",
        {
            "cost rate (3,5)": "best:sites.shop.cost_per_day",
            "mean stock, mean backorders (3,5)": [
                "best:sites.shop.mean_stock_kg",
                "best:sites.shop.mean_backorders_kg",
            ],
            "fill rate (3,5)": "best:sites.shop.fill_rate",
            "cost rate (8,12)": "other:sites.shop.cost_per_day",
        },
        runs={"best": Run(), "other": Run((f"{COVER}.reorder_kg=8", f"{COVER}.quantity_kg=12"))},
    ),
    under_each_law(
        "I16",
        {
            "P(stock>0)": "stocked_share",
            "mean backorders": "mean_backorders_kg",
            "mean stock": "mean_stock_kg",
        },
        5,
    ),
    under_each_law("I17", {"fraction lost": "lost", "mean stock": "mean_stock_kg"}, 3),
    scenario_case(
        "I19",
        {
            "cost p=4,L=1,S=12": "first:sites.shop.cost_per_day",
            "lost per period p=4,L=1,S=12": "first:sites.shop.lost_kg_per_day",
            "cost p=4,L=2,S=16": "second:sites.shop.cost_per_day",
            "cost p=9,L=1,S=13": "third:sites.shop.cost_per_day",
            "optimal-policy costs p=4: L=1,2,3 (lower bounds for any policy)": [
                "first:sites.shop.cost_per_day",
                "second:sites.shop.cost_per_day",
                "fourth:sites.shop.cost_per_day",
            ],
        },
        runs={
            "first": Run(),
            "second": Run((f"{RULE}.lead_days=2", level(COVER, 16))),
            "third": Run(("network.sites.shop.shortage_per_kg=9", level(COVER, 13))),
            "fourth": Run((f"{RULE}.lead_days=3", level(COVER, 20))),
        },
    ),
    scenario_case(
        "I21",
        kelton_reads(),
        runs=kelton_runs(),
        expected={
            long_run(RARE): (
                catalogue()["I21"].value(long_run(RARE))[:3],
                NOT_JUDGED,
            )
        },
    ),
    scenario_case(
        "I24",
        {
            "orders": gaps("ordered"),
            "received": gaps("received"),
            "shipped": gaps("shipped"),
            "end level": net,
        },
        replications=1,
        fast=True,
    ),
]
