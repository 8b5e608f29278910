"""From the `loc` of a validation error to a place in the tree.

pydantic puts the branch taken through a union into `loc`; walking the model's types along with the tree tells
such labels from keys.
"""

import types
import typing
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union

from pydantic import BaseModel

from farmsim.scenario.nodes import ListNode, MapNode, Node, Scalar
from farmsim.scenario.text import Mark


@dataclass(slots=True)
class Place:
    """Where an error is: the path of keys, the node (None if it is missing) and what surrounds it."""

    path: tuple[str, ...]
    key: Mark
    node: Node | None
    kind: Any
    holder: MapNode | None = None
    model: type[BaseModel] | None = None
    union: tuple[tuple[str, ...], str, Any] | None = None
    on_key: bool = False
    incomplete: bool = False

    @property
    def name(self) -> str:
        """The last key."""
        return self.path[-1] if self.path else ""

    @property
    def mark(self) -> Mark:
        """What the caret stands under: the value, or the key of a missing value, a mapping or a list."""
        return self.node.mark if isinstance(self.node, Scalar) and not self.on_key else self.key


def locate(model: type[BaseModel], tree: MapNode, loc: tuple[int | str, ...]) -> Place:
    """The place that an error location of `model` means in `tree`."""
    place = Place((), tree.mark, tree, model, incomplete=tree.incomplete)
    for part in loc:
        if part == "[key]":
            place.on_key = True
            continue
        options = alternatives(place.kind)
        if len(options) > 1:
            if place.union is None and not is_tagged(place.kind):
                place.union = (place.path, str(part), place.kind)
            place.kind = _branch(options, str(part))
            continue
        if place.kind is None and part != loc[-1] and not _holds(place.node, part):
            continue
        _step(place, part, options[0])
    return place


def find(tree: MapNode, path: tuple[str, ...]) -> Place:
    """The place at a path of keys, or that of the nearest key above it."""
    place = Place((), tree.mark, tree, None)
    for part in path:
        step = int(part) if isinstance(place.node, ListNode) and part.isdecimal() else part
        if not _holds(place.node, step):
            break
        _step(place, step, None)
    return place


def alternatives(kind: Any) -> list[Any]:
    """The types that a type stands for, without None; one if it is no union."""
    kind = unwrapped(kind)
    if typing.get_origin(kind) in {Union, types.UnionType}:
        return [option for option in typing.get_args(kind) if option is not type(None)]
    return [kind]


def is_tagged(kind: Any) -> bool:
    """Whether every alternative is a block that names its kind."""
    return all(_tags(option) for option in alternatives(kind))


def unwrapped(kind: Any) -> Any:
    """A type without its annotations."""
    while typing.get_origin(kind) is Annotated or hasattr(kind, "__value__"):
        kind = kind.__value__ if hasattr(kind, "__value__") else typing.get_args(kind)[0]
    options = typing.get_args(kind) if typing.get_origin(kind) in {Union, types.UnionType} else ()
    real = [option for option in options if option is not type(None)]
    return unwrapped(real[0]) if len(real) == 1 else kind


def model_of(kind: Any) -> type[BaseModel] | None:
    """The model that a type is, if it is one."""
    kind = unwrapped(kind)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _branch(options: list[Any], label: str) -> Any:
    """The alternative that a label of an error location names; None if that cannot be told."""
    for option in options:
        model = model_of(option)
        if label in _tags(option) or (model is not None and model.__name__ == label):
            return option
    if label.startswith("tagged-union["):
        return next((option for option in options if len(alternatives(option)) > 1), None)
    blocks = [option for option in options if model_of(option) is not None]
    bare = label.rsplit("-", 1)[-1]
    simple = {"float": float, "int": int, "str": str, "bool": bool}
    if bare in simple:
        return simple[bare]
    return blocks[0] if len(blocks) == 1 and "[" in label else None


def _tags(kind: Any) -> set[str]:
    """The names by which a block is chosen: the values of its literal fields."""
    options = alternatives(kind)
    if len(options) > 1:
        return set[str]().union(*(_tags(option) for option in options)) if all(map(_tags, options)) else set()
    model = model_of(kind)
    if model is None:
        return set()
    tags: set[str] = set()
    for name in ("kind", "policy", "distribution"):
        info = model.model_fields.get(name)
        if info is not None and typing.get_origin(unwrapped(info.annotation)) is Literal:
            tags.update(str(value) for value in typing.get_args(unwrapped(info.annotation)))
    return tags


def _holds(node: Node | None, part: int | str) -> bool:
    """Whether there is something at a key or index of a node."""
    if isinstance(node, ListNode):
        return isinstance(part, int) and part < len(node.items)
    return isinstance(node, MapNode) and str(part) in node.entries


def _step(place: Place, part: int | str, kind: Any) -> None:
    """Move a place to a key or index below it."""
    node, name = place.node, str(part)
    below: Node | None = None
    key = place.key
    place.holder = node if isinstance(node, MapNode) else None
    place.model = model_of(kind)
    if isinstance(node, MapNode) and name in node.entries:
        key, below = node.entries[name].key, node.entries[name].node
    elif isinstance(node, ListNode) and isinstance(part, int) and _holds(node, part):
        below = node.items[part]
        key = below.mark
    place.kind = _kind_below(kind, name, part)
    place.path, place.key, place.node = (*place.path, name), key, below
    place.incomplete = place.incomplete or (isinstance(below, MapNode) and below.incomplete)


def _kind_below(kind: Any, name: str, part: int | str) -> Any:
    """The type of what stands under a key or index of a type."""
    model = model_of(kind)
    if model is not None:
        fields = model.model_fields
        info = fields.get(name) or next((f for f in fields.values() if f.alias == name), None)
        return None if info is None else info.annotation
    arguments = typing.get_args(unwrapped(kind))
    origin = typing.get_origin(unwrapped(kind))
    if origin is tuple and isinstance(part, int) and Ellipsis not in arguments:
        return arguments[part] if part < len(arguments) else None
    if not arguments:
        return None
    return arguments[0] if isinstance(part, int) else arguments[-1]
