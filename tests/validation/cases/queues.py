"""Queues and stations: Q01 to Q27."""

import numpy as np
from scipy import stats

from validation.plays import Case, Obtained, Run, played, scenario_case

HOURS_PER_DAY = 24.0
MINUTES = 60.0


def hours(path, scale=1.0):
    """A figure of the station `pack` times a scale."""
    return lambda outcome: outcome.stations["pack"][path] * scale


def q21():
    """Moments of the room over time, and its law at looks twelve hours apart."""
    outcomes = played("Q21.yaml")
    rooms = [outcome.stations["room"] for outcome in outcomes]
    found = {}
    for name, metric in (("mean occupancy", "mean_loads"), ("variance of occupancy", "variance_loads")):
        values = np.array([room[metric] for room in rooms])
        found[name] = Obtained(values.mean(), values.std(ddof=1) / np.sqrt(len(values)), len(values))
    looks = np.concatenate(
        [np.array(o.series["room.loads"])[np.array(o.series["day"]) >= 10.0] for o in outcomes]
    )
    edges = np.arange(13, 37)
    seen = np.bincount(np.clip(looks, 12, 36).astype(int) - 12, minlength=25)
    upto = stats.poisson(24).cdf(edges - 1)
    chances = np.diff(np.concatenate([[0.0], upto, [1.0]]))
    found["occupancy distribution"] = Obtained(float(stats.chisquare(seen, chances * len(looks)).pvalue))
    return found


def little(station):
    """Integral of the content less the sum of the stays, as a share of it."""

    def read(outcome):
        seen = outcome.stations[station]
        content = seen["mean_loads"] * 60.0
        return (content - seen["mean_time_hours"] / HOURS_PER_DAY * seen["loads"]) / content

    return read


def clock(hour):
    """Mean number in the room at an hour of the day."""

    def read(outcome):
        days = np.array(outcome.series["day"])
        at = (days >= 1.0) & (np.abs(days * HOURS_PER_DAY % HOURS_PER_DAY - hour) < 1e-6)
        return float(np.array(outcome.series["room.loads"])[at].mean())

    return read


CASES = [
    scenario_case(
        "Q01",
        {
            "mean wait in queue Wq [h]": "stations.pack.mean_wait_hours",
            "mean time at station W [h]": "stations.pack.mean_time_hours",
            "time-avg crates at station L": "stations.pack.mean_loads",
            "time-avg queue Lq": "stations.pack.mean_queue",
            "utilisation": "stations.pack.utilisation",
            "P(wait>0)": "stations.pack.waiting_share",
            "P(W<=t)=1-exp(-3t): 90th percentile of W [h]": "stations.pack.time_p90_hours",
        },
    ),
    scenario_case(
        "Q03",
        {
            "Wq": hours("mean_wait_hours", MINUTES),
            "Erlang-C P(wait)": "stations.pack.waiting_share",
            "Lq": "stations.pack.mean_queue",
            "utilisation per server": "stations.pack.utilisation",
        },
    ),
    scenario_case(
        "Q05",
        {
            "time-avg number in system N": "stations.dock.mean_loads",
            "blocking probability": "stations.dock.turned_away_share",
            "accepted rate": lambda o: o.stations["dock"]["accepted_per_day"] / HOURS_PER_DAY,
            "p0..p3": [f"states.dock.{loads}" for loads in range(4)],
        },
    ),
    scenario_case(
        "Q07",
        {
            "Wq deterministic (M/D/1)": "fixed:stations.pack.mean_wait_hours",
            "Wq Erlang-2": "erlang:stations.pack.mean_wait_hours",
            "Wq exponential": "exponential:stations.pack.mean_wait_hours",
        },
        runs={
            "fixed": Run(("network.stations.pack.hours.cv=0",)),
            "erlang": Run(("network.stations.pack.hours.cv=0.7071067811865476",)),
            "exponential": Run(),
        },
    ),
    scenario_case(
        "Q09",
        {
            "mean time at station class 0": "sources.premium.mean_time_hours",
            "mean time at station class 1": "sources.standard.mean_time_hours",
        },
    ),
    scenario_case(
        "Q11",
        {
            "L per station": [f"stations.{name}.mean_loads" for name in ("wash", "sort", "pack")],
            "mean total time": "sources.farms.mean_time_hours",
            "output is Poisson: cv^2 of interdeparture times": "stations.pack.gap_variation",
        },
    ),
    scenario_case(
        "Q12",
        {
            "mean wait per crate Wq": "stations.pack.mean_wait_hours",
            "utilisation": "stations.pack.utilisation",
        },
    ),
    scenario_case(
        "Q14",
        {
            "fraction discarded": "stations.pack.discarded_share",
            "mean wait of those packed": "stations.pack.mean_wait_hours",
            "P(arrival finds station idle)": "stations.pack.found_idle_share",
        },
    ),
    scenario_case(
        "Q17",
        {
            "mean wait [min]": hours("mean_wait_hours", MINUTES),
            "makespan [min]": lambda o: (o.stations["pack"]["finished_hours"] - 6.0) * MINUTES,
            "max wait [min]": hours("longest_wait_hours", MINUTES),
        },
        replications=1,
        fast=True,
    ),
    scenario_case(
        "Q19",
        {
            "mean wait [min]": hours("mean_wait_hours", MINUTES),
            "last wait [min]": hours("last_wait_hours", MINUTES),
            "all done at [min]": hours("finished_hours", MINUTES),
        },
        replications=1,
        fast=True,
        without={"fluid limit of mean wait [min]": "For information; a limit, not a result of this run."},
    ),
    Case("Q21", "scenario file Q21.yaml through `farmsim run`", q21),
    scenario_case(
        "Q22", {"mean occupancy at clock 0,6,12,18 h": [clock(hour) for hour in (0, 6, 12, 18)]}, fast=True
    ),
    scenario_case(
        "Q24",
        {
            "E[average of first 25 delays]": "stations.pack.mean_wait_hours",
            "E[25th delay]": "stations.pack.last_wait_hours",
        },
        replications=20_000,
    ),
    scenario_case(
        "Q25",
        {"integral of content dt minus sum of individual sojourns": [little("pack"), little("cool")]},
        replications=1,
        fast=True,
        expected={
            "integral of content dt minus sum of individual sojourns": (
                [0.0, 0.0],
                "both stations, as a share of the integral",
            )
        },
    ),
    scenario_case(
        "Q26",
        {
            "mean loading wait per crate [h]": "lanes.truck.mean_wait_hours",
            "mean time between departures [h]": "lanes.truck.mean_gap_hours",
            "sd of time between departures [h]": "lanes.truck.sd_gap_hours",
        },
    ),
    scenario_case(
        "Q27",
        {
            "mean stock": "sites.store.mean_stock_kg",
            "mean backorders": "sites.store.mean_backorders_kg",
            "fill rate": "sites.store.fill_rate",
        },
    ),
]
