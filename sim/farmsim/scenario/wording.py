"""What each kind of validation error says to the user: code, arguments, remedies."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from farmsim.errors import Problem
from farmsim.scenario.hints import choices, converted, did_you_mean, keys_with_unit, unit_of
from farmsim.scenario.merge import SECTIONS
from farmsim.scenario.nodes import ListNode, MapNode, Node, Scalar
from farmsim.scenario.places import Place, alternatives, model_of, unwrapped
from farmsim.scenario.problems import MESSAGES
from farmsim.scenario.text import Remedy, remedy, shortened

_BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}
_EXPECTED = {
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "list_type": "a list",
    "tuple_type": "a list",
    "date_type": "a date",
    "date_parsing": "a date",
    "date_from_datetime_parsing": "a date",
    "date_from_datetime_inexact": "a date",
    "none_required": "nothing",
}
_DAY = re.compile(r"\d{4}-\d\d?-\d\d?")
_CODE = re.compile(r"[EW]\d{3}")


@dataclass(frozen=True, slots=True)
class Failure:
    """A validation error and the place it means."""

    error: Mapping[str, Any]
    place: Place

    @property
    def type(self) -> str:
        """Pydantic's name for the kind of error."""
        return str(self.error["type"])

    @property
    def context(self) -> Mapping[str, Any]:
        """What pydantic says beyond the kind of error."""
        context: Mapping[str, Any] = self.error.get("ctx", {})
        return context

    @property
    def suggestions(self) -> list[str]:
        """For an unknown key, the keys that may have been meant."""
        if self.type != "extra_forbidden":
            return []
        fields = _fields(self.place.model)
        return keys_with_unit(self.place.name, fields) or did_you_mean(self.place.name, fields)

    @property
    def per_kg_key(self) -> str | None:
        """For an unknown key `..._per_jin`, the field `..._per_kg` of the same block."""
        name = self.place.name
        right = name.removesuffix("_per_jin") + "_per_kg"
        found = (
            self.type == "extra_forbidden"
            and name.endswith("_per_jin")
            and right in _fields(self.place.model)
        )
        return right if found else None


def without_misspelt(failures: list[Failure]) -> list[Failure]:
    """The failures without missing keys that are there, but misspelt."""
    meant = {
        (f.place.path[:-1], name) for f in failures for name in [*f.suggestions[:1], f.per_kg_key] if name
    }
    return [f for f in failures if not (f.type == "missing" and (f.place.path[:-1], f.place.name) in meant)]


def problem_of(failure: Failure) -> Problem:
    """The problem of a failure."""
    place, kind = failure.place, failure.type
    if _CODE.fullmatch(kind) and kind in MESSAGES:
        arguments = {key: str(value) for key, value in failure.context.items()}
        ways = [remedy("write", text=arguments.pop("write"))] if "write" in arguments else []
        return place.mark.problem(kind, *ways, **{"path": _path(place), **arguments})
    words = _WORDINGS.get(kind) or (_wrong_type if kind in _EXPECTED else _other)
    return words(failure)


def _out_of_bounds(failure: Failure) -> Problem:
    """The problem of a number that is too small or too large."""
    place = failure.place
    what, limit = _BOUNDS[failure.type]
    bound = _number(failure.context[limit])
    return place.mark.problem("E025", path=_path(place), what=what, limit=bound, value=_written(place.node))


def _other(failure: Failure) -> Problem:
    """The problem of an error about length, pattern, or of a validator of the schema."""
    place, context, kind = failure.place, failure.context, failure.type
    if kind in {"too_short", "string_too_short", "too_long", "string_too_long"}:
        least = kind.endswith("short")
        limit = context.get("min_length" if least else "max_length", "")
        ways = [remedy("add-channel")] if least and place.path == ("channels",) else []
        return place.mark.problem(
            "E027",
            *ways,
            path=_path(place),
            what="at least" if least else "at most",
            limit=str(limit),
            expected=_counted(place.node, str(limit)),
        )
    if kind == "string_pattern_mismatch":
        name = shortened(place.name) if place.on_key else _written(place.node)
        if place.on_key or str(context.get("pattern")).startswith("^[a-z]"):
            return place.mark.problem("E028", remedy("id-form", example=_as_id(name)), name=name)
        return place.mark.problem("E030", path=_path(place), message=f"/{context.get('pattern', '')}/")
    if kind == "finite_number":
        return place.mark.problem("E018", remedy("finite-number"), text=_written(place.node))
    message = str(context.get("error", failure.error.get("msg", "")))
    return place.mark.problem("E030", path=_path(place), message=shortened(message, 300))


