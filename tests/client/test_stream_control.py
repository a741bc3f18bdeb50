"""Streams under other hands: cancelled reads, cancel() from elsewhere, connections used again, frames of gateways."""

import asyncio
import ssl
import threading
from typing import Any

import pytest

from backboard_threads import APIError, DecodeError, RunFailedError, StreamInterrupted
from tests.support.client_variants import KEY, THREAD, THREAD_ID, Variant
from tests.support.scripted_server import Answer, Server, Silence, drop, events, reply, send, serving
from tests.support.sse_frames import (
    ENDED,
    NUMBERED,
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


async def test_whole_streams_use_one_connection(variant: Variant, server: Server) -> None:
    server.answer(events(*UNNUMBERED))
    client = variant.client(server)
    for _ in range(5):
        assert len(await variant.read(client.messages.stream(THREAD_ID, content="x"))) == len(REPLY)
    assert server.connections == 1
    await variant.end(client)


async def test_ten_streams_over_tls_cost_one_handshake(variant: Variant) -> None:
    contexts = [ssl.SSLContext(protocol) for protocol in (ssl.PROTOCOL_TLS_SERVER, ssl.PROTOCOL_TLS_CLIENT)]
    for context in contexts:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("AECDH:@SECLEVEL=0")  # anonymous: no certificate to keep in the tests
    with serving(contexts[0]) as server:
        server.answer(events(*UNNUMBERED))
        client = variant.client(server, verify=contexts[1])
        for _ in range(10):
            assert len(await variant.read(client.messages.stream(THREAD_ID, content="x"))) == len(REPLY)
        assert contexts[0].session_stats()["accept"] == 1
        await variant.end(client)


async def test_stream_that_goes_on_after_its_end_is_not_waited_for(variant: Variant, server: Server) -> None:
    silence = Silence()
    server.answer(events(frame(ENDED), then=silence))
    await variant.read(variant.client(server).messages.stream(THREAD_ID, content="x"))
    assert silence.is_over.wait(60), "the connection is still open"


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


async def test_stream_cancelled_while_it_resumes_can_be_read_on(async_half: Variant, server: Server) -> None:
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


async def test_read_given_up_is_ended_with_the_stream(async_half: Variant, server: Server) -> None:
    silence = Silence()
    server.answer(events(frame(STARTED), then=silence))
    async with async_half.client(server).messages.stream(THREAD_ID, content="x") as stream:
        await anext(stream)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(stream), 0.05)
    assert silence.is_over.wait(60)


CANCELLED = reply(200, {"thread_id": THREAD_ID, "run_id": RUN, "cancelled": True})
END = frame({"type": "run_cancelled", "run_id": RUN, "thread_id": THREAD_ID})


async def test_cancel_from_another_task_waits_for_the_run(async_half: Variant, server: Server) -> None:
    gate, ended = threading.Event(), threading.Event()

    def go_on(connection: Any) -> bool:
        assert gate.wait(60)
        piece = frame(STARTED)
        connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        assert ended.wait(60)
        return send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(END), END))(connection)

    server.answer(events(b": hello\n\n", then=go_on), CANCELLED)
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

    def go_on(connection: Any) -> bool:
        assert gate.wait(60)
        piece = frame(STARTED)
        connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        assert ended.wait(60)
        return send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(END), END))(connection)

    server.answer(events(b": hello\n\n", then=go_on), CANCELLED)
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


async def test_cancel_without_a_named_run_is_our_error(variant: Variant, server: Server) -> None:
    opened = variant.client(server).messages.stream(THREAD_ID, content="x")
    with pytest.raises(APIError, match="no event has named the run"):
        await variant.do(opened.cancel())
    server.answer(events(frame({"type": "run_ended"})))
    async with variant.within(variant.client(server).messages.stream(THREAD_ID, content="x")) as stream:
        await variant.all(stream)
        with pytest.raises(APIError, match="no event has named the run"):
            await variant.do(stream.cancel())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'event: error\ndata: {"error": {"message": "overloaded"}}\n\n', "overloaded"),
        (b'data: {"error": "quota exceeded"}\n\n', "quota exceeded"),
        (b'data: {"detail": "context too long"}\n\n', "context too long"),
        (b'data: {"detail": [{"msg": "odd"}]}\n\n', "odd"),
    ],
)
async def test_error_of_a_gateway_raises_with_its_words(
    variant: Variant, server: Server, data: bytes, words: str
) -> None:
    server.answer(events(frame(STARTED), frame(said("so far")), data, frame(ENDED)))
    seen: list[Any] = []
    opened = variant.client(server).messages.stream(THREAD_ID, content="x")
    with pytest.raises(RunFailedError, match=words) as caught:
        await collect(variant, opened, seen)
    assert len(seen) == 2
    assert (caught.value.partial_text, caught.value.run_id, caught.value.event) == ("so far", RUN, None)


@pytest.mark.parametrize("data", [b"{}", b"keep-alive", b'{"type": "ping"}'])
@pytest.mark.parametrize("name", [b"ping", b"heartbeat", b"keepalive"])
async def test_keepalive_event_with_data_is_passed_over(
    variant: Variant, server: Server, name: bytes, data: bytes
) -> None:
    ping = b"event: " + name + b"\ndata: " + data + b"\n\n"
    server.answer(events(UNNUMBERED[0], ping, *UNNUMBERED[1:-1], ping, UNNUMBERED[-1]))
    read, opened = await read_stream(variant, server)
    assert len(read) == len(REPLY)
    assert opened.text == TEXT


@pytest.mark.parametrize("event_id", ["é", "\x07", "😀", "a\x7f"])
async def test_id_that_no_header_carries_ends_the_stream_plainly(
    variant: Variant, server: Server, event_id: str
) -> None:
    server.answer(events(frame(STARTED, event_id), frame(said("x"), event_id + "2"), then=drop))
    with pytest.raises(StreamInterrupted) as caught:
        await read_stream(variant, server)
    assert caught.value.partial_text == "x"
    assert len(server.requests) == 1


async def test_leap_second_is_decoded_or_refused(variant: Variant, server: Server) -> None:
    for moment in ("2016-12-31T23:59:60Z", "9999-12-31T23:59:60Z", "2016-12-31T23:59:61Z"):
        server.answer(reply(200, {**THREAD, "created_at": moment}))
        try:
            await variant.do(variant.client(server).threads.get(THREAD_ID))
        except DecodeError as error:
            assert error.path == "created_at"  # noqa: PT017 - either is right


async def test_interrupted_stream_stays_interrupted(variant: Variant, server: Server) -> None:
    server.answer(events(frame(said("x")), then=drop))
    async with variant.within(variant.client(server, api_key=KEY).messages.stream(THREAD_ID, content="x")) as stream:
        await variant.next(stream)
        for _ in range(2):
            with pytest.raises(StreamInterrupted):
                await variant.next(stream)
