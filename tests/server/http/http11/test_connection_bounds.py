"""Bounds of a connection beside the usual: timers of later heads and bodies, and bytes that came too early."""

import contextlib
from typing import Any

import pytest

from tests.support.server.small_document import KEY, Wire
from threads_server.http.http11 import protocol

KEYED = b"Host: small\r\nX-API-Key: " + KEY.encode() + b"\r\n"
GET = b"GET /api/things HTTP/1.1\r\n" + KEYED + b"\r\n"
POST = b"POST /api/things HTTP/1.1\r\n" + KEYED + b"Content-Type: application/json\r\n"


async def answer_and_read(scope: Any, receive: Any, send: Any) -> None:
    """Begin the response, then wait for the body."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x", "more_body": True})
    while True:
        await receive()


async def answer(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


def begin(wire: Wire) -> Any:
    """Run the task of the last request until it waits, or ends."""
    task = wire.loop.create_task.call_args[0][0]
    with contextlib.suppress(StopIteration):
        task.send(None)
    return task


def test_application_that_reads_does_not_resume_reading_of_pipelined_requests() -> None:
    wire = Wire(answer_and_read)
    wire.protocol.data_received(GET * 1000)
    begin(wire).close()
    assert wire.transport.pause_reading.called
    assert not wire.transport.resume_reading.called


def test_broken_chunk_within_a_response_closes_it_and_writes_no_second_one() -> None:
    wire = Wire(answer_and_read)
    wire.protocol.data_received(POST + b"Transfer-Encoding: chunked\r\n\r\n")
    task = begin(wire)
    wire.protocol.data_received(b"xyz\r\n")
    task.close()
    assert wire.written.count(b"HTTP/1.1 ") == 1
    assert wire.transport.close.called


def test_head_that_comes_in_single_bytes_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the next one from its beginning, however short it is."""
    searched = 0

    class Counting(bytearray):
        def find(self, part: Any, start: Any = 0, end: Any = None) -> int:
            nonlocal searched
            searched += len(self) - start
            return super().find(part, start, end)

    monkeypatch.setattr(protocol, "bytearray", Counting, raising=False)
    wire = Wire(answer)
    head = GET[:-2] + b"Long: " + b"x" * 10_000 + b"\r\n\r\n"
    for at in range(len(head)):
        assert not wire.loop.create_task.called
        wire.protocol.data_received(head[at : at + 1])
    assert len(head) < searched < 10 * len(head)
    begin(wire)
    wire.protocol.data_received(GET)
    begin(wire)
    assert wire.written.count(b"HTTP/1.1 200 ") == 2


def test_body_that_began_with_its_head_and_falls_silent_is_408() -> None:
    wire = Wire(answer)
    wire.protocol.data_received(POST + b'Content-Length: 12\r\n\r\n{"na')
    assert wire.fire() == 60
    assert wire.written.startswith(b"HTTP/1.1 408 ")
    wire.drop_tasks()


def test_rest_of_a_body_is_discarded_for_half_a_minute() -> None:
    wire = Wire(answer)
    wire.protocol.data_received(POST + b'Content-Length: 12\r\n\r\n{"na')
    begin(wire)
    assert not wire.transport.close.called
    assert wire.fire() == 30
    assert wire.transport.close.called


def test_later_head_that_does_not_end_in_time_is_408() -> None:
    wire = Wire(answer)
    wire.protocol.data_received(GET)
    begin(wire)
    wire.protocol.data_received(b"GET /api")
    assert wire.fire() == 30
    assert b"HTTP/1.1 408 " in wire.written


def test_connection_with_a_request_under_way_is_not_idle() -> None:
    wire = Wire(answer)
    wire.protocol.data_received(GET)
    begin(wire)
    delay, end_idle = wire.loop.call_later.call_args[0]
    wire.protocol.data_received(GET)
    wire.loop.time.return_value = delay
    end_idle()
    assert not wire.transport.close.called
    wire.loop.create_task.call_args[0][0].close()


def test_client_that_reads_again_is_not_disconnected() -> None:
    wire = Wire()
    wire.transport.get_write_buffer_size.return_value = 100_000
    wire.protocol.pause_writing()
    wire.protocol.resume_writing()
    wire.fire()
    assert not wire.transport.abort.called


def test_bytes_that_begin_no_request_are_400_before_they_end() -> None:
    """As those of TLS, whose client waits for an answer."""
    wire = Wire()
    wire.protocol.data_received(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
    assert wire.written.startswith(b"HTTP/1.1 400 ")


def test_head_and_body_of_a_response_are_one_write() -> None:
    wire = Wire(answer)
    wire.protocol.data_received(GET)
    begin(wire)
    [(written,)] = [call[0] for call in wire.transport.write.call_args_list]
    assert written.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("version", [b"1.1", b"1.0"])
def test_head_of_a_stream_waits_for_its_first_event_until_the_next_pass_of_the_loop(version: bytes) -> None:
    async def begin_stream(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await receive()
        await receive()

    wire = Wire(begin_stream)
    wire.protocol.data_received(GET.replace(b"HTTP/1.1", b"HTTP/" + version))
    begin(wire).close()
    assert not wire.written
    [(send_head,)] = [call[0] for call in wire.loop.call_soon.call_args_list]
    send_head()
    assert wire.written.startswith(b"HTTP/1.1 200 OK\r\n")
    assert wire.written.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(("name", "value"), [(b"a b", b"x"), (b"a:", b"x"), (b"a", b"x\r\nb: x"), (b"a", b"x\n")])
def test_response_header_that_is_none_is_not_written(name: bytes, value: bytes) -> None:
    async def answer_wrongly(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(name, value)]})

    wire = Wire(answer_wrongly)
    wire.protocol.data_received(GET)
    begin(wire)
    assert not wire.written
    assert wire.transport.close.called
