"""Offers of an upgrade, heads that are too long and what is not HTTP, byte for byte as they come over the wire."""

import asyncio
import json
import socket
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
import uvicorn
from uvicorn.server import ServerState

from tests.support.small_document import KEY, ROOMY, served, small_app
from threads_server.http.protocol import LINGER_SECONDS, PlainHttpProtocol

BODY = b'{"name":"Guide"}'
HEAD = (
    b"POST /api/things HTTP/1.1\r\nHost: small\r\nX-API-Key: "
    + KEY.encode()
    + b"\r\nContent-Type: application/json\r\n"
)
JAVA = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQ\r\n"
SIZED = b"Content-Length: %d\r\n\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
CHUNKS = b"8\r\n" + BODY[:8] + b"\r\n8\r\n" + BODY[8:] + b"\r\n0\r\n\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served(small_app()) as url:
        yield port_of(url)


def port_of(url: str) -> int:
    return int(url.split(":")[2].partition("/")[0])


def answers(port: int, *pieces: bytes, expected: int = 1) -> list[tuple[int, dict[str, object]]]:
    """Status and body of each answer to what is sent piece by piece over one connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
        stream = connection.makefile("rb")
        found = []
        for _ in range(expected):
            status = int(stream.readline().split()[1])
            headers = dict(line.rstrip().split(b": ", 1) for line in iter(stream.readline, b"\r\n"))
            found.append((status, json.loads(stream.read(int(headers[b"content-length"])))))
        stream.close()
        return found


@pytest.mark.parametrize("offer", [b"", JAVA, b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"])
@pytest.mark.parametrize(
    "pieces",
    [
        (SIZED + BODY,),
        (SIZED, BODY),
        (SIZED[:9], SIZED[9:] + BODY[:3], BODY[3:]),
        (CHUNKED + CHUNKS,),
        (CHUNKED, CHUNKS),
        tuple(bytes([byte]) for byte in CHUNKED + CHUNKS),
    ],
)
def test_the_body_arrives_whatever_is_offered(port: int, offer: bytes, pieces: tuple[bytes, ...]) -> None:
    first, *others = pieces
    [(status, seen)] = answers(port, HEAD + offer + first, *others)
    assert (status, seen["body"]) == (200, {"name": "Guide"})


def test_nothing_but_the_offer_is_taken_from_a_head(port: int) -> None:
    note = b"Idempotency-Key: upgrade\r\n"
    [(status, seen)] = answers(port, HEAD + JAVA + note + SIZED + BODY)
    assert (status, seen["headers"]) == (200, {"idempotency-key": "upgrade"})


def test_the_connection_goes_on(port: int) -> None:
    request = HEAD + JAVA + SIZED + BODY
    assert [status for status, _ in answers(port, request, request, HEAD + SIZED + BODY, expected=3)] == [200] * 3


def test_the_connection_is_closed_when_the_client_says_so(port: int) -> None:
    offer = b"Connection: close, Upgrade\r\nUpgrade: h2c\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=3) as connection:
        connection.sendall(HEAD + offer + SIZED + BODY)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("request_line", [b"CONNECT example.org:80 HTTP/1.1", b"PRI * HTTP/2.0", b"nonsense"])
def test_what_is_no_request_for_this_server(port: int, request_line: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=3) as connection:
        connection.sendall(request_line + b"\r\nHost: small\r\n\r\n")
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert b"\r\nx-request-id: " in head
    assert set(json.loads(body)) == {"detail"}


def refused(port: int, *pieces: bytes) -> tuple[bytes, bytes]:
    """The head and the body of the answer to what closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        for piece in pieces:
            connection.sendall(piece)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    return head, body


KEYED = b"Host: small\r\nX-API-Key: " + KEY.encode() + b"\r\n"
CLOSING = KEYED + b"Connection: close\r\n\r\n"


@pytest.mark.parametrize("method", [b"FOO", b"get", b"M-SEARCHING", b"PURGE"])
def test_a_method_that_nobody_knows(port: int, method: bytes) -> None:
    head, body = refused(port, method + b" /api/things HTTP/1.1\r\n" + CLOSING)
    assert head.startswith(b"HTTP/1.1 405 ")
    assert b"\r\nallow: GET, POST" in head
    assert json.loads(body) == {"detail": "Method Not Allowed"}
    assert refused(port, method + b" /api/nowhere HTTP/1.1\r\n" + CLOSING)[0].startswith(b"HTTP/1.1 404 ")


