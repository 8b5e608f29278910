"""The screen of leverage: what a yuan of programme cost moved, by four definitions, and two claims tested."""

import json
from importlib.metadata import version
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from farmsim.report.cells import fit, pad, wrap
from farmsim.report.compare_cautions import comparison_cautions
from farmsim.report.compare_screen import headline
from farmsim.report.json_form import SCHEMA_VERSION, number
from farmsim.report.messages import mark
from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures, interval
from farmsim.report.terminal import Look
from farmsim.results.estimates import Estimate
from farmsim.results.leverage import DEFINITIONS, Effects

if TYPE_CHECKING:
    from farmsim.experiment.compare import Comparison

CLAIMS = (10.0, 100.0)
"""A fund of 10 bn CNY meant to move 100 bn, or even 1 000 bn."""
LABELS = {
    "gross_sales": mark("Gross sales of the channels supported"),
    "net_income": mark("Net income of the growers supported"),
    "net_gain": mark("The same less what they would have had anyway"),
    "net_gain_less_losses": mark("That less what growers elsewhere lose"),
}


def leverage_screen(comparison: "Comparison", effects: Effects, look: Look) -> Group:
    """Everything that `farmsim leverage` prints."""
    found = effects.multiples()
    figure, range_width = 10, 20
    label = look.width - figure - range_width
    lines = [headline("farmsim leverage", comparison, look), *_cost_lines(comparison, effects, look), Text()]
    heading = pad(fit(_("EFFECT PER CNY OF PROGRAMME COST"), label - 1, look.glyphs.more), label)
    heading += pad(_("multiple"), figure, right=True) + pad(_("95% CI"), range_width, right=True)
    lines += [Text(heading, style="bold"), Text(look.rule)]
    for place, name in enumerate(DEFINITIONS, 1):
        mean, low, high, *_rest = found[name]
        text = fit(f"{place} {_(LABELS[name])}", label - 1, look.glyphs.more)
        row = pad(text, label) + pad(figures(mean), figure, right=True)
        lines.append(Text(row + pad(interval(low, high), range_width, right=True)))
    lines += [Text(look.rule), *_neighbours(comparison, look), *_credited(comparison, look)]
    for claim in CLAIMS:
        lines += [Text(line) for line in wrap(verdict(found, claim), look.width, indent="  ")]
    method = _("Ratio of means over paired seasons; interval by the linearised ratio (Cochran), Student's t.")
    lines += [Text(line) for line in wrap(method, look.width)]
    for caution in comparison_cautions(comparison):
        lines += [Text(s, style="bold") for s in wrap(caution.text(_), look.width, indent="  ", first="! ")]
    return Group(*lines)


def verdict(found: dict[str, Estimate], claim: float) -> str:
    """Under which definitions a claim of so many yuan for one holds."""
    held: dict[str, list[str]] = {"true": [], "false": [], "open": []}
    for place, name in enumerate(DEFINITIONS, 1):
        low, high = found[name].low, found[name].high
        answer = "true" if low >= claim else "false" if high < claim else "open"
        held[answer].append(f"({place})")
    words = {
        "true": _("true under {definitions}"),
        "false": _("not true under {definitions}"),
        "open": _("not decided under {definitions}"),
    }
    said = "; ".join(words[one].format(definitions=", ".join(held[one])) for one in words if held[one])
    return _('"One yuan moves {claim}": {verdicts}.').format(claim=f"{claim:g}", verdicts=said)


def quiet_line(effects: Effects) -> str:
    """The multiples in one line; the same in every language."""
    found = effects.multiples()
    parts = [f"{name} {figures(one.mean)} ci95 {interval(one.low, one.high)}" for name, one in found.items()]
    return "; ".join(parts) + f"  n {len(effects.cost)}"


def leverage_json(comparison: "Comparison", effects: Effects, settings: tuple[str, ...] = ()) -> str:
    """The document that `farmsim leverage --json` prints."""
    cost = float(effects.cost.mean())
    form = {
        "schema_version": SCHEMA_VERSION,
        "farmsim_version": version("farmsim"),
        "scenario": comparison.names[1],
        "baseline": comparison.names[0],
        "settings": list(settings),
        "random_seed": comparison.random_seed,
        "replications": comparison.replications,
        "cost": {"mean": number(cost), "unit": "CNY"},
        "multiples": {
            name: {
                "mean": number(one.mean), "ci95": [number(one.low), number(one.high)],
                "sd": number(one.sd), "n": one.n, "unit": "CNY/CNY",
            }
            for name, one in effects.multiples().items()
        },
        "estimator": "ratio of means, linearised (Cochran 1977, 6.4)",
        "warnings": [
            {"scenario": None, "code": caution.code, "message": caution.text()}
            for caution in comparison_cautions(comparison)
        ],
    }  # fmt: skip
    return json.dumps(form, ensure_ascii=False, indent=2, allow_nan=False)


def _cost_lines(comparison: "Comparison", effects: Effects, look: Look) -> list[Text]:
    text = _("{scenario} against {baseline}; its programmes cost {cost} CNY a season.").format(
        scenario=comparison.names[1], baseline=comparison.names[0], cost=figures(float(effects.cost.mean()))
    )
    return [Text(line) for line in wrap(text, look.width)]


def _neighbours(comparison: "Comparison", look: Look) -> list[Text]:
    """That (4) says nothing new where every county is supported."""
    if len(comparison.runs[1].loaded.scenario.counties) > 1:
        return []
    text = _("One county, and the programmes reach it: nobody elsewhere can lose, so (4) is (3).")
    return [Text(line) for line in wrap(text, look.width)]


def _credited(comparison: "Comparison", look: Look) -> list[Text]:
    """That the programmes get the credit for everything in which the scenarios differ."""
    if not differ_otherwise(comparison):
        return []
    text = _(
        "The two scenarios differ in more than their programmes (channels, prices, terms), and these are "
        "credited with all of it. For the programmes alone, take the same scenario with them disabled as the "
        "baseline."
    )
    return [Text(line, style="bold") for line in wrap(text, look.width, indent="  ", first="! ")]


def differ_otherwise(comparison: "Comparison") -> bool:
    """Whether the scenarios differ in anything but their programmes and their names."""
    left_out = {"interventions", "name", "label", "note", "expect", "replications", "random_seed"}
    one, other = (run.loaded.scenario.model_dump(exclude=left_out) for run in comparison.runs)
    return bool(one != other)
