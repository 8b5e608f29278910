"""What `farmsim explain` says of words that are neither metrics nor parameters, and of common codes."""

from typing import NamedTuple

from farmsim.errors import Problem
from farmsim.report.messages import mark
from farmsim.report.messages import translate as _
from farmsim.scenario.problems import remedies
from farmsim.scenario.text import Remedy, remedy

TOPICS = {
    "use": (
        mark(
            "`use: NAME` takes a catalogue entry; what stands beside it replaces single values of the entry."
        ),
        "channels: {shop: {use: taobao, sells: {melon: {grade: a, price_per_kg: 20}}}}",
    ),
    "extends": (
        mark(
            "`extends: FILE` (or the name of a bundled scenario) builds a variant: this file says only "
            "what differs, null removes a key. A file with a `name` of its own inherits neither `label` "
            "nor `note`."
        ),
        "extends: bachu-trader",
    ),
    "sources": (
        mark(
            "`sources:` says where the numbers of a file come from, by path: `source` is a key of the "
            "sourced figures or a citation in words, `assumed` a reason, `range` the sensible bounds."
        ),
        'sources: {horizon_days: {assumed: "the whole harvest", range: [60, 90]}}',
    ),
    "mu": (mark("A Chinese measure of land: 1 mu is 667 m2, 15 mu are a hectare."), ""),
    "shares": (
        mark("Fixed shares of each good by channel; a channel gets at most what it wants."),
        "desk: {policy: shares, shares: {taobao: 0.6, trader: 0.4}}",
    ),
    "priority": (
        mark("Channels in a fixed order; each takes all it wants before the next."),
        "desk: {policy: priority, order: [taobao, trader]}",
    ),
    "netback": (
        mark("Greedy by expected netback; what would lose money is not sold."),
        "desk: {policy: netback}",
    ),
    "matrix": (
        mark(
            "Online and offline in step: a rolling plan that maximises expected netback over the days ahead."
        ),
        "desk: {policy: matrix}",
    ),
}
"""A sentence and an example by word; policies of the desk are put as `domain.desk` puts them."""


class Case(NamedTuple):
    """How a problem comes about: why, what the file says, what would mend it."""

    cause: str
    example: str
    ways: tuple[Remedy, ...]


CASES = {
    "E003": Case(
        mark(
            "A Chinese input method wrote a colon, comma, bracket or quotation mark that YAML does not know."
        ),
        "horizon_days：79",
        (remedy("colon-and-space", right=":"), remedy("quote-value")),
    ),
    "E011": Case(
        mark("A key stands twice in one block; one of the two values would be lost."),
        "horizon_days: 79\nhorizon_days: 80",
        (remedy("keep-one"),),
    ),
    "E014": Case(
        mark("The key is that of a quantity, but without the unit that ends its name."),
        "horizon: 79",
        (remedy("did-you-mean", guess="horizon_days"),),
    ),
    "E017": Case(
        mark("Programs differ on such a value: yes may be true or a word, 0123 may be 83, 1:30 may be 90."),
        "name: yes",
        (remedy("quote-text", text="yes"), remedy("write", text="true")),
    ),
    "E018": Case(
        mark("Infinity, not-a-number or a number beyond what can be computed with."),
        "horizon_days: .inf",
        (remedy("finite-number"), remedy("fewer-digits")),
    ),
    "E021": Case(
        mark("A name refers to an entry that this scenario does not have."),
        "desk: {policy: priority, order: [tradr]}",
        (remedy("did-you-mean", guess="trader"), remedy("one-of", names="trader")),
    ),
    "E022": Case(
        mark("The key is misspelt, stands in the wrong block, or belongs to another kind of block."),
        "horizon_dayz: 79",
        (remedy("did-you-mean", guess="horizon_days"), remedy("known-keys", names="name, start, ...")),
    ),
    "E023": Case(
        mark("A key that a block cannot do without is not there."),
        "channels: {trader: {use: farm-gate-trader, sells: {melon: {}}}}",
        (remedy("add-key", key="price_per_kg"),),
    ),
    "E024": Case(
        mark("The value is of another type: text for a number, one value for a list or a mapping."),
        "desk: matrix",
        (remedy("known-keys", names="policy, ..."), remedy("list-form", example="[a, b]")),
    ),
    "E025": Case(
        mark("The number lies outside its bounds; farmsim explain KEY tells them."),
        "horizon_days: 0",
        (remedy("write", text="79"),),
    ),
    "E027": Case(
        mark("A text is too short or too long, or a mapping or list has too few or too many entries."),
        "channels: {}",
        (remedy("add-channel"),),
    ),
    "E040": Case(
        mark("Shares of one whole must add up to it; often one was changed and not the others."),
        "desk: {policy: shares, shares: {taobao: 0.8, trader: 0.7}}",
        (remedy("write", text="shares: {taobao: 0.6, trader: 0.4}"),),
    ),
}


def case_lines(code: str) -> list[str]:
    """Cause, example and remedies of a code, if they are known; not yet wrapped."""
    case = CASES.get(code)
    if case is None:
        return []
    shown = remedies(Problem(code, "", 1, 1, 1, (), case.ways), _)
    return [
        _("Cause: {text}").format(text=_(case.cause)),
        *(_("Example: {text}").format(text=line) for line in case.example.splitlines()),
        *(_("Remedy: {text}").format(text=way) for way in shown),
    ]


def topic_lines(word: str) -> list[str]:
    """What a word means, with an example, if it is a topic; not yet wrapped."""
    sentence, example = TOPICS.get(word, ("", ""))
    if not sentence:
        return []
    return [_(sentence), *([_("Example: {text}").format(text=example)] if example else [])]
