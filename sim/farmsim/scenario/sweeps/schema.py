"""What a sweep file says: a base scenario, what is varied, by which design, how often, and what is asked."""

from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from farmsim.params import Label, Params

Value = int | float | str | bool
"""What a sweep may set: one value of the scenario."""


def _one_value(value: object) -> Value:
    """The value, which must be a single one."""
    if isinstance(value, int | float | str):
        return value
    raise PydanticCustomError("E093", "not a single value")


Written = Annotated[
    Value, PlainValidator(_one_value), WithJsonSchema({"type": ["number", "string", "boolean"]})
]
MOST_RUNS = 100_000
Number = Annotated[float, Field(ge=-1e12, le=1e12)]
Text = Annotated[str, Field(min_length=1, max_length=100)]
Key = Annotated[str, Field(min_length=1, max_length=200)]
MetricName = Annotated[str, Field(min_length=1, max_length=200)]


class Span(Params):
    """Values from one number to another, both included."""

    low: Number = Field(alias="from", description="Least value.")
    high: Number = Field(alias="to", description="Greatest value.")
    step: Annotated[float, Field(gt=0, le=1e12)] | None = Field(
        default=None, description="Distance from one value to the next; the last is at most `to`."
    )
    count: Annotated[int, Field(ge=2, le=10_000)] | None = Field(
        default=None, description="Number of values instead of a step, evenly spread over the scale."
    )
    scale: Literal["linear", "log"] = Field(
        default="linear", description="Whether equal steps add the same or multiply by the same."
    )
    integer: bool = Field(
        default=False,
        description="Whether only whole numbers are meant; keys that take no others need not say so.",
    )


class Grid(Params):
    """Every combination of all values."""

    method: Literal["grid"] = Field(description="Which points are played.")


class Zip(Params):
    """First values together, second values together, and so on; all lists are equally long."""

    method: Literal["zip"] = Field(description="Which points are played.")


class Cases(Params):
    """The named decisions under `cases`."""

    method: Literal["cases"] = Field(description="Which points are played.")


class OneAtATime(Params):
    """The base scenario, then each key at each of its values or at both ends, all others as they are."""

    method: Literal["one-at-a-time", "oat"] = Field(description="Which points are played.")


class Factorial(Params):
    """Every combination of the two ends of every key."""

    method: Literal["factorial", "factorial2"] = Field(description="Which points are played.")


class LatinHypercube(Params):
    """Points spread so that each key takes each of as many equal parts of its range once."""

    method: Literal["latin-hypercube", "lhs"] = Field(description="Which points are played.")
    points: Annotated[int, Field(ge=2, le=100_000)] = Field(description="Number of points.")


class Sobol(Params):
    """A scrambled Sobol sequence, which fills the ranges more evenly than chance."""

    method: Literal["sobol"] = Field(description="Which points are played.")
    points: Annotated[int, Field(ge=2, le=65_536)] = Field(description="Number of points, a power of 2.")


class Saltelli(Params):
    """The design for Sobol indices: points x (keys + 2) rows."""

    method: Literal["saltelli"] = Field(description="Which points are played.")
    points: Annotated[int, Field(ge=4, le=65_536)] = Field(
        description="Base points, a power of 2; points x (keys + 2) are played."
    )


class Morris(Params):
    """Random walks on a grid, a step of one key at a time: which keys matter at all."""

    method: Literal["morris"] = Field(description="Which points are played.")
    trajectories: Annotated[int, Field(ge=2, le=10_000)] = Field(
        default=10, description="Number of walks; each plays (keys + 1) points."
    )
    levels: Literal[4, 6, 8, 10] = Field(default=4, description="Levels of each key; even.")


Design = Annotated[
    Grid | Zip | Cases | OneAtATime | Factorial | LatinHypercube | Sobol | Saltelli | Morris,
    Field(discriminator="method"),
]


class UntilPrecise(Params):
    """Replications of each point until the mean of a metric is known well enough."""

    least: Annotated[int, Field(ge=2, le=100_000)] = Field(
        alias="min", default=10, description="Replications that every point gets."
    )
    most: Annotated[int, Field(ge=2, le=100_000)] = Field(
        alias="max", default=400, description="Replications that no point exceeds."
    )
    batch: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=10, description="Replications that are added at a time."
    )
    metric: MetricName | None = Field(
        default=None, description="The metric that is meant; without it, that of `compare`."
    )
    relative_half_width: Annotated[float, Field(gt=0, le=1)] | None = Field(
        default=None, description="Enough: half the 95 % interval is at most this share of the mean."
    )
    half_width: Annotated[float, Field(gt=0, le=1e12)] | None = Field(
        default=None, description="Enough: half the 95 % interval is at most this, in the metric's unit."
    )


class Compare(Params):
    """What is asked of the points."""

    metric: MetricName | None = Field(
        default=None,
        description="The metric that tables are about; of a season household_net_income if none is named.",
    )
    goal: Literal["maximise", "minimise", "maximize", "minimize"] = Field(
        default="maximise", description="Whether more of it is better or less."
    )
    base: Text | None = Field(
        default=None,
        description="The case, or the number of the point (from 1), that others are compared with.",
    )


class SweepFile(Params):
    """A batch of runs: a base scenario, what is varied, by which design, how often, and what is asked."""

    version: Annotated[int, Field(ge=1, le=1)] = Field(
        alias="farmsim_sweep", description="Version of the file format; it marks a sweep file."
    )
    name: Text | None = Field(default=None, description="What the screens call it.")
    label: Label | None = Field(default=None, description="The same in both languages.")
    scenario: Text = Field(description="File (seen from this one) or bundled scenario that is varied.")
    design: Design | None = Field(
        default=None, description="Which points are played; without it, the cases or the whole grid."
    )
    vary: dict[Key, Annotated[list[Written], Field(min_length=1, max_length=10_000)] | Span] = Field(
        default={}, description="For each key of the scenario, as in --set, the values it takes."
    )
    exclude: list[dict[Key, Written]] = Field(
        default=[], description="Points that are left out: those with all values of one of the entries."
    )
    cases: list[dict[Key, Written]] = Field(
        default=[], description="Named decisions: a `label` and the keys that each sets."
    )
    replications: Annotated[int, Field(ge=1, le=100_000)] | UntilPrecise | None = Field(
        default=None, description="Replications of each point; without it, as many as the scenario says."
    )
    metrics: list[MetricName] = Field(
        default=[], description="Metrics that are kept for each run; without it, all."
    )
    channel_metrics: list[MetricName] | None = Field(
        default=None,
        description="Metrics that are kept for each channel; without it, sales and what growers got per kg.",
    )
    daily: Literal["first", "none", "all"] = Field(
        default="first", description="Which replications of a point keep their daily series."
    )
    random_seed: Annotated[int, Field(ge=0, lt=2**63)] | None = Field(
        default=None, description="Random seed of all points and of the design; without it, the scenario's."
    )
    max_runs: Annotated[int, Field(ge=1, le=10_000_000)] = Field(
        default=MOST_RUNS, description="A sweep with more runs is refused before it starts."
    )
    compare: Compare = Field(default=Compare(), description="What is asked of the points.")


POINTLESS = ("name", "label", "note", "expect", "random_seed", "replications", "farmsim")
"""Keys of a scenario that decide nothing a sweep could compare."""
