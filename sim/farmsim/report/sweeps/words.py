"""What the screens of a sweep call its metric, its parameters and their values, and its points."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from farmsim.experiment.sweeps.axes import Axis, Listed
from farmsim.experiment.sweeps.plan import BASE
from farmsim.report.cells import fit
from farmsim.report.messages import mark, plural
from farmsim.report.messages import translate as _
from farmsim.report.network_words import TOTALS, network_unit, plain_unit, total_label
from farmsim.report.numbers import UNKNOWN, figures, fixed, signed
from farmsim.report.words import is_share, metric_label, unit_label

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.axes import Value
    from farmsim.experiment.sweeps.result import SweepResult
    from farmsim.results.store.rows import PointRow

DESIGNS = {
    "grid": mark("every combination"),
    "zip": mark("values taken together, one of each"),
    "cases": mark("the cases that are named"),
    "one-at-a-time": mark("one parameter at a time, others as in the base"),
    "factorial": mark("every combination of the two ends"),
    "latin-hypercube": mark("points spread so that each range is covered evenly"),
    "sobol": mark("a sequence that fills the ranges evenly"),
    "saltelli": mark("pairs of points for Sobol' indices"),
    "morris": mark("walks, one step of one parameter at a time"),
}
"""What the designs are, by their names in a sweep file."""

MANY_VALUES = 8
"""A list with more values is shortened."""
MANY_PARAMETERS = 3
"""A point that sets more is named by its number alone."""
MOST_DECIMALS = 6
LONGEST_LABEL = 60
"""Cells of a label in a sentence."""
GENERAL = frozenset({"mean", "sd", "low", "high", "mode"})
"""Ends of keys that say nothing without the part before them."""
EXACT, BRIEF = 9, 6
"""A number that needs no more characters is shown as it is; where room is short, the second."""


class Subject(NamedTuple):
    """The metric that a sweep is about, as shown."""

    name: str
    label: str
    unit: str
    """As shown beside a number."""
    plain_unit: str
    """As other programs read it."""
    factor: float
    """100 for shares, which are shown in percent."""

    @property
    def titled(self) -> str:
        """The label with the unit."""
        return f"{self.label}, {self.unit}" if self.unit else self.label


class Scale(NamedTuple):
    """How the cells of a picture are shown: divided by a thousand or so, to so many decimals."""

    factor: float
    """What a value in the unit of the metric is multiplied by."""
    unit: str
    decimals: int

    def text(self, value: float) -> str:
        """A value as a cell."""
        return fixed(round(value * self.factor, self.decimals) + 0.0, self.decimals)


def subject_of(result: "SweepResult") -> Subject:
    """The metric that is asked about."""
    aim, about = result.aim, result.about
    return subject_named(aim.metric, aim.unit, about.kind, str(about.scenario.get("currency", "CNY")))


def subject_named(metric: str, unit: str, kind: str, currency: str) -> Subject:
    """A metric of a season or a network, as it is shown."""
    if kind == "network":
        label = total_label(metric) if metric in TOTALS else metric
        shown, plain = network_unit(unit, currency), plain_unit(unit, currency)
    else:
        label, shown, plain = metric_label(metric), unit_label(unit), unit
    return Subject(metric, label, shown, plain, 100.0 if is_share(unit) else 1.0)


def scale_of(subject: Subject, values: Sequence[float], half_width: float) -> Scale:
    """The scale on which these values take few characters; the last digit is that which is open.

    `half_width` is half the interval of one of them, in the unit that is shown. Where there is none, three
    figures of what they differ by are shown.
    """
    known = [value * subject.factor for value in values if not math.isnan(value)]
    most = max(map(abs, known), default=0.0)
    divisor, unit = 1.0, subject.unit
    if most >= 1e6:
        divisor, unit = 1e6, _("million {unit}").format(unit=subject.unit)
    elif most >= 1e3:
        divisor, unit = 1e3, _("thousand {unit}").format(unit=subject.unit)
    spread = (max(known) - min(known)) / divisor if known else 0.0
    open_part = half_width / divisor if half_width > 0.0 else spread / 100.0
    decimals = math.ceil(-math.log10(open_part)) if open_part * divisor > 1e-9 * most else 1
    return Scale(subject.factor / divisor, unit.strip(), min(max(decimals, 0), MOST_DECIMALS))


def mean_text(mean: float, half_width: float, plus_minus: str) -> str:
    """A mean with half its interval, both to the same decimal.

    >>> mean_text(9387.9, 568.2, "+/-"), mean_text(3.0, math.nan, "+/-")
    ('9,390 +/- 570', '3.00')
    """
    return signed(mean, half_width, plus_minus).removeprefix("+")


def value_text(value: "Value | None", *, brief: bool = False) -> str:
    """A value that a parameter takes; a brief one has three figures at least, others five.

    >>> [value_text(x) for x in (0.4, 200000.0, 1 / 3, 1.2345678912e-7, True, "reefer", None)]
    ['0.4', '200000', '0.33333', '1.2346e-07', 'true', 'reefer', '-']
    """
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, float):
        return str(value)
    exact = f"{value:.12g}"
    if len(exact) <= (BRIEF if brief else EXACT) or abs(value) >= 1e12:
        return exact
    significant = 3 if brief else 5
    return f"{value:.0f}" if abs(value) >= 10.0**significant else f"{value:.{significant}g}"


def short_names(keys: Sequence[str], more: str = "…") -> dict[str, str]:
    """The part of each dotted key that tells it from the others; what lies between its ends is cut.

    >>> short_names(["channels.hema.sells.melon.price_per_kg", "channels.rt.sells.melon.price_per_kg", "a.x"])
    {'channels.hema.sells.melon.price_per_kg': 'hema…price_per_kg', \
'channels.rt.sells.melon.price_per_kg': 'rt…price_per_kg', 'a.x': 'x'}
    """
    return {key: _without_middle(_shortest_end(key, keys), key, keys, more) for key in keys}


def point_name(result: "SweepResult", point: int, names: dict[str, str] | None = None) -> str:
    """A point by its label, or by what it sets."""
    row = result.points[point]
    if row.label is not None:
        return row.label
    return _settings(row.parameters, names or short_names(list(row.parameters)))


def label_text(row: "PointRow") -> str:
    """The label of a point, if it has one; of the scenario as it is, which was added, in words."""
    return _("scenario as it is") if row.label == BASE and not row.parameters else row.label or ""


def point_text(result: "SweepResult", point: int, more: str = "…") -> str:
    """A point by its number, with its label or what it sets; of one moved from the base, where it moved."""
    row, base = result.points[point], result.aim.base
    keys = [axis.key for axis in result.structure.axes]
    number = _("point {number}").format(number=point + 1)
    if point == base and row.label is None:
        return _("{point} (base)").format(point=number)
    parameters = row.parameters
    if base is not None and result.structure.method == "one-at-a-time":
        centre = result.points[base].parameters
        parameters = {key: value for key, value in parameters.items() if value != centre.get(key)}
    if row.label is None and not 0 < len(parameters) <= MANY_PARAMETERS:
        return number
    names = short_names(keys or list(parameters), more)
    what = fit(label_text(row), LONGEST_LABEL, more) or _settings(parameters, names)
    return _("{point} ({what})").format(point=number, what=what)


def axis_text(axis: Axis) -> str:
    """The values of an axis, or its range."""
    if isinstance(axis, Listed):
        shown = [value_text(value) for value in axis.values]
        if len(shown) > MANY_VALUES:
            counted = plural("{count} value", "{count} values", len(shown)).format(count=len(shown))
            return f"{', '.join(shown[: MANY_VALUES - 3])} .. {shown[-1]} ({counted})"
        return ", ".join(shown)
    text = f"{value_text(axis.low)} .. {value_text(axis.high)}"
    if axis.step is not None:
        text += " " + _("by {step}").format(step=value_text(axis.step))
    elif axis.count is not None:
        text += " (" + plural("{count} value", "{count} values", axis.count).format(count=axis.count) + ")"
    return text + (" " + _("(logarithmic)") if axis.log else "")


def share_text(share: float) -> str:
    """A share in percent, `-` where it is not known."""
    return UNKNOWN if math.isnan(share) else f"{figures(share * 100.0, 2)} %"


def _settings(parameters: "dict[str, Value]", names: dict[str, str]) -> str:
    return ", ".join(f"{names.get(key, key)} = {value_text(value)}" for key, value in parameters.items())


def _shortest_end(key: str, keys: Sequence[str]) -> str:
    """The fewest parts at the end of a key that no other key ends with."""
    parts = key.split(".")
    for count in range(2 if parts[-1] in GENERAL else 1, len(parts)):
        end = ".".join(parts[-count:])
        if not any(other != key and f".{other}".endswith(f".{end}") for other in keys):
            return end
    return key


def _without_middle(name: str, key: str, keys: Sequence[str], more: str) -> str:
    """The first and the last part of a name, unless they fit another key too."""
    first, *middle, last = name.split(".") if "." in name else (name, name)
    others = (other for other in keys if other != key)
    if not middle or any(f".{first}." in f".{other}" and other.endswith(f".{last}") for other in others):
        return name
    return f"{first}{more}{last}"
