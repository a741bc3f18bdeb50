"""Waiting in the async and in the sync client: the pairs that cannot be derived from one another.

`_async` uses the first of each pair, the derived `_sync` the second (`generator/unasync.py` knows the names).
"""

from __future__ import annotations

import contextlib
import inspect
import sys
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator, Sequence
from functools import cached_property, partial
from importlib import import_module
from typing import Any, TypeVar

from ._network.transport import ReadError, ReadTimeout, Request, Response

T = TypeVar("T")


async def async_pause(seconds: float) -> None:
    """Wait, under asyncio or trio."""
    import anyio  # httpx's own dependency, loaded with its first async request

    await anyio.sleep(seconds)


def pause(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def running_loop() -> object:
    """The event loop that the caller runs in: connections made in one are of no use in another."""
    import asyncio  # 13 ms, which the sync client need not spend

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        trio = sys.modules.get("trio")
        if trio is None:
            raise
        token: object = trio.lowlevel.current_trio_token()
        return token


def no_loop() -> object:
    """Sync twin of `running_loop`: without an event loop, every thread can use every connection."""
    return None


def is_over(loop: object) -> bool:
    """Whether the event loop is closed."""
    is_closed = getattr(loop, "is_closed", None)
    return is_closed is not None and bool(is_closed())


async def close_with_loop(close: Callable[[], Awaitable[None]]) -> object:
    """Have `close` run when the running event loop shuts down, for as long as the result is kept.

    A loop closes the asynchronous generators left in it (`asyncio.run`, `loop.shutdown_asyncgens`, trio): so a client
    that is used in several event loops, and closed in none, leaves no socket behind in any.
    """
    keeper = _keeper(close)
    await anext(keeper)
    return keeper


async def _keeper(close: Callable[[], Awaitable[None]]) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await close()


def close_with_process(close: Callable[[], None]) -> object:
    """Sockets that no loop watches close with their process."""
    return None


def async_preload(client: object) -> None:
    """Load the resources and what their first call needs, so that no event loop waits for it."""
    for name in (
        "anyio.to_thread",
        "msgspec.json",
        "anyio._backends._asyncio",
        "sniffio",
        f"{__package__}._network.backends",
        f"{__package__}._async.connection_pool",
        f"{__package__}._async.sender",
    ):
        with contextlib.suppress(ImportError):
            import_module(name)
    models = import_module(f"{__package__}.models")
    for name in models.__all__:
        getattr(models, name)
    for name, attribute in vars(type(client)).items():
        if isinstance(attribute, cached_property):
            getattr(client, name)


def preload(client: object) -> None:
    """Load each resource when it is first used."""


def async_shield() -> contextlib.AbstractContextManager[object]:
    """A block that a cancellation does not interrupt: for closing, which ends soon."""
    import anyio

    return anyio.CancelScope(shield=True)


def shield() -> contextlib.AbstractContextManager[object]:
    """Nothing is cancelled here."""
    return contextlib.nullcontext()


@contextlib.contextmanager
def async_until(moment: float | None) -> Generator[None]:
    """Cancel the block at `moment`, on the clock of `time.monotonic`, and raise `ReadTimeout` in its place."""
    if moment is None:
        yield
        return
    import anyio

    with anyio.CancelScope(deadline=anyio.current_time() + moment - time.monotonic()) as scope:
        yield
    if scope.cancelled_caught:
        raise ReadTimeout("")


def until(moment: float | None) -> contextlib.AbstractContextManager[None]:
    """The connection itself respects the deadline: `_network_stream.DeadlineStream`."""
    return contextlib.nullcontext()


def async_bound_connections(request: Request) -> None:
    """A deadline cancels, whatever the connection is."""


def bound_connections(request: Request) -> None:
    """Have connections that a caller's client makes for `request` respect its deadline."""
    from ._network.backends import trace_connections

    request.extensions["trace"] = trace_connections


def async_bound_reads(response: Response) -> bool:
    """Return whether reading the body ends at the deadline."""
    return True


def bound_reads(response: Response) -> bool:
    """Have the connection of a caller's client respect the deadline, and return whether it does."""
    from ._network.backends import bound_by_deadline

    return response.http_version != "HTTP/2" and bound_by_deadline(response.extensions.get("network_stream"))


async def async_blocking(function: Callable[[], T]) -> T:
    """The result of a function that may block, run in a thread."""
    import anyio.to_thread

    return await anyio.to_thread.run_sync(function, abandon_on_cancel=True)


def blocking(function: Callable[[], T]) -> T:
    """The result of a function that may block."""
    return function()


async def async_result(value: Any) -> Any:
    """Return the result of a callback, awaited if it is a coroutine."""
    return await value if inspect.isawaitable(value) else value


def result(value: Any) -> Any:
    """Return the result of a callback. Raises `TypeError` for a coroutine, which only the async client can await."""
    if inspect.isawaitable(value):
        if inspect.iscoroutine(value):
            value.close()
        raise TypeError("a callback of the sync client must not be a coroutine function: use the async client")
    return value


async def async_called(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Return the result of a function: of a coroutine function here, of any other in a thread."""
    if inspect.iscoroutinefunction(function):
        return await function(**arguments)
    return await async_result(await async_blocking(partial(function, **arguments)))


def called(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Return the result of a function."""
    return result(function(**arguments))


async def async_all(functions: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """Return the results of functions that run at once. None of them raises an error of its own."""
    import anyio

    results: dict[int, T] = {}

    async def run(number: int, function: Callable[[], Awaitable[T]]) -> None:
        results[number] = await function()

    async with anyio.create_task_group() as group:
        for number, function in enumerate(functions):
            group.start_soon(run, number, function)
    return [results[number] for number in range(len(functions))]


def all_in_turn(functions: Sequence[Callable[[], T]]) -> list[T]:
    """Return the results of functions, one after the other."""
    return [function() for function in functions]


def async_lock() -> Any:
    """A lock for the running event loop."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return sys.modules["trio"].Lock()
    return asyncio.Lock()


def lock() -> threading.Lock:
    """A lock for threads."""
    return threading.Lock()


class AsyncReader:
    """A body, piece by piece. Under asyncio a cancelled read loses nothing: it goes on, and the next read takes it up.

    Under trio, which has no tasks without a nursery, cancelling a read ends the body.
    """

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._task: Any = None

    async def _step(self) -> bytes | None:
        return await anext(self._pieces, None)

    async def next(self, deadline: float | None) -> bytes | None:
        """The next piece; None after the last. Raises `ReadTimeout` at the deadline."""
        if deadline is not None and time.monotonic() > deadline:
            raise ReadTimeout("")
        asyncio = sys.modules["asyncio"]
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            with async_until(deadline):
                return await self._step()
        task = self._task
        if task is None:
            task = self._task = loop.create_task(self._step())
            task.add_done_callback(_forget_error)
        left = None if deadline is None else max(deadline - time.monotonic(), 0.0)
        await asyncio.wait((task,), timeout=left)
        if not task.done():
            raise ReadTimeout("")
        self._task = None
        if task.cancelled():
            raise ReadError("the stream was closed")
        result: bytes | None = task.result()
        return result

    async def close(self) -> None:
        """Give up a read that is under way."""
        task, self._task = self._task, None
        if task is not None and not task.done():
            task.cancel()
            await sys.modules["asyncio"].wait((task,))


def _forget_error(task: Any) -> None:
    """Let asyncio not report an error that came after its reader had gone."""
    if not task.cancelled():
        task.exception()


class Reader:
    """A body, piece by piece; a connection that is `bound_by_deadline` respects it by itself."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def next(self, deadline: float | None) -> bytes | None:
        """The next piece; None after the last. Raises `ReadTimeout` at the deadline."""
        if deadline is not None and time.monotonic() > deadline:
            raise ReadTimeout("")
        return next(self._pieces, None)

    def close(self) -> None:
        """Nothing is under way."""
