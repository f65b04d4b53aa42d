"""What the pages themselves do not say of their addresses: fields of forms, queries, shapes of documents.

`python -m tools.page_details` opens every page of a filled and of an empty site and writes what it finds to
details.json; a test opens them again and compares.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

FILE: Final = Path(__file__).with_name("details.json")
DEPTH: Final = 2
"""Document and row: what lies deeper is described by the package that makes it."""
_PLAIN: Final = (
    (type(None), "null"),
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
)
Schema = dict[str, Any]
"""A JSON Schema (draft 2020-12), as OpenAPI 3.1 takes it."""


@dataclass(frozen=True)
class Details:
    """What was found on the pages.

    Attributes:
        documents: schema of the JSON document by the address of it.
        forms: schema of each field by page and form.
        queries: names of queries by address of the page.
    """

    documents: Mapping[str, Schema] = field(default_factory=dict[str, Schema])
    forms: Mapping[str, Mapping[str, Mapping[str, Schema]]] = field(
        default_factory=dict[str, dict[str, dict[str, Schema]]]
    )
    queries: Mapping[str, list[str]] = field(default_factory=dict[str, list[str]])


@cache
def details() -> Details:
    """What was found when the pages were last looked at."""
    return Details(**json.loads(FILE.read_text("utf-8")))


def schema_of(value: Any, depth: int = DEPTH) -> Schema:
    """The schema of a JSON value.

    Args:
        value: as `json` reads it.
        depth: so many objects within each other are described; those within are named as objects only.

    Example:
        >>> schema_of([{"a": 1}, {"a": None, "b": "x"}])["items"]["properties"]["a"]
        {'type': ['integer', 'null']}
    """
    plain = next((name for kind, name in _PLAIN if isinstance(value, kind)), None)
    if plain is not None:
        return {"type": plain}
    if isinstance(value, list | tuple):
        items: Schema = {}
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            items = merged(items, schema_of(item, depth))
        return {"type": "array", "items": items}
    if depth == 0:
        return {"type": "object"}
    assert isinstance(value, dict)
    named = cast(dict[str, Any], value)
    properties = {name: schema_of(item, depth - 1) for name, item in sorted(named.items())}
    return {"type": "object", "properties": properties, "required": sorted(named)}


def merged(one: Schema, other: Schema) -> Schema:
    """A schema of all that one of two takes.

    Example:
        >>> merged({"type": "integer"}, {"type": "number"})
        {'type': 'number'}
    """
    if not one or not other:
        return one or other
    kinds = _kinds(one) | _kinds(other)
    if {"integer", "number"} <= kinds:
        kinds.discard("integer")
    made: Schema = {"type": kinds.pop() if len(kinds) == 1 else sorted(kinds)}
    if "items" in one or "items" in other:
        made["items"] = merged(one.get("items", {}), other.get("items", {}))
    if "properties" in one or "properties" in other:
        made |= _merged_properties(one, other)
    return made


def _kinds(schema: Schema) -> set[str]:
    kind = schema["type"]
    return {kind} if isinstance(kind, str) else set(kind)


def _merged_properties(one: Schema, other: Schema) -> Schema:
    if "properties" not in one or "properties" not in other:
        known = one if "properties" in one else other
        return {"properties": known["properties"], "required": known["required"]}
    names = sorted(one["properties"].keys() | other["properties"].keys())
    properties = {
        name: merged(one["properties"].get(name, {}), other["properties"].get(name, {})) for name in names
    }
    return {"properties": properties, "required": sorted(set(one["required"]) & set(other["required"]))}
