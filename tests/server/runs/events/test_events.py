"""The events of a turn: their content, their order, and the last one."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.server.builders import WEATHER, Halting, hold, waiting_run
from tests.support.server.model_endpoint import DONE, answered, asking, delta, streamed
from tests.support.server.threads_api import Api, Event, Events, contract, serving, text_of

DOCUMENT = contract().document
UNION = DOCUMENT.root["components"]["schemas"]["StreamEvent"]
KINDS: dict[str, str] = UNION["discriminator"]["mapping"]


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path / "threads.db") as api:
        yield api


async def events_of(api: Api, content: str, thread_id: str | None = None, **fields: Any) -> list[Event]:
    thread_id = thread_id or await api.thread(await api.assistant(tools=[WEATHER]))
    async with api.stream(thread_id, content, **fields) as stream:
        return await stream.rest()


async def cancelled(api: Api, thread_id: str) -> list[Event]:
    """The events of a turn that was cancelled while it was at work."""
    async with api.stream(thread_id, "/slow 500 " + "x" * 500) as stream:
        events = await stream.until("content_streaming")
        await api.cancel(thread_id, events[-1]["run_id"])
        return [*events, *await stream.rest()]


async def test_first_events_come_after_the_message_is_stored(api: Api) -> None:
    hold(api)
    thread_id = await api.thread()
    async with api.stream(thread_id, "hello") as stream:
        said, started = await stream.next(), await stream.next()
        assert (said["type"], started["type"]) == ("user_message", "run_started")
        thread = await api.get(thread_id)
        [message] = thread["messages"]
        assert (said["message_id"], said["content"]) == (message["message_id"], message["content"])
        assert (said["thread_id"], said["assistant_id"]) == (thread_id, thread["assistant_id"])
        assert (await api.cancel(thread_id, started["run_id"])).json()["cancelled"] is True


async def test_first_event_names_unsupported_fields(api: Api) -> None:
    for fields, message in (({"memory": "Auto"}, "Message added. This server did nothing with: memory"), ({}, None)):
        [said, *_] = await events_of(api, "/say x", **fields)
        assert (said["type"], said["message"]) == ("user_message", message)


async def test_events_of_a_new_thread_have_its_id(api: Api) -> None:
    body = {"content": "/say x", "stream": True}
    async with api.http.stream("POST", "/threads/messages", json=body) as response:
        events = await Events(response).rest()
    [thread] = (await api.http.get("/threads")).json()
    assert [event["thread_id"] for event in events] == [thread["thread_id"]] * len(events)
    assert events[0]["assistant_id"] == thread["assistant_id"]


async def test_event_on_the_wire_is_a_line_of_ascii_and_an_empty_line(api: Api) -> None:
    body = {"content": "/say é \u2028 \x85 \U0001f600\ntwo\n\nthree\r", "stream": True}
    content = (await api.http.post("/threads/messages", json=body)).content
    frames = re.findall(rb"id: (\d+)\ndata: ([ -~]+)\n\n", content)
    assert b"".join(b"id: %b\ndata: %b\n\n" % frame for frame in frames) == content
    assert [json.loads(data)["type"] for _, data in frames] == [
        *("user_message", "run_started", *["content_streaming"] * 4, "run_ended")
    ]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        ("/say x", "run_ended", "COMPLETED"),
        ("/fail broken", "run_failed", "FAILED"),
        ("/call get_weather", "tool_submit_required", "REQUIRES_ACTION"),
        (None, "run_cancelled", "CANCELLED"),
    ],
)
async def test_last_event_is_the_state_of_the_run(api: Api, content: str | None, kind: str, status: str) -> None:
    thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
    events = await (cancelled(api, thread_id) if content is None else events_of(api, content, thread_id))
    assert [event["type"] for event in events if event["type"] in UNION["x-stream-ends"]] == [kind]
    end = events[-1]
    assert end["type"] == kind
    assert (kind in UNION["x-stream-failures"]) is (status == "FAILED")
    last = (await api.get(thread_id))["messages"][-1]
    assert (last["role"], last["status"], last["metadata_"]["run_id"]) == ("assistant", status, end["run_id"])
    if status == "COMPLETED":
        assert (end["message_id"], end["final_content"]) == (last["message_id"], last["content"])
        assert end["final_content"] == text_of(events) == "x"
    if status == "FAILED":
        assert end["error"] == end["message"] == last["metadata_"]["error"] == "broken"


async def test_tool_call_events_have_the_required_call(api: Api) -> None:
    *_, start, ready, required = await events_of(api, '/call get_weather {"city": "Porto"}')
    [call] = required["tool_calls"]
    assert (start["tool_call_id"], start["name"]) == (call["id"], "get_weather")
    assert ready["tool_call"] == call


async def test_tool_call_of_a_failed_run_is_not_required(api: Api) -> None:
    """Only `tool_submit_required` says that the run waits."""
    api.services.context.responder = Halting()
    thread_id = await api.thread()
    kinds = [event["type"] for event in await events_of(api, "x", thread_id)]
    assert kinds[2:] == ["tool_call_start", "tool_call_ready", "run_failed"]
    assert (await api.send(thread_id, "y")).status_code == 200


async def test_event_log_goes_on_after_tool_outputs(api: Api) -> None:
    thread_id, run_id = await waiting_run(api)
    for submitted in (False, True):
        if submitted:
            await api.outputs(thread_id, run_id, {"call_1": "dry"})
        async with api.events(thread_id, run_id) as stream:
            kinds = [event["type"] for event in await stream.rest()]
        ends = [kind for kind in kinds if kind in UNION["x-stream-ends"]]
        assert ends == ["tool_submit_required", "run_ended"][: 1 + submitted]
        assert kinds[-1] == ends[-1]


async def test_run_ended_has_the_tokens_and_no_price(tmp_path: Path) -> None:
    details = {"prompt_tokens_details": {"cached_tokens": 3}}
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7, **details}
    call = {"index": 0, "id": "c1", "function": {"name": "f", "arguments": "{}"}}
    async with asking(tmp_path / "endpoint.db") as (api, endpoint):
        for said, kind in ({"content": "x"}, "run_ended"), ({"tool_calls": [call]}, "tool_submit_required"):
            endpoint.reply = streamed(delta(**said), {"model": "m-1", "choices": [], "usage": usage}, DONE)
            end = (await events_of(api, "x"))[-1]
            assert end["type"] == kind
            assert (end["input_tokens"], end["output_tokens"], end["total_tokens"]) == (5, 2, 7)
            assert end["cached_input_tokens"] == 3
            assert end.get("cost_usd") is None


async def test_events_marked_as_not_sent_are_not_sent(api: Api, tmp_path: Path) -> None:
    """They are the rest of all kinds, after a turn of each sort, and one that asks for all that makes other events."""
    unsent = {
        kind for kind, ref in KINDS.items() if DOCUMENT.first({"$ref": ref}, "x-server-note", "").startswith("Not sent")
    }
    thread_id, run_id = await waiting_run(api)
    async with api.events(thread_id, run_id) as stream:
        sent = {event["type"] for event in await stream.rest()}
    media = {"image_generation": "auto", "video_generation": "auto", "operation": "generate_image", "voice": {"a": "b"}}
    answer = await api.post("/threads/messages", {"content": "/say x", "stream": True, **media})
    sent |= set(re.findall('(?m)^data: {"type":"([a-z_]+)"', answer.text))
    for content, fields in (("/fail", {}), ("x", {"send_to_llm": False})):
        sent |= {event["type"] for event in await events_of(api, content, **fields)}
    sent |= {event["type"] for event in await cancelled(api, await api.thread())}
    async with asking(tmp_path / "endpoint.db") as (asked, endpoint):
        for reply in (streamed(delta(reasoning="Hm."), delta(content="x"), DONE), answered({}, "500 Oops")):
            endpoint.reply = reply
            sent |= {event["type"] for event in await events_of(asked, "x")}
    assert sent == KINDS.keys() - unsent
