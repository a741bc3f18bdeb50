"""Deadlines that hold however slow the other side is, and limits on the size of responses."""

import gzip
import io
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from backboard_threads import APIConnectionError, APITimeoutError, DecodeError
from tests.support.client.scripted_server import Answer, Server, events, reply, send
from tests.support.client.sse_frames import ENDED, STARTED, frame
from tests.support.client.variants import THREAD, THREAD_ID, Variant

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def endless(start: bytes, *pieces: bytes) -> Answer:
    """After `start` these pieces again and again, a piece every 20 ms, until the client is gone."""

    def act(connection: Any) -> bool:
        connection.sendall(start)
        while True:
            for piece in pieces:
                connection.sendall(piece)
                threading.Event().wait(0.02)

    return act


SLOW_RESPONSES = {
    "head": endless(HEAD + b"X-Slow: ", b"x"),
    "1xx": endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "body": endless(HEAD + b"Content-Length: 1000000\r\n\r\n", b" "),
    "chunks": endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1;extension=x\r\n \r\n"),
    "trailer": endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n \r\n0\r\nX-Trailer: ", b"x"),
    "extension": endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
}


@pytest.mark.parametrize("answer", SLOW_RESPONSES.values(), ids=SLOW_RESPONSES.keys())
async def test_deadline_ends_a_slow_response(variant: Variant, server: Server, answer: Answer) -> None:
    server.answer(answer)
    begun = time.monotonic()
    with pytest.raises(APITimeoutError, match="the deadline passed"):
        await variant.do(variant.client(server, deadline=0.5, timeout=60).threads.get(THREAD_ID))
    assert time.monotonic() - begun < 20, "the deadline did not hold"


@pytest.mark.parametrize("kind", ["client", "transport"])
@pytest.mark.parametrize("slow", ["head", "extension"])
async def test_deadline_ends_a_slow_response_over_a_custom_http_client(
    variant: Variant, server: Server, slow: str, kind: str
) -> None:
    transports = {"sync": httpx.HTTPTransport, "async": httpx.AsyncHTTPTransport}
    http_client = variant.http_class() if kind == "client" else transports[variant.name]()
    server.answer(SLOW_RESPONSES[slow])
    with pytest.raises(APITimeoutError, match="the deadline passed"):
        await variant.do(
            variant.client(server, deadline=0.2, timeout=60, http_client=http_client).threads.get(THREAD_ID)
        )
    await variant.do(http_client.aclose() if variant.name == "async" else http_client.close())


@pytest.mark.parametrize("is_custom", [False, True], ids=["own", "custom"])
@pytest.mark.parametrize("stalled", ["resolver", "addresses"])
async def test_deadline_covers_resolver_and_all_addresses(
    variant: Variant, monkeypatch: pytest.MonkeyPatch, stalled: str, is_custom: bool
) -> None:
    is_over = threading.Event()
    full = socket.create_server(("0.0.0.0", 0), backlog=0)
    port = full.getsockname()[1]
    waiting = [socket.socket() for _ in range(4)]  # fill the queue: a further connection is never accepted
    for one in waiting:
        one.setblocking(False)
        one.connect_ex(("127.0.0.1", port))
    resolve = socket.getaddrinfo

    def stalling(host: Any, *arguments: Any, **options: Any) -> Any:
        if host not in ("stalled.example", b"stalled.example"):
            return resolve(host, *arguments, **options)
        if stalled == "resolver":
            is_over.wait(60)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{n}", port)) for n in range(1, 100)]

    monkeypatch.setattr(socket, "getaddrinfo", stalling)
    http_client = variant.http_class() if is_custom else None
    url = f"http://stalled.example:{port}/api"
    client = variant.client(base_url=url, deadline=0.5, timeout=60, http_client=http_client)
    begun = time.monotonic()
    try:
        with pytest.raises(APITimeoutError, match="the deadline passed"):
            await variant.do(client.threads.get(THREAD_ID))
    finally:
        is_over.set()
        for one in (full, *waiting):
            one.close()
    assert time.monotonic() - begun < 20, "the deadline did not hold"


async def test_deadline_ends_an_unread_upload(variant: Variant, server: Server) -> None:
    go_on = threading.Event()

    def stall(connection: Any) -> bool:
        go_on.wait(60)
        return False

    server.answer_early(stall)
    try:
        with pytest.raises(APITimeoutError, match="the deadline passed"):
            await variant.do(
                variant.client(server, deadline=0.5, timeout=60).messages.send(
                    THREAD_ID, content="x", files=[("a", io.BytesIO(b"x" * 50_000_000))]
                )
            )
    finally:
        go_on.set()


