"""Answers before any operation is looked for: the statuses that the document's introduction names, no others.

Here the bytes are sent as they are, since no HTTP client would send them.
"""

import re
import socket

import httpx
import pytest

from tools.document import Operation, document, operations
from tools.resources import UNKNOWN, Caller
from tools.schema_validation import faults

each_operation = pytest.mark.parametrize("operation", operations().values(), ids=lambda one: one.id)
HEAD_BYTES = document()["x-reference-server"]["head-bytes"]
ERROR = {"$ref": "#/components/schemas/ErrorResponse"}

BROKEN = {
    "length that is no number": (b"", b"Content-Length: ten\r\n"),
    "two lengths": (b"", b"Content-Length: 1\r\nContent-Length: 2\r\n"),
    "byte that no URL has": (b"?x=\xff", b""),
    "header without a colon": (b"", b"Host localhost\r\n"),
    "control character": (b"", b"X-Note: \x00\r\n"),
}


def send(url: str, message: bytes) -> tuple[int, httpx.Headers, bytes]:
    """The status, headers and body of the answer to these bytes, after which the server closes the connection."""
    address = httpx.URL(url)
    with socket.create_connection((address.host, address.port or 80), timeout=600) as connection:
        connection.sendall(message)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    return int(first.split()[1]), httpx.Headers(dict(line.split(": ", 1) for line in lines)), body


def request(caller: Caller, operation: Operation, target: bytes = b"", headers: bytes = b"") -> bytes:
    """A request for an operation, without a body and without a key, with more in its target and headers."""
    path = re.sub(r"{(\w+)}", lambda match: UNKNOWN[match[1]], httpx.URL(caller.url).path + operation.path)
    first_line = f"{operation.method.upper()} {path}".encode() + target + b" HTTP/1.1\r\n"
    return first_line + b"Host: localhost\r\nConnection: close\r\n" + headers + b"\r\n"


@each_operation
@pytest.mark.parametrize(("target", "headers"), BROKEN.values(), ids=BROKEN)
def test_malformed_request_is_400(ada: Caller, operation: Operation, target: bytes, headers: bytes) -> None:
    status, came, body = send(ada.url, request(ada, operation, target, headers))
    assert status == 400
    assert came["X-Request-ID"]
    assert came["Content-Type"] == "application/json"
    assert faults(ERROR, httpx.Response(status, content=body).json()) == []


@each_operation
def test_head_longer_than_the_limit_is_431(ada: Caller, operation: Operation) -> None:
    rest = len(request(ada, operation, headers=b"Long: \r\n"))
    for size, expected in ((HEAD_BYTES, 401), (HEAD_BYTES + 1, 431)):
        message = request(ada, operation, headers=b"Long: " + b"x" * (size - rest) + b"\r\n")
        assert len(message) == size
        status, came, body = send(ada.url, message)
        assert status == expected
        assert came["X-Request-ID"]
        assert faults(ERROR, httpx.Response(status, content=body).json()) == []


def test_many_short_headers_are_a_long_head(ada: Caller) -> None:
    """Also what stands between names and values counts, however the head arrives."""
    message = request(ada, operations()["listThreads"], headers=b"a: b\r\n" * (HEAD_BYTES // 6))
    assert send(ada.url, message)[0] == 431


def test_server_note_of_the_introduction_names_these_statuses() -> None:
    """Statuses that no operation lists: not HTTP, no such path or method, OPTIONS, too long a head, a fault of ours."""
    named = set(re.findall(r"\b\d{3}\b(?! members)", document()["info"]["x-server-note"]))
    assert named == {"400", "404", "405", "431", "422", "204", "500"}
