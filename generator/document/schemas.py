"""Questions about single schemas, and the parser's names for what they hold."""

from __future__ import annotations

import re
from typing import Any

from openapi_python_client.strings import pascal_case, snake_case

from .document import UnusableDocument

Schema = dict[str, Any]

CONSTRAINTS = {
    "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "dependentRequired", "propertyNames",
    "not", "contains", "minContains", "maxContains", "unevaluatedProperties", "unevaluatedItems",
}  # fmt: skip
ANNOTATIONS = {
    "title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "externalDocs",
    "$comment", "contentMediaType", "contentSchema", "contentEncoding", "xml", "$schema", "$id", "$anchor",
}  # fmt: skip


def complete(shape: Schema, where: str) -> Schema:
    """Return a shape all of whose required properties are there."""
    lost = [key for key in shape.get("required", []) if key not in shape.get("properties", {})]
    if lost and "properties" in shape:
        raise UnusableDocument(f"{where}: `required` names {', '.join(lost)}, which is no property")
    seen: dict[tuple[str, str], str] = {}
    for key in shape.get("properties", {}):
        first = seen.setdefault((snake_case(key), re.sub(r"[^\w]+", "", key)), key)
        if first != key:
            raise UnusableDocument(f"{where}: `{first}` and `{key}` would have the same name in Python")
    return shape


def kinds(schema: Schema) -> set[str]:
    """Return the JSON types that a schema names itself, the type of its `const` or `enum` included."""
    named = schema.get("type", [])
    found = {named} if isinstance(named, str) else set(named)
    if not found and "const" in schema:
        found = {kind_of(schema["const"])}
    if not found and "enum" in schema:
        found = {kind_of(value) for value in schema["enum"]}
    return found


def with_integers(kinds: set[str]) -> set[str]:
    """Return JSON types with `integer` beside `number`, which allows integers."""
    return {*kinds, "integer"} if "number" in kinds else kinds


def kind_of(value: object) -> str:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "null")


def enumeration(schema: Schema, where: str) -> Schema:
    """Return the values of an enumeration that are not null, with a distinct name for each member."""
    values = list(dict.fromkeys(value for value in schema["enum"] if value is not None))
    names: list[str] = []
    for value in values:
        if not value.isprintable():
            raise UnusableDocument(f"{where}: the value {value!r} cannot be printed")
        plain = re.sub(r"[\W_]+", "_", value).strip("_").upper() or "EMPTY"
        member = plain if plain[0].isalpha() else f"VALUE_{plain}"
        while member in names:
            member += "_X"
        names.append(member)
    return {"enum": values, "x-enum-varnames": names}


def named(*parts: str) -> str:
    return parts[0][:1].upper() + parts[0][1:] + "".join(pascal_case(part) for part in parts[1:])


def is_write_only(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("writeOnly") is True


def only_allows_null(schema: Any) -> bool:
    """Return whether a part of `allOf` says no more than 3.0's `nullable` and a description."""
    return isinstance(schema, dict) and schema.get("nullable") is True and set(schema) <= {"nullable", "description"}


def bare(shape: Schema) -> Schema:
    """Return a property's shape without what is said of it."""
    bare = {key: value for key, value in shape.items() if key not in {"x-text", "description"}}
    branches = bare.get("allOf")
    return branches[0] if branches and len(branches) == 1 else bare


def about_of(schema: Schema) -> Schema:
    return {"description": schema["description"]} if isinstance(schema.get("description"), str) else {}
