"""Answers of bytes as they come."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from functools import partial
from types import TracebackType
from typing import Self

from .._errors import DecodeError, Shown
from .._event_loops import AsyncReader, async_blocking
from .._network.transport import DecodingError, Response, TransportError, redact_response
from .._partial_file import PartialFile
from .._public import public
from .._request.state import RequestState
from .sender import AsyncSender

WRITE_BYTES = 1024 * 1024
"""Bytes that are gathered before they are written to a file: in the async client each write is a change of threads."""


@public
class AsyncDownload:
    """The bytes of one answer as they come, to be used in a `with`; they are not kept in memory:

    ```python
    async with client.files.stream_content(file_id) as download:
        await download.stream_to_file("report.pdf")
    ```

    Errors are those of a call. There is no limit of size, and no deadline unless one is given. Leaving early closes the
    connection.
    """

    def __init__(self, sender: AsyncSender, streaming: None, call: RequestState, known: Mapping[str, object]) -> None:
        self._sender: AsyncSender = sender
        self._request_state: RequestState = call
        self._is_open = False
        self.response: Response | None = None
        """The response that the bytes come in: its status, its headers."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._request_state.url}>"

    async def __aenter__(self) -> Self:
        if self.response is not None:
            raise RuntimeError("this download was opened before")
        self.response = await self._sender.send(self._request_state, keep_open=True)
        redact_response(self.response)
        self._is_open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        if self.response is not None:
            await self.response.aclose()

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """The bytes, piece by piece, without their `Content-Encoding`. They can be read once.

        Raises `APIConnectionError` if the connection breaks, `APITimeoutError` after a time-out or at the deadline.
        """
        response = self.response
        if response is None or not self._is_open:
            raise RuntimeError("a download is read once, inside its `with`")
        self._is_open = False
        reader = AsyncReader(response.aiter_bytes())
        try:
            while (piece := await reader.next(self._request_state.retries.deadline_at)) is not None:
                yield piece
        except DecodingError as error:
            raise DecodeError("a body in its Content-Encoding", Shown(str(error))).within(response) from error
        except TransportError as error:
            raise self._request_state.connection_error(response.request, error) from error
        finally:
            await reader.close()

    async def stream_to_file(self, path: str | os.PathLike[str]) -> None:
        """Write the bytes to a file, which takes the place of an older one once all of them are on disk.

        Until then they are in a file beside it, named `.NAME.….part`, which is removed if anything fails.
        Raises the errors of `aiter_bytes`, and `OSError`.
        """
        file = PartialFile(path)
        try:
            await async_blocking(file.open)
            gathered = bytearray()
            async for piece in self.aiter_bytes():
                gathered += piece
                if len(gathered) >= WRITE_BYTES:
                    await async_blocking(partial(file.write, gathered))
                    gathered = bytearray()
            await async_blocking(partial(file.finish, gathered))
        except BaseException:
            file.discard()
            raise
