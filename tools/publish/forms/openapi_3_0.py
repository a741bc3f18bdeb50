"""The document as OpenAPI 3.0.3: the same values are valid, said in the words of 3.0."""

import copy
from typing import Any

from .event_streams import as_text, drop_unused_examples, event_streams, take_events

DROPPED = {"contentMediaType", "contentEncoding", "$comment", "examples"}
"""Annotations that 3.0 does not know; a `contentSchema` stays as `x-content-schema`."""
SUBSCHEMA = {"items", "not", "additionalProperties"}
SUBSCHEMAS = {"allOf", "anyOf", "oneOf"}
KEPT = {
    *(
        "type",
        "format",
        "title",
        "description",
        "default",
        "enum",
        "required",
        "pattern",
        "multipleOf",
        "minimum",
        "maximum",
    ),
    *(
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
        "discriminator",
    ),
    *("deprecated", "readOnly", "writeOnly", "externalDocs", "xml", "example", "nullable"),
}
NULL = {"type": "string", "nullable": True, "enum": [None]}
"""The schema of `null` alone, which 3.0 has no type for."""


class Inexpressible(Exception):
    """OpenAPI 3.0 has no words for a part of the document; the text says for which."""


def to_3_0(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document as OpenAPI 3.0.3. Its event streams are texts, which is all that 3.0 can say of them.

    Raises:
        Inexpressible: for a keyword that 3.0 lacks and that changes which values are valid.
    """
    document = copy.deepcopy(document)
    for media in event_streams(document):
        text = {"type": "string", "description": "Server-sent events.", "x-item-schema": media["schema"]}
        media["schema"] = text
        if events := take_events(media, document):
            media["examples"] = {"events": {"summary": "Events", "value": as_text(events)}}
    drop_unused_examples(document)
    derived: dict[str, Any] = _document(document)
    derived["openapi"] = "3.0.3"
    derived["info"].pop("summary", None)
    derived["info"].get("license", {}).pop("identifier", None)
    return derived


def _document(node: Any, key: str = "", above: str = "") -> Any:
    """Copy a document, with every schema in it rewritten."""
    if key == "schema" or above == "schemas":
        return schema_3_0(node)
    if key in ("example", "value", "x-codeSamples"):
        return node
    if isinstance(node, dict):
        return {name: _document(value, name, key) for name, value in node.items()}
    return [_document(one) for one in node] if isinstance(node, list) else node


def schema_3_0(schema: Any) -> dict[str, Any]:
    """Return a schema of 3.0 for which the same values are valid as for a schema of 3.1.

    Raises:
        Inexpressible: for a keyword that 3.0 lacks.
    """
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    found: dict[str, Any] = {}
    parts: list[dict[str, Any]] = []  # what has to hold besides
    for key, value in schema.items():
        if key == "$ref":
            parts.append({"$ref": value})
        elif key == "const":
            parts.append(_enum([value]))
        elif key == "enum":
            parts.append(_enum(value))
        elif key == "type":
            found |= _types(value, parts)
        elif key in ("exclusiveMinimum", "exclusiveMaximum"):
            limit = key.removeprefix("exclusive").lower()
            parts.append({limit: value, key: True})
        elif key in SUBSCHEMAS:
            found[key] = [NULL if one == {"type": "null"} else schema_3_0(one) for one in value]
        elif key in SUBSCHEMA:
            found[key] = value if isinstance(value, bool) and key == "additionalProperties" else schema_3_0(value)
        elif key == "contentSchema":
            found["x-content-schema"] = schema_3_0(value)
        elif key == "properties":
            found[key] = {name: schema_3_0(one) for name, one in value.items()}
        elif key in KEPT or key.startswith("x-"):
            found[key] = value
        elif key not in DROPPED:
            raise Inexpressible(f"OpenAPI 3.0 has no {key}")
    return _joined(found, parts)


def _joined(found: dict[str, Any], parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a schema with more that has to hold: beside its keywords where that is possible, else by `allOf`."""
    rest = []
    for part in parts:
        apart = "$ref" in part or found.keys() & part.keys() or ("nullable" in part and "type" in found)
        if apart and not (found or len(parts) > 1):
            return part
        if apart:
            rest.append(part)
        else:
            found |= part
    if rest:
        found["allOf"] = [*found.get("allOf", []), *rest]
    if found.get("type") == "array":
        found.setdefault("items", {})
    return found


def _types(value: str | list[str], parts: list[dict[str, Any]]) -> dict[str, Any]:
    names = [value] if isinstance(value, str) else value
    types = [name for name in names if name != "null"]
    nullable: dict[str, Any] = {"nullable": True} if "null" in names else {}
    if not types:
        parts.append(NULL)
        return {}
    if len(types) == 1:
        return {"type": types[0], **nullable}
    choices: list[dict[str, Any]] = [{"type": name, **({"items": {}} if name == "array" else {})} for name in types]
    parts.append({"anyOf": [*choices, *([NULL] if nullable else [])]})
    return {}


def _enum(values: list[Any]) -> dict[str, Any]:
    """Return a schema of the values alone. Without a type, `null` needs a schema of its own."""
    return {"enum": values}
