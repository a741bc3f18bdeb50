"""How a listing is paged: by `skip` and `limit` query parameters with a default and a maximum."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .document import Document, Operation

JSON = "application/json"


@dataclass(frozen=True)
class Paging:
    """The page size without a `limit`, the greatest `limit`, the greatest `skip`, and the identity of an item.

    `key` is a property of the items by its name on the wire; without one no item is taken for a repeated one.
    """

    default: int
    max_limit: int
    max_skip: int
    key: str | None


def find_paging(document: Document, operation: Operation) -> Paging | None:
    """Return how an operation is paged, or None if it is no listing that can be iterated."""
    parameters = {
        one["name"]: document.follow(one.get("schema", {}), str(operation))
        for one in operation.parameters
        if one.get("in") == "query"
    }
    limit, skip = parameters.get("limit", {}), parameters.get("skip", {})
    default, max_limit, max_skip = limit.get("default"), limit.get("maximum"), skip.get("maximum")
    if not (isinstance(default, int) and isinstance(max_limit, int) and isinstance(max_skip, int)):
        return None
    if operation.method != "get":
        return None
    item = document.follow(answered_schema(document, operation), str(operation)).get("items")
    if not isinstance(item, dict) or not {"properties", "allOf"} & set(document.follow(item, str(operation))):
        return None
    return Paging(default, max_limit, max_skip, _key(document, operation, item))


def answered_schema(document: Document, operation: Operation) -> dict[str, Any]:
    """Return the schema of an operation's first successful JSON answer; an empty one if there is none."""
    for status, named in operation.raw.get("responses", {}).items():
        if str(status).startswith("2"):
            described = document.follow(named, str(operation)).get("content", {}).get(JSON, {})
            schema: dict[str, Any] = described.get("schema", {})
            return schema
    return {}


def _key(document: Document, operation: Operation, item: dict[str, Any]) -> str | None:
    """Return the identity of a listing's items: the last path parameter of the operation that gives one of them."""
    required = _required(document, item, str(operation))
    for other in document.operations:
        name = re.search(r"/\{([^{}]+)\}$", other.path)
        if name is None or other.method != "get" or name[1] not in required:
            continue
        if other.path == f"{operation.path}/{{{name[1]}}}" or answered_schema(document, other) == item:
            return name[1]
    return None


def _required(document: Document, schema: Any, where: str) -> set[str]:
    schema = document.follow(schema, where)
    found = set(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        found |= _required(document, part, where)
    return found
