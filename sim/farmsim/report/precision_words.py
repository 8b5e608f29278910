"""How what was played to a precision tells why it stopped: what it reached, or what was missed."""

from typing import TYPE_CHECKING

from farmsim.report.messages import mark
from farmsim.report.messages import translate as _
from farmsim.report.numbers import figures, interval

if TYPE_CHECKING:
    from farmsim.experiment.paired_precision import PairedStop
    from farmsim.experiment.precision import Stop


def stop_sentence(stop: "Stop", plus_minus: str = "+/-") -> str:
    """How many replications it took and what they reached; what they missed is said by `missed`."""
    last = stop.stages[-1]
    looks = ", ".join(f"{stage:,}" for stage in stop.stages)
    if stop.reason == "reached" and stop.estimate.sd == 0.0:
        text = _("Stopped after {count} replications: {metric} is the same in all of them.")
        return text.format(count=f"{last:,}", metric=stop.asked.metric)
    if stop.reason == "reached":
        text = _("Stopped after {count} replications (looked at after {looks}): {metric} is known to "
                 "{plus_minus} {share} % of its mean; {asked} % was asked for.")  # fmt: skip
        return text.format(plus_minus=plus_minus, count=f"{last:,}", looks=looks, **_shares(stop))
    return _("Stopped after {count} replications (looked at after {looks}).").format(
        count=f"{last:,}", looks=looks
    )


def missed(stop: "Stop") -> tuple[str, tuple[tuple[str, str], ...]]:
    """The sentence about what was asked for and not reached, and what fills it."""
    words = {**_shares(stop), "count": f"{stop.stages[-1]:,}"}
    words["interval"] = interval(stop.estimate.low, stop.estimate.high)
    match stop.reason:
        case "most" if stop.needed is None:
            text = mark(
                "The precision was missed: {metric} is known to +/- {share} % of its mean after {count} "
                "replications, the most allowed; {asked} % was asked for and may take over 10,000."
            )
        case "most":
            text = mark(
                "The precision was missed: {metric} is known to +/- {share} % of its mean after {count} "
                "replications, the most allowed; {asked} % takes about {needed}."
            )
            words["needed"] = f"{stop.needed:,}"
        case "zero":
            text = mark(
                "A precision of {asked} % is refused: after {count} replications the interval of the mean "
                "of {metric}, {interval}, contains zero, and a share of nothing has no meaning."
            )
        case _:
            text = mark("A precision of {asked} % is refused: {metric} is not known in {count} replications.")
    return text, tuple(words.items())


def paired_stop_sentence(stop: "PairedStop", name: str, plus_minus: str = "+/-") -> str:
    """The same of a comparison; `name` is the letter of the scenario whose difference is known least."""
    last = stop.stages[-1]
    looks = ", ".join(f"{stage:,}" for stage in stop.stages)
    if stop.reason == "reached" and stop.difference.sd == 0.0:
        text = _("Stopped after {count} paired seasons: differences of {metric} are the same in all of them.")
        return text.format(count=f"{last:,}", metric=stop.asked.metric)
    if stop.reason == "reached":
        text = _("Stopped after {count} paired seasons (looked at after {looks}): {name} - A in {metric} is "
                 "known to {plus_minus} {share} % of A's mean; {asked} % was asked for.")  # fmt: skip
        return text.format(plus_minus=plus_minus, count=f"{last:,}", looks=looks, name=name, **_shares(stop))
    return _("Stopped after {count} paired seasons (looked at after {looks}).").format(
        count=f"{last:,}", looks=looks
    )


def paired_missed(stop: "PairedStop", name: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The sentence about what a comparison was asked for and has not reached, and what fills it."""
    words = {**_shares(stop), "count": f"{stop.stages[-1]:,}", "name": name}
    words["interval"] = interval(stop.baseline.low, stop.baseline.high)
    match stop.reason:
        case "most" if stop.needed is None:
            text = mark(
                "The precision was missed: {name} - A in {metric} is known to +/- {share} % of A's mean "
                "after {count} paired seasons, the most allowed; {asked} % was asked for and may take over "
                "10,000."
            )
        case "most":
            text = mark(
                "The precision was missed: {name} - A in {metric} is known to +/- {share} % of A's mean "
                "after {count} paired seasons, the most allowed; {asked} % takes about {needed}."
            )
            words["needed"] = f"{stop.needed:,}"
        case "zero":
            text = mark(
                "A precision of {asked} % is refused: after {count} paired seasons the interval of A's mean "
                "of {metric}, {interval}, contains zero, and a share of nothing has no meaning."
            )
        case _:
            text = mark(
                "A precision of {asked} % is refused: {metric} or its difference is not known in {count} "
                "paired seasons."
            )
    return text, tuple(words.items())


def _shares(stop: "Stop | PairedStop") -> dict[str, str]:
    """The metric's name and the shares in percent."""
    return {
        "metric": stop.asked.metric,
        "share": figures(stop.share * 100.0),
        "asked": f"{stop.asked.share * 100.0:g}",
    }
