"""A comparison of supply networks: the screen, the line for scripts, JSON and the table of replications.

Every difference is taken replication by replication from the first network, the baseline.
"""

import json
import math
import shlex
from importlib.metadata import version
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from farmsim.report.cautions import FEW_REPLICATIONS, Caution
from farmsim.report.cells import cell_width, fit, pad, spread, wrap
from farmsim.report.compare_form import difference_form
from farmsim.report.compare_rows import Row, letter
from farmsim.report.compare_tables import tables
from farmsim.report.csv_form import cell
from farmsim.report.json_form import SCHEMA_VERSION, plain_form
from farmsim.report.messages import language, mark, plural
from farmsim.report.messages import translate as _
from farmsim.report.network_form import csv_table
from farmsim.report.network_words import TOTALS, factor, network_unit, plain_unit, total_label
from farmsim.report.numbers import interval, signed
from farmsim.report.terminal import Look
from farmsim.results.network import TOTAL_METRICS
from farmsim.results.network_catalogue import metric_names, metric_unit
from farmsim.results.paired import LEVEL
from farmsim.scenario.problems import word

if TYPE_CHECKING:
    from farmsim.experiment.network_comparison import NetworkComparison
    from farmsim.report.compare_screen import Asked


def network_compare_screen(comparison: "NetworkComparison", look: Look, asked: "Asked") -> Group:
    """Everything that `farmsim compare` prints for supply networks."""
    names = known_everywhere(comparison) if asked.full else list(TOTALS)
    rows = [_row(comparison, name, label=name if asked.full else total_label(name)) for name in names]
    kept = [row for row in rows if any(mean != 0.0 and not math.isnan(mean) for mean in row.means)]
    heading = _("ALL METRICS") if asked.full else _("WHOLE NETWORK")
    parts: list[RenderableType] = [*_title(comparison, look), *_legend(comparison, look), Text()]
    if kept:
        parts += [tables(heading, kept, list(comparison.names), look), Text()]
    return Group(*parts, *_surety(comparison, look), *_closing(comparison, look, asked))


def known_everywhere(comparison: "NetworkComparison") -> list[str]:
    """Metrics that all networks have: totals, then `PLACE.metric` in the order of the first."""
    names = metric_names(comparison.runs[0].loaded.scenario.network)
    return [name for name in names if all(run.values_named(name) is not None for run in comparison.runs)]


def quiet_line(comparison: "NetworkComparison") -> str:
    """The differences of the first total that is not zero everywhere; the same in every language."""
    for name in TOTALS:
        if all(not run.values(name).any() for run in comparison.runs):
            continue
        unit = plain_unit(metric_unit(name), comparison.runs[0].loaded.scenario.currency)
        parts = []
        for place in range(1, len(comparison.runs)):
            found = comparison.difference(name, place)
            mean, low, high, _sd, n = found.estimate
            parts.append(
                f"{comparison.names[place]} - {comparison.names[0]} {signed(mean)} {unit}"
                f"  ci95 {interval(low, high)}  n {n}  {found.verdict}"
            )
        return f"{name}  " + "; ".join(parts)
    return f"n {comparison.replications}"


