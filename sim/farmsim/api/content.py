"""What a run holds, whichever kind of scenario was played, and the tables that both kinds have."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

from farmsim.api.frames import Builder, Table
from farmsim.api.sheets import Part, Sheet, long_table, summary_table, wide_table


class Content(Protocol):
    """The content of a run, worked out when it is asked for."""

    @property
    def described(self) -> str:
        """What kind of scenario it is, with its article."""

    @property
    def main(self) -> tuple[str, ...]:
        """The metrics that are shown first."""

    @property
    def singular(self) -> Mapping[str, str]:
        """The groups of parts that there are, and what one part of each is called."""

    def totals(self) -> Sheet:
        """The metrics of the whole."""

    def group(self, name: str) -> dict[str, Sheet]:
        """The metrics of each part of a group."""

    def origins(self) -> Sheet:
        """Kilograms by where they came from."""

    def destinations(self) -> Sheet:
        """Kilograms by where they went."""

    def warnings(self) -> tuple[str, ...]:
        """What to worry about, in English sentences."""

    def builders(self) -> dict[str, Builder]:
        """The tables."""

    def daily(self, replications: Sequence[int]) -> Table:
        """The daily table of some replications; UsageError where there is none."""


def shared_tables(content: Content) -> dict[str, Builder]:
    """The tables of the whole run."""
    return {
        "replications": Builder("a replication, with every metric as a column", partial(_wide, content)),
        "summary": Builder(
            "a metric: mean, 95 % interval, standard deviation, unit", partial(_summary, content)
        ),
        "destinations": Builder("where kilograms went: mean, 95 % interval", partial(_destinations, content)),
        "destination_replications": Builder(
            "where kilograms went in a replication", partial(_destination_replications, content)
        ),
    }


def part_tables(content: Content) -> dict[str, Builder]:
    """Two tables a group of parts: estimates, and values by replication."""
    tables: dict[str, Builder] = {}
    for group, one in content.singular.items():
        tables[group] = Builder(
            f"a metric by {one}: mean, 95 % interval, standard deviation, unit",
            partial(_of_parts, content, group, one),
        )
        tables[f"{one}_replications"] = Builder(
            f"a metric by {one} in a replication", partial(_parts_long, content, group, one)
        )
    return tables


def _wide(content: Content) -> Table:
    return wide_table("replications", content.totals())


def _summary(content: Content) -> Table:
    return summary_table("summary", [Part((), content.totals())])


def _destinations(content: Content) -> Table:
    return summary_table("destinations", [Part((), content.destinations())], item="destination")


def _destination_replications(content: Content) -> Table:
    return long_table("destination_replications", [Part((), content.destinations())], item="destination")


def _of_parts(content: Content, group: str, one: str) -> Table:
    return summary_table(group, _parts(content, group), (one,))


def _parts_long(content: Content, group: str, one: str) -> Table:
    return long_table(f"{one}_replications", _parts(content, group), (one,))


def _parts(content: Content, group: str) -> list[Part]:
    return [Part((part,), sheet) for part, sheet in content.group(group).items()]
