"""Consumers who choose, and demand that follows the price: C01, C02, C03 and E01."""

import numpy as np

from farmsim.domain.demand import logit_shares
from farmsim.domain.records import Ordered
from farmsim.engine.simulate import make_model, simulate
from farmsim.scenario.load import load_scenario
from validation.catalogue import RANDOM_SEED, catalogue
from validation.plays import REPLICATIONS, SCENARIOS, Case, Obtained, mean_of, params, played

SHARES = "formula test of farmsim.domain.demand.logit_shares"
STEP = 1e-4
"""Half the width of central differences of the logarithm of a price."""


def shares(utilities):
    """Shares of the offers of one market and, last, of not buying, whose utility is 0."""
    odds = np.exp(np.asarray(utilities, dtype=float))[:, None]
    found = logit_shares(odds, np.array([0]), np.zeros(len(odds), dtype=np.intp))[:, 0]
    return np.append(found, 1.0 - found.sum())


def c01():
    found = shares(params("C01")["V"][:3])
    orders = np.array(
        [
            [outcome.channels[shop]["demand_kg"] for shop in ("farm-gate", "market", "shop")]
            for outcome in played("C01.yaml")
        ]
    ).sum(axis=0)
    mean = 100_000 * np.array(catalogue()["C01"].value("shares")[:3])
    return {
        "shares": Obtained(found.tolist()),
        "simulated shares, 100,000 choices": Obtained(
            float(((orders - mean) ** 2 / mean).sum()),
            None,
            REPLICATIONS,
            how="scenario file C01.yaml through `farmsim run`",
            note="5 000 potential buyers in each of 20 runs. Orders of each shop are Poisson and those who "
            "do not buy are not drawn: three independent counts, so that the statistic has three degrees of "
            "freedom as with four multinomial ones.",
        ),
        "log-sum": Obtained(
            float(-np.log(found[-1])),
            note="The log-sum is minus the logarithm of the share that does not buy.",
        ),
    }


def bought_at(price):
    """Shares in C02 when these are the prices."""
    told = params("C02")
    return shares(np.array(told["a"]) + told["beta"] * np.asarray(price))


def elasticities(offer):
    """Elasticities of all shares with respect to the price of one offer, by central differences."""
    ends = []
    for sign in (1.0, -1.0):
        price = np.array(params("C02")["price"])
        price[offer] *= np.exp(sign * STEP)
        ends.append(np.log(bought_at(price)))
    return (ends[0] - ends[1]) / (2.0 * STEP)


def c02():
    price = np.array(params("C02")["price"])
    by_offer = [elasticities(offer) for offer in range(3)]
    differences = f"{SHARES}, differentiated numerically"
    return {
        "shares (1,2,3,none)": Obtained(bought_at(price).tolist()),
        "own-price elasticities beta*p*(1-P)": Obtained(
            [float(by_offer[i][i]) for i in range(3)], how=differences
        ),
        "cross elasticity of 2,3,none w.r.t. p1": Obtained(
            by_offer[0][1:].tolist(),
            how=differences,
            expected=[catalogue()["C02"].value("cross elasticity of 2,3,none w.r.t. p1")] * 3,
            note="One number for all three.",
        ),
        "shares after +10% on p1": Obtained(bought_at(price * np.array([1.1, 1.0, 1.0])).tolist()),
    }


def c03():
    utilities = np.array([-np.inf, *params("C03")["V"][:2]])
    left = shares(utilities)[1:]
    return {
        "shares of 2,3,none": Obtained(left.tolist()),
        "ratio P2/P3 unchanged": Obtained(float(left[0] / left[1])),
        "share of channel-1 buyers captured by 2": captured()._replace(
            how="scenario file C03.yaml, seasons of farmsim.engine.simulate",
            note="Of the buyers who find their shop sold out and choose again (`switch_share: 1`), those who "
            "are served by the second shop. Switched orders are in the daily tables, not among the metrics.",
        ),
    }


def captured():
    """Of those who choose again, the share served by the second shop, over replications."""
    model = make_model(load_scenario(str(SCENARIOS / "C03.yaml")).scenario)
    second = [model.layout.offers.ids[offer][0] for offer in model.market.offer].index("market")
    found = []
    for replication in range(REPLICATIONS):
        rows = []
        simulate(model, replication, rows.append, random_seed=RANDOM_SEED)
        days = [row for row in rows if type(row) is Ordered]
        moved = sum(row.switched_in for row in days)
        found.append(moved[second] / sum(row.lost for row in days).sum())
    return mean_of(found)


def e01():
    def mean_demand(price):
        sets = (f"channels.shop.sells.melon.price_per_kg={price}",)
        model = make_model(load_scenario(str(SCENARIOS / "E01.yaml"), sets).scenario)
        return Obtained(float(model.market.own_base.sum()))

    days = load_scenario(str(SCENARIOS / "E01.yaml")).scenario.horizon_days
    simulated = [outcome.metrics["demand_kg"] / days for outcome in played("E01.yaml")]
    return {
        "Q at 2.2": mean_demand(2.2),
        "Q at 1.8": mean_demand(1.8),
        "simulated mean daily demand at 2.2 (Poisson)": mean_of(simulated)._replace(
            how="scenario file E01.yaml through `farmsim run`"
        ),
    }


CASES = [
    Case("C01", SHARES, c01, fast=True),
    Case("C02", SHARES, c02, fast=True),
    Case(
        "C03",
        SHARES,
        c03,
        fast=True,
        note="farmsim lets buyers choose first and those who find nothing choose once more (the share that "
        "does is a parameter); offers without stock have odds of zero in the second round.",
    ),
    Case(
        "E01",
        "mean orders of the compiled scenario file E01.yaml (farmsim.engine.simulate.make_model)",
        e01,
        fast=True,
    ),
]
