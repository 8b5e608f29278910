"""Every parameter of a scenario file, read from the schema: path, type, bounds, default, sentence."""

import typing
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from farmsim.params import Label
from farmsim.report.messages import mark
from farmsim.report.values import plain_number
from farmsim.scenario.network_schema import NetworkScenario
from farmsim.scenario.places import alternatives, model_of, unwrapped
from farmsim.scenario.schema import Scenario
from farmsim.scenario.sweeps.schema import SweepFile

NETWORK = "network"
"""The key by which a file describes a supply network."""
ANY = "ID"
"""Stands in a path for an identifier that the file chooses."""

_TAGS = ("kind", "policy", "distribution", "method")
_SIGNS = (("ge", ">="), ("gt", ">"), ("le", "<="), ("lt", "<"))
_TYPES: dict[Any, str] = {
    float: mark("number"),
    int: mark("whole number"),
    str: mark("text"),
    bool: mark("true or false"),
    dict: mark("mapping by name"),
    list: mark("list"),
    BaseModel: mark("block"),
}


class Parameter(NamedTuple):
    """One field of a scenario file; `variant` names the kind of block that has it, if only some have."""

    path: tuple[str, ...]
    variant: str
    type: str
    bounds: str
    default: str
    description: str

    @property
    def name(self) -> str:
        """The last key."""
        return self.path[-1]


@cache
def parameters() -> tuple[Parameter, ...]:
    """All parameters in the order of the schema."""
    return tuple(_fields(Scenario, (), ""))


@cache
def network_parameters() -> tuple[Parameter, ...]:
    """All parameters of files that describe a supply network; those outside `network` bear its name."""
    return tuple(
        p if p.path[0] == NETWORK or p.variant else p._replace(variant=NETWORK)
        for p in _fields(NetworkScenario, (), "")
    )


@cache
def sweep_parameters() -> tuple[Parameter, ...]:
    """All keys of sweep files."""
    return tuple(_fields(SweepFile, (), ""))


def find_parameters(word: str) -> list[Parameter]:
    """Parameters that a path means: exactly, else those whose last key (and some before it) it gives."""
    keys = word.split(".")
    known = (*parameters(), *_of_networks_alone())
    exact = [p for p in known if len(p.path) == len(keys) and _matches(p.path, keys)]
    if exact:
        return exact
    return [p for p in known if p.path[-1] == keys[-1] and _contains(p.path, keys[:-1])]


@cache
def _of_networks_alone() -> tuple[Parameter, ...]:
    """Parameters of networks that say something else than those of seasons, or are not among them."""
    said = {(p.path, p.description) for p in parameters()}
    return tuple(p for p in network_parameters() if (p.path, p.description) not in said)


def _matches(path: tuple[str, ...], keys: list[str]) -> bool:
    """Whether keys are an instance of a path."""
    return all(part in (key, ANY) for part, key in zip(path, keys, strict=True))


def _contains(path: tuple[str, ...], keys: list[str]) -> bool:
    """Whether the keys stand in the path in this order; an identifier of the file stands for any key."""
    rest = iter(path[:-1])
    return all(any(part in (key, ANY) for part in rest) for key in keys)


def _fields(model: type[BaseModel], path: tuple[str, ...], variant: str) -> Iterator[Parameter]:
    """Parameters of one block and of the blocks below it."""
    for name, field in model.model_fields.items():
        if name in _TAGS and typing.get_origin(unwrapped(field.annotation)) is Literal:
            continue
        here = (*path, field.alias or name)
        blocks = _blocks(field.annotation)
        yield Parameter(here, variant, _type(field), _bounds(field), _default(field), field.description or "")
        for below, block, tag in blocks:
            if block is not Label:
                yield from _fields(block, (*here, *below), tag or variant)


def _blocks(kind: Any, below: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], type[BaseModel], str]]:
    """Blocks that a field may hold: the keys that lead to them, the block, the kind it is."""
    bare = unwrapped(kind)
    if typing.get_origin(bare) is dict:
        return _blocks(typing.get_args(bare)[1], (*below, ANY))
    if typing.get_origin(bare) is list:
        return _blocks(typing.get_args(bare)[0], (*below, "0"))
    options = [model for option in alternatives(bare) if (model := model_of(option)) is not None]
    return [(below, model, _tag(model) if len(options) > 1 else "") for model in options]


def _tag(model: type[BaseModel]) -> str:
    """The word by which a file chooses this kind of block."""
    for name in _TAGS:
        field = model.model_fields.get(name)
        if field is not None and typing.get_origin(unwrapped(field.annotation)) is Literal:
            return " or ".join(str(word) for word in typing.get_args(unwrapped(field.annotation)))
    return ""


def _type(field: FieldInfo) -> str:
    """What kind of value a field takes; alternatives between bars."""
    words = []
    options = [inner for option in alternatives(field.annotation) for inner in alternatives(option)]
    for option in options:
        bare = unwrapped(option)
        origin = typing.get_origin(bare)
        if origin is Literal:
            words.append(" | ".join(str(word) for word in typing.get_args(bare)))
        elif origin in (dict, list):
            words.append(_TYPES[origin])
        elif model_of(bare) is not None:
            words.append(_TYPES[BaseModel])
        else:
            words.append(_TYPES.get(bare, getattr(bare, "__name__", str(bare))))
    return " | ".join(dict.fromkeys(words))


def _bounds(field: FieldInfo) -> str:
    """The bounds of a number, as signs."""
    found: dict[str, Any] = {}
    for item in _metadata(field.annotation, list(field.metadata)):
        for name, sign in _SIGNS:
            value = getattr(item, name, None)
            if value is not None and abs(value) < 1e8:
                found.setdefault(sign, value)
    return ", ".join(f"{sign} {plain_number(value)}" for sign, value in found.items())


def _metadata(kind: Any, found: list[Any]) -> list[Any]:
    """Constraints on a type, those inside an optional included."""
    if typing.get_origin(kind) is typing.Annotated:
        inner, *items = typing.get_args(kind)
        for item in items:
            found += item.metadata if isinstance(item, FieldInfo) else [item]
        return _metadata(inner, found)
    if isinstance(kind, type) or typing.get_origin(kind) in (dict, list):
        return found
    for option in typing.get_args(kind):
        if typing.get_origin(option) is typing.Annotated:
            _metadata(option, found)
    return found


def _default(field: FieldInfo) -> str:
    """The value that holds if the file says nothing; empty where the file must say it."""
    if field.is_required():
        return ""
    value = field.default
    if value is None or isinstance(value, BaseModel):
        return "-"
    return plain_number(value)
