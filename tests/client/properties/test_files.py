"""A file arrives with its name, its type and its content, however it is given and however often it is sent."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers, UploadFile

from backboard_threads import AsyncBackboard, Backboard
from tests.support.client.calls import ADDRESS, HALVES
from tests.support.client.variants import THREAD_ID, TURN
from tests.support.examples import examples

SKIPPED, CONTENT = b"before ", b"content \x00\r\n\xff"
EXAMPLES = {"sync": 60, "async": 12}
KINDS = ["bytes", "memory", "opened", "path", "text path", "pipe", "upload"]
TYPES = {"file": None, "a.csv": "text/csv", "é.png": "image/png", "b": None}
"""File names, and the type that each tells."""
PART = re.compile(rb'filename="([^"]*)"\r\nContent-Type: ([^\r]*)\r\n\r\n(.*?)\r\n--', re.DOTALL)
UNTYPED = "application/octet-stream"


class Pipe(io.BytesIO):
    """A file that cannot seek."""

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0) -> int:
        raise io.UnsupportedOperation


def source(kind: str, folder: Path, name: str) -> Any:
    """A source of `CONTENT`; one that can seek stands behind `SKIPPED`."""
    memory = io.BytesIO(SKIPPED + CONTENT)
    memory.seek(len(SKIPPED))
    if kind in ("path", "text path"):
        (folder / name).write_bytes(CONTENT)
        return folder / name if kind == "path" else str(folder / name)
    if kind == "opened":
        (folder / name).write_bytes(SKIPPED + CONTENT)
        file = (folder / name).open("rb")
        file.seek(len(SKIPPED))
        return file
    if kind == "upload":
        return UploadFile(memory, filename=name, headers=Headers({"content-type": "text/x-upload"}))
    return {"bytes": CONTENT, "memory": memory, "pipe": Pipe(CONTENT)}[kind]


def expected(kind: str, name: str, told: str | None, typed: str | None) -> tuple[str, str, bytes]:
    """Name, type and content of a file that is named `told` and said to be `typed`, or goes by its own."""
    sent = told or ("file" if kind in ("memory", "pipe") else name)
    return sent, typed or ("text/x-upload" if kind == "upload" and not told else TYPES[sent] or UNTYPED), CONTENT


def called(half: str, failures: int, files: Any) -> Iterator[list[tuple[str, str, bytes]]]:
    """The files of each attempt of a call that fails so often."""
    bodies: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        bodies.append(request.read())
        return httpx.Response(200 if len(bodies) > failures else 503, json=TURN)

    async def async_handler(request: httpx.Request) -> httpx.Response:
        bodies.append(await request.aread())
        return httpx.Response(200 if len(bodies) > failures else 503, json=TURN)

    options: Any = {"api_key": "key", "base_url": ADDRESS, "max_retries": failures}
    if half == "sync":
        client = Backboard(http_client=httpx.MockTransport(handler), **options)
        client.messages.send(THREAD_ID, content="x", files=files)
    else:
        other = AsyncBackboard(http_client=httpx.MockTransport(async_handler), **options)
        anyio.run(lambda: other.messages.send(THREAD_ID, content="x", files=files))
    assert len(bodies) == failures + 1
    for body in bodies:
        yield [(name.decode(), kind.decode(), content) for name, kind, content in PART.findall(body)]


@pytest.mark.parametrize("half", HALVES)
def test_file_arrives_with_name_type_and_content_in_each_attempt(half: str, tmp_path: Path) -> None:
    @examples(EXAMPLES[half])
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(KINDS), st.sampled_from(["a.csv", "é.png", "b"]),
                st.sampled_from([None, "a.csv", "b"]), st.sampled_from([None, "text/plain"]),
            ),
            min_size=1, max_size=3,
        ),
        st.integers(0, 2),
    )  # fmt: skip
    def check(given: list[tuple[str, str, str | None, str | None]], failures: int) -> None:
        files, wanted = [], []
        for number, (kind, name, told, typed) in enumerate(given):
            folder = tmp_path / str(number)
            folder.mkdir(exist_ok=True)
            told = "b" if told is None and (kind == "bytes" or typed is not None) else told
            kind = "path" if kind == "text path" and told is not None else kind
            file = source(kind, folder, name)
            files.append(file if told is None else (told, file) if typed is None else (told, file, typed))
            wanted.append(expected(kind, name, told, typed))
        for sent in called(half, failures, files):
            assert sent == wanted
        for file in files:
            opened = file[1] if isinstance(file, tuple) else file
            if isinstance(opened, io.IOBase):
                opened.close()

    check()
