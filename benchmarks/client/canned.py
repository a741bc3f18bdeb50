"""A server that costs next to nothing: the same answers every time, from another process on another core.

`GET …/threads/00000000-0000-0000-0000-N` is a thread of N messages; a POST is answered with a stream of events.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.measure import take_core

TWENTY = "00000000-0000-0000-0000-000000000020"
"""The id of a thread with 20 messages."""
EVENTS = 2000
"""In each stream."""
CONTENT_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


def thread(messages: int) -> dict[str, Any]:
    """A thread as the reference server gives it."""
    return {
        "thread_id": str(uuid.UUID(int=1)),
        "assistant_id": str(uuid.UUID(int=2)),
        "created_at": "2026-02-05T02:15:37.795Z",
        "metadata_": {},
        "messages": [_message(i) for i in range(messages)],
    }


def _message(i: int) -> dict[str, Any]:
    return {
        "message_id": str(uuid.UUID(int=i)),
        "role": "user" if i % 2 == 0 else "assistant",
        "content": f"Message {i}: " + "what was said, at some length. " * 6,
        "created_at": "2026-02-05T02:15:37.795Z",
        "status": "COMPLETED",
        "metadata_": {"run_id": f"run-{i // 2}"},
        "attachments": None,
        "model_provider": "openai",
        "model_name": "gpt-4o",
    }


def frames() -> list[bytes]:
    """A reply as events."""
    known = {"thread_id": str(uuid.UUID(int=1)), "run_id": "run-1"}
    events = [{"type": "content_streaming", "content": f"word {i} ", **known} for i in range(EVENTS - 1)]
    events.append({"type": "run_ended", "status": "completed", **known})
    return [f"id: {i}\ndata: {json.dumps(event)}\n\n".encode() for i, event in enumerate(events, 1)]


class _Answers(asyncio.Protocol):
    ready: dict[int, bytes]
    events: bytes

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, rest = self._buffer.partition(b"\r\n\r\n")
            length = CONTENT_LENGTH.search(head)
            body = int(length[1]) if length else 0
            if len(rest) < body:
                return
            self._transport.write(
                self.events if head.startswith(b"POST") else self.ready[int(head.split(b" ", 2)[1][-12:])]
            )
            self._buffer = rest[body:]


def _head(**headers: str) -> bytes:
    usual = {"date": "Thu, 05 Feb 2026 02:15:37 GMT", "server": "uvicorn", "x-request-id": "0123456789abcdef"}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in {**usual, **headers}.items()]
    return "\r\n".join(["HTTP/1.1 200 OK", *lines]).encode() + b"\r\n\r\n"


async def serve() -> None:
    """Serve until the process ends; the port is the first line of standard output."""
    _Answers.ready = {}
    for count in (20, 1000):
        body = json.dumps(thread(count)).encode()
        answer = _head(content_type="application/json", etag='"7"', content_length=str(len(body))) + body
        _Answers.ready[count] = answer
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(frame), frame) for frame in frames())
    _Answers.events = _head(content_type="text/event-stream", transfer_encoding="chunked") + chunks + b"0\r\n\r\n"
    server = await asyncio.get_running_loop().create_server(_Answers, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def serving() -> Iterator[str]:
    """The server's base URL, while it runs."""
    process = subprocess.Popen([sys.executable, "-m", __spec__.name], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/api"
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    take_core(1)
    asyncio.run(serve())
