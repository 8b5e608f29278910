"""Cases that are scenario files: how metrics are read off outcomes."""

import pytest

from validation.plays import Run, at, mean_of, played, scenario_case
from validation.rules import MonteCarlo, judge

CHEAP = Run(("channels.shop.sells.melon.price_per_kg=1.8",))


def test_metrics_are_read_by_paths_and_functions_from_named_runs():
    case = scenario_case(
        "E01",
        {
            "one": "metrics.demand_kg",
            "both": [
                "dear:channels.shop.demand_kg",
                "cheap:channels.shop.demand_kg",
                ("cheap", lambda outcome: outcome.kg_in),
            ],
        },
        runs={"dear": Run(), "cheap": CHEAP},
        replications=3,
    )
    found = case.obtain()
    assert found["one"].value == found["both"].value[0]
    assert found["both"].value[1] > 1.1 * found["one"].value
    assert found["both"].value[2] == pytest.approx(100_000.0)
    assert found["one"].replications == 3
    assert found["one"].se > 0.0
    assert case.how == (
        "scenario file E01.yaml through `farmsim run`; also with "
        "`--set channels.shop.sells.melon.price_per_kg=1.8`"
    )


def test_the_mean_has_the_standard_error_of_independent_replications():
    found = mean_of([[1.0, 10.0], [3.0, 10.0], [5.0, 10.0], [7.0, 10.0]])
    assert found.value == [4.0, 10.0]
    assert found.se == pytest.approx([(20 / 3 / 4) ** 0.5, 0.0])
    assert mean_of([5.0]) == (5.0, None, 1, "", None, "")


def test_a_lone_replication_cannot_pass_as_a_simulation():
    alone = mean_of([5.0])
    assert judge(MonteCarlo(share=0.02), 5.0, alone.value, alone.se, alone.replications)


def test_a_path_goes_through_fields_keys_and_places():
    outcome = played("E01.yaml", (), 1)[0]
    assert at(outcome, "metrics.demand_kg") == outcome.metrics["demand_kg"]
    assert at(outcome, "weekly.harvested.1") == outcome.weekly["harvested"][1]
    with pytest.raises(KeyError):
        at(outcome, "metrics.happiness")
