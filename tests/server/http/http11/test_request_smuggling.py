"""Bytes that two HTTP readers could understand differently: each is refused, and never read as a second request."""

import json
import re
import socket
from collections.abc import Iterator

import pytest

from tests.support.server.small_document import KEY, port_of, served, small_app
from threads_server.http.http11.body_framing import ChunkedFraming
from threads_server.http.http11.request_head import BadRequest, HeadParser

KEYED = b"Host: small\r\nX-API-Key: " + KEY.encode() + b"\r\n"
POST = b"POST /api/things HTTP/1.1\r\n" + KEYED + b"Content-Type: application/json\r\n"
GET = b"GET /api/things HTTP/1.1\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
BODY = b'{"name":"a"}'
SECOND = b"GET /api/things?name=smuggled HTTP/1.1\r\n" + KEYED + b"Connection: close\r\n\r\n"

REFUSED: dict[str, tuple[bytes, int]] = {
    "length and chunked": (POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "chunked and length": (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", 400),
    "two lengths": (POST + b"Content-Length: 12\r\nContent-Length: 0\r\n\r\n" + BODY, 400),
    "the same length twice": (POST + b"Content-Length: 12\r\nContent-Length: 12\r\n\r\n" + BODY, 400),
    "a list of lengths": (POST + b"Content-Length: 12, 12\r\n\r\n" + BODY, 400),
    "a signed length": (POST + b"Content-Length: +12\r\n\r\n" + BODY, 400),
    "a hexadecimal length": (POST + b"Content-Length: 0xc\r\n\r\n" + BODY, 400),
    "a length of another script": (POST + "Content-Length: ١٢\r\n\r\n".encode() + BODY, 400),
    "an empty length": (POST + b"Content-Length: \r\n\r\n", 400),
    "a huge length": (POST + b"Content-Length: 99999999999999999999\r\n\r\n", 400),
    "gzip before chunked": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    "chunked before gzip": (POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 501),
    "identity": (POST + b"Transfer-Encoding: identity\r\n\r\n", 501),
    "chunked twice in one header": (POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 501),
    "chunked in two headers": (
        POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "chunked with a vertical tab": (POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400),
    "chunked in HTTP/1.0": (CHUNKED.replace(b"HTTP/1.1", b"HTTP/1.0") + b"0\r\n\r\n", 400),
    "a folded header": (GET + KEYED + b"X: a\r\n b\r\n\r\n", 400),
    "a folded transfer-encoding": (POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400),
    "space before a colon": (POST + b"Content-Length : 12\r\n\r\n" + BODY, 400),
    "space before the first header": (GET + b" " + KEYED + b"\r\n", 400),
    "a header without a name": (GET + KEYED + b": x\r\n\r\n", 400),
    "a header without a colon": (GET + KEYED + b"nonsense\r\n\r\n", 400),
    "bare LF after a header": (GET + KEYED + b"X: a\nY: b\r\n\r\n", 400),
    "bare LF at the end of the head": (GET + KEYED + b"X: a\n\nGET /a HTTP/1.1\r\n\r\n", 400),
    "bare LF after the request line": (b"GET /api/things HTTP/1.1\n" + KEYED + b"\r\n", 400),
    "bare CR in a header": (GET + KEYED + b"X: a\rb\r\n\r\n", 400),
    "NUL in a header": (GET + KEYED + b"X: a\0b\r\n\r\n", 400),
    "NUL in a name": (GET + KEYED + b"X\0: b\r\n\r\n", 400),
    "NUL in a path": (b"GET /api/th\0ings HTTP/1.1\r\n" + KEYED + b"\r\n", 400),
    "no Host": (GET + b"X-API-Key: " + KEY.encode() + b"\r\n\r\n", 400),
    "two Hosts": (GET + b"Host: a\r\n" + KEYED + b"\r\n", 400),
    "the same Host twice": (GET + b"Host: small\r\n" + KEYED + b"\r\n", 400),
    "a Host with a space": (GET + b"Host: a b\r\n\r\n", 400),
    "a Host with a path": (GET + b"Host: a/b\r\n\r\n", 400),
    "two spaces in the request line": (b"GET  /api/things HTTP/1.1\r\n" + KEYED + b"\r\n", 400),
    "a tab in the request line": (b"GET\t/api/things HTTP/1.1\r\n" + KEYED + b"\r\n", 400),
    "a space in the path": (b"GET /api/things /x HTTP/1.1\r\n" + KEYED + b"\r\n", 400),
    "a byte that no URL has": (b"GET /api/things?x=\xff HTTP/1.1\r\n" + KEYED + b"\r\n", 400),
    "a fragment": (b"GET /api/things#x HTTP/1.1\r\n" + KEYED + b"\r\n", 400),
    "no path": (b"GET ?x HTTP/1.1\r\n" + KEYED + b"\r\n", 400),
    "another version": (b"GET /api/things HTTP/1.2\r\n" + KEYED + b"\r\n", 400),
    "HTTP/0.9": (b"GET /api/things\r\n\r\n", 400),
    "a chunk size that is none": (CHUNKED + b"xyz\r\n", 400),
    "a negative chunk size": (CHUNKED + b"-1\r\n", 400),
    "a chunk size with 0x": (CHUNKED + b"0xc\r\n" + BODY + b"\r\n0\r\n\r\n", 400),
    "space before a chunk size": (CHUNKED + b" c\r\n" + BODY + b"\r\n0\r\n\r\n", 400),
    "a huge chunk size": (CHUNKED + b"f" * 20 + b"\r\n", 400),
    "an endless chunk size": (CHUNKED + b"0" * 400, 400),
    "an endless chunk extension": (CHUNKED + b"c;x=" + b"y" * 400, 400),
    "bare LF after a chunk size": (CHUNKED + b"c\n" + BODY + b"\r\n0\r\n\r\n", 400),
    "bare LF in a chunk extension": (CHUNKED + b"c;a\nb\r\n" + BODY + b"\r\n0\r\n\r\n", 400),
    "bare LF after a chunk": (CHUNKED + b"c\r\n" + BODY + b"\n0\r\n\r\n", 400),
    "a chunk longer than its size": (CHUNKED + b"5\r\n" + BODY + b"\r\n0\r\n\r\n", 400),
    "a trailer that is no header": (CHUNKED + b"c\r\n" + BODY + b"\r\n0\r\nnonsense\r\n\r\n", 400),
    "NUL in a trailer": (CHUNKED + b"c\r\n" + BODY + b"\r\n0\r\nX: \0\r\n\r\n", 400),
    "a long trailer": (CHUNKED + b"c\r\n" + BODY + b"\r\n0\r\nX: " + b"x" * 20_000, 431),
    "many trailers": (CHUNKED + b"c\r\n" + BODY + b"\r\n0\r\n" + b"X: y\r\n" * 4_000, 431),
}
"""By name: what is sent, and the only status that may come back."""

ACCEPTED: dict[str, bytes] = {
    "empty lines before a request": b"\r\n\r\n" + GET + KEYED + b"\r\n",
    "a chunk extension": CHUNKED + b"c;name=value\r\n" + BODY + b"\r\n0\r\n\r\n",
    "zeros before a chunk size": CHUNKED + b"000c\r\n" + BODY + b"\r\n000\r\n\r\n",
    "capitals in chunked": CHUNKED.replace(b": chunked", b":CHUNKED") + b"C\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a trailer": CHUNKED + b"c\r\n" + BODY + b"\r\n0\r\nX: y\r\n\r\n",
    "no body": GET + KEYED + b"Content-Length: 0\r\n\r\n",
    "an absolute target": b"GET http://small/api/things HTTP/1.1\r\n" + KEYED + b"\r\n",
    "a body of a GET": GET + KEYED + b"Content-Length: 12\r\n\r\n" + BODY,
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served(small_app()) as url:
        yield port_of(url)


def exchange(port: int, sent: bytes, *, piecewise: bool = False) -> bytes:
    """Everything that comes back until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=600) as connection:
        for piece in [sent[at : at + 1] for at in range(len(sent))] if piecewise else [sent]:
            try:
                connection.sendall(piece)
            except ConnectionError:
                break  # refused before the rest was sent
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("piecewise", [False, True])
@pytest.mark.parametrize("name", REFUSED)
def test_ambiguous_request_is_refused_once(port: int, name: str, piecewise: bool) -> None:
    sent, status = REFUSED[name]
    if piecewise and len(sent) > 2_000:
        pytest.skip("long")
    received = exchange(port, sent + SECOND, piecewise=piecewise)
    head, _, body = received.partition(b"\r\n\r\n")
    assert re.findall(rb"HTTP/1\.1 \d+", received) == [f"HTTP/1.1 {status}".encode()]
    assert b"\r\nconnection: close" in head.lower()
    assert b"\r\nx-request-id: " in head
    assert set(json.loads(body)) == {"detail"}
    assert b"smuggled" not in received


@pytest.mark.parametrize("piecewise", [False, True])
@pytest.mark.parametrize("name", ACCEPTED)
def test_unusual_request_is_answered_and_so_is_the_next(port: int, name: str, piecewise: bool) -> None:
    received = exchange(port, ACCEPTED[name] + SECOND, piecewise=piecewise)
    assert re.findall(rb"HTTP/1\.1 (\d+)", received) == [b"200", b"200"]
    assert received.count(b'"smuggled"') == 1


@pytest.mark.parametrize("trailer", [b"X-API-Key: " + KEY.encode(), b"Idempotency-Key: from-trailer"])
def test_trailer_is_never_a_header(port: int, trailer: bytes) -> None:
    """A key in a trailer opened an account, and a trailer overrode the head's key."""
    head = CHUNKED.replace(KEYED, b"Host: small\r\nConnection: close\r\n")
    received = exchange(port, head + b"c\r\n" + BODY + b"\r\n0\r\n" + trailer + b"\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 401 ")
    keyed = CHUNKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    received = exchange(port, keyed + b"c\r\n" + BODY + b"\r\n0\r\nX-API-Key: wrong\r\n" + trailer + b"\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"from-trailer" not in received


def test_host_of_an_absolute_target_takes_the_place_of_the_header() -> None:
    head = HeadParser().parse(b"GET http://b/x HTTP/1.1\r\nHost: a\r\nX: 1\r\n")
    assert (head.raw_path, head.headers) == (b"/x", [(b"host", b"b"), (b"x", b"1")])


@pytest.mark.parametrize("lines", [b"Connection: close\r\nConnection: x", b"Connection: x\r\nConnection: close"])
def test_connection_header_given_twice_is_one_list(lines: bytes) -> None:
    assert HeadParser().parse(b"GET /x HTTP/1.1\r\nHost: a\r\n" + lines + b"\r\n").keep_alive is False


@pytest.mark.parametrize("line", [b"c;x=" + b"y" * 256, b"0" * 257, b"c;x=" + b"y" * 256 + b"\r\n"])
def test_line_of_a_chunk_is_bounded(line: bytes) -> None:
    with pytest.raises(BadRequest, match="A chunk has no size"):
        ChunkedFraming().read(bytearray(line))


def test_header_lines_are_compared_with_the_last_ones_only() -> None:
    parser = HeadParser()
    first = parser.parse(b"GET /a HTTP/1.1\r\nHost: a\r\nX: 1\r\n")
    first.headers.append((b"x", b"from the application"))
    again = parser.parse(b"GET /b?c HTTP/1.1\r\nHost: a\r\nX: 1\r\n")
    assert (again.raw_path, again.query) == (b"/b", b"c")
    assert again.headers == [(b"host", b"a"), (b"x", b"1")]
    assert parser.parse(b"GET /b HTTP/1.1\r\nHost: b\r\nX: 1\r\n").headers[0] == (b"host", b"b")
    with pytest.raises(BadRequest):
        parser.parse(b"GET /b HTTP/1.1\r\nX: 1\r\n")
    assert parser.parse(b"GET /b HTTP/1.0\r\nX: 1\r\n").headers == [(b"x", b"1")]
    with pytest.raises(BadRequest):
        parser.parse(b"GET /b HTTP/1.1\r\nX: 1\r\n")  # the same lines, but HTTP/1.1 needs a Host
