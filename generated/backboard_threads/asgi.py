"""An ASGI application in place of a server: no socket, and streams come piece by piece.

```python
AsyncBackboard(api_key="k", base_url="http://app/api", http_client=AsyncASGITransport(app))
with ASGITransport(app) as transport:                                       # the same for the sync client
    Backboard(api_key="k", base_url="http://app/api", http_client=transport)
```

httpx has a transport like the first, but it gives an answer out only when it is whole, so that a stream without an end
never begins.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, MutableMapping
from typing import Any, Self, TypeAlias, TypeVar

from ._network.transport import (
    AsyncBaseTransport,
    AsyncByteStream,
    BaseTransport,
    ByteStream,
    ConnectError,
    ReadError,
    ReadTimeout,
    Request,
    Response,
)
from ._public import public

T = TypeVar("T")
Message: TypeAlias = MutableMapping[str, Any]
App: TypeAlias = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


PATIENCE = 5.0
"""Seconds that an application has to take notice of a client that is gone, before it is cancelled."""


class _Exchange:
    """One request to the application and what it answers, in the loop that the application runs in."""

    def __init__(self, app: App, request: Request, body: bytes, state: dict[str, Any]) -> None:
        path = request.url.raw_path.partition(b"?")[0]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": path,
            "query_string": request.url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": (request.url.host, request.url.port),
            "client": ("127.0.0.1", 0),
            "state": state.copy(),
        }
        self._body: bytes | None = body
        self._request = request
        self._sent: asyncio.Queue[Message | BaseException | None] = asyncio.Queue(maxsize=1)
        self._gone = asyncio.Event()
        self._is_whole = False
        self._task = asyncio.ensure_future(self._run(app, scope))

    async def _run(self, app: App, scope: Message) -> None:
        try:
            await app(scope, self._receive, self._send)
        except Exception as error:
            if not self._gone.is_set():
                await self._sent.put(error)
        else:
            if not self._gone.is_set():
                await self._sent.put(None)

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if self._gone.is_set():
            raise OSError("the client is gone")
        await self._sent.put(message)

    async def next_message(self) -> Message:
        """Return the application's next message. Raises `ReadError` if it stopped, `ReadTimeout` if none comes."""
        seconds = self._request.extensions.get("timeout", {}).get("read", None)
        try:
            async with asyncio.timeout(seconds):
                message = await self._sent.get()
        except TimeoutError:
            raise ReadTimeout("", request=self._request) from None
        if message is None or isinstance(message, BaseException):
            raise ReadError(f"the application stopped: {message!r}", request=self._request) from message
        return message

    async def start(self) -> tuple[int, list[tuple[bytes, bytes]]]:
        """The answer's status and headers."""
        try:
            message = await self.next_message()
        except BaseException:
            await self.close()
            raise
        return message["status"], list(message.get("headers", []))

    async def next_piece(self) -> bytes | None:
        """The next piece of the answer's body; None after the last."""
        while not self._is_whole:
            message = await self.next_message()
            self._is_whole = not message.get("more_body", False)
            if message.get("body"):
                return bytes(message["body"])
        return None

    async def close(self) -> None:
        """Tell the application that the client is gone, and wait until it has taken notice."""
        self._gone.set()
        if not self._sent.empty():
            self._sent.get_nowait()
        done, _ = await asyncio.wait([self._task], timeout=PATIENCE)
        if not done:
            self._task.cancel()
            await asyncio.wait([self._task])


class _Lifespan:
    """The application's start and stop."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.state: dict[str, Any] = {}
        """State that the application sets at its start; each request gets a copy."""

    async def _run(self) -> None:
        scope: Message = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self._app(scope, self._to_app.get, self._from_app.put)
        finally:
            await self._from_app.put({"type": "over"})

    async def start(self) -> None:
        """Have the application start, and wait for it. Raises `RuntimeError` if it fails."""
        self._task = asyncio.ensure_future(self._run())
        await self._tell("startup")

    async def stop(self) -> None:
        """Have the application stop, and wait for it."""
        if self._task is not None:
            if not self._task.done():  # an application need not know of start and stop
                await self._tell("shutdown")
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _tell(self, event: str) -> None:
        await self._to_app.put({"type": f"lifespan.{event}"})
        message = await self._from_app.get()
        if message["type"] == f"lifespan.{event}.failed":
            raise RuntimeError(f"the application's {event} failed: {message.get('message', '')}")


class _AsyncPieces(AsyncByteStream):
    def __init__(self, exchange: _Exchange) -> None:
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (piece := await self._exchange.next_piece()) is not None:
            yield piece

    async def aclose(self) -> None:
        await self._exchange.close()


@public
class AsyncASGITransport(AsyncBaseTransport):
    """`app` as a transport for the async client. As a context manager it also starts and stops the application."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._lifespan = _Lifespan(app)

    async def handle_async_request(self, request: Request) -> Response:
        """Have the application answer `request`. Raises `ConnectError` under trio: the application runs in asyncio."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            raise ConnectError("an AsyncASGITransport needs asyncio, not trio", request=request) from None
        exchange = _Exchange(self._app, request, await request.aread(), self._lifespan.state)
        status, headers = await exchange.start()
        return Response(status, headers=headers, stream=_AsyncPieces(exchange))

    async def __aenter__(self) -> Self:
        await self._lifespan.start()
        return self

    async def aclose(self) -> None:
        """Stop the application, if it was started here."""
        await self._lifespan.stop()


class _Pieces(ByteStream):
    def __init__(self, exchange: _Exchange, wait: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self._exchange = exchange
        self._wait = wait

    def __iter__(self) -> Iterator[bytes]:
        while (piece := self._wait(self._exchange.next_piece())) is not None:
            yield piece

    def close(self) -> None:
        self._wait(self._exchange.close())


@public
class ASGITransport(BaseTransport):
    """`app` as a transport for the sync client: the application runs in an event loop of its own, in a thread.

    As a context manager it also starts and stops the application. `close` ends the thread.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._lifespan = _Lifespan(app)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="asgi", daemon=True)
        self._thread.start()
        self._pid = os.getpid()

    def _wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def handle_request(self, request: Request) -> Response:
        """Have the application answer `request`. Raises `ConnectError` in a forked child, where no thread runs it."""
        if os.getpid() != self._pid:
            raise ConnectError("this ASGITransport was made before the fork: make one in the child", request=request)
        body = request.read()

        async def answer() -> tuple[_Exchange, int, list[tuple[bytes, bytes]]]:
            exchange = _Exchange(self._app, request, body, self._lifespan.state)
            status, headers = await exchange.start()
            return exchange, status, headers

        exchange, status, headers = self._wait(answer())
        return Response(status, headers=headers, stream=_Pieces(exchange, self._wait))

    def __enter__(self) -> Self:
        self._wait(self._lifespan.start())
        return self

    def close(self) -> None:
        """Stop the application, if it was started here, and the thread."""
        if self._loop.is_closed() or os.getpid() != self._pid:
            return
        self._wait(self._lifespan.stop())
        self._wait(self._loop.shutdown_asyncgens())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
