"""The document for code generators: OpenAPI 3.0.3 without what they stumble over.

No links, examples or `x-` keys; short descriptions; every object is flat; each body has one media type, the first, so
that files cannot be sent; names that clash in no common language. Each
response of the document is valid for it, and each request that it allows is one that the document allows, but for
limits and patterns, which the server enforces.
"""

import json
import re
from typing import Any

from .openapi_3_0 import to_3_0

RENAMED = {"Thread": "ConversationThread", "ErrorResponse": "ErrorBody", "ErrorEvent": "StreamErrorEvent"}
"""Schemas whose names are taken in a common language, and what they are called here."""
TAKEN = {
    *(
        "Action",
        "Annotation",
        "Any",
        "Array",
        "Attribute",
        "Blob",
        "Boolean",
        "Buffer",
        "Bundle",
        "Class",
        "Comparable",
    ),
    *("Console", "Data", "Date", "Delegate", "Dictionary", "Document", "Enum", "Environment", "Error", "ErrorEvent"),
    "ErrorResponse",
    *("Event", "Exception", "File", "Files", "Function", "Hash", "Index", "Integer", "Iterable", "Iterator", "List"),
    *("ApiClient", "ApiError", "ApiException", "ApiResponse", "Configuration"),  # of the generated clients themselves
    *("Map", "MessageEvent", "Metadata", "Method", "Module", "Name", "Node", "Notification", "Number", "Object"),
    *("Operation", "Option", "Override", "Package", "Process", "Progress", "Promise", "Range", "Record", "Request"),
    *("Response", "Result", "Runnable", "Runtime", "Set", "Stream", "String", "Struct", "Symbol", "System", "Task"),
    *("Text", "Thread", "Throwable", "Time", "Timer", "Type", "Uri", "Url", "Uuid", "Vec", "Version", "Void"),
}
"""Classes of the standard libraries of TypeScript, Java, Kotlin, C#, Swift, Ruby, PHP and Rust that need no import."""
DROPPED = {"links", "examples", "example", "pattern", "externalDocs", "servers"}


def for_generators(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document in the form that generators of other languages read best.

    Raises:
        Inexpressible: for a keyword that OpenAPI 3.0 lacks.
    """
    derived = to_3_0(_Flattened(document).document())
    derived["servers"] = [{"url": server["url"]} for server in document["servers"]]
    text = json.dumps(derived)
    for name, other in RENAMED.items():
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{other}"')
    derived = json.loads(text)
    derived["components"]["schemas"] = {
        RENAMED.get(name, name): schema for name, schema in derived["components"]["schemas"].items()
    }
    shortened: dict[str, Any] = _shortened(derived)
    return shortened


class _Flattened:
    """A document whose objects have all their properties themselves."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._needed: dict[str, dict[str, Any]] = {}

    def document(self) -> dict[str, Any]:
        paths = self._node(self._document["paths"])
        components = {
            kind: self._node(entries)
            for kind, entries in self._document["components"].items()
            if kind not in ("schemas", "links", "examples")
        }
        return {**self._document, "paths": paths, "components": {**components, "schemas": self._schemas()}}

    def _schemas(self) -> dict[str, Any]:
        """Return the schemas that are referred to, and those that they refer to."""
        done: dict[str, Any] = {}
        while missing := self._needed.keys() - done.keys():
            for name in sorted(missing):
                done[name] = self._schema(self._needed[name], inside=True)
        return {name: done[name] for name in self._document["components"]["schemas"] if name in done}

    def _node(self, node: Any, key: str = "") -> Any:
        if key == "requestBody":
            # one media type: generators serve the first, and some write code that does not compile for the others
            (media_type, media), *_ = node["content"].items()
            return {**node, "content": {media_type: self._node(media)}}
        if key == "schema":
            return self._schema(node)
        if isinstance(node, dict):
            return {name: self._node(value, name) for name, value in node.items() if name not in DROPPED}
        return [self._node(one) for one in node] if isinstance(node, list) else node

    def _schema(self, schema: dict[str, Any], *, inside: bool = False) -> dict[str, Any]:
        merged = self._merged(schema)
        if "$ref" in schema and not inside and _has_a_class(merged):
            name = schema["$ref"].rpartition("/")[2]
            self._needed[name] = self._document["components"]["schemas"][name]
            return {"$ref": schema["$ref"]}
        for kind in ("oneOf", "anyOf"):
            if kind in merged:
                merged = self._union(merged, kind)
        if "properties" in merged:
            merged["properties"] = {name: self._schema(one) for name, one in merged["properties"].items()}
        for key in ("items", "additionalProperties", "contentSchema"):
            if isinstance(merged.get(key), dict):
                merged[key] = self._schema(merged[key])
        return merged

    def _union(self, merged: dict[str, Any], kind: str) -> dict[str, Any]:
        """Return a schema without constraints that name no type, and without a choice between simple types."""
        rest = {key: value for key, value in merged.items() if key != kind}
        choices = [one for one in merged[kind] if one != {"type": "null"}]
        if "properties" in merged:
            return rest  # each choice only says what must be there
        if len(choices) < len(merged[kind]):
            (choice,) = choices
            # in its place and not by reference, which 3.0 cannot make nullable
            plain = self._schema(choice, inside=True)
            described = {"description": merged["description"]} if "description" in merged else {}
            values = {"enum": [*plain["enum"], None]} if "enum" in plain else {}
            return {**plain, **values, "nullable": True, **described}
        if any("enum" in one for one in choices):
            return {**rest, **next(one for one in choices if "enum" in one)}
        if not any("$ref" in one for one in choices):
            return rest
        return {**rest, kind: [self._schema(one) for one in choices]}

    def _merged(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return a schema with what it refers to and its `allOf` merged in."""
        parts = [self._merged(part) for part in schema.get("allOf", [])]
        if "$ref" in schema:
            parts.append(self._merged(self._document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]))
        parts.append({key: value for key, value in schema.items() if key not in ("$ref", "allOf", *DROPPED)})
        found: dict[str, Any] = {}
        for part in parts:
            properties = dict(found.get("properties", {}))
            for name, one in part.get("properties", {}).items():
                properties[name] = {**properties[name], **one} if name in properties else one
            required = sorted({*found.get("required", []), *part.get("required", [])})
            found = {**found, **part}
            found |= {"properties": properties} if properties else {}
            found |= {"required": required} if required else {}
        if "properties" in found:
            found["type"] = found.get("type", "object")
        return found


def _has_a_class(merged: dict[str, Any]) -> bool:
    """Return whether generators make a class of a schema: an object with properties, an enumeration, a union."""
    return bool(merged.keys() & {"properties", "enum", "oneOf"})


def _shortened(node: Any, key: str = "") -> Any:
    """Copy a node without `x-` keys, and with the first sentence of each description."""
    if key == "description" and isinstance(node, str):
        first = re.split(r"(?<=[.:;])\s", " ".join(node.split()), maxsplit=1)[0]
        return first.rstrip(":;").rstrip(".") + "."
    if isinstance(node, dict):
        return {name: _shortened(value, name) for name, value in node.items() if not str(name).startswith("x-")}
    return [_shortened(one) for one in node] if isinstance(node, list) else node
