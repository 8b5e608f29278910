"""What the codes of problems mean: one message for each code, one sentence for each remedy, in English.

The English texts are the keys of the translations. Whoever adds a code here adds its name to no other place.
Arguments called `what`, `expected` or `found` are words of `WORDS` and are translated as well.
"""

import re
from collections.abc import Callable

from farmsim.errors import Problem

Translate = Callable[[str], str]


def N_(text: str) -> str:  # noqa: N802 - the name that extraction tools look for
    """Mark a text for translation; it is translated where it is shown."""
    return text


MESSAGES: dict[str, str] = {
    # the file and its characters
    "E001": N_("the file is empty"),
    "E002": N_("this file is saved as {encoding}, not as UTF-8"),
    "E003": N_('full-width {what} "{character}" ({codepoint})'),
    "E004": N_("this file is not UTF-8 text: byte {byte}"),
    "E005": N_("a space that is no ordinary space ({codepoint})"),
    "E006": N_("tab in the indentation"),
    "E007": N_("control character ({codepoint})"),
    "E008": N_("invisible character that changes the direction of writing ({codepoint})"),
    "E009": N_('comma inside the number "{text}"'),
    # YAML
    "E010": N_("this cannot be read as YAML: {what}"),
    "E011": N_('the key "{key}" is given twice, first in line {line}, column {column}'),
    "E012": N_("anchors and aliases are not allowed: {name}"),
    "E013": N_("tags are not allowed: {name}"),
    "E014": N_('"{key}" needs its unit'),
    "E015": N_("merge keys (<<) are not allowed"),
    "E016": N_("a second document begins here"),
    "E017": N_('"{text}" is ambiguous: some programs read it as another value'),
    "E018": N_('"{text}" is not a number that can be used'),
    "E019": N_("the file is beyond the limit: {what}, {limit} at most"),
    "E020": N_("a key must be text, this one is not: {key}"),
    # keys and values
    "E021": N_('unknown {what} "{name}"'),
    "E022": N_('unknown key "{key}"'),
    "E023": N_("missing key {path}"),
    "E024": N_("{path} should be {expected}, this is {found}"),
    "E025": N_("{path} must be {what} {limit}, this is {value}"),
    "E026": N_('{path} cannot be "{value}"'),
    "E027": N_("{path} must have {what} {limit} {expected}"),
    "E028": N_('"{name}" is not an identifier'),
    "E029": N_('{path} should be a plain number, this is "{value}"'),
    "E030": N_("{path}: {message}"),
    # --set, extends, use, sources
    "E031": N_('"{text}" is not of the form KEY=VALUE'),
    "E032": N_('"{key}" cannot be set inside the single value "{value}"'),
    "E033": N_('the list has no entry "{index}"'),
    "E034": N_('extends: "{name}" cannot be used: {what}'),
    "E035": N_("files extend each other in a circle: {chain}"),
    "E036": N_('the catalogue has no "{name}" in {what}'),
    "E037": N_("catalogue entries use each other in a circle or too deeply: {chain}"),
    "E038": N_('"{key}" has no place here'),
    "E039": N_("sources: {what}"),
    "E040": N_("{path} add up to {total}, not to {expected_total}"),
    "E041": N_("files extend each other more than {limit} deep"),
    "E042": N_("a scenario must be a mapping of keys and values"),
    "E043": N_('sources: "{path}" names nothing in this scenario'),
    "E044": N_("use must name one entry of the catalogue"),
    "E045": N_("{what} lies before {other}"),
    "E046": N_('the channel "{name}" sells nothing'),
    "E047": N_('no county that this channel buys from grows "{name}"'),
    "E048": N_('consumers buy "{name}", but it has no demand'),
    "E049": N_("{name} and {other} share the hour {hour}: their order would be chance"),
    "E050": N_("no poverty line is known for {year}, only for {known}: give poverty_line"),
    "E051": N_("{name} must come after {other} in the order of the day"),
    "E052": N_("{what} can be negative: give it a low of 0"),
    "E053": N_('{path}: "{value}" is no day of the calendar'),
    "E054": N_('"{name}" has a demand by choice (logit), which knows no shared attention'),
    "E055": N_('"{name}" is also the name of one of the {other}'),
    "E056": N_('"{name}" comes back to itself: orders and loads must go one way'),
    "E057": N_('"{name}" must say its product, since there are several'),
    "E058": N_("the warm-up is not over before the horizon of {horizon} days"),
    "E059": N_("a season that ends has no warm-up: give steady_state: true if the long run is meant"),
    "E060": N_('"{name}" works to order, so it can neither turn away nor discard loads'),
    "E061": N_("a trace is a list of numbers, or names a file and a column"),
    "E062": N_('the trace "{name}" cannot be read: {what}'),
    "E063": N_('the trace has no column "{name}"'),
    "E064": N_('row {row} of the column "{name}" is "{value}", which is no number'),
    "E065": N_("level_kg ({level}) must be at least reorder_kg ({reorder})"),
    "E066": N_("standing_kg and standing_reviews belong together"),
    "E067": N_("order_of_events must name receive, expire, demand and order once each, and may name count"),
    "E068": N_("grain: each plays at most {most} million orders a run one by one, not {orders} million"),
    "E069": N_('"{name}" and "{other}" do not hold the same product'),
    # sweep files
    "E070": N_("nothing is varied: give vary or cases"),
    "E071": N_("{path} does not go with {other}"),
    "E072": N_("a range needs a step or a count for the design {name}"),
    "E073": N_("from ({low}) must be less than to ({high})"),
    "E074": N_("a logarithmic scale needs numbers above 0"),
    "E075": N_("a range has either a step or a count"),
    "E076": N_("zip takes equally many values of each key: {number} here, {other} before"),
    "E077": N_("{points} is no power of 2"),
    "E078": N_("a case needs a label of its own"),
    "E079": N_("no point is left"),
    "E080": N_("{path} is none of the values of this key"),
    "E081": N_("give one of relative_half_width and half_width"),
    "E082": N_("min ({low}) must not be more than max ({high})"),
    "E083": N_("these are {runs} runs, and max_runs allows {most}"),
    "E084": N_('the scenario "{name}" cannot be used: {what}'),
    "E085": N_("with {point} the scenario is not valid: {path}"),
    "E086": N_('no point is called "{name}"'),
    "E087": N_('"{key}" is no path of keys'),
    "E088": N_('"{key}" decides nothing that points could differ in'),
    "E089": N_("integer: true needs whole numbers"),
    "E091": N_('there is no metric "{name}"'),
    "E092": N_('the value "{value}" is given twice'),
    "E093": N_("{path} should be a single value: a number, a text, true or false"),
    "E099": N_("there are more problems; these are the first"),
    # warnings
    "W031": N_("{key}: price given per jin (500 g)"),
    "W032": N_('sources: "{name}" is no key of the sourced figures'),
    "W099": N_("there are more warnings; these are the first"),
}

