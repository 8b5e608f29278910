"""The screen of a supply network's run: the whole, its places, kilograms and money, what to worry about.

One replication has no intervals, and none are shown. `--full` adds every metric of every place.
"""

import math
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from farmsim.report.cautions import FEW_REPLICATIONS, Caution
from farmsim.report.expectations import Check, check_expectations
from farmsim.report.messages import language, mark, plural
from farmsim.report.messages import translate as _
from farmsim.report.network_tables import (
    full_tables,
    interval_note,
    kilograms_table,
    place_tables,
    totals_table,
)
from farmsim.report.network_words import TOTALS, plain_unit
from farmsim.report.numbers import figures, interval, relative
from farmsim.report.precision_words import missed
from farmsim.report.run_screen import (
    Ending,
    Invocation,
    balance_text,
    ending_lines,
    headline,
    joined,
    stop_note,
    warned,
)
from farmsim.report.terminal import Look
from farmsim.results.network_catalogue import metric_unit

if TYPE_CHECKING:
    from farmsim.experiment.network import NetworkResult
    from farmsim.scenario.network_schema import NetworkScenario

BUSY = 0.995
"""A station that works so great a share of the time has more to do than it can."""


def network_screen(result: "NetworkResult", look: Look, invocation: Invocation) -> Group:
    """Everything that `farmsim run` prints for a supply network."""
    parts: list[RenderableType] = [
        *title(result, look, invocation.source),
        *totals_table(result, look),
        *stop_note(result.stop, look),
        *place_tables(result, look),
        *interval_note(result, look),
        Text(),
        kilograms_table(result, look),
        *balance_lines(result, look),
        *closing_lines(result, look, invocation),
        *(full_tables(result, look) if invocation.full else []),
    ]
    return Group(*parts)


def title(result: "NetworkResult", look: Look, source: str) -> list[Text]:
    """What was played, how often, from which random seed; what it consists of, how long, what is measured."""
    scenario = result.loaded.scenario
    name = scenario.label.text(language()) if scenario.label else scenario.name
    lines = joined([name, *sizes(scenario), *times(scenario)], look.glyphs.dot + " ", look.width)
    return [headline(f"farmsim run  {source}", result, look), *(Text(line) for line in lines)]


def sizes(scenario: "NetworkScenario") -> list[str]:
    """How many places of each kind there are."""
    network = scenario.network
    counted = (
        (plural("{count} source", "{count} sources", len(network.sources)), network.sources),
        (plural("{count} station", "{count} stations", len(network.stations)), network.stations),
        (plural("{count} lane", "{count} lanes", len(network.lanes)), network.lanes),
        (plural("{count} site", "{count} sites", len(network.sites)), network.sites),
        (
            plural("{count} kind of customers", "{count} kinds of customers", len(network.customers)),
            network.customers,
        ),
    )
    return [text.format(count=len(places)) for text, places in counted if places]


def times(scenario: "NetworkScenario") -> list[str]:
    """How long a run lasts and what of it is measured."""
    horizon = _("{days} days").format(days=f"{scenario.horizon_days:,g}")
    if not scenario.steady_state:
        return [horizon, _("all measured")]
    warm_up = _("the first {days} left out (warm-up)").format(days=f"{scenario.warm_up_days:,g}")
    return [horizon, warm_up if scenario.warm_up_days else _("no warm-up"), _("long run (steady state)")]


def quiet_line(result: "NetworkResult") -> str:
    """The first total that is known and not zero, in one line; the same in every language."""
    for name in TOTALS:
        mean, low, high, _sd, n = result.estimate(name)
        if not math.isnan(mean) and mean != 0.0:
            unit = plain_unit(metric_unit(name), result.loaded.scenario.currency)
            return f"{name} {figures(mean)} {unit}  ci95 {interval(low, high)}  n {n}"
    return f"n {len(result.outcomes)}"


def checks(result: "NetworkResult") -> list[Check]:
    """The scenario's expectations of totals, or of `PLACE.metric`, with their verdicts."""
    expect = result.loaded.scenario.expect
    means = {
        name: result.estimate_named(name).mean for name in expect if result.values_named(name) is not None
    }
    return check_expectations(expect, means)


def network_cautions(result: "NetworkResult") -> list[Caution]:
    """Everything to worry about, the worst first."""
    found, stop = [], result.stop
    if stop is not None and stop.reason != "reached":
        found.append(Caution(f"precision-{stop.reason}", *missed(stop)))
    scenario, count = result.loaded.scenario, len(result.outcomes)
    unknown = [name for name in scenario.expect if result.values_named(name) is None]
    for name in unknown:
        text = mark("Nothing in this network is called {name}, which is expected of it.")
        found.append(Caution("unknown-expectation", text, (("name", name),)))
    for name in scenario.network.stations:
        if scenario.steady_state and result.estimate_of("stations", name, "utilisation").mean > BUSY:
            text = mark("{name} works all the time: more comes than it can do, and there is no long run.")
            found.append(Caution("overloaded", text, (("name", name),)))
    if scenario.steady_state and scenario.warm_up_days == 0.0:
        found.append(Caution("no-warm-up", mark("Without warm_up_days the empty start is measured too.")))
    if count > 1 and _nothing_is_drawn(result):
        same = mark("All replications are alike: nothing in this network is left to chance.")
        found.append(Caution("no-chance", same))
    elif count == 1:
        one = mark("Only 1 replication: without more there are no intervals.")
        found.append(Caution("few-replications", one))
    elif count < FEW_REPLICATIONS:
        few = mark("Only {count} replications: intervals are rough.")
        found.append(Caution("few-replications", few, (("count", str(count)),)))
    return found


def balance_lines(result: "NetworkResult", look: Look) -> list[Text]:
    """The honesty test: kilograms in minus out, and the sum of all accounts, at the worst replication."""
    kg = max(relative(o.kg_in - o.kg_out, o.kg_in) for o in result.outcomes)
    money = max(abs(o.money_difference) for o in result.outcomes)
    text = _("{verdict}: kg in - out {kg} of what came in, money {money} of what was paid")
    return balance_text(text, kg, money, look)


def closing_lines(result: "NetworkResult", look: Look, invocation: Invocation) -> list[Text]:
    """What to worry about, the note and expectations, where it is saved, how to get it again."""
    note = result.loaded.scenario.note
    found = warned(len(result.loaded.warnings), [c.text(_) for c in network_cautions(result)])
    ending = Ending(found, note.get(language()) or note.get("en", ""), checks(result))
    return ending_lines(ending, look, invocation, invocation.command(result))


def _nothing_is_drawn(result: "NetworkResult") -> bool:
    """Whether every replication is the first one again."""
    first = result.outcomes[0]
    return all(repr(outcome) == repr(first) for outcome in result.outcomes[1:])
