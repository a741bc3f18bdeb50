"""Connections: upgrades, pipelining, long heads, time-outs and limits, byte for byte on the wire."""

import asyncio
import json
import logging
import socket
from collections.abc import Iterator

import pytest

from tests.support.server.small_document import KEY, ROOMY, Wire, port_of, served, small_app
from threads_server.http.http11.protocol import ConnectionCounter
from threads_server.server import KEEP_ALIVE_SECONDS

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


def answers(port: int, *pieces: bytes, expected: int = 1) -> list[tuple[int, dict[str, object]]]:
    """Status and body of each answer to what is sent piece by piece over one connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=600) as connection:
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
def test_upgrade_offer_is_ignored_and_the_body_kept(port: int, offer: bytes, pieces: tuple[bytes, ...]) -> None:
    first, *others = pieces
    [(status, seen)] = answers(port, HEAD + offer + first, *others)
    assert (status, seen["body"]) == (200, {"name": "Guide"})


def test_upgrade_offer_leaves_other_headers(port: int) -> None:
    note = b"Idempotency-Key: upgrade\r\n"
    [(status, seen)] = answers(port, HEAD + JAVA + note + SIZED + BODY)
    assert (status, seen["headers"]) == (200, {"idempotency-key": "upgrade"})


def test_upgrade_offer_keeps_the_connection(port: int) -> None:
    request = HEAD + JAVA + SIZED + BODY
    assert [status for status, _ in answers(port, request, request, HEAD + SIZED + BODY, expected=3)] == [200] * 3


def test_connection_close_is_honoured_beside_an_upgrade(port: int) -> None:
    offer = b"Connection: close, Upgrade\r\nUpgrade: h2c\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=600) as connection:
        connection.sendall(HEAD + offer + SIZED + BODY)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("request_line", [b"CONNECT example.org:80 HTTP/1.1", b"PRI * HTTP/2.0", b"nonsense"])
def test_other_protocols_are_400(port: int, request_line: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=600) as connection:
        connection.sendall(request_line + b"\r\nHost: small\r\n\r\n")
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert b"\r\nx-request-id: " in head
    assert set(json.loads(body)) == {"detail"}


def refused(port: int, *pieces: bytes) -> tuple[bytes, bytes]:
    """The head and the body of the answer to what closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=600) as connection:
        for piece in pieces:
            connection.sendall(piece)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    return head, body


KEYED = b"Host: small\r\nX-API-Key: " + KEY.encode() + b"\r\n"
CLOSING = KEYED + b"Connection: close\r\n\r\n"


@pytest.mark.parametrize("method", [b"FOO", b"get", b"M-SEARCHING", b"PURGE"])
def test_unknown_method_is_405(port: int, method: bytes) -> None:
    head, body = refused(port, method + b" /api/things HTTP/1.1\r\n" + CLOSING)
    assert head.startswith(b"HTTP/1.1 405 ")
    assert b"\r\nallow: GET, POST" in head
    assert json.loads(body) == {"detail": "Method Not Allowed"}
    assert refused(port, method + b" /api/nowhere HTTP/1.1\r\n" + CLOSING)[0].startswith(b"HTTP/1.1 404 ")


def test_unknown_method_keeps_the_connection(port: int) -> None:
    unknown = b"FOO /api/things HTTP/1.1\r\n" + KEYED + b"\r\n"
    known = HEAD + SIZED + BODY
    assert [status for status, _ in answers(port, known, expected=1)] == [200]
    with socket.create_connection(("127.0.0.1", port), timeout=600) as connection:
        stream = connection.makefile("rb")
        for request, status in [(unknown, 405), (known, 200), (unknown, 405), (known, 200)]:
            connection.sendall(request)
            assert int(stream.readline().split()[1]) == status
            headers = dict(line.rstrip().split(b": ", 1) for line in iter(stream.readline, b"\r\n"))
            stream.read(int(headers[b"content-length"]))
        stream.close()


