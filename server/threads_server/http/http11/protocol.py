"""HTTP/1.1 connections: uvicorn's server and response cycle around a strict, bounded reader of requests.

One request is read at a time, and the next one after its response. Pipelined requests stay in the socket; at most one
receive buffer is held.
"""

import asyncio
import json
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import Any, cast
from urllib.parse import unquote

from uvicorn._types import ASGI3Application, HTTPScope
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.utils import get_local_addr, get_remote_addr
from uvicorn.server import ServerState

from threads_server.http.http11.body_framing import BodyFraming, ChunkedFraming, LengthFraming
from threads_server.http.http11.request_head import BadRequest, HeadParser, RequestHead
from threads_server.http.http11.response_cycle import ClosingCycle, ResponseCycle
from threads_server.http.response_sender import new_request_id

LINGER_SECONDS = 2
"""How long a refused connection stays open: closing it with unread input would reset it and lose the response."""
DISCARD_SECONDS = 30
"""How long the rest of a body is read and discarded after the response to it."""
LOG_INTERVAL_SECONDS = 60

logger = logging.getLogger("threads_server")


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Bounds of each connection."""

    max_head_bytes: int
    head_timeout: float
    """Seconds from the first byte of a head, or from the connection, to the head's end."""
    body_timeout: float
    """Seconds without a byte of a body that has not ended."""
    send_timeout: float
    """Seconds in which a client that has a response to read must read some of it."""


class ConnectionCounter:
    """The limit of open connections of this process. It logs, at most once a minute, that it refuses some."""

    def __init__(self, max_connections: int, clock: Callable[[], float] = monotonic) -> None:
        self._max_connections = max_connections
        self._clock = clock
        self._logged_at: float | None = None

    def admits(self, open_connections: int) -> bool:
        """Whether one more connection may be opened."""
        if open_connections < self._max_connections:
            return True
        if self._logged_at is None or self._clock() - self._logged_at >= LOG_INTERVAL_SECONDS:
            self._logged_at = self._clock()
            logger.warning("refusing connections: %d are open (--max-connections)", open_connections)
        return False


class _GatedFlow(FlowControl):
    """Flow control whose reading stays paused while bytes of a further request wait for the current response."""

    gated = False

    def resume_reading(self) -> None:
        if not self.gated:
            super().resume_reading()


