"""Tables of how much each parameter matters: elementary effects (Morris) and Sobol' indices (Saltelli)."""

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from farmsim.report.cells import cell_width, fit, pad, wrap
from farmsim.report.charts import bar
from farmsim.report.messages import plural
from farmsim.report.messages import translate as _
from farmsim.report.numbers import UNKNOWN, figures, fixed, interval
from farmsim.report.sweeps.standing import Standing
from farmsim.report.sweeps.words import share_text, short_names
from farmsim.report.terminal import Look
from farmsim.results.sensitivity import MorrisEffects, SobolIndices, morris_effects, sobol_indices

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.result import SweepResult

SMALL = 0.05
"""A parameter whose index, or whose share of the largest effect, is less does not matter."""
LONGEST_NAME = 24
LEAST_BAR = 8


def common_values(result: "SweepResult", metric: str) -> NDArray[np.float64]:
    """The metric by row of the design, [row, replication], of replications that all points have played.

    What was not played in a sweep that is under way is no failure; points without any run stay unknown.
    """
    rows = list(result.rows)
    status = result.status[rows]
    begun = (status != 0).any(axis=1)
    common = (status[begun] != 0).all(axis=0) if begun.any() else np.zeros(status.shape[1], dtype=bool)
    values = result.by_row(metric)
    return values[:, common] if common.any() else values


def morris_of(result: "SweepResult") -> MorrisEffects | None:
    """Elementary effects of a sweep of that design, in the unit of the metric; None of others."""
    structure = result.structure
    if structure.method != "morris" or result.status.size == 0:
        return None
    return morris_effects(common_values(result, result.aim.metric), structure.orders, structure.steps)


def sobol_of(result: "SweepResult") -> SobolIndices | None:
    """Sobol' indices of a sweep of that design; None of others."""
    structure = result.structure
    if structure.method != "saltelli" or structure.base_points is None or result.status.size == 0:
        return None
    values = common_values(result, result.aim.metric)
    return sobol_indices(values, structure.base_points, len(structure.axes))


def morris_table(standing: Standing, effects: MorrisEffects, look: Look) -> list[Text]:
    """Parameters by the size of their effects, and what may be fixed."""
    factor, keys = standing.subject.factor, [axis.key for axis in standing.result.structure.axes]
    order = _falling(effects.mu_star)
    most = float(np.nanmax(effects.mu_star, initial=0.0))
    rows = []
    for place in order:
        cells = [
            figures(effects.mu_star[place] * factor),
            interval(effects.mu_star_low[place] * factor, effects.mu_star_high[place] * factor),
            figures(effects.mu[place] * factor),
            figures(effects.sigma[place] * factor),
        ]
        rows.append(_Row(keys[place], cells, float(effects.mu_star[place]) / most if most > 0.0 else 0.0))
    heading = _("Effects on {metric}, of the whole range of each parameter (Morris)").format(
        metric=standing.subject.titled
    )
    heads = ["mu*", _("95% CI"), "mu", "sigma"]
    lines = _table(heading, heads, rows, look)
    return lines + _lines(morris_remarks(standing, effects, look), look)


def morris_remarks(standing: Standing, effects: MorrisEffects, look: Look) -> list[str]:
    """What the figures mean, which parameters matter, which may be fixed, and which interact."""
    keys = [axis.key for axis in standing.result.structure.axes]
    names = short_names(keys, look.glyphs.more)
    texts = [_("mu*: mean size of the effect; mu: with its sign; sigma: interactions and curvature.")]
    walks = effects.trajectories
    texts.append(
        plural(
            "{count} walk of which all runs are known.", "{count} walks of which all runs are known.", walks
        ).format(count=walks)
    )
    if walks == 0:
        return texts
    kinds = _sorted_out(effects)
    order = _falling(effects.mu_star)
    said = {kind: ", ".join(names[keys[place]] for place in order if kinds[place] == kind) for kind in "+-?"}
    if said["+"]:
        texts.append(_("What matters: {names}.").format(names=said["+"]))
    if said["-"]:
        texts.append(_("May be fixed, as far as these ranges go: {names}.").format(names=said["-"]))
    if said["?"]:
        texts.append(_("Not clear yet, more walks would tell: {names}.").format(names=said["?"]))
    bent = [
        names[keys[place]] for place in order
        if kinds[place] == "+" and effects.sigma[place] > effects.mu_star[place]
    ]  # fmt: skip
    if bent:
        texts.append(
            _("Effects of {names} depend on where in the ranges one stands (sigma above mu*).").format(
                names=", ".join(bent)
            )
        )
    if np.isnan(effects.noise).all():
        texts.append(_("One replication a point: chance and effect cannot be told apart."))
    else:
        noise = figures(float(np.nanmax(effects.noise)) * standing.subject.factor, 2)
        text = _("Noise alone gives a mu* of up to about {noise} {unit}; no smaller one is proved.")
        texts.append(text.format(noise=noise, unit=standing.subject.unit))
    return texts


