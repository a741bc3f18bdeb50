"""Requests that offer an upgrade, byte for byte as they come over the wire."""

import json
import socket
from collections.abc import Iterator

import pytest

from tests.server.small_api import KEY, served, small_app

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
        yield int(url.split(":")[2].partition("/")[0])


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
