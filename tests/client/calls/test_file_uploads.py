"""File uploads: names, sources, pieces, retries, and event loops that go on meanwhile."""

import asyncio
import io
import mmap
import os
import re
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.datastructures import UploadFile

from backboard_threads import APIStatusError
from tests.support.client.scripted_server import Server, reply
from tests.support.client.variants import THREAD_ID, TURN, Variant

CHUNK = 1024 * 1024


def files_in(body: bytes) -> list[tuple[bytes, bytes]]:
    return re.findall(rb'filename="([^"]*)"\r\n[^\r]*\r\n\r\n([^\r]*)', body)


async def sent(variant: Variant, server: Server, files: Any) -> list[tuple[bytes, bytes]]:
    server.answer(reply(200, TURN))
    await variant.do(variant.client(server).messages.send(THREAD_ID, content="x", files=files))
    return files_in(server.requests[0].body)


async def test_named_file_is_sent_under_its_name(
    variant: Variant, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.txt").write_text("private")
    other = tmp_path / "other.txt"
    other.write_text("other")
    assert await sent(variant, server, ("report.txt", io.BytesIO(b"a"))) == [(b"report.txt", b"a")]
    assert await sent(variant, server, ("report.txt", io.BytesIO(b"a"), "text/csv")) == [(b"report.txt", b"a")]
    assert await sent(variant, server, [("report.txt", other), ("b.txt", b"b")]) == [
        (b"report.txt", b"other"),
        (b"b.txt", b"b"),
    ]
    assert await sent(variant, server, (other, Path("report.txt"))) == [
        (b"other.txt", b"other"),
        (b"report.txt", b"private"),
    ]


@pytest.mark.parametrize("files", [("report.txt", "text"), ("report.txt", "other.txt", "text/plain"), [("a", 7)]])
async def test_name_with_text_is_refused(variant: Variant, server: Server, tmp_path: Path, files: Any) -> None:
    with pytest.raises(TypeError, match="files"):
        await sent(variant, server, files)
    assert server.requests == []


async def test_file_with_async_read_is_refused_with_advice(variant: Variant, server: Server) -> None:
    class AsyncFile:
        async def read(self, size: int = -1) -> bytes:
            return b""

    with pytest.raises(TypeError, match=r"async `read`.*open\(path, 'rb'\)"):
        await sent(variant, server, [AsyncFile()])


async def test_path_that_cannot_seek_to_its_end_is_read_first(variant: Variant, server: Server, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(b"from a pipe"))
    writer.start()
    assert await sent(variant, server, tmp_path / "pipe") == [(b"pipe", b"from a pipe")]
    writer.join()
    assert (await sent(variant, server, "/proc/self/status"))[0][1].startswith(b"Name:")


async def test_memory_map_is_sent_from_where_it_stands(variant: Variant, server: Server) -> None:
    with mmap.mmap(-1, 12) as memory:
        memory.write(b"skipped, ")
        memory[9:] = b"end"
        assert await sent(variant, server, ("m", memory)) == [(b"m", b"end")]


class ChangingFile(io.BytesIO):
    """A file that another program writes to, or truncates, after its size was read."""

    def __init__(self, content: bytes, change: bytes | None) -> None:
        super().__init__(content)
        self.change = change

    def read(self, size: int | None = -1) -> bytes:
        at = self.tell()
        if self.change is None:
            self.truncate(at)
        else:
            self.seek(0, io.SEEK_END)
            self.write(self.change)
            self.seek(at)
        return super().read(size)


async def test_file_that_grows_is_sent_as_it_was(variant: Variant, server: Server) -> None:
    assert await sent(variant, server, ("log", ChangingFile(b"line", b" and more"))) == [(b"log", b"line")]


async def test_file_that_becomes_shorter_raises_os_error(variant: Variant, server: Server) -> None:
    client = variant.client(server)
    server.answer(reply(200, TURN))
    with pytest.raises(OSError, match=r"files\[0\] became shorter"):
        await variant.do(client.messages.send(THREAD_ID, content="x", files=[ChangingFile(b"line", None)]))
    await variant.do(client.messages.send(THREAD_ID, content="x"))


async def test_same_file_is_sent_whole_each_time(variant: Variant, server: Server, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"skipped, rest")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as memory:
        for source in (file, memory, UploadFile(file, filename="a"), io.BytesIO(b"skipped, rest")):
            await variant.do(source.seek(9))
            given = [("1", source), source, ("2", source)] if hasattr(source, "name") else [("1", source)] * 3
            assert [content for _, content in await sent(variant, server, given)] == [b"rest"] * 3


class Endless(io.RawIOBase):
    """A file of so many bytes, made as they are read."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset if whence == 0 else self.size + offset
        return self.at

    def tell(self) -> int:
        return self.at

    def read(self, size: int = -1) -> bytes:
        piece = b"x" * (min(size, self.size - self.at) if size >= 0 else self.size - self.at)
        self.at += len(piece)
        return piece


class Sink(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Transport that reads a request's body piece by piece without storing it."""

    def __init__(self) -> None:
        self.pieces = 0
        self.bytes = 0

    def take(self, piece: bytes) -> None:
        self.pieces += 1
        self.bytes += len(piece)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        for piece in request.stream:
            self.take(piece)
        return httpx.Response(200, json=TURN)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        async for piece in request.stream:
            self.take(piece)
        return httpx.Response(200, json=TURN)


@pytest.mark.parametrize("kind", ["open file", "path"])
async def test_large_file_is_sent_in_pieces_without_being_held(variant: Variant, tmp_path: Path, kind: str) -> None:
    size = 64 * CHUNK
    source: Any = Endless(size)
    if kind == "path":
        source = tmp_path / "large.bin"
        with source.open("wb") as file:
            file.truncate(size)
    sink = Sink()
    client = variant.client(base_url="http://server/api", http_client=sink)
    tracemalloc.start()
    try:
        await variant.do(client.messages.send(THREAD_ID, content="x", files=[("large.bin", source)]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sink.bytes > size
    assert sink.pieces > 60
    assert peak < 8 * CHUNK


async def test_large_upload_has_a_content_length(variant: Variant, server: Server) -> None:
    server.answer(reply(200, TURN))
    await variant.do(variant.client(server).messages.send(THREAD_ID, content="x", files=[("a", Endless(2 * CHUNK))]))
    seen = server.requests[0]
    assert "transfer-encoding" not in seen.headers
    assert int(seen.headers["content-length"]) == len(seen.body)


async def test_early_response_ends_the_upload(variant: Variant, server: Server) -> None:
    server.answer_early(reply(413, {"detail": "too large"}))
    with pytest.raises(APIStatusError, match="too large"):
        await variant.do(
            variant.client(server, max_retries=0).messages.send(
                THREAD_ID, content="x", files=[("a", Endless(400 * CHUNK))]
            )
        )


async def test_event_loop_runs_while_a_file_is_read(server: Server) -> None:
    server.answer(reply(200, TURN))
    variant = Variant("async")
    go_on = threading.Event()

    class Slow:
        name = "slow.bin"

        def read(self) -> bytes:
            assert go_on.wait(60), "the event loop stands still"
            return b"x"

    async def let_it() -> None:
        go_on.set()

    await asyncio.gather(sent(variant, server, [Slow()]), let_it())
    assert files_in(server.requests[0].body) == [(b"slow.bin", b"x")]
