"""The transport of a client that was given none: httpx's own, one for each connection.

httpx's pool looks through all its connections for every request, and again for every answer: at 64 calls at a time that
is most of what a call costs. Here each connection has an httpx transport to itself, and the free ones are a stack.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from .._event_loops import async_shield
from .._network.settings import Network
from .._network.transport import (
    KEEPALIVE_EXPIRY,
    AsyncBaseTransport,
    AsyncByteStream,
    AsyncHTTPTransport,
    Limits,
    ReadError,
    Request,
    Response,
)

MAX_CONNECTIONS = 1000
"""Connections at a time; calls beyond them wait for one."""
OVERFLOW_LIMITS = Limits(max_connections=100)
MAX_IDLE_CONNECTIONS = 100
"""Connections kept open without work."""


class AsyncConnection:
    """One connection, and since when it has been free."""

    __slots__ = ("since", "transport")

    def __init__(self, transport: AsyncHTTPTransport) -> None:
        self.transport = transport
        self.since = 0.0


class AsyncBody(AsyncByteStream):
    """A response's bytes. Closing it frees its connection."""

    def __init__(self, stream: Any, pool: AsyncConnectionPool, connection: AsyncConnection) -> None:
        self._stream: Any = stream
        self._pool: AsyncConnectionPool | None = pool
        self._connection: AsyncConnection | None = connection
        self._is_whole = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:  # noqa: RUF100, UP028 - only the sync twin could `yield from`
            yield piece
        self._is_whole = True

    async def aclose(self) -> None:
        """Close the response. From then on it holds no connection."""
        stream, pool, connection = self._stream, self._pool, self._connection
        self._stream = self._pool = self._connection = None
        if pool is None or connection is None:
            return
        try:
            await stream.aclose()
        except BaseException:
            await pool.drop(connection)
            raise
        pool.give_back(connection, self._is_whole)


class AsyncConnectionPool(AsyncBaseTransport):
    """Connections to one origin. Threads may use it together: what they share is changed in single steps."""

    def __init__(self, network: Network) -> None:
        self._context = network.context()
        self._proxy = network.proxy()
        self._connections: set[AsyncConnection] = set()
        self._free: deque[AsyncConnection] = deque()
        self._overflow: dict[str, AsyncHTTPTransport] = {}  # none or one
        self._is_closed = False

    async def handle_async_request(self, request: Request) -> Response:
        """Send `request`; the response's body is still to be read, and to be closed."""
        connection = self._take()
        if connection is None:
            response = await self._overflow_transport().handle_async_request(request)
            await self._refuse_if_closed(response)
            return response
        try:
            if self._free and self._is_stale(self._free[0]):
                await self._close_stale()
            response = await connection.transport.handle_async_request(request)
            await self._refuse_if_closed(response)
        except BaseException:
            await self.drop(connection)
            raise
        response.stream = AsyncBody(response.stream, self, connection)
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        self._is_closed = True
        transports = [connection.transport for connection in list(self._connections)]
        transports += self._overflow.values()
        self._connections.clear()
        self._free.clear()
        self._overflow.clear()
        with async_shield():
            for transport in transports:
                await transport.aclose()

    async def _refuse_if_closed(self, response: Response) -> None:
        """Raise `ReadError` if the pool was closed meanwhile: nothing else closes a connection that was being made."""
        if self._is_closed:
            with async_shield():
                await response.aclose()
            raise ReadError("the client was closed during the request")

    def _take(self) -> AsyncConnection | None:
        """The connection that was used last, or a new one; None if there are as many as there may be."""
        try:
            return self._free.pop()
        except IndexError:
            if len(self._connections) >= MAX_CONNECTIONS:
                return None
            connection = AsyncConnection(self._new_transport())
            self._connections.add(connection)
            return connection

    def _is_stale(self, connection: AsyncConnection) -> bool:
        """Whether `connection`, the one that has been free for longest, is to be closed."""
        return connection.since < time.monotonic() - KEEPALIVE_EXPIRY or len(self._free) > MAX_IDLE_CONNECTIONS

    async def _close_stale(self) -> None:
        """Close connections that have been free for long, and those beyond the number to keep."""
        with async_shield():
            while self._free:
                try:
                    connection = self._free.popleft()
                except IndexError:
                    return
                if not self._is_stale(connection):
                    self._free.appendleft(connection)
                    return
                self._connections.discard(connection)
                await connection.transport.aclose()

    async def drop(self, connection: AsyncConnection) -> None:
        """Close a connection whose state is not known."""
        self._connections.discard(connection)
        with async_shield():
            await connection.transport.aclose()

    def give_back(self, connection: AsyncConnection, is_whole: bool) -> None:
        """Free the connection; or forget it, if it is closed because a response was not read to its end."""
        if not is_whole:
            self._connections.discard(connection)
        elif connection in self._connections:
            connection.since = time.monotonic()
            self._free.append(connection)

    def _overflow_transport(self) -> AsyncHTTPTransport:
        """An ordinary pool, for the calls beyond the connections: it has them wait their turn."""
        found = self._overflow.get("")
        return found or self._overflow.setdefault("", self._new_transport(OVERFLOW_LIMITS))

    def _new_transport(self, limits: Limits | None = None) -> AsyncHTTPTransport:
        from .._network.backends import async_http_transport  # imports httpcore

        return async_http_transport(self._context, self._proxy, limits)
