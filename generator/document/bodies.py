"""Request bodies: which media types are sent, and whether their properties or one value are the arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .document import Document, Operation, UnusableDocument

JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
BINARY = "application/octet-stream"

Family = Literal["json", "urlencoded", "multipart", "text", "bytes", "unknown"]


@dataclass(frozen=True)
class Form:
    """One media type of a body, with its schema and its `encoding`."""

    media: str
    family: Family
    schema: Any
    encoding: dict[str, Any]


@dataclass(frozen=True)
class BodyPlan:
    """The forms of a body that are sent. Of a `whole` one the value is the argument, else its properties are."""

    forms: tuple[Form, ...]
    whole: bool
    required: bool


def family(media: str) -> Family:
    """Return what a media type is to the client."""
    plain = media.partition(";")[0].strip().lower()
    if plain == URLENCODED:
        return "urlencoded"
    if plain == MULTIPART:
        return "multipart"
    if plain in {JSON, "text/json", "*/*"} or plain.endswith("+json"):
        return "json"
    if "xml" in plain or "ndjson" in plain or "jsonl" in plain or "json-seq" in plain or plain.startswith("multipart/"):
        return "unknown"
    if plain.startswith("text/") and plain != "text/event-stream":
        return "text"
    return "unknown" if plain == "text/event-stream" else "bytes"


def plan_body(document: Document, operation: Operation) -> BodyPlan | None:
    """Return how an operation's body is sent, or None if it has none. Raises UnusableDocument."""
    if "requestBody" not in operation.raw:
        return None
    where = f"{operation}: body"
    body = document.follow(operation.raw["requestBody"], where)
    forms = [
        Form(media, family(media), described.get("schema", {}), described.get("encoding", {}))
        for media, described in body.get("content", {}).items()
    ]
    known = [form for form in forms if form.family != "unknown"]
    if not known:
        raise UnusableDocument(
            f"{where} of {', '.join(form.media for form in forms) or 'no media type'} cannot be sent"
        )
    json = next((form for form in known if form.family == "json"), None)
    by_fields = [
        form
        for form in known
        if form.family in {"urlencoded", "multipart"} or (form is json and has_properties(document, form.schema, where))
    ]
    required = body.get("required") is True
    if len(by_fields) > 1:
        by_fields = [form for form in by_fields if _can_carry(document, form, where)] or by_fields
    if by_fields:
        _refuse_other_fields(document, by_fields, where)
        return BodyPlan(tuple(by_fields), False, required)
    return BodyPlan((json or known[0],), True, required)


def has_properties(document: Document, schema: Any, where: str, depth: int = 0) -> bool:
    """Return whether a schema is an object whose properties are named, and not one of several."""
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        return False
    schema = document.follow(schema, where)
    if "properties" in schema:
        return True
    return any(has_properties(document, part, where, depth + 1) for part in schema.get("allOf", ()))


MAX_DEPTH = 20
"""References of `allOf` that are followed."""


def merged_properties(document: Document, schema: Any, where: str, depth: int = 0) -> dict[str, Any]:
    """Return the properties of an object, those of its `allOf` included, as written."""
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        return {}
    schema = document.follow(schema, where)
    found: dict[str, Any] = {}
    of_parts = [merged_properties(document, part, where, depth + 1) for part in schema.get("allOf", ())]
    for properties in (*of_parts, schema.get("properties", {})):
        for name, written in properties.items():
            found[name] = _both(found.get(name), written)
    return found


def _both(first: Any, second: Any) -> Any:
    """Return the schema of what fits two schemas of one property, as far as their words tell."""
    if not isinstance(first, dict) or not isinstance(second, dict) or "$ref" in {*first, *second}:
        return second
    enums = [one["enum"] for one in (first, second) if "enum" in one]
    allowed = {"enum": [value for value in enums[0] if value in enums[-1]]} if enums else {}
    return {**first, **second, **allowed}


def required_properties(document: Document, schema: Any, where: str, depth: int = 0) -> set[str]:
    """Return the properties that an object needs, those that its `allOf` needs included."""
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        return set()
    schema = document.follow(schema, where)
    of_parts = (required_properties(document, part, where, depth + 1) for part in schema.get("allOf", ()))
    return set(schema.get("required", ())).union(*of_parts)


def additional(document: Document, schema: Any, where: str, depth: int = 0) -> Any:
    """Return the schema of an object's additional properties if it declares them, else None."""
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        return None
    schema = document.follow(schema, where)
    own = schema.get("additionalProperties")
    if own is True or isinstance(own, dict):
        return own
    found = (additional(document, part, where, depth + 1) for part in schema.get("allOf", ()))
    return next((one for one in found if one is not None), None)


