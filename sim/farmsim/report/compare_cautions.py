"""What to worry about in a comparison: a precision missed, too few seasons, seasons that are not the same."""

from typing import TYPE_CHECKING

from farmsim.report.cautions import FEW_REPLICATIONS, Caution
from farmsim.report.compare_rows import letter
from farmsim.report.messages import mark
from farmsim.report.precision_words import paired_missed

if TYPE_CHECKING:
    from farmsim.experiment.compare import Comparison


def comparison_cautions(comparison: "Comparison") -> list[Caution]:
    """Everything to worry about, the worst first."""
    found = [*_missed_precision(comparison), *_few(comparison)]
    for place in range(1, len(comparison.runs)):
        found += _other_season(comparison, place)
        found += _other_numbers(comparison, place)
    return found


def _missed_precision(comparison: "Comparison") -> list[Caution]:
    """A precision that was asked for and not reached."""
    stop = comparison.stop
    if stop is None or stop.reason == "reached":
        return []
    return [Caution(f"precision-{stop.reason}", *paired_missed(stop, letter(stop.place)))]


def _few(comparison: "Comparison") -> list[Caution]:
    """Too few pairs."""
    count = comparison.replications
    if count == 1:
        one = mark("Only 1 replication: without more there are no intervals.")
        return [Caution("few-replications", one)]
    if count < FEW_REPLICATIONS:
        few = mark("Only {count} replications: intervals are rough.")
        return [Caution("few-replications", few, (("count", str(count)),))]
    return []


def _other_season(comparison: "Comparison", place: int) -> list[Caution]:
    """Other counties, another start or horizon than the baseline's: days do not belong together."""
    scenario, baseline = (comparison.runs[i].loaded.scenario for i in (place, 0))
    found = []
    if not scenario.counties.keys() & baseline.counties.keys():
        apart = mark("{name} has no county in common with A: weather and harvests are not shared.")
        found.append(Caution("different-counties", apart, (("name", letter(place)),)))
    if scenario.start != baseline.start:
        later = mark(
            "{name} starts on {start}, A on {baseline}: the same date has different weather, so that "
            "pairing helps less."
        )
        days = (("start", scenario.start.isoformat()), ("baseline", baseline.start.isoformat()))
        found.append(Caution("different-start", later, (("name", letter(place)), *days)))
    if scenario.horizon_days != baseline.horizon_days:
        longer = mark("{name} lasts {days} days, A {baseline}: sums are of seasons of different length.")
        days = (("days", str(scenario.horizon_days)), ("baseline", str(baseline.horizon_days)))
        found.append(Caution("different-horizon", longer, (("name", letter(place)), *days)))
    return found


def _other_numbers(comparison: "Comparison", place: int) -> list[Caution]:
    """Another random seed or number of replications in the file, which was not used."""
    scenario, baseline = (comparison.runs[i].loaded.scenario for i in (place, 0))
    name, found = ("name", letter(place)), []
    seeds = (scenario.random_seed, baseline.random_seed, comparison.random_seed)
    if seeds[0] != seeds[1] == seeds[2]:
        text = mark("{name} asks for random seed {own} in its file; all were played with {used}, that of A.")
        numbers = (("own", str(seeds[0])), ("used", str(seeds[2])))
        found.append(Caution("different-random-seed", text, (name, *numbers)))
    counts = (scenario.replications, baseline.replications, comparison.replications)
    if counts[0] != counts[1] == counts[2]:
        text = mark("{name} asks for {own} replications in its file; all were played {used} times, like A.")
        numbers = (("own", str(counts[0])), ("used", str(counts[2])))
        found.append(Caution("different-replications", text, (name, *numbers)))
    return found