def _counted(node: Node | None, limit: str) -> str:
    """What the length of a node counts: the characters of a text, the entries of a mapping or list."""
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return "character" if limit == "1" else "characters"
    return "entry" if limit == "1" else "entries"


def _unknown_key(failure: Failure) -> Problem:
    """A key that the model does not have."""
    place = failure.place
    name = shortened(place.name)
    fields = _fields(place.model)
    if place.name in {"use", "extends", "sources"}:
        where = ", ".join(".".join(pattern) for pattern in SECTIONS)
        way = remedy("use-places", places=where) if place.name == "use" else remedy("top-only", key=name)
        return place.key.problem("E038", way, key=name)
    head, colon, _ = place.name.partition(":")
    if colon and isinstance(place.node, Scalar) and place.node.value is None:
        return place.key.problem("E022", remedy("space-after-colon", key=head), key=name)
    with_unit = keys_with_unit(place.name, fields)
    if with_unit:
        remedies = [remedy("did-you-mean", guess=guess) for guess in with_unit[:3]]
        value = place.node.value if isinstance(place.node, Scalar) else None
        if isinstance(value, str) and (plain := converted(value, with_unit[0])):
            remedies.append(remedy("write", text=f"{with_unit[0]}: {plain}"))
        return place.key.problem("E014", *remedies, key=name)
    guesses = [failure.per_kg_key] if failure.per_kg_key else did_you_mean(place.name, fields)[:1]
    remedies = [remedy("did-you-mean", guess=guess) for guess in guesses]
    return place.key.problem("E022", *(remedies or choices(fields, key="known-keys")), key=name)


def _unknown_entry(failure: Failure) -> Problem:
    """An entry that only an override speaks of."""
    place = failure.place
    entries = place.holder.entries if place.holder is not None else {}
    known = [
        name for name, entry in entries.items() if not (isinstance(entry.node, MapNode) and entry.node.made)
    ]
    guesses = [remedy("did-you-mean", guess=guess) for guess in did_you_mean(place.name, known)[:1]]
    return place.key.problem("E022", *guesses, *choices(known, key="known-keys"), key=shortened(place.name))


def _missing(failure: Failure) -> Problem:
    """A key that is not there."""
    place = failure.place
    if failure.type == "union_tag_not_found":
        return _missing_tag(place, str(failure.context.get("discriminator", "")).strip("'"))
    return place.key.problem("E023", remedy("add-key", key=place.name), key=place.name, path=_path(place))


def _missing_tag(place: Place, tag: str) -> Problem:
    """A block that does not say its kind, or says it under a misspelt key."""
    entries = place.node.entries if isinstance(place.node, MapNode) else {}
    for name, entry in entries.items():
        if name.startswith(f"{tag}:"):
            return entry.key.problem("E022", remedy("space-after-colon", key=tag), key=shortened(name))
    for name in did_you_mean(tag, entries)[:1]:
        if name not in {field for option in alternatives(place.kind) for field in _fields(model_of(option))}:
            return entries[name].key.problem("E022", remedy("did-you-mean", guess=tag), key=shortened(name))
    known = _tag_values(place.kind, tag)
    return place.key.problem("E023", *choices(known), key=tag, path=".".join((*place.path, tag)))


def _not_a_choice(failure: Failure) -> Problem:
    """A text or kind that is not among those allowed."""
    place = failure.place
    expected = failure.context.get("expected") or failure.context.get("expected_tags") or ""
    known = re.findall(r"'([^']*)'", str(expected)) or [str(expected)]
    node: Node | None = place.node
    mark, path = place.mark, _path(place)
    if failure.type == "union_tag_invalid" and isinstance(node, MapNode):
        tag = str(failure.context.get("discriminator", "")).strip("'")
        node, path = node.child(tag), f"{path}.{tag}"
        mark = node.mark if isinstance(node, Scalar) else mark
    word = _written(node)
    guesses = [remedy("did-you-mean", guess=guess) for guess in did_you_mean(word, known)[:1]]
    return mark.problem("E026", *guesses, *choices(known), path=path, value=word)


