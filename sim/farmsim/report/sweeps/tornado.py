"""The tornado of a sweep that moved one parameter at a time: what each end changes against the base."""

from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from farmsim.report.cells import cell_width, fit, pad, spread, wrap
from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures, signed
from farmsim.report.sweeps.point_table import difference_text
from farmsim.report.sweeps.standing import DECIDED, Standing, is_number
from farmsim.report.sweeps.words import mean_text, point_name, short_names, value_text
from farmsim.report.terminal import Look

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.axes import Value
    from farmsim.experiment.sweeps.result import SweepResult

LONGEST_NAME, LONGEST_VALUE = 24, 10
LEAST_BAR = 14


class End(NamedTuple):
    """One end of a parameter; the base itself where it is an end."""

    value: "Value | None"
    point: int


class Input(NamedTuple):
    """A parameter with its two ends."""

    key: str
    low: End
    high: End
    between: int
    """Further values that were played, but are not in the picture."""


def inputs_of(result: "SweepResult") -> list[Input] | None:
    """The ends of each parameter; None unless every point differs from the base in one parameter at most."""
    base = result.aim.base
    if result.structure.method != "one-at-a-time" or base is None:
        return None
    centre = result.points[base].parameters
    keys = [axis.key for axis in result.structure.axes]
    moved: dict[str, list[End]] = {key: [] for key in keys}
    for place, point in enumerate(result.points):
        if place == base:
            continue
        changed = [key for key in keys if not _same(point.parameters.get(key), centre.get(key))]
        if len(changed) != 1:
            return None
        moved[changed[0]].append(End(point.parameters.get(changed[0]), place))
    return [
        _input(key, ends, End(centre.get(key), base)) for key, ends in moved.items() if ends
    ] or None  # fmt: skip


def tornado(standing: Standing, inputs: list[Input], look: Look) -> list[Text]:
    """The lines of the picture, the widest bar first, and what may be said of it."""
    rows = sorted(inputs, key=lambda one: -_reach(standing, one))
    names = short_names([one.key for one in inputs], look.glyphs.more)
    changes = [_change(standing, end) for one in rows for end in (one.low, one.high)]
    axis = (min(0.0, *changes), max(0.0, *changes))
    texts = [[_text(standing, end, look) for end in (one.low, one.high)] for one in rows]
    values = [
        [fit(value_text(end.value), LONGEST_VALUE, look.glyphs.more) for end in one[1:3]] for one in rows
    ]
    heads = [_("input"), _("low"), _("high"), _("@low") + "  ", _("@high") + "  "]
    name = min(max(cell_width(text) for text in [heads[0], *names.values()]), LONGEST_NAME)
    columns = [[row[side] for row in values] for side in (0, 1)] + [
        [row[side] for row in texts] for side in (0, 1)
    ]
    low, high, at_low, at_high = (
        max(cell_width(text) for text in [head, *column])
        for head, column in zip(heads[1:], columns, strict=True)
    )
    bar = max(look.width - name - low - high - at_low - at_high - 9, LEAST_BAR)

    def line(left: list[str], picture: str, right: list[str]) -> str:
        start = pad(fit(left[0], name, look.glyphs.more), name) + "  " + pad(left[1], low, right=True)
        start += "  " + pad(left[2], high, right=True) + "  " + pad(picture, bar)
        return (
            start
            + "  "
            + (pad(right[0], at_low, right=True) + " " + pad(right[1], at_high, right=True)).rstrip()
        )

    base = standing.estimate(inputs_base(standing))
    heading = _("Change in {metric} when one input moves  (base {base}; ? not decided, Holm)").format(
        metric=standing.subject.titled, base=mean_text(base.mean, base.half_width, look.glyphs.plus_minus)
    )
    lines = [Text(text, style="bold") for text in wrap(heading, look.width)]
    lines += [Text(line(heads[:3], _scale(axis, bar), heads[3:]), style="bold"), Text(look.rule)]
    for place, one in enumerate(rows):
        ends = (_change(standing, one.low), _change(standing, one.high))
        picture = _bar(ends, axis, bar)
        lines.append(Text(line([names[one.key], *values[place]], picture, texts[place])))
    return [*lines, Text(look.rule), *_remarks(standing, rows, look)]


def inputs_base(standing: Standing) -> int:
    """The base, which a tornado has."""
    base = standing.result.aim.base
    assert base is not None, "a tornado has a base"
    return base


