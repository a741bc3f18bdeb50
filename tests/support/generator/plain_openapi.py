"""An independent reading of small documents by OpenAPI's own rules: requests and answers as they must look on the wire.

It knows nothing of the generator, and only what `random_documents` draws.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import urljoin

from tests.support.generator.random_documents import FORM, JSON, MULTIPART, Document, Schema
from tests.support.generator.random_names import PYTHON_NAMES
from tests.support.generator.random_streams import EVENTS, SWITCH

WORDS = ("a", "", "é b", "x&y=+%", "a,b", "c/d", '"q"', "?#", "nul l", "a\nb\rc")
INSTANT = "2026-02-05T02:15:37.795Z"
UUID = "3c59dc04-8e88-4024-9bd8-079a5d2a6f2e"
SEPARATORS = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}


class Made(dict[str, Any]):
    """A JSON object made from a schema, with the name of its component, if it has one, and its properties' schemas.

    `constants` are the required properties that a constructor needs no value for. An ambiguous one is a branch of
    a union that nothing tells apart.
    """

    def __init__(self, value: dict[str, Any], name: str, schema: Schema, *, is_ambiguous: bool) -> None:
        super().__init__(value)
        self.name = name
        self.is_ambiguous = is_ambiguous
        self.properties: dict[str, Schema] = schema.get("properties", {})
        self.constants = {key for key in schema.get("required", ()) if "const" in self.properties.get(key, {})}


@dataclass
class Call:
    """The arguments of one call in Python, and what they are on the wire.

    Each pair of the `query` has its items, and the separator that joins them. `parts` are those of a multipart body:
    name, file name, media type and content. A header that is not given is None.
    """

    method: str
    url: str
    segments: list[str]
    path: list[object] = field(default_factory=list)
    named: dict[str, object] = field(default_factory=dict)
    query: list[tuple[str, list[str], str]] = field(default_factory=list)
    headers: dict[str, str | None] = field(default_factory=dict)
    accept: str = JSON
    takes_key: bool = False
    media: str = ""
    body: object = None
    parts: list[tuple[str, str, str, str]] = field(default_factory=list)
    form: list[tuple[str, str]] = field(default_factory=list)
    required: set[str] = field(default_factory=set)
    """The arguments that must be given."""
    known: set[str] = field(default_factory=set)
    """All arguments that the method has for the document's own."""


@dataclass(frozen=True)
class Answer:
    status: int
    media: str
    content: bytes
    value: object
    schema: Schema


