"""A server for the programs here: it answers with a thread, and keeps the heads that it was sent."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

KEY = "key-0123456789-secret"
THREAD = {"thread_id": "t", "created_at": "2026-01-01T00:00:00Z", "messages": []}


@contextmanager
def serving(heads: list[bytes]) -> Iterator[str]:
    """The base URL of a server in a thread of its own."""
    loop = asyncio.new_event_loop()
    body = json.dumps(THREAD).encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            while True:
                heads.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for writer in writers:
            writer.transport.abort()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()


def each_half(call: Callable[[str], None], call_async: Callable[[str], object], heads: list[bytes]) -> Iterator[str]:
    """Run both, and yield the name of each while its heads are there."""
    with serving(heads) as url:
        for name in ("sync", "async"):
            heads.clear()
            if name == "sync":
                call(url)
            else:
                asyncio.run(call_async(url))  # type: ignore[arg-type]
            yield name
