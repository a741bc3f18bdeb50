"""The network under a client: each attempt goes as a script says, and what stays open is known.

It takes the place of httpx's own transports, so that the client's connection pool is in use. A wait ends with the
time-out of its phase, as httpcore has it.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import httpx

from backboard_threads._async import connection_pool as async_pool
from backboard_threads._network import backends
from backboard_threads._sync import connection_pool as sync_pool
from tests.support.virtual_time import VirtualClock

TIMEOUTS = {"connect": httpx.ConnectTimeout, "write": httpx.WriteTimeout, "read": httpx.ReadTimeout}
PHASES = ("connect", "write", "head", "body")
LIMITS = {"connect": "connect", "write": "write", "head": "read", "body": "read"}
"""The time-out that bounds a wait in each phase."""


@dataclass(frozen=True)
class Attempt:
    """The course of one request. `waits` are the seconds of connecting, sending and waiting for the head; the body
    comes in a piece after each of `drips`. `error` is raised at the end of `phase`."""

    status: int = 200
    body: bytes | None = None
    """None: what the call expects."""
    headers: tuple[tuple[str, str], ...] = ()
    waits: tuple[float, float, float] = (0.0, 0.0, 0.0)
    drips: tuple[float, ...] = (0.0,)
    phase: str = ""
    error: type[Exception] | None = None

    def end(self, phase: str) -> None:
        """Raise the error of a phase."""
        if self.phase == phase and self.error is not None:
            raise made(self.error)


@dataclass
class Sent:
    """A request as the network saw it; `is_out` once a part of it may have arrived."""

    method: str
    headers: httpx.Headers
    at: float
    content: bytes = b""
    is_out: bool = False


@dataclass
class ScriptedNetwork:
    """Plays `script`, an attempt for each request."""

    clock: VirtualClock
    script: deque[Attempt] = field(default_factory=deque)
    otherwise: Attempt = field(default_factory=Attempt)
    """The attempts beyond the script."""
    answer: Callable[[httpx.Request], bytes] = lambda request: b"{}"
    sent: list[Sent] = field(default_factory=list)
    bodies: set[Any] = field(default_factory=set)
    """Bodies that are not closed."""
    transports: set[Any] = field(default_factory=set)
    """Transports that were used and are not closed."""

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Take the place of the network under httpx's transports; each pool may have one connection."""
        network = self

        def handle(self: Any, request: httpx.Request) -> httpx.Response:
            network.transports.add(self)
            steps = network._exchange(self, request)
            while True:
                try:
                    network.clock.advance(next(steps))
                except StopIteration as end:
                    response: httpx.Response = end.value
                    return response

        async def handle_async(self: Any, request: httpx.Request) -> httpx.Response:
            network.transports.add(self)
            steps = network._exchange(self, request)
            while True:
                try:
                    await asyncio.sleep(next(steps))
                except StopIteration as end:
                    response: httpx.Response = end.value
                    return response

        def close(self: Any) -> None:
            network.transports.discard(self)

        async def aclose(self: Any) -> None:
            network.transports.discard(self)

        def single(make: Callable[..., Any]) -> Callable[..., Any]:
            def make_one(context: Any, proxy: Any, limits: Any = None) -> Any:
                assert limits is None, "a call waits for a connection, though none is in use"
                return make(context, proxy)

            return make_one

        with (
            patch.object(sync_pool, "MAX_CONNECTIONS", 1),
            patch.object(async_pool, "MAX_CONNECTIONS", 1),
            patch.object(backends, "http_transport", single(backends.http_transport)),
            patch.object(backends, "async_http_transport", single(backends.async_http_transport)),
            patch.object(httpx.HTTPTransport, "handle_request", handle),
            patch.object(httpx.AsyncHTTPTransport, "handle_async_request", handle_async),
            patch.object(httpx.HTTPTransport, "close", close),
            patch.object(httpx.AsyncHTTPTransport, "aclose", aclose),
        ):
            yield

    def _exchange(self, transport: Any, request: httpx.Request) -> Iterator[float]:
        assert not self.bodies, "a second connection, while an answer is still open"
        attempt = self.script.popleft() if self.script else self.otherwise
        sent = Sent(request.method, httpx.Headers(request.headers), self.clock.now)
        self.sent.append(sent)
        timeouts = request.extensions["timeout"]
        yield from self.phase(timeouts, attempt, "connect")
        sent.is_out, sent.content = True, b"".join(request.stream)  # type: ignore[arg-type] # both kinds of stream at once
        yield from self.phase(timeouts, attempt, "write")
        yield from self.phase(timeouts, attempt, "head")
        content = self.answer(request) if attempt.body is None else attempt.body
        return httpx.Response(
            attempt.status, headers=attempt.headers, stream=_Body(self, transport, timeouts, attempt, content)
        )

    def phase(self, timeouts: Any, attempt: Attempt, phase: str) -> Iterator[float]:
        """Wait as long as the attempt says, and raise its error."""
        yield from self.wait(timeouts, phase, attempt.waits[PHASES.index(phase)])
        attempt.end(phase)

    def wait(self, timeouts: Any, phase: str, seconds: float) -> Iterator[float]:
        """Wait, at most as long as the client does."""
        limit = timeouts.get(LIMITS[phase], None)
        if limit is not None and seconds > limit:
            yield limit
            raise TIMEOUTS[LIMITS[phase]]("")
        yield seconds


def made(error: type[Exception]) -> Exception:
    """An exception of httpx's."""
    try:
        return error("of the script")
    except TypeError:
        return error()


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A response's bytes. Closing it before its end closes its connection, as httpcore does."""

    def __init__(
        self, network: ScriptedNetwork, transport: Any, timeouts: Any, attempt: Attempt, content: bytes
    ) -> None:
        self._network = network
        self._transport = transport
        self._is_whole = False
        self._steps = self._pieces(timeouts, attempt, content)
        network.bodies.add(self)

    def _pieces(self, timeouts: Any, attempt: Attempt, content: bytes) -> Iterator[float | bytes]:
        size = len(content) // max(1, len(attempt.drips)) + 1
        for number, seconds in enumerate(attempt.drips, 1):
            yield from self._network.wait(timeouts, "body", seconds)
            if number == len(attempt.drips):
                attempt.end("body")
            yield content[(number - 1) * size : number * size]
        self._is_whole = True

    def __iter__(self) -> Iterator[bytes]:
        for step in self._steps:
            if isinstance(step, bytes):
                yield step
            else:
                self._network.clock.advance(step)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self._steps:
            if isinstance(step, bytes):
                yield step
            else:
                await asyncio.sleep(step)

    def close(self) -> None:
        self._network.bodies.discard(self)
        if not self._is_whole:
            self._network.transports.discard(self._transport)

    async def aclose(self) -> None:
        self.close()
