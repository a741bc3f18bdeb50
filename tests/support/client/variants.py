"""One test for the sync and the async client: what is awaited of one, the other returns."""

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx

from backboard_threads import AsyncBackboard, Backboard

KEY = "key-0123456789-secret"
THREAD_ID = "6a1f0a52-6d0b-4a3e-9a53-0d0b6f1f5a01"
ASSISTANT_ID = "0b7c8f5e-2a52-4c11-8f7e-3a6f6d1c9e02"
MESSAGE_ID = "3f4f6f0a-9a57-4b39-8b0e-5b8f7f7d2c03"
MOMENT = "2026-02-05T02:15:37.795Z"
THREAD = {"thread_id": THREAD_ID, "created_at": MOMENT, "messages": []}
TURN = {"message": "Message added", "thread_id": THREAD_ID, "timestamp": MOMENT, "content": "Hello Ada."}


class Variant:
    """The sync or the async client, with the few ways in which its use differs."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.client_class: Any = AsyncBackboard if name == "async" else Backboard
        self.http_class: Any = httpx.AsyncClient if name == "async" else httpx.Client
        self._made: list[Any] = []

    def client(self, server: Any = None, **options: Any) -> Any:
        """A client of `server` (anything with a `url`), closed after the test."""
        if server is not None:
            options["base_url"] = server.url
        client = self.client_class(**{"api_key": KEY, **options})
        self._made.append(client)
        return client

    def mocked(self, handler: Callable[[httpx.Request], httpx.Response], **options: Any) -> Any:
        """A client whose requests `handler` answers."""
        return self.client(**{"base_url": "http://server/api", "http_client": httpx.MockTransport(handler), **options})

    def close(self) -> None:
        """Close every sync client that was made."""
        for client in self._made:
            if self.name == "sync":
                client.close()

    async def end(self, client: Any) -> None:
        """Close one client."""
        await self.do(client.aclose() if self.name == "async" else client.close())

    async def do(self, result: Any) -> Any:
        """The result of a call."""
        return await result if inspect.isawaitable(result) else result

    async def next(self, events: Any) -> Any:
        """The next of `events`; StopIteration and its async twin alike are a None."""
        return await anext(events, None) if self.name == "async" else next(events, None)

    async def all(self, items: Any) -> list[Any]:
        """Every item of an iterable."""
        if hasattr(items, "__aiter__"):
            return [item async for item in items]
        return list(items)

    @asynccontextmanager
    async def within(self, manager: Any) -> AsyncIterator[Any]:
        """A `with` over a stream or a client."""
        if hasattr(manager, "__aenter__"):
            async with manager as value:
                yield value
        else:
            with manager as value:
                yield value

    async def read(self, stream: Any) -> list[Any]:
        """Every event of a stream, from its opening to its end."""
        async with self.within(stream) as events:
            return await self.all(events)


async def until(condition: Any) -> None:
    """Wait until `condition` holds."""
    with anyio.fail_after(60):  # bounds a hang only
        while not condition():  # noqa: ASYNC110 - a thread of a server changes it
            await anyio.sleep(0.005)
