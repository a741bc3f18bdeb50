"""Streams: what they give, how they end, and that none ends silently."""

import threading
import tracemalloc
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from backboard_threads import (
    ConflictError,
    DecodeError,
    RunFailedError,
    models,
)
from tests.support.client_variants import THREAD_ID, TURN, Variant
from tests.support.scripted_server import Server, Silence, drop, events, reply, send
from tests.support.sse_frames import (
    ENDED,
    REPLY,
    RUN,
    STARTED,
    TEXT,
    UNNUMBERED,
    USER,
    WORDS,
    collect,
    frame,
    read_stream,
    said,
)


async def test_events_are_typed_and_the_reply_is_whole(variant: Variant, server: Server) -> None:
    server.answer(events(*UNNUMBERED))
    read, opened = await read_stream(variant, server)
    assert [event.type for event in read] == [event["type"] for event in REPLY]
    assert isinstance(read[1], models.ContentStreamingEvent)
    assert read[1].content == "Héllo"
    assert opened.text == TEXT
    assert (opened.run_id, opened.thread_id) == (RUN, THREAD_ID)
    assert opened.end is read[-1]
    assert opened.response.status_code == 200
    request = server.requests[0]
    assert request.headers["accept"] == "text/event-stream"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["idempotency-key"]
    assert b"stream=true" in request.body


async def test_text_piece_by_piece(variant: Variant, server: Server) -> None:
    server.answer(events(*UNNUMBERED))
    async with variant.within(variant.client(server).messages.stream(THREAD_ID, content="x")) as opened:
        assert await variant.all(opened.deltas()) == WORDS
        assert opened.text == TEXT


async def test_the_reply_at_once(variant: Variant, server: Server) -> None:
    server.answer(events(*UNNUMBERED))
    async with variant.within(variant.client(server).messages.stream(THREAD_ID, content="x")) as opened:
        await variant.next(opened)
        whole = await variant.do(opened.reply())
    assert (whole.text, whole.thread_id, whole.run_id, whole.end.type) == (TEXT, THREAD_ID, RUN, "run_ended")


async def test_whole_texts_in_the_events_count(variant: Variant, server: Server) -> None:
    cumulative = [said("He", accumulated_content="He"), said("Hello", accumulated_content="Hello"), ENDED]
    server.answer(events(*map(frame, cumulative)))
    _, opened = await read_stream(variant, server)
    assert opened.text == "Hello"
    for end in ({"final_content": "Hello!", "content": "no"}, {"content": "Hello!"}):
        server.answer(events(*map(frame, [said("He"), {**ENDED, **end}])))
        _, opened = await read_stream(variant, server)
        assert opened.text == "Hello!"


@pytest.mark.parametrize(
    "kind", ["run_ended", "message_complete", "run_completed", "run_cancelled", "tool_submit_required"]
)
async def test_the_ends(variant: Variant, server: Server, kind: str) -> None:
    end = {"type": kind, "thread_id": THREAD_ID, "run_id": RUN}
    if kind == "tool_submit_required":
        end["tool_calls"] = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]  # type: ignore[assignment]
    silence = Silence()
    server.answer(events(frame(said("x")), frame(end), frame(said("never")), then=silence))
    read, opened = await read_stream(variant, server)
    assert [event.type for event in read] == ["content_streaming", kind]
    assert opened.text == "x"
    assert silence.is_over.wait(600), "the connection is still open"


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"type": "run_failed", "error": "no such model"}, "no such model"),
        ({"type": "run_failed", "message": "quota"}, "quota"),
        ({"type": "error", "error": "broken"}, "broken"),
        ({"type": "error"}, "the run failed"),
        ({"type": "run_ended", "status": "failed", "error": "odd"}, "odd"),
        ({"type": "run_ended", "status": "exploded"}, "the run ended as exploded"),
    ],
)
async def test_failures_raise(variant: Variant, server: Server, event: dict[str, Any], reason: str) -> None:
    server.answer(events(frame(STARTED), frame(said("so far")), frame(event)))
    with pytest.raises(RunFailedError, match=reason) as caught:
        await read_stream(variant, server)
    error = caught.value
    assert (error.partial_text, error.run_id, error.thread_id) == ("so far", RUN, THREAD_ID)
    assert error.event.type == event["type"]
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", ["completed", "COMPLETED", "", None])
async def test_a_good_status_is_a_good_end(variant: Variant, server: Server, status: str | None) -> None:
    server.answer(events(frame({"type": "run_ended", "status": status})))
    read, _ = await read_stream(variant, server)
    assert len(read) == 1


async def test_unknown_events_are_kept(variant: Variant, server: Server) -> None:
    odd = {"type": "brain_wave", "shape": [1, {"a": None}]}
    server.answer(events(b": ping\n\n", frame(odd), b"data: [DONE]\n\n", b"data:\n\n", frame(ENDED)))
    read, _ = await read_stream(variant, server)
    assert [event.type for event in read] == ["brain_wave", "run_ended"]
    assert read[0].to_dict() == odd


@pytest.mark.parametrize("data", [b"data: {oops\n\n", b"data: [1]\n\n", b'data: {"type": 7}\n\n', b"data: \xff\n\n"])
async def test_an_event_that_is_none(variant: Variant, server: Server, data: bytes) -> None:
    server.answer(events(frame(STARTED) + data + frame(ENDED)))
    seen: list[Any] = []
    with pytest.raises(DecodeError) as caught:
        await collect(variant, variant.client(server).messages.stream(THREAD_ID, content="x"), seen)
    assert [event.type for event in seen] == ["run_started"]
    assert caught.value.response.status_code == 200
    assert caught.value.request.method == "POST"


