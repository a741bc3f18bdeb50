"""Base class of the resources."""

from __future__ import annotations

from .base_client import BaseClient


class Resource:
    """A group of operations, bound to the client that calls them."""

    __slots__ = ("_client",)

    def __init__(self, client: BaseClient) -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._client!r}>"
