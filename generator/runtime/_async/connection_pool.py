"""How requests go out: over connections of our own, or over what the caller of the constructor gave.

httpx's pool looks through all its connections for every request, and again for every answer: at 64 calls at a time that
is most of what a call costs. So each connection here has a pool of its own, a lane, and the free lanes are a stack.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from functools import partial
from ssl import SSLContext
from typing import Any

from .._event_loops import close_with_loop, is_over, running_loop
from .._transport import (
    LIMITS,
    AsyncBaseTransport,
    AsyncByteStream,
    AsyncHTTPClient,
    AsyncHTTPTransport,
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


class AsyncBody(AsyncByteStream):
    """A response's bytes, until the deadline; it gives its lane back when it is closed."""

    def __init__(self, stream: Any, deadline: float | None, release: Callable[[bool], None] | None) -> None:
        self._stream: Any = stream
        self._deadline = deadline
        self._release = release
        self._is_whole = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        deadline = self._deadline
        async for piece in self._stream:
            if deadline is not None and time.monotonic() > deadline:
                raise ReadTimeout("the answer was still coming")
            yield piece
        self._is_whole = True

    async def aclose(self) -> None:
        """Close the answer. What is kept of it from then on holds no request and no connection."""
        stream, release = self._stream, self._release
        self._stream = self._release = None
        try:
            if stream is not None:
                await stream.aclose()
        finally:
            if release is not None:
                release(self._is_whole)


class AsyncUserTransport:
    """An httpx client or transport, as the constructor was given it; or a client of our own, where there is a proxy."""

    def __init__(self, given: AsyncHTTPClient | AsyncBaseTransport, *, is_ours: bool = False) -> None:
        self._given = given
        self._is_ours = is_ours

    async def send(self, request: Request, deadline: float | None) -> Response:
        """Send `request`; the response's body is still to be read."""
        if isinstance(self._given, AsyncHTTPClient):
            response = await self._given.send(request, stream=True, follow_redirects=False)
        else:
            response = await self._given.handle_async_request(request)
            response.request = request
        response.stream = AsyncBody(response.stream, deadline, None)
        return response

    async def aclose(self) -> None:
        """Close what is ours; what was given is its giver's to close."""
        if self._is_ours:
            await self._given.aclose()


class AsyncConnection:
    """One connection, and since when it has been free."""

    __slots__ = ("since", "transport")

    def __init__(self, transport: AsyncHTTPTransport) -> None:
        self.transport = transport
        self.since = 0.0


class AsyncConnectionPool:
    """Connections of our own. Threads may use it together: what they share is changed in single steps."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        self._tls: SSLContext | None = None
        self._lanes: set[AsyncConnection] = set()
        self._free: deque[AsyncConnection] = deque()
        self._queue: AsyncHTTPTransport | None = None

    async def send(self, request: Request, deadline: float | None) -> Response:
        """Send `request`; the response's body is still to be read, and to be closed."""
        lane = await self._take()
        if lane is None:
            response = await self._waiting().handle_async_request(request)
            response.stream = AsyncBody(response.stream, deadline, None)
        else:
            try:
                response = await lane.transport.handle_async_request(request)
            except BaseException:
                self._give_back(lane, False)
                raise
            response.stream = AsyncBody(response.stream, deadline, partial(self._give_back, lane))
        response.request = request
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        lanes, queue = list(self._lanes), self._queue
        self._lanes.clear()
        self._free.clear()
        self._queue = None
        for lane in lanes:
            await lane.transport.aclose()
        if queue is not None:
            await queue.aclose()

    async def _take(self) -> AsyncConnection | None:
        """The lane that was used last, or a new one; None if there are as many as there may be."""
        try:
            lane = self._free.pop()
        except IndexError:
            if len(self._lanes) >= MAX_CONNECTIONS:
                return None
            lane = AsyncConnection(AsyncHTTPTransport(verify=self._context(), limits=LIMITS))
            self._lanes.add(lane)
            return lane
        await self._drop_idle()
        return lane

    async def _drop_idle(self) -> None:
        """Close lanes that have been free for long, and those beyond the number to keep."""
        before = time.monotonic() - KEEPALIVE_EXPIRY
        while self._free and (self._free[0].since < before or len(self._free) > MAX_IDLE_CONNECTIONS):
            try:
                lane = self._free.popleft()
            except IndexError:
                return
            self._lanes.discard(lane)
            await lane.transport.aclose()

    def _give_back(self, lane: AsyncConnection, is_whole: bool) -> None:
        """Free the lane; or forget it, if its connection is closed because an answer was not read to its end."""
        if not is_whole:
            self._lanes.discard(lane)
        elif lane in self._lanes:
            lane.since = time.monotonic()
            self._free.append(lane)

    def _waiting(self) -> AsyncHTTPTransport:
        """An ordinary pool, for the calls beyond the lanes: it has them wait their turn."""
        if self._queue is None:
            self._queue = AsyncHTTPTransport(verify=self._context())
        return self._queue

    def _context(self) -> SSLContext:
        """The one TLS context of all lanes; it takes 15 ms to load the certificates that plain http has no use for."""
        if self._tls is None:
            self._tls = tls_context(self._secure)
        return self._tls


class AsyncPoolRegistry:
    """The channels of a client and of its copies: one for each event loop, and none inherited by a forked process."""

    def __init__(self, base_url: str, given: AsyncHTTPClient | AsyncBaseTransport | None) -> None:
        self._secure = base_url.startswith("https:")
        self._given = None if given is None else AsyncUserTransport(given)
        self.are_given = given is not None
        self._is_closed = False
        self._pid = os.getpid()
        self._pools: dict[object, AsyncUserTransport | AsyncConnectionPool] = {}
        self._keepers: dict[object, object] = {}
        self._inherited: list[object] = []
        self._current: tuple[object, int, AsyncUserTransport | AsyncConnectionPool] | None = None

    async def current(self) -> AsyncUserTransport | AsyncConnectionPool:
        """The channel for here and now. Raises `RuntimeError` after `aclose`."""
        loop, pid, current = running_loop(), os.getpid(), self._current
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
        channel = self._pools.get(loop) or await self._open(loop)
        self._current = (loop, pid, channel)
        return channel

    async def _open(self, loop: object) -> AsyncUserTransport | AsyncConnectionPool:
        for other in [other for other in self._pools if is_over(other)]:
            self._pools.pop(other, None)
            self._keepers.pop(other, None)
        opened: AsyncUserTransport | AsyncConnectionPool
        if proxies_are_set():
            opened = AsyncUserTransport(AsyncHTTPClient(verify=tls_context(self._secure)), is_ours=True)
        else:
            opened = AsyncConnectionPool(secure=self._secure)
        channel = self._pools.setdefault(loop, opened)
        if channel is opened:
            await close_with_loop(partial(self._close, loop), self._keepers, loop)
        return channel

    async def aclose(self) -> None:
        """Close the connections made in this event loop; those of another close with it."""
        self._is_closed = True
        await self._close(running_loop())

    async def _close(self, loop: object) -> None:
        self._current = None
        channel = self._pools.pop(loop, None)
        if channel is not None:
            await channel.aclose()
