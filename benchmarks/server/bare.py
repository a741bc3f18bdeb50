"""Baselines of the server: ASGI applications that do the same work and nothing else."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

Send = Callable[[dict[str, Any]], Awaitable[None]]

_JSON = [(b"content-type", b"application/json")]
_EVENTS = [(b"content-type", b"text/event-stream")]
_MESSAGE = ("message_id", "role", "content", "created_at", "status", "model_provider", "model_name")

_database = sqlite3.connect(os.environ.get("BARE_DATABASE", ":memory:"), check_same_thread=False)
_frames = [line.encode() + b"\n\n" for line in os.environ.get("BARE_FRAMES", "").split("\n\n") if line]


async def reading(scope: dict[str, Any], receive: object, send: Send) -> None:
    """A thread with its messages, each read into an object: the key, the path, two queries, and json.dumps."""
    headers = dict(scope["headers"])
    account = _database.execute("SELECT account FROM keys WHERE key = ?", (headers.get(b"x-api-key"),)).fetchone()
    if account is None:
        await _answer(send, 401, b"{}")
        return
    thread_id = scope["path"].rpartition("/")[2]
    row = _database.execute("SELECT thread, created_at FROM threads WHERE thread_id = ?", (thread_id,)).fetchone()
    if row is None:
        await _answer(send, 404, b"{}")
        return
    messages = [
        {**dict(zip(_MESSAGE, fields, strict=True)), "metadata_": json.loads(metadata), "attachments": None}
        for *fields, metadata in _database.execute(
            f"SELECT {', '.join(_MESSAGE)}, metadata FROM messages WHERE thread = ? ORDER BY version", (row[0],)
        )
    ]
    thread = {"thread_id": thread_id, "created_at": row[1], "messages": messages, "metadata_": {}}
    await _answer(send, 200, json.dumps(thread).encode())


async def streaming(scope: dict[str, Any], receive: object, send: Send) -> None:
    """Frames that were made before, one after the other."""
    await send({"type": "http.response.start", "status": 200, "headers": _EVENTS})
    for frame in _frames:
        await send({"type": "http.response.body", "body": frame, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _answer(send: Send, status: int, body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*_JSON, length]})
    await send({"type": "http.response.body", "body": body})
