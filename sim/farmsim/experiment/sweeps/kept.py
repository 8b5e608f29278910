"""Which metrics a sweep keeps of each run, and which one it is about."""

from typing import NamedTuple, Protocol

from farmsim.errors import Problem, ScenarioError, UsageError
from farmsim.results.metrics import METRICS
from farmsim.results.network import TOTAL_METRICS
from farmsim.results.network_catalogue import metric_names, metric_unit
from farmsim.scenario.hints import did_you_mean
from farmsim.scenario.kinds import Either, network_of
from farmsim.scenario.sweeps.load import SweepSource
from farmsim.scenario.text import remedy, shortened

USUAL = "household_net_income"
"""The metric that a sweep of seasons is about if none is named."""
OF_CHANNELS = ("sold_kg", "sales_revenue", "netback_per_kg")
"""What is kept by channel if nothing else is said."""


class Kept(NamedTuple):
    """The numbers that are kept of each run, with their units."""

    kind: str
    """"season" or "network"."""
    metrics: tuple[tuple[str, str], ...]
    part_metrics: tuple[tuple[str, str], ...]
    """By channel; networks have none."""


class Wished(Protocol):
    """The metrics that a command line may name."""

    @property
    def metric(self) -> str | None:
        """The metric that tables are about."""

    @property
    def precision_metric(self) -> str | None:
        """The metric that is to be known precisely."""


def kept_metrics(source: SweepSource, base: Either, wished: Wished) -> tuple[Kept, tuple[str, str]]:
    """What is kept, and the metric (with its unit) that the sweep is about; unknown names are refused."""
    network = network_of(base)
    if network is None:
        known, usual = {name: metric.unit for name, metric in METRICS.items()}, list(METRICS)
    else:
        known = {name: metric_unit(name) for name in metric_names(network.scenario.network)}
        usual = list(TOTAL_METRICS)
    for name in (wished.metric, wished.precision_metric):
        if name is not None and name not in known:
            raise UsageError(
                "unknown-metric", (("name", name), ("meant", ", ".join(did_you_mean(name, list(known), 2))))
            )
    _refuse_unknown(source, known)
    sweep = source.file
    about = wished.metric or sweep.compare.metric
    if about is None:
        if sweep.metrics:
            about = sweep.metrics[0]
        elif network is None:
            about = USUAL
        else:
            about = "cost_per_day" if "cost_per_day" in known else usual[0]
    named = [about, wished.precision_metric, getattr(sweep.replications, "metric", None)]
    chosen = dict.fromkeys([*(sweep.metrics or usual), *(name for name in named if name)])
    parts = (
        ()
        if network is not None
        else (OF_CHANNELS if sweep.channel_metrics is None else tuple(dict.fromkeys(sweep.channel_metrics)))
    )
    kept = Kept(
        "season" if network is None else "network",
        tuple((name, known[name]) for name in chosen),
        tuple((name, known[name]) for name in parts),
    )
    return kept, (about, known[about])


def _refuse_unknown(source: SweepSource, known: dict[str, str]) -> None:
    """Report every name in the file that is no metric, or none that is known by channel."""
    sweep = source.file
    by_channel = [name for name, metric in METRICS.items() if metric.per_channel]
    named: list[tuple[str, tuple[str, ...], list[str]]]
    named = [(name, ("metrics",), list(known)) for name in sweep.metrics]
    named += [(name, ("channel_metrics",), by_channel) for name in sweep.channel_metrics or ()]
    if sweep.compare.metric is not None:
        named.append((sweep.compare.metric, ("compare", "metric"), list(known)))
    metric = getattr(sweep.replications, "metric", None)
    if metric is not None:
        named.append((metric, ("replications", "metric"), list(known)))
    problems: list[Problem] = []
    for name, path, candidates in named:
        if name not in candidates:
            near = [remedy("did-you-mean", guess=guess) for guess in did_you_mean(name, candidates)[:1]]
            problems.append(source.place(*path).problem("E091", *near, name=shortened(name)))
    if problems:
        raise ScenarioError(tuple(problems))
