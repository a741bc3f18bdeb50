"""A server with scripted responses, byte for byte: whole, cut, stalled or dropped. It records the requests."""

import json
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple
from urllib.parse import urlsplit


class RecordedRequest(NamedTuple):
    """A received request, split into its parts."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    raw: bytes

    @property
    def path(self) -> str:
        """The path without its query."""
        return urlsplit(self.target).path


Answer = Callable[[socket.socket], bool]
"""Send a response; return whether the connection stays open."""


def send(*pieces: bytes, pause: float = 0.0) -> Answer:
    """Send these bytes, one write for each piece."""

    def act(connection: socket.socket) -> bool:
        for piece in pieces:
            connection.sendall(piece)
            if pause:
                threading.Event().wait(pause)
        return True

    return act


def reply(
    status: int = 200,
    body: object = b"",
    headers: dict[str, str] | None = None,
    *,
    content_type: str = "application/json",
) -> Answer:
    """Send a well-formed response; a body that is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Because", f"Content-Length: {len(content)}", f"Content-Type: {content_type}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return send("\r\n".join(lines).encode() + b"\r\n\r\n" + content)


def events(*frames: bytes, then: Answer | None = None, content_type: str = "text/event-stream") -> Answer:
    """Send an event stream, one chunk for each frame. It ends with the last chunk, or is left open for `then`."""

    def act(connection: socket.socket) -> bool:
        kind = content_type.encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n" % kind)
        chunks = [b"%x\r\n%s\r\n" % (len(frame), frame) for frame in frames if frame]
        if then is None:
            chunks.append(b"0\r\n\r\n")
        with suppress(OSError):  # `then` notices that the client has left
            for chunk in chunks:
                connection.sendall(chunk)
        return then is None or then(connection)

    return act


def drop(connection: socket.socket) -> bool:
    """Close the connection without a response."""
    return False


def reset(connection: socket.socket) -> bool:
    """Reset the connection (RST)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


class Silence:
    """Answer that sends nothing until the client disconnects, and records when that was noticed."""

    def __init__(self, *first: bytes) -> None:
        self.first = first
        self.is_over = threading.Event()

    def __call__(self, connection: socket.socket) -> bool:
        with suppress(OSError):
            for piece in self.first:
                connection.sendall(piece)
            while connection.recv(65536):
                pass
        self.is_over.set()
        return False


def stop_listening(listener: socket.socket) -> None:
    """Close a listener. Where a thread waits for its next connection, only shutting it down ends that wait."""
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


class Server:
    """Server that sends its answers in order, the last one again and again; with TLS if it has a `context`."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self.answers: list[Answer] = []
        self.requests: list[RecordedRequest] = []
        self.connections = 0
        self.is_early = False
        self.open = 0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'http' if context is None else 'https'}://127.0.0.1:{self.port}/api"
        threading.Thread(target=self._accept, daemon=True).start()

    def answer(self, *answers: Answer) -> None:
        """Set the answers from now on."""
        self.answers = list(answers)
        self.requests = []

    def answer_early(self, answer: Answer) -> None:
        """Answer every request as soon as its head came, and close the connection."""
        self.answers = [answer]
        self.requests = []
        self.is_early = True

    def close(self) -> None:
        """Stop listening."""
        stop_listening(self._listener)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _secured(self, connection: socket.socket) -> socket.socket:
        return connection if self._context is None else self._context.wrap_socket(connection, server_side=True)

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self.connections += 1
            self.open += 1
        with suppress(OSError), self._secured(connection) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while (seen := _read(connection, with_body=not self.is_early)) is not None:
                with self._lock:
                    self.requests.append(seen)
                    answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if not answer(connection):
                    break
                if self.is_early:
                    connection.shutdown(socket.SHUT_WR)
                    connection.settimeout(5)
                    for _ in range(64):  # closing with unread bytes would reset the connection, and lose the response
                        if not connection.recv(65536):
                            break
                    break
        with self._lock:
            self.open -= 1


def _read(connection: socket.socket, *, with_body: bool = True) -> RecordedRequest | None:
    raw = b""
    while b"\r\n\r\n" not in raw:
        piece = connection.recv(65536)
        if not piece:
            return None
        raw += piece
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while with_body and len(body) < int(headers.get("content-length", "0")):
        piece = connection.recv(65536)
        if not piece:
            return None
        body += piece
    method, target, _ = first.split(" ")
    return RecordedRequest(method, target, headers, body, head + b"\r\n\r\n" + body)


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server on a port of its own."""
    server = Server(context)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(
        0.0002
    )  # server and client are threads of one process: by default each holds the GIL for 5 ms
    try:
        yield server
    finally:
        sys.setswitchinterval(interval)
        server.close()
