"""Parameters of operations as arguments: where a value goes, and in which style."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.strings import PythonIdentifier

from ..document.document import AS_JSON, Document, Operation, UnusableDocument
from ..document.security import HEADER, Scheme
from ..text import describe, first_sentences
from .methods import IDEMPOTENCY_KEY, Argument, Place
from .models import Catalogue, attribute_name
from .types import ANYTHING, Shape

PLACES: dict[str, Place] = {"path": "path", "query": "query", "header": "header"}

IGNORED_HEADERS = {"accept", "content-type", "authorization"}
"""Header parameters that OpenAPI says to ignore: bodies, answers and security describe them."""

OF_TRANSPORT = {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "user-agent"}

JOINED = {"form", "spaceDelimited", "pipeDelimited"}


def find_parameters(
    document: Document,
    operation: Operation,
    parts: Mapping[str, PropertyProtocol],
    catalogue: Catalogue,
    key: Scheme | None,
) -> list[Argument]:
    """Return the arguments of an operation's parameters, those of the path in its order. Raises UnusableDocument."""
    found = []
    for number, described in enumerate(operation.parameters):
        wire, place = str(described["name"]), str(described.get("in"))
        where = f"{operation}: parameter {wire}"
        if place == "header" and wire.lower() in IGNORED_HEADERS:
            continue
        if key and place == key.place and wire.lower() == key.name.lower():
            continue
        found.append(_argument(document, operation, described, parts[f"p{number}"], catalogue, where))
    order = operation.path_parameters
    path = sorted((one for one in found if one.place == "path"), key=lambda one: order.index(one.wire))
    return path + [one for one in found if one.place != "path"]


def _argument(
    document: Document,
    operation: Operation,
    described: dict[str, Any],
    prop: PropertyProtocol,
    catalogue: Catalogue,
    where: str,
) -> Argument:
    wire, place = str(described["name"]), str(described.get("in"))
    if place not in PLACES:
        raise UnusableDocument(f"{where}: a parameter in {place!r} cannot be sent")
    if place == "header":
        _refuse_header(wire, operation, where)
    if place == "path" and described.get("allowReserved") is True:
        raise UnusableDocument(f"{where}: `allowReserved` in a path is not understood")
    shape = catalogue.require_sent(prop, where)
    if not _fits(shape, PLACES[place]):
        raise UnusableDocument(f"{where}: {shape.expected} cannot be sent in the {place}")
    schema = document.follow({} if described["schema"] is True else described["schema"], where)
    marks: dict[str, Any] = {key: described[key] for key in ("deprecated", "x-extension") if key in described}
    text = first_sentences(str(described.get("description", schema.get("description", ""))))
    return Argument(
        name=attribute_name(PythonIdentifier(wire, "field_"), wire),
        wire=wire,
        place=PLACES[place],
        required=described.get("required") is True,
        shape=shape,
        text=describe({**schema, **marks}, text),
        deprecated=described.get("deprecated") is True,
        style=_style(described, shape.nonnull, place, where),
    )


def _refuse_header(wire: str, operation: Operation, where: str) -> None:
    if not re.fullmatch(HEADER, wire):
        raise UnusableDocument(f"{where}: not the name of a header")
    if wire.lower() in OF_TRANSPORT:
        raise UnusableDocument(f"{where}: a header of the client's own")
    if wire.lower() == IDEMPOTENCY_KEY.lower() and operation.method != "post":
        raise UnusableDocument(f"{where}: only a POST can carry it")


def _style(described: dict[str, Any], shape: Shape, place: str, where: str) -> str:
    """Return a query parameter's style if it is another than `form` with `explode`, else an empty text."""
    if described.get(AS_JSON):
        if place != "query":
            raise UnusableDocument(f"{where}: JSON cannot be sent in the {place}")
        return "json"
    usual = "form" if place == "query" else "simple"
    style = str(described.get("style", usual))
    if place != "query":
        if style != "simple":
            raise UnusableDocument(f"{where}: style {style!r} is not understood")
        return ""
    explode = described.get("explode", style == "form")
    if style == "deepObject":
        if (
            shape.kind not in {"model", "tagged", "map", "choice"}
            and shape.classes != ("dict",)
            and shape is not ANYTHING
        ):
            raise UnusableDocument(f"{where}: {shape.expected} has no style 'deepObject'")
        return style
    if style not in JOINED:
        raise UnusableDocument(f"{where}: style {style!r} is not understood")
    return "" if explode else style


def _fits(shape: Shape, place: Place) -> bool:
    """Return whether a value can be sent in a place: a scalar anywhere, an array in a header, all in the query."""
    inner = shape.nonnull
    scalar = inner.kind in {"plain", "enum", "instant"} and "dict" not in inner.classes and inner is not ANYTHING
    if place == "path":
        return scalar and not shape.nullable
    if place == "header":
        return scalar or (inner.kind == "list" and inner.item is not None and _fits(inner.item, "header"))
    return inner.kind != "file"
