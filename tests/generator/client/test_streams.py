"""Server-sent events of any schema, several kinds in one document, each with its own end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from generator.client.adapters import ADAPTERS
from generator.client.methods import Events
from generator.client.types import TEXT as TEXT_SHAPE
from generator.client.types import WHOLE
from tests.support.generator.documents import JSON, Document, client_of, operation, small_document

EVENTS = "text/event-stream"
TEXT: Document = {"type": "string"}
THING: Document = {"$ref": "#/components/schemas/Thing"}
TICKET: Document = {"$ref": "#/components/schemas/Ticket"}
UNTAGGED: Document = {
    "oneOf": [{"$ref": "#/components/schemas/Step"}, {"$ref": "#/components/schemas/Done"}],
    "x-stream-ends": ["done"],
}
STEP: Document = {
    "type": "object",
    "required": ["kind"],
    "properties": {"kind": {"const": "step"}, "progress": {"type": "integer"}},
}
DONE: Document = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "done"}}}
SCHEMAS = {
    "Step": STEP,
    "Done": DONE,
    "Ticket": {
        "oneOf": [{"$ref": "#/components/schemas/Step"}, {"$ref": "#/components/schemas/Done"}],
        "discriminator": {"propertyName": "kind"},
        "x-stream-ends": ["done"],
    },
}
FRAME: Document = {
    "type": "object",
    "properties": {"event": TEXT, "data": {"type": "string", "contentMediaType": JSON, "contentSchema": THING}},
}


def framed(event: str, content: Document) -> Document:
    data = {"type": "string", "contentMediaType": JSON, "contentSchema": content}
    return {"type": "object", "required": ["event", "data"], "properties": {"event": {"const": event}, "data": data}}


def streamed(identifier: str, media: Document, **more: Any) -> Document:
    described = operation(identifier, **more)
    described["responses"]["200"]["content"] = {EVENTS: media}
    return described


BODY: Document = {
    "required": True,
    "content": {
        JSON: {
            "schema": {
                "type": "object",
                "required": ["prompt"],
                "properties": {"prompt": TEXT, "stream": {"type": ["boolean", "null"]}},
            }
        }
    },
}
ASK = operation("ask", requestBody=BODY)
ASK["responses"]["200"]["content"][EVENTS] = {"schema": THING}
OLD: Document = {"name": "old", "in": "query", "schema": TEXT, "deprecated": True}
READ = operation("read", parameters=[OLD])
READ["responses"]["200"]["content"][f"{EVENTS}; charset=utf-8"] = {"schema": THING}
STEP_REFERENCE: Document = {"$ref": "#/components/schemas/Step"}
PATHS = {
    "/things": {"get": streamed("watchThings", {"schema": THING}, parameters=[OLD])},
    "/framed": {"get": streamed("watchFramed", {"schema": FRAME})},
    "/items": {"get": streamed("watchItems", {"itemSchema": THING})},
    "/numbers": {"get": streamed("watchNumbers", {"schema": {"type": "integer"}})},
    "/log": {"get": streamed("watchLog", {"schema": TEXT})},
    "/anything": {"get": streamed("watchAnything", {})},
    "/ticket": {"get": streamed("watchTicket", {"schema": TICKET})},
    "/ask": {"post": ASK},
    "/read": {"get": READ},
    "/frames": {
        "get": streamed("watchFrames", {"itemSchema": {"oneOf": [framed("a", THING), framed("b", STEP_REFERENCE)]}})
    },
    "/only": {"get": streamed("watchOnly", {"schema": UNTAGGED}, tags=["only"])},
}


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Any:
    names = {"client": {"name": "Shop"}}
    return client_of(tmp_path_factory.mktemp("streams"), small_document(SCHEMAS, PATHS), names)


class Server:
    """Answers with a stream, and keeps the requests."""

    def __init__(self) -> None:
        self.content = b""
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, headers={"Content-Type": EVENTS}, content=self.content)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def shop(module: Any, server: Server) -> Iterator[Any]:
    with module.Shop(api_key="key", http_client=httpx.MockTransport(server)) as shop:
        yield shop


def read(stream: Any) -> list[Any]:
    with stream as events:
        return list(events)


@pytest.mark.parametrize("name", ["watch", "watch_framed", "watch_items"])
def test_events_of_an_object_end_with_the_answer(shop: Any, server: Server, name: str) -> None:
    server.content = b': hello\n\ndata: {"name": "a"}\n\nid: 7\ndata: {"name": "b"}\n\ndata: [DONE]\n\n'
    with getattr(shop.things, name)() as events:
        assert [thing.name for thing in events] == ["a", "b"]
        assert events.last_event_id == "7"


def test_events_of_scalars_are_given_as_scalars(shop: Any, server: Server) -> None:
    server.content = b"event: first\ndata: 1\n\ndata: 2\n\n"
    with shop.things.watch_numbers() as events:
        assert [(event, events.last_event_name) for event in events] == [(1, "first"), (2, "message")]
    assert read(shop.things.watch_numbers()) == [1, 2]
    assert read(shop.things.watch_log()) == read(shop.things.watch_anything()) == ["1", "2"]


def test_stream_with_final_events_ends_at_the_first(shop: Any, server: Server, module: Any) -> None:
    server.content = b'data: {"kind": "step"}\n\ndata: {"kind": "done"}\n\ndata: {"kind": "step"}\n\n'
    with shop.things.watch_ticket() as events:
        assert [event.kind for event in events] == ["step", "done"]
        assert isinstance(events.end, module.models.Done)


def test_stream_without_final_event_is_interrupted(shop: Any, server: Server, module: Any) -> None:
    server.content = b'id: 7\ndata: {"kind": "step", "progress": 1}\n\n'
    with shop.things.watch_ticket() as events:
        assert next(events).progress == 1
        with pytest.raises(module.StreamInterrupted) as raised:
            next(events)
    assert raised.value.last_event_id == "7"
    assert len(server.requests) == 1


def test_whole_events_of_several_kinds_give_their_data(shop: Any, server: Server) -> None:
    server.content = b'event: b\ndata: {"kind": "step"}\n\nevent: a\ndata: {"name": "x"}\n\n'
    with shop.things.watch_frames() as events:
        found = [(type(event).__name__, events.last_event_name) for event in events]
    assert found == [("Step", "b"), ("Thing", "a")]


def test_event_of_another_schema_raises_decode_error(shop: Any, server: Server, module: Any) -> None:
    server.content = b'data: {"name": 1}\n\n'
    with pytest.raises(module.DecodeError, match="name"):
        read(shop.things.watch())
    server.content = b"data: {\n\n"
    with pytest.raises(module.DecodeError, match="an event's JSON"):
        read(shop.things.watch())


def test_body_field_requests_events(shop: Any, server: Server) -> None:
    server.content = b'data: {"name": "a"}\n\n'
    assert read(shop.things.stream(prompt="hello"))[0].name == "a"
    assert json.loads(server.requests[0].read()) == {"prompt": "hello", "stream": True}


def test_accept_header_requests_events(shop: Any, server: Server) -> None:
    server.content = b'data: {"name": "a"}\n\n'
    assert read(shop.things.stream_read())[0].name == "a"
    assert server.requests[0].headers["accept"] == EVENTS


@pytest.mark.parametrize("name", ["stream_read", "watch"])
def test_deprecated_argument_of_a_stream_warns_by_its_method(shop: Any, name: str) -> None:
    with pytest.warns(DeprecationWarning, match=rf"things.{name}\(old=…\)"):
        getattr(shop.things, name)(old="x")


def test_streams_that_differ_in_anything_are_read_apart() -> None:
    events = Events("", TEXT_SHAPE, "json", "type", (), (), None, resumes=False)
    others: dict[str, Any] = {
        "shape": WHOLE, "kind": "text", "tag": "kind", "ends": ("a",), "failures": ("a",), "adapter": ADAPTERS["runs"],
        "resumes": True,
    }  # fmt: skip
    assert others.keys() == {field.name for field in fields(Events)} - {"constant"}
    assert not [name for name, other in others.items() if replace(events, **{name: other}).is_like(events)]


def test_adapter_of_runs_is_only_in_a_client_that_enables_it(module: Any) -> None:
    package = Path(module.__file__).parent
    assert not {"EventStream", "Reply", "Recovery"} & set(module.__all__)
    assert not [path for path in package.rglob("*.py") if path.name in {"_runs.py", "runs.py"}]
    assert "run_id=" not in (package / "_async" / "resources" / "things.py").read_text("utf-8")
