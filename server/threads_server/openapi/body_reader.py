"""Receiving a request body: bounded, and on disk while it is large and incomplete."""

import logging
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import AbstractAsyncContextManager
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Protocol

from threads_server.budget import RETRY_AFTER
from threads_server.errors import HTTPError

MEMORY_BYTES = 1024 * 1024
"""A body larger than this is received into a temporary file."""
LARGE_BODY_BYTES = 32 * 1024
"""A larger body is decoded and hashed in a thread, few at once."""

PIECE_BYTES = 256 * 1024
"""A multipart body is decoded in pieces of this size, and not in memory beside its parts."""

log = logging.getLogger("threads_server")

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class ClientGone(Exception):
    """The client disconnected before its request was complete."""


class RequestBudget(Protocol):
    """Bounds of what the requests in flight hold. Each method raises HTTPError 429 or 503 beyond them."""

    def receive(self, size: int) -> bool:
        """Reserve disk for `size` more bytes; whether they may be in memory."""
        ...

    async def turn(self, size: int) -> None:
        """Wait for a turn at the event loop, to decode a body of `size` bytes there and to go on with the request."""
        ...

    def load(self, size: int) -> None:
        """Reserve memory for a body of `size` bytes."""
        ...

    def expect_response(self, size: int) -> None:
        """Reserve memory for a response of about `size` bytes, before what it is the response to is done."""
        ...

    def large_body(self) -> AbstractAsyncContextManager[None]:
        """Wait until a large body may be decoded or hashed."""
        ...

    def large_read(self) -> AbstractAsyncContextManager[None]:
        """Wait until what may be large may be read from the store, a page of it."""
        ...


class LargeBody:
    """A body that was received, and is read when it can be decoded. `len` gives its bytes."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._size = size

    def __len__(self) -> int:
        return self._size

    def read(self) -> bytes:
        """Read the body, and let go of it."""
        return b"".join(self.pieces(-1))

    def pieces(self, size: int = PIECE_BYTES) -> Iterator[bytes]:
        """Read the body in pieces of `size`, and let go of it."""
        with self._file:
            self._file.seek(0)
            while piece := self._file.read(size):
                yield piece

    def close(self) -> None:
        """Let go of a body that is not read."""
        self._file.close()


async def read_body(
    headers: dict[bytes, bytes], receive: Receive, limit: int, budget: RequestBudget
) -> bytes | LargeBody:
    """Receive a body of at most `limit` bytes, however it is chunked.

    Raises HTTPError: 413 as soon as the body is known to be larger, 429 and 503 as the budget does, 503 without room on
    the disk; ClientGone if it breaks off.
    """
    declared = headers.get(b"content-length")
    if declared is not None and int(declared) > limit:
        raise _too_large(limit)
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        if len(body) > limit:
            raise _too_large(limit)
        return body
    size = 0
    spool = SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115 - closed below, or by the reader
    try:
        while True:
            if message["type"] == "http.disconnect":
                raise ClientGone
            piece = message.get("body", b"")
            size += len(piece)
            if size > limit:
                raise _too_large(limit)
            in_memory = budget.receive(len(piece))
            try:
                spool.write(piece)
                if not in_memory:
                    spool.rollover()
            except OSError as error:
                log.warning("a body could not be written to a temporary file: %s", error)
                raise HTTPError(503, "There is no room for the body now", RETRY_AFTER) from error
            if not message.get("more_body"):
                return LargeBody(spool, size)
            del message, piece  # let go of them while more comes: 900 connections kept 139 MB
            message = await receive()
    except BaseException:
        spool.close()
        raise


def _too_large(limit: int) -> HTTPError:
    return HTTPError(413, f"The body is larger than {limit} bytes")
