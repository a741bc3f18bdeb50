"""Large answers by msgspec's structs and by `from_dict`: the same models, and the same errors."""

import json
import re
from datetime import datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backboard_threads import DecodeError, Unset, _operations
from backboard_threads._models.structs import SKIPPED_AFTER_REFUSAL, struct_decoder
from backboard_threads._request.operation import Operation
from backboard_threads._request.state import STRUCTS_FROM_BYTES, decode_documented, decode_response
from tests.support.examples import examples
from tools.document import merged
from tools.schema_strategies import values

pytest.importorskip("msgspec", reason="the extra `fast` is not installed")

RESULTS = {
    kind.__name__: kind
    for operation in vars(_operations).values()
    if isinstance(operation, Operation) and operation.result and isinstance(kind := operation.result(), type)
}
PADDING = b" " * STRUCTS_FROM_BYTES
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null')
ODD = [
    "null", "true", "0", "2.0", "-0.0", "1e400", "NaN", "1" * 30, "1" * 5000, '""', '"x"', r'"\ud800"', "[]", "{}",
    "[null]", '{"a": 1}', '"2026-02-05t02:15:37.1234567z"', '"2026-02-05 02:15"', '"2016-12-31T23:59:60Z"',
    '"2026-02-05T02:15:37"', '"2026-02-05T02:15:37.5+25:00"', '"0000-01-01T00:00:00Z"', '"2026-W06-4"',
]  # fmt: skip
EDITS = st.lists(st.tuples(st.sampled_from(["replace", "repeat"]), st.integers(0), st.sampled_from(ODD)), max_size=2)


def edited(text: str, how: str, place: int, odd: str) -> str:
    """JSON with one token replaced, or with one key twice in its object."""
    tokens = list(TOKEN.finditer(text))
    if not tokens:
        return text
    token = tokens[place % len(tokens)]
    if how == "replace":
        return text[: token.start()] + odd + text[token.end() :]
    return text[: token.start()] + f"{token[0]}: {odd}, " + text[token.start() :]


def shown(value: Any) -> Any:
    """A value that compares equal only to one of the same types, all fields of a model included."""
    if hasattr(value, "fields_set"):
        fields = [(name, shown(getattr(value, name))) for name in sorted(value.fields_set)]
        return type(value).__name__, fields, shown(value.additional_properties)
    if isinstance(value, dict):
        return [(key, shown(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [shown(item) for item in value]
    return type(value).__name__, value.isoformat() if isinstance(value, datetime) else repr(value)


@pytest.fixture(autouse=True)
def new_decoders() -> None:
    struct_decoder.cache_clear()


def outcome(content: bytes, kind: Any, *, structs: bool) -> Any:
    response = httpx.Response(200, content=content, request=httpx.Request("GET", "https://example"))
    try:
        return shown(decode_response(response, kind.from_dict, (lambda: kind) if structs else None))
    except DecodeError as error:
        return str(error)


@pytest.mark.parametrize("name", RESULTS)
def test_structs_and_from_dict_decode_alike(name: str) -> None:
    kind = RESULTS[name]

    @examples(15)
    @given(values({"$ref": f"#/components/schemas/{name}"}), EDITS)
    def check(sent: Any, edits: list[tuple[str, int, str]]) -> None:
        text = json.dumps(sent)
        for edit in edits:
            text = edited(text, *edit)
        content = PADDING + text.encode()
        struct_decoder.cache_clear()  # one that refused is not used again soon
        assert outcome(content, kind, structs=True) == outcome(content, kind, structs=False)

    check()


@pytest.mark.parametrize("many", [False, True], ids=["one", "list"])
@pytest.mark.parametrize("name", RESULTS)
def test_structs_decode_what_is_documented_and_large(name: str, many: bool) -> None:
    kind = RESULTS[name]
    schema = merged({"$ref": f"#/components/schemas/{name}"})

    @examples(1)
    @given(values({**schema, "required": list(schema["properties"])}))
    def check(sent: Any) -> None:
        content = json.dumps([sent] if many else sent).encode()
        result = (lambda: list[kind]) if many else (lambda: kind)
        assert not isinstance(decode_documented(PADDING + content, result), Unset)
        assert isinstance(decode_documented(content, result), Unset)

    check()


def test_structs_are_not_tried_for_a_while_after_an_undocumented_field() -> None:
    documented = PADDING + b'{"message": "Deleted.", "thread_id": "t"}'
    undocumented = PADDING + b'{"message": "Deleted.", "thread_id": "t", "more": 1}'

    def is_decoded(content: bytes) -> bool:
        return not isinstance(decode_documented(content, lambda: RESULTS["ThreadDeleted"]), Unset)

    assert is_decoded(documented)
    assert not is_decoded(undocumented)
    assert [is_decoded(documented) for _ in range(SKIPPED_AFTER_REFUSAL)] == [False] * SKIPPED_AFTER_REFUSAL
    assert is_decoded(documented)