def _wrong_type(failure: Failure) -> Problem:
    """A value of the wrong type; a number with its unit gets its own message."""
    place = failure.place
    expected = _EXPECTED.get(failure.type) or _union_expected(place.kind)
    node = place.node
    text = node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None
    if "number" in expected and text is not None and re.search(r"\d", text):
        plain = converted(text, place.name)
        unit = unit_of(place.name)
        remedies = [remedy("write", text=plain)] if plain else []
        if unit:
            remedies.append(remedy("unit-in-key", key=place.name, unit=unit))
        return place.mark.problem(
            "E029", *(remedies or [remedy("plain-number")]), path=_path(place), value=shortened(text)
        )
    if expected == "a date" and text is not None and _DAY.fullmatch(text):
        return place.mark.problem(
            "E053", remedy("date-form", example="2018-07-10"), path=_path(place), value=shortened(text)
        )
    return place.mark.problem(
        "E024",
        *_type_remedies(failure, expected),
        path=_path(place),
        expected=expected,
        found=_found(node),
    )


def _type_remedies(failure: Failure, expected: str) -> list[Remedy]:
    """How to turn a value into the type that was expected."""
    node = failure.place.node
    if not isinstance(node, Scalar):
        return [remedy("plain-number")] if expected == "a number or a mapping" else []
    raw = shortened(node.raw)
    match expected:
        case _ if node.value is None:
            found = [remedy("give-value")]
        case "text":
            found = [remedy("quote-text", text=raw)]
        case "a date":
            found = [remedy("date-form", example="2018-07-10")]
        case "a whole number" if isinstance(node.value, float) and node.value.is_integer():
            found = [remedy("write", text=str(int(node.value)))]
        case "a list":
            found = [remedy("list-form", example=f"[{raw}]")]
        case "a mapping" if ":" in raw:
            found = [remedy("space-after-colon", key=raw.split(":")[0])]
        case _:
            found = choices(_fields(model_of(failure.place.kind)), key="known-keys")
    return found


def _union_expected(kind: Any) -> str:
    """What a union of simple types and blocks expects, in words."""
    options = [unwrapped(option) for option in alternatives(kind)]
    numbers = any(option in {int, float} for option in options)
    blocks = any(model_of(option) or len(alternatives(option)) > 1 for option in options)
    if numbers and blocks:
        return "a number or a mapping"
    if numbers:
        return "a number or text"
    return "text or a mapping" if str in options else "a mapping"


def _found(node: Node | None) -> str:
    """What a node is, in words."""
    match node:
        case MapNode():
            return "a mapping"
        case ListNode():
            return "a list"
        case Scalar(value=bool()):
            return "true or false"
        case Scalar(value=int() | float()):
            return "a number"
        case Scalar(value=str()):
            return "text"
        case _:
            return "nothing"


def _fields(model: type[BaseModel] | None) -> list[str]:
    """The keys that a block may have."""
    return [] if model is None else [info.alias or name for name, info in model.model_fields.items()]


def _tag_values(kind: Any, tag: str) -> list[str]:
    """The kinds that a tagged union knows."""
    values: list[str] = []
    for option in alternatives(kind):
        model = model_of(option)
        if model is None:
            values += _tag_values(option, tag) if len(alternatives(option)) > 1 else []
        elif tag in model.model_fields:
            values += [str(value) for value in getattr(model.model_fields[tag].annotation, "__args__", ())]
    return values


def _path(place: Place) -> str:
    """The dotted path of a place."""
    return shortened(".".join(place.path), 80)


def _written(node: Node | None) -> str:
    """A value as it was written."""
    return shortened(node.raw) if isinstance(node, Scalar) else "-"


def _number(bound: object) -> str:
    """A bound as one would write it."""
    return f"{bound:.10g}" if isinstance(bound, int | float) else str(bound)


def _as_id(name: str) -> str:
    """An identifier close to a name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:30] or "my-id"


_WORDINGS = {
    "extra_forbidden": _unknown_key,
    "made": _unknown_entry,
    "missing": _missing,
    "union_tag_not_found": _missing,
    "literal_error": _not_a_choice,
    "enum": _not_a_choice,
    "union_tag_invalid": _not_a_choice,
    "union": _wrong_type,
    **dict.fromkeys(_BOUNDS, _out_of_bounds),
}
"""Who words which kind of error."""
