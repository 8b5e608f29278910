"""The screen of a refinement: points that tied with the best, once more on fresh random seeds."""

import math
from statistics import fmean
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from farmsim.report.cells import cell_width, pad, wrap
from farmsim.report.messages import plural
from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures, signed
from farmsim.report.sweeps.heatmap import BEST, TIED
from farmsim.report.sweeps.screen import Shown, asked_lines, closing_lines, title
from farmsim.report.sweeps.standing import Standing, standing_of
from farmsim.report.sweeps.words import mean_text, point_name, point_text, short_names
from farmsim.report.terminal import Look

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.result import SweepResult

MOST = 30
LEAST_NAME = 16


def refined_screen(result: "SweepResult", refined: "SweepResult", look: Look, shown: Shown) -> Group:
    """Everything that `farmsim sweep --refine` prints; points of both are matched by their keys."""
    before, after = standing_of(result), standing_of(refined)
    old = {row.key: place for place, row in enumerate(result.points)}
    pairs = [(old[row.key], place) for place, row in enumerate(refined.points) if row.key in old]
    order = {place: rank for rank, place in enumerate(after.order)}
    pairs.sort(key=lambda pair: order[pair[1]])
    lines = [
        title("farmsim sweep --refine", refined, look, shown),
        *asked_lines(result, before.subject, look),
    ]
    lines += [Text(), *_table(before, after, pairs, look, full=shown.full), Text()]
    lines += [Text(line) for text in remarks(before, after, pairs, look) for line in wrap(text, look.width)]
    return Group(*lines, *closing_lines(refined, look, shown))


def remarks(before: Standing, after: Standing, pairs: list[tuple[int, int]], look: Look) -> list[str]:
    """Which point is best now, how many still tie, and how far the former best was flattered."""
    if before.ties is None or after.ties is None:
        return [_("{metric} is not known at any point yet.").format(metric=before.subject.label)]
    new = {place: old for old, place in pairs}
    best = new.get(after.ties.best)
    texts = []
    if best is not None:
        now = after.estimate(after.ties.best)
        texts.append(
            _("Best on fresh random seeds: {point} with {mean} {unit}.").format(
                point=point_text(before.result, best, look.glyphs.more),
                mean=mean_text(now.mean, now.half_width, look.glyphs.plus_minus),
                unit=before.subject.unit,
            )
        )
    tied, known = len(after.tied), after.known
    if tied == 1:
        texts.append(_("No other point ties with it any more."))
    else:
        texts.append(
            plural(
                "{count} of {all} points still ties with the best.",
                "{count} of {all} points still tie with the best.",
                tied,
            ).format(count=f"{tied:,}", all=f"{known:,}")
        )
    return texts + _former_best(before, after, pairs)


def _former_best(before: Standing, after: Standing, pairs: list[tuple[int, int]]) -> list[str]:
    """What became of the point that was best before, against what became of all.

    The luck of the former seasons, which all points had, falls out of the difference.
    """
    assert before.ties is not None, "there was a best"
    changes = {old: after.estimate(new).mean - before.estimate(old).mean for old, new in pairs}
    if math.isnan(changes.get(before.ties.best, math.nan)):
        return []
    own, known = changes[before.ties.best], [one for one in changes.values() if not math.isnan(one)]
    words = {"number": before.ties.best + 1, "own": signed(own), "unit": before.subject.unit}
    if len(known) < 2:
        return [_("The former best, point {number}, changes by {own} {unit}.").format(**words)]
    mean = fmean(known)
    words |= {"all": signed(mean)}
    text = _("The former best, point {number}, changes by {own} {unit}, all these points on average by {all}")
    flattered = (mean - own) * (1.0 if before.result.aim.maximise else -1.0)
    if flattered <= 0.0:
        return [text.format(**words) + _(": it was not flattered by being chosen.")]
    end = _(": it was flattered by about {amount}, having been chosen for its luck.")
    return [text.format(**words) + end.format(amount=figures(flattered, 2))]


def _table(
    before: Standing, after: Standing, pairs: list[tuple[int, int]], look: Look, *, full: bool
) -> list[Text]:
    """A line for each point: what it sets, its mean then and now, the change."""
    plus_minus, shown = look.glyphs.plus_minus, pairs if full else pairs[:MOST]
    heads = [_("point"), _("mean before"), _("mean now"), _("change")]
    rows = []
    for old, new in shown:
        one, other = before.estimate(old), after.estimate(new)
        means = [mean_text(found.mean, found.half_width, plus_minus) for found in (one, other)]
        rows.append([str(old + 1), *means, signed(other.mean - one.mean)])
    widths = [max(map(cell_width, column)) for column in zip(heads, *rows, strict=True)]
    room = max(look.width - sum(widths) - 2 * len(widths) - 2, LEAST_NAME)

    def line(cells: list[str], name: str, mark: str) -> str:
        first, then, now, change = (
            pad(cell, width, right=True) for cell, width in zip(cells, widths, strict=True)
        )
        return f"{first}  {pad(name, room)}  {then}  {now}{pad(' ' + mark, 2)}  {change}".rstrip()

    heading = _("{metric}: points that tied, on fresh random seeds  (* best, o ties with best)")
    lines = [
        Text(text, style="bold") for text in wrap(heading.format(metric=before.subject.titled), look.width)
    ]
    lines += [Text(line(heads, "", ""), style="bold"), Text(look.rule)]
    for (old, new), row in zip(shown, rows, strict=True):
        mark = after.mark(new)
        names = wrap(_named(before, old, look), room)
        style = {"*": BEST, "o": TIED}.get(mark, "")
        lines.append(Text(line(row, names[0], mark), style=style))
        lines += [Text(" " * (widths[0] + 2) + more, style=style) for more in names[1:]]
    lines.append(Text(look.rule))
    if len(shown) < len(pairs):
        left = len(pairs) - len(shown)
        text = plural(
            "{count} further point is left out; --full shows all.",
            "{count} further points are left out; --full shows all.",
            left,
        )
        lines.append(Text(text.format(count=f"{left:,}")))
    return lines


def _named(standing: Standing, point: int, look: Look) -> str:
    keys = [axis.key for axis in standing.result.structure.axes]
    return point_name(standing.result, point, short_names(keys, look.glyphs.more))
