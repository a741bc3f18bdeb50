"""Values that the document allows, drawn from its schemas.

Values are as JSON has them. A text that holds JSON (`contentSchema`) is drawn as what it holds, a file as its bytes.
"""

import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tools.document import Node, merged

Values = st.SearchStrategy[Any]

# Texts that have broken a URL, a form, a header, a JSON encoder or a line reader before.
NASTY = [
    "+",
    "&=%",
    "%2F",
    "a b",
    "/",
    "\\",
    '"',
    "\r\n",
    "\n",
    "\r",
    "\x00",
    "\x85",
    "\u2028",
    "\ufeff",
    "é",
    "e\u0301",
    "🙂",
    "null",
    "true",
    "0",
]
_CHARACTERS = st.characters(codec="utf-8")
_NAMES = st.text(_CHARACTERS, max_size=8)
JSON: Values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=5,
)


def values(schema: Node, *, unknown: bool = False) -> Values:
    """Values of a schema; with `unknown` its objects also have fields that the document does not name."""
    return _values(json.dumps(schema), unknown)


@cache
def _values(text: str, unknown: bool) -> Values:
    """Cached: to build and validate a strategy takes longer than to draw from it."""
    schema = merged(json.loads(text))
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "contentSchema" in schema:
        return values(schema["contentSchema"], unknown=unknown)
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            rest = {key: value for key, value in schema.items() if key != choice}
            return st.one_of([values({"allOf": [rest, one]}, unknown=unknown) for one in schema[choice]])
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    return st.one_of([KINDS[kind](schema, unknown) for kind in types]) if types else JSON


def _texts(schema: Node, unknown: bool) -> Values:
    match schema.get("format"):
        case "uuid":
            return st.uuids().map(str)
        case "date-time":
            return _instants()
        case "binary":
            return st.binary(max_size=40)
    least, most = schema.get("minLength", 0), schema.get("maxLength", 10**9)
    if "pattern" in schema:
        return _matching(schema["pattern"]).filter(lambda text: least <= len(text) <= most)
    free = st.text(_CHARACTERS, min_size=least, max_size=min(most, least + 12))
    edges = [text for text in (*NASTY, "x" * least, "é" * min(most, 300)) if least <= len(text) <= most]
    return free | st.sampled_from(edges)


def _matching(pattern: str) -> Values:
    """Texts in which a pattern is found, as JSON Schema reads it: only `^` and `$` tie it to the ends."""
    whole = pattern.startswith("^") and pattern.endswith("$")
    return st.from_regex(pattern, alphabet=_CHARACTERS, fullmatch=whole)


def _instants() -> Values:
    """Points in time in the spellings that RFC 3339 allows for UTC, from the year 1, where Python begins."""
    moments = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31))  # noqa: DTZ001 - bounds
    fractions = st.just("") | st.text("0123456789", min_size=1, max_size=12).map(lambda digits: f".{digits}")
    return st.builds(
        _spelled, moments, st.sampled_from("Tt"), fractions, st.sampled_from(["Z", "z", "+00:00", "-00:00"])
    )


def _spelled(moment: datetime, between: str, fraction: str, zone: str) -> str:
    return f"{moment.isoformat(between, 'seconds')}{fraction}{zone}"


def _integers(schema: Node, unknown: bool) -> Values:
    least, most = schema.get("minimum", -(2**31)), schema.get("maximum", 2**31 - 1)
    return st.sampled_from([least, most]) | st.integers(least, most)


def _numbers(schema: Node, unknown: bool) -> Values:
    return st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)


def _arrays(schema: Node, unknown: bool) -> Values:
    least = schema.get("minItems", 0)
    most = min(schema.get("maxItems", 3), max(least, 3))
    return st.lists(values(schema.get("items", {}), unknown=unknown), min_size=least, max_size=most)


def _objects(schema: Node, unknown: bool) -> Values:
    known = {name: values(sub, unknown=unknown) for name, sub in schema.get("properties", {}).items()}
    needed = {name: one for name, one in known.items() if name in schema["required"]}
    rest = schema.get("additionalProperties", {})
    fields = st.fixed_dictionaries(needed, optional={name: one for name, one in known.items() if name not in needed})
    if not (unknown or rest):
        return fields
    more = values(rest, unknown=unknown) if isinstance(rest, dict) and rest else JSON
    others = st.dictionaries(_NAMES.filter(lambda name: name not in known), more, max_size=2)
    return st.builds(lambda one, two: one | two, fields, others)


KINDS: dict[str, Callable[[Node, bool], Values]] = {
    "string": _texts,
    "integer": _integers,
    "number": _numbers,
    "array": _arrays,
    "object": _objects,
    "boolean": lambda schema, unknown: st.booleans(),
    "null": lambda schema, unknown: st.none(),
}
