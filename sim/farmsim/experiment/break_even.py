"""The value of a scenario's number at which a metric is equal to that of another scenario, with its interval.

Every value tried is played on the same replications with the same random seed as the other scenario, so that
differences are paired and their mean hardly jumps from one value to the next. How the value and its interval
are found is told in `results.threshold`. The other side may also be a channel of the same scenario.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from farmsim.errors import ScenarioError, UsageError
from farmsim.experiment.run import RunResult, run_scenario, workers_for
from farmsim.results.threshold import Threshold, find_threshold
from farmsim.scenario.kinds import load_season
from farmsim.scenario.nodes import ListNode, MapNode, Node, number_of

if TYPE_CHECKING:
    from farmsim.scenario.load import Loaded
    from farmsim.scenario.schema import Scenario

Progress = Callable[[float, int], None]
Floats = NDArray[np.float64]
USUAL_VALUES = 12
"""Values that are mostly tried: what the progress is measured by until there are more."""
CHANNEL = "channels."


@dataclass(frozen=True, slots=True)
class Question:
    """At which value of `key`, between two ends, a metric of a scenario is equal to that of the other side.

    `against` is a scenario, or `channels.ID` for a channel of the same scenario; the metric is then that of
    `channel` and of this other channel. Ends that are None are taken from the range of the number's source.
    """

    source: str
    key: str
    against: str
    metric: str
    channel: str | None = None
    low: float | None = None
    high: float | None = None
    overrides: tuple[str, ...] = ()

    @property
    def other_channel(self) -> str | None:
        """The channel that `against` names, if it names one."""
        return self.against.removeprefix(CHANNEL) if self.against.startswith(CHANNEL) else None


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The answer: where the difference is zero, and at which values it was looked at."""

    question: Question
    ends: tuple[float, float]
    now: int | float | None
    """The number as the scenario has it."""
    whole: bool
    """Whether it is a whole number; values between are then read off the line between two neighbours."""
    threshold: Threshold
    random_seed: int
    replications: int
    seconds: float
    loaded: "Loaded[Scenario]"
    other_side: "Loaded[Scenario] | None"
    """None where channels of one scenario are compared."""


def break_even(
    question: Question,
    *,
    replications: int | None = None,
    random_seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> BreakEven:
    """Play until the value is found; the random seed and replications are the scenario's, unless given."""
    began = time.perf_counter()
    loaded = load_season(question.source, question.overrides)
    _check_channels(question, loaded)
    now = number_at(loaded, question.key)
    low, high = ends_of(question, loaded)
    count = loaded.scenario.replications if replications is None else replications
    seed = loaded.scenario.random_seed if random_seed is None else random_seed
    other_side = None
    if question.other_channel is None:
        other_side = load_season(question.against, question.overrides)
    played = 0

    def told(done: float, _total: int) -> None:
        if progress is not None:
            progress(played * count + done, max(USUAL_VALUES, played + 1) * count)

    def play(found: "Loaded[Scenario]") -> RunResult:
        nonlocal played
        result = run_scenario(found, replications=count, random_seed=seed, workers=running, progress=told)
        played += 1
        return result

    def at(value: float) -> Floats:
        return _gaps(play(_changed(question, value)), question, other)

    whole = isinstance(now, int) and _refuses(question, low + 0.5)
    tried = sorted({low, high} | ({float(now)} if now is not None and low < now < high else set()))
    with workers_for(loaded.scenario, count, workers, runs=USUAL_VALUES) as running:
        other = None if other_side is None else play(other_side).values(question.metric)
        found = find_threshold(_between_neighbours(at) if whole else at, tried, near=now)
    seconds = time.perf_counter() - began
    return BreakEven(question, (low, high), now, whole, found, seed, count, seconds, loaded, other_side)


def number_at(loaded: "Loaded[Scenario]", key: str) -> int | float | None:
    """The number of the scenario at a dotted path, None if it is left out; UsageError if it is no number."""
    node: Node | None = loaded.tree
    for part in key.split("."):
        node = _below(node, part)
    if node is not None:
        number = number_of(node)
        if number is None:
            raise UsageError("no-number", (("key", key),))
        return number
    value: object = loaded.scenario
    for part in key.split("."):
        value = _part_of(value, part)
    if isinstance(value, bool | str | BaseModel | dict | tuple | list):
        raise UsageError("no-number", (("key", key),))
    return value if isinstance(value, int | float) else None


def ends_of(question: Question, loaded: "Loaded[Scenario]") -> tuple[float, float]:
    """The ends that were given, or those of the range that the number's source tells."""
    told = next((p for p in loaded.provenance if p.path == question.key), None)
    low = question.low if question.low is not None else told.low if told else None
    high = question.high if question.high is not None else told.high if told else None
    if low is None or high is None:
        _changed(question, 1.0 if low is None and high is None else low if low is not None else high or 0.0)
        raise UsageError("no-range", (("key", question.key),))
    if not low < high:
        raise UsageError("empty-range", (("low", f"{low:g}"), ("high", f"{high:g}")))
    return float(low), float(high)


def _check_channels(question: Question, loaded: "Loaded[Scenario]") -> None:
    """Both channels must exist, if channels are compared."""
    channels = list(loaded.scenario.channels)
    for name in (question.channel, question.other_channel):
        if name is not None and name not in channels:
            meant = ", ".join(get_close_matches(name, channels, n=2))
            raise UsageError("unknown-name", (("name", CHANNEL + name), ("meant", meant)))


def _gaps(result: RunResult, question: Question, other: Floats | None) -> Floats:
    """The metric less that of the other side, by replication."""
    if other is not None:
        return result.values(question.metric) - other
    mine = result.values(question.metric, question.channel)
    return mine - result.values(question.metric, question.other_channel)


def _changed(question: Question, value: float) -> "Loaded[Scenario]":
    """The scenario with the number set."""
    text = f"{value:.0f}" if value == round(value) and abs(value) < 1e15 else f"{value:.12g}"
    return load_season(question.source, (*question.overrides, f"{question.key}={text}"))


def _refuses(question: Question, value: float) -> bool:
    """Whether the scenario is invalid with this value."""
    try:
        _changed(question, value)
    except ScenarioError:
        return True
    return False


def _between_neighbours(at: Callable[[float], Floats]) -> Callable[[float], Floats]:
    """The same for a number that is whole: between two of them, on the line from one to the other."""
    known: dict[int, Floats] = {}

    def of_whole(number: int) -> Floats:
        if number not in known:
            known[number] = at(float(number))
        return known[number]

    def between(value: float) -> Floats:
        below = int(np.floor(value))
        share = value - below
        return (
            of_whole(below) if share == 0.0 else (1 - share) * of_whole(below) + share * of_whole(below + 1)
        )

    return between


def _below(node: Node | None, part: str) -> Node | None:
    """What a node of the file holds under a part of a path."""
    match node:
        case MapNode():
            return node.child(part)
        case ListNode() if part.isdecimal() and int(part) < len(node.items):
            return node.items[int(part)]
        case _:
            return None


def _part_of(value: object, part: str) -> object:
    """What a block of the scenario holds under a part of a path, defaults included."""
    if isinstance(value, BaseModel):
        return getattr(value, part) if part in type(value).model_fields else None
    return value.get(part) if isinstance(value, dict) else None