REMEDIES: dict[str, str] = {
    "add-channel": N_(
        "add a channel, for instance `trader: {{use: farm-gate-trader}}`: farmsim list channels"
    ),
    "add-colon": N_('put ":" and a space after the key'),
    "add-key": N_("add: {key}: ..."),
    "align": N_("indent keys of one block equally, two spaces deeper than the key above them"),
    "begin": N_("write a first one with: farmsim new"),
    "break-chain": N_("take one link out of the chain"),
    "case-form": N_("write for instance {{label: own van, KEY: VALUE}}"),
    "cite-in-words": N_("a source without such a key is cited in words: author, year, title"),
    "close-bracket": N_("every {{ needs its }}, every [ its ], and commas between the entries"),
    "close-quote": N_("put the closing quote where the text ends"),
    "colon-and-space": N_('use "{right}" and a space'),
    "date-form": N_("write a date as {example}"),
    "delete-character": N_("delete it and type the text again"),
    "delete-tag": N_("delete the tag; a value needs none"),
    "did-you-mean": N_('did you mean "{guess}"?'),
    "fewer-digits": N_("write at most 18 digits"),
    "fewer-orders": N_("write grain: hour, or make the horizon or the demand smaller"),
    "finite-number": N_("write an ordinary number"),
    "fix-colon": N_("one key a line; put a text that holds a colon between quotes"),
    "flatten": N_("nest less deeply"),
    "give-value": N_("write a value after the colon"),
    "id-form": N_('use small letters, digits and hyphens, for instance "{example}"'),
    "keep-one": N_("keep one of the two"),
    "key-value": N_("write for instance channels.taobao.price_per_kg=12"),
    "known-keys": N_("known keys here: {names}"),
    "list-form": N_("write a list: {example}"),
    "list-index": N_("entries are counted from 0 to {last}"),
    "name-key": N_("give the key a simple name"),
    "no-limits": N_("take waiting_places and patience_hours out of the station"),
    "one-document": N_("delete the line ---, or make two files"),
    "one-of": N_("choose one of {names}"),
    "ordinary-space": N_("replace it by an ordinary space"),
    "one-product": N_("give both the same product, or bring it to a site that holds it"),
    "other-name": N_("give one of the two another name"),
    "over-form": N_("write KEY=a,b,c or KEY=lo:hi:step"),
    "own-line": N_('begin each list entry on its own line with "- "'),
    "plain-number": N_("write a plain number; the unit is part of the key"),
    "quote-text": N_('if text is meant, quote it: "{text}"'),
    "quote-value": N_("if text is meant, put it between quotes"),
    "raise-max-runs": N_("vary less, take fewer replications, or give max_runs: {runs}"),
    "read-as": N_("read as {key}: {value}"),
    "save-as-utf-8": N_("save it again with the encoding UTF-8"),
    "see-yaml": N_("compare with a bundled scenario: farmsim list"),
    "set-above": N_("set the key above it instead"),
    "single-quotes": N_("put the text between single quotes, where \\ means itself"),
    "sources-form": N_('write PATH: {{source: KEY}} or PATH: {{assumed: "reason", range: [low, high]}}'),
    "span-count": N_("on a logarithmic scale, count says how many values there are"),
    "span-form": N_("write for instance {{from: 10, to: 20, step: 2}}"),
    "space-after-colon": N_('put a space after the colon: "{key}: ..."'),
    "spaces-for-tab": N_("indent with spaces"),
    "split-file": N_("make the file smaller"),
    "top-only": N_('"{key}" stands only at the top of a file'),
    "trace-form": N_("write for instance {{file: days.csv, column: kg}}"),
    "unit-in-key": N_("the unit is part of the key: {key} is in {unit}"),
    "use-extends": N_("build a variant with `extends: other.yaml` instead"),
    "use-one-name": N_("write for instance use: taobao"),
    "use-places": N_("`use` stands in {places}"),
    "vary-form": N_("write for instance channels.taobao.sells.melon.price_per_kg: [16, 18, 20]"),
    "write": N_("write {text}"),
    "write-character": N_('use "{right}"'),
    "write-out": N_("write the value out, or use `extends` or `use`"),
}

