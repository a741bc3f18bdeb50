"""A model endpoint on a socket, good or bad, and the server that asks it."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from tests.support.server.threads_api import Api, serving
from threads_server.responders.openai_compatible import OpenAICompatibleResponder
from threads_server.settings import Settings

Piece: TypeAlias = str | bytes | asyncio.Event
"""Bytes that the endpoint sends, or an event that it waits for while the connection stays open."""
Reply: TypeAlias = Callable[[dict[str, Any]], list[Piece]]

API_KEY = "sk-test/9f8e7d6c5b4a39281706f5e4d3c2b1a0"
NAME = {"name": "get_weather"}
CITY = {"name": "get_weather", "arguments": '{"city": "Porto"}'}
HALF = '{"city": "Por'
"""The beginning of CITY's arguments."""


class Endpoint:
    """Endpoint that records each request and answers with the pieces of `replies` first, then always `reply`."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.headers: list[bytes] = []
        self.reply: Reply = lambda _: []
        self.replies: list[Reply] = []
        self.url = ""
        self._held: set[asyncio.Event] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            body = json.loads(await reader.readexactly(length))
            self.headers.append(head)
            self.asked.append(body)
            for piece in (self.replies.pop(0) if self.replies else self.reply)(body):
                if isinstance(piece, asyncio.Event):
                    self._held.add(piece)
                    await piece.wait()
                    continue
                writer.write(piece if isinstance(piece, bytes) else piece.encode())
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()

    def release(self) -> None:
        """Let every reply that waits go on."""
        for event in self._held:
            event.set()


def head(status: str, content_type: str, **headers: str) -> str:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\n{lines}connection: close\r\n\r\n"


def answered(body: Any, status: str = "200 OK", **headers: str) -> Reply:
    return lambda _: [head(status, "application/json", **headers) + json.dumps(body)]


def streamed(*chunks: Mapping[str, Any] | Piece) -> Reply:
    lines: list[Piece] = [f"data: {json.dumps(chunk)}\n\n" if isinstance(chunk, Mapping) else chunk for chunk in chunks]
    return lambda _: [head("200 OK", "text/event-stream"), *lines]


def delta(finish_reason: str | None = None, **fields: Any) -> dict[str, Any]:
    finish = {} if finish_reason is None else {"finish_reason": finish_reason}
    return {"model": "m-1", "choices": [{"index": 0, "delta": fields, **finish}]}


def message(finish_reason: str | None = None, **fields: Any) -> dict[str, Any]:
    """A whole answer."""
    finish = {} if finish_reason is None else {"finish_reason": finish_reason}
    return {"model": "m-1", "choices": [{"index": 0, "message": fields, **finish}]}


DONE = "data: [DONE]\n\n"


class SkippingClock:
    """A clock whose `sleep` takes no time, but counts as if it did."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def time(self) -> float:
        return time.monotonic() + self._skipped

    async def sleep(self, seconds: float) -> None:
        self._skipped += seconds
        await asyncio.sleep(0)


def quick_responder(settings: Settings) -> OpenAICompatibleResponder:
    """The openai responder without the pauses that a real endpoint needs; all of a stream is waited for."""
    clock = SkippingClock()
    return OpenAICompatibleResponder(settings, finish_grace=60, clock=clock.time, sleep=clock.sleep)


def impatient_responder(settings: Settings) -> OpenAICompatibleResponder:
    """One that does not wait for what may come after a finish reason."""
    return OpenAICompatibleResponder(settings, retry_delay=0.001, finish_grace=0.01)


@contextlib.asynccontextmanager
async def listening() -> AsyncIterator[Endpoint]:
    """An endpoint on a free port; its `url` is what `llm_base_url` takes."""
    endpoint = Endpoint()
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0)
    endpoint.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/"
    try:
        yield endpoint
    finally:
        endpoint.release()
        server.close()
        await server.wait_closed()


@contextlib.asynccontextmanager
async def asking(database: Path, **settings: Any) -> AsyncIterator[tuple[Api, Endpoint]]:
    """The server on a database, and the endpoint that it asks for its answers."""
    given = {"llm_api_key": API_KEY, "llm_model": "m", "responder": f"{__name__}:quick_responder", **settings}
    async with listening() as endpoint, serving(database, **{"llm_base_url": endpoint.url, **given}) as api:
        yield api, endpoint
