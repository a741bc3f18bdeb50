"""What the client offers: its resources, and their methods with arguments, results and docstrings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.strings import PythonIdentifier

from .document import Document, Operation, UnusableDocument
from .methods import IDEMPOTENCY_KEY, MULTIPART, OPTIONS, Argument, Call, Gone, Page, Place, Resource
from .models import Catalogue, attribute_name
from .names import NameTable
from .paging import find_paging
from .text import describe, first_sentences, literal
from .types import ID, TEXT, Shape

JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
EVENTS = "text/event-stream"

HEADER = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
"""What the name of a header is made of, RFC 9110."""

_PLACES: dict[str, Place] = {"path": "path", "query": "query", "header": "header"}


class Api:
    """All resources of a document, in the order of the table of names."""

    def __init__(self, document: Document, data: GeneratorData, catalogue: Catalogue, table: NameTable) -> None:
        self._document = document
        self._catalogue = catalogue
        self.table = table
        endpoints = {
            str(endpoint.name): endpoint
            for collection in data.endpoint_collections_by_tag.values()
            for endpoint in collection.endpoints
        }
        self.event: str | None = None
        self.event_text = ""
        calls = []
        for operation in document.operations:
            name = str(PythonIdentifier(operation.id, "field_"))
            if name not in endpoints:
                raise UnusableDocument(f"{operation}: another operationId becomes the same name in Python")
            calls.append(self._call(operation, endpoints.pop(name)))
        self.calls = {call.operation.id: call for call in calls}
        self.key_header = self._key_header()
        for server in document.servers:
            if not re.fullmatch(r"https?://[^\s{}\"'\\]+", str(server.get("url"))):
                raise UnusableDocument(f"document: the server {server.get('url')!r} is not an address to call")
        self.servers = [
            (str(one["url"]).rstrip("/"), one.get("x-idempotency") == "honoured") for one in document.servers
        ]
        if not self.servers:
            raise UnusableDocument("document: no `servers`, so there is no address to call")
        history = self.calls.get(table.streams.get("history", ""))
        self.history = history.returned if history else "Any"
        texts = {str(tag.get("name")): str(tag.get("description", "")) for tag in document.raw.get("tags", [])}
        self.resources = [
            Resource(
                name,
                texts.get(name, ""),
                tuple(self.calls[key] for key, one in table.operations.items() if one.resource == name),
            )
            for name in table.resources
        ]

    def _key_header(self) -> str:
        """Return the header that carries the API key, the only kind of security that the client knows."""
        schemes = self._document.raw.get("components", {}).get("securitySchemes", {})
        needed = self._document.raw.get("security", [])
        for operation in self._document.operations:
            if operation.raw.get("security", needed) != needed:
                raise UnusableDocument(f"{operation}: another `security` than the document's is not understood")
        if len(needed) != 1 or len(needed[0]) != 1:
            raise UnusableDocument("document: `security` must name one scheme for all operations")
        name = next(iter(needed[0]))
        scheme = self._document.follow(schemes.get(name), f"security scheme {name}")
        if scheme.get("type") != "apiKey" or scheme.get("in") != "header":
            raise UnusableDocument(f"security scheme {name}: only an API key in a header is understood")
        if not re.fullmatch(HEADER, str(scheme.get("name"))):
            raise UnusableDocument(f"security scheme {name}: {scheme.get('name')!r} is not the name of a header")
        return str(scheme["name"])

    def _call(self, operation: Operation, endpoint: Endpoint) -> Call:
        names = self.table.operations[operation.id]
        where = str(operation)
        parameters = list(self._parameters(operation, endpoint))
        media, body, json_fields = self._body(operation, endpoint)
        result, result_text, streams = self._result(operation, endpoint)
        arguments = [*parameters, *body]
        switch: Place | None = None
        if streams != bool(names.stream):
            raise UnusableDocument(
                f"{where}: answers with {EVENTS}, but the table of names has no `stream` for it"
                if streams
                else f"{where}: the table of names has a `stream` for it, but it never answers with {EVENTS}"
            )
        if result is None and names.method:
            raise UnusableDocument(
                f"{where}: answers only with {EVENTS}, so it cannot have the plain method `{names.method}`"
            )
        if streams and result is not None:
            found = [one for one in arguments if one.wire == "stream" and one.shape.annotation() == "bool"]
            if not found:
                raise UnusableDocument(f"{where}: nothing in the request says whether the answer is to be {EVENTS}")
            switch = found[0].place
            arguments.remove(found[0])
        arguments = self._distinct(arguments, where)
        return Call(
            operation=operation,
            names=names,
            arguments=tuple(arguments),
            media=media,
            json_fields=json_fields,
            result=result,
            result_text=result_text,
            streams=streams,
            switch=switch,
            page=self._page(operation, endpoint) if names.iterate else None,
            gone=self._gone(operation, arguments, endpoint) if operation.method == "delete" else None,
            errors=tuple(self._errors(operation)),
        )

    def _parameters(self, operation: Operation, endpoint: Endpoint) -> Iterator[Argument]:
        raw = {(one["name"], one["in"]): one for one in operation.parameters}
        for place, prop in endpoint.iter_all_parameters():
            wire = prop.name.get_untrusted_value()
            described = raw[wire, str(place.value)]
            where = f"{operation}: parameter {wire}"
            shape = self._catalogue.require_sent(prop, where)
            if not _fits(shape, _PLACES[place]):
                raise UnusableDocument(f"{where}: {shape.expected} cannot be sent in the {place.value}")
            schema = self._document.follow(described["schema"], where)
            if place == "header" and not re.fullmatch(HEADER, wire):
                raise UnusableDocument(f"{where}: not the name of a header")
            if wire.lower() == IDEMPOTENCY_KEY.lower() and operation.method != "post":
                raise UnusableDocument(f"{where}: only a POST can carry it")
            text = describe(
                {**schema, **{key: described[key] for key in ("deprecated", "x-extension") if key in described}},
                first_sentences(str(described.get("description", schema.get("description", "")))),
            )
            yield Argument(
                name=attribute_name(prop.python_name, wire),
                wire=wire,
                place=_PLACES[place],
                required=prop.required,
                shape=shape,
                text=text,
                deprecated=described.get("deprecated") is True,
                exploded=shape.kind != "list" or described.get("explode", True),
            )

    def _body(
        self, operation: Operation, endpoint: Endpoint
    ) -> tuple[tuple[str, ...], list[Argument], tuple[str, ...]]:
        """Return a body's media types in the document's order, its arguments, and which of them are JSON in a form.

        An argument has the shape that the JSON form gives it; what only another form has is taken from there.
        """
        media = [body.content_type.get_untrusted_value() for body in endpoint.bodies]
        known = {JSON, MULTIPART, URLENCODED}
        for media_type in media:
            if media_type not in known:
                raise UnusableDocument(f"{operation}: a body of {media_type} cannot be sent")
        arguments: dict[str, Argument] = {}
        occurrences: dict[str, list[bool]] = {}
        for body in sorted(endpoint.bodies, key=lambda body: body.content_type != JSON):
            where = f"{operation}: body"
            model = self._catalogue.model_of(body.prop)
            if model is None:
                raise UnusableDocument(f"{where}: only an object can be sent, since its properties become arguments")
            for field in self._catalogue.fields(model, where):
                occurrences.setdefault(field.wire, []).append(field.required)
                place: Place = "file" if field.shape.kind == "file" else "body"
                if field.wire not in arguments:
                    arguments[field.wire] = Argument(field.attribute, field.wire, place, False, field.shape, field.text)
            for prop in [*(model.required_properties or []), *(model.optional_properties or [])]:
                self._catalogue.require_sent(prop, f"{where}.{prop.name.get_untrusted_value()}")
        always = {wire for wire, required in occurrences.items() if all(required) and len(required) == len(media)}
        described = [replace(one, required=one.wire in always) for one in arguments.values()]
        forms = [body for body in endpoint.bodies if body.content_type.get_untrusted_value() != JSON]
        json_fields = tuple(one.wire for one in described if forms and one.place == "body" and _is_json(one.shape))
        return tuple(media), sorted(described, key=lambda one: not one.required), json_fields

    def _result(self, operation: Operation, endpoint: Endpoint) -> tuple[Shape | None, str, bool]:
        successes = [response for response in endpoint.responses if _is_success(response.status_code.pattern)]
        if not successes:
            raise UnusableDocument(f"{operation}: no successful answer is described")
        if len(successes) > 1:
            raise UnusableDocument(f"{operation}: more than one successful answer is described")
        described = self._document.follow(operation.raw["responses"][successes[0].status_code.pattern], str(operation))
        content = described.get("content", {})
        unknown = sorted(set(content) - {JSON, EVENTS})
        if unknown or not content:
            raise UnusableDocument(f"{operation}: an answer of {', '.join(unknown) or 'no content'} cannot be read")
        text = str(described.get("description", ""))
        if EVENTS in content:
            self._find_event(content[EVENTS], operation)
        if JSON not in content:
            return None, text, True
        schema = content[JSON].get("schema")
        if isinstance(schema, dict):
            text = str(self._document.follow(schema, f"{operation}: answer").get("description") or text)
        return self._catalogue.require(successes[0].prop, f"{operation}: answer"), text, EVENTS in content

    def _find_event(self, described: dict[str, Any], operation: Operation) -> None:
        """Find the union of events behind a stream, in the schema of one framed event."""
        where = f"{operation}: {EVENTS}"
        frame = self._document.follow(described.get("schema", {}), where)
        data = frame.get("properties", {}).get("data", {})
        reference = data.get("contentSchema", {}).get("$ref", "")
        name = reference.rsplit("/", 1)[-1]
        if name not in self._catalogue.unions:
            raise UnusableDocument(
                f"{where}: `data` has no `contentSchema` that refers to a union with a discriminator"
            )
        if self.event not in {None, name}:
            raise UnusableDocument(f"{where}: another kind of events than elsewhere is not understood")
        self.event = name
        union = self._catalogue.union(name)
        self.event_text = union.text
        tags = {tag for tag, _ in union.options}
        if not union.ends or not {*union.ends, *union.failures} <= tags or not set(union.failures) <= set(union.ends):
            raise UnusableDocument(f"{where}: `x-stream-ends` and `x-stream-failures` of {name} do not say how it ends")

    def _page(self, operation: Operation, endpoint: Endpoint) -> Page:
        paging = find_paging(self._document, operation)
        prop = next(response.prop for response in endpoint.responses if _is_success(response.status_code.pattern))
        model = self._catalogue.model_of(prop.inner_property) if isinstance(prop, ListProperty) else None
        if paging is None or model is None:
            raise UnusableDocument(
                f"{operation}: cannot be iterated: needs `skip` and `limit` with a default and maxima, and objects"
            )
        fields = self._catalogue.fields(model, str(operation))
        key = next((one.attribute for one in fields if one.wire == paging.key and one.shape in (TEXT, ID)), None)
        return Page(paging.default, paging.max_limit, paging.max_skip, key)

    def _gone(self, operation: Operation, arguments: list[Argument], endpoint: Endpoint) -> Gone | None:
        prop = next(response.prop for response in endpoint.responses if _is_success(response.status_code.pattern))
        model = self._catalogue.model_of(prop)
        last = [one for one in arguments if one.place == "path"][-1:]
        if model is None or not last:
            return None
        values = {}
        for field in self._catalogue.fields(model, str(operation)):
            if field.wire == last[0].wire and field.shape in (TEXT, ID):
                values[field.attribute] = last[0].name
            elif field.required and field.shape in (TEXT, ID) and field.wire in self.table.gone:
                values[field.attribute] = literal(self.table.gone[field.wire])
            elif field.required:
                return None
        if last[0].name not in values.values():
            return None
        return Gone(last[0].name, str(model.class_info.name), tuple(values.items()))

    def _errors(self, operation: Operation) -> Iterator[tuple[str, str]]:
        for status, named in operation.raw["responses"].items():
            if not _is_success(status):
                yield str(status), str(self._document.follow(named, str(operation)).get("description", ""))

    def _distinct(self, arguments: list[Argument], where: str) -> list[Argument]:
        """Return the arguments so that none has the name of an option; refuse two of one name."""
        named = [replace(one, name=f"{one.name}_") if one.name in OPTIONS else one for one in arguments]
        seen: dict[str, str] = {}
        for argument in named:
            if argument.name in seen:
                both = f"`{seen[argument.name]}` and `{argument.wire}`"
                raise UnusableDocument(f"{where}: {both} would be the same argument, `{argument.name}`")
            seen[argument.name] = argument.wire
        return named


def _fits(shape: Shape, place: Place) -> bool:
    """Whether a value can be sent in a place: a text anywhere, a scalar in path and query, a list only in the query."""
    scalar = shape.kind in {"plain", "enum", "instant"} and "dict" not in shape.classes and shape.held != "Any"
    if place == "header":
        return shape.classes == ("str",) and not shape.nullable
    return scalar and not shape.nullable if place == "path" else scalar or shape.kind == "list"


def _is_success(status: str) -> bool:
    return re.fullmatch(r"2(\d\d|XX)", str(status)) is not None


def _is_json(shape: Shape) -> bool:
    return (
        bool({"dict", "list"} & set(shape.classes))
        or shape.kind in {"model", "list", "map", "tagged"}
        or shape.held == "Any"
    )
