"""What a result store holds: what the sweep is about, its points, and one row a run.

Plain values only, so that whoever fills or reads a store needs to know nothing of SQLite.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from farmsim.scenario.nodes import Plain

Value = int | float | str | bool
"""What a sweep can set a parameter to."""

STATUSES: Final = ("missing", "ok", "failed", "crashed")
"""Words for how a run ended, by their code: an exception is `failed`, a process that died is `crashed`."""


@dataclass(frozen=True, slots=True)
class About:
    """Everything that decides the numbers of a sweep, and where they come from."""

    kind: str
    """"season" or "network"."""
    name: str
    """Name of the base scenario."""
    sweep: dict[str, Plain]
    """The resolved definition of the sweep: axes, design, replications, metrics, comparison."""
    scenario: dict[str, Plain]
    """The resolved base scenario; may be large."""
    scenario_digest: str
    sources: dict[str, str]
    """Texts of the files that the sweep was made of, by name."""
    random_seed: int
    metrics: tuple[tuple[str, str], ...]
    """Name and unit of each metric of a run, in the order of `RunRow.metrics`."""
    part_metrics: tuple[tuple[str, str], ...]
    """Name and unit of each metric that is kept by channel, in the order of the values of `RunRow.parts`."""
    versions: dict[str, str]
    command: tuple[str, ...]
    begun: str
    """UTC, ISO 8601."""


class PointRow(NamedTuple):
    """One design point."""

    key: str
    """Digest of all parameters; no two points share one."""
    label: str | None
    parameters: dict[str, Value]
    """What the sweep set, by dotted key."""


class RunRow(NamedTuple):
    """One run: a replication of a point, and what came of it."""

    point: int
    """Place of the point, from 0."""
    replication: int
    status: str
    """One of `STATUSES`, never "missing"."""
    error: str
    """Why it is not ok; "" if it is."""
    seconds: float
    digest: str
    """Of the numbers, so that a replay can be compared with them; "" unless ok."""
    metrics: tuple[float, ...]
    """In the order of `About.metrics`, NaN where a value cannot be known; () unless ok."""
    parts: tuple[tuple[str, tuple[float, ...]], ...]
    """A channel's id and its values, in the order of `About.part_metrics`; read back sorted by id."""
    series: tuple[tuple[str, bytes], ...]
    """A name and little-endian float64 bytes; read back sorted by name."""
