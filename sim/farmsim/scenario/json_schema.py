"""The JSON Schema of scenario files, by which editors complete and check them while they are written.

It allows what the loader resolves before validation: `extends`, `sources`, and `use` with keys left out.
"""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from farmsim.scenario.merge import SECTIONS

Schema = dict[str, Any]

_SOURCE: Schema = {
    "type": "object",
    "description": "Where the values below a path come from.",
    "properties": {
        "source": {"type": "string", "minLength": 1, "description": "A source, or a short citation."},
        "assumed": {"type": "string", "minLength": 1, "description": "The reason, where there is no source."},
        "range": {
            "type": "array",
            "items": {"type": "number"},
            "minItems": 2,
            "maxItems": 2,
            "description": "Lowest and highest sensible value.",
        },
    },
    "additionalProperties": False,
    "oneOf": [{"required": ["source"]}, {"required": ["assumed"]}],
}


def scenario_json_schema(
    model: type[BaseModel], names: Callable[[str], list[str]] | None = None, *, with_use: bool = True
) -> Schema:
    """The JSON Schema for files of `model`; with `names`, `use` completes to the entries of the catalogue."""
    schema: Schema = _relaxed(model.model_json_schema())
    definitions: Schema = schema.get("$defs", {})
    for pattern, section in SECTIONS.items() if with_use else ():
        for block in _blocks_at([schema], pattern, definitions):
            block.setdefault("properties", {})["use"] = _use(section, names)
    schema["properties"]["extends"] = {
        "type": "string",
        "description": "The file, or the bundled scenario, that this one changes.",
    }
    schema["properties"]["sources"] = {"type": "object", "additionalProperties": _SOURCE}
    title = schema.pop("title", model.__name__)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"farmsim {title}", **schema}


def sweep_json_schema() -> Schema:
    """The JSON Schema of sweep files."""
    from farmsim.scenario.sweeps.schema import SweepFile  # noqa: PLC0415 (only where it is asked for)

    schema: Schema = _relaxed(SweepFile.model_json_schema())
    schema.pop("title", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "farmsim sweep", **schema}


def both_kinds(season: Schema, network: Schema) -> Schema:
    """One schema for both kinds of files: those with the key `network` are held against the second.

    Blocks that both have under one name are the same; others of one name are kept apart.
    """
    shared = season.get("$defs", {})
    own = {
        name: name if shared.get(name, block) == block else f"Network{name}"
        for name, block in network.get("$defs", {}).items()
    }
    named = _renamed(network, {f"#/$defs/{name}": f"#/$defs/{new}" for name, new in own.items()})
    definitions = shared | {own[name]: block for name, block in named.pop("$defs", {}).items()}
    head = {"$schema": season["$schema"], "title": "farmsim scenario"}
    bodies = [
        {key: value for key, value in one.items() if key not in {"$schema", "$defs", "title"}}
        for one in (named, season)
    ]
    return {
        **head,
        "if": {"required": ["network"]},
        "then": bodies[0],
        "else": bodies[1],
        "$defs": definitions,
    }


def _renamed(node: Any, names: dict[str, str]) -> Any:
    """The schema with references to definitions under their new names."""
    if isinstance(node, list):
        return [_renamed(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: names.get(value, value) if key == "$ref" and isinstance(value, str) else _renamed(value, names)
        for key, value in node.items()
    }


def _use(section: str, names: Callable[[str], list[str]] | None) -> Schema:
    """The schema of a `use` key."""
    known = names(section) if names is not None else []
    allowed: Schema = {"enum": known} if known else {}
    return {
        "type": "string",
        "description": f"Take the values of this entry of the catalogue ({section}).",
        **allowed,
    }


def _relaxed(node: Any, *, is_schema: bool = True) -> Any:
    """The schema without `required`, since keys may be inherited; alternatives may then overlap.

    Below `properties` and the like, keys are names of fields and not words of JSON Schema.
    """
    if isinstance(node, list):
        return [_relaxed(item) for item in node]
    if not isinstance(node, dict):
        return node
    if not is_schema:
        return {key: _relaxed(value) for key, value in node.items()}
    kept = {}
    for key, value in node.items():
        if key in {"required", "discriminator"}:
            continue
        if key in {"const", "default", "enum", "examples"}:
            kept[key] = value
        else:
            names = key in {"properties", "patternProperties", "$defs"}
            kept["anyOf" if key == "oneOf" else key] = _relaxed(value, is_schema=not names)
    return kept


def _blocks_at(found: list[Schema], pattern: tuple[str, ...], definitions: Schema) -> list[Schema]:
    """The object schemas that stand at a path pattern."""
    for segment in pattern:
        below: list[Schema] = []
        for block in _objects(found, definitions):
            if segment == "*":
                below += block.get("patternProperties", {}).values()
                below += (
                    [block["additionalProperties"]]
                    if isinstance(block.get("additionalProperties"), dict)
                    else []
                )
            elif segment in block.get("properties", {}):
                below.append(block["properties"][segment])
        found = below
    return _objects(found, definitions)


def _objects(schemas: list[Schema], definitions: Schema) -> list[Schema]:
    """The schemas with references and alternatives followed."""
    objects: list[Schema] = []
    for schema in schemas:
        if "$ref" in schema:
            objects += _objects([definitions[schema["$ref"].rsplit("/", 1)[-1]]], definitions)
        elif "anyOf" in schema:
            objects += _objects(schema["anyOf"], definitions)
        elif schema.get("type") != "null":
            objects.append(schema)
    return objects