def test_bytes_within_a_body_are_not_a_request(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=600) as connection:
        connection.sendall(
            HEAD + b"Content-Length: 100\r\n\r\n" + b"FOO /api/things HTTP/1.1\r\n" + CLOSING + b"\0" * 100
        )
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
def test_head_beyond_the_limit_is_431(port: int, pieces: tuple[bytes, ...]) -> None:
    head, body = refused(port, *pieces)
    assert head.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert b"\r\nx-request-id: " in head
    assert json.loads(body) == {"detail": "The request's head is larger than 65536 bytes"}


def test_head_within_the_limit_is_read(port: int) -> None:
    long = b"Long: " + b"x" * 65_000 + b"\r\n"
    request = HEAD + long + SIZED
    assert answers(port, request, BODY)[0][0] == 200
    assert answers(port, request[:30_000], request[30_000:60_000], request[60_000:] + BODY)[0][0] == 200


def test_body_in_pieces_does_not_count_as_head() -> None:
    body = json.dumps({"name": "Guide", "metadata": {"note": "x" * 200_000}}).encode()
    pieces = [body[start : start + 50_000] for start in range(0, len(body), 50_000)]
    with served(small_app(document=ROOMY)) as url:
        [(status, _)] = answers(port_of(url), HEAD + b"Content-Length: %d\r\n\r\n" % len(body), *pieces)
    assert status == 200


def test_pipelined_upgrade_offers_are_answered_in_order(port: int) -> None:
    """330 of them ended in a RecursionError."""
    request = HEAD + JAVA + SIZED + BODY
    assert [status for status, _ in answers(port, request * 330, expected=330)] == [200] * 330


def test_pipelined_requests_wait_unread_for_the_first_response() -> None:
    wire = Wire()
    wire.protocol.data_received((b"GET /api/things HTTP/1.1\r\n" + KEYED + b"\r\n") * 1000)
    assert wire.drop_tasks() == 1
    assert wire.transport.pause_reading.called
    assert not wire.transport.resume_reading.called


def test_head_without_an_end_is_431_beyond_the_limit() -> None:
    wire = Wire()
    wire.protocol.data_received(b"GET /api/things HTTP/1.1\r\nLong: ")
    wire.protocol.data_received(b"x" * 60_000)
    assert not wire.written
    wire.protocol.data_received(b"x" * 10_000)
    assert wire.written.startswith(b"HTTP/1.1 431 ")


def test_whole_head_beyond_the_limit_is_431_and_no_request() -> None:
    wire = Wire()
    wire.protocol.data_received(b"GET /api/things HTTP/1.1\r\nLong: " + b"x" * 70_000 + b"\r\n" + KEYED + b"\r\n")
    assert wire.written.startswith(b"HTTP/1.1 431 ")
    assert wire.drop_tasks() == 0


def test_refused_connection_is_ended_at_once_and_closed_later() -> None:
    wire = Wire()
    wire.protocol.data_received(b"nonsense\r\n\r\n")
    assert wire.transport.write_eof.called
    assert not wire.transport.close.called
    assert wire.fire() == 2
    assert wire.transport.close.called


def test_head_not_ended_in_time_is_408() -> None:
    wire = Wire()
    wire.protocol.data_received(b"GET /api/things HTTP/1.1\r\n")
    assert wire.fire() == 30
    assert wire.written.startswith(b"HTTP/1.1 408 Request Timeout\r\n")


def test_silent_connection_is_closed() -> None:
    wire = Wire(head_timeout=7)
    assert wire.fire() == 7
    assert wire.transport.close.called
    assert not wire.written


def test_body_without_a_byte_for_long_is_408() -> None:
    wire = Wire()
    wire.protocol.data_received(HEAD + SIZED)
    wire.loop.time.return_value = 10.0
    wire.protocol.data_received(BODY[:3])
    assert wire.fire() == 60
    assert not wire.written  # 50 s after the last byte
    assert wire.fire() == 10
    assert wire.written.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert wire.drop_tasks() == 1


def test_body_time_out_does_not_count_while_the_application_does_not_read() -> None:
    wire = Wire()
    wire.protocol.data_received(HEAD + b"Content-Length: 200000\r\n\r\n")
    wire.protocol.data_received(b"x" * 100_000)
    assert wire.transport.pause_reading.called
    for _ in range(3):
        assert wire.fire() == 60
    assert not wire.written
    wire.drop_tasks()


