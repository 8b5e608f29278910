"""Validates a tree against a model, and words every fault as a problem at its place in the file.

Knows models only by what pydantic tells of them; what each kind of error says is in `wording`.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from farmsim.errors import Problem
from farmsim.scenario.faults import Fault
from farmsim.scenario.hints import choices, did_you_mean
from farmsim.scenario.nodes import Entry, ListNode, MapNode, Node, Plain, Scalar, number_of, plain
from farmsim.scenario.places import Place, find, locate
from farmsim.scenario.text import remedy
from farmsim.scenario.wording import Failure, missing_and_misspelt, problem_of

M = TypeVar("M", bound=BaseModel)

References = Callable[[M], Iterable[Fault]]
"""What a schema says about references between blocks, once each block is valid."""


@dataclass(frozen=True, slots=True)
class Checked(Generic[M]):
    """A valid model, with the tree and plain data that it was made of."""

    model: M
    tree: MapNode
    data: dict[str, Plain]


def check(
    tree: MapNode, model: type[M], references: References[M] | None, problems: list[Problem]
) -> Checked[M] | None:
    """The model of a tree; None with problems added if it is invalid. Warnings are problems too."""
    try:
        valid, data = _validated(tree, model)
    except ValidationError as error:
        failures = [
            Failure(item, locate(model, tree, item["loc"])) for item in error.errors(include_url=False)
        ]
        converted = _with_jin_as_kg(tree, failures, problems)
        if converted is not tree:
            return check(converted, model, references, problems)
        problems.extend(_problems(failures, tree))
        return None
    if references is not None:
        problems.extend(fault_problem(tree, fault) for fault in references(valid))
    return Checked(valid, tree, data)


def fault_problem(tree: MapNode, fault: Fault) -> Problem:
    """A fault that the schema found as a problem at its place, or at the nearest key above."""
    place = find(tree, fault.path)
    known = list(fault.candidates)
    guesses = did_you_mean(fault.arguments.get("name", ""), known)[:1]
    arguments = {"path": ".".join(fault.path), **{key: str(value) for key, value in fault.arguments.items()}}
    remedies = [*(remedy("did-you-mean", guess=guess) for guess in guesses), *choices(known)]
    mark = place.key if fault.on_key else place.mark
    return mark.problem(fault.code, *remedies, **arguments)


def _validated(tree: MapNode, model: type[M]) -> tuple[M, dict[str, Plain]]:
    """The model of a tree and its plain data. By way of JSON, so that a list may be a tuple."""
    data = plain(tree)
    assert isinstance(data, dict), "the root of a scenario is a mapping"
    return model.model_validate_json(json.dumps(data, ensure_ascii=False, allow_nan=False)), data


def _problems(failures: list[Failure], tree: MapNode) -> list[Problem]:
    """One problem for each independent failure, in the order of the file."""
    failures = [failure for failure in _one_branch_each(failures, tree) if not _is_consequence(failure)]
    failures = missing_and_misspelt(failures)
    return [problem_of(failure) for failure in failures]


def _is_consequence(failure: Failure) -> bool:
    """Whether a failure only follows from a problem that was reported before."""
    place = failure.place
    if isinstance(place.node, Scalar) and place.node.suspect:
        return True
    return place.incomplete and failure.type in {"missing", "union_tag_not_found"}


def _one_branch_each(failures: list[Failure], tree: MapNode) -> list[Failure]:
    """The failures without those of union branches that were not meant."""
    kept = [failure for failure in failures if failure.place.union is None]
    groups: dict[tuple[str, ...], list[Failure]] = {}
    for failure in failures:
        if failure.place.union is not None:
            groups.setdefault(failure.place.union[0], []).append(failure)
    for path, group in groups.items():
        kept.extend(_meant(path, group, find(tree, path).node))
    order = {id(failure): index for index, failure in enumerate(failures)}
    return sorted(kept, key=lambda failure: order.get(id(failure), len(order)))


def _meant(path: tuple[str, ...], group: list[Failure], node: Node | None) -> list[Failure]:
    """Of the failures at one union, those of the branch that its author meant, or one for all."""
    inside = [f for f in group if f.place.path != path or not f.type.endswith("_type")]
    if isinstance(node, MapNode | ListNode) or number_of(node) is not None:
        wrong_kind = {_label(f) for f in inside if f.type == "literal_error" and f.place.name in _TAG_NAMES}
        branches = {_label(f) for f in inside} - wrong_kind or {_label(f) for f in inside}
        if branches:
            best = min(sorted(branches), key=lambda label: sum(1 for f in inside if _label(f) == label))
            return [f for f in inside if _label(f) == best]
    first = group[0]
    union = first.place.union
    assert union is not None, "only failures in a union are grouped"
    place = replace(first.place, path=path, node=node, kind=union[2])
    return [Failure({**first.error, "type": "union"}, place)]


_TAG_NAMES = frozenset({"kind", "policy", "distribution"})


def _label(failure: Failure) -> str:
    """The union branch that a failure belongs to."""
    return failure.place.union[1] if failure.place.union else ""


def _with_jin_as_kg(tree: MapNode, failures: Sequence[Failure], problems: list[Problem]) -> MapNode:
    """The tree with prices per jin (500 g) turned into prices per kg where the model has such a field."""
    for failure in failures:
        place = failure.place
        right = failure.per_kg_key
        if right is None or place.holder is None or right in place.holder.entries:
            continue
        node, value = place.node, number_of(place.node)
        if not isinstance(node, Scalar) or value is None:
            continue
        twice = value * 2
        problems.append(
            place.key.problem("W031", remedy("read-as", value=f"{twice:.10g}", key=right), key=place.name)
        )
        tree = _renamed(tree, place, right, replace(node, value=twice))
    return tree


def _renamed(tree: MapNode, place: Place, key: str, value: Scalar) -> MapNode:
    """The tree with the value at a place put under another key."""
    changed = _rebuilt(tree, place.path, key, value)
    assert isinstance(changed, MapNode), "a mapping stays a mapping"
    return changed


def _rebuilt(node: Node, path: tuple[str, ...], key: str, value: Scalar) -> Node:
    """The node with what is at the path put under another key."""
    if isinstance(node, ListNode):
        index = int(path[0])
        item = _rebuilt(node.items[index], path[1:], key, value)
        return replace(node, items=(*node.items[:index], item, *node.items[index + 1 :]))
    assert isinstance(node, MapNode), "a path leads through mappings and lists"
    entries = {}
    for name, entry in node.entries.items():
        if name != path[0]:
            entries[name] = entry
        elif len(path) == 1:
            entries[key] = Entry(entry.key, value)
        else:
            entries[name] = Entry(entry.key, _rebuilt(entry.node, path[1:], key, value))
    return replace(node, entries=entries)
