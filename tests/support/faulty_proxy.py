"""Servers behind a proxy that alters requests or responses."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

# In place of a status: close the connection without an answer.
CLOSED = -1
HOP_BY_HOP = ("connection", "transfer-encoding", "content-length", "date", "server", "host")


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


Tampering = Callable[[Exchange], None]


def untouched(exchange: Exchange) -> None:
    """Change nothing."""


@contextmanager
def faulty_proxy(
    url: str, *, before: Tampering = untouched, after: Tampering = untouched
) -> Iterator[tuple[str, list[Exchange]]]:
    """Run a proxy for the server at `url`; yield its address and the exchanges so far.

    A `before` that sets a status, or `CLOSED`, answers in the server's place.
    """
    seen: list[Exchange] = []
    base = url.removesuffix("/api")

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            exchange = Exchange(self.command, self.path, dict(self.headers), body)
            seen.append(exchange)
            before(exchange)
            if not exchange.status:
                self.forward(exchange)
            after(exchange)
            if exchange.status == CLOSED:
                self.close_connection = True
                return
            self.send_response(exchange.status)
            for name, value in exchange.answer_headers.items():
                self.send_header(name, value)
            if exchange.status >= 200 and exchange.status not in (204, 304):
                self.send_header("Content-Length", str(len(exchange.answer)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(exchange.answer)

        def forward(self, exchange: Exchange) -> None:
            sent = {name: value for name, value in exchange.headers.items() if name.lower() not in HOP_BY_HOP}
            response = client.request(exchange.method, base + exchange.path, headers=sent, content=exchange.body)
            exchange.status, exchange.answer = response.status_code, response.content
            exchange.answer_headers = {
                name: value for name, value in response.headers.items() if name not in HOP_BY_HOP
            }

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with httpx.Client(timeout=600) as client, ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/api", seen
        finally:
            server.shutdown()
            thread.join()