class HTTPProtocol(asyncio.Protocol):
    """One connection. uvicorn's server makes it, counts it and shuts it down."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: ConnectionLimits,
        counter: ConnectionCounter,
    ) -> None:
        if not config.loaded:
            config.load()
        self._config = config
        self._server_state = server_state
        self._app_state = app_state
        self._loop = _loop or asyncio.get_running_loop()
        self._limits = limits
        self._counter = counter
        self._uvicorn_logger = logging.getLogger("uvicorn.error")
        self._transport: asyncio.Transport
        self._flow: _GatedFlow
        self._parser = HeadParser()
        self._buffer = bytearray()
        self._searched = 0  # bytes of the buffer already searched for the end of the head
        self._in_head = True
        self._framing: BodyFraming | None = None  # None between requests
        self._cycle: ResponseCycle | None = None
        self._refused = False
        self._read_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._idle_timer: asyncio.TimerHandle | None = None
        self._received_at = self._idle_since = 0.0

    def connection_made(  # type: ignore[override]  # asyncio makes nothing else for TCP
        self, transport: asyncio.Transport
    ) -> None:
        """Admit the connection, or refuse it with 503."""
        self._transport = transport
        self._app_state = {**self._app_state, "transport": transport}  # threads_server.testing cuts it
        if not self._counter.admits(len(self._server_state.connections)):
            self._send_refusal(BadRequest("The server has too many connections", 503), b"retry-after: 1\r\n")
            transport.close()  # at once: a lingering connection would be one more
            self._refused = True
            return
        self._server_state.connections.add(self)  # type: ignore[arg-type]  # uvicorn lists its own classes
        self._flow = _GatedFlow(transport)
        self._server, self._client = get_local_addr(transport), get_remote_addr(transport)
        self._set_read_timer(self._limits.head_timeout, self._on_head_timeout)

    def connection_lost(self, exc: Exception | None) -> None:
        """Notify the application of the disconnect."""
        self._server_state.connections.discard(self)
        self._refused = True
        self._buffer.clear()
        self._cancel_read_timer()
        self._cancel_write_timer()
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        self._disconnect_cycle()

    def eof_received(self) -> None:
        """Close the transport, as asyncio does on None: the client has left."""

    def data_received(self, data: bytes) -> None:
        """Buffer the bytes, and read as much as the current request allows."""
        if self._refused:
            return
        self._received_at = self._loop.time()
        self._buffer += data
        self._advance()

    def pause_writing(self) -> None:
        """Bound the time of a client that does not read."""
        self._flow.pause_writing()
        self._watch_write(self._transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Resume sending."""
        self._cancel_write_timer()
        self._flow.resume_writing()

    def shutdown(self) -> None:
        """Close the connection, at once or after the current response."""
        if self._cycle is None or self._cycle.response_complete:
            self._transport.close()
        else:
            self._cycle.keep_alive = False

    def _advance(self) -> None:
        try:
            while self._buffer and not self._refused:
                if self._framing is None:
                    if not self._read_head():
                        return
                elif self._framing.complete:  # the next request waits for this one's response
                    self._flow.gated = True
                    self._flow.pause_reading()
                    return
                elif not self._read_body(self._framing):
                    return
        except BadRequest as error:
            self._refuse(error)

    def _read_head(self) -> bool:
        """Read a head and start its request; False if more must come."""
        buffer = self._buffer
        while buffer.startswith(b"\r\n"):  # RFC 9112 §2.2
            del buffer[:2]
        end = buffer.find(b"\r\n\r\n", max(0, self._searched - 3))
        if (end + 4 if end >= 0 else len(buffer)) > self._limits.max_head_bytes:
            raise BadRequest(f"The request's head is larger than {self._limits.max_head_bytes} bytes", 431)
        if end < 0:
            self._searched = len(buffer)
            if buffer and not 32 < buffer[0] < 127 and buffer[0] != 13:  # such as TLS: its end will never come
                raise BadRequest("Invalid HTTP request received.")
            if not self._in_head:
                self._in_head = True
                self._set_read_timer(self._limits.head_timeout, self._on_head_timeout)
            return False
        self._searched = 0
        head = self._parser.parse(bytes(buffer[: end + 2]))
        del buffer[: end + 4]
        self._in_head = False
        self._cancel_read_timer()
        self._framing = ChunkedFraming() if head.content_length is None else LengthFraming(head.content_length)
        self._start(head, self._framing)
        return True

    def _start(self, head: RequestHead, framing: BodyFraming) -> None:
        path = head.raw_path.decode()
        scope: HTTPScope = {
            "type": "http",
            "asgi": {"version": self._config.asgi_version, "spec_version": "2.3"},
            "http_version": head.http_version,
            "server": self._server,
            "client": self._client,
            "scheme": "http",
            "method": head.method,
            "root_path": "",
            "path": unquote(path) if "%" in path else path,
            "raw_path": head.raw_path,
            "query_string": head.query,
            "headers": head.headers,
            "state": self._app_state.copy(),
        }
        received = framing.complete or len(self._buffer) >= (head.content_length or math.inf)
        make = ResponseCycle if received and head.keep_alive else ClosingCycle
        self._cycle = cycle = make(
            scope=scope,
            transport=self._transport,
            flow=self._flow,
            logger=self._uvicorn_logger,
            access_logger=self._uvicorn_logger,
            access_log=False,
            default_headers=self._server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=head.expects_continue,
            keep_alive=head.keep_alive,
            on_response=self._end_response,
        )
        cycle.loop = self._loop
        if framing.complete:
            cycle.more_body = False
            cycle.message_event.set()
        elif not self._buffer:
            self._set_read_timer(self._limits.body_timeout, self._on_body_timeout)
        task = self._loop.create_task(cycle.run_asgi(cast(ASGI3Application, self._config.loaded_app)))
        task.add_done_callback(self._server_state.tasks.discard)
        self._server_state.tasks.add(task)

    def _read_body(self, framing: BodyFraming) -> bool:
        """Hand bytes of the body to the application; False if more must come."""
        cycle = self._cycle
        assert cycle is not None
        data = framing.read(self._buffer)
        if not cycle.response_complete:
            cycle.body += data
            cycle.more_body = not framing.complete
            cycle.message_event.set()
            if len(cycle.body) > HIGH_WATER_LIMIT and not framing.complete:
                self._flow.pause_reading()
        if framing.complete:
            self._cancel_read_timer()
            if cycle.response_complete:
                self._end_request()
            return True
        if self._read_timer is None:
            self._set_read_timer(self._limits.body_timeout, self._on_body_timeout)
        return False

    def _end_response(self) -> None:
        """Go on after a response: with the next request, or with the rest of this one's body."""
        self._server_state.total_requests += 1
        if self._transport.is_closing() or self._framing is None:
            return
        if self._framing.complete:
            self._end_request()
            self._advance()
        else:
            if self._lingers():
                self._transport.write_eof()
            self._set_read_timer(DISCARD_SECONDS, self._transport.close)
            self._flow.resume_reading()

    def _lingers(self) -> bool:
        return isinstance(self._cycle, ClosingCycle) and self._cycle.lingering

    def _end_request(self) -> None:
        if self._lingers():
            self._transport.close()
            return
        self._framing = None
        self._flow.gated = False
        self._flow.resume_reading()
        self._idle_since = self._loop.time()
        if self._idle_timer is None:
            self._idle_timer = self._loop.call_later(self._config.timeout_keep_alive, self._on_idle_timeout)

    def _on_idle_timeout(self) -> None:
        """Close an idle connection. One timer per connection, rescheduled on expiry, not per request."""
        self._idle_timer = None
        if self._framing is not None or self._in_head:
            return
        left = self._idle_since + self._config.timeout_keep_alive - self._loop.time()
        if left > 0:
            self._idle_timer = self._loop.call_later(left, self._on_idle_timeout)
        else:
            self._transport.close()

    def _refuse(self, error: BadRequest) -> None:
        """Send an error in the form of every other one, and close the connection."""
        self._refused = True
        self._buffer.clear()
        self._cancel_read_timer()
        started = self._cycle is not None and self._framing is not None and self._cycle.response_started
        self._disconnect_cycle()
        if started:
            self._transport.close()
            return
        if self._transport.is_closing():
            return
        self._send_refusal(error)
        self._transport.write_eof()
        self._loop.call_later(LINGER_SECONDS, self._transport.close)

    def _send_refusal(self, error: BadRequest, headers: bytes = b"") -> None:
        body = json.dumps({"detail": error.detail}).encode()
        head = (
            f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}\r\ncontent-type: application/json\r\n"
            f"connection: close\r\ncontent-length: {len(body)}\r\nx-request-id: {new_request_id()}\r\n"
        )
        self._transport.write(head.encode() + headers + b"\r\n" + body)

    def _disconnect_cycle(self) -> None:
        cycle = self._cycle
        if cycle is not None and self._framing is not None:
            if not cycle.response_complete:
                cycle.disconnected = True
            cycle.message_event.set()
            self._flow.resume_writing()

    def _set_read_timer(self, seconds: float, expired: Callable[[], None]) -> None:
        self._cancel_read_timer()
        self._read_timer = self._loop.call_later(seconds, expired)

    def _cancel_read_timer(self) -> None:
        if self._read_timer is not None:
            self._read_timer.cancel()
            self._read_timer = None

    def _on_head_timeout(self) -> None:
        if self._buffer:
            self._refuse(BadRequest(f"The request's head did not end within {self._limits.head_timeout:g} s", 408))
        else:
            self._transport.close()

    def _on_body_timeout(self) -> None:
        """Refuse a body whose client sends nothing; wait on if it is the application that does not read."""
        silence = self._loop.time() - self._received_at
        if self._flow.read_paused:
            self._set_read_timer(self._limits.body_timeout, self._on_body_timeout)
        elif silence < self._limits.body_timeout:
            self._set_read_timer(self._limits.body_timeout - silence, self._on_body_timeout)
        else:
            self._refuse(BadRequest(f"Nothing of the body came for {self._limits.body_timeout:g} s", 408))

    def _watch_write(self, unsent: int) -> None:
        def check() -> None:
            left = self._transport.get_write_buffer_size()
            if left >= unsent:
                self._transport.abort()
            else:
                self._watch_write(left)

        self._write_timer = self._loop.call_later(self._limits.send_timeout, check)

    def _cancel_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
