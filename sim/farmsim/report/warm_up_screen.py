"""The screen of warm-up advice: how long the start shows at each place, and what leaving it out changes."""

import json
import math
from importlib.metadata import version
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from farmsim.report.cells import wrap
from farmsim.report.console import Column, make_table
from farmsim.report.json_form import SCHEMA_VERSION, number
from farmsim.report.messages import mark, plural
from farmsim.report.messages import translate as _
from farmsim.report.numbers import UNKNOWN, figures
from farmsim.report.terminal import Look

if TYPE_CHECKING:
    from farmsim.experiment.warm_up import Advice


def warm_up_screen(advice: "Advice", source: str, look: Look) -> Group:
    """Everything that `farmsim warm-up` prints."""
    count = len(advice.result.outcomes)
    played = plural("{count} replication", "{count} replications", count).format(count=count)
    seed = _("random seed {seed}").format(seed=advice.result.random_seed)
    spare = max(0, look.width - 80)
    columns = (
        Column(_("PLACE"), 32 + spare),
        Column(_("start shows, days"), 18, right=True),
        Column(_("mean, all"), 14, right=True),
        Column(_("mean, after"), 14, right=True),
    )
    rows = [
        (name, _days(one.looks, advice.step_days), figures(one.mean_of_all), figures(one.mean_after))
        for name, one in advice.series.items()
    ]
    lines = [*wrap(verdict(advice), look.width), *wrap(_(METHOD), look.width)]
    return Group(
        Text(f"farmsim warm-up  {source} {look.glyphs.dot} {played} {look.glyphs.dot} {seed}", style="bold"),
        Text(),
        make_table(columns, rows, look),
        Text(),
        *(Text(line) for line in lines),
    )


METHOD = mark(
    "MSER-5 on the mean over replications (White, Cobb and Spratt 2000): what is left out at the start makes "
    "the standard error of the rest least."
)


def verdict(advice: "Advice") -> str:
    """The advice in a sentence."""
    if advice.days is None:
        return _(
            "The run is too short to tell: its start still shows in its second half. "
            "Give a longer horizon_days."
        )
    given = advice.result.loaded.scenario.horizon_days
    return _("Advice: warm_up_days: {days}, of {horizon} days.").format(
        days=f"{advice.days:g}", horizon=f"{given:g}"
    )


def quiet_line(advice: "Advice") -> str:
    """The advice in one line; the same in every language."""
    return f"warm_up_days {UNKNOWN if advice.days is None else f'{advice.days:g}'}"


def warm_up_json(advice: "Advice", settings: tuple[str, ...] = ()) -> str:
    """The document that `farmsim warm-up --json` prints; unknown is null."""
    form = {
        "schema_version": SCHEMA_VERSION,
        "farmsim_version": version("farmsim"),
        "scenario": {"name": advice.result.loaded.scenario.name, "digest": advice.result.loaded.digest},
        "settings": list(settings),
        "random_seed": advice.result.random_seed,
        "replications": len(advice.result.outcomes),
        "rule": "MSER-5",
        "step_days": advice.step_days,
        "warm_up_days": advice.days,
        "series": {
            name: {
                "days": None if one.looks is None else one.looks * advice.step_days,
                "mean_of_all": number(one.mean_of_all),
                "mean_after": number(one.mean_after),
            }
            for name, one in advice.series.items()
        },
        "warnings": [] if advice.days is not None else [{"code": "too-short", "message": verdict(advice)}],
    }
    return json.dumps(form, ensure_ascii=False, indent=2, allow_nan=False)


def _days(looks: int | None, step: float) -> str:
    return UNKNOWN if looks is None or math.isnan(step) else f"{looks * step:.4g}"