def is_file(document: Document, schema: Any, where: str) -> bool:
    """Return whether a property of a multipart body is a file, or a list of files."""
    if not isinstance(schema, dict):
        return False
    schema = document.follow(schema, where)
    if schema.get("type") == "array":
        return is_file(document, schema.get("items", {}), where)
    for word in ("anyOf", "oneOf"):
        if any(is_file(document, branch, where) for branch in schema.get(word, ())):
            return True
    binary = schema.get("contentMediaType", JSON) != JSON and "contentEncoding" not in schema
    return schema.get("format") == "binary" or (binary and "contentSchema" not in schema)


def json_fields(document: Document, form: Form, where: str) -> tuple[set[str], set[str]]:
    """Return the properties of a form that it carries as JSON text, and those that it carries as JSON parts.

    OpenAPI's default encodings hold: a text whose `contentMediaType` is JSON is JSON text, an object in multipart a
    part of JSON. An object in an urlencoded form has no encoding that servers agree on, so it is refused.
    """
    texts: set[str] = set()
    parts: set[str] = set()
    for name, written in merged_properties(document, form.schema, where).items():
        schema = _without_null(document, written, where)
        encoding = form.encoding.get(name, {})
        lost = sorted(set(encoding) - {"contentType"})
        if lost:
            raise UnusableDocument(f"{where}.{name}: `{'`, `'.join(lost)}` of its encoding is not understood")
        if schema.get("contentMediaType") == JSON:
            texts.add(name)
        elif is_file(document, schema, where):
            continue
        elif encoding.get("contentType") == JSON:
            (parts if form.family == "multipart" else texts).add(name)
        elif encoding:
            raise UnusableDocument(f"{where}.{name}: its encoding as {encoding['contentType']!r} is not understood")
        elif _is_object(document, schema, where):
            if form.family == "urlencoded":
                raise UnusableDocument(f"{where}.{name}: an object cannot be sent in an urlencoded form")
            parts.add(name)
    return texts, parts


def file_types(document: Document, form: Form, where: str) -> dict[str, str]:
    """Return the content types that a form's `encoding` names for its files; OpenAPI's default for them is any."""
    properties = merged_properties(document, form.schema, where)
    named = {
        name: str(form.encoding.get(name, {}).get("contentType", BINARY))
        for name, schema in properties.items()
        if is_file(document, schema, where)
    }
    return {name: media for name, media in named.items() if media != BINARY}


def _is_object(document: Document, schema: dict[str, Any], where: str) -> bool:
    if schema.get("type") == "array":
        return _is_object(document, _without_null(document, schema.get("items", {}), where), where)
    kinds = schema.get("type", [])
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    branches = [branch for word in ("allOf", "oneOf", "anyOf") for branch in schema.get(word, ())]
    if "object" in kinds or schema.get("properties"):
        return True
    return any(_is_object(document, _without_null(document, branch, where), where) for branch in branches)


def _without_null(document: Document, schema: Any, where: str) -> dict[str, Any]:
    """Return a schema, or of "this or null" the schema that is not null."""
    followed: dict[str, Any] = document.follow({} if schema is True else schema, where)
    for word in ("anyOf", "oneOf", "allOf"):
        branches = [one for one in followed.get(word, ()) if one != {"type": "null"}]
        if len(branches) == 1:
            return _without_null(document, branches[0], where)
    return dict(followed)


def _can_carry(document: Document, form: Form, where: str) -> bool:
    """Return whether a form has an encoding for all its fields: one that has not is left to the others."""
    try:
        json_fields(document, form, where)
    except UnusableDocument:
        return form.family == "json"
    return True


def _refuse_other_fields(document: Document, forms: list[Form], where: str) -> None:
    """Refuse a body whose forms have other fields, files excepted: a value would be lost in one of them."""
    first: set[str] | None = None
    for form in forms:
        properties = merged_properties(document, form.schema, where)
        files = {name for name, schema in properties.items() if is_file(document, schema, where)}
        if files and form.family != "multipart":
            raise UnusableDocument(f"{where}: {form.media} cannot carry the file {', '.join(sorted(files))}")
        fields = set(properties) - files
        if first is not None and fields != first:
            raise UnusableDocument(f"{where}: its media types have other fields: {', '.join(sorted(fields ^ first))}")
        first = fields


def mark_files(document: Document, operation: Operation) -> None:
    """Give the files of a multipart body the one mark that the parser knows, `format: binary`."""
    body = plan_body(document, operation)
    for form in body.forms if body else ():
        if form.family == "multipart":
            for schema in merged_properties(document, form.schema, str(operation)).values():
                if is_file(document, schema, str(operation)):
                    _mark_file(schema)


def _mark_file(schema: Any) -> None:
    for branch in [*schema.get("anyOf", ()), *schema.get("oneOf", ())]:
        _mark_file(branch)
    if "items" in schema:
        _mark_file(schema["items"])
    elif schema.get("type") == "string":
        schema["format"] = "binary"
        schema.pop("contentMediaType", None)
