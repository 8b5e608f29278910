"""What must hold between the parts of a sweep file, beyond the shape of each."""

from collections.abc import Iterator

from farmsim.scenario.faults import Fault
from farmsim.scenario.sweeps.schema import POINTLESS, Saltelli, Sobol, Span, SweepFile, UntilPrecise
from farmsim.scenario.text import remedy

SAMPLED = ("latin-hypercube", "sobol", "saltelli", "morris")
"""Designs that take ranges as they are, without values in between being named."""
ENDS = ("one-at-a-time", "factorial")
"""Designs that need only the two ends of a range."""
_FULL_NAMES = {
    "oat": "one-at-a-time",
    "factorial2": "factorial",
    "lhs": "latin-hypercube",
}


def method_of(sweep: SweepFile) -> str:
    """The design by its full name."""
    if sweep.design is None:
        return "cases" if sweep.cases else "grid"
    return full_name(sweep.design.method)


def full_name(method: str) -> str:
    """The full name of a design that may be given by a short one."""
    return _FULL_NAMES.get(method, method)


def sweep_rules(sweep: SweepFile) -> Iterator[Fault]:
    """Every fault of a sweep file of the right shape."""
    method = method_of(sweep)
    yield from _what_is_varied(sweep, method)
    for key, axis in sweep.vary.items():
        yield from _key(("vary", key), key)
        if isinstance(axis, Span):
            yield from _span(("vary", key), axis, method)
        else:
            yield from _repeated(("vary", key), axis)
    if method == "zip":
        yield from _zipped(sweep)
    if isinstance(sweep.design, Sobol | Saltelli) and sweep.design.points & (sweep.design.points - 1):
        points = sweep.design.points
        following = str(1 << points.bit_length())
        yield Fault(
            ("design", "points"), "E077", {"points": str(points)}, remedies=(remedy("write", text=following),)
        )
    yield from _cases(sweep)
    yield from _excluded(sweep, method)
    if isinstance(sweep.replications, UntilPrecise):
        yield from _until_precise(sweep.replications)


def _what_is_varied(sweep: SweepFile, method: str) -> Iterator[Fault]:
    """Either keys or cases, as the design needs."""
    if sweep.cases and sweep.vary:
        yield Fault(("cases",), "E071", {"path": "cases", "other": "vary"}, on_key=True)
    elif sweep.cases and method != "cases":
        yield Fault(("design", "method"), "E071", {"path": method, "other": "cases"})
    elif sweep.vary and method == "cases":
        yield Fault(("design", "method"), "E071", {"path": "cases", "other": "vary"})
    elif not sweep.cases and not sweep.vary:
        yield Fault((), "E070", remedies=(remedy("add-key", key="vary"),))


def _key(path: tuple[str, ...], key: str) -> Iterator[Fault]:
    """A key must be a dotted path that decides something."""
    if not all(part.strip() for part in key.split(".")):
        yield Fault(path, "E087", {"key": key}, on_key=True, remedies=(remedy("vary-form"),))
    elif key.split(".", maxsplit=1)[0].strip() in POINTLESS:
        yield Fault(path, "E088", {"key": key}, on_key=True)


def _span(path: tuple[str, ...], span: Span, method: str) -> Iterator[Fault]:
    """A range must have a length, and values where the design names each."""
    if span.low >= span.high:
        yield Fault((*path, "to"), "E073", {"low": f"{span.low:g}", "high": f"{span.high:g}"})
    if span.scale == "log" and span.low <= 0.0:
        yield Fault((*path, "from"), "E074")
    if span.step is not None and (span.count is not None or span.scale == "log"):
        yield Fault((*path, "step"), "E075", remedies=(remedy("span-count"),))
    if span.integer:
        for key, value in (("from", span.low), ("to", span.high), ("step", span.step)):
            if value is not None and value != round(value):
                yield Fault((*path, key), "E089")
    if span.step is None and span.count is None and method not in (*SAMPLED, *ENDS):
        yield Fault(path, "E072", {"name": method}, on_key=True, remedies=(remedy("span-form"),))


def _repeated(path: tuple[str, ...], values: list[int | float | str | bool]) -> Iterator[Fault]:
    """A list names each value once."""
    for place, value in enumerate(values):
        if any(value == other and type(value) is type(other) for other in values[:place]):
            yield Fault((*path, str(place)), "E092", {"value": str(value)}, remedies=(remedy("keep-one"),))


def _zipped(sweep: SweepFile) -> Iterator[Fault]:
    """Lists of a zip are equally long; ranges are counted where they say how many values they have."""
    numbers = {}
    for key, axis in sweep.vary.items():
        number = axis.count if isinstance(axis, Span) else len(axis)
        if number is not None:
            numbers[key] = number
    first = next(iter(numbers.values()), 0)
    for key, number in numbers.items():
        if number != first:
            yield Fault(("vary", key), "E076", {"number": str(number), "other": str(first)}, on_key=True)


def _cases(sweep: SweepFile) -> Iterator[Fault]:
    """Each case has a label of its own, and its keys decide something."""
    labels: set[str] = set()
    for place, case in enumerate(sweep.cases):
        label = case.get("label")
        if not isinstance(label, str) or not label.strip() or label in labels:
            path = ("cases", str(place), "label") if "label" in case else ("cases", str(place))
            yield Fault(path, "E078", remedies=(remedy("case-form"),))
        else:
            labels.add(label)
        for key in case:
            if key != "label":
                yield from _key(("cases", str(place), key), key)
    base = sweep.compare.base
    if base is not None and sweep.cases and base not in labels:
        yield Fault(("compare", "base"), "E086", {"name": base}, candidates=sorted(labels))


def _excluded(sweep: SweepFile, method: str) -> Iterator[Fault]:
    """What is excluded are values that are varied, in a design that names them."""
    if sweep.exclude and method not in {"grid", "zip", "factorial"}:
        yield Fault(("exclude",), "E071", {"path": "exclude", "other": method}, on_key=True)
        return
    for place, entry in enumerate(sweep.exclude):
        for key, value in entry.items():
            path = ("exclude", str(place), key)
            axis = sweep.vary.get(key)
            if axis is None:
                yield Fault(path, "E022", {"key": key}, candidates=list(sweep.vary), on_key=True)
            elif not isinstance(axis, Span) and value not in axis:
                yield Fault(path, "E080", {"path": str(value)}, candidates=[str(known) for known in axis])


def _until_precise(asked: UntilPrecise) -> Iterator[Fault]:
    """One kind of precision, and bounds in order."""
    if (asked.relative_half_width is None) == (asked.half_width is None):
        yield Fault(("replications",), "E081", on_key=True)
    if asked.least > asked.most:
        arguments = {"low": str(asked.least), "high": str(asked.most)}
        yield Fault(("replications", "min"), "E082", arguments)
