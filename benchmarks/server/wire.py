"""A client that costs little: requests over one connection, with the times of the first and the last byte."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks.server.load import KEY


class Timed(NamedTuple):
    """A response, and the seconds until its first event or byte of the body, and until its end."""

    status: int
    first: float
    whole: float
    size: int


class Connection:
    """A connection to a server. Made with `open`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str) -> None:
        self._reader = reader
        self._writer = writer
        self._key = key

    @classmethod
    async def open(cls, url: str, key: str = KEY) -> Connection:
        address = urlsplit(url)
        return cls(*await asyncio.open_connection(address.hostname, address.port, limit=1024 * 1024), key)

    async def ask(self, method: str, path: str, body: object = None) -> Timed:
        """Send a request and read its response to the end."""
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} /api{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {self._key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        begun = time.perf_counter()
        self._writer.write(head.encode() + content)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        status = int(answer[9:12])
        if b"content-length: " in answer:
            size = left = int(answer.split(b"content-length: ")[1].split(b"\r\n")[0])
            first = time.perf_counter() - begun
            while left:
                left -= len(await self._reader.read(min(left, 1024 * 1024)))
        else:
            first, size = 0.0, 0
            while chunk := int(await self._reader.readline(), 16):
                await self._reader.readexactly(chunk + 2)
                first = first or time.perf_counter() - begun
                size += chunk
            await self._reader.readline()
        return Timed(status, first, time.perf_counter() - begun, size)

    def close(self) -> None:
        self._writer.close()


async def _median(url: str, method: str, path: str, body: object, calls: int) -> float:
    connection = await Connection.open(url)
    try:
        taken = [await connection.ask(method, path, body) for _ in range(calls)]
    finally:
        connection.close()
    if wrong := [one for one in taken if one.status != 200]:
        raise RuntimeError(f"{method} {path}: {wrong[0].status}")
    return statistics.median(one.whole for one in taken)


def median(url: str, method: str, path: str, body: object = None, *, calls: int = 50) -> float:
    """The median of the seconds that a request takes, one at a time."""
    return asyncio.run(_median(url, method, path, body, calls))
