"""JSON by msgspec and by `json`: the same results, and the same errors."""

import json
import math
import re
import time
from collections import UserDict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backboard_threads import models
from backboard_threads._models.decoding import datetime_from_json, datetime_to_json, loads
from backboard_threads._models.encoding import encode_json
from tests.support.examples import examples
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


RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(\d{3}){1,2}(Z|[+-]\d\d:\d\d)")
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.fixture
def _local_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time is not UTC, so that one is not taken for the other."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Kathmandu")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_local_time")
@given(st.datetimes(timezones=st.sampled_from([None, UTC]) | OFFSETS))
def test_date_time_is_sent_as_its_moment(moment: datetime) -> None:
    sent = datetime_to_json(moment)
    assert RFC_3339.fullmatch(sent)
    assert datetime_from_json(sent) == (moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def alike(value: Any) -> tuple[Any, Any]:
    return value, value


OUTPUT = {"tool_call_id": "c", "output": "o"}
SCALARS: st.SearchStrategy[tuple[Any, Any]] = st.one_of(
    st.none().map(alike), st.booleans().map(alike), st.integers().map(alike), st.text().map(alike),
    st.floats(allow_nan=False, allow_infinity=False).map(alike), st.uuids().map(lambda one: (one, str(one))),
    st.just((models.ToolOutput(**OUTPUT), OUTPUT)), st.frozensets(st.integers()).map(lambda one: (one, list(one))),
    st.datetimes().map(lambda one: (one, datetime_to_json(one))),
)  # fmt: skip
"""Values, and what they are in JSON."""


def holding(inner: st.SearchStrategy[tuple[Any, Any]]) -> st.SearchStrategy[tuple[Any, Any]]:
    lists, objects = st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=2), inner, max_size=3)
    return st.one_of(
        st.tuples(st.sampled_from([list, tuple]), lists).map(
            lambda one: (one[0](value for value, _ in one[1]), [plain for _, plain in one[1]])
        ),
        st.tuples(st.sampled_from([dict, UserDict]), objects).map(
            lambda one: (
                one[0]({key: value for key, (value, _) in one[1].items()}),
                {key: plain for key, (_, plain) in one[1].items()},
            )
        ),
    )


@examples(50)
@given(st.recursive(SCALARS, holding, max_leaves=6))
def test_values_are_sent_as_json(value_and_plain: tuple[Any, Any]) -> None:
    value, plain = value_and_plain
    assert json.loads(encode_json(value)) == plain


STEPS = st.lists(st.integers(0, 2) | st.sampled_from(["a", "b c"]), max_size=4)


@examples(50)
@given(STEPS, st.sampled_from([math.nan, -math.inf, "\ud800", object()]), st.sampled_from([list, tuple]))
def test_error_of_a_value_that_cannot_be_sent_names_its_place(steps: list[int | str], value: Any, kind: Any) -> None:
    place = "metadata"
    for step in steps:
        place += f"[{step}]" if isinstance(step, int) else f".{step}"
    for step in reversed(steps):
        value = kind([*range(step), value, 0]) if isinstance(step, int) else {"z": 1, step: value}
    with pytest.raises((ValueError, TypeError)) as caught:
        encode_json(value, "metadata")
    assert str(caught.value).startswith(f"{place} ")