WORDS: tuple[str, ...] = (
    *(N_("a number"), N_("a whole number"), N_("text"), N_("true or false"), N_("a mapping"), N_("a list")),
    *(
        N_("a date"),
        N_("nothing"),
        N_("a number or a mapping"),
        N_("a number or text"),
        N_("text or a mapping"),
    ),
    *(N_("at least"), N_("at most"), N_("more than"), N_("less than")),
    *(N_("colon"), N_("comma"), N_("parenthesis"), N_("brace"), N_("bracket"), N_("quotation mark")),
    *(N_("minus sign"), N_("digit"), N_("letter"), N_("character")),
    *(N_("characters"), N_("entry"), N_("entries")),
    *(N_("size"), N_("depth"), N_("number of values")),
    *(N_("second colon or wrong indentation"), N_("key without a colon"), N_("tab in the indentation")),
    *(N_("character that begins no value"), N_("list item in the wrong place"), N_("wrong indentation")),
    *(N_("unknown escape in quotes"), N_("bracket not closed"), N_("quote not closed"), N_("unreadable")),
    *(N_("products"), N_("counties"), N_("channels"), N_("lanes"), N_("growers"), N_("interventions")),
    *(N_("product"), N_("county"), N_("channel"), N_("lane"), N_("grade"), N_("site"), N_("province")),
    *(N_("grower group"), N_("metric"), N_("intervention"), N_("place"), N_("supplier")),
    *(
        N_("it is not the name of a file or of a bundled scenario"),
        N_("it lies outside the folder of this file"),
    ),
    *(N_("there is no such file"), N_("it is a folder, not a file"), N_("it is not an ordinary file")),
    *(N_("there is no permission to read it"), N_("it cannot be read")),
    N_("there is no file and no bundled scenario of this name"),
    *(
        N_("sources is not a mapping"),
        N_("empty part in the path of a source"),
        N_("a source is not a mapping"),
    ),
    *(N_("neither source nor assumed, or both"), N_("range is not [low, high]")),
)
"""Words that fill messages."""

_TRANSLATED = frozenset({"what", "expected", "found"})
_INVISIBLE = re.compile(
    "[^\x20-\x7e\xa0-\u061b\u061d-\u200d\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\uf900-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def word(problem: Problem, translate: Translate = lambda text: text) -> str:
    """The message of a problem, in one line."""
    return _filled(MESSAGES[problem.code], problem.arguments, translate)


def remedies(problem: Problem, translate: Translate = lambda text: text) -> list[str]:
    """The remedies of a problem, the best first."""
    return [_filled(REMEDIES[key], arguments, translate) for key, arguments in problem.remedies]


def visible(text: str) -> str:
    """The text with control and direction characters replaced, so that no input can steer the terminal."""
    return _INVISIBLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _filled(template: str, arguments: tuple[tuple[str, str], ...], translate: Translate) -> str:
    """A translated template with its arguments."""
    values = {
        key: translate(value) if key in _TRANSLATED and value else visible(value) for key, value in arguments
    }
    return translate(template).format_map(values)
