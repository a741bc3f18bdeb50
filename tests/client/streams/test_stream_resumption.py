"""Streams that break off: resumed without loss or repetition where they can, interrupted where they cannot."""

from typing import Any

import pytest

from backboard_threads import (
    APIConnectionError,
    APIStatusError,
    StreamInterrupted,
    models,
)
from tests.support.client.scripted_server import Answer, Server, Silence, drop, events, reply, reset, send
from tests.support.client.sse_frames import (
    ENDED,
    NUMBERED,
    REPLY,
    RUN,
    STARTED,
    TEXT,
    WORDS,
    collect,
    frame,
    read_stream,
    said,
)
from tests.support.client.variants import KEY, MESSAGE_ID, MOMENT, THREAD_ID, Variant


@pytest.mark.parametrize("ascii_only", [True, False])
async def test_stream_without_ids_cut_anywhere_is_interrupted(
    variant: Variant, server: Server, ascii_only: bool
) -> None:
    sent = [STARTED, said("é"), said("\u2028😀"), {"type": "run_ended"}]
    whole = b"".join(frame(event, ascii_only=ascii_only) for event in sent)
    client = variant.client(server)
    each = variant.name == "sync" and not ascii_only  # the other half is derived, and ASCII is cut between letters
    for cut in range(0, len(whole), 1 if each else 7):
        server.answer(events(whole[:cut], then=(drop, reset)[cut % 2]) if cut % 3 else events(whole[:cut]))
        seen: list[Any] = []
        with pytest.raises(StreamInterrupted) as caught:
            await collect(variant, client.messages.stream(THREAD_ID, content="x"), seen)
        complete = whole[:cut].count(b"\n\n")
        if cut % 3 and cut % 2:
            complete = min(complete, len(seen))  # a reset may take bytes with it that were already sent
        assert [event.type for event in seen] == [event["type"] for event in sent[:complete]]
        error = caught.value
        assert isinstance(error, APIConnectionError)
        assert error.partial_text == "".join(["é", "\u2028😀"][: max(complete - 1, 0)])
        assert error.last_event_id is None
        assert error.run_id == (RUN if complete else None)
        assert error.thread_id == THREAD_ID
        assert error.idempotency_key == server.requests[0].headers["idempotency-key"]
        assert len(server.requests) == 1


async def test_stream_with_ids_cut_anywhere_resumes_without_loss_or_repetition(
    variant: Variant, server: Server
) -> None:
    sent = [STARTED, said("é"), {"type": "run_ended"}]
    frames = [frame(event, i) for i, event in enumerate(sent, 1)]
    whole = b"".join(frames)
    client = variant.client(server)
    for cut in range(len(frames[0]), len(whole), 1 if variant.name == "sync" else 7):
        complete = whole[:cut].count(b"\n\n")
        server.answer(events(whole[:cut], then=drop), events(*frames[complete:]))
        opened = client.messages.stream(THREAD_ID, content="x")
        assert [event.type for event in await variant.read(opened)] == [event["type"] for event in sent]
        assert opened.text == "é"
        resumed = server.requests[1]
        assert (resumed.method, resumed.path) == ("GET", f"/api/threads/{THREAD_ID}/runs/{RUN}/events")
        assert resumed.headers["last-event-id"] == str(complete)
        assert len(server.requests) == 2


async def test_events_without_ids_after_a_repeated_one_are_given(variant: Variant, server: Server) -> None:
    numbered = [frame(STARTED, 1), frame(said("Hello"), 2)]
    server.answer(events(*numbered, then=drop), events(numbered[1], frame(said(" Ada")), frame(ENDED)))
    seen, opened = await read_stream(variant, server)
    assert [event.type for event in seen] == ["run_started", *["content_streaming"] * 2, "run_ended"]
    assert opened.text == "Hello Ada"


