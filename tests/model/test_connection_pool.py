"""The pools of both clients open, keep and close connections as a list of them in Python does."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, suppress
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backboard_threads._async import connection_pool as async_pool
from backboard_threads._network import backends
from backboard_threads._network.settings import Network
from backboard_threads._network.transport import KEEPALIVE_EXPIRY
from backboard_threads._sync import connection_pool as sync_pool
from tests.support.client.calls import ADDRESS, HALVES
from tests.support.examples import examples
from tests.support.virtual_time import VirtualClock, VirtualLoop, virtual_time

MOST, MOST_IDLE = 3, 1
EXAMPLES = {"sync": 40, "async": 10}


class Stopped(BaseException):
    """A cancellation, or Ctrl+C."""


class Line(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """One connection, or all beyond the limit; `opened` has those that are open."""

    def __init__(self, opened: set[Any], limits: Any) -> None:
        self.opened = opened
        self.is_overflow = limits is not None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.opened.add(self)
        if request.extensions["fault"] is not None:
            raise request.extensions["fault"]
        return httpx.Response(200, stream=Pieces(self, request.extensions["end"]), extensions={"line": self})

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)

    def close(self) -> None:
        self.opened.discard(self)

    async def aclose(self) -> None:
        self.close()


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body. As in httpcore, its connection is closed if it was not read to its `end`."""

    def __init__(self, line: Line, end: str) -> None:
        self.line = line
        self.end = end

    def __iter__(self) -> Iterator[bytes]:
        yield b"x"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"x"

    def close(self) -> None:
        if self.end == "part" and not self.line.is_overflow:
            self.line.close()
        if self.end == "broken":
            raise httpx.ReadError("broken")

    async def aclose(self) -> None:
        self.close()


begin = st.tuples(
    st.just("begin"),
    st.sampled_from([None, None, None, httpx.ConnectError("no"), Stopped()]),
    st.sampled_from(["whole", "whole", "whole", "part", "broken"]),
)
end = st.tuples(st.just("end"), st.integers(0, 9), st.none())
wait = st.tuples(st.just("wait"), st.sampled_from([0.25, 3.0, 5.0]), st.none())


async def play(half: str, clock: VirtualClock, opened: set[Any], steps: list[tuple[str, Any, Any]]) -> None:
    network = Network(ADDRESS, verify=True, cert=None, proxy=None, trust_env=False, uses_tls=False)
    pool: Any = (async_pool.AsyncConnectionPool if half == "async" else sync_pool.ConnectionPool)(network)
    idle: list[tuple[Line, float]] = []
    busy: list[tuple[httpx.Response, str]] = []
    overflow: set[Any] = set()

    async def do(result: Any) -> Any:
        return await result if inspect.isawaitable(result) else result

    async def finish(response: httpx.Response, how: str) -> None:
        with suppress(httpx.ReadError):
            if how == "whole":
                await do(response.aread() if half == "async" else response.read())
            await do(response.aclose() if half == "async" else response.close())

    for kind, value, how in steps:
        if kind == "wait":
            clock.advance(value)
        elif kind == "begin":
            held = [one for one, _ in busy if not one.extensions["line"].is_overflow]
            expected = idle.pop()[0] if idle else None
            is_overflow = len(held) == MOST
            while idle and (clock.now - idle[0][1] > KEEPALIVE_EXPIRY or len(idle) > MOST_IDLE):
                idle.pop(0)
            known = set(opened)
            request = httpx.Request("GET", ADDRESS, extensions={"fault": value, "end": how})
            try:
                response = await do(
                    pool.handle_async_request(request) if half == "async" else pool.handle_request(request)
                )
            except (httpx.ConnectError, Stopped):
                assert value is not None
                overflow |= opened - known if is_overflow else set()
            else:
                line = response.extensions["line"]
                assert line.is_overflow == is_overflow
                assert is_overflow or line is expected or (expected is None and line not in known)
                overflow |= {line} if is_overflow else set()
                busy.append((response, how))
        elif busy:
            response, how = busy.pop(value % len(busy))
            await finish(response, how)
            if how == "whole" and response.extensions["line"] not in overflow:
                idle.append((response.extensions["line"], clock.now))
        assert opened == {line for line, _ in idle} | {one.extensions["line"] for one, _ in busy} | overflow
        assert len(overflow) <= 1
    await do(pool.aclose() if half == "async" else pool.close())
    assert opened == set()
    for response, how in busy:
        await finish(response, how)
    assert opened == set()


@pytest.mark.parametrize("half", HALVES)
def test_connections_are_opened_kept_and_closed_as_the_model_says(half: str) -> None:
    @examples(EXAMPLES[half])
    @given(st.lists(begin | begin | end | end | wait, max_size=25))
    def check(steps: list[tuple[str, Any, Any]]) -> None:
        opened: set[Any] = set()

        def line(context: Any, proxy: Any, limits: Any = None) -> Line:
            return Line(opened, limits)

        with ExitStack() as stack:
            clock = stack.enter_context(virtual_time())
            for module in (async_pool, sync_pool):
                stack.enter_context(patch.object(module, "MAX_CONNECTIONS", MOST))
                stack.enter_context(patch.object(module, "MAX_IDLE_CONNECTIONS", MOST_IDLE))
            stack.enter_context(patch.object(backends, "http_transport", line))
            stack.enter_context(patch.object(backends, "async_http_transport", line))
            with asyncio.Runner(loop_factory=lambda: VirtualLoop(clock)) as runner:
                runner.run(play(half, clock, opened, steps))

    check()