def sobol_table(standing: Standing, indices: SobolIndices, look: Look) -> list[Text]:
    """Parameters by their total index, and what interacts."""
    keys = [axis.key for axis in standing.result.structure.axes]
    order = _falling(indices.total)
    rows = []
    for place in order:
        cells = [
            _index(indices.first[place]),
            _index_interval(indices.first_low[place], indices.first_high[place]),
            _index(indices.total[place]),
            _index_interval(indices.total_low[place], indices.total_high[place]),
        ]
        rows.append(_Row(keys[place], cells, float(indices.total[place])))
    heading = _("Shares of the variance of {metric} (Sobol' indices)").format(metric=standing.subject.label)
    heads = [_("alone"), _("95% CI"), _("total"), _("95% CI")]
    lines = _table(heading, heads, rows, look)
    return lines + _lines(sobol_remarks(standing, indices, look), look)


def sobol_remarks(standing: Standing, indices: SobolIndices, look: Look) -> list[str]:
    """What the figures mean, how much is interaction, and what noise does."""
    keys = [axis.key for axis in standing.result.structure.axes]
    names = short_names(keys, look.glyphs.more)
    texts = [_("alone: share that would vanish if the parameter were known; total: with all interactions.")]
    points = indices.base_points
    texts.append(
        plural(
            "{count} base point of which all runs are known.",
            "{count} base points of which all runs are known.",
            points,
        ).format(count=points)
    )
    if np.isnan(indices.first).all():
        texts.append(_("Nothing varies beside the noise: there is nothing to share out."))
        return texts
    order = _falling(indices.total)
    interacting = [names[keys[p]] for p in order if indices.total_low[p] > indices.first_high[p]]
    alone = float(np.nansum(indices.first))
    if interacting:
        texts.append(_("These interact with others: {names}.").format(names=", ".join(interacting)))
    else:
        text = (
            _("The parameters alone explain about {share}.")
            if np.isnan(indices.total_low).all()
            else _("No interaction is proved: the parameters alone explain about {share}.")
        )
        texts.append(text.format(share=share_text(min(alone, 1.0))))
    idle = [names[keys[p]] for p in order if indices.total_high[p] < SMALL]
    if idle:
        texts.append(_("May be fixed, as far as these ranges go: {names}.").format(names=", ".join(idle)))
    if math.isnan(indices.noise_share):
        texts.append(_("One replication a point: chance and effect cannot be told apart."))
    else:
        text = _("Noise is {share} of the variance of the means; the indices leave it out.")
        texts.append(text.format(share=share_text(indices.noise_share)))
    return texts


class _Row(NamedTuple):
    """A parameter with its numbers, and the length of its bar as a share of the longest."""

    key: str
    cells: list[str]
    share: float


def _table(heading: str, heads: list[str], rows: list[_Row], look: Look) -> list[Text]:
    """Names, columns of numbers as wide as they need, and bars in the room that is left."""
    names = short_names([row.key for row in rows], look.glyphs.more)
    name = min(max(cell_width(text) for text in [_("parameter"), *names.values()]), LONGEST_NAME)
    widths = [
        max(cell_width(text) for text in column)
        for column in zip(heads, *(row.cells for row in rows), strict=True)
    ]
    room = max(look.width - name - sum(widths) - 2 * len(widths) - 2, LEAST_BAR)

    def line(first: str, cells: list[str], picture: str) -> str:
        text = pad(fit(first, name, look.glyphs.more), name)
        for cell, width in zip(cells, widths, strict=True):
            text += "  " + pad(cell, width, right=True)
        return f"{text}  {picture}".rstrip()

    lines = [Text(text, style="bold") for text in wrap(heading, look.width)]
    lines += [Text(line(_("parameter"), heads, ""), style="bold"), Text(look.rule)]
    for row in rows:
        picture = bar(min(row.share, 1.0), 1.0, room, look.glyphs)
        lines.append(Text(line(names[row.key], row.cells, picture)))
    return [*lines, Text(look.rule)]


def _falling(values: NDArray[np.float64]) -> list[int]:
    """Places from the largest value to the least; unknown ones last."""
    return [int(place) for place in np.argsort(-values, kind="stable")]


def _sorted_out(effects: MorrisEffects) -> list[str]:
    """For each parameter: `+` it matters, `-` it may be fixed, `?` that is not clear.

    It matters if its effect is above the noise and not small against the largest for certain; it may be fixed
    if it is small for certain, or no larger than noise would make it. Without intervals the effect itself is
    judged.
    """
    found = []
    most = float(np.nanmax(effects.mu_star, initial=0.0))
    noise = np.nan_to_num(effects.noise, nan=0.0)
    low = np.where(np.isnan(effects.mu_star_low), effects.mu_star, effects.mu_star_low)
    high = np.where(np.isnan(effects.mu_star_high), effects.mu_star, effects.mu_star_high)
    for place in range(len(effects.mu_star)):
        if effects.mu_star[place] <= noise[place] or high[place] < SMALL * most or most == 0.0:
            found.append("-")
        else:
            found.append("+" if low[place] > max(float(noise[place]), SMALL * most) else "?")
    return found


def _index(value: float) -> str:
    """An index to two decimals."""
    return fixed(round(value, 2) + 0.0, 2)


def _index_interval(low: float, high: float) -> str:
    return UNKNOWN if math.isnan(low) or math.isnan(high) else f"{_index(low)} .. {_index(high)}"


def _lines(texts: list[str], look: Look) -> list[Text]:
    return [Text(line) for text in texts for line in wrap(text, look.width, indent="  ")]
