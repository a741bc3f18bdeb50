"""How requests go out: over connections of our own, or over what the caller of the constructor gave.

httpx's pool looks through all its connections for every request, and again for every answer: at 64 calls at a time that
is most of what a call costs. So each connection here has a pool of its own, a lane, and the free lanes are a stack.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from ssl import SSLContext
from typing import Any

from .._event_loops import close_with_process, is_over, no_loop
from .._transport import (
    LIMITS,
    BaseTransport,
    ByteStream,
    HTTPClient,
    HTTPTransport,
    ReadTimeout,
    Request,
    Response,
    proxies_are_set,
    tls_context,
)

MAX_CONNECTIONS = 1000
"""Connections at a time; calls beyond them wait for one."""
MAX_IDLE_CONNECTIONS = 100
"""Connections kept open without work."""
KEEPALIVE_EXPIRY = 4.5
"""Seconds that a connection is kept open without work."""


class Body(ByteStream):
    """A response's bytes, until the deadline; it gives its lane back when it is closed."""

    def __init__(self, stream: Any, deadline: float | None, release: Callable[[bool], None] | None) -> None:
        self._stream: Any = stream
        self._deadline = deadline
        self._release = release
        self._is_whole = False

    def __iter__(self) -> Iterator[bytes]:
        deadline = self._deadline
        for piece in self._stream:
            if deadline is not None and time.monotonic() > deadline:
                raise ReadTimeout("the answer was still coming")
            yield piece
        self._is_whole = True

    def close(self) -> None:
        """Close the answer. What is kept of it from then on holds no request and no connection."""
        stream, release = self._stream, self._release
        self._stream = self._release = None
        try:
            if stream is not None:
                stream.close()
        finally:
            if release is not None:
                release(self._is_whole)


class UserTransport:
    """An httpx client or transport, as the constructor was given it; or a client of our own, where there is a proxy."""

    def __init__(self, given: HTTPClient | BaseTransport, *, is_ours: bool = False) -> None:
        self._given = given
        self._is_ours = is_ours

    def send(self, request: Request, deadline: float | None) -> Response:
        """Send `request`; the response's body is still to be read."""
        if isinstance(self._given, HTTPClient):
            response = self._given.send(request, stream=True, follow_redirects=False)
        else:
            response = self._given.handle_request(request)
            response.request = request
        response.stream = Body(response.stream, deadline, None)
        return response

    def close(self) -> None:
        """Close what is ours; what was given is its giver's to close."""
        if self._is_ours:
            self._given.close()


class Connection:
    """One connection, and since when it has been free."""

    __slots__ = ("since", "transport")

    def __init__(self, transport: HTTPTransport) -> None:
        self.transport = transport
        self.since = 0.0


class ConnectionPool:
    """Connections of our own. Threads may use it together: what they share is changed in single steps."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        self._tls: SSLContext | None = None
        self._lanes: set[Connection] = set()
        self._free: deque[Connection] = deque()
        self._queue: HTTPTransport | None = None

    def send(self, request: Request, deadline: float | None) -> Response:
        """Send `request`; the response's body is still to be read, and to be closed."""
        lane = self._take()
        if lane is None:
            response = self._waiting().handle_request(request)
            response.stream = Body(response.stream, deadline, None)
        else:
            try:
                response = lane.transport.handle_request(request)
            except BaseException:
                self._give_back(lane, False)
                raise
            response.stream = Body(response.stream, deadline, partial(self._give_back, lane))
        response.request = request
        return response

    def close(self) -> None:
        """Close every connection."""
        lanes, queue = list(self._lanes), self._queue
        self._lanes.clear()
        self._free.clear()
        self._queue = None
        for lane in lanes:
            lane.transport.close()
        if queue is not None:
            queue.close()

    def _take(self) -> Connection | None:
        """The lane that was used last, or a new one; None if there are as many as there may be."""
        try:
            lane = self._free.pop()
        except IndexError:
            if len(self._lanes) >= MAX_CONNECTIONS:
                return None
            lane = Connection(HTTPTransport(verify=self._context(), limits=LIMITS))
            self._lanes.add(lane)
            return lane
        self._drop_idle()
        return lane

    def _drop_idle(self) -> None:
        """Close lanes that have been free for long, and those beyond the number to keep."""
        before = time.monotonic() - KEEPALIVE_EXPIRY
        while self._free and (self._free[0].since < before or len(self._free) > MAX_IDLE_CONNECTIONS):
            try:
                lane = self._free.popleft()
            except IndexError:
                return
            self._lanes.discard(lane)
            lane.transport.close()

    def _give_back(self, lane: Connection, is_whole: bool) -> None:
        """Free the lane; or forget it, if its connection is closed because an answer was not read to its end."""
        if not is_whole:
            self._lanes.discard(lane)
        elif lane in self._lanes:
            lane.since = time.monotonic()
            self._free.append(lane)

    def _waiting(self) -> HTTPTransport:
        """An ordinary pool, for the calls beyond the lanes: it has them wait their turn."""
        if self._queue is None:
            self._queue = HTTPTransport(verify=self._context())
        return self._queue

    def _context(self) -> SSLContext:
        """The one TLS context of all lanes; it takes 15 ms to load the certificates that plain http has no use for."""
        if self._tls is None:
            self._tls = tls_context(self._secure)
        return self._tls


class PoolRegistry:
    """The channels of a client and of its copies: one for each event loop, and none inherited by a forked process."""

    def __init__(self, base_url: str, given: HTTPClient | BaseTransport | None) -> None:
        self._secure = base_url.startswith("https:")
        self._given = None if given is None else UserTransport(given)
        self.are_given = given is not None
        self._is_closed = False
        self._pid = os.getpid()
        self._pools: dict[object, UserTransport | ConnectionPool] = {}
        self._keepers: dict[object, object] = {}
        self._inherited: list[object] = []
        self._current: tuple[object, int, UserTransport | ConnectionPool] | None = None

    def current(self) -> UserTransport | ConnectionPool:
        """The channel for here and now. Raises `RuntimeError` after `close`."""
        loop, pid, current = no_loop(), os.getpid(), self._current
        if current is not None and current[0] is loop and current[1] == pid:
            return current[2]
        if self._is_closed:
            raise RuntimeError("this client is closed")
        if self._given is not None:
            return self._given
        if self._pid != pid:
            # The sockets are the parent's: kept untouched, since closing them would end its conversations.
            self._inherited += [self._pools, self._keepers]
            self._pools, self._keepers, self._pid = {}, {}, pid
        channel = self._pools.get(loop) or self._open(loop)
        self._current = (loop, pid, channel)
        return channel

    def _open(self, loop: object) -> UserTransport | ConnectionPool:
        for other in [other for other in self._pools if is_over(other)]:
            self._pools.pop(other, None)
            self._keepers.pop(other, None)
        opened: UserTransport | ConnectionPool
        if proxies_are_set():
            opened = UserTransport(HTTPClient(verify=tls_context(self._secure)), is_ours=True)
        else:
            opened = ConnectionPool(secure=self._secure)
        channel = self._pools.setdefault(loop, opened)
        if channel is opened:
            close_with_process(partial(self._close, loop), self._keepers, loop)
        return channel

    def close(self) -> None:
        """Close the connections made in this event loop; those of another close with it."""
        self._is_closed = True
        self._close(no_loop())

    def _close(self, loop: object) -> None:
        self._current = None
        channel = self._pools.pop(loop, None)
        if channel is not None:
            channel.close()
