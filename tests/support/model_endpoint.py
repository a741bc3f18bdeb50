"""A model endpoint on a socket, good or bad, and the server that asks it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from tests.support.threads_api import Api, serving

Reply = Callable[[dict[str, Any]], list[str | bytes]]


class Endpoint:
    """An endpoint on a socket: it notes what it is asked, and answers with the raw pieces it is given."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.headers: list[bytes] = []
        self.reply: Reply = lambda _: []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            body = json.loads(await reader.readexactly(length))
            self.headers.append(head)
            self.asked.append(body)
            for piece in self.reply(body):
                writer.write(piece if isinstance(piece, bytes) else piece.encode())
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()


def head(status: str, content_type: str) -> str:
    return f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\nconnection: close\r\n\r\n"


def answered(body: Any, status: str = "200 OK") -> Reply:
    return lambda _: [head(status, "application/json") + json.dumps(body)]


def streamed(*chunks: Mapping[str, Any] | str) -> Reply:
    lines = [chunk if isinstance(chunk, str) else f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return lambda _: [head("200 OK", "text/event-stream"), *lines]


def delta(**fields: Any) -> dict[str, Any]:
    return {"model": "m-1", "choices": [{"index": 0, "delta": fields}]}


DONE = "data: [DONE]\n\n"


@contextlib.asynccontextmanager
async def asking(database: Path) -> AsyncIterator[tuple[Api, Endpoint]]:
    """The server on a database, and the endpoint that it asks for its answers."""
    endpoint = Endpoint()
    listening = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1/"
    settings = {"llm_base_url": url, "llm_api_key": "secret", "llm_model": "m"}
    try:
        async with serving(database, responder="openai", **settings) as api:
            yield api, endpoint
    finally:
        listening.close()
        await listening.wait_closed()
