"""`farmsim explain` on the metrics of supply networks: of the whole and of each kind of place."""

from farmsim.report.cells import fit, pad, wrap
from farmsim.report.messages import translate as _
from farmsim.report.network_words import PLACES
from farmsim.report.terminal import Look
from farmsim.report.words import unit_label
from farmsim.results.network import TOTAL_METRICS
from farmsim.results.network_catalogue import CATALOGUES
from farmsim.results.scope import Metric


def network_metric_names() -> list[str]:
    """All names, each once."""
    return list(
        dict.fromkeys([*TOTAL_METRICS, *(name for metrics in CATALOGUES.values() for name in metrics)])
    )


def network_metric_lines(name: str, look: Look) -> list[str]:
    """One metric, wherever a network has it; one definition for all kinds of places that share it."""
    known = [(_("the whole network"), TOTAL_METRICS)]
    known += [(_(PLACES[table]), metrics) for table, metrics in CATALOGUES.items()]
    said: dict[Metric, list[str]] = {}
    for where, metrics in known:
        if name in metrics:
            said.setdefault(metrics[name], []).append(where)
    lines: list[str] = []
    for metric, places in said.items():
        heading = _("{name}  {unit}; in supply networks, of {places}").format(
            name=name, unit=unit_label(metric.unit), places=", ".join(places)
        )
        lines += wrap(heading, look.width, indent="  ", first="")
        lines += [*wrap(_(metric.definition), look.width, indent="  "), ""]
    return lines


def network_metric_list(look: Look) -> list[str]:
    """Every metric of networks with its unit and definition, by kind of place."""
    lines = [_("METRICS OF SUPPLY NETWORKS (of the whole network, then by kind of place)"), look.rule]
    lines += _rows(TOTAL_METRICS, look)
    for table, metrics in CATALOGUES.items():
        lines += [_(PLACES[table]) + ":", *_rows(metrics, look)]
    return lines


def _rows(metrics: dict[str, Metric], look: Look) -> list[str]:
    lines: list[str] = []
    for name, metric in metrics.items():
        first = pad(name, 29) + pad(fit(unit_label(metric.unit), 14), 15)
        lines += wrap(_(metric.definition), look.width, indent=" " * 44, first=first)
    return lines