class Reading:
    """A document as someone reads it who sends and answers requests by hand."""

    def __init__(self, document: Document, random: Random) -> None:
        self.document = document
        self._random = random

    def operations(self) -> Iterator[tuple[str, str, Document, Document]]:
        for path, item in self.document["paths"].items():
            for method in [one for one in item if one in {"get", "put", "post", "patch", "delete"}]:
                yield path, method, item, item[method]

    def security(self, operation: Document) -> tuple[list[tuple[str, str]], bool]:
        """Return where the key goes, and whether the operation can be called without one."""
        needed = operation.get("security", self.document["security"])
        schemes = [name for one in needed for name in one]
        places = {"Key": ("header", "x-key"), "Basic": ("header", "authorization"), "Query": ("query", "key")}
        return [places[schemes[0]]] if schemes else [], not needed or {} in needed

    @property
    def needs_key(self) -> bool:
        """Whether the document as a whole needs a key."""
        return {} not in self.document["security"]

    # schemas

    def plain(self, schema: Schema) -> tuple[Schema, str]:
        """Return a schema without references and `allOf`, and the name of the component that it is."""
        name = ""
        while "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[-1]
            schema = self.document["components"]["schemas"][name]
        if "allOf" not in schema:
            return schema, name
        own = {key: value for key, value in schema.items() if key != "allOf"}
        merged: Schema = {}
        for part in schema["allOf"]:
            found, of_part = self.plain(part)
            merged = _both(merged, found)
            if not set(own) - {"description", "nullable"} and len(schema["allOf"]) == 1:
                name = name or of_part
        return _both(merged, own), name

    def sample(self, written: Schema, *, depth: int = 0, sent: bool = False) -> Any:
        """Return a JSON value that fits a schema; one to be `sent` has nothing that is only read."""
        schema, name = self.plain(written)
        if schema.get("nullable") and self._random.random() < 0.4:
            return None
        for word in ("oneOf", "anyOf"):
            if word in schema:
                return self.sample(self._random.choice(schema[word]), depth=depth, sent=sent)
        if "const" in schema or "enum" in schema:
            return self._random.choice([schema["const"]] if "const" in schema else schema["enum"])
        kinds = schema.get("type", "any")
        match kinds if isinstance(kinds, str) else self._random.choice(kinds):
            case "string":
                fixed = {"date-time": INSTANT, "uuid": UUID}
                return fixed.get(schema.get("format", "")) or self._random.choice(WORDS)
            case "integer":
                return self._random.choice([0, 1, -7, 2**40])
            case "number":
                return self._random.choice([0.5, -1.25])
            case "boolean":
                return self._random.random() < 0.5
            case "array":
                return [self.sample(schema["items"], depth=depth + 1, sent=sent) for _ in range(self._count(depth))]
            case "object":
                return self._object(schema, name, depth, sent)
            case "any":
                return self._random.choice([{"any": [1, None]}, "text", 1, [True]])
        return None

    def _count(self, depth: int) -> int:
        return self._random.randrange(3) if depth < 3 else 0

    def _object(self, schema: Schema, name: str, depth: int, sent: bool) -> Made:
        properties: dict[str, Schema] = schema.get("properties", {})
        more = schema.get("additionalProperties")
        made = {}
        for key, value in properties.items():
            if sent and value.get("readOnly"):
                continue
            if key in schema.get("required", ()) or (depth < 3 and self._random.random() < 0.6):
                made[key] = self.sample(value, depth=depth + 1, sent=sent)
        if isinstance(more, dict) or (not properties and depth < 3):
            for key in ("k", "é k")[: self._count(depth)]:
                made[key] = self.sample(more or {}, depth=depth + 1, sent=sent)
        beta = self.document["components"]["schemas"]["AsyncThings"]["properties"]
        return Made(made, name, schema, is_ambiguous=name in {"Alpha", "AsyncThings"} and "alpha" in beta)

    # requests

    def call(self, path: str, method: str, item: Document, operation: Document) -> Call:
        """Return a call with arguments chosen at random."""
        server = [*operation.get("servers", item.get("servers", ())), *self.document["servers"]][0]
        url = server["url"]
        for name, variable in server.get("variables", {}).items():
            url = url.replace(f"{{{name}}}", variable["default"])
        call = Call(method.upper(), urljoin(self.document["servers"][0]["url"], url), path.split("/")[1:])
        call.accept = next((one.media for one in self.answers(operation)), "") or JSON
        names: set[str] = set()
        for described in [one for one in self.parameters(path, item, operation) if one["name"] != SWITCH]:
            argument = _argument(described["name"], described["in"], names)
            call.required |= {argument} if described.get("required") else set()
            self._parameter(call, described, argument)
        if "requestBody" in operation:
            self._body(call, operation["requestBody"], names)
        call.known = names
        return call

    def parameters(self, path: str, item: Document, operation: Document) -> list[Schema]:
        """Return an operation's parameters: those of its path in the order of the path, then the others as written."""
        own = operation.get("parameters", [])
        replaced = {(one["name"], one["in"]) for one in own}
        found = [one for one in item.get("parameters", []) if (one["name"], one["in"]) not in replaced] + own
        return sorted(found, key=lambda one: path.index(f"{{{one['name']}}}") if one["in"] == "path" else len(path))

    def _parameter(self, call: Call, described: Schema, argument: str) -> None:
        name, place = described["name"], described["in"]
        is_json = "content" in described
        schema = described["content"][JSON]["schema"] if is_json else described["schema"]
        is_key = name.lower() == "idempotency-key"
        call.takes_key |= is_key
        if place == "header" and not is_key:
            call.headers[name] = None
        if not described.get("required") and self._random.random() < 0.4:
            return
        value = "key 1" if is_key else self.sample(schema, sent=True)
        if place == "path":
            value = value or "a/b"
            call.path.append(_python(self.plain(schema)[0], value))
            call.segments = [step.replace(f"{{{name}}}", _text(value)) for step in call.segments]
            return
        if place == "header":
            value = [_ascii(one) for one in value] if isinstance(value, list) else _ascii(value)
            items = value if isinstance(value, list) else [value]
            call.headers[name] = None if value is None else ",".join(map(_text, items))
        elif is_json:
            call.query.append((name, [value], "json"))
        elif value is not None:
            call.query += _pairs(described, value)
        call.named[argument] = _python(self.plain(schema)[0], value)

    def _body(self, call: Call, body: Document, names: set[str]) -> None:
        usual, *others = body["content"]
        media = self._random.choice([usual, *others])
        described = body["content"][media]
        schema = self.plain(described.get("schema", {}))[0]
        fields = {name: one for name, one in schema.get("properties", {}).items() if name != SWITCH}
        if not fields:
            argument = _argument("body", "body", names)
            call.required |= {argument} if body["required"] else set()
            if body["required"] or self._random.random() < 0.8:
                call.media = media
                value = (
                    self.sample(schema, sent=True)
                    if media == JSON
                    else "é text"
                    if media == "text/plain"
                    else b"\0\xff"
                )
                call.named[argument], call.body = _python(schema, value), value
            return
        required = schema.get("required", ())
        for name in sorted(fields, key=lambda one: not (body["required"] and one in required)):
            if not fields[name].get("readOnly"):
                argument = _argument(name, "file" if self._is_file(fields[name], media) else "body", names)
                call.required |= {argument} if body["required"] and name in required else set()
        if not body["required"] and self._random.random() < 0.3:
            return
        values = {name: value for name, value in self.sample(schema, sent=True).items() if name in fields}
        call.media = media if values else ""
        call.body = values
        taken = set(names)
        if media != usual:
            call.named["media_type"] = media
        for name, value in values.items():
            is_file = self._is_file(fields[name], media)
            argument = PYTHON_NAMES[name]
            prefixed = f"{'file' if is_file else 'body'}_{argument}"
            argument = prefixed if prefixed in taken else argument
            call.named[argument] = _python(self.plain(fields[name])[0], value)
            if is_file:
                file, media_type = self._file(described.get("encoding", {}).get(name, {}).get("contentType", "*/*"))
                files = [file] * max(1, len(value)) if isinstance(value, list) else [file]
                call.named[argument] = files if isinstance(value, list) else file
                call.parts += [(name, "a b.txt", media_type, "content") for _ in files]
            elif media == FORM and value is not None:
                is_json = name in described.get("encoding", {})
                items = [json.dumps(value)] if is_json else map(_text, value if isinstance(value, list) else [value])
                call.form += [(name, item) for item in items]
            elif media == MULTIPART and value is not None:
                is_json = self._is_json(fields[name])
                items = value if isinstance(value, list) else [value]
                call.parts += [
                    (name, "", JSON if is_json else "", json.dumps(one) if is_json else _text(one)) for one in items
                ]

    def _file(self, documented: str) -> tuple[tuple[object, ...], str]:
        """Return a file and its media type: the caller's, or that of its name, or the first that is documented."""
        if self._random.random() < 0.3:
            return ("a b.txt", b"content", "x/own"), "x/own"
        fits = {"text/plain", "text/*", "*/*", "application/octet-stream"} & set(documented.split(", "))
        others = [one for one in documented.split(", ") if "*" not in one]
        return ("a b.txt", b"content"), "text/plain" if fits or not others else others[0]

    def _is_file(self, schema: Schema, media: str) -> bool:
        schema = self.plain(schema)[0]
        schema = schema.get("items", schema)
        return media == MULTIPART and bool({"contentMediaType"} & set(schema) or schema.get("format") == "binary")

    def _is_json(self, schema: Schema) -> bool:
        """Whether multipart carries a property, or each item of it, as JSON: what is an object (OpenAPI, encoding)."""
        schema = self.plain(schema)[0]
        for word in ("items", "anyOf", "oneOf"):
            if word in schema:
                inner = [schema[word]] if word == "items" else schema[word]
                return any(self._is_json(one) for one in inner)
        return "object" in schema.get("type", ())

    # answers

    def answers(self, operation: Document) -> Iterator[Answer]:
        """Yield each of an operation's successes, with content made from its schema."""
        for status, described in operation["responses"].items():
            if not status.startswith("2") and status != "default":
                continue
            number = int(status) if status.isdigit() else 203
            contents = described.get("content", {}).items()
            media, content = next((one for one in contents if not one[0].startswith(EVENTS)), ("", {}))
            if not media:
                yield Answer(number, "", b"", None, {})
            elif "json" in media:
                value = self.sample(content["schema"])
                yield Answer(number, media, json.dumps(value).encode(), value, content["schema"])
            elif media.startswith("text/"):
                yield Answer(number, media, "é".encode(), "é", {})
            else:
                yield Answer(number, media, b"\0\xff", b"\0\xff", {})


