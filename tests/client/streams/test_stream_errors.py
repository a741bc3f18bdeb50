"""Errors of streams: failed runs, undecodable events, error frames of gateways, and errors before the first event."""

from typing import Any

import pytest

from backboard_threads import (
    ConflictError,
    DecodeError,
    RunFailedError,
)
from tests.support.client.scripted_server import Server, drop, events, reply
from tests.support.client.sse_frames import (
    ENDED,
    REPLY,
    RUN,
    STARTED,
    TEXT,
    UNNUMBERED,
    collect,
    frame,
    read_stream,
    said,
)
from tests.support.client.variants import THREAD_ID, TURN, Variant


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'event: error\ndata: {"error": {"message": "overloaded"}}\n\n', "overloaded"),
        (b'data: {"error": "quota exceeded"}\n\n', "quota exceeded"),
        (b'data: {"detail": "context too long"}\n\n', "context too long"),
        (b'data: {"detail": [{"msg": "odd"}]}\n\n', "odd"),
    ],
)
async def test_error_event_of_a_gateway_raises_with_its_message(
    variant: Variant, server: Server, data: bytes, words: str
) -> None:
    server.answer(events(frame(STARTED), frame(said("so far")), data, frame(ENDED)))
    seen: list[Any] = []
    opened = variant.client(server).messages.stream(THREAD_ID, content="x")
    with pytest.raises(RunFailedError, match=words) as caught:
        await collect(variant, opened, seen)
    assert len(seen) == 2
    assert (caught.value.partial_text, caught.value.run_id, caught.value.event) == ("so far", RUN, None)


async def test_failure_before_the_first_event_names_the_thread_and_run_of_the_call(
    variant: Variant, server: Server
) -> None:
    server.answer(events(b'event: error\ndata: {"error": {"message": "overloaded"}}\n\n'))
    outputs = [{"tool_call_id": "call-1", "output": "Sunny."}]
    opened = variant.client(server).runs.stream_tool_outputs(THREAD_ID, RUN, tool_outputs=outputs)
    with pytest.raises(RunFailedError, match="overloaded") as caught:
        await collect(variant, opened, [])
    assert (caught.value.thread_id, caught.value.run_id) == (THREAD_ID, RUN)


@pytest.mark.parametrize("data", [b"{}", b"keep-alive", b'{"type": "ping"}'])
@pytest.mark.parametrize("name", [b"ping", b"heartbeat", b"keepalive"])
async def test_keepalive_event_with_data_is_ignored(variant: Variant, server: Server, name: bytes, data: bytes) -> None:
    ping = b"event: " + name + b"\ndata: " + data + b"\n\n"
    server.answer(events(UNNUMBERED[0], ping, *UNNUMBERED[1:-1], ping, UNNUMBERED[-1]))
    read, opened = await read_stream(variant, server)
    assert len(read) == len(REPLY)
    assert opened.text == TEXT


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"type": "run_failed", "error": "no such model"}, "no such model"),
        ({"type": "run_failed", "message": "quota"}, "quota"),
        ({"type": "error", "error": "broken"}, "broken"),
        ({"type": "error"}, "the run failed"),
        ({"type": "error", "error": "", "detail": {"message": "deep"}}, "deep"),
        ({"type": "run_ended", "status": "failed", "error": "odd"}, "odd"),
        ({"type": "run_ended", "status": "exploded"}, "the run ended as exploded"),
    ],
)
async def test_failed_run_raises_with_the_partial_text(
    variant: Variant, server: Server, event: dict[str, Any], reason: str
) -> None:
    server.answer(events(frame(STARTED), frame(said("so far")), frame(event)))
    with pytest.raises(RunFailedError, match=reason) as caught:
        await read_stream(variant, server)
    error = caught.value
    assert (error.partial_text, error.run_id, error.thread_id) == ("so far", RUN, THREAD_ID)
    assert error.event.type == event["type"]
    assert len(server.requests) == 1


@pytest.mark.parametrize("data", [b"data: {oops\n\n", b"data: [1]\n\n", b'data: {"type": 7}\n\n', b"data: \xff\n\n"])
async def test_undecodable_event_raises_decode_error(variant: Variant, server: Server, data: bytes) -> None:
    server.answer(events(frame(STARTED) + data + frame(ENDED)))
    seen: list[Any] = []
    with pytest.raises(DecodeError) as caught:
        await collect(variant, variant.client(server).messages.stream(THREAD_ID, content="x"), seen)
    assert [event.type for event in seen] == ["run_started"]
    assert caught.value.response.status_code == 200
    assert caught.value.request.method == "POST"


async def test_error_before_the_stream_is_an_ordinary_error(variant: Variant, server: Server) -> None:
    server.answer(reply(409, {"detail": "the thread is busy"}))
    with pytest.raises(ConflictError, match="busy"):
        await read_stream(variant, server)
    server.answer(reply(503, {}), drop, events(*UNNUMBERED))
    read, _ = await read_stream(variant, server)
    assert len(read) == len(REPLY)
    assert len({seen.raw for seen in server.requests}) == 1


async def test_response_that_is_not_an_event_stream_raises_decode_error(variant: Variant, server: Server) -> None:
    for answer in (reply(200, TURN), reply(200, b"<html>", content_type="text/html"), reply(200, b"")):
        server.answer(answer)
        with pytest.raises(DecodeError, match="expected an event stream"):
            await read_stream(variant, server)
