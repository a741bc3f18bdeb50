"""Streams: their events, their text, and how they end."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from backboard_threads import (
    models,
)
from tests.support.client.scripted_server import Server, Silence, events
from tests.support.client.sse_frames import (
    ENDED,
    REPLY,
    RUN,
    TEXT,
    UNNUMBERED,
    WORDS,
    frame,
    read_stream,
    said,
)
from tests.support.client.variants import THREAD_ID, Variant


async def test_stream_gives_typed_events_and_the_whole_text(variant: Variant, server: Server) -> None:
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


async def test_deltas_give_the_text_in_pieces(variant: Variant, server: Server) -> None:
    server.answer(events(*UNNUMBERED))
    async with variant.within(variant.client(server).messages.stream(THREAD_ID, content="x")) as opened:
        assert await variant.all(opened.deltas()) == WORDS
        assert opened.text == TEXT


async def test_reply_gives_the_whole_text(variant: Variant, server: Server) -> None:
    server.answer(events(*UNNUMBERED))
    async with variant.within(variant.client(server).messages.stream(THREAD_ID, content="x")) as opened:
        await variant.next(opened)
        whole = await variant.do(opened.reply())
    assert (whole.text, whole.thread_id, whole.run_id, whole.end.type) == (TEXT, THREAD_ID, RUN, "run_ended")


async def test_accumulated_text_of_events_replaces_the_deltas(variant: Variant, server: Server) -> None:
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
async def test_stream_ends_with_each_final_event(variant: Variant, server: Server, kind: str) -> None:
    end = {"type": kind, "thread_id": THREAD_ID, "run_id": RUN}
    if kind == "tool_submit_required":
        end["tool_calls"] = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]  # type: ignore[assignment]
    silence = Silence()
    server.answer(events(frame(said("x")), frame(end), frame(said("never")), then=silence))
    read, opened = await read_stream(variant, server)
    assert [event.type for event in read] == ["content_streaming", kind]
    assert opened.text == "x"
    assert silence.is_over.wait(600), "the connection is still open"


@pytest.mark.parametrize("status", ["completed", "COMPLETED", "cancelled", "Requires_Action", "", None])
async def test_run_ended_with_a_good_status_ends_the_stream(
    variant: Variant, server: Server, status: str | None
) -> None:
    server.answer(events(frame({"type": "run_ended", "status": status})))
    read, _ = await read_stream(variant, server)
    assert len(read) == 1


async def test_unknown_event_is_kept(variant: Variant, server: Server) -> None:
    odd = {"type": "brain_wave", "shape": [1, {"a": None}]}
    server.answer(events(b": ping\n\n", frame(odd), b"data: [DONE]\n\n", b"data:\n\n", frame(ENDED)))
    read, _ = await read_stream(variant, server)
    assert [event.type for event in read] == ["brain_wave", "run_ended"]
    assert read[0].to_dict() == odd


async def test_stream_has_no_deadline_unless_given(variant: Variant) -> None:
    limits: list[float | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        limits.append(request.extensions["timeout"].get("read"))
        return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=frame(ENDED))

    client = variant.mocked(handler, timeout=100_000)
    await variant.read(client.messages.stream(THREAD_ID, content="x"))
    await variant.read(client.messages.stream(THREAD_ID, content="x", deadline=600))
    assert limits[0] == 100_000
    assert limits[1] < 600


async def test_stream_is_sent_on_entering_and_only_once(variant: Variant, server: Server) -> None:
    server.answer(events(*UNNUMBERED))
    opened = variant.client(server).messages.stream(THREAD_ID, content="x")
    assert server.requests == []
    with pytest.raises(RuntimeError, match="with"):
        await variant.next(opened)
    await variant.read(opened)
    with pytest.raises(RuntimeError, match="before"):
        await variant.read(opened)


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


async def test_stream_of_many_events_needs_constant_memory(variant: Variant) -> None:
    """A million of them in `make bench`; here enough that a reference kept of each would show."""
    count = 10_000

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
    assert peak < 100_000
