"""The reference page: every parameter and every metric as one Markdown text, made from schema and catalogue.

`python -m farmsim.report.reference > sim/REFERENCE.md` writes it; a test compares the two.
"""

import sys
from collections.abc import Iterator

import numpy as np

from farmsim.report.parameters import (
    NETWORK,
    Parameter,
    network_parameters,
    parameters,
    sweep_parameters,
)
from farmsim.results.columns import Column
from farmsim.results.daily import daily_columns
from farmsim.results.metrics import METRICS
from farmsim.results.network import TOTAL_METRICS
from farmsim.results.network_catalogue import CATALOGUES
from farmsim.results.orders import OUTCOMES, order_columns
from farmsim.results.provinces import PROVINCE_METRICS

HEAD = """# Scenario files and metrics

Made from the schema and the catalogue of metrics by `python -m farmsim.report.reference`; do not edit.

`ID` is a name that the file chooses. `use: NAME` takes a catalogue entry, `extends: FILE` another scenario,
`sources:` says where numbers come from (`farmsim show NAME` prints them). Units are the suffixes of the keys;
money is in the scenario's currency.
"""

PROVINCES = """## Figures of the buyers' provinces

In `provinces` of the JSON document: what consumers of each of the 31 provinces ordered and got.
"""

DAILY = """## Daily tables

`farmsim run --out DIR` writes `DIR/daily/replication-000.npz`, ... (one array a column; the names of codes
are `county_names` and `channel_names`), with `--tables parquet` `.parquet` files. A row is a day and a county
that sells through a channel. What is lost before it leaves the county belongs to no channel and is not in it.
"""
ORDERS = """## Order rows

With `--rows orders`, `DIR/orders/replication-000/` has one `.npy` file a column, which `numpy.load(file,
mmap_mode="r")` maps into memory, and `columns.json` with the names of codes and the offers by number. With
`--tables parquet` it is one file with a group of rows a day. An order has a row when it is served, lost or
cancelled; one that was lost at a sold-out offer and served at another has a second row there. So there are
as many rows as orders and switches, less the orders that still wait at the end. The counts are those of the
run; which order of a day, offer and province got what is drawn at random.
"""


NETWORKS = """# Files of supply networks

A file with the key `network` describes sources, stations, lanes, sites and customers instead of a season of
counties. It is played event by event; times are days from the start.
"""
NETWORK_METRICS = """## Metrics of supply networks

In `metrics` of the JSON document for the whole network, in `sources`, `stations`, `lanes`, `sites` and
`customers` by name of the place. `expect:` and `--precision-metric` take the name of a total, or
`PLACE.METRIC`. With `sample_days`, `farmsim run --out DIR` writes `DIR/series.csv`: a row a replication and
look, a column for each `PLACE.what`.
"""


SWEEPS = """# Sweep files

`farmsim sweep FILE` plays the points that such a file means; [SWEEPS.md](SWEEPS.md) tells how to write one.
Under `vary` a key has a list of values or a range.
"""


def reference_page() -> str:
    """The whole page."""
    parts = [HEAD, *_parameter_lines(parameters()), "", "## Metrics", "", *_metric_lines()]
    parts += ["", PROVINCES, *_province_lines(), "", DAILY, *_column_lines(daily_columns())]
    parts += ["", ORDERS, *_column_lines(order_columns()), "", _outcomes_line(), ""]
    parts += [NETWORKS, *_parameter_lines(network_parameters()), "", NETWORK_METRICS, *_network_lines(), ""]
    parts += [SWEEPS, *_parameter_lines(sweep_parameters())]
    return "\n".join(parts).rstrip("\n") + "\n"


def _parameter_lines(fields: tuple[Parameter, ...]) -> Iterator[str]:
    """One table a block, in the order of the schema."""
    blocks: dict[tuple[str, str], list[Parameter]] = {}
    for field in fields:
        variant = "" if field.variant == NETWORK else field.variant
        blocks.setdefault((".".join(field.path[:-1]), variant), []).append(field)
    for (path, variant), block in blocks.items():
        yield f"## {path or 'Top of the file'}" + (f" (kind: {variant})" if variant else "")
        yield ""
        yield "| key | value | default | meaning |"
        yield "|---|---|---|---|"
        for field in block:
            yield _row(field)
        yield ""


def _row(field: Parameter) -> str:
    value = ", ".join(part for part in (field.type, field.bounds) if part)
    cells = (f"`{field.name}`", value, field.default, field.description)
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def _metric_lines() -> Iterator[str]:
    yield "| metric | unit | also by | definition |"
    yield "|---|---|---|---|"
    for metric in METRICS.values():
        by = ", ".join(metric.by)
        yield f"| `{metric.name}` | {metric.unit} | {by} | {' '.join(metric.definition.split())} |"


def _network_lines() -> Iterator[str]:
    yield "| of | metric | unit | definition |"
    yield "|---|---|---|---|"
    for kind, metrics in (("the whole", TOTAL_METRICS), *CATALOGUES.items()):
        for metric in metrics.values():
            yield f"| {kind} | `{metric.name}` | {metric.unit} | {' '.join(metric.definition.split())} |"


def _province_lines() -> Iterator[str]:
    yield "| figure | unit | definition |"
    yield "|---|---|---|"
    for metric in PROVINCE_METRICS.values():
        yield f"| `{metric.name}` | {metric.unit} | {' '.join(metric.definition.split())} |"


def _column_lines(columns: list[Column]) -> Iterator[str]:
    yield "| column | type | meaning |"
    yield "|---|---|---|"
    for column in columns:
        yield f"| `{column.name}` | {np.dtype(column.dtype).name} | {column.meaning} |"


def _outcomes_line() -> str:
    return "Outcomes, from 0: " + ", ".join(f"`{outcome}`" for outcome in OUTCOMES) + "."


if __name__ == "__main__":
    sys.stdout.write(reference_page())