@pytest.mark.parametrize("answer", [reply(204), reply(200, b"<html>", content_type="text/html")])
async def test_resuming_without_an_event_stream_is_an_interruption(
    variant: Variant, server: Server, answer: Answer
) -> None:
    server.answer(events(*NUMBERED[:3], then=drop), answer)
    with pytest.raises(StreamInterrupted, match="expected an event stream") as caught:
        await read_stream(variant, server)
    assert caught.value.partial_text == WORDS[0] + WORDS[1]
    assert caught.value.last_event_id == "3"


@pytest.mark.parametrize("ids", [["7", None, None, None, None, None], ["7"] * len(REPLY)], ids=["once", "the same"])
async def test_events_without_ids_are_all_given_and_not_resumed(
    variant: Variant, server: Server, ids: list[str | None]
) -> None:
    frames = [frame(event, event_id) for event, event_id in zip(REPLY, ids, strict=True)]
    server.answer(events(*frames))
    read, opened = await read_stream(variant, server)
    assert len(read) == len(REPLY)
    assert opened.text == TEXT

    server.answer(events(*frames[:3], then=drop))  # after the first event again, the others would be repeated
    with pytest.raises(StreamInterrupted) as caught:
        await read_stream(variant, server)
    assert caught.value.last_event_id is None
    assert len(server.requests) == 1


async def test_resuming_stays_within_max_retries(variant: Variant, server: Server) -> None:
    answers = [events(piece, then=drop) for piece in NUMBERED]
    server.answer(*answers)
    with pytest.raises(StreamInterrupted) as caught:
        await read_stream(variant, server)
    assert len(server.requests) == 3
    assert caught.value.last_event_id == "3"
    assert caught.value.partial_text == "".join(WORDS[:2])
    server.answer(*answers)
    read, _ = await read_stream(variant, server, max_retries=5)
    assert len(read) == len(REPLY)
    server.answer(*answers)
    with pytest.raises(StreamInterrupted):
        await read_stream(variant, server, max_retries=0)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_resuming_retries_while_the_server_is_busy(variant: Variant, server: Server, status: int) -> None:
    server.answer(events(*NUMBERED[:3], then=drop), reply(status, {}), events(*NUMBERED[3:]))
    read, opened = await read_stream(variant, server)
    assert len(read) == len(REPLY)
    assert opened.text == TEXT


@pytest.mark.parametrize("status", [401, 404, 409, 501])
async def test_refused_resuming_is_an_interruption(variant: Variant, server: Server, status: int) -> None:
    server.answer(events(*NUMBERED[:3], then=drop), reply(status, {"detail": "no such run"}))
    with pytest.raises(StreamInterrupted, match="no such run") as caught:
        await read_stream(variant, server)
    assert isinstance(caught.value.__cause__, APIStatusError)
    assert len(server.requests) == 2


async def test_silent_stream_is_interrupted_after_the_timeout(variant: Variant, server: Server) -> None:
    server.answer(events(frame(STARTED), frame(said("x")), then=Silence()))
    with pytest.raises(StreamInterrupted) as caught:
        await read_stream(variant, server, timeout=0.2)
    assert caught.value.partial_text == "x"


async def test_slow_stream_is_interrupted_at_the_deadline(variant: Variant, server: Server) -> None:
    server.answer(events(frame(STARTED), then=send(*[b"3\r\n:\n\n\r\n"] * 500, pause=0.02)))
    with pytest.raises(StreamInterrupted):
        await read_stream(variant, server, deadline=0.3)


def _message(role: str, content: str, run_id: str | None = RUN, **more: object) -> dict[str, object]:
    metadata = {"run_id": run_id} if run_id else None
    return {
        "message_id": MESSAGE_ID,
        "role": role,
        "content": content,
        "created_at": MOMENT,
        "metadata_": metadata,
        **more,
    }


