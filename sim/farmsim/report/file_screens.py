"""What `farmsim validate` prints: the problems of a file, or what a valid file says."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from farmsim.errors import Problem
from farmsim.report.cells import pad, wrap
from farmsim.report.messages import language
from farmsim.report.messages import translate as _
from farmsim.report.network_facts import network_facts
from farmsim.report.numbers import figures, whole
from farmsim.report.problems import render_problem, render_summary
from farmsim.report.terminal import Look
from farmsim.report.words import season
from farmsim.scenario.kinds import network_of, season_of

if TYPE_CHECKING:
    from farmsim.scenario.kinds import Either
    from farmsim.scenario.load import Loaded
    from farmsim.scenario.schema import Scenario


def problem_lines(problems: Sequence[Problem]) -> list[str]:
    """Every problem with its place and remedies, then how many they are and where to read more."""
    lines: list[str] = []
    for problem in problems:
        lines += [*render_problem(problem, _, width=80), ""]
    first = next((p.code for p in problems if not p.is_warning), problems[0].code if problems else "")
    more = _("More on a code: farmsim explain {code}").format(code=first)
    return [*lines, f"{render_summary(problems, _)}  {more}"]


def validity_screen(loaded: "Either", source: str, look: Look, overrides: Sequence[str] = ()) -> Group:
    """What a valid file says, in a few lines, and how many of its numbers have a source."""
    lines: list[Text] = []
    for problem in loaded.warnings:
        lines += [Text(line) for line in [*render_problem(problem, _, width=look.width), ""]]
    lines.append(Text(_("{file} is valid").format(file=source), style="bold"))
    network = network_of(loaded)
    facts = network_facts(network) if network else _facts(season_of(loaded, source))
    facts += _origins(loaded)
    width = 16
    for name, fact in facts:
        lines += [
            Text(line) for line in wrap(fact, look.width, indent=" " * width, first=pad(f"  {name}", width))
        ]
    settings = [part for override in overrides for part in ("--set", override)]
    lines.append(Text(pad(_("Next"), width) + shlex.join(["farmsim", "run", source, *settings])))
    return Group(*lines)


def _facts(loaded: "Loaded[Scenario]") -> list[tuple[str, str]]:
    """What is worth knowing of a scenario before it is run."""
    scenario = loaded.scenario
    tongue = language()
    groups = [group for county in scenario.counties.values() for group in county.growers.values()]
    harvest = sum(g.households * g.land_mu * g.yield_kg_per_mu for g in groups)
    return [
        (_("Name"), scenario.label.text(tongue) if scenario.label else scenario.name),
        (_("Season"), season(scenario.horizon_days, scenario.start)),
        (_("Products"), ", ".join(product.label.text(tongue) for product in scenario.products.values())),
        (_("Counties"), ", ".join(county.label.text(tongue) for county in scenario.counties.values())),
        (
            _("Growers"),
            _("{households} households, {tonnes} t in a normal season").format(
                households=whole(sum(group.households for group in groups)), tonnes=figures(harvest / 1e3)
            ),
        ),
        (_("Channels"), ", ".join(channel.label.text(tongue) for channel in scenario.channels.values())),
    ]


def _origins(loaded: "Either") -> list[tuple[str, str]]:
    """How many of the numbers have a source, and the first of those that have none."""
    cited = sum(1 for row in loaded.provenance if row.source)
    assumed = len(loaded.provenance) - cited
    open_paths = ", ".join(loaded.unsourced[:4]) + (" ..." if len(loaded.unsourced) > 4 else "")
    text = _("{cited} values cited, {assumed} assumed with a reason, {open} without either")
    facts = [(_("Sources"), text.format(cited=cited, assumed=assumed, open=len(loaded.unsourced)))]
    return [*facts, (_("No source"), open_paths)] if open_paths else facts