def test_client_that_does_not_read_its_response_is_disconnected() -> None:
    wire = Wire()
    for unsent in (100_000, 50_000, 50_000):
        wire.transport.get_write_buffer_size.return_value = unsent
        if unsent == 100_000:
            wire.protocol.pause_writing()
        else:
            assert not wire.transport.abort.called
            assert wire.fire() == 60
    assert wire.transport.abort.called


def answered(wire: Wire) -> None:
    """Send a request over a wire, and have it answered (500: the application is not open)."""
    wire.protocol.data_received(b"GET /api/things HTTP/1.1\r\n" + KEYED + b"\r\n")
    asyncio.run(wire.loop.create_task.call_args[0][0])


def test_idle_connection_is_closed_after_its_last_request() -> None:
    wire = Wire()
    answered(wire)
    wire.loop.time.return_value = 4.0
    answered(wire)
    assert wire.fire() == KEEP_ALIVE_SECONDS
    assert not wire.transport.close.called
    assert wire.fire() == 4.0
    assert wire.transport.close.called


def test_connection_with_a_head_under_way_is_not_idle() -> None:
    wire = Wire()
    answered(wire)
    delay, end_idle = wire.loop.call_later.call_args[0]
    wire.protocol.data_received(b"GET")
    wire.loop.time.return_value = delay
    end_idle()
    assert not wire.transport.close.called


def test_keep_alive_time_out_does_not_end_a_request(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=600) as connection:
        stream = connection.makefile("rb")
        for _ in range(3):
            connection.sendall(HEAD + SIZED[:9])
            connection.sendall(SIZED[9:] + BODY)
            assert b" 200 " in stream.readline()
            length = next(int(line[15:]) for line in iter(stream.readline, b"") if line.startswith(b"content-length"))
            while stream.readline() != b"\r\n":
                pass
            stream.read(length)
        stream.close()


def test_rest_of_a_refused_body_is_discarded_and_the_connection_kept(port: int) -> None:
    large = HEAD + b"Content-Length: 5000000\r\n\r\n"
    statuses = [status for status, _ in answers(port, large, b"x" * 5_000_000, HEAD + SIZED + BODY, expected=2)]
    assert statuses == [413, 200]


def test_expected_continue_is_sent_when_the_body_is_wanted(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(HEAD + b"Expect: 100-continue\r\n" + SIZED)
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(BODY)
        assert connection.recv(12) == b"HTTP/1.1 200"


def test_error_in_place_of_continue_closes_the_connection(port: int) -> None:
    """A next request might be read as the body that was not sent."""
    head, _ = refused(port, HEAD.replace(KEY.encode(), b"wrong") + b"Expect: 100-continue\r\n" + SIZED)
    assert head.startswith(b"HTTP/1.1 401 ")
    assert b"\r\nconnection: close" in head


def test_connections_beyond_the_limit_are_503_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with served(small_app(), max_connections=2) as url:
        open_ones = [socket.create_connection(("127.0.0.1", port_of(url)), timeout=600) for _ in range(2)]
        for connection in open_ones:
            connection.sendall(b"GET /api/health HTTP/1.1\r\nHost: a\r\n\r\n")
            assert connection.recv(12) == b"HTTP/1.1 200"
        with socket.create_connection(("127.0.0.1", port_of(url)), timeout=600) as third:
            received = b"".join(iter(lambda: third.recv(65536), b""))
        for connection in open_ones:
            connection.close()
    assert received.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"\r\nretry-after: 1\r\n" in received
    assert "refusing connections: 2 are open (--max-connections)" in caplog.text


def test_refused_connections_are_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    times = iter([0.0, 59.0, 60.0, 60.0])
    counter = ConnectionCounter(5, clock=lambda: next(times))
    with caplog.at_level(logging.WARNING):
        assert counter.admits(4)
        assert not any([counter.admits(5), counter.admits(5), counter.admits(5)])
    assert len(caplog.records) == 2
