"""HTTP over sockets with as little work as there is, so that one core can load a server on the other."""

from __future__ import annotations

import asyncio
import json
from types import TracebackType
from typing import Any

JSON = "application/json"


class RawClient:
    """One connection that sends one request after the other."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._key = key
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> RawClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()

    async def send(self, method: str, path: str, body: object = None, media_type: str = JSON) -> tuple[int, bytes]:
        """Status and body of the response, a stream read to its end. `body` is sent as JSON, or as it is if bytes."""
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        head = f"{method} /api{path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {self._key}\r\n"
        if body is not None:
            head += f"Content-Type: {media_type}\r\nContent-Length: {len(content)}\r\n"
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
        self._writer.write(head.encode() + b"\r\n" + content)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        status = int(answer[9:12])
        _, sized, length = answer.partition(b"content-length: ")
        if sized:
            return status, await self._reader.readexactly(int(length.partition(b"\r\n")[0]))
        if b"transfer-encoding: chunked" not in answer:
            return status, b""
        pieces = []
        while size := int(await self._reader.readline(), 16):
            pieces.append((await self._reader.readexactly(size + 2))[:-2])
        await self._reader.readexactly(2)
        return status, b"".join(pieces)

    async def done(self, method: str, path: str, body: object = None) -> Any:
        """The JSON of a response that has to be a success."""
        status, content = await self.send(method, path, body)
        if status != 200:
            raise RuntimeError(f"{method} {path}: {status} {content[:200]!r}")
        return json.loads(content)
