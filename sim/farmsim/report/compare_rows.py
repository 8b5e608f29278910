"""What a comparison's table shows of each metric, and the words for a difference and its verdict."""

import math
from dataclasses import dataclass
from string import ascii_uppercase
from typing import TYPE_CHECKING

from farmsim.report.cautions import FEW_REPLICATIONS
from farmsim.report.messages import translate as _
from farmsim.report.numbers import UNKNOWN, figures, signed
from farmsim.report.words import is_share, metric_label, unit_label
from farmsim.results.estimates import quantiles
from farmsim.results.metrics import METRICS
from farmsim.results.paired import Difference

if TYPE_CHECKING:
    from farmsim.experiment.compare import Comparison

INCOME = "household_net_income"
"""The metric by which scenarios are ranked."""
HEADLINE = (
    INCOME,
    "gross_per_mu",
    "households_above_line_share",
    "poverty_gap",
    "lost_share",
    "fill_rate",
    "refund_share",
    "days_until_paid",
    "public_cost",
)
"""What a county planner asks first: who earns what, what is lost, whether buyers are served, at what cost."""
WORST_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Row:
    """One metric: the mean of every scenario, and the difference of every other scenario from the first.

    Shares are in percent already. A row without `differences` has only the `gaps` between its figures.
    """

    label: str
    unit: str
    means: tuple[float, ...]
    gaps: tuple[float, ...]
    half_widths: tuple[float, ...]
    differences: tuple[Difference, ...] = ()


def headline_rows(comparison: "Comparison") -> list[Row]:
    """The first questions, without those that no scenario answers with anything but zero."""
    rows = [metric_row(comparison, name) for name in HEADLINE if name in METRICS]
    kept = [row for row in rows if any(mean != 0.0 and not math.isnan(mean) for mean in row.means)]
    worst = worst_seasons(comparison)
    if comparison.replications >= FEW_REPLICATIONS and not math.isnan(worst[0]):
        kept.insert(1, worst_row(worst))
    return kept


def all_rows(comparison: "Comparison") -> list[Row]:
    """Every metric that is known in some scenario, by its identifier."""
    rows = [metric_row(comparison, name, label=name) for name in METRICS]
    return [row for row in rows if not all(math.isnan(mean) for mean in row.means)]


def metric_row(comparison: "Comparison", name: str, label: str | None = None) -> Row:
    """One metric of all scenarios."""
    unit = METRICS[name].unit
    factor = 100.0 if is_share(unit) else 1.0
    found = tuple(comparison.difference(name, i) for i in range(1, len(comparison.runs)))
    return Row(
        metric_label(name) if label is None else label,
        unit_label(unit),
        tuple(run.estimate(name).mean * factor for run in comparison.runs),
        tuple(one.estimate.mean * factor for one in found),
        tuple(one.estimate.half_width * factor for one in found),
        found,
    )


def worst_seasons(comparison: "Comparison") -> list[float]:
    """Net income of households that a tenth of the seasons stay below, by scenario."""
    return [quantiles(run.values(INCOME), (WORST_SHARE,))[0] for run in comparison.runs]


def worst_row(worst: list[float]) -> Row:
    """Income in the worst tenth of seasons; such a quantile has no paired interval."""
    gaps = tuple(value - worst[0] for value in worst[1:])
    unknown = (math.nan,) * len(gaps)
    return Row(_("Worst 10% of seasons"), unit_label(METRICS[INCOME].unit), tuple(worst), gaps, unknown)


def letter(place: int) -> str:
    """What the screen calls a scenario: A for the baseline, then B, C, ..., Z, A1, B1, ..."""
    turn, place = divmod(place, len(ascii_uppercase))
    return ascii_uppercase[place] + (str(turn) if turn else "")


def gap_text(row: Row, place: int, plus_minus: str) -> str:
    """The difference of a scenario with half its interval; its own mean where the baseline has none."""
    if math.isnan(row.gaps[place]):
        own = row.means[place + 1]
        return UNKNOWN if math.isnan(own) else f"{letter(place + 1)}: {figures(own)}"
    return signed(row.gaps[place], row.half_widths[place], plus_minus)


def wins_text(found: Difference, *, brief: bool = False) -> str:
    """In how many of the pairs it is higher or lower, whichever is oftener."""
    count = found.estimate.n
    if count == 0 or found.verdict == "equal":
        return ""
    if found.losses > found.wins:
        text = _("{wins} of {count} lower") if brief else _("lower in {wins} of {count}")
        return text.format(wins=found.losses, count=count)
    text = _("{wins} of {count} higher") if brief else _("higher in {wins} of {count}")
    return text.format(wins=found.wins, count=count)


def verdict_text(row: Row, place: int, *, brief: bool = False) -> str:
    """What is decided of a difference, in words; nothing where the figure and its sign say it."""
    found = row.differences[place]
    match found.verdict:
        case "equal":
            return _("equal")
        case "no_clear_difference":
            return _("no clear difference")
        case "not_decided":
            count = f"{found.more_replications or 0:,}"
            text = _("not decided: about {count} more replications")
            return (_("not decided: {count} more") if brief else text).format(count=count)
        case "unknown":
            unknown = letter(0 if math.isnan(row.means[0]) else place + 1)
            one = _("one season decides nothing")
            return one if found.estimate.n > 0 else _("not known in {name}").format(name=unknown)
        case _:
            return ""