def _input(key: str, ends: list[End], base: End) -> Input:
    """The least and the greatest number, the base among them; of words the first and the last."""
    played = [*ends, base]
    if all(is_number(end.value) for end in played):
        played.sort(key=lambda end: float(end.value))  # type: ignore[arg-type]
        return Input(key, played[0], played[-1], _between(played, base))
    if len(ends) == 1:
        return Input(key, base, ends[0], 0)
    return Input(key, ends[0], ends[-1], len(ends) - 2)


def _between(played: list[End], base: End) -> int:
    return sum(1 for end in played[1:-1] if end.point != base.point)


def _same(one: object, other: object) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _change(standing: Standing, end: End) -> float:
    """Mean difference from the base; 0 where it is not known."""
    mean = standing.difference(end.point)[0]
    return mean if mean == mean else 0.0  # noqa: PLR0124 (NaN)


def _reach(standing: Standing, one: Input) -> float:
    """Length of the bar from end to end, the base included."""
    ends = (_change(standing, one.low), _change(standing, one.high))
    return max(0.0, *ends) - min(0.0, *ends)


def _text(standing: Standing, end: End, look: Look) -> str:
    """The change at an end; with half its interval where there is room."""
    if look.is_wide or end.point == inputs_base(standing):
        return difference_text(standing, end.point, look.glyphs.plus_minus)
    verdict = standing.verdict(end.point)
    if verdict == "unknown":
        return difference_text(standing, end.point, look.glyphs.plus_minus)
    return signed(standing.difference(end.point)[0]) + ("  " if verdict in DECIDED else " ?")


def _scale(axis: tuple[float, float], width: int) -> str:
    """The ends of the axis, and zero where the base stands if there is room for it."""
    low, high = (figures(end) if end else "" for end in axis)
    row, place = list(spread(low, high, width)), _cell(0.0, axis, width)
    if all(row[cell] == " " for cell in range(max(place - 1, 0), min(place + 2, width))):
        row[place] = "0"
    return "".join(row)[:width]


def _cell(value: float, axis: tuple[float, float], width: int) -> int:
    low, high = axis
    return round((value - low) / (high - low) * (width - 1)) if high > low else 0


def _bar(ends: tuple[float, float], axis: tuple[float, float], width: int) -> str:
    """Both ends from the base, the shorter one in front: `-` to the low value, `#` to the high one."""
    zero = _cell(0.0, axis, width)
    row = [" "] * width
    for change, sign in sorted(zip(ends, "-#", strict=True), key=lambda one: -abs(one[0])):
        at = _cell(change, axis, width)
        for place in range(min(at, zero), max(at, zero) + 1):
            row[place] = sign
    row[zero] = "|"
    return "".join(row)


def _remarks(standing: Standing, rows: list[Input], look: Look) -> list[Text]:
    """How to read the picture, whether the base could be better, which values are not in it."""
    better = [
        point for point in range(standing.count)
        if point != inputs_base(standing) and standing.is_better(point)
    ]  # fmt: skip
    texts = [_("- low value  # high value  | base. Differences are paired.")]
    if better:
        best = max(better, key=lambda point: abs(standing.difference(point)[0]))
        key, value = _moved(standing.result, best)
        change = signed(*standing.difference(best), look.glyphs.plus_minus)
        text = _("The base is no local best: {name} = {value} changes it by {change} {unit}.")
        name = short_names([one.key for one in rows], look.glyphs.more).get(key, key)
        texts.append(
            text.format(name=name, value=value_text(value), change=change, unit=standing.subject.unit)
        )
    else:
        texts.append(_("No single move is better than the base for certain."))
    texts.append(_("Widest bar = what to ask the county about first."))
    between = sum(one.between for one in rows)
    if between:
        texts.append(
            _("{count} values between the ends are not in the picture; --full lists all points.").format(
                count=between
            )
        )
    return [Text(line) for text in texts for line in wrap(text, look.width)]


def _moved(result: "SweepResult", point: int) -> tuple[str, "Value | None"]:
    """The key in which a point differs from the base, with its value."""
    base = result.aim.base
    assert base is not None, "a tornado has a base"
    centre, parameters = result.points[base].parameters, result.points[point].parameters
    for axis in result.structure.axes:
        if not _same(parameters.get(axis.key), centre.get(axis.key)):
            return axis.key, parameters.get(axis.key)
    return point_name(result, point), None
