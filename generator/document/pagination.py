"""How a listing is paged: `skip` and `limit` by convention, other ways by the declaration `x-paging`.

`x-paging` of an operation names the query parameters `position` and `limit`, and what a `position` is: `style` is
`skip` (items to leave out), `page` (a number from 1) or `cursor` (what the property `next` of the last page said). The
`items` of an answer that is an object are a property of it, and `key` is the property that identifies one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .bodies import required_properties
from .document import Document, Operation, UnusableDocument

JSON = "application/json"
OF_DECLARATION = {"style", "position", "limit", "items", "next", "key"}


@dataclass(frozen=True)
class Paging:
    """The parameters of a listing and what the document says of them; properties by their names on the wire.

    `default` is the page size without a limit, if the document says it; `items` is empty for an answer that is an array
    itself. Without a `key` no item is taken for a repeated one.
    """

    style: str
    position: str
    limit: str
    default: int | None
    max_limit: int | None
    max_position: int | None
    items: str
    next: str
    key: str | None


def find_paging(document: Document, operation: Operation) -> Paging | None:
    """Return how an operation is paged, or None if it is no listing that can be iterated.

    Raises UnusableDocument for a declaration that does not fit its operation.
    """
    where = str(operation)
    parameters = {
        one["name"]: document.follow(one.get("schema", {}), where)
        for one in operation.parameters
        if one.get("in") == "query"
    }
    declared = operation.raw.get("x-paging")
    if declared is None:
        skip, limit = parameters.get("skip", {}), parameters.get("limit", {})
        if not all(isinstance(one, int) for one in (limit.get("default"), limit.get("maximum"), skip.get("maximum"))):
            return None
        declared = {}
    if operation.method != "get" or not isinstance(declared, dict) or set(declared) - OF_DECLARATION:
        raise UnusableDocument(f"{where}: `x-paging` is not understood")
    style, limit_name = str(declared.get("style", "skip")), str(declared.get("limit", "limit"))
    position = str(declared.get("position", style))
    items = _items(document, operation, declared)
    if items is None:
        return None
    if position not in parameters or (style == "cursor") != ("next" in declared) or style not in STYLES:
        raise UnusableDocument(f"{where}: `x-paging` does not fit its parameters")
    size = parameters.get(limit_name, {})
    return Paging(
        style,
        position,
        limit_name,
        size.get("default"),
        size.get("maximum"),
        None if style == "cursor" else parameters[position].get("maximum"),
        items[0],
        str(declared.get("next", "")),
        str(declared["key"]) if "key" in declared else _key(document, operation, items[1]),
    )


STYLES = {"skip", "page", "cursor"}


def answered_schema(document: Document, operation: Operation) -> dict[str, Any]:
    """Return the schema of an operation's first successful JSON answer; an empty one if there is none."""
    for status, named in operation.raw.get("responses", {}).items():
        if str(status).startswith("2"):
            described = document.follow(named, str(operation)).get("content", {}).get(JSON, {})
            schema: dict[str, Any] = described.get("schema", {})
            return schema
    return {}


def _items(document: Document, operation: Operation, declared: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return the property that holds the items, empty for an array, with the schema of one; None if there is none."""
    where = str(operation)
    answer = document.follow(answered_schema(document, operation), where)
    if isinstance(answer.get("items"), dict):
        return ("", answer["items"]) if _is_object(document, answer["items"], where) else None
    found = {
        name: schema["items"]
        for name, one in answer.get("properties", {}).items()
        if isinstance((schema := document.follow(one, where)).get("items"), dict)
        and _is_object(document, schema["items"], where)
    }
    name = str(declared["items"]) if "items" in declared else next(iter(found), "")
    if name not in found or (len(found) > 1 and "items" not in declared):
        return None
    return name, found[name]


def _is_object(document: Document, schema: dict[str, Any], where: str) -> bool:
    return bool({"properties", "allOf"} & set(document.follow(schema, where)))


def _key(document: Document, operation: Operation, item: dict[str, Any]) -> str | None:
    """Return the identity of a listing's items: the last path parameter of the operation that gives one of them."""
    required = required_properties(document, item, str(operation))
    for other in document.operations:
        name = re.search(r"/\{([^{}]+)\}$", other.path)
        if name is None or other.method != "get" or name[1] not in required:
            continue
        if other.path == f"{operation.path}/{{{name[1]}}}" or answered_schema(document, other) == item:
            return name[1]
    return None
