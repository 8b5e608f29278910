"""What `farmsim results replay` prints: each run as it was kept, and whether it came out the same."""

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from farmsim.report.console import Column, make_table
from farmsim.report.json_form import SCHEMA_VERSION
from farmsim.report.messages import plural
from farmsim.report.messages import translate as _
from farmsim.report.terminal import Look

if TYPE_CHECKING:
    from farmsim.experiment.sweeps.replay import Replayed


def replayed_screen(folder: Path, found: "Sequence[Replayed]", look: Look) -> Group:
    """A row for each run, and a sentence."""
    columns = (
        Column(_("point"), 8, right=True),
        Column("", 2),
        Column(_("replication"), 12, right=True),
        Column("", 2),
        Column(_("kept"), 18),
        Column(_("replayed"), 18),
        Column(_("verdict"), 12),
    )
    rows = [
        [
            str(one.kept.point + 1),
            "",
            str(one.kept.replication),
            "",
            one.kept.digest or one.kept.status,
            one.now.digest or one.now.status,
            _("the same") if one.is_same else _("different"),
        ]
        for one in found
    ]
    same = sum(one.is_same for one in found)
    text = plural(
        "{same} of {count} run came out the same, to the last bit.",
        "{same} of {count} runs came out the same, to the last bit.",
        len(found),
    ).format(same=same, count=len(found))
    return Group(
        Text(f"farmsim results replay  {folder}", style="bold"),
        Text(),
        make_table(columns, rows, look),
        Text(),
        Text(text),
    )


def replayed_json(folder: Path, found: "Sequence[Replayed]") -> str:
    """The same as one JSON document."""
    form = {
        "schema_version": SCHEMA_VERSION,
        "farmsim_version": version("farmsim"),
        "folder": str(folder),
        "runs": [
            {
                "point": one.kept.point + 1,
                "replication": one.kept.replication,
                "status": one.kept.status,
                "digest": one.kept.digest,
                "replayed_status": one.now.status,
                "replayed_digest": one.now.digest,
                "same": one.is_same,
            }
            for one in found
        ],
    }
    return json.dumps(form, ensure_ascii=False, indent=2, allow_nan=False)
