"""Validates a tree against a model, and words every fault as a problem at its place in the file.

Knows models only by what pydantic tells of them; what each kind of error says is in `wording`.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from farmsim.errors import Problem
from farmsim.scenario.faults import Fault
from farmsim.scenario.hints import choices, did_you_mean
from farmsim.scenario.nodes import Entry, ListNode, MapNode, Node, Plain, Scalar, number_of, plain
from farmsim.scenario.places import find, locate
from farmsim.scenario.text import MAX_PROBLEMS, remedy
from farmsim.scenario.wording import Failure, problem_of, without_misspelt

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
        errors = error.errors(include_url=False)
        converted = _with_jin_as_kg(tree, model, errors, problems)
        if converted is not tree:
            return check(converted, model, references, problems)
        failures = [Failure(item, locate(model, tree, item["loc"])) for item in errors[: 10 * MAX_PROBLEMS]]
        problems.extend(_problems(failures, tree))
        return None
    if references is not None:
        faults = islice(references(valid), 2 * MAX_PROBLEMS)
        problems.extend(fault_problem(tree, fault) for fault in faults)
    return Checked(valid, tree, data)


def fault_problem(tree: MapNode, fault: Fault) -> Problem:
    """A fault that the schema found as a problem at its place, or at the nearest key above."""
    place = find(tree, fault.path)
    known = list(fault.candidates)
    guesses = did_you_mean(fault.arguments.get("name", ""), known)[:1]
    arguments = {"path": ".".join(fault.path), **{key: str(value) for key, value in fault.arguments.items()}}
    remedies = [*(remedy("did-you-mean", guess=guess) for guess in guesses), *choices(known), *fault.remedies]
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
    failures = _without_made(without_misspelt(failures[: 2 * MAX_PROBLEMS]), tree)
    return [problem_of(failure) for failure in failures]


def _is_consequence(failure: Failure) -> bool:
    """Whether a failure only follows from a problem that was reported before."""
    place = failure.place
    if isinstance(place.node, Scalar) and place.node.suspect:
        return True
    return place.incomplete and failure.type in {"missing", "union_tag_not_found"}


def _without_made(failures: list[Failure], tree: MapNode) -> list[Failure]:
    """The failures with one for all that is missing in a block that an override has made."""
    kept: dict[object, Failure] = {}
    for failure in failures:
        place = failure.place
        path, block = place.path, place.node
        if failure.type == "missing":
            path, block = place.path[:-1], place.holder
        if failure.type in {"missing", "union_tag_not_found"} and isinstance(block, MapNode) and block.made:
            kept.setdefault(path, Failure({**failure.error, "type": "made"}, find(tree, path)))
        else:
            kept[id(failure)] = failure
    return list(kept.values())


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


_TAG_NAMES = frozenset({"kind", "policy", "distribution", "method"})


def _label(failure: Failure) -> str:
    """The union branch that a failure belongs to."""
    return failure.place.union[1] if failure.place.union else ""


def _with_jin_as_kg(
    tree: MapNode, model: type[BaseModel], errors: Sequence[ErrorDetails], problems: list[Problem]
) -> MapNode:
    """The tree with prices per jin (500 g) turned into prices per kg where the model has such a field."""
    changes: dict[tuple[str, ...], Change] = {}
    for error in errors:
        if error["type"] != "extra_forbidden" or not str(error["loc"][-1]).endswith("_per_jin"):
            continue
        failure = Failure(error, locate(model, tree, error["loc"]))
        place, right = failure.place, failure.per_kg_key
        node, value = place.node, number_of(place.node)
        if right is None or place.holder is None or right in place.holder.entries:
            continue
        if not isinstance(node, Scalar) or value is None:
            continue
        changes[place.path] = (right, replace(node, value=value * 2))
        way = remedy("read-as", value=f"{value * 2:.10g}", key=right)
        problems.append(place.key.problem("W031", way, key=place.name))
    changed = _changed(tree, (), changes) if changes else tree
    assert isinstance(changed, MapNode), "a mapping stays a mapping"
    return changed


Change = tuple[str, Scalar]
"""Another key for a value, and the value."""


def _changed(node: Node, path: tuple[str, ...], changes: dict[tuple[str, ...], Change]) -> Node:
    """The node, which stands at `path`, with the values at some paths put under another key."""
    match node:
        case MapNode():
            entries = {}
            for name, entry in node.entries.items():
                key, value = changes.get((*path, name)) or (
                    name,
                    _changed(entry.node, (*path, name), changes),
                )
                entries[key] = Entry(entry.key, value)
            return replace(node, entries=entries)
        case ListNode():
            items = (_changed(item, (*path, str(index)), changes) for index, item in enumerate(node.items))
            return replace(node, items=tuple(items))
        case Scalar():
            return node