def test_the_connection_goes_on_after_an_unknown_method(port: int) -> None:
    unknown = b"FOO /api/things HTTP/1.1\r\n" + KEYED + b"\r\n"
    known = HEAD + SIZED + BODY
    assert [status for status, _ in answers(port, known, expected=1)] == [200]
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        stream = connection.makefile("rb")
        for request, status in [(unknown, 405), (known, 200), (unknown, 405), (known, 200)]:
            connection.sendall(request)
            assert int(stream.readline().split()[1]) == status
            headers = dict(line.rstrip().split(b": ", 1) for line in iter(stream.readline, b"\r\n"))
            stream.read(int(headers[b"content-length"]))
        stream.close()


@pytest.mark.parametrize("before", [HEAD + b"Content-Length: 100\r\n\r\n", HEAD + SIZED + BODY])
def test_a_method_in_the_midst_is_no_method(port: int, before: bytes) -> None:
    """What another request's bytes end in is not read as the beginning of one."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(before + b"FOO /api/things HTTP/1.1\r\n" + CLOSING + b"\0" * 100)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b"HTTP/1.1 405" not in received
    assert b"HTTP/1.1 400" in received


LONG = b"x" * 200_000


@pytest.mark.parametrize(
    "pieces",
    [
        (b"GET /api/things HTTP/1.1\r\nLong: " + LONG + b"\r\n" + CLOSING,),
        (b"GET /api/things?x=" + LONG + b" HTTP/1.1\r\n" + CLOSING,),
        (b"GET /api/things HTTP/1.1\r\n" + b"Many: x\r\n" * 20_000 + CLOSING,),
        (b"GET /api/things HTTP/1.1\r\nLong: ", *[b"x" * 50_000] * 20),  # and no end
    ],
)
def test_a_head_that_is_too_long(port: int, pieces: tuple[bytes, ...]) -> None:
    head, body = refused(port, *pieces)
    assert head.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert b"\r\nx-request-id: " in head
    assert json.loads(body) == {"detail": "The request's head is larger than 65536 bytes"}


def test_a_head_that_is_long_enough(port: int) -> None:
    long = b"Long: " + b"x" * 65_000 + b"\r\n"
    request = HEAD + long + SIZED
    assert answers(port, request, BODY)[0][0] == 200
    assert answers(port, request[:30_000], request[30_000:60_000], request[60_000:] + BODY)[0][0] == 200


def test_a_body_in_pieces_is_no_long_head() -> None:
    body = json.dumps({"name": "Guide", "metadata": {"note": "x" * 200_000}}).encode()
    pieces = [body[start : start + 50_000] for start in range(0, len(body), 50_000)]
    with served(small_app(document=ROOMY)) as url:
        [(status, _)] = answers(port_of(url), HEAD + b"Content-Length: %d\r\n\r\n" % len(body), *pieces)
    assert status == 200


class Wire:
    """A connection of which is noted what the server does with it."""

    def __init__(self) -> None:
        self.loop = Mock(asyncio.AbstractEventLoop)
        self.transport = Mock(asyncio.Transport)
        self.protocol = PlainHttpProtocol(
            uvicorn.Config(small_app(), log_config=None), ServerState(), {}, self.loop, max_head_bytes=65_536
        )
        self.protocol.connection_made(self.transport)


def test_a_head_without_an_end() -> None:
    wire = Wire()
    wire.protocol.data_received(b"GET /api/things HTTP/1.1\r\nLong: ")
    wire.protocol.data_received(b"x" * 60_000)
    assert not wire.transport.write.called
    wire.protocol.data_received(b"x" * 10_000)
    assert wire.transport.write.call_args[0][0].startswith(b"HTTP/1.1 431 ")


def test_a_refused_connection_is_ended_at_once_and_closed_later() -> None:
    """So that what was still on its way does not take the answer along."""
    wire = Wire()
    wire.protocol.data_received(b"nonsense\r\n\r\n")
    assert wire.transport.write_eof.called
    assert not wire.transport.close.called
    assert wire.loop.call_later.call_args[0] == (LINGER_SECONDS, wire.transport.close)


def test_a_connection_in_use_is_not_closed_as_an_idle_one() -> None:
    wire, closing = Wire(), Mock(asyncio.TimerHandle)
    wire.protocol.timeout_keep_alive_task = closing
    wire.protocol.data_received(b"GET /api/things HTTP/1.1\r\n")
    assert closing.cancel.called
