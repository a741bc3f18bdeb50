"""The reading of the document that openapi-python-client gets: what its parser can use, and nothing it would misuse.

Its parser takes `allOf` only of objects, drops what stands beside a `$ref`, makes a class of every constraint, turns
identifiers into `UUID` objects that refuse what the server may send tomorrow, and sends defaults that the server knows
by itself. So the reading holds shapes only: `allOf` is merged, constraints are left out, form fields that carry JSON
have the shape of that JSON. What a reader should know of each property is kept beside it, under `x-text`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from openapi_python_client.strings import pascal_case, snake_case

from .document import Document, Operation, UnusableDocument
from .text import describe, first_sentences

SHAPE = {"type", "properties", "required", "items", "additionalProperties", "enum", "const", "format", "discriminator"}
BRANCHES = {"allOf", "anyOf", "oneOf"}
CONSTRAINTS = {
    "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "dependentRequired", "propertyNames",
    "not",
}  # fmt: skip
ANNOTATIONS = {
    "title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "externalDocs",
    "$comment", "contentMediaType", "contentSchema", "contentEncoding",
}  # fmt: skip
KINDS = {"string", "integer", "number", "boolean", "object", "array", "null"}
KEPT_FORMATS = {"date-time", "binary", "uuid"}

Schema = dict[str, Any]


def read(document: Document) -> dict[str, Any]:
    """Return the document as openapi-python-client should see it.

    Raises UnusableDocument for whatever would get lost on the way.
    """
    reader = _Reader(document)
    raw = document.raw
    components = {name: reader.component(name) for name in document.schemas}
    paths: dict[str, Any] = {}
    for operation in document.operations:
        paths.setdefault(operation.path, {})[operation.method] = {
            "operationId": operation.id,
            "tags": [operation.tag],
            "parameters": [_parameter(reader, parameter, operation) for parameter in operation.parameters],
            **_request(reader, operation),
            "responses": _responses(reader, operation),
        }
    return {
        "openapi": raw["openapi"],
        "info": {"title": document.title, "version": document.version},
        "paths": paths,
        "components": {"schemas": {**components, **reader.lifted}},
    }


def _parameter(reader: _Reader, parameter: Schema, operation: Operation) -> Schema:
    name = parameter.get("name")
    where = f"{operation}: parameter {name}"
    if "schema" not in parameter:
        raise UnusableDocument(f"{where}: only parameters with a `schema` can be sent")
    if parameter.get("in") not in {"path", "query", "header"}:
        raise UnusableDocument(f"{where}: a parameter in {parameter.get('in')!r} cannot be sent")
    expected_style = "form" if parameter["in"] == "query" else "simple"
    if parameter.get("style", expected_style) != expected_style:
        raise UnusableDocument(f"{where}: style {parameter['style']!r} is not understood")
    return {
        "name": name,
        "in": parameter["in"],
        "required": parameter.get("required", False),
        "schema": reader.shape(parameter["schema"], where, _named(operation.id, str(name))),
    }


def _request(reader: _Reader, operation: Operation) -> Schema:
    if "requestBody" not in operation.raw:
        return {}
    body = reader.document.follow(operation.raw["requestBody"], str(operation))
    content = {}
    for media_type, described in body.get("content", {}).items():
        where = f"{operation}: body {media_type}"
        if "schema" not in described:
            raise UnusableDocument(f"{where}: no `schema`")
        content[media_type] = {"schema": reader.shape(described["schema"], where, _named(operation.id, "request"))}
    return {"requestBody": {"required": body.get("required", False), "content": content}}


def _responses(reader: _Reader, operation: Operation) -> Schema:
    answers: Schema = {}
    for status, named in operation.raw.get("responses", {}).items():
        response = reader.document.follow(named, str(operation))
        content = {
            media_type: {
                "schema": reader.shape(
                    described["schema"], f"{operation}: answer {status}", _named(operation.id, "response")
                )
            }
            for media_type, described in response.get("content", {}).items()
            if media_type == "application/json" and "schema" in described
        }
        answers[str(status)] = {"description": "", **({"content": content} if content else {})}
    return answers


class _Reader:
    """Reads schemas. What an object or an enumeration inside another is called comes from where it is defined."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.lifted: dict[str, Schema] = {}
        self._merging: list[str] = []

    def component(self, name: str) -> Schema:
        where = f"schema {name}"
        schema = self.document.schemas[name]
        self.document.follow(schema, where)
        return _complete(self.shape(schema, where, name, inside=False), where)

    def shape(self, schema: Any, where: str, name: str, *, inside: bool = True) -> Schema:
        """Return the shape of a schema, without its constraints, as the parser takes it.

        `name` is what its class would be called. An object or enumeration that is `inside` something else becomes a
        component of this name.
        """
        if schema is True:
            return {}
        if not isinstance(schema, dict):
            raise UnusableDocument(f"{where}: {schema!r:.80} is not a schema that a value could fit")
        if "contentSchema" in schema and schema.get("contentMediaType") == "application/json":
            return self.shape(schema["contentSchema"], where, name)
        if "$ref" in schema:
            target = self.document.follow(schema, where)
            if "contentSchema" in target:
                return self.shape(target, where, name)
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            if not (set(beside) & (SHAPE | BRANCHES)):
                return {"$ref": schema["$ref"]}
            schema = {"allOf": [{"$ref": schema["$ref"]}, beside], "description": target.get("description", "")}
        self._refuse_unknown_words(schema, where)
        if "allOf" in schema:
            return self._lifted(self._merged(schema, where, name), name, where, inside)
        shape = {key: schema[key] for key in ("type", "enum", "const") if key in schema}
        if schema.get("format") in KEPT_FORMATS:
            shape["format"] = schema["format"]
        shape.update(_about(schema))
        if "properties" in schema or "object" in kinds(schema):
            shape.update(self._object(schema, where, name))
        if "array" in kinds(schema):
            if "items" not in schema:
                raise UnusableDocument(f"{where}: an array without `items`")
            shape["items"] = self.shape(schema["items"], f"{where}[]", f"{name}Item")
        shape.update(self._alternatives(schema, where, name))
        return self._lifted(shape, name, where, inside)

    def _lifted(self, shape: Schema, name: str, where: str, inside: bool) -> Schema:
        """Return a shape that needs a class as a reference to a component, and one that can be null as such a union."""
        nullable = "null" in kinds(shape) and len(kinds(shape)) > 1
        if "enum" in shape:
            shape = {**shape, **_enumeration(shape, where)}
        if not shape.get("properties") and "enum" not in shape:
            return shape
        if nullable and "type" in shape:
            rest = sorted(kinds(shape) - {"null"})
            shape = {**shape, "type": rest[0] if len(rest) == 1 else rest}
        if not inside and not nullable:
            return shape
        shape = _complete(shape, where)
        known = self.document.schemas if name in self.document.schemas and inside else self.lifted
        if known.get(name, shape) != shape:
            raise UnusableDocument(f"{where}: {name} would be the name of two different things; make it a component")
        self.lifted[name] = shape
        reference = {"$ref": f"#/components/schemas/{name}"}
        return {"oneOf": [reference, {"type": "null"}]} if nullable else reference

    def _alternatives(self, schema: Schema, where: str, name: str) -> Schema:
        """Return those `anyOf` and `oneOf` of a schema that say what a value is, not only which values are allowed."""
        shape: Schema = {}
        for word in ("anyOf", "oneOf"):
            branches = schema.get(word, [])
            if all(self._only_constrains(branch, where) for branch in branches):
                continue
            if "type" in schema or "properties" in schema or "allOf" in schema:
                raise UnusableDocument(f"{where}: `{word}` beside what is no alternative is not understood")
            shape[word] = [self.shape(branch, where, name) for branch in branches]
        return shape

    def _only_constrains(self, schema: Any, where: str) -> bool:
        """Whether a schema says nothing of a value's shape, only which of the values that have it are allowed."""
        if schema is True:
            return True
        schema = self.document.follow(schema, where)
        if "allOf" in schema or schema.get("type", "object") != "object":
            return False
        if schema.get("additionalProperties", True) is not True or {"items", "enum", "const", "format"} & set(schema):
            return False
        branches = (branch for word in ("anyOf", "oneOf") for branch in schema.get(word, []))
        values = (value for value in schema.get("properties", {}).values())
        return all(self._only_constrains(one, where) for one in branches) and all(
            "type" not in one and self._only_constrains(one, where) for one in values if isinstance(one, dict)
        )

    def _object(self, schema: Schema, where: str, name: str) -> Schema:
        shape: Schema = {}
        if schema.get("properties"):
            shape["properties"] = {
                key: self._property(value, f"{where}.{key}", _named(name, key))
                for key, value in schema["properties"].items()
            }
        if "required" in schema:
            shape["required"] = list(schema["required"])
        more = schema.get("additionalProperties", True)
        if isinstance(more, Mapping) and more:
            shape["additionalProperties"] = self.shape(more, f"{where}.*", f"{name}Value")
        return shape

    def _property(self, schema: Any, where: str, name: str) -> Schema:
        shape = self.shape(schema, where, name)
        if "$ref" in shape:
            shape = {"allOf": [shape]}
        return {**shape, "x-text": self._text(schema, where)}

    def _text(self, schema: Any, where: str) -> str:
        described = self._described(schema, where)
        return describe(described, first_sentences(str(described.get("description", ""))))

    def _described(self, schema: Any, where: str) -> Schema:
        """Return a schema with what it says of its values; "this or null" says of them what "this" does."""
        followed = self.document.follow(schema, where)
        for word in ("anyOf", "oneOf"):
            branches = [branch for branch in followed.get(word, ()) if kinds(branch) != {"null"}]
            if len(branches) == 1:
                return {**self.document.follow(branches[0], where), **followed}
        return followed

    def _refuse_unknown_words(self, schema: Schema, where: str) -> None:
        known = SHAPE | BRANCHES | CONSTRAINTS | ANNOTATIONS
        unknown = sorted(word for word in schema if word not in known and not word.startswith("x-"))
        if unknown:
            raise UnusableDocument(f"{where}: `{'`, `'.join(unknown)}` is not understood")
        if kinds(schema) - KINDS:
            raise UnusableDocument(f"{where}: type {schema['type']!r} is not understood")

    def _merged(self, schema: Schema, where: str, name: str) -> Schema:
        """Return `allOf` as one shape: the properties of all its parts, or the one part that has a shape."""
        self._alternatives(schema, where, name)
        own = {key: value for key, value in schema.items() if key not in BRANCHES}
        parts = [part for part in (*schema["allOf"], own) if not self._only_constrains(part, where)]
        if len(parts) == 1 and parts[0] is not own:
            shape = self.shape(parts[0], where, name, inside=False)
            if len(schema["allOf"]) == 1 or not self._kinds(shape, where) & {"object"}:
                return {**shape, **_about(own)}
        merged: Schema = {"type": "object", "properties": {}}
        required: list[str] = []
        for part in (*schema["allOf"], own):
            shape = self._whole(part, where, name)
            required += shape.get("required", [])
            if self._only_constrains(part, where):
                continue
            if "object" not in kinds(shape) and "properties" not in shape:
                raise UnusableDocument(f"{where}: `allOf` of something that is not an object is not understood")
            for key, value in shape.get("properties", {}).items():
                known = merged["properties"].get(key)
                place = f"{where}.{key}"
                merged["properties"][key] = value if known is None else self._narrower(known, value, place)
            if "additionalProperties" in shape:
                merged["additionalProperties"] = shape["additionalProperties"]
        return {**merged, "required": list(dict.fromkeys(required)), **_about(own)}

    def _whole(self, part: Any, where: str, name: str) -> Schema:
        """Return the shape of one part of an `allOf`, in full also where it is a reference."""
        if isinstance(part, dict) and "$ref" in part:
            reference = part["$ref"]
            if reference in self._merging:
                raise UnusableDocument(f"{where}: {reference} is made of itself")
            self._merging.append(reference)
            shape = self.shape(self.document.follow(part, where), where, reference.rsplit("/", 1)[-1], inside=False)
            self._merging.pop()
            return shape
        return self.shape(part, where, name, inside=False)

    def _narrower(self, first: Schema, second: Schema, where: str) -> Schema:
        """Return the shape that fits both of two parts of an `allOf` which define the same property."""
        if _bare(first) == _bare(second):
            return {**first, **second}
        before, after = (self._kinds(_bare(shape), where) for shape in (first, second))
        second = {**second, "x-text": second["x-text"] or first["x-text"]}
        if after and (not before or after < before):
            return second
        if before and (not after or before < after):
            return {**first, "x-text": second["x-text"]}
        if before == after and not before & {"object", "array"}:
            return second
        raise UnusableDocument(f"{where}: defined twice in an `allOf`, in ways that do not go together")

    def _kinds(self, shape: Schema, where: str) -> set[str]:
        """Return the JSON types that a shape allows; none if it allows any."""
        target = self.lifted.get(shape.get("$ref", "").rsplit("/", 1)[-1]) or self.document.follow(shape, where)
        branches = [branch for word in BRANCHES for branch in target.get(word, [])]
        found = kinds(target)
        for branch in branches:
            found |= self._kinds(branch, where)
        return found


def _complete(shape: Schema, where: str) -> Schema:
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
        found = {_kind(schema["const"])}
    if not found and "enum" in schema:
        found = {_kind(value) for value in schema["enum"]}
    return found


def _kind(value: object) -> str:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "null")


def _enumeration(schema: Schema, where: str) -> Schema:
    """Return the values of an enumeration that are not null, with a name of its own for each member."""
    values = [value for value in schema["enum"] if value is not None]
    if not values or len({type(value) for value in values}) > 1 or len(set(values)) < len(values):
        raise UnusableDocument(f"{where}: an `enum` of different types, or with a value twice, is not understood")
    if not isinstance(values[0], str):
        return {"enum": values}
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


def _named(*parts: str) -> str:
    return parts[0][:1].upper() + parts[0][1:] + "".join(pascal_case(part) for part in parts[1:])


def _bare(shape: Schema) -> Schema:
    """Return a property's shape without what is said of it."""
    bare = {key: value for key, value in shape.items() if key not in {"x-text", "description"}}
    branches = bare.get("allOf")
    return branches[0] if branches and len(branches) == 1 else bare


def _about(schema: Schema) -> Schema:
    return {"description": schema["description"]} if isinstance(schema.get("description"), str) else {}
