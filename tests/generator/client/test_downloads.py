"""Answers of bytes that are streamed: piece by piece, or into a file that is there whole or not at all."""

from __future__ import annotations

import gzip
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from tests.support.generator.documents import JSON, client_of, operation, small_document

PIECES = [b"a" * 70_000, b"b" * 2_000_000, b"c"]
CONTENT = b"".join(PIECES)
FILE = {"description": "The file.", "content": {"application/pdf": {}}}
BYTES_OR_JSON = {"200": FILE, "202": {"description": "", "content": {JSON: {"schema": {"type": "string"}}}}}
PATHS = {
    "/files/{file_id}": {"get": operation("content", path=["file_id"], tags=["files"], responses={"200": FILE})},
    "/exports": {"get": operation("getExport", tags=["files"], responses=BYTES_OR_JSON)},
}
Methods = Callable[..., Any]


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return client_of(tmp_path_factory.mktemp("downloads"), small_document(paths=PATHS), {"client": {"name": "Shop"}})


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The pieces, and an error after so many of them."""

    def __init__(self, error: Exception | None = None, after: int = 1) -> None:
        self.given = 0
        self.is_closed = False
        self._error = error
        self._after = after

    def __iter__(self) -> Iterator[bytes]:
        for piece in PIECES:
            if self._error is not None and self.given == self._after:
                raise self._error
            self.given += 1
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece

    def close(self) -> None:
        self.is_closed = True

    async def aclose(self) -> None:
        self.close()


@pytest.fixture(params=["sync", "async"])
def stream(module: Any, request: pytest.FixtureRequest) -> Methods:
    """`stream_content` over one response, of either half; its download is used in an `async with`."""

    def begin(response: httpx.Response, **options: Any) -> Any:
        if request.param == "async":
            client = module.AsyncShop(api_key="key", http_client=httpx.MockTransport(lambda _: response))
            return client.files.stream_content("1", **options)
        client = module.Shop(api_key="key", http_client=httpx.MockTransport(lambda _: response))
        return Awaited(client.files.stream_content("1", **options))

    return begin


class Awaited:
    """A sync download as an async one."""

    def __init__(self, download: Any) -> None:
        self._download = download

    async def __aenter__(self) -> Any:
        self._download.__enter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        self._download.__exit__(*error)

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        for piece in self._download.iter_bytes():
            yield piece

    async def stream_to_file(self, path: Path) -> None:
        self._download.stream_to_file(path)

    @property
    def response(self) -> Any:
        return self._download.response


async def test_bytes_come_piece_by_piece(stream: Methods) -> None:
    body = Body()
    async with stream(httpx.Response(200, stream=body)) as download:
        pieces = download.aiter_bytes()
        assert await anext(pieces) == PIECES[0]
        assert body.given == 1
        assert b"".join([piece async for piece in pieces]) == CONTENT[len(PIECES[0]) :]
        assert download.response.request.headers["Accept"] == "application/pdf"
        assert download.response.request.headers["X-Key"] == "[redacted]"
        with pytest.raises(RuntimeError, match="read once"):
            await anext(download.aiter_bytes())
    assert body.is_closed


async def test_file_takes_the_place_of_an_older_one(stream: Methods, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"old")
    async with stream(httpx.Response(200, stream=Body())) as download:
        await download.stream_to_file(path)
    assert path.read_bytes() == CONTENT
    assert files(tmp_path) == [path.name]


async def test_content_encoding_is_undone(stream: Methods, tmp_path: Path) -> None:
    response = httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=gzip.compress(CONTENT))
    async with stream(response) as download:
        await download.stream_to_file(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (httpx.ReadError("gone"), "APIConnectionError"),
        (httpx.ReadTimeout(""), "APITimeoutError"),
        (httpx.DecodingError("no gzip"), "DecodeError"),
        (RuntimeError("a bug"), "RuntimeError"),
    ],
)
async def test_broken_download_leaves_no_file_and_the_older_one(
    module: Any, stream: Methods, tmp_path: Path, error: Exception, raised: str
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"old")
    body = Body(error, after=2)
    kind = getattr(module, raised, RuntimeError)
    async with stream(httpx.Response(200, stream=body)) as download:
        with pytest.raises(kind):
            await download.stream_to_file(path)
    assert body.is_closed
    assert path.read_bytes() == b"old"
    assert files(tmp_path) == [path.name]


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
async def test_file_that_cannot_be_written_leaves_none_and_the_older_one(
    module: Any, stream: Methods, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*arguments: object) -> None:
        raise OSError("disk full")

    path = tmp_path / "report.pdf"
    path.write_bytes(b"old")
    owner = {"write": import_module(f"{module.__name__}._partial_file").PartialFile, "fsync": os, "replace": Path}
    async with stream(httpx.Response(200, stream=Body())) as download:
        monkeypatch.setattr(owner[step], step, full)
        with pytest.raises(OSError, match="disk full"):
            await download.stream_to_file(path)
    assert path.read_bytes() == b"old"
    assert files(tmp_path) == [path.name]


class Silent(httpx.AsyncByteStream):
    """A piece, and then nothing."""

    def __init__(self) -> None:
        self.is_waited_for = anyio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield PIECES[0]
        self.is_waited_for.set()
        await anyio.sleep_forever()


async def test_download_cancelled_while_its_file_opens_leaves_no_file(
    module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partial_file = import_module(f"{module.__name__}._partial_file").PartialFile
    open_file, is_opening, go_on, is_open = partial_file.open, threading.Event(), threading.Event(), threading.Event()

    def open_slowly(file: Any) -> None:
        is_opening.set()
        go_on.wait(600)
        open_file(file)
        is_open.set()

    monkeypatch.setattr(partial_file, "open", open_slowly)
    client = module.AsyncShop(
        api_key="key", http_client=httpx.MockTransport(lambda _: httpx.Response(200, stream=Body()))
    )
    async with client.files.stream_content("1") as download, anyio.create_task_group() as group:
        group.start_soon(download.stream_to_file, tmp_path / "a")
        await anyio.to_thread.run_sync(is_opening.wait, 600)
        group.cancel_scope.cancel()
    go_on.set()
    assert is_open.wait(600)
    assert files(tmp_path) == []


async def test_cancelled_download_leaves_no_file(module: Any, tmp_path: Path) -> None:
    body = Silent()
    client = module.AsyncShop(
        api_key="key", http_client=httpx.MockTransport(lambda _: httpx.Response(200, stream=body))
    )
    async with client.files.stream_content("1") as download, anyio.create_task_group() as group:
        group.start_soon(download.stream_to_file, tmp_path / "a")
        await body.is_waited_for.wait()
        group.cancel_scope.cancel()
    assert files(tmp_path) == []


async def test_download_ends_at_the_deadline(
    module: Any, stream: Methods, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stream(httpx.Response(200, stream=Body()), deadline=60) as download:
        monotonic = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: monotonic() + 1000)
        with pytest.raises(module.APITimeoutError):
            await download.stream_to_file(tmp_path / "a")
    monkeypatch.undo()
    assert files(tmp_path) == []


async def test_error_status_is_raised_when_the_download_begins(module: Any, stream: Methods) -> None:
    with pytest.raises(module.NotFoundError, match="no such file"):
        async with stream(httpx.Response(404, json={"detail": "no such file"})):
            pass


def test_answer_that_is_not_always_bytes_is_no_download(module: Any) -> None:
    files = module.Shop(api_key="key").files
    assert [name for name in dir(files) if name.startswith("stream")] == ["stream_content"]


def test_client_without_answers_of_bytes_has_no_downloads(cases_client: Path, hosted_client: Path) -> None:
    assert "AsyncDownload" in (cases_client / "__init__.py").read_text("utf-8")
    assert "Download" not in (hosted_client / "__init__.py").read_text("utf-8")
    assert not list(hosted_client.rglob("downloads.py"))
