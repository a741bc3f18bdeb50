"""Validation against the document by jsonschema; the server uses jsonschema-rs."""

import json
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from tools.document import Node, document

CHECKER = FormatChecker(["uuid", "date-time"])


def is_json(text: object, kind: type) -> bool:
    return not isinstance(text, str) or isinstance(parsed(text), kind)


CHECKER.checks("json-object", ValueError)(lambda text: is_json(text, dict))
CHECKER.checks("json-array", ValueError)(lambda text: is_json(text, list))


def parsed(text: str | bytes) -> Any:
    """A JSON value, without what JSON does not have: NaN and a key given twice.

    Raises:
        ValueError: for anything that is not JSON.
    """

    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is not JSON")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError(f"a key is given twice: {[name for name, _ in pairs]}")
        return dict(pairs)

    return json.loads(text, parse_constant=refuse, object_pairs_hook=once)


def faults(schema: Node, value: Any) -> list[str]:
    """Why a value does not fit a schema of the document; empty if it does."""
    found = _found if isinstance(value, dict | list) else _found_before
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in found(json.dumps(schema), value)]


def _found(schema: str, value: Any) -> list[ValidationError]:
    return list(_judge(schema).iter_errors(value))


_found_before = lru_cache(10_000, typed=True)(_found)
"""For a value that is no container: the same few come thousands of times."""


@cache
def _judge(schema: str) -> Draft202012Validator:
    return Draft202012Validator({"components": document()["components"], **json.loads(schema)}, format_checker=CHECKER)


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: `1` and `1.0` are, `1` and `true` are not."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def joined(messages: Iterable[str]) -> str:
    return "\n".join(messages)
