"""The transport of a client that was given none: httpx's own, one for each connection.

httpx's pool looks through all its connections for every request, and again for every answer: at 64 calls at a time that
is most of what a call costs. Here each connection has an httpx transport to itself, and the free ones are a stack.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from .._event_loops import shield
from .._network.settings import Network
from .._network.transport import (
    KEEPALIVE_EXPIRY,
    BaseTransport,
    ByteStream,
    HTTPTransport,
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


class Connection:
    """One connection, and since when it has been free."""

    __slots__ = ("since", "transport")

    def __init__(self, transport: HTTPTransport) -> None:
        self.transport = transport
        self.since = 0.0


class Body(ByteStream):
    """A response's bytes. Closing it frees its connection."""

    def __init__(self, stream: Any, pool: ConnectionPool, connection: Connection) -> None:
        self._stream: Any = stream
        self._pool: ConnectionPool | None = pool
        self._connection: Connection | None = connection
        self._is_whole = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:  # noqa: RUF100, UP028 - only the sync twin could `yield from`
            yield piece
        self._is_whole = True

    def close(self) -> None:
        """Close the response. From then on it holds no connection."""
        stream, pool, connection = self._stream, self._pool, self._connection
        self._stream = self._pool = self._connection = None
        if pool is None or connection is None:
            return
        try:
            stream.close()
        except BaseException:
            pool.drop(connection)
            raise
        pool.give_back(connection, self._is_whole)


class ConnectionPool(BaseTransport):
    """Connections to one origin. Threads may use it together: what they share is changed in single steps."""

    def __init__(self, network: Network) -> None:
        self._context = network.context()
        self._proxy = network.proxy()
        self._connections: set[Connection] = set()
        self._free: deque[Connection] = deque()
        self._overflow: dict[str, HTTPTransport] = {}  # none or one
        self._is_closed = False

    def handle_request(self, request: Request) -> Response:
        """Send `request`; the response's body is still to be read, and to be closed."""
        connection = self._take()
        if connection is None:
            response = self._overflow_transport().handle_request(request)
            self._refuse_if_closed(response)
            return response
        try:
            if self._free and self._is_stale(self._free[0]):
                self._close_stale()
            response = connection.transport.handle_request(request)
            self._refuse_if_closed(response)
        except BaseException:
            self.drop(connection)
            raise
        response.stream = Body(response.stream, self, connection)
        return response

    def close(self) -> None:
        """Close every connection."""
        self._is_closed = True
        transports = [connection.transport for connection in list(self._connections)]
        transports += self._overflow.values()
        self._connections.clear()
        self._free.clear()
        self._overflow.clear()
        with shield():
            for transport in transports:
                transport.close()

    def _refuse_if_closed(self, response: Response) -> None:
        """Raise `ReadError` if the pool was closed meanwhile: nothing else closes a connection that was being made."""
        if self._is_closed:
            with shield():
                response.close()
            raise ReadError("the client was closed during the request")

    def _take(self) -> Connection | None:
        """The connection that was used last, or a new one; None if there are as many as there may be."""
        try:
            return self._free.pop()
        except IndexError:
            if len(self._connections) >= MAX_CONNECTIONS:
                return None
            connection = Connection(self._new_transport())
            self._connections.add(connection)
            return connection

    def _is_stale(self, connection: Connection) -> bool:
        """Whether `connection`, the one that has been free for longest, is to be closed."""
        return connection.since < time.monotonic() - KEEPALIVE_EXPIRY or len(self._free) > MAX_IDLE_CONNECTIONS

    def _close_stale(self) -> None:
        """Close connections that have been free for long, and those beyond the number to keep."""
        with shield():
            while self._free:
                try:
                    connection = self._free.popleft()
                except IndexError:
                    return
                if not self._is_stale(connection):
                    self._free.appendleft(connection)
                    return
                self._connections.discard(connection)
                connection.transport.close()

    def drop(self, connection: Connection) -> None:
        """Close a connection whose state is not known."""
        self._connections.discard(connection)
        with shield():
            connection.transport.close()

    def give_back(self, connection: Connection, is_whole: bool) -> None:
        """Free the connection; or forget it, if it is closed because a response was not read to its end."""
        if not is_whole:
            self._connections.discard(connection)
        elif connection in self._connections:
            connection.since = time.monotonic()
            self._free.append(connection)

    def _overflow_transport(self) -> HTTPTransport:
        """An ordinary pool, for the calls beyond the connections: it has them wait their turn."""
        found = self._overflow.get("")
        return found or self._overflow.setdefault("", self._new_transport(OVERFLOW_LIMITS))

    def _new_transport(self, limits: Limits | None = None) -> HTTPTransport:
        from .._network.backends import http_transport  # imports httpcore

        return http_transport(self._context, self._proxy, limits)
