"""JSON by msgspec and by `json`: the same results, and the same errors."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backboard_threads._models.decoding import loads
from tests.support.forked_python import ForkedPython

pytest.importorskip("msgspec", reason="the extra `fast` is not installed")

NUMBERS = st.one_of(
    st.integers(),
    st.integers(min_value=2**62, max_value=2**66),
    st.floats(),
    st.from_regex(r"-?(0|[1-9][0-9]{0,400})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?", fullmatch=True),
)
TEXTS = st.text(st.characters(codec=None), max_size=5)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.lists(st.tuples(TEXTS, inner), max_size=4)),
    max_leaves=12,
)


def written(value: Any) -> str:
    """A value as JSON: doubled keys for a list of pairs, numbers of any form, texts with or without escapes."""
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return "{" + ", ".join(f"{json.dumps(key)}: {written(item)}" for key, item in value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, str) and value[:1] in "-0123456789" and value:
        return value
    return json.dumps(value, ensure_ascii=not (isinstance(value, str) and len(value) % 2))


def outcome(parse: Any, content: Any) -> tuple[Any, ...]:
    try:
        return ("value", shown(parse(content)))
    except (ValueError, RecursionError) as error:
        return type(error), str(error)


def shown(value: Any) -> Any:
    """A value that compares equal only to one of the same types, nan included."""
    if isinstance(value, dict):
        return [(key, shown(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, float):
        return "nan" if math.isnan(value) else value.hex()
    return type(value).__name__, value


@given(VALUES)
def test_msgspec_and_json_decode_documents_alike(value: Any) -> None:
    text = written(value)
    assert outcome(loads, text) == outcome(json.loads, text)
    content = text.encode("utf-8", "surrogatepass")
    assert outcome(loads, content) == outcome(json.loads, content)


@given(st.binary(max_size=40))
def test_msgspec_and_json_decode_bytes_alike(content: bytes) -> None:
    assert outcome(loads, content) == outcome(json.loads, content)


@pytest.mark.parametrize(
    "content",
    [
        b"NaN", b"-Infinity", b"1e400", b"-0", b"-0.0", b'"\\ud800"', b'{"a": 1, "a": 2}', b'"\x01"', b'"\xff"',
        b"\xef\xbb\xbf1", b"[1,]", b"01", b"", b"1 2", b"9" * 5000, b"[" * 100_000, '"é"'.encode("utf-16"), b'{"a":',
        b"18446744073709551616", b"5e-324", b"1" * 400 + b".5",
    ],
    ids=range(21),
)  # fmt: skip
def test_msgspec_and_json_decode_odd_documents_alike(content: bytes) -> None:
    assert outcome(loads, content) == outcome(json.loads, content)


def test_msgspec_is_used_where_it_is_installed(forked_python: ForkedPython) -> None:
    code = """
import msgspec.json
msgspec.json.Decoder = lambda: type("Fake", (), {"decode": lambda self, content: "fast"})()
from backboard_threads._models.decoding import loads
print(loads(b"1"))
"""
    assert forked_python.run(code).stdout.strip() == "fast"
