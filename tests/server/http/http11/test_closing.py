"""Connections that close after their response: the client reads all of it, and how it ends is plain."""

import asyncio
import json
import socket
from collections.abc import Iterator

import pytest

from tests.support.server.small_document import KEY, UUID, Wire, port_of, served, small_app
from threads_server.http.http11.protocol import DISCARD_SECONDS

KEYED = b"Host: small\r\nX-API-Key: " + KEY.encode() + b"\r\n"
POST = b"POST /api/things HTTP/1.1\r\n" + KEYED + b"Content-Type: application/json\r\n"
LARGE = 5_000_000


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served(small_app()) as url:
        yield port_of(url)


def exchange(port: int, *pieces: bytes) -> tuple[bytes, bytes]:
    """Head and body of the response to all pieces, read once they are sent; the connection has to end by itself."""
    with socket.create_connection(("127.0.0.1", port), timeout=600) as connection:
        for piece in pieces:
            connection.sendall(piece)
        head, _, body = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")
    return head, body


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % LARGE, 413),
        (POST.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Content-Length: %d\r\n\r\n" % LARGE, 413),
        (POST.replace(KEY.encode(), b"wrong") + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % LARGE, 401),
    ],
)
def test_error_to_a_body_that_was_not_read_reaches_a_client_that_sends_all_of_it(
    port: int, head: bytes, status: int
) -> None:
    """The connection was reset, and with it went the response."""
    answered, body = exchange(port, head, b"x" * LARGE)
    assert answered.startswith(b"HTTP/1.1 %d " % status)
    assert b"\r\nconnection: close" in answered
    assert set(json.loads(body)) == {"detail"}


def test_request_behind_a_discarded_body_is_not_read(port: int) -> None:
    head = POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % LARGE
    answered, body = exchange(port, head, b"x" * LARGE + b"GET /api/things HTTP/1.1\r\n" + KEYED + b"\r\n")
    assert b"HTTP/1.1" not in body
    assert answered.startswith(b"HTTP/1.1 413 ")


def test_body_that_is_discarded_before_the_end_of_its_connection_is_bounded() -> None:
    wire = Wire()
    wire.protocol.data_received(POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % LARGE)
    asyncio.run(wire.loop.create_task.call_args[0][0])
    assert wire.written.startswith(b"HTTP/1.1 500 ")  # the application is not open
    assert wire.transport.write_eof.called
    assert wire.transport.resume_reading.called or not wire.transport.pause_reading.called
    wire.protocol.data_received(b"x" * 1000)
    assert not wire.transport.close.called
    assert wire.fire() == DISCARD_SECONDS
    assert wire.transport.close.called


def test_connection_closes_once_the_rest_of_the_body_was_discarded() -> None:
    wire = Wire()
    wire.protocol.data_received(POST + b"Connection: close\r\nContent-Length: 10\r\n\r\n")
    asyncio.run(wire.loop.create_task.call_args[0][0])
    wire.protocol.data_received(b"x" * 10 + b"GET /api/things HTTP/1.1\r\n" + KEYED + b"\r\n")
    assert wire.transport.close.called
    assert wire.drop_tasks() == 1


def test_connection_that_shuts_down_with_a_body_under_way_delivers_its_response() -> None:
    wire = Wire()
    wire.protocol.data_received(POST + b"Content-Length: 10\r\n\r\n")
    wire.protocol.shutdown()
    asyncio.run(wire.loop.create_task.call_args[0][0])
    assert wire.transport.write_eof.called
    assert not wire.transport.close.called


@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
def test_stream_over_http_1_0_ends_with_its_connection(port: int, method: bytes) -> None:
    head, body = exchange(port, method + b" /api/things/" + UUID.encode() + b"/events HTTP/1.0\r\n" + KEYED + b"\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nconnection: close" in head
    assert b"transfer-encoding" not in head
    assert b"content-length" not in head
    assert body.count(b"data: ") == (3 if method == b"GET" else 0)
    assert body.startswith(b"id: 1\n" if method == b"GET" else b"")


def test_whole_response_over_http_1_0_has_its_length(port: int) -> None:
    head, body = exchange(port, b"GET /api/things HTTP/1.0\r\n" + KEYED + b"\r\n")
    assert b"\r\ncontent-length: %d\r\n" % len(body) in head


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (b"X-API-Key: wrong\r\n" + KEYED, 401),
        (KEYED + b"X-API-Key: wrong\r\n", 401),
        (KEYED + b"X-API-Key: " + KEY.encode() + b"\r\n", 401),
        (KEYED + b"Content-Type: text/plain\r\n", 415),
        (KEYED + b"Idempotency-Key: one\r\nIdempotency-Key: another\r\n", 422),
        (KEYED + b"Idempotency-Key: a\r\nIdempotency-Key: b\r\n", 200),
    ],
)
def test_repeated_header_is_one_list_and_never_one_of_its_values(port: int, lines: bytes, status: int) -> None:
    body = b'{"name":"Guide"}'
    types = b"Content-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    head, answer = exchange(port, b"POST /api/things HTTP/1.1\r\n" + lines + types + body)
    assert head.startswith(b"HTTP/1.1 %d " % status)
    if status == 200:
        assert json.loads(answer)["headers"] == {"idempotency-key": "a, b"}
