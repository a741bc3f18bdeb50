"""Responses of any size: what is large is read from the store while it is sent, a page at a time."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping

from threads_server.http.responses import Response

LARGE_BYTES = 1024 * 1024
"""A response of this size is sent as it is read."""


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
