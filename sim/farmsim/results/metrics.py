"""The catalogue of metrics: one function a metric, its docstring the definition, its name the column."""

from farmsim.results import metrics_money, metrics_produce
from farmsim.results.scope import METRICS, RULES, Metric, Scope
from farmsim.results.tables import Tally

FAMILIES = (metrics_produce, metrics_money)
"""The modules whose functions are the metrics."""


def measure(tally: Tally) -> dict[str, float]:
    """Every metric of one run, in total."""
    whole = Scope(tally)
    return {name: float(rule(whole)) for name, rule in RULES.items()}


def measure_channels(tally: Tally) -> dict[str, dict[str, float]]:
    """Every metric that has a meaning by channel, for each channel."""
    result: dict[str, dict[str, float]] = {}
    for index, channel in enumerate(tally.shape.channels):
        scope = Scope(tally, index)
        result[channel] = {
            name: float(rule(scope)) for name, rule in RULES.items() if METRICS[name].per_channel
        }
    return result


__all__ = ["METRICS", "Metric", "measure", "measure_channels"]
