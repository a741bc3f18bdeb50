"""Cancelled streams: reads that are cancelled and repeated, and `cancel()` from another task or thread."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from backboard_threads import (
    APIError,
)
from tests.support.client.scripted_server import Answer, Server, Silence, drop, events, reply, send
from tests.support.client.sse_frames import (
    NUMBERED,
    REPLY,
    RUN,
    STARTED,
    TEXT,
    UNNUMBERED,
    USER,
    frame,
    said,
)
from tests.support.client.variants import THREAD_ID, Variant


@pytest.fixture
def async_half() -> Variant:
    return Variant("async")


def held(gate: threading.Event, *first: bytes, then: list[bytes]) -> Answer:
    """A stream that stops after its first frames until the gate opens."""

    def go_on(connection: Any) -> bool:
        assert gate.wait(60)
        for piece in then:
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")
        return True

    return events(*first, then=go_on)


@pytest.mark.parametrize("frames", [UNNUMBERED, NUMBERED], ids=["without ids", "with ids"])
async def test_cancelled_read_loses_nothing(async_half: Variant, server: Server, frames: list[bytes]) -> None:
    gate = threading.Event()
    server.answer(held(gate, *frames[:2], then=frames[2:]))
    seen = []
    async with async_half.client(server).messages.stream(THREAD_ID, content="x") as stream:
        seen += [await anext(stream), await anext(stream)]
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(stream), 0.05)
        gate.set()
        seen += [event async for event in stream]
        assert stream.text == TEXT
    assert len(seen) == len(REPLY)
    assert len(server.requests) == 1


async def test_read_cancelled_while_resuming_loses_nothing(async_half: Variant, server: Server) -> None:
    gate = threading.Event()

    def late(connection: Any) -> bool:
        gate.wait(60)
        return events(*NUMBERED[2:])(connection)

    server.answer(events(*NUMBERED[:2], then=drop), late, events(*NUMBERED[2:]))
    async with async_half.client(server, max_retries=5).messages.stream(THREAD_ID, content="x") as stream:
        seen = [await anext(stream), await anext(stream)]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(stream), 0.3)
        gate.set()
        seen += [event async for event in stream]
    assert len(seen) == len(REPLY)


async def test_cancelled_read_ends_with_the_stream(async_half: Variant, server: Server) -> None:
    silence = Silence()
    server.answer(events(frame(STARTED), then=silence))
    async with async_half.client(server).messages.stream(THREAD_ID, content="x") as stream:
        await anext(stream)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(stream), 0.05)
    assert silence.is_over.wait(60)


CANCELLED = reply(200, {"thread_id": THREAD_ID, "run_id": RUN, "cancelled": True})
END = frame({"type": "run_cancelled", "run_id": RUN, "thread_id": THREAD_ID})


def run_in_steps(gate: threading.Event, ended: threading.Event) -> Callable[[Any], bool]:
    """The rest of a chunked answer: the run's start once `gate` is set, and its end once `ended` is."""

    def go_on(connection: Any) -> bool:
        assert gate.wait(60)
        piece = frame(STARTED)
        connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        assert ended.wait(60)
        return send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(END), END))(connection)

    return go_on


async def test_cancel_from_another_task_waits_for_the_run(async_half: Variant, server: Server) -> None:
    gate, ended = threading.Event(), threading.Event()

    server.answer(events(b": hello\n\n", then=run_in_steps(gate, ended)), CANCELLED)
    async with async_half.client(server).messages.stream(THREAD_ID, content="x") as stream:
        reading = asyncio.create_task(async_half.all(stream))
        cancelling = asyncio.create_task(stream.cancel())
        await asyncio.sleep(0.05)
        assert not cancelling.done()
        gate.set()
        assert await cancelling is True
        ended.set()
        assert [event.type for event in await reading] == ["run_started", "run_cancelled"]


def test_cancel_from_another_thread_waits_for_the_run(server: Server) -> None:
    gate, ended = threading.Event(), threading.Event()

    server.answer(events(b": hello\n\n", then=run_in_steps(gate, ended)), CANCELLED)
    variant = Variant("sync")
    results: list[Any] = []
    with variant.client(server).messages.stream(THREAD_ID, content="x") as stream:
        thread = threading.Thread(target=lambda: results.append(stream.cancel()))
        thread.start()
        gate.set()
        first = next(stream)
        thread.join(60)
        ended.set()
        assert results == [True]
        assert [event.type for event in (first, *stream)] == ["run_started", "run_cancelled"]
    variant.close()


async def test_cancel_before_the_run_is_known_raises(variant: Variant, server: Server) -> None:
    opened = variant.client(server).messages.stream(THREAD_ID, content="x")
    with pytest.raises(APIError, match="no event has named the run"):
        await variant.do(opened.cancel())
    server.answer(events(frame({"type": "run_ended"})))
    async with variant.within(variant.client(server).messages.stream(THREAD_ID, content="x")) as stream:
        await variant.all(stream)
        with pytest.raises(APIError, match="no event has named the run"):
            await variant.do(stream.cancel())


async def test_cancel_ends_the_run_and_the_stream(variant: Variant, server: Server) -> None:
    gone_on = threading.Event()
    cancelled = frame({"type": "run_cancelled", "run_id": RUN, "thread_id": THREAD_ID})

    def go_on(connection: Any) -> bool:
        gone_on.wait(600)
        return send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(cancelled), cancelled))(connection)

    server.answer(
        events(frame(USER), frame(STARTED), frame(said("x")), then=go_on),
        CANCELLED,
        reply(200, {"thread_id": THREAD_ID, "run_id": RUN, "cancelled": False}),
    )
    async with variant.within(variant.client(server).messages.stream(THREAD_ID, content="x")) as opened:
        assert await variant.do(opened.cancel()) is True
        assert await variant.do(opened.cancel()) is False
        gone_on.set()
        assert [event.type for event in await variant.all(opened)][-1] == "run_cancelled"
    assert server.requests[1].path == f"/api/threads/{THREAD_ID}/runs/{RUN}/cancel"
