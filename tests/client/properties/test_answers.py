"""Whatever the document allows as an answer is decoded, and encodes back to the same JSON, times to the microsecond."""

import json
import re
from typing import Any

import httpx
import pytest
from hypothesis import given, settings

from tests.support.client_calls import HALVES, METHODS, Request, say
from tools.document import Operation, operations
from tools.schema_strategies import values
from tools.schema_validation import faults, same

JSON = "application/json"
EXAMPLES = {"sync": 30, "async": 3}
PATH = {
    "assistant_id": "8f14e45f-ceea-467f-a9c1-1d2b0b2f5b11",
    "thread_id": "3c59dc04-8e88-4024-9bd8-079a5d2a6f2e",
    "run_id": "run_1",
}
NEEDED = {
    "createAssistant": {"name": "Guide"},
    "sendMessage": {"content": "Hello"},
    "sendChatMessage": {"content": "Hello"},
    "submitToolOutputs": {"tool_outputs": [{"tool_call_id": "call_1", "output": "18"}]},
    "submitLatestToolOutputs": {
        "thread_id": PATH["thread_id"],
        "tool_outputs": [{"tool_call_id": "call_1", "output": "18"}],
    },
}


def plain_request(operation: Operation) -> Request:
    """A request with what must be in it."""
    path = {one["name"]: PATH[one["name"]] for one in operation.parameters if one["in"] == "path"}
    return Request(operation, path, body=dict(NEEDED.get(operation.id, {})))


def encoded(value: Any) -> Any:
    """Encode the client's decoded value as JSON."""
    if isinstance(value, list):
        return [encoded(item) for item in value]
    return value.to_dict()


INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|[+-]00:00)")


def spelled_alike(value: Any) -> Any:
    """A value with every point in time in one spelling, to the microsecond: RFC 3339 has several for the same.

    What is finer the client cuts off, as Python's `datetime` has no place for it.
    """
    if isinstance(value, dict):
        return {key: spelled_alike(one) for key, one in value.items()}
    if isinstance(value, list):
        return [spelled_alike(one) for one in value]
    if isinstance(value, str) and (match := INSTANT.fullmatch(value)):
        return f"{match[1]}T{match[2]}.{(match[3] or '')[:6]:0<6}Z"
    return value


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("name", METHODS)
def test_answer_is_kept_whole(name: str, half: str) -> None:
    operation = operations()[name]
    schema = operation.responses["200"]["content"][JSON]["schema"]

    @settings(max_examples=EXAMPLES[half])
    @given(values(schema, unknown=True))
    def check(sent: Any) -> None:
        assert faults(schema, sent) == []
        body = json.dumps(sent).encode()

        def transport(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, content=body, headers={"Content-Type": JSON})

        got = encoded(say(plain_request(operation), transport, half=half))
        assert same(spelled_alike(json.loads(json.dumps(got))), spelled_alike(json.loads(body)))

    check()
