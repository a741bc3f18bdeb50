"""Servers that alter requests or responses: an HTTP transport between a caller and a correct one."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

# In place of a status: close the connection without an answer.
CLOSED = -1


@dataclass(slots=True)
class Exchange:
    """One request, and later its response, for a tampering to change."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int = 0
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b""

    def answer_json(self, status: int, body: bytes) -> None:
        self.status, self.answer = status, body
        self.answer_headers = {"Content-Type": "application/json", "X-Request-ID": "1"}


Tampering = Callable[[Exchange], None]


def untouched(exchange: Exchange) -> None:
    """Change nothing."""


class TamperedTransport(httpx.BaseTransport):
    """Transport that notes the exchanges.

    A `before` that sets a status, or `CLOSED`, answers in the server's place.
    """

    def __init__(self, *, before: Tampering = untouched, after: Tampering = untouched) -> None:
        self.seen: list[Exchange] = []
        self._before, self._after = before, after
        self._server = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        exchange = Exchange(request.method, request.url.raw_path.decode(), dict(request.headers), request.read())
        self.seen.append(exchange)
        self._before(exchange)
        if not exchange.status:
            self._forward(request.url, exchange)
        self._after(exchange)
        if exchange.status == CLOSED:
            raise httpx.RemoteProtocolError("the connection was closed")
        answer = httpx.ByteStream(exchange.answer)
        return httpx.Response(exchange.status, headers=exchange.answer_headers, stream=answer)

    def _forward(self, url: httpx.URL, exchange: Exchange) -> None:
        headers = {name: value for name, value in exchange.headers.items() if name.lower() != "content-length"}
        target = url.copy_with(raw_path=exchange.path.encode())
        sent = httpx.Request(exchange.method, target, headers=headers, content=exchange.body)
        response = self._server.handle_request(sent)
        exchange.status, exchange.answer = response.status_code, response.read()
        exchange.answer_headers = dict(response.headers)

    def close(self) -> None:
        self._server.close()