async def test_no_deadline_unless_given(variant: Variant) -> None:
    limits: list[float | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        limits.append(request.extensions["timeout"].get("read"))
        return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=frame(ENDED))

    client = variant.mocked(handler, timeout=100_000)
    await variant.read(client.messages.stream(THREAD_ID, content="x"))
    await variant.read(client.messages.stream(THREAD_ID, content="x", deadline=600))
    assert limits[0] == 100_000
    assert limits[1] < 600


async def test_errors_before_the_stream_are_plain(variant: Variant, server: Server) -> None:
    server.answer(reply(409, {"detail": "the thread is busy"}))
    with pytest.raises(ConflictError, match="busy"):
        await read_stream(variant, server)
    server.answer(reply(503, {}), drop, events(*UNNUMBERED))
    read, _ = await read_stream(variant, server)
    assert len(read) == len(REPLY)
    assert len({seen.raw for seen in server.requests}) == 1


async def test_an_answer_that_is_no_stream(variant: Variant, server: Server) -> None:
    for answer in (reply(200, TURN), reply(200, b"<html>", content_type="text/html"), reply(200, b"")):
        server.answer(answer)
        with pytest.raises(DecodeError, match="expected an event stream"):
            await read_stream(variant, server)


async def test_leaving_early_closes_the_connection(variant: Variant, server: Server) -> None:
    silence = Silence()
    server.answer(events(*UNNUMBERED[:3], then=silence))
    async with variant.within(variant.client(server).messages.stream(THREAD_ID, content="x")) as opened:
        await variant.next(opened)
    assert silence.is_over.wait(600)
    with pytest.raises(RuntimeError, match="closed"):
        await variant.all(opened)


async def test_events_come_at_once_through_a_given_client_too(variant: Variant, server: Server) -> None:
    silence = Silence()
    server.answer(events(*UNNUMBERED[:3], then=silence))
    given = variant.http_class(timeout=600)
    client = variant.client(server, http_client=given)
    async with variant.within(client.messages.stream(THREAD_ID, content="x")) as opened:
        assert (await variant.next(opened)).type == REPLY[0]["type"]
        assert not silence.is_over.is_set()
    assert silence.is_over.wait(600)
    await variant.do(given.aclose() if variant.name == "async" else given.close())


async def test_an_exception_inside_closes_the_connection(variant: Variant, server: Server) -> None:
    silence = Silence()
    server.answer(events(*UNNUMBERED[:3], then=silence))
    opened = variant.client(server).messages.stream(THREAD_ID, content="x")
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the `with` inside is what is tested
        async with variant.within(opened):
            await variant.next(opened)
            raise ZeroDivisionError
    assert silence.is_over.wait(600)


async def test_nothing_is_sent_before_the_with_and_a_stream_opens_once(variant: Variant, server: Server) -> None:
    server.answer(events(*UNNUMBERED))
    opened = variant.client(server).messages.stream(THREAD_ID, content="x")
    assert server.requests == []
    with pytest.raises(RuntimeError, match="with"):
        await variant.next(opened)
    await variant.read(opened)
    with pytest.raises(RuntimeError, match="before"):
        await variant.read(opened)


async def test_cancel_ends_the_run(variant: Variant, server: Server) -> None:
    gone_on = threading.Event()
    cancelled = frame({"type": "run_cancelled", "run_id": RUN, "thread_id": THREAD_ID})

    def go_on(connection: Any) -> bool:
        gone_on.wait(600)
        return send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(cancelled), cancelled))(connection)

    server.answer(
        events(frame(USER), frame(STARTED), frame(said("x")), then=go_on),
        reply(200, {"thread_id": THREAD_ID, "run_id": RUN, "cancelled": True}),
    )
    async with variant.within(variant.client(server).messages.stream(THREAD_ID, content="x")) as opened:
        assert await variant.do(opened.cancel()) is True
        gone_on.set()
        assert [event.type for event in await variant.all(opened)][-1] == "run_cancelled"
    assert server.requests[1].path == f"/api/threads/{THREAD_ID}/runs/{RUN}/cancel"


class Endless(httpx.SyncByteStream, httpx.AsyncByteStream):
    """So many events, made as they are read."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __iter__(self) -> Iterator[bytes]:
        piece = b'data: {"type": "reasoning_streaming", "content": "x", "accumulated_reasoning": "x"}\n\n' * 100
        for _ in range(self.count // 100):
            yield piece
        yield frame(ENDED)

    async def __aiter__(self) -> Any:
        for piece in iter(self):
            yield piece


async def test_many_events_in_constant_memory(variant: Variant) -> None:
    """A million of them in `make bench`; here enough that a byte kept of each would show."""
    count = 20_000

    def handler(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, stream=Endless(count))

    opened = variant.mocked(handler).messages.stream(THREAD_ID, content="x")
    seen = 0
    async with variant.within(opened) as running:
        await variant.next(running)
        tracemalloc.start()
        try:
            while await variant.next(running) is not None:
                seen += 1
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert seen == count
    assert peak < 1_000_000
