"""A server that stops while many clients wait: each of them is answered, and the process ends."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

from threads_server.server import CLOSE_SECONDS, STOP_SECONDS
from threads_server.testing import free_port

STREAMS = 300
HEAD = (
    b"POST /api/threads/messages HTTP/1.1\r\nHost: localhost\r\nX-API-Key: local\r\nContent-Type: application/json\r\n"
)


async def open_stream(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Send a message whose answer goes on for minutes, and read until the answer has begun."""
    body = json.dumps({"content": "/slow 1000 " + "word " * 1000, "stream": True}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    await reader.readuntil(b"content_streaming")
    return reader, writer


async def open_all(port: int) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    connections = []
    for _ in range(STREAMS // 20):  # all at once would exceed what one thread of the store writes
        connections += await asyncio.gather(*(open_stream(port) for _ in range(20)))
    return connections


async def rest(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    received = await reader.read()
    writer.close()
    return received


def test_every_stream_is_told_and_the_process_ends(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "threads_server", "serve", "--port", str(port), "--api-key", "local"]
    process = subprocess.Popen([*command, "--database", str(tmp_path / "threads.db")], stdout=subprocess.PIPE)
    assert process.stdout is not None

    async def stop_while_streaming() -> list[bytes]:
        connections = await open_all(port)
        process.send_signal(signal.SIGTERM)
        return await asyncio.gather(*(rest(*connection) for connection in connections))

    try:
        assert b"/docs" in process.stdout.readline()
        ends = asyncio.run(stop_while_streaming())
        assert process.wait(10 * STOP_SECONDS) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    told = [end for end in ends if b'"run_failed"' in end and end.endswith(b"0\r\n\r\n")]
    assert len(told) == len(ends) == STREAMS


def test_time_to_stop_is_ten_seconds() -> None:
    assert (STOP_SECONDS, CLOSE_SECONDS) == (10, 2)