def _both(first: Schema, second: Schema) -> Schema:
    """Return the schema of what fits both."""
    merged = {**first, **second}
    if {first.get("type"), second.get("type")} == {"integer", "number"}:
        merged["type"] = "integer"
    if "enum" in first and "enum" in second:
        merged["enum"] = [value for value in first["enum"] if value in second["enum"]]
    properties = dict(first.get("properties", {}))
    for name, schema in second.get("properties", {}).items():
        properties[name] = {"allOf": [properties[name], schema]} if name in properties else schema
    required = [*first.get("required", ()), *second.get("required", ())]
    return {
        **merged,
        **({"properties": properties} if properties else {}),
        **({"required": required} if required else {}),
    }


def _argument(wire: str, place: str, names: set[str]) -> str:
    """Return an argument's name: one that another place has too gets its place in front."""
    name = PYTHON_NAMES.get(wire, wire)
    name = f"{place}_{name}" if name in names else name
    names.add(name)
    return name


def _python(schema: Schema, value: Any) -> Any:
    """Return a JSON value as the client takes it: date-times are objects."""
    if isinstance(value, list):
        return [_python(schema.get("items", {}), item) for item in value]
    return datetime.fromisoformat(value) if value == INSTANT else value


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _ascii(value: Any) -> Any:
    return value if not isinstance(value, str) or (value.isascii() and value.isprintable()) else "x y"


def _pairs(described: Schema, value: Any) -> list[tuple[str, list[str], str]]:
    """Return the pairs of a query parameter, by the table of styles in OpenAPI's specification."""
    name, style = described["name"], described.get("style", "form")
    explode = described.get("explode", style == "form")
    if isinstance(value, dict):
        entries = {key: _text(item) for key, item in value.items()}
        if style == "deepObject":
            return [(f"{name}[{key}]", [item], "") for key, item in entries.items()]
        if explode:
            return [(key, [item], "") for key, item in entries.items()]
        items = [text for entry in entries.items() for text in entry]
        return [(name, items, SEPARATORS[style])] if items else []
    if isinstance(value, list):
        if explode:
            return [(name, [_text(item)], "") for item in value]
        return [(name, [_text(item) for item in value], SEPARATORS[style])] if value else []
    return [(name, [_text(value)], "")]
