"""What `farmsim explain three-mu` says in sentences: the line and its source, who is tested, the verdicts."""

from typing import TYPE_CHECKING

from farmsim.report.catalogue_screens import stamped_entry
from farmsim.report.messages import language, mark
from farmsim.report.messages import translate as _
from farmsim.report.numbers import UNKNOWN, figures, interval, whole
from farmsim.report.values import CONFIDENCE, value_rows

if TYPE_CHECKING:
    from farmsim.experiment.three_mu import ThreeMu
    from farmsim.results.three_mu import FamilyTest

VERDICTS = {"true": mark("TRUE"), "false": mark("NOT TRUE"), "open": mark("NOT DECIDED")}
DAYS_OF_A_YEAR = 366


def line_text(found: "ThreeMu") -> str:
    """The poverty line with its year, and from where to where it runs if counties have their own."""
    line = found.line
    text = _("{line} CNY a person a year ({year})").format(line=whole(line.mean), year=line.year)
    if line.least == line.most:
        return text
    return text + _("; mean of the counties' lines by households, {low} to {high}").format(
        low=whole(line.least), high=whole(line.most)
    )


def line_origin(found: "ThreeMu") -> str:
    """Where the line comes from: what the counties' own cite, or the source of the year's national line."""
    counties = found.result.loaded.scenario.counties
    own = [name for name, county in counties.items() if county.poverty_line is not None]
    if own:
        paths = {f"counties.{name}.poverty_line" for name in own}
        cited = {
            one.source or one.assumed or "" for one in found.result.loaded.provenance if one.path in paths
        }
        return "; ".join(sorted(cited - {""}))
    entry = stamped_entry("poverty_lines", str(found.line.year))
    rows = [row for row in value_rows(entry) if row.path == "line"] if entry is not None else []
    return rows[0].origin if rows else ""


def line_confidence(found: "ThreeMu") -> str:
    """How far the national line can be trusted, in a word; nothing of counties' own."""
    if any(c.poverty_line is not None for c in found.result.loaded.scenario.counties.values()):
        return ""
    entry = stamped_entry("poverty_lines", str(found.line.year))
    rows = [row for row in value_rows(entry) if row.path == "line"] if entry is not None else []
    return _(CONFIDENCE.get(rows[0].confidence, rows[0].confidence)) if rows else ""


def tested_text(found: "ThreeMu") -> str:
    """Whose produce the slogan is put to: up to three products by name, households, their land."""
    scenario = found.result.loaded.scenario
    groups = [group for county in scenario.counties.values() for group in county.growers.values()]
    names = list(dict.fromkeys(group.product for group in groups))
    labels = [scenario.products[name].label.text(language()) for name in names[:3]]
    if len(names) > len(labels):
        labels = [_("{count} kinds of produce").format(count=len(names))]
    households = sum(group.households for group in groups)
    land = sum(group.households * group.land_mu for group in groups) / households
    people = sum(group.households * group.persons for group in groups) / households
    text = _("{scenario} ({produce}): {households} households, on average {land} mu and {people} people")
    return text.format(
        scenario=found.source,
        produce=_(", ").join(labels),
        households=whole(households),
        land=f"{land:.3g}",
        people=f"{people:.3g}",
    )


def verdict_text(found: "ThreeMu", alone: "FamilyTest", beside: "FamilyTest") -> str:
    """The verdict on one size of family: of produce alone, what is missing, with the run's other income."""
    said = {
        "true": _("true of three mu alone"),
        "false": _("not true of three mu alone"),
        "open": _("not decided of three mu alone"),
    }[alone.verdict]
    parts = [_("Family of {people}: {verdict}").format(people=alone.people, verdict=said)]
    share = found.households(f"lifted_{alone.people}").mean
    parts.append(_("{share} % of the households net enough").format(share=figures(100.0 * share)))
    if alone.verdict != "true":
        lack = _("it would take {sum} CNY of other income").format(sum=figures(alone.missing.mean))
        ends = interval(alone.missing.low, alone.missing.high)
        parts.append(lack if ends == UNKNOWN else f"{lack} ({ends})")
    also = {
        "true": _("with the {sum} CNY of other income of this run it is true"),
        "false": _("with the {sum} CNY of other income of this run it is still not true"),
        "open": _("with the {sum} CNY of other income of this run it is not decided"),
    }[beside.verdict]
    parts.append(also.format(sum=figures(float(found.beside.mean()))))
    return _("; ").join(parts) + _(".")


def spread_text(found: "ThreeMu") -> str:
    """How far households differ in net income per mu."""
    low, middle, high = (
        figures(found.households(name).mean) for name in ("net_per_mu_10", "net_per_mu_50", "net_per_mu_90")
    )
    return _(
        "Households differ: 8 in 10 net between {low} and {high} CNY/mu, half of them up to {middle} "
        "(means of the seasons)."
    ).format(low=low, middle=middle, high=high)


def notes(found: "ThreeMu") -> list[str]:
    """How it was worked out, and what it leaves open."""
    texts = [
        _(
            "A verdict is on the mean family: true or not true if the whole 95% interval of what it has "
            "beyond its need lies on one side of zero."
        ),
        _(
            "Net is what growers receive less cash cost; packing wages count as other income, which is taken "
            "as it is for every size of family. Land: Fieller's interval; seasons: Wilson's; the rest: "
            "Student's t."
        ),
    ]
    days = found.result.loaded.scenario.horizon_days
    if days > DAYS_OF_A_YEAR:
        texts.append(
            _("The run lasts {days} days, but need and line are those of one year.").format(days=days)
        )
    return texts
