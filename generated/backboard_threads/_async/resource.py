"""Base class of the resources."""

from __future__ import annotations

from .base_client import AsyncBaseClient


class AsyncResource:
    """A group of operations, bound to the client that calls them."""

    __slots__ = ("_call", "_client", "_iterate", "_stream")

    def __init__(self, client: AsyncBaseClient) -> None:
        self._client = client
        # The client keeps these out of its public names.
        self._call = client._call  # pyright: ignore[reportPrivateUsage]
        self._iterate = client._iterate  # pyright: ignore[reportPrivateUsage]
        self._stream = client._stream  # pyright: ignore[reportPrivateUsage]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._client!r}>"
