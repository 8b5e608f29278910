"""The reference page: every parameter and every metric as one Markdown text, made from schema and catalogue.

`python -m farmsim.report.reference > sim/REFERENCE.md` writes it; a test compares the two.
"""

import sys
from collections.abc import Iterator

from farmsim.report.parameters import Parameter, parameters
from farmsim.results.metrics import METRICS
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


def reference_page() -> str:
    """The whole page."""
    parts = [HEAD, *_parameter_lines(), "", "## Metrics", "", *_metric_lines()]
    return "\n".join([*parts, "", PROVINCES, *_province_lines(), ""])


def _parameter_lines() -> Iterator[str]:
    """One table a block, in the order of the schema."""
    blocks: dict[tuple[str, str], list[Parameter]] = {}
    for field in parameters():
        blocks.setdefault((".".join(field.path[:-1]), field.variant), []).append(field)
    for (path, variant), fields in blocks.items():
        yield f"## {path or 'Top of the file'}" + (f" (kind: {variant})" if variant else "")
        yield ""
        yield "| key | value | default | meaning |"
        yield "|---|---|---|---|"
        for field in fields:
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


def _province_lines() -> Iterator[str]:
    yield "| figure | unit | definition |"
    yield "|---|---|---|"
    for metric in PROVINCE_METRICS.values():
        yield f"| `{metric.name}` | {metric.unit} | {' '.join(metric.definition.split())} |"


if __name__ == "__main__":
    sys.stdout.write(reference_page())
