"""No fault of the stock generator is left in our client: one test for each that `test_template_overrides.py` knows."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

import backboard_threads as package
from backboard_threads import Backboard, models
from tests.support.generator.upstream_faults import FAULTS

MOMENT = "2026-02-05T02:15:37.795123Z"
THREAD = {"thread_id": "t", "created_at": MOMENT}
MESSAGE = {"message_id": "m", "role": "user", "created_at": MOMENT}
TURN = {"message": "ok", "thread_id": "t", "timestamp": MOMENT}

Answer = Callable[[httpx.Request], httpx.Response]
OURS: dict[str, Callable[[], None]] = {}


def without(slug: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def register(check: Callable[[], None]) -> Callable[[], None]:
        OURS[slug] = check
        return check

    return register


class Wire:
    """A client whose requests are kept, and answered with one response."""

    def __init__(self, status: int = 200, *, max_retries: int = 0, **answer: Any) -> None:
        self.requests: list[httpx.Request] = []
        self.keys: list[str] = []

        def handle(request: httpx.Request) -> httpx.Response:
            request.read()
            self.requests.append(request)
            self.keys.append(request.headers["X-API-Key"])
            return httpx.Response(status, **(answer or {"json": TURN}))

        self.client = Backboard(
            api_key="SECRET",
            max_retries=max_retries,
            http_client=httpx.Client(transport=httpx.MockTransport(handle)),
        )

    @property
    def sent(self) -> httpx.Request:
        return self.requests[-1]


@without("two-bodies")
def check_two_bodies() -> None:
    wire = Wire()
    wire.client.messages.send("t", content="x")
    assert wire.sent.headers["Content-Type"] == "application/x-www-form-urlencoded"
    wire.client.messages.send("t", content="x", files=("a.txt", b"a"))
    assert wire.sent.headers["Content-Type"].startswith("multipart/form-data; boundary=")


@without("shared-body-schema")
def check_json_stays_json() -> None:
    wire = Wire()
    wire.client.messages.chat(content="x", metadata={"a": [1]})
    assert wire.sent.headers["Content-Type"] == "application/json"
    assert json.loads(wire.sent.content) == {"content": "x", "metadata": {"a": [1]}}
    wire.client.messages.chat(content="x", metadata={"a": [1]}, media_type="application/x-www-form-urlencoded")
    assert wire.sent.content == b"content=x&metadata=%7B%22a%22%3A%5B1%5D%7D"
    wire.client.messages.send("t", content="x", metadata={"a": [1]}, media_type="application/json")
    assert json.loads(wire.sent.content) == {"content": "x", "metadata": {"a": [1]}}
    wire.client.messages.send("t", content="x", media_type="multipart/form-data")
    assert wire.sent.headers["Content-Type"].startswith("multipart/form-data; boundary=")


@without("multipart-boundary")
def check_a_file_with_any_bytes_arrives_whole() -> None:
    content = b"line1\r\n--+++--\r\nline2 after\x00\xff"
    wire = Wire()
    wire.client.messages.send("t", files=("a.bin", content))
    boundaries = {wire.sent.headers["Content-Type"].partition("boundary=")[2]}
    assert content in wire.sent.content
    wire.client.messages.send("t", files=("a.bin", content))
    boundaries.add(wire.sent.headers["Content-Type"].partition("boundary=")[2])
    assert len(boundaries) == 2


@without("no-streams")
def check_events_come_as_events() -> None:
    body = b'data: {"type": "content_streaming", "content": "Hi"}\n\ndata: {"type": "run_ended"}\n\n'
    wire = Wire(content=body, headers={"Content-Type": "text/event-stream"})
    with wire.client.messages.stream("t", content="x") as events:
        kinds = [type(event) for event in events]
    assert kinds == [models.ContentStreamingEvent, models.RunEndedEvent]
    assert b"stream=true" in wire.sent.content


@without("closed-enums")
def check_an_unknown_value_is_kept() -> None:
    message = models.Message.from_dict({**MESSAGE, "role": "system_two", "status": "NEW"})
    assert message.role == "system_two"
    assert isinstance(message.role, models.MessageRole)
    assert not message.role.is_known
    assert message.to_dict() == {**MESSAGE, "role": "system_two", "status": "NEW"}
    assert pickle.loads(pickle.dumps(message)) == message


@without("missing-key")
def check_a_missing_key_says_where() -> None:
    with pytest.raises(package.DecodeError) as raised:
        models.Thread.from_dict({**THREAD, "messages": [MESSAGE, {"message_id": "m", "role": "user"}]})
    assert raised.value.path == "messages[1].created_at"


@without("null-optional")
def check_null_is_taken_for_absent() -> None:
    assert models.Thread.from_dict({**THREAD, "messages": None}).messages is None
    assert models.Message.from_dict({**MESSAGE, "attachments": None}).attachments is None


@without("unchecked-types")
def check_a_wrong_type_says_where() -> None:
    with pytest.raises(package.DecodeError) as raised:
        models.Thread.from_dict({**THREAD, "messages": [{**MESSAGE, "content": {"a": 1}}]})
    assert raised.value.path == "messages[0].content"
    assert raised.value.expected == "a string or null"
    assert str(raised.value) == "messages[0].content: expected a string or null, got an object with a"


@without("discriminator")
def check_an_unknown_event_is_kept() -> None:
    raw = {"type": "brand_new", "content": {"nested": [1, None]}, "thread_id": "t"}
    event = models.stream_event_from_dict(raw)
    assert isinstance(event, models.UnknownStreamEvent)
    assert event.type == "brand_new"
    assert event.to_dict() == raw
    assert isinstance(models.stream_event_from_dict({"type": "run_ended"}), models.RunEndedEvent)


@without("unknown-status")
def check_any_number_is_a_status() -> None:
    for status in (520, 499, 418, 599):
        with pytest.raises(package.APIStatusError) as raised:
            Wire(status).client.threads.get("t")
        assert raised.value.status_code == status


@without("unreadable-error")
def check_an_error_page_is_a_typed_error() -> None:
    with pytest.raises(package.NotFoundError):
        Wire(404, html="<h1>Not found</h1>").client.threads.get("t")
    with pytest.raises(package.DecodeError):
        Wire(200, html="<h1>Hello</h1>").client.threads.get("t")
    with pytest.raises(package.DecodeError):
        Wire(200, content=b"").client.threads.get("t")


@without("silent-status")
def check_an_undocumented_status_raises() -> None:
    with pytest.raises(package.ServerError):
        Wire(507).client.threads.get("t")
    with pytest.raises(package.APIStatusError):
        Wire(302, headers={"Location": "https://elsewhere.example"}).client.threads.get("t")


@without("errors-as-values")
def check_a_documented_error_raises() -> None:
    with pytest.raises(package.NotFoundError) as raised:
        Wire(404, json={"detail": "Thread not found"}).client.threads.get("t")
    assert "Thread not found" in str(raised.value)


@without("no-timeout")
def check_time_outs_are_finite() -> None:
    wire = Wire(json=THREAD)
    wire.client.threads.get("t")
    limits = wire.sent.extensions["timeout"]
    assert set(limits) == {"connect", "read", "write", "pool"}
    assert all(limit is not None and limit < 3600 for limit in limits.values())


@without("key-in-repr")
def check_the_key_is_not_shown() -> None:
    wire = Wire(401, json={"detail": "Invalid or missing API key"})
    with pytest.raises(package.AuthenticationError) as raised:
        wire.client.threads.get("t")
    shown = [repr(wire.client), str(wire.client), repr(wire.client.threads), str(raised.value), repr(raised.value)]
    assert not any("SECRET" in text for text in shown)
    assert wire.keys == ["SECRET"]


@without("no-security")
def check_server_and_key_come_from_the_document() -> None:
    wire = Wire(json=[])
    wire.client.threads.list()
    assert str(wire.sent.url) == "https://app.backboard.io/api/threads"
    assert wire.keys == ["SECRET"]


@without("with-headers")
def check_the_original_stays_as_it_is() -> None:
    wire = Wire(json=THREAD)
    other = wire.client.with_options(headers={"X-Note": "1"}, timeout=7)
    other.threads.get("t")
    assert wire.sent.headers["X-Note"] == "1"
    wire.client.threads.get("t")
    assert "X-Note" not in wire.sent.headers
    assert wire.sent.extensions["timeout"]["read"] != 7


@without("no-pickle")
def check_copies_are_equal() -> None:
    thread = models.Thread.from_dict({**THREAD, "messages": [MESSAGE], "new": {"a": 1}})
    for twin in (copy.copy(thread), copy.deepcopy(thread), pickle.loads(pickle.dumps(thread))):
        assert twin == thread
        assert json.dumps(twin.to_dict()) == json.dumps(thread.to_dict())
        assert twin.title is None
    assert isinstance(pickle.loads(pickle.dumps(Backboard(api_key="k"))), Backboard)


@without("unhashable")
def check_models_can_be_in_a_set() -> None:
    thread = models.Thread.from_dict({**THREAD, "messages": [MESSAGE]})
    event = models.RunEndedEvent.from_dict({"type": "run_ended"})
    assert len({thread, copy.deepcopy(thread), event, models.ContextUsage(), models.ContextUsage()}) == 3
    assert repr(package.UNSET) == "UNSET"


@without("explode")
def check_lists_are_refused_or_sent_as_said() -> None:
    """Our document has no list in a query; `test_hostile_documents.py` sends one."""


@without("defaults-sent")
def check_defaults_are_left_to_the_server() -> None:
    wire = Wire(json=[])
    wire.client.threads.list()
    assert wire.sent.url.query == b""
    wire = Wire()
    wire.client.messages.send("t", content="x")
    assert wire.sent.content == b"content=x"


@without("eager-models")
def check_models_are_loaded_when_used() -> None:
    code = (
        "import sys; from backboard_threads import Backboard, models; Backboard(api_key='k').threads\n"
        "def loaded(): return sorted(name for name in sys.modules if name.startswith('backboard_threads.models.'))\n"
        "print(loaded(), 'attrs' in sys.modules); models.ToolCall; print(loaded())"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        "[] False",
        "['backboard_threads.models.function_call', 'backboard_threads.models.tool_call']",
    ]


@without("functions-only")
def check_operations_are_methods() -> None:
    methods = {name for name in dir(Backboard(api_key="k").threads) if not name.startswith("_")}
    assert {"create", "list", "iterate", "list_for_assistant", "iterate_for_assistant", "get", "delete"} <= methods


@pytest.mark.parametrize("slug", FAULTS)
def test_stock_fault_is_absent_from_our_client(slug: str) -> None:
    OURS[slug]()


def test_unknown_fields_are_kept() -> None:
    raw = {**THREAD, "new": {"a": [None, 1.5]}, "metadata_": {"b": 1}, "messages": [{**MESSAGE, "newer": 1}]}
    thread = models.Thread.from_dict(raw)
    assert thread.additional_properties == {"new": {"a": [None, 1.5]}}
    assert thread.to_dict() == raw


def values_of(kind: Any) -> Iterator[str]:
    yield from (member.value for member in kind)


def test_documented_enum_values_are_known() -> None:
    assert list(values_of(models.MessageRole)) == ["user", "assistant", "tool", "system"]
    assert models.MessageRole.USER == "user"
    assert {models.MessageRole("user"): 1}["user"] == 1
