"""The catalogue of metrics: one function a metric, its docstring the definition, its name the column."""

import numpy as np

from farmsim.results import metrics_money, metrics_produce
from farmsim.results.scope import METRICS, RULES, By, Metric, Scope, division
from farmsim.results.tables import Tally

FAMILIES = (metrics_produce, metrics_money)
"""The modules whose functions are the metrics."""


def measure(tally: Tally) -> dict[str, float]:
    """Every metric of one run, in total."""
    whole = Scope(tally)
    return {name: float(rule(whole)) for name, rule in RULES.items()}


def measure_by(tally: Tally, by: By) -> dict[str, dict[str, float]]:
    """Every metric that has a meaning by channel, county or kind of produce, for each of them."""
    groups = division(tally.shape, by)
    scope = Scope(tally, groups)
    columns = {
        name: np.asarray(rule(scope)).tolist() for name, rule in RULES.items() if by in METRICS[name].by
    }
    return {
        group: {name: values[place] for name, values in columns.items()}
        for place, group in enumerate(groups.names)
    }


__all__ = ["METRICS", "Metric", "measure", "measure_by"]
