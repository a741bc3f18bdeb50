"""uvicorn's response cycle, with a `send` of its own, and one for connections that close after the response."""

from asyncio import AbstractEventLoop
from collections.abc import Iterable

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from threads_server.http.http11.request_head import Header

_TOKEN = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
_VALUE = bytes([0x09, *range(0x20, 0x7F), *range(0x80, 0x100)])


class ResponseCycle(RequestResponseCycle):
    """The response to one request. Its head goes out with the beginning of its body, in one write, as ASGI asks.

    The head of a response of unknown length waits for that until the next pass of the event loop at most.
    """

    loop: AbstractEventLoop
    """Set by the protocol."""
    _unsent_head = b""

    async def send(self, message: ASGISendEvent) -> None:
        """Send a part of the response. Raises RuntimeError for one that is not valid here."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start" and not self.response_started:
            self._begin(message["status"], message.get("headers", ()))
        elif message["type"] == "http.response.body" and self.response_started and not self.response_complete:
            self._send_body(message.get("body", b""), more=message.get("more_body", False))
        else:
            raise RuntimeError(f"The ASGI message {message['type']!r} is not expected here")

    def _begin(self, status: int, added: Iterable[Header]) -> None:
        self.response_started = True
        self.waiting_for_100_continue = False
        headers = [(name.lower(), value) for name, value in (*self.default_headers, *added)]
        given = dict(headers)
        lines = b"\r\n".join([*map(b": ".join, headers), b""])
        if b"".join(given).translate(None, _TOKEN) or lines.translate(None, _VALUE) != b"\r\n" * len(headers):
            raise RuntimeError("A header of the response is not valid")
        if b"close" in given.get(b"connection", b"").lower().replace(b" ", b"").split(b","):
            self.keep_alive = False
        elif not self.keep_alive:
            lines += b"connection: close\r\n"
        if given.get(b"transfer-encoding", b"").lower() == b"chunked":
            self.chunked_encoding = True
        elif self.chunked_encoding is None and b"content-length" in given:
            self.expected_content_length = int(given[b"content-length"])
            self.chunked_encoding = False
        elif self.chunked_encoding is None and self.scope["method"] != "HEAD" and status not in (204, 304):
            self.chunked_encoding = True
            lines += b"transfer-encoding: chunked\r\n"
        self._unsent_head = b"%b%b\r\n" % (STATUS_LINE[status], lines)
        if b"content-length" not in given:
            self.loop.call_soon(self._send_head)

    def _send_head(self) -> None:
        if self._unsent_head and not self.transport.is_closing():
            self.transport.write(self._unsent_head)
        self._unsent_head = b""

    def _send_body(self, body: bytes, *, more: bool) -> None:
        head, self._unsent_head = self._unsent_head, b""
        if self.scope["method"] == "HEAD":
            self.expected_content_length = 0
            body = b""
        elif self.chunked_encoding:
            chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            body = chunk if more else chunk + b"0\r\n\r\n"
        else:
            self.expected_content_length -= len(body)
            if self.expected_content_length < 0:
                raise RuntimeError("The response is longer than its Content-Length")
        self.transport.write(head + body if head else body)
        if not more:
            if self.expected_content_length:
                raise RuntimeError("The response is shorter than its Content-Length")
            self.response_complete = True
            self.message_event.set()
            if not self.keep_alive:
                self.transport.close()
            self.on_response()


class ClosingCycle(ResponseCycle):
    """The response to HTTP/1.0, `Connection: close` or `Expect: 100-continue`, or to a body that has not come whole."""

    lingering = False
    """Whether the connection closes once the rest of the body was read: closing it with unread input would reset it,
    and lose the response."""
    _ends_with_connection = False

    async def send(self, message: ASGISendEvent) -> None:
        """Send a part of the response."""
        if self.waiting_for_100_continue:
            self.keep_alive = False  # whether the client will send the body is unknown
        if message["type"] == "http.response.start":
            if self.scope["http_version"] == "1.0":  # it has no chunks
                self._ends_with_connection = True
                self.chunked_encoding = False
        elif message["type"] == "http.response.body":
            if self._ends_with_connection:
                self.expected_content_length = len(message.get("body", b""))
            if not self.keep_alive and not message.get("more_body"):
                self.lingering = self.keep_alive = True
        await super().send(message)
