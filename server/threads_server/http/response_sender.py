"""The answer to one request, as it goes out."""

import itertools
import json
import os
from collections.abc import Mapping

from starlette.types import Message, Receive, Send

from threads_server.errors import ValidationErrorItem
from threads_server.http.responses import EventStream, Response
from threads_server.http.sse import OpenStreams, close_events

_WITHOUT_CONTENT = (204, 304)
_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]


class ResponseSender:
    """Sends one answer, with the request's id on it. To a HEAD request it sends only the head."""

    __slots__ = ("_head_only", "_receive", "_request_id", "_send", "status")

    def __init__(self, method: str, request_id: bytes, receive: Receive, send: Send) -> None:
        self._head_only = method == "HEAD"
        self._request_id = request_id
        self._receive = receive
        self._send = send
        self.status = 0
        """The status that has gone out; 0 before."""

    async def answer(self, answer: Response) -> None:
        """Sends a whole answer."""
        self.status = status = answer.status
        body = answer.body
        if status in _WITHOUT_CONTENT:
            body = b""
            head = [(b"x-request-id", self._request_id)]
        else:
            head = [
                (b"content-type", b"application/json"),
                (b"content-length", b"%d" % len(body)),
                (b"x-request-id", self._request_id),
            ]
        if answer.headers:
            head += _encoded(answer.headers)
        await self._send({"type": "http.response.start", "status": status, "headers": head})
        await self._send({"type": "http.response.body", "body": b"" if self._head_only else body})

    async def refuse(self, status: int, detail: str | list[ValidationErrorItem], headers: Mapping[str, str]) -> None:
        """Sends an error, as JSON (docs/hosted-api.md §1, Errors)."""
        await self.answer(Response(json.dumps({"detail": detail}).encode(), status, headers))

    async def stream(self, stream: EventStream, streams: OpenStreams) -> None:
        """Sends a stream of events until it is over. Raises StreamBroken if reading it fails on the way."""
        await self._start(200, [*_STREAM_HEADERS, (b"x-request-id", self._request_id), *_encoded(stream.headers)])
        if self._head_only:
            await close_events(stream)
            await self._send({"type": "http.response.body", "body": b""})
        else:
            await streams.send(stream, self._receive, self._send)

    async def pass_on(self, message: Message) -> None:
        """Sends a message of another application's answer, with the request's id on it."""
        if message["type"] == "http.response.start":
            await self._start(message["status"], [*message["headers"], (b"x-request-id", self._request_id)])
        elif not self._head_only:
            await self._send(message)
        elif not message.get("more_body"):
            await self._send({"type": "http.response.body", "body": b""})

    async def _start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.status = status
        await self._send({"type": "http.response.start", "status": status, "headers": headers})


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


_process = os.urandom(8).hex()
_requests = itertools.count(1)


def new_request_id() -> str:
    """A random word of this process and a number: unlike `uuid4`, it asks the system for nothing."""
    return f"{_process}{next(_requests):016x}"
