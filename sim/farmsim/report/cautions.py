"""What to worry about in a result: sentences for the screen in its language, for JSON in English."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from farmsim.report.messages import Language, mark
from farmsim.report.numbers import whole
from farmsim.report.precision_words import missed

if TYPE_CHECKING:
    from farmsim.experiment.run import RunResult

FEW_REPLICATIONS = 10
"""With fewer, intervals are rough and the range of seasons is not told."""


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to worry about: a name that stays, an English sentence and what fills it."""

    code: str
    sentence: str
    arguments: tuple[tuple[str, str], ...] = ()

    def text(self, translate: Callable[[str], str] = lambda text: text) -> str:
        """The sentence, translated."""
        return translate(self.sentence).format(**dict(self.arguments))


def cautions(result: "RunResult", language: Language) -> list[Caution]:
    """Everything to worry about, the worst first; channels are named in `language`."""
    if not any(outcome.kg_in > 0.0 for outcome in result.outcomes):
        return [Caution("no-harvest", mark("No harvest window lies within the run."))]
    return [*_missed_precision(result), *_idle_channels(result, language), *_worst(result)]


def _missed_precision(result: "RunResult") -> list[Caution]:
    """A precision that was asked for and not reached."""
    stop = result.stop
    return (
        []
        if stop is None or stop.reason == "reached"
        else [Caution(f"precision-{stop.reason}", *missed(stop))]
    )


def _idle_channels(result: "RunResult", language: Language) -> list[Caution]:
    """Channels that sold nothing in any replication."""
    scenario = result.loaded.scenario
    found = []
    for name, channel in scenario.channels.items():
        if name not in result.outcomes[0].channels or result.values("sold_kg", name).max() > 0.0:
            continue
        named = (("channel", channel.label.text(language)),)
        if scenario.desk.policy == "priority" and name not in scenario.desk.order:
            found.append(
                Caution("sold-nothing", mark("{channel} sold nothing: it is not in desk.order."), named)
            )
        else:
            found.append(Caution("sold-nothing", mark("{channel} sold nothing."), named))
    return found


def _worst(result: "RunResult") -> list[Caution]:
    """The one thing about the numbers that is most worth worrying about, or nothing."""
    count = len(result.outcomes)
    if count == 1:
        one = mark("Only 1 replication: without more there are no intervals.")
        return [Caution("few-replications", one)]
    if count < FEW_REPLICATIONS:
        few = mark("Only {count} replications: intervals are rough.")
        return [Caution("few-replications", few, (("count", str(count)),))]
    above = result.estimate("households_above_line_share").mean
    if above < 0.5:
        poor = mark("{share} % of the households stay below the poverty line of {year}.")
        year = str(result.loaded.scenario.start.year)
        return [
            Caution("below-poverty-line", poor, (("share", whole((1.0 - above) * 100.0)), ("year", year)))
        ]
    lost = result.estimate("lost_share").mean
    if lost > 0.2:
        wasted = mark("{share} % of the harvest reaches no buyer.")
        return [Caution("harvest-lost", wasted, (("share", whole(lost * 100.0)),))]
    return []
