"""The axes that a sweep file asks for, seen together with what the scenario itself says of their keys."""

from typing import Any

from farmsim.experiment.sweeps.axes import Axis, Listed, Value
from farmsim.experiment.sweeps.axes import Span as SpanAxis
from farmsim.scenario.nodes import Plain
from farmsim.scenario.sweeps.load import SweepSource
from farmsim.scenario.sweeps.schema import Span
from farmsim.scenario.variants import Variants

Base = dict[str, Value | None]


def base_values(variants: Variants, source: SweepSource) -> Base:
    """What the scenario itself says for each key that is varied; None where that is no single value."""
    data = variants.base.scenario.model_dump(mode="json", by_alias=True)
    return {key: _at(data, key.split(".")) for key in source.file.vary}


def asked_axes(source: SweepSource, base: Base) -> tuple[Axis, ...]:
    """The axes in the order of the file."""
    return tuple(_axis(source, key, axis, base[key]) for key, axis in source.file.vary.items())


def _axis(source: SweepSource, key: str, axis: "list[Value] | Span", base: Value | None) -> Axis:
    """An axis as designs know it."""
    if not isinstance(axis, Span):
        return Listed(key, tuple(axis))
    integer = axis.integer or _is_whole(source, key, axis, base)
    return SpanAxis(key, axis.low, axis.high, axis.step, axis.count, axis.scale == "log", integer)


def _is_whole(source: SweepSource, key: str, span: Span, base: Value | None) -> bool:
    """Whether a range of whole numbers means them only: the scenario has a whole number there.

    Where it says nothing, numbers that are written without a point decide.
    """
    numbers = [span.low, span.high, *([] if span.step is None else [span.step])]
    if any(number != round(number) for number in numbers) or isinstance(base, bool):
        return False
    if base is not None:
        return isinstance(base, int)
    varied: Any = source.data["vary"]
    return all(isinstance(varied[key].get(name, 0), int) for name in ("from", "to", "step"))


def _at(data: Plain, path: list[str]) -> Value | None:
    """The single value at a path of plain data."""
    for part in (part.strip() for part in path):
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            data = data[int(part)]
        else:
            return None
    return data if isinstance(data, int | float | str) else None
