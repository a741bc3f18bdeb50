"""Responses of any size: what is large is read from the store while it is sent, a page at a time."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping

from threads_server.budget import RETRY_AFTER
from threads_server.errors import HTTPError
from threads_server.http.responses import Response

LARGE_BYTES = 1024 * 1024
"""A response of this size is sent as it is read."""
MAX_LISTINGS = 10
"""Attempts to list what is deleted meanwhile."""


async def respond_with_list(list_again: Callable[[], Awaitable[AsyncIterator[str]]]) -> Response:
    """A response of the texts of a list, which is made again if something in it is deleted before it begins.

    Without that the page would be shorter than asked for, as only the last one is. Raises HTTPError 503 if it goes on.
    """
    for _ in range(MAX_LISTINGS):
        texts = await list_again()
        try:
            return await respond(texts)
        except HTTPError as error:
            if error.status != 404:
                raise
    raise HTTPError(503, "What is listed is being deleted", RETRY_AFTER)


async def respond(texts: AsyncIterator[str], headers: Mapping[str, str] | None = None) -> Response:
    """A response of these texts, which are read one by one: before it is sent only as many as have LARGE_BYTES."""
    begun: list[str] = []
    size = 0
    async for text in texts:
        begun.append(text)
        size += len(text)
        if size >= LARGE_BYTES:
            return Response("".join(begun).encode(), headers=headers or {}, pieces=_encoded(texts))
    return Response("".join(begun).encode(), headers=headers or {})


async def _encoded(texts: AsyncIterator[str]) -> AsyncGenerator[bytes, None]:
    async for text in texts:
        piece = text.encode()
        del text  # only the piece is in memory while the client reads it
        yield piece
