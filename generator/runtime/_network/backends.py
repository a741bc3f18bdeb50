"""httpx's transports over our own network backends: reads respect a deadline, and answered uploads end.

Imported with the first connection, as it imports httpcore.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from collections.abc import Iterable
from typing import Any, cast

import httpcore

from .transport import KEEPALIVE_EXPIRY, AsyncHTTPTransport, HTTPTransport, Limits, Proxy, Seconds

CONNECTION_LIMITS = Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEPALIVE_EXPIRY)
"""For the httpx transport around a single connection."""
UPLOAD_PIECE_BYTES = 16 * 1024
"""Size from which a write counts as a piece of an upload."""


def _check_unanswered(stream: httpcore.NetworkStream | httpcore.AsyncNetworkStream, buffer: bytes) -> None:
    """Stop an upload whose answer has come already: httpcore reads it after a failed write.

    Not over TLS, where session tickets come unasked.
    """
    if len(buffer) >= UPLOAD_PIECE_BYTES and stream.get_extra_info("is_readable"):
        raise httpcore.WriteError("the answer came before the end of the request")


def _left(timeout: float | None, error_class: type[Exception]) -> float | None:
    """Return the time-out of one operation on a connection. Raises `error_class` after the deadline."""
    if not isinstance(timeout, Seconds):
        return timeout
    left = timeout.left()
    if left <= 0:
        raise error_class
    return left


class DeadlineStream(httpcore.NetworkStream):
    """A sync connection whose every read and write ends at the deadline, however slowly the bytes come."""

    def __init__(self, stream: httpcore.NetworkStream, *, is_plain: bool = True) -> None:
        self._stream = stream
        self._is_plain = is_plain

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read up to `max_bytes`."""
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of `buffer`."""
        if self._is_plain:
            _check_unanswered(self._stream, buffer)
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same connection with TLS on it."""
        left = _left(timeout, httpcore.ConnectTimeout)
        return DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, left), is_plain=False)

    def get_extra_info(self, info: str) -> Any:
        """Return the underlying stream's information."""
        return self._stream.get_extra_info(info)


def bound_by_deadline(stream: object) -> bool:
    """Have a sync connection of a caller's client respect the deadlines of our calls, and return whether it does.

    Other requests on it, whose time-outs are plain numbers, are as before. HTTP/2 is left alone: there a read that ends
    breaks the connection of all.
    """
    if not isinstance(stream, httpcore.NetworkStream):
        return False
    tls = stream.get_extra_info("ssl_object")
    if tls is not None and tls.selected_alpn_protocol() == "h2":
        return False
    if not isinstance(stream, DeadlineStream) and "read" not in vars(stream):
        read, write = stream.read, stream.write

        def bounded_read(max_bytes: int, timeout: float | None = None) -> bytes:
            return read(max_bytes, _left(timeout, httpcore.ReadTimeout))

        def bounded_write(buffer: bytes, timeout: float | None = None) -> None:
            write(buffer, _left(timeout, httpcore.WriteTimeout))

        vars(stream).update(read=bounded_read, write=bounded_write)
    return True


def trace_connections(event: str, info: dict[str, Any]) -> None:
    """Bound the resolver, and a connection as soon as httpcore has made it: its extension `trace`."""
    if event.endswith(".connect_tcp.started"):
        timeout = info["timeout"]
        if isinstance(timeout, Seconds) and timeout.has_deadline:
            addresses = _resolve(info["host"], info["port"], timeout)
            # httpcore connects with these arguments: to each address in turn, with this time-out.
            info["timeout"] = min(float(timeout), max(timeout.left(), 0.001) / len(addresses))
            if len(addresses) == 1:
                info["host"] = addresses[0]
    elif event.endswith((".connect_tcp.complete", ".connect_unix_socket.complete", ".start_tls.complete")):
        bound_by_deadline(info["return_value"])


def _resolve(host: str, port: int, timeout: Seconds) -> list[str]:
    """Return the addresses of `host`. Raises `ConnectError`, or `ConnectTimeout` at the deadline.

    Nothing interrupts the system's resolver: it runs in a thread, which is left to end by itself.
    """
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    else:
        return [host]
    found: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put(list(dict.fromkeys(str(info[4][0]) for info in infos)))
        except (OSError, UnicodeError) as error:
            found.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=resolve, name=f"resolve {host}", daemon=True).start()
    try:
        answer = found.get(timeout=max(timeout.left(), 0.0))
    except queue.Empty:
        raise httpcore.ConnectTimeout(f"the address of {host} was not found in time") from None
    if isinstance(answer, OSError):
        raise httpcore.ConnectError(str(answer)) from answer
    return answer


class DeadlineBackend(httpcore.NetworkBackend):
    """Makes sync connections that respect a deadline in every read and write."""

    def __init__(self) -> None:
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of `host` that answers: each may take `timeout`, none passes the deadline."""
        if not isinstance(timeout, Seconds):
            return DeadlineStream(self._backend.connect_tcp(host, port, timeout, local_address, socket_options))
        failed: Exception = httpcore.ConnectTimeout()
        for address in _resolve(host, port, timeout):
            left = timeout.left()
            if left <= 0:
                break
            try:
                return DeadlineStream(self._backend.connect_tcp(address, port, left, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._backend.sleep(seconds)


class AsyncUploadStream(httpcore.AsyncNetworkStream):
    """An async connection that ends uploads which were answered; deadlines cancel it."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read up to `max_bytes`."""
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of `buffer`."""
        _check_unanswered(self._stream, buffer)
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """The connection with TLS on it."""
        return await self._stream.start_tls(ssl_context, server_hostname, timeout)

    def get_extra_info(self, info: str) -> Any:
        """Return the underlying stream's information."""
        return self._stream.get_extra_info(info)


class AsyncUploadBackend(httpcore.AsyncNetworkBackend):
    """Makes async connections that end uploads which were answered."""

    def __init__(self) -> None:
        # pyright takes it for the stand-in that httpcore has where anyio is not installed
        self._backend = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect."""
        return AsyncUploadStream(await self._backend.connect_tcp(host, port, timeout, local_address, socket_options))

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._backend.sleep(seconds)


def _socket_options() -> list[tuple[int, int, int]]:
    """TCP keep-alive: an idle connection that a firewall forgot is noticed within two minutes."""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options


SOCKET_OPTIONS = _socket_options()


def http_transport(context: Any, proxy: Proxy | None, limits: Limits | None = None) -> HTTPTransport:
    """Return a transport of httpx's own whose connections respect deadlines."""
    transport = HTTPTransport(
        verify=context, limits=limits or CONNECTION_LIMITS, proxy=proxy, socket_options=SOCKET_OPTIONS
    )
    # httpx has no argument for httpcore's backend.
    transport._pool._network_backend = DeadlineBackend()  # pyright: ignore[reportPrivateUsage]
    return transport


def async_http_transport(context: Any, proxy: Proxy | None, limits: Limits | None = None) -> AsyncHTTPTransport:
    """Return the same for the async client, where a deadline cancels."""
    transport = AsyncHTTPTransport(
        verify=context, limits=limits or CONNECTION_LIMITS, proxy=proxy, socket_options=SOCKET_OPTIONS
    )
    transport._pool._network_backend = AsyncUploadBackend()  # pyright: ignore[reportPrivateUsage]
    return transport
