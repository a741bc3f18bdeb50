"""The reading of the document that openapi-python-client gets: what its parser can use, and nothing it would misuse.

Its parser takes `allOf` only of objects, drops what stands beside a `$ref`, makes a class of every constraint, turns
identifiers into `UUID` objects that refuse what the server may send tomorrow, and sends defaults that the server knows
by itself. So the reading holds shapes only: `allOf` is merged, constraints are left out, form fields that carry JSON
have the shape of that JSON. What a reader should know of each property is kept beside it, under `x-text`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..text import describe, first_sentences
from .bodies import mark_files, merged_properties, plan_body
from .document import Document, Operation, UnusableDocument
from .responses import plan_answers, plan_events
from .schemas import (
    ANNOTATIONS,
    CONSTRAINTS,
    Schema,
    about_of,
    bare,
    complete,
    enumeration,
    is_write_only,
    kind_of,
    kinds,
    named,
    only_allows_null,
    with_integers,
)
from .unions import find_tag, only_constrains, refuse_made_of_itself, texts_of

SHAPE = {"type", "properties", "required", "items", "additionalProperties", "enum", "const", "format", "discriminator"}
BRANCHES = {"allOf", "anyOf", "oneOf"}
KINDS = {"string", "integer", "number", "boolean", "object", "array", "null"}
KEPT_FORMATS = {"date-time", "binary", "uuid"}


@dataclass(frozen=True)
class Reading:
    """The document as openapi-python-client should see it, and its unions with a discriminator as written."""

    raw: dict[str, Any]
    unions: dict[str, Schema]


def read(document: Document) -> Reading:
    """Return the reading of a document. Raises UnusableDocument for whatever would get lost on the way.

    Each operation becomes one object, `parts_name`, whose properties are its parameters (`p0`), the forms of its body
    (`b0`) and its JSON answers (`a0`): the parser's own endpoints know neither several forms nor all places.
    """
    reader = _Reader(document)
    for operation in document.operations:
        if operation.problem:
            raise UnusableDocument(f"{operation}: {operation.problem}")
        mark_files(document, operation)
    parts = {
        parts_name(number): {"type": "object", "properties": _parts(reader, operation)}
        for number, operation in enumerate(document.operations)
    }
    components = reader.components()
    raw = {
        "openapi": "3.1.0",
        "info": {"title": document.title, "version": document.version},
        "paths": {},
        "components": {"schemas": {**components, **reader.lifted, **parts}},
    }
    return Reading(raw, reader.unions)


def parts_name(number: int) -> str:
    return f"PartsOfOperation{number}"


def _parts(reader: _Reader, operation: Operation) -> Schema:
    parts: Schema = {}
    for number, parameter in enumerate(operation.parameters):
        where = f"{operation}: parameter {parameter.get('name')}"
        if "schema" not in parameter:
            raise UnusableDocument(f"{where}: only parameters with a `schema` can be sent")
        parts[f"p{number}"] = reader.shape(parameter["schema"], where, named(operation.id, str(parameter.get("name"))))
    body = plan_body(reader.document, operation)
    for number, form in enumerate(body.forms if body else ()):
        if body and (not body.whole or form.family == "json"):
            where = f"{operation}: body {form.media}"
            parts[f"b{number}"] = reader.shape(form.schema, where, named(operation.id, "request"))
    answers = plan_answers(reader.document, operation)
    if answers.events is not None:
        events = plan_events(reader.document, answers.events, str(operation))
        if events.kind == "json":
            parts["e"] = reader.shape(events.schema, f"{operation}: event", named(operation.id, "event"))
    for number, answer in enumerate(answers.plain):
        if answer.kind == "json":
            where = f"{operation}: answer {answer.status}"
            parts[f"a{number}"] = reader.shape(answer.schema, where, named(operation.id, "response"))
    return parts


class _Reader:
    """Reads schemas. What an object or an enumeration inside another is called comes from where it is defined."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.lifted: dict[str, Schema] = {}
        self.unions: dict[str, Schema] = {}
        self._needed: dict[str, None] = {}
        self._expanding: list[str] = []
        self._sound: set[str] = set()

    def components(self) -> dict[str, Schema]:
        """Return the schemas that operations reach, read."""
        found: dict[str, Schema] = {}
        while waiting := [name for name in self._needed if name not in found]:
            for name in waiting:
                found[name] = self.component(name)
        return found

    def component(self, name: str) -> Schema:
        where = f"schema {name}"
        schema = self.document.schemas[name]
        followed = self.document.follow(schema, where)
        if "discriminator" in followed and ("oneOf" in followed or "anyOf" in followed):
            self.unions[name] = followed
        return complete(self.shape(schema, where, name, inside=False), where)

    def shape(self, schema: Any, where: str, name: str, *, inside: bool = True) -> Schema:
        """Return the shape of a schema, without its constraints, as the parser takes it.

        `name` is what its class would be called. An object or enumeration that is `inside` something else becomes a
        component of this name.
        """
        if schema is True:
            return {}
        if not isinstance(schema, dict):
            raise UnusableDocument(f"{where}: {schema!r:.80} is not a schema that a value could fit")
        schema = self._plainer(schema)
        if "contentSchema" in schema and schema.get("contentMediaType") == "application/json":
            return self.shape(schema["contentSchema"], where, name)
        if "$ref" in schema:
            refuse_made_of_itself(self.document, schema, where, self._sound, ())
            target = self.document.follow(schema, where)
            if "contentSchema" in target:
                return self._expanded(schema["$ref"], target, where, name, inside=inside)
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            if beside.get("type") == "object" and {"oneOf", "anyOf"} & set(target):
                del beside["type"]  # the branches say so themselves
            if not (set(beside) & (SHAPE | BRANCHES)):
                return self._reference(schema["$ref"], target, where, name, inside=inside)
            schema = {"allOf": [{"$ref": schema["$ref"]}, beside], "description": target.get("description", "")}
        self._refuse_unknown_words(schema, where)
        if "allOf" in schema:
            return self._lifted(self._merged(schema, where, name), name, where, inside)
        shape = {key: schema[key] for key in ("type", "enum", "const") if key in schema}
        if schema.get("format") in KEPT_FORMATS:
            shape["format"] = schema["format"]
        shape.update(about_of(schema))
        if {"properties", "required"} & set(schema) or "object" in kinds(schema):
            shape.update(self._object(schema, where, name))
        if "array" in kinds(schema):
            shape["items"] = self.shape(schema.get("items", True), f"{where}[]", f"{name}Item")
        alternatives = self._alternatives(schema, where, name)
        if alternatives:
            shape.pop("type", None)
            shape.update(alternatives)
            if inside and "discriminator" in schema:
                self._note_union(name, schema)
        return self._lifted(shape, name, where, inside)

    def _plainer(self, schema: Schema) -> Schema:
        """Return a schema without `nullable`, 3.0's word which documents of 3.1 have too, and without values that tell
        only a type."""
        parts = [part for part in schema.get("allOf", ()) if not only_allows_null(part)]
        if parts and len(parts) < len(schema["allOf"]):
            schema = {**schema, "allOf": parts, "nullable": True}
        if schema.get("nullable") is True:
            rest = {key: value for key, value in schema.items() if key != "nullable"}
            about: Schema = {key: rest.pop(key) for key in ("description", "deprecated", "readOnly") if key in rest}
            return self._plainer({"anyOf": [rest, {"type": "null"}], **about})
        schema = {key: value for key, value in schema.items() if key != "nullable"}
        if "const" in schema and not isinstance(schema["const"], str):
            schema = {**schema, "enum": [schema["const"]]}
            del schema["const"]
        values = [value for value in schema.get("enum", ()) if value is not None]
        if "enum" in schema and (not values or not all(isinstance(value, str) for value in values)):
            found = sorted({kind_of(value) for value in schema["enum"]})
            schema = {key: value for key, value in schema.items() if key != "enum"}
            return {"type": found if len(found) > 1 else found[0], **schema}
        return schema

    def _expanded(self, reference: str, target: Schema, where: str, name: str, *, inside: bool) -> Schema:
        """Return the shape of what a reference stands for, in full."""
        if reference in self._expanding:
            raise UnusableDocument(f"{where}: {reference} is made of itself")
        self._expanding.append(reference)
        shape = self.shape(target, where, name, inside=inside)
        self._expanding.pop()
        return shape

    def _reference(self, reference: str, target: Schema, where: str, name: str, *, inside: bool) -> Schema:
        """Return a reference to a schema of the document, or what a reference into such a schema stands for."""
        first = self._component_of(reference)
        if first is None:
            return self._expanded(reference, target, where, name, inside=inside)
        self._needed[first] = None
        return {"$ref": f"#/components/schemas/{first}"}

    def _component_of(self, reference: str) -> str | None:
        prefix, _, rest = reference.partition("#/components/schemas/")
        found = rest.replace("~1", "/").replace("~0", "~")
        return found if not prefix and "/" not in rest and found in self.document.schemas else None

    def _lifted(self, shape: Schema, name: str, where: str, inside: bool) -> Schema:
        """Return a shape that needs a class as a reference to a component, and one that can be null as such a union."""
        nullable = "null" in kinds(shape) and len(kinds(shape)) > 1
        if "enum" in shape:
            shape = {**shape, **enumeration(shape, where)}
        if not shape.get("properties") and "enum" not in shape:
            return shape
        if nullable and "type" in shape:
            rest = sorted(kinds(shape) - {"null"})
            shape = {**shape, "type": rest[0] if len(rest) == 1 else rest}
        if not inside and not nullable:
            return shape
        shape = complete(shape, where)
        name = self._free_name(name if inside else f"{name}Object", shape)
        self.lifted[name] = shape
        reference = {"$ref": f"#/components/schemas/{name}"}
        return {"oneOf": [reference, {"type": "null"}]} if nullable else reference

    def _free_name(self, name: str, shape: Schema) -> str:
        """Return a name that is no component's and no other shape's: the given one, or with the first free number."""
        candidate, number = name, 1
        taken = {*self.document.schemas, *self.unions}
        while candidate in taken or self.lifted.get(candidate, shape) != shape:
            number += 1
            candidate = f"{name}{number}"
        return candidate

    def _alternatives(self, schema: Schema, where: str, name: str) -> Schema:
        """Return those `anyOf` and `oneOf` of a schema that say what a value is, not only which values are allowed."""
        shape: Schema = {}
        for word in ("anyOf", "oneOf"):
            branches = schema.get(word, [])
            if all(only_constrains(self.document, branch, where) for branch in branches):
                own = merged_properties(self.document, schema, where)
                lost = [key for one in branches for key in self._names_in(one, where) if key not in own]
                if lost:
                    raise UnusableDocument(f"{where}: {', '.join(lost)} is a property in branches of `{word}` only")
                continue
            if schema.get("properties") or "allOf" in schema or kinds(schema) - {"object"}:
                raise UnusableDocument(f"{where}: `{word}` beside what is no alternative is not understood")
            branches = sorted(branches, key=lambda one: one == {"type": "null"})
            tag = None if "discriminator" in schema else find_tag(self.document, branches, where)
            names = tag.names(name) if tag else [name, *(f"{name}{number + 1}" for number in range(1, len(branches)))]
            shape[word] = [
                self.shape(branch, where, one) for branch, one in zip(branches, [*names, name], strict=False)
            ]
            if tag:
                self._note_union(name, {**schema, word: shape[word], **tag.discriminator(shape[word])})
        return shape

    def _names_in(self, branch: Any, where: str) -> list[str]:
        """Return the properties of a branch that only constrains, those in its own branches included."""
        followed = {} if branch is True else self.document.follow(branch, where)
        inner = [one for word in ("anyOf", "oneOf") for one in followed.get(word, ())]
        names = [*merged_properties(self.document, branch, where)]
        return names + [name for one in inner for name in self._names_in(one, where)]

    def _note_union(self, name: str, union: Schema) -> None:
        """Keep a union that a property of its objects tells apart, under a name that nothing else has."""
        candidate, number = name, 1
        while candidate in self.lifted or self.unions.get(candidate, union) != union:
            number += 1
            candidate = f"{name}{number}"
        self.unions[candidate] = union

    def _object(self, schema: Schema, where: str, name: str) -> Schema:
        shape: Schema = {}
        if schema.get("properties"):
            shape["properties"] = {
                key: self._property(value, f"{where}.{key}", named(name, key))
                for key, value in schema["properties"].items()
            }
            for key in schema.get("required", ()):
                if is_write_only(schema["properties"].get(key)):
                    shape["properties"][key]["x-required"] = True
        if "required" in schema:
            # What is only written is no part of an answer, so its absence there is no fault.
            shape["required"] = [
                key for key in schema["required"] if not is_write_only(schema.get("properties", {}).get(key))
            ]
        more = schema.get("additionalProperties", True)
        if isinstance(more, Mapping) and more:
            shape["additionalProperties"] = self.shape(more, f"{where}.*", f"{name}Value")
        return shape

    def _property(self, schema: Any, where: str, name: str) -> Schema:
        shape = self.shape(schema, where, name)
        if "$ref" in shape:
            shape = {"allOf": [shape]}
        followed = self.document.follow({} if schema is True else schema, where)
        marks = {f"x-{word}": True for word in ("readOnly",) if followed.get(word) is True}
        return {**shape, "x-text": self._text(followed, where), **marks}

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
        constraints = [part for part in (*schema["allOf"], own) if only_constrains(self.document, part, where)]
        parts = [part for part in (*schema["allOf"], own) if part not in constraints]
        words = {word for part in constraints if part is not True for word in self.document.follow(part, where)}
        if not parts and not words & {"type", "properties", "required"}:
            return about_of(own)
        if len(parts) == 1 and parts[0] is not own:
            shape = self.shape(parts[0], where, name, inside=False)
            if not words & {"properties", "required"} or not self._kinds(shape, where) & {"object"}:
                return {**shape, **about_of(own)}
        merged: Schema = {"type": "object", "properties": {}}
        required: list[str] = []
        for part in (*schema["allOf"], own):
            shape = self._whole(part, where, name)
            required += shape.get("required", [])
            if part in parts and "object" not in kinds(shape) and "properties" not in shape:
                raise UnusableDocument(f"{where}: `allOf` of something that is not an object is not understood")
            for key, value in shape.get("properties", {}).items():
                known = merged["properties"].get(key)
                place = f"{where}.{key}"
                merged["properties"][key] = value if known is None else self._narrower(known, value, place)
            if "additionalProperties" in shape:
                merged["additionalProperties"] = shape["additionalProperties"]
        return {**merged, "required": list(dict.fromkeys(required)), **about_of(own)}

    def _whole(self, part: Any, where: str, name: str) -> Schema:
        """Return the shape of one part of an `allOf`, in full also where it is a reference."""
        if isinstance(part, dict) and "$ref" in part:
            reference = part["$ref"]
            target = self.document.follow(part, where)
            shape = self._expanded(reference, target, where, reference.rsplit("/", 1)[-1], inside=False)
        else:
            shape = self.shape(part, where, name, inside=False)
        branches = [one for word in ("anyOf", "oneOf") for one in shape.get(word, ()) if one != {"type": "null"}]
        if len(branches) == 1 and "$ref" in branches[0]:  # null fits no object that `allOf` adds
            inner = self.lifted.get(branches[0]["$ref"].rsplit("/", 1)[-1])
            return inner if inner is not None else self._whole(branches[0], where, name)
        return shape

    def _narrower(self, first: Schema, second: Schema, where: str) -> Schema:
        """Return the shape that fits both of two parts of an `allOf` which define the same property."""
        if bare(first) == bare(second):
            return {**first, **second}
        before, after = (with_integers(self._kinds(bare(shape), where)) for shape in (first, second))
        second = {**second, "x-text": second["x-text"] or first["x-text"]}
        if after and (not before or after < before):
            return second
        if before and (not after or before < after):
            return {**first, "x-text": second["x-text"]}
        if before == after:
            texts = [texts_of(self.document, self._target(bare(one), where), where) for one in (first, second)]
            is_narrower = texts[0] and not 0 < len(texts[1]) <= len(texts[0])
            return {**first, "x-text": first["x-text"] or second["x-text"]} if is_narrower else second
        raise UnusableDocument(f"{where}: defined twice in an `allOf`, in ways that do not go together")

    def _target(self, shape: Schema, where: str) -> Schema:
        return self.lifted.get(shape.get("$ref", "").rsplit("/", 1)[-1]) or self.document.follow(shape, where)

    def _kinds(self, shape: Schema, where: str) -> set[str]:
        """Return the JSON types that a shape allows; none if it allows any."""
        target = self._target(shape, where)
        branches = [branch for word in BRANCHES for branch in target.get(word, [])]
        return kinds(target).union(*(self._kinds(branch, where) for branch in branches))
