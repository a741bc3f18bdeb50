"""One request over many connections at once: in a loop, or with responses that are not read."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.operation_loops import TOOL
from benchmarks.raw_client import JSON, RawClient

MIB = 1024 * 1024
SECONDS = 5.0
UNREAD_SECONDS = 5.0
"""How long responses are left unread."""
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
FILE = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
STORED = b'\r\n--b\r\nContent-Disposition: form-data; name="send_to_llm"\r\n\r\nfalse\r\n--b--'


def _tool(parameter: str) -> bytes:
    """A change of an assistant that has a tool with this parameter, as JSON."""
    return json.dumps({"tools": [TOOL]}).replace('"properties": {}', f'"properties": {{"a": {parameter}}}').encode()


@dataclass(frozen=True, slots=True)
class Flood:
    """A request, the number of connections that send it, and whether their responses are read."""

    description: str
    connections: int
    method: str
    path: str
    body: Callable[[], bytes] = bytes
    media_type: str = JSON
    read: bool = True

    def play(self, port: int, key: str) -> None:
        """Send it over all connections."""
        asyncio.run(self._play(port, key))

    async def _play(self, port: int, key: str) -> None:
        async with RawClient(port, key) as client:
            assistant = (await client.done("POST", "/assistants", {"name": "a"}))["assistant_id"]
        path, body = self.path.format(assistant=assistant), self.body()
        one = self._loop if self.read else self._leave_unread
        await asyncio.gather(*(one(port, key, path, body) for _ in range(self.connections)), return_exceptions=True)

    async def _loop(self, port: int, key: str, path: str, body: bytes) -> None:
        end = time.monotonic() + SECONDS
        async with RawClient(port, key) as client:
            while time.monotonic() < end:
                await client.send(self.method, path, body, self.media_type)

    async def _leave_unread(self, port: int, key: str, path: str, body: bytes) -> None:
        head = (
            f"{self.method} /api{path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\n"
            f"Content-Type: {self.media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        loop = asyncio.get_running_loop()
        with socket.socket() as connection:
            connection.setblocking(False)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            await loop.sock_connect(connection, ("127.0.0.1", port))
            async with asyncio.timeout(4 * UNREAD_SECONDS):
                await loop.sock_sendall(connection, head.encode() + body)
            await asyncio.sleep(UNREAD_SECONDS)


def _message(content: str, **more: Any) -> bytes:
    return json.dumps({"content": content, **more}).encode()


_CHANGE = "/assistants/{assistant}"
_CHAT = "/threads/messages"
FLOODS = {
    "connections": Flood("900 connections with small GETs in a loop", 900, "GET", "/threads?limit=1"),
    "messages": Flood("900 connections with small turns in a loop", 900, "POST", _CHAT, lambda: _message("x")),
    "large_changes": Flood(
        "200 unread PUTs of 4 MB", 200, "PUT", _CHANGE, lambda: _tool(f'{{"x":"{"x" * 4_194_000}"}}'), read=False
    ),
    "many_values": Flood(
        "200 PUTs of 4 MB of empty arrays", 200, "PUT", _CHANGE, lambda: _tool(f'{{"x":[{"[]," * 1_390_000}0]}}')
    ),
    "half_megabytes": Flood(
        "400 connections with PUTs of 250 KB of numbers", 400, "PUT", _CHANGE,
        lambda: _tool(f'{{"x":[{"1," * 120_000}0]}}'),
    ),
    "mistakes": Flood(
        "200 connections with 4,990 mistakes in 10 KB", 200, "PUT", _CHANGE,
        lambda: b'{"tools":[' + b"1," * 4_989 + b"1]}",
    ),
    "escapes": Flood(
        "200 forms of 4 MB of %41", 200, "POST", _CHAT, lambda: b"content=" + b"%41" * 1_390_000, URLENCODED
    ),
    "says": Flood(
        "900 unread `/say` of 1 MB", 900, "POST", _CHAT, lambda: _message("/say " + "x" * 999_900), read=False
    ),
    "words": Flood(
        "900 unread `/say` of 500,000 words", 900, "POST", _CHAT, lambda: _message("/say " + "w " * 499_900), read=False
    ),
    "said_streams": Flood(
        "900 unread streams of `/say` of 1 MB", 900, "POST", _CHAT,
        lambda: _message("/say " + "x" * 999_900, stream=True), read=False,
    ),
    "files": Flood(
        "8 uploads of 60 MB in a loop", 8, "POST", _CHAT, lambda: FILE + b"x" * 60 * MIB + STORED, MULTIPART
    ),
    "boundaries": Flood(
        "8 uploads of 60 MB of beginnings of boundaries", 8, "POST", _CHAT,
        lambda: FILE + b"\r\n--" * 15 * MIB + STORED, MULTIPART,
    ),
}  # fmt: skip
"""Floods by name."""