async def test_deadline_ends_a_slow_event(variant: Variant, server: Server) -> None:
    start = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: "
    server.answer(endless(start, b"x"))
    with pytest.raises(APIConnectionError):
        await variant.read(variant.client(server, timeout=60).messages.stream(THREAD_ID, content="x", deadline=0.5))


async def test_response_larger_than_the_limit_is_refused(variant: Variant, server: Server) -> None:
    packed = gzip.compress(b" " * 20_000_000)
    server.answer(reply(200, packed, {"Content-Encoding": "gzip"}))
    with pytest.raises(DecodeError, match=r"at most 1000000 bytes \(max_response_bytes\)"):
        await variant.do(variant.client(server, max_response_bytes=1_000_000).threads.get(THREAD_ID))
    assert len(server.requests) == 1


async def test_redirect_larger_than_the_limit_is_refused(variant: Variant, server: Server) -> None:
    http_client = variant.http_class(follow_redirects=True)
    client = variant.client(server, max_response_bytes=1_000, http_client=http_client)
    server.answer(reply(307, b" " * 1_001, {"Location": "/api/elsewhere"}), reply(200, {"thread_id": THREAD_ID}))
    with pytest.raises(DecodeError, match=r"at most 1000 bytes \(max_response_bytes\)"):
        await variant.do(client.threads.get(THREAD_ID))
    assert len(server.requests) == 1
    await variant.end(http_client)


async def test_response_of_exactly_the_limit_is_read(variant: Variant, server: Server) -> None:
    content = httpx.Response(200, json=THREAD).content
    server.answer(reply(200, content))
    await variant.do(variant.client(server, max_response_bytes=len(content)).threads.get(THREAD_ID))
    with pytest.raises(DecodeError, match="max_response_bytes"):
        await variant.do(variant.client(server, max_response_bytes=len(content) - 1).threads.get(THREAD_ID))


@pytest.mark.parametrize("content", [b"data: " + b"x" * 2_000_000, b"data: x\n" * 300_000], ids=["line", "event"])
async def test_event_larger_than_the_limit_is_refused(variant: Variant, server: Server, content: bytes) -> None:
    server.answer(events(frame(STARTED), content))
    with pytest.raises(DecodeError, match=r"an event of at most 1000000 bytes \(max_response_bytes\)"):
        await variant.read(variant.client(server, max_response_bytes=1_000_000).messages.stream(THREAD_ID, content="x"))


async def test_response_head_larger_than_the_limit_is_refused(variant: Variant, server: Server) -> None:
    server.answer(send(HEAD + b"X: " + b"x" * 2_000_000))
    with pytest.raises(DecodeError, match=r"headers of at most 102400 bytes \(max_header_bytes\)"):
        await variant.do(variant.client(server).threads.get(THREAD_ID))
    assert len(server.requests) == 1


async def test_headers_of_a_response_may_have_max_header_bytes(variant: Variant, server: Server) -> None:
    lengths = {"Content-Type": len("application/json"), "Content-Length": len("2"), "X": 1000}
    size = sum(len(name) + length for name, length in lengths.items())
    server.answer(reply(200, b"{}", {"X": "x" * 1000}))
    await variant.do(variant.client(server, max_header_bytes=size).request("GET", "/x"))
    client = variant.client(server, max_header_bytes=size - 1)
    with pytest.raises(DecodeError, match=rf"headers of at most {size - 1} bytes \(max_header_bytes\)"):
        await variant.do(client.request("GET", "/x"))
    with pytest.raises(DecodeError, match="max_header_bytes"):
        await variant.read(client.messages.stream(THREAD_ID, content="x"))


async def test_compressed_stream_is_refused_unread(variant: Variant) -> None:
    class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield gzip.compress(frame(ENDED))

        async def __aiter__(self) -> Any:
            yield gzip.compress(frame(ENDED))

    headers = {"Content-Type": "text/event-stream", "Content-Encoding": "gzip"}
    client = variant.mocked(lambda _: httpx.Response(200, headers=headers, stream=Pieces()))
    with pytest.raises(DecodeError, match="Content-Encoding gzip"):
        await variant.read(client.messages.stream(THREAD_ID, content="x"))
