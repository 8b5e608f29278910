"""Intervals, precision and random numbers: S01, S02, S03, S04 and S07."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from farmsim.experiment.precision import Precision, reason_to_stop
from farmsim.experiment.run import run_scenario
from farmsim.report.csv_form import run_csv
from farmsim.report.json_form import run_json
from farmsim.results.estimates import estimate
from farmsim.results.files import TableFiles
from farmsim.scenario.load import load_scenario
from validation.catalogue import RANDOM_SEED
from validation.plays import SCENARIOS, Case, Obtained, params, played

ESTIMATE = "formula test of farmsim.results.estimates.estimate"
CRITERION = "formula test of farmsim.experiment.precision.reason_to_stop, asked after every replication"
PLANNER_NOTE = (
    "The criterion is farmsim's: half the 95 % interval is at most a share of the mean. When it is asked is "
    "that of the source: after every replication from the third, and the smallest number from which on it "
    "holds. farmsim itself first looks after ten and then where enough seem to be played."
)


def s01():
    found = estimate(np.array(params("S01")["values"], dtype=float), params("S01")["conf"])
    numbers = [found.mean, found.sd, found.low, found.high, found.half_width / found.mean]
    return {"mean, sd, lower, upper, relative half-width": Obtained(numbers)}


def fewest(mean, sd):
    """The smallest number of replications, 3 or more, from which on the mean is known to 5 %."""
    values = np.array([np.random.default_rng(k).normal(mean, sd) for k in range(1, 101)])
    reached = [reason_to_stop(values[:n], Precision(0.05)) == "reached" for n in range(3, 101)]
    return 3 + max((i + 1 for i, is_reached in enumerate(reached) if not is_reached), default=0)


def s02():
    return {"n for (7,0.2), (50,1)": Obtained([fewest(*row) for row in params("S02")["rows"]])}


def s03():
    return {"n for (10,2)": Obtained(fewest(*params("S03")["rows"][0]))}


def s04():
    generator = np.random.default_rng(RANDOM_SEED)
    told = params("S04")
    experiments = generator.normal(50.0, 10.0, (told["experiments"], 10))
    found = [estimate(values, told["conf"]) for values in experiments]
    return {"number of intervals that cover": Obtained(sum(e.low <= 50.0 <= e.high for e in found))}


def tables(random_seed, workers):
    """All that a run writes, by file."""
    with TemporaryDirectory() as folder:
        result = run_scenario(
            load_scenario(str(SCENARIOS / "S07.yaml")),
            replications=4,
            random_seed=random_seed,
            workers=workers,
            files=TableFiles(folder, "npz", orders=True),
        )
        written = {p.name: p.read_bytes() for p in sorted(Path(folder).rglob("*")) if p.is_file()}
    return {**written, "json": run_json(result).encode(), "csv": run_csv(result).encode()}


def s07():
    one, again, two = tables(RANDOM_SEED, 1), tables(RANDOM_SEED, 1), tables(RANDOM_SEED, 2)
    other = tables(RANDOM_SEED + 1, 1)
    assert len(one) > 3, "there are tables to compare"
    is_other = all(other[name] != text for name, text in one.items() if "readme" not in name.lower())
    before, after = played("S07.yaml"), played("S07-more.yaml")
    is_same = all(
        a.metrics["harvested_kg"] == b.metrics["harvested_kg"]
        and a.channels["shop"]["demand_kg"] == b.channels["shop"]["demand_kg"]
        for a, b in zip(before, after, strict=True)
    )
    return {
        "byte-identical result tables for equal seeds, also across processes": Obtained(
            one == again == two and is_other,
            note="Daily tables, orders, JSON and CSV, twice in one process and once in two others; with "
            "another random seed all of them differ.",
        ),
        "one channel added elsewhere leaves the other streams unchanged": Obtained(
            is_same
            and any(a.metrics["sold_kg"] != b.metrics["sold_kg"] for a, b in zip(before, after, strict=True)),
            how="scenario files S07.yaml and S07-more.yaml through `farmsim run`",
            note="Harvest and the shop's demand of 20 seasons are equal to the last digit; sales are not.",
        ),
    }


CASES = [
    Case("S01", ESTIMATE, s01, fast=True),
    Case("S02", CRITERION, s02, fast=True, note=PLANNER_NOTE),
    Case(
        "S03",
        CRITERION,
        s03,
        fast=True,
        without={
            "algorithm n for (100,4),(1,1),(44,27)": "farmsim's sequential rule is another one: it plays in "
            "stages and has no look-ahead; its coverage is tested in tests/experiment/test_precision.py."
        },
        note=PLANNER_NOTE,
    ),
    Case("S04", ESTIMATE, s04, fast=True),
    Case("S07", "scenario file S07.yaml through `farmsim run`, with all tables", s07),
]