def network_compare_json(comparison: "NetworkComparison", settings: tuple[str, ...] = ()) -> str:
    """The document that `farmsim compare --json` prints for supply networks."""
    names = known_everywhere(comparison)
    currency = comparison.runs[0].loaded.scenario.currency
    document = {
        "schema_version": SCHEMA_VERSION,
        "farmsim_version": version("farmsim"),
        "baseline": comparison.names[0],
        "kind": "network",
        "settings": list(settings),
        "random_seed": comparison.random_seed,
        "replications": comparison.replications,
        "scenarios": {
            name: {
                "name": run.loaded.scenario.name,
                "digest": run.loaded.digest,
                "metrics": {
                    metric: plain_form(plain_unit(metric_unit(metric), currency), values.tolist())
                    for metric in names
                    if (values := run.values_named(metric)) is not None
                },
            }
            for name, run in zip(comparison.names, comparison.runs, strict=True)
        },
        "differences": {
            name: {metric: difference_form(comparison.difference(metric, place)) for metric in names}
            for place, name in list(enumerate(comparison.names))[1:]
        },
        "adjustment": {"method": "bonferroni", "comparisons": comparison.comparisons, "level": LEVEL},
        "warnings": [
            *(
                {"scenario": name, "code": problem.code, "message": word(problem)}
                for name, run in zip(comparison.names, comparison.runs, strict=True)
                for problem in run.loaded.warnings
            ),
            *({"scenario": None, "code": c.code, "message": c.text()} for c in _cautions(comparison)),
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def network_compare_csv(comparison: "NetworkComparison") -> str:
    """A row for each network and replication, a column for each total; byte order mark first."""
    metrics = sorted(TOTAL_METRICS)
    rows = (
        (name, str(replication), *(cell(outcome.metrics[metric]) for metric in metrics))
        for name, run in zip(comparison.names, comparison.runs, strict=True)
        for replication, outcome in enumerate(run.outcomes)
    )
    return csv_table(("scenario", "replication", *metrics), rows)


def _row(comparison: "NetworkComparison", name: str, label: str) -> Row:
    """One metric of all networks; shares in percent."""
    unit = metric_unit(name)
    scale = factor(unit)
    found = tuple(comparison.difference(name, place) for place in range(1, len(comparison.runs)))
    return Row(
        label,
        network_unit(unit, comparison.runs[0].loaded.scenario.currency),
        tuple(run.estimate_named(name).mean * scale for run in comparison.runs),
        tuple(one.estimate.mean * scale for one in found),
        tuple(one.estimate.half_width * scale for one in found),
        found,
    )


def _title(comparison: "NetworkComparison", look: Look) -> list[Text]:
    """What was compared, how often, from which random seed, and what pairing means."""
    count = comparison.replications
    right = (look.glyphs.dot + " ").join(
        (
            plural("{count} paired replication", "{count} paired replications", count).format(count=count),
            _("random seed {seed}").format(seed=comparison.random_seed),
            _("{seconds} s").format(seconds=f"{comparison.seconds:.1f}"),
        )
    )
    left = fit("farmsim compare", max(20, look.width - cell_width(right) - 2), look.glyphs.more)
    same = _("The same draws for what has the same name in every network (common random numbers).")
    return [
        Text(spread(left, right, look.width), style="bold"),
        *(Text(line) for line in wrap(same, look.width)),
    ]


def _legend(comparison: "NetworkComparison", look: Look) -> list[Text]:
    """The letters of the networks, and which is the baseline."""
    lines: list[str] = []
    for place, (name, run) in enumerate(zip(comparison.names, comparison.runs, strict=True)):
        scenario = run.loaded.scenario
        label = scenario.label.text(language()) if scenario.label else scenario.name
        text = f"{name}: {label}" if label != name else name
        if place == 0:
            text = _("{scenario} (baseline)").format(scenario=text)
        lines += wrap(text, look.width, indent="   ", first=pad(letter(place), 3))
    return [Text(line) for line in lines]


def _surety(comparison: "NetworkComparison", look: Look) -> list[Text]:
    """How intervals were adjusted."""
    text = plural(
        "Intervals: 95 %, {count} comparison with A, so that nothing is adjusted.",
        "Intervals: 95 % for all {count} comparisons with A together (Bonferroni), each metric by itself.",
        comparison.comparisons,
    ).format(count=comparison.comparisons)
    return [Text(line) for line in wrap(text, look.width, indent="  ")]


def _cautions(comparison: "NetworkComparison") -> list[Caution]:
    """What to worry about: few pairs, runs of other length or in another currency."""
    found, count = [], comparison.replications
    if count == 1:
        one = mark("Only 1 replication: without more there are no intervals.")
        found.append(Caution("few-replications", one))
    elif count < FEW_REPLICATIONS:
        few = mark("Only {count} replications: intervals are rough.")
        found.append(Caution("few-replications", few, (("count", str(count)),)))
    first = comparison.runs[0].loaded.scenario
    for place, run in enumerate(comparison.runs):
        scenario = run.loaded.scenario
        name = ("name", letter(place))
        times = [(one.horizon_days, one.warm_up_days) for one in (scenario, first)]
        if times[0] != times[1]:
            text = mark("{name} is measured over other days than A: sums are of different length.")
            found.append(Caution("different-horizon", text, (name,)))
        if scenario.currency != first.currency:
            text = mark("{name} counts in another currency than A: money cannot be compared.")
            found.append(Caution("different-currency", text, (name,)))
    return found


def _closing(comparison: "NetworkComparison", look: Look, asked: "Asked") -> list[Text]:
    """What to worry about, where it is saved, how to get it again and what to ask next."""
    lines = [Text()]
    for caution in _cautions(comparison):
        lines += [Text(s, style="bold") for s in wrap(caution.text(_), look.width, indent="  ", first="! ")]
    parts = ["farmsim", "compare", *asked.sources, "--replications", str(comparison.replications)]
    parts += ["--random-seed", str(comparison.random_seed)]
    for override in asked.overrides:
        parts += ["--set", override]
    command = shlex.join(parts)
    names = [_("Saved"), _("Again"), _("Next")]
    width = max(cell_width(name) for name in names) + 2
    lines += [Text(pad(names[0], width) + saved) for saved in asked.saved]
    lines.append(Text(pad(names[1], width) + command + (" --full" if asked.full else "")))
    return lines if asked.full else [*lines, Text(pad(names[2], width) + command + " --full")]