@pytest.mark.parametrize(
    ("messages", "stored"),
    [
        ([_message("user", "x"), _message("assistant", "Hello Ada.")], "Hello Ada."),
        ([_message("user", "x", None), _message("assistant", "Hello Ada.", None)], "Hello Ada."),
        (
            [
                *(_message("user", "x"), _message("assistant", "Hello Ada.")),
                *(_message("user", "other", "run-2"), _message("assistant", "later", "run-2")),
            ],
            "Hello Ada.",
        ),
        ([_message("user", "x"), _message("assistant", "", status="IN_PROGRESS")], None),
        ([_message("user", "x"), _message("assistant", "half", status="FAILED")], None),
        ([_message("assistant", "old", "run-0"), _message("user", "x")], None),
        ([_message("user", "other", None), _message("assistant", "old", None)], None),
        ([], None),
    ],
)
async def test_recover_tells_whether_the_reply_was_stored(
    variant: Variant, server: Server, messages: list[Any], stored: str | None
) -> None:
    server.answer(
        events(frame(STARTED), frame(said("Hel")), then=drop),
        reply(200, {"thread_id": THREAD_ID, "created_at": MOMENT, "messages": messages}),
    )
    opened = variant.client(server).messages.stream(THREAD_ID, content="x")
    with pytest.raises(StreamInterrupted):
        await variant.read(opened)
    recovery = await variant.do(opened.recover())
    assert recovery.stored is (stored is not None)
    assert recovery.text == stored
    assert isinstance(recovery.thread, models.Thread)
    assert len(recovery.thread.messages) == len(messages)


async def test_recover_without_a_thread_is_unknown(variant: Variant, server: Server) -> None:
    server.answer(events(then=drop))
    opened = variant.client(server).messages.chat_stream(content="x")
    with pytest.raises(StreamInterrupted):
        await variant.read(opened)
    recovery = await variant.do(opened.recover())
    assert (recovery.stored, recovery.thread) == (None, None)


async def test_run_events_continue_after_submitted_tool_outputs(variant: Variant, server: Server) -> None:
    demand = {"type": "tool_submit_required", "run_id": RUN, "tool_calls": []}
    server.answer(events(frame(STARTED, 1), frame(demand, 2), frame(said("done"), 3), frame(ENDED, 4)))
    client = variant.client(server)
    opened = client.runs.events(THREAD_ID, RUN)
    assert [event.type for event in await variant.read(opened)] == [
        "run_started",
        "tool_submit_required",
        "content_streaming",
        "run_ended",
    ]
    server.answer(events(frame(STARTED, 1), frame(demand, 2)))
    assert len(await variant.read(client.runs.events(THREAD_ID, RUN))) == 2
    server.answer(events(frame(STARTED, 1), frame(demand, 2), then=drop), events(frame(ENDED, 3)))
    assert len(await variant.read(client.runs.events(THREAD_ID, RUN, last_event_id="0"))) == 3
    assert [seen.headers.get("last-event-id") for seen in server.requests] == ["0", "2"]
    for name, value in (("accept", "text/event-stream"), ("accept-encoding", "identity")):
        assert [seen.headers[name] for seen in server.requests] == [value] * 2


@pytest.mark.parametrize("event_id", ["é", "\x07", "😀", "a\x7f"])
async def test_stream_with_an_id_that_fits_no_header_is_interrupted(
    variant: Variant, server: Server, event_id: str
) -> None:
    server.answer(events(frame(STARTED, event_id), frame(said("x"), event_id + "2"), then=drop))
    with pytest.raises(StreamInterrupted) as caught:
        await read_stream(variant, server)
    assert caught.value.partial_text == "x"
    assert len(server.requests) == 1


async def test_interrupted_stream_stays_interrupted(variant: Variant, server: Server) -> None:
    server.answer(events(frame(said("x")), then=drop))
    async with variant.within(variant.client(server, api_key=KEY).messages.stream(THREAD_ID, content="x")) as stream:
        await variant.next(stream)
        for _ in range(2):
            with pytest.raises(StreamInterrupted):
                await variant.next(stream)
