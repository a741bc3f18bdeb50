"""Sending of one response."""

import asyncio
import itertools
import json
import os
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing

from starlette.types import Message, Receive, Send

from threads_server.errors import ValidationErrorItem
from threads_server.http.budgets import LARGE_RESPONSE_BYTES
from threads_server.http.responses import EventStream, Response
from threads_server.http.sse import OpenStreams, StreamBroken, close_events, wait_for_disconnect

_WITHOUT_CONTENT = (204, 304)
_VARY = (b"vary", b"X-API-Key")
_NO_STORE = [(b"cache-control", b"no-store"), _VARY]
_REVALIDATE = [(b"cache-control", b"private, no-cache"), _VARY]
"""For a response with an ETag: only the client may store it, and revalidates it before each use."""
_STREAM_HEADERS = [(b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no"), *_NO_STORE]


class ResponseSender:
    """Sender of one response, with the request's id; for a HEAD request of the head alone."""

    __slots__ = ("_head_only", "_receive", "_request_id", "_send", "status", "streamed")

    def __init__(self, method: str, request_id: bytes, receive: Receive, send: Send) -> None:
        self._head_only = method == "HEAD"
        self._request_id = request_id
        self._receive = receive
        self._send = send
        self.status = 0
        """Status that was sent; 0 before."""
        self.streamed = False
        """Whether the response is an event stream."""

    async def send_response(self, response: Response) -> None:
        """Send a whole response, a large one in pieces, as fast as the client reads them. Raises StreamBroken."""
        self.status = status = response.status
        body = response.body
        headers = response.headers
        caching = _REVALIDATE if "ETag" in headers else _NO_STORE
        if status in _WITHOUT_CONTENT:
            body = b""
            head = [(b"x-request-id", self._request_id), *caching]
        else:
            head = [(b"content-type", b"application/json"), (b"x-request-id", self._request_id), *caching]
            if response.pieces is None:
                head.append((b"content-length", b"%d" % len(body)))
        if headers:
            head += _encoded(headers)
        await self._send({"type": "http.response.start", "status": status, "headers": head})
        if self._head_only:
            body = b""
        if response.pieces is None or self._head_only:
            await self._send_body(body)
        else:
            await self._send_body(body, more=True)
            response.body = body = b""  # let go of it while the client reads the rest
            await self._send_pieces(response.pieces)

    async def _send_pieces(self, pieces: AsyncGenerator[bytes, None]) -> None:
        left = asyncio.get_running_loop().create_task(wait_for_disconnect(self._receive))
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    await self._send_body(piece, more=True)
                    if left.done():  # then sending waits for nobody
                        return
        except Exception as error:
            raise StreamBroken from error
        finally:
            left.cancel()
        await self._send_body(b"")

    async def _send_body(self, body: bytes, *, more: bool = False) -> None:
        """Send bytes of the body, each piece once the client has read enough of those before it."""
        if len(body) <= LARGE_RESPONSE_BYTES:
            await self._send({"type": "http.response.body", "body": body, "more_body": more})
            return
        for start in range(0, len(body), LARGE_RESPONSE_BYTES):
            end = start + LARGE_RESPONSE_BYTES
            piece = body[start:end]
            await self._send({"type": "http.response.body", "body": piece, "more_body": more or end < len(body)})

    async def send_error(
        self, status: int, detail: str | list[ValidationErrorItem], headers: Mapping[str, str]
    ) -> None:
        """Send an error as JSON (docs/hosted-api.md §1, Errors)."""
        await self.send_response(Response(json.dumps({"detail": detail}).encode(), status, headers))

    async def send_stream(
        self,
        stream: EventStream,
        streams: OpenStreams,
        key: bytes | None,
        on_first: Callable[[], None] | None = None,
    ) -> None:
        """Send a stream of events until its end; `key` is the digest of the request's key. Raises StreamBroken.

        `on_first` is called once the first events were sent.
        """
        self.streamed = True
        await self._start(200, [*_STREAM_HEADERS, (b"x-request-id", self._request_id), *_encoded(stream.headers)])
        if self._head_only:
            await close_events(stream)
            await self._send({"type": "http.response.body", "body": b""})
        else:
            await streams.send(stream, self._receive, self._send, key, on_first)

    async def pass_on(self, message: Message) -> None:
        """Send a message of another application's response, with the request's id."""
        if message["type"] == "http.response.start":
            await self._start(message["status"], [*message["headers"], (b"x-request-id", self._request_id)])
        elif not self._head_only:
            await self._send_body(message.get("body", b""), more=message.get("more_body", False))
        elif not message.get("more_body"):
            await self._send_body(b"")

    async def _start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.status = status
        await self._send({"type": "http.response.start", "status": status, "headers": headers})


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


_process = os.urandom(8).hex()
_requests = itertools.count(1)


def new_request_id() -> str:
    """Make a request id: a random prefix of this process and a counter, cheaper than a UUID."""
    return f"{_process}{next(_requests):016x}"
