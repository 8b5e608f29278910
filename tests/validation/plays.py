"""Cases: what was obtained for a metric and how; and cases that are scenario files, played by `run_scenario`.

    scenario_case(
        "Q03",
        {
            "Wq": "metrics.wait_mean",
            "Lq": "metrics.queue_mean",
            "Erlang-C P(wait)": "metrics.waited_share",
            "utilisation per server": lambda outcome: outcome.metrics["busy_share"],
        },
    )

plays `scenarios/Q03.yaml` for 20 replications and reads the four metrics off each outcome. Where a case needs
several runs, `runs` names them and a path begins with the name: `"slow:metrics.wait_mean"`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from farmsim.experiment.network import run_network
from farmsim.experiment.run import run_scenario
from farmsim.scenario.load import load_scenario
from farmsim.scenario.network_schema import NetworkScenario
from validation.catalogue import FOLDER, RANDOM_SEED, catalogue

SCENARIOS = FOLDER / "scenarios"
REPLICATIONS = 20
WORKERS = 2


class Obtained(NamedTuple):
    """What farmsim says of one metric."""

    value: Any
    se: Any = None
    replications: int = 0
    how: str = ""
    """Where it differs from the rest of the case."""
    expected: Any = None
    """Only where the catalogue's value is words, or a part of its list is compared; `note` says why."""
    note: str = ""


@dataclass(frozen=True)
class Case:
    """A case of the catalogue that farmsim is held against."""

    id: str
    how: str
    obtain: Callable[[], Mapping[str, Obtained]]
    """Everything that is obtained, by the catalogue's names of the metrics."""
    fast: bool = False
    """Whether it is part of the ordinary run of the tests."""
    without: Mapping[str, str] = field(default_factory=dict)
    """Metrics that are left out, and why."""
    note: str = ""
    """What a reader must know about how the case is understood."""


class Run(NamedTuple):
    """One run of a case: overrides of its file (or of another one), replications if not those of the case."""

    sets: tuple[str, ...] = ()
    file: str | None = None
    replications: int | None = None


Read = str | Callable[[Any], Any] | tuple[str, Callable[[Any], Any]]
"""A path into an outcome, or a function of an outcome; before it, the name of a run."""


def scenario_case(
    case_id: str,
    reads: Mapping[str, Read | Sequence[Read]],
    *,
    runs: Mapping[str, Run] | None = None,
    replications: int = REPLICATIONS,
    fast: bool = False,
    without: Mapping[str, str] | None = None,
    expected: Mapping[str, tuple[Any, str]] | None = None,
    note: str = "",
) -> Case:
    """A case that is played as a scenario file named after it; a list of reads gives a list of numbers.

    `expected` gives the catalogue's value in another form, and why.
    """
    runs = {"": Run()} if runs is None else runs

    def obtain() -> dict[str, Obtained]:
        found = {}
        for metric, read in reads.items():
            parts = read if isinstance(read, list) else [read]
            each = [_values(case_id, runs, part, replications) for part in parts]
            means = [mean_of(values) for values in each]
            value, se = [m.value for m in means], [m.se for m in means]
            is_list = isinstance(read, list)
            wanted, why = (expected or {}).get(metric, (None, ""))
            found[metric] = Obtained(
                value if is_list else value[0],
                (se if is_list else se[0]) if replications > 1 else None,
                max(m.replications for m in means),
                expected=wanted,
                note=why,
            )
        return found

    return Case(case_id, _told(case_id, runs), obtain, fast, without or {}, note)


@lru_cache(maxsize=4)
def played(file: str, sets: tuple[str, ...] = (), replications: int = REPLICATIONS) -> tuple[Any, ...]:
    """Outcomes of a file of `scenarios/` (or of a bundled scenario) by replication."""
    where = str(SCENARIOS / file) if file.endswith(".yaml") else file
    loaded = load_scenario(where, sets)
    play = run_network if isinstance(loaded.scenario, NetworkScenario) else run_scenario
    result = play(
        loaded, replications=replications, random_seed=RANDOM_SEED, workers=min(WORKERS, replications)
    )
    return tuple(result.outcomes)


def mean_of(values: Sequence[Any]) -> Obtained:
    """The mean over replications with its standard error, element by element; a lone replication has none."""
    table = np.asarray(values, dtype=np.float64)
    count = len(table)
    mean = table.mean(axis=0)
    if count < 2:
        return Obtained(mean.tolist(), None, count)
    return Obtained(mean.tolist(), (table.std(axis=0, ddof=1) / np.sqrt(count)).tolist(), count)


def at(outcome: Any, path: str) -> Any:
    """What stands at a path into an outcome: fields, keys and places, with dots in between."""
    found = outcome
    for step in path.split("."):
        if isinstance(found, Mapping):
            found = found[step]
        elif step.isdigit():
            found = found[int(step)]
        else:
            found = getattr(found, step)
    return found


def params(case_id: str) -> dict[str, Any]:
    """Parameters of a case as the catalogue gives them."""
    return catalogue()[case_id].params


def _values(case_id: str, runs: Mapping[str, Run], read: Read, replications: int) -> list[Any]:
    name, rule = _named(runs, read)
    run = runs[name]
    count = run.replications or replications
    outcomes = played(run.file or f"{case_id}.yaml", run.sets, count)
    return [at(outcome, rule) if isinstance(rule, str) else rule(outcome) for outcome in outcomes]


def _named(runs: Mapping[str, Run], read: Read) -> tuple[str, str | Callable[[Any], Any]]:
    if isinstance(read, tuple):
        return read
    if isinstance(read, str):
        name, colon, rest = read.partition(":")
        if colon and name in runs:
            return name, rest
    return next(iter(runs)), read


def _told(case_id: str, runs: Mapping[str, Run]) -> str:
    files = dict.fromkeys(run.file or f"{case_id}.yaml" for run in runs.values())
    sets = [" ".join(f"--set {s}" for s in run.sets) for run in runs.values() if run.sets]
    told = f"scenario file {', '.join(files)} through `farmsim run`"
    return f"{told}; also with {'; '.join(f'`{s}`' for s in sets)}" if sets else told
