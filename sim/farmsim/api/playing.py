"""Runs and comparisons of scenarios, as `farmsim run` and `farmsim compare` play them."""

from typing import TYPE_CHECKING

from farmsim.api.arguments import (
    MOST_REPLICATIONS,
    MOST_SEED,
    MOST_WORKERS,
    asked_precision,
    whole_number,
)
from farmsim.api.comparison import Comparison
from farmsim.api.errors import UsageError, worded
from farmsim.api.guard import refuse_while_imported, watched, workers_here
from farmsim.api.results import Result
from farmsim.api.scenarios import Source, distinct_names, scenario_of
from farmsim.experiment.compare import compare_scenarios
from farmsim.experiment.network import run_network
from farmsim.experiment.network_comparison import compare_networks
from farmsim.experiment.precision import run_to_precision
from farmsim.experiment.run import run_scenario
from farmsim.scenario.kinds import network_of, season_of

if TYPE_CHECKING:
    from farmsim.api.scenarios import Scenario
    from farmsim.scenario.load import Loaded
    from farmsim.scenario.schema import Scenario as SeasonScenario


def run(
    scenario: Source,
    *,
    replications: int | None = None,
    random_seed: int | None = None,
    workers: int | None = None,
    precision: float | None = None,
    precision_metric: str | None = None,
) -> Result:
    """Play a scenario: replications 0, 1, ... of what `load` gave, of a file or of a bundled scenario.

    `replications` and `random_seed` are the scenario's own unless given; the same random seed gives the same
    numbers, whatever the number of `workers`. Workers are processes: None means as many as are worth their
    start, 1 means this process. A script that uses several must play below `if __name__ == "__main__":`.

    With `precision`, replications are added until half the 95 % interval of the mean of `precision_metric`
    (household_net_income; to be given for a supply network) is at most this share of the mean, 0.02 for 2 %;
    `replications` is then the most that are played (1000). `stop` of the result says why it stopped.

    Raises UsageError, and what `load` raises.
    """
    refuse_while_imported()
    count, seed, processes = _numbers(replications, random_seed, workers)
    one = scenario_of(scenario)
    asked = asked_precision(one.loaded, precision, precision_metric, count)
    network = network_of(one.loaded)
    with worded(), watched(processes) as progress:
        if network is not None:
            found = run_network(
                network,
                replications=count,
                random_seed=seed,
                workers=processes,
                progress=progress,
                precision=asked,
            )
            return Result(one, found, processes)
        season = season_of(one.loaded, one.name)
        if asked is not None:
            played = run_to_precision(season, asked, random_seed=seed, workers=processes, progress=progress)
        else:
            played = run_scenario(
                season, replications=count, random_seed=seed, workers=processes, progress=progress
            )
        return Result(one, played, processes)


def compare(
    *scenarios: Source,
    replications: int | None = None,
    random_seed: int | None = None,
    workers: int | None = None,
    precision: float | None = None,
    precision_metric: str | None = None,
) -> Comparison:
    """Play two scenarios or more of one kind on the same replications; the first is the baseline.

    `replications` and `random_seed` are those of the first unless given. With `precision` (seasons only),
    replications are added until half the interval of every difference is at most this share of the
    baseline's mean. All else is as for `run`.
    """
    refuse_while_imported()
    count, seed, processes = _numbers(replications, random_seed, workers)
    if len(scenarios) < 2:
        raise UsageError("one-scenario")
    given = [scenario_of(scenario) for scenario in scenarios]
    named = dict(zip(distinct_names(given), given, strict=True))
    networks = {name: network for name, one in named.items() if (network := network_of(one.loaded))}
    if networks and len(networks) < len(named):
        season = next(name for name in named if name not in networks)
        raise UsageError("mixed-kinds", (("network", next(iter(networks))), ("season", season)))
    if networks and (precision is not None or precision_metric is not None):
        raise UsageError("no-season-part", (("name", "precision"),))
    with worded(), watched(processes) as progress:
        if networks:
            found = compare_networks(
                networks, replications=count, random_seed=seed, workers=processes, progress=progress
            )
            return Comparison(named, found, processes)
        played = compare_scenarios(
            _seasons(named),
            replications=count,
            random_seed=seed,
            workers=processes,
            progress=progress,
            precision=asked_precision(given[0].loaded, precision, precision_metric, count),
        )
        return Comparison(named, played, processes)


def _numbers(
    replications: int | None, random_seed: int | None, workers: int | None
) -> tuple[int | None, int | None, int | None]:
    """The numbers that runs may be told, within their bounds."""
    return (
        whole_number("replications", replications, 1, MOST_REPLICATIONS),
        whole_number("random_seed", random_seed, 0, MOST_SEED),
        workers_here(whole_number("workers", workers, 1, MOST_WORKERS)),
    )


def _seasons(named: "dict[str, Scenario]") -> "dict[str, Loaded[SeasonScenario]]":
    return {name: season_of(one.loaded, name) for name, one in named.items()}
